"""Interrupted anywhere, a run leaves the old site or the new one, and the next run heals."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from kpi import making
from kpi.errors import KpiError, UsageError
from kpi.forks import Outcome, can_fork
from kpi.project import Project
from kpi.records import read_record
from kpi.refresh import refresh
from kpi.releases import current, heal, history, is_current, releases, roll_back
from kpi.reporting import prepare
from kpi.run import RunOptions, run
from kpi.store import read_tables, write_tables
from tests.conftest import rows as make_rows
from tests.test_run import contents
from tests.tiny_project import FIGURES, make_tiny, write_figures

pytestmark = [
    pytest.mark.skipif(not can_fork(), reason="this system does not fork"),
]

OTHER = {**FIGURES, "TY003": ("note-2022/os-1", "tickets", "2020", 18001)}


def quick(project, jobs, staging, _options):
    """Pages that say the figures of their objective: what is tried here is everything around rendering."""
    for job in jobs:
        rows = project.observations
        shown = rows.loc[rows["objective"].eq(job.objective), ["figure", "obs_value"]].to_csv()
        html = f'<main>{shown}</main><a href="../index.html">all</a></html>'
        files = [job.path.as_posix(), f"notebooks/{job.path.with_suffix('.ipynb').as_posix()}"]
        for name in files:
            making.write_whole(staging / name, html.encode())
        told = prepare.facts(project, prepare.prepare_report(project, job.objective))
        yield Outcome(job, {"files": files, "facts": told}, "", 0.0)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    be_quick(monkeypatch)


def be_quick(patch: pytest.MonkeyPatch) -> None:
    """No notebook, no workbook: the slow pieces of a site, of which nothing depends here."""
    patch.setattr(making, "render_all", quick)
    patch.setattr("kpi.reporting.site.owing", lambda _: [])


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """A published project, its site, and that of the other figures as a clean build gives it."""
    with pytest.MonkeyPatch.context() as patch:
        be_quick(patch)
        root = tmp_path_factory.mktemp("unbroken") / "project"
        old = contents(run(make_tiny(root), RunOptions()).site)
        new = contents(run(make_tiny(root.with_name("other"), OTHER), RunOptions()).site)
    return root, old, new


@pytest.fixture
def project(sites, tmp_path) -> Project:
    shutil.copytree(sites[0], tmp_path / "project", symlinks=True)
    write_figures(tmp_path / "project", OTHER)
    return Project(tmp_path / "project")


def whole(project: Project, sites) -> None:
    """Readers see one of the two sites; the next run publishes the new one and leaves nothing behind."""
    assert contents(project.reports / "site") in sites[1:]
    assert contents(run(project, RunOptions()).site) == sites[2]
    left = [path for path in project.root.rglob(".*") if path.name != ".lock"]
    assert left == []
    assert read_record(project.tidy)


def test_a_move_that_fails_anywhere_loses_nothing(project, sites, monkeypatch, tmp_path):
    """Every rename, link and replacement of a publication is the one that fails, one after another."""
    refresh(project)  # the moves of tables have a test of their own
    before = tmp_path / "before"
    shutil.copytree(project.root, before, symlinks=True)
    moves = {name: getattr(os, name) for name in ("rename", "replace", "symlink")}
    met = {"left": 0, "all": 0}
    me = os.getpid()

    def failing(name):
        def move(*arguments, **named):
            if os.getpid() == me:
                met["all"] += 1
                met["left"] -= 1
                if met["left"] == 0:
                    raise OSError(errno.EIO, "the disk is gone")
            return moves[name](*arguments, **named)

        return move

    for name in moves:
        monkeypatch.setattr(os, name, failing(name))
    met["left"] = -1
    run(project, RunOptions())
    count = met["all"]
    assert count > 5
    for number in range(1, count + 1):
        shutil.rmtree(project.root)
        shutil.copytree(before, project.root, symlinks=True)
        met["left"] = number
        with suppress(KpiError):  # what was written after the swap may fail without stopping the run
            run(project, RunOptions())
        assert met["left"] <= 0
        met["left"] = -1
        whole(project, sites)


@pytest.mark.parametrize("number", [1, 2, 4, 6])
def test_tables_are_those_of_one_build_or_asked_for_again(tmp_path, monkeypatch, number):
    """Whichever move fails, what is read is one whole set; tables of two builds are refused."""
    first, second = (make_rows({"obs_value": float(n), "time_period": "2019"}) for n in (1, 2))
    write_tables(tmp_path, {"observations": first, "computed": first}, first)
    moves, replace = {"left": number}, Path.replace

    def failing(path, target):
        moves["left"] -= 1
        if moves["left"] == 0:
            raise OSError(errno.EIO, "the disk is gone")
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        with pytest.raises(OSError, match="the disk is gone"):
            write_tables(tmp_path, {"observations": second, "computed": second}, second)
    if number == 1:
        assert read_tables(tmp_path)["obs_value"].to_list() == [1, 1]
    else:
        assert read_record(tmp_path) == {}
        with pytest.raises(UsageError, match="run 'kpi build' again"):
            read_tables(tmp_path)
    write_tables(tmp_path, {"observations": second, "computed": second}, second)
    assert read_tables(tmp_path)["obs_value"].to_list() == [2, 2]
    assert not list(tmp_path.rglob("*.unfinished"))


def killed_after(project: Project, seconds: float) -> None:
    child = os.fork()
    if not child:
        os.setsid()
        try:
            run(Project(project.root), RunOptions())
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.killpg(child, signal.SIGKILL) if os.getpgid(child) == child else os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_run_killed_at_any_moment_loses_nothing(project, sites):
    before = project.root.with_name("before")
    shutil.copytree(project.root, before, symlinks=True)
    chance = random.Random(20221231)  # noqa: S311  (moments, not secrets)
    for _ in range(10):
        shutil.rmtree(project.root)
        shutil.copytree(before, project.root, symlinks=True)
        killed_after(project, chance.uniform(0.005, 1.5))
        whole(project, sites)


@pytest.mark.parametrize("allowed", [0, 3, 25, 30])
def test_a_full_disk_loses_nothing(project, sites, monkeypatch, allowed):
    room = {"left": allowed}
    write = Path.write_bytes

    def full(path, content):
        room["left"] -= 1
        if room["left"] < 0:
            write(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(KpiError, match="No space left on device"):
            run(project, RunOptions())
    whole(project, sites)


def test_a_folder_that_cannot_be_written_is_said_and_the_site_stays(project, sites, monkeypatch):
    make = Path.mkdir

    def refused(path, *arguments, **named):
        if ".staging" in path.name:
            raise PermissionError(errno.EROFS, "Read-only file system", str(path))
        return make(path, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", refused)
        with pytest.raises(KpiError, match=r"could not write: .*Read-only file system"):
            run(project, RunOptions())
    assert "Read-only" in history(project)[0]["error"]
    whole(project, sites)


def test_damaged_caches_tables_and_states_are_made_again(project, sites):
    run(project, RunOptions())
    entries = list((project.tidy / "UNPROTECTED" / "cache").rglob("*.entry"))
    tables = [project.tidy / "observations.parquet", project.tidy / "validation" / "checks.csv"]
    records = [project.tidy / "build.json", project.reports / "site" / "inputs.json"]
    assert entries
    for path in (*entries, *tables, *records):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2] + b"\0" + content[len(content) // 2 + 1 :])
    whole(project, sites)
    (project.reports / "site" / "fr" / "note-2022" / "os-1.html").write_bytes(b"half a pa")
    assert contents(run(project, RunOptions()).site) == sites[2]


def test_a_clock_that_goes_back_changes_nothing(project, sites, monkeypatch):
    first = current(project)
    monkeypatch.setattr(
        time, "strftime", lambda form, *_: "19991231T235959" if "T%H%M%S" in form and "-" not in form else "1999-12-31"
    )
    run(project, RunOptions())
    assert contents(project.reports / "site") == sites[2]
    assert current(project) == releases(project)[-1] != first
    run(project, RunOptions(force=True))
    run(project, RunOptions(force=True))
    assert current(project) == releases(project)[-1]
    assert len(releases(project)) == 4
    assert roll_back(project) == releases(project)[-2]


def test_without_links_two_renames_do_and_heal_in_between(project, sites, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise OSError("symbolic links need a right that nobody has")

    monkeypatch.setattr(Path, "symlink_to", refused)
    site = project.reports / "site"
    shutil.rmtree(project.reports)
    result = run(project, RunOptions())
    assert not site.is_symlink()
    assert contents(site) == sites[2] | {".release": (site / ".release").read_bytes()}
    write_figures(project.root, FIGURES)
    run(project, RunOptions())
    assert is_current(project, releases(project)[-1].name)
    roll_back(project, result.run)
    assert is_current(project, releases(project)[0].name)
    site.rename(site.with_name("..site-old"))  # killed between the two renames
    heal(project)
    assert (site / "fr" / "index.html").exists()


def test_a_page_that_is_not_whole_is_never_published(project, sites, monkeypatch):
    def torn(project, jobs, staging, options):
        for outcome in quick(project, jobs, staging, options):
            page = staging / outcome.task.path
            making.write_whole(page, page.read_bytes().replace(b"../index.html", b"../nowhere.html"))
            yield outcome

    with monkeypatch.context() as patch:
        patch.setattr(making, "render_all", torn)
        with pytest.raises(KpiError, match=r"os-1.html: a link leads to \w+/nowhere.html, which is not there"):
            run(project, RunOptions())
    assert contents(project.reports / "site") == sites[1]
    whole(project, sites)
