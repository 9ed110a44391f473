"""Bounds carried through arithmetic: what "more than 250" leaves possible, as the ends of an interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

_FROM_BELOW = ("gt", "ge")
_FROM_ABOVE = ("lt", "le")


class Limits(NamedTuple):
    """The ends of what a value can be; equal for an exact value, infinite on an open side.

    ``open_low`` and ``open_high`` say that the end itself is excluded ("more than", not "at least").
    """

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    @property
    def exact(self) -> bool:
        """Whether only one value is possible."""
        return self.low == self.high

    @property
    def known(self) -> bool:
        """Whether anything at all is known."""
        return not math.isnan(self.low) and (math.isfinite(self.low) or math.isfinite(self.high))

    @property
    def qualifier(self) -> str:
        """The qualifier of a tidy row with these limits; empty when nothing is known."""
        if not self.known:
            return ""
        if self.exact:
            return "eq"
        if math.isfinite(self.low) and math.isfinite(self.high):
            return "range"
        if math.isfinite(self.low):
            return "gt" if self.open_low else "ge"
        return "lt" if self.open_high else "le"


UNKNOWN = Limits(math.nan, math.nan)


def limits(row: Mapping[Any, Any]) -> Limits:
    """What the value of a tidy row can be; "about 100" is taken as 100.

    >>> limits({"obs_value": 250.0, "qualifier": "gt"})
    Limits(low=250.0, high=inf, open_low=True, open_high=False)
    """
    value, low, high = (_number(row.get(name)) for name in ("obs_value", "value_low", "value_high"))
    qualifier = str(row.get("qualifier") or "eq")
    if qualifier in _FROM_BELOW:
        return _from(low if math.isnan(value) else value, math.inf, opened=qualifier == "gt")
    if qualifier in _FROM_ABOVE:
        return _from(-math.inf, high if math.isnan(value) else value, opened=qualifier == "lt")
    if qualifier == "range" and not (math.isnan(low) or math.isnan(high)):
        return Limits(low, high)
    return Limits(value, value)


def _from(low: float, high: float, *, opened: bool) -> Limits:
    if math.isnan(low) or math.isnan(high):
        return UNKNOWN
    return Limits(low, high, open_low=opened and math.isfinite(low), open_high=opened and math.isfinite(high))


def difference(later: Limits, earlier: Limits) -> Limits:
    """Later minus earlier: exact only where both are."""
    return Limits(
        later.low - earlier.high,
        later.high - earlier.low,
        open_low=later.open_low or earlier.open_high,
        open_high=later.open_high or earlier.open_low,
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
