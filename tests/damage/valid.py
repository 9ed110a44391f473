"""Valid deliveries to be damaged: the first rows of each sample, with what every column is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from openpyxl import Workbook

from kpi.parsing.numbers import parse_number
from kpi.parsing.periods import parse_date
from kpi.sources import module, modules
from kpi.sources.formats import Column, DeliveryFormat, best_format

#: Stands in the personal cells of every valid delivery; must not stand in anything that comes out.
SURNAME = "Quackelbeen"
_ROWS = 6
#: Sources whose files are no tables with headings; their bytes are damaged all the same.
BINARY_ONLY = {"eurostat", "collection"}


@dataclass(frozen=True)
class Valid:
    """One table of text as organisations send it; ``columns`` says what each position is, None for an unknown one."""

    source: str
    file: str
    form: DeliveryFormat
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[Column | None, ...]

    def of_kind(self, *kinds: str) -> list[int]:
        return [place for place, column in enumerate(self.columns) if column is not None and column.kind in kinds]

    def with_cell(self, row: int, place: int, text: str) -> Valid:
        cells = list(self.rows[row])
        cells[place] = text
        return replace(self, rows=(*self.rows[:row], tuple(cells), *self.rows[row + 1 :]))

    def csv(self, separator: str = ";", end: str = "\n") -> str:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=separator, lineterminator=end)
        writer.writerow(self.headings)
        writer.writerows(self.rows)
        return out.getvalue()

    def workbook(self) -> Workbook:
        """The same table with real numbers and dates, as Excel would hold it."""
        book = Workbook()
        sheet = book.active
        sheet.title = "Feuille"
        sheet.append(self.headings)
        for row in self.rows:
            sheet.append([self._typed(place, cell) for place, cell in enumerate(row)])
        return book

    def _typed(self, place: int, cell: str) -> object:
        column = self.columns[place]
        if column is None or cell == "":
            return cell or None
        if column.kind in {"number", "count", "amount"}:
            try:
                return parse_number(cell, self.form.decimal, self.form.group, euro=True)
            except ValueError:
                return cell
        if column.kind == "date":
            import datetime as dt

            return dt.date.fromisoformat(parse_date(cell))
        return cell


def valid_deliveries(root: Path) -> Iterator[Valid]:
    """The first rows of each text sample that is a table with headings."""
    for source in modules():
        folder = root / "data" / "sample" / source
        if source in BINARY_ONLY or not folder.is_dir():
            continue
        for path in sorted(folder.glob("*.csv")):
            yield _first_rows(source, path)


def _first_rows(source: str, path: Path) -> Valid:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    separator = max(";,\t|", key=lines[0].count)
    headings, *rows = list(csv.reader(lines[: 40 + 1], delimiter=separator))
    formats = module(source).FORMATS
    form = formats[best_format(formats, headings)[0]]
    named = {place: column for column in form.columns for place in form.matched(headings).get(column.name, [])}
    columns = tuple(named.get(place) for place in range(len(headings)))
    # A few rows that differ as much as they can: every sixth.
    chosen = [list(row) for row in rows[:: max(len(rows) // _ROWS, 1)][:_ROWS]]
    for number, row in enumerate(chosen):
        for place, column in enumerate(columns):
            if column is not None and column.kind == "personal":
                row[place] = f"Zénobie {SURNAME} {number}"
    return Valid(source, path.name, form, tuple(headings), tuple(map(tuple, chosen)), columns)
