"""Words, numbers and periods of the three languages: gettext catalogues by key, formats from CLDR through Babel."""

from __future__ import annotations

import datetime as dt
import gettext
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TypeGuard

from babel.core import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup

from kpi.errors import KpiError, suggestion
from kpi.parsing.periods import bounds, ends_month, frequency
from kpi.precision import rounded

LOCALE_FOLDER = Path(__file__).parent / "locales"
#: Number and date formats are those of Belgium; the English of the suite is British.
REGIONS = {"fr": "fr_BE", "nl": "nl_BE", "en": "en_GB"}

MINUS = "\N{MINUS SIGN}"
#: Units whose mark is part of the number; all others stand beside it in words, from the code list ``unit``.
_MARKED = {"EUR": "euro", "percent": "percent", "percentage-points": "points"}
#: Units whose values are names, not quantities: never grouped.
_NAMES = {"year"}
_YES_NO = {"boolean"}
_SHOWN_DECIMALS = 2
_STATED_DECIMALS = 3


class TranslationError(KpiError):
    """A key without words in some language: a mistake in the package, found by ``kpi check``."""


class _Strict(gettext.NullTranslations):
    """Falls in where a catalogue lacks a key, so that no reader ever meets a key instead of words."""

    def __init__(self, language: str, known: tuple[str, ...]) -> None:
        super().__init__()
        self._language, self._known = language, known

    def gettext(self, message: str) -> str:
        msg = f"No words for {message!r} in {self._language}.po: {suggestion(message, self._known)}"
        raise TranslationError(msg)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002  (gettext's signature)
        return self.gettext(msgid1)


@lru_cache(maxsize=4)
def read_catalogue(language: str) -> Catalog:
    """The messages of one language as written in its ``.po`` file."""
    with (LOCALE_FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=REGIONS[language], abort_invalid=True)


@lru_cache(maxsize=4)
def _translations(language: str) -> gettext.NullTranslations:
    catalogue = read_catalogue(language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    found = gettext.GNUTranslations(compiled)
    known = tuple(m.id if isinstance(m.id, str) else m.id[0] for m in catalogue if m.id)
    found.add_fallback(_Strict(language, known))
    return found


@dataclass(frozen=True)
class Translator:
    """One language: its words by key, its plurals, its way of writing numbers, dates and periods."""

    language: str

    @property
    def locale(self) -> Locale:
        """Babel's locale, for charts that need its names and marks."""
        return Locale.parse(REGIONS[self.language])

    def t(self, key: str, **values: object) -> str:
        """The words of a key, with its placeholders filled.

        Raises:
            TranslationError: the key has no words in this language.
        """
        words = _translations(self.language).gettext(key)
        return words.format(**values) if values else words

    def n(self, key: str, count: int, **values: object) -> str:
        """The words of a key in the plural form that ``count`` asks for; ``{n}`` is the count."""
        words = _translations(self.language).ngettext(key, key, count)
        return words.format(n=self.number(count), **values)

    def joined(self, told: Iterable[str]) -> str:
        """Statements one after another, with the semicolon of the language: French has a space before it, too."""
        return self.t("phrase.next").join(told)

    def is_one(self, value: float | None) -> bool:
        """Whether a unit beside the number is in the singular: 1 everywhere; 0 and 1.5 too in French.

        >>> [translator(language).is_one(1.5) for language in ("fr", "nl", "en")]
        [True, False, False]
        """
        return _known(value) and self.locale.plural_form(abs(value)) == "one"

    def markup(self, key: str, **values: object) -> Markup:
        """Words of a key around values that may be markup; all else is escaped."""
        return Markup("{}").format(self.t(key)).format(**values)

    def has(self, key: str) -> bool:
        """Whether the language has words for a key."""
        return key in read_catalogue(self.language)

    # --- numbers ---------------------------------------------------------------------------------

    def number(self, value: float | None, decimals: int | None = None, qualifier: str = "eq") -> str:
        """A number as the language writes it; with what the qualifier adds ("about", "more than").

        Without ``decimals`` it shows the digits the number has: three if it ends there (a stated
        97.325), two if it goes on (a computed ratio), more only where that would show a small
        number as zero. No digit is invented, none that matters is lost.
        """
        if value is None or math.isnan(value):
            return ""
        places = _decimals(value) if decimals is None else decimals
        pattern = "#,##0" + ("." + ("#" if decimals is None else "0") * places if places else "")
        words = _formatted(abs(value), pattern, REGIONS[self.language])
        if value < 0 and any(digit in words for digit in "123456789"):
            words = MINUS + words
        return self._qualified(words, qualifier)

    def value(
        self,
        value: float | None,
        unit: str = "",
        low: float | None = None,
        high: float | None = None,
        qualifier: str = "eq",
        decimals: int | None = None,
    ) -> str:
        """A value with the mark of its unit and its bounds: ``plus de 170 000 000 €``, ``13 à 14``."""
        if qualifier == "range" and _known(low) and _known(high):
            span = self.t("number.range", low=self._plain(low, unit, decimals), high=self._plain(high, unit, decimals))
            return self._marked(span, unit)
        known = next((v for v in (value, low, high) if _known(v)), None)
        if known is None:
            return ""
        if unit in _YES_NO and known in (0, 1):
            return self.t("value.yes") if known else self.t("value.no")
        return self._qualified(self._marked(self._plain(known, unit, decimals), unit), qualifier)

    def percent(self, fraction: float | None, decimals: int = 1) -> str:
        """A fraction as a percentage: 0.205 is ``20,5 %``."""
        if not _known(fraction):
            return ""
        return self.t("unit.percent", n=self.number(_rounded(fraction * 100, decimals)))

    def signed(self, value: float | None, unit: str = "", decimals: int | None = None) -> str:
        """A difference, with its sign always shown; differences of percentages are in points."""
        if not _known(value):
            return ""
        unit = "percentage-points" if unit == "percent" else unit
        words = self._marked(self._plain(abs(value), unit, decimals), unit)
        return words if value == 0 else ("+" if value > 0 else MINUS) + words

    def signed_percent(self, fraction: float | None, digits: int | None = None) -> str:
        """A relative change, with its sign always shown; whole per cents from 10 % on, at most so many digits."""
        if not _known(fraction):
            return ""
        fraction = rounded(fraction, digits)
        words = self.percent(abs(fraction), 0 if abs(fraction) >= 0.0995 else 1)  # 10 %
        return words if not any(d in words for d in "123456789") else ("+" if fraction > 0 else MINUS) + words

    def _plain(self, value: float | None, unit: str, decimals: int | None) -> str:
        if unit in _NAMES and _known(value):
            return str(int(value))
        return self.number(value, decimals)

    def _marked(self, words: str, unit: str) -> str:
        return self.t(f"unit.{_MARKED[unit]}", n=words) if unit in _MARKED else words

    def _qualified(self, words: str, qualifier: str) -> str:
        return words if qualifier in {"eq", "range", ""} else self.t(f"qualifier.{qualifier}", n=words)

    # --- dates and periods -----------------------------------------------------------------------

    def date(self, iso: str) -> str:
        """A day in words: ``1er mai 2016``; nothing for no date."""
        if not iso:
            return ""
        day = dt.date.fromisoformat(iso[:10])
        number = self.t("date.first") if day.day == 1 else str(day.day)
        return f"{number} {format_date(day, 'MMMM y', locale=REGIONS[self.language])}"

    def month(self, iso: str, width: str = "MMMM y") -> str:
        """A month in words: ``mai 2016``."""
        return format_date(dt.date.fromisoformat(f"{iso[:7]}-01"), width, locale=REGIONS[self.language])

    def period(self, period: str) -> str:
        """A period in words, as a name: ``2019``, ``mai 2016``, ``1er trimestre 2019``, ``mai 2016 – juillet 2021``."""
        key, values = self._spelt(period)
        return self.t(f"period.{key}", **values)

    def during(self, period: str) -> str:
        """A period in words, as part of a sentence: ``en 2019``, ``au 30 juin 2019``."""
        key, values = self._spelt(period)
        return self.t(f"during.{key}", **values)

    def _spelt(self, period: str) -> tuple[str, dict[str, str]]:
        """The form of a period and the words that fill it."""
        kind = frequency(period)
        if not kind:
            return "undated", {}
        if kind == "A":
            return "year", {"year": period}
        if kind == "M":
            return "month", {"month": self.month(period)}
        if kind == "D":
            return "day", {"day": self.date(period)}
        if kind in "QS":
            year, _, part = period.partition("-")
            return f"{'quarter' if kind == 'Q' else 'half'}-{part[1]}", {"year": year}
        start, end, grain = self._edges(period)
        if not (start and end):
            return (f"since-{grain}", {"start": start}) if start else (f"until-{grain}", {"end": end})
        if start == end:
            return (grain, {grain: start})
        return f"span-{grain}", {"start": start, "end": end}

    def _edges(self, period: str) -> tuple[str, str, str]:
        """Both ends of an interval, no finer than they need be: whole years, whole months, else days."""
        start, end = bounds(period)
        if (not start or start.endswith("-01-01")) and (not end or end.endswith("-12-31")):
            return start[:4], end[:4], "year"
        if start.endswith("-01") and (not end or ends_month(dt.date.fromisoformat(end))):
            return self.month(start), end and self.month(end), "month"
        return self.date(start), self.date(end), "day"


@lru_cache(maxsize=4)
def translator(language: str) -> Translator:
    """The translator of ``fr``, ``nl`` or ``en``."""
    if language not in REGIONS:
        msg = f"Unknown language {language!r}: {suggestion(language, REGIONS)}"
        raise TranslationError(msg)
    return Translator(language)


@lru_cache(maxsize=16_384)
def _formatted(value: float, pattern: str, locale: str) -> str:
    return str(format_decimal(value, pattern, locale=locale))


def _known(value: float | None) -> TypeGuard[float]:
    return value is not None and not math.isnan(value)


def _decimals(value: float) -> int:
    """Digits after the mark to show at most, see :meth:`Translator.number`."""
    stated = round(value, _STATED_DECIMALS) == round(value, _STATED_DECIMALS + 6)
    places = _STATED_DECIMALS if stated else _SHOWN_DECIMALS
    if value and abs(value) < 0.01 and not stated:  # smaller than two decimals can show
        places = 1 - math.floor(math.log10(abs(value)))
    return places


def _rounded(value: float, decimals: int) -> float:
    # 20.5 must not come out of 0.205 * 100 as 20.499999999999996
    return round(value, decimals)


def check_translations() -> list[str]:
    """What is wrong between the code and the three catalogues, one sentence each; see :mod:`kpi.translations`."""
    from kpi.translations import problems  # noqa: PLC0415  (only checks need it, and it needs this module)

    return problems()
