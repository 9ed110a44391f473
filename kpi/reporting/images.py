"""The charts of a page as files, SVG and PNG, drawn by the page's own plotly.js in Chromium."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from kpi.files import write_whole
from kpi.reporting.chromium import Tab, browser

#: Of a figure in a note: 16 cm wide, and twice the dots in a PNG so that it prints well.
_WIDTH, _DOTS = 960, 2
#: Room for the title above it, in pixels.
_TITLE = 44
_COPY = """(async () => {
  const found = [];
  for (const { name, ...figure } of window.kpiFigures()) {
    // Away from its page a chart must say what it shows: the heading of its section stands above it.
    const heading = document.getElementById(name).closest("section")?.querySelector("h2, h3")?.textContent.trim() ?? "";
    const words = heading.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
    const { text } = figure.layout.title ?? {};
    const { title: { font }, margin: { t: above } } = figure.layout.template.layout;
    const title = { text: words, x: 0, xref: "container", yref: "container", y: 1, yanchor: "top",
      pad: { t: 8, l: 2 }, font: { size: 17 }, subtitle: { text, font } };
    const size = { width: WIDTH, height: figure.layout.height + TITLE };
    const margin = { ...figure.layout.margin, t: (figure.layout.margin?.t ?? above) + TITLE };
    const shown = { data: figure.data, layout: { ...figure.layout, ...size, margin, title }, config: figure.config };
    found.push({
      name,
      svg: await Plotly.toImage(shown, { format: "svg", ...size }),
      png: await Plotly.toImage(shown, { format: "png", scale: DOTS, ...size }),
    });
  }
  return found;
})()"""

_SCRIPT = _COPY.replace("WIDTH", str(_WIDTH)).replace("DOTS", str(_DOTS)).replace("TITLE", str(_TITLE))


def write_site_images(site: Path, pages: Iterable[Path]) -> int:
    """Copy the charts of pages of a site to ``downloads/images/<language>/<document>/<objective>/``.

    Args:
        site: its root, with assets.
        pages: addresses of pages below it.

    Returns:
        How many files were written.

    Raises:
        KpiError: no Chromium was found, or it failed.
    """
    folder = site / "downloads" / "images"
    with browser() as tab:
        return sum(len(write_images(tab, site / page, folder / page.with_suffix(""))) for page in pages)


def write_images(tab: Tab, page: Path, folder: Path) -> list[Path]:
    """Write ``<chart>.svg`` and ``<chart>.png`` for every chart of a page; a page without charts gives none.

    Args:
        tab: of a running browser, see :func:`kpi.reporting.chromium.browser`.
        page: file that loads plotly.js and its language.
        folder: where the files go.

    Raises:
        KpiError: the browser failed.
    """
    if "data-chart=" not in page.read_text(encoding="utf-8"):
        return []
    tab.open(page)
    charts: list[dict[str, Any]] = tab.ask(_SCRIPT)
    written = []
    for chart in charts:
        for form in ("svg", "png"):
            path = folder / f"{chart['name']}.{form}"
            write_whole(path, _content(chart[form]))
            written.append(path)
    return written


def _content(address: str) -> bytes:
    r"""What a data address holds.

    >>> _content("data:image/svg+xml,%3Csvg/%3E"), _content("data:image/png;base64,iVBO")
    (b'<svg/>', b'\x89PN')
    """
    head, _, body = address.partition(",")
    return base64.b64decode(body) if head.endswith(";base64") else unquote(body).encode()
