"""Everything in one run, side by side: `make bench` writes results.json here and the tables of docs/performance.md.

    python -m benchmarks.all [--quick | --long | --render] [--only MEASURE ...]

A whole one takes some twelve minutes. ``--quick`` (two minutes, on a tiny project) and ``--only`` print and write
nothing; ``--long`` also runs five thousand pages, a quarter of an hour more; ``--render`` measures nothing and
writes the tables anew. Exit code 1: a bar is missed; 2: a measure failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import events, growth, pages, runs
from benchmarks.bars import judge
from benchmarks.copies import copy_project
from benchmarks.measuring import ROOT, Row, process
from benchmarks.table import tables, write_into
from kpi import fingerprint

RESULTS, DOCUMENT = ROOT / "benchmarks" / "results.json", ROOT / "docs" / "performance.md"
PACKAGES = ("pandas", "plotly", "papermill", "nbconvert", "great-expectations", "duckdb", "pyarrow")
MEASURES = ("site", "events", "growth", "rows")


@dataclass(frozen=True)
class Size:
    """How much is measured: turns, pages of each way, objectives of the floor and of growing sites, events, rows."""

    times: int = 3
    pages: int = 3
    floor: int = 40
    objectives: tuple[int, ...] = (4, 34, 234)
    millions: tuple[float, ...] = (1, 5, 20)
    rows: tuple[int, ...] = (2000, 8000, 32000)
    tiny: bool = False


QUICK = Size(1, 2, 3, (2, 4, 8), (0.05, 0.1), (200, 800), tiny=True)
LONG = Size(objectives=(4, 34, 234, 1667))


def site(size: Size, tell: Callable[[str], None]) -> list[Row]:
    """Runs of a project from nothing, then single pages of it."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "project"
        if size.tiny:
            make = "from tests.tiny_project import make_tiny; from pathlib import Path; make_tiny(Path({!r}))"
            process(sys.executable, "-c", make.format(str(root)))
        else:
            copy_project(root)
        ran = runs.measure(root, tell, times=size.times, floor_objectives=size.floor)
        return ran + pages.measure(root, tell, pages=size.pages, times=size.times)


def measures(size: Size) -> dict[str, Callable[[Callable[[str], None]], list[Row]]]:
    """What is measured, in this order."""
    return {
        "site": lambda tell: site(size, tell),
        "events": lambda tell: events.measure(tell, millions=list(size.millions), times=size.times),
        "growth": lambda tell: growth.measure_sites(tell, size.objectives),
        "rows": lambda tell: growth.measure_rows(tell, size.rows, times=1),
    }


def measure_all(size: Size, only: list[str], tell: Callable[[str], None]) -> dict[str, Any]:
    """Do each; one that fails is told, the others go on."""
    started, before = time.perf_counter(), os.getloadavg()[0]
    rows: list[Row] = []
    failed: dict[str, str] = {}
    for name, measure in measures(size).items():
        if only and name not in only:
            continue
        tell(f"-- {name}")
        try:
            rows += measure(tell)
        except Exception as error:  # noqa: BLE001  (told in the results; the other measures go on)
            failed[name] = f"{type(error).__name__}: {error}"
            tell(f"failed: {failed[name]}")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "minutes": round((time.perf_counter() - started) / 60, 1),
        "load": {"before": round(before, 2)},
        "machine": machine(),
        "bars": [] if size.tiny else judge(rows),
        "failed": failed,
        "rows": [asdict(row) for row in rows],
    }


def machine() -> Mapping[str, Any]:
    """What figures depend on; neither names nor places."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": fingerprint.versions(PACKAGES),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--quick", action="store_true", help="a taste, on a tiny project")
    which.add_argument("--long", action="store_true", help="also five thousand pages")
    which.add_argument("--render", action="store_true", help="only write the tables anew from results.json")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=[], help="some of the measures")
    given = parser.parse_args()
    if given.render:
        results = json.loads(RESULTS.read_text(encoding="utf-8"))
        results["bars"] = judge([Row(**row) for row in results["rows"]])
        write_into(DOCUMENT, results)
        return 0
    size = QUICK if given.quick else LONG if given.long else Size()
    results = measure_all(size, given.only, lambda text: print(text, file=sys.stderr, flush=True))
    print(tables(results))
    if not (given.quick or given.only):
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        write_into(DOCUMENT, results)
        print(f"\nwritten: {RESULTS.relative_to(ROOT)}, {DOCUMENT.relative_to(ROOT)}")
    wrong = results["failed"] or any(row["error"] for row in results["rows"])
    return 2 if wrong else 1 if any(bar["met"] is False for bar in results["bars"]) else 0


if __name__ == "__main__":
    sys.exit(main())
