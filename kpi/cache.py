"""Results of an earlier build on disk: used only when they are whole, made again when they are not."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import shutil
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from kpi.files import parquet_bytes, read_parquet, write_whole
from kpi.forks import can_fork, run_forked

#: Below ``data/tidy``; may be removed at any time. What is in it is not protected, see :mod:`kpi.disclosure`.
FOLDER = Path("UNPROTECTED", "cache")
_SUFFIX = ".entry"
_DIGEST = 64
#: What was read or made in this process, by place and key; None where it does not stay.
_MEMORY: dict[tuple[Path, str], Entry] | None = None
#: Whether others may find what this process makes, see :func:`keep_nothing`.
_KEEPS = True
#: By place, under which key and what :func:`once` made.
_MADE: dict[Path, tuple[str, Any]] = {}
_T = TypeVar("_T")


@dataclass(frozen=True)
class Entry:
    """Facts that JSON can carry, and tables."""

    facts: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


def stay() -> None:
    """Keep entries in memory, and new ones only there: for a process that asks for the same ones again and again.

    Writing them takes longer than making some of them. Who comes after makes again what is not on disk.
    """
    global _MEMORY  # noqa: PLW0603  (one process, one memory)
    _MEMORY = {} if _MEMORY is None else _MEMORY


def keep_nothing() -> None:
    """Leave nothing of what this process makes from now on to others: not all of it is sure."""
    global _KEEPS  # noqa: PLW0603  (of the whole process)
    _KEEPS = False


def once(place: Path, told: Callable[[], str], make: Callable[[], _T]) -> _T:
    """What was made of a place under the same key, where this process stays; else it is made, and no key is asked."""
    if _MEMORY is None:
        return make()
    key = told()
    if _MADE.get(place, ("",))[0] != key:
        _MADE[place] = key, make()
    made: _T = _MADE[place][1]
    return made


def put(folder: Path, key: str, entry: Entry) -> None:
    """Keep a result under the hash of what it was made from; a full disk only means that it is not kept."""
    if _MEMORY is not None:
        _MEMORY[folder, key] = entry
    else:
        _write(folder, key, entry)


def _write(folder: Path, key: str, entry: Entry) -> None:
    if not _KEEPS:
        return
    payload = io.BytesIO()
    with zipfile.ZipFile(payload, "w") as packed:
        packed.writestr("facts.json", json.dumps(entry.facts, ensure_ascii=False, default=str))
        for name, table in entry.tables.items():
            packed.writestr(f"{name}.parquet", parquet_bytes(table))
    whole = payload.getvalue()
    try:
        write_whole(folder / f"{key}{_SUFFIX}", hashlib.sha256(whole).hexdigest().encode() + whole)
    except OSError:
        return


def get(folder: Path, key: str) -> Entry | None:
    """What was kept under a key; None where there is nothing, or where its content is not what was written."""
    if _MEMORY is not None and (folder, key) in _MEMORY:
        return _MEMORY[folder, key]
    entry = _read(folder, key)
    if _MEMORY is not None and entry is not None:
        _MEMORY[folder, key] = entry
    return entry


def _read(folder: Path, key: str) -> Entry | None:
    try:
        content = (folder / f"{key}{_SUFFIX}").read_bytes()
    except OSError:
        return None
    told, payload = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(payload).hexdigest().encode() != told:
        return None
    with zipfile.ZipFile(io.BytesIO(payload)) as packed:
        facts = json.loads(packed.read("facts.json"))
        tables = {
            name.removesuffix(".parquet"): read_parquet(packed.read(name))
            for name in packed.namelist()
            if name.endswith(".parquet")
        }
    return Entry(facts, tables)


def gathered(
    folder: Path, keys: Mapping[str, str], make: Callable[[str], Entry], load: Callable[[], object] = lambda: None
) -> dict[str, Entry]:
    """By name what is kept under its key; what is not is made and kept, several side by side on all cores.

    ``load`` brings in what making needs, once, before processes are forked that share it. A forked
    process leaves what it made on disk. Where it could not, for want of room or for an error, it is
    made again here, where the error is told.
    """
    found = {name: get(folder, key) for name, key in keys.items()}
    missing = [name for name, entry in found.items() if entry is None]
    if len(missing) > 1 and can_fork() and _KEEPS:

        def leave(name: str) -> None:
            _write(folder, keys[name], make(name))

        load()
        for _ in run_forked(missing, leave, workers=os.cpu_count() or 1, timeout=math.inf):
            continue
        found |= {name: get(folder, keys[name]) for name in missing}
    entries = {}
    for name, entry in found.items():
        entries[name] = entry or make(name)
        if entry is None:
            put(folder, keys[name], entries[name])
    keep_only(folder, keys.values())
    return entries


def keep_only(folder: Path, keys: Collection[str]) -> None:
    """Remove what no source uses any more, and what an interrupted build left behind."""
    if not _KEEPS:
        return
    wanted = {f"{key}{_SUFFIX}" for key in keys}
    memory = _MEMORY or {}
    for place, key in [*memory]:
        if place == folder and key not in keys:
            del memory[place, key]
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name not in wanted:
            path.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Remove everything that was kept."""
    shutil.rmtree(folder, ignore_errors=True)
