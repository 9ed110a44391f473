"""The form of a collection workbook: its columns, its drop-down words, and the reference on its cover."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kpi.catalogue import LANGUAGES, Catalogue, CodeList, Language, Text
from kpi.i18n import translator
from kpi.sources.formats import Column, DeliveryFormat

#: Raised when a workbook of before can no longer be read as one of now.
VERSION = 1
#: Columns from left to right. The keys stand last: whoever fills in reads labels, the reader reads codes.
COLUMNS = (
    *("label", "period", "unit", "value", "qualifier", "status", "notes"),
    *("last-value", "last-period", "last-source", "definition", "indicator", "dimensions", "objective"),
)
FILLABLE = ("value", "qualifier", "status", "notes")
#: What is read back; the rest is for people. Notes may name somebody, so they never leave the workbook.
READ = ("indicator", "dimensions", "objective", "period", "value", "qualifier", "status")
STATUSES = ("A", "P", "E")
#: A range has two ends, and a row one value.
QUALIFIERS = ("eq", "approx", "gt", "ge", "lt", "le")
#: Decimal mark and mark between thousands of each language.
MARKS: dict[str, tuple[str, str]] = {"fr": (",", " "), "nl": (",", "."), "en": (".", ",")}

_REFERENCE = re.compile(r"kpi-collect/(?P<version>\d+) (?P<organisation>[a-z0-9-]+) (?P<language>[a-z]+)")


@dataclass(frozen=True)
class Reference:
    """What the cover says of a workbook, for the reader: its version, whose it is, in which language."""

    organisation: str
    language: str
    version: int = VERSION

    def __str__(self) -> str:
        return f"kpi-collect/{self.version} {self.organisation} {self.language}"


def reference_in(text: str) -> Reference | None:
    """The reference that stands in a cell of the cover, if it is one.

    >>> reference_in("kpi-collect/1 visit-brussels fr")
    Reference(organisation='visit-brussels', language='fr', version=1)
    """
    match = _REFERENCE.fullmatch(text.strip())
    return Reference(match["organisation"], match["language"], int(match["version"])) if match else None


def words(key: str) -> Text:
    """The words of a key in the three languages."""
    return Text(**{language: translator(language).t(f"collect.{key}") for language in LANGUAGES})


@lru_cache(maxsize=1)
def layout() -> DeliveryFormat:
    """All columns with their headings, by which a sheet is recognised in any of the languages."""
    columns = tuple(Column(name=name, kind="text", heading=words(f"heading.{name}")) for name in COLUMNS)
    return DeliveryFormat(suite="collection", columns=columns, key=("indicator", "dimensions", "period"))


def heading(name: str, language: str) -> str:
    """The heading of a column."""
    return translator(language).t(f"collect.heading.{name}")


def bare_heading(name: str, language: str) -> str:
    """The heading without what stands in brackets, for use in a sentence."""
    return heading(name, language).partition(" (")[0]


def choices(column: str, catalogue: Catalogue) -> CodeList:
    """The codes of a drop-down column with their words: ``qualifier`` or ``status``."""
    if column == "status":
        return CodeList(
            id="status",
            title=words("heading.status"),
            codes={code: words(f"status.{code}") for code in STATUSES},
        )
    every = catalogue.code_list("qualifier")
    return CodeList(id="qualifier", title=every.title, codes={code: every.codes[code] for code in QUALIFIERS})


def yes_no(language: Language | str) -> tuple[str, str]:
    """The words for 1 and 0 of a yes-or-no indicator."""
    translate = translator(language)
    return translate.t("value.yes"), translate.t("value.no")
