"""A browser for the tests that look at pages as readers do."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.browser.looking import QUIET, watched


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
        shown = watched(made.new_page())
        shown.goto((site / path).as_uri())
        return shown

    yield open_page
    for made in contexts:
        made.close()
