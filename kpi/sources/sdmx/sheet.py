"""One sheet of the Data Browser: its cells, with the codes that its labels stand for."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kpi.catalogue import Spelling
from kpi.parsing.periods import frequency
from kpi.parsing.tables import Table
from kpi.parsing.text import fold
from kpi.sources.sdmx.cells import Cell, read_cell, read_parts, shown
from kpi.sources.sdmx.harvest import FREQ, Harvest, in_order, read_period
from kpi.sources.sdmx.layout import TIME, Axis, Layout, cell_at, code_of, number_text, text_of

#: What stands in the head of a sheet and is no dimension.
_ABOUT = (
    *("data extracted", "dataset", "last updated", "source"),
    *("donnees extraites", "jeu de donnees", "derniere mise a jour"),
    *("daten extrahiert", "datensatz", "letzte aktualisierung", "zuletzt aktualisiert", "quelle"),
)
#: From this likeness on, a label that is not known may be a known one that was changed.
_LIKE = 0.85
_Raw = tuple[str, str]


class Sheet:
    """One sheet while it is read: call :meth:`read` once."""

    def __init__(self, harvest: Harvest, table: Table, layout: Layout, spellings: Mapping[str, Spelling]) -> None:
        self.harvest, self.table, self.layout, self.spellings = harvest, table, layout, spellings
        coded = {axis.name for axis in layout.down if axis.codes}
        #: The axes on the left; codes where both codes and labels stand there.
        self.down = tuple(axis for axis in layout.down if axis.codes or axis.name not in coded)
        self.names = {axis.name for axis in (*layout.across, *layout.down)}
        #: Labels along the sides that are not known, with their rows, and the codes of those that are.
        self.unknown: dict[str, dict[str, int]] = {}
        self.known: dict[str, set[str]] = {}

    def read(self) -> None:
        """Count every cell and keep the declared ones."""
        rows = list(self._data_rows())
        fixed = self._fixed()
        if fixed is None or not self._understood(fixed):
            self.harvest.tally.add_refused(len(rows) * len(self.layout.columns))
            return
        heads = [(column, flags, self._above(column)) for column, flags in self.layout.columns]
        lefts = [
            {axis.name: self._code(axis, text_of(cell_at(cells, axis.place)), n) for axis in self.down}
            for n, cells in rows
        ]
        raws: list[tuple[int, _Raw, dict[str, str]]] = []
        for (number, cells), left in zip(rows, lefts, strict=True):
            if not self._in_place(number, cells):
                continue
            for column, flags, above in heads:
                flag = text_of(cell_at(cells, flags)) if flags is not None else ""
                raws.append((number, (number_text(cell_at(cells, column)), flag), {**fixed, **left, **above}))
        if not self._periods_fit(
            [codes[TIME] for codes in (*(above for _, _, above in heads), *lefts) if TIME in codes]
        ):
            self.harvest.tally.add_refused(len(raws))
            return
        unreadable = self.harvest.tally.add(Counter(raw for _, raw, _ in raws), _read)
        for number, raw, codes in raws:
            if raw in unreadable:
                self.harvest.unreadable(unreadable[raw], number, codes[TIME])
            else:
                self._keep(number, raw, codes)

    def _keep(self, number: int, raw: _Raw, codes: Mapping[str, str]) -> None:
        period = codes[TIME]
        target = self.harvest.target({name: code for name, code in codes.items() if name != TIME})
        if codes.get(FREQ, frequency(period)) != frequency(period):
            found = f"{period} in a sheet of frequency {codes[FREQ]}"
            self.harvest.problem(found, "periods of its frequency", row=number, column=period)
        elif target:
            self.harvest.keep(target, period, _read(raw), number)

    def _understood(self, fixed: Mapping[str, str]) -> bool:
        """Whether each dimension stands in one place, time alone along one side."""
        row = self.layout.heading_row
        sides = [{axis.name for axis in side} for side in (self.layout.across, self.down)]
        if len(sides[0]) > 1 or (TIME in sides[1] and len(sides[1]) > 1):
            remedy = "Download the table with time across and areas down."
            self.harvest.problem("several dimensions on the side of time", "time alone on one side", remedy, row=row)
            return False
        return self.harvest.dimensions_fit([*fixed, *(self.names - {TIME})], row)

    def _periods_fit(self, periods: list[str]) -> bool:
        """Whether every column or row says when it is; where one does not, none can be trusted."""
        row = self.layout.heading_row
        for text in periods:
            try:
                read_period(text)
            except ValueError:
                remedy = "Download the workbook again: its columns may have shifted."
                self.harvest.problem(shown(text), "a period such as 2019-01", remedy, row=row)
                return False
        if not in_order(periods):
            self.harvest.problem("periods out of order", "each period once, in order of time", row=row)
            return False
        return True

    def _in_place(self, number: int, cells: Sequence[Any]) -> bool:
        """Whether a row has a cell under each heading and none beside; else it may have shifted and goes whole."""
        read = {place for pair in self.layout.columns for place in pair} | {axis.place for axis in self.layout.down}
        found = ""
        if any(place not in read and text_of(cell) for place, cell in enumerate(cells)):
            found = "a cell in a column without heading"
        elif not all(text_of(cell_at(cells, column)) for column, _ in self.layout.columns):
            found = "an empty cell"
        if found:
            self.harvest.tally.add_refused(len(self.layout.columns))
            remedy = "Download the workbook again: the row may have shifted."
            self.harvest.problem(found, "a number or ':' under each heading", remedy, row=number)
        return not found

    def _fixed(self) -> dict[str, str] | None:
        """Codes of what is the same for the whole sheet; nothing where a line of the head is not understood."""
        titles = {fold(word): name for name, found in self.spellings.items() for word in (*found.titles, name)}
        codes: dict[str, str] = {}
        for number, title, text in self.layout.fixed:
            folded = fold(title.partition("[")[0])
            if folded in titles:
                name = titles[folded]
                code = code_of(text, self.spellings.get(name), self.harvest.data_set.keep.get(name, {}))
                if not code and name != FREQ:
                    self._unknown_label(name, text, number)
                    return None
                # The periods tell the frequency as well.
                codes |= {name: code} if code else {}
            elif not folded.startswith(_ABOUT):
                known = ", ".join(found.titles[0] for found in self.spellings.values())
                remedy = "Declare the dimension under 'spellings' in data/catalogue/sources.yaml."
                self.harvest.problem(repr(title), f"a dimension of the data set, such as {known}", remedy, row=number)
                return None
        return codes

    def _code(self, axis: Axis, text: str, number: int) -> str:
        """The code of a label; one that is not known is none of the kept ones, unless it looks like one."""
        if axis.name == TIME:
            try:
                return read_period(text)
            except ValueError:
                return text
        if axis.codes:
            return text
        kept = self.harvest.data_set.keep.get(axis.name, {})
        code = code_of(text, self.spellings.get(axis.name), kept)
        if not code:
            self.unknown.setdefault(axis.name, {})[text] = number
            if self._near(axis.name, text):
                self._unknown_label(axis.name, text, number)
        self.known.setdefault(axis.name, set()).add(code)
        return code or f"({text})"

    def _near(self, name: str, text: str) -> list[str]:
        """Labels of kept codes that a label which is not known resembles."""
        words = self.spellings[name].codes if name in self.spellings else {}
        labels = {fold(word): word for code in self.harvest.data_set.keep.get(name, {}) for word in words.get(code, ())}
        return [labels[near] for near in difflib.get_close_matches(fold(text), labels, n=1, cutoff=_LIKE)]

    def _unknown_label(self, name: str, text: str, number: int) -> None:
        near = self._near(name, text)
        remedy = f"Did you mean {near[0]!r}? " if near else ""
        remedy += f"If it is a label of Eurostat, add it under 'spellings: {name}' in data/catalogue/sources.yaml."
        self.harvest.problem(repr(text[:60]), f"a known label of {name}", remedy, row=number)

    def _above(self, column: int) -> dict[str, str]:
        """Codes over a column; where a heading spans several columns it stands over the first."""
        rows = self.table.rows
        found: dict[str, str] = {}
        for axis in sorted(self.layout.across, key=lambda axis: axis.codes):
            number, cells = rows[axis.place]
            found[axis.name] = self._code(axis, text_of(cell_at(cells, column)), number)
        return found

    def _data_rows(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Rows of the table: up to an empty row or the notes. Numbers below them would be lost, so they are told."""
        ended = False
        before = self.layout.heading_row
        for number, cells in self.table.rows[self.layout.first :]:
            ended = ended or number > before + 1 or text_of(cell_at(cells, 0)) in {"", ":"}
            before = number
            if not ended:
                yield number, cells
            elif any(isinstance(cell_at(cells, column), (int, float)) for column, _ in self.layout.columns):
                self.harvest.tally.add_refused(len(self.layout.columns))
                remedy = "Remove the empty row above it, or download the workbook again."
                self.harvest.problem("numbers below the end of the table", "notes only", remedy, row=number)


def _read(raw: _Raw) -> Cell:
    """An empty cell is no ``:``: something was lost there."""
    return read_parts(*raw) if raw[0] and raw[1] else read_cell(raw[0])
