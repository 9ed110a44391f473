"""Pages while somebody works: what is shown after a save is what a build and a report from nothing show."""

from __future__ import annotations

import shutil

import pytest

from kpi import cache
from kpi.build import build
from kpi.errors import UsageError
from kpi.forks import can_fork
from kpi.parameters import check_parameters
from kpi.project import Project
from kpi.reporting.single import render_single
from kpi.store import read_tables
from kpi.watch import watch
from tests.test_unbroken import OTHER
from tests.tiny_project import FIGURES, make_tiny, write_figures

pytestmark = [pytest.mark.notebook, pytest.mark.skipif(not can_fork(), reason="this system does not fork")]
GIVEN = [check_parameters({"objective": "note-2022/os-1", "language": language}) for language in ("fr", "nl")]


@pytest.fixture(autouse=True)
def _forgets(monkeypatch):
    """What stays in memory for a process that stays is not for the other tests."""
    monkeypatch.setattr(cache, "_MEMORY", None)


def from_nothing(project: Project, folder) -> list[bytes]:
    shutil.copytree(project.root, folder, ignore=shutil.ignore_patterns("tidy", "reports"))
    fresh = Project(folder)
    build(fresh)
    pages = [folder / f"{parameters['language']}.html" for parameters in GIVEN]
    for parameters, page in zip(GIVEN, pages, strict=True):
        render_single(fresh, parameters, page, self_contained=True)
    return [page.read_bytes() for page in pages]


def test_after_each_save_pages_are_those_of_a_build_from_nothing(tmp_path):
    project, said = make_tiny(tmp_path / "project"), []
    rounds = watch(project, GIVEN, tmp_path / "preview", tell=said.append)
    first = next(rounds)
    assert [page.name for page in first.pages] == ["note-2022-os-1.fr.html", "note-2022-os-1.nl.html"]
    before = [page.read_bytes() for page in first.pages]
    assert before == from_nothing(project, tmp_path / "before")
    write_figures(project.root, OTHER)
    second = next(rounds)
    after = [page.read_bytes() for page in second.pages]
    assert after != before
    assert after == from_nothing(project, tmp_path / "after")
    assert (second.failed, second.reasons, said) == ((), (), ["getting ready"])
    write_figures(project.root, FIGURES)
    assert [page.read_bytes() for page in next(rounds).pages] == before, "what was in memory is as it was"
    assert not (project.reports / "site").exists(), "nothing is published"
    rounds.close()
    assert len(read_tables(project.tidy))


def test_what_cannot_be_read_is_told_and_the_next_save_is_awaited(tmp_path):
    project, said = make_tiny(tmp_path / "project"), []
    rounds = watch(project, GIVEN[:1], tmp_path / "preview", tell=said.append)
    page = next(rounds).pages[0].read_bytes()
    register = project.data / "catalogue" / "register.yaml"
    good = register.read_text("utf-8")
    register.write_text("objectives: [", "utf-8")

    def mend(message: str) -> None:
        said.append(message)
        if register.name in message:
            register.write_text(good, "utf-8")

    rounds.close()
    rounds = watch(project, GIVEN[:1], tmp_path / "preview", tell=mend)
    assert next(rounds).pages[0].read_bytes() == page
    assert register.name in said[-1]
    rounds.close()


def test_an_unknown_objective_is_told_at_once(tmp_path):
    project = make_tiny(tmp_path / "project")
    with pytest.raises(UsageError, match="did you mean 'note-2022/os-1'"):
        next(watch(project, [{**GIVEN[0], "objective": "note-2022/os-11"}], tmp_path, tell=print))
