"""Questions about values: what their own series makes unlikely, slips of sign or scale, copies, sudden round numbers.

A question is no error: nothing is held back for it and no job fails. Each series is judged against itself, by
robust statistics (median and median absolute deviation of the change against the same period a year before), so
that one wrong value does not hide itself, and the season is taken out. Few false alarms matter more than catching
everything: a question that is always there is not read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from kpi.catalogue import LANGUAGES, Catalogue
from kpi.disclosure.cells import cell_names
from kpi.i18n import translator
from kpi.observations import has_flag
from kpi.parsing.periods import same_period_of, year_of

#: Columns of the table of questions, before the sentences in the three languages.
QUESTION = (
    *("source", "indicator", "ref_area", "cell", "freq", "time_period", "unit_measure", "sample"),
    *("kind", "value", "low", "high", "factor", "compared"),
)
#: Kinds, the most certain first: of one value only the first is asked.
KINDS = ("sign", "fraction", "scale", "copy", "unlikely", "round")
#: Everybody knows why these periods differ from all others (closures for the pandemic, and the way back).
DISRUPTED = ("2020-03-01", "2022-12-31")

_FEWEST_CHANGES = 6
_FEWEST_OTHERS = 4
#: A change so many deviations from the usual one is asked about; the range told is narrower.
_FAR, _RANGE = 8.0, 4.0
#: Series move by so much without a reason, and a count moves by its root.
_LEAST_SCALE = 0.06
#: Nothing is asked of a change smaller than a factor of this.
_LEAST_FACTOR = 1.6
_MAD = 1.4826
#: How far from an exact 10, 100 or 1000 a slip of scale may be.
_NEAR = math.log(1.6)
_FEWEST_COPIED, _FEWEST_DIFFERENT = 4, 3
#: A number is round among precise ones: nineteen of twenty others end in no two zeros.
_DIGITS_OF_OTHERS, _FEWEST_PRECISE = 4, 6
_SERIES = ["source", "indicator", "ref_area", "cell", "freq", "unit_measure", "sample", "measure"]


@dataclass(frozen=True)
class _Point:
    period: str
    value: float
    #: Logarithm of the change against ``before``, and whether both periods were ordinary ones.
    change: float = math.nan
    before: str = ""
    ordinary: bool = True


def questions(observations: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """What should be asked of whoever gave the values; of each source by itself.

    Args:
        observations: protected tidy rows; cells of a delivery that stand behind computed sums are not judged,
            nor is what is computed from several indicators: a slip shows in the values it comes from.
        catalogue: says which indicators are computed.

    Returns:
        One row a question with the columns QUESTION, by source, indicator and period. ``low`` and ``high`` bound
        what was expected, NaN where the kind has no range.
    """
    made = {i.id for i in catalogue.indicators if i.derive is not None}
    rows = observations
    shown = rows["conf_status"].eq("F") & rows["obs_value"].notna() & rows["measure"].eq("actual")
    shown &= has_flag(rows, "computed") | rows["vintage"].eq("") | rows["source"].isin(_given_whole(rows))
    shown &= ~rows["indicator"].isin(made) & rows["freq"].isin(["A", "S", "Q", "M"]) & rows["qualifier"].eq("eq")
    judged = rows[shown].assign(cell=cell_names(rows[shown]))
    # Two values for one period are two statements, such as a restated year: no series.
    single = judged[~judged.duplicated([*_SERIES, "time_period"], keep=False)]
    found: list[dict[str, Any]] = []
    for key, series in single.groupby(_SERIES, sort=True):
        named = dict(zip(_SERIES, key, strict=True))
        found += [{**named, **question} for question in _of_series(series, str(named["unit_measure"]))]
    found += list(_copies(single))
    return _first_only(pd.DataFrame(found, columns=list(QUESTION)))


def in_words(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Questions with ``sentence_fr``, ``sentence_nl`` and ``sentence_en``."""
    rows = table.to_dict("records")
    sentences = {f"sentence_{each}": [_sentence(row, catalogue, each) for row in rows] for each in LANGUAGES}
    return table.assign(**sentences)


def _given_whole(rows: pd.DataFrame) -> list[str]:
    """Sources none of whose values is a sum that was computed here: their values are all there is."""
    summed = set(rows.loc[has_flag(rows, "computed"), "source"])
    return sorted(set(rows["source"]) - summed)


def _of_series(series: pd.DataFrame, unit: str) -> Iterator[dict[str, Any]]:
    points = _points(series)
    values = np.array([point.value for point in points])
    yield from _signs(points, values)
    yield from _changes(points, unit)
    yield from _round(points, values)


def _points(series: pd.DataFrame) -> list[_Point]:
    values = dict(zip(series["time_period"], series["obs_value"].astype("float64"), strict=True))
    points = []
    for period in sorted(values):
        before = _year_before(period)
        value, base = values[period], values.get(before, math.nan)
        known = value > 0 and base > 0
        ordinary = not _disrupted(period) and not _disrupted(before)
        points.append(_Point(period, value, math.log(value / base) if known else math.nan, before, ordinary))
    return points


@cache
def _year_before(period: str) -> str:
    return same_period_of(period, (year_of(period) or 0) - 1)


def _disrupted(period: str) -> bool:
    first, last = (text[: len(period)] for text in DISRUPTED)
    if len(period) == len("2020"):
        return first <= period <= last
    year, rest = period[:4], period[4:]
    return "2020" <= year <= "2022" and not (year == "2020" and rest in {"-01", "-02", "-Q1", "-S1"})


def _signs(points: list[_Point], values: np.ndarray[Any, Any]) -> Iterator[dict[str, Any]]:
    negative = values < 0
    others = len(values) - 1
    if negative.sum() == 1 and others >= _FEWEST_OTHERS and (values[~negative] > 0).all():
        point = points[int(np.argmax(negative))]
        yield _asked("sign", point, values[~negative].min(), values[~negative].max())


def _changes(points: list[_Point], unit: str) -> Iterator[dict[str, Any]]:
    """Changes against a year before that the others of the series make unlikely; a slip explains two of them."""
    ordinary = [point for point in points if point.ordinary and not math.isnan(point.change)]
    slipped: set[str] = set()
    for point in ordinary:
        others = np.array([other.change for other in ordinary if other.period != point.period])
        if len(others) < _FEWEST_OTHERS or point.before in slipped:
            continue
        usual = float(np.median(others))
        base = point.value / math.exp(point.change)
        counting = math.sqrt(1 / max(point.value, 1) + 1 / max(base, 1)) if unit != "percent" else 0.0
        scale = max(_MAD * float(np.median(np.abs(others - usual))), _LEAST_SCALE, counting)
        away = point.change - usual
        if abs(away) < max(_FAR * scale, math.log(_LEAST_FACTOR)):
            continue
        expected = base * math.exp(usual)
        low, high = expected * math.exp(-_RANGE * scale), expected * math.exp(_RANGE * scale)
        power = round(away / math.log(10))
        if power and abs(power) <= 3 and abs(away - power * math.log(10)) < _NEAR:
            slipped.add(point.period)
            kind = "fraction" if unit == "percent" and abs(power) == 2 else "scale"
            yield {**_asked(kind, point, low, high), "factor": 10.0**power}
        elif len(others) >= _FEWEST_CHANGES:
            slipped.add(point.period)
            yield _asked("unlikely", point, low, high)


def _round(points: list[_Point], values: np.ndarray[Any, Any]) -> Iterator[dict[str, Any]]:
    digits = np.array([_digits(value) for value in values])
    for position, point in enumerate(points):
        is_round = digits[position] == 1 or (digits[position] == 2 and abs(point.value) >= 10_000)
        if not is_round or point.value == 0 or not point.ordinary or len(points) <= _FEWEST_PRECISE:
            continue
        if np.quantile(np.delete(digits, position), 0.05) >= _DIGITS_OF_OTHERS:
            yield _asked("round", point, math.nan, math.nan)


def _digits(value: float) -> int:
    """Digits that say something: 48 200 has three.

    >>> _digits(48200.0), _digits(0.25), _digits(7.0)
    (3, 2, 1)
    """
    return len(f"{abs(value):.10g}".replace(".", "").split("e")[0].strip("0")) or 1


def _copies(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """A year (of months, or of parts) that says the same as the year before, value by value."""
    keys = ["source", "indicator", "ref_area", "freq", "unit_measure", "sample", "measure"]
    for key, group in rows.groupby(keys, sort=True):
        known = dict(zip(zip(group["cell"], group["time_period"], strict=True), group["obs_value"], strict=True))
        pairs: dict[tuple[str, int], list[tuple[str, float, float]]] = {}
        for (cell, period), value in known.items():
            year = year_of(period)
            before = known.get((cell, same_period_of(period, (year or 0) - 1)))
            if year and before is not None:
                # Months of one cell are a column; so are the parts of one year.
                column = cell if key[3] != "A" else "*" if cell else ""
                pairs.setdefault((column, year), []).append((period, value, before))
        for (column, year), values in sorted(pairs.items()):
            same = all(value == before for _, value, before in values)
            different = len({value for _, value, _ in values if value})
            if same and len(values) >= _FEWEST_COPIED and different >= _FEWEST_DIFFERENT:
                named = dict(zip(keys, key, strict=True))
                place = {"cell": "" if column == "*" else column, "time_period": str(year), "compared": str(year - 1)}
                yield {**named, **place, "kind": "copy", "value": float(len(values))}


def _asked(kind: str, point: _Point, low: float, high: float) -> dict[str, Any]:
    return {
        "kind": kind,
        "time_period": point.period,
        "value": point.value,
        "low": float(low),
        "high": float(high),
        "compared": point.before,
    }


def _first_only(table: pd.DataFrame) -> pd.DataFrame:
    """Of one value the most certain question; of parts none where their whole asks the same."""
    order = table["kind"].map({kind: number for number, kind in enumerate(KINDS)})
    place = ["source", "indicator", "ref_area", "freq", "time_period", "sample"]
    ordered = table.assign(order=order).sort_values([*place, "cell", "order"], kind="stable")
    single = ordered.drop_duplicates([*place, "cell"])
    wholes = set(single.loc[single["cell"].eq(""), [*place, "kind"]].itertuples(index=False, name=None))
    same = [key in wholes for key in single[[*place, "kind"]].itertuples(index=False, name=None)]
    kept = single[~np.array(same, dtype=bool) | single["cell"].eq("").to_numpy()]
    return kept[list(QUESTION)].reset_index(drop=True)


def _sentence(row: dict[Any, Any], catalogue: Catalogue, language: str) -> str:
    words = translator(language)
    unit = str(row["unit_measure"])
    named = catalogue.indicator(row["indicator"]).label[language]
    parts = [pair.partition("=") for pair in str(row["cell"]).split()]
    part = ", ".join(catalogue.label(dim, code, language) for dim, _, code in parts)
    factor = row["factor"]
    times = words.number(max(factor, 1 / factor)) if isinstance(factor, float) and factor > 0 else ""
    return words.t(
        f"question.{row['kind']}",
        what=f"{named} ({part})" if part else named,
        period=words.period(str(row["time_period"])),
        value=words.number(row["value"]) if row["kind"] == "copy" else words.value(row["value"], unit),
        low=words.value(_rounded(row["low"]), unit),
        high=words.value(_rounded(row["high"]), unit),
        times=times,
        before=words.period(row["compared"]) if isinstance(row["compared"], str) and row["compared"] else "",
    )


def _rounded(value: float) -> float:
    """Three digits: an expected range is no measurement."""
    return float(f"{value:.3g}")
