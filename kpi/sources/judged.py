"""The last judgement, by the suite of all tidy tables; and what a source gave in the end."""

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


def judged(source: SourceResult, problems: Sequence[Problem], catalogue: Catalogue, expectations: Path) -> SourceResult:
    """Split accepted from held back by the suite of all tidy tables.

    Args:
        source: its observations, and in ``history`` all that were ever known.
        problems: what was held back before.
        catalogue: gives code lists and known names.
        expectations: folder of the suites.
    """
    now, rows = source.observations, source.history
    no_more = rows[rows[UNTIL] != ""]
    verdict = _tidy_verdict(_together([now, no_more]), parameters(catalogue), expectations)
    accepted, found = verdict.accepted.index, verdict.held_back["index"]
    stands = now.index[accepted[accepted < len(now)]]
    stood = no_more.index[accepted[accepted >= len(now)] - len(now)]
    mine = verdict.held_back[found.isna() | found.lt(len(now))]
    of_tidy = replace(verdict, accepted=now.iloc[:0], held_back=mine, checks=_of_now(verdict.checks, mine, len(now)))
    return replace(
        source,
        observations=now.loc[stands].reset_index(drop=True),
        held_back=_table(source.source, [*problems, *_of_observations(mine, now)]),
        history=rows.loc[[*stands, *stood]].reset_index(drop=True),
        verdicts=(*source.verdicts, of_tidy),
    )


def _of_now(checks: pd.DataFrame, failures: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The checks as those of the rows known now: what was revised since is judged too, but not counted."""
    failed = failures.groupby("rule").size().to_dict()
    found = failures.groupby("rule")["found"].first().to_dict()
    told = [[failed.get(rule, 0), found.get(rule, "")] for rule in checks["rule"]]
    return checks.assign(checked=rows, failed=[n for n, _ in told], found=[text for _, text in told])


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tidy rows one after the other under a running number; a date that one lacks is not given."""
    filled = [part for part in parts if len(part)]
    dated: dict[str, str] = {SINCE: "", UNTIL: ""}
    completed = [part.assign(**{name: value for name, value in dated.items() if name not in part}) for part in filled]
    return pd.concat(completed, ignore_index=True) if filled else parts[0]


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


def _of_observations(failures: pd.DataFrame, observations: pd.DataFrame) -> list[Problem]:
    problems = []
    for failure in failures.to_dict("records"):
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
