"""What newer deliveries changed, told without giving away what is hidden, or was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kpi.catalogue import Catalogue
from kpi.disclosure.cells import protected_parts
from kpi.observations import TOTAL, dimensions_of
from kpi.vintages import CHANGE, SINCE

_WHOLE = ["source", "indicator", "ref_area", "freq", "time_period"]


def protect_revisions(changes: pd.DataFrame, suppressed: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Revisions that may be shown.

    What was known before is not protected by what is hidden now: a cell may have been hidden, or have hidden another
    one. So the counts of a protected source are told in one row for an indicator, period and day, which only says by
    how much they moved together; not even that where the whole is hidden, or where the move or what moved is small.
    Amounts are not told at all: nobody knows any more how many units stood behind the older ones.

    Args:
        changes: see :func:`kpi.vintages.revisions`.
        suppressed: what is hidden now, see :func:`kpi.disclosure.protect`.
        catalogue: declares the protection of each source.
    """
    minimum, amounts = _rules(changes, catalogue)
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


def _rules(changes: pd.DataFrame, catalogue: Catalogue) -> tuple[pd.Series, pd.Series]:
    """The smallest number of units that may be shown, of each row, zero where it is free; and which are amounts."""
    minimum = pd.Series(0, index=changes.index)
    amounts = pd.Series(False, index=changes.index)
    for source in catalogue.sources:
        if source.disclosure is not None:
            parts = protected_parts(source, catalogue)
            sums = {name for name, (of, _) in parts.items() if of in source.disclosure.amounts}
            mine = changes["source"].eq(source.id)
            minimum[mine & changes["indicator"].isin(parts)] = source.disclosure.minimum
            amounts |= mine & changes["indicator"].isin(sums)
    return minimum, amounts
