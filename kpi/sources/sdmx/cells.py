"""What a cell of a statistical office says: a value, nothing, or something that must not be told."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["value", "missing", "confidential"]

#: Flag letters and their SDMX observation status. ``s`` and ``z`` are the letters before 27 January 2025 of
#: ``i`` and ``m``; ``r`` (revised) has no status of its own.
STATUS = {"b": "B", "d": "D", "e": "E", "f": "F", "i": "I", "m": "M", "n": "N", "p": "P", "u": "U", "r": "A"}
_OLD_LETTERS = {"s": "i", "z": "m"}
#: Before 2025 confidentiality was a flag among the others.
_OLD_CONFIDENTIAL = "c"
#: Which status stands when several flags do: a break first, for it forbids comparing; then the less settled ones.
PRECEDENCE = "bpefuidnmr"
#: Confidentiality, the strictest first: C confidential, N not for publication, P secret for other reasons.
RESTRICTED = "CNP"

EXPECTED = "a number or ':', then known flags, such as '765432 e', ': u' or ': @C'"
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:E[+-]?[0-9]+)?")
_CELL = re.compile(rf"(?P<value>: *|{_NUMBER.pattern}(?=[ @]|$) *)(?P<flags>[a-z]*) *(?:@(?P<conf>[A-Z]+))?")
_FLAGS = re.compile(r"(?P<flags>[a-z]*)@?(?P<conf>[A-Z]*)")
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell says. ``letters`` are its observation flags in the letters of today, by precedence."""

    value: float | None
    conf_status: str = "F"
    letters: str = ""

    @property
    def kind(self) -> Kind:
        """Each cell is exactly one of the three; what is confidential never carries a value."""
        if self.conf_status in RESTRICTED:
            return "confidential"
        return "missing" if self.value is None else "value"

    @property
    def obs_status(self) -> str:
        """The SDMX status: of several flags the first by precedence; M where nothing is given."""
        if self.value is None:
            return "M"
        return STATUS[self.letters[0]] if self.letters else "A"

    @property
    def flags(self) -> str:
        """All flags as codes of the list ``flag``: ``eurostat-b eurostat-e``."""
        return " ".join(f"eurostat-{letter}" for letter in self.letters)


def read_cell(text: str) -> Cell:
    """Read a cell that holds value and flags together, as bulk files do.

    Raises:
        ValueError: it is none of the known forms. The message shows no digit that may be confidential.

    >>> read_cell("765432 be ")
    Cell(value=765432.0, conf_status='F', letters='be')
    >>> read_cell(": @C").kind, read_cell("12 c").value
    ('confidential', None)
    """
    match = _CELL.fullmatch(text.strip())
    if not match:
        raise ValueError(shown(text))
    return compose(match["value"].strip(), match["flags"], match["conf"] or "", text)


def read_parts(value: str, flags: str, conf: str = "") -> Cell:
    """Read a value and its flags that stand apart; an empty value, ``:`` and ``NaN`` are missing.

    Raises:
        ValueError: as :func:`read_cell`.

    >>> read_parts("", "", "C").kind, read_parts("2.5", "p").obs_status
    ('confidential', 'P')
    """
    whole = f"{value} {flags}{'@' + conf if conf else ''}".strip()
    bare = value.strip()
    match = _FLAGS.fullmatch(re.sub(r"[\s,;()]", "", flags))
    number = ":" if bare in {"", ":", "NaN"} else bare
    if not match or not (number == ":" or _NUMBER.fullmatch(number)) or not re.fullmatch("[A-Z]*", conf.strip()):
        raise ValueError(shown(whole))
    return compose(number, match["flags"], match["conf"] + conf.strip(), whole)


def compose(number: str, flags: str, conf: str, whole: str) -> Cell:
    """A cell from a number (or ``:``), flag letters and confidentiality letters.

    Raises:
        ValueError: an unknown or repeated letter, too large a number, or a value where none can exist.
    """
    unknown = set(flags) - STATUS.keys() - _OLD_LETTERS.keys() - {_OLD_CONFIDENTIAL}
    if unknown or len(set(flags)) != len(flags) or set(conf) - {*RESTRICTED, "F"}:
        raise ValueError(shown(whole))
    strictest = next((letter for letter in RESTRICTED if letter in conf), "F")
    status = "C" if _OLD_CONFIDENTIAL in flags else strictest
    today = {_OLD_LETTERS.get(letter, letter) for letter in flags} - {_OLD_CONFIDENTIAL}
    letters = "".join(sorted(today, key=PRECEDENCE.index))
    if number == ":" or status != "F":
        return Cell(None, status, letters)
    value = float(number)
    if not math.isfinite(value) or "m" in letters:
        raise ValueError(shown(whole))
    return Cell(value, status, letters)


def shown(text: str) -> str:
    """The cell for a message; its digits are hidden where a letter might say that they are confidential.

    >>> shown("12,5"), shown("1234 xC")
    ("'12,5'", "'#### xC'")
    """
    bare = "".join(sign if sign.isprintable() else "?" for sign in text.strip())
    hidden = re.sub(r"[0-9]", "#", bare) if re.search(r"[@A-Zc]", bare) else bare
    return repr(hidden if len(hidden) <= _LONGEST_SHOWN else hidden[:_LONGEST_SHOWN] + "...") if bare else "nothing"
