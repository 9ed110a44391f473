"""Small multiples: the course of each part in a picture of its own, all on the same axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpi.charts import plots
from kpi.charts.lines import COVID, line_symbol, time_axis
from kpi.charts.plots import HUES, INK, Figure
from kpi.charts.points import Point
from kpi.i18n import Translator

MOST_PANELS = 9
#: Side by side where the screen is wide; ``static/report.js`` sets fewer on a small one.
COLUMNS = 3
#: Widths and heights in parts of the picture and in pixels; report.js knows the same.
_GAP, _ROW, _TOP = 0.06, 165, 40
#: Part of a row's height that its title takes.
_TITLE = 0.36


def panels_figure(
    parts: Mapping[str, Sequence[Point]], goals: Mapping[str, float], translator: Translator, **head: Any
) -> Figure:
    """A line a part over the same years and from the same zero, its last value beside it.

    Args:
        parts: name -> points, in the order drawn.
        goals: name -> target, drawn dashed in the panel of the part.
        translator: words and numbers of the page.
        **head: id, subtitle and sample mark of the figure.
    """
    periods = sorted({p.period for points in parts.values() for p in points})
    axis, places = time_axis(periods, translator)
    place = dict(zip(periods, places, strict=True))
    heights = [v for points in parts.values() for p in points for v in (p.value, p.low, p.high) if v is not None]
    values = plots.value_axis(translator, [*heights, *goals.values()], labelled=True)
    ends = {"tickvals": [places[0], places[-1]], "ticktext": [translator.period(p) for p in (periods[0], periods[-1])]}
    values |= {"tickvals": values["tickvals"][:: len(values["tickvals"]) - 1]}
    values |= {"ticktext": [plots.short_number(translator, tick) for tick in values["tickvals"]]}
    rows = -(-len(parts) // COLUMNS)
    layout: Figure = {"meta": {"panels": len(parts)}, "height": _TOP + _ROW * rows}
    shapes, notes, traces = [], [], []
    for place_of, (name, points) in enumerate(parts.items()):
        n = "" if place_of == 0 else str(place_of + 1)
        across, down = panel_domain(place_of, COLUMNS, rows)
        layout[f"xaxis{n}"] = {**axis, **ends, "domain": across, "anchor": f"y{n}"}
        layout[f"yaxis{n}"] = {**values, "domain": down, "anchor": f"x{n}", "showticklabels": place_of % COLUMNS == 0}
        traces.append(_line([place[p.period] for p in points], points, name, n, max(heights)))
        notes.append(plots.note(
            _title(name), xref=f"x{n} domain", yref=f"y{n} domain", x=0, y=1.04, xanchor="left",
            yanchor="bottom", align="left", font={"color": INK},
        ))  # fmt: skip
        if any(COVID[0] <= x <= COVID[1] for x in places):
            shapes.append({
                "type": "rect", "xref": f"x{n}", "yref": f"y{n} domain", "x0": COVID[0] - 0.5, "x1": COVID[1] + 0.5,
                "y0": 0, "y1": 1,
            })  # fmt: skip
        if name in goals:
            goal = goals[name]
            words = translator.t("chart.target", value=plots.short_number(translator, goal))
            shapes.append({
                "type": "line", "layer": "above", "xref": f"x{n} domain", "yref": f"y{n}",
                "x0": 0, "x1": 1, "y0": goal, "y1": goal,
                "line": {"color": INK, "width": 1.5, "dash": "dash"},
            })  # fmt: skip
            notes.append(plots.note(words, xref=f"x{n} domain", yref=f"y{n}", x=0, y=goal, xanchor="left",
                                    yanchor="bottom", font={"color": INK, "size": 11}))  # fmt: skip
    return plots.figure(traces, translator, shapes=shapes, annotations=notes, **layout, **head)


def panel_domain(place: int, columns: int, rows: int) -> tuple[list[float], list[float]]:
    """Where a panel stands, from left to right and from the top, in parts of the picture.

    >>> panel_domain(4, 3, 2)
    ([0.3533, 0.6467], [0.0, 0.32])
    """
    row, column = divmod(place, columns)
    step, height = (1 + _GAP) / columns, 1 / rows
    left, below = column * step, 1 - (row + 1) * height
    return [round(left, 4), round(left + step - _GAP, 4)], [round(below, 4), round(below + height * (1 - _TITLE), 4)]


def _title(name: str) -> str:
    """A name over two lines at most."""
    lines = plots.wrapped(name, 24).split("<br>")
    return "<br>".join(lines[:2]) + ("…" if len(lines) > 2 else "")


def _beside(ys: Sequence[float | None], top: float) -> str:
    """Where the last value stands clear of line and axis: below a fall that ends high up in the panel, else above."""
    known = [y for y in ys if y is not None]
    falls = len(known) > 1 and known[-1] < known[-2] and known[-1] > top / 3
    return "bottom center" if falls else "top center"


def _line(xs: Sequence[Any], points: Sequence[Point], name: str, n: str, top: float) -> Figure:
    last = len(points) - 1
    ys: list[float | None] = [p.value for p in points]
    return {
        "type": "scatter", "mode": "lines+markers+text", "name": plots.plain(name),
        "x": list(xs), "y": ys, "xaxis": f"x{n}", "yaxis": f"y{n}",
        "text": [p.words if i == last else "" for i, p in enumerate(points)], "textposition": _beside(ys, top),
        "line": {"color": HUES[0], "width": 1.5},
        "marker": {"size": 5, "color": HUES[0], "symbol": plots.same([line_symbol(p) for p in points])},
        "customdata": [p.words for p in points],
        "hovertemplate": "%{fullData.name}<br>%{x:d}<br>%{customdata}<extra></extra>",
    }  # fmt: skip
