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

from kpi.errors import unknown

if TYPE_CHECKING:
    import pandas as pd

    from kpi.catalogue import Catalogue
    from kpi.sources.formats import DeliveryFormat
    from kpi.sources.judged import SourceResult

__all__ = ["COMMITTED", "SUFFIXES", "SourceModule", "build_source", "deliveries", "module", "modules"]

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


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    # A leading ~ or dot is what an open office program and the desktop leave behind.
    found = (path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~")))
    return sorted(path for path in found if path.suffix.lower() in SUFFIXES)
