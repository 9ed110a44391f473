"""Timing: one process to its end with its time and memory, ways compared in turns, and what is kept of a measure."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: Exit codes of `kpi` that mean it did its work; 3: some data of the samples was held back.
WELL = (0, 3)
LONGEST = 900.0


@dataclass(frozen=True)
class Used:
    """What one process took: seconds on the clock and of the processors (its children included), memory in MB.

    ``peak_mb`` is the largest process of those it started; ``together_mb`` all of them at once, memory that they
    share counted once, by samples (0 where the system does not tell).
    """

    seconds: float
    cpu: float = 0.0
    peak_mb: float = 0.0
    together_mb: float = 0.0
    output: str = ""


@dataclass
class Row:
    """One line of the results: a thing measured ``n`` times; ``units`` are its pages or rows.

    All numbers are medians, memory the most that was seen. ``error`` says why there are none.
    """

    group: str
    name: str
    units: int = 1
    seconds: float | None = None
    cpu: float | None = None
    peak_mb: float | None = None
    together_mb: float | None = None
    n: int = 0
    all_seconds: list[float] = field(default_factory=list)
    error: str = ""

    @property
    def per_unit(self) -> float | None:
        """Seconds a page or row."""
        return None if self.seconds is None else self.seconds / self.units


def row(group: str, name: str, uses: Sequence[Used], units: int = 1, error: str = "") -> Row:
    """The line of a thing that was measured some times."""
    if not uses:
        return Row(group, name, units, error=error or "it was not measured")

    def median(values: Sequence[float]) -> float | None:
        told = [value for value in values if value]
        return round(statistics.median(told), 4) if told else None

    def most(values: Sequence[float]) -> float | None:
        return round(max(values), 1) if any(values) else None

    return Row(
        group,
        name,
        units,
        seconds=median([u.seconds for u in uses]),
        cpu=median([u.cpu for u in uses]),
        peak_mb=most([u.peak_mb for u in uses]),
        together_mb=most([u.together_mb for u in uses]),
        n=len(uses),
        all_seconds=[round(u.seconds, 4) for u in uses],
        error=error,
    )


def process(*command: str | Path, ok: Sequence[int] = WELL, longest: float = LONGEST, **settings: str) -> Used:
    """Run a Python module or program to its end.

    The measuring process itself must stay small: on Linux a child's peak begins with what its parent had.

    Raises:
        RuntimeError: it failed, or took longer than ``longest`` seconds; with the end of what it said.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KPI_ROOT": "", **settings}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command], stdout=out, stderr=err, env=environment, cwd=ROOT, start_new_session=True
        )
        ending = threading.Timer(longest, os.killpg, (child.pid, signal.SIGKILL))
        ending.start()
        watch = _Memory(child.pid)
        watch.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        finally:
            seconds = time.perf_counter() - started
            ending.cancel()
            watch.done.set()
        child.returncode = os.waitstatus_to_exitcode(status)
        told = [_text(file) for file in (out, err)]
    if child.returncode not in ok:
        last = " ".join(told[1].strip().splitlines()[-3:])[-300:]
        msg = f"{Path(command[0]).name} {' '.join(map(str, command[1:4]))} ended with {child.returncode}: {last}"
        raise RuntimeError(msg.replace(str(ROOT), ".").replace(str(Path(tempfile.gettempdir())), ""))
    bytes_each = 1 if sys.platform == "darwin" else 1024
    return Used(
        seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * bytes_each / 1e6, watch.most * 1024 / 1e6, told[0]
    )


def python(*words: str | Path, **more: Any) -> Used:
    """Run a module with this Python."""
    return process(sys.executable, "-m", *words, **more)


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode(errors="replace"))


class _Memory(threading.Thread):
    """Looks again and again at what a process and all below it hold together; Linux only."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.most, self.done = process, 0, threading.Event()

    def run(self) -> None:
        took = 0.0
        while not self.done.wait(max(0.2, 100 * took)):  # a hundredth of the time of one core
            started = time.thread_time()
            self.most = max(self.most, sum(map(_held, self._family())))
            took = time.thread_time() - started

    def _family(self) -> set[int]:
        """The process, its children and theirs: kernels are in sessions of their own, so parents are followed."""
        parents = {int(place.name): _parent(place) for place in Path("/proc").glob("[0-9]*")}
        family, found = set[int](), {self.process}
        while found:
            family |= found
            found = {one for one, parent in parents.items() if parent in found} - family
        return family


def _parent(place: Path) -> int:
    try:
        return int((place / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):  # it has ended
        return 0


def _held(process: int) -> int:
    """Proportional memory in kB: what several processes share is divided among them."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
        return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def in_turns(
    ways: Mapping[str, Callable[[], Used]], times: int, tell: Callable[[str], None] = lambda _: None
) -> tuple[dict[str, list[Used]], dict[str, str]]:
    """Do all ways once, then all of them again: a busy minute of the machine hits each alike.

    Returns:
        What each use took, by way; and the error of a way that failed, which is not tried again.
    """
    uses: dict[str, list[Used]] = {name: [] for name in ways}
    errors: dict[str, str] = {}
    for _ in range(times):
        for name, do in ways.items():
            if name in errors:
                continue
            try:
                uses[name].append(do())
            except Exception as error:  # noqa: BLE001  (told in the results; the other ways go on)
                errors[name] = f"{type(error).__name__}: {error}"
            else:
                tell(f"{name}: {uses[name][-1].seconds:.2f} s")
    return uses, errors


def rows_of(
    group: str,
    ways: Mapping[str, Callable[[], Used]],
    times: int,
    tell: Callable[[str], None] = lambda _: None,
    units: Mapping[str, int] | int = 1,
) -> list[Row]:
    """The lines of ways that are compared; see :func:`in_turns`."""
    uses, errors = in_turns(ways, times, tell)
    return [
        row(group, name, uses[name], units if isinstance(units, int) else units[name], errors.get(name, ""))
        for name in ways
    ]
