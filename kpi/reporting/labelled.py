"""Tidy rows for people: headings and codes in the words of a language; for programs there are Parquet and SDMX-CSV."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from babel.numbers import get_decimal_symbol

from kpi.catalogue import Catalogue
from kpi.charts import dimension_title
from kpi.excel import csv_bytes
from kpi.i18n import Translator
from kpi.observations import TOTAL, used_dimensions
from kpi.reporting.notes import TECHNICAL_FLAGS, reference_words, source_title


@dataclass(frozen=True)
class Reader:
    """Who reads figures without a page around them: a language and the register."""

    catalogue: Catalogue
    words: Translator

    @property
    def language(self) -> str:
        """``fr``, ``nl`` or ``en``."""
        return self.words.language


def labelled(rows: pd.DataFrame, reader: Reader, *, gather: bool = False) -> pd.DataFrame:
    """The rows under headings in words, one line a value, in the order they came.

    Numbers stay floats, the first and last day are ISO text, all else is words; empty means "not
    given". Every file has the same columns but for the dimensions that its rows use.

    Args:
        rows: tidy rows.
        reader: language and register.
        gather: put all dimensions into one column, ``Market: France; Stars: 3``; for the whole
            site, where each row uses two of sixty.
    """
    tr, catalogue, language = reader.words, reader.catalogue, reader.language

    def coded(column: str, code_list: str = "") -> pd.Series:
        return _each(rows[column], lambda code: catalogue.label(code_list or column, code, language) if code else "")

    def flags(codes: str) -> str:
        return tr.joined(catalogue.label("flag", c, language) for c in codes.split() if c not in TECHNICAL_FLAGS)

    def value_or_empty(code: str, plain: str, code_list: str) -> str:
        return "" if code in {"", plain} else catalogue.label(code_list, code, language)

    dims = used_dimensions(rows)
    titles = {dim: dimension_title(dim, catalogue, language) for dim in dims}
    name = {tr.t("figures.indicator"): _each(rows["indicator"], lambda one: catalogue.indicator(one).label[language])}
    fixed = {
        tr.t("figures.area"): coded("ref_area"),
        tr.t("table.period"): _each(rows["time_period"], tr.period),
        tr.t("figures.first-day"): rows["period_start"].astype("str"),
        tr.t("figures.last-day"): rows["period_end"].astype("str"),
        tr.t("table.kind"): coded("measure"),
        tr.t("figures.qualifier"): _each(rows["qualifier"], lambda code: value_or_empty(code, "eq", "qualifier")),
        tr.t("table.value"): rows["obs_value"],
        tr.t("figures.low"): rows["value_low"],
        tr.t("figures.high"): rows["value_high"],
        tr.t("table.numerator"): rows["numerator"],
        tr.t("table.denominator"): rows["denominator"],
        tr.t("kpi.unit"): coded("unit_measure", "unit"),
        tr.t("figures.status"): _each(rows["obs_status"], lambda code: value_or_empty(code, "A", "obs-status")),
        tr.t("table.remark"): _each(rows["flags"], flags),
        tr.t("figures.printed"): rows["printed"],
        tr.t("figures.alternative"): rows["alternative"],
        tr.t("sample.tag"): rows["sample"].map({True: tr.t("value.yes"), False: tr.t("value.no")}).astype("str"),
        tr.t("provenance.source"): _each(rows["source"], lambda name: source_title(reader, name)),
        tr.t("table.reference"): _each(rows["source_ref"], lambda reference: reference_words(reader, reference)),
        tr.t("figures.vintage"): _each(rows["vintage"], lambda day: tr.period(day) if day else ""),
        tr.t("figures.code"): rows["indicator"].astype("str"),
    }
    if gather:
        named = {tr.t("figures.breakdown"): _gathered(rows, titles, reader)}
    else:
        # A dimension may be called like one of our own columns: then its code tells it apart.
        taken = [*name, *fixed, *titles.values()]
        named = {t if taken.count(t) == 1 else f"{t} ({dim})": coded(dim) for dim, t in titles.items()}
    return pd.DataFrame({**name, **named, **fixed}).reset_index(drop=True)


def labelled_csv(table: pd.DataFrame, translator: Translator) -> bytes:
    """A table of :func:`labelled` as the spreadsheets of the language's country open it with a double click.

    UTF-8 with a byte-order mark; decimal mark of the language, and the separator that goes with
    it: ``;`` beside the decimal comma (French, Dutch), ``,`` beside the point (English).
    """
    decimal = get_decimal_symbol(translator.locale)
    separator = ";" if decimal == "," else ","
    return BOM_UTF8 + csv_bytes(table, sep=separator, decimal=decimal)


def _each(column: pd.Series, words: Callable[[str], str]) -> pd.Series:
    """The words of every value; each distinct one is looked up once."""
    known = {value: words(str(value)) for value in column.unique()}
    return column.map(known).astype("object")


def _gathered(rows: pd.DataFrame, titles: dict[str, str], reader: Reader) -> pd.Series:
    told: list[list[str]] = [[] for _ in range(len(rows))]
    for dim, title in titles.items():
        codes, values = pd.factorize(rows[dim])
        words = [f"{title}: {reader.catalogue.label(dim, code, reader.language)}" for code in values]
        for place in np.flatnonzero(values.to_numpy()[codes] != TOTAL):
            told[place].append(words[codes[place]])
    return pd.Series([reader.words.joined(each) for each in told], index=rows.index, dtype="object")
