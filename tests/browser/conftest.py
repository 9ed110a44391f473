"""A browser for the tests that look at pages as readers do, and what they ask of every page."""

from __future__ import annotations

import os
import shutil

import pytest

QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


def chromium() -> str | None:
    """Where Chromium is: named by CHROMIUM, on the path, or none."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser():
    path = chromium()
    if path is None:
        pytest.skip("no Chromium found (set CHROMIUM to its path)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=path, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def opened(browser, site):
    """Open a page of the site; what it asked for and complained about is kept."""
    contexts = []

    def open_page(path: str, width: int = 1280, **context):
        made = browser.new_context(viewport={"width": width, "height": 900}, **context)
        contexts.append(made)
        shown = made.new_page()
        shown.asked, shown.errors = [], []
        shown.on("request", lambda request: shown.asked.append(request.url))
        shown.on("pageerror", lambda error: shown.errors.append(str(error)))
        shown.goto((site / path).as_uri())
        return shown

    yield open_page
    for made in contexts:
        made.close()


def drawn(shown) -> int:
    declared = shown.locator(".chart").count()
    shown.wait_for_function(
        f"document.querySelectorAll('.chart[data-drawn=true]').length === {declared}", timeout=30_000
    )
    return declared


def violations(shown) -> list:
    """What axe-core finds on a page with everything unfolded."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    shown.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    results = axe.Axe().run(shown)
    return [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in results.response["violations"]]
