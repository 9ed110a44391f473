"""What may be told of a cell that was refused: never what is, or may be, the name of a person."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from kpi.parsing.period_words import MONTHS
from kpi.parsing.text import fold
from kpi.sources.cells import ERRORS

_LONGEST_SHOWN = 60
_SHORT = 3
_HIDDEN = "a personal value (not shown)"
#: One letter is a unit or a reference; two may be initials.
_LETTERED = re.compile(r"[^\W\d_].*[^\W\d_]", re.DOTALL)
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
#: How near a spelling must be to be one that was mistyped: Frankreich and Frankrijk are.
_NEAR = 0.7
#: One word with a number in it; a mail address is none.
_REFERENCE = re.compile(r"[\w./-]*[0-9][\w./-]*")
_BESIDE_NUMBERS = frozenset({"eur", "euro", "euros", *MONTHS})


def is_named(cell: Any, people: Sequence[Any]) -> bool:
    """Whether a cell holds, whole or in part, what a personal cell of its row holds.

    >>> is_named("Jan Peeters", ["Peeters"]), is_named("B1", ["Bo"]), is_named("x", [None])
    (True, False, False)
    """
    typed = str(cell).strip().casefold()
    return any(
        typed == name or (len(name) > _SHORT and name in typed) or (len(typed) > _SHORT and typed in name)
        for name in (str(person).strip().casefold() for person in people if person not in {None, ""})
    )


def shown(cell: Any, people: Sequence[Any], *, known: frozenset[str] | None = None, shifted: bool = False) -> str:
    """The cell for a message, cut to a readable length.

    Args:
        cell: what stood there.
        people: the personal cells of its row.
        known: where the file has columns with people, the folded spellings that this column knows. Any other
            text may be a name and is told by its shape; None where nobody is in the file.
        shifted: so much of the row is wrong that its cells may stand in other columns.

    >>> codes = frozenset(["frankrijk"])
    >>> shown("Frankreich", ["Jan Peeters"], known=codes), shown("Jacobs, an", [], known=codes)
    ("'Frankreich'", 'a text of two words (not shown)')
    """
    if cell is None or str(cell).strip() == "":
        return "nothing"
    text = str(cell).strip()
    if is_named(cell, people):
        return _HIDDEN
    if known is not None and _LETTERED.search(text) and (shifted or not _is_plain(text, known)):
        return _shape(text)
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "...")


@lru_cache(maxsize=4096)
def _is_plain(text: str, known: frozenset[str]) -> bool:
    """Whether it is a reference, an error of a spreadsheet, near a known spelling, or made of known words."""
    folded = fold(text)
    if text.upper() in ERRORS or _REFERENCE.fullmatch(text):
        return True
    if difflib.get_close_matches(folded, known, n=1, cutoff=_NEAR):
        return True
    words = {word for spelling in known for word in _words(spelling)}
    # Without a number, a month may be somebody's name: Jan, May.
    beside = _BESIDE_NUMBERS if any(sign.isdigit() for sign in text) else frozenset()
    return all(word.isdigit() or word in words or word in beside for word in _words(folded))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _shape(text: str) -> str:
    count = len(text.split())
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"a text of {number} word{'' if count == 1 else 's'} (not shown)"
