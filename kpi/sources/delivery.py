"""Reading a delivered file by its declared format: rows that fit, a problem with a place for each other."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.errors import DeliveryError, Problem
from kpi.parsing.tables import Table, Unread, read_tables
from kpi.sources.cells import Refused, reader, vocabulary
from kpi.sources.formats import Column, DeliveryFormat, best_format
from kpi.sources.people import is_named, shown

#: Columns that say where a row stood; they travel with it until it is a tidy observation.
PLACE = ("source_file", "source_sheet", "source_row")
#: From so many wrong cells on, a row has probably shifted: its cells may be those of other columns.
_SHIFTED = 3
_Row = tuple[int, tuple[Any, ...]]


@dataclass(frozen=True)
class Delivery:
    """One table of a delivered file.

    ``frame`` holds the rows that fit, with the columns of the format and PLACE; missing values
    are NaN. A row with a problem is not in it; where its key could be read it is in ``refused``, so
    that a newer delivery can settle it. Personal columns are in neither.
    """

    form: str
    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    ignored_columns: tuple[str, ...]
    rows_read: int
    refused: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass
class _Reading:
    """What is known while a table is read."""

    file: str
    table: Table
    form: DeliveryFormat
    people: tuple[int, ...]
    problems: list[Problem] = field(default_factory=list)
    refused: list[tuple[int, Column, Any, Sequence[Any], Refused]] = field(default_factory=list)

    def problem(self, found: str, expected: str, remedy: str = "", **place: Any) -> None:
        self.problems.append(Problem(self.file, found, expected, remedy, sheet=self.table.sheet, **place))


def read_delivery(path: Path, formats: Mapping[str, DeliveryFormat], catalogue: Catalogue) -> tuple[Delivery, ...]:
    """Read a CSV file or a workbook; every problem is found, not only the first.

    Args:
        path: the delivered file.
        formats: the formats of its source; a table is read by the one that fits its headings best.
        catalogue: gives the code lists.

    Returns:
        One delivery a table: one for text, one a visible sheet for a workbook. A sheet without known headings
        is a problem beside those that are read; notes, with one cell a row, are left aside.

    Raises:
        DeliveryError: nothing can be read: no file, no table, or no heading row.
    """
    encodings = next(iter(formats.values())).encodings
    tables = read_tables(path, encodings, lambda headings: best_format(formats, headings)[1], mark=True)
    fitting = [(table, *best_format(formats, table.headings)) for table in tables]
    known = [(table, name) for table, name, score in fitting if score > 0]
    if not known:
        wanted = _wanted(next(iter(formats.values())))
        msg = f"{path}: no heading row with known columns in it; expected the headings {wanted} in row 1."
        raise DeliveryError(msg)
    read = [_read_table(path.name, table, name, formats[name], catalogue) for table, name in known]
    lost = [table for table, _, score in fitting if score == 0 and not _is_note(table)]
    name = known[0][1]
    return (*read, *(_without_headings(path.name, table, name, formats[name]) for table in lost))


def _wanted(form: DeliveryFormat) -> str:
    return ", ".join(column.heading.en for column in form.columns if column.required)


def _is_note(table: Table) -> bool:
    return all(len(_typed_in(cells)) <= 1 for _, cells in table.rows)


def _typed_in(cells: Sequence[Any]) -> list[Any]:
    return [cell for cell in cells if cell not in (None, "") and not isinstance(cell, Unread)]


def _without_headings(file: str, table: Table, name: str, form: DeliveryFormat) -> Delivery:
    """A sheet that is not understood, beside one that is: what it holds would be lost without a word."""
    reading = _Reading(file, table, form, ())
    number, cells = table.rows[0]
    first = _typed_in(cells)[0]
    headings = frozenset(word for column in form.columns for word in column.spellings) if form.guarded else None
    reading.problem(
        f"a first row with {shown(first, [], known=headings)} and no known heading",
        f"the headings {_wanted(form)}",
        "Put them in the first row, with no title above; hide the sheet if it holds no data.",
        row=number,
    )
    return Delivery(name, _empty(form), tuple(reading.problems), (), 0)


def _read_table(file: str, table: Table, name: str, form: DeliveryFormat, catalogue: Catalogue) -> Delivery:
    headings = table.headings
    places = form.matched(headings)
    people = (places[c.name][0] for c in form.columns if c.kind == "personal" and c.name in places)
    reading = _Reading(file, table, form, tuple(people))
    declared = {position for positions in places.values() for position in positions}
    ignored = tuple(text for position, text in enumerate(headings) if text and position not in declared)
    rows = table.rows[1:]
    columns = list(_columns(reading, places, ignored))
    if reading.problems:
        return Delivery(name, _empty(form), tuple(reading.problems), ignored, len(rows))
    if not rows:
        reading.problem("no rows", "rows below the headings", "Deliver the data too.", row=table.rows[0][0])
    whole = [row for row in rows if _has_width(reading, row, len(headings))]
    frame = _empty(form).reindex(range(len(whole)))
    frame["source_file"], frame["source_sheet"] = file, table.sheet
    frame["source_row"] = [number for number, _ in whole]
    for column, position in columns:
        frame[column.name] = _values(reading, column, position, whole, reader(column, form, catalogue, table.day_zero))
    _tell(reading, catalogue)
    broken = frame["source_row"].isin({problem.row for problem in reading.problems})
    refused = _typed(frame[broken & frame[list(form.key)].notna().all(axis=1)], form)
    ordered = sorted(reading.problems, key=lambda problem: problem.row or 0)
    accepted = _typed(frame[~broken].reset_index(drop=True), form)
    return Delivery(name, accepted, tuple(ordered), ignored, len(rows), refused)


def _columns(
    reading: _Reading, places: Mapping[str, list[int]], ignored: Sequence[str]
) -> Iterator[tuple[Column, int]]:
    """The columns to read with their position; a missing or doubled one is a problem of the whole table."""
    row = reading.table.rows[0][0]
    for column in reading.form.columns:
        positions = places.get(column.name, [])
        if len(positions) > 1:
            reading.problem(
                f"the heading {column.described!r} {len(positions)} times", "it once", "Rename one.", row=row
            )
        elif positions and column.kind != "personal":
            yield column, positions[0]
        elif not positions and column.required and column.kind != "personal":
            by_folded = {heading.casefold(): heading for heading in ignored}
            words = (column.heading.fr, column.heading.nl, column.heading.en, *column.also)
            near = [heading for word in words for heading in difflib.get_close_matches(word.casefold(), by_folded, n=1)]
            found = f"the heading {by_folded[near[0]]!r}" if near else "no such column"
            remedy = f"Did you mean {column.heading.en!r}? Rename the column." if near else "Add the column."
            wanted = f"a column {column.described!r}"
            reading.problem(found, wanted, remedy, row=row, column=column.heading.en)


def _has_width(reading: _Reading, row: _Row, width: int) -> bool:
    """A row with cells beyond the heading is shifted; one cut short was truncated. Neither can be trusted."""
    number, cells = row
    extra = [cell for cell in cells[width:] if cell not in (None, "")]
    short = len(cells) < width and not reading.table.sheet
    if extra or short:
        reading.problem(
            f"{len(cells)} cells",
            f"{width} as in the heading",
            "Look for a separator too many or too few.",
            row=number,
        )
    return not (extra or short)


def _values(
    reading: _Reading, column: Column, position: int, rows: Sequence[_Row], read: Callable[[Any], Any]
) -> list[Any]:
    known: dict[Any, Any] = {}
    values: list[Any] = []
    for number, cells in rows:
        cell = cells[position] if position < len(cells) else None
        key = (type(cell), cell)
        if key not in known:
            known[key] = read(cell)
        value = known[key]
        people = [cells[place] for place in reading.people if place < len(cells)]
        if column.kind == "text" and isinstance(value, str) and is_named(value, people):
            value = Refused("something else than a person's name", "Look for cells that have shifted.")
        if isinstance(value, Refused):
            reading.refused.append((number, column, cell, people, value))
            value = None
        values.append(value)
    return values


def _tell(reading: _Reading, catalogue: Catalogue) -> None:
    """A problem for each refused cell; how many there are in its row decides how much of it is shown."""
    wrong = Counter(number for number, *_ in reading.refused)
    columns = {column.name: column for _, column, *_ in reading.refused}
    known = {name: vocabulary(column, catalogue) for name, column in columns.items()} if reading.form.guarded else {}
    for number, column, cell, people, why in reading.refused:
        found = shown(cell, people, known=known.get(column.name), shifted=wrong[number] >= _SHIFTED)
        reading.problem(found, why.expected, why.remedy, row=number, column=column.heading.en)


def _empty(form: DeliveryFormat) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="object") for name in (*form.names, *PLACE)})


def _typed(frame: pd.DataFrame, form: DeliveryFormat) -> pd.DataFrame:
    numeric = {column.name for column in form.columns if column.kind in {"number", "count", "amount"}}
    return frame.astype(
        {
            **{name: "float64" if name in numeric else "str" for name in form.names},
            **dict(zip(PLACE, ("str", "str", "int64"), strict=True)),
        }
    )
