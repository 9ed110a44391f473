"""What is asked of every page: axe-core and our own checks; many pages one after another in the same tab."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-gpu-compositing", "--disable-software-rasterizer"),
)
#: What axe does not know: captions, text alternatives with the finding, tables, scopes, words beside signs, languages.
OWN_CHECKS = r"""() => {
  const wrong = [];
  const start = (element) => element.outerHTML.slice(0, 120);
  for (const figure of document.querySelectorAll("figure.chart-figure")) {
    const caption = figure.querySelector("figcaption")?.textContent.trim() ?? "";
    const label = figure.querySelector("[role=img]").getAttribute("aria-label");
    if (!caption || !label.includes(caption)) wrong.push(["caption", start(figure)]);
    let next = figure.nextElementSibling;
    while (next?.matches("figure.chart-figure")) next = next.nextElementSibling;
    if (!next?.querySelector("table")) wrong.push(["no table after the chart", start(figure)]);
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.caption?.textContent.trim()) wrong.push(["no caption", start(table)]);
    if (table.querySelector("th:not([scope])")) wrong.push(["scope", start(table)]);
    if (!table.querySelector("tbody tr")) wrong.push(["no row", start(table)]);
  }
  for (const status of document.querySelectorAll(".status")) {
    if (status.textContent.replace(/\P{L}/gu, "").length < 3) wrong.push(["status", start(status)]);
  }
  for (const other of document.querySelectorAll("a[hreflang]:not([lang]), link[hreflang=''], [lang='']")) {
    wrong.push(["language not told", start(other)]);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) wrong.push(["id twice", id]);
  return wrong;
}"""


def drawn(shown) -> int:
    """How many charts the page declares, once all of them are drawn."""
    declared = shown.locator(".chart").count()
    until(shown, f"document.querySelectorAll('.chart[data-drawn=true]').length === {declared}")
    return declared


def until(shown, holds: str, seconds: float = 30) -> None:
    """Wait until something holds. Playwright's own waiting evaluates text in the page, which the page forbids."""
    last = time.monotonic() + seconds
    while not shown.evaluate(holds):
        assert time.monotonic() < last, holds
        time.sleep(0.02)


def violations(shown, *, drawings: bool = False) -> list:
    """What axe-core finds on a page with everything unfolded.

    Inside a drawn chart, which is one picture with a text of its own, it looks only where it is told to: that takes
    half of the time, and finds nothing but contrast, which is computed from the palette elsewhere.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    shown.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    context = None if drawings else {"exclude": [".js-plotly-plot svg"]}
    results = axe.Axe().run(shown, context=context, options={"resultTypes": ["violations"]})
    return [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in results.response["violations"]]


def watched(shown):
    """The page, which keeps what it asked for and complained about from now on."""
    if not hasattr(shown, "asked"):
        shown.on("request", lambda request: shown.asked.append(request.url))
        shown.on("pageerror", lambda error: shown.errors.append(str(error)))
    shown.asked, shown.errors = [], []
    return shown


def wrong_with(shown, site: Path, path: str, *, drawings: bool = False) -> tuple[list, int]:
    """Open a page of a site; what is wrong with it (inside its ``drawings`` too), and how many charts it drew."""
    shown.asked.clear()
    shown.errors.clear()
    shown.goto((site / path).as_uri())
    charts = drawn(shown)
    outside = [url for url in shown.asked if not url.startswith(site.as_uri())]
    told = [*violations(shown, drawings=drawings), *shown.evaluate(OWN_CHECKS), *outside, *shown.errors]
    if path.count("/") and shown.evaluate("document.documentElement.lang") != path.partition("/")[0]:
        told.append("language of the page")
    return told, charts


def wrong_pages(chromium: str, site: Path, paths: Iterable[str]) -> tuple[dict[str, list], int]:
    """Look at pages in a browser of one's own: path -> what is wrong, and how many charts were drawn."""
    from playwright.sync_api import sync_playwright

    wrong, charts = {}, 0
    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=chromium, args=list(QUIET))
        shown = watched(started.new_page(viewport={"width": 1280, "height": 900}))
        for path in paths:
            told, count = wrong_with(shown, site, path, drawings=True)
            charts += count
            if told:
                wrong[path] = told
        started.close()
    return wrong, charts


def wrong_pages_side_by_side(chromium: str, site: Path, paths: Sequence[str], sides: int = 2):
    """As :func:`wrong_pages`, the pages dealt out to several browsers."""
    with ProcessPoolExecutor(sides, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(partial(wrong_pages, chromium, site), [paths[i::sides] for i in range(sides)]))
    return {path: told for wrong, _ in found for path, told in wrong.items()}, sum(charts for _, charts in found)
