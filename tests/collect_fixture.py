"""Workbooks to fill in, for the tests of writing and of reading them back; fixtures are shared by ``conftest``."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from kpi.collect.form import COLUMNS
from kpi.collect.reading import read_workbook
from kpi.collect.workbook import collect
from tests.collect_catalogue import collect_catalogue

LETTERS = dict(zip(COLUMNS, "ABCDEFGHIJKLMN", strict=True))
SHEETS = {
    "fr": ("Événements", "Presse et voyages de presse"),
    "nl": ("Evenementen", "Pers en persreizen"),
    "en": ("Events", "Press and press trips"),
}


@pytest.fixture(scope="session")
def owing(catalogue):
    return collect_catalogue(catalogue)


@pytest.fixture(scope="session")
def empty(owing, tmp_path_factory):
    """The empty workbook of each language."""
    folder = tmp_path_factory.mktemp("collect")
    paths = {language: folder / f"{language}.xlsx" for language in SHEETS}
    for language, path in paths.items():
        collect(owing, "office-brussels", path, language=language)
    return paths


def row_of(sheet, indicator: str, period: object) -> int:
    columns = [COLUMNS.index("indicator"), COLUMNS.index("period")]
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if [cells[place] for place in columns] == [indicator, period]:
            return number
    raise AssertionError((indicator, period))


def fill(source: Path, target: Path, *entries: tuple, language: str = "fr") -> Path:
    """A copy with cells filled in: (indicator, period, column, value) and, if need be, a number format."""
    book = load_workbook(source)
    for indicator, period, column, value, *form in entries:
        sheet = book[SHEETS[language][1 if indicator == "guests" else 0]]
        cell = sheet[f"{LETTERS[column]}{row_of(sheet, indicator, period)}"]
        cell.value = value
        if form:
            cell.number_format = form[0]
    book.save(target)
    return target


@pytest.fixture
def filled(empty, tmp_path):
    return lambda *entries, language="fr": fill(empty[language], tmp_path / "back.xlsx", *entries, language=language)


@pytest.fixture
def given_back(filled, owing):
    return lambda *entries, language="fr": read_workbook(filled(*entries, language=language), owing)
