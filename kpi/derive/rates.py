"""One value from several indicators of one thing and time: sums, ratios, rates, indices, balances, cohorts."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.derivation import Derivation
from kpi.derive.aligning import aligned
from kpi.parsing.periods import same_period_of

Known = Mapping[str, pd.DataFrame]


def ratio(known: Known, derivation: Derivation) -> pd.DataFrame:
    """Summed numerators over summed denominators; nothing where the denominator is zero.

    Also ``leverage`` (spending brought over euro invested), ``step-rate`` and ``overall-rate``
    of a funnel, and ``rate`` per unit of another indicator: the same division of sums. A step that
    is larger than the step before it is no funnel: the rate is given, with the flag ``step-exceeds``.
    """
    pairs = aligned(known, derivation.inputs, (1, -1))
    if pairs.empty:
        return pairs
    result = _over(pairs, pairs["v0"], pairs["v1"], derivation.scale)
    if derivation.steps:
        result["flags"] = _flagged(result, result["numerator"] > result["denominator"], "step-exceeds")
    return result


def rate(known: Known, derivation: Derivation) -> pd.DataFrame:
    """So much per unit of another indicator, or per calendar day of the period (29 February counts)."""
    if derivation.per != "day":
        return ratio(known, derivation)
    rows = aligned(known, derivation.inputs, (1,))
    if rows.empty:
        return rows
    rows = rows[(rows["period_start"] != "") & (rows["period_end"] != "")]
    days = (pd.to_datetime(rows["period_end"]) - pd.to_datetime(rows["period_start"])).dt.days + 1
    return _over(rows, rows["v0"], days.astype("float64"), derivation.scale)


def difference(known: Known, derivation: Derivation) -> pd.DataFrame:
    """First minus second."""
    pairs = aligned(known, derivation.inputs, (1, -1))
    return pairs if pairs.empty else pairs.assign(obs_value=pairs["v0"] - pairs["v1"], flow="flow")


def total(known: Known, derivation: Derivation) -> pd.DataFrame:
    """The terms, each times its weight, where every one of them is known."""
    weights = [term.weight for term in derivation.terms]
    signs = [1 if weight > 0 else -1 for weight in weights]
    rows = aligned(known, derivation.inputs, signs, [term.where for term in derivation.terms])
    if rows.empty:
        return rows
    flows = {flow for name in derivation.inputs for flow in known[name]["flow"].unique()}
    added = sum(rows[f"v{i}"] * weight for i, weight in enumerate(weights))
    return rows.assign(obs_value=added, flow=flows.pop() if len(flows) == 1 else "flow")


def balance(known: Known, derivation: Derivation) -> pd.DataFrame:
    """Favourable minus unfavourable answers over all answers, the undecided included.

    The net promoter score (Reichheld 2003) is the balance of promoters (9, 10) and detractors (0 to 6).
    """
    rows = aligned(known, derivation.inputs, (1, -1, 0))
    return rows if rows.empty else _over(rows, rows["v0"] - rows["v1"], rows["v2"], derivation.scale)


def cohort(known: Known, derivation: Derivation) -> pd.DataFrame:
    """Converted over entered, by the period of entry; ``value_high`` is reached when all that is open converts.

    A cohort with something still open has the flag ``immature``: it is no decline against an older one.
    """
    rows = aligned(known, derivation.inputs, (1, -1, 0))
    if rows.empty:
        return rows
    converted, entered, still_open = rows["v0"], rows["v1"], rows["v2"]
    young = still_open > 0
    bounded = rows.assign(
        value_low=(derivation.scale * converted / entered.where(entered != 0)).where(young),
        value_high=(derivation.scale * (converted + still_open) / entered.where(entered != 0)).where(young),
        flags=_flagged(rows, young, "immature"),
    )
    return _over(bounded, converted, entered, derivation.scale)


def index(known: Known, derivation: Derivation) -> pd.DataFrame:
    """100 x value / value of the same period of the base year; nothing where that is not positive.

    A break in the series between the two gives the row the flag ``across-break``: value and base do not compare.
    """
    rows = aligned(known, derivation.inputs, (1,))
    if rows.empty or derivation.base_year is None:
        return pd.DataFrame()
    rows = rows[rows["freq"].isin(["A", "S", "Q", "M"])].reset_index(drop=True)
    others = [c for c in rows.columns if c not in {"v0", *_ONE_ROW}]
    base_of = [same_period_of(period, derivation.base_year) for period in rows["time_period"]]
    base = rows[[*others, "v0", "qualifier"]].rename(columns={"v0": "base", "qualifier": "base_qualifier"})
    base = base.assign(_base=base.pop("time_period"))
    merged = rows.assign(_base=base_of).merge(base, on=[*(c for c in others if c != "time_period"), "_base"])
    exact = merged["qualifier"].isin(["eq", "approx"]) & merged["base_qualifier"].isin(["eq", "approx"])
    merged = merged[exact & (merged["base"] > 0)]
    result = _over(merged, merged["v0"], merged["base"], 100).drop(columns=["base", "base_qualifier", "_base"])
    return result.assign(flags=_flagged(result, _across_break(rows, result, derivation.base_year), "across-break"))


#: What a row of an index does not share with its base.
_ONE_ROW = {"period_start", "period_end", "flags", "obs_status", "source_ref", "qualifier", "vintage"}


def _across_break(rows: pd.DataFrame, result: pd.DataFrame, year: int) -> pd.Series:
    """Whether a break lies after the earlier of row and base, up to the later one."""
    apart = [c for c in rows.columns if c not in {"v0", "time_period", *_ONE_ROW}]
    breaks: dict[tuple[object, ...], set[str]] = {}
    for row in rows.loc[rows["obs_status"] == "B", [*apart, "time_period"]].itertuples(index=False, name=None):
        breaks.setdefault(row[:-1], set()).add(row[-1])
    found = []
    for row in result[[*apart, "time_period"]].itertuples(index=False, name=None):
        low, high = sorted((same_period_of(row[-1], year), row[-1]))
        found.append(any(low < period <= high for period in breaks.get(row[:-1], ())))
    return pd.Series(found, index=result.index, dtype="bool")


def _over(rows: pd.DataFrame, top: pd.Series, base: pd.Series, scale: float) -> pd.DataFrame:
    value = scale * top / base.where(base != 0)
    result = rows.assign(obs_value=value, numerator=top, denominator=base, flow="rate")
    return result.dropna(subset=["obs_value"]).reset_index(drop=True)


def _flagged(rows: pd.DataFrame, which: pd.Series, flag: str) -> pd.Series:
    return rows["flags"].where(~which, (rows["flags"] + f" {flag}").str.strip())
