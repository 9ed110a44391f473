"""What is computed from hidden cells is hidden too: a ratio and its numerator give the denominator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.derivation import Derivation
from kpi.observations import TOTAL, used_dimensions
from kpi.parsing.periods import same_period_of

Key = tuple[Any, ...]
#: What names a row beside its dimensions, in this order; the indicator comes first, the period last.
_AT = ["indicator", "source", "ref_area", "sample", "measure", "time_period"]
_PERIOD = _AT.index("time_period")
#: A breakdown of which a larger part of the cells is too small is not shown at all.
MOST_SMALL = 0.5
_TOLERANCE = 1e-9


def follow(rows: pd.DataFrame, reasons: pd.Series, catalogue: Catalogue, left_out: str, computed: str) -> None:
    """Mark, in place, the computed rows that need a hidden one, until none is left.

    A value that is shown is then a function of shown cells and tells nothing more than they do; so sums and
    differences of several indicators need no equations among those of the cells. (With equations a sum stays
    where two of its terms go; on tables like ours that hides about half as many cells again.)

    Args:
        rows: tidy rows, delivered and computed ones together.
        reasons: why a row is not shown, empty where it is.
        catalogue: says from what each indicator is computed.
        left_out: the reason of rows that are not even named; what is computed from them is not either.
        computed: the reason to give to the others.
    """
    dims = used_dimensions(rows)
    keys = dict(zip(rows.index, rows[[*_AT, *dims]].itertuples(index=False, name=None), strict=True))
    of = rows.groupby("indicator").groups
    derived = {
        i.id: i.derive for i in catalogue.indicators if i.derive is not None and i.derive.kind != "slice" and i.id in of
    }
    table = _Table(tuple(dims), _parts(keys, of, derived, dims), set(keys.values()))
    needed = {row: _inputs(keys[row], derive, table) for name, derive in derived.items() for row in of[name]}
    why: dict[Any, str] = reasons[rows.index].to_dict()
    hidden = {keys[row]: reason for row, reason in why.items() if reason}
    before = -1
    while before != len(hidden):
        before = len(hidden)
        for row, inputs in needed.items():
            if why[row]:
                continue
            found = {hidden[key] for key in inputs if key in hidden}
            if found:
                why[row] = hidden[keys[row]] = left_out if left_out in found else computed
    reasons[rows.index] = pd.Series(why, dtype="str")


@dataclass(frozen=True)
class _Table:
    """What the rows of some sources show: their dimensions, the parts of each breakdown, every place."""

    dims: tuple[str, ...]
    parts: Mapping[tuple[str, Key], tuple[Key, ...]]
    places: set[Key]

    def at(self, key: Key, where: Mapping[str, str], name: str) -> Key:
        """The place of another indicator, with other codes for some dimensions."""
        moved = list(key)
        moved[0] = name
        for dim, code in where.items():
            if dim in self.dims:
                moved[len(_AT) + self.dims.index(dim)] = code
        return tuple(moved)


def _parts(
    keys: Mapping[Any, Key], of: Mapping[Any, Any], derived: Mapping[str, Derivation], dims: list[str]
) -> dict[tuple[str, Key], tuple[Key, ...]]:
    """The cells of each breakdown that a share, a rank or a concentration needs, by dimension and whole."""
    found: dict[tuple[str, Key], list[Key]] = {}
    for by, name in sorted({(str(d.by), str(d.of)) for d in derived.values() if d.by}):
        if by not in dims:
            continue
        place = len(_AT) + dims.index(by)
        for row in of.get(name, ()):
            key = keys[row]
            if key[place] != TOTAL:
                whole = (*key[:place], TOTAL, *key[place + 1 :])
                found.setdefault((by, whole), []).append(key)
    return {whole: tuple(cells) for whole, cells in found.items()}


def _inputs(key: Key, derive: Derivation, table: _Table) -> list[Key]:
    """The cells a computed row is made of; those of a kind of its own as its function in ``_CELLS`` says."""
    special = _CELLS.get(derive.kind)
    return list(special(key, derive, table)) if special else [table.at(key, {}, name) for name in derive.inputs]


def _terms(key: Key, derive: Derivation, table: _Table) -> Iterator[Key]:
    for term in derive.terms:
        yield table.at(key, term.where, term.indicator)


def _with_base(key: Key, derive: Derivation, table: _Table) -> Iterator[Key]:
    """The value, and the same period of the base year: with an index and one of them a reader has the other."""
    value = table.at(key, {}, str(derive.of))
    yield value
    if derive.base_year is not None and value[_PERIOD]:
        base = same_period_of(value[_PERIOD], derive.base_year)
        yield (*value[:_PERIOD], base, *value[_PERIOD + 1 :])


def _of_whole(key: Key, derive: Derivation, table: _Table) -> Iterator[Key]:
    """The part and the whole; of the rest, which no cell shows, the whole and every part."""
    by = str(derive.by)
    whole = table.at(key, {by: TOTAL}, str(derive.of))
    part = table.at(key, {}, str(derive.of))
    yield whole
    yield part
    if derive.not_stated and part not in table.places:
        yield from table.parts.get((by, whole), ())


def _all_parts(key: Key, derive: Derivation, table: _Table) -> Iterator[Key]:
    """Every part: one that is hidden can be bounded by its rank, and computed from a concentration."""
    by = str(derive.by)
    yield from table.parts.get((by, table.at(key, {by: TOTAL}, str(derive.of))), ())


_CELLS: dict[str, Callable[[Key, Derivation, _Table], Iterator[Key]]] = {
    "sum": _terms,
    "index": _with_base,
    "share": _of_whole,
    "rank": _all_parts,
    "concentration": _all_parts,
}


def quantiles(catalogue: Catalogue) -> set[str]:
    """Indicators that are a median or another quantile of single durations."""
    return {i.id for i in catalogue.indicators if i.derive is not None and i.derive.kind == "duration"}


def few_cases(rows: pd.DataFrame, catalogue: Catalogue, minimum: int, small: str, left_out: str) -> pd.Series:
    """Why a quantile is not shown: a median of one case is that case, whatever the sums say.

    The denominator of a quantile is its number of cases; without one nothing is proved and it is hidden. A
    breakdown most of whose quantiles are of too few cases is left out, as one of cells is.

    Args:
        rows: tidy rows of one source.
        catalogue: says which indicators are quantiles.
        minimum: number of cases that may be shown.
        small: the reason to give to a row.
        left_out: the reason of rows that are not even named.
    """
    mine = rows[rows["indicator"].isin(quantiles(catalogue))]
    why = pd.Series("", index=mine.index, dtype="str").mask(~mine["denominator"].ge(minimum), small)
    broken = [pd.Series(mine[dim] != TOTAL, name=dim) for dim in used_dimensions(mine)]
    if broken and len(mine):
        share = why.ne("").astype("float64").groupby([mine["indicator"], mine["freq"], *broken]).transform("mean")
        fine = pd.concat(broken, axis=1).any(axis=1)
        why = why.mask(fine & share.gt(MOST_SMALL), left_out)
    return why


def other_base(rows: pd.DataFrame, catalogue: Catalogue, computed: str) -> pd.Series:
    """Means of other cells than their base counts: with all cells but one known, so is that one.

    A mean over several cells is safe where its base is, for both are sums of the same cells: what cannot be computed
    of the one cannot of the other. Where a cell has answers and no mean, they are not the same.
    """
    why = pd.Series("", index=rows.index, dtype="str")
    keys = [*_AT[1:], *used_dimensions(rows)]
    for indicator in catalogue.indicators:
        if indicator.derive is None or indicator.derive.kind != "mean":
            continue
        mine = rows[rows["indicator"].eq(indicator.id) & rows["denominator"].notna()]
        base = rows[rows["indicator"].eq(str(indicator.derive.base))].drop_duplicates(keys)
        known = mine[keys].merge(base[[*keys, "obs_value"]], on=keys, how="left")["obs_value"]
        apart = ~((known - mine["denominator"].to_numpy()).abs() <= _TOLERANCE)
        why[mine.index[apart.to_numpy()]] = computed
    return why
