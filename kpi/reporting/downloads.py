"""The files of figures beside the pages: for people in their language, for programs once for all languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kpi.catalogue import Catalogue, Language
from kpi.exports import to_bytes, write_figures, write_table
from kpi.files import write_whole, zipped
from kpi.i18n import translator
from kpi.reporting.figures_book import figures_book
from kpi.reporting.labelled import Reader, labelled, labelled_csv

if TYPE_CHECKING:
    from kpi.briefing import ObjectiveReport
    from kpi.reporting.page import Page

#: Forms that hold codes and no words, with the ending of their file: the same in every language.
CODED = {"parquet": ".parquet", "sdmx-csv": ".sdmx.csv"}
#: Forms in the words of a language.
WORDED = {"csv": ".csv", "xlsx": ".xlsx"}


def addresses(language: str, place: str) -> dict[str, str]:
    """Where the files of a page stand below ``downloads/``, by form.

    >>> addresses("fr", "image-2022/os-2")["csv"], addresses("fr", "image-2022/os-2")["parquet"]
    ('fr/image-2022/os-2.csv', 'data/image-2022/os-2.parquet')
    """
    worded = {form: f"{language}/{place}{ending}" for form, ending in WORDED.items()}
    return worded | {form: f"data/{place}{ending}" for form, ending in CODED.items()}


def write_downloads(page: Page, rows: pd.DataFrame, folder: Path, *, coded: bool) -> None:
    """Write the figures behind a page; a page without figures has none.

    Args:
        page: the objective in one language.
        rows: its tidy rows.
        folder: ``downloads/`` of the site.
        coded: also the files without words, which one page of the objective writes for all.
    """
    if rows.empty:
        return
    places = addresses(page.language, page.report.objective.id)
    table = labelled(rows, Reader(page.catalogue, page.words))
    write_whole(folder / places["csv"], labelled_csv(table, page.words))
    write_whole(folder / places["xlsx"], figures_book(page, rows, table))
    for form in CODED if coded else ():
        write_figures(rows, folder / places[form], form)
    if coded and page.report.declared_count:
        write_table(verdicts_of(page.report), folder / verdicts_address(page.report.objective.id), "csv")


def verdicts_address(place: str) -> str:
    """Where the verdicts of an objective stand below ``downloads/``, in codes: the same for all languages."""
    return f"data/{place}-verdicts.csv"


def verdicts_of(report: ObjectiveReport) -> pd.DataFrame:
    """The verdict of every declared KPI with its components, one row each."""
    declared = [r for r in (*report.reports, *report.without_data) if r.declaration is not None]
    return pd.DataFrame(
        [
            {
                "objective": report.objective.id,
                "indicator": r.indicator.id,
                "where": " ".join(f"{d}={c}" for d, c in (r.declaration.where if r.declaration else {}).items()),
                "unit": r.indicator.unit,
                **r.assessment.facts(),
            }
            for r in declared
        ]
    )


def write_all_figures(rows: pd.DataFrame, folder: Path) -> None:
    """Every figure of the site in codes: Parquet, and SDMX-CSV, zipped since it is long."""
    write_figures(rows, folder / "all-figures.parquet", "parquet")
    _write_zipped(folder / "all-figures.sdmx.csv.zip", to_bytes(rows, "sdmx-csv"))


def write_figures_in_words(rows: pd.DataFrame, catalogue: Catalogue, language: Language, folder: Path) -> None:
    """Every figure of the site in the words of a language, as a zipped CSV."""
    words = translator(language)
    table = labelled(rows, Reader(catalogue, words), gather=True)
    _write_zipped(folder / language / "all-figures.csv.zip", labelled_csv(table, words))


def _write_zipped(path: Path, content: bytes) -> None:
    """One file in an archive, under the name of the archive, with the same bytes whenever it is written."""
    write_whole(path, zipped({path.stem: content}))
