"""The register of export aid: one row an application, from its submission to its payment."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue, CodeList, Text
from kpi.observations import combine
from kpi.sources.aggregate import ones, summed, with_empty_months
from kpi.sources.durations import quantiles
from kpi.sources.formats import DeliveryFormat, column, personal

_DIMENSIONS = ("aid_measure", "sector", "company_size")
_OUTCOME = CodeList(
    id="aid_outcome",
    title=Text(fr="Décision", nl="Beslissing", en="Outcome"),
    codes={
        "granted": Text(fr="Octroyée", nl="Toegekend", en="Granted"),
        "refused": Text(fr="Refusée", nl="Geweigerd", en="Refused"),
        "withdrawn": Text(fr="Retirée", nl="Ingetrokken", en="Withdrawn"),
        "pending": Text(fr="En cours", nl="In behandeling", en="Pending"),
    },
    aliases={"octroyé": "granted", "accordée": "granted", "refusé": "refused", "retiré": "withdrawn"},
)

FORMATS: Mapping[str, DeliveryFormat] = {
    "applications": DeliveryFormat(
        suite="export-aid",
        key=("application",),
        serial_dates=True,
        columns=(
            column(
                *("application", "text", "Numéro de dossier", "Dossiernummer", "Application number"),
                *("Dossier", "Application", "N° de dossier", "N° dossier", "Nr dossier", "Dossiernr"),
            ),
            personal(
                *("applicant", "Demandeur", "Aanvrager", "Applicant", "Bénéficiaire", "Begunstigde"),
                *("Entreprise", "Onderneming", "Company", "Nom de l'entreprise", "Naam van de onderneming"),
            ),
            column(
                *("aid_measure", "code", "Mesure", "Maatregel", "Measure"),
                *("Mesure d'aide", "Steunmaatregel", "Aid measure"),
                codes="aid_measure",
            ),
            column("sector", "code", "Secteur", "Sector", "Sector", "Secteur d'activité", codes="sector"),
            column(
                *("company_size", "code", "Taille", "Grootte", "Company size"),
                *("Taille de l'entreprise", "Bedrijfsgrootte", "Size"),
                codes="company_size",
            ),
            column(
                "market", "code", "Marché", "Markt", "Market", "Pays", "Land", "Country", codes="market", empty=True
            ),
            column(
                *("requested", "amount", "Montant demandé", "Gevraagd bedrag", "Amount requested"),
                *("Montant sollicité", "Aangevraagd bedrag"),
            ),
            column(
                *("granted", "amount", "Montant octroyé", "Toegekend bedrag", "Amount granted", "Montant accordé"),
                empty=True,
            ),
            column(
                *("paid", "amount", "Montant payé", "Betaald bedrag", "Amount paid"),
                *("Montant liquidé", "Vereffend bedrag", "Uitbetaald bedrag"),
                empty=True,
            ),
            column(
                *("submitted", "date", "Date d'introduction", "Datum van indiening", "Submitted on"),
                *("Introduit le", "Ingediend op", "Submitted", "Date de la demande", "Indieningsdatum"),
            ),
            column(
                *("decided", "date", "Date de décision", "Datum van beslissing", "Decided on"),
                *("Décidé le", "Beslist op", "Decided", "Date de la décision", "Beslissingsdatum"),
                empty=True,
            ),
            column(
                *("paid_on", "date", "Date de paiement", "Datum van betaling", "Paid on"),
                *("Payé le", "Betaald op", "Date de liquidation", "Betaaldatum", "Betalingsdatum"),
                empty=True,
            ),
            column(
                *("outcome", "code", "Décision", "Beslissing", "Outcome", "Statut", "Status", "Résultat", "Resultaat"),
                codes=_OUTCOME,
            ),
        ),
    )
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted applications to counts, amounts in euro and days, by month.

    By month of decision: ``export-aids-granted``, ``export-aid-amount`` (granted),
    ``export-aid-paid`` (paid so far on the grants of that month), ``export-aid-requested`` (what the
    decided applications asked for), ``export-aid-decisions`` (granted or refused), and
    ``export-aid-processing-days`` (sum of the days from submission to decision, to be divided by
    the decisions). By month of submission: ``export-aid-applications``.

    Given are the cells of measure, sector and company size; there are never more of them than
    applications, so the cross stays small. A share by measure is its cells over all cells, which
    a mix of totals and parts would spoil. Withdrawn applications count as applications only.

    Medians and other quantiles of the processing time, which no sum can give, are computed here as the
    catalogue declares them (``export-aid-processing-time-median`` ...).
    """
    frame = frames["applications"]
    decided = frame[frame["outcome"].isin(["granted", "refused"])]
    granted = decided["outcome"].eq("granted")
    taken = pd.to_datetime(decided["decided"]) - pd.to_datetime(decided["submitted"])
    dated = decided.assign(time_period=decided["decided"].str[:7])
    by_decision = summed(
        dated,
        "export-aid",
        catalogue,
        by=_DIMENSIONS,
        values={
            "export-aids-granted": granted.astype("float64"),
            "export-aid-amount": decided["granted"].where(granted, 0.0),
            "export-aid-paid": decided["paid"].where(granted, 0.0).fillna(0.0),
            "export-aid-requested": decided["requested"],
            "export-aid-decisions": ones(decided),
            "export-aid-processing-days": taken.dt.days.astype("float64"),
        },
    )
    by_submission = summed(
        frame.assign(time_period=frame["submitted"].str[:7]),
        "export-aid",
        catalogue,
        by=_DIMENSIONS,
        values={"export-aid-applications": ones(frame)},
    )
    of = "export-aid-processing-days"
    times = quantiles(dated, "export-aid", catalogue, _DIMENSIONS, of, taken.dt.days.astype("float64"))
    sums = [
        with_empty_months(by_decision, decided, ("decided",)),
        with_empty_months(by_submission, frame, ("submitted",)),
    ]
    return combine([*sums, times])
