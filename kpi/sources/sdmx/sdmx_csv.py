"""SDMX-CSV 1.0 and 2.0: a row an observation, a column a dimension, flags in columns of their own."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from kpi.catalogue import DataSet
from kpi.errors import DeliveryError
from kpi.parsing.periods import frequency
from kpi.sources.sdmx.cells import Cell, read_parts, shown
from kpi.sources.sdmx.csv_head import CONF, CONTROL, FLAGS, FLOW, TIME, VALUE, Head, find_head
from kpi.sources.sdmx.files import data_set_by_code, data_set_by_name, opened
from kpi.sources.sdmx.harvest import CODE, FREQ, Harvest, Reading, read_period
from kpi.sources.sdmx.updates import read_update

_BATCH = 5_000
#: A row that takes an observation away says nothing about its value.
_DELETIONS = {"D"}

_FLOW_CODE = re.compile(r"(?:[\w.]+:)?(?P<code>\w+?)(?:\([0-9.]+\))?(?::.*)?")
_AGAIN = "Download the file again."
_Raw = tuple[str, str, str]


class _Line(NamedTuple):
    number: int
    cells: list[str]
    ended: bool


def read_sdmx_csv(path: Path, known: Sequence[DataSet]) -> Reading:
    """Read an SDMX-CSV file: each row is a cell. Separators are comma, semicolon or tab, as the heading has them.

    Raises:
        DeliveryError: no SDMX-CSV, a data set that is not declared, or text that cannot be separated.
    """
    with opened(path) as lines:
        number, first = next((number, line) for number, line in lines if line.strip())
        separator = max(",;\t", key=first.count)
        headings = [text.strip().partition(":")[0] for text in _split(first, separator)]
        places = {name: headings.index(name) for name in CONTROL if name in headings}
        if TIME not in places or VALUE not in places:
            msg = f"{path}, row {number}: no SDMX-CSV; expected a heading row with {TIME} and {VALUE}."
            raise DeliveryError(msg)
        rows = _rows(path, lines, separator)
        beginning = list(islice(rows, 1))
        data_set = _data_set(path, _flow(beginning, places), known)
        harvest = Harvest(path.name, data_set)
        head = find_head(harvest, headings, places, number, _flow(beginning, places))
        while head and (batch := beginning + list(islice(rows, _BATCH))):
            beginning = []
            _read_batch(harvest, head, batch)
        return harvest.finish()


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator))
    except csv.Error:
        return line.split(separator)


def _rows(path: Path, lines: Iterator[tuple[int, str]], separator: str) -> Iterator[_Line]:
    """Rows with their number, and whether they end as a row does: a file that was cut shows at its last row."""
    number, whole = 0, True

    def texts() -> Iterator[str]:
        nonlocal number, whole
        for number, line in lines:  # noqa: B007  (both are read where the row is given)
            whole = line.endswith("\n")
            yield line

    reader = csv.reader(texts(), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if cells:
                yield _Line(number, cells, whole)
    except csv.Error as error:
        msg = f"{path}, row {number}: not readable as separated text ({error})."
        raise DeliveryError(msg) from error


def _flow(beginning: Sequence[_Line], places: dict[str, int]) -> str:
    """What the first row names as its data set; empty where no column does."""
    column = next((name for name in FLOW if name in places), "")
    cells = beginning[0].cells if beginning and column else []
    return cells[places[column]].strip() if column and len(cells) > places[column] else ""


def _data_set(path: Path, flow: str, known: Sequence[DataSet]) -> DataSet:
    if not flow:
        return data_set_by_name(path, known)
    match = _FLOW_CODE.fullmatch(flow)
    return data_set_by_code(path, match["code"] if match else flow, known)


def _read_batch(harvest: Harvest, head: Head, batch: Sequence[_Line]) -> None:
    """Read rows by what they share: equal cells, series and periods are looked at once."""
    rows = [line for line in batch if _is_whole(harvest, head, line)]
    columns = list(zip(*(line.cells for line in rows), strict=True))
    if not rows:
        return
    none = ("",) * len(rows)
    flags = next((name for name in FLAGS if name in head.places), "")
    parts = [columns[head.places[name]] if name in head.places else none for name in (VALUE, flags, CONF)]
    raws: list[_Raw] = list(zip(*parts, strict=True))
    keys = list(zip(*(columns[place] for place in head.dims.values()), strict=True))
    times = columns[head.places[TIME]]
    read = partial(_read, flags)
    unreadable = harvest.tally.add(Counter(raws), read)
    series = {key: _series(harvest, head, key) for key in set(keys)}
    periods = {text: _period(text) for text in set(times)}
    # Most rows are neither kept nor wrong; they were counted and are passed by.
    freqs = {text: frequency(period) for text, period in periods.items()}
    left = {key: codes.get(FREQ) for key, (codes, wrong, target) in series.items() if not wrong and not target}
    for line, raw, key, text in zip(rows, raws, keys, times, strict=True):
        if not unreadable and left.get(key, "?") == freqs[text]:
            continue
        codes, wrong, target = series[key]
        period = periods[text]
        if raw in unreadable:
            harvest.unreadable(unreadable[raw], line.number, VALUE)
        elif wrong:
            found, expected = shown(codes[wrong]), f"a code of {wrong}"
            harvest.problem(found, expected, _AGAIN, row=line.number, column=wrong)
        elif not period:
            harvest.problem(shown(text), "a period such as 2019-01", _AGAIN, row=line.number, column=TIME)
        elif codes.get(FREQ, "") not in {"", freqs[text]}:
            found = f"{period} in a row of frequency {codes[FREQ]}"
            harvest.problem(found, "a period of its frequency", _AGAIN, row=line.number, column=TIME)
        elif target:
            update = head.places.get("LAST UPDATE")
            harvest.updated = "" if update is None else read_update(line.cells[update])
            harvest.keep(target, period, read(raw), line.number)


def _is_whole(harvest: Harvest, head: Head, line: _Line) -> bool:
    """Whether a row can be read as one observation of the data set; if not, it is refused."""
    found = expected = ""
    if not line.ended:
        found, expected = "a last row without a line end", "a whole row"
    elif len(line.cells) != head.width:
        found, expected = f"{len(line.cells)} cells", f"{head.width} cells as in the heading"
    elif "ACTION" in head.places and line.cells[head.places["ACTION"]].strip() in _DELETIONS:
        found, expected = "a row that deletes", "rows that give observations"
    elif head.flow and line.cells[head.flow_place].strip() != head.flow:
        found, expected = "a row of another data set", f"rows of {head.flow}"
    if found:
        harvest.tally.add_refused(1)
        harvest.problem(found, expected, f"The file was cut or changed. {_AGAIN}", row=line.number)
    return not found


def _series(harvest: Harvest, head: Head, key: tuple[str, ...]) -> tuple[dict[str, str], str, dict[str, str] | None]:
    """Codes of a series, the dimension whose code is none, and our codes where the series is kept."""
    codes = {name: text.partition(":")[0].strip() for name, text in zip(head.dims, key, strict=True)}
    wrong = next((name for name, code in codes.items() if not CODE.fullmatch(code)), "")
    return codes, wrong, None if wrong else harvest.target(codes)


def _period(text: str) -> str:
    try:
        return read_period(text.partition(":")[0])
    except ValueError:
        return ""


def _read(flags_column: str, raw: _Raw) -> Cell:
    """A cell; labels after codes (``p:provisional``) are left. SDMX writes flags in capitals, A for none."""
    value, flags, conf = raw[0], raw[1].partition(":")[0], raw[2].partition(":")[0]
    return read_parts(value, flags if flags_column == "OBS_FLAG" else flags.lower().replace("a", ""), conf)
