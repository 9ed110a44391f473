"""The rows that pages draw on: which of the tidy table they are, and how they are looked up instead of searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kpi.derive import PRINTED
from kpi.keeping import Latest
from kpi.observations import FREE, has_flag, lean

#: Of what is made of the rows of an indicator, so many stay: more than the documents at hand declare, which share them,
#: and few enough for a register of thousands: what stays in memory makes forking a process for each page dearer.
_MOST = 1000


@dataclass(frozen=True)
class Evidence:
    """The rows that pages draw on, looked up instead of searched.

    ``by_indicator`` holds what was printed or computed (the cells of a delivery stand behind
    the sums), each without dimensions it does not use; ``printed_under`` names, per objective,
    the indicators with figures printed there; ``revised`` is, per indicator, the largest part of
    its value by which a newer delivery ever changed one; ``withheld`` holds, by indicator, the rows of which
    no more than their place is known; ``split`` is what :mod:`kpi.compose` took apart already.
    """

    by_indicator: Mapping[str, pd.DataFrame]
    printed_under: Mapping[str, tuple[str, ...]]
    revised: Mapping[str, float] = field(default_factory=dict)
    withheld: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    split: dict[Any, Any] = field(default_factory=lambda: Latest(_MOST))


class Lean(Mapping[str, pd.DataFrame]):
    """The rows of each indicator without the dimensions it does not use, made when somebody asks for them."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows, self._made = rows, Latest[str, pd.DataFrame](_MOST)
        groups = rows.groupby("indicator", sort=True).indices.items()
        self._places = {str(name): np.asarray(places) for name, places in groups}

    def __getitem__(self, indicator: str) -> pd.DataFrame:
        if indicator not in self._made:
            self._made[indicator] = lean(self._rows.take(self._places[indicator]))
        return self._made[indicator]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def shown_rows(observations: pd.DataFrame) -> pd.DataFrame:
    """What was printed or computed; the cells of a delivery stand behind the sums."""
    told = _told(observations)
    # What is confidential has a row, so that it is known to exist, and no place on a page.
    return told[told["conf_status"].eq(FREE)]


def _told(observations: pd.DataFrame) -> pd.DataFrame:
    return observations[observations["source"].isin(PRINTED) | has_flag(observations, "computed")]


def gather(observations: pd.DataFrame, revised: Mapping[str, float] | None = None) -> Evidence:
    """Index the tidy table once for all pages."""
    shown = shown_rows(observations)
    by_indicator = Lean(shown)
    pairs = shown.loc[shown["objective"] != "", ["objective", "indicator"]].drop_duplicates()
    printed = {str(name): tuple(sorted(part["indicator"])) for name, part in pairs.groupby("objective")}
    told = _told(observations)
    withheld = {str(name): rows for name, rows in told[told["conf_status"].ne(FREE)].groupby("indicator")}
    return Evidence(by_indicator, printed, revised or {}, withheld)
