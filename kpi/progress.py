"""The arithmetic of progress: one pure function a method, on plain numbers; who may be judged is decided elsewhere."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["on-course", "off-course", "moving-away"]
Trend = Literal["", "favourable", "unfavourable", "unclear"]

#: Eurostat's thresholds on the ratio of the actual to the required rate.
ON_COURSE = 0.95
MODERATE = 0.60
#: A trend is told from chance at this level, two-sided; with fewer points no order of values reaches it.
SIGNIFICANT = 0.05
TREND_POINTS = 5
#: Slack for thresholds met exactly, which floating point may miss by a hair.
_HAIR = 1e-9


@dataclass(frozen=True)
class Path:
    """A way from a baseline to a goal, and where one stands on it.

    Times are in years; ``end`` is when the goal is due. ``goal`` is not reached yet.
    """

    baseline: float
    start: float
    goal: float
    end: float
    latest: float
    now: float


@dataclass(frozen=True)
class Standing:
    """What a path says: ``expected`` today, rates per year from the baseline, ``ratio`` of actual to required."""

    verdict: Verdict
    expected: float | None = None
    required: float | None = None
    actual: float | None = None
    ratio: float | None = None


def linear_path(path: Path) -> Standing:
    """Against a straight line from baseline to goal.

    With baseline b at t0, goal T at t1 and latest y at t: required rate r = (T - b) / (t1 - t0), actual
    rate a = (y - b) / (t - t0), ratio a / r. On course from 0.95, moving away below 0. From the day the
    goal is due, a goal not reached is off course, however near. A baseline at or beyond the goal
    leaves no way to go: short of it now is moving away.
    """
    required = (path.goal - path.baseline) / (path.end - path.start)
    gone = min(path.now, path.end) - path.start
    expected = path.baseline + required * gone
    actual = (path.latest - path.baseline) / (path.now - path.start) if path.now > path.start else None
    return _standing(path, expected, required, actual)


def compound_growth(path: Path) -> Standing | None:
    """Against a constant rate of growth from baseline to goal; None where a value is zero or negative.

    CAGR actual = (y / b) ** (1 / (t - t0)) - 1, required = (T / b) ** (1 / (t1 - t0)) - 1. Source: Eurostat,
    Sustainable development in the European Union, annex on the assessment of indicators with quantitative targets.
    """
    if min(path.baseline, path.goal, path.latest) <= 0:
        return None
    required = (path.goal / path.baseline) ** (1 / (path.end - path.start)) - 1
    gone = min(path.now, path.end) - path.start
    expected = path.baseline * (1 + required) ** gone
    actual = (path.latest / path.baseline) ** (1 / (path.now - path.start)) - 1 if path.now > path.start else None
    return _standing(path, expected, required, actual)


def _standing(path: Path, expected: float, required: float, actual: float | None) -> Standing:
    sign = math.copysign(1, path.goal - path.latest)
    if sign * (path.goal - path.baseline) <= 0:  # it was there before
        return Standing("moving-away", path.goal, None, actual)
    ratio = actual / required if actual is not None else None
    verdict: Verdict = "off-course"
    if ratio is not None and ratio < 0:
        verdict = "moving-away"
    elif path.now < path.end and ratio is not None and ratio >= ON_COURSE - _HAIR:
        verdict = "on-course"
    return Standing(verdict, expected, required, actual, ratio)


def pace(ratio: float | None) -> str:
    """Eurostat's word for a ratio: ``significant``, ``moderate``, ``insufficient`` or ``away``; empty without one."""
    if ratio is None:
        return ""
    if ratio < 0:
        return "away"
    return "significant" if ratio >= ON_COURSE - _HAIR else "moderate" if ratio >= MODERATE - _HAIR else "insufficient"


@dataclass(frozen=True)
class TrendTest:
    """Kendall's tau-b of values against time and the two-sided probability of one as large by chance."""

    tau: float
    p_value: float

    def read(self, sign: int) -> Trend:
        """In words, where ``sign`` is 1 when more is better and -1 when less is."""
        if self.p_value >= SIGNIFICANT:
            return "unclear"
        return "favourable" if self.tau * sign > 0 else "unfavourable"


def mann_kendall(values: Sequence[float]) -> TrendTest | None:
    """Test of a monotonic trend in values in order of time; None with fewer than five.

    S is the number of later values that are higher less the number that are lower. Without ties its
    distribution is counted exactly (every order of n values is as likely); with ties
    Z = (S -+ 1) / sqrt(Var S) with the variance corrected for them. Sources: Mann (1945), Econometrica 13;
    Kendall (1975), Rank Correlation Methods.
    """
    n = len(values)
    if n < TREND_POINTS:
        return None
    s = sum((later > earlier) - (later < earlier) for i, earlier in enumerate(values) for later in values[i + 1 :])
    pairs = n * (n - 1) // 2
    ties = [count for count in Counter(values).values() if count > 1]
    if not ties:
        return TrendTest(s / pairs, _exact(n, abs(s)))
    untied = pairs - sum(t * (t - 1) // 2 for t in ties)
    if not untied:
        return TrendTest(0.0, 1.0)
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    z = max(abs(s) - 1, 0) / math.sqrt(variance)
    return TrendTest(s / math.sqrt(pairs * untied), math.erfc(z / math.sqrt(2)))


def _exact(n: int, s: int) -> float:
    """Part of all orders of n values with |S| at least ``s``: counted by inversions, one value at a time."""
    counts = [1]
    for size in range(2, n + 1):
        counts = [sum(counts[max(0, k - size + 1) : k + 1]) for k in range(len(counts) + size - 1)]
    most = (n * (n - 1) // 2 - s) // 2  # S = pairs - 2 * inversions
    tail = sum(counts[: most + 1])
    return min(1.0, 2 * tail / math.factorial(n)) if s else 1.0
