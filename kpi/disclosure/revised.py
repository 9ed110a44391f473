"""What newer deliveries changed, told without giving away what is hidden, or was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kpi.catalogue import Catalogue, Disclosure
from kpi.disclosure.cells import protected_parts
from kpi.observations import FREE, TOTAL, UNITS, dimensions_of
from kpi.vintages import CHANGE, SINCE

_WHOLE = ["source", "indicator", "ref_area", "freq", "time_period"]


def protect_revisions(
    changes: pd.DataFrame, suppressed: pd.DataFrame, history: pd.DataFrame, catalogue: Catalogue
) -> pd.DataFrame:
    """Revisions that may be shown.

    What was known before is not protected by what is hidden now: a cell may have been hidden, or have hidden another
    one. So where anything of a protected measure ever had to be hidden, counts are told in one row for an
    indicator, period and day, which only says by how much they moved together; not even that where the whole is
    hidden, or where the move or what moved is small. Amounts are then not told at all: what few brought before can
    stand behind what many bring now.

    Args:
        changes: see :func:`kpi.vintages.revisions`.
        suppressed: what is hidden now, see :func:`kpi.disclosure.protect`.
        history: all rows that were ever known, see :func:`kpi.vintages.all_known`.
        catalogue: declares the protection of each source.
    """
    minimum, amounts = _rules(changes, history, catalogue)
    if not (held := minimum.gt(0)).any():
        return changes
    counts = changes[held & ~amounts]
    old = counts["old_value"].fillna(0)
    moved = counts["difference"].fillna(counts["new_value"].fillna(0) - old)
    keys = [*_WHOLE, SINCE]
    empty: dict[str, Any] = {"old_value": np.nan, "new_value": np.nan, "percent": np.nan, "old_ref": "", "new_ref": ""}
    totals = dict.fromkeys((dim for dim in dimensions_of(changes) if dim not in CHANGE), TOTAL)
    told = counts.assign(difference=moved, old=old, **totals, kind="confidential")
    summed = told.groupby(keys, sort=False)[["difference", "old"]].transform("sum")
    wholes = told.assign(**summed, **empty).drop_duplicates(keys)
    hidden = set(suppressed.loc[suppressed["cell"].eq(""), _WHOLE].itertuples(index=False, name=None))
    free = np.array([place not in hidden for place in wholes[_WHOLE].itertuples(index=False, name=None)], dtype="bool")
    large = wholes[["difference", "old"]].abs().min(axis=1).ge(minimum[wholes.index])
    return pd.concat([changes[~held], wholes[free & large]])[changes.columns].sort_index().reset_index(drop=True)


def _rules(changes: pd.DataFrame, history: pd.DataFrame, catalogue: Catalogue) -> tuple[pd.Series, pd.Series]:
    """The smallest number of units that may be shown, of each row, zero where it is free; and which are amounts."""
    minimum = pd.Series(0, index=changes.index)
    amounts = pd.Series(False, index=changes.index)
    for source in catalogue.sources:
        rules, mine = source.disclosure, changes["source"].eq(source.id)
        if rules is None or not mine.any():
            continue
        parts = protected_parts(source, catalogue)
        known = history[history["source"].eq(source.id)]
        # Opened, closed and pending cases give one another away; other measures do not.
        measures = {of for of, _ in parts.values()}
        for measure in [measures] if rules.balances else [{of} for of in measures]:
            names = {name for name, (of, _) in parts.items() if of in measure}
            sums = {name for name in names if parts[name][0] in rules.amounts}
            rows = known[known["indicator"].isin(names)]
            if _ever_hidden(rows, rows["indicator"].isin(sums), rules):
                minimum[mine & changes["indicator"].isin(names)] = rules.minimum
                amounts |= mine & changes["indicator"].isin(sums)
    return minimum, amounts


def _ever_hidden(rows: pd.DataFrame, amounts: pd.Series, rules: Disclosure) -> bool:
    """Whether any of these rows was too small, dominated or secret: where none was, no other had to hide it."""
    value = rows["obs_value"].abs()
    units, largest = (rows[name] if name in rows else pd.Series(np.nan, index=rows.index) for name in UNITS)
    few = value.where(~amounts, units.fillna(0)) < rules.minimum
    dominated = amounts & (largest.fillna(np.inf) > rules.dominance * value)
    return bool((value.gt(0) & (few | dominated)).any() or rows["conf_status"].ne(FREE).any())
