"""From a project to the page of one objective, and to the summary that the portal and the manifest keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from kpi.briefing import KpiReport, ObjectiveReport
from kpi.catalogue import LANGUAGES, Indicator, Text
from kpi.compose import compose
from kpi.coverage import coverage
from kpi.errors import unknown
from kpi.evidence import Evidence, gather
from kpi.keeping import kept
from kpi.observations import FREE, combine
from kpi.parsing.periods import bounds
from kpi.project import Project
from kpi.register import load_remarks
from kpi.reporting.changes import kpi_state
from kpi.reporting.page import Page
from kpi.reporting.revised import read_changes
from kpi.vintages import largest_revisions


def prepare_page(project: Project, objective: str, language: str, *, as_of: str = "", use_sample: bool = True) -> Page:
    """The page of one objective in one language.

    Raises:
        UsageError: unknown objective or language, or nothing was built yet.
    """
    if language not in LANGUAGES:
        raise unknown("language", language, LANGUAGES)
    report = prepare_report(project, objective, as_of=as_of, use_sample=use_sample)
    return Page(
        report,
        project.catalogue,
        language,
        remarks=remarks(project),
        findings=project.findings,
        changes=changes(project, as_of),
        hidden=hidden(project),
    )


@kept
def hidden(project: Project) -> frozenset[str]:
    """Indicators some of whose values are not shown."""
    rows = project.observations
    return frozenset(rows.loc[rows["conf_status"].ne(FREE), "indicator"])


@kept
def changes(project: Project, as_of: str) -> pd.DataFrame:
    """What newer deliveries changed, see :func:`kpi.reporting.revised.read_changes`."""
    return read_changes(project, as_of)


@kept
def prepare_report(project: Project, objective: str, *, as_of: str = "", use_sample: bool = True) -> ObjectiveReport:
    """Everything known about one objective, computed from the project's tables."""
    return compose(
        project.catalogue.objective(objective),
        project.catalogue,
        evidence(project, use_sample=use_sample, as_of=as_of),
        as_of=as_of or default_as_of(project),
        held_back=_held_back(project),
    )


def declared_reports(project: Project, indicator: Indicator) -> Iterator[tuple[str, KpiReport]]:
    """What each objective that declares an indicator says of it, from its rows alone: those of all take seconds."""
    rows = project.by_indicator.get(indicator.id, project.observations.iloc[:0])
    of_it = gather(rows, revised(project))
    for name in dict.fromkeys(declaration.objective for declaration in indicator.declared):
        brief = compose(project.catalogue.objective(name), project.catalogue, of_it, as_of="")
        for report in (*brief.reports, *brief.without_data):
            if report.indicator.id == indicator.id and report.declaration is not None:
                yield name, report


@kept
def evidence(project: Project, *, use_sample: bool, as_of: str = "") -> Evidence:
    """The rows that pages draw on, with or without made-up ones, as they were known on a day."""
    observations = project.observations_on(as_of)
    return gather(observations if use_sample else observations[~observations["sample"]], revised(project))


@kept
def revised(project: Project) -> dict[str, float]:
    """The largest revision of each indicator, as a part of the value it replaced."""
    return largest_revisions(project.revisions) if len(project.revisions) else {}


@kept
def remarks(project: Project) -> dict[str, Text]:
    """Remarks on published figures, by figure."""
    return load_remarks(project.data / "published" / "remarks.yaml")


@kept
def _held_back(project: Project) -> dict[str, int]:
    table = project.held_back
    return dict(Counter(table["source"])) if len(table) else {}


@kept
def default_as_of(project: Project) -> str:
    """The newest vintage, a date or a year: the same data always speaks of the same time.

    The date of the run would change every page every night without a change of data.
    """
    return max(project.vintages, key=lambda vintage: (bounds(vintage)[1], len(vintage), vintage), default="")


def facts(project: Project, report: ObjectiveReport) -> dict[str, Any]:
    """What pages about all objectives say of one: its summary for the portal, its rows of the coverage."""
    return {"summary": summarise(report), "coverage": coverage([report], project.catalogue).to_dict("records")}


def summarise(report: ObjectiveReport) -> dict[str, Any]:
    """What the portal and the manifest say of one objective."""
    declared = [r for r in (*report.reports, *report.without_data) if r.declaration is not None]
    return {
        "declared": len(declared),
        "with_data": sum(1 for r in declared if r.has_data),
        "sample": sum(1 for r in declared if r.has_data and bool(r.rows["sample"].all())),
        "printed_only": sum(1 for r in report.reports if r.declaration is None),
        "statuses": dict(sorted(Counter(r.assessment.status for r in declared).items())),
        "kpis": [kpi_state(r, report.as_of) for r in declared],
    }


def figures_of(report: ObjectiveReport) -> pd.DataFrame:
    """Every tidy row the page draws on, declared and printed, targets included."""
    reports = [*report.reports, *report.without_data]
    frames = [r.rows for r in (*reports, *(b for r in reports for b in r.beside)) if len(r.rows)]
    # Frames know different dimensions: what one of them lacks is its total, not empty.
    return combine(frames).drop_duplicates(ignore_index=True) if frames else pd.DataFrame()
