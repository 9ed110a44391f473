"""When the office last updated a data set, as its files print it; the vintage of what is read from them."""

from __future__ import annotations

import datetime as dt
import re

_DAY_FIRST = re.compile(r"(?P<day>[0-9]{2})[/.](?P<month>[0-9]{2})[/.](?P<year>(?:20)?[0-9]{2})(?![0-9])")
_ISO = re.compile(r"(?P<year>20[0-9]{2})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")


def read_update(text: str) -> str:
    """The day as ISO date; empty where the file gives none, or none that exists.

    >>> read_update("26/05/25 23:00:00"), read_update("2025-05-26T23:00:00+0200"), read_update("")
    ('2025-05-26', '2025-05-26', '')
    """
    match = _ISO.search(text) or _DAY_FIRST.search(text)
    if not match:
        return ""
    year = int(match["year"]) % 100 + 2000
    try:
        return dt.date(year, int(match["month"]), int(match["day"])).isoformat()
    except ValueError:
        return ""
