"""Sources to tidy tables: read, normalise, validate, compute, store; what is held back stays, with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from kpi import fingerprint
from kpi.anomalies import in_words
from kpi.catalogue import Catalogue, Declaration, Indicator, Target
from kpi.checked import checked_files
from kpi.computing import compute
from kpi.corrections import Corrected, apply_corrections, load_corrections
from kpi.derive import derive
from kpi.disclosure import Protected, protect, protect_revisions
from kpi.errors import Problem
from kpi.families import check_families
from kpi.identities import FILE, Finding, check_identities, load_identities, printed_languages, surprises
from kpi.observations import combine, stack, tidy
from kpi.parsing.periods import frequency
from kpi.project import Project
from kpi.sources.judged import HELD_BACK, SourceResult
from kpi.sources.kept import kept_sources, source_files, source_keys
from kpi.store import (
    COMPUTED,
    CORRECTIONS,
    OBSERVATIONS,
    REVISIONS,
    SUPPRESSED,
    VINTAGES,
    read_vintages,
    write_tables,
)
from kpi.vintages import all_known, history, known_on, revisions

#: Period under which a standing yearly target is declared; it has no date of its own.
ANNUAL = "annual"


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    ``held_back`` has a row a problem: of identities and corrections first, then of each source.
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


@dataclass(frozen=True)
class Draft:
    """What a build makes before anything is written.

    ``shown`` and ``revisions`` are protected, ``corrected``, ``computed`` and ``vintages`` are not; ``changes`` are the
    revisions before protection.
    """

    results: tuple[SourceResult, ...]
    corrected: Corrected
    computed: pd.DataFrame
    shown: Protected
    questions: pd.DataFrame
    findings: tuple[Finding, ...]
    held_back: pd.DataFrame
    vintages: pd.DataFrame
    changes: pd.DataFrame
    revisions: pd.DataFrame


def build(
    project: Project, *, allow_sample: bool = True, tell: Callable[[str], None] = lambda _: None, key: str = ""
) -> BuildResult:
    """Build every source of the catalogue and write ``data/tidy``.

    A source with a delivery ignores its sample; without ``allow_sample`` samples are never read.
    What an earlier build read of the same files is used again, see :mod:`kpi.sources.kept`.
    ``key`` says what the tables are made from, see :func:`kpi.refresh.refresh`.
    """
    return write(project, draft(project, allow_sample=allow_sample, tell=tell), key)


def draft(project: Project, *, allow_sample: bool = True, tell: Callable[[str], None] = lambda _: None) -> Draft:
    """All that pages show; nothing is written but what is kept for the next build."""
    catalogue = project.catalogue
    keys = source_keys(project.root, catalogue, allow_sample=allow_sample)
    results = kept_sources(project.root, catalogue, project.tidy, keys, allow_sample=allow_sample, tell=tell)
    targets = catalogue_targets(catalogue)
    printed = combine([targets, *(result.observations for result in results)])
    vintages = all_known([history([("", targets)]), *(result.history for result in results)])
    tell("checking")
    published = [path for result in results if result.source == "published" for path in result.files]
    identities = load_identities(project.expectations / FILE)
    findings = check_identities(identities, printed, printed_languages(published))
    corrected = apply_corrections(printed, load_corrections(project.corrections, catalogue))
    tell("computing")
    made = compute(corrected.observations, catalogue, project.tidy, _made_from(project, keys))
    guards = [
        _problem_table("identities", [finding.problem for finding in surprises(findings)]),
        _problem_table("corrections", corrected.problems),
    ]
    changes = revisions(vintages)
    return Draft(
        results=tuple(results),
        corrected=corrected,
        computed=made.made,
        shown=made.shown,
        questions=in_words(made.asked, catalogue),
        findings=findings,
        held_back=stack([*guards, *(result.held_back for result in results)]),
        vintages=vintages,
        changes=changes,
        revisions=protect_revisions(changes, made.shown.suppressed, catalogue),
    )


def _made_from(project: Project, keys: Mapping[str, str]) -> dict[str, str]:
    """Of each source its own key and that of its corrections, which are a file a source."""
    corrections = {path.stem: fingerprint.of_file(path) for path in project.corrections.glob("*.yaml")}
    return {name: fingerprint.of(key, corrections.get(name, "")) for name, key in keys.items()}


def write(project: Project, drafted: Draft, key: str = "") -> BuildResult:
    """Judge what goes beyond a single indicator, and write all tables in one step."""
    shown, corrected = drafted.shown, drafted.corrected
    whole = combine([corrected.observations, drafted.computed])
    families = check_families(whole, project.catalogue, project.expectations, drafted.changes, project.tidy)
    done = BuildResult(
        shown.observations,
        shown.computed,
        drafted.held_back,
        tuple(replace(r, verdicts=(*r.verdicts, *families.get(r.source, ()))) for r in drafted.results),
        corrected.applied,
        drafted.findings,
        shown.suppressed,
        drafted.questions,
    )
    tables = {
        OBSERVATIONS: shown.observations,
        COMPUTED: shown.computed,
        CORRECTIONS: corrected.applied,
        REVISIONS: drafted.revisions,
        SUPPRESSED: shown.suppressed,
    }
    unprotected = {
        OBSERVATIONS: corrected.observations,
        COMPUTED: drafted.computed,
        VINTAGES: drafted.vintages,
    }
    beside, facts = checked_files(done.sources, done.questions), {"key": key, **_facts(project, done)}
    write_tables(project.tidy, tables, done.held_back, unprotected, beside, facts)
    return done


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


def _problem_table(guard: str, problems: Iterable[Problem]) -> pd.DataFrame:
    """Problems that are no source's, in the form of those that are."""
    empty = dict.fromkeys(HELD_BACK, "")
    rows = [
        {**empty, "source": guard, "file": p.file, "found": p.found, "expected": p.expected, "reason": str(p)}
        for p in problems
    ]
    return pd.DataFrame(rows, columns=list(HELD_BACK), dtype="str")


def catalogue_targets(catalogue: Catalogue) -> pd.DataFrame:
    """Targets that the catalogue declares, as tidy rows with measure ``target``."""
    rows = [
        _target_row(indicator, declaration, target, catalogue)
        for indicator, declaration in catalogue.declarations
        for target in declaration.targets
    ]
    return tidy(pd.DataFrame(rows or {"indicator": []}))


def _target_row(
    indicator: Indicator, declaration: Declaration, target: Target, catalogue: Catalogue
) -> dict[str, object]:
    every_year = target.period == ANNUAL
    period = "" if every_year else target.period or ""
    document = catalogue.objective(declaration.objective).document
    lines = target.lines.fr or target.lines.nl or declaration.lines.fr or declaration.lines.nl
    return {
        "indicator": indicator.id,
        "freq": frequency(period),
        "time_period": period,
        "measure": "target",
        "obs_value": target.value,
        "value_low": target.low,
        "value_high": target.high,
        "qualifier": target.qualifier,
        "unit_measure": indicator.unit,
        "flow": "target-level",
        "objective": declaration.objective,
        "source": "catalogue",
        "source_ref": f"{document} L{lines}" if lines else document,
        "vintage": str(catalogue.document(document).reporting_year),
        "flags": "every-year" if every_year else "",
        **declaration.where,
        **target.where,
    }
