"""The rows that pages draw on, each with a hash: which pages show what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kpi.evidence import shown_rows
from kpi.observations import TOTAL, dimensions_of

Places = np.ndarray[Any, np.dtype[np.intp]]
NO_PLACES: Places = np.array([], dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Shown:
    """``rows`` of the tidy table, ``hashes`` of them, and where the rows of an indicator and an objective stand.

    ``printed`` names per objective the indicators with figures printed there, and their rows.
    """

    rows: pd.DataFrame
    hashes: np.ndarray[Any, np.dtype[np.uint64]]
    by_indicator: Mapping[str, Places]
    printed: Mapping[str, Mapping[str, Places]]
    _columns: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)

    def column(self, name: str) -> np.ndarray[Any, Any]:
        """A column as a plain array: thousands of places are looked up in it."""
        if name not in self._columns:
            self._columns[name] = self.rows[name].to_numpy(dtype="object")
        return self._columns[name]


def index_shown(observations: pd.DataFrame) -> Shown:
    """Hash and index what pages draw on, once for all of them."""
    rows = shown_rows(observations).reset_index(drop=True)
    printed: dict[str, dict[str, Places]] = {}
    under = rows.loc[rows["objective"] != "", ["objective", "indicator"]]
    for objective, part in under.groupby("objective", sort=True):
        for indicator, same in part.groupby("indicator", sort=True):
            printed.setdefault(str(objective), {})[str(indicator)] = same.index.to_numpy()
    groups = rows.groupby("indicator", sort=False).indices.items()
    by_indicator = {str(name): np.asarray(places) for name, places in groups}
    return Shown(rows, hash_rows(rows), by_indicator, printed)


def declared(shown: Shown, indicator: str, where: Mapping[str, str]) -> Places:
    """The rows of an indicator with the codes that a declaration fixes, as :func:`kpi.observations.matching`."""
    places = shown.by_indicator.get(indicator, NO_PLACES)
    for dimension, code in where.items():
        if dimension in shown.rows:
            places = places[shown.column(dimension)[places] == code]
        elif code != TOTAL:
            return NO_PLACES
    return places


def digest(shown: Shown, places: Places) -> str:
    """Of some rows in their order; empty where there are none."""
    return hashlib.sha256(shown.hashes[places].tobytes()).hexdigest()[:20] if len(places) else ""


def digest_all(rows: pd.DataFrame) -> str:
    """Of a whole table, its columns included."""
    return hashlib.sha256("\0".join(rows.columns).encode() + hash_rows(rows).tobytes()).hexdigest()[:20]


def values(shown: Shown, places: Places, column: str) -> set[str]:
    """What stands in one column of some rows, without "not given"."""
    return {str(value) for value in shown.column(column)[places].tolist() if value}


def hash_rows(rows: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """64 bits a row. What is not given counts for nothing, so a new dimension leaves the other rows as they were."""
    found = np.zeros(len(rows), dtype=np.uint64)
    dims = set(dimensions_of(rows))
    for name in rows.columns:
        empty = TOTAL if name in dims else ""
        codes, uniques = pd.factorize(rows[name])
        hashed = [_hash(str(name), value) if value != empty else 0 for value in uniques.tolist()]
        # Code -1 is a missing number, which falls on the last place.
        found += np.array([*hashed, 0], dtype=np.uint64)[codes]
    return found


def _hash(column: str, value: object) -> int:
    return int.from_bytes(hashlib.blake2b(f"{column}\0{value!r}".encode(), digest_size=8).digest(), "little")
