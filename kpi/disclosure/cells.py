"""The cells of a protected source, and the sums that hold between them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from kpi.catalogue import Balance, Catalogue, Disclosure, Source
from kpi.disclosure.secondary import Sum, Vector
from kpi.observations import TOTAL, UNITS, used_dimensions
from kpi.parsing.periods import previous

#: Columns of a table of cells beside its dimensions.
NAME, LAYER, COUNTED, SECRET = "name", "layer", "counted", "secret"
_PERIOD = ["freq", "period_start", "period_end"]
#: Cells that differ in one of these never add up.
_APART = [NAME, "ref_area", "sample", "measure", "unit_measure"]


@dataclass(frozen=True)
class Cells:
    """Cells of one source: each value once, whatever the number of rows and indicators that show it.

    ``frame`` has one row a cell: name of the indicator it belongs to, dimensions, period, ``obs_value``,
    ``contributors``, ``largest``, ``layer`` (which dimensions are broken down, at which frequency).
    ``of_row`` gives the cell of each row of the tidy table.
    """

    frame: pd.DataFrame
    of_row: pd.Series
    dims: tuple[str, ...]


def protected_parts(source: Source, catalogue: Catalogue) -> dict[str, tuple[str, Mapping[str, str]]]:
    """Every indicator that shows protected cells: of which indicator, and which part of it.

    Slices that the catalogue declares are found by themselves, also slices of slices.
    """
    rules = source.disclosure or Disclosure()
    found: dict[str, tuple[str, Mapping[str, str]]] = {name: (name, {}) for name in (*rules.counts, *rules.amounts)}
    found |= {name: (part.of, dict(part.where)) for name, part in rules.parts.items()}
    waiting = [i for i in catalogue.indicators if i.derive is not None and i.derive.kind == "slice"]
    known = -1
    while known < len(found):
        known = len(found)
        for indicator in waiting:
            derive = indicator.derive
            if derive is not None and derive.of in found and indicator.id not in found:
                name, where = found[derive.of]
                found[indicator.id] = (name, {**where, **derive.where})
    return found


def cells_of(rows: pd.DataFrame, parts: Mapping[str, tuple[str, Mapping[str, str]]], rules: Disclosure) -> Cells:
    """The cells that the rows of a source show.

    Args:
        rows: tidy rows of the indicators in ``parts``, delivered and computed ones together.
        parts: see :func:`protected_parts`.
        rules: of the source.
    """
    fixed = {dim for _, where in parts.values() for dim in where}
    dims = tuple(sorted({*used_dimensions(rows), *fixed}))
    frame = rows.copy()
    frame[NAME] = [parts[name][0] for name in rows["indicator"]]
    for column in (*dims, *UNITS):
        if column not in frame:
            frame[column] = float("nan") if column in UNITS else TOTAL
    for indicator, (_, where) in parts.items():
        for dim, code in where.items():
            frame.loc[frame["indicator"] == indicator, dim] = code
    key = [*_APART, *dims, *_PERIOD]
    of_row = frame.groupby(key, sort=True, dropna=False).ngroup()
    frame[SECRET] = ~frame["conf_status"].isin(["F", ""])
    grouped = frame.groupby(of_row)
    cells: pd.DataFrame = grouped[[*key, "obs_value", *UNITS]].first()
    cells[SECRET] = grouped[SECRET].any()
    broken = cells[list(dims)].to_numpy() != TOTAL
    layers = [" ".join(dim for dim, on in zip(dims, row, strict=True) if on) for row in broken]
    counted = {rules.parts[name].of if name in rules.parts else name for name in rules.counts}
    cells[LAYER], cells[COUNTED] = layers, cells[NAME].isin(counted)
    return Cells(cells, of_row, dims)


def cell_names(rows: pd.DataFrame) -> pd.Series:
    """Which part each row is, such as ``market=FR purpose=mice``; empty for the whole."""
    named: list[list[str]] = [[] for _ in range(len(rows))]
    for dim in used_dimensions(rows):
        codes = rows[dim].to_numpy(dtype="object")
        # Only where there is something to name: of sixty dimensions a row uses two.
        for place in np.flatnonzero(codes != TOTAL):
            named[place].append(f"{dim}={codes[place]}")
    return pd.Series([" ".join(each) for each in named], index=rows.index, dtype="str")


def balances_between(cells: Cells, balances: Iterable[Balance]) -> list[Sum]:
    """Stocks that follow from the one before: with three of the four numbers known, so is the fourth."""
    frame = cells.frame
    key = ["ref_area", "sample", "measure", *cells.dims]
    monthly = frame[frame["freq"].eq("M")]
    months = monthly["period_start"].str[:7]
    places = zip(monthly[NAME], months, monthly[key].itertuples(index=False, name=None), strict=True)
    at: dict[tuple[Any, ...], int] = {place: int(cell) for place, cell in zip(places, monthly.index, strict=True)}
    values = frame["obs_value"].to_dict()
    found = []
    for balance in balances:
        for (name, month, rest), cell in at.items():
            if name == balance.pending:
                before = [at.get((balance.pending, previous(month), rest)), at.get((balance.opened, month, rest))]
                parts = tuple(part for part in before if part is not None)
                closed = at.get((balance.closed, month, rest))
                less = () if closed is None else (closed,)
                # What has no cell is zero; in the first month of all nothing is carried over.
                follows = sum(values[part] for part in parts) - sum(values[part] for part in less)
                if math.isclose(follows, values[cell], abs_tol=1e-9):
                    found.append(Sum(cell, parts, less))
    return found


def sums_between(cells: Cells, stocks: Collection[str]) -> list[Sum]:
    """Which cells are sums of which others: over a dimension, over time, over both.

    Two layers are compared where one is finer. A sum counts only where it holds: parts that do not
    close to their whole tell nothing of it.

    Args:
        cells: of one source.
        stocks: indicators whose longer period is its last day, not the sum of its parts.
    """
    frame = cells.frame
    values = frame["obs_value"].to_numpy()
    codes = frame[list(cells.dims)].to_numpy()
    spans = list(zip(frame["period_start"], frame["period_end"], strict=True))
    found: list[Sum] = []
    for group, rows in frame.groupby(_APART, sort=True):
        layers = [_layer(key, part, cells.dims, spans) for key, part in rows.groupby([LAYER, "freq"], sort=True)]
        for coarse, fine in permutations(layers, 2):
            if coarse.by <= fine.by and (coarse.freq == fine.freq or coarse.days >= fine.days):
                by = [position for position, dim in enumerate(cells.dims) if dim in coarse.by]
                pairs = _within(coarse, fine, stock=str(group[0]) in stocks)
                found += _sums(coarse, fine, pairs, codes[:, by], spans, values)
    return found


@dataclass(frozen=True)
class _Layer:
    """Cells of one frequency with the same dimensions broken down."""

    by: frozenset[str]
    freq: str
    cells: list[int]
    spans: frozenset[tuple[str, str]]
    days: float


def _layer(key: tuple[Any, ...], rows: pd.DataFrame, dims: tuple[str, ...], spans: list[tuple[str, str]]) -> _Layer:
    cells = [int(cell) for cell in rows.index]
    own = frozenset(spans[cell] for cell in cells)
    lengths = sorted((date.fromisoformat(end) - date.fromisoformat(start)).days for start, end in own if start and end)
    by = frozenset(str(key[0]).split()) & set(dims)
    return _Layer(by, str(key[1]), cells, own, lengths[len(lengths) // 2] if lengths else 0)


def _within(coarse: _Layer, fine: _Layer, *, stock: bool) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """For each shorter period the longer ones that it is a part of."""

    def part(short: tuple[str, str], long: tuple[str, str]) -> bool:
        if coarse.freq == fine.freq:
            return short == long
        return short[1] == long[1] if stock else long[0] <= short[0] and short[1] <= long[1]

    return {short: [long for long in sorted(coarse.spans) if part(short, long)] for short in fine.spans}


def _sums(
    coarse: _Layer,
    fine: _Layer,
    within: Mapping[tuple[str, str], list[tuple[str, str]]],
    codes: np.ndarray[Any, Any],
    spans: list[tuple[str, str]],
    values: Vector,
) -> Iterator[Sum]:
    parts: dict[tuple[Any, ...], list[int]] = {}
    for cell in fine.cells:
        if not np.isnan(values[cell]):
            for long in within[spans[cell]]:
                parts.setdefault((long, *codes[cell]), []).append(cell)
    for whole in coarse.cells:
        members = parts.get((spans[whole], *codes[whole]))
        if members and math.isclose(values[members].sum(), values[whole], rel_tol=1e-9, abs_tol=1e-9):
            yield Sum(whole, tuple(members))
