"""Reading a filled-in workbook: the rows that were given, and a complaint with sheet and cell for each mistake."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from kpi.catalogue import LANGUAGES, Catalogue
from kpi.collect.complaints import Complaint, Wrong
from kpi.collect.form import COLUMNS, READ, VERSION, Reference, choices, layout, reference_in
from kpi.collect.owed import Owed, owed
from kpi.collect.rules import rule
from kpi.collect.values import is_empty, read_choice, read_value
from kpi.errors import DeliveryError
from kpi.parsing.periods import period_in_cell
from kpi.parsing.tables import open_workbook, read_content, readable

_FREQUENCY = {"yearly": "A", "quarterly": "Q", "monthly": "M", "event": ""}
#: A sheet with fewer of our headings is somebody's own, and nobody's business.
_FEWEST_HEADINGS = 4
_Cell = tuple[Any, str]


@dataclass
class Reading:
    """What a workbook says: rows given and accepted, complaints about the others, columns nobody asked for."""

    reference: Reference
    rows: list[dict[str, Any]] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    given: int = 0


def read_workbook(path: Path, catalogue: Catalogue) -> Reading:
    """Read a collection workbook; rows without a value are "not given" and are not looked at.

    Raises:
        DeliveryError: no workbook, not a collection workbook, or one of another version.
    """
    content = read_content(path)
    if not content.startswith(b"PK"):
        msg = f"{path}: not a workbook; expected the .xlsx that 'kpi collect' wrote, filled in."
        raise DeliveryError(msg)
    # Twice: a formula without a stored result looks like an empty cell where only results are read.
    results, formulas = open_workbook(path, content), open_workbook(path, content, formulas=True)
    with readable(path):
        sheets = {
            sheet.title: list(_rows(sheet, formula))
            for sheet, formula in zip(results.worksheets, formulas.worksheets, strict=True)
        }
    reading = Reading(_reference(path, sheets, catalogue))
    reader = _Reader(reading, catalogue)
    for title, rows in sheets.items():
        reader.sheet(title, rows)
    _hold_repeated(reading)
    return reading


def _rows(results: Any, formulas: Any) -> Iterator[tuple[_Cell, ...]]:
    """Value and number format of each cell; the formula itself where no result was stored with it."""
    for cells, others in zip_longest(results.iter_rows(), formulas.iter_rows(values_only=True), fillvalue=()):
        pairs = zip_longest(cells, others)
        yield tuple(
            (other if cell is None or cell.value is None else cell.value, (cell and cell.number_format) or "")
            for cell, other in pairs
        )


def _reference(path: Path, sheets: dict[str, list[tuple[_Cell, ...]]], catalogue: Catalogue) -> Reference:
    texts = (value for rows in sheets.values() for cells in rows for value, _ in cells if isinstance(value, str))
    found = next(filter(None, map(reference_in, texts)), None)
    if found is None:
        msg = (
            f"{path}: not a collection workbook; its cover sheet does not hold the reference that 'kpi collect' writes."
        )
        raise DeliveryError(msg)
    if found.version != VERSION:
        msg = f"{path}: a collection workbook of version {found.version}, expected {VERSION}; send out a new one."
        raise DeliveryError(msg)
    if found.language not in LANGUAGES or found.organisation not in {o.id for o in catalogue.organisations}:
        msg = f"{path}: its reference '{found}' names an organisation or a language that the catalogue does not know."
        raise DeliveryError(msg)
    return found


class _Reader:
    """Reads sheet after sheet into one reading."""

    def __init__(self, reading: Reading, catalogue: Catalogue) -> None:
        self.reading = reading
        self.language = reading.reference.language
        self.lists = {name: choices(name, catalogue) for name in ("qualifier", "status")}
        self.owed: dict[str, dict[str, Owed]] = {}
        for kpi in owed(catalogue, reading.reference.organisation):
            self.owed.setdefault(kpi.indicator.id, {})[kpi.dimensions] = kpi

    def sheet(self, title: str, rows: Sequence[tuple[_Cell, ...]]) -> None:
        """Read a sheet, if it is one of ours."""
        first = next((number for number, cells in enumerate(rows) if any(not is_empty(v) for v, _ in cells)), None)
        if first is None:
            return
        headings = ["" if value is None else str(value) for value, _ in rows[first]]
        places = layout().matched(headings)
        if len(places) < _FEWEST_HEADINGS:
            return
        broken = [name for name in READ if len(places.get(name, [])) != 1]
        for name in broken:
            position = places.get(name, [COLUMNS.index(name)])[-1]
            found = headings[position] if position < len(headings) else None
            self._complain(title, first + 1, position, found, Wrong("heading", "heading", {"heading": name}))
        known = {position for positions in places.values() for position in positions}
        self.reading.ignored += [text for position, text in enumerate(headings) if text and position not in known]
        if not broken:
            columns = {name: places[name][0] for name in READ}
            for number, cells in enumerate(rows[first + 1 :], start=first + 2):
                self._row(title, number, columns, cells)

    def _row(self, sheet: str, number: int, columns: dict[str, int], cells: tuple[_Cell, ...]) -> None:
        found = {name: cells[place] if place < len(cells) else (None, "") for name, place in columns.items()}
        if is_empty(found["value"][0]):
            return
        self.reading.given += 1
        values = dict(self._values(found))
        wrong = {name: value for name, value in values.items() if isinstance(value, Wrong)}
        for name, why in wrong.items():
            self._complain(sheet, number, columns[name], found[name][0], why)
        if not wrong:
            place = {"source_sheet": sheet, "source_row": number}
            letter = get_column_letter(columns["period"] + 1)
            self.reading.rows.append(
                {**values, **place, "_letter": letter, "organisation": self.reading.reference.organisation}
            )

    def _values(self, found: dict[str, _Cell]) -> Iterator[tuple[str, Any]]:
        """Each column with its value or what is wrong with it; what hangs on a wrong key is not judged."""
        for name, default in (("qualifier", "eq"), ("status", "A")):
            yield name, read_choice(found[name][0], self.lists[name], self.language) or default
        typed = _text(found["indicator"][0])
        if typed not in self.owed:
            near = difflib.get_close_matches(typed, self.owed, n=3)
            yield "indicator", Wrong("indicator", "near" if near else "key", {"names": near})
            return
        yield "indicator", typed
        dimensions = ";".join(sorted(part.strip() for part in _text(found["dimensions"][0]).split(";") if part.strip()))
        kpi = self.owed[typed].get(dimensions)
        yield "dimensions", dimensions if kpi else Wrong("dimensions", "key", {"codes": list(self.owed[typed])})
        kpi = kpi or next(iter(self.owed[typed].values()))
        named = [part.strip() for part in _text(found["objective"][0]).split(";") if part.strip()]
        sound = named and set(named) <= set(kpi.objectives)
        yield "objective", ";".join(named) if sound else Wrong("objective", "key", {"codes": list(kpi.objectives)})
        yield "period", _period(found["period"][0], _FREQUENCY[kpi.indicator.frequency])
        yield "value", read_value(*found["value"], kpi.indicator.unit, rule(kpi.indicator), self.language)

    def _complain(self, sheet: str, row: int, position: int, found: object, wrong: Wrong) -> None:
        letter = get_column_letter(position + 1)
        self.reading.complaints.append(Complaint(sheet, row, letter, found, wrong, self.language))


def _period(value: Any, wanted: str) -> str | Wrong:
    return period_in_cell(value, _text(value), wanted) or Wrong(f"period-{wanted or 'any'}", "period")


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _hold_repeated(reading: Reading) -> None:
    """A key that stands twice is a copied row or a changed period: none of them can be believed."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in reading.rows:
        groups.setdefault((row["indicator"], row["dimensions"], row["period"]), []).append(row)
    for same in groups.values():
        if len(same) > 1:
            places = [f"{row['source_sheet']}!{row['_letter']}{row['source_row']}" for row in same]
            for row, place in zip(same, places, strict=True):
                others = Wrong("once", "once", {"places": [other for other in places if other != place][:3]})
                sheet, number, letter = row["source_sheet"], row["source_row"], row["_letter"]
                complaint = Complaint(sheet, number, letter, row["period"], others, reading.reference.language)
                reading.complaints.append(complaint)
    reading.rows = [same[0] for same in groups.values() if len(same) == 1]
