"""The figures of a page as an Excel workbook: cover, figures, notes; real numbers and dates, nothing merged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kpi.excel import neutralise, row_height
from kpi.reporting.fragments import objective_name
from kpi.reporting.notes import TECHNICAL_FLAGS, source_title

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from kpi.books import Sheet
    from kpi.reporting.page import Page

_Pair = tuple[str, str]
_WHOLE, _BROKEN = "#,##0", "#,##0.0##############"
_WIDEST, _NARROWEST = 48, 9
_COVER_WIDTHS = (30, 90)
_SAMPLE = "#FFF3DC"
_HEADING = "#E8EAED"
_DAY = "yyyy-mm-dd"
_A4 = 9


def figures_book(page: Page, rows: pd.DataFrame, table: pd.DataFrame) -> bytes:
    """The workbook of one objective in the language of its page.

    Args:
        page: whose objective, sources and words the cover and the notes carry.
        rows: tidy rows, see :func:`kpi.reporting.prepare.figures_of`.
        table: the same rows in words, see :func:`kpi.reporting.labelled.labelled`.
    """
    from kpi.books import add_sheet, book_bytes  # noqa: PLC0415  (only when a workbook is written)

    t = page.words.t

    def fill(book: Workbook) -> None:
        _lines(book, add_sheet(book, t("book.cover")), _cover(page, rows))
        _figures(book, add_sheet(book, t("book.figures")), neutralise(table), page)
        _lines(book, add_sheet(book, t("book.notes")), _notes(page, rows))

    return book_bytes(fill, title=objective_name(page.report.objective, page.language), author=t("site.name"))


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


def _lines(book: Workbook, sheet: Sheet, pairs: Iterable[_Pair]) -> None:
    """A sheet of terms and what they say; the first is its title."""
    head, plain = ({"valign": "top", "font_size": 14}, {"valign": "top", "text_wrap": True})
    forms = [[book.add_format({**form, "bold": bold}) for bold in (True, False)] for form in (head, plain)]
    safe = neutralise(pd.DataFrame([pair for pair in pairs if any(pair)], columns=["term", "text"]))
    for number, pair in enumerate(safe.itertuples(index=False)):
        if number:
            sheet.set_row(number, row_height(zip(pair, _COVER_WIDTHS, strict=True)))
        for column, (text, form) in enumerate(zip(pair, forms[min(number, 1)], strict=True)):
            sheet.write(number, column, text or None, form)
    for column, width in enumerate(_COVER_WIDTHS):
        sheet.set_column(column, column, width)
    _for_paper(sheet)


def _figures(book: Workbook, sheet: Sheet, table: pd.DataFrame, page: Page) -> None:
    t = page.words.t
    days = {t("figures.first-day"), t("figures.last-day")}
    heads = [str(name) for name in table.columns]
    shaded = book.add_format({"bold": True, "bg_color": _HEADING, "text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, neutralise(pd.DataFrame({"head": heads}))["head"].to_list(), shaded)
    forms = {form: book.add_format({"num_format": form}) for form in (_WHOLE, _BROKEN, _DAY)}
    lines = table.to_numpy(dtype="object").tolist()
    for column, head in enumerate(heads):
        is_day = head in days
        for number, line in enumerate(lines, start=1):
            content, form = _typed(line[column], is_day=is_day)
            if isinstance(content, str):
                sheet.write_string(number, column, content)
            elif isinstance(content, dt.date):
                sheet.write_datetime(number, column, content, forms[form])
            elif content is not None:
                sheet.write_number(number, column, content, forms.get(form))
    for column, width in enumerate(_widths(heads, lines)):
        sheet.set_column(column, column, width)
    last = len(lines), len(heads) - 1
    _mark_sample(book, sheet, last, heads.index(t("sample.tag")), t("value.yes"))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, *last)
    _for_paper(sheet)
    sheet.set_landscape()
    sheet.repeat_rows(0)


def _mark_sample(book: Workbook, sheet: Sheet, last: tuple[int, int], column: int, yes: str) -> None:
    """Tint the rows of made-up values, by a rule that follows them when the reader sorts."""
    from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415

    test = f'={xl_rowcol_to_cell(1, column, col_abs=True)}="{yes}"'
    tinted = book.add_format({"bg_color": _SAMPLE})
    sheet.conditional_format(1, 0, *last, {"type": "formula", "criteria": test, "format": tinted})


def _typed(value: Any, *, is_day: bool) -> tuple[Any, str]:
    """A cell's content and number format: a day is a date, a number keeps all its digits, empty is empty.

    >>> _typed(1250149.0, is_day=False), _typed("2019-12-31", is_day=True)
    ((1250149, '#,##0'), (datetime.date(2019, 12, 31), 'yyyy-mm-dd'))
    """
    if isinstance(value, float):
        if pd.isna(value):
            return None, ""
        return (int(value), _WHOLE) if value.is_integer() else (value, _BROKEN)
    if is_day and value:
        return dt.date.fromisoformat(value), _DAY
    return value or None, ""


def _widths(heads: Sequence[str], lines: Sequence[Sequence[Any]]) -> list[int]:
    """Wide enough for nearly all that a column holds, within bounds; headings may wrap."""
    columns = list(zip(*lines, strict=True))
    longest = [max((len(str(value)) for value in column), default=0) for column in columns]
    heading = [max(map(len, head.split()), default=0) + 3 for head in heads]
    return [min(max(_NARROWEST, *pair), _WIDEST) for pair in zip(longest, heading, strict=True)]


def _for_paper(sheet: Sheet) -> None:
    """All columns on one page of A4, on as many pages as the rows need."""
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
