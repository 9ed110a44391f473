"""The floor: a plain script that composes what a page shows, draws its figures and tables, and writes them as HTML.

    python -m benchmarks.floor ROOT FOLDER LANGUAGES OBJECTIVE ...

No notebook, papermill, nbconvert, process of its own, check or publication. Prints JSON: ``page`` is how many seconds
the pages alone take, ``files`` those with the files of figures that each page offers. The first page is written once
before, to warm up.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path

from kpi.cli import RARELY
from kpi.observations import quick_text
from kpi.project import Project
from kpi.reporting import prepare
from kpi.reporting.downloads import write_downloads

HEAD = '<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head><body>\n'


def main(root: str, folder: str, languages: str, *objectives: str) -> None:
    quick_text()
    gc.set_threshold(*RARELY)  # as the command does
    project, site = Project(Path(root)), Path(folder)
    write(project, site, objectives[0], languages.split(","))
    project.kept.clear()
    spent = [write(project, site, name, languages.split(",")) for name in objectives]
    page, files = (sum(each) for each in zip(*spent, strict=True))
    print(json.dumps({"page": page, "files": page + files}))


def write(project: Project, site: Path, objective: str, languages: list[str]) -> tuple[float, float]:
    """Pages and files of an objective; returns the seconds that each took. What is composed serves all languages."""
    page = files = 0.0
    for place, language in enumerate(languages):
        started = time.perf_counter()
        write_page(project, site, objective, language)
        written = time.perf_counter()
        write_files(project, site, objective, language, coded=place == 0)
        page, files = page + written - started, files + time.perf_counter() - written
    return page, files


def write_page(project: Project, site: Path, objective: str, language: str) -> None:
    page = prepare.prepare_page(project, objective, language)
    pieces = [
        *(page.header(), page.in_short(), page.overview(), *page.sections(), page.without_data()),
        *(*page.means(), *page.printed_only(), page.elsewhere(), page.provenance()),
    ]
    path = site / language / f"{objective}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "\n".join(piece.html for piece in pieces)
    path.write_text(HEAD.format(language=language, title=objective) + body + "\n</body></html>\n", encoding="utf-8")


def write_files(project: Project, site: Path, objective: str, language: str, *, coded: bool) -> None:
    report = prepare.prepare_report(project, objective)
    page = prepare.prepare_page(project, objective, language)
    write_downloads(page, prepare.figures_of(report), site / "downloads", coded=coded)


if __name__ == "__main__":
    main(*sys.argv[1:])
