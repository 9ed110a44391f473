"""What an earlier build read of a source, used again as long as nothing changed that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from kpi import cache, fingerprint
from kpi.catalogue import Catalogue
from kpi.register import register_key
from kpi.sources import deliveries
from kpi.sources.build import build_files
from kpi.sources.judged import SourceResult
from kpi.sources.ledger import LEDGER
from kpi.validation import CHECK, Verdict, load

FOLDER = cache.FOLDER / "read"
_FACTS = ("rows_read", "rows_accepted", "rows_replaced", "is_sample")
_TABLES = ("observations", "held_back", "history")


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


def source_files(root: Path, paths: Sequence[Path]) -> dict[str, str]:
    """The files of a source and the register of its deliveries, each with its hash."""
    registers = {path.parent / LEDGER for path in paths}
    return fingerprint.of_files([*paths, *(path for path in registers if path.is_file())], root)


def kept_sources(
    root: Path,
    catalogue: Catalogue,
    tidy: Path,
    keys: Mapping[str, str],
    *,
    allow_sample: bool,
    tell: Callable[[str], None],
) -> list[SourceResult]:
    """All sources read, normalised and judged; from what is kept below ``tidy`` under their keys, if anything is."""

    def read(name: str) -> cache.Entry:
        paths, is_sample = deliveries(root, name, allow_sample=allow_sample)
        return _entry(build_files(paths, name, catalogue, root / "expectations", is_sample=is_sample), root)

    tell("reading sources")
    entries = cache.gathered(tidy / FOLDER, keys, read, load)
    return [_from(entry, root, name) for name, entry in entries.items()]


def _entry(source: SourceResult, root: Path) -> cache.Entry:
    facts = {
        **{name: getattr(source, name) for name in _FACTS},
        "ignored_columns": list(source.ignored_columns),
        "files": [path.relative_to(root).as_posix() for path in source.files],
        "results": [dict(verdict.result) for verdict in source.verdicts],
        "checks": [verdict.checks.to_dict("records") for verdict in source.verdicts],
    }
    return cache.Entry(facts, {name: getattr(source, name) for name in _TABLES})


def _from(entry: cache.Entry, root: Path, name: str) -> SourceResult:
    facts, tables, nothing = entry.facts, entry.tables, pd.DataFrame()
    verdicts = [
        Verdict(nothing, nothing, pd.DataFrame(checks, columns=list(CHECK)), told)
        for checks, told in zip(facts["checks"], facts["results"], strict=True)
    ]
    return SourceResult(
        source=name,
        observations=tables["observations"],
        held_back=tables["held_back"],
        history=tables["history"],
        rows_read=facts["rows_read"],
        rows_accepted=facts["rows_accepted"],
        rows_replaced=facts["rows_replaced"],
        is_sample=facts["is_sample"],
        files=tuple(root / path for path in facts["files"]),
        ignored_columns=tuple(facts["ignored_columns"]),
        verdicts=tuple(verdicts),
    )
