"""Workbooks of the Data Browser: a sheet for each combination of the other dimensions, labels instead of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kpi.catalogue import DataSet, Spelling
from kpi.errors import DeliveryError
from kpi.parsing.tables import Table, read_tables
from kpi.parsing.text import fold
from kpi.sources.sdmx.files import data_set_by_code, data_set_by_name
from kpi.sources.sdmx.harvest import FREQ, Harvest, Reading
from kpi.sources.sdmx.layout import facts, find_layout
from kpi.sources.sdmx.sheet import Sheet
from kpi.sources.sdmx.updates import read_update

#: Names of the sheets that describe the workbook, in the languages of the office.
_ABOUT_SHEETS = ("summary", "structure", "resume", "sommaire", "zusammenfassung", "uberblick", "struktur")


def read_data_browser(path: Path, known: Sequence[DataSet], spellings: Mapping[str, Spelling]) -> Reading:
    """Read a workbook of the Data Browser: each value column of each sheet with a table, with its flags.

    Args:
        path: the workbook.
        known: the declared data sets.
        spellings: labels of dimensions and codes, in any language of the office.

    Raises:
        DeliveryError: no workbook, none of the Data Browser, or of a data set that is not declared.
    """
    tables = read_tables(path, (), len)
    codes, updates = zip(*map(facts, tables), strict=True)
    code, updated = next(filter(None, codes), ""), next(filter(None, updates), "")
    data_set = data_set_by_code(path, code, known) if code else data_set_by_name(path, known)
    harvest = Harvest(path.name, data_set, updated=read_update(updated))
    names = {FREQ, *data_set.keep, *spellings}
    layouts = [(table, layout) for table in tables if (layout := find_layout(table, names)) is not None]
    if not layouts:
        msg = f"{path}: no sheet of the Data Browser; expected a row TIME and below it a row such as GEO (Labels)."
        raise DeliveryError(msg)
    sheets = [Sheet(harvest, table, layout, spellings) for table, layout in layouts]
    for sheet in sheets:
        harvest.sheet = sheet.table.sheet
        sheet.read()
    _compare(harvest, sheets)
    for table in tables:
        harvest.sheet = table.sheet
        if find_layout(table, names) is None and _holds_data(table):
            found = "numbers, but no row TIME above a row such as GEO (Labels)"
            harvest.problem(found, "a sheet as the Data Browser writes it", "Download the workbook again.")
    harvest.sheet = ""
    return harvest.finish()


def _holds_data(table: Table) -> bool:
    """Whether a sheet holds numbers, other than those that describe the workbook."""
    about = fold(table.sheet).startswith(_ABOUT_SHEETS)
    return not about and any(isinstance(cell, (int, float)) for _, cells in table.rows for cell in cells)


def _compare(harvest: Harvest, sheets: Sequence[Sheet]) -> None:
    """All sheets have the same sides: where a kept label is missing and another one is new, it was changed."""
    for sheet in sheets:
        harvest.sheet = sheet.table.sheet
        others = [other for other in sheets if other is not sheet]
        for name, labels in sheet.unknown.items():
            kept = set(harvest.data_set.keep.get(name, ()))
            elsewhere = set().union(*(other.known.get(name, set()) for other in others)) & kept
            for label, row in labels.items():
                new = not any(label in other.unknown.get(name, {}) for other in others)
                if new and elsewhere - sheet.known.get(name, set()):
                    expected = f"the {name} that the other sheets have"
                    harvest.problem(repr(label[:60]), expected, "Download the workbook again.", row=row)
