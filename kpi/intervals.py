"""How sure a proportion on a small base is: Wilson's interval, and whether a difference could be chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

#: Of the standard normal distribution, for 95 %.
Z = 1.959963984540054
_PERCENT = 100.0


class Interval(NamedTuple):
    """Ends of an interval, in the unit of the value."""

    low: float
    high: float


def wilson(successes: float, base: float, z: float = Z) -> Interval:
    """The score interval of a proportion: it stays within 0 and 1 and holds its 95 % on small bases.

    (p + z2/2n -+ z sqrt(p (1 - p) / n + z2/4n2)) / (1 + z2/n), with p = successes / n. Source: Wilson (1927),
    Journal of the American Statistical Association 22; recommended by Brown, Cai and DasGupta (2001).

    >>> tuple(round(edge, 3) for edge in wilson(17, 41))
    (0.278, 0.566)

    Raises:
        ValueError: no base, or more successes than it.
    """
    if not 0 <= successes <= base or base <= 0:
        msg = f"{successes} of {base} is no proportion; expected a base above zero and no more than it."
        raise ValueError(msg)
    p, square = successes / base, z * z / base
    centre, reach = p + square / 2, z * math.sqrt(p * (1 - p) / base + square / (4 * base))
    low, high = (centre - reach) / (1 + square), (centre + reach) / (1 + square)
    return Interval(0.0 if successes == 0 else low, 1.0 if successes == base else high)


def interval_of(row: Mapping[Any, Any], below: int) -> Interval | None:
    """The interval of a tidy row in per cent; None where it is no percentage of counts on a base below ``below``."""
    top, base = row.get("numerator"), row.get("denominator")
    if row.get("unit_measure") != "percent" or not isinstance(top, int | float) or not isinstance(base, int | float):
        return None
    # Amounts and means have no such interval: both must be counts, the one among the other.
    if not (0 <= top <= base and 0 < base < below and float(top).is_integer() and float(base).is_integer()):
        return None
    low, high = wilson(top, base)
    return Interval(_PERCENT * low, _PERCENT * high)


def difference_interval(earlier: float, before: Interval | None, later: float, after: Interval | None) -> Interval:
    """Interval of later minus earlier from those of both; a value without one counts as exact.

    d -+ sqrt of the squared distances to the near ends. Source: Newcombe (1998), Statistics in Medicine 17, method 10.
    """
    first, last = before or Interval(earlier, earlier), after or Interval(later, later)
    d = later - earlier
    return Interval(
        d - math.hypot(later - last.low, first.high - earlier),
        d + math.hypot(last.high - later, earlier - first.low),
    )
