"""What all pages share: one plotly.js, one stylesheet, small scripts, and plotly's words and marks per language."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel.dates import get_date_format, get_day_names, get_month_names
from babel.numbers import get_decimal_symbol, get_group_symbol

from kpi.catalogue import LANGUAGES
from kpi.charts import plots
from kpi.i18n import translator
from kpi.reporting.frame import write_text

STATIC_FOLDER = Path(__file__).parent / "static"
#: What plotly asks of every locale besides names and marks; day before month in all three languages.
_FORMS: dict[str, Any] = {
    "periods": ["AM", "PM"],
    "dateTime": "%-d %B %Y, %H:%M",
    "time": "%H:%M",
    "grouping": [3],
    "currency": ["", ""],
    "year": "%Y",
    "month": "%b %Y",
    "dayMonth": "%-d %b",
    "dayMonthYear": "%-d %b %Y",
}
STATIC_FILES = ("style.css", "report.js", "portal.js", "sort.js")


def write_assets(site: Path) -> None:
    """Write ``assets/`` of a site: everything its pages load; nothing comes from a network."""
    folder = site / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    for name in STATIC_FILES:
        write_text(folder / name, static(name))
    write_text(folder / "plotly.min.js", plotly_script())
    for language in LANGUAGES:
        write_text(folder / f"locale-{language}.js", locale_script(language))


@lru_cache(maxsize=8)
def static(name: str) -> str:
    """One of the package's own style or script files."""
    return (STATIC_FOLDER / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def plotly_script() -> str:
    """plotly.js as the installed plotly package ships it."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def locale_script(language: str) -> str:
    """The locale for plotly in one language, from CLDR by way of Babel, and the look of all its charts."""
    words = translator(language)
    locale = words.locale
    form: dict[str, Any] = {
        "days": _days("wide", language),
        "shortDays": _days("abbreviated", language),
        "months": [get_month_names("wide", locale=locale)[n] for n in range(1, 13)],
        "shortMonths": [get_month_names("abbreviated", locale=locale)[n] for n in range(1, 13)],
        "date": _d3_date(get_date_format("short", locale=locale).pattern),
        "decimal": get_decimal_symbol(locale),
        "thousands": get_group_symbol(locale),
        **_FORMS,
    }
    dictionary = {"Download plot as a SVG": words.t("chart.save")}
    module = {"moduleType": "locale", "name": language, "dictionary": dictionary, "format": form}
    look = {
        "template": plots.template(words),
        "config": plots.config(words),
        "sample": plots.sample_mark(words),
        "save": words.t("chart.save"),
    }
    return (
        f"if (window.Plotly) Plotly.register({json.dumps(module, ensure_ascii=False, sort_keys=True)});\n"
        f"(window.kpiLooks ??= {{}}).{language} = {json.dumps(look, ensure_ascii=False, sort_keys=True)};\n"
    )


def _days(width: Any, language: str) -> list[str]:
    """Names of the days, Sunday first as plotly counts them; CLDR counts from Monday."""
    names = get_day_names(width, locale=translator(language).locale)
    return [names[(number - 1) % 7] for number in range(7)]


def _d3_date(pattern: str) -> str:
    """A CLDR date pattern in the signs of d3.

    >>> _d3_date("d/MM/yy")
    '%d/%m/%Y'
    """
    order = [letter for letter in "dMy" if letter in pattern]
    order.sort(key=pattern.index)
    mark = next(sign for sign in pattern if not sign.isalpha())
    return mark.join({"d": "%d", "M": "%m", "y": "%Y"}[letter] for letter in order)
