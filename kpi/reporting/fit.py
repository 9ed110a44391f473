"""What of an executed notebook a page cannot carry: pictures without words, bare frames, widgets, things from afar."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from kpi.reporting.fragments import HTML, PLOTLY

_OUR_CHART = 'class="chart-figure"'
_BARE_FRAME = 'class="dataframe"'
_WIDGET = "application/vnd.jupyter.widget-view+json"
_FROM_AFAR = re.compile(
    r"""<(?:script|img|link|iframe)\b[^>]*?\b(?:src|href)\s*=\s*["']?((?:https?:)?//[^"'\s>]+)""", re.IGNORECASE
)
_ID = re.compile(r"""\sid="([^"]+)\"""")
_CAPTION = "show kpi's own .chart(), or kpi.captioned(picture, 'what it shows', language)."


def unfit_outputs(notebook: NotebookNode) -> list[tuple[int, str]]:
    """Number of the code cell (from 1; 0 for the whole) and a sentence, for each output that a page cannot carry."""
    found: list[tuple[int, str]] = []
    ids: Counter[str] = Counter()
    shown = False
    for number, cell in enumerate(code_cells(notebook), start=1):
        for output in cell.outputs:
            data = output.get("data", {})
            html = "".join(data.get(HTML, ""))
            shown = shown or bool(html)
            ids.update(_ID.findall(html))
            found += [(number, words) for words in _problems(data, html)]
    found += [(0, f"the id {name!r} stands {n} times: show these figures once.") for name, n in ids.items() if n > 1]
    if not shown and not found:
        found.append(
            (0, "no cell shows anything that a page can carry; end one with a chart, figures or kpi.prose(...).")
        )
    return found


def code_cells(notebook: NotebookNode) -> list[Any]:
    """The code cells as their author counts them: without the one that papermill puts in."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.get("metadata", {}).get("tags", ())
    ]


def _problems(data: Any, html: str) -> Iterator[str]:
    if PLOTLY in data and _OUR_CHART not in html:
        yield f"a plotly figure without caption: a page would stay blank here; {_CAPTION}"
    elif _WIDGET in data:
        yield "a widget: a page has no kernel that could answer it; use a parameter instead."
    elif not html and any(kind.startswith("image/") for kind in data):
        yield f"a picture without words for who cannot see it; {_CAPTION}"
    if _BARE_FRAME in html:
        yield "a bare pandas frame, without caption or headings; show kpi.captioned(frame, 'what it holds', language)."
    for address in _FROM_AFAR.findall(html):
        yield f"something loaded from {address}: a page fetches nothing; keep it in the project."
