"""From the tidy table to the briefing of one objective: series, breakdowns, targets, verdicts and sources."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from kpi.briefing import (
    Assessment,
    Breakdown,
    Change,
    KpiReport,
    ObjectiveReport,
    Series,
    SourceUse,
)
from kpi.catalogue import Catalogue, Declaration, Indicator, Objective
from kpi.comparability import KEYS, with_keys, without_keys
from kpi.derive import PRINTED
from kpi.evidence import Evidence
from kpi.lights import read_light
from kpi.maturity import mark_immature
from kpi.observations import REGION, REVISION, TOTAL, has_flag, matching, tidy, used_dimensions
from kpi.trends import change, versus_base
from kpi.verdicts import assess

_WHOLE = 100.0
_FREQ_ORDER = {"A": 0, "D": 1, "I": 2, "S": 3, "Q": 4, "M": 5, "": 6}
_KIND_ORDER = {"actual": 0, "forecast": 1, "budget": 2, "planned": 3, "context": 4}


def compose(
    objective: Objective,
    catalogue: Catalogue,
    evidence: Evidence,
    *,
    as_of: str,
    held_back: Mapping[str, int] | None = None,
) -> ObjectiveReport:
    """Everything the page of one objective says.

    Args:
        objective: whose page it is.
        catalogue: the register it stands in.
        evidence: the rows of the tidy table, see :func:`gather`.
        as_of: ISO date the page speaks of.
        held_back: per source, how many delivered values validation kept out.
    """
    declared = [_report(i, d, evidence, catalogue) for i, d in catalogue.declared_by(objective.id)]
    known = {report.indicator.id for report in declared}
    names = [name for name in evidence.printed_under.get(objective.id, ()) if name not in known]
    printed = [_printed(catalogue.indicator(name), objective, evidence, catalogue) for name in names]
    with_data = [r for r in declared if r.has_data]
    reports = [*with_data, *printed]
    siblings = catalogue.children(objective.parent) if objective.parent else ()
    return ObjectiveReport(
        objective=objective,
        document=catalogue.document(objective.document),
        ancestors=catalogue.ancestors(objective),
        siblings=tuple(o for o in siblings if o.id != objective.id),
        children=catalogue.children(objective.id),
        as_of=as_of,
        kpis=tuple(r for r in with_data if not r.indicator.means),
        printed_only=tuple(r for r in printed if not r.indicator.means),
        without_data=tuple(r for r in declared if not r.has_data),
        means=tuple(r for r in reports if r.indicator.means),
        elsewhere=_elsewhere(objective, catalogue),
        sources=_sources([*reports, *(b for r in reports for b in r.beside)], held_back or {}),
    )


def _printed(indicator: Indicator, objective: Objective, evidence: Evidence, catalogue: Catalogue) -> KpiReport:
    rows = evidence.by_indicator[indicator.id]
    rows = rows[rows["objective"].eq(objective.id)]
    return _judged(_split(indicator, rows, {}, catalogue, _no_rows()), indicator, None, evidence)


def _report(indicator: Indicator, declaration: Declaration, evidence: Evidence, catalogue: Catalogue) -> KpiReport:
    where = declaration.where
    report = _judged(_split_once(indicator, where, evidence, catalogue, fixed=where), indicator, declaration, evidence)
    supporting = [catalogue.indicator(name) for name in indicator.beside]
    reports = [_judged(_split_once(i, where, evidence, catalogue), i, None, evidence) for i in supporting]
    return replace(report, beside=tuple(r for r in reports if r.has_data))


def _rows(indicator: Indicator, evidence: Evidence) -> pd.DataFrame:
    rows = evidence.by_indicator.get(indicator.id)
    return _no_rows() if rows is None else rows


@cache
def _no_rows() -> pd.DataFrame:
    return tidy(pd.DataFrame({"indicator": []}))


class _Split(NamedTuple):
    """Rows of an indicator, taken apart: what no declaration has a say in."""

    rows: pd.DataFrame
    targets: pd.DataFrame
    series: tuple[Series, ...]
    breakdowns: tuple[Breakdown, ...]
    headline: Series | None
    change: Change
    versus_base: Change


def _split_once(
    indicator: Indicator,
    where: Mapping[str, str],
    evidence: Evidence,
    catalogue: Catalogue,
    fixed: Mapping[str, str] = MappingProxyType({}),
) -> _Split:
    """The rows of an indicator that a declaration means; several objectives often declare the same ones."""
    key = (indicator.id, *sorted(where.items()), bool(fixed))
    if key not in evidence.split:
        rows, withheld = _rows(indicator, evidence), evidence.withheld.get(indicator.id, _no_rows())
        evidence.split[key] = _split(indicator, matching(rows, where), fixed, catalogue, matching(withheld, where))
    split: _Split = evidence.split[key]
    return split


def _split(
    indicator: Indicator,
    rows: pd.DataFrame,
    fixed: Mapping[str, str],
    catalogue: Catalogue,
    withheld: pd.DataFrame,
) -> _Split:
    rows = mark_immature(rows, indicator.matures)
    is_target = rows["measure"] == "target"
    series, breakdowns = group(indicator, rows[~is_target], fixed, catalogue.readings, withheld)
    headline = min(series, key=_prominence, default=None)
    return _Split(rows, rows[is_target], series, breakdowns, headline, change(headline), versus_base(headline))


def _judged(split: _Split, indicator: Indicator, declaration: Declaration | None, evidence: Evidence) -> KpiReport:
    revised = evidence.revised.get(indicator.id)
    verdict = _assess(split.headline, split.breakdowns, split.targets, indicator, declaration, revised)
    return KpiReport(indicator=indicator, declaration=declaration, assessment=verdict, **split._asdict())


def _assess(
    headline: Series | None,
    breakdowns: tuple[Breakdown, ...],
    targets: pd.DataFrame,
    indicator: Indicator,
    declaration: Declaration | None,
    revised: float | None,
) -> Assessment:
    """The verdict on the headline; parts alone (shares) are data, but nothing to judge as one value."""
    if headline is None and breakdowns:
        return Assessment("no-target") if targets.empty else Assessment("undetermined", "not-comparable")
    light = declaration.traffic_light if declaration else None
    progress = (declaration.progress if declaration else None) or indicator.progress
    read = read_light(headline, light, progress, revised) if light else None
    return read or assess(headline, targets, indicator.direction, progress, revised)


def group(
    indicator: Indicator,
    rows: pd.DataFrame,
    fixed: Mapping[str, str],
    readings: Collection[str] = (),
    withheld: pd.DataFrame | None = None,
) -> tuple[tuple[Series, ...], tuple[Breakdown, ...]]:
    """Split rows into comparable series and breakdowns by one dimension.

    Values join one series only where :mod:`kpi.comparability` allows: a stock never meets a flow,
    a cumulative figure only its own series, an eighteen-month window no year. ``fixed`` are
    dimensions that the declaration fixes, ``readings`` those whose codes are readings of one value
    (commitment and payment credits), never parts of a whole. ``withheld`` are the rows of the same
    indicator that are not shown: they tell of which periods parts or the whole are missing.
    """
    if rows.empty:
        return (), ()
    dims = [d for d in used_dimensions(rows) if d not in fixed and d != REVISION]
    rows = with_keys(rows)
    hidden = {} if withheld is None else dict(list(with_keys(withheld).groupby(KEYS)))
    series: list[Series] = []
    breakdowns: list[Breakdown] = []
    for key, same in rows.groupby(KEYS, sort=False):
        left = same
        for dim in (d for d in dims if d not in readings):
            others = [d for d in dims if d != dim]
            only = left[(left[dim] != TOTAL) & (left[others] == TOTAL).all(axis=1)]
            if len(only) and only.groupby("time_period")[dim].nunique().max() > 1:
                whole = same[(same[dims] == TOTAL).all(axis=1)]
                totals = dict(zip(whole["time_period"], whole["obs_value"], strict=True))
                missing = _missing(hidden[key], dim, fixed) if key in hidden else frozenset()
                breakdowns.append(_breakdown(indicator, dim, _plain(only), totals, missing))
                left = left.drop(only.index)
        series += [_series(indicator, dims, part) for _, part in left.groupby(dims or ["indicator"], sort=False)]
    return tuple(sorted(series, key=_prominence)), tuple(breakdowns)


def _missing(hidden: pd.DataFrame, dimension: str, fixed: Mapping[str, str]) -> frozenset[str]:
    """Periods in which the whole of a breakdown, or any part of it, is not shown."""
    others = [d for d in used_dimensions(without_keys(hidden)) if d not in fixed and d not in {dimension, REVISION}]
    return frozenset(hidden.loc[(hidden[others] == TOTAL).all(axis=1), "time_period"])


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    return without_keys(rows).sort_values(["period_start", "period_end"], kind="stable")


def _series(indicator: Indicator, dims: list[str], rows: pd.DataFrame) -> Series:
    first = rows.iloc[0]
    ordered = _plain(rows).reset_index(drop=True)
    replaced = has_flag(ordered, "superseded")
    return Series(
        indicator=indicator,
        where={d: str(first[d]) for d in dims if first[d] != TOTAL},
        ref_area=str(first["ref_area"]),
        freq=str(first["freq"]),
        flow=str(first["flow"]),
        kind=str(first["_kind"]),
        source=str(first["source"]),
        sample=bool(first["sample"]),
        rows=ordered[~replaced].reset_index(drop=True) if not replaced.all() else ordered,
        superseded=ordered[replaced].reset_index(drop=True) if not replaced.all() else ordered.iloc[:0],
    )


def _breakdown(
    indicator: Indicator,
    dimension: str,
    rows: pd.DataFrame,
    totals: Mapping[str, float],
    missing: frozenset[str],
) -> Breakdown:
    """Shares close to 100; delivered counts to their total, less what is withheld; printed counts need not."""
    first = rows.iloc[0]
    is_share = bool(rows["flow"].eq("share").all() and rows["unit_measure"].eq("percent").all())
    delivered = first["source"] not in PRINTED
    closes = is_share or (delivered and indicator.aggregation == "sum")
    sums = rows.groupby("time_period", sort=False)["obs_value"].sum()
    rest: dict[str, float] = {}
    if closes:
        wholes = dict.fromkeys(sums.index, _WHOLE) if is_share else totals
        rest = {str(p): round(wholes.get(str(p), float("nan")) - float(v), 6) for p, v in sums.items()}
    if delivered:  # shares of which none is withheld miss 100 by their rounding alone
        rest = {p: left for p, left in rest.items() if left > 0 and (p in missing or not is_share)}
    return Breakdown(
        indicator=indicator,
        dimension=dimension,
        source=str(first["source"]),
        sample=bool(first["sample"]),
        rows=rows.reset_index(drop=True),
        closes=closes,
        rest=rest,
        unknown=missing - set(rest) if closes else frozenset(),
    )


def _prominence(series: Series) -> tuple[object, ...]:
    """Smaller is more prominent: actual, real, of the Region, total, yearly, recent, long."""
    end = str(series.latest["period_end"] or series.latest["period_start"])
    recent = -int(end.replace("-", "") or 0)
    return (
        _KIND_ORDER.get(series.kind, 9),
        series.sample,
        series.ref_area != REGION,
        len(series.where),
        _FREQ_ORDER.get(series.freq, 9),
        recent,
        -len(series.rows),
    )


def _elsewhere(objective: Objective, catalogue: Catalogue) -> tuple[tuple[Indicator, tuple[Objective, ...]], ...]:
    found = []
    for indicator, _ in catalogue.declared_by(objective.id):
        others = tuple(catalogue.objective(d.objective) for d in indicator.declared if d.objective != objective.id)
        if others:
            found.append((indicator, others))
    return tuple(found)


def _sources(reports: Iterable[KpiReport], held_back: Mapping[str, int]) -> tuple[SourceUse, ...]:
    frames = [report.rows for report in reports if len(report.rows)]
    if not frames:
        return ()
    columns = ["source", "sample", "vintage", "source_ref"]
    rows = pd.concat([frame[columns] for frame in frames], ignore_index=True)
    return tuple(
        SourceUse(
            source=str(name),
            values=len(part),
            vintages=tuple(sorted(v for v in part["vintage"].unique() if v)),
            references=tuple(sorted(part["source_ref"].unique())),
            sample=bool(part["sample"].any()),
            held_back=held_back.get(str(name), 0),
        )
        for name, part in rows.groupby("source", sort=True)
    )
