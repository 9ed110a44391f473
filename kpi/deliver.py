"""Taking a delivery in: it is checked, then kept as it came, under its date, beside those that came before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kpi.anomalies import in_words, questions
from kpi.catalogue import Catalogue
from kpi.derive import derive
from kpi.errors import UsageError
from kpi.observations import combine
from kpi.parsing.periods import parse_date
from kpi.project import Project
from kpi.sources import COMMITTED, SUFFIXES, deliveries
from kpi.sources.build import UNREADABLE, build_files
from kpi.sources.judged import SourceResult
from kpi.sources.ledger import record
from kpi.sources.vintages import dated_name, vintage_of

_WORKBOOK = b"PK\x03\x04"


@dataclass(frozen=True)
class Added:
    """What became of a delivery.

    ``stored`` are its files in the project; ``known`` those that lie there already, byte for byte;
    ``unreadable`` says of each file that could not be opened why, in one sentence.
    """

    result: SourceResult
    stored: tuple[Path, ...]
    known: tuple[Path, ...]
    unreadable: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether nothing of it was accepted, so that nothing is kept."""
        return not self.stored and not self.known

    @property
    def problems(self) -> pd.DataFrame:
        """What was held back of the files that could be opened."""
        held_back = self.result.held_back
        return held_back[held_back["found"] != UNREADABLE].reset_index(drop=True)


def add(project: Project, files: Sequence[Path], source_id: str, vintage: str = "") -> Added:
    """Check the files of one delivery and keep them in ``data/incoming/<source>/``.

    A file is stored as ``2026-11-22--its-name.csv``; what is there is never overwritten. Where rows are
    held back the file is stored all the same, because a build holds the same rows back again. A
    file that cannot be opened is not stored, and nothing is where no row is accepted.

    Args:
        project: where it goes.
        files: checked together, as their rows may refer to each other and to those delivered before.
        source_id: who delivers.
        vintage: the day the figures are of; by default that before the name, else today.

    Raises:
        UsageError: an unknown source, one that is not delivered, or no date.
    """
    source = project.catalogue.source(source_id).id
    if source in COMMITTED:
        msg = f"Source {source!r} is part of the project and takes no deliveries: edit {COMMITTED[source]} instead."
        raise UsageError(msg)
    day = _day(vintage) if vintage else ""
    result = try_delivery(project, files, source)
    lost = result.held_back[result.held_back["found"] == UNREADABLE]
    readable = [path for path in files if path.name not in set(lost["file"])]
    folder = project.data / "incoming" / source
    stored: list[Path] = []
    known: list[Path] = []
    for path in readable if result.rows_accepted else []:
        dated = day or vintage_of(path.name) or _today()
        same = _same(folder, path.read_bytes(), dated)
        if same is None:
            stored.append(_keep(folder, path, dated))
            record(stored[-1], path.name, _today(), dated)
        else:
            known.append(same)
    return Added(result, tuple(stored), tuple(known), tuple(_sentences(lost)))


def try_delivery(project: Project, files: Sequence[Path], source_id: str) -> SourceResult:
    """What a build would make of these files, which may refer to rows delivered before them; nothing is stored.

    Raises:
        UsageError: an unknown source.
    """
    source = project.catalogue.source(source_id).id
    earlier, _ = deliveries(project.root, source, allow_sample=False)
    known = [
        path for path in earlier if not any(path.exists() and path.samefile(file) for file in files if file.exists())
    ]
    return build_files(files, source, project.catalogue, project.expectations, earlier=known)


def questions_of(result: SourceResult, catalogue: Catalogue) -> list[str]:
    """What should be asked of whoever delivers it, in English; see :mod:`kpi.anomalies`."""
    if result.observations.empty:
        return []
    rows = combine([result.observations, derive(result.observations, catalogue)])
    return list(in_words(questions(rows, catalogue), catalogue)["sentence_en"])


def _sentences(lost: pd.DataFrame) -> list[str]:
    """Why a file could not be opened, without the words that a table of problems adds."""
    entries = zip(lost["file"], lost["expected"], lost["reason"], strict=True)
    return [f"{file}: {reason.partition(f'{expected}. ')[2]}" for file, expected, reason in entries]


def annotate_delivery(project: Project, files: Sequence[Path], source_id: str, copy: Path) -> int:
    """Write a copy of a delivered workbook with its mistakes shown in it; how many they are.

    Raises:
        UsageError: more than one file, or a source whose deliveries are not collection workbooks.
    """
    if source_id != "collection" or len(files) != 1:
        msg = "--annotate works for one file of the source 'collection'."
        raise UsageError(msg)
    from kpi.collect.annotate import annotate  # noqa: PLC0415  (openpyxl only where a workbook is written)

    return annotate(files[0], project.catalogue, copy)


def _today() -> str:
    return dt.datetime.now().astimezone().date().isoformat()


def _day(text: str) -> str:
    try:
        return parse_date(text)
    except ValueError as error:
        msg = f"--vintage {error}."
        raise UsageError(msg) from error


def _same(folder: Path, content: bytes, day: str) -> Path | None:
    """A delivery of before that holds the very same bytes, unless another one came between: then it takes that back."""
    known = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    alike = [path for path in known if path.stat().st_size == len(content) and path.read_bytes() == content]
    days = {vintage_of(path.name) for path in known}
    fresh = (path for path in alike if not any(vintage_of(path.name) < other <= day for other in days))
    return next(fresh, None)


def _keep(folder: Path, path: Path, day: str) -> Path:
    """Copy a file under a name that is free; a reader meets all of it or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    content = path.read_bytes()
    beside = folder / f".{path.name}.part"
    beside.write_bytes(content)
    # Content decides what a file is; a build looks only at files that are named like one.
    named = path.suffix.lower() in SUFFIXES
    stem, ending = (path.stem, path.suffix) if named else (path.name, _ending(content))
    target = folder / dated_name(f"{stem}{ending}", day)
    number = 1
    while not _reserved(target):
        number += 1
        target = folder / dated_name(f"{stem}-{number}{ending}", day)
    return beside.replace(target)


def _ending(content: bytes) -> str:
    return ".xlsx" if content.startswith(_WORKBOOK) else ".csv"


def _reserved(target: Path) -> bool:
    """Whether the name was free; it is taken now."""
    try:
        target.open("xb").close()
    except FileExistsError:
        return False
    return True
