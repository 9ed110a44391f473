"""Errors as sentences: what is wrong, where, what was expected, and how to mend it."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from dataclasses import dataclass


class KpiError(Exception):
    """Something failed; the message is one sentence for a person. Exit code 1."""

    exit_code = 1


class UsageError(KpiError):
    """The command, a parameter or a name was wrong. Exit code 2."""

    exit_code = 2


class CatalogueError(KpiError):
    """An entry under ``data/catalogue`` cannot be read; names file, entry and field. Exit code 1."""


class DeliveryError(KpiError):
    """A delivered file cannot be read at all; nothing of it is stored. Exit code 3."""

    exit_code = 3


class LockedError(KpiError):
    """Another run holds the lock. Exit code 4."""

    exit_code = 4


def unknown(kind: str, name: str, available: Iterable[str]) -> UsageError:
    """An error for a name that does not exist, with the nearest ones that do.

    >>> str(unknown("indicator", "overnight-stay", ["overnight-stays", "arrivals"]))
    "Unknown indicator 'overnight-stay': did you mean 'overnight-stays'?"
    """
    return UsageError(f"Unknown {kind} {name!r}: {suggestion(name, available)}")


def suggestion(name: str, available: Iterable[str]) -> str:
    """The nearest names as a question, or the list of what exists."""
    names = list(available)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(repr(n) for n in near) + "?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"known are {shown}." if names else "there is none."


def last_line(error: str) -> str:
    """The last line of an error, which says in short what happened: of a traceback the rest is for who mends it."""
    return (error.strip().splitlines() or [""])[-1]


_RIGHT = "Give this user the right to it and try again."
_SPACE = "Free space and try again."
_MENDED = {
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _RIGHT),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), _SPACE),
}


def refused(error: OSError) -> str:
    """What the system refused, where, and how to mend it where that can be told.

    >>> refused(PermissionError(errno.EACCES, "Permission denied", "data/incoming"))
    'data/incoming: Permission denied. Give this user the right to it and try again.'
    >>> refused(OSError("nobody answers"))
    'nobody answers.'
    """
    what = " ".join((error.strerror or str(error) or type(error).__name__).split()).rstrip(".")
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{what}. {_MENDED.get(error.errno or 0, '')}".rstrip()


@dataclass(frozen=True)
class Problem:
    """One thing in a delivery that cannot be accepted: where it is, and how to mend it.

    Rows count from 1 as a spreadsheet does, the heading being row 1; an empty
    field is "does not apply".
    """

    file: str
    found: str
    expected: str
    remedy: str = ""
    row: int | None = None
    column: str = ""
    sheet: str = ""

    @property
    def place(self) -> str:
        """Where it is: file, sheet, row and column, as far as they apply."""
        parts = [
            self.file,
            f"sheet {self.sheet}" if self.sheet else "",
            f"row {self.row}" if self.row is not None else "",
            f"column {self.column}" if self.column else "",
        ]
        return ", ".join(part for part in parts if part)

    def __str__(self) -> str:
        sentence = f"{self.place}: found {self.found}, expected {self.expected}."
        return f"{sentence} {self.remedy}" if self.remedy else sentence
