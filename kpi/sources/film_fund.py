"""The film fund: one row a supported project, with what the fund commits and what it brings to the Region."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.observations import combine
from kpi.sources.aggregate import ones, summed
from kpi.sources.formats import DeliveryFormat, column, personal

FORMATS: Mapping[str, DeliveryFormat] = {
    "projects": DeliveryFormat(
        suite="film-fund",
        key=("project",),
        serial_dates=True,
        columns=(
            column("project", "text", "Numéro du projet", "Projectnummer", "Project number", "Projet", "Project"),
            personal("title", "Titre", "Titel", "Title"),
            personal("director", "Réalisateur", "Regisseur", "Director", "Réalisatrice"),
            personal("producer", "Producteur", "Producent", "Producer", "Productrice"),
            column("session", "date", "Date de la session", "Datum van de sessie", "Session date", "Session", "Sessie"),
            column("type", "code", "Type de projet", "Type project", "Project type", "Type", codes="type"),
            column(
                *("commitment", "amount", "Montant engagé", "Vastgelegd bedrag", "Amount committed", "Engagement"),
                "Vastlegging",
            ),
            column(
                *("spending", "amount", "Dépenses en Région", "Uitgaven in het Gewest", "Spending in the Region"),
                *("Dépenses structurantes", "Dépenses audiovisuelles"),
                empty=True,
            ),
            column(
                *("spending_status", "code", "Statut des dépenses", "Status van de uitgaven", "Spending status"),
                *("Statut", "Status"),
                codes="spending_status",
            ),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted projects to yearly counts and euro, all in the year of their session.

    ``fund-projects-financed`` by type; ``fund-investment`` and ``audiovisual-direct-spending`` by type and
    by whether the spending is realised or still promised, a promise being an estimate (status ``E``); and
    ``fund-investment-sessions``. Realised and promised leverage are two measures: each sets spending
    against the commitments of the same projects. Spending counts in the year of the session, not in that of the shoot,
    so that what comes back is set against the money that brought it.
    """
    frame = frames["projects"].assign(time_period=frames["projects"]["session"].str[:4])
    status = frame["spending_status"].map({"promised": "E"}).fillna("A")
    invested = {"fund-investment": frame["commitment"]}
    brought = {"audiovisual-direct-spending": frame["spending"]}
    sessions = frame.drop_duplicates("session")
    by_spending = ("type", "spending_status", "obs_status")
    return combine(
        [
            summed(frame, "film-fund", catalogue, ("type",), {"fund-projects-financed": ones(frame)}),
            summed(frame, "film-fund", catalogue, ("type", "spending_status"), invested),
            summed(frame.assign(obs_status=status), "film-fund", catalogue, by_spending, brought),
            summed(sessions, "film-fund", catalogue, (), {"fund-investment-sessions": ones(sessions)}),
        ]
    )
