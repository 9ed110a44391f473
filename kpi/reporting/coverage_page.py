"""What is measured and what is not: KPIs by state and testability, per document, organisation and objective."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from markupsafe import Markup

from kpi.catalogue import LANGUAGES, Catalogue
from kpi.charts.points import records
from kpi.coverage import POINTS, summed
from kpi.exports import write_table
from kpi.i18n import Translator, translator
from kpi.reporting.fragments import heading, link, objective_code, paragraph
from kpi.reporting.frame import write_framed
from kpi.tables import Cell, Column, bullet_list, table

_STATES = ("declared", "current", "stale", "sample", "none")


def write_coverage_pages(catalogue: Catalogue, covered: pd.DataFrame, site: Path) -> None:
    """Write ``<language>/coverage.html`` and the whole table as ``downloads/coverage.csv`` and ``.xlsx``.

    Args:
        catalogue: the register.
        covered: of :func:`kpi.coverage.coverage`, one row a declared KPI.
        site: root of the site.
    """
    for form in ("csv", "xlsx"):
        write_table(covered, site / "downloads" / f"coverage.{form}", form)
    for language in LANGUAGES:
        words = translator(language)
        write_framed(
            site,
            language,
            "coverage.html",
            title=words.t("coverage.title"),
            body=_body(catalogue, covered, words),
            scripts=("sort.js",),
        )


def _body(catalogue: Catalogue, covered: pd.DataFrame, words: Translator) -> Markup:
    t = words.t
    real = int(covered["state"].isin(["current", "stale"]).sum())
    parts = [
        paragraph(words.n("coverage.lead", len(covered), real=words.number(real)), "lead"),
        paragraph(t("coverage.states")),
        paragraph(
            Markup('<a href="../downloads/coverage.csv">{}</a> · <a href="../downloads/coverage.xlsx">{}</a>').format(
                t("coverage.csv"), t("coverage.xlsx")
            )
        ),
        paragraph(words.markup("phrase.named", name=t("coverage.all-figures"), words=_all_figures(words))),
        heading(t("coverage.testability")),
        paragraph(t("coverage.testability-why")),
        bullet_list([_point(covered, point, words) for point in POINTS], "plain"),
    ]
    for by in ("document", "organisation", "objective"):
        parts.append(heading(t(f"coverage.by-{by}")))
        parts.append(_table(catalogue, summed(covered, by), by, words))
    return Markup("\n").join(parts)


def _all_figures(words: Translator) -> Markup:
    """Every figure of the site, in the forms that each page offers its own."""
    t = words.t
    files = {
        f"{words.language}/all-figures.csv.zip": t("provenance.csv"),
        "all-figures.parquet": t("provenance.parquet"),
        "all-figures.sdmx.csv.zip": t("provenance.sdmx"),
    }
    return Markup(" · ").join(link(f"../downloads/{address}", name) for address, name in files.items())


def _point(covered: pd.DataFrame, point: str, words: Translator) -> str:
    have = int(covered[point].sum())
    return words.t(f"coverage.point.{point}", n=words.number(have), share=words.percent(have / len(covered)))


def _table(catalogue: Catalogue, counted: pd.DataFrame, by: str, words: Translator) -> Markup:
    t = words.t
    columns = [
        Column(t(f"coverage.{by}")),
        *(Column(t(f"coverage.{state}"), numeric=True) for state in _STATES),
        Column(t("coverage.points"), numeric=True),
    ]
    rows: list[list[Cell]] = [
        [
            _name(catalogue, str(row[by]), by, words.language),
            *(words.number(int(row[state])) for state in _STATES),
            words.number(float(row["testability"]), 1),
        ]
        for row in records(counted)
    ]
    return table(t(f"coverage.by-{by}"), columns, rows, hidden_caption=True, kind="sortable")


def _name(catalogue: Catalogue, name: str, by: str, language: str) -> Cell:
    if by == "objective":
        objective = catalogue.objective(name)
        return Markup('<a href="{}/{}.html">{} {}</a>').format(
            objective.document, objective.slug, objective_code(objective.code, language), objective.title[language]
        )
    if by == "document":
        return catalogue.document(name).short_title[language]
    return catalogue.organisation(name).name[language] if name else "–"
