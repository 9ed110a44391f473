"""One sheet of a collection workbook: its rows, what may be filled in, and the lists and checks of those cells."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kpi.catalogue import Catalogue
from kpi.collect.form import COLUMNS, FILLABLE, bare_heading, choices, heading, yes_no
from kpi.collect.known import Known
from kpi.collect.owed import Owed
from kpi.collect.rules import Rule, rule
from kpi.excel import row_height
from kpi.i18n import translator

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

    from kpi.books import Sheet

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
#: Of the paper, as workbooks number them.
A3 = 8
_TOP = {"align": "left", "valign": "top", "text_wrap": True}
_RIGHT = {"align": "right", "valign": "top"}
_FILLED_IN = {"locked": False, "bg_color": "#FFF8E1", "left": 1, "right": 1, "top": 1, "bottom": 1}
_LINES = {f"{side}_color": "#767676" for side in ("left", "right", "top", "bottom")}
_TO_THE_RIGHT = {"value", "last-value"}


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
    book: Workbook, sheet: Sheet, number: int, title: str, asked: Sequence[Asked], catalogue: Catalogue, language: str
) -> None:
    """Fill a sheet with its heading row and one row a KPI and period, and protect all that is not to be filled in.

    Args:
        book: gives formats.
        sheet: empty.
        number: of the sheet, by which its table is named.
        title: in full, for the printed page: that of the sheet may be cut.
        asked: its rows.
        catalogue: gives the words of units and qualifiers.
        language: of all words.
    """

    @cache
    def form(*, right: bool, open_: bool) -> Format:
        return book.add_format({**(_RIGHT if right else _TOP), **({**_FILLED_IN, **_LINES} if open_ else {})})

    headings = [heading(name, language) for name in COLUMNS]
    _fit(sheet, 0, dict(zip(COLUMNS, headings, strict=True)))
    for line, row in enumerate(asked, start=1):
        cells = _row(row, catalogue, language)
        in_words = rule(row.kpi.indicator).kind == "words"
        _fit(sheet, line, cells)
        for place, name in enumerate(COLUMNS):
            open_ = name in FILLABLE and not (name != "notes" and in_words)
            write_cell(sheet, line, place, cells.get(name), form(right=name in _TO_THE_RIGHT, open_=open_))
    for place, name in enumerate(COLUMNS):
        sheet.set_column(place, place, _WIDTHS[name])
    _validate(sheet, asked, catalogue, language)
    bold = book.add_format({**_TOP, "bold": True})
    columns = [{"header": text, "header_format": bold} for text in headings]
    look = {"style": "Table Style Light 1", "banded_rows": False}
    sheet.add_table(0, 0, len(asked), len(COLUMNS) - 1, {"name": f"figures_{number}", "columns": columns, **look})
    sheet.freeze_panes(1, 2)
    protect(sheet)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    fit_width(sheet)
    sheet.set_header("&C" + title.replace("&", "&&"))


def write_cell(sheet: Sheet, row: int, column: int, content: object, form: Format) -> None:
    """One cell. Whatever a text starts with: it is text, never a formula."""
    if isinstance(content, str) and content:
        sheet.write_string(row, column, content, form)
    elif isinstance(content, int):
        sheet.write_number(row, column, content, form)
    else:
        sheet.write_blank(row, column, None, form)


def fit_width(sheet: Sheet) -> None:
    """Print all columns on one page, on as many pages as the rows need."""
    sheet.set_paper(A3)
    sheet.fit_to_pages(1, 0)


def protect(sheet: Sheet) -> None:
    """Lock the cells that are not unlocked, without a password; columns and rows may still be sized."""
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _fit(sheet: Sheet, line: int, cells: Mapping[str, object]) -> None:
    """Give a row the height of its longest wrapped text."""
    sheet.set_row(line, row_height((str(text), _WIDTHS[name]) for name, text in cells.items() if text))


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


def _validate(sheet: Sheet, asked: Sequence[Asked], catalogue: Catalogue, language: str) -> None:
    rules = {number: rule(row.kpi.indicator) for number, row in enumerate(asked, start=1)}
    fillable = [number for number, found in rules.items() if found.kind != "words"]
    for found in dict.fromkeys(rules[number] for number in fillable):
        check = _check(found, language)
        told = translator(language).t(f"collect.prompt.{found.kind}", low=f"{found.low:g}")
        _add(sheet, check, "value", [n for n in fillable if rules[n] == found], told, language)
    for name in ("qualifier", "status"):
        listed = _listed(text[language] for text in choices(name, catalogue).codes.values())
        _add(sheet, listed, name, fillable, translator(language).t("collect.prompt.list"), language)


def _check(found: Rule, language: str) -> dict[str, Any]:
    """The entry that a rule allows, as Excel and LibreOffice check it while somebody types."""
    if found.kind == "yes-no":
        return _listed(yes_no(language))
    kind = "integer" if found.whole else "decimal"
    if found.kind == "number":
        return {"validate": kind, "criteria": "between", "minimum": "-1E+15", "maximum": "1E+15"}
    if found.high == float("inf"):
        return {"validate": kind, "criteria": ">=", "value": f"{found.low:g}"}
    return {"validate": kind, "criteria": "between", "minimum": f"{found.low:g}", "maximum": f"{found.high:g}"}


def _listed(words: Iterable[str]) -> dict[str, Any]:
    return {"validate": "list", "source": list(words)}


def _add(sheet: Sheet, check: dict[str, Any], column: str, rows: Sequence[int], told: str, language: str) -> None:
    if not rows:
        return
    title = bare_heading(column, language)[:_LONGEST_PROMPT_TITLE]
    place = COLUMNS.index(column)
    first, *others = ([start, place, end, place] for start, end in _runs(rows))
    words = {"input_title": title, "input_message": told, "error_title": title, "error_message": told}
    sheet.data_validation(*first, {**check, **words, "other_cells": others})


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
