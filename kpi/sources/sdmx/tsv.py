"""Bulk files: a row a series, a column a period, the key of codes in the first column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from kpi.catalogue import DataSet
from kpi.parsing.periods import frequency
from kpi.sources.sdmx.cells import Cell, read_cell, shown
from kpi.sources.sdmx.files import opened
from kpi.sources.sdmx.harvest import CODE, FREQ, Harvest, Reading, in_order, read_period

#: Rows whose cells are counted together.
_BATCH = 500
_TIME = {"time_period", "time"}


class _Row(NamedTuple):
    """One series; ``freq`` is empty in files from before 2022, which give none."""

    number: int
    cells: list[str]
    freq: str
    target: dict[str, str] | None


class _Head(NamedTuple):
    dims: list[str]
    periods: list[str]


def read_tsv(path: Path, data_set: DataSet) -> Reading:
    """Read a bulk file, ``.tsv`` or ``.tsv.gz``: every cell is counted, the declared ones are kept.

    A row with a cell too many or too few is refused whole, and so is a last row without its line
    end. Of two rows with one key the later goes where both say the same, else both.
    """
    harvest = Harvest(path.name, data_set)
    with opened(path) as lines:
        numbered = ((number, line) for number, line in lines if line.strip())
        number, first = next(numbered)
        head = _head(harvest, number, first)
        if head is None:
            return harvest.finish()
        kept: dict[str, _Row] = {}
        first_of: dict[str, int] = {}
        while batch := list(islice(numbered, _BATCH)):
            rows = [row for line in batch if (row := _row(harvest, head, *line, first_of, kept))]
            _count(harvest, head, rows)
    freqs = [frequency(period) for period in head.periods]
    for row in kept.values():
        for period, freq, text in zip(head.periods, freqs, row.cells, strict=True):
            if row.freq in {"", freq} and (cell := _cell(text)):
                harvest.keep(row.target or {}, period, cell, row.number)
    return harvest.finish()


def _head(harvest: Harvest, number: int, line: str) -> _Head | None:
    """The dimensions and periods; nothing where they cannot be trusted, for then no cell can."""
    key, *columns = line.rstrip("\r\n").split("\t")
    dims, slash, time = key.strip().partition("\\")
    names = [name.strip().casefold() for name in dims.split(",")]
    if not slash or time.strip().casefold() not in _TIME:
        remedy = "Download the file again and do not edit it."
        harvest.problem(shown(key), "a key column such as 'freq,unit,geo\\TIME_PERIOD'", remedy, row=number)
        return None
    if not harvest.dimensions_fit(names, number):
        return None
    periods = []
    for place, text in enumerate(columns, start=2):
        try:
            periods.append(read_period(text))
        except ValueError:
            remedy = "Download the file again: columns may have shifted."
            harvest.problem(shown(text), "a period such as 2019-01", remedy, row=number, column=str(place))
            return None
    if not in_order(periods):
        harvest.problem("periods out of order", "each period once, in order of time", row=number)
        return None
    return _Head(names, periods)


def _row(
    harvest: Harvest, head: _Head, number: int, line: str, first_of: dict[str, int], kept: dict[str, _Row]
) -> _Row | None:
    """A row whose cells can be told apart; its series is remembered where it is kept."""
    key, *cells = line.rstrip("\r\n").split("\t")
    codes = [code.strip() for code in key.split(",")]
    problem = ""
    if not line.endswith("\n"):
        problem, expected = "a last row without a line end", "a whole row"
    elif len(cells) != len(head.periods):
        problem, expected = f"{len(cells)} cells", f"{len(head.periods)} as in the heading"
    elif len(codes) != len(head.dims) or not all(CODE.fullmatch(code) for code in codes):
        problem, expected = shown(key), f"a code for each of {', '.join(head.dims)}"
    if problem:
        harvest.tally.add_refused(len(head.periods))
        harvest.problem(problem, expected, "The file was cut or changed: download it again.", row=number)
        return None
    named = dict(zip(head.dims, codes, strict=True))
    row = _Row(number, cells, named.get(FREQ, ""), harvest.target(named))
    if (first := first_of.setdefault(key, number)) != number:
        _repeated(harvest, key, first, row, kept)
    elif row.target:
        kept[key] = row
    return row


def _repeated(harvest: Harvest, key: str, first: int, row: _Row, kept: dict[str, _Row]) -> None:
    known = kept.get(key)
    same = known is not None and [text.strip() for text in known.cells] == [text.strip() for text in row.cells]
    if known is not None and not same:
        del kept[key]
    remedy = f"It stands also in row {first}" + (", with the same cells." if same else "; neither is kept.")
    harvest.problem(key, "each key once", remedy, row=row.number)


def _count(harvest: Harvest, head: _Head, rows: Sequence[_Row]) -> None:
    """Count the cells of some rows; those under a period of another frequency must hold nothing."""
    freqs = [frequency(period) for period in head.periods]
    own: list[Iterable[str]] = []
    foreign: list[tuple[_Row, int]] = []
    for row in rows:
        if not row.freq or set(freqs) == {row.freq}:
            own.append(row.cells)
            continue
        own.append([text for text, freq in zip(row.cells, freqs, strict=True) if freq == row.freq])
        foreign += [(row, place) for place, freq in enumerate(freqs) if freq != row.freq]
    unreadable = harvest.tally.add(Counter(chain.from_iterable(own)), read_cell)
    empty = [(row, place) for row, place in foreign if row.cells[place].strip() in {"", ":"}]
    harvest.tally.add_missing(len(empty))
    harvest.tally.add_refused(len(foreign) - len(empty))
    if unreadable:
        _locate(harvest, head, rows, unreadable)
    for row, place in foreign:
        if row.cells[place].strip() not in {"", ":"}:
            period = head.periods[place]
            found = f"a cell of frequency {row.freq} under {period}"
            harvest.problem(found, "cells under periods of their frequency", row=row.number, column=period)


def _locate(harvest: Harvest, head: _Head, rows: Sequence[_Row], unreadable: Mapping[str, str]) -> None:
    for row, period, text in _cells(head, rows):
        if text in unreadable and row.freq in {"", frequency(period)}:
            harvest.unreadable(unreadable[text], row.number, period)


def _cells(head: _Head, rows: Sequence[_Row]) -> Iterator[tuple[_Row, str, str]]:
    return ((row, period, text) for row in rows for period, text in zip(head.periods, row.cells, strict=True))


def _cell(text: str) -> Cell | None:
    """A cell that was counted before; those that cannot be read were told of then."""
    try:
        return read_cell(text)
    except ValueError:
        return None
