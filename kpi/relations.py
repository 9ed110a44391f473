"""Figures looked up by id, and the relations that may hold between them; free of what anyone declares."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from kpi.observations import TOTAL, dimensions_of

Numbers = Sequence[float]
Values = tuple[float | str, ...]
#: Whether it holds, and what stands on either side.
Outcome = tuple[bool, Values, Values]
#: Differences that binary arithmetic makes.
_NOISE = 1e-9


class MissingError(Exception):
    """A figure, or the part of it that is asked for, is not there; the message says which."""


class Figures:
    """Printed figures by id.

    Args:
        observations: tidy rows; of a corrected one the printed value counts.
        languages: in which languages each figure is printed; the tidy table does not carry it.
    """

    def __init__(self, observations: pd.DataFrame, languages: Mapping[str, str]) -> None:
        printed = observations[observations["figure"] != ""].drop_duplicates("figure")
        self._places = {name: place for place, name in enumerate(printed["figure"])}
        self._columns = {str(name): printed[name].tolist() for name in printed}
        self._dimensions = dimensions_of(observations)
        self._languages = languages

    def value(self, reference: str) -> float:
        """The value of ``IM001``, its bound ``IM001.low``, or the day number of its end ``IM001.end``."""
        name, _, part = reference.partition(".")
        row = self._row(name)
        if part == "end":
            if not row["period_end"]:
                msg = f"figure {name} has no end of its period"
                raise MissingError(msg)
            return dt.date.fromisoformat(row["period_end"]).toordinal()
        column = f"value_{part}" if part else "obs_value" if pd.isna(row["printed"]) else "printed"
        if pd.isna(row[column]):
            msg = f"figure {name} has no {column}"
            raise MissingError(msg)
        return float(row[column])

    def dimensions(self, name: str) -> str:
        """Its dimensions as ``market=FR;medium=print``, totals left out."""
        row = self._row(name)
        return ";".join(f"{dim}={row[dim]}" for dim in self._dimensions if row[dim] != TOTAL)

    def languages(self, name: str) -> str:
        """``both``, ``fr`` or ``nl``."""
        self._row(name)
        if name not in self._languages:
            msg = f"the languages of figure {name} are not known"
            raise MissingError(msg)
        return self._languages[name]

    def _row(self, name: str) -> Mapping[Any, Any]:
        if name not in self._places:
            msg = f"there is no figure {name} among the observations"
            raise MissingError(msg)
        return {column: values[self._places[name]] for column, values in self._columns.items()}


def close(left: float, right: float, tolerance: float = 0) -> bool:
    """Equal within the tolerance; what binary arithmetic loses is no difference.

    >>> close(0.1 + 0.2, 0.3), close(9.6, 9.66, 0.1), close(58, 61)
    (True, True, False)
    """
    return abs(left - right) <= tolerance + _NOISE * max(1.0, abs(left), abs(right))


def shown(values: Iterable[float | str]) -> str:
    """Values of one side for people.

    >>> shown((6500.0, 0.1 + 0.2, "2020-03-31"))
    '6500; 0.3; 2020-03-31'
    """
    return "; ".join(v if isinstance(v, str) else "nothing" if math.isnan(v) else f"{v:.10g}" for v in values)


def relate(kind: str, left: Numbers, right: Numbers, factor: float = 1, tolerance: float = 0) -> Outcome:
    """Whether the relation holds between the terms of both sides.

    Raises:
        MissingError: a division by zero.

    >>> relate("sum", [58], [40, 21])
    (False, (58,), (61,))
    """
    return _RELATIONS[kind](left, right, factor, tolerance)


def _equal(left: Numbers, right: Numbers, _: float, tolerance: float) -> Outcome:
    return close(sum(left), sum(right), tolerance), (sum(left),), (sum(right),)


def _at_least(left: Numbers, right: Numbers, _: float, tolerance: float) -> Outcome:
    more, less = sum(left), sum(right)
    return more >= less or close(more, less, tolerance), (more,), (less,)


def _at_most(left: Numbers, right: Numbers, _: float, tolerance: float) -> Outcome:
    holds, less, more = _at_least(right, left, 1, tolerance)
    return holds, more, less


def _product(left: Numbers, right: Numbers, factor: float, tolerance: float) -> Outcome:
    return _equal(left, [factor * math.prod(right)], 1, tolerance)


def _quotient(left: Numbers, right: Numbers, factor: float, tolerance: float) -> Outcome:
    return _equal(left, [factor * right[0] / _divisor(right[1])], 1, tolerance)


def _pairwise(left: Numbers, right: Numbers, _: float, tolerance: float) -> Outcome:
    same = len(left) == len(right) and all(close(a, b, tolerance) for a, b in zip(left, right, strict=True))
    return same, tuple(left), tuple(right)


def _descending(left: Numbers, _right: Numbers, _: float, tolerance: float) -> Outcome:
    return all(a >= b or close(a, b, tolerance) for a, b in pairwise(left)), tuple(left), ()


def _whole_number(left: Numbers, right: Numbers, _: float, tolerance: float) -> Outcome:
    """A share in percent against the nearest one that a whole number of things, at least one, has."""
    share, base = sum(left), _divisor(sum(right))
    nearest = 100 * max(1, round(share * base / 100)) / base
    return close(share, nearest, tolerance), (share,), (nearest,)


def _refuse(left: Numbers, right: Numbers, _: float, _tolerance: float) -> Outcome:
    return False, tuple(left), tuple(right)


def _divisor(value: float) -> float:
    if value == 0:
        msg = "a division by zero"
        raise MissingError(msg)
    return value


_RELATIONS: dict[str, Callable[[Numbers, Numbers, float, float], Outcome]] = {
    "sum": _equal,
    "equal": _equal,
    "at-least": _at_least,
    "at-most": _at_most,
    "product": _product,
    "quotient": _quotient,
    "pairwise": _pairwise,
    "descending": _descending,
    "whole-number": _whole_number,
    "not-comparable": _refuse,
}
