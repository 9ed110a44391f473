"""Computed observations: totals, slices, ratios of sums, shares and differences, as the catalogue declares them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import reduce

import pandas as pd

from kpi.catalogue import Catalogue, Derivation, Indicator
from kpi.errors import CatalogueError
from kpi.observations import KEYS, TOTAL, combine, dimensions_of, matching, tidy, used_dimensions

#: Sources whose rows are statements, not a complete register: their parts are never added up.
PRINTED = ("published", "catalogue", "collection", "eurostat", "rankings")

_SAME = ["ref_area", "unit_measure", "flow", "measure", "source", "sample"]
_PERIOD = ["freq", "time_period", "period_start", "period_end"]
MONTHS_A_YEAR = 12


def derive(observations: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Everything that can be computed from delivered observations; published figures are left as printed.

    Args:
        observations: tidy rows, see :mod:`kpi.observations`.
        catalogue: declares per indicator how it is derived.

    Returns:
        Tidy rows with the flag ``computed``: for counts and amounts the total and the sum by
        each single dimension, per period and per year; the same for stocks, whose year is its last
        day; then the declared derivations of those. Ratios and shares carry their ``numerator`` and
        ``denominator``.
    """
    delivered = observations[~observations["source"].isin(PRINTED)]
    declared = [i for i in catalogue.indicators if i.derive is not None]
    sliced = [_slice(delivered, i, i.derive) for i in declared if i.derive and i.derive.kind == "slice"]
    summable = {i.id for i in catalogue.indicators if i.aggregation == "sum"}
    base = combine([delivered, *sliced])
    stocks = {i.id for i in catalogue.indicators if i.aggregation == "last"}
    known = marginals(base[base["indicator"].isin(summable | stocks)], catalogue.readings, stocks)
    for indicator in _inputs_first(declared):
        derivation = indicator.derive
        if derivation is not None and derivation.kind in _KINDS:
            known = combine([known, _KINDS[derivation.kind](known, indicator, derivation, catalogue)])
    return known


def marginals(
    rows: pd.DataFrame, readings: Collection[str] = frozenset(), stocks: Collection[str] = frozenset()
) -> pd.DataFrame:
    """Totals and one-dimension sums of counts and amounts, per period and per calendar year.

    A year of monthly rows counts as a year only when its twelve months are there;
    otherwise its sum stands as an interval with the flag ``partial-year``. The indicators in
    ``stocks`` are never added over time: their year is what stands on its last day. The dimensions
    in ``readings`` (commitment and payment credit) are readings of one value and never added.
    """
    parts: list[pd.DataFrame] = []
    rows = rows.assign(source_ref=rows["source_ref"].str.replace(r"( row|:).*", "", regex=True))
    for (indicator, freq), same in rows.groupby(["indicator", "freq"], sort=True):
        used = used_dimensions(same)
        dims, apart = [d for d in used if d not in readings], [d for d in used if d in readings]
        group = _without_totals(same, dims)
        if indicator in stocks:
            yearly = _at_year_end(group) if freq != "A" else None
        else:
            yearly = _by_year(group) if freq in {"M", "Q"} else None
        for cut in ([], *([dim] for dim in dims)):
            if yearly is not None:
                parts.append(_sum(yearly, cut, apart, str(indicator)))
            if yearly is None or not cut:
                parts.append(_sum(group, cut, apart, str(indicator)))
    if not parts:
        return tidy(pd.DataFrame({"indicator": []}))
    summed = pd.concat(parts, ignore_index=True)
    return tidy(summed.assign(flags=(summed["flags"] + " computed").str.strip()))


def _without_totals(group: pd.DataFrame, dims: list[str]) -> pd.DataFrame:
    """Leave out delivered totals where the same delivery also gives the parts: they never add together."""
    if not dims:
        return group
    parts = group[(group[dims] != TOTAL).any(axis=1)]
    return parts if len(parts) else group


def _by_year(group: pd.DataFrame) -> pd.DataFrame:
    """The same rows with their calendar year as period; an interval where the year is not whole."""
    per_year = {"M": MONTHS_A_YEAR, "Q": 4}
    year = group["time_period"].str[:4]
    key = ["source", "sample"]
    counted = group.assign(year=year).groupby([*key, "year"])
    seen = counted["time_period"].transform("nunique")
    whole = seen == group["freq"].map(per_year)
    start, end = counted["period_start"].transform("min"), counted["period_end"].transform("max")
    return group.assign(
        freq=whole.map({True: "A", False: "I"}),
        time_period=year.where(whole, start + "/" + end),
        period_start=start.where(~whole, year + "-01-01"),
        period_end=end.where(~whole, year + "-12-31"),
        flags=whole.map({True: "", False: "partial-year"}),
    )


def _at_year_end(group: pd.DataFrame) -> pd.DataFrame:
    """What stands on 31 December, as the value of its year."""
    ends = group[group["period_end"].str.endswith("-12-31")]
    year = ends["period_end"].str[:4]
    return ends.assign(freq="A", time_period=year, period_start=year + "-01-01")


def _sum(rows: pd.DataFrame, cut: list[str], apart: list[str], indicator: str) -> pd.DataFrame:
    keys = [*_PERIOD, *cut, *apart, *_SAME]
    if cut:
        rows = rows[rows[cut[0]] != TOTAL]
    grouped = rows.groupby(keys, sort=True)
    summed = grouped["obs_value"].sum().to_frame()
    summed["vintage"] = grouped["vintage"].max()
    for column, join in (("flags", _joined), ("obs_status", _joined_status), ("source_ref", _files)):
        # Text is joined group by group only where it differs at all: that is rare, and slow.
        alike = len(rows) > 0 and bool((rows[column] == rows[column].iloc[0]).all())
        summed[column] = join(rows[column]) if alike else grouped[column].agg(join)
    return summed.reset_index().assign(indicator=indicator)


def _joined(values: pd.Series) -> str:
    return " ".join(sorted({flag for value in values.unique() for flag in value.split()}))


def _joined_status(values: pd.Series) -> str:
    """The most cautious status of the parts: break, provisional, estimated, then normal."""
    found = set(values.unique())
    return next((status for status in "BPEFU" if status in found), "A")


def _files(values: pd.Series) -> str:
    """The files behind a sum: row numbers make no sense for it."""
    return "; ".join(sorted({name for value in values.unique() for name in str(value).split("; ")}))


def _slice(rows: pd.DataFrame, indicator: Indicator, derivation: Derivation) -> pd.DataFrame:
    """The part of another indicator that ``where`` names, under this indicator's id."""
    part = matching(rows[rows["indicator"] == derivation.of], derivation.where)
    return part.assign(indicator=indicator.id, **dict.fromkeys(derivation.where, TOTAL))


def _paired(
    known: pd.DataFrame, indicator: Indicator, derivation: Derivation, compute: Callable[..., pd.Series]
) -> pd.DataFrame:
    """Join two indicators on period, area, dimensions and source, and compute one value a pair."""
    dims = dimensions_of(known)
    keys = [*(key for key in KEYS if key != "indicator"), *dims, "source", "sample", "measure"]
    left = known[known["indicator"] == derivation.numerator]
    right = known[known["indicator"] == derivation.denominator]
    pairs = left.merge(right[[*keys, "obs_value", "flags", "source_ref"]], on=keys, suffixes=("", "_right"))
    flags = [_joined(pd.Series(both)) for both in zip(pairs["flags"], pairs["flags_right"], strict=True)]
    files = [_files(pd.Series(both)) for both in zip(pairs["source_ref"], pairs["source_ref_right"], strict=True)]
    return tidy(
        pairs.assign(
            indicator=indicator.id,
            numerator=pairs["obs_value"],
            denominator=pairs["obs_value_right"],
            obs_value=compute(pairs["obs_value"], pairs["obs_value_right"]),
            unit_measure=indicator.unit,
            flow="rate",
            flags=flags,
            source_ref=files,
        ).drop(columns=["obs_value_right", "flags_right", "source_ref_right"])
    ).dropna(subset=["obs_value"])


def _ratio(known: pd.DataFrame, indicator: Indicator, derivation: Derivation, _: Catalogue) -> pd.DataFrame:
    """Summed numerators over summed denominators; nothing where the denominator is zero."""
    return _paired(known, indicator, derivation, lambda top, base: derivation.scale * top / base.where(base != 0))


def _difference(
    known: pd.DataFrame, indicator: Indicator, derivation: Derivation, catalogue: Catalogue
) -> pd.DataFrame:
    """First minus second, in the unit that both must have."""
    units = {catalogue.indicator(name).unit for name in derivation.inputs} | {indicator.unit}
    if len(units) > 1:
        found = ", ".join(sorted(units))
        msg = f"indicators entry {indicator.id!r}, field derive: a difference needs one unit, found {found}."
        raise CatalogueError(msg)
    rows = _paired(known, indicator, derivation, lambda first, second: first - second)
    return rows.assign(flow="flow", numerator=float("nan"), denominator=float("nan"))


def _share(known: pd.DataFrame, indicator: Indicator, derivation: Derivation, _: Catalogue) -> pd.DataFrame:
    """Each part over the whole of the same period, by one dimension."""
    rows = known[known["indicator"] == derivation.of]
    if derivation.by not in rows:
        return rows.iloc[:0]
    dims = dimensions_of(rows)
    keys = [*(k for k in KEYS if k != "indicator"), *(d for d in dims if d != derivation.by), "source", "sample"]
    parts = rows[rows[derivation.by] != TOTAL]
    whole = rows[(rows[dims] == TOTAL).all(axis=1)]
    pairs = parts.merge(whole[[*keys, "obs_value"]], on=keys, suffixes=("", "_whole"))
    shares = derivation.scale * pairs["obs_value"] / pairs["obs_value_whole"].where(pairs["obs_value_whole"] != 0)
    return tidy(
        pairs.assign(
            indicator=indicator.id,
            numerator=pairs["obs_value"],
            denominator=pairs["obs_value_whole"],
            obs_value=shares,
            unit_measure=indicator.unit,
            flow="share",
        ).drop(columns="obs_value_whole")
    ).dropna(subset=["obs_value"])


_KINDS: dict[str, Callable[[pd.DataFrame, Indicator, Derivation, Catalogue], pd.DataFrame]] = {
    "ratio": _ratio,
    "difference": _difference,
    "share": _share,
}


def _inputs_first(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Order such that an indicator comes after those it is computed from; a circle is an error."""
    waiting = {i.id: i for i in indicators}
    done: list[Indicator] = []
    while waiting:
        ready = [i for i in waiting.values() if i.derive and not set(i.derive.inputs) & waiting.keys()]
        if not ready:
            msg = f"indicators {', '.join(sorted(waiting))}: each is derived from another of them, in a circle."
            raise CatalogueError(msg)
        done += ready
        waiting = reduce(lambda rest, i: {k: v for k, v in rest.items() if k != i.id}, ready, waiting)
    return done
