"""What a picture shows, as a sentence: templates of each language filled with values, never glued words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpi.charts.points import Point, number
from kpi.i18n import Translator
from kpi.parsing.periods import same_period_of, year_of

BASE_YEAR = 2019


def line_finding(points: Sequence[Point], unit: str, translator: Translator) -> str:
    """Latest against first value, with the change where both are exact; the extremes when there are many."""
    first, last = points[0], points[-1]
    words = {
        "last": last.words,
        "when_last": translator.during(last.period),
        "first": first.words,
        "when_first": translator.during(first.period),
    }
    change = change_words(first, last, unit, translator)
    told = [
        translator.t("finding.line", **words, change=change) if change else translator.t("finding.line-plain", **words)
    ]
    top, bottom = max(points, key=lambda p: p.value), min(points, key=lambda p: p.value)
    if len(points) > 3 and top.value > bottom.value and {top.period, bottom.period} != {first.period, last.period}:
        told.append(
            translator.t(
                "finding.extremes",
                top=top.words,
                when_top=translator.during(top.period),
                bottom=bottom.words,
                when_bottom=translator.during(bottom.period),
            )
        )
    return " ".join(told)


def change_words(first: Point, last: Point, unit: str, translator: Translator) -> str:
    """The change between two exact values: relative for quantities, in points for percentages; empty if none."""
    if not (first.exact and last.exact):
        return ""
    if unit == "percent":
        return translator.signed(last.value - first.value, "percent")
    if unit == "rank" or first.value <= 0:
        return translator.signed(last.value - first.value, unit)
    return translator.signed_percent(last.value / first.value - 1)


def season_finding(points: Sequence[Point], unit: str, translator: Translator) -> str:
    """The latest month against the same month a year before and of 2019."""
    last = points[-1]
    by_period = {p.period: p for p in points}
    year = year_of(last.period) or 0
    told = [translator.t("finding.latest", last=last.words, when_last=translator.during(last.period))]
    for other in dict.fromkeys((year - 1, BASE_YEAR)):
        earlier = by_period.get(same_period_of(last.period, other))
        change = change_words(earlier, last, unit, translator) if earlier and other < year else ""
        if earlier and change:
            told.append(
                translator.t(
                    "finding.against", change=change, period=translator.period(earlier.period), value=earlier.words
                )
            )
    return " ".join(told)


def rolling_finding(sums: Sequence[tuple[str, float]], unit: str, translator: Translator) -> str:
    """The latest sum of twelve months against the one a year before."""
    period, value = sums[-1]
    words = {"value": translator.value(value, unit, decimals=0), "period": translator.period(period)}
    earlier = dict(sums).get(same_period_of(period, (year_of(period) or 0) - 1))
    if not earlier:
        return translator.t("finding.rolling-plain", **words)
    return translator.t("finding.rolling", **words, change=translator.signed_percent(value / earlier - 1))


def target_finding(last: Point, target: Mapping[str, Any], unit: str, translator: Translator) -> str:
    """The latest value against a target without a date or for every year."""
    goal = number(target["obs_value"]) or 0.0
    words = {
        "last": last.words,
        "when_last": translator.during(last.period),
        "target": translator.value(goal, unit, qualifier=str(target["qualifier"])),
    }
    if not (last.exact and goal):
        return translator.t("finding.target-plain", **words)
    share = translator.percent(last.value / goal, 0)
    if "every-year" in str(target.get("flags", "")).split():
        return translator.t("finding.yearly-target", **words, share=share)
    return translator.t("finding.target", **words, share=share)


def parts_finding(period: str, values: Mapping[str, float], rest: float, unit: str, translator: Translator) -> str:
    """The largest part of the latest period, and what the parts leave open; shares as they are printed."""
    stated = sum(values.values())
    whole = stated + max(rest, 0.0)

    def share(value: float) -> str:
        return translator.value(round(value, 6), unit) if unit == "percent" else translator.percent(value / whole)

    name = max(values, key=lambda part: values[part])
    if period:
        when = translator.during(period)
        told = [translator.t("finding.largest-part", part=name, share=share(values[name]), when=when)]
    else:
        told = [translator.t("finding.largest-part-undated", part=name, share=share(values[name]))]
    if rest > 0:
        told.append(translator.t("finding.rest", sum=share(stated), rest=share(rest)))
    return " ".join(told)


def bars_finding(period: str, name: str, words: str, translator: Translator) -> str:
    """The largest value of the latest period."""
    if not period:
        return translator.t("finding.largest-bar-undated", part=name, value=words)
    return translator.t("finding.largest-bar", part=name, value=words, when=translator.during(period))
