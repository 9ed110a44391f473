"""Every cell of a file counted once: values, missing, confidential, and those that could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from kpi.sources.sdmx.cells import Cell

Raw = TypeVar("Raw")


@dataclass(frozen=True)
class Account:
    """How many cells a file has and what each is.

    ``refused`` cells are those of the problems; without any, values + missing + confidential are
    all cells. ``by_flags`` counts them by kind and letters: ``value``, ``value be``, ``missing u``.
    """

    values: int = 0
    missing: int = 0
    confidential: int = 0
    cells: int = 0
    refused: int = 0
    by_flags: Mapping[str, int] = field(default_factory=dict)

    @property
    def closes(self) -> bool:
        """Whether every cell is accounted for."""
        return self.values + self.missing + self.confidential + self.refused == self.cells

    def __str__(self) -> str:
        told = f"{self.cells} cells: {self.values} values, {self.missing} missing, {self.confidential} confidential"
        return f"{told}, {self.refused} not readable" if self.refused else told


class Tally:
    """Counts cells while a file is read; equal cells are read once."""

    def __init__(self) -> None:
        self.cells = 0
        self.refused = 0
        self._kinds: Counter[str] = Counter()

    def add(self, counted: Mapping[Raw, int], read: Callable[[Raw], Cell]) -> dict[Raw, str]:
        """Count raw cells; gives those that cannot be read, with how to show them."""
        unreadable: dict[Raw, str] = {}
        for raw, times in counted.items():
            self.cells += times
            try:
                cell = read(raw)
            except ValueError as error:
                unreadable[raw] = str(error)
                self.refused += times
                continue
            self._kinds[f"{cell.kind} {cell.letters}" if cell.letters else cell.kind] += times
        return unreadable

    def add_missing(self, times: int) -> None:
        """Count cells that hold nothing."""
        self.cells += times
        self._kinds["missing"] += times

    def add_refused(self, times: int) -> None:
        """Count cells that cannot be trusted, such as those of a row cut short."""
        self.cells += times
        self.refused += times

    @property
    def account(self) -> Account:
        """What was counted so far."""
        of_kind: Counter[str] = Counter()
        for name, times in self._kinds.items():
            of_kind[name.partition(" ")[0]] += times
        by_flags = {name: times for name, times in sorted(self._kinds.items()) if times}
        return Account(
            of_kind["value"], of_kind["missing"], of_kind["confidential"], self.cells, self.refused, by_flags
        )
