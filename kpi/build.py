"""Sources to tidy tables: read, normalise, validate, compute, store; what is held back stays, with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from kpi.checked import checked_files
from kpi.corrections import apply_corrections, load_corrections
from kpi.derive import derive
from kpi.disclosure import protect
from kpi.draft import Draft, draft, judge_sources
from kpi.families import check_families
from kpi.identities import Finding
from kpi.observations import combine
from kpi.project import Project
from kpi.sources.judged import SourceResult
from kpi.sources.kept import source_files
from kpi.store import read_vintages, write_tables
from kpi.vintages import known_on

#: Period under which a standing yearly target is declared; it has no date of its own.
ANNUAL = "annual"


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    ``held_back`` has a row a problem: of identities, corrections and what is read by no source first,
    then of each source.
    ``corrections`` are the corrected observations as printed, with what was done; ``findings`` what
    the printed figures say of each declared identity; ``suppressed`` which values are not shown, and
    why: the tables themselves are protected, see :mod:`kpi.disclosure`. ``questions`` are
    of :mod:`kpi.anomalies`: they hold nothing back.
    """

    observations: pd.DataFrame
    computed: pd.DataFrame
    held_back: pd.DataFrame
    sources: tuple[SourceResult, ...]
    corrections: pd.DataFrame
    findings: tuple[Finding, ...]
    suppressed: pd.DataFrame
    questions: pd.DataFrame

    @property
    def summary(self) -> str:
        """One line a person can read."""
        rows = sum(source.rows_read for source in self.sources)
        accepted = sum(source.rows_accepted for source in self.sources)
        return (
            f"{rows} rows read from {len(self.sources)} sources, {accepted} accepted, "
            f"{len(self.held_back)} problems held back; {len(self.observations)} observations, "
            f"{len(self.corrections)} corrected, {len(self.computed)} computed, {len(self.suppressed)} not shown, "
            f"{len(self.questions)} questions"
        )


def build(
    project: Project, *, allow_sample: bool = True, tell: Callable[[str], None] = lambda _: None, key: str = ""
) -> BuildResult:
    """Build every source of the catalogue and write ``data/tidy``.

    A source with a delivery ignores its sample; without ``allow_sample`` samples are never read.
    What an earlier build read of the same files is used again, see :mod:`kpi.sources.kept`.
    ``key`` says what the tables are made from, see :func:`kpi.refresh.refresh`.
    """
    judged = judge_sources(project, allow_sample=allow_sample, tell=tell)
    return write(project, draft(project, judged, tell=tell), key)


def write(project: Project, drafted: Draft, key: str = "") -> BuildResult:
    """Judge what goes beyond a single indicator, and write all tables in one step."""
    shown, corrected = drafted.shown, drafted.corrected
    done = BuildResult(
        shown.observations,
        shown.computed,
        drafted.held_back,
        drafted.results,
        corrected.applied,
        drafted.findings,
        shown.suppressed,
        drafted.questions,
    )
    sources: list[SourceResult] = []

    def checked() -> dict[str, bytes]:
        whole = combine([corrected.observations, drafted.computed])
        families = check_families(whole, project.catalogue, project.expectations, drafted.changes, project.tidy)
        sources.extend(replace(r, verdicts=(*r.verdicts, *families.get(r.source, ()))) for r in drafted.results)
        return checked_files(sources, drafted.questions)

    facts = {"key": key, **_facts(project, done)}
    write_tables(project.tidy, drafted.tables, done.held_back, drafted.unprotected, checked, facts)
    return replace(done, sources=tuple(sources))


def _facts(project: Project, result: BuildResult) -> dict[str, Any]:
    """What later runs and people ask of a build, in a form that JSON can carry."""
    return {
        "summary": result.summary,
        "held_back": dict(sorted(Counter(result.held_back["source"]).items())),
        "reasons": list(result.held_back["reason"][:10]),
        "questions": list(result.questions["sentence_en"]),
        "sources": [
            {
                "source": source.source,
                "files": source_files(project.root, source.files),
                "vintages": sorted(vintage for vintage in source.observations["vintage"].unique() if vintage),
                "rows_read": source.rows_read,
                "accepted": source.rows_accepted,
                "replaced": source.rows_replaced,
                "held_back": len(source.held_back),
                "observations": len(source.observations),
                "sample": "sample" if source.is_sample else "",
            }
            for source in result.sources
        ],
    }


def known_at(project: Project, day: str) -> pd.DataFrame:
    """Observations and computed rows as they were on a day: of each delivered row the newest vintage not after it.

    Protected like those of now. Published figures and samples have no vintages here: they stand as they
    are. Corrections apply as they are declared today, where their guard agrees.
    """
    catalogue = project.catalogue
    printed = known_on(read_vintages(project.tidy), day)
    corrected = apply_corrections(printed, load_corrections(project.corrections, catalogue)).observations
    protected = protect(corrected, derive(corrected, catalogue), catalogue)
    return combine([protected.observations, protected.computed])
