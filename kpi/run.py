"""The main job: build, plan, render side by side, publish in one step, and say what happened in a manifest."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kpi.api import remember
from kpi.build import BuildResult, build
from kpi.catalogue import LANGUAGES
from kpi.errors import unknown
from kpi.project import Project
from kpi.publish import locked, publish, stage
from kpi.reporting import prepare
from kpi.reporting.chromium import find_chromium
from kpi.reporting.extra import ReportJob, render_report, report_jobs
from kpi.reporting.forks import Outcome, can_fork, run_forked
from kpi.reporting.frame import write_text
from kpi.reporting.images import write_site_images
from kpi.reporting.render import Job, render, warm_up
from kpi.reporting.site import write_common_pages

#: A report that takes longer is ended; a typical page takes a tenth of a second.
TIME_LIMIT = 120.0
_PACKAGES = ("pandas", "plotly", "papermill", "nbconvert", "great-expectations", "Babel")


@dataclass(frozen=True)
class RunOptions:
    """What to render and how. Empty objectives and languages mean all; ``images``: also copy charts."""

    objectives: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    workers: int = 0
    engine: str = "fork"
    use_sample: bool = True
    as_of: str = ""
    images: bool = False


@dataclass
class RunResult:
    """What a run did; ``failed`` are pages that could not be rendered, the others are published."""

    site: Path
    run: str
    built: BuildResult
    rendered: list[Job | ReportJob] = field(default_factory=list)
    failed: dict[Job | ReportJob, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def summary(self) -> str:
        """The last line of the run."""
        held = len(self.built.held_back)
        return (
            f"run {self.run}: {len(self.rendered)} pages, {len(self.failed)} failed, "
            f"{held} problems held back, {self.seconds:.1f} s"
        )


def run(
    project: Project,
    options: RunOptions,
    *,
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> RunResult:
    """Build the tables, render the pages beside the published site, and swap them in.

    A page that fails leaves the others, keeps its last published version and its
    half-executed notebook (``reports/failed``), and is named in the manifest.

    Raises:
        LockedError: another run is at work in this project.
        UsageError: an objective or language that does not exist.
    """
    started = time.monotonic()
    if options.images:
        find_chromium()  # told before hours of work, not after
    project = Project(project.root)  # read anew: what an earlier run of this process knew may have changed
    with locked(project):
        jobs = plan(project, options)
        extra = plan_reports(project, options)
        built = build(project, allow_sample=options.use_sample, tell=tell)
        tell("preparing")
        result = RunResult(project.reports / "site", prepare.run_id(project), built)
        partial = len(jobs) < len(plan(project, RunOptions()))
        staging = stage(project, result.run, partial=partial)
        try:
            tell(f"rendering {len(jobs) + len(extra)} pages")
            summaries = _published_summaries(staging)
            for count, outcome in enumerate(_render_all(project, [*jobs, *extra], staging, options), start=1):
                job: Job | ReportJob = outcome.task
                if outcome.ok:
                    result.rendered.append(job)
                    if isinstance(job, Job):
                        summaries[job.objective] = outcome.result
                else:
                    result.failed[job] = outcome.error
                progress(count, len(jobs) + len(extra))
            _keep_last_versions(staging, result)
            tell("portal, register and coverage")
            whole = not partial or not (staging / "downloads" / "all-figures.parquet").exists()
            write_common_pages(
                project, staging, summaries, as_of=options.as_of, use_sample=options.use_sample, whole=whole
            )
            if options.images:
                tell("copying charts")
                tell(f"{write_site_images(staging, [job.path for job in result.rendered])} files of charts")
            result.seconds = time.monotonic() - started
            _write_manifest(staging, result, options, summaries)
            publish(project, staging)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return result


def plan(project: Project, options: RunOptions) -> list[Job]:
    """One job per objective and language, in the order of the register."""
    catalogue = project.catalogue
    for language in options.languages:
        if language not in LANGUAGES:
            raise unknown("language", language, LANGUAGES)
    names = options.objectives or tuple(o.id for o in catalogue.objectives)
    objectives = [catalogue.objective(name) for name in dict.fromkeys(names)]
    return [
        Job(objective.id, language, options.as_of, options.use_sample, coded=position == 0)
        for objective in objectives
        for position, language in enumerate(options.languages or LANGUAGES)
    ]


def plan_reports(project: Project, options: RunOptions) -> list[ReportJob]:
    """The reports that analysts added, in a whole run; a run of named objectives leaves them as they are."""
    if options.objectives:
        return []
    return report_jobs(project, languages=options.languages, as_of=options.as_of, use_sample=options.use_sample)


def _render_all(
    project: Project, jobs: Sequence[Job | ReportJob], staging: Path, options: RunOptions
) -> Iterator[Outcome]:
    os.environ["KPI_ROOT"] = str(project.root)  # kernels find the same project
    remember(project)  # and so do forked children
    forking = options.engine == "fork" and can_fork()

    def work(job: Job | ReportJob) -> dict[str, Any]:
        engine = "fork" if forking else "standard"
        if isinstance(job, ReportJob):
            return render_report(project, job, staging, engine=engine)
        return render(project, job, staging, engine=engine)

    if forking:
        pages = [job for job in jobs if isinstance(job, Job)]
        warm_up(project, pages[0])
        for page in pages:  # composed once here, read by the children of all languages
            prepare.prepare_report(project, page.objective, as_of=page.as_of, use_sample=page.use_sample)
        yield from run_forked(jobs, work, workers=options.workers or os.cpu_count() or 1, timeout=TIME_LIMIT)
        return
    for job in jobs:
        started = time.monotonic()
        try:
            yield Outcome(job, work(job), "", time.monotonic() - started)
        except Exception as error:  # noqa: BLE001  (one page must not end the run; its error is told)
            yield Outcome(job, None, str(error), time.monotonic() - started)


def _published_summaries(staging: Path) -> dict[str, dict[str, Any]]:
    path = staging / "manifest.json"
    if not path.exists():
        return {}
    summaries: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["objectives"]
    return summaries


def _keep_last_versions(staging: Path, result: RunResult) -> None:
    """For pages that failed, the version that was published before."""
    for job in result.failed:
        previous = result.site / job.path
        if previous.exists() and not (staging / job.path).exists():
            (staging / job.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(previous, staging / job.path)


def _write_manifest(
    staging: Path, result: RunResult, options: RunOptions, summaries: Mapping[str, Mapping[str, Any]]
) -> None:
    manifest = {
        "run": result.run,
        "seconds": round(result.seconds, 2),
        "as_of": options.as_of,
        "sample": options.use_sample,
        "pages": sorted(str(job.path) for job in result.rendered),
        "failed": {str(job.path): error for job, error in result.failed.items()},
        "sources": [
            {
                "id": source.source,
                "files": [Path(name).name for name in source.files],
                "sample": source.is_sample,
                "rows_read": source.rows_read,
                "rows_accepted": source.rows_accepted,
            }
            for source in result.built.sources
        ],
        "held_back": len(result.built.held_back),
        "versions": {"python": sys.version.split()[0], **_versions()},
        "objectives": dict(summaries),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    write_text(staging / "manifest.json", text)


def _versions() -> dict[str, str]:
    found = {}
    for name in ("brussels-kpi", *_PACKAGES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
