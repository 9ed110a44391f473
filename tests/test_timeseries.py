"""Seasons, breaks and refusals; what is added up by hand stands in tests/golden/time.yaml."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import kpi
from kpi.errors import UsageError
from kpi.timeseries import across_break, calendar_effects, coarser, rolling, seasonally_adjusted, year_to_date
from tests.conftest import rows


def months(first: int, years: int, value, **more) -> pd.DataFrame:
    return rows(
        *(
            {"time_period": f"{first + i // 12}-{i % 12 + 1:02d}", "obs_value": float(value(i)), **more}
            for i in range(12 * years)
        ),
        freq="M",
        flow="flow",
    )


def test_a_pure_season_is_taken_out_and_labelled():
    pytest.importorskip("statsmodels")
    monthly = months(2017, 4, lambda i: 1000 + 2 * i + 100 * math.sin(2 * math.pi * i / 12))
    adjusted = seasonally_adjusted(monthly)
    straight = [1000 + 2 * i for i in range(48)]
    assert adjusted["adjusted"].to_list() == pytest.approx(straight, abs=5)
    assert (adjusted["adjusted"] + adjusted["seasonal"]).to_list() == pytest.approx(monthly["obs_value"].to_list())
    assert adjusted["flags"].str.contains("seasonally-adjusted").all()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (months(2018, 2, lambda i: i), "three|3 whole years"),
        (months(2017, 4, lambda i: i).drop(index=20), "without a gap"),
        (months(2017, 4, lambda i: i).assign(obs_status=["A"] * 20 + ["B"] + ["A"] * 27), "a break in the series"),
        (months(2017, 4, lambda i: i).assign(qualifier=["eq"] * 47 + ["gt"]), "exact values"),
        (rows({"time_period": "2019", "obs_value": 1.0}), "expected rows of months"),
    ],
)
def test_no_season_without_three_whole_years(frame, words):
    pytest.importorskip("statsmodels")
    with pytest.raises(UsageError, match=words):
        seasonally_adjusted(frame)


def test_without_statsmodels_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "statsmodels.tsa.seasonal", None)
    with pytest.raises(UsageError, match=r"brussels-kpi\[seasonal\]"):
        seasonally_adjusted(months(2017, 4, lambda i: i))


@pytest.mark.parametrize("call", [coarser, rolling, year_to_date])
def test_a_stock_is_never_added_up_over_time(call):
    stock = months(2019, 1, lambda i: i).assign(flow="stock")
    with pytest.raises(UsageError, match=r"flow|stock"):
        call(stock, "A") if call is coarser else call(stock)


@pytest.mark.parametrize("flow", ["rate", "share", "rank", "cumulative"])
def test_only_flows_are_added_up_to_coarser_periods_and_the_sentence_says_what_else_fits(flow):
    other = months(2019, 1, lambda i: i).assign(flow=flow)
    with pytest.raises(UsageError, match=rf"found {flow}: use how='mean' .* or how='last'"):
        coarser(other, "A")
    assert coarser(other, "A", how="mean")["obs_value"].to_list() == [5.5]
    assert coarser(other, "A", how="last")["obs_value"].to_list() == [11]


def test_series_of_two_sources_and_samples_are_kept_apart():
    both = pd.concat([months(2019, 1, lambda _: 1), months(2019, 1, lambda _: 2, sample=True)], ignore_index=True)
    yearly = coarser(both, "A")
    assert dict(zip(yearly["sample"], yearly["obs_value"], strict=True)) == {False: 12, True: 24}


def test_a_window_with_a_break_in_it_has_no_value():
    broken = months(2019, 2, lambda _: 1).assign(obs_status=["A"] * 12 + ["B"] + ["A"] * 11)
    assert rolling(broken)["time_period"].to_list() == ["2019-12", "2020-12"]
    assert across_break(broken, 2019).sum() == 12
    assert kpi.versus(broken)["index"].notna().sum() == 12


def test_a_hidden_month_is_no_zero_in_the_year_to_date():
    hidden = months(2019, 3, lambda _: 1)
    hidden.loc[hidden["time_period"].eq("2020-03"), ["obs_value", "conf_status"]] = [float("nan"), "N"]
    found = year_to_date(hidden)
    assert found["time_period"].to_list() == ["2019-01-01/2019-12-31", "2021-01-01/2021-12-31"]
    assert found["change"].isna().all()
    assert year_to_date(hidden.assign(obs_value=float("nan"))).empty


def test_what_is_hidden_or_a_bound_is_missing_from_a_coarser_period():
    given = months(2019, 1, lambda _: 1).assign(qualifier=["eq"] * 5 + ["gt"] + ["eq"] * 6)
    given.loc[9:, ["obs_value", "conf_status"]] = [float("nan"), "N"]
    quarters = coarser(given, "Q")
    assert dict(zip(quarters["time_period"], quarters["obs_value"], strict=True)) == {
        "2019-Q1": 3,
        "2019-04-01/2019-05-31": 2,
        "2019-Q3": 3,
    }
    assert coarser(given.assign(obs_value=float("nan")), "A").empty


@pytest.mark.parametrize(
    ("month", "compared"),
    [("2020-01", True), ("2020-02", False), ("2020-09", False), ("2021-01", False), ("2021-06", False)],
)
def test_years_to_date_do_not_compare_across_a_break_anywhere_between(month, compared):
    broken = months(2020, 2, lambda _: 1).head(18)
    broken.loc[broken["time_period"].eq(month), "obs_status"] = "B"
    assert year_to_date(broken)["change"].notna().to_list() == [False, compared]


@pytest.mark.parametrize("wrong", ["", "mars 2024", "2021-01-01/.."])
def test_calendar_effects_are_those_of_periods_with_two_ends(wrong):
    with pytest.raises(UsageError, match="expected a period with both ends"):
        calendar_effects(wrong, "2023")


def test_what_is_empty_stays_empty():
    nothing = months(2019, 1, lambda i: i).iloc[:0]
    assert rolling(nothing).empty
    assert year_to_date(nothing).empty
    assert coarser(nothing, "A").empty
