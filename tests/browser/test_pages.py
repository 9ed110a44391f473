"""Pages in headless Chromium: charts drawn, nothing fetched from elsewhere, accessible, whole at 320 pixels."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.catalogue import LANGUAGES
from kpi.charts.plots import rounded
from kpi.reporting.accessibility import Publisher, write_statements
from kpi.reporting.assets import write_assets
from kpi.reporting.changes import write_changes
from kpi.reporting.export import export_html
from kpi.reporting.portal import write_portal
from kpi.reporting.prepare import summarise
from tests.browser.looking import OWN_CHECKS, drawn, until, violations
from tests.report_fixture import catalogue, notebook, page, report

pytestmark = pytest.mark.browser

OBJECTIVES = ("os-1", "oo-1-1", "oo-1-2")
#: Every kind of page in some language, the full one in every language.
SAMPLE = [
    *(f"{language}/note-2022/os-1.html" for language in LANGUAGES),
    *("fr/note-2022/oo-1-1.html", "nl/note-2022/oo-1-2.html", "index.html", "nl/index.html"),
    *("en/changes.html", "nl/accessibility.html"),
]
#: At the width of a small telephone, or of a screen at 400 %: every kind once.
NARROW = (SAMPLE[2], SAMPLE[4], *SAMPLE[6:])


#: Labels of an axis of which one begins before the other ends, chart by chart.
TOUCHING = """[...document.querySelectorAll(".chart")].flatMap((chart) =>
  [...chart.querySelectorAll("g.xaxislayer-above, g.xaxislayer-below")].flatMap((axis) => {
    const boxes = [...axis.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
    boxes.sort((a, b) => a.left - b.left);
    const touches = (box, i) => box.left < boxes[i].right && box.top < boxes[i].bottom;
    return boxes.slice(1).filter(touches).map(() => chart.id);
  }))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_assets(folder)
    for language in LANGUAGES:
        for slug in OBJECTIVES:
            path = folder / language / "note-2022" / f"{slug}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(export_html(notebook(page(language, f"note-2022/{slug}"))), encoding="utf-8")
    summary = {"declared": 9, "with_data": 8, "sample": 1, "statuses": {"undetermined": 2, "no-data": 1}}
    write_portal(catalogue(), {f"note-2022/{slug}": summary for slug in OBJECTIVES}, folder, "2022-12-31")
    write_statements(folder, Publisher())
    told = {f"note-2022/{slug}": summarise(report(f"note-2022/{slug}")) for slug in OBJECTIVES}
    write_changes(catalogue(), {}, folder / "before", folder / "none", "2021")
    write_changes(catalogue(), told, folder, folder / "before", "2022-12-31")
    return folder


@pytest.mark.parametrize("path", SAMPLE[:3])
def test_every_declared_chart_is_drawn_offline(opened, site, path):
    shown = opened(path)
    declared = drawn(shown)
    assert shown.locator(".chart:has(svg.main-svg)").count() == declared > 5
    assert shown.errors == []
    assert all(url.startswith(site.as_uri()) for url in shown.asked)
    assert shown.get_by_text("Share chart").count() == 0
    assert shown.locator("button.save").count() == declared
    assert shown.locator(".modebar-btn").count() == 0


@pytest.mark.parametrize(("path", "width"), [*((path, 1280) for path in SAMPLE), *((path, 320) for path in NARROW)])
def test_axe_finds_nothing_and_the_page_fits(opened, path, width):
    shown = opened(path, width, color_scheme="dark" if width == 320 else "light")
    drawn(shown)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(shown, drawings=path == SAMPLE[0]) == []


def test_a_telephone_shows_rows_as_cards_that_tell_their_headings(opened):
    shown = opened(SAMPLE[0], 320)
    for cell in shown.locator("#overview td:has(.status)").all():
        box = cell.bounding_box()
        assert box["x"] + box["width"] <= 320
        assert cell.evaluate("it => getComputedStyle(it, '::before').content") == '"Statut"'
    roles = shown.locator("#overview").aria_snapshot()
    assert roles.count("- row ") > 2, "still a table for a screen reader"
    assert "columnheader" in roles
    board = opened("fr/index.html", 320).locator("#board tr:last-child td:visible")
    assert board.count() == 7


@pytest.mark.parametrize("path", [SAMPLE[0], "fr/index.html"])
def test_at_twice_the_size_a_page_still_fits(opened, path):
    """A zoom of 200 % halves the room; larger letters alone do not, and must fit all the same."""
    shown = opened(path, 640)
    drawn(shown)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 640
    shown.evaluate("document.documentElement.style.fontSize = '200%'")
    assert shown.evaluate("document.documentElement.scrollWidth") <= 640
    beyond = """[...document.querySelectorAll("main :is(h1, h2, h3, p, dd, summary)")]
      .filter((it) => it.checkVisibility() && it.getBoundingClientRect().right > 641).map((it) => it.outerHTML)"""
    assert shown.evaluate(beyond) == []


def test_no_dates_below_a_chart_touch_each_other(opened):
    """On a telephone, where there is room for few."""
    shown = opened(SAMPLE[0], 320)
    drawn(shown)
    touching = shown.evaluate(TOUCHING)
    assert touching == []


def test_axe_finds_nothing_in_the_dark(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    shown = opened(SAMPLE[0], color_scheme="dark")
    drawn(shown)
    assert axe.Axe().run(shown).response["violations"] == []


def test_paper_shows_what_is_folded_and_fits(opened):
    shown = opened(SAMPLE[0])
    drawn(shown)
    shown.emulate_media(media="print")
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert shown.locator("details:not([open])").count() == 0
    shown.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert shown.locator("details:not([open])").count() > 0
    assert len(shown.pdf(prefer_css_page_size=True)) > 50_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_page_leaves_out_of_its_charts_comes_back(opened, language):
    shown = opened(f"{language}/note-2022/os-1.html")
    drawn(shown)
    whole = {figure["name"]: figure for figure in shown.evaluate("window.kpiFigures()")}
    own = page(language, "note-2022/os-1")
    figures = [piece.figure for part in (own.sections(), own.means(), own.printed_only()) for piece in part]
    figures = [figure for figure in figures if figure]
    assert len(figures) == len(whole) > 5
    for figure in figures:
        there = whole[figure["config"]["toImageButtonOptions"]["filename"]]
        assert there["data"] == rounded(figure["data"])
        assert there["layout"]["title"] == figure["layout"]["title"]
        for name in [name for name in figure["layout"] if "axis" in name]:
            assert there["layout"][name].get("ticktext") == figure["layout"][name].get("ticktext"), name


def test_own_checks_hold_on_every_chart_and_table(opened):
    shown = opened(SAMPLE[0])
    assert shown.evaluate(OWN_CHECKS) == []
    assert shown.locator("main [lang=nl]").count() > 0, "Dutch words are marked on a French page"


def test_own_checks_find_what_is_missing(opened):
    shown = opened(SAMPLE[0])
    shown.evaluate("""() => {
      document.querySelector("figcaption").textContent = "";
      document.querySelector("caption").remove();
      document.querySelector("th[scope=row]").removeAttribute("scope");
      document.querySelector(".status").textContent = "●";
      document.querySelector("a[hreflang]").removeAttribute("lang");
      document.querySelector("figure.chart-figure + details").remove();
    }""")
    found = {name for name, _ in shown.evaluate(OWN_CHECKS)}
    assert found == {
        *("caption", "no caption", "scope", "status", "language not told", "no table after the chart"),
    }


def test_without_a_script_everything_can_be_read(opened):
    shown = opened(SAMPLE[0], java_script_enabled=False)
    assert shown.locator("noscript").count() == 1
    assert not shown.locator(".chart").first.is_visible()
    assert shown.locator("figcaption").first.is_visible()
    assert shown.locator("table").count() > 5
    portal = opened("fr/index.html", java_script_enabled=False)
    assert not portal.locator("#finder").is_visible()
    assert portal.locator("#board td").first.is_visible()
    assert portal.get_by_role("link", name="Attirer des visiteurs").is_visible()


@pytest.mark.parametrize(
    ("language", "typed", "one"),
    [
        ("fr", "NUITÉES attirer", "1 objectif trouvé"),
        ("nl", "nuitées BEZOEKERS", "1 doelstelling gevonden"),
        ("en", "bureau des visites", "1 objective found"),
    ],
)
def test_the_portal_is_searched_by_keyboard_in_any_language(opened, language, typed, one):
    shown = opened(f"{language}/index.html", 320)
    shown.locator("#search").focus()
    shown.keyboard.type(typed)
    told = shown.locator("#found[role=status]")
    assert told.inner_text() == one
    assert shown.locator("li.strategic:visible").count() == 1
    assert shown.locator("li.operational:visible").count() == 0
    assert "q=" in shown.evaluate("location.hash")
    for _ in range(3):
        shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.name") == "status"
    shown.keyboard.press("End")
    assert shown.evaluate("document.activeElement.value") == "no-data"
    assert told.inner_text() == one
    shown.reload()
    assert (shown.locator("#search").input_value(), told.inner_text()) == (typed, one)
    shown.locator("button[type=reset]").focus()
    shown.keyboard.press("Enter")
    until(shown, "location.hash === ''")
    assert shown.locator("li[data-id]:visible").count() == 3
    assert shown.evaluate("document.activeElement.id") == "search"
    shown.keyboard.type("zzz")
    assert shown.locator("section.document:visible").count() == 0
    assert told.inner_text()[0] == "0"
    assert shown.errors == []


def test_the_board_and_an_address_lead_to_the_same_list(opened):
    shown = opened("en/index.html")
    shown.evaluate("location.hash = '#status=undetermined&data=1'")
    until(shown, "document.getElementById('found').textContent")
    assert shown.locator("#found").inner_text() == "3 objectives found"
    shown.locator("#board").get_by_role("link", name="3", exact=True).first.click()
    assert shown.evaluate("location.hash") == "#document=note-2022&status=no-data"
    assert shown.locator("#by-status").input_value() == "no-data"
    assert not shown.locator("#by-data").is_checked()
    shown.go_back()
    until(shown, "document.getElementById('by-data').checked")
    assert shown.locator("#by-status").input_value() == "undetermined"
    shown.evaluate("location.hash = '#note-2022'")
    until(shown, "location.hash === '#note-2022'")
    assert shown.locator("#by-status").input_value() == "undetermined", "a place on the page is no question"


def test_the_keyboard_reaches_content_language_and_tables(opened):
    shown = opened(SAMPLE[0])
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.className") == "skip"
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "main"
    assert shown.locator(".table:not([tabindex='0'])").count() == 0
    shown.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert shown.evaluate(outline) == "solid", "where the keyboard stands can be seen"
    shown.get_by_role("link", name="Nederlands").click()
    assert shown.evaluate("document.documentElement.lang") == "nl"
