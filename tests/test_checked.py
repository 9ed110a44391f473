"""A site is looked through before anybody sees it."""

from __future__ import annotations

import pytest

from kpi.reporting.checked import problems


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ('<a href="os-2.html#top">x</a> <a href="#here">y</a> <img src="../../assets/a%20b.svg?v=1">', []),
        ('<a href="https://brussels.example/x">x</a> <a href="mailto:a@brussels.example">y</a>', []),
        ('<a href="../../../../index.html">browsers stop at the root</a>', []),
        ('<a href="gone.html">x</a>', ["a link leads to fr/doc/gone.html, which is not there"]),
        ('<script src="../assets/b.js"></script>', ["a link leads to fr/assets/b.js, which is not there"]),
        ('<a href="/index.html">of a server</a>', ["a link leads to fr/doc/index.html, which is not there"]),
        ('<div class="chart"></div>', ["1 charts are declared and 0 have data"]),
    ],
)
def test_links_lead_somewhere_and_charts_have_data(tmp_path, inside, found):
    page = tmp_path / "site" / "fr" / "doc" / "os-1.html"
    for path in (page, page.with_name("os-2.html"), tmp_path / "site" / "index.html", tmp_path / "fr" / "doc" / "x"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<html></html>", "utf-8")
    (tmp_path / "site" / "assets").mkdir()
    (tmp_path / "site" / "assets" / "a b.svg").write_text("", "utf-8")
    page.write_text(f"<html>{inside}</html>\n", "utf-8")
    told = [f"fr/doc/os-1.html: {each}" for each in found]
    assert list(problems(tmp_path / "site", ["fr/doc/os-1.html"])) == told
    excused = list(problems(tmp_path / "site", ["fr/doc/os-1.html"], ["fr/doc/gone.html"]))
    assert excused == [each for each in told if "gone" not in each]


def test_links_of_the_first_page(tmp_path):
    (tmp_path / "index.html").write_text('<a href="fr/x.html">x</a><a href="./index.html">y</a></html>', "utf-8")
    (tmp_path / "fr").mkdir()
    assert list(problems(tmp_path, ["index.html"])) == ["index.html: a link leads to fr/x.html, which is not there"]
    (tmp_path / "fr" / "x.html").touch()
    assert not list(problems(tmp_path, ["index.html"]))


def test_pages_that_are_missing_or_cut_are_told(tmp_path):
    (tmp_path / "a.html").write_text("<html>", "utf-8")
    found = list(problems(tmp_path, ["a.html", "b.html"]))
    assert found == ["a.html: not whole", "b.html: planned, and not there"]
