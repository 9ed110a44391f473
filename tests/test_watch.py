"""Pages while somebody works: what is shown after a save is what a build and a report from nothing show."""

from __future__ import annotations

import json
import shutil

import pytest

from kpi import cache
from kpi.build import build
from kpi.cache import Entry
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


def not_negative(project: Project) -> None:
    """Have Great Expectations refuse figures below zero."""
    path = project.expectations / "published.json"
    suite = json.loads(path.read_text("utf-8"))
    words = dict.fromkeys(("fr", "nl", "en"), "at least 0")
    meta = {"rule": "not-negative", "message": words, "remedy": words}
    kwargs = {"column": "value", "min_value": 0}
    suite["expectations"].append({"type": "expect_column_values_to_be_between", "kwargs": kwargs, "meta": meta})
    path.write_text(json.dumps(suite), "utf-8")


def figure(value: int) -> dict[str, tuple[str, str, str, int]]:
    return {"TY007": ("note-2022/os-1", "tickets", "2021", value)}


def test_the_page_is_made_while_its_figures_are_judged(tmp_path, monkeypatch):
    project = make_tiny(tmp_path / "project")
    not_negative(project)
    rounds = watch(project, GIVEN, tmp_path / "preview", tell=print)
    next(rounds)
    monkeypatch.setattr("kpi.watch._pages", None)  # would be called for pages that were not made ahead
    write_figures(project.root, OTHER)
    done = next(rounds)
    assert [page.read_bytes() for page in done.pages] == from_nothing(project, tmp_path / "after")
    written = read_tables(project.tidy)
    assert 18001 not in set(written["obs_value"]), "the page comes before the tables"
    write_figures(project.root, {**OTHER, **figure(7)})
    done = next(rounds)
    assert [page.read_bytes() for page in done.pages] == from_nothing(project, tmp_path / "more")
    rounds.close()
    assert not [path for path in (tmp_path / "preview").iterdir() if path.name.startswith(".")]


def test_what_was_believed_and_is_refused_never_stands_on_a_page(tmp_path, monkeypatch):
    project = make_tiny(tmp_path / "project")
    not_negative(project)
    rounds = watch(project, GIVEN, tmp_path / "preview", tell=print)
    next(rounds)
    write_figures(project.root, {**FIGURES, **figure(-9)})
    refused = next(rounds)
    assert [page.read_bytes() for page in refused.pages] == from_nothing(project, tmp_path / "refused")
    assert ["at least 0" in reason for reason in refused.reasons] == [True]
    monkeypatch.setattr("kpi.watch._pages", None)  # what was refused is known by now
    write_figures(project.root, {**OTHER, **figure(-9)})
    again = next(rounds)
    assert [page.read_bytes() for page in again.pages] == from_nothing(project, tmp_path / "again")
    assert again.reasons == refused.reasons
    rounds.close()


def test_pages_that_come_to_no_end_are_ended_once(tmp_path, monkeypatch):
    project, asked = make_tiny(tmp_path / "project"), []
    rounds = watch(project, GIVEN, tmp_path / "preview", tell=print)
    before = [page.read_bytes() for page in next(rounds).pages]
    good = project.notebook.read_bytes()
    told = json.loads(good)
    told["cells"][-1]["source"] = ["while True:\n", "    pass"]
    with monkeypatch.context() as patch:
        patch.setattr("kpi.watch.TIME_LIMIT", 2)
        patch.setattr("kpi.watch._pages", lambda _, pages: asked.extend(pages) or ((), ()))
        project.notebook.write_text(json.dumps(told), "utf-8")
        hung = next(rounds)
    assert (hung.pages, asked) == ((), [])
    assert ["was killed" in error for error in hung.failed] == [True]
    assert [page.read_bytes() for page in sorted((tmp_path / "preview").iterdir())] == before, "the last pages stay"
    project.notebook.write_bytes(good)
    assert [page.read_bytes() for page in next(rounds).pages] == before
    rounds.close()


def test_what_is_believed_is_kept_for_nobody(tmp_path, monkeypatch):
    """Several sources changed at once are read side by side, which leaves what was read on disk."""
    folder, keys = tmp_path / "kept", {"a": "1", "b": "2"}
    for name, value in (("_KEEPS", True), ("_MEMORY", {})):
        monkeypatch.setattr(cache, name, value)
    told = Entry({}, {})
    cache.gathered(folder, keys, lambda _: told)
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    cache.keep_nothing()
    cache.gathered(folder, {"a": "3", "b": "4"}, lambda _: told)
    assert {path: path.read_bytes() for path in folder.iterdir()} == whole
    assert len(whole) == 2


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
