"""Change, recovery and progress: each is stated only where it can be defended."""

from __future__ import annotations

import pytest

from kpi.briefing import Series
from kpi.compose import group
from kpi.trends import change, versus_base
from kpi.verdicts import assess
from tests.conftest import rows
from tests.test_derive import indicator


def series(*values: tuple[str, float], **common) -> Series:
    entries = [{"time_period": period, "obs_value": value} for period, value in values]
    found, breakdowns = group(indicator("x"), rows(*entries, **{"source": "published", **common}), {})
    assert len(found) == 1
    assert not breakdowns
    return found[0]


def target(value: float, period: str = "", **extra):
    return rows({"time_period": period, "obs_value": value, "measure": "target", "source": "published", **extra})


def test_change_names_the_period_it_compares_with():
    found = change(series(("2010", 5e6), ("2019", 9.5e6)))
    assert (found.since, found.absolute, found.relative) == ("2010", 4.5e6, pytest.approx(0.9))


def test_months_compare_with_the_same_month_a_year_before():
    monthly = series(("2019-03", 10.0), ("2020-02", 99.0), ("2020-03", 4.0), freq="M")
    assert change(monthly).relative == pytest.approx(-0.6)
    assert versus_base(monthly).since == "2019-03"


def test_a_more_than_leaves_a_lower_bound_of_the_change():
    frame = rows(
        {"time_period": "2019", "obs_value": 100.0},
        {"time_period": "2020", "obs_value": 150.0, "qualifier": "gt"},
        source="published",
    )
    (found,), _ = group(indicator("x"), frame, {})
    assert (change(found).absolute, change(found).qualifier) == (50.0, "gt")


def test_change_from_zero_is_absolute_only():
    found = change(series(("2019", 0.0), ("2020", 5.0)))
    assert (found.absolute, found.relative, found.reason) == (5.0, None, "zero-base")


@pytest.mark.parametrize("periods", [("2019", "2020"), ("2019-03", "2020-03")])
def test_cumulative_values_have_no_change(periods):
    frequency = "A" if len(periods[0]) == 4 else "M"
    found = series(*zip(periods, (10.0, 30.0), strict=True), flow="cumulative", freq=frequency)
    assert (change(found).reason, versus_base(found).reason) == ("no-earlier", "no-base")


@pytest.mark.parametrize(
    ("broken", "reasons"), [("2020", ("", "break")), ("2021", ("break", "break")), ("2019", ("", ""))]
)
def test_there_is_no_change_across_a_break(broken, reasons):
    entries = [
        {"time_period": year, "obs_value": value, "obs_status": "B" if year == broken else "A"}
        for year, value in (("2019", 10.0), ("2020", 20.0), ("2021", 30.0))
    ]
    (found,), _ = group(indicator("x"), rows(*entries, source="published"), {})
    assert (change(found).reason, versus_base(found).reason) == reasons


def test_the_base_year_is_not_compared_with_itself():
    assert versus_base(series(("2010", 5.0), ("2019", 9.0))).reason == "is-base"


def test_two_points_give_no_verdict_but_the_share_of_the_target():
    verdict = assess(series(("2019", 45000.0), ("2020", 18000.0)), target(45000.0, flags="every-year"), "higher")
    assert (verdict.status, verdict.reason) == ("undetermined", "too-few-points")
    assert verdict.share_of_target == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("values", "goal", "direction", "status"),
    [
        ((0.0, 20.0, 40.0), 100.0, "higher", "on-course"),  # 40 of 40 expected in 2 of 5 years
        ((0.0, 10.0, 20.0), 100.0, "higher", "off-course"),
        ((10.0, 8.0, 5.0), 100.0, "higher", "moving-away"),
        ((10.0, 60.0, 120.0), 100.0, "higher", "reached"),
        ((100.0, 80.0, 60.0), 0.0, "lower", "on-course"),
        ((100.0, 110.0, 120.0), 0.0, "lower", "moving-away"),
    ],
)
def test_the_straight_path_to_a_dated_target(values, goal, direction, status):
    found = series(*zip(("2019", "2020", "2021"), values, strict=True))
    assert assess(found, target(goal, "2024"), direction).status == status


@pytest.mark.parametrize(
    ("change_rows", "reason"),
    [
        ({"obs_status": "P", "obs_value": 4.65}, "provisional"),  # 41 % of the way, 39 % with 5 % less
        ({"obs_status": "B"}, "break"),
        ({"qualifier": "ge"}, "bounds"),
    ],
)
def test_what_forbids_a_verdict(change_rows, reason):
    frame = rows(
        {"time_period": "2019", "obs_value": 1.0},
        {"time_period": "2020", "obs_value": 2.0},
        {"time_period": "2021", "obs_value": 3.0, **change_rows},
        source="published",
    )
    (found,), _ = group(indicator("x"), frame, {})
    verdict = assess(found, target(10.0, "2024"), "higher")
    assert (verdict.status, verdict.reason) == ("undetermined", reason)


@pytest.mark.parametrize(
    ("measure", "goal", "cited", "reason"),
    [
        ("estimate", 25.0, "note L10-12", "one-statement"),  # 25 needed, of 25 needed
        ("estimate", 25.0, "note L12", "one-statement"),  # the same words, cited from another line on
        ("estimate", 30.0, "note L10-12", "too-few-points"),
        ("estimate", 25.0, "note L40-42", "too-few-points"),
        ("estimate", 25.0, "other L10-12", "too-few-points"),
        ("actual", 25.0, "note L10-12", "too-few-points"),
    ],
)
def test_a_stated_need_is_not_judged_against_itself(measure, goal, cited, reason):
    need = series(("2022", 25.0), measure=measure, source_ref="note L10-12")
    verdict = assess(need, target(goal, "2022", source_ref=cited), "higher")
    assert (verdict.status, verdict.reason) == ("undetermined", reason)
    assert (verdict.share_of_target is None) == (reason == "one-statement")


def test_a_target_without_a_date_has_no_path():
    found = series(("2017", 1.0), ("2018", 2.0), ("2019", 3.0))
    assert assess(found, target(10.0), "higher").reason == "no-deadline"


def test_no_value_no_target_no_direction():
    found = series(("2017", 1.0), ("2018", 2.0), ("2019", 3.0))
    assert assess(None, target(1.0), "higher").status == "no-data"
    assert assess(found, target(1.0).iloc[:0], "higher").status == "no-target"
    assert assess(found, target(1.0, "2024"), "neutral").reason == "neutral"


def test_a_sum_of_years_is_no_share_of_a_yearly_target():
    found = series(("2016-05-01/2021-07-31", 170e6), freq="I", flow="cumulative")
    verdict = assess(found, target(21e6, flags="every-year", qualifier="ge"), "higher")
    assert (verdict.reason, verdict.share_of_target) == ("not-comparable", None)


@pytest.mark.parametrize(
    ("of", "reason"),
    [({}, "too-few-points"), ({"market": "FR"}, "not-comparable"), ({"market": "DE"}, "too-few-points")],
)
def test_the_target_of_a_part_is_not_that_of_the_whole_or_of_another_part(of, reason):
    found = series(("2019", 10.0), ("2020", 30.0), market="DE")
    judged = assess(found, target(20.0, "2030", **of), "higher")
    assert (judged.status, judged.reason) == ("undetermined", reason)
    assert (judged.share_of_target is None) == (reason == "not-comparable")


def test_a_year_said_twice_is_one_point_of_a_trend():
    years = [("2018", 1.0), ("2019", 2.0), ("2020", 2.5), ("2020", 3.0), ("2021", 4.0)]
    assert assess(series(*years), target(1.0).iloc[:0], "higher").p_value is None
    five = assess(series(*years, ("2022", 5.0)), target(1.0).iloc[:0], "higher")
    assert five.p_value == pytest.approx(2 / 120)


def test_the_region_leads_before_the_country():
    frame = rows(
        {"time_period": "2021", "obs_value": 14.0, "ref_area": "BE"},
        {"time_period": "2020", "obs_value": 3.0, "ref_area": "BE10"},
        source="published",
    )
    found, _ = group(indicator("x"), frame, {})
    assert [each.ref_area for each in found] == ["BE10", "BE"]
