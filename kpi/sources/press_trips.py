"""Press trips and the clippings they produced: two tables, joined by reference, else by who was invited."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.errors import Problem, suggestion
from kpi.observations import combine
from kpi.parsing.text import fold
from kpi.sources.aggregate import ones, summed
from kpi.sources.formats import DeliveryFormat, column, personal
from kpi.sources.people import shown

_SOURCE = "press-trips"
#: A clipping without a reference is of a trip that began at most so many days before it.
WINDOW_DAYS = 60
_COSTS = ("transport", "hotel", "catering", "other")
_TRIP = column(
    *("trip", "text", "Référence du voyage", "Referentie van de reis", "Trip reference"),
    *("Voyage", "Reis", "Trip", "Référence", "Referentie"),
)
_MARKET = column("market", "code", "Marché", "Markt", "Market", "Pays", "Land", "Country", codes="market")
_INVITED = ("trip", "market", "start", "outlets")
_OPTIONAL = {"required": False, "allow_empty": True}

FORMATS: Mapping[str, DeliveryFormat] = {
    "trips": DeliveryFormat(
        suite="press-trips",
        key=("trip",),
        columns=(
            _TRIP,
            personal("journalist", "Journaliste", "Journalist", "Journalist", "Invités", "Genodigden", "Guests"),
            column(
                *("trip_size", "code", "Taille", "Omvang", "Size", "Type de voyage", "Type reis", "Trip size"),
                codes="trip_size",
            ),
            column("trip_format", "code", "Format", "Vorm", "Format", codes="trip_format"),
            _MARKET,
            column("start", "date", "Date de début", "Begindatum", "Start date", "Début", "Start"),
            column("outlets", "text", "Médias invités", "Uitgenodigde media", "Invited media", optional=True),
            column("transport", "amount", "Transport", "Vervoer", "Transport", empty=True),
            column("hotel", "amount", "Hôtel", "Hotel", "Hotel", empty=True),
            column("catering", "amount", "Restauration", "Catering", "Catering", empty=True),
            column("other", "amount", "Autres frais", "Andere kosten", "Other costs", empty=True),
        ),
    ),
    "clippings": DeliveryFormat(
        suite="press-trips-clippings",
        key=("trip", "market", "medium", "outlet", "published"),
        columns=(
            _TRIP.model_copy(update=_OPTIONAL),
            personal("author", "Auteur", "Auteur", "Author"),
            _MARKET.model_copy(update=_OPTIONAL),
            column("medium", "code", "Média", "Medium", "Medium", "Type de média", "Type medium", codes="medium"),
            column("outlet", "text", "Titre du média", "Titel", "Outlet", "Publication", "Publicatie"),
            column(
                *("published", "date", "Date de parution", "Publicatiedatum", "Published on"),
                *("Paru le", "Verschenen op"),
            ),
            column("reach", "count", "Audience", "Bereik", "Reach", empty=True),
            column(
                *("ad_value", "amount", "Valeur publicitaire", "Advertentiewaarde", "Advertising value", "AVE"),
                empty=True,
            ),
        ),
    ),
}


def check(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> list[Problem]:  # noqa: ARG001  (common form)
    """Clippings whose trip is not known: none of that reference is accepted, or not exactly one may be meant."""
    trips, clippings = frames["trips"], frames["clippings"]
    known = sorted(trips["trip"])
    references = frozenset(map(fold, known))
    problems = []
    for row, candidates in zip(clippings.to_dict("records"), _candidates(trips, clippings), strict=True):
        place = (int(row["source_row"]), "Trip reference", str(row["source_sheet"]))
        if pd.isna(row["trip"]) and len(candidates) != 1:
            expected = (
                f"one trip of the market of the clipping to which {row['outlet']!r} was invited, "
                f"begun at most {WINDOW_DAYS} days before {row['published']}"
            )
            hint = f"It may be of {' or '.join(candidates)}: give" if candidates else "There is none: give"
            found = "no reference"
            problems.append(Problem(row["source_file"], found, expected, f"{hint} the reference of the trip.", *place))
        elif not candidates:
            hint = suggestion(row["trip"], known).capitalize() if known else "Deliver the trips as well."
            found, expected = shown(row["trip"], [], known=references), "the reference of an accepted trip"
            problems.append(Problem(row["source_file"], found, expected, hint, *place))
    return problems


def _candidates(trips: pd.DataFrame, clippings: pd.DataFrame) -> list[tuple[str, ...]]:
    """The trips that each clipping may be of: by its reference, else by market, invited medium and window of time."""
    known = set(trips["trip"])
    hosted: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for trip, market, start, outlets in zip(*(trips[name] for name in _INVITED), strict=True):
        for outlet in re.split(r"[;|\n]", outlets) if isinstance(outlets, str) else ():
            hosted.setdefault((market, fold(outlet)), []).append((trip, start))

    def of(trip: object, market: str, outlet: str, published: str) -> tuple[str, ...]:
        if isinstance(trip, str):
            return (trip,) if trip in known else ()
        earliest = (dt.date.fromisoformat(published) - dt.timedelta(days=WINDOW_DAYS)).isoformat()
        invited = hosted.get((market, fold(outlet)), [])
        return tuple(name for name, start in invited if earliest <= start <= published)

    columns = ["trip", "market", "outlet", "published"]
    return [of(*row) for row in zip(*(clippings[name] for name in columns), strict=True)]


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted trips and clippings to yearly counts, euro and persons, all by the year of the trip.

    - ``press-trips`` by market, format and size; ``press-trips-large``, ``press-trips-small`` by
      market and format;
    - ``press-trip-hosting-cost`` by market, size and cost item;
    - ``press-trip-ad-value``, ``press-trip-articles``, ``press-trip-reach`` by market, size and medium.

    A clipping counts in the year and market of its trip, not of its publication, so that value and cost
    of one year are about the same trips.
    """
    trips = frames["trips"]
    trips = trips.assign(time_period=trips["start"].str[:4])
    of_trip = trips.set_index("trip")[["time_period", "market", "trip_size"]]
    clippings = frames["clippings"].drop(columns="market")
    found = [names[0] for names in _candidates(trips, frames["clippings"])]
    of_known = clippings.assign(trip=pd.Series(found, dtype="str", index=clippings.index)).join(of_trip, on="trip")
    return combine([_counts(trips, catalogue), _costs(trips, catalogue), _coverage(of_known, catalogue)])


def _counts(trips: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    one = {"press-trips": ones(trips)}
    every = summed(trips, _SOURCE, catalogue, ("market", "trip_format", "trip_size"), one)
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
        "press-trip-articles": ones(clippings),
        "press-trip-reach": clippings["reach"],
    }
    return summed(clippings, _SOURCE, catalogue, ("market", "trip_size", "medium"), values)
