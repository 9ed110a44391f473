"""One report on its own: a file to open or to mail, rendered from the tables that are there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from kpi.api import remember
from kpi.project import Project
from kpi.reporting.assets import write_assets
from kpi.reporting.export import export_html
from kpi.reporting.frame import write_text
from kpi.reporting.render import Job, execute


def render_single(project: Project, parameters: dict[str, Any], target: Path, *, self_contained: bool) -> None:
    """Render one page to ``target``; without ``self_contained`` its assets go to ``assets`` beside it.

    Raises:
        UsageError: unknown objective, or nothing was built yet.
        KpiError: a cell of the notebook failed.
    """
    project.catalogue.objective(parameters["objective"])
    _ = project.observations  # "run 'kpi build' first" comes before a notebook is started
    os.environ["KPI_ROOT"] = str(project.root)
    remember(project)
    job = Job(parameters["objective"], parameters["language"], parameters["as_of"], parameters["use_sample"])
    notebook = execute(project, job, None, engine="fork")
    html = export_html(notebook, self_contained=self_contained)
    if not self_contained:
        html = html.replace("../../assets/", "assets/")
        write_assets(target.parent)
    write_text(target, html)
