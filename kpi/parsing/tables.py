"""Opening the files that organisations send: text with separators and Excel workbooks, to plain rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.errors import DeliveryError

if TYPE_CHECKING:
    from openpyxl import Workbook

SEPARATORS = (";", ",", "\t", "|")
#: A monthly or yearly delivery is far below this; beyond it the file is something else, or an attack.
LARGEST_BYTES = 200_000_000
#: A row of text is far shorter, however many columns it has.
LONGEST_LINE = 1_000_000
#: Sheets pack to a tenth or a thirtieth; what packs far better beyond this size was made to fill a memory.
_UNSUSPICIOUS, _LARGEST_RATIO = 20_000_000, 200
_BOM, _WORKBOOK, _OLD_OFFICE = b"\xef\xbb\xbf", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


_ENDLESS = re.compile(rb"[^\r\n]{%d}" % LONGEST_LINE)
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_FORMULA = re.compile(rb"<f[ />]")
_ACCENT_OF_UTF8 = re.compile(rb"\xc3[\x80-\xbf]")


@dataclass(frozen=True)
class Unread:
    """Stands in a table for a cell of a workbook that shows something else than it holds."""

    found: str
    remedy: str

    def __str__(self) -> str:
        return self.found


_NO_RESULT = Unread("a formula without its result", "Open the workbook, let it compute, and save it.")
_IS_MERGED = Unread("a merged cell", "Unmerge the cells and fill in each of them.")
#: Wider merges are titles across a page.
_MOST_COLUMNS = 200
#: Spreadsheets count days from the end of 1899, where a workbook does not say otherwise.
DAY_ZERO = dt.date(1899, 12, 30)
_Rows = tuple[tuple[int, tuple[Any, ...]], ...]


@dataclass(frozen=True)
class Table:
    """A table as it stands in a file; ``rows`` are (row number, cells), the heading row first.

    ``day_zero`` is the day from which plain numbers count days: Excel for Mac may count from 1904.
    """

    sheet: str
    rows: _Rows
    day_zero: dt.date = DAY_ZERO

    @property
    def headings(self) -> list[str]:
        """The texts of the heading row."""
        return ["" if cell is None else str(cell).strip() for cell in self.rows[0][1]]


def read_tables(
    path: Path, encodings: Sequence[str], fit: Callable[[Sequence[str]], int], *, mark: bool = False
) -> list[Table]:
    """Read the tables of a file without interpreting a cell; rows that are wholly empty are left out.

    Args:
        path: a CSV file (``;``, ``,``, tab or ``|``) or an Excel workbook: its content decides, not its name.
        encodings: encodings of text files, in the order in which they are tried.
        fit: how many headings of a row are known; the separator is the one under which most are.
        mark: put :class:`Unread` below the headings of a workbook where cells are merged or a formula has no result.

    Returns:
        One table for text; one a visible sheet that is not empty for a workbook.

    Raises:
        DeliveryError: the file is missing, empty, damaged, encrypted, or no table at all.
    """
    content = read_content(path)
    found = (
        _workbook(path, content, mark=mark) if content.startswith(_WORKBOOK) else [_text(path, content, encodings, fit)]
    )
    tables = [table for table in found if table.rows]
    if not tables:
        msg = f"{path}: no table in it; expected a heading row and data."
        raise DeliveryError(msg)
    return tables


def read_content(path: Path) -> bytes:
    """The bytes of a delivered file, without a byte-order mark.

    Raises:
        DeliveryError: the file is missing, empty, far too large, or of a kind that nothing here opens.
    """
    if not path.is_file():
        msg = f"{path}: there is no such file."
        raise DeliveryError(msg)
    if path.stat().st_size > LARGEST_BYTES:
        msg = f"{path}: larger than {LARGEST_BYTES // 1_000_000} MB, which no delivery of this kind is."
        raise DeliveryError(msg)
    content = path.read_bytes().removeprefix(_BOM)
    if not content.strip():
        msg = f"{path}: the file is empty; expected a heading row and data."
        raise DeliveryError(msg)
    if content.startswith(_OLD_OFFICE):
        msg = f"{path}: an old (.xls) or password-protected workbook; save it as .xlsx without a password."
        raise DeliveryError(msg)
    return content


def _text(path: Path, content: bytes, encodings: Sequence[str], fit: Callable[[Sequence[str]], int]) -> Table:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        msg = f"{path}: text in UTF-16; save it as CSV UTF-8."
        raise DeliveryError(msg)
    if b"\x00" in content:
        msg = f"{path}: neither a workbook nor a text file; expected .xlsx or .csv."
        raise DeliveryError(msg)
    if _ENDLESS.search(content):
        msg = f"{path}: a line of more than {LONGEST_LINE // 1_000_000} MB, which no table has; expected .xlsx or .csv."
        raise DeliveryError(msg)
    text = _decoded(path, content, encodings)
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")

    def score(separator: str) -> tuple[int, int]:
        cells = first.split(separator)
        return fit([cell.strip(' "\n') for cell in cells]), len(cells)

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=score), strict=True)
    try:
        return Table("", _filled(enumerate(reader, start=1)))
    except csv.Error as error:
        msg = f"{path}, line {reader.line_num}: not readable as separated text ({error})."
        raise DeliveryError(msg) from error


def _decoded(path: Path, content: bytes, encodings: Sequence[str]) -> str:
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # An accented letter of UTF-8 inside text that is not UTF-8: two files glued together, or one cut.
        if encoding != "utf-8" and _ACCENT_OF_UTF8.search(content):
            msg = f"{path}: mixes UTF-8 with another encoding; save it again as CSV UTF-8."
            raise DeliveryError(msg)
        return text
    msg = f"{path}: not readable as {' or '.join(encodings)} text; save it as CSV UTF-8 or .xlsx."
    raise DeliveryError(msg)


def open_workbook(path: Path, content: bytes, *, formulas: bool = False) -> Workbook:
    """Open a workbook for reading, row by row.

    Args:
        path: named in messages.
        content: its bytes, see :func:`read_content`.
        formulas: give the formulas themselves instead of the results that were stored with them.

    Raises:
        DeliveryError: damaged, no workbook, or far larger inside than any delivery.
    """
    from openpyxl import load_workbook  # noqa: PLC0415  (only who sends a workbook pays for it)

    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        # A changed byte in the directory of the archive may also ask for a version or a place that is none.
        msg = f"{path}: a damaged or cut-off workbook; send it again."
        raise DeliveryError(msg) from error
    if unpacked > _UNSUSPICIOUS and unpacked > _LARGEST_RATIO * len(content):
        msg = f"{path}: packed {unpacked // len(content)} times, which no workbook is; save it as .xlsx again."
        raise DeliveryError(msg)
    if unpacked > LARGEST_BYTES:
        msg = f"{path}: unpacks to {unpacked // 1_000_000} MB, which no delivery of this kind does."
        raise DeliveryError(msg)
    with readable(path):
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=not formulas)
        for sheet in book.worksheets:
            # The size that a sheet states may be a single cell a million rows below: rows are as wide as they are.
            sheet.reset_dimensions()
        return book


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn whatever a damaged workbook makes openpyxl raise into one sentence."""
    try:
        yield
    # Its XML and zip layers raise what they like, also late, while rows are read.
    except Exception as error:
        msg = f"{path}: not readable as a workbook ({type(error).__name__}); save it as .xlsx again."
        raise DeliveryError(msg) from error


def _workbook(path: Path, content: bytes, *, mark: bool) -> list[Table]:
    book = open_workbook(path, content)
    tables: list[Table] = []
    with readable(path):
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            rows = _filled(enumerate(sheet.iter_rows(values_only=True), start=1))
            shown = _marked(path, content, sheet, rows) if mark and rows else rows
            tables.append(Table(sheet.title, shown, book.epoch.date()))
    return tables


def _marked(path: Path, content: bytes, sheet: Any, rows: _Rows) -> _Rows:
    """The rows of a sheet with :class:`Unread` where a cell shows something else than it holds."""
    from openpyxl.utils import range_boundaries  # noqa: PLC0415

    # What is merged, and whether there are formulas, is known only to the part of the archive itself.
    part = sheet.parent._archive.read(sheet._worksheet_path)  # noqa: SLF001
    marks: dict[int, dict[int, Unread]] = {}
    shown = dict(rows)
    if _FORMULA.search(part):
        formulas = open_workbook(path, content, formulas=True)[sheet.title].iter_rows(values_only=True)
        for number, cells in enumerate(formulas, start=1):
            known = shown.get(number, ())
            for place, cell in enumerate(cells):
                if isinstance(cell, str) and cell.startswith("=") and (place >= len(known) or known[place] is None):
                    marks.setdefault(number, {})[place] = _NO_RESULT
    for found in _MERGED.findall(part):
        left, top, right, bottom = (int(edge or 0) for edge in range_boundaries(found.decode()))
        for number in range(top, min(bottom, rows[-1][0]) + 1):
            for place in range(left - 1, min(right, _MOST_COLUMNS)):
                if (number, place) != (top, left - 1):
                    marks.setdefault(number, {})[place] = _IS_MERGED
    heading, *others = rows
    return (heading, *((number, _with_marks(cells, marks.get(number, {}))) for number, cells in others))


def _with_marks(cells: tuple[Any, ...], marks: Mapping[int, Unread]) -> tuple[Any, ...]:
    if not marks:
        return cells
    width = max(len(cells), max(marks) + 1)
    padded = [*cells, *[None] * (width - len(cells))]
    return tuple(marks.get(place, cell) for place, cell in enumerate(padded))


def _filled(rows: Iterable[tuple[int, Sequence[Any]]]) -> _Rows:
    return tuple(
        (number, tuple(cells))
        for number, cells in rows
        if any(cell is not None and str(cell).strip() for cell in cells)
    )
