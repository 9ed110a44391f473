"""One report on its own: a file to open or to mail, rendered from the tables that are there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from kpi.api import remember
from kpi.project import Project
from kpi.reporting.assets import write_assets
from kpi.reporting.chromium import browser, find_chromium
from kpi.reporting.export import export_html
from kpi.reporting.frame import write_text
from kpi.reporting.images import write_images
from kpi.reporting.jobs import Job
from kpi.reporting.pdf import write_pdf
from kpi.reporting.prepare import default_as_of
from kpi.reporting.render import execute


def render_single(project: Project, parameters: dict[str, Any], target: Path, *, self_contained: bool) -> None:
    """Render one page to ``target``; without ``self_contained`` its assets go to ``assets`` beside it.

    Raises:
        UsageError: unknown objective, or nothing was built yet.
        KpiError: a cell of the notebook failed.
    """
    html = _html(project, parameters, self_contained=self_contained)
    if not self_contained:
        html = html.replace("../../assets/", "assets/")
        write_assets(target.parent)
    write_text(target, html)


def print_single(project: Project, parameters: dict[str, Any], target: Path) -> None:
    """Render one page and print it to ``target`` as a PDF.

    Raises:
        UsageError: unknown objective, or nothing was built yet.
        KpiError: a cell of the notebook failed, or no Chromium was found.
    """
    find_chromium()  # told before the work is done
    html = _html(project, parameters, self_contained=True)
    write_pdf(html, target, as_of=parameters["as_of"] or default_as_of(project))


def copy_charts(project: Project, parameters: dict[str, Any], folder: Path) -> list[Path]:
    """Render one page and copy its charts into ``folder``, as SVG and PNG.

    Raises:
        UsageError: unknown objective, or nothing was built yet.
        KpiError: a cell of the notebook failed, or no Chromium was found.
    """
    find_chromium()
    html = _html(project, parameters, self_contained=True)
    with browser() as tab, tempfile.TemporaryDirectory(prefix="kpi-charts-") as name:
        page = Path(name) / "page.html"
        write_text(page, html)
        return write_images(tab, page, folder)


def _html(project: Project, parameters: dict[str, Any], *, self_contained: bool) -> str:
    project.catalogue.objective(parameters["objective"])
    _ = project.observations  # "run 'kpi build' first" comes before a notebook is started
    os.environ["KPI_ROOT"] = str(project.root)
    remember(project)
    job = Job(parameters["objective"], parameters["language"], parameters["as_of"], parameters["use_sample"])
    return export_html(execute(project, job, None, engine="fork"), self_contained=self_contained)
