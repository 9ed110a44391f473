"""What was built from what, with the hash of each table: written last, so that it vouches for one whole set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kpi import fingerprint
from kpi.files import read_json

#: Below ``data/tidy``.
RECORD = "build.json"


def read_record(folder: Path) -> dict[str, Any]:
    """What was built from what; empty where nothing was built, or where the tables are not those of one build."""
    record = told(folder)
    fits = all(fingerprint.of_file(folder / name) == digest for name, digest in record.get("tables", {}).items())
    return record if fits else {}


def told(folder: Path) -> dict[str, Any]:
    """The record as it stands, whether the tables fit it or not."""
    return read_json(folder / RECORD)
