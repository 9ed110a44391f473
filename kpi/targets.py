"""Targets: which one a series is judged against, and which values reach it."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from kpi.bounds import Limits, limits
from kpi.briefing import Series
from kpi.catalogue import Direction
from kpi.observations import REVISION, TOTAL, dimensions_of

EVERY_YEAR = "every-year"


class Goal(NamedTuple):
    """The values that reach a target, from ``low`` to ``high``; an end that does not count is infinite."""

    low: float
    high: float

    def holds(self, value: Limits) -> bool | None:
        """Whether a value reaches it; None where bounds leave both possible."""
        if not value.known:
            return None
        if self._reaches_low(value) and self._reaches_high(value):
            return True
        below = value.high < self.low or (value.high == self.low and value.open_high)
        above = value.low > self.high or (value.low == self.high and value.open_low)
        return False if below or above else None

    def _reaches_low(self, value: Limits) -> bool:
        return value.low >= self.low or (value.open_low and math.nextafter(value.low, math.inf) >= self.low)

    def _reaches_high(self, value: Limits) -> bool:
        return value.high <= self.high or (value.open_high and math.nextafter(value.high, -math.inf) <= self.high)

    def nearest(self, value: float) -> float:
        """The end to make for, from a value outside; the one that counts, from a value inside."""
        if value < self.low:
            return self.low
        if value > self.high:
            return self.high
        return self.low if math.isfinite(self.low) else self.high


def goal_of(target: pd.Series, direction: Direction) -> Goal | None:
    """The values that reach a target; None where neither its wording nor the direction tells which side is good.

    "At least", "more than", "at most" and "less than" say it themselves. A plain value is a floor where
    more is better and a ceiling where less is. A range is reached inside it, and beyond its good end
    where a direction is declared.
    """
    found = limits(target.to_dict())
    if not found.known:
        return None
    kind = found.qualifier
    if kind in {"gt", "ge"}:
        return Goal(math.nextafter(found.low, math.inf) if found.open_low else found.low, math.inf)
    if kind in {"lt", "le"}:
        return Goal(-math.inf, math.nextafter(found.high, -math.inf) if found.open_high else found.high)
    if direction == "higher":
        return Goal(found.low, math.inf)
    if direction == "lower":
        return Goal(-math.inf, found.high)
    return Goal(found.low, found.high) if kind == "range" else None


def goal_value(target: pd.Series) -> float | None:
    """The number to reach: the value, else the nearer bound of a range."""
    for column in ("obs_value", "value_low", "value_high"):
        if pd.notna(target[column]):
            return float(target[column])
    return None


def pick_target(series: Series, targets: pd.DataFrame) -> pd.Series | None:
    """The target for these dimensions (or for the total), in the same unit; the latest one when there are several.

    That of a part is never one of the whole, nor of another part.
    """
    same = targets
    for dim in set(dimensions_of(targets)) - {REVISION}:
        same = same[same[dim].isin([series.latest.get(dim, TOTAL), TOTAL])]
    unit = series.latest["unit_measure"]
    same = same[same["unit_measure"].isin([unit, "per_year"])] if len(same) else same
    if same.empty:
        return None
    return same.sort_values(["period_end", "vintage", "figure"], kind="stable").iloc[-1]


def every_year(target: pd.Series) -> bool:
    """Whether it stands for every year."""
    return EVERY_YEAR in str(target["flags"]).split()
