"""Tables for the command line: the register, one indicator, coverage, and the choice of figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kpi.catalogue import LANGUAGES, Catalogue
from kpi.coverage import coverage, summed
from kpi.derive import PRINTED
from kpi.errors import UsageError, unknown
from kpi.observations import has_flag, used_dimensions
from kpi.parsing.periods import bounds
from kpi.project import Project
from kpi.relations import shown
from kpi.vintages import CHANGE

if TYPE_CHECKING:
    from kpi.identities import Finding
    from kpi.refresh import Built

_SHOWN_VALUES = 12


def register_table(catalogue: Catalogue, kind: str, language: str) -> pd.DataFrame:
    """Documents, objectives, indicators or sources, one row each."""
    _check_language(language)
    declared = {o.id: len(catalogue.declared_by(o.id)) for o in catalogue.objectives}
    rows: dict[str, list[dict[str, Any]]] = {
        "documents": [
            {"id": d.id, "title": d.title[language], "year": d.reporting_year, "languages": ", ".join(d.languages)}
            for d in catalogue.documents
        ],
        "objectives": [
            {"id": o.id, "code": o.code, "level": o.level, "title": o.title[language], "kpis": declared[o.id]}
            for o in catalogue.objectives
        ],
        "indicators": [
            {"id": i.id, "label": i.label[language], "unit": i.unit, "declared": len(i.declared)}
            for i in catalogue.indicators
        ],
        "sources": [
            {"id": s.id, "title": s.title[language], "organisation": s.organisation} for s in catalogue.sources
        ],
    }
    return pd.DataFrame(rows[kind])


def indicator_facts(catalogue: Catalogue, name: str, language: str) -> pd.DataFrame:
    """Everything declared about one indicator, as field and value."""
    _check_language(language)
    indicator = catalogue.indicator(name)
    facts = {
        "id": indicator.id,
        **{f"label ({code})": indicator.label[code] for code in LANGUAGES},
        "unit": catalogue.label("unit", indicator.unit, language),
        "direction": indicator.direction,
        "aggregation": indicator.aggregation,
        "frequency": indicator.frequency,
        "dimensions": ", ".join(indicator.dimensions),
        "definition": indicator.definition[language] if indicator.definition else "",
        "formula": indicator.formula.text[language] if indicator.formula else "",
        "derived": _derivation_words(indicator),
    }
    for position, declaration in enumerate(indicator.declared, start=1):
        lines = " / ".join(f"{k} L{v}" for k, v in declaration.lines.model_dump().items() if v)
        facts[f"declared {position}"] = f"{declaration.objective} ({lines})"
    return pd.DataFrame([{"field": field, "value": value} for field, value in facts.items() if value])


def _derivation_words(indicator: Any) -> str:
    derivation = indicator.derive
    if derivation is None:
        return ""
    parts = derivation.model_dump(exclude_defaults=True)
    return ", ".join(f"{key}: {value}" for key, value in parts.items())


def latest_values(project: Project, name: str) -> pd.DataFrame:
    """The last values of an indicator, real before sample, with their source references."""
    rows = project.by_indicator.get(name)
    if rows is None:
        return pd.DataFrame(columns=["time_period", "measure", "obs_value", "unit_measure", "source_ref", "sample"])
    dims = used_dimensions(rows)
    shown = rows[(rows["source"].isin(PRINTED) | has_flag(rows, "computed")) & rows["conf_status"].eq("F")]
    ordered = shown.sort_values(["sample", "period_end"], ascending=[True, False], kind="stable")
    values = ["measure", "qualifier", "obs_value", "unit_measure", "flags", "source_ref", "sample"]
    columns = ["time_period", *dims, *values]
    return ordered[columns].head(_SHOWN_VALUES).reset_index(drop=True)


def coverage_table(project: Project, by: str, language: str) -> pd.DataFrame:
    """KPIs declared, with current, stale or sample figures, without data, and their testability out of seven.

    Args:
        project: with built tables.
        by: ``objective``, ``organisation``, ``document``, or ``kpi`` for a row a declared KPI.
        language: of titles and names.
    """
    from kpi.reporting.prepare import prepare_report  # noqa: PLC0415  (needs the built tables)

    _check_language(language)
    catalogue = project.catalogue
    table = coverage((prepare_report(project, o.id) for o in catalogue.objectives), catalogue)
    if by == "kpi":
        labels = [catalogue.indicator(name).label[language] for name in table["indicator"]]
        return table.assign(label=labels)
    names: dict[str, Callable[[str], str]] = {
        "objective": lambda name: catalogue.objective(name).title[language],
        "organisation": lambda name: catalogue.organisation(name).name[language] if name else "",
        "document": lambda name: catalogue.document(name).short_title[language],
    }
    counted = summed(table, by)
    counted.insert(1, "title", [names[by](name) for name in counted[by]])
    return counted


def select_figures(
    project: Project, indicators: Sequence[str], objectives: Sequence[str], since: str, *, use_sample: bool
) -> pd.DataFrame:
    """Observations of the named indicators and objectives (all when none is named), from ``since`` on."""
    catalogue = project.catalogue
    names = {catalogue.indicator(name).id for name in indicators}
    rows = project.observations
    if objectives:
        chosen = {catalogue.objective(name).id for name in objectives}
        declared = {i.id for name in chosen for i, _ in catalogue.declared_by(name)}
        rows = rows[rows["indicator"].isin(declared) | rows["objective"].isin(chosen)]
    if names:
        rows = rows[rows["indicator"].isin(names)]
    if not use_sample:
        rows = rows[~rows["sample"]]
    if since:
        try:
            start = bounds(since)[0]
        except ValueError as error:
            msg = f"--since {since!r}: {error}"
            raise UsageError(msg) from error
        rows = rows[rows["period_end"] >= start]
    return rows.reset_index(drop=True)


def identity_table(findings: Iterable[Finding], language: str) -> pd.DataFrame:
    """What the published figures imply about one another: declared and found, with the values of both sides."""
    _check_language(language)
    return pd.DataFrame(
        [
            {
                "number": finding.identity.number,
                "id": finding.identity.id,
                "kind": finding.identity.kind,
                "holds": finding.identity.holds,
                "result": finding.result,
                "surprise": finding.surprise,
                "left": shown(finding.left),
                "right": shown(finding.right),
                "note": finding.identity.note[language],
            }
            for finding in findings
        ]
    )


def revision_table(project: Project, indicators: Sequence[str]) -> pd.DataFrame:
    """What newer deliveries changed, of the named indicators (of all when none is named), the newest first."""
    from kpi.store import read_revisions  # noqa: PLC0415

    names = {project.catalogue.indicator(name).id for name in indicators}
    changes = read_revisions(project.tidy)
    changes = changes[changes["indicator"].isin(names)] if names else changes
    dims = used_dimensions(changes.drop(columns=list(CHANGE)))
    place = ["indicator", "ref_area", "time_period", *dims, "unit_measure", "source"]
    return changes[[*place, *CHANGE]].reset_index(drop=True)


def source_table(built: Built) -> pd.DataFrame:
    """Rows read, accepted, replaced by newer ones, and problems held back, per source."""
    columns = ["source", "rows_read", "accepted", "replaced", "held_back", "observations", "sample"]
    return pd.DataFrame([dict(source) for source in built.sources], columns=columns)


def history_table(project: Project) -> pd.DataFrame:
    """Runs on record, the newest first; ``release`` is empty where nothing was published."""
    from kpi.releases import history, is_current  # noqa: PLC0415  (only for this listing)

    rows = [
        {
            "when": told["started"],
            "run": told["run"],
            "release": told["release"],
            "made": len(told["made"]),
            "unchanged": told["skipped"]["unchanged"],
            "failed": len(told["failed"]),
            "held_back": told["held_back"],
            "seconds": told["seconds"],
            "by": told["by"]["job"] or f"{told['by']['user']}@{told['by']['host']}",
            "current": "published" if is_current(project, told["release"]) else "",
            "error": told["error"],
        }
        for told in history(project)
    ]
    return pd.DataFrame(rows)


def print_table(table: pd.DataFrame) -> None:
    """A table for a terminal; empty cells for "not given"."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    if not console.is_terminal:
        console.width = 200
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        numeric = pd.api.types.is_numeric_dtype(table[column])
        shown.add_column(str(column), justify="right" if numeric else "left", overflow="fold")
    for row in table.itertuples(index=False):
        shown.add_row(*(_text(value) for value in row))
    console.print(shown)


def _text(value: Any) -> str:
    from rich.markup import escape  # noqa: PLC0415  (what organisations typed is never interpreted)

    if value is None:
        return ""
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:,.10g}".replace(",", " ")
    return escape(str(value))


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise unknown("language", language, LANGUAGES)
