"""The tables as they should be now: left alone where nothing changed that they are made from, else built."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi import fingerprint
from kpi.errors import KpiError
from kpi.forks import beside, can_fork
from kpi.project import Project
from kpi.records import read_record
from kpi.sources import astray, deliveries, modules

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Built:
    """The tables that are there, as their record tells.

    Attributes:
        key: of everything that they are made from.
        rebuilt: whether this call made them.
        sources: per source its files with their hashes, vintages, and rows read, accepted, held back.
        counts: per source, how many problems were held back; ``reasons`` are the first of them.
        questions: what is to be asked, as sentences.
        summary: one line a person can read.
    """

    key: str
    rebuilt: bool
    sources: tuple[Mapping[str, Any], ...]
    counts: Mapping[str, int]
    reasons: tuple[str, ...]
    questions: tuple[str, ...]
    summary: str
    tidy: Path

    @property
    def problems(self) -> int:
        """How many problems were held back."""
        return sum(self.counts.values())

    @cached_property
    def held_back(self) -> pd.DataFrame:
        """All problems, a row each; see :data:`kpi.sources.build.HELD_BACK`."""
        from kpi.store import read_held_back  # noqa: PLC0415  (most runs hold nothing back)

        return read_held_back(self.tidy)


def refresh(
    project: Project,
    *,
    allow_sample: bool = True,
    force: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    meanwhile: Callable[[], object] | None = None,
) -> Built:
    """Build the tables where anything changed that they are made from, or where they are not whole.

    Args:
        project: whose tables.
        allow_sample: read the sample of a source without a delivery.
        force: build all of it again.
        tell: is told what is being done.
        meanwhile: what this process can do while another builds. It never loads then what only building
            takes, which is seconds and 150 MB that each page's process would share.

    Raises:
        KpiError: the register, a correction or a suite is wrong.
        OSError: a table could not be written.
    """
    key = build_key(project, allow_sample=allow_sample)
    record = {} if force else read_record(project.tidy)
    rebuilt = record.get("key") != key
    if rebuilt:

        def work() -> None:
            # pandas and all that checks only when something changed
            from kpi import cache  # noqa: PLC0415
            from kpi.build import build  # noqa: PLC0415
            from kpi.observations import quick_text  # noqa: PLC0415

            quick_text()
            if force:
                cache.clear(project.tidy / cache.FOLDER)
            build(project, allow_sample=allow_sample, tell=tell, key=key)

        if meanwhile is None or not can_fork() or "great_expectations" in sys.modules:
            work()
        else:
            _apart(work, meanwhile)
        record = read_record(project.tidy)
    return Built(
        key=key,
        rebuilt=rebuilt,
        sources=tuple(record["sources"]),
        counts=record["held_back"],
        reasons=tuple(record["reasons"]),
        questions=tuple(record["questions"]),
        summary=record["summary"],
        tidy=project.tidy,
    )


def _apart(work: Callable[[], None], meanwhile: Callable[[], object]) -> None:
    """Have another process do it; what the system refused it is raised here as what it was."""

    def refused() -> list[Any] | None:
        try:
            work()
        except OSError as error:
            return [*error.args, *map(str, filter(None, [error.filename]))]
        return None

    (outcome,) = beside([None], lambda _: refused(), meanwhile)
    if not outcome.ok:
        raise KpiError(outcome.error)
    if outcome.result is not None:
        raise OSError(*outcome.result)


def build_key(project: Project, *, allow_sample: bool) -> str:
    """Of all that the tables are made from: register, corrections, suites, deliveries and the package."""
    root = project.root
    declared = [*(project.data / "catalogue").rglob("*.yaml"), *project.corrections.glob("*.yaml")]
    checked = [*project.expectations.glob("*.json"), *project.expectations.glob("*.yaml")]
    given: list[Any] = []
    for source in modules():
        paths, is_sample = deliveries(root, source, allow_sample=allow_sample)
        beside = [path for folder in {path.parent for path in paths} for path in folder.glob("*.jsonl")]
        given.append([source, is_sample, fingerprint.of_files([*paths, *beside], root)])
    unread = [str(problem) for problem in astray(root)]
    return fingerprint.of(fingerprint.of_files([*declared, *checked], root), given, unread, fingerprint.code())
