"""One cell to one value, by the kind its column declares; what does not fit is told, never guessed."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from kpi.catalogue import Catalogue, CodeList
from kpi.parsing.numbers import parse_count, parse_number
from kpi.parsing.periods import parse_date, period_in_cell
from kpi.parsing.tables import DAY_ZERO, Unread
from kpi.parsing.text import fold
from kpi.sources.formats import Column, DeliveryFormat

#: What a spreadsheet shows where a formula failed.
ERRORS = {"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"}
_SHOWN = 12
#: No policy counts or pays more, and beyond it a number is no longer exact.
_LARGEST = 10**15
_TOO_LARGE = "It is too large to be true."
#: No register reaches further back. A date cell of before is a number that was formatted as a date.
EARLIEST = dt.date(1950, 1, 1)
#: Of the day numbers of a spreadsheet those of 1990 to 2099 are read, so that no year or price is one.
_SERIAL_YEARS = range(1990, 2100)
_PERIODS = {
    "A": "a year such as 2019",
    "S": "a half-year such as 2019-S1",
    "Q": "a quarter such as 2019-Q1",
    "M": "a month such as 2019-01 or janvier 2019",
    "D": "a day such as 30/06/2019",
}


@dataclass(frozen=True)
class Refused:
    """Why a cell was not read."""

    expected: str
    remedy: str = ""


def reader(
    column: Column, form: DeliveryFormat, catalogue: Catalogue, day_zero: dt.date = DAY_ZERO
) -> Callable[[Any], Any]:
    """The function that turns a cell of this column into its value or into :class:`Refused`.

    Text, codes, dates and periods come out as text, numbers as float, an allowed empty cell as None.
    Day numbers count from ``day_zero``.
    """
    convert: Callable[[Any], Any]
    if column.kind == "code":
        codes = _codes_of(column, catalogue)
        convert = partial(_code, codes=codes, known=spellings(codes), not_accepted=column.not_accepted)
    elif column.kind in {"number", "count", "amount"}:
        convert = partial(_number, kind=column.kind, form=form)
    elif column.kind == "date":
        convert = partial(_date, day_zero=day_zero if form.serial_dates else None)
    elif column.kind == "period":
        convert = partial(_period, wanted=column.frequency)
    else:
        convert = _words
    return partial(_read, convert=convert, allow_empty=column.allow_empty)


def vocabulary(column: Column, catalogue: Catalogue) -> frozenset[str]:
    """The folded spellings that a column of codes knows; none for another."""
    return frozenset(spellings(_codes_of(column, catalogue)) if column.kind == "code" else ())


def _codes_of(column: Column, catalogue: Catalogue) -> CodeList:
    named = column.codes or ""
    return named if isinstance(named, CodeList) else catalogue.code_list(named)


def spellings(codes: CodeList) -> Mapping[str, tuple[str, ...]]:
    """Every folded spelling of a code list with the codes it may stand for: codes, labels, aliases.

    A code's own spelling wins over a label or alias of another code.
    """
    own = {fold(code): (code,) for code in codes.codes}
    found: dict[str, set[str]] = {}
    for code, text in codes.codes.items():
        for word in (text.fr, text.nl, text.en):
            found.setdefault(fold(word), set()).add(code)
    for alias, code in codes.aliases.items():
        found.setdefault(fold(alias), set()).add(code)
    return {word: tuple(sorted(named)) for word, named in found.items()} | own


def _read(cell: Any, convert: Callable[[Any], Any], *, allow_empty: bool) -> Any:
    value = cell.strip() if isinstance(cell, str) else cell
    if isinstance(value, Unread):
        return Refused("a value", value.remedy)
    if value is None or value == "":
        return None if allow_empty else Refused("a value", "Fill in the cell, or leave the row out.")
    if isinstance(value, str) and value.upper() in ERRORS:
        return Refused("a value", "A formula failed here: mend it in the workbook.")
    return convert(value)


def _code(value: Any, codes: CodeList, known: Mapping[str, tuple[str, ...]], not_accepted: tuple[str, ...]) -> Any:
    found = known.get(fold(_text(value)), ())
    if len(found) == 1 and found[0] not in not_accepted:
        return found[0]
    kind = codes.title.en.lower()
    if len(found) == 1:
        return Refused(f"one {kind}, not a total or a group", "Deliver the parts only: totals are computed.")
    if found:
        return Refused(f"one {kind}", f"It may stand for {' or '.join(found)}: write the code.")
    allowed = {word: named for word, named in known.items() if not set(named) & set(not_accepted)}
    return Refused(f"a known {kind}", _nearest(fold(_text(value)), allowed, codes))


def _nearest(folded: str, allowed: Mapping[str, tuple[str, ...]], codes: CodeList) -> str:
    """The codes whose spellings are nearest, else the first of the list, with their English labels."""
    near = difflib.get_close_matches(folded, allowed, n=3)
    found = dict.fromkeys(code for word in near or allowed for code in allowed[word])
    shown = [f"{code} ({codes.codes[code].en})" for code in found]
    if near:
        return f"Did you mean {' or '.join(shown)}?"
    return f"Known are {', '.join(shown[:_SHOWN])}{', ...' if len(shown) > _SHOWN else ''}."


def _number(value: Any, kind: str, form: DeliveryFormat) -> Any:
    between = {"": "no mark", " ": "a space"}.get(form.group, f"'{form.group}'")
    marks = f"with '{form.decimal}' as decimal mark and {between} between thousands"
    name = {"number": "a number", "count": "a whole number", "amount": "an amount in euro"}[kind]
    # A workbook gives real numbers; a truth value is one for Python only.
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not abs(value) <= _LARGEST:
            return Refused(name, _TOO_LARGE)
        return float(value) if kind != "count" or value == int(value) else Refused(name)
    if not isinstance(value, str):
        return Refused(name)
    try:
        if kind == "count":
            number: float = parse_count(value, form.decimal, form.group)
        else:
            number = parse_number(value, form.decimal, form.group, euro=kind == "amount")
        return float(number) if abs(number) <= _LARGEST else Refused(name, _TOO_LARGE)
    except ValueError:
        return Refused(f"{name} {marks}", _two_readings(value) + "Write the number that way; nothing is guessed.")


def _two_readings(text: str) -> str:
    match = re.fullmatch(r"(-?[0-9]{1,3})[.,]([0-9]{3})", text)
    return f"It may mean {match[1]}{match[2]} or {match[1]} and {match[2]} thousandths. " if match else ""


def _date(value: Any, *, day_zero: dt.date | None) -> Any:
    if isinstance(value, (dt.datetime, dt.date)):
        day = value.date() if isinstance(value, dt.datetime) else value
        if day < EARLIEST:
            return Refused("a day such as 30/06/2019 or 2019-06-30", "A number was probably formatted as a date.")
        timed = isinstance(value, dt.datetime) and value.time() != dt.time()
        return Refused("a day without a time") if timed else day.isoformat()
    if day_zero and re.fullmatch(r"[0-9]{5}", _text(value)):
        counted = day_zero + dt.timedelta(days=int(_text(value)))
        if counted.year in _SERIAL_YEARS:
            return counted.isoformat()
    try:
        return parse_date(_text(value))
    except ValueError:
        return Refused("a day such as 30/06/2019 or 2019-06-30")


def _period(value: Any, wanted: str) -> Any:
    expected = _PERIODS.get(wanted, "a period such as 2019, 2019-Q1, 2019-01")
    return period_in_cell(value, _text(value), wanted) or Refused(expected)


def _words(value: Any) -> Any:
    """Text without signs that cannot be seen, which make equal references differ; a formula or control sign is none."""
    text = "".join(sign for sign in _text(value) if unicodedata.category(sign) != "Cf").strip()
    if not text:
        return Refused("a value", "The cell holds only signs that cannot be seen.")
    if text.startswith("="):
        return Refused("a text", "It is a formula: write its result.")
    if any(unicodedata.category(sign) == "Cc" and not sign.isspace() for sign in text):
        return Refused("a text", "It holds control characters: type it again.")
    return re.sub(r"\s+", " ", text)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
