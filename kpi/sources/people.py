"""What may be told of a cell that was refused: never what is, or may be, the name of a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_LONGEST_SHOWN = 60
_SHORT = 3
_HIDDEN = "a personal value (not shown)"
#: Two words with a capital, as people and companies are written.
_NAME = re.compile(r"\b[^\W\d_a-zß-ÿ][\w'’-]+(?:\s+\S+)*\s+[^\W\d_a-zß-ÿ][\w'’-]+")


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


def shown(cell: Any, people: Sequence[Any], *, guarded: bool = False, shifted: bool = False) -> str:
    """The cell for a message, cut to a readable length.

    Args:
        cell: what stood there.
        people: the personal cells of its row.
        guarded: the file has columns with people, so that a text which looks like a name may be one.
        shifted: so much of the row is wrong that its cells may stand in other columns.

    >>> shown("Frankreich", ["Jan Peeters"], guarded=True), shown("An Jacobs", [], guarded=True)
    ("'Frankreich'", 'a personal value (not shown)')
    """
    if cell is None or str(cell).strip() == "":
        return "nothing"
    text = str(cell).strip()
    lettered = re.search(r"[^\W\d_]{2}", text)
    if is_named(cell, people) or (guarded and lettered and (shifted or _NAME.search(text))):
        return _HIDDEN
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "...")
