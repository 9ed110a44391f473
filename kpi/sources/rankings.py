"""Rankings of cities: one row a ranking and year, as its publisher gives it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue, CodeList, Text
from kpi.sources.aggregate import summed_by_name
from kpi.sources.formats import DeliveryFormat, column, personal


def _name(name: str) -> Text:
    return Text(fr=name, nl=name, en=name)


#: The rankings that the register follows, under the id of their indicator.
_RANKING = CodeList(
    id="ranking",
    title=Text(fr="Classement", nl="Rangschikking", en="Ranking"),
    codes={
        "rank-global-city-index": _name("Global City Index"),
        "rank-world-best-cities": _name("World Best Cities"),
        "rank-uia": _name("Union of International Associations"),
        "gds-index-rank": _name("GDS-Index"),
    },
    aliases={
        "Global Cities Index": "rank-global-city-index",
        "Kearney": "rank-global-city-index",
        "World's Best Cities": "rank-world-best-cities",
        "Resonance": "rank-world-best-cities",
        "UIA": "rank-uia",
        "GDSI": "gds-index-rank",
        "Global Destination Sustainability Index": "gds-index-rank",
    },
)

FORMATS: Mapping[str, DeliveryFormat] = {
    "ranks": DeliveryFormat(
        suite="rankings",
        key=("ranking", "year"),
        columns=(
            column("ranking", "code", "Classement", "Rangschikking", "Ranking", "Index", codes=_RANKING),
            # Publishers name an edition after the year to come.
            column("year", "period", "Année", "Jaar", "Year", "Édition", "Editie", frequency="A", ahead=1),
            column("rank", "count", "Rang", "Plaats", "Rank", "Position", "Positie"),
            column("ranked", "count", "Villes classées", "Gerangschikte steden", "Cities ranked", optional=True),
            personal("entered_by", "Encodé par", "Ingevoerd door", "Entered by"),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted ranks to one observation each, as given: a rank is a statement and is never added up."""
    frame = frames["ranks"].rename(columns={"year": "time_period"})
    return summed_by_name(frame, "rankings", catalogue, (), frame["ranking"], frame["rank"]).assign(flow="rank")
