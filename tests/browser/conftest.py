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


@pytest.fixture(scope="session")
def tab(browser):
    """One tab for many pages: scripts that it has read once it does not read again."""
    shown = browser.new_page()
    yield shown
    shown.close()


@pytest.fixture
def opened(browser, tab, site):
    """Open a page of the site in the place of the one before; what it asked for and complained about is kept."""
    apart = []

    def open_page(path: str, width: int = 1280, color_scheme: str = "light", **context):
        if context:  # what a tab cannot change
            apart.append(browser.new_context(color_scheme=color_scheme, **context))
        shown = watched(apart[-1].new_page() if context else tab)
        shown.set_viewport_size({"width": width, "height": 900})
        shown.emulate_media(media="screen", color_scheme=color_scheme)
        shown.goto("about:blank")  # where only the part behind # differs, a browser stays on its page
        shown.goto((site / path).as_uri())
        return shown

    yield open_page
    for made in apart:
        made.close()
