"""What an earlier build read of a source, used again as long as nothing changed that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from kpi import cache, fingerprint
from kpi.catalogue import Catalogue
from kpi.errors import Problem
from kpi.sources import deliveries
from kpi.sources.build import normalise_files
from kpi.sources.judged import Normalised, SourceResult
from kpi.sources.ledger import LEDGER
from kpi.validation import Verdict

#: What people read and no source does: another wording of a label needs no new validation.
_WORDS: dict[str, Any] = {
    "indicators": {"__all__": {"label", "definition", "formula", "caveats"}},
    "objectives": {"__all__": {"title"}},
}
FOLDER = cache.FOLDER / "read"
_FACTS = ("rows_read", "rows_accepted", "rows_replaced", "is_sample", "ignored_columns")


def source_keys(root: Path, catalogue: Catalogue, *, allow_sample: bool) -> dict[str, str]:
    """For each source the hash of its files, of what it asks of the register, of all suites, and of the package."""
    register = register_key(catalogue)
    suites = fingerprint.of_files((root / "expectations").glob("*.json"), root)
    keys = {}
    for source in catalogue.sources:
        paths, is_sample = deliveries(root, source.id, allow_sample=allow_sample)
        given = source_files(root, paths)
        keys[source.id] = fingerprint.of(source.id, given, is_sample, register, suites, fingerprint.code())
    return keys


def register_key(catalogue: Catalogue) -> str:
    """Of the register without what only people read."""
    return fingerprint.of(catalogue.model_dump_json(exclude=_WORDS))


def source_files(root: Path, paths: Sequence[Path]) -> dict[str, str]:
    """The files of a source and the register of its deliveries, each with its hash."""
    registers = {path.parent / LEDGER for path in paths}
    return fingerprint.of_files([*paths, *(path for path in registers if path.is_file())], root)


def kept_sources(
    root: Path, catalogue: Catalogue, tidy: Path, *, allow_sample: bool, tell: Callable[[str], None]
) -> list[Normalised]:
    """All sources read and normalised; from what is kept below ``tidy`` where nothing changed."""
    folder = tidy / FOLDER
    keys = source_keys(root, catalogue, allow_sample=allow_sample)
    found = []
    for name, key in keys.items():
        source = _from(cache.get(folder, key), root, name)
        if source is None:
            tell(f"reading {name}")
            paths, is_sample = deliveries(root, name, allow_sample=allow_sample)
            source = normalise_files(paths, name, catalogue, root / "expectations", is_sample=is_sample)
            cache.put(folder, key, _entry(source, root))
        found.append(source)
    cache.keep_only(folder, keys.values())
    return found


def _entry(source: Normalised, root: Path) -> cache.Entry:
    result = source.result
    facts = {
        **{name: getattr(result, name) for name in _FACTS},
        "files": [path.relative_to(root).as_posix() for path in result.files],
        "problems": [asdict(problem) for problem in source.problems],
        "results": [dict(verdict.result) for verdict in result.verdicts],
    }
    checks = {f"checks-{number:04d}": verdict.checks for number, verdict in enumerate(result.verdicts)}
    return cache.Entry(facts, {"observations": source.observations, "rows": source.rows, **checks})


def _from(entry: cache.Entry | None, root: Path, name: str) -> Normalised | None:
    if entry is None:
        return None
    facts, tables, nothing = entry.facts, entry.tables, pd.DataFrame()
    verdicts = [
        Verdict(nothing, nothing, tables[f"checks-{number:04d}"], told) for number, told in enumerate(facts["results"])
    ]
    result = SourceResult(
        source=name,
        observations=nothing,
        held_back=nothing,
        rows_read=facts["rows_read"],
        rows_accepted=facts["rows_accepted"],
        rows_replaced=facts["rows_replaced"],
        files=tuple(root / path for path in facts["files"]),
        is_sample=facts["is_sample"],
        ignored_columns=tuple(facts["ignored_columns"]),
        verdicts=tuple(verdicts),
    )
    problems = tuple(Problem(**problem) for problem in facts["problems"])
    return Normalised(name, tables["observations"], tables["rows"], problems, result)
