"""The look that all charts share: plotly figures as plain dictionaries, small enough to stand in a page.

Nothing here imports plotly: a figure is JSON for plotly.js, which draws it in the page and in
JupyterLab alike. Colours are fixed names of one palette, so that the page can exchange ink and
paper for its dark and printed forms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from babel.numbers import format_compact_decimal, get_decimal_symbol, get_group_symbol

from kpi.i18n import Translator

INK = "#1c2024"
MUTED = "#59626d"
LINE = "#d9dde2"
PAPER = "#fdfdfb"
#: Okabe and Ito's hues, told apart with every common colour vision; the first three have 3:1 on paper.
HUES = ("#0072b2", "#d55e00", "#009e73", "#e69f00", "#56b4e9", "#cc79a7", "#f0e442")
#: Text that stands on a hue, not on the paper, and so never changes with the theme.
ON_HUE = ("#ffffff", "#000000", "#000000", "#000000", "#000000", "#000000", "#000000")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"
_COMPACT_FROM = 1_000_000
_STEPS = (1, 2, 2.5, 5, 10)

Figure = dict[str, Any]


def figure(
    data: list[Figure],
    translator: Translator,
    *,
    chart_id: str,
    subtitle: str,
    height: int,
    sample: bool,
    **layout: Any,
) -> Figure:
    """Traces in the shared layout: no frame, thin grid, the unit as subtitle, the page's number marks."""
    locale = translator.locale
    annotations = [*layout.pop("annotations", []), *([_sample_mark(translator)] if sample else [])]
    return {
        "data": data,
        "layout": {
            "font": {"family": FONT, "size": 13, "color": INK},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "title": {"text": subtitle, "font": {"size": 13, "color": MUTED}, "x": 0, "xref": "container", "y": 1,
                      "yref": "container", "yanchor": "top", "pad": {"t": 6}, "automargin": False},
            "height": height,
            "margin": {"l": 8, "r": 16, "t": 34, "b": 8},
            "separators": get_decimal_symbol(locale) + get_group_symbol(locale),
            "showlegend": False,
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": PAPER, "bordercolor": MUTED, "font": {"color": INK, "family": FONT}},
            "annotations": annotations,
            **layout,
        },
        "config": config(translator, chart_id),
    }  # fmt: skip


def config(translator: Translator, chart_id: str) -> Figure:
    """What plotly.js may do: save the picture, and nothing that leaves the page."""
    return {
        "displaylogo": False,
        "showSendToCloud": False,
        "responsive": True,
        "locale": translator.language,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": chart_id},
    }


def category_axis(**more: Any) -> Figure:
    """An axis for periods or parts: no grid, no zoom."""
    return {
        "automargin": True,
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "linecolor": MUTED,
        "tickfont": {"color": MUTED},
        **more,
    }


def value_axis(translator: Translator, values: Sequence[float], *, labelled: bool, rank: bool = False) -> Figure:
    """An axis for values: from zero, round steps, labels in the page's language; a rank counts downwards."""
    axis: Figure = {
        "automargin": True,
        "fixedrange": True,
        "gridcolor": LINE,
        "zerolinecolor": MUTED,
        "zerolinewidth": 1,
        "tickfont": {"color": MUTED},
    }
    if rank:
        return {
            **axis,
            "autorange": "reversed",
            "dtick": max(1, math.ceil(max(values, default=1) / 5)),
            "zeroline": False,
        }
    ticks = round_steps(min([0.0, *values]), max([0.0, *values]))
    spare = (ticks[-1] - ticks[0]) * 0.06
    return {
        **axis,
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [short_number(translator, tick) for tick in ticks],
        "showticklabels": labelled,
        "range": [ticks[0] - (spare if ticks[0] < 0 else 0), max(ticks[-1], *values, 0) + spare],
    }


def round_steps(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers from at or below ``low`` to at or above ``high``.

    >>> round_steps(0, 9_500_000)
    [0.0, 2500000.0, 5000000.0, 7500000.0, 10000000.0]
    """
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / about))
    step = power * next(s for s in _STEPS if s * power >= span / about * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def short_number(translator: Translator, value: float) -> str:
    """A round number for an axis: millions in short form, as ``10 M``."""
    if abs(value) < _COMPACT_FROM:
        return translator.number(value)
    return str(format_compact_decimal(value, fraction_digits=1, locale=translator.locale))


def note(text: str, **more: Any) -> Figure:
    """A small label on the picture."""
    return {"text": text, "showarrow": False, "font": {"size": 12, "color": MUTED}, **more}


def reference_line(value: float, text: str, *, dash: str = "dash") -> tuple[Figure, Figure]:
    """A horizontal line across the picture and its label, for a target or a neutral value."""
    line = {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value,
        "line": {"color": INK, "width": 1.5, "dash": dash},
    }  # fmt: skip
    label = note(text, xref="paper", x=0, xanchor="left", y=value, yanchor="bottom", font={"size": 12, "color": INK})
    return line, label


def wrapped(text: str, width: int = 24) -> str:
    """A label broken over lines of about ``width`` signs, for an axis; markup signs are made harmless."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "<br>".join(plain(part) for part in [*lines, line])


def plain(text: str) -> str:
    """Text for plotly, which reads ``<b>`` and ``<a href>`` in any label: what an organisation typed stays text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sample_mark(translator: Translator) -> Figure:
    return {
        "text": translator.t("chart.sample-mark"),
        "showarrow": False,
        "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "textangle": -12,
        "font": {"size": 22, "color": HUES[1]}, "bgcolor": PAPER, "borderpad": 3,
        "opacity": 0.65,
        "captureevents": False,
    }  # fmt: skip
