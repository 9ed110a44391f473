"""Several indicators side by side: one row where all of them have a value for the same thing and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from kpi.derive.joining import JOINED, PLACE, joined_reach
from kpi.observations import TOTAL, matching, used_dimensions

_CARRIED = ["obs_value", "qualifier", "vintage", *JOINED]


def aligned(
    known: Mapping[str, pd.DataFrame],
    names: Sequence[str],
    signs: Sequence[int],
    where: Sequence[Mapping[str, str]] = (),
) -> pd.DataFrame:
    """Values of several indicators for the same area, period, dimensions, source and kind.

    Args:
        known: rows by indicator.
        names: ids of the inputs.
        signs: see :func:`kpi.derive.joining.joined_reach`.
        where: per input the slice that is taken; its dimensions are forgotten.

    Returns:
        A row where every input has exactly one value, in ``v0``, ``v1`` ..., with what the row takes
        from all of them. Nothing where inputs are bounds that pull both ways.
    """
    frames = [_part(known[name], where[i] if where else {}) for i, name in enumerate(names) if name in known]
    if len(frames) < len(names):
        return pd.DataFrame()
    dims = sorted({dim for frame in frames for dim in used_dimensions(frame)})
    keys = [*PLACE, *dims]
    joined: pd.DataFrame | None = None
    for i, frame in enumerate(frames):
        whole = frame.assign(**{dim: TOTAL for dim in dims if dim not in frame})[[*keys, *_CARRIED]]
        renamed = whole.rename(columns={column: f"{column}_{i}" for column in _CARRIED})
        joined = renamed if joined is None else joined.merge(renamed, on=keys, how="inner")
    if joined is None or joined.empty:
        return pd.DataFrame()
    return _summarised(joined, keys, signs)


def _part(rows: pd.DataFrame, where: Mapping[str, str]) -> pd.DataFrame:
    return matching(rows, where).assign(**{dim: TOTAL for dim in where if dim in rows}) if where else rows


def _summarised(joined: pd.DataFrame, keys: list[str], signs: Sequence[int]) -> pd.DataFrame:
    numbers = range(len(signs))
    result = joined[keys].copy()
    for column, join in JOINED.items():
        result[column] = _by_row(joined, [f"{column}_{i}" for i in numbers], join)
    qualifiers = [f"qualifier_{i}" for i in numbers]
    result["qualifier"] = _by_row(joined, qualifiers, lambda values: joined_reach(values, signs))
    result["vintage"] = joined[[f"vintage_{i}" for i in numbers]].max(axis=1)
    for i in numbers:
        result[f"v{i}"] = joined[f"obs_value_{i}"]
    return result[result["qualifier"] != ""].reset_index(drop=True)


def _by_row(joined: pd.DataFrame, columns: list[str], join: object) -> list[str]:
    """Each combination is joined once: there are few."""
    known: dict[tuple[str, ...], str] = {}
    found = []
    for values in joined[columns].itertuples(index=False, name=None):
        if values not in known:
            known[values] = join(values)  # type: ignore[operator]
        found.append(known[values])
    return found
