"""The convention bureau's pipeline: one row a lead, with the dates at which it entered each step."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.errors import Problem
from kpi.observations import combine
from kpi.sources.aggregate import coded, ones, summed
from kpi.sources.delivery import PLACE
from kpi.sources.durations import converted_within, window_of
from kpi.sources.formats import YES_NO, DeliveryFormat, column, personal

_DIMENSIONS = ("sector", "congress_type")
#: Column of a lead in which the date of each stage stands.
_STEPS = {
    "lead": "lead_date",
    "site-inspection": "inspection",
    "bid": "bid",
    "confirmed": "confirmed",
    "lost": "lost",
    "cancelled": "cancelled",
}
_LEAD = column("lead", "text", "Numéro du prospect", "Leadnummer", "Lead number", "Prospect", "Lead ID")
_CONTACT = personal(
    *("contact", "Personne de contact", "Contactpersoon", "Contact"),
    *("Contact person", "Organisateur", "Organisator"),
)
_ATTRIBUTES = (
    column("sector", "code", "Secteur", "Sector", "Sector", codes="sector"),
    column("congress_type", "code", "Type de congrès", "Type congres", "Congress type", "Type", codes="congress_type"),
    column("in_competition", "code", "En compétition", "In competitie", "In competition", codes=YES_NO),
    column(
        *("participants", "count", "Congressistes", "Deelnemers", "Participants"),
        *("Participants attendus", "Verwachte deelnemers"),
    ),
    column("days", "count", "Jours", "Dagen", "Days"),
)

FORMATS: Mapping[str, DeliveryFormat] = {
    "leads": DeliveryFormat(
        suite="convention-bureau",
        key=("lead",),
        columns=(
            _LEAD,
            _CONTACT,
            *_ATTRIBUTES,
            column("lead_date", "date", "Date du prospect", "Datum lead", "Lead date"),
            column("inspection", "date", "Inspection de site", "Inspectie ter plaatse", "Site inspection", empty=True),
            column("bid", "date", "Candidature", "Kandidatuur", "Bid", empty=True),
            column("confirmed", "date", "Confirmé", "Bevestigd", "Confirmed", empty=True),
            column("lost", "date", "Perdu", "Verloren", "Lost", empty=True),
            column("cancelled", "date", "Annulé", "Geannuleerd", "Cancelled", empty=True),
            column(
                *("congress_year", "period", "Année du congrès", "Jaar van het congres", "Congress year"),
                frequency="A",
                ahead=20,
                empty=True,
            ),
        ),
    ),
    "changes": DeliveryFormat(
        suite="convention-bureau-changes",
        key=("lead", "stage", "date"),
        serial_dates=True,
        columns=(
            _LEAD,
            _CONTACT,
            personal("user", "Modifié par", "Gewijzigd door", "Changed by", "Utilisateur", "Gebruiker"),
            column("stage", "code", "Étape", "Fase", "Stage", "Statut", "Status", codes="stage"),
            column("date", "date", "Date", "Datum", "Date", "Date de l'étape", "Datum fase", "Stage date"),
            *(attribute.model_copy(update={"required": False, "allow_empty": True}) for attribute in _ATTRIBUTES),
        ),
    ),
}


def check(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> list[Problem]:  # noqa: ARG001  (common form)
    """Stage changes that do not tell one story of their lead: then all rows of that lead are held back."""
    problems = []
    wide = set(frames["leads"]["lead"])
    for lead, rows in frames["changes"].groupby("lead", sort=True):
        reason = _contradiction(rows, known=lead in wide)
        problems += [
            Problem(
                row["source_file"],
                f"{lead}: {row['stage']} on {row['date']}",
                reason,
                "All rows of this lead wait for it.",
                row=int(row["source_row"]),
                column="Stage",
                sheet=row["source_sheet"],
            )
            for row in rows.to_dict("records")
            if reason
        ]
    return problems


def _contradiction(rows: pd.DataFrame, *, known: bool) -> str:
    """What a lead's changes should be and are not; empty where they fit together."""
    first = rows.groupby("stage")["date"].min()
    if known:
        return "a lead in one of the two tables only"
    if "lead" not in first:
        return "a change to the stage lead"
    if (first < first["lead"]).any():
        return "stages that follow the date of the lead"
    if {"confirmed", "lost"} <= set(first.index):
        return "a lead that is confirmed or lost, not both"
    differing = [attribute.heading.en for attribute in _ATTRIBUTES if len(set(rows[attribute.name].dropna())) > 1]
    return f"one {differing[0].lower()} for the lead" if differing else ""


def _wide(changes: pd.DataFrame) -> pd.DataFrame:
    """Stage changes as one row a lead: a stage entered twice counts from the first time."""
    dates = changes.pivot_table(index="lead", columns="stage", values="date", aggfunc="min").reindex(
        columns=list(_STEPS)
    )
    first = changes.groupby("lead")[[*(attribute.name for attribute in _ATTRIBUTES), *PLACE]].first()
    return dates.rename(columns=_STEPS).join(first).reset_index()


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted leads to yearly cohorts: each step is counted in the year in which the lead entered it.

    - by year of the lead: ``congress-leads``, and ``congress-leads-open`` of them (neither
      confirmed, lost nor cancelled); where the catalogue declares a window for these cohorts, also
      ``congress-leads-converted`` in time and ``congress-leads-in-window``, undecided with time left;
    - by year of the inspection: ``congress-site-inspections``, ``congresses-converted-site-visit``;
    - by year of the bid: ``congress-bids``, ``congresses-converted-bid``, and of those in
      competition ``congresses-in-competition``, ``congresses-won-in-competition``;
    - by year of confirmation: ``congress-days-confirmed``, ``congress-participants-confirmed``.

    Converted means confirmed so far, whenever that was: a young cohort has leads still open. A
    congress that was cancelled after its confirmation counts as converted, for the bureau did
    win it, but its days and participants no longer count as confirmed. Stage changes are first made
    into leads; what they leave out (days, competition) is not given, and is not counted.
    """
    leads = pd.concat([frames["leads"], _wide(frames["changes"])], ignore_index=True)
    frame = coded(leads, _DIMENSIONS)
    won = frame["confirmed"].notna().astype("float64")
    decided = frame[["confirmed", "lost", "cancelled"]].notna().any(axis=1)
    competing = frame["in_competition"].map({"yes": 1.0, "no": 0.0}).astype("float64")
    one = ones(frame)
    stands = frame[frame["confirmed"].notna() & frame["cancelled"].isna()]
    entered = {"congress-leads": one, "congress-leads-open": (~decided).astype("float64")}
    window = window_of(catalogue, "congress-leads")
    if window is not None:
        ended = frame["lost"].fillna(frame["cancelled"])
        in_time, waiting = converted_within(frame["lead_date"], frame["confirmed"], ended, window)
        entered |= {"congress-leads-converted": in_time, "congress-leads-in-window": waiting}
    cohorts: list[tuple[str, pd.DataFrame, dict[str, pd.Series]]] = [
        ("lead_date", frame, entered),
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
