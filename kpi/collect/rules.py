"""Which values an indicator may take in a workbook: the same rule bars a wrong entry and finds one that came in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from kpi.catalogue import Indicator
from kpi.collect.owed import IN_WORDS

Kind = Literal["whole", "year", "percent", "positive", "number", "yes-no", "words"]

_WHOLE = {"count", "persons", "nights", "jobs"}
_AVERAGED = {"mean", "ratio-of-sums"}
#: Units of which less than nothing may be given: a deficit, a net score, a growth.
_SIGNED = {"EUR", "score", "ratio", "percentage-points"}


@dataclass(frozen=True)
class Rule:
    """What a value must be; bounds are included."""

    kind: Kind
    low: float = -math.inf
    high: float = math.inf

    @property
    def whole(self) -> bool:
        """Whether a fraction is a mistake."""
        return self.kind in {"whole", "year", "yes-no"}

    def allows(self, value: float) -> bool:
        """Whether the value lies inside the rule."""
        return self.low <= value <= self.high and (not self.whole or value == int(value))


def rule(indicator: Indicator) -> Rule:
    """The rule of an indicator, from its unit and from how it is aggregated.

    A mean of counts may have a fraction. A percentage whose neutral value is 0 states a change: it
    may leave 0 to 100.
    """
    unit = indicator.unit
    if unit == IN_WORDS:
        return Rule("words")
    if unit == "boolean":
        return Rule("yes-no", 0, 1)
    if unit == "year":
        return Rule("year", 1900, 2200)
    if unit == "rank":
        return Rule("whole", 1)
    if unit == "percent":
        return Rule("number") if indicator.neutral_value == 0 else Rule("percent", 0, 100)
    if unit in _SIGNED:
        return Rule("number")
    if unit in _WHOLE and indicator.aggregation not in _AVERAGED:
        return Rule("whole", 0)
    return Rule("positive", 0)
