"""Values meet in one series only when they are comparable."""

from __future__ import annotations

import pytest

from kpi.compose import group
from tests.conftest import rows
from tests.test_derive import indicator


def test_stock_and_flow_and_cumulative_stay_apart():
    frame = rows(
        {"time_period": "2019", "obs_value": 1.0, "flow": "flow"},
        {"time_period": "2020", "obs_value": 2.0, "flow": "stock"},
        {"time_period": "2021", "obs_value": 3.0, "flow": "cumulative"},
        source="published",
    )
    series, _ = group(indicator("x"), frame, {})
    assert [len(s.rows) for s in series] == [1, 1, 1]


def test_sample_never_joins_a_published_series_and_never_leads():
    frame = rows(
        {"time_period": "2019", "obs_value": 9.5e6, "source": "published"},
        {"time_period": "2021", "obs_value": 4.0e6, "sample": True, "flags": "computed"},
        {"time_period": "2020", "obs_value": 3.0e6, "sample": True, "flags": "computed"},
    )
    series, _ = group(indicator("x"), frame, {})
    assert [s.sample for s in series] == [False, True]


def test_windows_of_the_same_shape_are_one_series():
    frame = rows(
        {"time_period": "2019-10-01/2020-09-30", "obs_value": 1.0},
        {"time_period": "2020-10-01/2021-09-30", "obs_value": 2.0},
        {"time_period": "2017-01-01/2018-12-31", "obs_value": 3.0},
        freq="I",
        source="published",
    )
    series, _ = group(indicator("x"), frame, {})
    assert sorted(len(s.rows) for s in series) == [1, 2]


def test_original_and_revised_stay_apart_in_one_series():
    frame = rows(
        {"time_period": "2021", "obs_value": 7.0e6},
        {"time_period": "2022", "obs_value": 9.35e6, "revision": "original", "flags": "superseded"},
        {"time_period": "2022", "obs_value": 7.0e6, "revision": "revised"},
        source="published",
    )
    (series,), _ = group(indicator("x"), frame, {})
    assert series.rows["obs_value"].to_list() == [7.0e6, 7.0e6]
    assert series.superseded["obs_value"].to_list() == [9.35e6]


def test_printed_shares_that_do_not_close_say_what_is_left():
    parts = {"a": 20.5, "b": 26.25, "c": 45.8, "d": 0.03, "e": 0.03}
    frame = rows(
        *({"time_period": "2019-06-30", "obs_value": v, "aid_measure": k} for k, v in parts.items()),
        freq="D",
        flow="share",
        unit_measure="percent",
        source="published",
    )
    series, (breakdown,) = group(indicator("x"), frame, {})
    assert not series
    assert breakdown.closes
    assert breakdown.rest["2019-06-30"] == pytest.approx(7.39)


def test_what_is_withheld_of_delivered_parts_stands_as_rest():
    frame = rows(
        {"time_period": "2020", "obs_value": 16.0},
        {"time_period": "2020", "obs_value": 11.0, "market": "FR"},
        {"time_period": "2020", "obs_value": 2.0, "market": "DE"},
        {"time_period": "2021", "obs_value": 5.0},
        {"time_period": "2021", "obs_value": 4.0, "market": "FR"},
        {"time_period": "2021", "obs_value": 1.0, "market": "DE"},
    )
    _, (breakdown,) = group(indicator("x", aggregation="sum"), frame, {})
    assert breakdown.closes
    assert breakdown.rest == {"2020": 3.0}


def test_what_is_withheld_of_delivered_shares_stands_as_rest():
    frame = rows(
        {"time_period": "2020", "obs_value": 33.3, "market": "FR"},
        {"time_period": "2020", "obs_value": 66.6, "market": "DE"},
        {"time_period": "2021", "obs_value": 45.77, "market": "FR"},
        {"time_period": "2021", "obs_value": 52.99, "market": "DE"},
        flow="share",
        unit_measure="percent",
    )
    withheld = rows(
        {"time_period": "2021", "market": "NL"},
        {"time_period": "2021", "market": "IT"},
        flow="share",
        unit_measure="percent",
        conf_status="N",
    )
    _, (breakdown,) = group(indicator("x", aggregation="none"), frame, {}, withheld=withheld)
    assert breakdown.rest == {"2021": 1.24}
    assert not breakdown.unknown


def test_a_whole_that_is_withheld_leaves_its_period_without_shares():
    frame = rows(
        {"time_period": "2019", "obs_value": 9.0},
        {"time_period": "2019", "obs_value": 6.0, "market": "FR"},
        {"time_period": "2019", "obs_value": 3.0, "market": "DE"},
        {"time_period": "2020", "obs_value": 5.0, "market": "FR"},
    )
    withheld = rows(
        {"time_period": "2020"},
        {"time_period": "2020", "market": "DE"},
        {"time_period": "2021", "market": "DE"},
        {"time_period": "2019", "market": "DE", "sector": "culture"},
        conf_status="N",
    )
    _, (breakdown,) = group(indicator("x", aggregation="sum"), frame, {}, withheld=withheld)
    assert breakdown.closes
    assert breakdown.unknown == {"2020", "2021"}


def test_one_part_alone_is_a_series_not_a_breakdown():
    frame = rows(
        {"time_period": "2019", "obs_value": 200000.0, "event": "a"},
        {"time_period": "2020", "obs_value": 400000.0, "event": "a"},
        source="published",
    )
    series, breakdowns = group(indicator("x"), frame, {})
    assert not breakdowns
    assert series[0].where == {"event": "a"}
