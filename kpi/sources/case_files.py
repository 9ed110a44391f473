"""Case files of the inspection and registration services: one row a file, with its dates and its outcome."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue, CodeList, Text
from kpi.observations import combine
from kpi.sources.aggregate import coded, ones, pending, summed, with_empty_months
from kpi.sources.formats import DeliveryFormat, column, personal

_CASE_TYPE = CodeList(
    id="case_type",
    title=Text(fr="Sorte de dossier", nl="Soort dossier", en="Kind of file"),
    codes={
        "inspection": Text(fr="Inspection", nl="Inspectie", en="Inspection"),
        "fine": Text(fr="Amende administrative", nl="Administratieve geldboete", en="Administrative fine"),
        "registration": Text(fr="Enregistrement", nl="Registratie", en="Registration"),
        "classification": Text(fr="Classement", nl="Classificatie", en="Classification"),
        "travel-agency": Text(fr="Agence de voyages", nl="Reisbureau", en="Travel agency"),
        "appeal": Text(fr="Recours", nl="Beroep", en="Appeal"),
    },
    aliases={"contrôle": "inspection", "controle": "inspection", "amende": "fine", "boete": "fine"},
)
#: What is counted of each kind of file, and under which indicator.
_COUNTED = {
    "inspection": {
        "opened": "inspection-files-opened",
        "closed": "inspection-files-closed",
        "pending": "inspection-files-pending",
    },
    "fine": {"opened": "fine-files-opened", "closed": "fine-decisions"},
    "registration": {"granted": "accommodation-registrations"},
    "classification": {"opened": "classification-requests"},
    "travel-agency": {"opened": "travel-agency-requests"},
    "appeal": {"pending": "registration-refusal-appeals"},
}

FORMATS: Mapping[str, DeliveryFormat] = {
    "cases": DeliveryFormat(
        suite="case-files",
        key=("case_type", "case"),
        serial_dates=True,
        columns=(
            column("case", "text", "Numéro de dossier", "Dossiernummer", "File number", "Dossier", "N° de dossier"),
            column("case_type", "code", "Sorte de dossier", "Soort dossier", "Kind of file", codes=_CASE_TYPE),
            column(
                "type", "code", "Type", "Type", "Type", "Type de contrôle", "Type controle", codes="type", empty=True
            ),
            personal("inspector", "Inspecteur", "Inspecteur", "Inspector", "Agent traitant", "Dossierbeheerder"),
            personal("operator", "Exploitant", "Exploitant", "Operator", "Contrevenant", "Overtreder", "Requérant"),
            personal("address", "Adresse", "Adres", "Address"),
            column("opened", "date", "Date d'ouverture", "Openingsdatum", "Opened on", "Ouvert le", "Geopend op"),
            column(
                *("closed", "date", "Date de clôture", "Afsluitingsdatum", "Closed on", "Clôturé le", "Afgesloten op"),
                empty=True,
            ),
            column("outcome", "code", "Issue", "Resultaat", "Outcome", "Décision", codes="outcome", empty=True),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted files to monthly counts, each kind under its own indicators.

    Opened and closed are counted in the month in which they happened, closed ones by outcome too;
    pending is the stock at the end of each month: opened by then and not closed by then.
    """
    parts = []
    for kind, rows in frames["cases"].groupby("case_type", sort=True):
        frame = coded(rows, ("type", "outcome"))
        closed = frame[frame["closed"].notna()].assign(time_period=frame["closed"].str[:7])
        events = {
            "opened": (frame.assign(time_period=frame["opened"].str[:7]), ("type",)),
            "closed": (closed, ("type", "outcome")),
            "granted": (closed[closed["outcome"] == "granted"], ("type",)),
            "pending": (pending(frame, "opened", "closed"), ("type",)),
        }
        for event, name in _COUNTED[str(kind)].items():
            happened, by = events[event]
            counts = summed(happened, "case-files", catalogue, by, {name: ones(happened)})
            counts = counts.assign(flow="stock" if event == "pending" else "flow")
            parts.append(with_empty_months(counts, rows, ("opened", "closed")))
    return combine(parts)
