"""Figures that the policy documents publish, with document and line; values stay as printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue, CodeList, Text
from kpi.errors import Problem, suggestion
from kpi.observations import tidy
from kpi.parsing.periods import bounds, frequency
from kpi.sources.formats import Column, DeliveryFormat, Kind

_CARRIED = ("figure", "objective", "indicator", "ref_area", "value_low", "value_high", "qualifier", "measure")
_CARRIED_TOO = ("flow", "flags", "alternative", "period_start", "period_end")


def _column(name: str, kind: Kind = "text", *, needed: bool = False, required: bool = True) -> Column:
    """The files are the project's own: their headings are the names, in every language."""
    heading = Text(fr=name, nl=name, en=name)
    # Policy documents also tell of what is planned.
    return Column(name=name, kind=kind, heading=heading, ahead=None, allow_empty=not needed, required=required)


FORMATS: Mapping[str, DeliveryFormat] = {
    "figures": DeliveryFormat(
        suite="published",
        key=("figure",),
        decimal=".",
        group="",
        encodings=("utf-8",),
        columns=(
            _column("figure", needed=True),
            _column("objective"),
            _column("indicator", needed=True),
            _column("dimensions"),
            _column("ref_area", needed=True),
            _column("period"),
            _column("period_printed", required=False),
            _column("period_start", "date"),
            _column("period_end", "date"),
            _column("as_of", required=False),
            _column("value", "number"),
            _column("value_low", "number"),
            _column("value_high", "number"),
            _column("qualifier", needed=True),
            _column("unit", needed=True),
            _column("measure", needed=True),
            _column("flow", needed=True),
            _column("line_start", "count", needed=True),
            _column("line_end", "count", needed=True),
            _column("languages", needed=True),
            _column("flags"),
            _column("alternative", "number"),
        ),
    )
}


def check(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> list[Problem]:
    """Rows that name what the register does not hold, that give no value, or lines beyond the document."""
    known = _Register(catalogue)
    return [problem for row in _rows(frames["figures"]) for problem in _problems(row, known)]


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted figures to tidy rows, one a figure, with ``image-2022 L3749-3751`` as reference.

    The vintage is the date printed on the document, else its reporting year. A figure without a
    period has no frequency; its value, bounds, qualifier and flags are carried as they stand.
    """
    frame = frames["figures"].reset_index(drop=True)
    if frame.empty:
        return tidy(pd.DataFrame({"indicator": pd.Series(dtype="str")}))
    document = frame["source_file"].map(_document)
    vintages = {name: _vintage(catalogue, name) for name in document.unique()}
    period = frame["period"].fillna("")
    lines = [_lines(row) for row in _rows(frame)]
    rows = pd.DataFrame({name: frame[name] for name in (*_CARRIED, *_CARRIED_TOO)}).assign(
        time_period=period,
        freq=period.map(frequency),
        obs_value=frame["value"],
        unit_measure=frame["unit"],
        source="published",
        source_ref=[f"{name} L{place}" for name, place in zip(document, lines, strict=True)],
        vintage=document.map(vintages),
    )
    dims = pd.DataFrame([dict(_dimensions(text)) for text in frame["dimensions"].fillna("")])
    return tidy(pd.concat([rows, dims.reindex(rows.index)], axis=1))


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


class _Register:
    """What rows may name, looked up once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.indicators = {entry.id for entry in catalogue.indicators}
        self.objectives = {entry.id for entry in catalogue.objectives}
        self.documents = {entry.id: entry for entry in catalogue.documents}
        self.lists: dict[str, CodeList] = {entry.id: entry for entry in catalogue.code_lists}
        self.units = catalogue.code_list("unit").codes
        self.areas = catalogue.code_list("ref_area").codes


def _problems(row: Mapping[str, Any], known: _Register) -> Iterator[Problem]:
    def problem(column: str, found: object, expected: str, remedy: str = "") -> Problem:
        number = int(row["source_row"])
        return Problem(row["source_file"], str(found), expected, remedy, row=number, column=column)

    def among(column: str, names: Iterable[str], kind: str) -> Iterator[Problem]:
        if row[column] not in names:
            near = suggestion(row[column], sorted(names)).capitalize()
            yield problem(column, repr(row[column]), f"{kind} of the catalogue", near)

    yield from among("indicator", known.indicators, "an indicator")
    yield from among("unit", known.units, "a unit")
    yield from among("ref_area", known.areas, "an area")
    if not pd.isna(row["objective"]):
        yield from among("objective", known.objectives, "an objective")
    yield from _dimension_problems(row, known, problem)
    if all(pd.isna(row[name]) for name in ("value", "value_low", "value_high")):
        yield problem("value", "nothing", "a value or a bound")
    if not pd.isna(row["period"]):
        try:
            bounds(row["period"])
        except ValueError as error:
            yield problem("period", repr(row["period"]), "an SDMX period or an ISO interval", f"{error}.")
    document = known.documents.get(_document(row["source_file"]))
    if document is None:
        near = suggestion(_document(row["source_file"]), known.documents)
        yield problem("", "a file that is named after no document", "<document id>.csv", near.capitalize())
    elif row["line_end"] > document.line_count:
        expected = f"a line up to {document.line_count}, the last of {document.id}"
        yield problem("line_end", int(row["line_end"]), expected)


def _dimension_problems(row: Mapping[str, Any], known: _Register, problem: Callable[..., Problem]) -> Iterator[Problem]:
    if pd.isna(row["dimensions"]):
        return
    for name, code in _dimensions(row["dimensions"]):
        if name not in known.lists:
            near = suggestion(name, sorted(known.lists)).capitalize()
            yield problem("dimensions", repr(name), "a dimension of the catalogue", near)
        elif code not in known.lists[name].codes:
            near = suggestion(code, known.lists[name].codes).capitalize()
            yield problem("dimensions", repr(code), f"a code of the list {name!r}", near)


def _dimensions(text: str) -> list[tuple[str, str]]:
    """``"market=FR;medium=print"`` as pairs.

    >>> _dimensions("market=FR; medium=print")
    [('market', 'FR'), ('medium', 'print')]
    """
    parts = [part.partition("=") for part in text.split(";") if part.strip()]
    return [(name.strip(), code.strip()) for name, _, code in parts]


def _document(file: str) -> str:
    return PurePath(file).stem


def _vintage(catalogue: Catalogue, name: str) -> str:
    document = catalogue.document(name)
    return document.published.isoformat() if document.published else str(document.reporting_year)


def _lines(row: Mapping[str, Any]) -> str:
    first, last = int(row["line_start"]), int(row["line_end"])
    return str(first) if first == last else f"{first}-{last}"
