"""The main job: build, plan, make what changed, publish in one step, and put on record what happened."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from kpi import fingerprint
from kpi.catalogue import LANGUAGES
from kpi.errors import KpiError, UsageError, refused, unknown
from kpi.lock import left_behind, locked, unended
from kpi.manifest import Record, as_json, write_record
from kpi.pieces import Made, all_there
from kpi.project import Project
from kpi.refresh import Built, refresh
from kpi.releases import RELEASES_KEPT, current, heal, history, name_of, publish, read_state, site_of, stage
from kpi.reporting.jobs import Job, ReportJob

#: What a page may take before it is ended: seconds (a typical one takes a tenth), and MB beyond what every page has.
TIME_LIMIT, MEMORY_LIMIT = 120.0, 2048


@dataclass(frozen=True)
class RunOptions:
    """What to render and how. Empty objectives and languages mean all.

    ``images``: also copy charts; ``force``: make everything again; ``keep``: releases that stay;
    ``memory`` and ``timeout``: MB and seconds a page may take; ``dask``: address of a scheduler whose workers
    render the pages instead of this machine; ``executor``: any other that does, ``workers`` of them at once.
    """

    objectives: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    workers: int = 0
    engine: str = "fork"
    use_sample: bool = True
    as_of: str = ""
    images: bool = False
    force: bool = False
    keep: int = RELEASES_KEPT
    memory: int = MEMORY_LIMIT
    timeout: float = TIME_LIMIT
    dask: str = ""
    executor: Executor | None = None

    def __post_init__(self) -> None:
        ways = {"engine": self.engine if self.engine != "fork" else "", "dask": self.dask, "executor": self.executor}
        if len(chosen := [name for name, way in ways.items() if way]) > 1:
            msg = f"{' and '.join(chosen)} exclude each other: each of them says where pages are rendered."
            raise UsageError(msg)

    @property
    def processes(self) -> int:
        """How many pages are rendered at once."""
        return self.workers or os.cpu_count() or 1

    @property
    def told(self) -> dict[str, Any]:
        """What was chosen, for the record of a run."""
        chosen = {each.name: getattr(self, each.name) for each in fields(self)}
        named = {"executor": type(self.executor).__name__} if self.executor is not None else {}
        return {name: value for name, value in {**chosen, **named}.items() if value}


@dataclass
class RunResult:
    """What a run did; ``failed`` are pages that could not be rendered, the others are published."""

    site: Path
    run: str
    built: Built
    rendered: list[Job | ReportJob] = field(default_factory=list)
    failed: dict[Job | ReportJob, str] = field(default_factory=dict)
    made: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unchanged: int = 0
    seconds: float = 0.0

    @property
    def summary(self) -> str:
        """The last line of the run."""
        return (
            f"run {self.run}: {len(self.rendered)} pages, {len(self.failed)} failed, {self.unchanged} unchanged, "
            f"{self.built.problems} problems held back, {self.seconds:.1f} s"
        )


@dataclass(frozen=True)
class Plan:
    """What a run would make and why, by piece, from the tables as ``built``.

    ``seconds`` is how long that took in past runs, None where unknown.
    """

    built: Built
    why: Mapping[str, tuple[str, ...]]
    unchanged: int
    seconds: float | None


def run(
    project: Project,
    options: RunOptions,
    *,
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> RunResult:
    """Build the tables, make the pages that changed beside the published site, check them, and swap them in.

    A page that fails leaves the others, keeps its last published version with a note of its age and
    its half-executed notebook (``reports/failed``), and is named in the manifest.

    Raises:
        LockedError: another run is at work in this project.
        UsageError: an objective or language that does not exist, or options that exclude each other.
        KpiError: the new site is not whole, or could not be written; the published one stays.
    """
    if options.images:
        from kpi.reporting.chromium import find_chromium  # noqa: PLC0415  (no browser without charts to copy)

        find_chromium()  # told before hours of work, not after
    if options.dask:
        from kpi.cluster import cluster  # noqa: PLC0415  (an extra)

        with cluster(options.dask) as (_, places):
            tell(f"the cluster at {options.dask} renders {places} pages at once")
    project = Project(project.root)  # read anew: what an earlier run of this process knew may have changed
    record = Record(options=options.told)
    if options.objectives or options.languages:
        jobs_of(project, options)  # a mistyped name is told before anything is done
    with held(project, tell):
        try:
            return _run(project, options, record, tell, progress)
        except BaseException as error:
            record.error = f"{type(error).__name__}: {error}"
            with suppress(OSError):  # a full disk must not hide what went wrong
                write_record(project, as_json(record))
            if isinstance(error, OSError):
                msg = f"The run could not write: {refused(error)} What was published stays."
                raise KpiError(msg) from error
            raise


@contextmanager
def held(project: Project, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a project; a run before that was killed with it in its hands is told and put on record.

    Raises:
        LockedError: another run holds it.
        KpiError: the folder of the reports cannot be written.
    """
    before = left_behind(project)  # read first: the lock writes our own name there
    with locked(project):
        if before:
            tell(f"warning: {unended(before)}")
            record = Record(started=before["since"], error=unended(before))
            with suppress(OSError):
                write_record(project, {**as_json(record), "by": before, "finished": ""})
        yield


def jobs_of(project: Project, options: RunOptions) -> list[Job]:
    """One job per objective and language, in the order of the register."""
    for language in options.languages:
        if language not in LANGUAGES:
            raise unknown("language", language, LANGUAGES)
    catalogue = project.catalogue
    names = options.objectives or tuple(o.id for o in catalogue.objectives)
    objectives = [catalogue.objective(name) for name in dict.fromkeys(names)]
    return [
        Job(objective.id, language, options.as_of, options.use_sample, coded=position == 0)
        for objective in objectives
        for position, language in enumerate(options.languages or LANGUAGES)
    ]


def reports_of(project: Project, options: RunOptions) -> list[ReportJob]:
    """The reports that analysts added, in a whole run; a run of named objectives leaves them as they are."""
    if options.objectives or not project.catalogue.reports:
        return []
    from kpi.reporting.extra import report_jobs  # noqa: PLC0415  (only for whom has such reports)

    return report_jobs(project, languages=options.languages, as_of=options.as_of, use_sample=options.use_sample)


def plan(project: Project, options: RunOptions, *, tell: Callable[[str], None] = lambda _: None) -> Plan:
    """What a run would do. The tables are brought up to date for it; nothing is rendered or published."""
    project = Project(project.root)
    with held(project, tell):
        heal(project)
        built = refresh(project, allow_sample=options.use_sample, tell=tell)
        site = current(project)
        key, before = read_state(site)
        if not options.force and key == _key(project, options, built) and _whole(project, before):
            return Plan(built, {}, len(before), 0.0)
        from kpi.making import all_pieces  # noqa: PLC0415  (see below)
        from kpi.work import plan_work  # noqa: PLC0415

        jobs, extra = jobs_of(project, options), reports_of(project, options)
        work = plan_work(project, jobs, extra, options, built, before, site)
        pieces = all_pieces(work, {name: made.facts for name, made in before.items()})
    why = {name: reasons for name, parts in pieces.items() if (reasons := work.why(name, parts))}
    return Plan(built, why, len(pieces) - len(why), _expected(project, why, options.processes))


def _expected(project: Project, why: Mapping[str, Any], processes: int) -> float | None:
    past: dict[str, float] = {}
    for told in reversed(history(project)):
        past.update(told.get("page_seconds", {}))
    if not past:
        return None
    usual = sorted(past.values())[len(past) // 2]
    return sum(past.get(name, usual) for name in why) / processes


def _whole(project: Project, before: Mapping[str, Made]) -> bool:
    """Whether all that was published is still there."""
    site = site_of(project)
    return all(all_there(made.files, site) for made in before.values())


def _key(project: Project, options: RunOptions, built: Built) -> str:
    """Of everything a site is made from; it also is the id of a run."""
    remarks = fingerprint.of_files((project.data / "published").glob("*.yaml"), project.root)
    words = [fingerprint.words(language) for language in LANGUAGES]
    notebooks = fingerprint.of_files(project.notebook_files, project.root)
    publisher = fingerprint.of_file(project.root / "site.yaml")
    shown = (options.as_of, options.use_sample, options.images)
    return fingerprint.of(built.key, remarks, words, notebooks, publisher, fingerprint.look(), shown)


def _get_ready(project: Project) -> None:
    """Load what a run that has something to do needs after its tables."""
    import kpi.making  # noqa: PLC0415
    import kpi.reporting.render  # noqa: F401, PLC0415
    from kpi.observations import quick_text  # noqa: PLC0415
    from kpi.reporting.engine import warm_shell  # noqa: PLC0415

    quick_text()
    warm_shell()
    _ = project.catalogue  # read once, and kept with the project


def _run(
    project: Project,
    options: RunOptions,
    record: Record,
    tell: Callable[[str], None],
    progress: Callable[[int, int], None],
) -> RunResult:
    heal(project)
    built = refresh(
        project, allow_sample=options.use_sample, force=options.force, tell=tell, meanwhile=lambda: _get_ready(project)
    )
    site = current(project)
    key_before, before = read_state(site)
    key = _key(project, options, built)
    result = RunResult(site_of(project), key[:12], built)
    record.run, record.built = result.run, built.rebuilt
    record.held_back, record.sources = built.counts, built.sources
    if not options.force and key == key_before and _whole(project, before):
        result.unchanged = record.unchanged = len(before)
        record.release = site.name if site else ""
    else:
        # pandas and what renders only where something changed
        from kpi.making import make  # noqa: PLC0415
        from kpi.observations import quick_text  # noqa: PLC0415
        from kpi.work import plan_work  # noqa: PLC0415

        quick_text()

        tell("planning")
        jobs, extra = jobs_of(project, options), reports_of(project, options)
        work = plan_work(project, jobs, extra, options, built, before, site)
        record.release = name_of(project, result.run)
        staging = stage(project)
        try:
            pieces = make(work, staging, result, record, tell, progress)
            complete = not result.failed and (work.whole or key == key_before)
            publish(project, staging, record.release, key if complete else "", pieces, keep=options.keep)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    result.seconds = record.elapsed
    with suppress(OSError):  # the site is published: that its record has no place does not undo it
        write_record(project, as_json(record))
    return result
