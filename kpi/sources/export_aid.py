"""The register of export aid: one row an application, from its submission to its payment."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue, CodeList, Text
from kpi.observations import combine
from kpi.sources.aggregate import summed, with_empty_months
from kpi.sources.formats import Column, DeliveryFormat

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
        columns=(
            Column(
                name="application",
                kind="text",
                heading=Text(fr="Numéro de dossier", nl="Dossiernummer", en="Application number"),
                also=("Dossier", "Application", "N° de dossier"),
            ),
            Column(
                name="applicant",
                kind="personal",
                required=False,
                heading=Text(fr="Demandeur", nl="Aanvrager", en="Applicant"),
                also=("Bénéficiaire", "Begunstigde", "Entreprise", "Onderneming", "Company"),
            ),
            Column(
                name="aid_measure",
                kind="code",
                codes="aid_measure",
                heading=Text(fr="Mesure", nl="Maatregel", en="Measure"),
                also=("Mesure d'aide", "Steunmaatregel", "Aid measure"),
            ),
            Column(
                name="sector",
                kind="code",
                codes="sector",
                heading=Text(fr="Secteur", nl="Sector", en="Sector"),
            ),
            Column(
                name="company_size",
                kind="code",
                codes="company_size",
                heading=Text(fr="Taille", nl="Grootte", en="Company size"),
                also=("Taille de l'entreprise", "Bedrijfsgrootte", "Size"),
            ),
            Column(
                name="market",
                kind="code",
                codes="market",
                allow_empty=True,
                heading=Text(fr="Marché", nl="Markt", en="Market"),
                also=("Pays", "Land", "Country"),
            ),
            Column(
                name="requested",
                kind="amount",
                heading=Text(fr="Montant demandé", nl="Gevraagd bedrag", en="Amount requested"),
            ),
            Column(
                name="granted",
                kind="amount",
                allow_empty=True,
                heading=Text(fr="Montant octroyé", nl="Toegekend bedrag", en="Amount granted"),
            ),
            Column(
                name="paid",
                kind="amount",
                allow_empty=True,
                heading=Text(fr="Montant payé", nl="Betaald bedrag", en="Amount paid"),
                also=("Montant liquidé", "Vereffend bedrag"),
            ),
            Column(
                name="submitted",
                kind="date",
                heading=Text(fr="Date d'introduction", nl="Datum van indiening", en="Submitted on"),
                also=("Introduit le", "Ingediend op", "Submitted"),
            ),
            Column(
                name="decided",
                kind="date",
                allow_empty=True,
                heading=Text(fr="Date de décision", nl="Datum van beslissing", en="Decided on"),
                also=("Décidé le", "Beslist op", "Decided"),
            ),
            Column(
                name="paid_on",
                kind="date",
                allow_empty=True,
                heading=Text(fr="Date de paiement", nl="Datum van betaling", en="Paid on"),
                also=("Payé le", "Betaald op"),
            ),
            Column(
                name="outcome",
                kind="code",
                codes=_OUTCOME,
                heading=Text(fr="Décision", nl="Beslissing", en="Outcome"),
                also=("Statut", "Status", "Résultat", "Resultaat"),
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
    """
    frame = frames["applications"]
    decided = frame[frame["outcome"].isin(["granted", "refused"])]
    granted = decided["outcome"].eq("granted")
    taken = pd.to_datetime(decided["decided"]) - pd.to_datetime(decided["submitted"])
    by_decision = summed(
        decided.assign(time_period=decided["decided"].str[:7]),
        "export-aid",
        catalogue,
        by=_DIMENSIONS,
        values={
            "export-aids-granted": granted.astype("float64"),
            "export-aid-amount": decided["granted"].where(granted, 0.0),
            "export-aid-paid": decided["paid"].where(granted, 0.0).fillna(0.0),
            "export-aid-requested": decided["requested"],
            "export-aid-decisions": pd.Series(1.0, index=decided.index),
            "export-aid-processing-days": taken.dt.days.astype("float64"),
        },
    )
    by_submission = summed(
        frame.assign(time_period=frame["submitted"].str[:7]),
        "export-aid",
        catalogue,
        by=_DIMENSIONS,
        values={"export-aid-applications": pd.Series(1.0, index=frame.index)},
    )
    return combine([with_empty_months(by_decision), with_empty_months(by_submission)])
