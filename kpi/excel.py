"""Safe and stable files for spreadsheets: no text becomes a formula, equal content gives equal bytes."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kpi.files import write_whole

if TYPE_CHECKING:
    from openpyxl import Workbook

#: A cell that opens with one of these would run as a formula in a spreadsheet; some read the wide signs as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: Any date will do as long as it stays; this is the first that a zip archive can hold.
_ALWAYS = dt.datetime(1980, 1, 1)  # noqa: DTZ001  (openpyxl writes naive dates)


def neutralise(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    >>> neutralise(pd.DataFrame({"note": ["=1+1", "fine"]}))["note"].to_list()
    ["'=1+1", 'fine']
    """
    safe = frame.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            text = safe[column].astype("str")
            formula = text.str.startswith(_FORMULA).fillna(False)
            if formula.any():
                safe[column] = text.where(~formula, "'" + text)
    return safe


def stable_bytes(book: Workbook) -> bytes:
    """The workbook as a file: equal workbooks give equal bytes.

    openpyxl stamps the time of saving on the document and on every part of the archive.
    """
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415  (only who writes a workbook pays for it)

    book.properties.created = book.properties.modified = _ALWAYS
    written, packed = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(written, "w")).save()
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            part = zipfile.ZipInfo(name, _ALWAYS.timetuple()[:6])
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, parts.read(name))
    return packed.getvalue()


def write_workbook(book: Workbook, path: Path) -> None:
    """Write the workbook beside its place and move it there in one step."""
    write_whole(path, stable_bytes(book))
