"""What a delivery must look like, as a source declares it: columns, headings, number marks, keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import model_validator

from kpi.entries import CodeList, Entry, Text
from kpi.events import EventExtract
from kpi.parsing.text import fold

Kind = Literal["text", "code", "number", "count", "amount", "date", "period", "personal"]


#: What registers write for yes and no.
YES_NO = CodeList(
    id="yes_no",
    title=Text(fr="Oui ou non", nl="Ja of nee", en="Yes or no"),
    codes={"yes": Text(fr="Oui", nl="Ja", en="Yes"), "no": Text(fr="Non", nl="Nee", en="No")},
    aliases={"o": "yes", "j": "yes", "y": "yes", "1": "yes", "n": "no", "0": "no", "neen": "no"},
)


class Column(Entry):
    """One column of a delivery. A column with people in it is declared ``personal`` and never read."""

    name: str
    kind: Kind
    heading: Text
    also: tuple[str, ...] = ()
    """Other headings that organisations use for it."""
    codes: str | CodeList | None = None
    """For ``code``: a code list of the catalogue by id, or one that only this format knows."""
    not_accepted: tuple[str, ...] = ("_T",)
    """Codes that a delivery may not use: a total among its parts would be counted twice."""
    frequency: str = ""
    """For ``period``: the letter of the only frequency accepted, such as ``M``."""
    ahead: int | None = 0
    """For ``date`` and ``period``: how many years after the delivery it may lie. Zero: it is of what has
    happened, and lies not after the day of the delivery. None: any time may stand there."""
    required: bool = True
    """Whether the column must stand in the file."""
    allow_empty: bool = False
    """Whether a row may leave it empty; empty is "not given", never zero."""

    @property
    def spellings(self) -> frozenset[str]:
        """All headings under which it is found, folded."""
        words = (self.name, self.heading.fr, self.heading.nl, self.heading.en, *self.also)
        return frozenset(_heading(word) for word in words)

    @property
    def described(self) -> str:
        """The headings of the three languages, for a message."""
        return " / ".join(dict.fromkeys((self.heading.fr, self.heading.nl, self.heading.en)))


def column(
    name: str,
    kind: Kind,
    fr: str,
    nl: str,
    en: str,
    *also: str,
    codes: str | CodeList | None = None,
    frequency: str = "",
    ahead: int | None = 0,
    not_accepted: tuple[str, ...] = ("_T",),
    empty: bool = False,
    optional: bool = False,
) -> Column:
    """A column in few words: ``empty`` cells are allowed, an ``optional`` column may be missing (and its cells empty).

    >>> column("sector", "code", "Secteur", "Sector", "Sector", "Branche", codes="sector").described
    'Secteur / Sector'
    """
    return Column(
        name=name,
        kind=kind,
        heading=Text(fr=fr, nl=nl, en=en),
        also=also,
        codes=codes,
        frequency=frequency,
        ahead=ahead,
        not_accepted=not_accepted,
        allow_empty=empty or optional,
        required=not optional,
    )


def personal(name: str, fr: str, nl: str, en: str, *also: str) -> Column:
    """A column with people in it: it may stand in the file and is never read."""
    return column(name, "personal", fr, nl, en, *also, optional=True)


class DeliveryFormat(Entry):
    """One kind of table that a source delivers."""

    suite: str
    """Name of its Great Expectations suite in ``expectations/``."""
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Columns that together name a row: the same key twice is an error, never a sum."""
    revised_within: tuple[str, ...] = ()
    """Columns that must agree as well for a newer delivery to be a revision, such as who gives the figure."""
    complete_along: str = ""
    """Column of the key along which a delivery is complete: what a newer one leaves out of a series, between
    the first and the last that it gives, is withdrawn. Empty: leaving a row out says nothing."""
    decimal: Literal[",", "."] = ","
    group: Literal["", ".", ",", " ", "'"] = " "
    events: EventExtract | None = None
    """The same table as single events, in a .parquet or .csv file of any size: what is counted by month."""
    serial_dates: bool = False
    """Whether a whole number in a date cell is a day as spreadsheets count them (43646 is 30/06/2019)."""
    encodings: tuple[str, ...] = ("utf-8", "cp1252")
    """Tried in this order; text that none of them can decode is refused."""

    @model_validator(mode="after")
    def _columns_are_told_apart(self) -> DeliveryFormat:
        spelled = [word for column in self.columns for word in column.spellings]
        twice = sorted({word for word in spelled if spelled.count(word) > 1})
        unknown = sorted({*self.key, *(self.complete_along and [self.complete_along])} - set(self.names))
        if twice or unknown:
            msg = f"headings of two columns: {twice}; keys without a column: {unknown}"
            raise ValueError(msg)
        return self

    @property
    def names(self) -> list[str]:
        """Columns of the frame that reading gives: all but the personal ones."""
        return [column.name for column in self.columns if column.kind != "personal"]

    @property
    def guarded(self) -> bool:
        """Whether the file has columns with people, so that any text in it may be a name."""
        return any(column.kind == "personal" for column in self.columns)

    def matched(self, headings: Sequence[str]) -> dict[str, list[int]]:
        """Position of each declared column in a heading row; two positions when it stands there twice.

        A heading may be bilingual (``Secteur / Sector``): then all its parts name the same column.
        """
        places: dict[str, list[int]] = {}
        by_spelling = {word: column.name for column in self.columns for word in column.spellings}
        for position, heading in enumerate(headings):
            whole = by_spelling.get(_heading(heading))
            parts = {whole} if whole else {by_spelling.get(_heading(part)) for part in re.split("[/\n]", heading)}
            name = parts.pop() if len(parts) == 1 else None
            if name is not None:
                places.setdefault(name, []).append(position)
        return places


def best_format(formats: Mapping[str, DeliveryFormat], headings: Sequence[str]) -> tuple[str, int]:
    """Name of the format whose required columns the headings fit best, and how many of them are there.

    Files are told apart by what stands in them: organisations name files as they like.
    """
    scores = {}
    for name, form in formats.items():
        required = {column.name for column in form.columns if column.required}
        found = required & form.matched(headings).keys()
        scores[name] = (len(found) / max(len(required), 1), len(found))
    best = max(scores, key=lambda name: scores[name])
    return best, scores[best][1]


def _heading(text: str) -> str:
    """Headings match whatever their case, accents, underscores and unit in brackets."""
    return fold(text.partition("(")[0].replace("_", " ").replace("-", " ").replace(".", " "))
