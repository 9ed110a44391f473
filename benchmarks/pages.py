"""One page by several ways, on the same objectives and notebook: ours, papermill's standard engine, both command lines.

    python -m benchmarks.pages ENGINE ROOT FOLDER OBJECTIVE ...

is the part that runs inside a process of its own; it prints how many seconds the pages took together, once warm.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import cycle
from pathlib import Path

from benchmarks.copies import objectives_of, spread
from benchmarks.measuring import Row, Used, process, python, rows_of

COMMANDS, STANDARD, FORKED = (
    "papermill + nbconvert, command line",
    "papermill's standard engine",
    "forked from a parent",
)
ALONE, FILES, COLD = "floor, page alone", "floor, page and files", "page cold (kpi report)"
GROUP = "one page"


def measure(root: Path, tell: Callable[[str], None], *, pages: int, times: int) -> list[Row]:
    """One page by each way, and a page cold; the project must be built.

    Args:
        root: a copy of the project.
        tell: told what was measured.
        pages: how many objectives, evenly spread over the register; the command lines do one of them a turn.
        times: turns.
    """
    chosen = spread(objectives_of(root), pages)
    here, there = cycle(chosen), cycle(chosen)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warm = {
            STANDARD: partial(inside, "standard", root, folder, chosen),
            FORKED: partial(inside, "fork", root, folder, chosen),
            **floors(ALONE, FILES, partial(floor, root, folder, chosen)),
        }
        cold: dict[str, Callable[[], Used]] = {
            COMMANDS: lambda: commands(root, folder, next(here)),
            COLD: lambda: report(root, folder, next(there)),
        }
        units = dict.fromkeys(cold, 1) | dict.fromkeys(warm, len(chosen))
        return rows_of(GROUP, cold | warm, times, tell, units)


def commands(root: Path, folder: Path, objective: str) -> Used:
    """Both command lines one after another, as a scheduled job without this package would call them."""
    executed, binaries = folder / "executed.ipynb", Path(sys.executable).parent
    notebook = root / "notebooks" / "objective_report.ipynb"
    given = ("-p", "objective", objective, "-p", "language", "fr", "--no-progress-bar")
    run = process(binaries / "papermill", notebook, executed, *given, "--cwd", root, KPI_ROOT=str(root))
    convert = process(binaries / "jupyter", "nbconvert", "--to", "html", "--no-input", executed)
    return both(run, convert)


def both(one: Used, other: Used) -> Used:
    """Two processes one after another."""
    peak, together = max(one.peak_mb, other.peak_mb), max(one.together_mb, other.together_mb)
    return Used(one.seconds + other.seconds, one.cpu + other.cpu, peak, together)


def report(root: Path, folder: Path, objective: str) -> Used:
    return python("kpi", "report", objective, "--root", root, "--output", folder / "page.html")


def inside(engine: str, root: Path, folder: Path, chosen: list[str]) -> Used:
    """Pages one after another by an engine, without what is loaded and warmed before the first."""
    used = python("benchmarks.pages", engine, root, folder, *chosen, KPI_ROOT=str(root))
    return replace(used, seconds=float(used.output.split()[-1]), cpu=0.0)


def floor(root: Path, folder: Path, chosen: list[str], languages: str = "fr") -> dict[str, Used]:
    """What the pages alone take, and with their files, of one process of :mod:`benchmarks.floor`."""
    used = python("benchmarks.floor", root, folder, languages, *chosen)
    return {part: replace(used, seconds=seconds, cpu=0.0) for part, seconds in json.loads(used.output).items()}


def floors(alone: str, files: str, do: Callable[[], dict[str, Used]]) -> dict[str, Callable[[], Used]]:
    """Both ways to look at a floor as ways to compare: the second is read off the process of the first."""
    last: dict[str, Used] = {}

    def measured() -> Used:
        last.clear()
        last.update(do())
        return last["page"]

    return {alone: measured, files: lambda: last["files"]}


def main(engine: str, root: str, folder: str, *objectives: str) -> None:
    """The pages one at a time; the first is rendered twice, and counted once."""
    from kpi.api import remember
    from kpi.forks import run_forked
    from kpi.observations import quick_text
    from kpi.project import Project
    from kpi.reporting import prepare
    from kpi.reporting.jobs import Job
    from kpi.reporting.render import render, warm_up

    quick_text()
    project, site = Project(Path(root)), Path(folder)
    os.environ["KPI_ROOT"] = root
    remember(project)
    jobs = [Job(objective, "fr", coded=True) for objective in objectives]
    if engine == "standard":
        render(project, jobs[0], site, engine=engine)
        started = time.perf_counter()
        for job in jobs:
            render(project, job, site, engine=engine)
    else:
        warm_up(project, jobs[0])
        project.kept.clear()
        started = time.perf_counter()
        for job in jobs:
            prepare.prepare_report(project, job.objective)
        for outcome in run_forked(jobs, lambda job: render(project, job, site), workers=1, timeout=120):
            if not outcome.ok:
                raise SystemExit(outcome.error)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main(*sys.argv[1:])
