"""One report: the notebook run by papermill, exported to a page, with its downloads beside."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

from kpi.errors import KpiError
from kpi.project import Project
from kpi.reporting import prepare
from kpi.reporting.downloads import write_downloads
from kpi.reporting.engine import forget, warm_shell
from kpi.reporting.export import export_html
from kpi.reporting.frame import write_text
from kpi.reporting.jobs import Job

#: Name of our engine at papermill's entry point, see kpi.reporting.entry.
ENGINE = "kpi-fork"
#: Seconds; a report that takes longer is ended. A typical page takes a tenth of a second.
TIME_LIMIT = 120


class Renderable(Protocol):
    """What :func:`execute` needs of a job: where its page goes, and what its notebook is given."""

    @property
    def path(self) -> Path:
        """Place of the page in the site."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters of the notebook."""


def warm_up(project: Project, job: Job | None) -> None:
    """Load and run everything a page needs once in this process, so that forked children find it ready.

    The page given is rendered for real and thrown away: a list of imports would miss what
    libraries load late. For a page or two that costs more than it saves: then give none.
    """
    warm_shell()
    if job is None:
        return
    # A page that fails here fails again in its own process, where it is told.
    with suppress(KpiError, OSError), TemporaryDirectory() as site:
        render(project, job, Path(site))
    forget()


def render(project: Project, job: Job, site: Path, *, engine: str = "fork") -> dict[str, Any]:
    """Execute and export one page into ``site``; returns what others say of its objective.

    Raises:
        KpiError: a cell failed; the notebook as far as it ran is kept in ``reports/failed``.
    """
    executed = site / "notebooks" / job.path.with_suffix(".ipynb")
    notebook = execute(project, job, executed, engine=engine)
    write_text(site / job.path, export_html(notebook))
    write_text(executed, nbformat.writes(without_chance(notebook)))  # type: ignore[no-untyped-call]
    report = prepare.prepare_report(project, job.objective, as_of=job.as_of, use_sample=job.use_sample)
    page = prepare.prepare_page(project, job.objective, job.language, as_of=job.as_of, use_sample=job.use_sample)
    write_downloads(page, prepare.figures_of(report), site / "downloads", coded=job.coded)
    return prepare.facts(project, report)


def without_chance(notebook: Any) -> Any:
    """The executed notebook without what differs from run to run: equal data gives equal bytes."""
    for part in (notebook, *notebook.cells):
        for name in ("start_time", "end_time", "duration"):
            part.metadata.get("papermill", {}).pop(name, None)
        part.metadata.pop("execution", None)
    for name in ("input_path", "output_path"):  # of this machine
        notebook.metadata.get("papermill", {}).pop(name, None)
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell["id"] = "given"  # papermill draws one at random
    return notebook


def execute(
    project: Project, job: Renderable, output: Path | None, *, engine: str, notebook: Path | None = None
) -> Any:
    """Run the notebook for one page and return it executed; ``engine`` is ``fork`` or ``standard``.

    Without a ``notebook`` it is that of an objective. One of one's own runs where it stands, as in JupyterLab.

    Raises:
        KpiError: the notebook leads out of the project's ``notebooks``, or a cell failed; with an
            ``output``, the notebook as far as it ran is kept.
    """
    _check_place(project, notebook or project.notebook)
    if output:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.unlink(missing_ok=True)
    try:
        return papermill.execute_notebook(
            notebook or project.notebook,
            output,
            parameters=dict(job.parameters),
            engine_name=ENGINE if engine == "fork" else None,
            kernel_name="python3",
            cwd=notebook.parent if notebook else project.root,
            progress_bar=False,
            execution_timeout=TIME_LIMIT,
            request_save_on_cell_execute=False,
        )
    except PapermillExecutionError as error:
        kept = ""
        if output and output.exists():
            failed = project.reports / "failed" / job.path.with_suffix(".ipynb")
            failed.parent.mkdir(parents=True, exist_ok=True)
            output.replace(failed)
            kept = f" The notebook as far as it ran is {failed}."
        msg = f"{job.path}: cell {error.exec_count} failed with {error.ename}: {error.evalue}.{kept}"
        raise KpiError(msg) from error


def _check_place(project: Project, notebook: Path) -> None:
    """A notebook is code: only the project's own are run, and no link to one elsewhere."""
    folder = project.root.resolve() / "notebooks"
    if not notebook.resolve().is_relative_to(folder):
        msg = f"{notebook} leads to {notebook.resolve()}; only notebooks in {folder} itself are run."
        raise KpiError(msg)
