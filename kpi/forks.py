"""Run each task in a process of its own, forked from this warm one: nothing of one task reaches another."""

from __future__ import annotations

import gc
import json
import math
import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from kpi.errors import KpiError, last_line, refused

Task = TypeVar("Task")

#: Of ``prctl``: which signal this process gets when its parent ends.
_PARENT_DEATH_SIGNAL = 1
#: Longest error text a child hands over; more would fill the pipe and block it.
ERROR_LIMIT = 8_000


@dataclass(frozen=True)
class Outcome:
    """What became of one task: its result, or the error as text; ``seconds`` is wall time."""

    task: Any
    result: Any
    error: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the task ended well."""
        return not self.error

    @property
    def reason(self) -> str:
        """The last line of the error, which says in short what happened."""
        return last_line(self.error)


def can_fork() -> bool:
    """Whether this system forks (Windows does not)."""
    return hasattr(os, "fork")


def run_forked(
    tasks: Iterable[Task], work: Callable[[Task], Any], *, workers: int, timeout: float, memory: float = 0
) -> Generator[Outcome, None, None]:
    """Yield an outcome per task, as they end, at most ``workers`` at a time; a task is asked for when it can start.

    ``work`` must return something JSON can carry. A task that raises, is killed, exits on
    its own, passes ``timeout`` seconds or asks for more than ``memory`` MB beyond what this
    process has (0: no limit) fails alone.
    """
    # Without this the first garbage collection of each child would touch, and so copy, all of the parent's memory.
    gc.freeze()
    waiting = iter(tasks)
    running: dict[int, tuple[int, Task, float, bytearray]] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while True:
                for task in islice(waiting, workers - len(running)):
                    pid, pipe = _fork(task, work, memory)
                    running[pipe] = (pid, task, time.monotonic(), bytearray())
                    selector.register(pipe, selectors.EVENT_READ)
                if not running:
                    break
                for key, _ in selector.select(timeout=0.2):
                    pipe = int(key.fd)
                    chunk = os.read(pipe, 65536)
                    if chunk:
                        running[pipe][3].extend(chunk)
                        continue
                    selector.unregister(pipe)
                    yield _ended(pipe, *running.pop(pipe))
                for pid, _task, started, _buffer in running.values():
                    if time.monotonic() - started > timeout:
                        os.kill(pid, signal.SIGKILL)  # its pipe closes, and the loop above reports it
        finally:
            gc.unfreeze()
            for pid, *_rest in running.values():
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def beside(
    tasks: Sequence[Task],
    work: Callable[[Task], Any],
    meanwhile: Callable[[], object],
    *,
    timeout: float = math.inf,
    memory: float = 0,
) -> list[Outcome]:
    """What became of tasks that were done all at once, each in a process of its own, while this one did something."""

    def asked() -> Iterator[Task]:
        yield from tasks
        meanwhile()  # asked for one more, the others having started: this is the moment

    return list(run_forked(asked(), work, workers=len(tasks) + 1, timeout=timeout, memory=memory))


def _fork(task: Task, work: Callable[[Task], Any], memory: float) -> tuple[int, int]:
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    parent = os.getpid()
    _prctl()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    # In the child: whatever happens, it never returns into the parent's code.
    code = 1
    try:
        os.close(reading)
        _end_with(parent)
        limit_memory(memory)
        payload = attempt(task, work)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(payload).encode())
        code = 0
    finally:
        os._exit(code)


@cache
def _prctl() -> Any:
    """The system call, looked up before forking; None where there is none."""
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415  (an unchanged run forks nothing)

    return getattr(ctypes.CDLL(None), "prctl", None)


def _end_with(parent: int) -> None:
    """Have the system end this process when its parent is killed, so that it writes nothing after it. Linux only."""
    if prctl := _prctl():
        prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:  # it was killed before we asked
            os._exit(1)


def limit_memory(more: float) -> None:
    """Let this process take ``more`` MB than it has now: beyond, Python raises MemoryError. Linux only."""
    size = Path("/proc/self/statm")
    if not more or not size.exists():
        return
    import resource  # noqa: PLC0415  (not on Windows)

    now = int(size.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = now + int(more * 1e6)
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


def attempt(task: Task, work: Callable[[Task], Any]) -> dict[str, Any]:
    """Result and error of a task as JSON can carry them; whatever it raises is told, never raised."""
    try:
        return {"result": work(task), "error": ""}
    except KpiError as error:
        return {"result": None, "error": str(error)[:ERROR_LIMIT]}
    except OSError as error:
        error.add_note(refused(error))  # the last line is the one that people are shown
        return {"result": None, "error": traceback.format_exc()[-ERROR_LIMIT:]}
    except BaseException:  # noqa: BLE001  (also SystemExit of a notebook: it must be told, not lost)
        return {"result": None, "error": traceback.format_exc()[-ERROR_LIMIT:]}


def _ended(pipe: int, pid: int, task: Task, started: float, buffer: bytearray) -> Outcome:
    os.close(pipe)
    status = os.waitpid(pid, 0)[1]
    seconds = time.monotonic() - started
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        name = signal.Signals(-code).name
        return Outcome(task, None, f"the process was killed ({name}) after {seconds:.0f} s", seconds)
    try:
        payload = json.loads(buffer.decode())
    except ValueError:
        return Outcome(task, None, f"the process ended on its own with exit code {code}", seconds)
    return Outcome(task, payload["result"], payload["error"], seconds)
