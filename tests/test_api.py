"""The public functions answer the analyst's question, and refuse what cannot be answered."""

from __future__ import annotations

import json
import pkgutil
from types import SimpleNamespace

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import kpi
from kpi import comparing
from kpi.errors import UsageError
from kpi.lookup import named_indicator
from tests.conftest import rows
from tests.report_fixture import catalogue as small


@pytest.fixture(autouse=True)
def _root(request, monkeypatch):
    if "built_project" in request.fixturenames:
        monkeypatch.setenv("KPI_ROOT", str(request.getfixturevalue("built_project").root))


def test_no_public_name_is_hidden_by_a_module_of_the_package():
    """``import kpi.project`` anywhere would put the module in the place of a function of that name."""
    modules = {module.name for module in pkgutil.iter_modules(kpi.__path__)}
    assert not modules & set(kpi.__all__)
    for name in kpi.__all__:
        assert callable(getattr(kpi, name)), name
    assert len(kpi.__all__) <= 17, "a dozen or so: what a newcomer can keep in mind"


def test_the_register_is_searched_in_any_language(built_project):
    found = kpi.indicators("OVERNACHTING")
    assert "overnight-stays" in set(found["indicator"])
    assert list(found.columns) == ["indicator", "label_fr", "label_nl", "label_en", "unit", "values", "dimensions"]
    assert found["values"].is_monotonic_decreasing
    assert kpi.indicators("no such words").empty


def test_load_gives_totals_or_parts_and_keeps_real_and_sample_apart(built_project):
    totals = kpi.load("overnight-stays", freq="A").frame
    assert type(totals) is pd.DataFrame
    real = totals[~totals["sample"]]
    assert dict(zip(real["time_period"], real["obs_value"], strict=True)) == {"2010": 5e6, "2019": 9.5e6}
    parts = kpi.load("overnight-stays", by="market", freq="A", since="2019").frame
    assert "_T" not in set(parts["market"])
    made_up = totals[totals["sample"] & (totals["time_period"] == "2019")]["obs_value"].iloc[0]
    assert parts[parts["time_period"] == "2019"]["obs_value"].sum() == pytest.approx(made_up)
    assert not [c for c in parts if (parts[c] == "_T").all()], "a dimension that says nothing is left out"
    assert kpi.load("overnight-stays", sample=False).frame["sample"].sum() == 0


def test_questions_follow_one_another(built_project):
    monthly = kpi.load("overnight-stays", freq="M", since="2020-01")
    changed = monthly.change().frame.set_index("time_period")
    earlier = kpi.load("overnight-stays", freq="M").frame.set_index("time_period")["obs_value"]
    # ``since`` cuts what is shown, not what comparisons look back into.
    assert changed.loc["2020-03", "previous"] == earlier["2019-03"]
    recovery = monthly.versus("2019")
    assert recovery.frame.set_index("time_period").loc["2021-05", "index"] == pytest.approx(
        100 * earlier["2021-05"] / earlier["2019-05"]
    )
    assert "2019" in recovery.chart().html
    shares = kpi.load("overnight-stays", by="purpose", freq="A").share()
    assert shares.frame.groupby("time_period")["share"].sum().to_list() == pytest.approx([1.0] * 5)
    assert list(shares.table().columns) == ["Leisure", "Business (MICE)"]
    assert shares.table().sum(axis=1).to_list() == pytest.approx([100.0] * 5, abs=0.11)


def test_words_and_labels_come_in_the_language_asked_for(built_project):
    nights = kpi.load("Overnight STAYS", by="purpose", where={"purpose": "Loisirs"}, language="nl", freq="A")
    assert nights.indicator.id == "overnight-stays"
    assert set(nights.frame["purpose"]) == {"leisure"}
    told = dict(nights.explain().itertuples(index=False))
    assert told["Eenheid"] == "overnachtingen"
    assert any(topic.startswith("Oordeel, image-2022/os-2") for topic in told)


def test_figures_show_themselves_in_a_notebook_and_are_quiet_in_a_script(built_project, capsys):
    shares = kpi.load("overnight-stays", by="purpose").share()
    assert repr(shares) == "<Figures of overnight-stays by purpose: 10 values, 2017 to 2021, sample data>"
    shown = []
    from unittest.mock import patch

    with patch("IPython.display.display", lambda *pieces: shown.extend(pieces)):
        InteractiveShell().display_formatter.format(shares)
    assert not capsys.readouterr().out
    html = "".join(piece.html for piece in shown)
    assert "Sample data" in html or "sample" in html
    assert html.count("<figure") == 1
    assert html.count("<table>") == 1
    assert [piece for piece in shown if piece.figure]
    assert len({piece.section for piece in shown}) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"indicator": "overnight-stay"}, "did you mean 'overnight-stays'"),
        ({"indicator": "nuitées"}, "may mean .* indicators: .*overnight-stays"),
        ({"indicator": "Nuitéés"}, "may mean"),
        ({"indicator": "overnight-stays", "by": "markets"}, "did you mean 'market'"),
        ({"indicator": "overnight-stays", "where": {"purpos": "mice"}}, "did you mean 'purpose'"),
        ({"indicator": "overnight-stays", "where": {"purpose": "mise"}}, "No values with purpose 'mise': did you mean"),
        ({"indicator": "overnight-stays", "freq": "month"}, "known are A, M"),
        ({"indicator": "overnight-stays", "since": "last year"}, "since: found 'last year'; expected a period"),
        ({"indicator": "overnight-stays", "language": "de"}, "Unknown language 'de'"),
    ],
)
def test_a_wrong_name_is_a_sentence(built_project, arguments, words):
    with pytest.raises(UsageError, match=words):
        kpi.load(**arguments)


@pytest.fixture
def figures():
    """A few made-up totals, without a build."""
    from kpi.figures import Figures

    catalogue = small()
    frame = rows(
        {"time_period": "2019", "obs_value": 200.0},
        {"time_period": "2020", "obs_value": 50.0},
        {"time_period": "2021", "obs_value": 100.0},
        indicator=catalogue.indicators[0].id,
    )
    opened = SimpleNamespace(catalogue=catalogue)
    return Figures(frame, catalogue.indicators[0], opened, known=frame)


def test_a_mistaken_step_says_what_to_write_instead(figures):
    with pytest.raises(AttributeError, match=r"write \.frame\.groupby"):
        figures.groupby("market")
    with pytest.raises(AttributeError, match="no attribute 'chrat'"):
        figures.chrat()
    with pytest.raises(TypeError, match=r"write \.frame\['obs_value'\]"):
        figures["obs_value"]
    with pytest.raises(UsageError, match="the years known are 2019 to 2021"):
        figures.versus(1999)
    with pytest.raises(UsageError, match="A base year was expected"):
        figures.versus("2019-01")
    with pytest.raises(UsageError, match="shares of nothing"):
        figures.share()


def test_verbs_leave_what_they_were_called_on_as_it_was(figures):
    before = figures.frame.copy()
    assert figures.versus(2019).table()["value"].to_list() == [100.0, 25.0, 50.0]
    assert figures.change().table()["value"].to_list() == [-75.0, 100.0]
    pd.testing.assert_frame_equal(figures.frame, before)


def test_an_unknown_part_makes_no_share():
    """A part that is held back (confidential) must not be computed from the shares of the others."""
    frame = rows(
        {"time_period": "2019", "obs_value": 1.0, "market": "FR"},
        {"time_period": "2019", "obs_value": float("nan"), "market": "DE"},
        {"time_period": "2020", "obs_value": 1.0, "market": "FR"},
        {"time_period": "2020", "obs_value": 3.0, "market": "DE"},
    )
    shares = kpi.share(frame)["share"]
    assert shares.isna().to_list() == [True, True, False, False]
    assert shares.to_list()[2:] == [0.25, 0.75]
    # Where the whole is published, the share of a part that is published too can be told.
    whole = frame.iloc[:1].assign(market="_T", obs_value=4.0)
    known = comparing.share(frame, whole)["share"]
    assert known.to_list()[0] == 0.25
    assert known.isna().to_list() == [False, True, False, False]


def test_an_indicator_is_found_by_a_whole_label_before_a_part_of_one():
    catalogue = small()
    first = catalogue.indicators[0]
    for language in ("fr", "nl", "en"):
        assert named_indicator(catalogue, first.label[language].upper()).id == first.id


@pytest.mark.parametrize("name", [None, 7, ["overnight-stays"]])
def test_what_is_no_name_is_refused_in_a_sentence(name):
    with pytest.raises(UsageError, match="An indicator is named by its id or its label"):
        named_indicator(small(), name)


def test_figures_that_may_be_compared_are(built_project):
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
def test_comparisons_that_mislead_are_refused(built_project, left, right, why):
    with pytest.raises(UsageError, match=why):
        kpi.compare(left, right)


@pytest.mark.parametrize("day", ["01/02/2024", "2024-99-99", "2024-06", "2024", "../2024-06-30", "1 juin 2024"])
def test_a_day_that_is_no_date_chooses_no_values(day):
    for asked in (kpi.load, kpi.page):
        with pytest.raises(UsageError, match=f"Parameter 'as_of': found '{day}'; expected a date such as 2021-12-31"):
            asked("overnight-stays", as_of=day)


def test_words_of_ones_own_are_text_in_the_language_asked_for():
    words = kpi.prose("en", fr="a", nl="b", en="## Why\n\n<script>alert(1)</script>")
    assert words.html.startswith("<h2>Why</h2>")
    assert "<script>" not in words.html
    with pytest.raises(UsageError, match="no words for 'nl'"):
        kpi.prose("fr", fr="a", nl=" ", en="c")
    with pytest.raises(UsageError, match="Unknown language 'frr': did you mean 'fr'"):
        kpi.prose("frr", fr="a", nl="b", en="c")


def test_a_picture_of_ones_own_needs_the_sentence_it_says():
    import plotly.express as px

    picture = px.line(x=[1, 2], y=[3, 4])
    shown = kpi.captioned(picture, "It <grows> & grows")
    assert "It &lt;grows&gt; &amp; grows</figcaption>" in shown.html
    assert shown.html == kpi.captioned(px.line(x=[1, 2], y=[3, 4]), "It <grows> & grows").html
    with pytest.raises(UsageError, match="the caption is empty"):
        kpi.captioned(picture, " ")
    with pytest.raises(UsageError, match="found a list"):
        kpi.captioned([1], "x")
    assert 'class="table numbers"' in kpi.captioned(pd.DataFrame({"a": ["x"], "n": [1]}), "T").html


def test_a_number_is_explained_down_to_its_rows(built_project):
    found = kpi.explain("overnight-stays", period="2019")
    assert {row["source"] for row in found.rows} >= {"published", "overnight-stays"}
    assert sum(part["obs_value"] for part in found.parts) == 9.5e6
    assert any("another source" in text or "two sources" in text for text in found.apart)
    assert found.verdicts[0]["reason"] == "too-few-points"
    assert "image-2022 L" in " ".join(found.sources)
    json.dumps(found.as_dict())


def test_a_ratio_is_explained_with_its_numbers(built_project):
    found = kpi.explain("call-selection-rate")
    (row,) = found.rows
    assert found.steps == [f"{row['numerator']:.15g} / {row['denominator']:.15g} × 100 = {row['obs_value']:.15g}"]


def test_what_cannot_be_explained_says_what_can(built_project):
    with pytest.raises(UsageError, match="did you mean"):
        kpi.explain("overnight-stays", period="2091")
    with pytest.raises(UsageError, match="market"):
        kpi.explain("overnight-stays", where={"markte": "FR"})
