"""The cells of a file that the catalogue declares as kept, what could not be read, and the account of all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from kpi.catalogue import DataSet
from kpi.errors import Problem, suggestion
from kpi.parsing.periods import bounds, frequency
from kpi.sources.sdmx.account import Account, Tally
from kpi.sources.sdmx.cells import EXPECTED, Cell

#: The dimension of frequency; files before 2022 do not have it, their periods tell.
FREQ = "freq"
#: Units that count: nothing is less than zero.
COUNTS = frozenset({"count", "persons", "nights", "jobs", "FTE"})
#: Problems of one kind are listed up to here and counted beyond.
MOST_LISTED = 50
CODE = re.compile(r"[A-Za-z0-9_.+-]+")
_Key = tuple[str, ...]
_OLD_PERIOD = re.compile(r"([0-9]{4})-?(?:(M)([0-9]{2})|([QSH])([0-9]))")


@dataclass(frozen=True)
class Reading:
    """What one file of one data set gave: rows of kept cells, the account of all, problems with their place."""

    data_set: DataSet
    rows: tuple[dict[str, Any], ...]
    account: Account
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...] = ()


@dataclass
class Harvest:
    """Gathers while one file is read; ``data_set`` says which cells are kept."""

    file: str
    data_set: DataSet
    updated: str = ""
    sheet: str = ""
    tally: Tally = field(default_factory=Tally)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    _rows: dict[_Key, dict[str, Any]] = field(default_factory=dict)
    _met: dict[_Key, tuple[Cell, str]] = field(default_factory=dict)
    _seen: dict[str, set[str]] = field(default_factory=dict)
    _listed: dict[str, int] = field(default_factory=dict)

    @property
    def wanted(self) -> dict[str, set[str]]:
        """The codes that are kept, by dimension of the office."""
        wanted = {name: set(codes) for name, codes in self.data_set.keep.items()}
        wanted[FREQ] = {self.data_set.freq}
        return wanted

    def problem(self, found: str, expected: str, remedy: str = "", **place: Any) -> None:
        """Note what cannot be accepted; a file of rubbish gives a list that can still be read."""
        self._listed[expected] = self._listed.get(expected, 0) + 1
        if self._listed[expected] <= MOST_LISTED:
            self.problems.append(Problem(self.file, found, expected, remedy, sheet=self.sheet, **place))

    def unreadable(self, found: str, row: int | None, column: str) -> None:
        """Note a cell that is none of the known forms."""
        self.problem(found, EXPECTED, "Download the file again, or leave the cell out.", row=row, column=column)

    def dimensions_fit(self, names: list[str], row: int | None = 1) -> bool:
        """Whether a file has just the dimensions that the catalogue declares; frequency may be missing."""
        known = {FREQ, *self.data_set.keep}
        missing = [name for name in self.data_set.keep if name not in names]
        unknown = [name for name in names if name not in known]
        twice = sorted({name for name in names if names.count(name) > 1})
        code = self.data_set.code
        if unknown or twice:
            found = f"the dimension {(unknown or twice)[0]!r}" + ("" if unknown else " twice")
            near = suggestion((unknown or twice)[0], sorted(known)).capitalize()
            remedy = f"{near} If the office changed the data set, declare it anew in data/catalogue/sources.yaml."
            self.problem(found, f"the dimensions declared for {code}: {', '.join(sorted(known))}", remedy, row=row)
        elif missing:
            remedy = "Download the whole data set, with all its dimensions."
            self.problem(f"no dimension {missing[0]!r}", f"the dimensions declared for {code}", remedy, row=row)
        return not (unknown or twice or missing)

    def see(self, name: str, codes: Iterable[str]) -> None:
        """Note codes that the file has, for a message where none of them is kept."""
        self._seen.setdefault(name, set()).update(codes)

    def target(self, codes: Mapping[str, str]) -> dict[str, str] | None:
        """Our codes of a series, or None where it is not kept."""
        for name, code in codes.items():
            self.see(name, (code,))
        if codes.get(FREQ, self.data_set.freq) != self.data_set.freq:
            return None
        ours = {name: kept.get(codes[name]) for name, kept in self.data_set.keep.items()}
        return {name: code for name, code in ours.items() if code} if all(ours.values()) else None

    def keep(self, target: Mapping[str, str], period: str, cell: Cell, row: int) -> None:
        """Keep a cell that holds a value or something confidential; a missing one is no observation.

        Of two cells of one key the later goes where both say the same, else both.
        """
        if frequency(period) != self.data_set.freq:
            return
        key = (*target.values(), period)
        place = f"sheet {self.sheet} row {row}" if self.sheet else f"row {row}"
        first, first_place = self._met.setdefault(key, (cell, place))
        if first_place != place:
            remedy = f"It stands also in {first_place}" + ("." if cell == first else ", otherwise; neither is kept.")
            self.problem(" ".join(key), "each key once", remedy, row=row, column=period)
            if cell != first:
                self._rows.pop(key, None)
            return
        if cell.kind == "missing":
            return
        if cell.value is not None and cell.value < 0 and target["unit"] in COUNTS:
            self.problem(f"{cell.value:.15g}", "zero or more, for it counts", row=row, column=period)
            return
        dims = ";".join(f"{name}={target[name]}" for name in self.data_set.dimensions)
        self._rows[key] = {
            "data_set": self.data_set.code,
            "indicator": self.data_set.indicator,
            "area": target["geo"],
            "unit": target["unit"],
            "dimensions": dims,
            "period": period,
            "value": cell.value,
            "status": cell.obs_status,
            "confidentiality": cell.conf_status,
            "flags": cell.flags,
            "updated": self.updated,
            "source_file": self.file,
            "source_sheet": self.sheet,
            "source_row": row,
        }

    def finish(self) -> Reading:
        """The reading; that nothing at all is kept is a problem, for the file is another one than declared."""
        if not self._rows and not self.problems:
            self._say_why_nothing_is_kept()
        for expected, times in self._listed.items():
            if times > MOST_LISTED:
                found = f"{times - MOST_LISTED} more problems of this kind"
                self.problems.append(Problem(self.file, found, expected, "Download the file again."))
        return Reading(
            self.data_set, tuple(self._rows.values()), self.tally.account, tuple(self.problems), tuple(self.ignored)
        )

    def _say_why_nothing_is_kept(self) -> None:
        wanted = self.wanted
        lacking = [name for name, codes in wanted.items() if name in self._seen and not codes & self._seen[name]]
        name = lacking[0] if lacking else ""
        found = f"{name} {', '.join(sorted(self._seen[name])[:8])}" if name else "no value in the cells that are kept"
        expected = f"{name} {' or '.join(sorted(wanted[name]))}" if name else f"values of {self.data_set.code}"
        remedy = "Download the data set with these codes, or change what is kept in data/catalogue/sources.yaml."
        self.problem(found, expected, remedy)


def read_period(text: str) -> str:
    """A period as the offices write it, in SDMX form: ``1990M01`` is ``1990-01``.

    Raises:
        ValueError: no such period.

    >>> read_period(" 1990M01"), read_period("2019-Q1"), read_period("2019S2")
    ('1990-01', '2019-Q1', '2019-S2')
    """
    bare = text.strip()
    old = _OLD_PERIOD.fullmatch(bare)
    if old:
        bare = f"{old[1]}-{old[3]}" if old[2] else f"{old[1]}-{old[4].replace('H', 'S')}{old[5]}"
    if "/" in bare or not bare:
        msg = f"{text!r} is no period"
        raise ValueError(msg)
    bounds(bare)
    return bare


def in_order(periods: Iterable[str]) -> bool:
    """Whether the periods of each frequency stand once and in order of time, the oldest or the newest first."""
    by_freq: dict[str, list[str]] = {}
    for period in periods:
        by_freq.setdefault(frequency(period), []).append(period)
    steps = [{earlier < later for earlier, later in pairwise(same)} for same in by_freq.values()]
    return all(len(found) < 2 for found in steps) and all(len(set(same)) == len(same) for same in by_freq.values())
