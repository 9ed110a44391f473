"""Statbel: monthly nights and arrivals by municipality, country of residence and type of accommodation."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.observations import combine
from kpi.sources.aggregate import summed
from kpi.sources.formats import DeliveryFormat, column

_BY = ("ref_area", "market", "accommodation")
_REGION, _MUNICIPALITIES = "BE10", 19
_WIDER_AREAS = ("_T", "BE", "BE2", "BE3", "EU27_2020", "NWE", "W0")
#: Groups of countries overlap with their countries, so a row of them would be counted twice.
_GROUPS = ("_T", "EUROPE", "INTERNATIONAL", "LONG-HAUL", "PRIORITY")

FORMATS: Mapping[str, DeliveryFormat] = {
    "stays": DeliveryFormat(
        suite="statbel",
        key=("month", "municipality", "market", "accommodation"),
        complete_along="month",
        # Statbel writes 12.345 for twelve thousand and more, in its French pages too.
        group=".",
        columns=(
            column("month", "period", "Mois", "Maand", "Month", "Période", "Periode", "Period", frequency="M"),
            column(
                *("municipality", "code", "Code INS", "NIS-code", "NIS code", "CD_REFNIS", "Refnis", "Code NIS"),
                codes="ref_area",
                not_accepted=_WIDER_AREAS,
            ),
            column(
                *("market", "code", "Pays de résidence", "Land van verblijf", "Country of residence"),
                *("Woonland", "Land van herkomst", "Pays de provenance"),
                codes="market",
                not_accepted=_GROUPS,
            ),
            column(
                *("accommodation", "code", "Type d'hébergement", "Type logies", "Accommodation type"),
                *("Hébergement", "Logies", "Logiesvorm"),
                codes="accommodation",
            ),
            column("nights", "count", "Nuitées", "Overnachtingen", "Nights", "Nights spent", empty=True),
            column("arrivals", "count", "Arrivées", "Aankomsten", "Arrivals", empty=True),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted rows to ``statbel-nights`` and ``statbel-arrivals``, by month and area.

    Each municipality keeps its cells; an empty one, which the office withholds, is at least zero, so that the
    sums it is part of are lower bounds. The Region is what its own rows (``BE10``) say; a month without
    them is the sum of the nineteen municipalities where all are there and none has a hidden cell.
    """
    frame = frames["stays"].rename(columns={"month": "time_period", "municipality": "ref_area"})
    parts = []
    for name, column_ in (("statbel-nights", "nights"), ("statbel-arrivals", "arrivals")):
        withheld = frame[frame[column_].isna()]
        at_least = summed(withheld, "statbel", catalogue, _BY, {name: withheld[column_].fillna(0.0)})
        shown = [
            summed(rows, "statbel", catalogue, _BY, {name: rows[column_]}) for rows in (frame, _region(frame, column_))
        ]
        parts += [*shown, at_least.assign(qualifier="ge")]
    return combine(parts)


def _region(frame: pd.DataFrame, values: str) -> pd.DataFrame:
    """The rows of the months whose municipalities add up to the Region, as rows of the Region."""
    own = set(frame.loc[frame["ref_area"] == _REGION, "time_period"])
    by_month = frame.groupby("time_period")
    whole = by_month["ref_area"].transform("nunique").eq(_MUNICIPALITIES)
    open_cells = frame[values].notna().groupby(frame["time_period"]).transform("all")
    return frame[whole & open_cells & ~frame["time_period"].isin(own)].assign(ref_area=_REGION)
