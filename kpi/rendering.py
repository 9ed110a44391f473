"""Rendering many pages: forked from this process, in fresh ones, through an executor, or by papermill's own engine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.api import remember
from kpi.errors import refused
from kpi.files import noting
from kpi.forks import Outcome, can_fork, run_forked
from kpi.keeping import drop
from kpi.project import Project
from kpi.reporting import prepare
from kpi.reporting.jobs import Job, ReportJob

if TYPE_CHECKING:
    from kpi.briefing import ObjectiveReport
    from kpi.run import RunOptions

#: From this many pages on it pays to render one for nothing, so that the others find everything loaded.
_WORTH_WARMING = 5


def render_all(
    project: Project, jobs: Sequence[Job | ReportJob], staging: Path, options: RunOptions
) -> Generator[Outcome, None, None]:
    """Render pages into a folder and yield what became of each, as they end; one that fails fails alone."""
    if not jobs:
        return
    if options.dask or options.executor is not None:
        yield from _elsewhere(project, jobs, staging, options)
        return
    from kpi.reporting.render import warm_up  # noqa: PLC0415  (papermill and nbconvert only to render)

    os.environ["KPI_ROOT"] = str(project.root)  # kernels find the same project
    remember(project)  # and so do forked children
    if options.engine == "standard":
        yield from one_by_one(jobs, lambda job: render_one(project, staging, job, engine="standard"))
        return
    if options.engine == "fresh" or not can_fork():
        from kpi.reporting.fresh import run_fresh  # noqa: PLC0415  (only where nothing can be forked)

        work = partial(render_fresh, project.root, staging)
        yield from run_fresh(jobs, work, workers=options.processes, timeout=options.timeout, memory=options.memory)
        return
    pages = [job for job in jobs if isinstance(job, Job)]
    first = next((job for job in pages if _composed(project, job).reports), None) or next(iter(pages), None)
    warm_up(project, first if len(pages) >= _WORTH_WARMING else None)
    work = partial(render_one, project, staging)
    yield from run_forked(
        _ready(project, jobs), work, workers=options.processes, timeout=options.timeout, memory=options.memory
    )


def _ready(project: Project, jobs: Sequence[Job | ReportJob]) -> Iterator[Job | ReportJob]:
    """Jobs as they can start: each objective is composed once here, for the children of all its languages.

    Then that is dropped: what stays makes every later fork dearer, those of five thousand pages by a quarter.
    """
    for objective, its in groupby(jobs, key=lambda job: job.objective if isinstance(job, Job) else ""):
        for job in its:
            if isinstance(job, Job):
                _composed(project, job)
            yield job
        if objective:
            drop(project, prepare.prepare_report)


def _composed(project: Project, job: Job) -> ObjectiveReport:
    return prepare.prepare_report(project, job.objective, as_of=job.as_of, use_sample=job.use_sample)


def _elsewhere(
    project: Project, jobs: Sequence[Job | ReportJob], staging: Path, options: RunOptions
) -> Generator[Outcome, None, None]:
    """Through an executor. A cluster is left as soon as the pages are here, before anything else forks."""
    from kpi.reporting.executors import run_executor  # noqa: PLC0415  (only for whom renders elsewhere)
    from kpi.reporting.pack import packed  # noqa: PLC0415

    with ExitStack() as stack:
        if options.executor is not None:
            executor, places = options.executor, options.processes
        else:
            from kpi.cluster import cluster  # noqa: PLC0415  (an extra)

            executor, places = stack.enter_context(cluster(options.dask))
        yield from run_executor(
            jobs,
            packed(project, options.as_of),
            project.root,
            staging,
            executor,
            places=options.workers or places,
            timeout=options.timeout,
            memory=options.memory,
        )


def render_one(project: Project, staging: Path, job: Job | ReportJob, engine: str = "fork") -> dict[str, Any]:
    """One page into the folder, whatever kind of report it is.

    Returns:
        ``files``, those that were written, and ``facts``, what other pages say of it.
    """
    with noting() as written:
        if isinstance(job, ReportJob):
            from kpi.reporting.extra import render_report  # noqa: PLC0415  (only for whom has such reports)

            facts = render_report(project, job, staging, engine=engine)
        else:
            from kpi.reporting.render import render  # noqa: PLC0415

            facts = render(project, job, staging, engine=engine)
    return {"files": below(written, staging), "facts": facts}


def below(paths: Sequence[Path], folder: Path) -> list[str]:
    """Places below a folder, each once."""
    return sorted({path.relative_to(folder).as_posix() for path in paths})


def render_fresh(root: Path, staging: Path, job: Job | ReportJob) -> dict[str, Any]:
    """As :func:`render_one`, in a process that knows nothing yet."""
    os.environ["KPI_ROOT"] = str(root)
    project = Project(root)
    remember(project)
    return render_one(project, staging, job)


def one_by_one(jobs: Sequence[Any], work: Callable[[Any], Any]) -> Generator[Outcome, None, None]:
    """Do each in this process; an error is told, not raised."""
    for job in jobs:
        started = time.monotonic()
        try:
            yield Outcome(job, work(job), "", time.monotonic() - started)
        except Exception as error:  # noqa: BLE001  (one page must not end the run; its error is told)
            text = refused(error) if isinstance(error, OSError) else str(error)
            yield Outcome(job, None, text, time.monotonic() - started)
