"""Tidy rows as points of a picture or lines of a table: where they stand in time, what they say, how sure they are."""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue, Indicator
from kpi.i18n import Translator
from kpi.intervals import interval_of
from kpi.maturity import IMMATURE
from kpi.observations import REGION, TOTAL
from kpi.parsing.periods import frequency

#: Observation status and measures that are not (yet) a settled, counted value: drawn hollow.
UNSETTLED_STATUS = frozenset("EPFU")
UNSETTLED_MEASURES = frozenset({"estimate", "planned", "forecast"})
BREAK_STATUS = "B"
_WHOLE_EUROS_FROM = 1000
_NOT_EXACT = frozenset({"gt", "ge", "lt", "le", "range", "approx"})


@dataclass(frozen=True)
class Point:
    """One value: ``value`` is what is drawn (the middle of a range), ``words`` what is printed beside it.

    ``full`` are the words with numerator, base and interval, for a proportion on a small base; ``low`` and
    ``high`` are then the ends of the interval.
    """

    period: str
    value: float
    low: float | None
    high: float | None
    qualifier: str
    words: str
    settled: bool
    breaks: bool
    full: str = ""

    @property
    def exact(self) -> bool:
        """Whether differences from it mean something: no bound and no range."""
        return self.qualifier in {"eq", "approx", ""}

    @property
    def hollow(self) -> bool:
        """Whether it is drawn hollow: estimated, provisional, planned, or only about right."""
        return not self.settled or self.qualifier in _NOT_EXACT


#: Rows already read, by identity of their frame: a page looks at the same few frames many times.
_READ: dict[int, tuple[weakref.ref[pd.DataFrame], list[dict[str, Any]]]] = {}


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain dictionaries, read once a frame: frames are wide, and pandas is slow at few rows.

    The frames of a briefing are never changed; neither may be what this returns.
    """
    known = _READ.get(id(rows))
    if known is not None and known[0]() is rows:
        return known[1]
    names = [str(column) for column in rows.columns]
    read = [dict(zip(names, row, strict=True)) for row in rows.to_numpy(dtype="object").tolist()]
    identity = id(rows)
    _READ[identity] = (weakref.ref(rows, lambda _: _READ.pop(identity, None)), read)
    return read


def points_of(
    rows: pd.DataFrame | Iterable[Mapping[str, Any]], indicator: Indicator, translator: Translator
) -> list[Point]:
    """One point a row that has a number, in the order of the rows."""
    listed = records(rows) if isinstance(rows, pd.DataFrame) else rows
    found = (point_of(row, indicator, translator) for row in listed)
    return [point for point in found if point is not None]


def point_of(row: Mapping[str, Any], indicator: Indicator, translator: Translator) -> Point | None:
    """The point of one tidy row; None when it holds no number."""
    value, low, high = (number(row.get(name)) for name in ("obs_value", "value_low", "value_high"))
    qualifier = str(row.get("qualifier") or "eq")
    drawn = value
    if drawn is None and low is not None and high is not None:
        drawn = (low + high) / 2
    if drawn is None:
        drawn = low if low is not None else high
    if drawn is None:
        return None
    interval = interval_of(row, indicator.interval_below)
    words = value_words(row, indicator, translator)
    if interval:
        low, high = interval
    return Point(
        period=str(row["time_period"]),
        value=drawn,
        low=low,
        high=high,
        qualifier=qualifier,
        words=words,
        settled=row.get("obs_status") not in UNSETTLED_STATUS
        and row.get("measure") not in UNSETTLED_MEASURES
        and IMMATURE not in str(row.get("flags") or "").split(),
        breaks=row.get("obs_status") == BREAK_STATUS,
        full=full_words(row, indicator, translator) if interval else words,
    )


def full_words(row: Mapping[str, Any], indicator: Indicator, translator: Translator) -> str:
    """The value of a row in words; a proportion on a small base with what it counts and its 95 % interval."""
    words, interval = value_words(row, indicator, translator), interval_of(row, indicator.interval_below)
    if interval is None:
        return words
    top, base = (translator.number(number(row.get(name))) for name in ("numerator", "denominator"))
    low, high = (translator.number(round(edge)) for edge in interval)
    return translator.t("interval.words", value=words, top=top, base=base, low=low, high=high)


def value_words(row: Mapping[str, Any], indicator: Indicator, translator: Translator) -> str:
    """The value of a row in words; a computed one with the digits the catalogue declares, large sums in whole euros."""
    value, decimals = number(row.get("obs_value")), None
    if "computed" in str(row.get("flags") or "").split():
        decimals = indicator.decimals
        if decimals is None and indicator.unit == "EUR" and value is not None and abs(value) >= _WHOLE_EUROS_FROM:
            decimals = 0
    return translator.value(
        value,
        str(row.get("unit_measure") or indicator.unit),
        number(row.get("value_low")),
        number(row.get("value_high")),
        str(row.get("qualifier") or "eq"),
        decimals,
    )


def number(value: object) -> float | None:
    """A number, or None for an empty field, whichever way the table spells it."""
    if isinstance(value, (int, float)) and not math.isnan(value):
        return float(value)
    return None


def where_words(where: Mapping[str, str], catalogue: Catalogue, language: str) -> str:
    """The slice of a series in words: ``Loisirs, France``; empty for the total of the Region, which goes unsaid."""
    told = ((dim, code) for dim, code in where.items() if code not in {TOTAL, REGION, ""})
    return ", ".join(catalogue.label(dim, code, language) for dim, code in told)


def standing_targets(targets: pd.DataFrame) -> list[dict[str, Any]]:
    """Targets that hold whenever: undated, or for every year."""
    return [
        row
        for row in records(targets)
        if not frequency(str(row["time_period"])) and number(row["obs_value"]) is not None
    ]


def dated_targets(targets: pd.DataFrame) -> list[dict[str, Any]]:
    """Targets for a period."""
    return [
        row for row in records(targets) if frequency(str(row["time_period"])) and number(row["obs_value"]) is not None
    ]
