"""The last judgement: the suite of all tidy tables, run once for all sources; and what each source gave in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.errors import Problem
from kpi.observations import KEYS, TOTAL, dimensions_of
from kpi.validation import CHECK, FAILURE, Verdict, validate
from kpi.vintages import SINCE, UNTIL

HELD_BACK = ("source", "file", "sheet", "row", "column", "found", "expected", "reason")


@dataclass(frozen=True)
class SourceResult:
    """What one source gave.

    ``held_back`` has one row a problem with the columns HELD_BACK, ``reason`` being the whole
    sentence; ``row`` is text, empty where the problem is the file's. ``history`` holds all observations
    that were ever known, see :mod:`kpi.vintages`; ``observations`` are those known now; ``verdicts`` are those
    of each suite that judged them, that of all tidy tables last. Rows read are
    accepted, replaced (a newer delivery, or another file of the same day, says it again), or held back.
    """

    source: str
    observations: pd.DataFrame
    held_back: pd.DataFrame
    rows_read: int
    rows_accepted: int
    rows_replaced: int
    files: tuple[Path, ...]
    is_sample: bool
    ignored_columns: tuple[str, ...] = ()
    history: pd.DataFrame = field(default_factory=pd.DataFrame)
    verdicts: tuple[Verdict, ...] = ()

    @property
    def checks(self) -> pd.DataFrame:
        """Every expectation of the source's suites, see :data:`kpi.validation.CHECK`, and the source itself."""
        tables = [verdict.checks for verdict in self.verdicts if len(verdict.checks)]
        stacked = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(CHECK))
        return stacked.assign(source=self.source)


@dataclass(frozen=True)
class Normalised:
    """A source as its module gives it, before the suite of all tidy tables; ``rows`` are those ever known."""

    source: str
    observations: pd.DataFrame
    rows: pd.DataFrame
    problems: tuple[Problem, ...]
    result: SourceResult


def judged(sources: Sequence[Normalised], catalogue: Catalogue, expectations: Path) -> list[SourceResult]:
    """Split accepted from held back by the suite of all tidy tables, which is run once for all of them.

    A failure of the table as a whole would hold all sources back: then each is judged by itself.
    """
    parts: list[pd.DataFrame] = []
    for source in sources:
        no_more = source.rows[source.rows[UNTIL] != ""]
        parts += [source.observations, no_more]
    verdict = _tidy_verdict(_together(parts), parameters(catalogue), expectations)
    if len(sources) > 1 and verdict.held_back["index"].isna().any():
        return [result for source in sources for result in judged([source], catalogue, expectations)]
    results: list[SourceResult] = []
    start = 0
    for source, now, no_more in zip(sources, parts[::2], parts[1::2], strict=True):
        end, last = start + len(now), start + len(now) + len(no_more)
        accepted = verdict.accepted.index
        stands = now.index[accepted[(accepted >= start) & (accepted < end)] - start]
        stood = no_more.index[accepted[(accepted >= end) & (accepted < last)] - end]
        found = verdict.held_back["index"]
        mine = verdict.held_back[found.isna() | (found.ge(start) & found.lt(end))]
        of_tidy = Verdict(now.iloc[:0], mine, _own(verdict.checks, mine, len(now)), verdict.result)
        failed = Verdict(now.loc[stands], mine.assign(index=mine["index"] - start))
        problems = [*source.problems, *_of_observations(failed, now)]
        results.append(
            replace(
                source.result,
                observations=now.loc[stands].reset_index(drop=True),
                held_back=_table(source.source, problems),
                history=source.rows.loc[[*stands, *stood]].reset_index(drop=True),
                verdicts=(*source.result.verdicts, of_tidy),
            )
        )
        start = last
    return results


def _own(checks: pd.DataFrame, failures: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The checks of all tidy tables as those of one source: its rows, and which of them failed."""
    failed = failures.groupby("rule").size().to_dict()
    found = failures.groupby("rule")["found"].first().to_dict()
    told = [[failed.get(rule, 0), found.get(rule, "")] for rule in checks["rule"]]
    return checks.assign(checked=rows, failed=[n for n, _ in told], found=[text for _, text in told])


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tidy rows one after the other under a running number; a dimension or date that one lacks is the total."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return parts[0]
    dims = {dim for part in filled for dim in dimensions_of(part)} - {SINCE, UNTIL}
    dated: dict[str, str] = {SINCE: "", UNTIL: ""}
    absent = [{**dict.fromkeys(dims - {*part.columns}, TOTAL), **dated} for part in filled]
    completed = [
        part.assign(**{name: value for name, value in lacking.items() if name not in part})
        for part, lacking in zip(filled, absent, strict=True)
    ]
    return pd.concat(completed, ignore_index=True)


def parameters(catalogue: Catalogue) -> dict[str, list[str]]:
    """What suites may ask of the catalogue: ``indicators``, ``objectives`` and ``<code list>_codes``."""
    lists = {f"{codes.id}_codes": [c for c in codes.codes if c != TOTAL] for codes in catalogue.code_lists}
    return {
        **lists,
        "indicators": [indicator.id for indicator in catalogue.indicators],
        "objectives": [objective.id for objective in catalogue.objectives],
    }


def _tidy_verdict(observations: pd.DataFrame, known: Mapping[str, Any], expectations: Path) -> Verdict:
    """The suite of all tidy tables; an empty text is "not given" there, which suites call null."""
    if observations.empty:
        return Verdict(observations, pd.DataFrame(columns=list(FAILURE)))
    dims = sorted(set(dimensions_of(observations)) - {SINCE, UNTIL})
    dated = [name for name in (SINCE, UNTIL) if name in observations]
    naming = (observations[name].tolist() for name in (*KEYS, *dims, "measure", "source", "figure", *dated))
    judged = observations.assign(observation_key=["|".join(parts) for parts in zip(*naming, strict=True)])
    texts = judged.select_dtypes(["str", "object"]).columns
    given = judged.assign(**{column: judged[column].mask(judged[column] == "") for column in texts})
    return validate(given, "tidy", known, expectations)


def _of_observations(verdict: Verdict, observations: pd.DataFrame) -> list[Problem]:
    problems = []
    for failure in verdict.held_back.to_dict("records"):
        whole = pd.isna(failure["index"])
        place = "the tidy table" if whole else str(observations.loc[failure["index"], "source_ref"])
        indicator = "" if whole else f" ({observations.loc[failure['index'], 'indicator']})"
        found, expected, remedy = (str(failure[name]) for name in ("found", "expected", "remedy"))
        problems.append(Problem(place, found + indicator, expected, remedy, column=str(failure["column"])))
    return problems


def _table(source_id: str, problems: Iterable[Problem]) -> pd.DataFrame:
    rows = [
        {
            "source": source_id,
            "file": p.file,
            "sheet": p.sheet,
            "row": "" if p.row is None else str(p.row),
            "column": p.column,
            "found": p.found,
            "expected": p.expected,
            "reason": str(p),
        }
        for p in problems
    ]
    return pd.DataFrame(rows, columns=list(HELD_BACK)).astype("str")
