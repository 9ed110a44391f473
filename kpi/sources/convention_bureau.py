"""The convention bureau's pipeline: one row a lead, with the dates at which it entered each step."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue, CodeList, Text
from kpi.observations import combine
from kpi.sources.aggregate import summed
from kpi.sources.formats import Column, DeliveryFormat

_DIMENSIONS = ("sector", "congress_type")
_YES_NO = CodeList(
    id="yes_no",
    title=Text(fr="Oui ou non", nl="Ja of nee", en="Yes or no"),
    codes={"yes": Text(fr="Oui", nl="Ja", en="Yes"), "no": Text(fr="Non", nl="Nee", en="No")},
    aliases={"o": "yes", "j": "yes", "y": "yes", "1": "yes", "n": "no", "0": "no", "neen": "no"},
)


def _step(name: str, *, fr: str, nl: str, en: str, allow_empty: bool = True) -> Column:
    return Column(name=name, kind="date", heading=Text(fr=fr, nl=nl, en=en), allow_empty=allow_empty)


FORMATS: Mapping[str, DeliveryFormat] = {
    "leads": DeliveryFormat(
        suite="convention-bureau",
        key=("lead",),
        columns=(
            Column(
                name="lead",
                kind="text",
                heading=Text(fr="Numéro du prospect", nl="Leadnummer", en="Lead number"),
                also=("Prospect", "Lead ID"),
            ),
            Column(
                name="contact",
                kind="personal",
                required=False,
                heading=Text(fr="Personne de contact", nl="Contactpersoon", en="Contact"),
                also=("Contact person", "Organisateur", "Organisator"),
            ),
            Column(
                name="sector",
                kind="code",
                codes="sector",
                heading=Text(fr="Secteur", nl="Sector", en="Sector"),
            ),
            Column(
                name="congress_type",
                kind="code",
                codes="congress_type",
                heading=Text(fr="Type de congrès", nl="Type congres", en="Congress type"),
                also=("Type",),
            ),
            Column(
                name="in_competition",
                kind="code",
                codes=_YES_NO,
                heading=Text(fr="En compétition", nl="In competitie", en="In competition"),
            ),
            Column(
                name="participants",
                kind="count",
                heading=Text(fr="Congressistes", nl="Deelnemers", en="Participants"),
                also=("Participants attendus", "Verwachte deelnemers"),
            ),
            Column(name="days", kind="count", heading=Text(fr="Jours", nl="Dagen", en="Days")),
            _step("lead_date", fr="Date du prospect", nl="Datum lead", en="Lead date", allow_empty=False),
            _step("inspection", fr="Inspection de site", nl="Inspectie ter plaatse", en="Site inspection"),
            _step("bid", fr="Candidature", nl="Kandidatuur", en="Bid"),
            _step("confirmed", fr="Confirmé", nl="Bevestigd", en="Confirmed"),
            _step("lost", fr="Perdu", nl="Verloren", en="Lost"),
            _step("cancelled", fr="Annulé", nl="Geannuleerd", en="Cancelled"),
            Column(
                name="congress_year",
                kind="period",
                frequency="A",
                allow_empty=True,
                heading=Text(fr="Année du congrès", nl="Jaar van het congres", en="Congress year"),
            ),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted leads to yearly cohorts: each step is counted in the year in which the lead entered it.

    - by year of the lead: ``congress-leads``, and ``congress-leads-open`` of them (neither
      confirmed, lost nor cancelled);
    - by year of the inspection: ``congress-site-inspections``, ``congresses-converted-site-visit``;
    - by year of the bid: ``congress-bids``, ``congresses-converted-bid``, and of those in
      competition ``congresses-in-competition``, ``congresses-won-in-competition``;
    - by year of confirmation: ``congress-days-confirmed``, ``congress-participants-confirmed``.

    Converted means confirmed so far, whenever that was: a young cohort has leads still open. A
    congress that was cancelled after its confirmation counts as converted, for the bureau did
    win it, but its days and participants no longer count as confirmed.
    """
    frame = frames["leads"]
    won = frame["confirmed"].notna().astype("float64")
    decided = frame[["confirmed", "lost", "cancelled"]].notna().any(axis=1)
    competing = frame["in_competition"].eq("yes").astype("float64")
    one = pd.Series(1.0, index=frame.index)
    stands = frame[frame["confirmed"].notna() & frame["cancelled"].isna()]
    cohorts: list[tuple[str, pd.DataFrame, dict[str, pd.Series]]] = [
        ("lead_date", frame, {"congress-leads": one, "congress-leads-open": (~decided).astype("float64")}),
        ("inspection", frame, {"congress-site-inspections": one, "congresses-converted-site-visit": won}),
        (
            "bid",
            frame,
            {
                "congress-bids": one,
                "congresses-converted-bid": won,
                "congresses-in-competition": competing,
                "congresses-won-in-competition": competing * won,
            },
        ),
        (
            "confirmed",
            stands,
            {
                "congress-days-confirmed": stands["days"],
                "congress-participants-confirmed": stands["participants"],
            },
        ),
    ]
    yearly = [(rows.assign(time_period=rows[step].str[:4]), values) for step, rows, values in cohorts]
    return combine(summed(rows, "convention-bureau", catalogue, _DIMENSIONS, values) for rows, values in yearly)
