"""Projects to measure on: always copies in a folder of their own, never the data and reports of the one at work."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

from benchmarks.measuring import ROOT, python

#: What a project is made of; what was built, delivered or published here stays out, and so does whom to notify.
PARTS = ("data/catalogue", "data/corrections", "data/published", "data/sample", "expectations", "notebooks")
#: Of what an analyst may change, smaller ones could be years or shares.
LEAST = 1000


def copy_project(target: Path, source: Path = ROOT) -> Path:
    """The project as it is committed: its register, figures and samples."""
    for part in PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def objectives_of(root: Path) -> list[str]:
    """Ids in the order of the register, asked of the command: this process loads no package."""
    listed = json.loads(python("kpi", "list", "objectives", "--format", "json", "--root", root).output)
    return [entry["id"] for entry in listed]


def spread(names: list[str], number: int) -> list[str]:
    """Some of them, evenly from the first to the last."""
    number = min(number, len(names))
    return [names[position * len(names) // number] for position in range(number)]


def change_one_figure(root: Path) -> str:
    """Add one to a figure that a document prints, as an analyst would in a spreadsheet; returns its id.

    Raises:
        LookupError: no document prints a whole number of a thousand or more.
    """
    for path in sorted((root / "data" / "published").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        value, measure = rows[0].index("value"), rows[0].index("measure")
        for cells in rows[1:]:
            if cells[measure] == "actual" and cells[value].isdigit() and int(cells[value]) >= LEAST:
                cells[value] = str(int(cells[value]) + 1)
                with path.open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file, lineterminator="\n").writerows(rows)
                return cells[0]
    msg = f"no document below {root.name}/data/published prints a whole number of {LEAST} or more"
    raise LookupError(msg)
