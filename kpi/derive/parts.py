"""A whole and its parts: shares, ranks, concentration, and means weighted by their base."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from kpi.derivation import Derivation
from kpi.derive.joining import JOINED, PLACE, joined_reach
from kpi.observations import TOTAL, used_dimensions

Known = Mapping[str, pd.DataFrame]
#: Parts may miss the whole by this much of it, for rounding.
_ROUNDING = 1e-9


def share(known: Known, derivation: Derivation) -> pd.DataFrame:
    """Each part over the whole of the same period, by one dimension; as unsettled as the less settled of the two.

    With ``not_stated`` what the parts leave over stands as one more part; parts that exceed
    their whole have the flag ``parts-do-not-close``.
    """
    parts, whole = _cut(known, derivation)
    if parts.empty or whole.empty:
        return pd.DataFrame()
    if derivation.not_stated:
        parts = pd.concat([parts, _rest(parts, whole, derivation)], ignore_index=True)
    parts = parts.dropna(subset=["obs_value"])
    joins: dict[str, Callable[[Sequence[str]], str]] = {
        **JOINED,
        "qualifier": lambda pair: joined_reach(pair, (1, -1)),
        "vintage": max,
    }
    columns = {name: f"{name} of the whole" for name in ("obs_value", *joins)}
    pairs = parts.merge(whole[[*PLACE, *columns]].rename(columns=columns), on=PLACE)
    if pairs.empty:
        return pairs
    for name, join in joins.items():
        pairs[name] = [join(pair) for pair in zip(pairs[name], pairs[columns[name]], strict=True)]
    pairs = pairs.assign(denominator=pairs[columns["obs_value"]]).drop(columns=columns.values())
    pairs = pairs[(pairs["qualifier"] != "") & (pairs["denominator"] != 0)]
    added = pairs.groupby(PLACE)["obs_value"].transform("sum")
    more = added > pairs["denominator"] * (1 + _ROUNDING)
    return pairs.assign(
        numerator=pairs["obs_value"],
        obs_value=derivation.scale * pairs["obs_value"] / pairs["denominator"],
        flags=pairs["flags"].where(~more, (pairs["flags"] + " parts-do-not-close").str.strip()),
        flow="share",
    )


def rank(known: Known, derivation: Derivation) -> pd.DataFrame:
    """Rank of each part among the parts of its period, 1 for the largest; equal parts share the better rank."""
    parts, _ = _cut(known, derivation)
    if parts.empty:
        return parts
    parts = parts[~parts[str(derivation.by)].isin(derivation.residual) & parts["qualifier"].eq("eq")]
    places = parts.groupby(PLACE)["obs_value"].rank(method="min", ascending=derivation.smallest_first)
    return parts.assign(obs_value=places, flow="rank")


def concentration(known: Known, derivation: Derivation) -> pd.DataFrame:
    """Sum of squared shares of the parts in their sum (Herfindahl-Hirschman index), from 1/n to 1.

    Codes in ``residual`` (other, unknown) lump several units together: they count in the sum
    but their squares do not, and the value is then a lower bound.
    """
    parts, _ = _cut(known, derivation)
    if parts.empty:
        return parts
    parts = parts[parts["qualifier"].eq("eq") & (parts["obs_value"] >= 0)]
    lumped = parts[str(derivation.by)].isin(derivation.residual)
    grouped = parts.assign(
        square=parts["obs_value"].pow(2).where(~lumped, 0.0), lumped=lumped & (parts["obs_value"] > 0)
    ).groupby(PLACE, sort=True)
    whole = grouped["obs_value"].sum()
    result = pd.DataFrame({"obs_value": grouped["square"].sum() / whole.where(whole != 0).pow(2)})
    result["qualifier"] = grouped["lumped"].any().map({True: "ge", False: "eq"})
    for column, join in JOINED.items():
        result[column] = grouped[column].agg(join)
    result["vintage"] = grouped["vintage"].max()
    return result.dropna(subset=["obs_value"]).reset_index().assign(flow="rate")


def _cut(known: Known, derivation: Derivation) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The parts by the dimension, and the whole, both without any other dimension."""
    rows = known.get(str(derivation.of), pd.DataFrame())
    if derivation.by not in rows or rows.empty:
        return pd.DataFrame(), pd.DataFrame()
    others = [dim for dim in used_dimensions(rows) if dim != derivation.by]
    alone = rows[(rows[others] == TOTAL).all(axis=1)]
    is_part = alone[derivation.by] != TOTAL
    return alone[is_part], alone[~is_part]


def _rest(parts: pd.DataFrame, whole: pd.DataFrame, derivation: Derivation) -> pd.DataFrame:
    """What the whole has beyond its parts, where all are exact, none is hidden, and they do not name it already."""
    by = str(derivation.by)
    exact = parts.assign(
        exact=parts["qualifier"].eq("eq") & parts["obs_value"].notna(), named=parts[by].eq(str(derivation.not_stated))
    )
    grouped = exact.groupby(PLACE).agg(added=("obs_value", "sum"), exact=("exact", "all"), named=("named", "any"))
    rest = whole[whole["qualifier"].eq("eq")].merge(grouped.reset_index(), on=PLACE)
    left_over = rest["obs_value"] - rest["added"]
    kept = rest["exact"] & ~rest["named"] & (left_over > _ROUNDING * rest["obs_value"])
    rest = rest.assign(obs_value=left_over, **{by: derivation.not_stated})[kept]
    return rest[parts.columns]
