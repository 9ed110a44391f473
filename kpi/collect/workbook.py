"""Writing a collection workbook: a cover, and a sheet a family with one row a KPI and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kpi.books import add_sheet, book_bytes
from kpi.catalogue import LANGUAGES, Catalogue
from kpi.charts.points import where_words
from kpi.collect.cover import write_cover
from kpi.collect.known import last_known
from kpi.collect.owed import Owed, organisation_named, owed, periods, reporting_year
from kpi.collect.sheet import Asked, sheet_title, write_sheet
from kpi.errors import UsageError, unknown
from kpi.files import write_whole
from kpi.i18n import translator
from kpi.parsing.text import fold

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_YEARS = range(1990, 2101)


@dataclass(frozen=True)
class Collection:
    """What was asked for: whose workbook, how many KPIs, how many rows to fill in."""

    organisation: str
    kpis: int
    rows: int


def collect(
    catalogue: Catalogue,
    organisation: str,
    output: Path,
    *,
    language: str = "fr",
    until: int | None = None,
    by_indicator: Mapping[str, pd.DataFrame] | None = None,
) -> Collection:
    """Write the workbook for all KPIs that an organisation owes.

    Args:
        catalogue: the register.
        organisation: its id or name.
        output: the .xlsx file to write.
        language: of every word in it, and of the number marks it is read back with.
        until: last year asked for; by default the year that the document of a KPI reports on.
        by_indicator: tidy rows per indicator, for the last known values.

    Raises:
        UsageError: an unknown organisation or language, one that owes nothing, or another kind of file.
    """
    if language not in LANGUAGES:
        raise unknown("language", language, LANGUAGES)
    if output.suffix.lower() != ".xlsx":
        msg = f"{output}: expected a file name that ends in .xlsx."
        raise UsageError(msg)
    if until is not None and until not in _YEARS:
        msg = f"Year {until}: expected one from {_YEARS.start} to {_YEARS.stop - 1}."
        raise UsageError(msg)
    owner = organisation_named(catalogue, organisation)
    kpis = owed(catalogue, owner.id)
    if not kpis:
        msg = f"{owner.name[language]} owes no KPI: no objective in the catalogue names it."
        raise UsageError(msg)
    families = _by_family(catalogue, kpis, language, until, by_indicator or {})
    titles: dict[str, Sequence[Asked]] = {}
    say = translator(language).t

    def fill(book: Workbook) -> None:
        cover = add_sheet(book, say("collect.cover"))
        for number, (family, asked) in enumerate(families.items(), start=1):
            words = catalogue.label("family", family, language)
            title = sheet_title(words, [*titles, say("collect.cover")])
            titles[title] = asked
            write_sheet(book, add_sheet(book, title), number, words, asked, catalogue, language)
        write_cover(book, cover, owner, titles, catalogue, language)

    told = {"title": say("collect.title", organisation=owner.name[language]), "subject": say("collect.subject")}
    write_whole(output, book_bytes(fill, **told, author="kpi"))
    return Collection(owner.id, len(kpis), sum(len(asked) for asked in titles.values()))


def _by_family(
    catalogue: Catalogue,
    kpis: Sequence[Owed],
    language: str,
    until: int | None,
    by_indicator: Mapping[str, pd.DataFrame],
) -> dict[str, list[Asked]]:
    """The rows of each family, families in the order of their words, KPIs in that of the documents."""
    found: dict[str, list[Asked]] = {}
    for kpi in kpis:
        known = last_known(kpi, by_indicator, catalogue, language)
        words = where_words(dict(kpi.where), catalogue, language)
        label = f"{kpi.indicator.label[language]} ({words})" if words else kpi.indicator.label[language]
        definition = _definition(kpi, language)
        for period in periods(kpi, until or reporting_year(catalogue, kpi)):
            found.setdefault(kpi.indicator.family, []).append(Asked(kpi, period, label, definition, known))
    return {
        name: found[name] for name in sorted(found, key=lambda name: fold(catalogue.label("family", name, language)))
    }


def _definition(kpi: Owed, language: str) -> str:
    """Definition and formula; then how the documents word it, where they do so in this language."""
    indicator, translate = kpi.indicator, translator(language)
    told = [text[language] for text in (indicator.definition, indicator.formula and indicator.formula.text) if text]
    printed = dict.fromkeys(getattr(declaration.label, language, None) for declaration in kpi.declarations)
    told += [translate.t("collect.printed", label=label) for label in printed if label]
    return "\n".join(told)
