"""How one number came about: its rows, the formula with the numbers filled in, corrections, rounding, verdicts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from kpi.catalogue import Indicator
from kpi.charts.points import full_words, number, records
from kpi.comparability import reasons, sentence
from kpi.derive import PRINTED
from kpi.errors import UsageError, suggestion
from kpi.i18n import translator
from kpi.observations import TOTAL, has_flag, lean, matching, used_dimensions
from kpi.parsing.periods import bounds
from kpi.project import Project
from kpi.relations import close

_MOST_TERMS = 12
_SHOWN = (
    "source",
    "sample",
    "qualifier",
    "obs_value",
    "value_low",
    "value_high",
    "numerator",
    "denominator",
    "unit_measure",
    "flow",
)


@dataclass(frozen=True)
class Explanation:
    """Everything behind one number.

    Attributes:
        indicator: its id.
        period: of the number, as SDMX writes it.
        where: codes of its dimensions.
        rows: the tidy rows that say it, usually one; several when several sources do.
        formula: how it is computed, in words.
        steps: the arithmetic with the numbers filled in, one line a row.
        parts: the delivered rows behind a sum.
        corrections: declared corrections of these rows, with the printed value.
        rounding: what is shown on a page, against the full value.
        sources: file and row, or document and line.
        verdicts: per objective that declares it, with all components.
        apart: why rows of the period do not share a series.
    """

    indicator: str
    period: str
    where: Mapping[str, str]
    rows: list[dict[str, Any]]
    formula: str
    steps: list[str]
    parts: list[dict[str, Any]]
    corrections: list[str]
    rounding: list[str]
    sources: list[str]
    verdicts: list[dict[str, Any]]
    apart: list[str]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def explain(
    project: Project,
    name: str,
    *,
    period: str = "",
    where: Mapping[str, str] | None = None,
    language: str = "en",
) -> Explanation:
    """Explain one number of an indicator: of a period (the latest known when none is given) and a slice.

    Raises:
        UsageError: unknown indicator, dimension or code, or no value there; with the nearest ones.
    """
    indicator = project.catalogue.indicator(name)
    every = project.by_indicator.get(name, project.observations.iloc[:0])
    every = every[every["conf_status"].eq("F")]
    fixed = dict(where or {})
    cut = _sliced(every, fixed, name)
    said = cut[(cut["source"].isin(PRINTED) | has_flag(cut, "computed")) & cut["measure"].ne("target")]
    chosen = _of_period(said, period, name)
    known = str(chosen["time_period"].iloc[0])
    parts = [_parts(row, every, fixed) for row in records(chosen)]
    return Explanation(
        indicator=name,
        period=known,
        where=fixed,
        rows=_plain(chosen),
        formula=indicator.formula.text[language] if indicator.formula else _rule(indicator),
        steps=[step for row, part in zip(records(chosen), parts, strict=True) for step in _steps(row, part, indicator)],
        parts=[row for part in parts for row in _plain(part)],
        corrections=_corrections(project, name, known, language),
        rounding=[_rounding(row, indicator, language) for row in records(chosen)],
        sources=list(dict.fromkeys(f"{row['source']}: {row['source_ref']}" for row in records(chosen))),
        verdicts=_verdicts(project, indicator),
        apart=_apart(chosen),
    )


def _sliced(rows: pd.DataFrame, fixed: Mapping[str, str], name: str) -> pd.DataFrame:
    dims = used_dimensions(rows)
    for dim, code in fixed.items():
        if dim not in dims:
            msg = f"{name} has no values by {dim!r}; {suggestion(dim, dims)}"
            raise UsageError(msg)
        if code not in set(rows[dim]):
            msg = f"{name} has no values with {dim}={code}; {suggestion(code, sorted(set(rows[dim])))}"
            raise UsageError(msg)
    free = [dim for dim in dims if dim not in fixed]
    return matching(rows[(rows[free] == TOTAL).all(axis=1)] if free else rows, fixed)


def _of_period(rows: pd.DataFrame, period: str, name: str) -> pd.DataFrame:
    if rows.empty:
        msg = f"{name} has no value for this slice; name one with --where dimension=code, see 'kpi show {name}'."
        raise UsageError(msg)
    if not period:
        ordered = rows.sort_values(["sample", "period_end"], ascending=[False, True], kind="stable")
        period = str(ordered["time_period"].iloc[-1])
    found = rows[rows["time_period"] == period]
    if found.empty:
        msg = f"{name} has no value for {period!r}; {suggestion(period, sorted(set(rows['time_period']) - {''}))}"
        raise UsageError(msg)
    return found.reset_index(drop=True)


def _plain(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows without what they do not say."""
    return [
        {k: v for k, v in row.items() if v not in {"", TOTAL} and not (isinstance(v, float) and math.isnan(v))}
        for row in records(lean(rows.reset_index(drop=True)))
    ]


def _rule(indicator: Indicator) -> str:
    if indicator.derive:
        return ", ".join(f"{k}: {v}" for k, v in indicator.derive.model_dump(exclude_defaults=True).items())
    return f"as given; over periods and parts: {indicator.aggregation}"


def _parts(row: Mapping[str, Any], every: pd.DataFrame, fixed: Mapping[str, str]) -> pd.DataFrame:
    """Delivered rows that a computed sum adds up; none for what is printed or no sum."""
    if "computed" not in str(row["flags"]).split() or number(row["denominator"]) is not None:
        return every.iloc[:0]
    start, end = bounds(str(row["time_period"]))
    cells = every[
        ~has_flag(every, "computed") & every["source"].eq(row["source"]) & every["measure"].eq(row["measure"])
    ]
    cells = matching(cells, fixed)
    inside = cells[(cells["period_start"] >= start) & (cells["period_end"] <= end)]
    dims = [d for d in used_dimensions(inside) if d not in fixed]
    cut = inside[(inside[dims] != TOTAL).any(axis=1)] if dims else inside
    return cut if len(cut) else inside


def _steps(row: Mapping[str, Any], parts: pd.DataFrame, indicator: Indicator) -> list[str]:
    """The arithmetic in numbers; only what comes out at the value is claimed to be its formula."""
    value = number(row["obs_value"])
    top, base = number(row["numerator"]), number(row["denominator"])
    if value is not None and top is not None and base:
        scale = indicator.derive.scale if indicator.derive else 100 if row["unit_measure"] == "percent" else 1
        times = "" if scale == 1 else f" × {scale:g}"
        if close(top / base * scale, value):
            return [f"{top:.15g} / {base:.15g}{times} = {value:.15g}"]
        return [f"{value:.15g}, with numerator {top:.15g} and denominator {base:.15g}"]
    if value is not None and len(parts):
        terms = [f"{v:.15g}" for v in parts["obs_value"].head(_MOST_TERMS)]
        more = f" + … ({len(parts)} rows)" if len(parts) > _MOST_TERMS else ""
        total = float(parts["obs_value"].sum())
        if close(total, value):
            return [f"{' + '.join(terms)}{more} = {value:.15g}"]
        return [f"{value:.15g}, computed from {len(parts)} delivered rows"]
    mark = "" if row["qualifier"] == "eq" else f"{row['qualifier']} "
    return [f"{mark}{value:.15g}, as given" if value is not None else "bounds only, as given"]


def _corrections(project: Project, name: str, period: str, language: str) -> list[str]:
    applied = project.corrected
    here = applied[(applied["indicator"] == name) & (applied["time_period"] == period)]
    return [
        f"{row['correction']}: {row['action']}, printed {row['printed']:.15g}, now {row['corrected']:.15g} "
        f"(since {row['since']}): {row[f'reason_{language}']}"
        for row in records(here)
    ]


def _rounding(row: Mapping[str, Any], indicator: Indicator, language: str) -> str:
    value = number(row["obs_value"])
    shown = full_words(row, indicator, translator(language))
    return f"{value:.15g} is shown as {shown}" if value is not None else f"shown as {shown}"


def _verdicts(project: Project, indicator: Indicator) -> list[dict[str, Any]]:
    from kpi.reporting.prepare import declared_reports  # noqa: PLC0415  (the briefing only when a number is explained)

    return [
        {"objective": objective, **{k: v for k, v in kpi.assessment.facts().items() if v not in {None, ""}}}
        for objective, kpi in declared_reports(project, indicator)
    ]


def _apart(rows: pd.DataFrame) -> list[str]:
    listed = records(rows)
    told = []
    for row in listed[1:]:
        codes = reasons(listed[0], row)
        if codes:
            told.append(f"{listed[0]['source']} and {row['source']} are shown apart: {sentence(codes)}")
    return list(dict.fromkeys(told))


def lines(found: Explanation) -> list[tuple[str, str]]:
    """The explanation as lines for a terminal: what, and what is said of it."""
    where = ", ".join(f"{dim}={code}" for dim, code in found.where.items())
    told = [("indicator", found.indicator), ("period", found.period or "undated"), ("where", where)]
    told += [("row", ", ".join(f"{k}={row[k]}" for k in _SHOWN if k in row)) for row in found.rows]
    told += [("formula", found.formula)]
    told += [("arithmetic", step) for step in found.steps]
    told += [
        ("part", f"{p.get('time_period', '')} {p.get('obs_value', '')} {p.get('source_ref', '')}")
        for p in found.parts[:_MOST_TERMS]
    ]
    told += [("correction", text) for text in found.corrections]
    told += [("rounding", text) for text in found.rounding]
    told += [("source", text) for text in found.sources]
    for verdict in found.verdicts:
        told.append(
            ("verdict", ", ".join(f"{k}={v:.6g}" if isinstance(v, float) else f"{k}={v}" for k, v in verdict.items()))
        )
    told += [("apart", text) for text in found.apart]
    return [(what, text) for what, text in told if text]
