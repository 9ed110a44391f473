"""A site as a run publishes it, opened as a reader does. KPI_AUDIT=1 looks at every page of the built-in register."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

from kpi.catalogue import LANGUAGES
from kpi.forks import can_fork
from kpi.releases import site_of
from kpi.run import RunOptions, run
from tests.browser.conftest import chromium
from tests.browser.looking import OWN_CHECKS, violations, watched, wrong_pages_side_by_side, wrong_with
from tests.spoken import foreign, labels

pytestmark = [
    pytest.mark.browser,
    pytest.mark.notebook,
    pytest.mark.skipif(not can_fork(), reason="this system does not fork"),
]

#: The design allows a page 150 kB.
MOST_BYTES = 150_000
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
    """Published once for all processes that test side by side."""
    with FileLock(built_project.root.with_name("site.lock")):
        if not site_of(built_project).exists():
            assert not run(built_project, RunOptions(objectives=() if AUDIT else RENDERED)).failed
    return site_of(built_project).resolve()


@pytest.mark.parametrize("path", [f"{LANGUAGES[i % 3]}/{name}.html" for i, name in enumerate(RENDERED)])
def test_a_report_draws_its_charts_offline_and_is_accessible(tab, site, path):
    tab.set_viewport_size({"width": 1280, "height": 900})
    told, charts = wrong_with(watched(tab), site, path)
    assert told == []
    assert charts > 0


@pytest.mark.skipif(not AUDIT, reason="looks at all pages of a full run: make audit")
def test_every_page_draws_its_charts_offline_and_is_accessible(site):
    paths = sorted(str(path.relative_to(site)) for path in site.rglob("*.html"))
    wrong, charts = wrong_pages_side_by_side(chromium(), site, paths)
    assert wrong == {}
    assert charts > len(RENDERED)


def test_no_page_carries_a_label_of_another_language(built_project, site):
    """Those of indicators are all alike: a few of them stand for all."""
    known = labels(built_project.catalogue)
    plain = '<html lang="nl"><body><p lang="fr">Nombre de nuitées</p><p>{}</p></body></html>'
    assert foreign(plain.format("Nombre de nuitées"), known) == ["nl: Nombre de nuitées"]
    assert foreign(plain.format("Aantal overnachtingen"), known) == []
    few = [path for i, path in enumerate(sorted(site.rglob("*.html"))) if AUDIT or i % 20 == 0 or _is_wide(path)]
    found = {str(path.relative_to(site)): foreign(path.read_text("utf-8"), known) for path in few}
    assert {path: words for path, words in found.items() if words} == {}


def _is_wide(path: Path) -> bool:
    return path.parent.name != "indicators" or path.stem == "index"


def test_no_page_weighs_too_much(site):
    """What a page asks of a slow line; scripts and style are loaded once for all pages."""
    heavy = {str(p.relative_to(site)): p.stat().st_size for p in site.rglob("*.html") if p.stat().st_size >= MOST_BYTES}
    assert heavy == {}
    assert (site / "fr/image-2022/os-2.html").exists(), "the heaviest report is among them"


REGISTER = (
    *("index.html", "fr/index.html", "nl/coverage.html", "en/indicators/index.html", "fr/revisions.html"),
    *("nl/methods.html", "fr/validation.html", "en/runs.html"),
    *("fr/indicators/overnight-stays.html", "nl/indicators/export-aid-share-number.html"),
)
#: Those whose tables or lists are wide.
NARROW = REGISTER if AUDIT else (REGISTER[1], REGISTER[2], REGISTER[3], REGISTER[8])


@pytest.mark.parametrize(("path", "width"), [*((path, 1280) for path in REGISTER), *((path, 320) for path in NARROW)])
def test_pages_of_the_register_are_accessible_and_fit(opened, path, width):
    shown = opened(path, width, color_scheme="dark" if width == 320 else "light")
    assert violations(shown) == []
    assert shown.evaluate(OWN_CHECKS) == []
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
