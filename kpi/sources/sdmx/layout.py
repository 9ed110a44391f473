"""Where things stand in a sheet of the Data Browser, found by landmarks: its layout differs from version to version."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kpi.catalogue import Spelling
from kpi.parsing.tables import Table
from kpi.parsing.text import fold
from kpi.sources.sdmx.files import code_in_brackets

#: The heading of periods, in the languages of the office.
_TIME = {"time", "time_period", "temps", "zeit"}
_UPDATED = ("last updated", "derniere mise a jour", "letzte aktualisierung", "zuletzt aktualisiert")
_HEADING = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_]*)(?:\s*\((?P<kind>[^()]*)\))?")
_CODES = {"codes", "code", "kodes", "kode"}
TIME = "time"


@dataclass(frozen=True)
class Axis:
    """One dimension along a side of the table; ``codes`` are printed as such, or as labels."""

    name: str
    codes: bool
    place: int
    """Number of its row above the table, or of its column left of it."""


@dataclass(frozen=True)
class Layout:
    """The table in a sheet: what stands across, what stands down, and the columns of values with their flags."""

    heading_row: int
    across: tuple[Axis, ...]
    down: tuple[Axis, ...]
    columns: tuple[tuple[int, int | None], ...]
    fixed: tuple[tuple[int, str, str], ...]
    """Row, title and value of what is the same for the whole sheet."""
    first: int
    """Index of the first row of data."""


def find_layout(table: Table, dims: Collection[str]) -> Layout | None:
    """The layout of a sheet; None where it holds no table of data.

    Args:
        table: a sheet.
        dims: dimensions that may stand in headings such as ``GEO (Labels)``.
    """
    rows = [cells for _, cells in table.rows]
    head = [_heading(cells, dims) for cells in rows]
    try:
        time = next(i for i, axes in enumerate(head) if axes and axes[0].name == TIME)
    except StopIteration:
        return None
    first, last = time, time
    while first > 0 and head[first - 1]:
        first -= 1
    while last + 1 < len(head) and head[last + 1]:
        last += 1
    if first == last:
        return None
    down = head[last]
    lead = max(axis.place for axis in down) + 1
    across = tuple(Axis(axes[0].name, axes[0].codes, row) for row, axes in enumerate(head[first:last], first))
    return Layout(
        heading_row=table.rows[last][0],
        across=across,
        down=tuple(down),
        columns=_columns(rows[first:last], lead),
        fixed=tuple(_fixed(table.rows[:first])),
        first=last + 1,
    )


def facts(table: Table) -> tuple[str, str]:
    """The code of the data set and when it was updated, as the head of a sheet says; empty where it does not."""
    code = updated = ""
    for _, cells in table.rows[:12]:
        texts = [text_of(cell) for cell in cells if cell is not None]
        code = code or next((found for text in texts if (found := code_in_brackets(text))), "")
        if texts and fold(texts[0]).startswith(_UPDATED):
            updated = updated or " ".join(texts)
    return code, updated


def text_of(cell: Any) -> str:
    """A cell as text: 2019.0 is 2019, the first day of a month is a month, nothing is empty."""
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m" if cell.day == 1 and cell.time() == dt.time() else "%Y-%m-%d %H:%M")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def cell_at(cells: Sequence[Any], place: int) -> Any:
    """The cell in a column; nothing beyond the end of the row."""
    return cells[place] if place < len(cells) else None


def number_text(value: Any) -> str:
    """A value cell as bulk files write it; what is no number stays as it is and is refused later."""
    if isinstance(value, float) and not isinstance(value, bool):
        return str(int(value)) if value.is_integer() else repr(value).replace("e", "E")
    return "?" if isinstance(value, bool) else text_of(value)


def code_of(text: str, spelling: Spelling | None, kept: Collection[str]) -> str:
    """The code that a label stands for; empty where it is not known.

    Codes stand for themselves. Brackets after a label may hold its code: ``Monthly [M]``.
    """
    bracketed = re.search(r"\[([A-Za-z0-9_.+-]+)\]$", text)
    if bracketed:
        return bracketed[1]
    if text in kept:
        return text
    labels: Mapping[str, Sequence[str]] = spelling.codes if spelling else {}
    return next((code for code, words in labels.items() if fold(text) in {fold(word) for word in words}), "")


def _heading(cells: Sequence[Any], dims: Collection[str]) -> list[Axis]:
    """Axes that a row names in its first cells: ``TIME``, ``GEO (Labels)``, ``GEO (Codes)``."""
    axes: list[Axis] = []
    for place, cell in enumerate(cells):
        match = _HEADING.fullmatch(text_of(cell))
        name = match["name"].casefold() if match else ""
        if not match or (name in _TIME and axes and axes[0].name != TIME):
            break
        if name in _TIME:
            axes.append(Axis(TIME, codes=True, place=place))
        elif name in dims and match["kind"] is not None:
            axes.append(Axis(name, fold(match["kind"]) in _CODES, place))
        else:
            break
    return axes


def _columns(rows: Sequence[Sequence[Any]], lead: int) -> tuple[tuple[int, int | None], ...]:
    """Columns with a heading hold values; a column without one, right after, holds their flags."""
    width = max(len(cells) for cells in rows)

    def headed(place: int) -> bool:
        return any(place < len(cells) and text_of(cells[place]) for cells in rows)

    values = [place for place in range(lead, width) if headed(place)]
    return tuple((place, place + 1 if not headed(place + 1) else None) for place in values)


def _fixed(rows: Sequence[tuple[int, Sequence[Any]]]) -> list[tuple[int, str, str]]:
    found = []
    for number, cells in rows:
        texts = [text for cell in cells if (text := text_of(cell))]
        if len(texts) > 1:
            found.append((number, texts[0].rstrip(": "), texts[1]))
    return found
