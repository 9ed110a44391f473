"""Nights spent and arrivals: one row a month, purpose, market and type of accommodation."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue, Text
from kpi.sources.aggregate import summed
from kpi.sources.formats import Column, DeliveryFormat

#: Groups of countries overlap with their countries, so a row of them would be counted twice.
_GROUPS = ("_T", "EUROPE", "INTERNATIONAL", "LONG-HAUL")

FORMATS: Mapping[str, DeliveryFormat] = {
    "stays": DeliveryFormat(
        suite="overnight-stays",
        key=("month", "purpose", "market", "accommodation"),
        columns=(
            Column(
                name="month",
                kind="period",
                frequency="M",
                heading=Text(fr="Mois", nl="Maand", en="Month"),
                also=("Période", "Periode", "Period"),
            ),
            Column(
                name="purpose",
                kind="code",
                codes="purpose",
                heading=Text(fr="Motif", nl="Motief", en="Purpose"),
                also=("Motif du séjour", "Segment", "Reden van verblijf"),
            ),
            Column(
                name="market",
                kind="code",
                codes="market",
                not_accepted=_GROUPS,
                heading=Text(fr="Marché", nl="Markt", en="Market"),
                also=("Pays de résidence", "Land van herkomst", "Country of residence"),
            ),
            Column(
                name="accommodation",
                kind="code",
                codes="accommodation",
                heading=Text(fr="Hébergement", nl="Logies", en="Accommodation"),
                also=("Type d'hébergement", "Type logies", "Accommodation type"),
            ),
            Column(
                name="nights",
                kind="count",
                heading=Text(fr="Nuitées", nl="Overnachtingen", en="Nights"),
            ),
            Column(
                name="arrivals",
                kind="count",
                heading=Text(fr="Arrivées", nl="Aankomsten", en="Arrivals"),
            ),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted rows to ``overnight-stays`` (nights) and ``arrivals`` (persons), by month.

    Dimensions are ``purpose``, ``market`` and ``accommodation``; only their cells are given.
    """
    frame = frames["stays"].rename(columns={"month": "time_period"})
    return summed(
        frame,
        "overnight-stays",
        catalogue,
        by=("purpose", "market", "accommodation"),
        values={"overnight-stays": frame["nights"], "arrivals": frame["arrivals"]},
    )
