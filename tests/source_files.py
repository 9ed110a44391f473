"""Small deliveries for the tests of sources: text to files, files to observations, observations to sums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.derive import derive
from kpi.observations import dimensions_of
from kpi.register import load_catalogue
from kpi.sources.build import build_files
from kpi.sources.judged import SourceResult

ROOT = Path(__file__).resolve().parent.parent
_CATALOGUE: list[Catalogue] = []
#: The last result and what is derived of it: tests ask for several indicators of one result.
_DERIVED: list[Any] = []


def catalogue() -> Catalogue:
    """The project's own register, read once."""
    if not _CATALOGUE:
        _CATALOGUE.append(load_catalogue(ROOT / "data" / "catalogue"))
    return _CATALOGUE[0]


def built(folder: Path, source: str, *contents: str | bytes) -> SourceResult:
    """Build deliveries of a source; text is written as UTF-8, bytes as they are."""
    paths = [folder / f"file{number}.csv" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return build_files(paths, source, catalogue(), ROOT / "expectations")


def values(frame: pd.DataFrame, indicator: str, *by: str) -> dict:
    """Sums of one indicator by period, or by the given columns."""
    rows = frame[frame["indicator"] == indicator]
    return rows.groupby(list(by) or "time_period")["obs_value"].sum().to_dict()


def computed(result: SourceResult, indicator: str, **where: str) -> dict[str, float]:
    """What is derived of a result, by period, for exactly these codes."""
    if not _DERIVED or _DERIVED[0] is not result:
        _DERIVED[:] = [result, derive(result.observations, catalogue())]
    rows = _DERIVED[1]
    rows = rows[rows["indicator"] == indicator]
    for column in dimensions_of(rows):
        rows = rows[rows[column] == where.get(column, "_T")]
    return rows.set_index("time_period")["obs_value"].to_dict()


def reasons(result: SourceResult) -> dict[str, str]:
    """Why each row was held back, by its number."""
    return result.held_back.groupby("row")["reason"].agg(" ".join).to_dict()
