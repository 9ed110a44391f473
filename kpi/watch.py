"""Pages while somebody works on the figures: a process that stays, and shows them again as soon as a file was saved.

What a run pays anew each time (libraries, register, what other sources gave) is in memory already. Each round goes
the way of a run: sources are read and judged, figures computed and protected, the notebook runs in a process of
its own, which begins before the judgement, see :mod:`kpi.on_trust`. The pages come first, then the tables are
written as ``kpi build`` does; nothing is published.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi import cache, validation
from kpi.build import write
from kpi.draft import as_read, draft, judge_sources
from kpi.errors import KpiError
from kpi.forks import can_fork, run_forked
from kpi.lock import locked
from kpi.observations import quick_text
from kpi.on_trust import Ahead, go_ahead, shown
from kpi.project import Project
from kpi.refresh import build_key
from kpi.rendering import one_by_one
from kpi.reporting.jobs import Job
from kpi.reporting.render import warm_up
from kpi.reporting.single import render_single
from kpi.run import MEMORY_LIMIT, TIME_LIMIT

#: Seconds between two looks at the files; and those for which none may change before they are read, since some
#: programs save in steps.
EVERY, QUIET = 0.2, 0.05
#: Told once, before anything that went wrong.
GETTING_READY = "getting ready"
#: Place, time of change and size of each file: enough to see that somebody saved; what changed is told by hashes.
Stamp = frozenset[tuple[str, int, int]]


@dataclass(frozen=True)
class Round:
    """What became of a change.

    ``pages`` are those that are there now, ``failed`` the errors of the others, ``reasons`` why rows were held
    back; ``seconds`` went by between the moment when the change was seen and the last page.
    """

    pages: tuple[Path, ...]
    failed: tuple[str, ...]
    reasons: tuple[str, ...]
    seconds: float


def watch(
    project: Project, given: Sequence[dict[str, Any]], folder: Path, *, tell: Callable[[str], None]
) -> Iterator[Round]:
    """Make pages now and after each change, for as long as the caller asks for another round.

    Args:
        project: whose files are watched.
        given: what each page is given, see :class:`kpi.parameters.ReportParameters`; the first says for all
            whether sources without a delivery read their samples.
        folder: where pages go, each a file that carries all it needs.
        tell: is told that it begins, and what goes wrong: then the next change is awaited.

    Raises:
        UsageError: an unknown objective.
    """
    for parameters in given:
        project.catalogue.objective(parameters["objective"])
    tell(GETTING_READY)
    quick_text()
    validation.load()
    cache.stay()
    desk, seen = _Desk(project, given, folder), Stamp()
    while True:
        gc.collect()
        seen = _changed(project, seen)
        gc.disable()  # looking through all that is in memory takes a fifth of a round: there is time for it after
        try:
            yield from desk.rounds(seen)
        except (KpiError, OSError) as error:  # a full disk, or a file that somebody holds: the next save may go through
            tell(str(error))
        finally:
            gc.enable()


class _Desk:
    """What is asked for, and what stays in memory between two saves."""

    def __init__(self, project: Project, given: Sequence[dict[str, Any]], folder: Path) -> None:
        self.project, self.given = project, given
        self.places = [folder / f"{each['objective'].replace('/', '-')}.{each['language']}.html" for each in given]
        self.use_sample = bool(given[0]["use_sample"])
        # An earlier day is told from the tables on disk.
        self.dated = any(parameters["as_of"] for parameters in given)
        self.register = Stamp()
        self.warm = self.known = False

    def rounds(self, seen: Stamp) -> Iterator[Round]:
        """The pages of what was saved; a second time where they turn out to show something else."""
        started = time.monotonic()
        if self.register != (now := _below(seen, self.project.data / "catalogue")):
            self.project, self.register, self.known = Project(self.project.root), now, False
        key = build_key(self.project, allow_sample=self.use_sample)
        with locked(self.project):
            ahead = self._judge()
            if ahead.shown:
                yield Round(tuple(self.places), (), ahead.reasons, time.monotonic() - started)
                if _stamp(self.project) != seen:  # saved again: that comes before any table is written
                    return
            made = draft(self.project, ahead.judged)
            reading = as_read(self.project, made)
            if not self.warm:
                first = self.given[0]
                warm_up(reading, Job(first["objective"], first["language"], first["as_of"], self.use_sample))
            self.warm = self.known = True
            if self.dated:
                write(self.project, made, key)
            if ahead.shown != tuple(shown(reading, each["objective"], ahead.judged) for each in self.given):
                asked = zip(self.given, self.places, strict=True)
                pages, failed = _pages(reading, [each for each in asked if each[0]["objective"] not in ahead.hung])
                failed = (*ahead.hung.values(), *failed)
                yield Round(pages, failed, tuple(made.held_back["reason"]), time.monotonic() - started)
            if not self.dated:
                write(self.project, made, key)

    def _judge(self) -> Ahead:
        if self.known and not self.dated and can_fork():
            return go_ahead(self.project, self.given, self.places, timeout=TIME_LIMIT, memory=MEMORY_LIMIT)
        return Ahead(judge_sources(self.project, allow_sample=self.use_sample))


def _pages(project: Project, asked: Sequence[tuple[dict[str, Any], Path]]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    def work(page: int) -> None:
        render_single(project, *asked[page], self_contained=True)

    pages = range(len(asked))
    if can_fork():
        outcomes = run_forked(pages, work, workers=os.cpu_count() or 1, timeout=TIME_LIMIT, memory=MEMORY_LIMIT)
    else:
        outcomes = one_by_one(pages, work)
    with closing(outcomes):
        done = sorted(outcomes, key=lambda outcome: int(outcome.task))  # they come as they end
    return tuple(asked[o.task][1] for o in done if o.ok), tuple(o.error for o in done if not o.ok)


def _changed(project: Project, seen: Stamp) -> Stamp:
    """Wait until files are others than those seen, and have been left alone for a moment."""
    while (now := _stamp(project)) == seen:
        time.sleep(EVERY)
    while True:
        time.sleep(QUIET)
        if now == (again := _stamp(project)):
            return now
        now = again


def _stamp(project: Project) -> Stamp:
    """Of all that pages are made from: data without what builds write, suites and notebooks."""
    places = (project.data, project.expectations, project.notebooks)
    return Stamp(found for folder in places for found in _files(str(folder), skip=str(project.tidy)))


def _files(folder: str, skip: str) -> Iterator[tuple[str, int, int]]:
    try:
        entries = [*os.scandir(folder)]
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.path == skip:
            continue
        if entry.is_dir():
            yield from _files(entry.path, skip)
        else:
            try:
                told = entry.stat()
            except FileNotFoundError:  # gone since: the next look will tell
                continue
            yield entry.path, told.st_mtime_ns, told.st_size


def _below(stamp: Stamp, folder: Path) -> Stamp:
    return Stamp(file for file in stamp if file[0].startswith(f"{folder}{os.sep}"))
