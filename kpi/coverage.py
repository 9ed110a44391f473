"""What of the register is measured, and what could be: the state of every declared KPI and its testability."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import pandas as pd

from kpi.briefing import KpiReport, ObjectiveReport
from kpi.catalogue import Catalogue
from kpi.parsing.periods import bounds

State = Literal["current", "stale", "sample", "none"]

#: A value whose period ended longer ago than this is stale, in months, by the frequency that was declared.
STALE_AFTER = {"monthly": 6, "quarterly": 9, "yearly": 24}
#: The seven points that make a KPI testable, after the Belgian Court of Audit's finding that
#: objectives of policy notes are insufficiently verifiable.
POINTS = ("unit", "formula", "baseline", "target", "deadline", "source", "owner")

#: Units whose values need a formula to be repeated by somebody else; a count or an amount is its own.
_COMPUTED_UNITS = {"percent", "ratio", "score", "index", "EUR_per_EUR"}
_DAYS_A_MONTH = 30.44


def state(report: KpiReport, as_of: str) -> State:
    """Whether a declared KPI has current figures, only old ones, only made-up ones, or none."""
    if not report.has_data:
        return "none"
    real = report.rows[~report.rows["sample"] & report.rows["measure"].ne("target")]
    if real.empty:
        return "sample"
    limit = STALE_AFTER.get(report.indicator.frequency)
    newest = max(real["period_end"], default="")
    if limit is None or not newest or not as_of:
        return "current"
    age = (dt.date.fromisoformat(bounds(as_of)[1]) - dt.date.fromisoformat(newest)).days / _DAYS_A_MONTH
    return "stale" if age > limit else "current"


def points(report: KpiReport, brief: ObjectiveReport, catalogue: Catalogue) -> dict[str, bool]:
    """Which of the seven points of testability a declared KPI has.

    - unit: what is counted can be counted (not "text");
    - formula: given or implied, or not needed because the value is a plain count or amount;
    - baseline: at least one real value with a period;
    - target: a value to reach, or thresholds that are not empty;
    - deadline: the target is dated or yearly, or the objective has a deadline;
    - source: a delivery or a document gives values of it;
    - owner: an organisation owes it.
    """
    indicator, declaration = report.indicator, report.declaration
    real = report.rows[~report.rows["sample"] & report.rows["measure"].ne("target")]
    light = declaration.traffic_light if declaration else None
    targets = report.targets
    dated = bool(targets["time_period"].ne("").any() or targets["flags"].str.contains("every-year").any())
    delivered = {name for source in catalogue.sources for name in source.indicators}
    inputs = indicator.derive.inputs if indicator.derive else ()
    return {
        "unit": indicator.unit != "text",
        "formula": bool(indicator.formula or indicator.derive) or indicator.unit not in _COMPUTED_UNITS | {"text"},
        "baseline": bool(real["time_period"].ne("").any()),
        "target": bool(len(targets)) or bool(light and not light.empty),
        "deadline": dated or bool(brief.objective.deadline) or bool(light and light.period),
        "source": bool(len(real)) or indicator.id in delivered or bool(inputs and delivered.issuperset(inputs)),
        "owner": bool(brief.objective.organisations or (declaration and declaration.owner)),
    }


def coverage(briefs: Iterable[ObjectiveReport], catalogue: Catalogue) -> pd.DataFrame:
    """One row a declared KPI: objective, indicator, owners, state, the seven points and their sum.

    Returns:
        Columns ``document, objective, indicator, organisations`` (ids joined by "; "),
        ``state`` (current, stale, sample, none), POINTS (bool), ``testability`` (0 to 7).
    """
    rows = []
    for brief in briefs:
        for report in (*brief.reports, *brief.without_data):
            if report.declaration is None:
                continue
            owner = report.declaration.owner
            scored = points(report, brief, catalogue)
            rows.append(
                {
                    "document": brief.document.id,
                    "objective": brief.objective.id,
                    "indicator": report.indicator.id,
                    "organisations": owner or "; ".join(brief.objective.organisations),
                    "state": state(report, brief.as_of),
                    **scored,
                    "testability": sum(scored.values()),
                }
            )
    return pd.DataFrame(rows)


def summed(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Counts of KPIs by state, and the mean testability, per objective, organisation or document.

    Args:
        table: of :func:`coverage`.
        by: ``objective``, ``document`` or ``organisation``; a KPI owed by two counts for both.
    """
    if by == "organisation":
        table = table.assign(organisation=table["organisations"].str.split("; ")).explode("organisation")
    grouped = table.groupby(by, sort=False)
    counts = pd.crosstab(table[by], table["state"])
    counts = counts.reindex(index=table[by].unique(), columns=["current", "stale", "sample", "none"], fill_value=0)
    counts.insert(0, "declared", grouped.size())
    counts["testability"] = grouped["testability"].mean().round(1)
    counts.columns.name = None
    return counts.reset_index()
