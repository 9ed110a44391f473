"""What may share a series: one definition, one kind of value, one shape of period; else a reason in a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from kpi.errors import UsageError

#: What must agree within a series, with the reason where it does not. A source has a definition of its own: 9.5
#: million nights at the Region's agency and 7.03 million at the statistics office are not one series with a fall.
_AGREE = (
    ("source", "definition"),
    ("sample", "sample"),
    ("_kind", "promised"),
    ("flow", "flow"),
    ("ref_area", "area"),
    ("unit_measure", "unit"),
    ("_window", "window"),
)
KEYS = [column for column, _ in _AGREE]

_SENTENCES = {
    "definition": "two sources, each with its own definition",
    "label": "two definitions under one label",
    "sample": "made-up against real numbers",
    "promised": "what is promised against what is realised",
    "flow": "two kinds of value",
    "stock-flow": "a stock against a flow",
    "cumulative": "a cumulative value against one of a single period",
    "area": "two areas",
    "unit": "two units",
    "window": "periods of another shape",
}


def with_keys(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what :data:`KEYS` needs besides the tidy columns: the kind and the shape of the period."""
    return rows.assign(
        _kind=rows["measure"].replace("estimate", "actual"),
        _window=[window(*p) for p in zip(rows["freq"], rows["time_period"], strict=True)],
    )


def without_keys(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as they were."""
    return rows.drop(columns=["_kind", "_window"])


def window(freq: str, period: str) -> str:
    """What must agree for two periods to be comparable: the frequency, or the shape of an irregular window."""
    if freq != "I":
        return freq or f"undated {period}"
    start, _, end = period.partition("/")
    years = int(end[:4]) - int(start[:4]) if start[:4].isdigit() and end[:4].isdigit() else period
    return f"{start[4:]} {end[4:]} {years}"


def reasons(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> tuple[str, ...]:
    """Why two tidy rows do not share a series, as codes; empty when they may."""
    pair = [
        {**row, "_kind": _kind(row), "_window": window(str(row["freq"]), str(row["time_period"]))}
        for row in (left, right)
    ]
    differ = [(column, reason) for column, reason in _AGREE if pair[0][column] != pair[1][column]]
    return tuple(_flow_reason(left, right) if column == "flow" else reason for column, reason in differ)


def _kind(row: Mapping[Any, Any]) -> str:
    return "actual" if row["measure"] == "estimate" else str(row["measure"])


def _flow_reason(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> str:
    flows = {str(left["flow"]), str(right["flow"])}
    if "cumulative" in flows:
        return "cumulative"
    return "stock-flow" if flows == {"stock", "flow"} else "flow"


def sentence(codes: Sequence[str]) -> str:
    """The reasons in English, for errors."""
    return "; ".join(_SENTENCES[code] for code in codes)


def one_series(rows: pd.DataFrame) -> None:
    """Refuse rows that do not belong into one series.

    Raises:
        UsageError: two definitions, a stock and a flow, a promise and a result ...; the sentence names two of the rows.
    """
    if len(rows) < 2:
        return
    columns = ["source", "sample", "measure", "flow", "ref_area", "unit_measure", "freq", "time_period"]
    listed = [dict(zip(columns, row, strict=True)) for row in rows[columns].to_numpy(dtype="object").tolist()]
    for row in listed[1:]:
        found = reasons(listed[0], row)
        if found:
            first, other = (f"{r['source']} {r['time_period'] or 'undated'}" for r in (listed[0], row))
            msg = f"{first} and {other} do not share a series: {sentence(found)}."
            raise UsageError(msg)
