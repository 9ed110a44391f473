"""Tidy observations out of the house: CSV, JSON, Parquet, XLSX and SDMX-CSV, safe to open in a spreadsheet."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kpi.errors import unknown
from kpi.excel import csv_bytes, neutralise
from kpi.files import parquet_bytes, write_whole
from kpi.observations import lean
from kpi.sdmx_csv import sdmx_table

if TYPE_CHECKING:
    from xlsxwriter import Workbook


def to_bytes(frame: pd.DataFrame, form: str) -> bytes:
    """The rows in the given form.

    Args:
        frame: tidy rows.
        form: ``csv`` (UTF-8 with byte-order mark, which Excel needs), ``json``, ``parquet``,
            ``xlsx`` or ``sdmx-csv``.

    Raises:
        UsageError: an unknown form.
    """
    if form not in _FORMS:
        raise unknown("format", form, _FORMS)
    return _FORMS[form](lean(frame).reset_index(drop=True))


def write_table(frame: pd.DataFrame, path: Path, form: str) -> None:
    """Write any table as ``csv`` or ``xlsx`` beside its place and move it there in one step."""
    write_whole(path, _FORMS[form](frame))


def write_figures(frame: pd.DataFrame, path: Path, form: str) -> None:
    """Write the rows beside their place and move them there in one step."""
    write_whole(path, to_bytes(frame, form))


def _csv(frame: pd.DataFrame) -> bytes:
    return BOM_UTF8 + csv_bytes(frame)


def _json(frame: pd.DataFrame) -> bytes:
    text: str = frame.to_json(orient="records", force_ascii=False, indent=1)
    return text.encode()


def _xlsx(frame: pd.DataFrame) -> bytes:
    from kpi.books import add_sheet, book_bytes  # noqa: PLC0415  (only when a workbook is asked for)

    def fill(book: Workbook) -> None:
        sheet, bold = add_sheet(book, "figures"), book.add_format({"bold": True})
        sheet.write_row(0, 0, list(frame.columns), bold)
        # Empty for "not given": a spreadsheet has no NaN.
        lines = neutralise(frame).astype("object").where(frame.notna(), None).to_numpy()
        for number, line in enumerate(lines, start=1):
            sheet.write_row(number, 0, line)
        sheet.freeze_panes(1, 0)

    return book_bytes(fill)


def _sdmx_csv(frame: pd.DataFrame) -> bytes:
    return csv_bytes(sdmx_table(frame))


_FORMS: dict[str, Callable[[pd.DataFrame], bytes]] = {
    "csv": _csv,
    "json": _json,
    "parquet": parquet_bytes,
    "xlsx": _xlsx,
    "sdmx-csv": _sdmx_csv,
}
