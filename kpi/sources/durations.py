"""What sums cannot tell: medians of durations and windows of conversion, computed where the single cases are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.observations import combine, tidy
from kpi.parsing.periods import bounds, frequency
from kpi.sources.aggregate import references


def quantiles(
    frame: pd.DataFrame, source: str, catalogue: Catalogue, by: Sequence[str], of: str, days: pd.Series
) -> pd.DataFrame:
    """The quantiles of a duration that the catalogue declares: of all cases, and by each single dimension.

    Linear interpolation between the two nearest cases (type 7 of Hyndman and Fan 1996, the default of R and
    NumPy). By quarter and by year, for a median of quarters would not be the median of the year. A quarter or
    year that the cases cover only in part is an interval with the flag ``partial-period`` or ``partial-year``.

    Args:
        frame: one row a case, with the month in ``time_period`` and its place in the delivery.
        source: id of the source.
        catalogue: declares indicators with ``derive: {kind: duration, of: ..., quantile: ...}``.
        by: dimension columns.
        of: the indicator that sums these durations.
        days: the duration of each case, of the frame's index.

    Returns:
        Tidy rows with the flag ``computed``; the denominator is the number of cases.
    """
    declared = [(i, i.derive.quantile) for i in catalogue.indicators if i.derive and i.derive.kind == "duration"]
    wanted = [(i, q) for i, q in declared if i.derive and i.derive.of == of and q is not None]
    cases = frame.assign(_days=days)[frame["time_period"].notna() & days.notna()]
    if cases.empty or not wanted:
        return combine([])
    parts = []
    months = cases["time_period"]
    quarters = months.map(lambda month: f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}")
    for periods, partial in ((quarters, "partial-period"), (months.str[:4], "partial-year")):
        dated = cases.assign(time_period=_as_covered(periods, months))
        for cut in ([], *([dim] for dim in by)):
            keys = ["time_period", *cut]
            refs = references(dated, keys)
            grouped = dated.groupby(keys, sort=True)["_days"]
            for indicator, quantile in wanted:
                found = pd.DataFrame({"obs_value": grouped.quantile(quantile), "denominator": grouped.size()})
                rows = found.reset_index()
                rows["source_ref"] = [refs[key] for key in rows[keys].itertuples(index=False, name=None)]
                parts.append(rows.assign(indicator=indicator.id, unit_measure=indicator.unit, flags=partial))
    # A year of which only months of one quarter are known is the part of that quarter too: it stands once.
    rows = pd.concat(parts, ignore_index=True).drop_duplicates(["indicator", "time_period", *by], keep="last")
    freqs = rows["time_period"].map(frequency)
    flags = (rows["flags"].where(freqs.eq("I"), "") + " computed").str.strip()
    return tidy(rows.assign(freq=freqs, flow="rate", source=source, flags=flags))


def converted_within(
    entered: pd.Series, converted: pd.Series, ended: pd.Series, months: int
) -> tuple[pd.Series, pd.Series]:
    """Which cases converted within so many months of their entry, and which still may.

    The window ends on the same day of the month (30 days hath September: its last day). Time stands
    still at the last date that the register knows.

    Args:
        entered: ISO date of entry.
        converted: ISO date of conversion; missing is "not so far".
        ended: ISO date at which the case was lost or withdrawn; missing is "not so far".
        months: the window.

    Returns:
        Two series of 0 and 1: converted in time; undecided with time left.
    """
    start = pd.to_datetime(entered)
    known_until = pd.to_datetime(pd.concat([entered, converted, ended])).max()
    limit = start + pd.DateOffset(months=months)
    in_time = pd.to_datetime(converted).le(limit)
    undecided = converted.isna() & ended.isna()
    return in_time.astype("float64"), (undecided & (limit > known_until)).astype("float64")


def window_of(catalogue: Catalogue, entered: str) -> int | None:
    """The window in months that the catalogue declares for the cohorts of an indicator; None without one."""
    windows = [
        i.derive.window for i in catalogue.indicators if i.derive and i.derive.kind == "cohort"
        and i.derive.entered == entered
    ]  # fmt: skip
    return next((window for window in windows if window), None)


def _as_covered(periods: pd.Series, months: pd.Series) -> pd.Series:
    """The period of each month; an interval where the first month of all or the last lies inside the period."""
    first, last = bounds(months.min())[0], bounds(months.max())[1]
    names: dict[str, str] = {}
    for period in periods.unique():
        start, end = bounds(period)
        names[period] = period if first <= start and end <= last else f"{max(first, start)}/{min(last, end)}"
    return periods.map(names)
