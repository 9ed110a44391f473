"""Budgets: one row a budget, year and version, with what was voted, committed and paid."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.errors import Problem
from kpi.observations import TOTAL, combine
from kpi.sources.aggregate import summed, summed_by_name
from kpi.sources.formats import DeliveryFormat, column, personal

_SOURCE = "budgets"
#: Under which indicator of the register the voted amount of a budget is shown.
_VOTED = {
    "operating": "operating-budget",
    "promotion": "promotion-budget",
    "mission-29": "budget-mission",
    "cooperation": "cooperation-budget",
    "taxi": "taxi-budget",
    "sustainable-tourism": "sustainable-tourism-budget",
}
_KEY = ("year", "budget_line", "team", "credit")

FORMATS: Mapping[str, DeliveryFormat] = {
    "budgets": DeliveryFormat(
        suite="budgets",
        key=(*_KEY, "revision"),
        columns=(
            column(
                *("year", "period", "Année budgétaire", "Begrotingsjaar", "Budget year", "Année", "Jaar"),
                frequency="A",
                ahead=10,
            ),
            column("budget_line", "code", "Budget", "Begroting", "Budget", "Poste budgétaire", codes="budget_line"),
            column("team", "code", "Service", "Dienst", "Service", "Équipe", "Team", codes="team", optional=True),
            column("credit", "code", "Type de crédit", "Type krediet", "Type of credit", codes="credit", optional=True),
            column("revision", "code", "Version", "Versie", "Version", "Révision", codes="revision"),
            personal("manager", "Gestionnaire", "Beheerder", "Manager", "Ordonnateur", "Ordonnateur délégué"),
            column("voted", "amount", "Montant voté", "Goedgekeurd bedrag", "Amount voted", "Voté", "Goedgekeurd"),
            column(
                *("committed", "amount", "Montant engagé", "Vastgelegd bedrag", "Amount committed", "Engagé"),
                empty=True,
            ),
            column("paid", "amount", "Montant liquidé", "Vereffend bedrag", "Amount paid", "Liquidé", empty=True),
        ),
    )
}


def check(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> list[Problem]:  # noqa: ARG001  (common form)
    """Budgets of a year that are given both as a whole and by service or type of credit: they would count twice."""
    frame = frames["budgets"]
    of_budget = frame[["team", "credit"]].isna().groupby([frame["year"], frame["budget_line"]])
    mixed = of_budget.transform("any") & ~of_budget.transform("all")
    return [
        Problem(
            row["source_file"],
            f"{row['budget_line']} {row['year']} with and without it",
            "the whole or its parts, not both",
            "Leave out the row of the whole: totals are computed.",
            row=int(row["source_row"]),
            column={"team": "Service", "credit": "Type of credit"}[name],
            sheet=row["source_sheet"],
        )
        for name in ("team", "credit")
        for row in frame[mixed[name]].to_dict("records")
    ]


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted budgets to yearly euro.

    Voted amounts stand under the indicator of their budget, by service, type of credit and version; an
    original that was revised is ``superseded``: shown beside its revision, part of no sum with it.
    The version in force also gives ``budget-voted``, ``budget-committed`` and ``budget-paid`` by budget
    and type of credit, of which the rates of execution are ratios.
    """
    frame = frames["budgets"].rename(columns={"year": "time_period"}).fillna({"team": TOTAL, "credit": TOTAL})
    keys = ["time_period", *_KEY[1:]]
    revised = frame.groupby(keys)["revision"].transform(lambda versions: (versions == "revised").any()).astype("bool")
    replaced = revised & (frame["revision"] == "original")
    flagged = frame.assign(flags=replaced.map({True: "superseded", False: ""}), measure="budget", flow="budget")
    by = ("team", "credit", "revision", "measure", "flow", "flags")
    voted = summed_by_name(flagged, _SOURCE, catalogue, by, frame["budget_line"].map(_VOTED), frame["voted"])
    current = frame[~replaced]
    executed = {
        "budget-voted": current["voted"],
        "budget-committed": current["committed"],
        "budget-paid": current["paid"],
    }
    return combine([voted, summed(current, _SOURCE, catalogue, ("budget_line", "credit"), executed)])
