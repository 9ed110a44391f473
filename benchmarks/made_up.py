"""Makes projects of any size, all made up: each objective has a KPI with five yearly values and one without data.

The figures are the sample of a source, as collection workbooks, so every page marks them; names say it too.
"""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from kpi.collect.form import READ, Reference, heading
from kpi.project import Project

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = "made-up-2022"
YEARS = range(2018, 2023)
#: Objectives under one strategic objective, itself included; each such group has an organisation that owes its figures.
GROUP = 10


def make_project(root: Path, objectives: int) -> Project:
    """Write a project of so many objectives (three pages each) into a folder that does not exist yet.

    Same number, same bytes of everything that a build reads, but for the clock in the workbooks.
    """
    shutil.copytree(ROOT / "data" / "catalogue" / "codes", root / "data" / "catalogue" / "codes")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    shutil.copytree(ROOT / "expectations", root / "expectations")
    # Rules about indicators that are not here.
    (root / "expectations" / "identities.yaml").write_text("identities: []\n", encoding="utf-8")
    families = "funnels: [[measured-1, owed-1]]\nstocks: [{opened: owed-1, closed: owed-1, pending: measured-1}]\n"
    (root / "expectations" / "families.yaml").write_text(families, encoding="utf-8")
    (root / "data" / "corrections").mkdir()
    names = [_place(number) for number in range(objectives)]
    register = root / "data" / "catalogue" / "register.yaml"  # JSON is YAML, and quicker to write
    register.write_text(json.dumps(_register(names)), encoding="utf-8")
    sample = root / "data" / "sample" / "collection"
    sample.mkdir(parents=True)
    for group in range(0, objectives, GROUP):
        _write_figures(sample / f"made-up-{group // GROUP + 1:04d}.xlsx", names[group : group + GROUP], group)
    return Project(root)


def _place(number: int) -> tuple[str, str]:
    """Id and code of an objective: the first of a group is the strategic one above the others."""
    group, place = divmod(number, GROUP)
    codes = f"OS {group + 1}" if place == 0 else f"OO {group + 1}.{place}"
    return f"{DOCUMENT}/{codes.lower().replace(' ', '-').replace('.', '-')}", codes


def _office(number: int) -> str:
    return f"office-{number // GROUP + 1}"


def _words(fr: str, nl: str, en: str) -> dict[str, str]:
    return {"fr": f"{fr} (fictif)", "nl": f"{nl} (verzonnen)", "en": f"{en} (made up)"}


def _register(names: list[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    title = _words("Note d'orientation", "Oriëntatienota", "Policy note")
    document = {
        "id": DOCUMENT,
        "title": title,
        "short_title": title,
        "publisher": _words("Région", "Gewest", "Region"),
        "reporting_year": YEARS[-1],
        "languages": ["fr", "nl"],
        "line_count": 100,
    }
    offices = [
        {"id": _office(number), "name": _words(*[f"Office {number // GROUP + 1}"] * 3)}
        for number in range(0, len(names), GROUP)
    ]
    collection = _words("Classeurs de collecte", "Verzamelwerkmappen", "Collection workbooks")
    return {
        "documents": [document],
        "organisations": offices,
        "objectives": [_objective(names, number) for number in range(len(names))],
        "indicators": [entry for number in range(len(names)) for entry in _indicators(names[number][0], number)],
        "sources": [{"id": "collection", "title": collection, "organisation": offices[0]["id"]}],
    }


def _objective(names: list[tuple[str, str]], number: int) -> dict[str, Any]:
    name, code = names[number]
    above = number - number % GROUP
    place = {"level": "strategic"} if above == number else {"level": "operational", "parent": names[above][0]}
    title = _words(f"Objectif {code}", f"Doelstelling {code}", f"Objective {code}")
    return {"id": name, "code": code, "title": title, "organisations": [_office(number)], **place}


def _indicators(objective: str, number: int) -> list[dict[str, Any]]:
    kind = {"family": "sales", "unit": "count", "direction": "higher", "aggregation": "sum", "frequency": "yearly"}
    words = {
        "measured": ("Billets vendus", "Verkochte tickets", "Tickets sold"),
        "owed": ("Visites", "Bezoeken", "Visits"),
    }
    return [
        {
            "id": f"{name}-{number + 1}",
            "label": _words(*(f"{word} {number + 1}" for word in words[name])),
            "declared": [{"objective": objective, "bullet": f"b{place}", "lines": {"fr": "10"}}],
            **kind,
        }
        for place, name in enumerate(words, start=1)
    ]


def _write_figures(path: Path, names: list[tuple[str, str]], first: int) -> None:
    """A collection workbook as an office fills it in: the columns that are read, and the reference on its cover."""
    book = Workbook(write_only=True)
    book.create_sheet("Cover").append([str(Reference(_office(first), "en"))])
    sheet = book.create_sheet("Figures")
    sheet.append([heading(name, "en") for name in READ])
    for number, (objective, _) in enumerate(names, start=first):
        chance = random.Random(number)  # noqa: S311  (figures, not secrets)
        for year in YEARS:
            row = {"indicator": f"measured-{number + 1}", "objective": objective, "period": year}
            row["value"] = 1000 + 10 * number + chance.randrange(500)
            sheet.append([row.get(name) for name in READ])
    book.save(path)
