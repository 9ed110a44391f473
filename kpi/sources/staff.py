"""Staff: one row a day, service, role and status, with full-time equivalents and persons."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.sources.aggregate import coded, summed
from kpi.sources.formats import DeliveryFormat, column, personal

_BY = ("team", "role", "status")

FORMATS: Mapping[str, DeliveryFormat] = {
    "staff": DeliveryFormat(
        suite="staff",
        key=("date", *_BY),
        columns=(
            column("date", "date", "Situation au", "Stand op", "As of", "Date", "Datum"),
            column("team", "code", "Service", "Dienst", "Service", "Équipe", "Team", codes="team"),
            column("role", "code", "Fonction", "Functie", "Role", codes="role", optional=True),
            column("status", "code", "Statut", "Status", "Status", codes="status"),
            personal("name", "Nom", "Naam", "Name", "Agent", "Personeelslid", "Matricule", "Stamnummer"),
            column("fte", "number", "ETP", "VTE", "FTE", "Équivalents temps plein", "Voltijdse equivalenten"),
            column("persons", "count", "Personnes", "Personen", "Persons", "Effectif", "Aantal", optional=True),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted rows to ``staff-fte`` and ``staff-headcount``, stocks of a day by service, role and status.

    In post and required are readings of one establishment plan: they stand side by side and are never added.
    """
    frame = coded(frames["staff"].rename(columns={"date": "time_period"}), ("role",))
    values = {"staff-fte": frame["fte"], "staff-headcount": frame["persons"]}
    return summed(frame, "staff", catalogue, _BY, values).assign(flow="stock")
