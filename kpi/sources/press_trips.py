"""Press trips and the clippings they produced: two tables, joined by the reference of the trip."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue, Text
from kpi.errors import Problem, suggestion
from kpi.observations import combine
from kpi.sources.aggregate import summed
from kpi.sources.formats import Column, DeliveryFormat

_SOURCE = "press-trips"
_COSTS = ("transport", "hotel", "catering", "other")
_TRIP = Column(
    name="trip",
    kind="text",
    heading=Text(fr="Référence du voyage", nl="Referentie van de reis", en="Trip reference"),
    also=("Voyage", "Reis", "Trip", "Référence", "Referentie"),
)


def _cost(name: str, heading: Text) -> Column:
    return Column(name=name, kind="amount", allow_empty=True, heading=heading)


FORMATS: Mapping[str, DeliveryFormat] = {
    "trips": DeliveryFormat(
        suite="press-trips",
        key=("trip",),
        columns=(
            _TRIP,
            Column(
                name="journalist",
                kind="personal",
                required=False,
                heading=Text(fr="Journaliste", nl="Journalist", en="Journalist"),
                also=("Invités", "Genodigden", "Guests"),
            ),
            Column(
                name="trip_size",
                kind="code",
                codes="trip_size",
                heading=Text(fr="Taille", nl="Omvang", en="Size"),
                also=("Type de voyage", "Type reis", "Trip size"),
            ),
            Column(
                name="trip_format",
                kind="code",
                codes="trip_format",
                heading=Text(fr="Format", nl="Vorm", en="Format"),
            ),
            Column(
                name="market",
                kind="code",
                codes="market",
                heading=Text(fr="Marché", nl="Markt", en="Market"),
                also=("Pays", "Land", "Country"),
            ),
            Column(
                name="start",
                kind="date",
                heading=Text(fr="Date de début", nl="Begindatum", en="Start date"),
                also=("Début", "Start"),
            ),
            _cost("transport", Text(fr="Transport", nl="Vervoer", en="Transport")),
            _cost("hotel", Text(fr="Hôtel", nl="Hotel", en="Hotel")),
            _cost("catering", Text(fr="Restauration", nl="Catering", en="Catering")),
            _cost("other", Text(fr="Autres frais", nl="Andere kosten", en="Other costs")),
        ),
    ),
    "clippings": DeliveryFormat(
        suite="press-trips-clippings",
        key=("trip", "medium", "outlet", "published"),
        columns=(
            _TRIP,
            Column(
                name="author",
                kind="personal",
                required=False,
                heading=Text(fr="Auteur", nl="Auteur", en="Author"),
            ),
            Column(
                name="medium",
                kind="code",
                codes="medium",
                heading=Text(fr="Média", nl="Medium", en="Medium"),
                also=("Type de média", "Type medium"),
            ),
            Column(
                name="outlet",
                kind="text",
                heading=Text(fr="Titre du média", nl="Titel", en="Outlet"),
                also=("Publication", "Publicatie"),
            ),
            Column(
                name="published",
                kind="date",
                heading=Text(fr="Date de parution", nl="Publicatiedatum", en="Published on"),
                also=("Paru le", "Verschenen op"),
            ),
            Column(
                name="reach",
                kind="count",
                allow_empty=True,
                heading=Text(fr="Audience", nl="Bereik", en="Reach"),
            ),
            Column(
                name="ad_value",
                kind="amount",
                allow_empty=True,
                heading=Text(fr="Valeur publicitaire", nl="Advertentiewaarde", en="Advertising value"),
                also=("AVE",),
            ),
        ),
    ),
}


def check(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> list[Problem]:  # noqa: ARG001  (common form)
    """Clippings of a trip that is not among the accepted trips: their year and market are unknown."""
    trips = set(frames["trips"]["trip"])
    lost = frames["clippings"][~frames["clippings"]["trip"].isin(trips)]
    return [
        Problem(
            row["source_file"],
            repr(row["trip"]),
            "the reference of an accepted trip",
            suggestion(row["trip"], sorted(trips)).capitalize() if trips else "Deliver the trips as well.",
            row=int(row["source_row"]),
            column="Trip reference",
            sheet=row["source_sheet"],
        )
        for row in lost.to_dict("records")
    ]


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted trips and clippings to yearly counts, euro and persons, all by the year of the trip.

    - ``press-trips`` by market, format and size; ``press-trips-large``, ``press-trips-small`` by
      market and format;
    - ``press-trip-hosting-cost`` by market, size and cost item;
    - ``press-trip-ad-value``, ``press-trip-articles``, ``press-trip-reach`` by market, size and medium.

    A clipping counts in the year of its trip, not of its publication, so that value and cost
    of one year are about the same trips.
    """
    trips = frames["trips"]
    trips = trips.assign(time_period=trips["start"].str[:4])
    of_trip = trips.set_index("trip")[["time_period", "market", "trip_size"]]
    clippings = frames["clippings"].join(of_trip, on="trip")
    return combine([_counts(trips, catalogue), _costs(trips, catalogue), _coverage(clippings, catalogue)])


def _counts(trips: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    one = pd.Series(1.0, index=trips.index)
    every = summed(trips, _SOURCE, catalogue, ("market", "trip_format", "trip_size"), {"press-trips": one})
    is_large = trips["trip_size"].eq("large").astype("float64")
    sized = {"press-trips-large": is_large, "press-trips-small": 1 - is_large}
    return combine([every, summed(trips, _SOURCE, catalogue, ("market", "trip_format"), sized)])


def _costs(trips: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    long = pd.concat([trips.assign(cost_item=item, cost=trips[item]) for item in _COSTS], ignore_index=True)
    by = ("market", "trip_size", "cost_item")
    return summed(long, _SOURCE, catalogue, by, {"press-trip-hosting-cost": long["cost"]})


def _coverage(clippings: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    values = {
        "press-trip-ad-value": clippings["ad_value"],
        "press-trip-articles": pd.Series(1.0, index=clippings.index),
        "press-trip-reach": clippings["reach"],
    }
    return summed(clippings, _SOURCE, catalogue, ("market", "trip_size", "medium"), values)
