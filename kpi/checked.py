"""What a build checked and what it asks, kept beside the tables: results of Great Expectations, checks, questions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from kpi.sources.judged import SourceResult

#: Folder of the tidy tables in which the results lie, and the two tables beside it.
FOLDER = "validation"
CHECKS, SOURCES, QUESTIONS = "checks.csv", "sources.csv", "questions.csv"
#: What the library keeps of single rows: values and their places, which must not leave the house.
_OF_ROWS = (
    "unexpected_list",
    "unexpected_index_list",
    "unexpected_rows",
    "unexpected_counts",
    "unexpected_index_query",
)


def checked_files(sources: Iterable[SourceResult], questions: pd.DataFrame) -> dict[str, bytes]:
    """``validation/<suite>.json`` as the library gives it, what was checked per source, and the questions, by place."""
    results = list(sources)
    by_suite: dict[str, list[Mapping[str, Any]]] = {}
    for source in results:
        for verdict in source.verdicts:
            if verdict.result and verdict.result not in by_suite.setdefault(verdict.result["suite_name"], []):
                by_suite[verdict.result["suite_name"]].append(verdict.result)
    contents: dict[str, bytes] = {}
    for name, told in sorted(by_suite.items()):
        text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        contents[f"{FOLDER}/{name}.json"] = text.encode()
    checks = pd.concat([source.checks for source in results], ignore_index=True)
    counted = pd.DataFrame(
        [
            {
                "source": source.source,
                "read": source.rows_read,
                "accepted": source.rows_accepted,
                "held_back": len(source.held_back),
            }
            for source in results
        ]
    )
    tables = {f"{FOLDER}/{CHECKS}": checks, f"{FOLDER}/{SOURCES}": counted, QUESTIONS: questions}
    return contents | {name: table.to_csv(index=False).encode() for name, table in tables.items()}


def read_checked(tidy: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Checks, counts by source, and questions of the last build; empty where there was none."""
    paths = (tidy / FOLDER / CHECKS, tidy / FOLDER / SOURCES, tidy / QUESTIONS)
    checks, sources, questions = (
        pd.read_csv(p, keep_default_na=False) if p.exists() else pd.DataFrame() for p in paths
    )
    return checks, sources, questions


def public_results(tidy: Path) -> dict[str, Any]:
    """The results by suite without any value of a row."""
    found = sorted((tidy / FOLDER).glob("*.json"))
    return {path.stem: _without_rows(json.loads(path.read_text(encoding="utf-8"))) for path in found}


def _without_rows(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            name: _without_rows(part)
            for name, part in node.items()
            if name not in _OF_ROWS and not str(name).startswith("partial_unexpected")
        }
    return [_without_rows(part) for part in node] if isinstance(node, list) else node
