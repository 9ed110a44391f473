"""Periods of time: SDMX periods and ISO intervals, their dates, their neighbours, how people write them."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache

from kpi.parsing.period_words import from_words
from kpi.parsing.text import fold

_LENGTH = {"A": 12, "S": 6, "Q": 3, "M": 1}
_SDMX = re.compile(r"(?P<year>[0-9]{4})(?:-(?:S(?P<S>[12])|Q(?P<Q>[1-4])|(?P<M>0[1-9]|1[0-2])(?:-(?P<D>[0-9]{2}))?))?")


def frequency(period: str) -> str:
    """Letter of SDMX for the frequency: A, S, Q, M, D, I (an interval), or empty for no period.

    >>> [frequency(p) for p in ("2019", "2019-S1", "2019-Q1", "2019-01", "2019-06-30", "2021-01-01/..", "")]
    ['A', 'S', 'Q', 'M', 'D', 'I', '']
    """
    if not period:
        return ""
    return "I" if "/" in period else _split(period)[0]


@lru_cache(maxsize=4096)
def bounds(period: str) -> tuple[str, str]:
    """First and last day of a period as ISO dates; an open or absent end is empty.

    Raises:
        ValueError: the text is no SDMX period and no ISO interval, or ends before it starts.

    >>> bounds("2019-Q1")
    ('2019-01-01', '2019-03-31')
    >>> bounds("2021-01-01/..")
    ('2021-01-01', '')
    """
    if not period:
        return "", ""
    if "/" in period:
        return _interval(period)
    letter, year, number = _split(period)
    if letter == "D":
        return period, period
    return _month_span(year * 12 + (number - 1) * _LENGTH[letter], _LENGTH[letter])


def year_of(period: str) -> int | None:
    """The year a period reports on: the year it ends in (or starts in, if it has no end); None if undated.

    >>> year_of("2018-09-01/2019-09-01"), year_of("2021-01-01/.."), year_of("")
    (2019, 2021, None)
    """
    start, end = bounds(period)
    known = end or start
    return int(known[:4]) if known else None


def position(period: str) -> float | None:
    """When a period ends, in years, so that distances can be counted; a calendar year stands at its number.

    >>> [position(p) for p in ("2021", "2021-12", "2021-06", "")]
    [2021.0, 2021.0, 2020.5, None]
    """
    start, end = bounds(period)
    if not (start or end):
        return None
    day = dt.date.fromisoformat(end or start)
    return day.year - 1 + (day.month - 1 + day.day / calendar.monthrange(day.year, day.month)[1]) / 12


def previous(period: str) -> str:
    """The period of the same frequency and length that ends where this one starts.

    Raises:
        ValueError: the period is undated or has an open end, so that nothing precedes it.

    >>> previous("2019-Q1"), previous("2019-01"), previous("2019")
    ('2018-Q4', '2018-12', '2018')
    >>> previous("2019-01-01/2019-06-30")
    '2018-07-01/2018-12-31'
    """
    letter = frequency(period)
    start, end = _dates(period)
    before = start - dt.timedelta(days=1)
    if letter == "D":
        return before.isoformat()
    if letter != "I":
        return _named(letter, before)
    if start.day == 1 and ends_month(end):
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        return "/".join(_month_span(start.year * 12 + start.month - 1 - months, months))
    return f"{(start - (end - start) - dt.timedelta(days=1)).isoformat()}/{before.isoformat()}"


def same_period_of(period: str, year: int) -> str:
    """The same part of another year, so that a part-year is compared with its like.

    The last day of a month stays the last day; 29 February becomes 28 February.

    >>> same_period_of("2020-Q3", 2019), same_period_of("2020-01-01/2020-02-29", 2019)
    ('2019-Q3', '2019-01-01/2019-02-28')
    """
    letter = frequency(period)
    start, end = _dates(period)
    shift = year - end.year
    if letter == "I":
        last = _shifted(end, shift, keep_month_end=True)
        return f"{_shifted(start, shift).isoformat()}/{last.isoformat()}"
    if letter == "D":
        return _shifted(end, shift).isoformat()
    return f"{year:04d}{period[4:]}"


def parse_period(text: str) -> str:
    """Read a period as organisations type it, in French, Dutch, English or SDMX.

    Dates are day first, as Belgium writes them. A year has four digits.

    Raises:
        ValueError: a sentence with what was found and what was expected.

    >>> [parse_period(t) for t in ("T1 2019", "1e kwartaal 2019", "Janvier 2019", "2019M01", "30.06.2019")]
    ['2019-Q1', '2019-Q1', '2019-01', '2019-01', '2019-06-30']
    """
    folded = fold(text)
    period = from_words(folded)
    if period is None and re.fullmatch(r"(?:[0-9-]{10}|\.\.)/(?:[0-9-]{10}|\.\.)", folded):
        period = folded
    if period is None:
        msg = f"{text!r} is no period; expected 2019, 2019-Q1, 2019-01, janvier 2019, 30/06/2019 or the like"
        raise ValueError(msg)
    try:
        bounds(period)
    except ValueError as error:
        msg = f"{text!r}: {error}"
        raise ValueError(msg) from error
    return period


def parse_date(text: str) -> str:
    """Read one day: ``30/06/2019``, ``30.06.2019``, ``30 juin 2019`` or ISO; gives ISO.

    Raises:
        ValueError: a sentence with what was found and what was expected.

    >>> parse_date("30/06/2019")
    '2019-06-30'
    """
    try:
        period = parse_period(text)
    except ValueError as error:
        if "does not exist" in str(error):
            raise
        period = ""
    if frequency(period) != "D":
        msg = f"{text!r} is no date; expected day/month/year such as 30/06/2019, or 2019-06-30"
        raise ValueError(msg)
    return period


@lru_cache(maxsize=4096)
def _split(period: str) -> tuple[str, int, int]:
    match = _SDMX.fullmatch(period)
    if not match:
        msg = (
            f"{period!r} is no period; expected 2019, 2019-S1, 2019-Q1, 2019-01, 2019-06-30, "
            "or an interval such as 2016-05-01/2021-07-31"
        )
        raise ValueError(msg)
    year = int(match["year"])
    if match["D"]:
        _day(period)
        return "D", year, 0
    for letter in "SQM":
        if match[letter]:
            return letter, year, int(match[letter])
    return "A", year, 1


def _interval(period: str) -> tuple[str, str]:
    parts = ["" if part == ".." else part for part in period.split("/")]
    if len(parts) != 2 or not any(parts):
        msg = f"{period!r} is no interval; expected 2016-05-01/2021-07-31 or, without an end, 2021-01-01/.."
        raise ValueError(msg)
    start, end = (part and _day(part).isoformat() for part in parts)
    if start and end and end < start:
        msg = f"{period!r} ends before it starts"
        raise ValueError(msg)
    return start, end


def _day(text: str) -> dt.date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        msg = f"{text!r} is no date; expected year-month-day such as 2019-06-30"
        raise ValueError(msg)
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        msg = f"the date {text} does not exist"
        raise ValueError(msg) from error


def _dates(period: str) -> tuple[dt.date, dt.date]:
    start, end = bounds(period)
    if not (start and end):
        msg = f"{period!r} has no start and end to count from"
        raise ValueError(msg)
    return dt.date.fromisoformat(start), dt.date.fromisoformat(end)


def _named(letter: str, day: dt.date) -> str:
    number = (day.month - 1) // _LENGTH[letter] + 1
    return {
        "A": f"{day.year:04d}",
        "S": f"{day.year:04d}-S{number}",
        "Q": f"{day.year:04d}-Q{number}",
        "M": f"{day.year:04d}-{number:02d}",
    }[letter]


def _month_span(first: int, months: int) -> tuple[str, str]:
    """Bounds of whole months, counted as ``year * 12 + month - 1``."""
    year, month = divmod(first, 12)
    last_year, last_month = divmod(first + months - 1, 12)
    last_day = calendar.monthrange(last_year, last_month + 1)[1]
    return f"{year:04d}-{month + 1:02d}-01", f"{last_year:04d}-{last_month + 1:02d}-{last_day:02d}"


def ends_month(day: dt.date) -> bool:
    """Whether it is the last day of its month."""
    return day.day == calendar.monthrange(day.year, day.month)[1]


def _shifted(day: dt.date, years: int, *, keep_month_end: bool = False) -> dt.date:
    last = calendar.monthrange(day.year + years, day.month)[1]
    stays_last = keep_month_end and ends_month(day)
    return day.replace(year=day.year + years, day=last if stays_last else min(day.day, last))


def period_in_cell(value: object, text: str, wanted: str) -> str:
    """The period in a cell of a file, of the wanted frequency (empty: of any); empty when it holds none.

    A workbook turns "01/2019" into the first day of that month behind the typist's back.

    Args:
        value: of the cell, as the file gives it.
        text: the same as text.
        wanted: ``A``, ``Q``, ``M`` ... or empty.

    >>> period_in_cell(dt.date(2019, 1, 1), "2019-01-01", "M"), period_in_cell("2019", "2019", "M")
    ('2019-01', '')
    """
    typed = text
    if isinstance(value, (dt.datetime, dt.date)):
        typed = value.isoformat()[: 7 if wanted == "M" and value.day == 1 else 10]
    try:
        period = parse_period(typed)
    except ValueError:
        return ""
    return period if not wanted or frequency(period) == wanted else ""
