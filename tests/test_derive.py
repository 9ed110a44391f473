"""Totals, shares and ratios are sums first, and nothing is added that does not add."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.catalogue import Catalogue, Derivation, Indicator, Text
from kpi.derive import derive, marginals
from kpi.errors import CatalogueError
from tests.conftest import rows

WORDS = Text(fr="x", nl="x", en="x")


def indicator(name: str, *, unit: str = "count", aggregation: str = "sum", derive: dict | None = None) -> Indicator:
    return Indicator(
        id=name,
        label=WORDS,
        family="other",
        unit=unit,
        direction="higher",
        aggregation=aggregation,
        frequency="yearly",
        derive=Derivation(**derive) if derive else None,
    )


def register(*indicators: Indicator) -> Catalogue:
    return Catalogue(documents=(), organisations=(), objectives=(), indicators=indicators, code_lists=(), sources=())


def months(year: int, count: int = 12, **extra) -> list[dict]:
    return [
        {"time_period": f"{year}-{m:02d}", "freq": "M", "obs_value": float(m), **extra} for m in range(1, count + 1)
    ]


def only(frame: pd.DataFrame, **where) -> pd.DataFrame:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame


def test_a_whole_year_of_months_becomes_a_year():
    computed = derive(rows(*months(2019)), register(indicator("x")))
    assert only(computed, freq="A")["obs_value"].to_list() == [78.0]
    assert only(computed, freq="A")["time_period"].to_list() == ["2019"]


def test_a_part_of_a_year_is_an_interval_and_says_so():
    computed = derive(rows(*months(2021, 9)), register(indicator("x")))
    assert only(computed, freq="A").empty
    part = only(computed, freq="I").iloc[0]
    assert part["time_period"] == "2021-01-01/2021-09-30"
    assert part["flags"].split() == ["partial-year", "computed"]


def test_totals_and_their_parts_never_add_together():
    delivered = rows(
        {"time_period": "2019", "obs_value": 30.0},
        {"time_period": "2019", "obs_value": 10.0, "market": "FR"},
        {"time_period": "2019", "obs_value": 20.0, "market": "NL"},
    )
    total = only(marginals(delivered), market="_T")
    assert total["obs_value"].to_list() == [30.0]


def test_published_figures_are_never_added_up():
    printed = rows({"time_period": "2019", "obs_value": 30.0, "market": "FR"}, source="published")
    assert derive(printed, register(indicator("x"))).empty


def test_a_ratio_is_a_ratio_of_sums_not_a_mean_of_ratios():
    delivered = rows(
        {"indicator": "value", "time_period": "2019", "obs_value": 100.0, "market": "FR"},
        {"indicator": "value", "time_period": "2019", "obs_value": 900.0, "market": "NL"},
        {"indicator": "cost", "time_period": "2019", "obs_value": 10.0, "market": "FR"},
        {"indicator": "cost", "time_period": "2019", "obs_value": 990.0, "market": "NL"},
    )
    ratio = indicator(
        "roi",
        unit="ratio",
        aggregation="ratio-of-sums",
        derive={"kind": "ratio", "numerator": "value", "denominator": "cost"},
    )
    computed = derive(delivered, register(indicator("value"), indicator("cost"), ratio))
    total = only(computed, indicator="roi", market="_T").iloc[0]
    assert (total["obs_value"], total["numerator"], total["denominator"]) == (1.0, 1000.0, 1000.0)
    assert only(computed, indicator="roi", market="FR")["obs_value"].to_list() == [10.0]


def test_a_ratio_over_zero_is_not_given():
    delivered = rows(
        {"indicator": "value", "time_period": "2019", "obs_value": 100.0},
        {"indicator": "cost", "time_period": "2019", "obs_value": 0.0},
    )
    ratio = indicator("roi", unit="ratio", derive={"kind": "ratio", "numerator": "value", "denominator": "cost"})
    computed = derive(delivered, register(indicator("value"), indicator("cost"), ratio))
    assert only(computed, indicator="roi").empty


def test_a_difference_of_two_units_is_an_error():
    net = indicator("net", unit="EUR", derive={"kind": "difference", "numerator": "a", "denominator": "b"})
    catalogue = register(indicator("a", unit="EUR"), indicator("b", unit="nights"), net)
    delivered = rows({"indicator": "a", "time_period": "2019", "obs_value": 1.0})
    with pytest.raises(CatalogueError, match=r"'net', field derive: a difference needs one unit, found EUR, nights"):
        derive(delivered, catalogue)


def test_a_slice_keeps_its_part_and_forgets_the_dimension():
    delivered = rows(
        {"time_period": "2019", "obs_value": 3.0, "purpose": "mice", "market": "FR"},
        {"time_period": "2019", "obs_value": 5.0, "purpose": "leisure", "market": "FR"},
    )
    part = indicator("x-mice", derive={"kind": "slice", "of": "x", "where": {"purpose": "mice"}})
    computed = derive(delivered, register(indicator("x"), part))
    assert only(computed, indicator="x-mice", market="_T", purpose="_T")["obs_value"].to_list() == [3.0]


def test_derivations_in_a_circle_are_an_error():
    catalogue = register(
        indicator("a", unit="ratio", derive={"kind": "ratio", "numerator": "b", "denominator": "b"}),
        indicator("b", unit="ratio", derive={"kind": "ratio", "numerator": "a", "denominator": "a"}),
    )
    with pytest.raises(CatalogueError, match="in a circle"):
        derive(rows({"time_period": "2019", "obs_value": 1.0}), catalogue)


def test_sample_and_real_never_meet_in_one_sum():
    delivered = rows(
        {"time_period": "2019", "obs_value": 3.0, "sample": True},
        {"time_period": "2019", "obs_value": 5.0, "sample": False},
    )
    assert sorted(marginals(delivered)["obs_value"]) == [3.0, 5.0]


@given(
    st.lists(
        st.tuples(st.sampled_from(["FR", "NL", "DE"]), st.sampled_from(["mice", "leisure"]), st.integers(0, 10**6)),
        min_size=1,
        max_size=12,
        unique_by=lambda part: part[:2],
    )
)
def test_shares_of_a_whole_close_to_one_hundred(parts):
    delivered = rows(*({"time_period": "2019", "obs_value": float(n), "market": m, "purpose": p} for m, p, n in parts))
    share = indicator(
        "share",
        unit="percent",
        aggregation="ratio-of-sums",
        derive={"kind": "share", "of": "x", "by": "market", "scale": 100},
    )
    computed = derive(delivered, register(indicator("x"), share))
    shares = only(computed, indicator="share")
    if sum(n for *_, n in parts):
        assert shares["obs_value"].sum() == pytest.approx(100)
        assert (shares["numerator"] <= shares["denominator"]).all()
    else:
        assert shares.empty
    total = computed[(computed["indicator"] == "x") & (computed["market"] == "_T") & (computed["purpose"] == "_T")]
    assert total["obs_value"].to_list() == [sum(n for *_, n in parts)]


def test_a_stock_is_not_added_over_time_and_its_year_is_its_last_day():
    delivered = rows(
        *({"time_period": f"2019-{month:02d}", "obs_value": float(month), "market": "FR"} for month in range(1, 13)),
        {"time_period": "2019-12", "obs_value": 5.0, "market": "DE"},
        {"time_period": "2020-06", "obs_value": 99.0, "market": "FR"},
        freq="M",
        flow="stock",
    )
    found = marginals(delivered, stocks={"x"})
    yearly = only(found, freq="A")
    assert yearly.set_index("market")["obs_value"].to_dict() == {"_T": 17, "FR": 12, "DE": 5}
    assert set(yearly["time_period"]) == {"2019"}
    assert only(found, freq="M", time_period="2020-06")["obs_value"].tolist() == [99]


def test_readings_of_one_value_are_never_added():
    delivered = rows(
        {"time_period": "2019", "obs_value": 10.0, "credit": "commitment", "team": "a"},
        {"time_period": "2019", "obs_value": 5.0, "credit": "commitment", "team": "b"},
        {"time_period": "2019", "obs_value": 7.0, "credit": "payment", "team": "a"},
    )
    found = marginals(delivered, readings={"credit"})
    assert set(found["credit"]) == {"commitment", "payment"}
    assert only(found, team="_T").set_index("credit")["obs_value"].to_dict() == {"commitment": 15, "payment": 7}
