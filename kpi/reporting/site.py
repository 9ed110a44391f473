"""What a site has beside its reports: assets, portal, the register of indicators, coverage, all figures."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kpi.catalogue import LANGUAGES, Language
from kpi.collect.owed import owners
from kpi.collect.workbook import collect
from kpi.compose import Evidence
from kpi.coverage import coverage
from kpi.errors import KpiError
from kpi.project import Project
from kpi.reporting import prepare
from kpi.reporting.accessibility import read_publisher, write_statements
from kpi.reporting.assets import write_assets
from kpi.reporting.changes import write_changes
from kpi.reporting.coverage_page import write_coverage_pages
from kpi.reporting.downloads import write_all_figures
from kpi.reporting.forks import can_fork, run_forked
from kpi.reporting.indicators import write_indicator_pages
from kpi.reporting.methods_page import write_methods_pages
from kpi.reporting.portal import write_portal
from kpi.reporting.revised import write_revision_pages
from kpi.reporting.validation_page import write_validation_pages

#: A workbook that takes longer than this is stuck; the largest takes a few seconds.
TIME_LIMIT = 120.0
#: Organisations of the Region work in these; any other is one `kpi collect` away.
OFFICIAL: tuple[Language, ...] = ("fr", "nl")


def write_common_pages(
    project: Project,
    site: Path,
    summaries: Mapping[str, Mapping[str, Any]],
    *,
    as_of: str,
    use_sample: bool,
    whole: bool,
) -> None:
    """Write all that is not a report.

    Args:
        project: with built tables.
        site: root of the site.
        summaries: of the objectives that have a page, see :func:`kpi.reporting.prepare.summarise`.
        as_of: date or year the pages speak of; empty for that of the newest data.
        use_sample: whether made-up numbers are shown.
        whole: also the pages about the whole register; a run of a few reports leaves them as they are.
    """
    run = prepare.run_id(project)
    write_assets(site)
    speaking_of = as_of or prepare.default_as_of(project)
    write_portal(project.catalogue, summaries, site, speaking_of, run)
    write_changes(project.catalogue, summaries, site, project.reports / "site", speaking_of)
    write_statements(site, read_publisher(project.root))
    write_methods_pages(site, run=run)
    if not whole:
        return
    catalogue = project.catalogue
    evidence = prepare.evidence(project, use_sample=use_sample, as_of=as_of)
    briefs = (prepare.prepare_report(project, o.id, as_of=as_of, use_sample=use_sample) for o in catalogue.objectives)
    write_coverage_pages(catalogue, coverage(briefs, catalogue), site, run=run)
    write_revision_pages(project, site, as_of=as_of, run=run)
    write_validation_pages(project, site, use_sample=use_sample, run=run)
    _write_side_by_side(project, site, evidence, run=run)
    observations = project.observations_on(as_of)
    shown = observations if use_sample else observations[~observations["sample"]]
    write_all_figures(shown, catalogue, site / "downloads")


def _write_side_by_side(project: Project, site: Path, evidence: Evidence, *, run: str) -> None:
    """The pages of indicators, and a workbook for every organisation that owes KPIs, in the official languages.

    Raises:
        KpiError: one of them could not be written.
    """
    catalogue, remarks = project.catalogue, prepare.remarks(project)
    owing = sorted({name for _, declaration in catalogue.declarations for name in owners(catalogue, declaration)})
    (site / "downloads" / "collect").mkdir(parents=True, exist_ok=True)

    def write(task: tuple[str, Language]) -> None:
        organisation, language = task
        if organisation:
            path = site / "downloads" / "collect" / f"{organisation}-{language}.xlsx"
            collect(catalogue, organisation, path, language=language, by_indicator=evidence.by_indicator)
        else:
            write_indicator_pages(catalogue, evidence.by_indicator, remarks, site, language, run=run)

    tasks: list[tuple[str, Language]] = [("", language) for language in LANGUAGES]
    tasks += [(name, language) for name in owing for language in OFFICIAL]
    if not can_fork():
        for task in tasks:
            write(task)
        return
    for outcome in run_forked(tasks, write, workers=os.cpu_count() or 1, timeout=TIME_LIMIT):
        if not outcome.ok:
            what = f"The collection workbook of {outcome.task[0]}" if outcome.task[0] else "The pages of indicators"
            msg = f"{what} ({outcome.task[1]}) could not be written: {outcome.error}"
            raise KpiError(msg)
