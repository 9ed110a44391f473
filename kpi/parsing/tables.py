"""Opening the files that organisations send: text with separators and Excel workbooks, to plain rows."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.errors import DeliveryError

if TYPE_CHECKING:
    from openpyxl import Workbook

SEPARATORS = (";", ",", "\t")
#: A monthly or yearly delivery is far below this; beyond it the file is something else, or an attack.
LARGEST_BYTES = 200_000_000
_BOM, _WORKBOOK, _OLD_OFFICE = b"\xef\xbb\xbf", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


_ACCENT_OF_UTF8 = re.compile(rb"\xc3[\x80-\xbf]")


@dataclass(frozen=True)
class Table:
    """A table as it stands in a file; ``rows`` are (row number, cells), the heading row first."""

    sheet: str
    rows: tuple[tuple[int, tuple[Any, ...]], ...]

    @property
    def headings(self) -> list[str]:
        """The texts of the heading row."""
        return ["" if cell is None else str(cell).strip() for cell in self.rows[0][1]]


def read_tables(path: Path, encodings: Sequence[str], fit: Callable[[Sequence[str]], int]) -> list[Table]:
    """Read the tables of a file without interpreting a cell; rows that are wholly empty are left out.

    Args:
        path: a CSV file (``;``, ``,`` or tab) or an Excel workbook: its content decides, not its name.
        encodings: encodings of text files, in the order in which they are tried.
        fit: how many headings of a row are known; the separator is the one under which most are.

    Returns:
        One table for text; one a visible sheet that is not empty for a workbook.

    Raises:
        DeliveryError: the file is missing, empty, damaged, encrypted, or no table at all.
    """
    content = read_content(path)
    found = _workbook(path, content) if content.startswith(_WORKBOOK) else [_text(path, content, encodings, fit)]
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
    except zipfile.BadZipFile as error:
        msg = f"{path}: a damaged or cut-off workbook; send it again."
        raise DeliveryError(msg) from error
    if unpacked > LARGEST_BYTES:
        msg = f"{path}: unpacks to {unpacked // 1_000_000} MB, which no delivery of this kind does."
        raise DeliveryError(msg)
    with readable(path):
        return load_workbook(io.BytesIO(content), read_only=True, data_only=not formulas)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn whatever a damaged workbook makes openpyxl raise into one sentence."""
    try:
        yield
    # Its XML and zip layers raise what they like, also late, while rows are read.
    except Exception as error:
        msg = f"{path}: not readable as a workbook ({type(error).__name__}); save it as .xlsx again."
        raise DeliveryError(msg) from error


def _workbook(path: Path, content: bytes) -> list[Table]:
    book = open_workbook(path, content)
    with readable(path):
        return [
            Table(sheet.title, _filled(enumerate(sheet.iter_rows(values_only=True), start=1)))
            for sheet in book.worksheets
            if sheet.sheet_state == "visible"
        ]


def _filled(rows: Iterable[tuple[int, Sequence[Any]]]) -> tuple[tuple[int, tuple[Any, ...]], ...]:
    return tuple(
        (number, tuple(cells))
        for number, cells in rows
        if any(cell is not None and str(cell).strip() for cell in cells)
    )
