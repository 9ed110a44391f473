"""A whole and its parts: shares, ranks, concentration, and means weighted by their base."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.derivation import Derivation
from kpi.derive.joining import joined_files, joined_flags, joined_reach, joined_status
from kpi.observations import TOTAL, used_dimensions

Known = Mapping[str, pd.DataFrame]
_KEYS = ["ref_area", "freq", "time_period", "period_start", "period_end", "measure", "source", "sample"]
#: Parts may miss the whole by this much of it, for rounding.
_ROUNDING = 1e-9


def share(known: Known, derivation: Derivation) -> pd.DataFrame:
    """Each part over the whole of the same period, by one dimension.

    With ``not_stated`` what the parts leave over stands as one more part; parts that exceed
    their whole have the flag ``parts-do-not-close``.
    """
    parts, whole = _cut(known, derivation)
    if parts.empty or whole.empty:
        return pd.DataFrame()
    if derivation.not_stated:
        parts = pd.concat([parts, _rest(parts, whole, derivation)], ignore_index=True)
    parts = parts.dropna(subset=["obs_value"])
    columns = {"obs_value": "whole", "qualifier": "whole_qualifier", "flags": "whole_flags"}
    pairs = parts.merge(whole[[*_KEYS, *columns]].rename(columns=columns), on=_KEYS)
    both = zip(pairs["qualifier"], pairs["whole_qualifier"], strict=True)
    pairs["qualifier"] = [joined_reach(pair, (1, -1)) for pair in both]
    pairs = pairs[(pairs["qualifier"] != "") & (pairs["whole"] != 0)]
    added = pairs.groupby(_KEYS)["obs_value"].transform("sum")
    more = added > pairs["whole"] * (1 + _ROUNDING)
    return pairs.assign(
        numerator=pairs["obs_value"],
        denominator=pairs["whole"],
        obs_value=derivation.scale * pairs["obs_value"] / pairs["whole"],
        flags=pairs["flags"].where(~more, (pairs["flags"] + " parts-do-not-close").str.strip()),
        flow="share",
    ).drop(columns=["whole", "whole_qualifier", "whole_flags"])


def rank(known: Known, derivation: Derivation) -> pd.DataFrame:
    """Rank of each part among the parts of its period, 1 for the largest; equal parts share the better rank."""
    parts, _ = _cut(known, derivation)
    if parts.empty:
        return parts
    parts = parts[~parts[str(derivation.by)].isin(derivation.residual) & parts["qualifier"].eq("eq")]
    places = parts.groupby(_KEYS)["obs_value"].rank(method="min", ascending=derivation.smallest_first)
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
    ).groupby(_KEYS, sort=True)
    whole = grouped["obs_value"].sum()
    result = pd.DataFrame({"obs_value": grouped["square"].sum() / whole.where(whole != 0).pow(2)})
    result["qualifier"] = grouped["lumped"].any().map({True: "ge", False: "eq"})
    for column, join in (("flags", joined_flags), ("obs_status", joined_status), ("source_ref", joined_files)):
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
    grouped = exact.groupby(_KEYS).agg(added=("obs_value", "sum"), exact=("exact", "all"), named=("named", "any"))
    rest = whole[whole["qualifier"].eq("eq")].merge(grouped.reset_index(), on=_KEYS)
    left_over = rest["obs_value"] - rest["added"]
    kept = rest["exact"] & ~rest["named"] & (left_over > _ROUNDING * rest["obs_value"])
    rest = rest.assign(obs_value=left_over, **{by: derivation.not_stated})[kept]
    return rest[parts.columns]
