"""Whole runs as a scheduled job starts them: from nothing, nothing to do, one figure changed; and the floor beside."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.copies import change_one_figure, copy_project, objectives_of, spread
from benchmarks.measuring import Row, Used, process, python, row, rows_of
from benchmarks.pages import floor, floors

FULL, UNCHANGED, CHANGED = "full run", "unchanged run", "one figure changed"
WATCHED = "one figure changed, watched: until the page (kpi watch)"
TABLES = "of a full run, the tables (kpi build)"
FLOOR = "floor of a full run, on all cores"
ALONE, FILES = "floor on all cores, pages alone", "floor on all cores, pages and files"
START, LOADED = "process start (kpi --help)", "importing what renders a page"
GROUP = "runs"
LANGUAGES = "fr,nl,en"


def measure(root: Path, tell: Callable[[str], None], *, times: int, floor_objectives: int) -> list[Row]:
    """Runs of a project; afterwards it is built and published.

    Args:
        root: a copy of the project, nothing built.
        tell: told what was measured.
        times: turns of what is short; the full run is measured once.
        floor_objectives: how many the floor writes, in three languages.
    """
    empty = copy_project(root.with_name("tables"), root)
    tables = python("kpi", "build", "--root", empty)
    tell(f"{TABLES}: {tables.seconds:.1f} s")
    full = run(root)
    tell(f"{FULL}: {full.seconds:.1f} s")
    reports = pages_made(root)
    chosen = spread(objectives_of(root), floor_objectives)
    written = len(chosen) * len(LANGUAGES.split(","))
    short: dict[str, Callable[[], Used]] = {
        CHANGED: lambda: after_a_change(root),
        UNCHANGED: lambda: run(root),
        START: lambda: python("kpi", "--help"),
        FLOOR: lambda: plainly(root),
        LOADED: lambda: process(sys.executable, "-c", "import pandas, papermill, nbconvert, IPython"),
        **floors(ALONE, FILES, partial(together, root, chosen)),
    }
    units = dict.fromkeys(short, 1) | {ALONE: written, FILES: written, FLOOR: reports}
    long = [row(GROUP, FULL, [full], reports), row(GROUP, TABLES, [tables])]
    rows = rows_of(GROUP, short, times, tell, units)
    return [*long, *rows, row(GROUP, WATCHED, watched(root, times))]


def run(root: Path) -> Used:
    """`kpi run`, as a job at night starts it.

    Raises:
        RuntimeError: a page failed, or the run did.
    """
    return python("kpi", "run", "--no-notify", "--root", root)


def after_a_change(root: Path) -> Used:
    change_one_figure(root)
    return run(root)


def watched(root: Path, times: int) -> list[Used]:
    """From a saved file to the page, in one process that stays."""
    used = python("benchmarks.watched", root, str(times))
    return [replace(used, seconds=seconds, cpu=0.0) for seconds in json.loads(used.output)]


def pages_made(root: Path) -> int:
    """How many reports the last run rendered, by its own record."""
    last = max((root / "reports" / "runs").glob("*.json"))
    made = json.loads(last.read_text(encoding="utf-8"))["made"]
    return sum(name.startswith("report ") for name in made)


def plainly(root: Path) -> Used:
    """All that a run makes, by a plain script that is warm; see :mod:`benchmarks.plainly`."""
    with tempfile.TemporaryDirectory() as folder:
        used = python("benchmarks.plainly", root, folder)
    return replace(used, seconds=float(json.loads(used.output)), cpu=0.0)


def together(root: Path, chosen: list[str]) -> dict[str, Used]:
    """The floor with a process a core, as a run has: the slowest says when all pages are written."""
    cores = min(os.cpu_count() or 1, len(chosen))
    parts = [chosen[place::cores] for place in range(cores)]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(cores) as threads:
        done = list(threads.map(lambda part: floor(root, Path(name), part, LANGUAGES), parts))
    return {kind: max((each[kind] for each in done), key=lambda used: used.seconds) for kind in done[0]}
