"""Series in time: coarser periods, the same months of two years, twelve months in a row, growth, seasons, the calendar.

All functions take tidy rows and return new ones; several series in one frame (areas, dimensions,
sources) are kept apart. Only exact values are added up: a sum of bounds is left to the page that shows them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterator
from typing import Any, Literal

import pandas as pd

from kpi.derive.joining import joined_files, joined_flags, joined_status
from kpi.errors import UsageError
from kpi.observations import dimensions_of
from kpi.parsing.periods import bounds, frequency, same_period_of

MONTHS = 12
#: Fewest whole years of months for a seasonal pattern.
YEARS_FOR_SEASONS = 3
#: How many periods of the finer frequency make one of the coarser.
_PARTS = {
    ("M", "Q"): 3,
    ("M", "S"): 6,
    ("M", "A"): 12,
    ("Q", "S"): 2,
    ("Q", "A"): 4,
    ("S", "A"): 2,
}
_SERIES = ["indicator", "ref_area", "freq", "measure", "unit_measure", "flow", "source", "sample"]
_EXACT = ("eq", "approx")
_COMPARED = {"A", "S", "Q", "M"}
#: Columns that functions add to tidy rows: no dimensions.
_ADDED = {"trend", "seasonal", "adjusted", "change", "previous", "base", "index", "share"}


def coarser(
    frame: pd.DataFrame, freq: Literal["A", "S", "Q"], how: Literal["sum", "mean", "last"] = "sum"
) -> pd.DataFrame:
    """Months to quarters, half-years or years, quarters to half-years or years: whole, or flagged as partial.

    A period of which some parts are missing (hidden, a bound) becomes the interval that is known, with the flag
    ``partial-year`` (or ``partial-period``), so that it never stands beside a whole one. Rows across a break
    (``obs_status`` B after the first part) keep the status ``B``.

    Args:
        frame: tidy rows of finer periods; rows that are not are left out.
        freq: of the result.
        how: ``sum`` for flows, ``last`` for stocks and cumulative values (their value at the end), ``mean`` for
            levels such as rates and indices.

    Raises:
        UsageError: what is no flow, such as a stock, a rate or a cumulative value, is to be added up over time.
    """
    if how == "sum":
        if frame["flow"].eq("stock").any():
            msg = "A stock is not added up over time: use how='last' (its value at the end) or how='mean'."
            raise UsageError(msg)
        _flows(frame, ": use how='mean' (a rate, an index) or how='last' (a cumulative value)")
    parts = [_coarser(series, freq, how) for series in _series(frame, {f for f, to in _PARTS if to == freq})]
    return pd.concat([p for p in parts if len(p)], ignore_index=True) if any(map(len, parts)) else frame.iloc[:0]


def _coarser(series: pd.DataFrame, freq: str, how: str) -> pd.DataFrame:
    needed = _PARTS[series["freq"].iloc[0], freq]
    taken = series if how == "last" else _known(series)
    rows = []
    for name, part in taken.groupby(taken["time_period"].map(lambda period: _holding(period, freq)), sort=True):
        start, end = part["period_start"].iloc[0], part["period_end"].iloc[-1]
        if how == "last" and end != bounds(str(name))[1]:
            continue
        values = part["obs_value"]
        whole = how == "last" or len(part) == needed
        flag = "" if whole else "partial-year" if freq == "A" else "partial-period"
        value = values.iloc[-1] if how == "last" else values.agg(how)
        rows.append(_joined(part, str(name) if whole else f"{start}/{end}", value, flag))
    return pd.DataFrame(rows, columns=series.columns)


def _joined(part: pd.DataFrame, period: str, value: float, flag: str = "") -> dict[Hashable, Any]:
    """One row for several: the last of them, with what it takes from all."""
    start, end = bounds(period)
    return {
        **part.iloc[-1].to_dict(),
        "freq": frequency(period),
        "time_period": period,
        "period_start": start,
        "period_end": end,
        "obs_value": value,
        "obs_status": joined_status(part["obs_status"]),
        "flags": joined_flags([*part["flags"], flag, "computed"]),
        "source_ref": joined_files(part["source_ref"]),
        "vintage": part["vintage"].max(),
    }


def year_to_date(frame: pd.DataFrame) -> pd.DataFrame:
    """Sums from the start of the year to the latest period of each series, and the same part of each earlier year.

    A year in which one of these periods is missing, hidden or a bound has no row. The rows are intervals,
    for instance ``2021-01-01/2021-08-31``; ``change`` is the growth against the year before (a fraction),
    missing where that is not positive or a break lies between the first period of the one and the last of the other.
    """
    parts = [_year_to_date(series) for series in _series(_flows(frame), {"M", "Q"})]
    return pd.concat(parts, ignore_index=True) if parts else frame.iloc[:0].assign(change=pd.Series(dtype="float64"))


def _year_to_date(series: pd.DataFrame) -> pd.DataFrame:
    last = str(series["time_period"].iloc[-1])
    number = int(last[5:].lstrip("Q"))
    inside = _known(series[[int(p[5:].lstrip("Q")) <= number for p in series["time_period"]]])
    rows, broken = [], []
    for year, part in inside.groupby(inside["time_period"].str[:4], sort=True):
        if len(part) < number:
            continue
        end = part["period_end"].iloc[-1]
        rows.append(_joined(part, f"{year}-01-01/{end}", part["obs_value"].sum()))
        first, latest = part["time_period"].iloc[[0, -1]]
        broken.append(_broken(series, same_period_of(first, int(year) - 1), latest))
    found = pd.DataFrame(rows, columns=series.columns)
    before = found["obs_value"].shift().where(found["period_end"].str[:4].astype("int64").diff() == 1)
    comparable = (before > 0) & ~pd.Series(broken, dtype="bool")
    return found.assign(change=found["obs_value"] / before.where(comparable) - 1)


def rolling(frame: pd.DataFrame, how: Literal["sum", "mean"] = "sum", months: int = MONTHS) -> pd.DataFrame:
    """Sum or mean of twelve months in a row, at the last of them: the level without the season.

    A gap or a bound gives no value; a window that holds a break after its first month gives none either.
    """
    parts = []
    for series in _series(_flows(frame) if how == "sum" else frame, {"M"}):
        numbers = pd.Series([_month_number(p) for p in series["time_period"]], index=series.index)
        consecutive = numbers.diff(months - 1).eq(months - 1)
        exact = series["obs_value"].where(series["qualifier"].isin(_EXACT))
        broken = series["obs_status"].eq("B").astype("int64").rolling(months - 1).sum().gt(0)
        window = exact.rolling(months)
        values = (window.sum() if how == "sum" else window.mean()).where(consecutive & ~broken)
        flags = [joined_flags([text, "computed", f"rolling-{how}"]) for text in series["flags"]]
        parts.append(series.assign(obs_value=values, flags=flags).dropna(subset=["obs_value"]))
    return pd.concat(parts, ignore_index=True) if parts else frame.iloc[:0]


def across_break(frame: pd.DataFrame, year: int = 2019) -> pd.Series:
    """Whether a break in the series lies between each row and the same period of ``year``: the two do not compare."""
    if "obs_status" not in frame or not frame["obs_status"].eq("B").any():
        return pd.Series(False, index=frame.index)
    broken: set[object] = set()
    keys = [k for k in (*_SERIES, *dimensions_of(frame)) if k in frame and k not in _ADDED]
    for _, series in frame.groupby(keys, sort=False):
        for row, period in series["time_period"].items():
            if frequency(period) in _COMPARED and _broken(series, *sorted((same_period_of(period, year), period))):
                broken.add(row)
    return pd.Series(frame.index.isin(list(broken)), index=frame.index)


def compound_growth(frame: pd.DataFrame, since: str = "", until: str = "") -> float | None:
    """Mean yearly growth (a fraction) between two years: (last / first) ** (1 / years) - 1.

    None where it is not defined: ends that are not exact and positive, a break between them, fewer
    than two years, or more than one series in the frame.
    """
    found = list(_series(frame, {"A"}))
    if len(found) != 1:
        return None
    series = found[0]
    low, high = since or series["time_period"].iloc[0], until or series["time_period"].iloc[-1]
    ends = series[series["time_period"].isin([low, high])]
    years = int(high[:4]) - int(low[:4])
    exact = ends["qualifier"].eq("eq").all() and (ends["obs_value"] > 0).all()
    if years < 2 or len(ends) != 2 or not exact or _broken(series, low, high):
        return None
    first, last = ends["obs_value"]
    return float((last / first) ** (1 / years) - 1)


def seasonally_adjusted(frame: pd.DataFrame) -> pd.DataFrame:
    """Add ``trend``, ``seasonal`` and ``adjusted`` (value less season) to monthly series, by robust STL.

    Cleveland et al. (1990), as statsmodels computes it; additive, period 12, robust to outliers such as
    the closures of 2020. The rows carry the flag ``seasonally-adjusted``. It is a smoothing, not a measure:
    adding a month changes the months before it.

    Raises:
        UsageError: fewer than three whole years of months without a gap, a break among them, or
            statsmodels is not installed.
    """
    try:
        from statsmodels.tsa.seasonal import STL  # noqa: PLC0415  (heavy, and only here)
    except ImportError as error:
        msg = "Seasonal adjustment needs statsmodels: pip install 'brussels-kpi[seasonal]'."
        raise UsageError(msg) from error
    parts = []
    for series in _series(frame, {"M"}):
        name = f"{series['indicator'].iloc[0]} ({series['time_period'].iloc[0]} to {series['time_period'].iloc[-1]})"
        numbers = [_month_number(p) for p in series["time_period"]]
        if len(series) < YEARS_FOR_SEASONS * MONTHS or numbers[-1] - numbers[0] != len(series) - 1:
            msg = f"{name}: a season shows in {YEARS_FOR_SEASONS} whole years of months without a gap."
            raise UsageError(msg)
        if _broken(series, str(series["time_period"].iloc[0]), str(series["time_period"].iloc[-1])):
            msg = f"{name}: there is a break in the series; adjust the months after it."
            raise UsageError(msg)
        if series["obs_value"].isna().any() or not series["qualifier"].isin(_EXACT).all():
            msg = f"{name}: a month is missing or a bound; expected exact values."
            raise UsageError(msg)
        found = STL(series["obs_value"].to_numpy(), period=MONTHS, robust=True).fit()
        flags = [joined_flags([text, "seasonally-adjusted"]) for text in series["flags"]]
        adjusted = series["obs_value"] - found.seasonal
        parts.append(series.assign(trend=found.trend, seasonal=found.seasonal, adjusted=adjusted, flags=flags))
    if not parts:
        msg = "Nothing to adjust: expected rows of months."
        raise UsageError(msg)
    return pd.concat(parts, ignore_index=True)


def calendar_effects(period: str, other: str) -> dict[str, int]:
    """What in the calendar alone makes two periods differ: ``days``, ``weekend_days``, ``leap_day``, ``easter``.

    Each is period less other, and only those that differ are named. Weekend days are Fridays and
    Saturdays, whose nights city tourism lives on; ``easter`` is 1 where only the first holds Easter Sunday.

    Raises:
        UsageError: one of the two is no period, or has an open end.

    >>> calendar_effects("2024-02", "2023-02")
    {'days': 1, 'leap_day': 1}
    >>> calendar_effects("2024-03", "2023-03")
    {'weekend_days': 1, 'easter': 1}
    """
    ours, theirs = _calendar(period), _calendar(other)
    return {name: ours[name] - theirs[name] for name in ours if ours[name] != theirs[name]}


def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher; Nature, 20 April 1876).

    >>> [easter(year).isoformat() for year in (2019, 2023, 2024)]
    ['2019-04-21', '2023-04-09', '2024-03-31']
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


def _calendar(period: str) -> dict[str, int]:
    try:
        start, end = (dt.date.fromisoformat(day) for day in bounds(period))
    except ValueError as error:
        msg = f"Found {period!r}; expected a period with both ends, such as 2024-02 or 2024-01-01/2024-05-31."
        raise UsageError(msg) from error
    days = [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]
    years = range(start.year, end.year + 1)
    return {
        "days": len(days),
        "weekend_days": sum(day.weekday() in {4, 5} for day in days),
        "leap_day": sum((day.month, day.day) == (2, 29) for day in days),
        "easter": sum(start <= easter(year) <= end for year in years),
    }


def _series(frame: pd.DataFrame, freqs: set[str]) -> Iterator[pd.DataFrame]:
    """Each single series of these frequencies, in order of time, each period once."""
    rows = frame[frame["time_period"].map(frequency).isin(freqs)]
    keys = [k for k in (*_SERIES, *dimensions_of(frame)) if k in rows and k not in _ADDED]
    for _, part in rows.groupby(keys, sort=True):
        yield part.drop_duplicates("time_period").sort_values("time_period", kind="stable").reset_index(drop=True)


def _known(series: pd.DataFrame) -> pd.DataFrame:
    """The rows that can be added up: neither hidden nor a bound."""
    return series[series["obs_value"].notna() & series["qualifier"].isin(_EXACT)]


def _flows(frame: pd.DataFrame, instead: str = "") -> pd.DataFrame:
    """The frame, where all of it can be added up over time; else an error, with what to do instead."""
    if frame["flow"].isin(["flow", "budget"]).all():
        return frame
    found = ", ".join(sorted(set(frame["flow"]) - {"flow", "budget"}))
    msg = f"Only flows are added up over time, found {found}{instead}."
    raise UsageError(msg)


def _broken(series: pd.DataFrame, low: str, high: str) -> bool:
    """Whether a break lies after the first period, up to the last."""
    within = (series["time_period"] > low) & (series["time_period"] <= high)
    return bool((within & series["obs_status"].eq("B")).any())


def _holding(period: str, freq: str) -> str:
    """The coarser period that holds a finer one."""
    year, month = int(period[:4]), int(bounds(period)[0][5:7])
    return {"A": f"{year}", "S": f"{year}-S{(month + 5) // 6}", "Q": f"{year}-Q{(month + 2) // 3}"}[freq]


def _month_number(period: str) -> int:
    return int(period[:4]) * MONTHS + int(period[5:7]) - 1
