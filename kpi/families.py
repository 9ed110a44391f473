"""Rules about several indicators: funnels, stocks, shares, laid out as tables that a suite of each family judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from kpi.catalogue import Catalogue
from kpi.disclosure.cells import cell_names
from kpi.observations import TOTAL, dimensions_of
from kpi.parsing.periods import previous
from kpi.validation import Verdict, validate

FILE = "families.yaml"
_AT = ["source", "sample", "ref_area", "freq", "time_period", "cell"]


def check_families(observations: pd.DataFrame, catalogue: Catalogue, expectations: Path) -> dict[str, list[Verdict]]:
    """What the suites of the families say, by source.

    Args:
        observations: tidy rows, delivered and computed together.
        catalogue: says which indicators are shares.
        expectations: folder of the suites and of the declared families.
    """
    declared = yaml.safe_load((expectations / FILE).read_text(encoding="utf-8"))
    rows = observations.assign(cell=cell_names(observations))
    actual = rows[rows["measure"].eq("actual") & rows["source"].ne("published") & rows["obs_value"].notna()]
    found: dict[str, list[Verdict]] = {}
    for family, laid_out in LAYOUTS.items():
        table = laid_out(actual, declared.get(family, []), catalogue)
        for source, mine in table.groupby("source", sort=True):
            verdict = validate(mine.reset_index(drop=True), f"family-{family}", {}, expectations)
            found.setdefault(str(source), []).append(verdict)
    return found


def _funnels(rows: pd.DataFrame, chains: list[list[str]], _: Catalogue) -> pd.DataFrame:
    """One row a step, period and part, with ``earlier`` and ``later``; a step without the other is not judged."""
    pairs = [pair for chain in chains for pair in pairwise(chain)]
    parts = [_beside(rows, {"earlier": earlier, "later": later}) for earlier, later in pairs]
    return pd.concat(parts, ignore_index=True)


def _stocks(rows: pd.DataFrame, stocks: list[Mapping[str, str]], _: Catalogue) -> pd.DataFrame:
    """One row a month: ``available`` (opened, carried over) and ``closed``; ``pending`` and what it ``should`` be."""
    parts = []
    for stock in stocks:
        monthly = rows[rows["freq"].eq("M") & rows["cell"].eq("")]
        table = _beside(monthly, stock)
        before = _beside(monthly, {"carried": stock["pending"]}).set_index(_AT)["carried"]
        keys = table[_AT].assign(time_period=[previous(period) for period in table["time_period"]])
        carried = before.reindex(pd.MultiIndex.from_frame(keys)).to_numpy()
        available = table["opened"] + carried
        parts.append(table.assign(available=available, should=available - table["closed"]).dropna(subset=["should"]))
    return pd.concat(parts, ignore_index=True)


def _shares(rows: pd.DataFrame, _: list[Any], catalogue: Catalogue) -> pd.DataFrame:
    """One row a whole: the ``total`` of its shares by the dimension they were taken over, and the ``whole``."""
    parts = []
    for indicator in catalogue.indicators:
        derive = indicator.derive
        if derive is not None and derive.kind == "share" and derive.by in rows:
            others = [dim for dim in dimensions_of(rows) if dim not in {derive.by, "cell"}]
            mine = rows[rows["indicator"].eq(indicator.id)]
            whole = mine[(mine[others].to_numpy() == TOTAL).all(axis=1)]
            total = (
                whole.groupby(["source", "sample", "freq", "time_period"])["obs_value"].sum().reset_index(name="total")
            )
            parts.append(total.assign(indicator=indicator.id, whole=derive.scale))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"source": []})


LAYOUTS: dict[str, Callable[[pd.DataFrame, list[Any], Catalogue], pd.DataFrame]] = {
    "funnels": _funnels,
    "stocks": _stocks,
    "shares": _shares,
}


def _beside(rows: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Values of several indicators side by side, where all of them are known at the same place."""
    table = pd.DataFrame(columns=[*_AT])
    for number, (column, name) in enumerate(columns.items()):
        mine = rows[rows["indicator"].eq(name)].drop_duplicates(_AT)[[*_AT, "obs_value"]]
        values = mine.rename(columns={"obs_value": column})
        table = values if number == 0 else table.merge(values, on=_AT)
    return table.assign(step=" > ".join(columns.values()))
