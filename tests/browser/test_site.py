"""A site as a run publishes it, opened as a reader does. KPI_AUDIT=1 looks at every page of the built-in register."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kpi.catalogue import LANGUAGES
from kpi.reporting.forks import can_fork
from kpi.run import RunOptions, run
from tests.browser.conftest import drawn, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.notebook,
    pytest.mark.skipif(not can_fork(), reason="this system does not fork"),
]

AUDIT = bool(os.environ.get("KPI_AUDIT"))
RENDERED = (
    "extrel-2021/oo-1-3",
    "image-2022/os-2",
    "image-2022/oo-2-1-11",
    "image-2022/oo-2-2-1",
    "image-2022/oo-3-4",
    "image-2022/oo-3-11-1",
    "image-2022/oo-3-14",
)


@pytest.fixture(scope="module")
def site(built_project) -> Path:
    result = run(built_project, RunOptions(objectives=() if AUDIT else RENDERED))
    assert not result.failed
    return result.site.resolve()


def test_reports_draw_their_charts_offline_and_are_accessible(opened, site):
    paths = sorted(site.rglob("*.html")) if AUDIT else _one_language_each(site)
    wrong, charts = {}, 0
    for path in paths:
        shown = opened(str(path.relative_to(site)))
        charts += drawn(shown)
        outside = [url for url in shown.asked if not url.startswith(site.as_uri())]
        told = [*violations(shown), *outside, *shown.errors]
        if told:
            wrong[str(path.relative_to(site))] = told
        shown.context.close()
    assert wrong == {}
    assert charts > len(RENDERED)


def _one_language_each(site: Path) -> list[Path]:
    return [site / LANGUAGES[i % 3] / f"{name}.html" for i, name in enumerate(RENDERED)]


@pytest.mark.parametrize(
    "path",
    [
        *("index.html", "fr/index.html", "nl/coverage.html", "en/indicators/index.html", "fr/revisions.html"),
        *("fr/indicators/overnight-stays.html", "nl/indicators/export-aid-share-number.html"),
    ],
)
@pytest.mark.parametrize("width", [1280, 320])
def test_pages_of_the_register_are_accessible_and_fit(opened, path, width):
    shown = opened(path, width)
    assert violations(shown) == []
    assert shown.errors == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_no_link_inside_the_site_leads_nowhere(opened, site):
    """Only reports that this run was not asked for may be missing."""
    missing = set()
    for path in ("fr/image-2022/oo-3-4.html", "nl/indicators/index.html", "en/coverage.html", "fr/index.html"):
        shown = opened(path)
        for address in shown.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)"):
            target = Path(address.split("#")[0].removeprefix("file://"))
            if target.is_relative_to(site) and not target.exists():
                missing.add("/".join(target.relative_to(site).with_suffix("").parts[1:]))
    assert missing == set() if AUDIT else missing.isdisjoint(RENDERED)
    assert not [name for name in missing if name.startswith(("indicators/", "downloads/", "index", "coverage"))]


def test_tables_of_coverage_sort(opened):
    shown = opened("en/coverage.html")
    heading = shown.locator(".sortable").first.locator("th button").nth(1)
    heading.click()
    declared = shown.locator(".sortable").first.locator("tbody tr td:nth-child(2)").all_inner_texts()
    numbers = [int(text.replace(",", "")) for text in declared]
    assert numbers == sorted(numbers)
    heading.click()
    assert shown.locator(".sortable").first.locator("th[aria-sort=descending]").count() == 1


def test_the_register_is_searched_while_typing(opened):
    shown = opened("fr/indicators/index.html")
    shown.locator("#search").fill("nuitees mice")
    visible = shown.locator(".register li:not([hidden])")
    assert 0 < visible.count() < 10
    assert "overnight-stays-mice" in (visible.first.locator("a").get_attribute("href") or "")
