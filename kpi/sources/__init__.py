"""One module a source. A source id such as ``export-aid`` names the module ``kpi.sources.export_aid``.

A source module has

- ``FORMATS``: its :class:`~kpi.sources.formats.DeliveryFormat` by name,
- ``normalise(frames, catalogue)``: the accepted rows of each format to tidy observations,
- and, where rules need the catalogue or several tables, ``check(frames, catalogue)``, which names
  rows that cannot be accepted as :class:`~kpi.errors.Problem`,
- or, where a file is more than tables with headings, its own ``read(path, catalogue)``, which gives
  :class:`~kpi.sources.delivery.Delivery` like :func:`~kpi.sources.delivery.read_delivery`.

Nothing else needs to know a source: adding one is adding its module.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from kpi.errors import Problem, suggestion, unknown

if TYPE_CHECKING:
    import pandas as pd

    from kpi.catalogue import Catalogue
    from kpi.sources.formats import DeliveryFormat
    from kpi.sources.judged import SourceResult

__all__ = ["COMMITTED", "SUFFIXES", "SourceModule", "astray", "build_source", "deliveries", "module", "modules"]

#: Modules of this folder that serve the sources and are none.
_SERVING = {
    "aggregate",
    "build",
    "cells",
    "delivery",
    "durations",
    "extracts",
    "formats",
    "judged",
    "judging",
    "kept",
    "ledger",
    "people",
    "sdmx",
    "suites",
    "vintages",
}
#: Sources whose files are part of the project, not delivered to it.
COMMITTED = {"published": Path("data", "published")}
#: Endings of the files that are read; what is delivered under another is stored under one of these.
SUFFIXES = frozenset({".csv", ".gz", ".json", ".parquet", ".tsv", ".txt", ".xlsx"})


#: Ending of the registers that lie beside deliveries.
_REGISTER = ".jsonl"


class SourceModule(Protocol):
    """What a source module offers."""

    FORMATS: Mapping[str, DeliveryFormat]

    def normalise(self, frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
        """Tidy observations from the accepted rows of each format."""
        ...


def modules() -> dict[str, str]:
    """Source ids and the names of their modules, none of which is imported.

    >>> modules()["export-aid"]
    'kpi.sources.export_aid'
    """
    names = (found.name for found in pkgutil.iter_modules(__path__))
    return {name.replace("_", "-"): f"{__name__}.{name}" for name in sorted(names) if name not in _SERVING}


def module(source_id: str) -> SourceModule:
    """The module of a source.

    Raises:
        UsageError: there is none of that id; the message names the nearest.
    """
    known = modules()
    if source_id not in known:
        raise unknown("source", source_id, known)
    return cast("SourceModule", importlib.import_module(known[source_id]))


def deliveries(root: Path, source_id: str, *, allow_sample: bool = True) -> tuple[list[Path], bool]:
    """Files of a source, and whether they are its made-up sample.

    As soon as ``data/incoming/<source>/`` holds a delivery the sample is left aside: made-up and
    real numbers never mix.

    Raises:
        UsageError: there is no source of that id.
    """
    if source_id not in modules():
        raise unknown("source", source_id, modules())
    if source_id in COMMITTED:
        return _files(root / COMMITTED[source_id]), False
    real = _files(root / "data" / "incoming" / source_id)
    if real or not allow_sample:
        return real, False
    sample = _files(root / "data" / "sample" / source_id)
    return sample, bool(sample)


def build_source(root: Path, source_id: str, catalogue: Catalogue, *, allow_sample: bool = True) -> SourceResult:
    """Read, check and normalise all deliveries of a source; see :func:`kpi.sources.build.build_files`."""
    from kpi.sources.build import build_files  # noqa: PLC0415  (pandas only when something is built)

    paths, is_sample = deliveries(root, source_id, allow_sample=allow_sample)
    return build_files(paths, source_id, catalogue, root / "expectations", is_sample=is_sample)


def astray(root: Path) -> list[Problem]:
    """A problem for each entry of ``data/incoming`` that no source reads: a sample may be shown in its place."""
    problems = []
    known = [name for name in modules() if name not in COMMITTED]
    for place in _entries(root / "data" / "incoming"):
        if place.name in known and place.is_dir():
            unread = (path for path in _entries(place) if not _is_read(path) and not _is_beside(path))
            problems += [_astray(path, root, "a delivery of this source", _remedy(path)) for path in unread]
        elif _entries(place) if place.is_dir() else not _is_beside(place):
            remedy = f"Put deliveries in the folder of their source: {suggestion(place.name, known)}"
            problems.append(_astray(place, root, "the folder of a source", remedy))
    return problems


def _astray(path: Path, root: Path, expected: str, remedy: str) -> Problem:
    kind = "a folder that is not read" if path.is_dir() else "a file that is not read"
    found = kind if path.exists() else "a link that leads nowhere"
    return Problem(path.relative_to(root).as_posix(), found, expected, remedy)


def _remedy(path: Path) -> str:
    if path.is_dir():
        return f"Put its files into {path.parent.name} itself: folders within are not read."
    if not path.exists():
        return "Put the file itself there."
    return f"Save it as .xlsx or .csv; files are read that end in {', '.join(sorted(SUFFIXES))}."


def _entries(folder: Path) -> list[Path]:
    """What somebody put there; a leading ~ or dot is what an open office program and the desktop leave behind."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if not path.name.startswith((".", "~")))


def _is_read(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in SUFFIXES


def _is_beside(path: Path) -> bool:
    """Whether it lies beside deliveries and is none."""
    return path.suffix == _REGISTER or path.stem == "README"


def _files(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if _is_read(path)]
