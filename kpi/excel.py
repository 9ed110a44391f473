"""Excel files whose bytes depend on what they hold, not on when they were written."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from kpi.files import write_whole

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Any date will do as long as it stays; this is the first that a zip archive can hold.
_ALWAYS = dt.datetime(1980, 1, 1)  # noqa: DTZ001  (openpyxl writes naive dates)


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
