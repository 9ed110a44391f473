"""Pictures of parts and of goals: one bar of 100 % a period, bars from zero, a value against its yearly target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpi.charts import plots
from kpi.charts.plots import HUES, INK, LINE, MUTED, ON_HUE, Figure
from kpi.charts.points import Point
from kpi.i18n import Translator

#: A 100 % bar tells so many parts apart; with more, each part has a bar of its own.
MOST_PARTS = len(HUES)
MOST_BARS = 15
_ROOM_FOR_VALUE = 0.14
_ROOM_FOR_MARK = 0.035
_REST = "#c3c9d0"
NO_LINE = "rgba(0,0,0,0)"

#: period -> part -> value; parts in the order in which they are drawn.
Parts = Mapping[str, Mapping[str, float]]


def parts_figure(
    names: Sequence[str], parts: Parts, rest: Mapping[str, float], left: str, translator: Translator, **head: Any
) -> Figure:
    """One horizontal bar of 100 % a period, the parts numbered in their order, what they leave open hatched.

    Args:
        names: the parts, in the order drawn.
        parts: values per period and part.
        rest: per period, what the parts leave open, in the same unit.
        left: the words for it: not stated, not shown.
        translator: words and numbers of the page.
        **head: id, subtitle and sample mark of the figure.
    """
    periods = list(parts)
    wholes = {p: sum(parts[p].values()) + max(rest.get(p, 0.0), 0.0) for p in periods}
    rows = [plots.wrapped(translator.period(p), 16) for p in periods]
    traces = []
    for place, name in enumerate(names):
        shares = [parts[p].get(name, 0.0) / wholes[p] if wholes[p] else 0.0 for p in periods]
        traces.append(
            _part(f"{place + 1}", f"{place + 1} {name}", rows, shares, translator, HUES[place], ON_HUE[place])
        )
    open_shares = [max(rest.get(p, 0.0), 0.0) / wholes[p] if wholes[p] else 0.0 for p in periods]
    if any(share > 0 for share in open_shares):
        trace = _part("?", left, rows, open_shares, translator, _REST, "#000000")
        trace["marker"]["pattern"] = {"shape": "/", "fgcolor": MUTED, "bgcolor": _REST, "size": 6}
        traces.append(trace)
    return plots.figure(
        traces, translator, barmode="stack", bargap=0.35, height=90 + 46 * len(periods),
        xaxis={"range": [0, 1], "tickvals": [0, 0.5, 1], "linecolor": LINE,
               "ticktext": [translator.percent(v) for v in (0, 0.5, 1)], "ticklabeloverflow": "allow"},
        yaxis=plots.part_axis(),
        **head,
    )  # fmt: skip


def _part(
    mark: str, name: str, rows: Sequence[str], shares: Sequence[float], translator: Translator, colour: str, on: str
) -> Figure:
    words = [translator.percent(share) for share in shares]
    return {
        "type": "bar", "orientation": "h", "name": plots.plain(name), "y": list(rows), "x": list(shares),
        "text": [_fitting(mark, word, share) for word, share in zip(words, shares, strict=True)],
        "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
        "insidetextfont": {"color": on}, "constraintext": "none",
        "marker": {"color": colour, "line": {"color": plots.PAPER, "width": 1}},
        "customdata": words,
        "hovertemplate": "%{fullData.name}<br>%{y}<br>%{customdata}<extra></extra>",
    }  # fmt: skip


def _fitting(mark: str, words: str, share: float) -> str:
    """What a part has room for: number and share, the number alone, nothing."""
    if share >= _ROOM_FOR_VALUE:
        return f"<b>{mark}</b><br>{words}"
    return f"<b>{mark}</b>" if share >= _ROOM_FOR_MARK else ""


def bars_figure(
    names: Sequence[str], values: Sequence[float], words: Sequence[str], translator: Translator, **head: Any
) -> Figure:
    """Horizontal bars from zero, one a part, each with its value at its end."""
    rows = [plots.wrapped(name, 22) for name in names]
    lines = [row.count("<br>") + 1 for row in rows]
    longest = max([*values, 0.0]) or 1.0
    trace = {
        "type": "bar", "orientation": "h", "y": rows, "x": list(values), "text": list(words),
        "textposition": "outside", "textfont": {"color": INK},
        "marker": {"color": HUES[0]}, "hovertemplate": "%{y}<br>%{text}<extra></extra>",
    }  # fmt: skip
    height = 70 + max(14 * len(rows) + 17 * sum(lines), (15 * max(lines) + 4) * len(rows))
    return plots.figure(
        [trace], translator, bargap=0.3, height=height,
        xaxis={"range": [min([0.0, *values]), longest * 1.35], "showticklabels": False,
               "zeroline": True, "zerolinecolor": MUTED, "linecolor": NO_LINE},
        yaxis=plots.part_axis(linecolor=NO_LINE),
        **head,
    )  # fmt: skip


def bullet_figure(
    points: Sequence[Point], superseded: Sequence[Point], target: float, target_words: str,
    translator: Translator, **head: Any,
) -> Figure:  # fmt: skip
    """One or two values as bars against the target that stands for every year, drawn as a line across them."""
    shown = [*superseded, *points]
    old = len(superseded)
    rows = [plots.wrapped(translator.period(p.period), 16) + (" *" if i < old else "") for i, p in enumerate(shown)]
    trace = {
        "type": "bar", "orientation": "h", "y": rows, "x": [p.value for p in shown],
        "text": [translator.t("chart.superseded", value=p.words) if i < old else p.words for i, p in enumerate(shown)],
        "textposition": "inside", "insidetextanchor": "start", "constraintext": "none",
        "insidetextfont": {"color": ["#000000" if i < old else ON_HUE[0] for i in range(len(shown))]},
        "outsidetextfont": {"color": INK},
        "marker": {"color": [_REST if i < old or p.hollow else HUES[0] for i, p in enumerate(shown)],
                   "line": {"color": HUES[0], "width": 1.5}},
        "hovertemplate": "%{y}<br>%{text}<extra></extra>",
    }  # fmt: skip
    trace["textposition"] = ["inside" if p.value >= target * 0.3 else "outside" for p in shown]
    longest = max([target, *(p.value for p in shown)])
    goal = {
        "type": "line", "layer": "above", "x0": target, "x1": target, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": INK, "width": 3},
    }  # fmt: skip
    label = plots.note(
        translator.t("chart.target", value=target_words), x=target, xanchor="right", xshift=-6,
        yref="paper", y=1, yanchor="bottom", font={"color": INK},
    )  # fmt: skip
    ticks = plots.round_steps(0.0, longest)
    return plots.figure(
        [trace], translator, bargap=0.35, height=112 + 44 * len(shown), margin={"t": 50},
        shapes=[goal], annotations=[label],
        xaxis={"range": [0, max(ticks[-1], longest * 1.02)], "tickvals": ticks,
               "ticktext": [plots.short_number(translator, tick) for tick in ticks],
               "showgrid": True, "gridcolor": LINE, "linecolor": NO_LINE},
        yaxis=plots.part_axis(),
        **head,
    )  # fmt: skip


def funnel_figure(
    names: Sequence[str], counts: Sequence[float], words: Sequence[str], still_open: float, translator: Translator,
    **head: Any,
) -> Figure:  # fmt: skip
    """A bar a step, each with its count and its share of the first; what may still arrive is hatched after the last."""
    rows = [plots.wrapped(name, 28) for name in names]
    lines = max(row.count("<br>") + 1 for row in rows)
    whole = counts[0] or 1.0
    # With something still open, its bar follows the last one: the words of the steps stay inside.
    outside = not still_open
    steps: Figure = {
        "type": "bar", "orientation": "h", "y": rows, "x": list(counts), "text": list(words), "textangle": 0,
        "textposition": ["outside" if outside and n <= whole / 2 else "inside" for n in counts],
        "textfont": {"color": INK}, "insidetextfont": {"color": ON_HUE[0]}, "insidetextanchor": "start",
        "constraintext": "none", "marker": {"color": HUES[0]}, "hovertemplate": "%{y}<br>%{text}<extra></extra>",
    }  # fmt: skip
    traces = [steps]
    if still_open > 0:
        told = translator.t("chart.still-open", n=translator.number(still_open))
        traces.append({
            "type": "bar", "orientation": "h", "y": rows[-1:], "x": [still_open], "text": [told], "textangle": 0,
            "textposition": "outside", "textfont": {"color": INK}, "hovertemplate": "%{text}<extra></extra>",
            "marker": {"color": _REST, "pattern": {"shape": "/", "fgcolor": MUTED, "bgcolor": _REST, "size": 6}},
        })  # fmt: skip
    return plots.figure(
        traces, translator, barmode="stack", bargap=0.3, height=60 + max(52, 26 * lines) * len(rows),
        xaxis={"range": [0, whole * 1.3], "showticklabels": False, "zeroline": True, "zerolinecolor": MUTED,
               "linecolor": NO_LINE},
        yaxis=plots.part_axis(linecolor=NO_LINE),
        **head,
    )  # fmt: skip
