"""Excel workbooks of our own making: text stays text, a number keeps every digit, equal content gives equal bytes."""

from __future__ import annotations

import io
from collections.abc import Callable

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kpi.excel import ALWAYS

#: Text that looks like a formula, an address or a number is none of them; what is not a number is never written as one.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class Sheet(Worksheet):
    """A sheet whose numbers read back as they were: the library writes sixteen digits, some floats need one more."""

    def _xml_number_element(self, number: float, attributes: list[tuple[str, str]]) -> None:
        told = "".join(f' {name}="{value}"' for name, value in attributes)
        self.fh.write(f"<c{told}><v>{number!r}</v></c>")


def book_bytes(fill: Callable[[Workbook], None], **properties: str) -> bytes:
    """The workbook that ``fill`` makes, as a file.

    Args:
        fill: adds sheets with :func:`add_sheet`, and formats; whoever writes dates gives them one.
        properties: of the document, such as ``title`` and ``author``.
    """
    written = io.BytesIO()
    with Workbook(written, _OPTIONS) as book:
        book.set_properties({**properties, "created": ALWAYS})
        fill(book)
    return written.getvalue()


def add_sheet(book: Workbook, title: str) -> Sheet:
    """An empty sheet at the end."""
    sheet: Sheet = book.add_worksheet(title, worksheet_class=Sheet)
    return sheet
