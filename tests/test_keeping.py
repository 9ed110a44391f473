"""What is made once stays as long as it is of use, and no longer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kpi.keeping import Latest, drop, kept
from kpi.rendering import _ready
from kpi.reporting.jobs import Job, ReportJob
from kpi.reporting.prepare import prepare_report


@dataclass
class Shelf:
    kept: dict[Any, Any] = field(default_factory=dict)
    asked: int = 0


@kept
def twice(shelf: Shelf, number: int) -> int:
    shelf.asked += 1
    return 2 * number


@kept
def other(shelf: Shelf) -> int:
    shelf.asked += 1
    return 0


def test_what_is_kept_is_made_once_until_it_is_dropped():
    shelf = Shelf()
    assert [twice(shelf, 4), twice(shelf, 4), twice(shelf, 5), other(shelf)] == [8, 8, 10, 0]
    assert shelf.asked == 3
    drop(shelf, twice)
    assert [twice(shelf, 4), other(shelf)] == [8, 0]
    assert shelf.asked == 4, "only what the function made was dropped"


def test_beyond_its_limit_the_oldest_goes():
    latest: Latest[str, int] = Latest(2)
    for place, name in enumerate("abc"):
        latest[name] = place
    assert latest == {"b": 1, "c": 2}
    latest["b"] = 3
    assert latest == {"b": 3, "c": 2}, "what is put again takes no more room"


def test_the_process_that_forks_holds_one_composed_objective(built_project):
    """Forking costs by the memory that is there: a page more must not make the next one dearer."""
    names = [objective.id for objective in built_project.catalogue.objectives[:4]]
    jobs = [Job(name, language) for name in names for language in ("fr", "nl")]
    extra = ReportJob("report", "fr", {})

    def composed() -> set[str]:
        return {key[1][0] for key in built_project.kept if key[0] is prepare_report}

    drop(built_project, prepare_report)
    seen = []
    for job in _ready(built_project, [*jobs, extra]):
        seen.append(job)
        assert composed() == ({job.objective} if isinstance(job, Job) else set())
    assert seen == [*jobs, extra]
    assert composed() == set()
