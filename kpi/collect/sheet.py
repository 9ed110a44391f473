"""One sheet of a collection workbook: its rows, what may be filled in, and the lists and checks of those cells."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableStyleInfo

from kpi.catalogue import Catalogue
from kpi.collect.form import COLUMNS, FILLABLE, bare_heading, choices, heading, yes_no
from kpi.collect.known import Known
from kpi.collect.owed import Owed
from kpi.collect.rules import Rule, rule
from kpi.excel import row_height
from kpi.i18n import translator

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTHS = {
    "label": 46,
    "period": 11,
    "unit": 12,
    "value": 16,
    "qualifier": 14,
    "status": 13,
    "notes": 36,
    "last-value": 16,
    "last-period": 16,
    "last-source": 28,
    "definition": 90,
    "indicator": 30,
    "dimensions": 24,
    "objective": 26,
}
_LONGEST_TITLE, _LONGEST_PROMPT_TITLE = 31, 32
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_A3 = 8
_LINE = Side(style="thin", color="767676")
_FILLED_IN = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_PAPER = PatternFill("solid", fgColor="FFF8E1")


@dataclass(frozen=True)
class Asked:
    """One row: a KPI and a period, with the words that explain it."""

    kpi: Owed
    period: str
    label: str
    definition: str
    known: Known


def sheet_title(words: str, taken: Iterable[str]) -> str:
    """A title that Excel accepts: at most 31 signs, no bracket, colon, slash or wildcard, and not one that is taken."""
    plain = " ".join(words.translate(_FORBIDDEN).split())
    title = textwrap.shorten(plain, _LONGEST_TITLE, placeholder="…")
    known = {name.casefold() for name in taken}
    number = 2
    while title.casefold() in known:
        title = f"{textwrap.shorten(plain, _LONGEST_TITLE - 4, placeholder='…')} {number}"
        number += 1
    return title


def write_sheet(
    sheet: Worksheet, number: int, title: str, asked: Sequence[Asked], catalogue: Catalogue, language: str
) -> None:
    """Fill a sheet with its heading row and one row a KPI and period, and protect all that is not to be filled in.

    Args:
        sheet: empty.
        number: of the sheet, by which its table is named.
        title: in full, for the printed page: that of the sheet may be cut.
        asked: its rows.
        catalogue: gives the words of units and qualifiers.
        language: of all words.
    """
    sheet.append([heading(name, language) for name in COLUMNS])
    for row in asked:
        cells = _row(row, catalogue, language)
        sheet.append([cells.get(name) for name in COLUMNS])
    _style(sheet, asked)
    _validate(sheet, asked, catalogue, language)
    last = f"{get_column_letter(len(COLUMNS))}{len(asked) + 1}"
    table = Table(displayName=f"figures_{number}", ref=f"A1:{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    sheet.freeze_panes = "C2"
    fit_heights(sheet)
    protect(sheet)
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    fit_width(sheet)
    sheet.oddHeader = HeaderFooterItem(center=_HeaderFooterPart(title.replace("&", "&&")))


def fit_heights(sheet: Worksheet) -> None:
    """Give each row the height of its longest wrapped text."""
    widths = {letter: column.width for letter, column in sheet.column_dimensions.items()}
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        texts = (
            (str(value), widths.get(get_column_letter(place), 10)) for place, value in enumerate(cells, 1) if value
        )
        sheet.row_dimensions[number].height = row_height(texts)


def fit_width(sheet: Worksheet) -> None:
    """Print all columns on one page, on as many pages as the rows need."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.page_setup.paperSize = _A3


def protect(sheet: Worksheet) -> None:
    """Lock the cells that are not unlocked, without a password; columns and rows may still be sized."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def _row(row: Asked, catalogue: Catalogue, language: str) -> dict[str, object]:
    indicator, known = row.kpi.indicator, row.known
    return {
        "label": row.label,
        # A year is a number: as text a spreadsheet would mark it as a mistake.
        "period": int(row.period) if row.period.isdigit() else row.period,
        "unit": catalogue.label("unit", indicator.unit, language),
        "last-value": known.value,
        "last-period": known.period,
        "last-source": known.source,
        "definition": row.definition,
        "indicator": indicator.id,
        "dimensions": row.kpi.dimensions,
        "objective": "; ".join(row.kpi.objectives),
    }


def _style(sheet: Worksheet, asked: Sequence[Asked]) -> None:
    top = Alignment(horizontal="left", vertical="top", wrap_text=True)
    right = Alignment(horizontal="right", vertical="top")
    for position, name in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS[name]
        sheet.cell(1, position).font = Font(bold=True)
        sheet.cell(1, position).alignment = top
        # Setting a style cell by cell is what takes the time; cells of one kind share that of the first.
        shared: dict[bool, StyleArray] = {}
        for number, row in enumerate(asked, start=2):
            cell: Any = sheet.cell(number, position)
            if isinstance(cell.value, str):
                # Whatever a label starts with: it is text, never a formula.
                cell.data_type = "s"
            open_to_fill = name in FILLABLE and not (name != "notes" and rule(row.kpi.indicator).kind == "words")
            if open_to_fill in shared:
                cell._style = copy(shared[open_to_fill])  # noqa: SLF001  (openpyxl's own way to copy a style)
                continue
            cell.alignment = right if name in {"value", "last-value"} else top
            if open_to_fill:
                cell.protection, cell.border, cell.fill = Protection(locked=False), _FILLED_IN, _PAPER
            shared[open_to_fill] = cell._style  # noqa: SLF001


def _validate(sheet: Worksheet, asked: Sequence[Asked], catalogue: Catalogue, language: str) -> None:
    rules = {number: rule(row.kpi.indicator) for number, row in enumerate(asked, start=2)}
    fillable = [number for number, found in rules.items() if found.kind != "words"]
    for found in dict.fromkeys(rules[number] for number in fillable):
        check = _check(found, language)
        told = translator(language).t(f"collect.prompt.{found.kind}", low=f"{found.low:g}")
        _add(sheet, check, "value", [n for n in fillable if rules[n] == found], told, language)
    for name in ("qualifier", "status"):
        listed = _listed(text[language] for text in choices(name, catalogue).codes.values())
        _add(sheet, listed, name, fillable, translator(language).t("collect.prompt.list"), language)


def _check(found: Rule, language: str) -> DataValidation:
    """The entry that a rule allows, as Excel and LibreOffice check it while somebody types."""
    if found.kind == "yes-no":
        return _listed(yes_no(language))
    kind: Literal["whole", "decimal"] = "whole" if found.whole else "decimal"
    if found.kind == "number":
        return DataValidation(type=kind, operator="between", formula1="-1E+15", formula2="1E+15")
    if found.high == float("inf"):
        return DataValidation(type=kind, operator="greaterThanOrEqual", formula1=f"{found.low:g}")
    return DataValidation(type=kind, operator="between", formula1=f"{found.low:g}", formula2=f"{found.high:g}")


def _listed(words: Iterable[str]) -> DataValidation:
    return DataValidation(type="list", formula1='"' + ",".join(words) + '"')


def _add(sheet: Worksheet, check: DataValidation, column: str, rows: Sequence[int], told: str, language: str) -> None:
    check.allow_blank = check.showErrorMessage = check.showInputMessage = True
    check.errorStyle = "stop"
    check.promptTitle = check.errorTitle = bare_heading(column, language)[:_LONGEST_PROMPT_TITLE]
    check.prompt = check.error = told
    letter = get_column_letter(COLUMNS.index(column) + 1)
    for first, last in _runs(rows):
        check.add(f"{letter}{first}:{letter}{last}" if last > first else f"{letter}{first}")
    if rows:
        sheet.add_data_validation(check)


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as first and last of each unbroken run.

    >>> _runs([2, 3, 4, 7])
    [(2, 4), (7, 7)]
    """
    found: list[tuple[int, int]] = []
    for number in rows:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
