"""The last value of a series: what is uncertain about it, and how far it may still move."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from kpi.bounds import UNKNOWN, Limits, limits
from kpi.briefing import Series
from kpi.maturity import IMMATURE

#: How far a provisional value may move where neither a margin is declared nor a revision known.
DEFAULT_MARGIN = 0.05
#: Values that may still change: provisional, estimated.
UNSETTLED = frozenset("PE")
#: Qualifiers of values that count as exact.
EXACT = ("eq", "approx")


def components(series: Series, rows: pd.DataFrame) -> dict[str, Any]:
    """What every verdict shows: both ends of the window, its points, and what is uncertain about the last."""
    first = rows.iloc[0] if len(rows) else None
    latest = limits(series.latest.to_dict())
    end = latest.low if math.isfinite(latest.low) else latest.high
    flags = [name for name, on in (
        ("provisional", series.latest["obs_status"] == "P"),
        ("estimated", series.latest["obs_status"] == "E"),
        (IMMATURE, IMMATURE in str(series.latest["flags"]).split()),
        ("approximate", series.latest["qualifier"] == "approx"),
        ("bound", not latest.exact),
        ("sample", series.sample),
    ) if on]  # fmt: skip
    return {
        "baseline": _exact(first),
        "baseline_period": "" if first is None else str(first["time_period"]),
        "latest": end if math.isfinite(end) else None,
        "latest_period": str(series.latest["time_period"]),
        "points": int(rows["time_period"].nunique()),
        "flags": tuple(flags),
    }


def _exact(row: pd.Series | None) -> float | None:
    return (
        float(row["obs_value"])
        if row is not None and row["qualifier"] in EXACT and pd.notna(row["obs_value"])
        else None
    )


def unsettled(series: Series) -> bool:
    """Whether the last value may still change: provisional, estimated or not yet complete."""
    return series.latest["obs_status"] in UNSETTLED or IMMATURE in str(series.latest["flags"]).split()


def moved(value: Limits, margin: float) -> tuple[Limits, ...]:
    """The value a margin lower and higher; a zero has no margin of its own, so anything is possible."""
    if value.exact and value.low == 0 and margin:
        return (UNKNOWN,)
    steps = [abs(edge) * margin if math.isfinite(edge) else 0.0 for edge in value[:2]]
    return (
        value._replace(low=value.low - steps[0], high=value.high - steps[1]),
        value._replace(low=value.low + steps[0], high=value.high + steps[1]),
    )
