"""Ticketing and attendance: one row a month, channel and venue."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.events import Added, EventExtract
from kpi.observations import combine
from kpi.sources.aggregate import summed, summed_by_name
from kpi.sources.formats import DeliveryFormat, column, personal

_BY = ("channel", "place")
#: Under which indicator the attendance of a venue is counted; of others it is ``venue-attendance``.
_ATTENDANCE = {
    "kanal": "exhibition-visitors",
    "exhibition-lgbtqi+": "exhibition-visitors",
    "exhibition-armleder": "exhibition-visitors",
    "attractions": "museum-attraction-visitors",
    "museums": "museum-attraction-visitors",
    "museums-attractions": "museum-attraction-visitors",
    "information-offices": "tourist-office-visitors",
}

FORMATS: Mapping[str, DeliveryFormat] = {
    "sales": DeliveryFormat(
        suite="ticketing",
        key=("month", "channel", "place"),
        events=EventExtract(
            time="sold_at",
            dimensions={"channel": "channel", "place": "venue"},
            makes={"tickets": Added(kind="sum", column="tickets")},
        ),
        columns=(
            column("month", "period", "Mois", "Maand", "Month", "Période", "Periode", frequency="M"),
            column("channel", "code", "Canal", "Kanaal", "Channel", "Canal de vente", codes="channel"),
            column("place", "code", "Lieu", "Plaats", "Venue", "Salle", "Zaal", "Place", codes="place"),
            personal("buyer", "Acheteur", "Koper", "Buyer", "Client", "Klant"),
            column(
                "tickets", "count", "Tickets vendus", "Verkochte tickets", "Tickets sold", "Billets vendus", empty=True
            ),
            column(
                *("on_sale", "count", "Événements mis en vente", "Evenementen te koop", "Events on sale"),
                empty=True,
            ),
            column(
                "attendance", "count", "Entrées", "Bezoekers", "Attendance", "Fréquentation", "Bezoeken", empty=True
            ),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted rows to monthly ``tickets-sold``, ``events-on-sale`` and attendance, by channel and venue.

    The channels of the register (Arsene 50, Box Office) are slices of these, which the catalogue
    declares. Attendance counts under the indicator of its venue, see ``_ATTENDANCE``.
    """
    frame = frames["sales"].rename(columns={"month": "time_period"})
    sold = {"tickets-sold": frame["tickets"], "events-on-sale": frame["on_sale"]}
    visited = frame["place"].map(_ATTENDANCE).fillna("venue-attendance")
    return combine(
        [
            summed(frame, "ticketing", catalogue, _BY, sold),
            summed_by_name(frame, "ticketing", catalogue, ("place",), visited, frame["attendance"]),
        ]
    )
