"""Pictures of months: the season beside that of earlier years, and the sum of twelve months without it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from kpi.charts import plots
from kpi.charts.lines import covid_months, time_axis
from kpi.charts.plots import HUES, INK, MUTED, WARM_INK, Figure
from kpi.charts.points import Point
from kpi.i18n import Translator
from kpi.parsing.periods import same_period_of, year_of

WINDOW = 12
#: Last year before Covid: what "recovered" is measured against.
BASE_YEAR = 2019
_DIGITS_BELOW = 100
#: Half the height of a label at the end of a line, in parts of the gap that keeps two of them apart.
_HALF_A_LINE, _HALF_TWO_LINES = 0.4, 0.7


def season_figure(points: Sequence[Point], translator: Translator, **head: Any) -> Figure:
    """The last twelve months over the same months a year before and of 2019."""
    window = points[-WINDOW:]
    by_period = {p.period: p for p in points}
    xs = [p.period for p in window]
    last_year = year_of(window[-1].period) or BASE_YEAR
    behind = [
        ("chart.year-before", 1, HUES[1], WARM_INK, "dash"),
        *([("chart.base-year", None, MUTED, MUTED, "dot")] if last_year - 1 > BASE_YEAR else []),
    ]
    traces, notes = [], []
    for key, back, colour, ink, dash in behind:
        earlier = [by_period.get(same_period_of(x, (year_of(x) or 0) - back if back else BASE_YEAR)) for x in xs]
        if not any(earlier):
            continue
        name = translator.t(key) if back else translator.t(key, year=BASE_YEAR)
        traces.append(_plain_line(xs, earlier, name, colour, dash, translator))
        notes.append(_end_label(xs, earlier, name, ink))
    name = translator.t("chart.last-twelve-months")
    course = _plain_line(xs, window, name, HUES[0], "solid", translator)
    traces.append({**course, "line": {"color": HUES[0], "width": 2.5}})
    notes.append(_end_label(xs, window, name, HUES[0]))
    axis = {
        "type": "category", "tickvals": xs, "ticktext": _month_names(xs, translator),
        "range": [-0.5, len(xs) - 0.5],
    }  # fmt: skip
    values = [v for trace in traces for v in trace["y"] if v is not None]
    return plots.figure(
        traces, translator, xaxis=axis, yaxis=plots.value_axis(translator, values, labelled=True),
        annotations=_apart(notes, values), height=340, margin={"r": 96}, **head,
    )  # fmt: skip


def rolling_figure(points: Sequence[tuple[str, float]], translator: Translator, **head: Any) -> Figure:
    """The sum of twelve months, month by month: the level without the season."""
    xs, ys = [p for p, _ in points], [v for _, v in points]
    words = [translator.number(v, 0 if abs(v) >= _DIGITS_BELOW else None) for v in ys]
    trace = {
        "type": "scatter", "mode": "lines", "x": xs, "y": ys,
        "line": {"color": HUES[0], "width": 2},
        "customdata": words, "hovertemplate": "%{x|%B %Y}<br>%{customdata}<extra></extra>",
    }  # fmt: skip
    axis, _ = time_axis(xs, translator)
    shapes, notes = covid_months(xs, translator)
    end = plots.note(words[-1], x=xs[-1], y=ys[-1], xanchor="right", yanchor="bottom", yshift=2, font={"color": INK})
    return plots.figure(
        [trace], translator, xaxis=axis, yaxis=plots.value_axis(translator, ys, labelled=True),
        shapes=shapes, annotations=[*notes, end], height=220, **head,
    )  # fmt: skip


def rolling_sums(points: Sequence[Point]) -> list[tuple[str, float]]:
    """Sums of twelve months in a row, at the last of them; a gap gives no sum.

    Every value must be exact: a sum of bounds is no sum.
    """
    sums = []
    for end in range(WINDOW, len(points) + 1):
        window = points[end - WINDOW : end]
        first, last = (int(p.period[:4]) * 12 + int(p.period[5:7]) for p in (window[0], window[-1]))
        if last - first == WINDOW - 1 and all(p.exact for p in window):
            sums.append((window[-1].period, sum(p.value for p in window)))
    return sums


#: Lines told apart without colour: by dash and by mark.
_MARKS = {"solid": "circle", "dash": "square", "dot": "diamond"}


def _plain_line(
    xs: Sequence[str], points: Sequence[Point | None], name: str, colour: str, dash: str, translator: Translator
) -> Figure:
    return {
        "type": "scatter", "mode": "lines+markers", "name": plots.plain(name), "x": list(xs),
        "y": [p.value if p else None for p in points],
        "line": {"color": colour, "width": 1.5, "dash": dash},
        "marker": {"size": 5, "color": colour, "symbol": _MARKS[dash]},
        "text": [translator.month(x, "LLLL") for x in xs], "customdata": [p.words if p else "" for p in points],
        "hovertemplate": "%{text}, %{fullData.name}<br>%{customdata}<extra></extra>",
    }  # fmt: skip


def _end_label(xs: Sequence[str], points: Sequence[Point | None], name: str, colour: str) -> Figure:
    """The name of a line at its last known point, instead of a legend."""
    place = max(i for i, p in enumerate(points) if p)
    point = points[place]
    height = point.value if point else 0.0
    return plots.note(
        plots.wrapped(name, 14), x=len(xs) - 1, y=height, xanchor="left", xshift=8, align="left",
        font={"color": colour},
    )  # fmt: skip


def _apart(notes: list[Figure], values: Sequence[float]) -> list[Figure]:
    """Move labels at line ends up or down until none covers another, and the line of zero strikes none through."""
    gap = (max(values) - min([0.0, *values])) * 0.12 or 1.0
    for note in notes:
        clear = gap * (_HALF_TWO_LINES if "<br>" in note["text"] else _HALF_A_LINE)
        if abs(note["y"]) < clear:
            note["y"] = math.copysign(clear, note["y"])
    ordered = sorted(notes, key=lambda n: float(n["y"]))
    for below, above in pairwise(ordered):
        above["y"] = max(above["y"], below["y"] + gap)
    return notes


def _month_names(periods: Sequence[str], translator: Translator) -> list[str]:
    """Short month names; the year stands under the first and under each January."""
    return [
        translator.month(p, "MMM") + (f"<br>{p[:4]}" if i == 0 or p.endswith("-01") else "")
        for i, p in enumerate(periods)
    ]
