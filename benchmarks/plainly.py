"""The floor of a whole run: a plain script that makes all that the run makes, warm, with a process a core.

    python -m benchmarks.plainly ROOT FOLDER

It reads and normalises what was delivered, computes the tables and writes them, then every report in three languages
with its files, and the rest of the site. No row is judged; no notebook, papermill or nbconvert, no process of its own
for a page; nothing is kept, hashed, checked or published. ROOT must have been built: one page is written from its
tables before, to warm up. Prints the seconds as JSON.
"""

from __future__ import annotations

import gc
import json
import math
import os
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import floor
from benchmarks.copies import copy_project
from kpi import cache, validation
from kpi.catalogue import LANGUAGES
from kpi.cli import RARELY
from kpi.draft import Draft, as_read, draft, judge_sources
from kpi.excel import csv_bytes
from kpi.files import parquet_bytes
from kpi.forks import run_forked
from kpi.observations import quick_text
from kpi.project import Project
from kpi.reporting import prepare
from kpi.reporting.site import about_all, about_data, about_register, standing
from kpi.work import inputs_of


def main(root: str, folder: str) -> None:
    quick_text()
    gc.set_threshold(*RARELY)  # as the command does
    warm = Project(Path(root))
    floor.write(warm, Path(folder), warm.catalogue.objectives[0].id, [*LANGUAGES])
    validation.trust()
    cache.keep_nothing()
    with tempfile.TemporaryDirectory() as name:
        fresh = Project(copy_project(Path(name) / "project", Path(root)))  # without what builds kept in ROOT
        started = time.perf_counter()
        write_all(fresh, Path(folder), os.cpu_count() or 1)
        print(json.dumps(time.perf_counter() - started))


def write_all(project: Project, folder: Path, cores: int) -> None:
    """Tables and site of a project."""
    made = draft(project, judge_sources(project))
    write_tables(made, folder / "tidy")
    reading = as_read(project, made)
    inputs = inputs_of(reading, Counter(made.held_back["source"]))
    evidence = partial(prepare.evidence, reading, use_sample=True)
    names = [objective.id for objective in reading.catalogue.objectives]
    pieces = [*standing(inputs), *about_data(inputs, use_sample=True, day=""), *about_register(inputs, evidence)]

    def work(place: int) -> dict[str, Any]:
        for name in names[place::cores]:
            floor.write(reading, folder, name, [*LANGUAGES])
        for piece in pieces[place::cores]:
            piece.write(folder)
        return {name: prepare.facts(reading, prepare.prepare_report(reading, name)) for name in names[place::cores]}

    facts: dict[str, Any] = {}
    for outcome in run_forked(range(cores), work, workers=cores, timeout=math.inf):
        if not outcome.ok:
            raise SystemExit(outcome.error)
        facts |= outcome.result
    for piece in about_all(inputs, {name: facts[name] for name in names}, {}):
        piece.write(folder)


def write_tables(made: Draft, folder: Path) -> None:
    """The tables that a build leaves, without where they came from."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in made.tables.items():
        (folder / f"{name}.csv").write_bytes(csv_bytes(table))
        (folder / f"{name}.parquet").write_bytes(parquet_bytes(table))
    for name, table in made.unprotected.items():
        (folder / f"unprotected-{name}.parquet").write_bytes(parquet_bytes(table))


if __name__ == "__main__":
    main(*sys.argv[1:])
