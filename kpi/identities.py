"""What published figures imply about one another, checked in both senses: what holds must keep holding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field, StringConstraints, model_validator

from kpi.catalogue import Entry, Slug, Text
from kpi.errors import Problem
from kpi.register import read_files
from kpi.relations import Figures, MissingError, Outcome, Values, relate, shown

FILE = "identities.yaml"
# fmt: off
Kind = Literal[
    "sum", "equal", "at-least", "at-most", "product", "quotient", "pairwise", "descending", "whole-number",
    "same-dimensions", "both-languages", "not-comparable",
]
# fmt: on
Figure = Annotated[str, StringConstraints(pattern=r"^[A-Z]+[0-9]+$")]
Reference = Annotated[str, StringConstraints(pattern=r"^-?[A-Z]+[0-9]+(\.(low|high|end))?$")]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Term = Reference | Number | tuple[Reference | Number, ...]

#: How many terms right has where the kind fixes it; pairwise has as many as left.
_RIGHT = {"quotient": 2, "descending": 0, "both-languages": 1}


class Identity(Entry):
    """One expectation about published figures; the form is described at the head of the file."""

    id: Slug
    number: int = Field(gt=0, description="Entries that share a number belong to one identity.")
    holds: bool = Field(description="What the documents show; false is a finding about them, never repaired.")
    kind: Kind
    left: tuple[Term, ...] = Field(min_length=1)
    right: tuple[Term, ...] = ()
    weights: dict[Figure, Number] = Field({}, description="A figure counts for this part of its value.")
    factor: Number = 1
    tolerance: float = Field(0, ge=0, description="Largest difference that rounding in print explains.")
    note: Text

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Identity:
        wanted = len(self.left) if self.kind == "pairwise" else _RIGHT.get(self.kind)
        # Looked up by name: no signs, bounds or numbers.
        by_name = {"same-dimensions": (*self.left, *self.right), "both-languages": self.left}.get(self.kind, ())
        problem = ""
        if len(self.right) != wanted and (wanted is not None or not self.right):
            problem = f"{self.kind} needs {'a term' if wanted is None else wanted} in right, found {len(self.right)}"
        elif self.kind == "not-comparable" and self.holds:
            problem = "what is not comparable cannot hold: declare holds: false"
        elif tuple(_names(by_name)) != by_name:
            problem = f"{self.kind} takes figures, without sign or bound"
        elif unused := self.weights.keys() - self.figures:
            problem = f"weights name figures of neither side: {', '.join(sorted(unused))}"
        if problem:
            raise ValueError(problem)
        return self

    @cached_property
    def figures(self) -> frozenset[str]:
        """Ids of all figures it speaks of."""
        return frozenset(_names((*self.left, *self.right)))


@dataclass(frozen=True)
class Finding:
    """One identity and what the figures say: ``result`` is None where a figure is missing, and ``reason`` names it."""

    identity: Identity
    result: bool | None
    left: Values = ()
    right: Values = ()
    reason: str = ""

    @property
    def surprise(self) -> bool:
        """Whether the figures say something else than what is declared."""
        return self.result != self.identity.holds

    @property
    def problem(self) -> Problem:
        """A surprise as a sentence."""
        entry = self.identity
        found, remedy = self.reason, "Mend the figure or the entry."
        if self.result is not None:
            against = f" against {shown(self.right) or 'nothing'}" if self.right else ""
            found = f"{shown(self.left) or 'nothing'}{against}, which {'holds' if self.result else 'fails'}"
            remedy = (
                "If the documents were corrected, declare holds: true."
                if self.result
                else "Check the figures against the lines of their documents."
            )
        expected = f"{entry.kind} that {'holds' if entry.holds else 'fails'}, as declared"
        return Problem(f"expectations/{FILE} entry {entry.id!r}", found, expected, f"{remedy} ({entry.note.en})")


def load_identities(path: Path) -> tuple[Identity, ...]:
    """The declared identities, in the order of the file; none without the file.

    :class:`kpi.errors.CatalogueError` names file, entry and field of one that cannot be read.
    """
    if not path.exists():
        return ()
    entries, _ = read_files([path], {"identities": Identity})
    return tuple(entries["identities"].values())


def printed_languages(paths: Iterable[Path]) -> dict[str, str]:
    """In which languages each figure is printed (``both``, ``fr``, ``nl``), which the tidy table does not carry.

    A file of published figures that cannot be read is left out: the build reports it.
    """
    languages: dict[str, str] = {}
    for path in paths:
        try:
            table = pd.read_csv(path, usecols=["figure", "languages"], dtype="str", keep_default_na=False)
        except (OSError, ValueError):
            continue
        languages.update(zip(table["figure"], table["languages"], strict=True))
    return languages


def check_identities(
    identities: Iterable[Identity], observations: pd.DataFrame, languages: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """What the figures say of each identity, in its order.

    Of a corrected observation the printed value counts; ``languages`` are those of :func:`printed_languages`.
    """
    figures = Figures(observations, languages or {})
    return tuple(_finding(identity, figures) for identity in identities)


def surprises(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that differ from what is declared: problems to report, in both senses."""
    return tuple(finding for finding in findings if finding.surprise)


def findings_for(findings: Iterable[Finding], figures: Collection[str]) -> tuple[Finding, ...]:
    """Those that speak of any of these figures."""
    return tuple(finding for finding in findings if not finding.identity.figures.isdisjoint(figures))


def refused(identities: Iterable[Identity], left_figure: str, right_figure: str) -> Identity | None:
    """The identity that declares two figures not comparable, whichever comes first; None where none does."""
    for identity in identities:
        left, right = set(_names(identity.left)), set(_names(identity.right))
        apart = (left_figure in left and right_figure in right) or (left_figure in right and right_figure in left)
        if identity.kind == "not-comparable" and apart:
            return identity
    return None


def _finding(identity: Identity, figures: Figures) -> Finding:
    try:
        return Finding(identity, *_outcome(identity, figures))
    except MissingError as missing:
        return Finding(identity, None, reason=str(missing))


def _outcome(identity: Identity, figures: Figures) -> Outcome:
    if identity.kind == "same-dimensions":
        sides = [tuple(figures.dimensions(name) for name in _names(side)) for side in (identity.left, identity.right)]
        return len({*sides[0], *sides[1]}) == 1, sides[0], sides[1]

    def value(term: Term) -> float:
        if isinstance(term, tuple):
            return sum(value(part) for part in term)
        if not isinstance(term, str):
            return term
        sign, name = (-1, term[1:]) if term.startswith("-") else (1, term)
        return sign * identity.weights.get(name.partition(".")[0], 1) * figures.value(name)

    right = [value(term) for term in identity.right]
    if identity.kind == "both-languages":
        names = set(_names(identity.left))
        both = sum(figures.languages(name) == "both" for name in names)
        return both == len(names) == sum(right), (both,), tuple(right)
    left = [value(term) for term in identity.left]
    holds, *values = relate(identity.kind, left, right, identity.factor, identity.tolerance)
    if all(isinstance(term, str) and term.endswith(".end") for term in (*identity.left, *identity.right)):
        values = [tuple(dt.date.fromordinal(int(day)).isoformat() for day in side) for side in values]
    return holds, values[0], values[1]


def _names(terms: Iterable[Term]) -> Iterator[str]:
    """Ids of the figures in terms, without sign and bound."""
    for term in terms:
        if isinstance(term, tuple):
            yield from _names(term)
        elif isinstance(term, str):
            yield term.removeprefix("-").partition(".")[0]
