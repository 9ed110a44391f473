"""Pages in headless Chromium: charts drawn, nothing fetched from elsewhere, accessible, whole at 320 pixels."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpi.catalogue import LANGUAGES
from kpi.reporting.assets import write_assets
from kpi.reporting.export import export_html
from kpi.reporting.portal import write_portal
from tests.browser.conftest import drawn, violations
from tests.report_fixture import catalogue, notebook, page

pytestmark = pytest.mark.browser

OBJECTIVES = ("os-1", "oo-1-1", "oo-1-2")
#: Every kind of page in some language, the full one in every language.
SAMPLE = [
    *(f"{language}/note-2022/os-1.html" for language in LANGUAGES),
    *("fr/note-2022/oo-1-1.html", "nl/note-2022/oo-1-2.html", "index.html", "nl/index.html"),
]
WIDTHS = (1280, 320)


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
    write_portal(catalogue(), {f"note-2022/{slug}": summary for slug in OBJECTIVES}, folder, "2022-12-31", "0123")
    return folder


@pytest.mark.parametrize("path", SAMPLE[:3])
def test_every_declared_chart_is_drawn_offline(opened, site, path):
    shown = opened(path)
    declared = drawn(shown)
    assert shown.locator(".chart:has(svg.main-svg)").count() == declared > 5
    assert shown.errors == []
    assert all(url.startswith(site.as_uri()) for url in shown.asked)
    assert shown.get_by_text("Share chart").count() == 0
    assert shown.locator(".modebar-btn").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", SAMPLE)
def test_axe_finds_nothing(opened, path, width):
    shown = opened(path, width)
    drawn(shown)
    assert violations(shown) == []


def test_axe_finds_nothing_in_the_dark(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    shown = opened(SAMPLE[0], color_scheme="dark")
    drawn(shown)
    assert axe.Axe().run(shown).response["violations"] == []


@pytest.mark.parametrize("path", SAMPLE)
def test_a_small_screen_scrolls_one_way(opened, path):
    shown = opened(path, 320)
    drawn(shown)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320


def test_paper_shows_what_is_folded_and_fits(opened):
    shown = opened(SAMPLE[0])
    drawn(shown)
    shown.emulate_media(media="print")
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert shown.locator("details:not([open])").count() == 0
    shown.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert shown.locator("details:not([open])").count() > 0
    assert len(shown.pdf(prefer_css_page_size=True)) > 50_000


def test_without_a_script_everything_can_be_read(opened):
    shown = opened(SAMPLE[0], java_script_enabled=False)
    assert shown.locator(".chart noscript").count() > 0
    assert shown.locator("table").count() > 5
    portal = opened("fr/index.html", java_script_enabled=False)
    assert not portal.locator(".search").is_visible()
    assert portal.get_by_role("link", name="Attirer des visiteurs").is_visible()


def test_the_portal_is_searched_with_folded_accents(opened):
    shown = opened("fr/index.html")
    shown.locator("#search").fill("NUITÉES attirer")
    assert shown.locator("li.strategic:visible").count() == 1
    assert shown.locator("li.operational:visible").count() == 0
    assert shown.locator("#found").inner_text().endswith("1")
    shown.locator("#search").fill("zzz")
    assert shown.locator("section.document:visible").count() == 0


def test_the_keyboard_reaches_content_language_and_tables(opened):
    shown = opened(SAMPLE[0])
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.className") == "skip"
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "main"
    assert shown.locator(".table:not([tabindex='0'])").count() == 0
    shown.get_by_role("link", name="Nederlands").click()
    assert shown.evaluate("document.documentElement.lang") == "nl"
