"""A project of nine pages that is built and rendered in a moment, for what is tried on runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from kpi.project import Project
from kpi.validation import load

ROOT = Path(__file__).resolve().parent.parent
HEAD = (
    "figure,objective,indicator,dimensions,ref_area,period,period_printed,period_start,period_end,as_of,value,value_low,"
    "value_high,qualifier,unit,measure,flow,line_start,line_end,languages,flags,alternative"
)
FIGURES = {
    # figure: objective, indicator, period, value
    "TY001": ("note-2022/os-1", "tickets", "2018", 45000),
    "TY002": ("note-2022/os-1", "tickets", "2019", 47000),
    "TY003": ("note-2022/os-1", "tickets", "2020", 18000),
    "TY004": ("note-2022/oo-1-1", "visits", "2019", 300),
    "TY005": ("note-2022/oo-1-1", "visits", "2020", 120),
    "TY006": ("note-2022/oo-1-1", "visits", "2021", 240),
}
PUBLISHED = Path("data", "published", "note-2022.csv")


def same(text: str) -> dict[str, str]:
    return dict.fromkeys(("fr", "nl", "en"), text)


def make_tiny(root: Path, figures: dict[str, tuple[str, str, str, int]] | None = None) -> Project:
    """Write the project: one document, three objectives, three KPIs of which one has no data, six figures.

    What judges rows is loaded, so that runs of this process build in it instead of loading it in one each.
    """
    load()
    shutil.copytree(ROOT / "data" / "catalogue" / "codes", root / "data" / "catalogue" / "codes")
    _some_suites(root / "expectations")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    (root / "expectations" / "identities.yaml").write_text("identities: []\n", encoding="utf-8")
    (root / "data" / "corrections").mkdir(parents=True)
    declare(root)
    write_figures(root, figures or FIGURES)
    return Project(root)


def _some_suites(folder: Path) -> None:
    """Two expectations of each suite that judges rows here: what they say is tried elsewhere."""
    folder.mkdir(parents=True)
    for path in (ROOT / "expectations").glob("*.json"):
        suite = json.loads(path.read_text("utf-8"))
        if path.stem in {"published", "tidy"}:
            kinds = ("unique", "not_be_null")
            some = [e for e in suite["expectations"] if any(kind in e["type"] for kind in kinds)]
            suite["expectations"] = some[:2]
        (folder / path.name).write_text(json.dumps(suite), encoding="utf-8")
    declared = "freshness: []\n"
    (folder / "families.yaml").write_text(declared, encoding="utf-8")


def declare(root: Path, label: str = "Tickets sold") -> None:
    """Write the register; ``label`` is that of the tickets."""

    def objective(name: str, code: str, **more: object) -> dict[str, object]:
        return {"id": f"note-2022/{name}", "code": code, "title": same(f"Objective {code}"), **more}

    def indicator(name: str, title: str, *places: str) -> dict[str, object]:
        declared = [
            {"objective": f"note-2022/{place}", "bullet": f"b{n}", "lines": {"fr": "10"}}
            for n, place in enumerate(places, start=1)
        ]
        kind = {"family": "sales", "unit": "count", "direction": "higher", "aggregation": "sum"}
        return {"id": name, "label": same(title), "frequency": "yearly", "declared": declared, **kind}

    under = {"level": "operational", "parent": "note-2022/os-1"}
    entries = {
        "documents": [
            {
                "id": "note-2022",
                "title": same("Note"),
                "short_title": same("Note"),
                "publisher": same("Region"),
                "reporting_year": 2022,
                "languages": ["fr", "nl"],
                "line_count": 100,
            }
        ],
        "organisations": [{"id": "office", "name": same("Office")}],
        "objectives": [
            objective("os-1", "OS 1", level="strategic", organisations=["office"]),
            objective("oo-1-1", "OO 1.1", **under),
            objective("oo-1-2", "OO 1.2", **under),
        ],
        "indicators": [
            indicator("tickets", label, "os-1"),
            indicator("visits", "Visits", "oo-1-1"),
            indicator("owed", "Owed", "oo-1-2"),
        ],
        "sources": [{"id": "published", "title": same("Documents"), "organisation": "office"}],
    }
    (root / "data" / "catalogue" / "register.yaml").write_text(json.dumps(entries), encoding="utf-8")


def write_figures(root: Path, figures: dict[str, tuple[str, str, str, int]]) -> None:
    """Write the published figures."""
    lines = [
        f"{name},{objective},{indicator},,BE10,{period},{period},,,,{value},,,eq,count,actual,flow,10,10,both,,"
        for name, (objective, indicator, period, value) in figures.items()
    ]
    path = root / PUBLISHED
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
    (path.parent / "remarks.yaml").write_text(
        "TY003: {fr: Provisoire., nl: Voorlopig., en: Provisional.}\n", encoding="utf-8"
    )
