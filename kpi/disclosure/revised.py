"""What newer deliveries changed, told without giving a hidden cell away."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kpi.catalogue import Catalogue
from kpi.disclosure.cells import cell_names, protected_parts
from kpi.observations import TOTAL, dimensions_of
from kpi.vintages import CHANGE, SINCE

_PLACE = ["source", "indicator", "ref_area", "freq", "time_period", "cell"]
_VALUES = ["old_value", "new_value", "difference", "percent"]


def protect_revisions(changes: pd.DataFrame, suppressed: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Revisions that may be shown.

    A row of a protected source that is hidden now, or whose old or new value or change is too small, is shown
    with the others of its indicator, period and day in one row that only says by how much they moved together;
    not even that where the whole is hidden or the move is small.

    Args:
        changes: see :func:`kpi.vintages.revisions`.
        suppressed: what is hidden now, see :func:`kpi.disclosure.protect`.
        catalogue: declares the protection of each source.
    """
    if changes.empty:
        return changes
    minimum = _minimum(changes, catalogue)
    dims = [dim for dim in dimensions_of(changes) if dim not in CHANGE]
    named = changes.assign(cell=cell_names(changes.drop(columns=list(CHANGE))))
    hidden = set(suppressed[_PLACE].itertuples(index=False, name=None))
    sizes = changes[["old_value", "new_value", "difference"]].abs().to_numpy()
    small = ((sizes > 0) & (sizes < minimum.to_numpy()[:, None])).any(axis=1)
    secret = [place in hidden for place in named[_PLACE].itertuples(index=False, name=None)]
    held = (np.array(secret) | small) & minimum.gt(0).to_numpy()
    if not held.any():
        return changes
    moved = changes["difference"].fillna(changes["new_value"].fillna(0) - changes["old_value"].fillna(0))
    keys = ["source", "indicator", "ref_area", "freq", "time_period", SINCE]
    told = changes[held].assign(difference=moved, **dict.fromkeys(dims, TOTAL), kind="confidential")
    told = told.assign(**dict.fromkeys(["old_value", "new_value", "percent"], np.nan), old_ref="", new_ref="")
    together = told.groupby(keys, sort=False)["difference"].transform("sum")
    wholes = told.assign(difference=together).drop_duplicates(keys)
    whole_hidden = {place[:-1] for place in hidden if place[-1] == ""}
    places = wholes[_PLACE[:-1]].itertuples(index=False, name=None)
    shown = np.array([place not in whole_hidden for place in places]) & wholes["difference"].abs().ge(
        minimum[wholes.index]
    )
    return pd.concat([changes[~held], wholes[shown]])[changes.columns].sort_index().reset_index(drop=True)


def _minimum(changes: pd.DataFrame, catalogue: Catalogue) -> pd.Series:
    """The smallest number of units that may be shown, of each row; zero where it is not protected."""
    minimum = pd.Series(0, index=changes.index)
    for source in catalogue.sources:
        if source.disclosure is not None:
            mine = changes["source"].eq(source.id) & changes["indicator"].isin(protected_parts(source, catalogue))
            minimum[mine] = source.disclosure.minimum
    return minimum
