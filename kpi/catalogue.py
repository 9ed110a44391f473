"""What is measured and why: the whole register, with what it knows of its entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from kpi.derivation import Code, Derivation, DimensionName, Slug, Words
from kpi.entries import (
    LANGUAGES,
    Aggregation,
    Band,
    CodeList,
    Declaration,
    Direction,
    Document,
    Entry,
    Formula,
    Indicator,
    Language,
    Level,
    Lines,
    Objective,
    Organisation,
    Origin,
    PrintedLines,
    PrintedText,
    Progress,
    ProgressMethod,
    Qualifier,
    Report,
    Target,
    Text,
    TrafficLight,
)
from kpi.errors import unknown
from kpi.source_entries import Balance, DataSet, Disclosure, Part, Source, Spelling

__all__ = [
    "LANGUAGES",
    "Aggregation",
    "Balance",
    "Band",
    "Catalogue",
    "Code",
    "CodeList",
    "DataSet",
    "Declaration",
    "Derivation",
    "DimensionName",
    "Direction",
    "Disclosure",
    "Document",
    "Entry",
    "Formula",
    "Indicator",
    "Language",
    "Level",
    "Lines",
    "Objective",
    "Organisation",
    "Origin",
    "Part",
    "PrintedLines",
    "PrintedText",
    "Progress",
    "ProgressMethod",
    "Qualifier",
    "Report",
    "Slug",
    "Source",
    "Spelling",
    "Target",
    "Text",
    "TrafficLight",
    "Words",
    "first_line",
    "natural_key",
]


class Catalogue(Entry):
    """The whole register. Load it with :func:`kpi.register.load_catalogue`."""

    documents: tuple[Document, ...]
    organisations: tuple[Organisation, ...]
    objectives: tuple[Objective, ...]
    indicators: tuple[Indicator, ...]
    code_lists: tuple[CodeList, ...]
    sources: tuple[Source, ...]
    reports: tuple[Report, ...] = ()

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        kinds: dict[str, Iterable[Any]] = {
            "document": self.documents,
            "organisation": self.organisations,
            "objective": self.objectives,
            "indicator": self.indicators,
            "code list": self.code_lists,
            "source": self.sources,
            "report": self.reports,
        }
        return {kind: {entry.id: entry for entry in entries} for kind, entries in kinds.items()}

    def _get(self, kind: str, name: str) -> Any:
        entries = self._by_id[kind]
        if name not in entries:
            raise unknown(kind, name, entries)
        return entries[name]

    def document(self, name: str) -> Document:
        """The document of that id; :class:`kpi.errors.UsageError` names the nearest ones."""
        return self._get("document", name)  # type: ignore[no-any-return]

    def organisation(self, name: str) -> Organisation:
        """The organisation of that id."""
        return self._get("organisation", name)  # type: ignore[no-any-return]

    def objective(self, name: str) -> Objective:
        """The objective of that id."""
        return self._get("objective", name)  # type: ignore[no-any-return]

    def indicator(self, name: str) -> Indicator:
        """The indicator of that id."""
        return self._get("indicator", name)  # type: ignore[no-any-return]

    def code_list(self, name: str) -> CodeList:
        """The code list of that id; dimensions have a list of their own name."""
        return self._get("code list", name)  # type: ignore[no-any-return]

    def source(self, name: str) -> Source:
        """The source of that id."""
        return self._get("source", name)  # type: ignore[no-any-return]

    def report(self, name: str) -> Report:
        """The added report of that id."""
        return self._get("report", name)  # type: ignore[no-any-return]

    @cached_property
    def readings(self) -> frozenset[str]:
        """Dimensions whose codes are readings of one value, not parts of a whole."""
        return frozenset(code_list.id for code_list in self.code_lists if not code_list.parts)

    def has_indicator(self, name: str) -> bool:
        """Whether an indicator of that id exists."""
        return name in self._by_id["indicator"]

    def label(self, code_list: str, code: str, language: str) -> str:
        """The words of a code; the code itself where the list does not know it."""
        entries: Mapping[str, CodeList] = self._by_id["code list"]
        text = entries[code_list].codes.get(code) if code_list in entries else None
        return text[language] if text else code

    def behind(self, names: Iterable[str]) -> frozenset[str]:
        """These indicators and all that they are computed from, however far back."""
        reached = frozenset(names)
        while True:
            inputs = {i for name in reached if (derive := self.indicator(name).derive) for i in derive.inputs}
            if inputs <= reached:
                return reached
            reached |= inputs

    @cached_property
    def declarations(self) -> tuple[tuple[Indicator, Declaration], ...]:
        """Every declared KPI, in the order of document, objective and place in the text."""
        order = {objective.id: position for position, objective in enumerate(self.objectives)}
        pairs = [(i, d) for i in self.indicators for d in i.declared]

        def place(pair: tuple[Indicator, Declaration]) -> tuple[object, ...]:
            declaration = pair[1]
            return order.get(declaration.objective, 0), first_line(declaration.lines), _bullet(declaration)

        return tuple(sorted(pairs, key=place))

    @cached_property
    def _declared_by_objective(self) -> dict[str, tuple[tuple[Indicator, Declaration], ...]]:
        grouped: dict[str, list[tuple[Indicator, Declaration]]] = {}
        for pair in self.declarations:
            grouped.setdefault(pair[1].objective, []).append(pair)
        return {name: tuple(pairs) for name, pairs in grouped.items()}

    def declared_by(self, objective: str) -> tuple[tuple[Indicator, Declaration], ...]:
        """The KPIs an objective declares, in the order of the document."""
        return self._declared_by_objective.get(objective, ())

    @cached_property
    def _children(self) -> dict[str | None, tuple[Objective, ...]]:
        grouped: dict[str | None, list[Objective]] = {}
        for objective in self.objectives:
            grouped.setdefault(objective.parent, []).append(objective)
        return {name: tuple(entries) for name, entries in grouped.items()}

    def children(self, objective: str) -> tuple[Objective, ...]:
        """The objectives directly under one."""
        return self._children.get(objective, ())

    def ancestors(self, objective: Objective) -> tuple[Objective, ...]:
        """From the strategic objective down to the parent."""
        if objective.parent is None:
            return ()
        parent = self.objective(objective.parent)
        return (*self.ancestors(parent), parent)


def first_line(lines: PrintedLines) -> int:
    """The first line a reference names, in French when there is one; 0 without a reference."""
    text = lines.fr or lines.nl
    return int(re.split(r"[-;]", text)[0]) if text else 0


def _bullet(declaration: Declaration) -> tuple[str, int]:
    kind = declaration.bullet.rstrip("0123456789")
    digits = declaration.bullet[len(kind) :]
    return kind, int(digits or 0)


def natural_key(code: str) -> tuple[tuple[int, str], ...]:
    """Sort key that reads numbers as numbers: 7.10 comes after 7.9.

    >>> sorted(["OO 7.10", "OO 7.9"], key=natural_key)
    ['OO 7.9', 'OO 7.10']
    """
    parts = re.findall(r"\d+|[^\d\s.]+", code)
    return tuple((int(p), "") if p.isdigit() else (0, p) for p in parts)
