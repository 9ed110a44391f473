"""What a build makes before anything is written: sources judged, figures corrected, computed and protected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kpi import fingerprint
from kpi.anomalies import in_words
from kpi.catalogue import Catalogue, Declaration, Indicator, Target
from kpi.computing import compute
from kpi.corrections import Corrected, apply_corrections, load_corrections
from kpi.disclosure import Protected, protect_revisions
from kpi.errors import Problem
from kpi.identities import FILE, Finding, check_identities, load_identities, printed_languages, surprises
from kpi.keeping import of_last
from kpi.observations import combine, rows_of, stack, tidy
from kpi.parsing.periods import frequency
from kpi.project import Project
from kpi.sources import astray
from kpi.sources.judged import HELD_BACK, SourceResult
from kpi.sources.kept import kept_sources, source_keys
from kpi.store import COMPUTED, CORRECTIONS, OBSERVATIONS, REVISIONS, SUPPRESSED, VINTAGES
from kpi.vintages import all_known, history, revisions

#: Period under which a standing yearly target is declared; it has no date of its own.
ANNUAL = "annual"
#: The source of printed figures, on which identities are.
PUBLISHED = "published"


@dataclass(frozen=True)
class Judged:
    """What each source gave, and the hash of what it was read from."""

    results: tuple[SourceResult, ...]
    keys: Mapping[str, str]


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

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """What is written for all, by name."""
        return {
            OBSERVATIONS: self.shown.observations,
            COMPUTED: self.shown.computed,
            CORRECTIONS: self.corrected.applied,
            REVISIONS: self.revisions,
            SUPPRESSED: self.shown.suppressed,
        }

    @property
    def unprotected(self) -> dict[str, pd.DataFrame]:
        """What is written for builds alone, by name."""
        return {OBSERVATIONS: self.corrected.observations, COMPUTED: self.computed, VINTAGES: self.vintages}


def judge_sources(
    project: Project, *, allow_sample: bool = True, tell: Callable[[str], None] = lambda _: None
) -> Judged:
    """Read, normalise and judge every source of the catalogue; see :mod:`kpi.sources.kept`."""
    keys = source_keys(project.root, project.catalogue, allow_sample=allow_sample)
    results = kept_sources(project.root, project.catalogue, project.tidy, keys, allow_sample=allow_sample, tell=tell)
    return Judged(tuple(results), keys)


def draft(
    project: Project,
    judged: Judged,
    *,
    tell: Callable[[str], None] = lambda _: None,
    only: Collection[str] | None = None,
) -> Draft:
    """All that pages show; nothing is written but what is kept for the next build.

    With ``only`` it holds no more than these indicators; what is checked over all figures still is.
    """
    catalogue, results = project.catalogue, judged.results
    targets = catalogue_targets(catalogue)
    corrections = load_corrections(project.corrections, catalogue)
    printed = combine([targets, *(_of(result, only, corrections) for result in results)])
    histories = [history([("", targets)]), *(result.history for result in results)]
    tell("checking")
    published = [path for result in results if result.source == PUBLISHED for path in result.files]
    identities = load_identities(project.expectations / FILE)
    findings = check_identities(identities, printed, printed_languages(published))
    corrected = apply_corrections(printed, corrections)
    tell("computing")
    rows = corrected.observations
    if only is not None:
        rows, histories = rows_of(rows, only), [rows_of(each, only) for each in histories]
    made = compute(rows, catalogue, project.tidy, _made_from(project, judged.keys), only=only)
    guards = [
        _problem_table("identities", [finding.problem for finding in surprises(findings)]),
        _problem_table("corrections", corrected.problems),
        _problem_table("incoming", astray(project.root)),
    ]
    vintages = all_known(histories)
    changes = revisions(vintages)
    return Draft(
        results=results,
        corrected=corrected,
        computed=made.made,
        shown=made.shown,
        questions=in_words(made.asked, catalogue),
        findings=findings,
        held_back=stack([*guards, *(result.held_back for result in results)]),
        vintages=vintages,
        changes=changes,
        revisions=protect_revisions(changes, made.shown.suppressed, vintages, catalogue),
    )


def _of(result: SourceResult, only: Collection[str] | None, checked: Collection[str]) -> pd.DataFrame:
    """The rows of a source; all of them where what is checked over all figures looks at them."""
    whole = only is None or result.source == PUBLISHED or result.source in checked
    return result.observations if whole else rows_of(result.observations, only or ())


def as_read(project: Project, drafted: Draft, **known: Any) -> Project:
    """The project with the tables of a draft, as pages will find them once they are written.

    ``known`` are attributes of the reading that its tables do not tell, since they are a part of all.
    """
    return project.with_tables(
        catalogue=project.catalogue,
        observations=combine([drafted.shown.observations, drafted.shown.computed]),
        corrected=drafted.corrected.applied,
        revisions=drafted.revisions,
        held_back=drafted.held_back,
        **known,
    )


def _made_from(project: Project, keys: Mapping[str, str]) -> dict[str, str]:
    """Of each source its own key and that of its corrections, which are a file a source."""
    corrections = {path.stem: fingerprint.of_file(path) for path in project.corrections.glob("*.yaml")}
    return {name: fingerprint.of(key, corrections.get(name, "")) for name, key in keys.items()}


def _problem_table(guard: str, problems: Iterable[Problem]) -> pd.DataFrame:
    """Problems that are no source's, in the form of those that are."""
    empty = dict.fromkeys(HELD_BACK, "")
    rows = [
        {**empty, "source": guard, "file": p.file, "found": p.found, "expected": p.expected, "reason": str(p)}
        for p in problems
    ]
    return pd.DataFrame(rows, columns=list(HELD_BACK), dtype="str")


@of_last
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
