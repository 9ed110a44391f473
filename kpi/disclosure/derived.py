"""What is computed from hidden cells is hidden too: a ratio and its numerator give the denominator."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue, Indicator
from kpi.observations import TOTAL, used_dimensions

Key = tuple[object, ...]


def follow(rows: pd.DataFrame, reasons: pd.Series, catalogue: Catalogue, left_out: str, computed: str) -> None:
    """Mark, in place, the computed rows that need a hidden one, until none is left.

    A value that is shown is then a function of shown cells and tells nothing more than they do.

    Args:
        rows: tidy rows of one source.
        reasons: why a row is not shown, empty where it is.
        catalogue: says from what each indicator is computed.
        left_out: the reason of rows that are not even named; what is computed from them is not either.
        computed: the reason to give to the others.
    """
    dims = used_dimensions(rows)
    at = ["ref_area", "sample", "measure", "time_period"]
    keys = dict(zip(rows.index, rows[["indicator", *at, *dims]].itertuples(index=False, name=None), strict=True))
    of = rows.groupby("indicator").groups
    derived = [i for i in catalogue.indicators if i.derive is not None and i.derive.kind != "slice" and i.id in of]
    why: dict[Any, str] = reasons[rows.index].to_dict()
    hidden = {keys[row]: reason for row, reason in why.items() if reason}
    before = -1
    while before != len(hidden):
        before = len(hidden)
        for indicator in derived:
            for row in of[indicator.id]:
                found = {hidden[key] for key in _inputs(keys[row], indicator, at, dims) if key in hidden}
                if found and not why[row]:
                    why[row] = hidden[keys[row]] = left_out if left_out in found else computed
    reasons[rows.index] = pd.Series(why, dtype="str")


def _inputs(key: Key, indicator: Indicator, at: list[str], dims: list[str]) -> list[Key]:
    """The cells a computed row is made of: its own cell of each input, and the whole of a share."""
    derive = indicator.derive
    if derive is None:
        return []
    cells = [(name, *key[1:]) for name in derive.inputs]
    if derive.by:
        place = 1 + len(at) + dims.index(derive.by) if derive.by in dims else None
        cells += [tuple(TOTAL if n == place else part for n, part in enumerate(cell)) for cell in cells]
    return cells
