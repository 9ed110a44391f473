"""Totals, shares and ratios are sums first, and nothing is added that does not add."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kpi.catalogue import Catalogue, Derivation, Indicator, Text
from kpi.derive import derive, marginals
from kpi.errors import CatalogueError
from kpi.observations import dimensions_of
from kpi.timeseries import coarser
from kpi.units import check_units
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


def test_a_year_is_whole_by_its_own_months_not_by_those_of_other_areas_and_measures():
    delivered = rows(*months(2023, ref_area="BE21"), *months(2023, 11), *months(2023, 5, measure="forecast"))
    computed = derive(delivered, register(indicator("x")))
    by_year = only(computed[computed["freq"] != "M"], measure="actual").set_index("ref_area")
    assert by_year["time_period"].to_dict() == {"BE21": "2023", "BE10": "2023-01-01/2023-11-30"}
    assert by_year["flags"].str.contains("partial-year").to_dict() == {"BE21": False, "BE10": True}
    forecast = only(computed[computed["freq"] != "M"], measure="forecast")
    assert forecast["time_period"].to_list() == ["2023-01-01/2023-05-31"]


def test_a_cell_that_a_register_leaves_out_is_zero_and_its_year_whole():
    computed = derive(rows(*months(2023, market="FR"), *months(2023, 3, market="NL")), register(indicator("x")))
    assert only(computed, freq="A").set_index("market")["obs_value"].to_dict() == {"_T": 84, "FR": 78, "NL": 6}


def test_a_whole_year_counts_rather_than_some_of_its_months():
    delivered = rows(
        *months(2023, 2),
        *({"time_period": f"2023-Q{q}", "freq": "Q", "obs_value": 1.0} for q in (1, 2)),
        {"time_period": "2023", "obs_value": 1000.0},
        *months(2024),
        {"time_period": "2024", "obs_value": 80.0},
    )
    found = marginals(delivered)
    assert found[found["freq"].isin(["A", "I"])].set_index("time_period")["obs_value"].to_dict() == {
        "2023": 1000,
        "2024": 78,
    }


def test_a_year_of_one_area_or_source_takes_nothing_from_another():
    year = {"time_period": "2023", "obs_value": 1000.0}
    delivered = rows(*months(2023, ref_area="BE21"), year, {**year, "ref_area": "BE21", "source": "other"})
    by_year = only(marginals(delivered), freq="A").set_index(["ref_area", "source"])
    assert by_year["obs_value"].to_dict() == {("BE21", "s"): 78, ("BE10", "s"): 1000, ("BE21", "other"): 1000}


def test_of_two_parts_of_a_year_the_finest_counts():
    delivered = rows(*months(2023, 3), {"time_period": "2023-Q1", "freq": "Q", "obs_value": 6.0})
    assert only(marginals(delivered), freq="I")["obs_value"].to_list() == [6]


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


@settings(max_examples=10)
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


def test_a_share_is_as_unsettled_as_its_whole():
    whole = {"obs_value": 100.0, "obs_status": "P", "flags": "immature", "vintage": "2021"}
    parts = [{"obs_value": value, "market": market} for market, value in (("FR", 40.0), ("DE", 60.0))]
    printed = rows(*parts, whole, time_period="2019", source="published", vintage="2020")
    share = indicator("share", unit="percent", derive={"kind": "share", "of": "x", "by": "market", "scale": 100})
    shares = only(derive(printed, register(indicator("x"), share)), indicator="share")
    assert shares["obs_value"].to_list() == [40.0, 60.0]
    assert set(shares["obs_status"]) == {"P"}
    assert set(shares["vintage"]) == {"2021"}
    assert all("immature" in flags.split() for flags in shares["flags"])


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


@pytest.mark.parametrize(
    ("unit", "inputs", "derive", "words"),
    [
        (
            "EUR",
            {"a": "nights", "b": "EUR"},
            {"kind": "sum", "terms": [{"indicator": "a"}, {"indicator": "b"}]},
            "EUR, nights",
        ),
        ("percent", {"a": "nights", "b": "EUR"}, {"kind": "step-rate", "steps": ["a", "b"]}, "one kind of thing"),
        ("percent", {"a": "count", "b": "count"}, {"kind": "ratio", "numerator": "a", "denominator": "b"}, "scale 100"),
        ("count", {"a": "count", "b": "count"}, {"kind": "ratio", "numerator": "a", "denominator": "b"}, "found count"),
        (
            "nights",
            {"a": "EUR", "b": "nights"},
            {"kind": "ratio", "numerator": "a", "denominator": "b"},
            "found nights",
        ),
        ("ratio", {"a": "EUR", "b": "nights"}, {"kind": "leverage", "numerator": "a", "denominator": "b"}, "itself"),
        ("count", {"a": "count"}, {"kind": "index", "of": "a", "base_year": 2019}, "has the unit index"),
        ("nights", {"a": "days"}, {"kind": "duration", "of": "a", "quantile": 0.5}, "days, nights"),
    ],
)
def test_units_that_do_not_fit_are_an_error_that_names_entry_and_field(unit, inputs, derive, words):
    made = indicator("made", unit=unit, aggregation="none", derive=derive)
    catalogue = register(*(indicator(name, unit=of) for name, of in inputs.items()), made)
    with pytest.raises(CatalogueError, match=rf"entry 'made', field derive: .*{words}"):
        check_units(catalogue)


@pytest.mark.parametrize(
    ("derive", "words"),
    [
        ({"kind": "index", "of": "a"}, "an index needs base_year"),
        ({"kind": "cohort", "entered": "a", "converted": "b"}, "a cohort needs open"),
        ({"kind": "ratio", "numerator": "a", "denominator": "b", "by": "market"}, "a ratio has no by"),
        ({"kind": "step-rate", "steps": ["a", "a"]}, "each once"),
    ],
)
def test_a_derivation_needs_its_fields_and_takes_no_others(derive, words):
    with pytest.raises(ValidationError, match=words):
        Derivation(**derive)


cells = st.lists(
    st.tuples(st.sampled_from(["FR", "NL"]), st.integers(1, 12), st.integers(0, 999), st.integers(1, 999)),
    min_size=1,
    max_size=8,
    unique_by=lambda cell: cell[:2],
)


def of_cells(found) -> pd.DataFrame:
    return rows(
        *(
            {"indicator": name, "time_period": f"2020-{month:02d}", "obs_value": float(value), "market": market}
            for market, month, top, base in found
            for name, value in (("top", top), ("base", base))
        ),
        freq="M",
    )


RATE = indicator(
    "rate", unit="ratio", aggregation="none", derive={"kind": "ratio", "numerator": "top", "denominator": "base"}
)
SCORE = indicator("top", unit="score", aggregation="mean", derive={"kind": "mean", "base": "base"})


def told(computed: pd.DataFrame) -> dict:
    columns = [*dimensions_of(computed), "indicator", "freq", "time_period", "source"]
    return dict(zip(computed[columns].itertuples(index=False, name=None), computed["obs_value"], strict=True))


@settings(max_examples=8)
@given(cells, st.randoms(use_true_random=False))
def test_a_ratio_of_sums_does_not_depend_on_order_or_on_how_rows_are_split(found, chance):
    delivered = of_cells(found)
    whole = told(derive(delivered, register(indicator("top"), indicator("base"), RATE)))
    halves = delivered.assign(obs_value=delivered["obs_value"] / 2)
    order = list(range(2 * len(delivered)))
    chance.shuffle(order)
    split = pd.concat([halves, halves], ignore_index=True).iloc[order]
    assert told(derive(split, register(indicator("top"), indicator("base"), RATE))) == pytest.approx(whole)


@settings(max_examples=8)
@given(cells)
def test_a_weighted_mean_is_the_mean_of_the_expanded_rows(found):
    delivered = of_cells([(market, month, top, base % 5 + 1) for market, month, top, base in found])
    computed = derive(delivered, register(SCORE, indicator("base")))
    expanded = [top for _, _, top, base in found for _ in range(base % 5 + 1)]
    total = only(only(computed, indicator="top"), market="_T")
    years = total[total["freq"].isin(["A", "I"])]
    assert years["obs_value"].to_list() == pytest.approx([sum(expanded) / len(expanded)])


@settings(max_examples=8)
@given(st.lists(st.integers(0, 10**6), min_size=12, max_size=12))
def test_months_to_quarters_to_a_year_is_months_to_a_year(values):
    monthly = rows(
        *({"time_period": f"2020-{m:02d}", "obs_value": float(v)} for m, v in enumerate(values, 1)),
        freq="M",
        flow="flow",
    )
    by_quarter = coarser(coarser(monthly, "Q"), "A")
    direct = coarser(monthly, "A")
    assert by_quarter["obs_value"].to_list() == direct["obs_value"].to_list() == [float(sum(values))]
    assert only(marginals(monthly), freq="A")["obs_value"].to_list() == [float(sum(values))]
    assert set(direct["unit_measure"]) == {"count"}


@settings(max_examples=8)
@given(cells)
def test_units_survive_and_every_computed_row_says_so(found):
    computed = derive(of_cells(found), register(indicator("top"), indicator("base"), RATE))
    assert dict(zip(computed["indicator"], computed["unit_measure"], strict=True)) == {
        "top": "count",
        "base": "count",
        "rate": "ratio",
    }
    assert computed["flags"].str.contains("computed").all()
