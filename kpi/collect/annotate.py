"""A copy of a filled-in workbook that shows each mistake: a comment on the cell, and a sheet that lists them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties

from kpi.catalogue import LANGUAGES, Catalogue
from kpi.collect.complaints import Complaint
from kpi.collect.reading import read_workbook
from kpi.collect.sheet import A3
from kpi.errors import UsageError
from kpi.excel import row_height, write_workbook
from kpi.i18n import translator
from kpi.parsing.tables import readable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_AUTHOR = "kpi"
_COLUMNS = {"sheet": 28, "cell": 10, "found": 30, "expected": 60, "remedy": 60}
_COMMENT_WIDTH, _COMMENT_HEIGHT = 320, 140


def annotate(path: Path, catalogue: Catalogue, copy: Path) -> int:
    """Write a copy of a collection workbook with its mistakes shown, in the language of the workbook.

    The copy is a collection workbook itself: mended and sent back, it is read like the first one.

    Returns:
        How many mistakes it shows.

    Raises:
        DeliveryError: not a collection workbook, or one of another version.
        UsageError: the copy would replace the workbook, or is not named .xlsx.
    """
    if copy.suffix.lower() != ".xlsx" or copy.resolve() == path.resolve():
        msg = f"{copy}: expected the name of another file, ending in .xlsx, for the annotated copy."
        raise UsageError(msg)
    reading = read_workbook(path, catalogue)
    with readable(path):
        book = load_workbook(path)
        _remove_earlier(book)
        _comment(book, reading.complaints)
        _list(book, reading.complaints, reading.reference.language)
    write_workbook(book, copy)
    return len(reading.complaints)


def _remove_earlier(book: Workbook) -> None:
    """An annotated copy that came back keeps no word of what was wrong before."""
    titles = {translator(language).t("collect.problems") for language in LANGUAGES}
    for sheet in [sheet for sheet in book.worksheets if sheet.title in titles]:
        book.remove(sheet)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == _AUTHOR:
                    cell.comment = None


def _comment(book: Workbook, complaints: Sequence[Complaint]) -> None:
    told: dict[tuple[str, str], list[str]] = {}
    for complaint in complaints:
        told.setdefault((complaint.sheet, complaint.cell), []).append(complaint.sentence(complaint.language))
    for (sheet, cell), sentences in told.items():
        comment = Comment("\n".join(sentences), _AUTHOR, height=_COMMENT_HEIGHT, width=_COMMENT_WIDTH)
        book[sheet][cell].comment = comment


def _list(book: Workbook, complaints: Sequence[Complaint], language: str) -> None:
    say = translator(language).t
    sheet = book.create_sheet(say("collect.problems"), 1)
    sheet.append([say(f"collect.problems.{name}") for name in _COLUMNS])
    if not complaints:
        sheet.append([say("collect.problems.none")])
    for number, complaint in enumerate(complaints, start=2):
        for position, words in enumerate((complaint.sheet, complaint.cell, *complaint.told(language)), start=1):
            cell = sheet.cell(number, position, words)
            # What was typed is shown, never run.
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        quoted = complaint.sheet.replace("'", "''")
        sheet.cell(number, 2).hyperlink = f"#'{quoted}'!{complaint.cell}"
        sheet.cell(number, 2).font = Font(underline="single", color="0563C1")
    for letter, (position, width) in zip("ABCDE", enumerate(_COLUMNS.values(), start=1), strict=True):
        sheet.column_dimensions[letter].width = width
        sheet.cell(1, position).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    _fit(sheet)


def _fit(sheet: Worksheet) -> None:
    """Give each row the height of its longest wrapped text, and print all columns on one page of A3."""
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        texts = zip(map(str, (value or "" for value in cells)), _COLUMNS.values(), strict=True)
        sheet.row_dimensions[number].height = row_height(texts)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.page_setup.paperSize = A3
