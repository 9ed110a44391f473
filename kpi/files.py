"""Writing in one step (a reader meets the old one or the new one, never half of it), and reading what was written."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Ending of what is not in its place yet; whatever a killed process left under it may be removed.
UNFINISHED = ".unfinished"
#: Any date will do for what is in an archive as long as it stays; this is the first that one can hold.
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
#: Rows from which on a table is worth the fixed costs of reading it with shared texts.
_LONG = 2000


_NOTES: list[list[Path]] = []


@contextmanager
def noting() -> Iterator[list[Path]]:
    """The files that are written meanwhile: whoever takes a page over to the next release must know them all."""
    notes: list[Path] = []
    _NOTES.append(notes)
    try:
        yield notes
    finally:
        _NOTES.remove(notes)


def write_whole(path: Path, content: bytes) -> None:
    """Write beside and move into place; where that fails, the old file stays and nothing is left behind.

    The place may hold a hard link to a published file; moving leaves that file as it was.
    """
    write_together(path.parent, {path.name: content})


def write_together(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write several files beside their places, then move them all: a full disk is met before any has moved."""
    beside = {}
    try:
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            beside[path] = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
            beside[path].write_bytes(content)
        for path, unfinished in beside.items():
            unfinished.replace(path)
            for notes in _NOTES:
                notes.append(path)
    finally:
        for unfinished in beside.values():
            unfinished.unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any]:
    """The object that a file holds; empty where there is no file, or none that can be read as one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """A table as a Parquet file."""
    content = io.BytesIO()
    table.to_parquet(content, index=False)
    return content.getvalue()


def read_parquet(content: bytes) -> pd.DataFrame:
    """The table of a Parquet file.

    Where text is kept as Python objects (:func:`kpi.observations.quick_text`), equal texts of a column are one
    object in a long table: pandas makes one of every cell, which takes four times as long and, for all figures,
    a hundred MB.
    """
    import pandas as pd  # noqa: PLC0415  (who only writes pages and hashes does without)
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    file = pq.ParquetFile(io.BytesIO(content))
    if pd.get_option("mode.string_storage") != "python" or file.metadata.num_rows < _LONG:
        return pd.read_parquet(io.BytesIO(content))
    schema = file.schema_arrow
    text = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    table: pd.DataFrame = pq.read_table(io.BytesIO(content), read_dictionary=text).to_pandas()
    return table.astype(dict.fromkeys(text, "str"))


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """Files in one archive, by their names and in their order; equal contents give equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def sweep(folder: Path) -> None:
    """Remove what killed processes left unfinished; for the one process that may write in the folder."""
    for path in folder.rglob(f".*{UNFINISHED}") if folder.is_dir() else ():
        path.unlink(missing_ok=True)
