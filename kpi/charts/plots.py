"""The look that all charts share: plotly figures as plain dictionaries, small enough to stand in a page.

Nothing here imports plotly: a figure is JSON for plotly.js, which draws it in the page and in
JupyterLab alike. Colours are fixed names of one palette, so that the page can exchange ink and
paper for its dark and printed forms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from babel.numbers import format_compact_decimal, get_decimal_symbol, get_group_symbol

from kpi.i18n import Translator

INK = "#1c2024"
MUTED = "#59626d"
LINE = "#d9dde2"
PAPER = "#fdfdfb"
#: The second hue as ink: words in it are read on paper, the hue itself is too light for them.
WARM_INK = "#a63f00"
#: Okabe and Ito's hues, told apart with every common colour vision; the first three have 3:1 on paper.
HUES = ("#0072b2", "#d55e00", "#009e73", "#e69f00", "#56b4e9", "#cc79a7", "#f0e442")
#: Text that stands on a hue; the first is white by a name of its own, because that hue is lighter in the dark.
ON_HUE = ("#fffffe", "#000000", "#000000", "#000000", "#000000", "#000000", "#000000")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"
#: Name of the mark on made-up numbers.
SAMPLE = "sample"
#: What every hover text ends with: no second box with the name of the trace.
NO_BOX = "<extra></extra>"
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
    """Traces in the shared look: no frame, thin grid, the unit as subtitle, the page's number marks.

    What all charts of a language have in common is ``layout.template``, one object; a page
    leaves it out and takes it from the site's assets, see :func:`lean`.
    """
    annotations = layout.pop("annotations", [])
    if sample:
        mark = sample_mark(translator)
        subtitle = _marked(mark) + subtitle
        annotations = [*annotations, mark]
    if annotations:
        layout["annotations"] = annotations
    return {
        "data": data,
        "layout": {"template": template(translator), "title": {"text": subtitle}, "height": height, **layout},
        "config": {**config(translator), "toImageButtonOptions": {"format": "svg", "filename": chart_id}},
    }


@lru_cache(maxsize=4)
def template(translator: Translator) -> Figure:
    """The look of every chart in a language, as plotly's own kind of template."""
    locale = translator.locale
    quiet = {"automargin": True, "fixedrange": True, "tickfont": {"color": MUTED}}
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": INK},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "title": {"font": {"size": 13, "color": MUTED}, "x": 0, "xref": "container", "y": 1,
                      "yref": "container", "yanchor": "top", "pad": {"t": 6}, "automargin": False},
            "margin": {"l": 8, "r": 16, "t": 34, "b": 8},
            "separators": get_decimal_symbol(locale) + get_group_symbol(locale),
            "showlegend": False,
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": PAPER, "bordercolor": MUTED, "font": {"color": INK, "family": FONT}},
            "annotationdefaults": {"showarrow": False, "font": {"size": 12, "color": MUTED}},
            "shapedefaults": {"layer": "below", "fillcolor": f"{MUTED}1a", "line": {"width": 0}},
            "xaxis": {**quiet, "showgrid": False, "zeroline": False, "linecolor": MUTED, "tickangle": 0},
            "yaxis": {**quiet, "gridcolor": LINE, "zerolinecolor": MUTED, "zerolinewidth": 1},
        },
        "data": {"scatter": [{"cliponaxis": False, "textfont": {"color": INK}}], "bar": [{"cliponaxis": False}]},
    }  # fmt: skip


def config(translator: Translator) -> Figure:
    """What plotly.js may do: save the picture, and nothing that leaves the page."""
    return {
        "displaylogo": False,
        "showSendToCloud": False,
        "responsive": True,
        "locale": translator.language,
        "modeBarButtons": [["toImage"]],
    }


def lean(chart: Figure) -> Figure:
    """What a page must say of a figure: what is its own, in coordinates no finer than can be seen.

    Of later axes, and of traces, shapes and labels that are ``alike``, it keeps what differs from
    the first; places of panels follow from their number, labels of years from the years, the words on
    made-up numbers from their mark; labels that repeat what the pointer tells are numbers of points.
    ``static/report.js`` puts the rest back.

    >>> lean({"data": [{"y": [7000000.0, 0.123456789]}], "layout": {"height": 240, "template": {}}, "config": {}})
    {'data': [{'y': [7000000, 0.123457]}], 'layout': {'height': 240}}
    """
    whole = chart["layout"]
    layout = {name: _own(name, value, whole) for name, value in whole.items() if name != "template"}
    for mark in (note for note in whole.get("annotations", ()) if note.get("name") == SAMPLE):
        layout["meta"] = {**layout.get("meta", {}), SAMPLE: True}
        layout["title"] = {"text": whole["title"]["text"].removeprefix(_marked(mark))}
    return rounded({"data": _traces(chart["data"]), "layout": layout})  # type: ignore[no-any-return]


def _traces(data: Sequence[Figure]) -> Any:
    """Traces by what differs; of unlike ones, places (``x``, ``y``) that are the first one's are told as 0."""
    short = _alike([_short(trace) for trace in data])
    if isinstance(short, dict):
        return short
    first, *others = short
    return [first, *({k: 0 if k in {"x", "y"} and v == first.get(k) else v for k, v in t.items()} for t in others)]


def _short(trace: Figure) -> Figure:
    """A trace without the end that all hover texts have, and with labels as places in what the pointer tells."""
    told, labels = trace.get("customdata"), trace.get("text")
    short = dict(trace)
    if "hovertemplate" in trace:
        short["hovertemplate"] = trace["hovertemplate"].removesuffix(NO_BOX)
    if isinstance(told, list) and isinstance(labels, list) and len(told) == len(labels):
        words = [entry[-1] if isinstance(entry, list) else entry for entry in told]
        if all(label in {"", word} for label, word in zip(labels, words, strict=True)):
            short["text"] = [place for place, label in enumerate(labels) if label]
    return short


def _own(name: str, value: Any, layout: Figure) -> Any:
    if name in {"shapes", "annotations"}:
        return _alike([entry for entry in value if entry.get("name") != SAMPLE])
    if "axis" not in name:
        return value
    first = name[-1].isalpha()
    axis = value if first else _unlike(value, layout[name.rstrip("0123456789")])
    left = {"domain", "anchor", "showticklabels"} if "panels" in layout.get("meta", {}) else set()
    if first and axis.get("ticktext") == [str(rounded(tick)) for tick in axis.get("tickvals", ())]:
        left |= {"ticktext"}
    return {key: entry for key, entry in axis.items() if key not in left}


def _alike(entries: Sequence[Figure]) -> Any:
    """The first whole, the others by what differs from it, where all say the same things."""
    first = entries[0] if entries else {}
    if len(entries) < 2 or any(entry.keys() != first.keys() for entry in entries):
        return entries
    return {"alike": [first, *(_unlike(entry, first) for entry in entries[1:])]}


def _unlike(value: Figure, first: Figure) -> Figure:
    return {key: entry for key, entry in value.items() if key not in first or first[key] != entry}


def rounded(value: Any) -> Any:
    """Numbers as a page tells them: six significant digits, no finer than can be seen."""
    if isinstance(value, float):
        short = float(f"{value:.6g}")
        return int(short) if short.is_integer() else short
    if isinstance(value, dict):
        return {name: rounded(entry) for name, entry in value.items()}
    return [rounded(entry) for entry in value] if isinstance(value, list | tuple) else value


def same(values: Sequence[str]) -> str | list[str]:
    """One word for all where all are the same, as plotly reads it."""
    return values[0] if len(set(values)) == 1 else list(values)


def part_axis(**more: Any) -> Figure:
    """A vertical axis of periods or parts, the first at the top: no grid, no zero."""
    return {
        "type": "category", "autorange": "reversed", "ticks": "", "showgrid": False, "zeroline": False,
        "linecolor": MUTED, **more,
    }  # fmt: skip


def value_axis(translator: Translator, values: Sequence[float], *, labelled: bool, rank: bool = False) -> Figure:
    """An axis for values: from zero, round steps, labels in the page's language; a rank counts downwards."""
    if rank:
        last = max(values, default=1)
        return {"range": [last + max(1.0, last * 0.08), 0], "tick0": 1, "dtick": max(1, math.ceil(last / 5)),
                "zeroline": False}  # fmt: skip
    ticks = round_steps(min([0.0, *values]), max([0.0, *values]))
    spare = (ticks[-1] - ticks[0]) * 0.06
    return {
        "tickvals": ticks,
        "ticktext": [short_number(translator, tick) for tick in ticks],
        **({} if labelled else {"showticklabels": False}),
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
    return {"text": text, **more}


def reference_line(value: float, text: str, *, dash: str = "dash") -> tuple[Figure, Figure]:
    """A horizontal line across the picture and its label, for a target or a neutral value."""
    line = {
        "type": "line", "layer": "above", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value,
        "line": {"color": INK, "width": 1.5, "dash": dash},
    }  # fmt: skip
    label = note(text, xref="paper", x=0, xanchor="left", y=value, yanchor="bottom", font={"color": INK})
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


def _marked(mark: Figure) -> str:
    return f'<span style="color:{WARM_INK}"><b>{mark["text"]}</b></span> · '


def sample_mark(translator: Translator) -> Figure:
    """Across the whole picture, so that it goes wherever the picture is pasted; faint, so that nothing hides."""
    return {
        "text": translator.t("chart.sample-mark"), "name": SAMPLE, "textangle": -14, "captureevents": False,
        "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "font": {"size": 30, "color": WARM_INK}, "opacity": 0.22,
    }  # fmt: skip
