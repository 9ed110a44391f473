"""Numbers as organisations type them, read by declared separators: nothing is guessed.

``1.234`` is one and a bit where the dot is the decimal mark, and more than a thousand where it
groups digits; Belgium writes both. So a source declares its marks, and a number that they do not
allow is an error that says what was found and what was expected.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

#: Spaces that stand between groups of three: plain, no-break, narrow no-break, thin.
SPACES = " \u00a0\u202f\u2009"
_MINUS = str.maketrans({"\u2212": "-"})


def parse_number(text: str, decimal: str, group: str = "", *, percent: bool = False, euro: bool = False) -> float:
    """Read a number written with the declared marks.

    Args:
        text: what stands in the cell.
        decimal: the decimal mark, ``","`` or ``"."``.
        group: the mark between thousands: ``"."``, ``","``, ``"'"``, ``" "`` (any kind of space)
            or ``""`` where thousands are not marked. Grouping is never obligatory.
        percent: whether a ``%`` may follow; the number stays as written (``"3 %"`` is 3).
        euro: whether ``€`` or ``EUR`` may stand before or after.

    Returns:
        The number, finite.

    Raises:
        ValueError: a sentence with what was found and what was expected.

    >>> parse_number("1\u202f250\u202f149,50 €", ",", " ", euro=True)
    1250149.5
    >>> parse_number("1.234", ",")
    Traceback (most recent call last):
    ...
    ValueError: '1.234' is no number here; expected ',' as decimal mark and no mark between thousands
    """
    number = float(_read(text, decimal, group, percent=percent, euro=euro))
    if not math.isfinite(number):
        msg = f"{text[:40]!r}... is too large a number"
        raise ValueError(msg)
    return number


def parse_count(text: str, decimal: str, group: str = "") -> int:
    """Read a whole number written with the declared marks.

    Raises:
        ValueError: as :func:`parse_number`, and where the number has a fraction.

    >>> parse_count("1 234", ",", " ")
    1234
    """
    number = _read(text, decimal, group, percent=False, euro=False)
    if number != number.to_integral_value():
        msg = f"{text!r} is no whole number; expected a count"
        raise ValueError(msg)
    return int(number)


def _read(text: str, decimal: str, group: str, *, percent: bool, euro: bool) -> Decimal:
    if decimal not in {",", "."} or group == decimal:
        msg = f"marks {decimal!r} (decimal) and {group!r} (thousands) cannot be told apart"
        raise ValueError(msg)
    bare = text.strip().translate(_MINUS)
    if percent:
        bare = re.sub(r"\s*%$", "", bare)
    if euro:
        bare = re.sub(r"\s*(?:€|EUR|euros?)$|^(?:€|EUR)\s*(?=[0-9-])", "", bare, flags=re.IGNORECASE)
    mark = f"[{SPACES}]" if group == " " else re.escape(group)
    grouped = rf"|[0-9]{{1,3}}(?P<mark>{mark})[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*" if group else ""
    pattern = rf"-?(?:[0-9]+{grouped})(?:{re.escape(decimal)}[0-9]+)?"
    if not re.fullmatch(pattern, bare):
        msg = f"{text!r} is no number here; expected {_format(decimal, group)}{_hint(bare)}"
        raise ValueError(msg)
    plain = re.sub(mark, "", bare) if group else bare
    return Decimal(plain.replace(decimal, "."))


def _format(decimal: str, group: str) -> str:
    between = {"": "no mark", " ": "a space"}.get(group, repr(group))
    return f"{decimal!r} as decimal mark and {between} between thousands"


def _hint(bare: str) -> str:
    if "%" in bare:
        return ", without %"
    return ", without words or currency" if re.search(r"[^\W\d_]|€", bare) else ""
