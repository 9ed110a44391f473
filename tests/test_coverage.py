"""What is measured and what could be: states and the seven points of testability."""

from __future__ import annotations

import pytest

from kpi.briefing import Assessment, Change, KpiReport
from kpi.catalogue import Declaration
from kpi.compose import group
from kpi.coverage import POINTS, coverage, state, summed
from tests.conftest import rows
from tests.test_derive import indicator


def report(*entries: dict, **common) -> KpiReport:
    measure = indicator("x").model_copy(update={"frequency": "yearly"})
    frame = rows(*entries, source="published", **common) if entries else rows({"obs_value": 1.0}).iloc[:0]
    targets = frame[frame["measure"] == "target"]
    series, breakdowns = group(measure, frame[frame["measure"] != "target"], {})
    return KpiReport(
        indicator=measure,
        declaration=Declaration(objective="d/o"),
        headline=series[0] if series else None,
        series=series,
        breakdowns=breakdowns,
        targets=targets,
        change=Change(),
        versus_base=Change(),
        assessment=Assessment("no-target"),
        rows=frame,
    )


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((), "none"),
        (({"measure": "target", "time_period": "2022", "obs_value": 5.0},), "none"),
        (({"time_period": "2021", "obs_value": 5.0, "sample": True},), "sample"),
        (({"time_period": "2021", "obs_value": 5.0},), "current"),
        (({"time_period": "2019", "obs_value": 5.0},), "stale"),
        (({"time_period": "", "freq": "", "obs_value": 5.0},), "current"),
    ],
)
def test_state(entries, expected):
    assert state(report(*entries), "2022-06-30") == expected


@pytest.fixture(scope="module")
def table(built_project):
    from kpi.reporting.prepare import prepare_report

    catalogue = built_project.catalogue
    return coverage((prepare_report(built_project, o.id) for o in catalogue.objectives), catalogue)


def test_every_declared_kpi_has_one_row(table, catalogue):
    assert len(table) == len(catalogue.declarations)
    assert summed(table, "objective")["declared"].sum() == len(catalogue.declarations)


def test_arsene_50_is_fully_testable_but_for_nothing(table):
    row = table[(table["objective"] == "image-2022/oo-3-4") & (table["indicator"] == "arsene50-tickets-sold")].iloc[0]
    assert [point for point in POINTS if not row[point]] == []
    assert row["testability"] == 7


def test_a_text_kpi_without_anything_scores_low(table):
    assert table["testability"].min() <= 2
    assert (table["state"] == "none").sum() > len(table) / 2


def test_an_organisation_is_counted_with_what_it_owes(table):
    by = summed(table, "organisation").set_index("organisation")
    owed = table["organisations"].str.split("; ").map(lambda names: "visit-brussels" in names).sum()
    assert by.loc["visit-brussels", "declared"] == owed
