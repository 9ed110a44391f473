"""Bounds, intervals, precision and what may share a series."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.bounds import Limits, difference, limits
from kpi.catalogue import LANGUAGES
from kpi.charts.points import full_words, point_of
from kpi.comparability import one_series, reasons
from kpi.errors import UsageError
from kpi.i18n import translator
from kpi.intervals import difference_interval, interval_of, wilson
from kpi.maturity import mark_immature
from kpi.precision import digits_of, rounded
from kpi.progress import mann_kendall
from kpi.trends import change
from tests.conftest import rows
from tests.test_derive import indicator
from tests.test_trends import series

MORE = Limits(250, math.inf, open_low=True)


@pytest.mark.parametrize(
    ("top", "base", "low", "high"),
    # Newcombe (1998), table I: 81/263, 15/148, 0/20, 1/29.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(top, base, low, high):
    assert wilson(top, base) == pytest.approx((low, high), abs=5e-5)


def test_difference_of_proportions_gives_the_published_interval():
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II (a): 56/70 - 48/80, method 10: 0.0524 to 0.3339.
    found = difference_interval(48 / 80, wilson(48, 80), 56 / 70, wilson(56, 70))
    assert found == pytest.approx((0.0524, 0.3339), abs=5e-5)


def _share(top, base, period="2020", unit="percent"):
    return {"time_period": period, "obs_value": 100 * top / base, "numerator": top, "denominator": base,
            "unit_measure": unit, "flow": "rate"}  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [_share(41, 100), _share(4.5, 41), _share(50, 41), _share(17, 41, unit="EUR")],
    ids=["base large enough", "no count", "more than the base", "no percentage"],
)
def test_what_is_no_proportion_on_a_small_base_has_no_interval(row):
    assert interval_of(row, 100) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "41.46% (17 of 41; 28–57%)"),
        ("fr", "41,46 % (17 sur 41 ; 28–57 %)"),
        ("nl", "41,46% (17 van 41; 28–57%)"),
    ],
)
def test_a_small_base_is_told_with_its_interval(language, words):
    (row,) = rows(_share(17, 41)).to_dict("records")
    told = full_words(row, indicator("x"), translator(language))
    assert told.replace("\xa0", " ").replace("\u202f", " ") == words
    assert point_of(row, indicator("x"), translator(language)).low == pytest.approx(27.76, abs=0.01)


def test_a_change_that_could_be_chance_is_no_change():
    (found,) = _series(_share(17, 41, "2019"), _share(20, 41))
    assert change(found).reason == "within-interval"
    (found,) = _series(_share(2, 41, "2019"), _share(30, 41))
    assert change(found).reason == ""


def _series(*entries):
    from kpi.compose import group

    return group(indicator("x"), rows(*entries, source="published"), {})[0]


def test_bounds_stay_bounds():
    assert difference(MORE, Limits(200, 200)) == (50, math.inf, True, False)
    assert difference(MORE, Limits(200, 200)).qualifier == "gt"
    assert not difference(MORE, MORE).known
    assert limits({"obs_value": math.nan, "value_low": 13.0, "value_high": 14.0, "qualifier": "range"}) == (
        13,
        14,
        0,
        0,
    )


def test_a_change_of_printed_figures_keeps_their_digits():
    found = change(series(("2019", 200_000.0), ("2020", 437_000.0)))
    assert found.relative == pytest.approx(1.185)
    assert rounded(found.relative, found.digits) == 1.2
    assert digits_of(9_500_000, 9_400_000) == 2


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"source": "eurostat"}, "definition"),
        ({"flow": "stock"}, "stock-flow"),
        ({"flow": "cumulative"}, "cumulative"),
        ({"measure": "planned"}, "promised"),
        ({"sample": True}, "sample"),
        ({"time_period": "2019-01", "freq": "M"}, "window"),
        ({"unit_measure": "EUR"}, "unit"),
        ({"ref_area": "BE"}, "area"),
    ],
)
def test_what_does_not_compare_is_refused_in_one_series(other, reason):
    two = rows({"time_period": "2019", "obs_value": 9.5e6}, {"time_period": "2019", "obs_value": 7.03e6, **other})
    assert reasons(*two.to_dict("records")) == (reason,)
    with pytest.raises(UsageError, match="do not share a series"):
        one_series(two)


def test_an_estimate_is_a_result():
    two = rows({"time_period": "2019", "obs_value": 1}, {"time_period": "2020", "obs_value": 2, "measure": "estimate"})
    one_series(two)


@pytest.mark.parametrize(("vintage", "young"), [("2022-03-01", True), ("2023-01-31", False), ("", False)])
def test_a_value_delivered_early_is_immature(vintage, young):
    found = mark_immature(rows({"time_period": "2021", "obs_value": 1, "vintage": vintage}), 12)
    assert (found["flags"].iloc[0] == "immature") is young
    if young:
        (row,) = found.to_dict("records")
        assert point_of(row, indicator("x"), translator("en")).hollow


@given(st.lists(st.floats(-100, 100), min_size=5, max_size=9, unique=True))
def test_the_trend_test_agrees_with_scipy(values):
    stats = pytest.importorskip("scipy.stats")
    expected = stats.kendalltau(range(len(values)), values, method="exact")
    found = mann_kendall(values)
    assert (found.tau, found.p_value) == pytest.approx((expected.statistic, expected.pvalue))


def test_every_method_has_its_section_in_every_language():
    from typing import get_args

    from kpi.briefing import Method
    from kpi.reporting.methods_page import anchors, methods_body

    for language in LANGUAGES:
        assert list(anchors(language)) == list(anchors("en"))
        assert {*get_args(Method), "verdicts"} <= set(anchors(language))
        body = methods_body(language)
        assert all(f'<h2 id="{anchor}">' in body for anchor in anchors(language))
        assert "<table>" in body
