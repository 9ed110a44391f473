"""What pages are made from, in one archive for another process or machine: protected tables only, and no delivery."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from kpi import fingerprint
from kpi.files import parquet_bytes, zipped
from kpi.project import Project
from kpi.records import RECORD
from kpi.store import (
    COMPUTED,
    CORRECTIONS,
    OBSERVATIONS,
    PACKED,
    REVISIONS,
    has_vintages,
    read_held_back,
    read_vintages,
)
from kpi.vintages import latest

_FOLDERS = ("data/catalogue", "data/published", "expectations", "notebooks")
_TABLES = (OBSERVATIONS, COMPUTED, CORRECTIONS, REVISIONS)


def packed(project: Project, as_of: str = "") -> bytes:
    """The register, published figures, notebooks and protected tables; equal contents give equal bytes.

    Of what was held back only the sources are told, since pages count by them. The vintages stay at
    home: for an earlier day the protected table of that day goes along.
    """
    tidy = project.tidy
    tables = {f"{name}.parquet": (tidy / f"{name}.parquet").read_bytes() for name in _TABLES}
    told = project.observations_on(as_of)
    if told is not project.observations:
        tables[f"{PACKED}/{as_of}.parquet"] = parquet_bytes(told)
    since = latest(read_vintages(tidy), project.observations) if has_vintages(tidy) else ""
    record = {"tables": {name: fingerprint.of_bytes(content) for name, content in tables.items()}, PACKED: since}
    contents = {
        **dict(_files(project.root)),
        **{f"data/tidy/{name}": content for name, content in tables.items()},
        f"data/tidy/{RECORD}": json.dumps(record, sort_keys=True).encode(),
    }
    held_back = read_held_back(tidy)
    if len(held_back):
        contents["data/tidy/held_back/held_back.csv"] = held_back[["source"]].to_csv(index=False).encode()
    return zipped({name: contents[name] for name in sorted(contents)})


def unpack(content: bytes, folder: Path) -> Project:
    """Lay a packed project out in a folder of its own."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return Project(folder)


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    """By their place; what a link brings in from elsewhere is not the project's, and hidden files are nobody's."""
    for name in _FOLDERS:
        for path in (root / name).rglob("*"):
            place = path.relative_to(root)
            hidden = any(part.startswith((".", "__pycache__")) for part in place.parts)
            if path.is_file() and not hidden and path.resolve().is_relative_to(root.resolve() / name):
                yield place.as_posix(), path.read_bytes()
