"""How organisations write periods, in French, Dutch and English; :mod:`kpi.parsing.periods` reads with it."""

from __future__ import annotations

import re

#: The months in three languages, and how they are cut short.
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "janvier januari january janv jan",
            "fevrier februari february fevr feb",
            "mars maart march mrt mar",
            "avril april avr apr",
            "mai mei may",
            "juin juni june jun",
            "juillet juli july juil jul",
            "aout augustus august aug",
            "septembre september sept sep",
            "octobre oktober october oct okt",
            "novembre november nov",
            "decembre december dec",
        ),
        start=1,
    )
    for word in words.split()
}
_ORDINALS = {
    "premier": 1,
    "eerste": 1,
    "first": 1,
    "deuxieme": 2,
    "second": 2,
    "tweede": 2,
    "troisieme": 3,
    "derde": 3,
    "third": 3,
    "quatrieme": 4,
    "vierde": 4,
    "fourth": 4,
}
_YEAR = r"(?P<year>(?:19|20|21)[0-9]{2})"
_NTH = r"(?:(?P<n>[1-4])(?:er|re|e|eme|ste|de|st|nd|rd|th)?|(?P<nth>" + "|".join(_ORDINALS) + "))"
_NAME = r"(?P<name>" + "|".join(MONTHS) + r")\.?"
_DAY = r"(?P<day>0?[1-9]|[12][0-9]|3[01])"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_QUARTER = r"(?:trimestre|kwartaal|quarter)"
_HALF = r"(?:semestre|semester|half-year|halfjaar)"

_FORMS = tuple(
    (re.compile(pattern), letter)
    for pattern, letter in (
        (_YEAR, "A"),
        (rf"{_YEAR}[ -]?[tqk](?P<n>[1-4])", "Q"),
        (rf"[tqk](?P<n>[1-4])[ /-]?{_YEAR}", "Q"),
        (rf"{_NTH} {_QUARTER}(?: de| van| of)? {_YEAR}", "Q"),
        (rf"{_YEAR}[ -]?[sh](?P<n>[12])", "S"),
        (rf"[sh](?P<n>[12])[ /-]?{_YEAR}", "S"),
        (rf"{_NTH} {_HALF}(?: de| van| of)? {_YEAR}", "S"),
        (rf"{_YEAR}(?:-|-?m)(?P<month>0[1-9]|1[0-2])", "M"),
        (rf"{_MONTH}[/.-]{_YEAR}", "M"),
        (rf"{_NAME}[ -]{_YEAR}", "M"),
        (rf"{_YEAR}-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})", "D"),
        (rf"{_DAY}(?P<sign>[/.-]){_MONTH}(?P=sign){_YEAR}", "D"),
        (rf"{_DAY}(?:er)? {_NAME} {_YEAR}", "D"),
    )
)


def from_words(folded: str) -> str | None:
    """The SDMX period that the folded words name, or None. The date may not exist (30 February).

    >>> from_words("1er trimestre 2019"), from_words("30 juni 2019"), from_words("spring 2019")
    ('2019-Q1', '2019-06-30', None)
    """
    for pattern, letter in _FORMS:
        match = pattern.fullmatch(folded)
        if match:
            return _compose({name: text for name, text in match.groupdict().items() if text}, letter)
    return None


def _compose(parts: dict[str, str], letter: str) -> str | None:
    year = parts["year"]
    if letter == "A":
        return year
    if letter in {"Q", "S"}:
        number = int(parts["n"]) if "n" in parts else _ORDINALS[parts["nth"]]
        exists = letter == "Q" or number in {1, 2}
        return f"{year}-{letter}{number}" if exists else None
    month = int(parts["month"]) if "month" in parts else MONTHS[parts["name"]]
    return f"{year}-{month:02d}" if letter == "M" else f"{year}-{month:02d}-{int(parts['day']):02d}"
