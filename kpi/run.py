"""The main job: build, plan, render side by side, publish in one step, and say what happened in a manifest."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kpi.api import remember
from kpi.build import BuildResult, build
from kpi.catalogue import LANGUAGES
from kpi.errors import KpiError, LockedError, unknown
from kpi.exports import write_figures
from kpi.project import Project
from kpi.reporting import prepare
from kpi.reporting.assets import write_assets
from kpi.reporting.forks import Outcome, can_fork, run_forked
from kpi.reporting.portal import write_portal
from kpi.reporting.render import Job, render, warm_up

#: A report that takes longer is ended; a typical page takes a tenth of a second.
TIME_LIMIT = 120.0
RELEASES_KEPT = 3
_PACKAGES = ("pandas", "plotly", "papermill", "nbconvert", "great-expectations", "Babel")


@dataclass(frozen=True)
class RunOptions:
    """What to render and how. Empty objectives and languages mean all."""

    objectives: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    workers: int = 0
    engine: str = "fork"
    use_sample: bool = True
    as_of: str = ""


@dataclass
class RunResult:
    """What a run did; ``failed`` are pages that could not be rendered, the others are published."""

    site: Path
    run: str
    built: BuildResult
    rendered: list[Job] = field(default_factory=list)
    failed: dict[Job, str] = field(default_factory=dict)
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
    project = Project(project.root)  # read anew: what an earlier run of this process knew may have changed
    with _locked(project):
        jobs = plan(project, options)
        built = build(project, allow_sample=options.use_sample, tell=tell)
        tell("preparing")
        result = RunResult(project.reports / "site", prepare.run_id(project), built)
        staging = _stage(project, result.run, partial=len(jobs) < len(plan(project, RunOptions())))
        try:
            tell(f"rendering {len(jobs)} pages")
            summaries: dict[str, dict[str, Any]] = _published_summaries(staging)
            for count, outcome in enumerate(_render_all(project, jobs, staging, options), start=1):
                job: Job = outcome.task
                if outcome.ok:
                    result.rendered.append(job)
                    summaries[job.objective] = outcome.result
                else:
                    result.failed[job] = outcome.error
                progress(count, len(jobs))
            _finish(project, staging, result, options, summaries)
            result.seconds = time.monotonic() - started
            _write_manifest(staging, result, options, summaries)
            _publish(project, staging)
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
        # The downloads of an objective are the same in every language: written once.
        Job(objective.id, language, options.as_of, options.use_sample, downloads=position == 0)
        for objective in objectives
        for position, language in enumerate(options.languages or LANGUAGES)
    ]


def _render_all(project: Project, jobs: Sequence[Job], staging: Path, options: RunOptions) -> Iterator[Outcome]:
    os.environ["KPI_ROOT"] = str(project.root)  # kernels find the same project
    remember(project)  # and so do forked children
    forking = options.engine == "fork" and can_fork()

    def work(job: Job) -> dict[str, Any]:
        return render(project, job, staging, engine="fork" if forking else "standard")

    if forking:
        warm_up(project, jobs[0])
        yield from run_forked(jobs, work, workers=options.workers or os.cpu_count() or 1, timeout=TIME_LIMIT)
        return
    for job in jobs:
        started = time.monotonic()
        try:
            yield Outcome(job, work(job), "", time.monotonic() - started)
        except Exception as error:  # noqa: BLE001  (one page must not end the run; its error is told)
            yield Outcome(job, None, str(error), time.monotonic() - started)


@contextmanager
def _locked(project: Project) -> Iterator[None]:
    from filelock import FileLock, Timeout  # noqa: PLC0415

    project.reports.mkdir(parents=True, exist_ok=True)
    path = project.reports / ".lock"
    try:
        with FileLock(path, timeout=0):
            yield
    except Timeout as error:
        msg = f"Another run is at work in {project.root} (lock {path}); wait for it to end and start again."
        raise LockedError(msg) from error


def _stage(project: Project, run_id: str, *, partial: bool) -> Path:
    """A folder beside the site; a partial run starts from links to what is published."""
    releases = project.reports / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    staging = releases / f".staging-{run_id}-{os.getpid()}"
    current = project.reports / "site"
    shutil.rmtree(staging, ignore_errors=True)
    if partial and current.exists():
        shutil.copytree(current.resolve(), staging, copy_function=_link)
    else:
        staging.mkdir()
    return staging


def _link(source: str, target: str) -> None:
    """A hard link where the file system has them: pages are replaced, never written in place."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _published_summaries(staging: Path) -> dict[str, dict[str, Any]]:
    path = staging / "manifest.json"
    if not path.exists():
        return {}
    summaries: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["objectives"]
    return summaries


def _finish(
    project: Project,
    staging: Path,
    result: RunResult,
    options: RunOptions,
    summaries: Mapping[str, Mapping[str, Any]],
) -> None:
    """Assets, portal, downloads; and for pages that failed, the version that was published before."""
    for job in result.failed:
        previous = result.site / job.path
        if previous.exists() and not (staging / job.path).exists():
            (staging / job.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(previous, staging / job.path)
    write_assets(staging)
    as_of = options.as_of or prepare.default_as_of(project)
    write_portal(project.catalogue, summaries, staging, as_of, result.run)
    observations = project.observations
    if not options.use_sample:
        observations = observations[~observations["sample"]]
    write_figures(observations, staging / "downloads" / "all-figures.csv", "csv")


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
    path = staging / "manifest.json"
    path.unlink(missing_ok=True)  # it may be a link to the published one
    path.write_text(text, encoding="utf-8")


def _versions() -> dict[str, str]:
    found = {}
    for name in ("brussels-kpi", *_PACKAGES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _publish(project: Project, staging: Path) -> None:
    """Move the finished site into place in one step; readers see the old one or the new one."""
    release = staging.with_name(f"{time.strftime('%Y%m%dT%H%M%S')}-{staging.name.split('-')[1]}")
    if release.exists():
        shutil.rmtree(release)
    staging.rename(release)
    site = project.reports / "site"
    beside = project.reports / f".site-{os.getpid()}"
    beside.unlink(missing_ok=True)
    if site.exists() and not site.is_symlink():
        msg = f"{site} is a folder, not the link that runs maintain; move it away and run again."
        raise KpiError(msg)
    beside.symlink_to(Path("releases") / release.name, target_is_directory=True)
    beside.replace(site)
    kept = sorted(p for p in release.parent.iterdir() if not p.name.startswith("."))
    for old in kept[:-RELEASES_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
