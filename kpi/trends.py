"""Change and recovery against a base year: each says why when it cannot be stated."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from kpi.bounds import difference, limits
from kpi.briefing import Change, Series
from kpi.derive import PRINTED
from kpi.intervals import difference_interval, interval_of
from kpi.parsing.periods import same_period_of, year_of
from kpi.precision import digits_of

#: Last full year before the Covid pandemic, the base of "recovery".
BASE_YEAR = 2019
_NOT_A_FLOW_TO_COMPARE = ("cumulative",)


def change(series: Series | None) -> Change:
    """From the previous comparable period to the latest.

    For months and quarters the previous comparable period is the same one of the year
    before, for years the latest earlier one that is known (``since`` names it).
    """
    if series is None or series.flow in _NOT_A_FLOW_TO_COMPARE:
        return Change(reason="no-earlier")
    if series.freq in {"M", "Q", "S"}:
        latest = str(series.latest["time_period"])
        return _against(series, same_period_of(latest, (year_of(latest) or 0) - 1))
    rows = series.rows
    # Two statements about one period may differ, but that is no change.
    earlier = rows[rows["time_period"] != series.latest["time_period"]]
    return _between(series, earlier.iloc[-1]) if len(earlier) else Change(reason="no-earlier")


def versus_base(series: Series | None, year: int = BASE_YEAR) -> Change:
    """From the same period of the base year to the latest; nothing when the latest is the base itself."""
    if series is None or series.freq not in {"A", "S", "Q", "M"} or series.flow in _NOT_A_FLOW_TO_COMPARE:
        return Change(reason="no-base")
    latest = str(series.latest["time_period"])
    if (year_of(latest) or 0) <= year:
        return Change(reason="is-base")
    return _against(series, same_period_of(latest, year), missing="no-base")


def _against(series: Series, period: str, missing: str = "no-earlier") -> Change:
    found = series.rows[series.rows["time_period"] == period]
    if found.empty:
        return Change(reason=missing)
    return _between(series, found.iloc[-1])


def _between(series: Series, earlier: pd.Series) -> Change:
    later, below, since = series.latest, series.indicator.interval_below, str(earlier["time_period"])
    between = series.rows["period_end"] > str(earlier["period_end"])
    if series.rows.loc[between, "obs_status"].eq("B").any():
        return Change(since=since, reason="break")
    first, last = limits(earlier.to_dict()), limits(later.to_dict())
    moved = difference(last, first)
    if not moved.known or moved.qualifier == "range":
        return Change(since=since, reason="bounds")
    absolute = moved.low if math.isfinite(moved.low) else moved.high
    known: dict[str, Any] = {"since": since, "absolute": absolute, "qualifier": moved.qualifier}
    if not (first.exact and first.low > 0):
        return Change(**known, reason="zero-base" if first.exact else "bounds")
    relative = absolute / first.low
    before, after = interval_of(earlier.to_dict(), below), interval_of(later.to_dict(), below)
    if before or after:
        low, high = difference_interval(first.low, before, last.low, after)
        if low <= 0 <= high:
            return Change(**known, relative=relative, reason="within-interval")
    # Deliveries are counted; what a document prints is often rounded.
    printed = {str(earlier["source"]), str(later["source"])} <= set(PRINTED) and moved.exact
    return Change(**known, relative=relative, digits=digits_of(first.low, last.low) if printed else None)
