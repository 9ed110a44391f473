"""The last value that is known of a KPI, shown beside the cell in which the next one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.charts.points import value_words
from kpi.collect.owed import Owed
from kpi.i18n import translator
from kpi.observations import REGION, TOTAL, dimensions_of, has_flag

_VALUES = ("actual", "estimate")


@dataclass(frozen=True)
class Known:
    """A value with its period and source, in words of a language; empty where nothing is known."""

    value: str = ""
    period: str = ""
    source: str = ""


def last_known(kpi: Owed, by_indicator: Mapping[str, pd.DataFrame], catalogue: Catalogue, language: str) -> Known:
    """The latest real value of exactly this KPI: no made-up number, no part of it, no superseded reading."""
    rows = by_indicator.get(kpi.indicator.id)
    if rows is None:
        return Known()
    where = dict(kpi.where)
    if not set(where) <= set(dimensions_of(rows)):
        return Known()
    keep = rows["measure"].isin(_VALUES) & ~rows["sample"] & (rows["ref_area"] == REGION)
    keep &= (rows["time_period"] != "") & ~has_flag(rows, "superseded")
    for dimension in dimensions_of(rows):
        keep &= rows[dimension] == where.get(dimension, TOTAL)
    rows = rows[keep]
    if rows.empty:
        return Known()
    order = ["period_end", "vintage", "source_ref"]
    last = {str(name): value for name, value in rows.sort_values(order, kind="stable").iloc[-1].items()}
    translate = translator(language)
    value = value_words(last, kpi.indicator, translate)
    return Known(
        value, translate.period(str(last["time_period"])), _source(str(last["source_ref"]), catalogue, language)
    )


def _source(reference: str, catalogue: Catalogue, language: str) -> str:
    """A reference with the title of its document, where it names one."""
    name, _, place = reference.partition(" ")
    titles = {document.id: document.short_title[language] for document in catalogue.documents}
    return f"{titles[name]}, {place}" if name in titles else reference
