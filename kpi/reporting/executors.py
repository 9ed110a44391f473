"""Pages rendered through any ``concurrent.futures.Executor``: its workers may be processes, threads or other machines.

What pages are made from travels once a worker: it goes along with the first tasks, and later only to a worker that
says it lacks it. Pages come back with hashes; what does not fit them, is incomplete, lost or cancelled is rendered
again, a few times at most. Each page has a forked process of its own there too, see :mod:`kpi.reporting.press`.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from kpi.errors import KpiError
from kpi.files import write_together
from kpi.forks import Outcome
from kpi.reporting.fresh import let_spawn
from kpi.reporting.jobs import Job, ReportJob
from kpi.reporting.worker import Answer, Task, render_there, rest, versions

#: How often a page is tried that no worker brings back whole.
ATTEMPTS = 3
#: Seconds beyond the limit of a page after which silence means that nobody is there; the first pages wait for imports.
PATIENCE = 120.0


class NotWholeError(KpiError):
    """What a worker gave back is not what it should be, so nothing of it is used."""


@dataclass(frozen=True)
class _Tried:
    """A page on its way: how often it was tried, and whether its worker asked for the pack."""

    job: Job | ReportJob
    tries: int = 0
    asked: bool = False


def run_executor(
    jobs: Sequence[Job | ReportJob],
    pack: bytes,
    root: Path,
    staging: Path,
    executor: Executor,
    *,
    places: int,
    timeout: float,
    memory: float = 0,
) -> Generator[Outcome, None, None]:
    """Render pages through an executor and yield an outcome for each, as they come; nothing is raised for one.

    Args:
        jobs: the pages.
        pack: what they are made from, see :func:`kpi.reporting.pack.packed`.
        root: of the project, where the notebooks of failed pages are kept.
        staging: folder to write into; a page is written whole or not at all.
        executor: it stays open.
        places: how many pages it renders at once; twice as many are on their way, so that no worker waits for us.
        timeout: seconds a page may take.
        memory: MB a page may ask for; 0 for any.
    """
    task = Task(jobs[0], hashlib.sha256(pack).hexdigest(), None, versions(), timeout, memory)
    let_spawn()
    way = _Way(executor, task, pack, places, deque(map(_Tried, jobs)))
    silent = 0
    try:
        while way.waiting or way.running:
            yield from way.fill()
            ended = wait(way.running, timeout + PATIENCE, FIRST_COMPLETED).done
            silent = 0 if ended else silent + 1
            if silent > 1:
                yield from way.give_up(f"no worker answered for {silent * (timeout + PATIENCE):.0f} s")
                return
            for future in ended or list(way.running):
                yield from way.take(future, root, staging)
    finally:
        for future in way.running:
            future.cancel()
        rest()  # where the workers are threads of this process


@dataclass
class _Way:
    """Pages that wait and pages that are with a worker; how many packs ``went`` along, and whether a page came back."""

    executor: Executor
    task: Task
    pack: bytes
    places: int
    waiting: deque[_Tried]
    running: dict[Future[Answer], _Tried] = field(default_factory=dict)
    went: int = 0
    warm: bool = False

    def fill(self) -> Iterator[Outcome]:
        """Send pages off while there is room; one that the executor does not take is tried again or told."""
        while self.waiting and len(self.running) < self.places * (1 + self.warm):
            tried = self.waiting.popleft()
            pack = self.pack if tried.asked or self.went < self.places else None
            self.went += pack is not None
            try:
                future = self.executor.submit(render_there, replace(self.task, job=tried.job, pack=pack))
            except Exception as error:  # noqa: BLE001  (a pool that is broken or shut: told of this page)
                yield from self.again(tried, f"{type(error).__name__}: {error}")
            else:
                self.running[future] = tried

    def take(self, future: Future[Answer], root: Path, staging: Path) -> Iterator[Outcome]:
        """What a worker gave back, checked and written; or the page waits again, or is told as failed."""
        tried = self.running.pop(future)
        if future.cancel() or not future.done():
            yield from self.again(tried, "it was lost or cancelled")
            return
        try:
            answer = future.result()
            if answer.lacking:
                self.waiting.appendleft(replace(tried, asked=True))
                return
            yield _outcome(answer, tried.job, root, staging)
        except KpiError as error:
            yield from self.again(tried, str(error))
        except Exception as error:  # noqa: BLE001  (whatever a worker raised: told, never raised)
            yield from self.again(tried, f"{type(error).__name__}: {error}")
        else:
            self.warm = True

    def again(self, tried: _Tried, error: str) -> Iterator[Outcome]:
        """A page that no worker brought back: once more, or told as failed."""
        if tried.tries + 1 < ATTEMPTS:
            self.waiting.append(replace(tried, tries=tried.tries + 1))
        else:
            msg = f"{tried.job.path}: no worker brought it back whole in {ATTEMPTS} attempts; the last: {error}"
            yield Outcome(tried.job, None, msg, 0.0)

    def give_up(self, error: str) -> Iterator[Outcome]:
        """All that is left is told as failed."""
        for tried in (*self.running.values(), *self.waiting):
            yield Outcome(tried.job, None, f"{tried.job.path}: {error}", 0.0)


def _outcome(answer: Answer, job: Job | ReportJob, root: Path, staging: Path) -> Outcome:
    """Check what a worker gave back and write it.

    Raises:
        NotWholeError: it is of another version, altered, incomplete, or no page of this job.
    """
    if answer.versions:
        msg = f"a worker has {differences(answer.versions, versions())}"
        raise NotWholeError(msg)
    if hashlib.sha256(answer.told).hexdigest() != answer.digest:
        msg = "what a worker told of the page was altered on its way"
        raise NotWholeError(msg)
    told = json.loads(answer.told)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in answer.files.items()}
    if hashes != told["files"]:
        wrong = sorted(set(hashes.items()) ^ set(told["files"].items()))
        msg = f"{wrong[0][0]} came back altered or not at all"
        raise NotWholeError(msg)
    broken = job.path.with_suffix(".ipynb")
    needed = set() if told["error"] else {job.path.as_posix(), f"notebooks/{broken.as_posix()}"}
    allowed = {broken.as_posix()} if told["error"] else needed
    beyond = [name for name in hashes if name not in allowed and (told["error"] or not _download(name))]
    if told["job"] != job.name or needed - set(hashes) or beyond:
        msg = f"a worker gave back {sorted(hashes)} of {told['job']!r}, which is not what was asked for"
        raise NotWholeError(msg)
    if told["error"]:
        write_together(root / "reports" / "failed", answer.files)
        return Outcome(job, None, told["error"].replace(told["root"], str(root)), told["seconds"])
    write_together(staging, answer.files)
    return Outcome(job, {"files": sorted(hashes), "facts": told["facts"]}, "", told["seconds"])


def _download(name: str) -> bool:
    place = PurePosixPath(name)
    return place.parts[0] == "downloads" and ".." not in place.parts and "\\" not in name


def differences(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """What is otherwise there, in words; empty where nothing is.

    >>> differences({"Python": "3.12", "pandas": "3.1.1"}, {"Python": "3.11", "pandas": "3.1.1"})
    'Python 3.12 (here 3.11)'
    """
    names = [name for name in {**here, **there} if here.get(name) != there.get(name)]
    return ", ".join(f"{name} {there.get(name, 'none')} (here {here.get(name, 'none')})" for name in names)
