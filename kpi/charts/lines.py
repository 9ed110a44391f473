"""Pictures of values in time: a few points, years, quarters, odd periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpi.catalogue import Band, TrafficLight
from kpi.charts import plots
from kpi.charts.plots import HUES, INK, MUTED, Figure
from kpi.charts.points import Point, number
from kpi.i18n import Translator
from kpi.parsing.periods import frequency

#: Years in which Covid measures closed venues and borders: shaded, so that a dip explains itself.
COVID = (2020, 2021)
#: From this many points on, a line says something; below, every point carries its value.
LABELLED_POINTS = 3
#: Bands of a traffic light: hues told apart with every colour vision, faint enough to read on.
LIGHTS = {"green": "#009e7326", "orange": "#e69f0026", "red": "#d55e0026"}
#: Height of a label as a part of the height of the picture.
_LABEL_HEIGHT = 0.1
#: With more Januaries than this, only they are named below a line of months.
_FEW_YEARS = 2


def line_figure(
    points: Sequence[Point],
    superseded: Sequence[Point],
    targets: Sequence[Mapping[str, Any]],
    translator: Translator,
    *,
    neutral: float | None = None,
    rank: bool = False,
    light: TrafficLight | None = None,
    **head: Any,
) -> Figure:
    """Values in time: line and markers, every value labelled when they are few, first and last when many."""
    shown = [*points, *superseded]
    axis, places = time_axis([p.period for p in shown], translator)
    xs, old_xs = places[: len(points)], places[len(points) :]
    few = len(points) <= LABELLED_POINTS
    goals = [(value, translator.t("chart.target", value=words)) for value, words in _goal_words(targets, translator)]
    if neutral is not None:
        goals.append((neutral, translator.t("chart.neutral", value=translator.number(neutral))))
    traces = [_segments(xs, points), _marks(xs, points, [g for g, _ in goals], translator, few=few)]
    traces += _whiskers(xs, points)
    if superseded:
        traces.append(_superseded(old_xs, superseded, translator))
    shapes, notes = _time_notes(axis, points, xs, translator)
    for value, text in goals:
        line, label = plots.reference_line(value, text, dash="dash")
        shapes.append(line)
        notes.append(label)
    heights = [v for p in shown for v in (p.value, p.low, p.high) if v is not None] + [v for v, _ in goals]
    colours = [(name, band) for name in LIGHTS if light and (band := getattr(light, name))]
    heights += [edge for _, band in colours for edge in (band.low, band.high) if edge is not None]
    scale = plots.value_axis(translator, heights, labelled=not few, rank=rank)
    for name, band in colours:
        shape, label = _band(name, band, scale["range"], translator)
        shapes.insert(0, shape)
        notes.append(label)
    return plots.figure(
        traces, translator, xaxis=axis, shapes=shapes, annotations=notes, yaxis=scale,
        height=240 if few else 320, **head,
    )  # fmt: skip


def time_axis(periods: Sequence[str], translator: Translator) -> tuple[Figure, list[Any]]:
    """The axis for these periods and where each stands: true distances for years, quarters, months and days."""
    kinds = {frequency(p) for p in periods}
    if kinds == {"A"}:
        return _year_axis([float(p) for p in periods], list(periods))
    if kinds <= {"Q", "S"}:
        parts = {"Q": 4, "S": 2}
        xs = [int(p[:4]) + (int(p[6]) - 1) / parts[p[5]] for p in periods]
        return _year_axis(
            xs, [translator.t(f"chart.{'quarter' if p[5] == 'Q' else 'half'}", n=p[6], year=p[:4]) for p in periods]
        )
    if kinds == {"M"}:
        years = [p for p in periods if p.endswith("-01")]
        ticks = _spread(years if len(years) > _FEW_YEARS else list(periods), 6)
        text = [translator.month(p, "MMM y") for p in ticks]
        axis = {"type": "date", "tickvals": ticks, "ticktext": text}
        return axis, list(periods)
    if kinds == {"D"}:
        text = [plots.wrapped(translator.date(p), 12) for p in periods]
        axis = {"type": "date", "tickvals": list(periods), "ticktext": text}
        return axis, list(periods)
    names = [plots.wrapped(translator.period(p), 16) for p in periods]
    order = list(dict.fromkeys(names))
    spare = [-0.5, len(order) - 0.5]
    return {"type": "category", "categoryorder": "array", "categoryarray": order, "range": spare}, names


def _year_axis(xs: list[float], names: list[str]) -> tuple[Figure, list[Any]]:
    named = dict(sorted(zip(xs, names, strict=True)))
    ticks = _spread(list(named), 8)
    spare = max(0.5, (max(xs) - min(xs)) * 0.08)
    axis = {
        "type": "linear", "tickvals": ticks, "ticktext": [named[x] for x in ticks],
        "range": [min(xs) - spare, max(xs) + spare],
    }  # fmt: skip
    return axis, [int(x) if x == int(x) else x for x in xs]


def _spread(ticks: list[Any], most: int) -> list[Any]:
    """At most so many ticks, the last always among them."""
    step = -(-len(ticks) // most)
    return ticks[::-1][::step][::-1] if step > 1 else ticks


def _segments(xs: Sequence[Any], points: Sequence[Point]) -> Figure:
    """The line; it stops before a break in the series."""
    line_x: list[Any] = []
    line_y: list[float | None] = []
    for x, point in zip(xs, points, strict=True):
        if point.breaks and line_x:
            line_x.append(x)
            line_y.append(None)
        line_x.append(x)
        line_y.append(point.value)
    return {
        "type": "scatter", "mode": "lines", "x": line_x, "y": line_y, "hoverinfo": "skip",
        "line": {"color": HUES[0], "width": 2},
    }  # fmt: skip


def _marks(
    xs: Sequence[Any], points: Sequence[Point], goals: Sequence[float], translator: Translator, *, few: bool
) -> Figure:
    last = len(points) - 1
    top = max(range(len(points)), key=lambda i: points[i].value)
    labelled = set(range(last + 1)) if few else {0, last, top}
    return {
        "type": "scatter", "mode": "markers+text", "x": list(xs), "y": [p.value for p in points],
        "text": [p.words if i in labelled else "" for i, p in enumerate(points)],
        "textposition": plots.same([_clear_side(points, i, goals) for i in range(last + 1)]),
                "marker": {
            "size": 9,
            "color": HUES[0],
            "symbol": plots.same([line_symbol(p) for p in points]),
            "line": {"width": 2, "color": HUES[0]},
        },
        "customdata": [[translator.period(p.period), p.full or p.words] for p in points],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    }  # fmt: skip


def _clear_side(points: Sequence[Point], place: int, goals: Sequence[float]) -> str:
    """Where a value's label crosses neither the line nor a target drawn just above it."""
    value, top = points[place].value, max([*(p.value for p in points), *goals])
    beside = [points[i].value for i in (place - 1, place + 1) if 0 <= i < len(points)]
    under_goal = any(0 <= goal - value < top * _LABEL_HEIGHT for goal in goals)
    rising = any(other > value * (1 + _LABEL_HEIGHT / 2) for other in beside)
    low = value < top * _LABEL_HEIGHT
    return "bottom center" if (under_goal or rising) and not low else "top center"


def line_symbol(point: Point) -> str:
    """The mark of a value: hollow while unsettled, pointing where a bound leaves it open."""
    shape = {"gt": "triangle-up", "ge": "triangle-up", "lt": "triangle-down", "le": "triangle-down"}
    return shape.get(point.qualifier, "circle") + ("-open" if point.hollow else "")


def _whiskers(xs: Sequence[Any], points: Sequence[Point]) -> list[Figure]:
    """Ranges and intervals as whiskers from low to high, with caps."""
    ranged = [(x, p) for x, p in zip(xs, points, strict=True) if p.low is not None and p.high is not None]
    if not ranged:
        return []
    return [{
        "type": "scatter", "mode": "lines+markers", "hoverinfo": "skip",
        "x": [x for place, _ in ranged for x in (place, place, None)],
        "y": [y for _, p in ranged for y in (p.low, p.high, None)],
        "line": {"color": HUES[0], "width": 1.5},
        "marker": {"symbol": "line-ew-open", "size": 12, "color": HUES[0], "line": {"width": 1.5, "color": HUES[0]}},
    }]  # fmt: skip


def _superseded(xs: Sequence[Any], points: Sequence[Point], translator: Translator) -> Figure:
    return {
        "type": "scatter", "mode": "markers+text", "x": list(xs), "y": [p.value for p in points],
        "text": [translator.t("chart.superseded", value=p.words) for p in points],
        "textposition": "top center", "textfont": {"color": MUTED},
        "marker": {"size": 9, "symbol": "diamond-open", "color": MUTED, "line": {"width": 2, "color": MUTED}},
        "customdata": [[translator.period(p.period), p.words] for p in points],
        "hovertemplate": "%{customdata[0]}<br>%{text}<extra></extra>",
    }  # fmt: skip


def _time_notes(
    axis: Figure, points: Sequence[Point], xs: Sequence[Any], translator: Translator
) -> tuple[list[Figure], list[Figure]]:
    """Shaded Covid years and marked breaks."""
    shapes: list[Figure] = []
    notes: list[Figure] = []
    if axis["type"] == "linear" and len(points) > LABELLED_POINTS:
        whole_years = all(p.period.isdigit() for p in points)
        low, high = (COVID[0] - 0.5, COVID[1] + 0.5) if whole_years else (COVID[0] - 0.125, COVID[1] + 0.875)
        if any(low < x < high for x in xs):
            shapes.append(_shade(low, high))
            notes.append(_shade_label((low + high) / 2, translator))
    elif axis["type"] == "date" and {frequency(p.period) for p in points} == {"M"}:
        shapes, notes = covid_months([p.period for p in points], translator)
    for x, point in zip(xs, points, strict=True):
        if point.breaks:
            shapes.append({
                "type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1,
                "line": {"color": MUTED, "width": 1, "dash": "dot"},
            })  # fmt: skip
            notes.append(plots.note(translator.t("chart.break"), x=x, yref="paper", y=1, xanchor="left", yanchor="top"))
    return shapes, notes


def covid_months(periods: Sequence[str], translator: Translator) -> tuple[list[Figure], list[Figure]]:
    """The months of Covid measures that a monthly picture shows, shaded and named."""
    start, end = max(f"{COVID[0]}-03", periods[0]), min(f"{COVID[1]}-12", periods[-1])
    if start >= end:
        return [], []
    return [_shade(start, end)], [_shade_label(start, translator, xanchor="left")]


def _shade(low: Any, high: Any) -> Figure:
    return {"type": "rect", "x0": low, "x1": high, "yref": "paper", "y0": 0, "y1": 1}


def _shade_label(x: Any, translator: Translator, **more: Any) -> Figure:
    return plots.note(translator.t("chart.covid"), x=x, yref="paper", y=0, yanchor="bottom", **more)


def _band(name: str, band: Band, scale: Sequence[float], translator: Translator) -> tuple[Figure, Figure]:
    """One colour of a declared traffic light behind the line, named at its edge: the word says what the colour does."""
    low = min(scale) if band.low is None else band.low
    high = max(scale) if band.high is None else band.high
    shape = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": low, "y1": high, "fillcolor": LIGHTS[name],
             "line": {"color": MUTED, "width": 0.5}}  # fmt: skip
    label = plots.note(
        translator.t(f"light.{name}"), xref="paper", x=1, xanchor="right", y=high, yanchor="top", font={"color": INK}
    )
    return shape, label


def _goal_words(targets: Sequence[Mapping[str, Any]], translator: Translator) -> list[tuple[float, str]]:
    found: dict[float, str] = {}
    for row in targets:
        value = number(row["obs_value"])
        if value is not None:
            words = translator.value(value, str(row["unit_measure"]), qualifier=str(row["qualifier"]))
            period = str(row["time_period"])
            found[value] = f"{words} ({translator.period(period)})" if period else words
    return sorted(found.items())
