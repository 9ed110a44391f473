"""The part of each source's suite that follows from its format: code lists, ranges, forms of dates and periods, keys.

What somebody wrote by hand says it better and stays as it is: only what no hand-written expectation says is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kpi.entries import CodeList
from kpi.sources import module, modules
from kpi.sources.formats import Column, DeliveryFormat

#: In ``meta`` of an expectation that is made here.
GENERATED = "generated"
_TYPE = "expect_column_values_to_"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
#: A source that reads files of its own gives an empty text where there is none.
_EMPTY_OR_DATE = r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?$"
_PERIODS = {
    "A": r"^[0-9]{4}$",
    "S": r"^[0-9]{4}-S[12]$",
    "Q": r"^[0-9]{4}-Q[1-4]$",
    "M": r"^[0-9]{4}-(?:0[1-9]|1[0-2])$",
    "D": _DATE,
}
_WORDS = {
    "known": ("un code de la liste", "een code uit de lijst", "a code of the list"),
    "not-negative": ("zéro ou plus", "nul of meer", "zero or more"),
    "number": ("un nombre", "een getal", "a number"),
    "date-form": ("une date", "een datum", "a date"),
    "period-form": (
        *("une période de la fréquence déclarée", "een periode van de opgegeven frequentie"),
        "a period of the declared frequency",
    ),
    "once": ("chaque clé une seule fois", "elke sleutel slechts één keer", "each key once"),
}
_REMEDY = (
    "Vérifiez la ligne dans le registre d'origine.",
    "Controleer de rij in het oorspronkelijke register.",
    "Check the row in the register it comes from.",
)


def write_suites(folder: Path) -> list[Path]:
    """Bring the generated part of every suite up to date; gives the files that changed."""
    changed = []
    for path, text in _fresh(folder):
        if path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def stale_suites(folder: Path) -> list[str]:
    """Names of the suites whose generated part is not that of their format."""
    return [path.name for path, text in _fresh(folder) if path.read_text(encoding="utf-8") != text]


def _fresh(folder: Path) -> Iterator[tuple[Path, str]]:
    for source in modules():
        for form in module(source).FORMATS.values():
            path = folder / f"{form.suite}.json"
            suite = json.loads(path.read_text(encoding="utf-8"))
            yield path, json.dumps(with_generated(suite, form), ensure_ascii=False, indent=2) + "\n"


def with_generated(suite: Mapping[str, Any], form: DeliveryFormat) -> dict[str, Any]:
    """The suite with its hand-written expectations as they are, and after them what the format says besides."""
    by_hand = [entry for entry in suite["expectations"] if not entry["meta"].get(GENERATED)]
    # One that holds for some rows says nothing of the others.
    said = {_about(entry["type"], entry["kwargs"]) for entry in by_hand if "row_condition" not in entry["kwargs"]}
    made = [entry for entry in _made(form) if _about(entry["type"], entry["kwargs"]) not in said]
    return {**suite, "expectations": [*by_hand, *made]}


def _about(kind: str, kwargs: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    return kind, tuple(kwargs.get("column_list", ())) or (str(kwargs.get("column", "")),)


def _made(form: DeliveryFormat) -> Iterator[dict[str, Any]]:
    for column in form.columns:
        for kind, says, rule in _of_column(column):
            yield _expectation(f"{_TYPE}{kind}", {"column": column.name, **says}, f"{column.name}-{rule}", rule)
    if len(form.key) == 1:
        yield _expectation(f"{_TYPE}be_unique", {"column": form.key[0]}, "key-once", "once")
    else:
        kwargs = {"column_list": list(form.key), "ignore_row_if": "never"}
        yield _expectation("expect_compound_columns_to_be_unique", kwargs, "key-once", "once")


def _of_column(column: Column) -> Iterable[tuple[str, dict[str, Any], str]]:
    """Kind, arguments and rule of what can be said of one column."""
    if column.kind == "code" and column.codes is not None and "_T" in column.not_accepted:
        codes = column.codes
        known = [code for code in codes.codes if code not in column.not_accepted] if isinstance(codes, CodeList) else []
        return [("be_in_set", {"value_set": known or {"$PARAMETER": f"{codes}_codes"}}, "known")]
    if column.kind in {"count", "amount"}:
        return [("be_between", {"min_value": 0.0}, "not-negative")]
    if column.kind == "number":
        return [("be_of_type", {"type_": "float64"}, "number")]
    if column.kind == "date":
        return [("match_regex", {"regex": _EMPTY_OR_DATE if column.allow_empty else _DATE}, "date-form")]
    if column.kind == "period" and column.frequency in _PERIODS:
        return [("match_regex", {"regex": _PERIODS[column.frequency]}, "period-form")]
    return []


def _expectation(kind: str, kwargs: dict[str, Any], rule: str, words: str) -> dict[str, Any]:
    languages = ("fr", "nl", "en")
    meta = {
        "rule": f"{GENERATED}-{rule}",
        GENERATED: True,
        "message": dict(zip(languages, _WORDS[words], strict=True)),
        "remedy": dict(zip(languages, _REMEDY, strict=True)),
    }
    return {"type": kind, "kwargs": kwargs, "meta": meta, "severity": "critical"}
