"""Calls for projects: one row an application, from its reception to the amount granted."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.sources.aggregate import coded, ones, summed
from kpi.sources.formats import YES_NO, DeliveryFormat, column, personal

FORMATS: Mapping[str, DeliveryFormat] = {
    "applications": DeliveryFormat(
        suite="calls-for-projects",
        key=("call", "application"),
        serial_dates=True,
        columns=(
            column(
                *("application", "text", "Numéro de la demande", "Aanvraagnummer", "Application number"),
                *("Numéro de dossier", "Dossiernummer"),
            ),
            personal("applicant", "Demandeur", "Aanvrager", "Applicant", "Porteur de projet", "Projectdrager"),
            personal("contact", "Personne de contact", "Contactpersoon", "Contact"),
            column("call", "code", "Appel à projets", "Projectoproep", "Call for projects", "Appel", codes="call"),
            column("zone", "code", "Zone", "Zone", "Zone", codes="zone", optional=True),
            column("gender", "code", "Genre", "Gender", "Gender", "Geslacht", "Sexe", codes="gender", optional=True),
            column("received", "date", "Date de réception", "Datum van ontvangst", "Received on", "Reçu le"),
            column("admissible", "code", "Recevable", "Ontvankelijk", "Admissible", codes=YES_NO, empty=True),
            column("selected", "code", "Sélectionné", "Geselecteerd", "Selected", codes=YES_NO, empty=True),
            column(
                *("granted", "amount", "Montant octroyé", "Toegekend bedrag", "Amount granted", "Subside octroyé"),
                empty=True,
            ),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted applications to yearly counts and euro, by call, zone and gender, in the year of reception.

    ``call-applications-received``, ``call-applications-admissible``, ``call-projects-selected`` and
    ``call-amount-granted`` (of the selected). What is not decided yet counts as received only; a cell
    in which nothing is decided has no number of admissible or selected ones, rather than zero.
    """
    frame = coded(frames["applications"], ("zone", "gender"))
    decided = {name: frame[name].map({"yes": 1.0, "no": 0.0}).astype("float64") for name in ("admissible", "selected")}
    return summed(
        frame.assign(time_period=frame["received"].str[:4]),
        "calls-for-projects",
        catalogue,
        by=("call", "zone", "gender"),
        values={
            "call-applications-received": ones(frame),
            "call-applications-admissible": decided["admissible"],
            "call-projects-selected": decided["selected"],
            "call-amount-granted": frame["granted"].where(decided["selected"].eq(1)),
        },
    )
