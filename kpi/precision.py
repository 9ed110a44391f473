"""How precise a printed number is, so that what is computed from it claims no more."""

from __future__ import annotations

import math
from decimal import Decimal

#: What is computed from figures printed with one digit is still shown with two: "+12 %", not "+10 %".
FEWEST_DIGITS = 2
_MOST_DIGITS = 15


def significant_digits(value: float) -> int:
    """Digits that a printed number gives; zeros at its end are taken for rounding.

    >>> [significant_digits(v) for v in (9_500_000, 97.325, 18_000, 0.03, 0)]
    [2, 5, 2, 1, 1]
    """
    digits = Decimal(repr(float(value))).normalize().as_tuple().digits
    return max(1, min(len(digits), _MOST_DIGITS))


def digits_of(*values: float) -> int:
    """Digits that something computed from these may show: the fewest of them, two at least."""
    return max(FEWEST_DIGITS, min(significant_digits(value) for value in values))


def rounded(value: float, digits: int | None) -> float:
    """The value with so many significant digits; as it is without a number of digits.

    >>> rounded(1.185, 2), rounded(0.0, 2), rounded(-0.6049, None)
    (1.2, 0.0, -0.6049)
    """
    if digits is None or value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
