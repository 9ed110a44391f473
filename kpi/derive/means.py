"""Delivered means, added up by what they are means of."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.derivation import Derivation
from kpi.derive.aligning import aligned
from kpi.derive.marginals import marginals
from kpi.derive.rates import ratio
from kpi.observations import tidy


def weighted_mean(cells: Mapping[str, pd.DataFrame], name: str, derivation: Derivation) -> pd.DataFrame:
    """Means of cells as totals and by each dimension: sum(mean x base) / sum(base).

    A mean of means is right only with the base of each: a cell without one takes no part. The
    numerator is the sum behind the mean, the denominator the summed base.

    Args:
        cells: delivered rows by indicator.
        name: the indicator whose cells hold means.
        derivation: of the kind ``mean``.
    """
    pairs = aligned(cells, (name, str(derivation.base)), (1, 1))
    if pairs.empty:
        return pairs
    common = pairs.drop(columns=["v0", "v1"]).assign(flow="flow", unit_measure="")
    sums = [
        common.assign(indicator="top", obs_value=pairs["v0"] * pairs["v1"]),
        common.assign(indicator="base", obs_value=pairs["v1"]),
    ]
    added = marginals(tidy(pd.concat(sums, ignore_index=True)))
    by_name = {str(key): rows for key, rows in added.groupby("indicator")}
    return ratio(by_name, Derivation(kind="ratio", numerator="top", denominator="base"))
