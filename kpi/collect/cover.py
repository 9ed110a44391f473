"""The cover of a collection workbook: what it is, for whom, how to fill it in, and which sheets follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kpi.catalogue import Catalogue, Organisation
from kpi.collect.form import Reference, bare_heading, choices
from kpi.collect.sheet import Asked, fit_width, protect, write_cell
from kpi.excel import row_height
from kpi.i18n import translator

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from kpi.books import Sheet

_STEPS = 7
_WIDTHS = (40, 100)
_TOP = {"text_wrap": True, "valign": "top"}
_LINK = {"bold": True, "underline": True, "font_color": "#0563C1"}
_Line = tuple[str, str]


def write_cover(
    book: Workbook,
    sheet: Sheet,
    organisation: Organisation,
    sheets: Mapping[str, Sequence[Asked]],
    catalogue: Catalogue,
    language: str,
) -> None:
    """Write the first sheet: labels in column A, words in column B, nothing to fill in."""
    say = translator(language).t
    title = book.add_format({"bold": True, "font_size": 14})
    bold, plain, link = (book.add_format({**_TOP, **form}) for form in ({"bold": True}, {}, _LINK))
    write_cell(sheet, 0, 0, say("collect.title", organisation=organisation.name[language]), title)
    lines = [*_facts(organisation, sheets, language), *_steps(catalogue, language), *_contents(sheets, language)]
    for number, (label, words) in enumerate(lines, start=1):
        if label in sheets:
            quoted = label.replace("'", "''")
            sheet.write_url(number, 0, f"internal:'{quoted}'!A1", link, label)
        else:
            write_cell(sheet, number, 0, label, bold)
        write_cell(sheet, number, 1, words, plain)
        sheet.set_row(number, row_height(zip((label, words), _WIDTHS, strict=True)))
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    fit_width(sheet)
    protect(sheet)


def _facts(organisation: Organisation, sheets: Mapping[str, Sequence[Asked]], language: str) -> Iterator[_Line]:
    say = translator(language).t
    asked = [row for rows in sheets.values() for row in rows]
    yield say("collect.what"), say("collect.what-text")
    yield say("collect.organisation"), organisation.name[language]
    yield say("collect.language"), say("collect.language-name")
    yield say("collect.until"), max(row.period[:4] for row in asked)
    yield say("collect.kpis"), str(len({(row.kpi.indicator.id, row.kpi.dimensions) for row in asked}))
    yield say("collect.reference"), str(Reference(organisation.id, language))


def _steps(catalogue: Catalogue, language: str) -> Iterator[_Line]:
    translate = translator(language)
    names = {name: bare_heading(name, language) for name in ("value", "qualifier", "status", "notes")}
    known = {
        **names,
        "count": translate.number(1250149),
        "decimal": translate.number(1250.5),
        "exactly": choices("qualifier", catalogue).codes["eq"][language],
        "final": translate.t("collect.status.A"),
        "unit": catalogue.label("unit", "text", language),
    }
    for step in range(1, _STEPS + 1):
        yield (
            (translate.t("collect.how") if step == 1 else ""),
            f"{step}. " + translate.t(f"collect.how-{step}", **known),
        )


def _contents(sheets: Mapping[str, Sequence[Asked]], language: str) -> Iterator[_Line]:
    translate = translator(language)
    yield translate.t("collect.sheets"), ""
    for title, asked in sheets.items():
        kpis = len({(row.kpi.indicator.id, row.kpi.dimensions) for row in asked})
        yield title, translate.t("collect.sheet-count", rows=len(asked), kpis=kpis)
