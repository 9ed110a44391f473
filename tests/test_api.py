"""The public functions answer the analyst's question, and refuse what cannot be answered."""

from __future__ import annotations

import json

import pytest

import kpi
from kpi.errors import UsageError


@pytest.fixture(autouse=True)
def _root(built_project, monkeypatch):
    monkeypatch.setenv("KPI_ROOT", str(built_project.root))


def test_the_register_is_searched_in_any_language():
    found = kpi.indicators("overnachting")
    assert "overnight-stays" in set(found["indicator"])
    assert list(found.columns) == ["indicator", "label_fr", "label_nl", "label_en", "unit", "values"]


def test_load_gives_totals_or_parts_and_keeps_real_and_sample_apart():
    totals = kpi.load("overnight-stays", freq="A")
    real = totals[~totals["sample"]]
    assert dict(zip(real["time_period"], real["obs_value"], strict=True)) == {"2010": 5e6, "2019": 9.5e6}
    parts = kpi.load("overnight-stays", by="market", freq="A", since="2019")
    assert "_T" not in set(parts["market"])
    made_up = totals[totals["sample"] & (totals["time_period"] == "2019")]["obs_value"].iloc[0]
    assert parts[parts["time_period"] == "2019"]["obs_value"].sum() == pytest.approx(made_up)


def test_change_versus_and_share():
    monthly = kpi.load("overnight-stays", freq="M")
    changed = kpi.change(monthly).set_index("time_period")
    assert changed.loc["2019-03", "previous"] == changed.loc["2018-03", "obs_value"]
    indexed = kpi.versus(monthly).set_index("time_period")
    assert indexed.loc["2019-05", "index"] == pytest.approx(100)
    shared = kpi.share(kpi.load("overnight-stays", by="purpose", freq="A"))
    assert shared.groupby("time_period")["share"].sum().to_list() == pytest.approx(
        [1.0] * shared["time_period"].nunique()
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"indicator": "overnight-stay"}, "did you mean 'overnight-stays'"),
        ({"indicator": "overnight-stays", "by": "markets"}, "did you mean 'market'"),
        ({"indicator": "overnight-stays", "where": {"purpos": "mice"}}, "did you mean 'purpose'"),
    ],
)
def test_a_wrong_name_is_a_sentence(arguments, words):
    with pytest.raises(UsageError, match=words):
        kpi.load(**arguments)


def test_figures_that_may_be_compared_are():
    pair = kpi.compare("IM120", "IM119")
    assert pair["ratio"].iloc[0] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        ("IM107", "IM106", "not comparable: "),
        ("IM106", "IM107", "not comparable: "),
        ("IM119", "IM122", "not comparable: two"),
        ("IM119", "IM999", "Unknown figure 'IM999'"),
    ],
)
def test_comparisons_that_mislead_are_refused(left, right, why):
    with pytest.raises(UsageError, match=why):
        kpi.compare(left, right)


def test_a_number_is_explained_down_to_its_rows():
    found = kpi.explain("overnight-stays", period="2019")
    assert {row["source"] for row in found.rows} >= {"published", "overnight-stays"}
    assert sum(part["obs_value"] for part in found.parts) == 9.5e6
    assert any("another source" in text or "two sources" in text for text in found.apart)
    assert found.verdicts[0]["reason"] == "too-few-points"
    assert "image-2022 L" in " ".join(found.sources)
    json.dumps(found.as_dict())


def test_a_ratio_is_explained_with_its_numbers():
    found = kpi.explain("call-selection-rate")
    (row,) = found.rows
    assert found.steps == [f"{row['numerator']:.15g} / {row['denominator']:.15g} × 100 = {row['obs_value']:.15g}"]


def test_what_cannot_be_explained_says_what_can():
    with pytest.raises(UsageError, match="did you mean"):
        kpi.explain("overnight-stays", period="2091")
    with pytest.raises(UsageError, match="market"):
        kpi.explain("overnight-stays", where={"markte": "FR"})
