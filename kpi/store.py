"""The tidy tables on disk: observations, what is computed, what was corrected or held back, with reasons."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from kpi.errors import UsageError
from kpi.excel import neutralise
from kpi.observations import KEYS, VALUES, combine

OBSERVATIONS = "observations"
COMPUTED = "computed"
CORRECTIONS = "corrections"
REVISIONS = "revisions"
VINTAGES = "vintages"
HELD_BACK = "held_back"
SUPPRESSED = "suppressed"
#: Folder of what must not be published: tables before disclosure control. Nothing but a build reads it.
UNPROTECTED = "UNPROTECTED"


def write_tables(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    held_back: pd.DataFrame,
    unprotected: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write each table as Parquet and CSV, what was held back beside them, and apart what is not protected.

    Each file is written beside its place and moved there in one step, so a reader never
    meets half a table.
    """
    (folder / HELD_BACK).mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        _replace(folder / f"{name}.parquet", table)
        _replace(folder / f"{name}.csv", table)
    _replace(folder / HELD_BACK / "held_back.csv", held_back)
    if unprotected is not None:
        (folder / UNPROTECTED).mkdir(exist_ok=True)
        for name, table in unprotected.items():
            _replace(folder / UNPROTECTED / f"{name}.parquet", table)


def read_tables(folder: Path) -> pd.DataFrame:
    """Observations and computed rows in one tidy table, protected: see :mod:`kpi.disclosure`.

    Raises:
        UsageError: nothing was built yet, or by a version with other columns.
    """
    return combine(_read(folder / f"{name}.parquet") for name in (OBSERVATIONS, COMPUTED))


def read_corrections(folder: Path) -> pd.DataFrame:
    """Observations that were corrected, as printed, with what was done and why; see :mod:`kpi.corrections`."""
    return _read(folder / f"{CORRECTIONS}.parquet")


def read_vintages(folder: Path) -> pd.DataFrame:
    """All rows that were ever known, not protected, with the days from and until which; see :mod:`kpi.vintages`."""
    return _read(folder / UNPROTECTED / f"{VINTAGES}.parquet")


def has_vintages(folder: Path) -> bool:
    """Whether a build has kept what was known when."""
    return (folder / UNPROTECTED / f"{VINTAGES}.parquet").exists()


def read_revisions(folder: Path) -> pd.DataFrame:
    """What newer deliveries changed; see :func:`kpi.vintages.revisions`.

    Raises:
        UsageError: nothing was built yet, or by a version that kept no vintages.
    """
    path = folder / f"{REVISIONS}.parquet"
    if not path.exists():
        msg = f"{path} does not exist yet: run 'kpi build' first."
        raise UsageError(msg)
    return pd.read_parquet(path)


def _read(path: Path) -> pd.DataFrame:
    if not path.exists():
        msg = f"{path} does not exist yet: run 'kpi build' first."
        raise UsageError(msg)
    table = pd.read_parquet(path)
    if missing := {*KEYS, *VALUES} - set(table.columns):
        msg = f"{path} has no column {', '.join(sorted(missing))}: run 'kpi build' again."
        raise UsageError(msg)
    return table


def read_held_back(folder: Path) -> pd.DataFrame:
    """What validation kept out, one row a problem; empty when nothing was."""
    path = folder / HELD_BACK / "held_back.csv"
    if not path.exists():
        return pd.DataFrame()
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def read_suppressed(folder: Path) -> pd.DataFrame:
    """What disclosure control does not show, and why; see :data:`kpi.disclosure.LOG`. It stays in the house."""
    path = folder / f"{SUPPRESSED}.parquet"
    return pd.read_parquet(path) if path.exists() else pd.DataFrame()


def _replace(path: Path, table: pd.DataFrame) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.suffix == ".parquet":
            table.to_parquet(beside, index=False)
        else:
            # People open these in a spreadsheet, and what was held back repeats what was delivered.
            neutralise(table).to_csv(beside, index=False)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
