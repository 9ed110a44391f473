"""How time and memory grow: with pages and indicators, in made-up projects, and with the rows of a delivery.

    python -m benchmarks.growth FILE

is the part that reads a delivery, in a process of its own.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice, product
from pathlib import Path

from benchmarks.measuring import ROOT, Row, Used, python, row, rows_of
from benchmarks.runs import pages_made, run

PAGES, INDICATORS, ROWS = "growth with pages", "growth with indicators", "growth with rows"
HEADINGS = ("Mois", "Motif", "Marché", "Hébergement", "Nuitées", "Arrivées")
PURPOSES = ("leisure", "mice")
MARKETS = ("BE", "FR", "NL", "DE", "GB", "ES", "IT", "US", "CN", "JP", "BR", "PT", "CH", "PL", "SE", "DK")
HOUSES = ("hotel", "holiday-home", "guest-house", "youth-hostel", "camping", "apartment-hotel", "tourist-residence")


def measure_sites(tell: Callable[[str], None], objectives: Sequence[int]) -> list[Row]:
    """Made-up projects of more and more objectives (three pages and two indicators each), built and then rendered."""
    rows: list[Row] = []
    for number in objectives:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name) / "project"
            python("benchmarks.growth", "make", root, str(number))
            built = python("kpi", "build", "--root", root)
            indicators = 2 * number
            tell(f"{indicators} indicators built: {built.seconds:.1f} s")
            rendered = run(root)
            pages = pages_made(root)
            tell(f"{pages} pages rendered: {rendered.seconds:.1f} s")
            rows.append(row(INDICATORS, f"build of {indicators:,} indicators", [built], indicators))
            rows.append(row(PAGES, f"run of {pages:,} pages", [rendered], pages))
    return rows


def measure_rows(tell: Callable[[str], None], sizes: Sequence[int], *, times: int) -> list[Row]:
    """A delivery of more and more rows, read cell by cell, judged, normalised, derived and protected."""
    with tempfile.TemporaryDirectory() as name:
        ways: dict[str, Callable[[], Used]] = {}
        units: dict[str, int] = {}
        for size in sizes:
            path = Path(name) / f"stays-{size}.csv"
            write_delivery(path, size)
            label = f"delivery of {size:,} rows"
            ways[label], units[label] = (lambda path=path: delivered(path)), size
        return rows_of(ROWS, ways, times, tell, units)


def write_delivery(path: Path, rows: int) -> None:
    """Overnight stays as an organisation delivers them: a row a month, purpose, market and house."""
    months = (f"{year}-{month:02d}" for year in range(1960, 2026) for month in range(1, 13))
    cells = product(months, PURPOSES, MARKETS, HOUSES)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(HEADINGS)
        out.writerows((*keys, 200 + number % 97, 90 + number % 31) for number, keys in enumerate(islice(cells, rows)))


def delivered(path: Path) -> Used:
    used = python("benchmarks.growth", "read", path)
    return replace(used, seconds=float(used.output), cpu=0.0)


def read(path: Path) -> float:
    """Seconds from the file to protected tables; all libraries are loaded, all suites read before."""
    from kpi.derive import derive
    from kpi.disclosure import protect
    from kpi.observations import quick_text
    from kpi.project import Project
    from kpi.sources.build import build_files

    quick_text()
    catalogue = Project(ROOT).catalogue
    few = path.with_name("few.csv")
    write_delivery(few, 100)
    seconds = 0.0
    for file in (few, path):
        started = time.perf_counter()
        result = build_files([file], "overnight-stays", catalogue, ROOT / "expectations")
        protect(result.observations, derive(result.observations, catalogue), catalogue)
        seconds = time.perf_counter() - started
    if result.rows_accepted != result.rows_read:
        msg = f"{len(result.held_back)} problems: {result.held_back['reason'].iloc[0]}"
        raise SystemExit(msg)
    return seconds


def main(what: str, path: str, more: str = "") -> None:
    if what == "make":
        from benchmarks.made_up import make_project

        make_project(Path(path), int(more))
    else:
        print(json.dumps(read(Path(path))))


if __name__ == "__main__":
    main(*sys.argv[1:])
