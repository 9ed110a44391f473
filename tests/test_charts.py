"""The picture follows the shape of the data, and says in words what it shows."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from kpi.briefing import Change
from kpi.catalogue import Band, Derivation, TrafficLight
from kpi.charts import Chart, bars, chart_for, findings, funnel_chart, panels, rolling_chart
from kpi.charts.plots import HUES, lean, round_steps, wrapped
from kpi.charts.points import points_of
from kpi.i18n import translator
from kpi.observations import tidy
from kpi.reporting import overview
from tests.report_fixture import HOSTILE, catalogue, page, report


def point(period, value):
    (made,) = points_of([{"time_period": period, "obs_value": value}], kpi("markets").indicator, translator("en"))
    return made


def kpi(name):
    return next(r for r in (*report().reports, *report().without_data) if r.indicator.id == name)


def draw(subject, targets=None, language="en") -> Chart | None:
    none = tidy(pd.DataFrame({"indicator": []}))
    return chart_for(
        subject, targets=none if targets is None else targets, catalogue=catalogue(), translator=translator(language)
    )


def headline(name, language="en") -> Chart:
    found = draw(kpi(name).headline, kpi(name).targets, language)
    assert found is not None
    return found


def test_one_value_is_no_picture():
    assert draw(kpi("partners").headline) is None
    assert draw(kpi("spending").headline) is None


def test_years_stand_at_true_distances_with_target_and_covid():
    layout = headline("nights").figure["layout"]
    line, marks = headline("nights").figure["data"][:2]
    assert line["x"] == [2010, 2018, 2019, 2020, 2021, 2022]
    assert layout["xaxis"]["type"] == "linear"
    assert layout["yaxis"]["range"][0] == 0
    shapes = {shape["type"]: shape for shape in layout["shapes"]}
    assert (shapes["rect"]["x0"], shapes["rect"]["x1"]) == (2019.5, 2021.5)
    assert shapes["line"]["y0"] == 1e7
    assert any("10,000,000 (2024)" in note["text"] for note in layout["annotations"])
    assert marks["marker"]["symbol"][-1] == "circle-open", "a provisional value is hollow"


def test_the_finding_states_first_last_and_extremes():
    finding = headline("nights").finding
    assert finding.startswith("7,000,000 in 2022, against 5,000,000 in 2010 (+40%).")
    assert "Highest: 9,500,000 in 2019; lowest: 2,600,000 in 2020." in finding


def test_few_values_against_a_yearly_target_are_bullet_bars():
    chart = headline("tickets")
    assert chart.figure["data"][0]["type"] == "bar"
    assert chart.figure["layout"]["shapes"][0]["x0"] == 45000
    assert chart.finding.endswith("18,000 in 2020 for a yearly target of 45,000, or 40% of it.")


def test_few_values_without_target_are_labelled_points():
    chart = draw(kpi("tickets").headline)
    marks = chart.figure["data"][1]
    assert marks["text"] == ["45,000", "18,000"]
    assert not chart.figure["layout"]["yaxis"]["showticklabels"]


def test_printed_shares_close_with_what_is_not_stated():
    part = kpi("aid-shares").breakdowns[0]
    chart = draw(part)
    assert chart.figure["layout"]["barmode"] == "stack"
    rest = chart.figure["data"][-1]
    assert rest["name"] == "not stated"
    assert rest["marker"]["pattern"]["shape"] == "/"
    assert sum(trace["x"][0] for trace in chart.figure["data"]) == pytest.approx(1)
    largest, rest = chart.finding.split(". ", 1)
    assert largest == "\u2018Fairs\u2019 is the largest part on 30 June 2019: 45.8%"
    assert rest == "The parts given add to 92.58%; 7.42% is not stated."
    assert [sign for sign, _, _ in chart.key] == ["1", "2", "3", "4", "?"]


def test_what_was_typed_cannot_become_markup_in_a_picture():
    chart = draw(kpi("aid-shares").breakdowns[0])
    assert HOSTILE not in json.dumps(chart.figure)


def test_delivered_parts_are_bars_of_a_hundred_percent_a_period():
    chart = draw(kpi("markets").breakdowns[0])
    assert chart.figure["data"][0]["y"] == ["2019", "2020", "2021"]
    assert [name for _, name, _ in chart.key] == ["France", "Germany", "Netherlands"]


def test_no_part_is_called_the_largest_where_more_is_withheld():
    part = kpi("markets").breakdowns[0]
    chart = draw(replace(part, rest={"2021": 3000.0}))
    assert chart.finding == "The parts shown add to 25% in 2021; 75% is not shown, because too few stand behind it."
    assert chart.figure["data"][-1]["x"][-1] == pytest.approx(0.75, abs=0.001)


def test_years_whose_whole_is_not_known_have_no_shares():
    part = kpi("markets").breakdowns[0]
    chart = draw(replace(part, unknown=frozenset({"2020", "2021"})))
    assert chart.figure["data"][0]["y"] == ["2019"]
    assert chart.finding == (
        "\u2018France\u2019 is the largest part in 2019: 60%. "
        "2020 and 2021: no shares, because not all parts are shown."
    )
    chart = draw(replace(part, unknown=frozenset({"2019", "2020", "2021"})))
    assert "barmode" not in chart.figure["layout"]
    assert "%" not in chart.finding.split("shown.")[0]
    assert "largest" not in chart.finding
    assert "highest" not in chart.finding


def test_a_year_in_which_nothing_was_counted_has_no_shares():
    part = kpi("markets").breakdowns[0]
    empty = part.rows["time_period"] == "2021"
    chart = draw(replace(part, rows=part.rows.assign(obs_value=part.rows["obs_value"].where(~empty, 0.0))))
    assert chart.figure["data"][0]["y"] == ["2019", "2020"]
    assert draw(replace(part, rows=part.rows.assign(obs_value=0.0))) is None


def test_more_parts_than_hues_are_bars_of_their_own():
    part = kpi("markets").breakdowns[0]
    many = pd.concat([part.rows.iloc[:1].assign(market=f"M{i}", obs_value=float(i + 1)) for i in range(12)])
    chart = draw(type(part)(part.indicator, "market", part.source, part.sample, many, part.closes))
    assert len(chart.figure["data"]) == 1
    assert chart.figure["data"][0]["x"] == sorted(chart.figure["data"][0]["x"], reverse=True)
    assert chart.figure["layout"]["xaxis"]["range"][0] == 0


def test_many_parts_over_years_are_small_multiples_on_the_same_axes():
    part = kpi("markets").breakdowns[0]
    rows = pd.concat([
        part.rows.iloc[:1].assign(market=f"M{i:02}", time_period=str(2019 + n), obs_value=100.0 * i + n * (i == 3))
        for i in range(1, 12) for n in range(3)
    ])  # fmt: skip
    target = rows.iloc[:1].assign(market="M10", measure="target", obs_value=1200.0, time_period="2025")
    chart = draw(type(part)(part.indicator, "market", part.source, part.sample, rows, closes=False), target)
    data, layout = chart.figure["data"], chart.figure["layout"]
    assert layout["meta"] == {"panels": 9}
    assert "the 9 largest of 11 parts" in layout["title"]["text"]
    assert [trace["y"][-1] for trace in data] == [1100, 1000, 900, 800, 700, 600, 500, 400, 302]
    assert all(layout[f"yaxis{n}"]["range"] == layout["yaxis"]["range"] for n in range(2, 10))
    assert layout["yaxis"]["range"][0] == 0
    goals = [shape for shape in layout["shapes"] if shape["type"] == "line"]
    assert [(goal["yref"], goal["y0"]) for goal in goals] == [("y2", 1200.0)]
    assert chart.finding.endswith("Strongest change from 2019 to 2021: \u2018M03\u2019 (+0.7%).")
    spec = lean(chart.figure)
    assert spec["layout"]["xaxis9"] == {}, "report.js places the panels"
    assert spec["layout"]["meta"] == {"panels": 9, "sample": True}
    assert len(json.dumps(spec)) < 0.5 * len(json.dumps(chart.figure))


def test_a_part_without_a_value_in_the_last_year_did_not_change_most():
    def course(*values):
        return [point(str(2018 + n), value) for n, value in enumerate(values)]

    courses = {"Germany": course(3.0, 4.0, 0.0), "France": course(10.0, 12.0, 9.0, 11.0)}
    told = findings.moved_finding(courses, "count", translator("en"))
    assert told == "Strongest change from 2018 to 2021: \u2018France\u2019 (+10%)."


RATIO = Derivation(kind="ratio", numerator="won", denominator="inspected", scale=100)
COHORT = Derivation(kind="cohort", entered="inspected", converted="won", open="undecided", scale=100, window=36)
STEPS = Derivation(kind="overall-rate", steps=("asked", "inspected", "won"), scale=100)


def rate(made=17.0, entered=41.0, derive=RATIO):
    """A KPI whose rate stands beside it with what it is a rate of."""
    base = kpi("tickets").headline

    def report_of(name, value, unit="count", **more):
        indicator = base.indicator.model_copy(update={"id": name, "unit": unit, **more})
        rows = base.rows.iloc[-1:].assign(indicator=name, obs_value=value, unit_measure=unit)
        headline = replace(base, indicator=indicator, rows=rows)
        return replace(kpi("tickets"), indicator=indicator, headline=headline, series=(headline,), beside=())

    counts = (report_of("inspected", entered), report_of("undecided", 9.0), report_of("asked", 100.0))
    return replace(report_of("won", made), beside=(report_of("rate", 41.0, "percent", derive=derive), *counts))


def test_a_rate_with_its_counts_is_a_funnel():
    chart = funnel_chart(rate(), translator=translator("en"))
    steps = chart.figure["data"][0]
    assert steps["x"] == [41.0, 17.0]
    assert steps["text"] == ["41", "17 · 41%"]
    assert chart.figure["layout"]["xaxis"]["range"][0] == 0
    assert "17, that is 41%." in chart.finding
    assert [value for _, value in chart.cells] == ["41", "17 · 41%"]


def test_a_cohort_shows_what_is_still_open_and_steps_show_each_rate():
    cohort = funnel_chart(rate(derive=COHORT), translator=translator("en"))
    assert [trace["x"] for trace in cohort.figure["data"]] == [[41.0, 17.0], [9.0]]
    assert cohort.finding.endswith("9 still open (22%).")
    assert cohort.cells[-1][1] == "9"
    steps = funnel_chart(rate(derive=STEPS), translator=translator("en"))
    assert steps.figure["data"][0]["text"] == ["100", "41 \u00b7 41%", "17 \u00b7 17% \u00b7 41% of the step before"]


def test_what_is_no_funnel_is_not_drawn_as_one():
    assert funnel_chart(rate(made=50.0), translator=translator("en")) is None, "more came out than went in"
    assert funnel_chart(kpi("nights"), translator=translator("en")) is None


def test_what_is_still_open_follows_the_last_step():
    figure = bars.funnel_figure(
        ["In", "Out"], [40, 10], ["40", "10"], 20, translator("en"), chart_id="c", subtitle="", sample=False
    )
    still = figure["data"][1]
    assert (still["x"], still["text"]) == ([20], ["20 still open"])
    assert still["marker"]["pattern"]["shape"] == "/"


def test_declared_thresholds_are_bands_with_a_name():
    light = TrafficLight(green=Band(low=8e6), orange=Band(low=5e6, high=8e6), red=Band(high=5e6))
    one, none = kpi("nights"), tidy(pd.DataFrame({"indicator": []}))
    chart = chart_for(one.headline, targets=none, catalogue=catalogue(), translator=translator("en"), light=light)
    found = {(s["y0"], s["y1"]) for s in chart.figure["layout"]["shapes"] if s.get("xref") == "paper"}
    top = chart.figure["layout"]["yaxis"]["range"][1]
    assert found == {(8e6, top), (5e6, 8e6), (0, 5e6)}
    named = [note["text"] for note in chart.figure["layout"]["annotations"]]
    assert {translator("en").t(f"light.{colour}") for colour in ("green", "orange", "red")} <= set(named)


def monthly():
    return next(s for s in kpi("markets").series if s.freq == "M")


def test_months_stand_over_the_same_months_of_other_years():
    chart = draw(monthly(), language="fr")
    names = [trace["name"] for trace in chart.figure["data"]]
    assert names == ["un an plus tôt", "2019", "12 derniers mois"]
    assert chart.figure["data"][0]["text"][:2] == ["janvier", "février"]
    assert len({(t["line"]["dash"], t["marker"]["symbol"]) for t in chart.figure["data"][:2]}) == 2
    assert chart.figure["data"][0]["y"][0] == 950
    assert chart.figure["layout"]["xaxis"]["ticktext"][0] == "janv.<br>2021"
    assert "par rapport à décembre 2019" in chart.finding


def test_the_line_of_zero_strikes_no_name_through():
    series = monthly()
    fell = series.rows["time_period"].eq("2020-12")
    rows = series.rows.assign(obs_value=series.rows["obs_value"].mask(fell, 1.0))
    chart = draw(replace(series, rows=rows), language="fr")
    top = max(value for trace in chart.figure["data"] for value in trace["y"] if value is not None)
    heights = {note["text"]: note["y"] for note in chart.figure["layout"]["annotations"]}
    (near,) = [height for text, height in heights.items() if text.startswith("un an")]
    assert 0.04 * top < near < 0.1 * top


def test_a_rolling_year_sums_twelve_whole_months():
    chart = rolling_chart(monthly(), catalogue=catalogue(), translator=translator("en"))
    assert len(chart.figure["data"][0]["x"]) == 25
    assert chart.figure["data"][0]["y"][0] == sum(1000 + 100 * m for m in range(1, 13))
    assert rolling_chart(kpi("nights").headline, catalogue=catalogue(), translator=translator("en")) is None


def test_a_ratio_has_its_neutral_line_and_a_rank_counts_downwards():
    assert any(shape.get("y0") == 1 for shape in headline("return").figure["layout"]["shapes"])
    low, high = headline("rank").figure["layout"]["yaxis"]["range"]
    assert low > 15 > high >= 0


@pytest.mark.parametrize(
    ("unit", "first", "last", "told"),
    [
        ("ratio", 1.71, 1.35, "\u22120.36"),
        ("score", 6.44, 40.0, "+33.56"),
        ("percent", 20.0, 25.0, "+5 pp"),
        ("count", 20.0, 25.0, "+25%"),
    ],
)
def test_rates_and_scores_change_by_their_difference(unit, first, last, told):
    words = translator("en")
    assert findings.change_words([point("2019", first), point("2021", last)], unit, words) == told
    change = Change(since="2019", absolute=last - first, relative=last / first - 1)
    assert told in overview.change(page("en"), change, unit)


def test_sentences_state_no_change_across_a_break():
    words = translator("en")
    across = [point("2019", 20.0), replace(point("2020", 10.0), breaks=True), point("2021", 25.0)]
    assert findings.change_words(across, "count", words) == ""
    assert findings.change_words(across[1:], "count", words) == "+150%", "from the break on they compare"
    assert "%" not in findings.line_finding(across, "count", words)
    assert findings.moved_finding({"a": across}, "count", words) == ""


def test_superseded_values_are_hollow_and_labelled():
    series = kpi("grant").headline
    assert len(series.superseded) == 1
    old = draw(series, language="fr").figure["data"][-1]
    assert old["marker"]["symbol"] == "diamond-open"
    assert "remplacé" in old["text"][0]


def test_bounds_are_arrows_and_take_part_in_no_change():
    series = kpi("nights").headline
    bound = series.rows.assign(qualifier=["eq"] * (len(series.rows) - 1) + ["gt"])
    chart = draw(type(series)(**{**vars(series), "rows": bound}))
    assert chart.figure["data"][1]["marker"]["symbol"][-1] == "triangle-up-open"
    assert chart.finding.startswith("more than 7,000,000 in 2022, against 5,000,000 in 2010.")


def test_a_break_breaks_the_line():
    series = kpi("nights").headline
    broken = series.rows.assign(obs_status=["A", "A", "B", "A", "A", "A"])
    chart = draw(type(series)(**{**vars(series), "rows": broken}))
    assert None in chart.figure["data"][0]["y"]
    assert any(note["text"] == "break in series" for note in chart.figure["layout"]["annotations"])


@pytest.mark.parametrize(
    ("language", "mark", "separators"),
    [("fr", "DONNÉES FICTIVES", ",\u202f"), ("nl", "FICTIEVE GEGEVENS", ",."), ("en", "SAMPLE DATA", ".,")],
)
def test_sample_data_and_language_are_on_the_picture(language, mark, separators):
    figure = draw(monthly(), language=language).figure
    assert mark in [note["text"] for note in figure["layout"]["annotations"]]
    assert figure["layout"]["template"]["layout"]["separators"] == separators
    assert figure["config"]["locale"] == language
    assert mark not in json.dumps(headline("nights", language).figure, ensure_ascii=False)


def test_nothing_can_be_uploaded():
    assert headline("nights").figure["config"]["showSendToCloud"] is False


def test_equal_data_give_equal_ids_and_bytes():
    first, second = headline("nights"), headline("nights")
    assert first == second
    assert first.id.startswith("chart-nights-total-")
    ids = [c.id for r in report().reports for s in r.series if (c := draw(s, r.targets))]
    assert len(ids) == len(set(ids))


def test_hues_differ_and_steps_are_round():
    assert len(set(HUES)) == len(HUES)
    assert round_steps(0, 297) == [0, 100, 200, 300]
    assert round_steps(-5, 5)[0] == -5
    assert wrapped("a <b>", 20) == "a &lt;b&gt;"


def test_parts_that_are_all_zero_are_no_picture():
    from dataclasses import replace

    (part,) = kpi("markets").breakdowns
    nothing = replace(part, rows=part.rows.assign(obs_value=0.0))
    assert draw(part) is not None
    assert draw(nothing) is None


def test_the_last_value_of_a_low_line_stands_above_it_and_so_clear_of_the_axis():
    courses = {"high": [point("2020", 30.0), point("2021", 20.0)], "low": [point("2020", 2.0), point("2021", 1.5)]}
    traces = panels.panels_figure(courses, {}, translator("en"), subtitle="", chart_id="x", sample=False)["data"]
    assert [trace["textposition"] for trace in traces] == ["bottom center", "top center"]
