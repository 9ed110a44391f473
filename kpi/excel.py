"""Safe and stable files for spreadsheets: no text becomes a formula, equal content gives equal bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import textwrap
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kpi.files import write_whole, zipped

if TYPE_CHECKING:
    from openpyxl import Workbook

#: A cell that opens with one of these would run as a formula in a spreadsheet; some read the wide signs as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: Any date will do as long as it stays; this is the first that a zip archive can hold.
ALWAYS = dt.datetime(1980, 1, 1)  # noqa: DTZ001  (openpyxl writes naive dates)
#: Points a line, and letters that fit in one unit of width, cautiously.
_LINE_HEIGHT, _SIGNS_A_WIDTH = 15, 0.95


def neutralise(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    >>> neutralise(pd.DataFrame({"note": ["=1+1", "fine"]}))["note"].to_list()
    ["'=1+1", 'fine']
    """
    safe = frame.copy()
    for place, (_, column) in enumerate(frame.items()):
        if not pd.api.types.is_numeric_dtype(column) and any(map(_is_formula, column.unique())):
            safe.isetitem(place, [f"'{value}" if _is_formula(value) else value for value in column])
    return safe


def _is_formula(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_FORMULA)


def csv_bytes(frame: pd.DataFrame, *, sep: str = ",", decimal: str = ".") -> bytes:
    r"""A table as CSV in UTF-8, safe like :func:`neutralise`; what is missing is empty.

    The bytes are those that pandas writes; here each distinct value of a column is put into text once.

    >>> csv_bytes(pd.DataFrame({"n": [1.5, float("nan")], "t": ["=1+1", "a"]}), sep=";", decimal=",").decode()
    "n;t\n1,5;'=1+1\n;a\n"
    """
    columns = [_texts(column, decimal) for _, column in frame.items()]
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=sep, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*columns, strict=True))
    return written.getvalue().encode()


def _texts(column: pd.Series, decimal: str) -> list[str]:
    codes, values = pd.factorize(column)
    texts = [f"'{v}" if _is_formula(v) else str(v) for v in values.tolist()]
    if decimal != "." and pd.api.types.is_float_dtype(column):
        texts = [text.replace(".", decimal) for text in texts]
    # Code -1 is what is missing, which falls on the last place.
    return [*map([*texts, ""].__getitem__, codes.tolist())]


def row_height(texts: Iterable[tuple[str, float]]) -> int:
    """Points that a row needs for wrapped texts, each with the width of its column: not every program measures them.

    >>> row_height([("short", 30), ("a text that takes two lines", 20)]), row_height([])
    (30, 15)
    """
    return _LINE_HEIGHT * max((_lines(text, width * _SIGNS_A_WIDTH) for text, width in texts), default=1)


@lru_cache(maxsize=4096)
def _lines(text: str, width: float) -> int:
    room = max(int(width), 1)
    return sum(1 if len(line) <= room else len(textwrap.wrap(line, room)) or 1 for line in text.split("\n"))


def stable_bytes(book: Workbook) -> bytes:
    """The workbook as a file: equal workbooks give equal bytes.

    openpyxl stamps the time of saving on the document and on every part of the archive.
    """
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415  (only who writes a workbook pays for it)

    book.properties.created = book.properties.modified = ALWAYS
    written = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(written, "w")).save()
    with zipfile.ZipFile(written) as parts:
        return zipped({name: parts.read(name) for name in parts.namelist()})


def write_workbook(book: Workbook, path: Path) -> None:
    """Write the workbook beside its place and move it there in one step."""
    write_whole(path, stable_bytes(book))
