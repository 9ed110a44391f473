"""What there is to tell of a run, free of language: from its result and the manifests before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kpi.errors import KpiError, LockedError, last_line
from kpi.files import read_json
from kpi.notify.settings import When
from kpi.project import Project

if TYPE_CHECKING:
    from kpi.run import RunResult

Outcome = Literal["done", "held-back", "failed", "locked", "stopped", "test"]
#: Reasons told per source; all of them stand in data/tidy/held_back.
REASONS = 3
#: A sentence in a message; an endless one helps nobody.
LONGEST = 300


@dataclass(frozen=True)
class News:
    """How a run ended.

    Attributes:
        outcome: ``done``; ``held-back`` (data was refused, the rest is published); ``failed`` (pages
            keep their last version); ``locked`` (another run was at work); ``stopped`` (nothing was
            published); ``test``.
        run: id of the run.
        rendered: number of pages.
        failed: page -> its reason.
        held_back: source -> number of problems and the first reasons.
        moved: objective -> status -> number of KPIs before and after.
        gained: objective -> KPIs with figures, before and after.
        error: why the run stopped.
    """

    outcome: Outcome
    run: str = ""
    rendered: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)
    held_back: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    moved: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    gained: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    error: str = ""

    @property
    def moment(self) -> When:
        """Who is told: see :data:`kpi.notify.settings.WHEN`."""
        return {"done": "always", "held-back": "held-back"}.get(self.outcome, "failure")  # type: ignore[return-value]


def manifest_of(project: Project) -> dict[str, Any]:
    """The manifest of what is published; empty where nothing is."""
    return read_json(project.reports / "site" / "manifest.json")


def of_result(result: RunResult, before: Mapping[str, Any], after: Mapping[str, Any]) -> News:
    """What a run did that came to its end."""
    held_back = _held_back(result)
    moved, gained = _changes(before.get("objectives", {}), after.get("objectives", {}))
    return News(
        outcome="failed" if result.failed else "held-back" if held_back else "done",
        run=result.run,
        rendered=len(result.rendered),
        failed={job.path.as_posix(): short(last_line(error)) for job, error in result.failed.items()},
        held_back=held_back,
        moved=moved,
        gained=gained,
    )


def of_error(error: BaseException) -> News:
    """A run that was stopped; an error that is no sentence of ours is told by its kind only, its text is in the log."""
    text = str(error) if isinstance(error, KpiError) else type(error).__name__
    return News("locked" if isinstance(error, LockedError) else "stopped", error=short(text))


def short(text: str) -> str:
    """One line of at most :data:`LONGEST` signs.

    >>> short("a   b")
    'a b'
    """
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _held_back(result: RunResult) -> dict[str, tuple[int, tuple[str, ...]]]:
    table = result.built.held_back
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for source, rows in table.groupby("source", sort=True) if len(table) else ():
        found[str(source)] = (len(rows), tuple(short(str(reason)) for reason in rows["reason"].iloc[:REASONS]))
    return found


def _changes(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, dict[str, tuple[int, int]]], dict[str, tuple[int, int]]]:
    """Objectives known to both manifests whose verdicts, or KPIs with figures, are other ones now."""
    moved: dict[str, dict[str, tuple[int, int]]] = {}
    gained: dict[str, tuple[int, int]] = {}
    for objective in sorted(before.keys() & after.keys()):
        was, now = before[objective], after[objective]
        old, new = Counter(was.get("statuses", {})), Counter(now.get("statuses", {}))
        if old != new:
            changed = sorted(status for status in old.keys() | new.keys() if old[status] != new[status])
            moved[objective] = {status: (old[status], new[status]) for status in changed}
        if was.get("with_data", 0) != now.get("with_data", 0):
            gained[objective] = (was.get("with_data", 0), now.get("with_data", 0))
    return moved, gained


def page_notebook(project: Project, objective: str, language: str) -> Path:
    """The executed notebook of a published page, from which it can be exported again in one file."""
    return project.reports / "site" / "notebooks" / language / f"{objective}.ipynb"
