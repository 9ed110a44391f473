"""One filled-in cell to one value, by the rule of its indicator and the habits of the workbook's language."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from kpi.catalogue import LANGUAGES, CodeList
from kpi.collect.complaints import Wrong
from kpi.collect.form import MARKS, yes_no
from kpi.collect.rules import Rule
from kpi.parsing.numbers import parse_number
from kpi.parsing.text import fold
from kpi.sources.cells import spellings

#: What a number format quotes or escapes is only shown: a "%" there does not scale the number.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_ERROR = re.compile(r"#[A-Z0-9/!?]+[!?]?|#N/A")
#: Digits that a double keeps: 0.205 shown as 20,5 % must not become 20.499999999999996.
_DIGITS = 15


def is_empty(value: Any) -> bool:
    """Whether nothing was filled in; spaces are nothing."""
    return value is None or (isinstance(value, str) and not fold(value))


def shown_as_percent(number_format: str) -> bool:
    """Whether the cell shows its number times a hundred: a program does so when "20,5 %" is typed.

    >>> shown_as_percent("0.00%"), shown_as_percent('0.0" %"'), shown_as_percent("General")
    (True, False, False)
    """
    return "%" in _LITERAL.sub("", number_format)


def read_value(value: Any, number_format: str, unit: str, rule: Rule, language: str) -> float | Wrong:
    """The number in a cell that is not empty.

    Args:
        value: what the workbook holds: a number is taken as it is, text is read by the marks of the language.
        number_format: of the cell; a number shown as a percentage is stored as its hundredth.
        unit: of the indicator; an amount in euro may carry its sign.
        rule: what the value must be.
        language: of the workbook.
    """
    if rule.kind == "words":
        return Wrong("words", "words")
    if isinstance(value, str) and (_ERROR.fullmatch(value.strip()) or value.startswith("=")):
        return Wrong("formula", "formula")
    if rule.kind == "yes-no" and isinstance(value, (str, bool)):
        number = _yes_or_no(value)
    elif isinstance(value, str):
        number = _typed(value, unit, language)
    else:
        number = _stored(value, number_format, unit)
    if number is None:
        return Wrong(rule.kind, "value" if rule.kind == "yes-no" else "number", _low(rule))
    return number if rule.allows(number) else Wrong(rule.kind, "value", _low(rule))


def read_choice(value: Any, codes: CodeList, language: str) -> str | Wrong:
    """The code of a drop-down word in any of the languages; empty for an empty cell."""
    if is_empty(value):
        return ""
    found = spellings(codes).get(fold(str(value)), ())
    words = [text[language] for text in codes.codes.values()]
    return found[0] if len(found) == 1 else Wrong("list", "list", {"words": words})


def _yes_or_no(value: str | bool) -> float | None:
    if isinstance(value, bool):
        return float(value)
    for language in LANGUAGES:
        yes, no = (fold(word) for word in yes_no(language))
        if fold(value) in {yes, no}:
            return float(fold(value) == yes)
    return None


def _typed(text: str, unit: str, language: str) -> float | None:
    decimal, group = MARKS[language]
    try:
        return parse_number(text, decimal, group, percent=unit == "percent", euro=unit == "EUR")
    except ValueError:
        return None


def _stored(value: Any, number_format: str, unit: str) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or isinstance(value, dt.date):
        return None
    if not shown_as_percent(number_format) or unit == "ratio":
        return float(value)
    return float(f"{value * 100:.{_DIGITS}g}") if unit == "percent" else None


def _low(rule: Rule) -> dict[str, Any]:
    return {"low": int(rule.low)} if rule.kind == "whole" else {}
