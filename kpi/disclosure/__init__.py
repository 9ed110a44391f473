"""Disclosure control: what is published gives away no single person, company or case.

A cell that too few units stand behind, or that one unit dominates, is not shown (primary suppression);
nor are as many others as it takes that no sum, of parts or of months, gives a hidden one away (secondary); nor what is
computed from any of them. A whole breakdown most of whose cells are too small is left out. Pages, downloads and
notebooks read the protected tables; those that are not lie apart, in ``data/tidy/UNPROTECTED``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kpi.catalogue import Catalogue, Disclosure, Source
from kpi.disclosure.cells import (
    COUNTED,
    LAYER,
    NAME,
    SECRET,
    Cells,
    balances_between,
    cell_names,
    cells_of,
    protected_parts,
    sums_between,
)
from kpi.disclosure.derived import MOST_SMALL, few_cases, follow, other_base, quantiles
from kpi.disclosure.revised import protect_revisions
from kpi.disclosure.secondary import Sum, hide
from kpi.observations import FREE, UNITS, combine

__all__ = ["HIDDEN", "LOG", "Protected", "protect", "protect_revisions"]

#: What the published tables say of a hidden cell. One code for all: which were hidden first, and why, would tell
#: how large they are.
HIDDEN = "N"
#: Why a row is not shown; only the log of the house says which.
SMALL, DOMINATED, SECONDARY, COMPUTED, LAYERED, GIVEN = (
    *("too-few-units", "one-unit-dominates", "protects-another", "computed-from-hidden"),
    *("breakdown-too-fine", "confidential-at-source"),
)
LOG = ("source", "indicator", "ref_area", "freq", "time_period", "cell", "measure", "sample", "reason")
_EMPTIED = ("obs_value", "value_low", "value_high", "numerator", "denominator", "alternative", "printed")
#: Flags that say something of the values a row is computed from.
_TELLING = ("immature", "parts-do-not-close", "step-exceeds")


@dataclass(frozen=True)
class Protected:
    """Tables that may be shown, and a row for each value that may not: never the value."""

    observations: pd.DataFrame
    computed: pd.DataFrame
    suppressed: pd.DataFrame


def protect(observations: pd.DataFrame, computed: pd.DataFrame, catalogue: Catalogue) -> Protected:
    """Hide what the catalogue says must not be shown, in delivered and computed rows together.

    A hidden row stays, empty, with ``conf_status`` N and no more than the file in its reference; rows of a
    breakdown that is too fine are left out, for that they exist would tell where something is.

    Args:
        observations: tidy rows as delivered, with the columns UNITS where their source counts units.
        computed: what :func:`kpi.derive.derive` makes of them.
        catalogue: declares the protection of each source.
    """
    table = combine([observations, computed])
    reasons = pd.Series("", index=table.index, dtype="str")
    reasons[~table["conf_status"].isin([FREE, ""])] = GIVEN
    given = set(table["source"].unique())
    for source in (each for each in catalogue.sources if each.id in given):
        if source.disclosure is not None:
            _protect_source(table, reasons, source, source.disclosure, catalogue)
        elif reasons[(mine := table[table["source"].eq(source.id)]).index].ne("").any():
            follow(mine, reasons, catalogue, LAYERED, COMPUTED)
    hidden = reasons != ""
    shown = table.drop(columns=[unit for unit in UNITS if unit in table])
    status = table["conf_status"].where(reasons.isin(["", GIVEN]), HIDDEN)
    refs = table["source_ref"].where(~hidden, table["source_ref"].str.replace(r"( row|:)[^;]*", "", regex=True))
    empty = {name: shown[name].mask(hidden) for name in _EMPTIED}
    flags = table["flags"].mask(hidden, table["flags"].map(_untelling))
    shown = shown.assign(**empty, conf_status=status, source_ref=refs, flags=flags)
    # The cases of a quantile are told by the indicator that counts them, which has its own protection.
    protected = table["source"].isin([source.id for source in catalogue.sources if source.disclosure is not None])
    shown["denominator"] = shown["denominator"].mask(protected & table["indicator"].isin(quantiles(catalogue)))
    kept = ~reasons.eq(LAYERED)
    first = np.arange(len(table)) < len(observations)
    return Protected(
        shown[kept & first].reset_index(drop=True),
        shown[kept & ~first].reset_index(drop=True),
        _log(table[hidden], reasons[hidden]),
    )


def _protect_source(
    table: pd.DataFrame, reasons: pd.Series, source: Source, rules: Disclosure, catalogue: Catalogue
) -> None:
    """Say for each row of the source why it is not shown, in place."""
    parts = protected_parts(source, catalogue)
    mine = table[table["source"].eq(source.id) & table["measure"].ne("target")]
    rows = mine[mine["indicator"].isin(parts)]
    if len(rows):
        cells = cells_of(rows, parts, rules)
        stocks = {i.id for i in catalogue.indicators if i.aggregation == "last"}
        sums = sums_between(cells, stocks)
        why = _primary(cells, sums, rules)
        why = _without_fine_layers(cells.frame, why, rules)
        why = _secondary(cells.frame, [*sums, *balances_between(cells, rules.balances)], why)
        _give(reasons, cells.of_row.map(why))
    _give(reasons, few_cases(mine, catalogue, rules.minimum, SMALL, LAYERED))
    _give(reasons, other_base(mine, catalogue, COMPUTED))
    follow(mine, reasons, catalogue, LAYERED, COMPUTED)


def _primary(cells: Cells, sums: list[Sum], rules: Disclosure) -> pd.Series:
    frame = cells.frame
    units, largest = _units(frame, sums, [dim for dim in rules.repeated if dim in frame])
    value = frame["obs_value"]
    some = value.notna() & value.ne(0)
    why = pd.Series("", index=frame.index, dtype="str")
    amounts = some & ~frame[COUNTED]
    why[amounts & largest.gt(rules.dominance * value.abs())] = DOMINATED
    # What is behind an amount is counted by the source; a count is its own number of units.
    why[some & units.where(~frame[COUNTED], value.abs()).lt(rules.minimum)] = SMALL
    why[some & frame[SECRET]] = GIVEN
    return why


def _units(frame: pd.DataFrame, sums: list[Sum], repeated: list[str]) -> tuple[pd.Series, pd.Series]:
    """Number of units behind each cell and what the largest brings: as given, else from the parts that give it.

    A unit that stands in several parts, such as a trip in each item of its cost, is not counted twice: of the
    numbers by code of a repeated dimension the largest is taken, and what one unit brings to each is added.
    """
    units, largest = (frame[name].to_numpy(copy=True) for name in UNITS)
    given = ~np.isnan(units)
    codes = frame[repeated].agg(" ".join, axis=1).to_numpy() if repeated else np.full(len(frame), "")
    for total in sums:
        parts = np.array(total.parts)
        if np.isnan(units[total.whole]) and given[parts].all():
            groups = [parts[codes[parts] == code] for code in np.unique(codes[parts])]
            units[total.whole] = max(units[group].sum() for group in groups)
            largest[total.whole] = sum(np.nanmax([0.0, *largest[group]]) for group in groups)
    return pd.Series(units, index=frame.index), pd.Series(largest, index=frame.index)


def _without_fine_layers(frame: pd.DataFrame, why: pd.Series, rules: Disclosure) -> pd.Series:
    layers = [frame[name] for name in (NAME, LAYER, "freq")]
    some = frame["obs_value"].notna() & frame["obs_value"].ne(0)
    share = why.ne("").where(some).astype("float64").groupby(layers).transform("mean")
    why = why.mask(frame[LAYER].ne("") & share.gt(MOST_SMALL), LAYERED)
    for balance in rules.balances:
        # A stock by kind tells of what was opened by kind: they go together.
        mine = frame[NAME].isin(balance.model_dump().values()) & frame["freq"].eq("M")
        why = why.mask(mine & frame[LAYER].isin(set(frame.loc[mine & why.eq(LAYERED), LAYER])), LAYERED)
    return why


def _give(reasons: pd.Series, why: pd.Series) -> None:
    """Put reasons where there is none yet, in place."""
    reasons[why.index] = why.where(reasons[why.index].eq(""), reasons[why.index])


def _untelling(flags: str) -> str:
    return " ".join(flag for flag in flags.split() if flag not in _TELLING)


def _secondary(frame: pd.DataFrame, sums: list[Sum], why: pd.Series) -> pd.Series:
    fine = why.eq(LAYERED).to_numpy()
    seen = [total for total in sums if not fine[list(total.members)].any()]
    values = frame["obs_value"].fillna(0.0).to_numpy()
    primary = why.ne("").to_numpy() & ~fine
    hidden = hide(values, frame[COUNTED].to_numpy(), seen, primary, _cost(frame))
    return why.mask(hidden & ~primary, SECONDARY)


def _cost(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What a reader loses with a cell: its value, and far more for a total, most of all that of a year."""
    weight = np.where(frame[LAYER].eq(""), 1e3, 1.0) * np.where(frame["freq"].eq("A"), 10.0, 1.0)
    return np.asarray(frame["obs_value"].abs().fillna(0.0).to_numpy() * weight)


def _log(rows: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
    log = rows.assign(cell=cell_names(rows), reason=reasons)[list(LOG)]
    return log.drop_duplicates().sort_values(list(LOG), kind="stable").reset_index(drop=True)
