"""The main job for real: pages out, equal data equal bytes, failures alone, one run at a time."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock

from kpi.errors import LockedError, UsageError
from kpi.project import Project
from kpi.reporting.forks import can_fork
from kpi.run import RunOptions, run

pytestmark = [
    pytest.mark.notebook,
    pytest.mark.xdist_group("run"),
    pytest.mark.skipif(not can_fork(), reason="this system does not fork"),
]

SOME = ("image-2022/oo-3-4", "extrel-2021/oo-1-3")


@pytest.fixture
def project(built_project, tmp_path, monkeypatch) -> Project:
    # The pages of indicators and the workbooks are looked at in tests/browser; here they would only take time.
    monkeypatch.setattr("kpi.reporting.site._write_side_by_side", lambda *_, **__: None)
    root = tmp_path / "project"
    # Another test may have published there; its pages are not this one's past.
    shutil.copytree(built_project.root, root, ignore=shutil.ignore_patterns("reports"))
    # One small source is enough here: the suites of all are tried elsewhere.
    for folder in (root / "data" / "sample").iterdir():
        if folder.is_dir() and folder.name != "export-aid":
            shutil.rmtree(folder)
    return Project(root)


def pages(site: Path) -> dict[str, bytes]:
    return {str(p.relative_to(site)): p.read_bytes() for p in sorted(site.rglob("*.html"))}


def test_a_run_publishes_pages_portal_downloads_and_manifest(project):
    result = run(project, RunOptions(objectives=SOME))
    assert not result.failed
    site = project.reports / "site"
    assert site.is_symlink()
    for language in ("fr", "nl", "en"):
        for objective in SOME:
            assert (site / language / f"{objective}.html").stat().st_size > 5_000
            assert (site / "notebooks" / language / f"{objective}.ipynb").exists()
        assert (site / language / "index.html").exists()
    for kind in ("csv", "xlsx"):
        assert (site / "downloads" / f"{SOME[0]}.{kind}").stat().st_size > 0
    manifest = json.loads((site / "manifest.json").read_text("utf-8"))
    assert manifest["run"] == result.run
    assert len(manifest["pages"]) == 6
    assert not manifest["failed"]


def test_equal_data_gives_equal_pages_and_a_changed_figure_another_run(project):
    first = run(project, RunOptions(objectives=SOME[:1]))
    before = pages(first.site)
    again = run(project, RunOptions(objectives=SOME[:1]))
    assert again.run == first.run
    assert pages(again.site) == before
    published = project.data / "published" / "image-2022.csv"
    text = published.read_text("utf-8")
    assert ",18000," in text
    published.write_text(text.replace(",18000,", ",18001,"), encoding="utf-8")
    changed = run(Project(project.root), RunOptions(objectives=SOME[:1]))
    assert changed.run != first.run
    page = (changed.site / "en" / "image-2022" / "oo-3-4.html").read_text("utf-8")
    assert "18,001" in page
    assert "18,000" not in page


def test_a_changed_label_changes_everywhere(project):
    path = project.data / "catalogue" / "indicators" / "sales.yaml"
    text = path.read_text("utf-8")
    label = project.catalogue.indicator("arsene50-tickets-sold").label["en"]
    assert label in text
    path.write_text(text.replace(label, "Zebra count"), encoding="utf-8")
    result = run(Project(project.root), RunOptions(objectives=SOME[:1], languages=("en",)))
    page = (result.site / "en" / "image-2022" / "oo-3-4.html").read_text("utf-8")
    assert page.count("Zebra count") >= 2
    assert label not in page


def test_both_engines_give_the_same_page_byte_for_byte(project):
    options = {"objectives": SOME[:1], "languages": ("nl",)}
    forked = pages(run(project, RunOptions(**options)).site)
    standard = pages(run(project, RunOptions(engine="standard", **options)).site)
    assert standard == forked


def test_a_partial_run_keeps_the_other_pages(project):
    run(project, RunOptions(objectives=SOME, languages=("fr",)))
    run(project, RunOptions(objectives=SOME[:1], languages=("fr",)))
    assert (project.reports / "site" / "fr" / f"{SOME[1]}.html").exists()


def test_a_failing_page_leaves_the_others_its_last_version_and_its_notebook(project):
    run(project, RunOptions(objectives=SOME, languages=("fr",)))
    before = pages(project.reports / "site")
    notebook = nbformat.read(project.notebook, as_version=4)
    broken = nbformat.v4.new_code_cell(f"if objective == {SOME[0]!r}:\n    raise RuntimeError('broken on purpose')")
    position = next(i for i, cell in enumerate(notebook.cells) if "page.in_short()" in cell.source)
    notebook.cells.insert(position, broken)
    nbformat.write(notebook, project.notebook)
    result = run(Project(project.root), RunOptions(objectives=SOME, languages=("fr",)))
    assert [job.objective for job in result.failed] == [SOME[0]]
    assert "broken on purpose" in next(iter(result.failed.values()))
    assert pages(result.site)[f"fr/{SOME[0]}.html"] == before[f"fr/{SOME[0]}.html"]
    kept = nbformat.read(project.reports / "failed" / "fr" / f"{SOME[0]}.ipynb", as_version=4)
    assert any(out.output_type == "error" for cell in kept.cells if cell.cell_type == "code" for out in cell.outputs)
    manifest = json.loads((result.site / "manifest.json").read_text("utf-8"))
    assert list(manifest["failed"]) == [f"fr/{SOME[0]}.html"]


def test_without_sample_no_page_shows_any(project):
    result = run(project, RunOptions(objectives=SOME[1:], languages=("en",), use_sample=False))
    page = (result.site / "en" / f"{SOME[1]}.html").read_text("utf-8")
    assert "Sample data" not in page
    assert "297" in page


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
    result = run(project, RunOptions(objectives=SOME[:1]))
    assert not result.failed
    assert attempts.read_text() == ""


def test_two_runs_cannot_overlap(project):
    project.reports.mkdir(exist_ok=True)
    with FileLock(project.reports / ".lock"), pytest.raises(LockedError, match="Another run is at work"):
        run(project, RunOptions(objectives=SOME[:1]))


def test_an_unknown_objective_stops_before_anything_is_written(project):
    shutil.rmtree(project.tidy)
    with pytest.raises(UsageError, match="Unknown objective"):
        run(project, RunOptions(objectives=("image-2022/os-22",)))
    assert not project.tidy.exists()
    assert not (project.reports / "site").exists()
