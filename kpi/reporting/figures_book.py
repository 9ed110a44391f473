"""The figures of a page as an Excel workbook: cover, figures, notes; real numbers and dates, nothing merged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kpi.excel import neutralise, stable_bytes
from kpi.reporting.fragments import objective_name
from kpi.reporting.labelled import Reader, labelled
from kpi.reporting.notes import TECHNICAL_FLAGS, source_title

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from kpi.reporting.page import Page

_Pair = tuple[str, str]
_WHOLE, _BROKEN = "#,##0", "#,##0.0##############"
_WIDEST, _NARROWEST = 48, 9
_COVER_WIDTHS = (30, 90)
_SAMPLE = "FFF3DC"
_HEADING = "E8EAED"


def figures_book(page: Page, rows: pd.DataFrame) -> bytes:
    """The workbook of one objective in the language of its page.

    Args:
        page: whose objective, sources and words the cover and the notes carry.
        rows: tidy rows, see :func:`kpi.reporting.prepare.figures_of`.
    """
    from openpyxl import Workbook  # noqa: PLC0415  (only when a workbook is written)

    book = Workbook()
    book.remove(book.worksheets[0])
    t = page.words.t
    book.properties.title = objective_name(page.report.objective, page.language)
    book.properties.language = page.language
    book.properties.creator = t("site.name")
    _lines(book, t("book.cover"), _cover(page, rows))
    _figures(book, t("book.figures"), rows, page)
    _lines(book, t("book.notes"), _notes(page, rows))
    return stable_bytes(book)


def _cover(page: Page, rows: pd.DataFrame) -> Iterable[_Pair]:
    report, t, language, catalogue = page.report, page.words.t, page.language, page.catalogue
    yield objective_name(report.objective, language), ""
    if rows["sample"].any():
        yield t("sample.title"), t("sample.notice")
    yield t("header.document"), report.document.title[language]
    yield (
        t("header.organisation"),
        ", ".join(catalogue.organisation(o).name[language] for o in report.objective.organisations),
    )
    yield t("header.as-of"), page.words.period(report.as_of) if report.as_of else ""
    yield t("provenance.values"), page.words.number(len(rows))
    for use in report.sources:
        told = [source_title(page, use.source), ", ".join(page.words.period(v) for v in use.vintages)]
        yield t("provenance.source"), " · ".join(filter(None, [*told, t("sample.tag") if use.sample else ""]))
    yield t("book.terms"), t("book.terms-text")


def _notes(page: Page, rows: pd.DataFrame) -> Iterable[_Pair]:
    """What the columns, the flags and the indicators mean, in plain words."""
    t, language, catalogue = page.words.t, page.language, page.catalogue
    yield t("book.notes"), ""
    yield t("book.empty"), t("book.empty-text")
    yield t("figures.qualifier"), t("book.qualifier-text")
    yield t("figures.printed"), t("book.printed-text")
    yield t("figures.alternative"), t("book.alternative-text")
    yield t("sample.tag"), t("book.sample-text")
    flags = sorted({flag for flags in rows["flags"].unique() for flag in flags.split()} - TECHNICAL_FLAGS)
    for flag in flags:
        yield t("table.remark"), catalogue.label("flag", flag, language)
    for name in rows["indicator"].unique():
        indicator = catalogue.indicator(name)
        formula = indicator.formula.text[language] if indicator.formula else ""
        caveats = [catalogue.label("caveat", caveat, language) for caveat in indicator.caveats]
        told = [indicator.definition[language] if indicator.definition else "", formula]
        told += [t(f"direction.{indicator.direction}"), *caveats]
        yield indicator.label[language], " — ".join(filter(None, told))


def _lines(book: Workbook, title: str, pairs: Iterable[_Pair]) -> None:
    """A sheet of terms and what they say; the first is its title."""
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    sheet = book.create_sheet(title)
    safe = neutralise(pd.DataFrame([pair for pair in pairs if any(pair)], columns=["term", "text"]))
    for number, pair in enumerate(safe.itertuples(index=False), start=1):
        for column, text in enumerate(pair, start=1):
            cell = sheet.cell(number, column, text or None)
            cell.alignment = Alignment(wrap_text=number > 1, vertical="top")
            cell.font = Font(bold=column == 1, size=14 if number == 1 else 11)
    for letter, width in zip("AB", _COVER_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    _for_paper(sheet, landscape=False)


def _figures(book: Workbook, title: str, rows: pd.DataFrame, page: Page) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415

    t = page.words.t
    sheet = book.create_sheet(title)
    table = neutralise(labelled(rows, Reader(page.catalogue, page.words)))
    days = {t("figures.first-day"), t("figures.last-day")}
    heads = [str(name) for name in table.columns]
    sheet.append(neutralise(pd.DataFrame({"head": heads}))["head"].to_list())
    bold, shade, wrapped = Font(bold=True), PatternFill("solid", _HEADING), Alignment(wrap_text=True, vertical="top")
    for cell in sheet[1]:
        cell.font, cell.fill, cell.alignment = bold, shade, wrapped
    lines = table.to_numpy(dtype="object").tolist()
    for number, line in enumerate(lines, start=2):
        for column, (head, value) in enumerate(zip(heads, line, strict=True), start=1):
            content, form = _typed(value, is_day=head in days)
            if content is not None:
                cell = sheet.cell(number, column, content)
                if form:
                    cell.number_format = form
    _mark_sample(sheet, heads.index(t("sample.tag")) + 1, t("value.yes"))
    for column, width in zip(sheet.iter_cols(1, len(heads), 1, 1), _widths(heads, lines), strict=True):
        sheet.column_dimensions[column[0].column_letter].width = width
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    _for_paper(sheet, landscape=True)
    sheet.print_title_rows = "1:1"


def _mark_sample(sheet: Worksheet, column: int, yes: str) -> None:
    """Tint the rows of made-up values, by a rule that follows them when the reader sorts."""
    from openpyxl.formatting.rule import Rule  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415
    from openpyxl.styles.differential import DifferentialStyle  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    style = DifferentialStyle(fill=PatternFill("solid", bgColor=_SAMPLE))
    test = f'${get_column_letter(column)}2="{yes}"'
    area = f"A2:{get_column_letter(sheet.max_column)}{max(sheet.max_row, 2)}"
    sheet.conditional_formatting.add(area, Rule(type="expression", dxf=style, formula=[test]))


def _typed(value: Any, *, is_day: bool) -> tuple[Any, str]:
    """A cell's content and number format: a day is a date, a number keeps all its digits, empty is empty.

    >>> _typed(1250149.0, is_day=False), _typed("2019-12-31", is_day=True)
    ((1250149, '#,##0'), (datetime.date(2019, 12, 31), ''))
    """
    if isinstance(value, float):
        if pd.isna(value):
            return None, ""
        return (int(value), _WHOLE) if value.is_integer() else (value, _BROKEN)
    if is_day and value:
        return dt.date.fromisoformat(value), ""
    return value or None, ""


def _widths(heads: Sequence[str], lines: Sequence[Sequence[Any]]) -> list[int]:
    """Wide enough for nearly all that a column holds, within bounds; headings may wrap."""
    columns = list(zip(*lines, strict=True))
    longest = [max((len(str(value)) for value in column), default=0) for column in columns]
    heading = [max(map(len, head.split()), default=0) + 3 for head in heads]
    return [min(max(_NARROWEST, *pair), _WIDEST) for pair in zip(longest, heading, strict=True)]


def _for_paper(sheet: Worksheet, *, landscape: bool) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
