"""The picture of a series or a breakdown, chosen by the shape of its data; one value is no picture."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kpi.briefing import Breakdown, Series
from kpi.catalogue import Catalogue, Indicator, TrafficLight
from kpi.charts import bars, findings, lines, panels, plots, seasons
from kpi.charts.plots import Figure
from kpi.charts.points import (
    Point,
    dated_targets,
    number,
    point_of,
    points_of,
    records,
    standing_targets,
    value_words,
    where_words,
)
from kpi.derive import PRINTED
from kpi.i18n import Translator
from kpi.observations import TOTAL
from kpi.parsing.periods import frequency

_BULLET_POINTS = 2
_SHOWN_PERIODS = 4
_COURSE_PERIODS = 3
_COURSE_PARTS = 2
_SUMMABLE = "sum"


@dataclass(frozen=True)
class Chart:
    """A picture with what stands for it in words.

    Attributes:
        id: derived from what is shown, so that equal runs give equal pages.
        figure: ``data``, ``layout`` and ``config`` for plotly.js.
        finding: the sentence a reader should take away.
        description: what stands for the picture where it cannot be seen.
        key: number or sign, words and colour of each part, where the picture has no room for words.
        cells: name and value a row, for a picture of more than one series.
        title: of these rows.
    """

    id: str
    figure: Figure
    finding: str
    description: str
    key: tuple[tuple[str, str, str], ...] = ()
    cells: tuple[tuple[str, str], ...] = ()
    title: str = ""


def chart_for(
    series: Series | Breakdown,
    *,
    targets: pd.DataFrame,
    catalogue: Catalogue,
    translator: Translator,
    light: TrafficLight | None = None,
) -> Chart | None:
    """The picture that the shape of the data asks for; None where a single figure says it all."""
    if isinstance(series, Breakdown):
        return _breakdown_chart(series, targets, catalogue, translator)
    points = points_of(series.rows, series.indicator, translator)
    superseded = points_of(series.superseded, series.indicator, translator)
    if len({point.period for point in points}) < _BULLET_POINTS:
        return None
    name = _name(series, catalogue, translator)
    chart_id, subtitle = _series_id(series), _subtitle(series, catalogue, translator)
    head: dict[str, Any] = {"chart_id": chart_id, "subtitle": subtitle, "sample": series.sample}
    unit = _unit(series)
    own = _own_targets(series, targets)
    if series.freq == "M" and len(points) > seasons.WINDOW:
        figure = seasons.season_figure(points, translator, **head)
        return _chart(chart_id, figure, findings.season_finding(points, unit, translator), name, points, translator)
    standing = standing_targets(own)
    if standing and len(points) <= _BULLET_POINTS and unit != "rank" and series.kind == "actual":
        goal = standing[-1]
        words = translator.value(number(goal["obs_value"]), unit, qualifier=str(goal["qualifier"]))
        figure = bars.bullet_figure(points, superseded, number(goal["obs_value"]) or 0.0, words, translator, **head)
        finding = findings.target_finding(points[-1], goal, unit, translator)
        if len(points) > 1:
            finding = f"{findings.line_finding(points, unit, translator)} {finding}"
        return _chart(chart_id, figure, finding, name, points, translator)
    figure = lines.line_figure(
        points, superseded, [*standing, *dated_targets(own)], translator,
        neutral=series.indicator.neutral_value, rank=unit == "rank",
        light=light if unit == series.indicator.unit else None, **head,
    )  # fmt: skip
    return _chart(chart_id, figure, findings.line_finding(points, unit, translator), name, points, translator)


def rolling_chart(series: Series, *, catalogue: Catalogue, translator: Translator) -> Chart | None:
    """Sums of twelve months of a monthly series that may be added up; None for any other."""
    if series.freq != "M" or series.indicator.aggregation != _SUMMABLE:
        return None
    points = points_of(series.rows, series.indicator, translator)
    sums = seasons.rolling_sums(points)
    if len(sums) < _BULLET_POINTS:
        return None
    chart_id = _series_id(series) + "-rolling"
    unit_words = catalogue.label("unit", _unit(series), translator.language)
    subtitle = plots.plain(translator.t("chart.rolling-subtitle", unit=unit_words))
    figure = seasons.rolling_figure(sums, translator, chart_id=chart_id, subtitle=subtitle, sample=series.sample)
    finding = findings.rolling_finding(sums, _unit(series), translator)
    name = translator.t("chart.rolling-name", name=_name(series, catalogue, translator))
    return Chart(chart_id, figure, finding, translator.n("chart.description", len(sums), name=name, finding=finding))


def _chart(
    chart_id: str, figure: Figure, finding: str, name: str, points: Sequence[Point], translator: Translator
) -> Chart:
    return Chart(chart_id, figure, finding, translator.n("chart.description", len(points), name=name, finding=finding))


# --- breakdowns ------------------------------------------------------------------------------------


def _breakdown_chart(
    breakdown: Breakdown, targets: pd.DataFrame, catalogue: Catalogue, translator: Translator
) -> Chart | None:
    parts, words = _parts(breakdown, catalogue, translator)
    if breakdown.closes:  # where nothing was counted, or nothing of it may be shown, nothing has a share
        parts = {period: found for period, found in parts.items() if any(found.values())}
    if not parts:
        return None
    shared = {period: found for period, found in parts.items() if period not in breakdown.unknown}
    periods = list(shared or parts)[-_SHOWN_PERIODS:]
    latest = periods[-1]
    names = sorted(parts[latest], key=lambda part: -parts[latest][part])
    late = {part for period in periods for part in parts[period]} - set(names)
    names += sorted(late)
    chart_id = chart_id_of(
        breakdown.indicator, f"by-{breakdown.dimension}", breakdown.source, str(breakdown.sample), latest
    )
    title = dimension_title(breakdown.dimension, catalogue, translator.language)
    name = translator.t("chart.by", name=_name(breakdown, catalogue, translator), dimension=title)
    area = where_words(breakdown.part, catalogue, translator.language)
    unit = str(breakdown.rows["unit_measure"].iloc[-1])
    head: dict[str, Any] = {"chart_id": chart_id, "sample": breakdown.sample}
    left = float(breakdown.rest.get(latest, 0.0))
    # What a document leaves open it did not state; of a delivery all is known, and not all may be shown.
    why = "not-stated" if breakdown.source in PRINTED else "withheld"
    unshared = findings.unshared_finding([p for p in breakdown.unknown if p >= periods[0]], translator)
    if breakdown.closes and shared and len(names) <= bars.MOST_PARTS:
        subtitle = _joined(translator.t("chart.share-of-whole", dimension=title), area)
        shown = {period: parts[period] for period in periods}
        figure = bars.parts_figure(
            names, shown, breakdown.rest, translator.t(f"part.{why}"), translator, subtitle=subtitle, **head
        )
        finding = findings.parts_finding(latest, parts[latest], left, why, unit, translator)
        finding = f"{finding} {unshared}".strip()
        key = tuple((str(i + 1), part, plots.HUES[i]) for i, part in enumerate(names))
        if left > 0:
            key = (*key, ("?", translator.t(f"part.{why}"), ""))
        described = translator.n("chart.description", len(names), name=name, finding=finding)
        return Chart(chart_id, figure, finding, described, key)
    names = [part for part in names if part in parts[latest]]
    unit_words = catalogue.label("unit", unit, translator.language)
    finding = findings.bars_finding(latest, names[0], words[latest, names[0]], translator)
    if breakdown.closes:  # of a whole that is not known no part is called the largest
        finding = findings.parts_finding(latest, parts[latest], left, why, unit, translator) if shared else ""
        finding = f"{finding} {unshared}".strip()
    courses = _courses(breakdown, names, catalogue, translator)
    if courses:
        told = [title, area, unit_words]
        if len(courses) < len(names):
            told.append(translator.t("chart.largest-of", n=len(courses), all=len(names)))
        subtitle = _joined(*told)
        goals = _part_goals(breakdown, targets, catalogue, translator)
        figure = panels.panels_figure(courses, goals, translator, subtitle=subtitle, **head)
        moved = findings.moved_finding(courses, unit, translator)
        finding = f"{finding} {moved}".strip()
    else:
        names = names[: bars.MOST_BARS]
        subtitle = _joined(title, area, unit_words, translator.period(latest))
        values = [parts[latest][part] for part in names]
        figure = bars.bars_figure(
            names, values, [words[latest, part] for part in names], translator, subtitle=subtitle, **head
        )
    return Chart(chart_id, figure, finding, translator.n("chart.description", len(names), name=name, finding=finding))


def _parts(
    breakdown: Breakdown, catalogue: Catalogue, translator: Translator
) -> tuple[dict[str, dict[str, float]], dict[tuple[str, str], str]]:
    """Values and their words per period and part, oldest period first; superseded values are left out."""
    parts: dict[str, dict[str, float]] = {}
    words: dict[tuple[str, str], str] = {}
    for row in records(breakdown.rows):
        point = number(row["obs_value"])
        if point is None:
            point = number(row["value_low"])
        if point is None or "superseded" in str(row["flags"]).split():
            continue
        period = str(row["time_period"])
        part = catalogue.label(breakdown.dimension, str(row[breakdown.dimension]), translator.language)
        parts.setdefault(period, {})[part] = point
        words[period, part] = value_words(row, breakdown.indicator, translator)
    return parts, words


def _courses(
    breakdown: Breakdown, names: Sequence[str], catalogue: Catalogue, translator: Translator
) -> dict[str, list[Point]]:
    """The course of the largest parts, where years enough are known for a course to say more than bars."""
    rows = [r for r in records(breakdown.rows) if "superseded" not in str(r["flags"]).split()]
    years = {str(r["time_period"]) for r in rows}
    if len(years) < _COURSE_PERIODS or len(names) < _COURSE_PARTS or any(frequency(year) != "A" for year in years):
        return {}
    found: dict[str, list[Point]] = {name: [] for name in names[: panels.MOST_PANELS]}
    for row in rows:
        name = catalogue.label(breakdown.dimension, str(row[breakdown.dimension]), translator.language)
        point = point_of(row, breakdown.indicator, translator)
        if name in found and point is not None:
            found[name].append(point)
    return found


def _part_goals(
    breakdown: Breakdown, targets: pd.DataFrame, catalogue: Catalogue, translator: Translator
) -> dict[str, float]:
    """The last declared target of each part, in the unit of the breakdown."""
    if targets.empty or breakdown.dimension not in targets:
        return {}
    unit = str(breakdown.rows["unit_measure"].iloc[-1])
    return {
        catalogue.label(breakdown.dimension, str(row[breakdown.dimension]), translator.language): value
        for row in records(targets)
        if row["unit_measure"] in {unit, "per_year"}
        and row[breakdown.dimension] != TOTAL
        and (value := number(row["obs_value"])) is not None
    }


def dimension_title(dimension: str, catalogue: Catalogue, language: str) -> str:
    """What a dimension is called: the title of the code list of its name."""
    return next((c.title[language] for c in catalogue.code_lists if c.id == dimension), dimension)


# --- names and ids ---------------------------------------------------------------------------------


def _unit(series: Series) -> str:
    return str(series.latest["unit_measure"]) or series.indicator.unit


def _name(subject: Series | Breakdown, catalogue: Catalogue, translator: Translator) -> str:
    label = subject.indicator.label[translator.language]
    part = where_words(subject.part, catalogue, translator.language)
    return translator.t("chart.part-of", name=label, part=part) if part else label


def _subtitle(series: Series, catalogue: Catalogue, translator: Translator) -> str:
    """Unit, slice and kind: what the axis counts."""
    unit = catalogue.label("unit", _unit(series), translator.language)
    kind = "" if series.kind == "actual" else catalogue.label("measure", series.kind, translator.language)
    return _joined(unit, where_words(series.part, catalogue, translator.language), kind)


def _joined(*told: str) -> str:
    return plots.wrapped(" · ".join(filter(None, told)), 60)


def _own_targets(series: Series, targets: pd.DataFrame) -> pd.DataFrame:
    """Targets in the unit of the series and for its dimensions (or for the total)."""
    if targets.empty:
        return targets
    unit = _unit(series)
    keep = targets["unit_measure"].isin([unit, "per_year"])
    for dim, code in series.where.items():
        if dim in targets:
            keep &= targets[dim].isin([code, TOTAL])
    return targets[keep]


def _series_id(series: Series) -> str:
    where = "-".join(f"{dim}-{code}" for dim, code in sorted(series.where.items()))
    rest = (
        series.ref_area,
        series.flow,
        series.kind,
        series.source,
        str(series.sample),
        str(series.latest["time_period"]),
    )
    return chart_id_of(series.indicator, where or "total", series.freq or "undated", *rest)


def chart_id_of(indicator: Indicator, *parts: str) -> str:
    """An id a person can read, made unique by a digest of everything that tells one picture from another."""
    digest = hashlib.sha256("|".join((indicator.id, *parts)).encode()).hexdigest()[:6]
    readable = re.sub(r"[^a-z0-9]+", "-", f"{indicator.id}-{parts[0]}".lower()).strip("-")
    return f"chart-{readable}-{digest}"
