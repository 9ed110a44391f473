"""Units of derived indicators: nights and euros are never added, a percentage is of one kind of thing."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.catalogue import Catalogue, Indicator
from kpi.derivation import Derivation
from kpi.errors import CatalogueError

#: Kinds whose inputs and result share one unit.
_ONE_UNIT = ("slice", "sum", "difference", "duration")
#: Kinds that set inputs of one unit against each other; the result has no unit of things.
_PURE = ("leverage", "share", "concentration", "step-rate", "overall-rate", "balance", "cohort", "index", "rank")
_FIXED = {"index": "index", "rank": "rank", "concentration": "ratio", "leverage": "ratio"}
#: Units of pure numbers, with the scale that makes them.
_NUMBERS = {"percent": 100.0, "ratio": 1.0, "score": 100.0}
_BY_DIFFERENCE = frozenset({*_NUMBERS, "percentage-points", "rank", "boolean"})


def by_difference(unit: str) -> bool:
    """Whether a change in this unit is told as a difference: a rate moves by points, a rank by places.

    A part of a percentage is easily taken for points, and a balance of opinion starts near zero or below it.
    """
    return unit in _BY_DIFFERENCE


def check_units(catalogue: Catalogue) -> None:
    """Units of every derivation against those of its inputs.

    Raises:
        CatalogueError: the first that does not fit, with its entry and field.
    """
    for name, problem in unit_problems(catalogue):
        msg = f"indicators entry {name!r}, field derive: {problem}."
        raise CatalogueError(msg)


def unit_problems(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Id of the entry and what is wrong with its units, for each derivation that does not fit."""
    for indicator in catalogue.indicators:
        problem = _problem(indicator, indicator.derive, catalogue) if indicator.derive else ""
        if problem:
            yield indicator.id, problem


def _problem(indicator: Indicator, derivation: Derivation, catalogue: Catalogue) -> str:
    kind, article = derivation.kind, "an" if derivation.kind[0] in "aeiou" else "a"
    units = [catalogue.indicator(name).unit for name in derivation.references]
    if kind == "mean":
        return ""  # Weights have a unit of their own; the result has that of the means themselves.
    if kind in _ONE_UNIT:
        found = sorted({*units, indicator.unit})
        return f"{article} {kind} needs one unit, found {', '.join(found)}" if len(found) > 1 else ""
    one = len(set(units)) == 1
    if kind in _PURE and not one:
        return f"{article} {kind} sets one kind of thing against itself, found {', '.join(sorted(set(units)))}"
    if kind in _FIXED:
        wanted = _FIXED[kind]
        return f"{article} {kind} has the unit {wanted}, found {indicator.unit}" if indicator.unit != wanted else ""
    if kind in _PURE or (kind == "ratio" and one):
        return _of_number(indicator, derivation)
    # Different things, or a part of time: so many of the first for each of the second.
    if indicator.unit not in {units[0], "per_day"}:
        return f"{article} {kind} of {units[0]} has that unit, found {indicator.unit}"
    return ""


def _of_number(indicator: Indicator, derivation: Derivation) -> str:
    scale = _NUMBERS.get(indicator.unit)
    if scale is None:
        return f"a {derivation.kind} of one unit is percent, ratio or score, found {indicator.unit}"
    if scale != derivation.scale:
        return f"the unit {indicator.unit} needs scale {scale:g}, found {derivation.scale:g}"
    return ""
