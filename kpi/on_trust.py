"""Pages that are made while their figures are still being judged, from what was saved as it stands.

Those of an objective are made in a process that believes the rows and computes only what they show; of several
languages each is forked from it. What it believed is told as a hash, and so is what the pages show: they count once
the judged rows are found to be those that it believed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from kpi import cache, fingerprint, validation
from kpi.catalogue import Catalogue
from kpi.draft import Draft, Judged, as_read, catalogue_targets, draft, judge_sources
from kpi.errors import KpiError
from kpi.forks import beside, run_forked
from kpi.observations import rows_of
from kpi.project import Project
from kpi.reporting.prepare import default_as_of, prepare_report
from kpi.reporting.single import render_single
from kpi.shown import hash_rows


@dataclass(frozen=True)
class Ahead:
    """What was made while sources were judged.

    ``judged`` is what they gave; ``shown`` has for each page that counts the hash of what it shows, nothing where one
    does not; ``reasons`` tell why rows were held back; ``hung`` has the error of each objective whose pages came to no
    end, and would not come to one a second time.
    """

    judged: Judged
    shown: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    hung: Mapping[str, str] = field(default_factory=dict)


def go_ahead(
    project: Project, given: Sequence[dict[str, Any]], places: Sequence[Path], *, timeout: float, memory: float
) -> Ahead:
    """Judge all sources and make pages beside, which are put in their places if all of them count.

    Args:
        project: a reading of the folder, its register included.
        given: what each page is given, see :class:`kpi.parameters.ReportParameters`.
        places: where each page goes.
        timeout: seconds a page may take.
        memory: MB it may.

    Raises:
        KpiError: a suite is wrong.
    """
    use_sample = given[0]["use_sample"]
    objectives = tuple(dict.fromkeys(each["objective"] for each in given))
    found: list[Judged] = []
    believed: dict[str, str] = {}

    def make(objective: str) -> dict[str, Any]:
        validation.trust()
        cache.keep_nothing()
        judged = judge_sources(project, allow_sample=use_sample)
        made = draft(project, judged, only=project.catalogue.behind(_names(project.catalogue, objective, judged)))
        reading = _reading(project, made, judged)
        pages = [page for page, each in enumerate(given) if each["objective"] == objective]
        if len(pages) == 1:
            render(reading, pages[0])
        else:
            prepare_report(reading, objective, as_of="", use_sample=use_sample)  # once, for all languages
            work, cores = partial(render, reading), os.cpu_count() or 1
            with closing(run_forked(pages, work, workers=cores, timeout=timeout, memory=memory)) as outcomes:
                if errors := [outcome.error for outcome in outcomes if not outcome.ok]:
                    raise KpiError(errors[0])
        return {
            "believed": _believed(project.catalogue, objective, judged),
            "shown": shown(reading, objective, judged),
            "reasons": [*made.held_back["reason"]],
        }

    def render(reading: Project, page: int) -> None:
        render_single(reading, given[page], _aside(places[page]), self_contained=True)

    def judge() -> None:
        judged = judge_sources(project, allow_sample=use_sample)
        believed.update((name, _believed(project.catalogue, name, judged)) for name in objectives)
        found.append(judged)

    outcomes = beside(objectives, make, judge, timeout=timeout, memory=memory)
    (judged,) = found
    told = {outcome.task: outcome.result for outcome in outcomes if outcome.ok}
    counts = {name: each["believed"] for name, each in told.items()} == believed
    for place in places:
        if counts:
            _aside(place).replace(place)
        else:
            _aside(place).unlink(missing_ok=True)
    if not counts:
        return Ahead(judged, hung={o.task: o.error for o in outcomes if not o.ok and o.seconds >= timeout})
    seen = tuple(told[each["objective"]]["shown"] for each in given)
    return Ahead(judged, seen, tuple(told[objectives[0]]["reasons"]))


def shown(reading: Project, objective: str, judged: Judged) -> str:
    """The hash of what a page shows of the tables; the dimensions that others use count for nothing."""
    names = _names(reading.catalogue, objective, judged)
    tables = (reading.observations, reading.revisions, reading.corrected)
    return fingerprint.of(
        [_digest(rows_of(table, names)) for table in tables],
        [*reading.held_back["source"]],
        [repr(finding) for finding in reading.findings],
        default_as_of(reading),
    )


def _names(catalogue: Catalogue, objective: str, judged: Judged) -> frozenset[str]:
    """The indicators on the page of an objective: declared, shown beside those, or printed under it."""
    declared = [indicator for indicator, _ in catalogue.declared_by(objective)]
    tables = (result.observations for result in judged.results)
    printed = [name for table in tables for name in table.loc[table["objective"].eq(objective), "indicator"]]
    return frozenset(name for indicator in declared for name in (indicator.id, *indicator.beside)).union(printed)


def _reading(project: Project, made: Draft, judged: Judged) -> Project:
    """As pages read it; what they need of all rows is told of those that sources gave."""
    tables = [catalogue_targets(project.catalogue), *(result.observations for result in judged.results)]
    vintages = frozenset(name for table in tables for name in table["vintage"].unique())
    findings = project.with_tables(corrected=made.corrected.applied).findings_of(made.corrected.observations)
    return as_read(project, made, vintages=vintages - {""}, findings=findings)


def _believed(catalogue: Catalogue, objective: str, judged: Judged) -> str:
    """The hash of what sources gave for a page."""
    names = catalogue.behind(_names(catalogue, objective, judged))
    return fingerprint.of(
        [(_digest(rows_of(result.observations, names)), [*result.held_back["reason"]]) for result in judged.results]
    )


def _digest(rows: pd.DataFrame) -> str:
    """Of rows in their order, whatever dimensions others have; empty where there are none."""
    return fingerprint.of_bytes(hash_rows(rows).tobytes()) if len(rows) else ""


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}")
