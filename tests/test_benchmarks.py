"""What benchmarks tell: bars with pass or miss, failures beside the rest, tables from results. No time is asserted."""

from __future__ import annotations

import csv
import json
import sys

import pytest

from benchmarks import all as everything
from benchmarks import events, floor, growth, pages, runs
from benchmarks.bars import judge
from benchmarks.copies import change_one_figure, copy_project, spread
from benchmarks.measuring import Row, Used, in_turns, process, python, row, rows_of
from benchmarks.table import BEGIN, END, between, tables, write_into
from kpi.forks import can_fork
from kpi.project import Project
from kpi.refresh import refresh
from kpi.reporting.jobs import Job
from kpi.reporting.render import render
from kpi.run import RunOptions, run
from tests.conftest import ROOT
from tests.tiny_project import PUBLISHED, make_tiny

#: A project of 100 pages in 20 s, beside command lines that take 10 s a page, and a floor of 16 s.
MEASURED = (
    Row(runs.GROUP, runs.FULL, 100, 20.0),
    Row(runs.GROUP, runs.UNCHANGED, 1, 0.3),
    Row(runs.GROUP, runs.CHANGED, 1, 2.0),
    Row(runs.GROUP, runs.WATCHED, 1, 0.9),
    Row(runs.GROUP, runs.START, 1, 0.2),
    Row(runs.GROUP, runs.FLOOR, 100, 16.0),
    Row(pages.GROUP, pages.COMMANDS, 1, 10.0),
    *(Row(growth.PAGES, f"run of {n} pages", n, 5 + 0.2 * n) for n in (1000, 10, 100)),
    Row(events.GROUP, f"20 million {events.AGGREGATE}", 20_000_000, 2.0, peak_mb=900.0),
    Row(events.GROUP, f"20 million {events.BY_HAND}", 20_000_000, 5.0),
)


def told(rows) -> dict[str, tuple[str, bool | None]]:
    return {bar["bar"]: (bar["found"], bar["met"]) for bar in judge(rows)}


def results(rows, failed=()) -> dict:
    return {
        "date": "2026-01-31",
        "minutes": 11.6,
        "load": {"before": 0.1},
        "machine": {**everything.machine(), "cores": 2},
        "bars": judge(rows),
        "failed": dict(failed),
        "rows": [vars(r) for r in rows],
    }


def test_each_bar_is_told_with_what_was_found_and_whether_it_holds():
    assert list(told(MEASURED).values()) == [
        ("50 times", True),
        ("1.2 times", True),
        ("1.5%", True),
        ("0.90 s", True),
        ("1.80 s", False),
        ("1.00 times", True),
        ("2.5 times", False),
        ("0.90 GB", True),
    ]
    text = tables(results(MEASURED))
    assert "all is published, beyond process start | at most 1.00 s | 1.80 s | **miss** |" in text
    assert "from 10 to 1,000 pages | at most 1.25 times | 1.00 times | pass so far |" in text
    whole = [*MEASURED, Row(growth.PAGES, "run of 5,001 pages", 5001, 5 + 0.2 * 5001)]
    assert "from 10 to 5,001 pages | at most 1.25 times | 1.00 times | pass |" in tables(results(whole))


def test_what_was_not_measured_is_no_pass():
    broken = [row(r.group, r.name, [], error="RuntimeError: it broke") for r in MEASURED]
    for rows in ((), MEASURED[1:2], broken):
        assert {met for _, met in told(rows).values()} == {None}
    assert "| full run | failed: RuntimeError: it broke |" in tables(results(broken))


def test_cost_that_grows_with_the_site_misses_its_bar_and_cost_paid_once_does_not():
    def found(seconds) -> bool | None:
        rows = [Row(growth.PAGES, str(n), n, seconds(n)) for n in (12, 102, 1002, 5001)]
        return next(met for name, (_, met) in told(rows).items() if name.startswith("Cost of one page"))

    assert found(lambda n: 60 + 0.1 * n) is True
    assert found(lambda n: 3 + 0.1 * n + 0.0001 * n * n) is False


def test_ways_take_turns_and_one_that_fails_leaves_the_others():
    order: list[str] = []

    def way(name: str, *, broken: bool = False):
        def do() -> Used:
            order.append(name)
            if broken:
                raise RuntimeError("no kernel | here")
            return Used(float(len(order)))

        return do

    uses, errors = in_turns({"a": way("a"), "b": way("b", broken=True), "c": way("c")}, 3)
    assert "".join(order) == "abcacac"
    assert [u.seconds for u in uses["c"]] == [3, 5, 7]
    assert errors == {"b": "RuntimeError: no kernel | here"}
    one, failed = rows_of("one page", {"a": way("a"), "b": way("b", broken=True)}, 2, units=4)
    assert (one.n, one.units, one.all_seconds) == (2, 4, [8.0, 10.0])
    assert one.seconds == 9
    assert failed.seconds is None
    assert "no kernel \\| here" in tables(results([one, failed]))


def test_a_process_is_told_with_its_memory_and_its_end():
    used = process(sys.executable, "-c", "print(len(bytearray(60_000_000)))")
    assert (used.output.strip(), used.peak_mb > 60) == ("60000000", True)
    with pytest.raises(RuntimeError, match="ended with 7: it is full"):
        process(sys.executable, "-c", "import sys; print('it is full', file=sys.stderr); sys.exit(7)")
    with pytest.raises(RuntimeError, match="ended with -9"):
        process(sys.executable, "-c", "import time; time.sleep(60)", longest=0.2)


def test_one_measure_that_fails_is_told_and_the_others_are_kept(monkeypatch):
    def broken(_):
        raise OSError("no space left")

    monkeypatch.setattr(everything, "measures", lambda _: {"site": broken, "rows": lambda _: list(MEASURED[:1])})
    found = everything.measure_all(everything.Size(), [], lambda _: None)
    assert found["failed"] == {"site": "OSError: no space left"}
    assert [line["name"] for line in found["rows"]] == [runs.FULL]
    assert "**site could not be measured**: OSError: no space left" in tables(found)


def test_tables_are_written_between_their_marks_and_nothing_else(tmp_path):
    path = tmp_path / "performance.md"
    path.write_text(f"# By hand\n\n{BEGIN}\nold\n{END}\n\nAlso by hand.\n", encoding="utf-8")
    write_into(path, results(MEASURED))
    text = path.read_text("utf-8")
    assert (text.startswith("# By hand\n"), text.endswith("Also by hand.\n"), "old" in text) == (True, True, False)
    write_into(path, results(MEASURED))
    assert path.read_text("utf-8") == text
    with pytest.raises(ValueError, match="both lines"):
        between("# no marks")


def test_the_document_shows_the_results_that_are_kept_and_nothing_of_the_machine_that_made_them():
    kept = (ROOT / "benchmarks" / "results.json").read_text("utf-8")
    assert between((ROOT / "docs" / "performance.md").read_text("utf-8")) == tables(json.loads(kept))
    assert not any(place in kept for place in ("/home", "/tmp", "/root", "/work", "/Users"))  # noqa: S108


def test_one_figure_is_changed_in_a_copy(tmp_path):
    make_tiny(tmp_path / "one")
    (tmp_path / "one" / "data" / "tidy").mkdir()
    root = copy_project(tmp_path / "two", tmp_path / "one")
    assert not (root / "data" / "tidy").exists()
    before = list(csv.reader((root / PUBLISHED).open(encoding="utf-8")))
    assert change_one_figure(root) == change_one_figure(root) == "TY001"
    after = list(csv.reader((root / PUBLISHED).open(encoding="utf-8")))
    differing = [
        (b, a) for old, new in zip(before, after, strict=True) for b, a in zip(old, new, strict=True) if b != a
    ]
    assert differing == [("45000", "45002")]
    assert spread(list("abcdefgh"), 3) == ["a", "c", "f"]


@pytest.mark.notebook
@pytest.mark.skipif(not can_fork(), reason="this system does not fork")
def test_the_watched_figure_is_timed_by_each_round(tmp_path):
    root = make_tiny(tmp_path / "project").root
    refresh(Project(root))
    assert len(json.loads(python("benchmarks.watched", root, "2").output)) == 2
    (root / "expectations" / "tidy.json").write_text("{", encoding="utf-8")
    with pytest.raises(RuntimeError, match="not readable as an expectation suite"):
        python("benchmarks.watched", root, "2")


def test_the_floor_writes_the_figures_and_tables_of_the_page(tmp_path):
    project = make_tiny(tmp_path / "project")
    refresh(project)
    project = Project(project.root)
    render(project, Job("note-2022/os-1", "fr"), tmp_path / "site")
    floor.write(project, tmp_path / "floor", "note-2022/os-1", ["fr"])
    page, plain = (
        (tmp_path / name / "fr" / "note-2022" / "os-1.html").read_text("utf-8") for name in ("site", "floor")
    )
    lines = plain.splitlines()[2:-1]
    assert sum("data-chart=" in line for line in lines) >= 1
    assert sum("<table" in line for line in lines) >= 2
    assert [line for line in lines if line not in page] == []

    def files(name: str) -> dict[str, bytes]:
        folder = tmp_path / name / "downloads"
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert files("floor") == files("site")


def test_the_floor_of_a_whole_run_writes_what_the_run_writes(tmp_path):
    project = make_tiny(tmp_path / "project")
    site = run(project, RunOptions()).site
    python("benchmarks.plainly", project.root, tmp_path / "floor")

    def files(folder) -> dict[str, bytes]:
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    published, plain = files(site), files(tmp_path / "floor")
    by_notebooks = {name for name in published if name.startswith("notebooks/")}
    of_the_run = {"manifest.json", "inputs.json", *(name for name in published if name.endswith("/runs.html"))}
    checks = {name for name in plain if "validation" in name or name == "downloads/questions.csv"}  # no row is judged
    tables = {name for name in plain if name.startswith("tidy/")}
    assert published.keys() - by_notebooks - of_the_run == plain.keys() - tables
    reports = {name for name in plain if "/note-2022/" in name and name.endswith(".html")}
    assert {name for name in plain.keys() - tables - reports - checks if plain[name] != published[name]} == set()
    assert {name.removeprefix("tidy/") for name in tables} >= {"observations.parquet", "computed.csv"}


def test_by_hand_and_by_the_package_the_same_comes_out(tmp_path):
    pytest.importorskip("duckdb", reason="the extra 'events' is not installed")
    path = tmp_path / "sales.parquet"
    events.make(path, 3000)
    assert events.aggregate(path) == events.aggregate_by_hand(path)
    assert events.derive(path) == events.derive_by_hand(path)
