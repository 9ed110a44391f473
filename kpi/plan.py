"""What each page is made from, as hashes: what it shows of the register and the tables, and what it is made with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from kpi import fingerprint
from kpi.catalogue import LANGUAGES, Catalogue, Indicator, Objective
from kpi.collect.owed import owed, owners
from kpi.identities import findings_for
from kpi.keeping import kept
from kpi.observations import FREE
from kpi.pieces import Parts
from kpi.project import Project
from kpi.reporting.jobs import ReportJob
from kpi.reporting.revised import of_indicators
from kpi.shown import NO_PLACES, Places, Shown, declared, digest, digest_all, values


@dataclass(frozen=True, eq=False)
class Inputs:
    """Everything the hashes of pages are made from, read once a run."""

    project: Project
    shown: Shown
    rows: pd.DataFrame
    held_back: Mapping[str, int]
    remarks: Mapping[str, Any]
    changes: pd.DataFrame
    revised: Mapping[str, float]
    hidden: frozenset[str]
    as_of: str
    kept: dict[Any, Any] = field(default_factory=dict)

    @property
    def catalogue(self) -> Catalogue:
        """The register."""
        return self.project.catalogue

    @cached_property
    def withheld(self) -> Mapping[str, str]:
        """A hash of the rows of each indicator that are not shown: pages say of which periods parts are missing."""
        rows = self.rows[self.rows["conf_status"].ne(FREE)].drop(columns=["vintage", "source_ref"])
        return {str(name): digest_all(part) for name, part in rows.groupby("indicator")}

    @cached_property
    def entries(self) -> Mapping[tuple[type, str], str]:
        """The hash of each entry of the register, by kind and id."""
        c = self.catalogue
        found: list[Any] = [*c.documents, *c.organisations, *c.objectives, *c.indicators, *c.code_lists, *c.sources]
        return {(type(e), e.id): fingerprint.of_bytes(e.model_dump_json().encode()) for e in found}

    def hashes_of(self, entries: Iterable[Any]) -> dict[str, str]:
        """The parts that entries of the register make of a page."""
        return {f"entry:{entry.id}": self.hash_of(entry) for entry in entries}

    def hash_of(self, entry: Any) -> str:
        """The hash of one entry of the register."""
        return self.entries[type(entry), entry.id]


def report_parts(inputs: Inputs, objective: Objective, language: str) -> Parts:
    """Of the report of an objective in one language."""
    return {**_objective_parts(inputs, objective), **_common(inputs, language)}


@kept
def _common(inputs: Inputs, language: str) -> dict[str, str]:
    """What every page in a language shows or is made with."""
    catalogue = inputs.catalogue
    names = [*catalogue.code_lists, *catalogue.sources, *catalogue.organisations, *catalogue.documents]
    return {
        "package": fingerprint.code(),
        "look": fingerprint.look(),
        "words": fingerprint.words(language) if language else fingerprint.of(*map(fingerprint.words, LANGUAGES)),
        "notebook": fingerprint.of_file(inputs.project.notebook),
        "as of": inputs.as_of,
        "register": fingerprint.of([inputs.hash_of(entry) for entry in names]),
    }


@kept
def _objective_parts(inputs: Inputs, objective: Objective) -> dict[str, str]:
    catalogue, shown = inputs.catalogue, inputs.shown
    pairs = catalogue.declared_by(objective.id)
    places: dict[str, list[Places]] = {}
    entries: dict[str, Indicator | Objective] = {objective.id: objective}
    for indicator, declaration in pairs:
        entries[indicator.id] = indicator
        for name in (indicator.id, *indicator.beside):
            entries.setdefault(name, catalogue.indicator(name))
            places.setdefault(name, []).append(declared(shown, name, declaration.where))
        for other in indicator.declared:
            entries[other.objective] = catalogue.objective(other.objective)
    for name, printed in shown.printed.get(objective.id, {}).items():
        entries.setdefault(name, catalogue.indicator(name))
        places.setdefault(name, []).append(printed)
    revised = of_indicators(inputs.changes, catalogue, set(places))
    entries.update((name, catalogue.indicator(name)) for name in revised["indicator"].unique())
    near = [*catalogue.ancestors(objective), *catalogue.children(objective.id)]
    near += catalogue.children(objective.parent) if objective.parent else ()
    entries.update((entry.id, entry) for entry in near)
    found = [place for each in places.values() for place in each]
    figures = {figure for place in found for figure in values(shown, place, "figure")}
    sources = {source for place in found for source in values(shown, place, "source")}
    return {
        **{f"entry:{name}": inputs.hash_of(entry) for name, entry in entries.items()},
        **{f"figures:{name}": "".join(digest(shown, place) for place in each) for name, each in places.items()},
        "remarks": _remarks(inputs, figures),
        "findings": fingerprint.of([repr(f) for f in findings_for(inputs.project.findings, figures)]),
        "revisions": fingerprint.of(revised.to_csv(), {name: inputs.revised.get(name) for name in places}),
        "hidden": fingerprint.of(
            sorted(inputs.hidden.intersection(places)), {name: inputs.withheld.get(name) for name in places}
        ),
        "held back": fingerprint.of({name: count for name, count in inputs.held_back.items() if name in sources}),
    }


def _remarks(inputs: Inputs, figures: Iterable[str]) -> str:
    return fingerprint.of({name: str(inputs.remarks[name]) for name in figures if name in inputs.remarks})


def extra_parts(inputs: Inputs, job: ReportJob) -> Parts:
    """Of a report that analysts added: its notebook may read anything, so all figures and the whole register."""
    project = inputs.project
    return {
        "figures:all indicators": digest_all(inputs.rows),
        "notebook": fingerprint.of(fingerprint.of_files(project.notebook_files, project.notebooks)),
        "parameters": fingerprint.of(dict(job.parameters), job.as_of),
        **framed_parts(inputs),
        **register_parts(inputs),
    }


def indicator_parts(inputs: Inputs, indicator: Indicator) -> Parts:
    """Of the page of an indicator, in all languages."""
    catalogue, places = inputs.catalogue, inputs.shown.by_indicator.get(indicator.id, NO_PLACES)
    derived = indicator.derive.inputs if indicator.derive else ()
    named: list[Indicator] = [catalogue.indicator(name) for name in (*derived, *indicator.part_of, *indicator.beside)]
    declaring: list[Objective] = [catalogue.objective(declaration.objective) for declaration in indicator.declared]
    figures = values(inputs.shown, places, "figure")
    return {
        **inputs.hashes_of([indicator, *named, *declaring]),
        f"figures:{indicator.id}": digest(inputs.shown, places),
        "remarks": _remarks(inputs, figures),
        **framed_parts(inputs),
    }


def framed_parts(inputs: Inputs, language: str = "") -> dict[str, str]:
    """Of what no notebook renders, in one language or in all."""
    return {name: part for name, part in _common(inputs, language).items() if name not in {"notebook", "as of"}}


def index_parts(inputs: Inputs) -> Parts:
    """Of the index of all indicators: labels, families, and how many figures and declarations each has."""
    counted = [
        (i.id, str(i.label), i.family, len(i.declared), len(inputs.shown.by_indicator.get(i.id, ())))
        for i in inputs.catalogue.indicators
    ]
    return {"counts": fingerprint.of(counted), **framed_parts(inputs)}


def workbook_parts(inputs: Inputs, organisation: str, language: str) -> Parts:
    """Of the collection workbook of an organisation: what it owes, and what is known of it."""
    catalogue, shown = inputs.catalogue, inputs.shown
    kpis = owed(catalogue, organisation)
    names = {kpi.indicator.id for kpi in kpis}
    objectives = {name for kpi in kpis for name in kpi.objectives}
    entries: Sequence[Indicator | Objective] = [
        *(i for i in catalogue.indicators if i.id in names),
        *(o for o in catalogue.objectives if o.id in objectives),
    ]
    places = {name: shown.by_indicator[name] for name in sorted(names) if name in shown.by_indicator}
    return {
        **inputs.hashes_of(entries),
        **{f"figures:{name}": digest(shown, place) for name, place in places.items()},
        **framed_parts(inputs, language),
    }


def register_parts(inputs: Inputs) -> Parts:
    """Of pages that speak of the whole register."""
    return {"catalogue": fingerprint.of(sorted(inputs.entries.values()))}


def owing(catalogue: Catalogue) -> list[str]:
    """The organisations that owe KPIs."""
    return sorted({name for _, declaration in catalogue.declarations for name in owners(catalogue, declaration)})
