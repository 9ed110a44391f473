"""Each task in a fresh process: what :mod:`kpi.forks` does, where a system cannot fork."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Generator, Sequence
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from threading import Thread
from typing import Any, TypeVar

from kpi.forks import Outcome, attempt, limit_memory

Task = TypeVar("Task")


def run_fresh(
    tasks: Sequence[Task], work: Callable[[Task], Any], *, workers: int, timeout: float, memory: float = 0
) -> Generator[Outcome, None, None]:
    """Yield an outcome per task, as they end; see :func:`kpi.forks.run_forked`.

    ``work`` and the tasks must be what pickle can carry. Every process is used once, so that
    nothing of one report reaches another; each pays for its imports, which is slow.
    """
    context = get_context("spawn")
    let_spawn()
    waiting = list(reversed(tasks))
    running: dict[Connection, tuple[SpawnProcess, Task, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                task = waiting.pop()
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_child, args=(theirs, task, work, memory), daemon=True)
                process.start()
                theirs.close()
                running[ours] = (process, task, time.monotonic())
            for pipe in wait(list(running), timeout=0.2):
                if isinstance(pipe, Connection):
                    yield _ended(pipe, *running.pop(pipe))
            for process, _task, started in running.values():
                if time.monotonic() - started > timeout:
                    process.kill()  # its pipe closes, and the loop above reports it
    finally:
        for process, *_rest in running.values():
            process.kill()
            process.join()


def let_spawn() -> None:
    """An IPython shell of this process may stand in for its main module, without what spawning asks of one."""
    vars(sys.modules["__main__"]).setdefault("__spec__", None)


def _child(pipe: Connection, task: Task, work: Callable[[Task], Any], memory: float) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    limit_memory(memory)
    pipe.send(attempt(task, work))


def _end_with_parent() -> None:
    """End this process when its parent does, however that ends, so that it writes nothing after it."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _ended(pipe: Connection, process: SpawnProcess, task: Task, started: float) -> Outcome:
    try:
        told = pipe.recv()
    except (EOFError, OSError):
        told = None
    pipe.close()
    process.join()
    seconds = time.monotonic() - started
    if told is None:
        return Outcome(task, None, f"the process ended on its own with exit code {process.exitcode}", seconds)
    return Outcome(task, told["result"], told["error"], seconds)
