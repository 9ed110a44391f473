"""A process that renders pages for a worker: it holds one project, stays warm, and forks for each page.

A worker of an executor has threads and connections, which a forked page must neither inherit nor
disturb; so each worker keeps such a process beside it and passes jobs and pages through pipes. It ends,
and its folder goes, when the worker does or has had nothing to render for a while.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

from kpi.forks import Outcome, can_fork, run_forked
from kpi.reporting.jobs import Job, ReportJob

#: Seconds without a job after which it ends; the next job starts another.
IDLE = 300.0
#: Seconds for the page at hand when it is asked to end.
_LAST_PAGE = 5.0
_LENGTH, _CHUNK = struct.Struct(">Q"), 1 << 20
_KINDS: dict[str, type[Job | ReportJob]] = {"Job": Job, "ReportJob": ReportJob}


class Press:
    """The worker's end: starts the process, gives it jobs, takes the pages."""

    def __init__(self, pack: bytes, *, timeout: float, memory: float) -> None:
        self.limits = timeout, memory
        command = [sys.executable, "-m", __name__, str(timeout), str(memory)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  (our own interpreter)
        # Both are pipes, as asked for above.
        self._asked, self._told = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        _write(self._asked, pack)

    @property
    def alive(self) -> bool:
        """Whether it can be given a job."""
        return self._process.poll() is None

    def render(self, job: Job | ReportJob) -> tuple[bytes, dict[str, bytes]]:
        """What is told of a page, as JSON, and its files by their place below the site.

        Raises:
            OSError: the process ended.
        """
        _write(self._asked, json.dumps([type(job).__name__, vars(job)]).encode())
        told = self._receive()
        return told, {name: self._receive() for name in json.loads(told)["files"]}

    def close(self) -> None:
        """Let it end, and wait until it has; one that is at work is ended after a while."""
        with suppress(OSError):
            self._asked.close()
        self._told.close()
        try:
            self._process.wait(_LAST_PAGE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _receive(self) -> bytes:
        content = _read(self._told)
        if content is None:
            msg = f"the process that renders pages ended on its own with exit code {self._process.wait()}"
            raise OSError(msg)
        return content


def _write(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    """The next message; None where there will be none."""
    length = _exactly(pipe, _LENGTH.size)
    return _exactly(pipe, _LENGTH.unpack(length)[0]) if length else None


def _exactly(pipe: IO[bytes], size: int) -> bytes | None:
    """So many bytes; None where the other end has closed before."""
    parts = []
    while size > 0:
        part = pipe.read(min(size, _CHUNK))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def main() -> None:
    """The process itself."""
    timeout, memory = map(float, sys.argv[1:])
    asked, told = _own_pipes()
    pack = _read(asked)
    if pack is None:
        return
    from kpi.api import remember  # noqa: PLC0415  (pandas and all: not for the worker's end)
    from kpi.observations import quick_text  # noqa: PLC0415
    from kpi.reporting.pack import unpack  # noqa: PLC0415

    quick_text()
    with tempfile.TemporaryDirectory(prefix="kpi-press-") as name:
        pages = Path(name) / "pages"
        project = unpack(pack, Path(name) / "project")
        os.environ["KPI_ROOT"] = str(project.root)
        remember(project)
        for outcome in _outcomes(project, asked, pages, timeout, memory):
            header, contents = _told(outcome, project.root, pages)
            for content in (header, *contents):
                _write(told, content)
            shutil.rmtree(pages, ignore_errors=True)


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes of this process for itself alone: what a notebook reads or prints must not reach them."""
    # Without a buffer: a message that waited in one would not be seen by select.
    asked, told = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return asked, told


def _jobs(asked: IO[bytes]) -> Iterator[Job | ReportJob]:
    while os.name == "nt" or select.select([asked], [], [], IDLE)[0]:
        message = _read(asked)
        if message is None:
            return
        kind, fields = json.loads(message)
        yield _KINDS[kind](**fields)


def _outcomes(project: Any, asked: IO[bytes], pages: Path, timeout: float, memory: float) -> Iterator[Outcome]:
    from kpi.rendering import render_fresh, render_one  # noqa: PLC0415
    from kpi.reporting.fresh import run_fresh  # noqa: PLC0415
    from kpi.reporting.render import warm_up  # noqa: PLC0415

    jobs = _jobs(asked)
    if not can_fork():
        fresh = partial(run_fresh, work=partial(render_fresh, project.root, pages), workers=1)
        yield from chain.from_iterable(fresh([job], timeout=timeout, memory=memory) for job in jobs)
        return
    for first in jobs:
        warm_up(project, first if isinstance(first, Job) else None)
        work = partial(render_one, project, pages)
        yield from run_forked(chain([first], jobs), work, workers=1, timeout=timeout, memory=memory)


def _told(outcome: Outcome, root: Path, pages: Path) -> tuple[bytes, list[bytes]]:
    """What is told of a page: its files with their hashes; of one that failed the notebook as far as it ran."""
    if outcome.ok:
        files = {name: (pages / name).read_bytes() for name in outcome.result["files"]}
    else:
        broken = outcome.task.path.with_suffix(".ipynb")
        kept = root / "reports" / "failed" / broken
        files = {broken.as_posix(): kept.read_bytes()} if kept.exists() else {}
    header = {
        "job": outcome.task.name,
        "error": outcome.error,
        "root": str(root),
        "seconds": outcome.seconds,
        "facts": outcome.result["facts"] if outcome.ok else {},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    return json.dumps(header).encode(), list(files.values())


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        main()
