"""Pages that are made while their figures are still being judged, from what was saved as it stands.

Each is made in a process that believes the rows and computes only what the page shows. What it believed is told as a
hash, and so is what the page shows: a page counts once the judged rows are found to be those that it believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kpi import cache, fingerprint, validation
from kpi.catalogue import Catalogue
from kpi.draft import Draft, Judged, as_read, catalogue_targets, draft, judge_sources
from kpi.forks import beside
from kpi.observations import rows_of
from kpi.project import Project
from kpi.reporting.prepare import default_as_of
from kpi.reporting.single import render_single
from kpi.shown import hash_rows


@dataclass(frozen=True)
class Ahead:
    """What was made while sources were judged.

    ``judged`` is what they gave; ``shown`` has for each page that counts the hash of what it shows, nothing where one
    does not; ``reasons`` tell why rows were held back.
    """

    judged: Judged
    shown: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


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
    found: list[Judged] = []
    believed: list[str] = []

    def make(page: int) -> dict[str, Any]:
        validation.trust()
        cache.keep_nothing()
        judged = judge_sources(project, allow_sample=use_sample)
        objective = given[page]["objective"]
        made = draft(project, judged, only=project.catalogue.behind(_names(project.catalogue, objective, judged)))
        reading = _reading(project, made, judged)
        render_single(reading, given[page], _aside(places[page]), self_contained=True)
        return {
            "believed": _believed(project.catalogue, objective, judged),
            "shown": shown(reading, objective, judged),
            "reasons": [*made.held_back["reason"]],
        }

    def judge() -> None:
        judged = judge_sources(project, allow_sample=use_sample)
        believed.extend(_believed(project.catalogue, each["objective"], judged) for each in given)
        found.append(judged)

    outcomes = beside(range(len(given)), make, judge, timeout=timeout, memory=memory)
    (judged,) = found
    told = [each.result for each in sorted(outcomes, key=lambda each: int(each.task)) if each.ok]
    counts = [each["believed"] for each in told] == believed
    for place in places:
        if counts:
            _aside(place).replace(place)
        else:
            _aside(place).unlink(missing_ok=True)
    return Ahead(judged, tuple(each["shown"] for each in told), tuple(told[0]["reasons"])) if counts else Ahead(judged)


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
