"""The main job on a tiny project: only what changed, equal data equal bytes, failures alone, one run at a time."""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import signal
import socket
import sys
from pathlib import Path

import nbformat
import pytest

from kpi import doctor, fingerprint
from kpi.errors import KpiError, LockedError, UsageError
from kpi.files import read_json, write_whole
from kpi.forks import can_fork
from kpi.listing import history_table
from kpi.lock import HOLDER, LOCK, locked
from kpi.project import Project
from kpi.releases import current, history, is_current, releases, roll_back
from kpi.run import RunOptions, plan, run
from tests.test_cli import kpi, sentence
from tests.tiny_project import FIGURES, declare, make_tiny, write_figures

pytestmark = [
    pytest.mark.notebook,
    pytest.mark.skipif(not can_fork(), reason="this system does not fork"),
]

OTHER = {**FIGURES, "TY003": ("note-2022/os-1", "tickets", "2020", 18001)}
TICKETS = {f"report {language}/note-2022/os-1" for language in ("fr", "nl", "en")}
#: What tells the time, and what tells what was published before.
CLOCKED = {
    *("manifest.json", "inputs.json", "state.json"),
    *(
        f"{language}/{name}"
        for language in ("fr", "nl", "en")
        for name in ("runs.html", "changes.html", "changes.atom")
    ),
}


def contents(site: Path) -> dict[str, bytes]:
    files = {p.relative_to(site).as_posix(): p.read_bytes() for p in sorted(site.rglob("*")) if p.is_file()}
    return {name: content for name, content in files.items() if name not in CLOCKED}


def reports(result) -> set[str]:
    return {name for name in result.made if name.startswith("report ")}


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("published") / "project"
    assert not run(make_tiny(root), RunOptions()).failed
    return root


@pytest.fixture(scope="module")
def clean_other(tmp_path_factory) -> dict[str, bytes]:
    """The site of a project that never knew another figure."""
    result = run(make_tiny(tmp_path_factory.mktemp("clean") / "project", OTHER), RunOptions())
    return contents(result.site)


@pytest.fixture
def project(published, tmp_path) -> Project:
    shutil.copytree(published, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def test_a_run_publishes_pages_portal_downloads_and_a_manifest(project):
    site = project.reports / "site"
    assert site.is_symlink()
    for language in ("fr", "nl", "en"):
        assert (site / language / "note-2022" / "os-1.html").stat().st_size > 5_000
        assert (site / "notebooks" / language / "note-2022" / "os-1.ipynb").exists()
        assert 'href="../fr/runs.html"' in (site / "fr" / "index.html").read_text("utf-8")
        assert (site / "downloads" / language / "note-2022" / "os-1.xlsx").stat().st_size > 0
    manifest = json.loads((site / "manifest.json").read_text("utf-8"))
    assert len(manifest["pages"]) == 9
    assert manifest["failed"] == {}
    (source,) = manifest["sources"]
    assert list(source["files"]) == ["data/published/note-2022.csv"]
    assert source["vintages"] == ["2022"]
    assert manifest["by"]["host"] == platform.node()
    assert manifest["peak_memory_mb"]["process"] > 50
    page = (site / "en" / "note-2022" / "os-1.html").read_text("utf-8")
    assert manifest["run"] not in page
    assert manifest["run"] in (site / "en" / "runs.html").read_text("utf-8")


def test_nothing_changed_nothing_is_made_and_force_gives_the_same_bytes(project):
    before, kept = contents(project.reports / "site"), releases(project)
    opened_in_lab = project.notebooks / ".ipynb_checkpoints" / "start-checkpoint.ipynb"
    opened_in_lab.parent.mkdir()
    opened_in_lab.write_text("{}", "utf-8")
    again = run(project, RunOptions())
    assert (again.made, again.rendered, releases(project)) == ({}, [], kept)
    assert history(project)[0]["skipped"]["unchanged"] == again.unchanged > 9
    forced = run(project, RunOptions(force=True))
    assert len(forced.rendered) == 9
    assert forced.run == again.run
    assert contents(forced.site) == before


def test_one_figure_changes_only_the_pages_that_show_it(project, clean_other):
    before = contents(project.reports / "site")
    write_figures(project.root, OTHER)
    planned = plan(project, RunOptions())
    assert planned.why["report fr/note-2022/os-1"] == ("figures of tickets changed",)
    result = run(project, RunOptions())
    # What changed since the last publication is known only when the pages are made.
    assert {name: why for name, why in result.made.items() if name != "changes"} == planned.why
    assert reports(result) == TICKETS
    assert "indicator tickets" in result.made
    assert "indicator visits" not in result.made
    now = contents(result.site)
    assert now == clean_other
    assert now["en/note-2022/oo-1-1.html"] == before["en/note-2022/oo-1-1.html"]
    assert b"18,001" in now["en/note-2022/os-1.html"]


def test_each_kind_of_change_is_a_reason(project, monkeypatch):
    def why(name: str) -> tuple[str, ...]:
        return plan(project, RunOptions()).why.get(name, ())

    (project.reports / "site" / "nl" / "note-2022" / "oo-1-1.html").unlink()
    assert why("report nl/note-2022/oo-1-1") == ("page missing",)
    assert why("report fr/note-2022/oo-1-1") == ()
    declare(project.root, "Zebra count")
    assert why("report fr/note-2022/os-1") == ("catalogue entry of tickets changed",)
    assert why("report fr/note-2022/oo-1-2") == ()
    project.notebook.write_text(project.notebook.read_text("utf-8") + "\n", encoding="utf-8")
    assert why("report fr/note-2022/oo-1-2") == ("notebook changed",)
    monkeypatch.setattr(fingerprint, "look", lambda: "other")
    assert why("report fr/note-2022/oo-1-2") == ("templates or libraries changed", "notebook changed")


def test_an_objective_that_is_gone_leaves_no_page(project):
    path = project.data / "catalogue" / "register.yaml"
    register = json.loads(path.read_text("utf-8"))
    register["objectives"] = [o for o in register["objectives"] if o["id"] != "note-2022/oo-1-2"]
    register["indicators"] = [i for i in register["indicators"] if i["id"] != "owed"]
    path.write_text(json.dumps(register), encoding="utf-8")
    result = run(project, RunOptions())
    assert not [name for name in contents(result.site) if "oo-1-2" in name or "owed" in name]


def test_another_day_is_another_run(project):
    first, other = run(project, RunOptions()), run(project, RunOptions(as_of="2021-12-31"))
    assert first.run != other.run
    assert len(other.rendered) == 9
    assert "31 December 2021" in (other.site / "en" / "note-2022" / "os-1.html").read_text("utf-8")


def test_all_engines_give_the_same_page_byte_for_byte(project):
    before = contents(project.reports / "site")
    for engine in ("fresh", "standard"):
        options = RunOptions(("note-2022/os-1",), ("nl",), engine=engine, force=True)
        page = "nl/note-2022/os-1.html"
        assert contents(run(project, options).site)[page] == before[page], engine


def test_a_partial_run_keeps_the_other_pages(project):
    write_figures(project.root, {**OTHER, "TY004": ("note-2022/oo-1-1", "visits", "2019", 301)})
    part = run(project, RunOptions(objectives=("note-2022/os-1",), languages=("fr",)))
    assert reports(part) == {"report fr/note-2022/os-1"}
    assert (part.site / "nl" / "note-2022" / "oo-1-1.html").exists()
    rest = run(project, RunOptions())
    assert reports(rest) == {
        *(name for name in TICKETS if " fr/" not in name),
        *(f"report {language}/note-2022/oo-1-1" for language in ("fr", "nl", "en")),
    }


BROKEN = """
if objective == "note-2022/oo-1-2":
    import os
    if language == "fr":
        while True: pass
    if language == "nl":
        os._exit(3)
    hog = bytearray(3_000_000_000)
"""


def test_a_loop_an_exit_and_a_memory_hog_end_alone_and_keep_their_last_page(project):
    before = contents(project.reports / "site")
    state = project.reports / "site" / "inputs.json"
    state.write_bytes(state.read_bytes().replace(_today(project), b'"2020-02-03"'))
    kept = project.notebook.read_bytes()
    notebook = nbformat.read(project.notebook, as_version=4)
    place = next(i for i, cell in enumerate(notebook.cells) if "page.in_short()" in cell.source)
    notebook.cells.insert(place, nbformat.v4.new_code_cell(BROKEN))
    nbformat.write(notebook, project.notebook)
    result = run(project, RunOptions(timeout=4, memory=1000))
    errors = {job.language: error for job, error in result.failed.items()}
    assert "SIGKILL" in errors["fr"]
    assert "exit code 3" in errors["nl"]
    assert "MemoryError" in errors["en"]
    assert len(result.rendered) == 6
    told = {"fr": "3 février 2020", "nl": "3 februari 2020", "en": "3 February 2020"}
    for language, day in told.items():
        page = contents(result.site)[f"{language}/note-2022/oo-1-2.html"].decode()
        assert page.count("<!--stale-->") == 1
        assert day in page
        without = page[: page.index("<!--stale-->")] + page[page.index("<!--/stale-->") + len("<!--/stale-->") :]
        assert without.encode() == before[f"{language}/note-2022/oo-1-2.html"]
    broken = nbformat.read(project.reports / "failed" / "en" / "note-2022" / "oo-1-2.ipynb", as_version=4)
    assert any(out.output_type == "error" for cell in broken.cells for out in cell.get("outputs", ()))
    assert len(json.loads((result.site / "manifest.json").read_text("utf-8"))["failed"]) == 3
    assert plan(project, RunOptions()).why["report fr/note-2022/oo-1-2"] == ("failed last time",)
    project.notebook.write_bytes(kept)
    assert contents(run(project, RunOptions()).site) == before
    assert not list((project.reports / "failed").rglob("*.ipynb"))


def _today(project: Project) -> bytes:
    pieces = json.loads((project.reports / "site" / "inputs.json").read_text("utf-8"))["pieces"]
    return json.dumps(pieces["portal"]["day"]).encode()


def test_releases_are_kept_told_and_rolled_back_to(project):
    first = current(project)
    before = contents(first)
    write_figures(project.root, OTHER)
    second = run(project, RunOptions(objectives=("note-2022/os-1",), languages=("fr",)))
    assert [is_current(project, told["release"]) for told in history(project)] == [True, False]
    assert roll_back(project) == first
    assert contents(project.reports / "site") == before
    assert is_current(project, first.name)
    with pytest.raises(KpiError, match="No release before"):
        roll_back(project)
    with pytest.raises(UsageError, match="Unknown release 'nonsense'"):
        roll_back(project, "nonsense")
    assert roll_back(project, second.run).name.endswith(second.run)
    run(project, RunOptions(keep=1))
    assert releases(project) == [current(project)]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda release: shutil.rmtree(release / "fr"), r"fr/.*\.html.* and \d+ more missing"),
        (lambda release: (release / "en" / "index.html").write_text("half"), r": en/index\.html missing or of another"),
        (lambda release: (release / "inputs.json").write_text("{"), r": inputs\.json missing"),
    ],
)
def test_a_damaged_release_is_not_published_again(project, harm, words):
    first = current(project)
    run(project, RunOptions(force=True))
    published = current(project)
    harm(first)
    with pytest.raises(KpiError, match=words):
        roll_back(project)
    assert current(project) == published


def test_two_runs_cannot_overlap_and_the_lock_says_who_holds_it(project, monkeypatch):
    monkeypatch.setenv("KPI_JOB", "nightly")
    with locked(project), pytest.raises(LockedError, match=rf"on .*, process {os.getpid()}, since .*, job nightly"):
        run(project, RunOptions())
    assert LockedError.exit_code == 4
    run(project, RunOptions())


@pytest.fixture
def left(project, monkeypatch):
    """Leave the soft lock of a run that was killed, on a given machine."""
    monkeypatch.setenv("KPI_LOCK", "soft")
    dead = os.fork()
    if not dead:
        os._exit(0)
    os.waitpid(dead, 0)

    def leave(host):
        told = {"user": "u", "host": host, "pid": dead, "since": "then", "command": "kpi run"}
        (project.reports / LOCK).write_text(f"{dead}\n{host}\n", encoding="utf-8")
        (project.reports / HOLDER).write_text(json.dumps(told), encoding="utf-8")

    return leave


def test_a_soft_lock_of_a_dead_process_here_is_taken_over_and_one_elsewhere_is_not(project, left):
    left(platform.node())
    with locked(project):
        assert read_json(project.reports / HOLDER)["pid"] == os.getpid()
    assert not (project.reports / HOLDER).exists()
    left("elsewhere")
    with pytest.raises(LockedError, match="u on elsewhere"), locked(project):
        pass
    assert read_json(project.reports / HOLDER)["host"] == "elsewhere"


def test_of_two_runs_that_find_the_soft_lock_of_a_dead_one_only_the_first_takes_it_over(project, left, monkeypatch):
    left(platform.node())

    def late(path, content):
        monkeypatch.setattr("kpi.lock.write_whole", write_whole)
        with pytest.raises(LockedError), locked(project):
            pass
        write_whole(path, content)

    monkeypatch.setattr("kpi.lock.write_whole", late)
    with locked(project):
        assert read_json(project.reports / HOLDER)["pid"] == os.getpid()


def test_a_soft_lock_that_says_nothing_counts_as_held_and_the_message_says_what_to_remove(project, monkeypatch):
    monkeypatch.setenv("KPI_LOCK", "soft")
    (project.reports / HOLDER).touch()
    with pytest.raises(LockedError, match=rf"has just begun\. .* or remove .*{HOLDER} if no run"), locked(project):
        pass
    (project.reports / HOLDER).unlink()
    with locked(project):
        pass
    monkeypatch.delenv("KPI_LOCK")
    with locked(project):  # what the usual lock leaves behind holds nobody up
        pass
    monkeypatch.setenv("KPI_LOCK", "soft")
    with locked(project):
        pass


def test_a_run_that_was_killed_is_told_by_the_next_one_and_stays_on_record(project):
    def hold_and_be_killed() -> None:
        with locked(project):
            os.kill(os.getpid(), signal.SIGKILL)

    killed = os.fork()
    if not killed:
        hold_and_be_killed()
    os.waitpid(killed, 0)
    assert f"process {killed}, since " in next(doctor.killed_run(project)).found
    told: list[str] = []
    run(project, RunOptions(), tell=told.append)
    assert told[0].startswith("warning: a run did not come to its end: ")
    assert f"process {killed}, since " in told[0]
    ours, its = history(project)[:2]
    assert (ours["error"], its["by"]["pid"]) == ("", killed)
    assert its["error"] in history_table(project)["error"].tolist()
    assert its["error"] in told[0]
    told.clear()
    run(project, RunOptions(), tell=told.append)
    assert told == []
    at_work = {"host": platform.node(), "pid": os.getppid()}
    (project.reports / HOLDER).write_text(json.dumps(at_work), encoding="utf-8")
    assert list(doctor.killed_run(project)) == []


@pytest.fixture
def apart(monkeypatch):
    """As in a command, which has not loaded what judges rows."""
    monkeypatch.delitem(sys.modules, "great_expectations")


@pytest.mark.usefixtures("apart")
def test_tables_are_built_in_a_process_of_their_own(project, clean_other, monkeypatch):
    write_figures(project.root, OTHER)
    with monkeypatch.context() as patch:
        patch.setattr("kpi.build.draft", _say_who)
        with pytest.raises(KpiError, match=r"process \d+") as told:
            run(project, RunOptions())
        assert str(os.getpid()) not in str(told.value)
    result = run(project, RunOptions())
    assert result.built.rebuilt
    assert reports(result) == TICKETS
    assert contents(result.site) == clean_other


@pytest.mark.usefixtures("apart")
def test_errors_of_the_process_that_builds_are_those_of_the_run(project, monkeypatch):
    write_figures(project.root, OTHER)
    before = contents(project.reports / "site")
    with monkeypatch.context() as patch:
        patch.setattr("kpi.build.write_tables", _full)
        with pytest.raises(KpiError, match=r"could not write: .*No space left on device"):
            run(project, RunOptions())
    (project.expectations / "tidy.json").write_text("{", encoding="utf-8")
    with pytest.raises(KpiError, match=r"tidy\.json: not readable as an expectation suite"):
        run(project, RunOptions())
    entry = project.root / "data" / "catalogue" / "indicators" / "broken.yaml"
    entry.parent.mkdir(exist_ok=True)
    entry.write_text("indicators: [{id: broken}]\n", encoding="utf-8")
    with pytest.raises(KpiError, match="broken"):
        run(project, RunOptions())
    assert contents(project.reports / "site") == before


def test_a_disk_that_is_full_when_common_pages_are_written_is_one_sentence(project, monkeypatch):
    before = contents(project.reports / "site")
    monkeypatch.setattr("kpi.reporting.portal.write_portal", _full)
    with pytest.raises(KpiError) as told:
        run(project, RunOptions(force=True, objectives=("note-2022/os-1",), languages=("fr",)))
    assert "nothing was published: a file: No space left on device. Free space" in str(told.value)
    assert "Traceback" not in str(told.value)
    (on_record,) = set(history(project)[0]["failed"].values())
    assert on_record.startswith("Traceback")
    assert contents(project.reports / "site") == before


def test_a_dry_run_brings_the_tables_up_to_date_publishes_nothing_and_tells_what_is_held_back(project):
    before = contents(project.reports / "site")
    write_figures(project.root, {**OTHER, "TY006": ("note-2022/oo-1-1", "visits", "soon", 240)})
    done = kpi("run", "--dry-run", root=project.root)
    assert done.returncode == 3, done.stderr
    assert "held back: " in done.stderr
    assert "report fr/note-2022/os-1: figures of tickets changed" in done.stdout
    assert sentence(done).endswith("tables brought up to date, 1 problems held back; nothing was published")
    assert "tables already up to date" in sentence(kpi("run", "--dry-run", root=project.root))
    assert contents(project.reports / "site") == before


def _say_who(*_, **__):
    msg = f"process {os.getpid()}"
    raise KpiError(msg)


def _full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device", "a file")


def test_an_unknown_objective_stops_before_anything_is_written(tmp_path):
    project = make_tiny(tmp_path / "new")
    with pytest.raises(UsageError, match="Unknown objective"):
        run(project, RunOptions(objectives=("note-2022/os-22",)))
    assert not project.tidy.exists()
    assert not project.reports.exists()


def test_a_run_speaks_to_nobody_not_even_in_its_children(project, monkeypatch, tmp_path):
    """Children inherit what is shut here (tests/test_security.py proves that); an attempt leaves a line."""
    attempts = tmp_path / "attempts"
    attempts.touch()

    def shut(*arguments: object, **_: object) -> None:
        with attempts.open("a") as file:
            file.write(f"{arguments[1:]}\n")
        raise AssertionError("a run reached for the network")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, shut)
    monkeypatch.setattr(socket, "getaddrinfo", shut)
    result = run(project, RunOptions(objectives=("note-2022/os-1",), force=True))
    assert not result.failed
    assert attempts.read_text() == ""
