"""What a site has beside its reports: assets, portal, the register of indicators, coverage, all figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kpi.coverage import coverage
from kpi.exports import write_figures
from kpi.project import Project
from kpi.reporting import prepare
from kpi.reporting.assets import write_assets
from kpi.reporting.coverage_page import write_coverage_pages
from kpi.reporting.indicators import write_indicator_pages
from kpi.reporting.portal import write_portal


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
    write_portal(project.catalogue, summaries, site, as_of or prepare.default_as_of(project), run)
    if not whole:
        return
    catalogue = project.catalogue
    evidence = prepare.evidence(project, use_sample=use_sample, as_of=as_of)
    briefs = (prepare.prepare_report(project, o.id, as_of=as_of, use_sample=use_sample) for o in catalogue.objectives)
    write_coverage_pages(catalogue, coverage(briefs, catalogue), site, run=run)
    write_indicator_pages(catalogue, evidence.by_indicator, prepare.remarks(project), site, run=run)
    observations = project.observations_on(as_of)
    shown = observations if use_sample else observations[~observations["sample"]]
    write_figures(shown, site / "downloads" / "all-figures.csv", "csv")
