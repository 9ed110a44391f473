"""The tidy tables on disk: observations, what is computed, what was corrected or held back, with reasons."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from kpi import fingerprint
from kpi.errors import UsageError
from kpi.excel import csv_bytes
from kpi.files import UNFINISHED, parquet_bytes, read_parquet, sweep, write_together, write_whole
from kpi.forks import beside as in_processes
from kpi.forks import can_fork
from kpi.observations import KEYS, VALUES, combine
from kpi.records import RECORD, told

OBSERVATIONS = "observations"
COMPUTED = "computed"
CORRECTIONS = "corrections"
REVISIONS = "revisions"
VINTAGES = "vintages"
HELD_BACK = "held_back"
SUPPRESSED = "suppressed"
#: Folder of the tables of earlier days in a packed project (:mod:`kpi.reporting.pack`), and in its record the day of
#: the newest delivery: such a project has no vintages.
PACKED = "packed"
#: Folder of what must not be published: tables before disclosure control. Nothing but a build reads it.
UNPROTECTED = "UNPROTECTED"
#: Rows of all tables together from which on it pays to start processes that write them.
_LONG = 50_000
_HELD_BACK_FILE = f"{HELD_BACK}/held_back.csv"


def write_tables(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    held_back: pd.DataFrame,
    unprotected: Mapping[str, pd.DataFrame] | None = None,
    beside: Callable[[], Mapping[str, bytes]] = dict,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write each table as Parquet and CSV, what was held back beside them, and apart what is not protected.

    All files are written beside their places first and moved there together; the record with their
    hashes and the ``facts`` of the build comes last. Tables that do not fit the record are never
    read, so an interruption anywhere leaves the old set, the new set, or one that asks to be built again.

    Args:
        folder: of the tidy tables.
        tables: protected ones by name.
        held_back: one row a problem.
        unprotected: tables that nothing but a build reads.
        beside: gives further files of the same build, by their place below the folder.
        facts: what later runs ask of the build.
    """
    before = told(folder).get("tables", {})
    sweep(folder)
    forms = {f"{name}.{form}": partial(to, table) for name, table in tables.items() for form, to in _FORMS.items()}
    forms[_HELD_BACK_FILE] = partial(csv_bytes, held_back)
    whole = (unprotected or {}).items()
    forms |= {f"{UNPROTECTED}/{name}.parquet": partial(parquet_bytes, table) for name, table in whole}
    further: dict[str, bytes] = {}
    contents = _written(forms, folder / UNPROTECTED, lambda: further.update(beside()))
    contents |= further
    write_together(folder, contents)
    record = {**(facts or {}), "tables": {name: fingerprint.of_bytes(content) for name, content in contents.items()}}
    write_whole(folder / RECORD, json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode())
    for name in before.keys() - contents.keys():
        (folder / name).unlink(missing_ok=True)


def _written(forms: Mapping[str, partial[bytes]], folder: Path, meanwhile: Callable[[], object]) -> dict[str, bytes]:
    """What tables look like as files, by name; long ones by a process a core, while this one does something else.

    What could not be left in the folder is made again here, where the error is told.
    """
    names = sorted(forms, key=lambda name: -len(forms[name].args[0]))
    if not can_fork() or sum(len(form.args[0]) for form in forms.values()) < _LONG:
        meanwhile()
        return {name: form() for name, form in forms.items()}
    left = {name: folder / f".{number}.{os.getpid()}{UNFINISHED}" for number, name in enumerate(names)}
    cores = os.cpu_count() or 1

    def leave(place: int) -> None:
        for name in names[place::cores]:
            left[name].write_bytes(forms[name]())

    try:
        folder.mkdir(parents=True, exist_ok=True)
        outcomes = in_processes(range(cores), leave, meanwhile)
        made = {name for outcome in outcomes if outcome.ok for name in names[outcome.task :: cores]}
        return {name: left[name].read_bytes() if name in made else form() for name, form in forms.items()}
    finally:
        for path in left.values():
            path.unlink(missing_ok=True)


def read_tables(folder: Path) -> pd.DataFrame:
    """Observations and computed rows in one tidy table, protected: see :mod:`kpi.disclosure`.

    Raises:
        UsageError: nothing was built yet, or by a version with other columns.
    """
    return combine(_read(folder, name) for name in (OBSERVATIONS, COMPUTED))


def read_corrections(folder: Path) -> pd.DataFrame:
    """Observations that were corrected, as printed, with what was done and why; see :mod:`kpi.corrections`."""
    return _read(folder, CORRECTIONS)


def read_vintages(folder: Path) -> pd.DataFrame:
    """All rows that were ever known, not protected, with the days from and until which; see :mod:`kpi.vintages`."""
    return _read(folder, f"{UNPROTECTED}/{VINTAGES}")


def has_vintages(folder: Path) -> bool:
    """Whether a build has kept what was known when."""
    return (folder / UNPROTECTED / f"{VINTAGES}.parquet").exists()


def is_packed(folder: Path) -> bool:
    """Whether these are the tables of a packed project."""
    return PACKED in told(folder)


def read_packed(folder: Path, day: str) -> pd.DataFrame | None:
    """The protected table of an earlier day in a packed project; None where nothing came since that day.

    Raises:
        UsageError: the project was packed for another day.
    """
    if told(folder)[PACKED] <= day:
        return None
    if not (folder / PACKED / f"{day}.parquet").exists():
        msg = f"What was known on {day} did not come along: it can be told only where the deliveries are."
        raise UsageError(msg)
    return _read(folder, f"{PACKED}/{day}")


def has_revisions(folder: Path) -> bool:
    """Whether a build has told what newer deliveries changed."""
    return (folder / f"{REVISIONS}.parquet").exists()


def read_revisions(folder: Path) -> pd.DataFrame:
    """What newer deliveries changed; see :func:`kpi.vintages.revisions`.

    Raises:
        UsageError: nothing was built yet, or by a version that kept no vintages.
    """
    return _table(folder, REVISIONS)


def _read(folder: Path, name: str) -> pd.DataFrame:
    table = _table(folder, name)
    if missing := {*KEYS, *VALUES} - set(table.columns):
        msg = f"{folder / name}.parquet has no column {', '.join(sorted(missing))}: run 'kpi build' again."
        raise UsageError(msg)
    return table


def _table(folder: Path, name: str) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    if not path.exists():
        msg = f"{path} does not exist yet: run 'kpi build' first."
        raise UsageError(msg)
    content = path.read_bytes()
    if told(folder).get("tables", {}).get(f"{name}.parquet") != fingerprint.of_bytes(content):
        msg = f"{path} is not the table of the last whole build (interrupted, or changed since): run 'kpi build' again."
        raise UsageError(msg)
    return read_parquet(content)


def read_held_back(folder: Path) -> pd.DataFrame:
    """What validation kept out, one row a problem; empty when nothing was."""
    path = folder / _HELD_BACK_FILE
    if not path.exists():
        return pd.DataFrame()
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def read_suppressed(folder: Path) -> pd.DataFrame:
    """What disclosure control does not show, and why; see :data:`kpi.disclosure.LOG`. It stays in the house."""
    return _table(folder, SUPPRESSED) if (folder / f"{SUPPRESSED}.parquet").exists() else pd.DataFrame()


#: People open the CSV files in a spreadsheet, and what was held back repeats what was delivered.
_FORMS: dict[str, Callable[[pd.DataFrame], bytes]] = {"parquet": parquet_bytes, "csv": csv_bytes}
