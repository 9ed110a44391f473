"""Sums of delivered cells: totals and one-dimension sums, per period and per calendar year."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from kpi.derive.joining import joined_files, joined_flags, joined_reach, joined_status
from kpi.observations import TOTAL, lean, tidy, used_dimensions

_SAME = ["ref_area", "unit_measure", "flow", "measure", "source", "sample"]
_PERIOD = ["freq", "time_period", "period_start", "period_end"]
_PER_YEAR = {"M": 12, "Q": 4, "S": 2}
_FINEST_FIRST = ("D", "M", "Q", "S", "A", "I", "")
_JOINED: dict[str, Callable[[pd.Series], str]] = {
    "flags": joined_flags,
    "obs_status": joined_status,
    "source_ref": joined_files,
    "qualifier": joined_reach,
}


def marginals(
    rows: pd.DataFrame, readings: Collection[str] = frozenset(), stocks: Collection[str] = frozenset()
) -> pd.DataFrame:
    """Totals and one-dimension sums of counts and amounts, per period and per calendar year.

    A year of monthly rows counts as a year only when its twelve months are there, for each area and each measure
    by itself; otherwise its sum stands as an interval with the flag ``partial-year``. The indicators in
    ``stocks`` are never added over time: their year is what stands on its last day. The dimensions
    in ``readings`` (commitment and payment credit) are readings of one value and never added.
    The sum of a lower bound and exact values is a lower bound.
    """
    parts: list[pd.DataFrame] = []
    rows = rows.assign(source_ref=rows["source_ref"].str.replace(r"( row|:).*", "", regex=True))
    for indicator, every in rows.groupby("indicator", sort=True):
        same = lean(every)
        used = used_dimensions(same)
        dims, apart = [d for d in used if d not in readings], [d for d in used if d in readings]
        cuts = [[], *([dim] for dim in dims)]
        years: list[pd.DataFrame] = []
        for freq in sorted(same["freq"].unique(), key=_FINEST_FIRST.index):
            group = _without_totals(same[same["freq"] == freq], dims)
            if freq == "A":
                years.append(group)
            elif freq in _PER_YEAR or indicator in stocks:
                years.append(_at_year_end(group) if indicator in stocks else _by_year(group))
                parts.append(_sum(group, [], apart, str(indicator)))
            else:
                parts += [_sum(group, cut, apart, str(indicator)) for cut in cuts]
        whole = _together(years, dims)
        parts += [_sum(whole, cut, apart, str(indicator)) for cut in cuts if len(whole)]
    if not parts:
        return tidy(pd.DataFrame({"indicator": []}))
    summed = pd.concat(parts, ignore_index=True)
    return tidy(summed.assign(flags=(summed["flags"] + " computed").str.strip()))


def _together(years: list[pd.DataFrame], dims: list[str]) -> pd.DataFrame:
    """Years from several frequencies: added where they are about different parts, else each year counts once.

    They are about different parts when a dimension tells them apart: one survey monthly, another one quarterly.
    A year that is whole counts rather than some of its months, and else the finest frequency.
    """
    kept = years[0] if years else pd.DataFrame()
    for more in years[1:]:
        apart = any(
            (kept[dim] != TOTAL).all() and (more[dim] != TOTAL).all() and not set(kept[dim]) & set(more[dim])
            for dim in dims
        )
        known, brought = _named_years(kept), _named_years(more)
        whole = more["freq"].eq("A") & ~brought.isin(known[kept["freq"] == "A"])
        counts = apart | whole | ~brought.isin(known)
        gives_way = known.isin(brought[counts]) & (not apart)
        kept = pd.concat([kept[~gives_way], more[counts]], ignore_index=True)
    return kept


def _named_years(rows: pd.DataFrame) -> pd.MultiIndex:
    """The year of each row, with all that must agree for it to be the same one."""
    return pd.MultiIndex.from_frame(rows[_SAME].assign(year=rows["time_period"].str[:4]))


def _without_totals(group: pd.DataFrame, dims: list[str]) -> pd.DataFrame:
    """Leave out delivered totals where the same delivery also gives the parts: they never add together."""
    if not dims:
        return group
    parts = group[(group[dims] != TOTAL).any(axis=1)]
    return parts if len(parts) else group


def _by_year(group: pd.DataFrame) -> pd.DataFrame:
    """The same rows with their calendar year as period; an interval where the year is not whole."""
    year = group["time_period"].str[:4]
    # Dimensions stay out: a cell that a register leaves out is zero. A month that an area leaves out is not.
    counted = group.assign(year=year).groupby([*_SAME, "year"])
    whole = counted["time_period"].transform("nunique") == group["freq"].map(_PER_YEAR)
    start, end = counted["period_start"].transform("min"), counted["period_end"].transform("max")
    return group.assign(
        freq=whole.map({True: "A", False: "I"}),
        time_period=year.where(whole, start + "/" + end),
        period_start=start.where(~whole, year + "-01-01"),
        period_end=end.where(~whole, year + "-12-31"),
        flags=group["flags"].where(whole, (group["flags"] + " partial-year").str.strip()),
    )


def _at_year_end(group: pd.DataFrame) -> pd.DataFrame:
    """What stands on 31 December, as the value of its year."""
    ends = group[group["period_end"].str.endswith("-12-31")]
    year = ends["period_end"].str[:4]
    return ends.assign(freq="A", time_period=year, period_start=year + "-01-01")


def _sum(rows: pd.DataFrame, cut: list[str], apart: list[str], indicator: str) -> pd.DataFrame:
    if cut:
        rows = rows[rows[cut[0]] != TOTAL]
    keys = [*_PERIOD, *cut, *apart, *_SAME]
    # Most keys have one value for all rows: grouping by the others alone gives the same groups, sooner.
    fixed = {key: rows[key].iloc[0] for key in keys[2:] if len(rows) and _alike(rows[key])}
    grouped = rows.groupby([key for key in keys if key not in fixed], sort=True)
    summed = grouped["obs_value"].sum().to_frame()
    summed["vintage"] = grouped["vintage"].max()
    for column, join in _JOINED.items():
        # Text is joined group by group only where it differs at all: that is rare, and slow.
        summed[column] = join(rows[column]) if len(rows) and _alike(rows[column]) else grouped[column].agg(join)
    return summed.reset_index().assign(indicator=indicator, **fixed)


def _alike(values: pd.Series) -> bool:
    return bool((values == values.iloc[0]).all())
