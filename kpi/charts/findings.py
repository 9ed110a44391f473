"""What a picture shows, as a sentence: templates of each language filled with values, never glued words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel.lists import format_list

from kpi.charts.points import Point, number
from kpi.i18n import Translator
from kpi.parsing.periods import same_period_of, year_of
from kpi.units import by_difference

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
    change = change_words(points, unit, translator)
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


def change_words(points: Sequence[Point], unit: str, translator: Translator) -> str:
    """The change from the first to the last, relative for quantities, else their difference.

    Empty where one of them is not exact, or a break in the series lies between.
    """
    first, last = points[0], points[-1]
    if not (first.exact and last.exact) or any(point.breaks for point in points[1:]):
        return ""
    if by_difference(unit) or first.value <= 0:
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
        change = change_words(points[points.index(earlier) :], unit, translator) if earlier and other < year else ""
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


def parts_finding(
    period: str, values: Mapping[str, float], rest: float, why: str, unit: str, translator: Translator
) -> str:
    """The largest part of the latest period, and what the parts leave open and why (``not-stated``, ``withheld``)."""
    stated = sum(values.values())
    whole = stated + max(rest, 0.0)

    def share(value: float) -> str:
        return translator.value(round(value, 6), unit) if unit == "percent" else translator.percent(value / whole)

    name = max(values, key=lambda part: values[part])
    if rest > values[name]:  # the largest part may be among what is not known
        told = []
    elif period:
        when = translator.during(period)
        told = [translator.t("finding.largest-part", part=name, share=share(values[name]), when=when)]
    else:
        told = [translator.t("finding.largest-part-undated", part=name, share=share(values[name]))]
    if rest > 0:
        words = {"sum": share(stated), "rest": share(rest)}
        if told or not period:
            told.append(translator.t(f"finding.{why}", **words))
        else:
            told.append(translator.t(f"finding.{why}-when", **words, when=translator.during(period)))
    return " ".join(told)


def unshared_finding(periods: Sequence[str], translator: Translator) -> str:
    """The periods of which no shares are stated, since too much of their whole is withheld; nothing for none."""
    if not periods:
        return ""
    named = [translator.period(period) for period in sorted(periods)]
    return translator.t("finding.unshared", periods=format_list(named, locale=translator.locale))


def bars_finding(period: str, name: str, words: str, translator: Translator) -> str:
    """The largest value of the latest period."""
    if not period:
        return translator.t("finding.largest-bar-undated", part=name, value=words)
    return translator.t("finding.largest-bar", part=name, value=words, when=translator.during(period))


def moved_finding(courses: Mapping[str, Sequence[Point]], unit: str, translator: Translator) -> str:
    """The part that changed most from its first value to that of the last year; nothing where no change can be stated.

    A part without a value in the last year, such as one that is withheld, takes no part: it would tell of another time.
    """
    until = max((points[-1].period for points in courses.values() if points), default="")
    moves = {
        name: (abs(_moved(points[0], points[-1], unit)), change)
        for name, points in courses.items()
        if len(points) > 1
        and points[-1].period == until
        and (by_difference(unit) or points[0].value > 0)
        and (change := change_words(points, unit, translator))
    }
    name = max(moves, key=lambda part: moves[part][0], default="")
    if not name or moves[name][0] == 0:
        return ""
    words = {"since": translator.period(courses[name][0].period), "until": translator.period(until)}
    return translator.t("finding.moved-part", part=name, change=moves[name][1], **words)


def _moved(first: Point, last: Point, unit: str) -> float:
    return last.value - first.value if by_difference(unit) else last.value / first.value - 1


def funnel_finding(names: Sequence[str], counts: Sequence[float], still_open: float, translator: Translator) -> str:
    """What came through the last step, of all that entered, and what may still."""
    words = {
        "first": names[0], "last": names[-1],
        "entered": translator.number(counts[0]), "through": translator.number(counts[-1]),
        "share": translator.percent(counts[-1] / counts[0], 0),
    }  # fmt: skip
    told = [translator.t("finding.funnel", **words)]
    if still_open > 0:
        share = translator.percent(still_open / counts[0], 0)
        told.append(translator.t("finding.still-open", n=translator.number(still_open), share=share))
    return " ".join(told)
