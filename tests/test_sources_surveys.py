"""Surveys and rankings: any scale to rates of people, ranks as given."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.sources import surveys
from tests.source_files import built, catalogue, computed, reasons, values

COUNTS = """Enquête;Question;Période;Produit;Événement;Pire note;Meilleure note;Note;Nombre de réponses
customers;satisfaction;2021;box-office;;1;5;5;30
customers;satisfaction;2021;box-office;;1;5;4;30
customers;satisfaction;2021;box-office;;1;5;3;40
customers;satisfaction;2021;;;6;1;2;10
Publics d’événements;NPS;2021;;comic-strip-festival;0;10;10;50
event-visitors;recommendation;2021;;comic-strip-festival;0;10;8;20
event-visitors;recommendation;2021;;comic-strip-festival;0;10;6;30
event-visitors;recommendation;2021;;i-love-science;1;5;5;30
customers;satisfaction;2021;box-office;;1;5;6;1
customers;satisfaction;2020;box-office;;5;5;5;1
"""
ANSWERS = """Answer number;Respondent;Comment;Survey;Question;Date;Stage;Worst score;Best score;Score
1;A. Person;Thanks to A. Person;clients;satisfaction;15/01/2021;site-inspection;1;10;7
2;B. Person;;clients;satisfaction;16/01/2021;site-inspection;1;10;6,5
3;C. Person;;clients;satisfaction;16/02/2021;site-inspection;0;1;1
3;D. Person;;clients;satisfaction;17/02/2021;site-inspection;0;1;0
"""


def test_surveys(tmp_path):
    result = built(tmp_path, "surveys", COUNTS, ANSWERS)
    frame = result.observations
    of_customers = frame[frame["survey"] == "customers"]
    assert values(of_customers, "survey-answers", "product") == {"box-office": 100, "unknown": 10}
    assert values(of_customers, "survey-satisfied", "product") == {"box-office": 60, "unknown": 10}
    assert computed(result, "customer-satisfaction-rate", product="box-office") == {"2021": 60}
    assert computed(result, "customer-satisfaction-rate") == {"2021": pytest.approx(100 * 70 / 110)}
    assert computed(result, "nps", event="comic-strip-festival") == {"2021": 20}
    # 30 x 100 + 30 x 75 + 40 x 50 over 100 answers.
    assert computed(result, "survey-mean-score", product="box-office") == {"2021": 72.5}
    assert values(frame[frame["survey"] == "clients"], "survey-satisfied") == {"2021-01": 1}
    assert computed(result, "client-satisfaction", stage="site-inspection") == {"2021-01-01/2021-01-31": 50}
    first = result.held_back[result.held_back["file"] == "file0.csv"]
    assert first["row"].tolist() == ["9", "10", "11"]
    assert "0 to 10 for a recommendation" in reasons(result)["9"]
    # Two answers of one number that differ are both held back.
    assert result.held_back.loc[result.held_back["file"] == "file1.csv", "row"].tolist() == ["4", "5"]
    assert "Person" not in frame.to_csv() + result.held_back.to_csv()


@pytest.mark.parametrize(
    ("worst", "best", "satisfied"),
    [
        (1, 4, {3, 4}),
        (1, 5, {4, 5}),
        (1, 7, {5, 6, 7}),
        (1, 10, {7, 8, 9, 10}),
        (0, 10, {7, 8, 9, 10}),
        (0, 1, {1}),
        (6, 1, {1, 2}),
        (-2, 2, {1, 2}),
    ],
)
def test_satisfied_is_the_upper_third_of_any_scale(worst, best, satisfied):
    scores = range(min(worst, best), max(worst, best) + 1)
    assert {score for score in scores if _satisfied(worst, best, [score])} == satisfied


def _satisfied(worst: float, best: float, scores: list[float]) -> float:
    rows = [{"score": score, "worst": worst, "best": best} for score in scores]
    observations = surveys.normalise(_frames(rows, "satisfaction"), catalogue())
    return observations.loc[observations["indicator"] == "survey-satisfied", "obs_value"].sum()


def _frames(rows: list[dict[str, float]], question: str) -> dict[str, pd.DataFrame]:
    names = [*surveys.FORMATS["counts"].names, "source_file", "source_sheet", "source_row"]
    common = {"survey": "customers", "question": question, "period": "2021", "answers": 1.0, "source_file": "f.csv"}
    empty = pd.DataFrame(columns=[*names, "answer"], dtype="object")
    counted = pd.DataFrame([{**common, "source_sheet": "", "source_row": 2, **row} for row in rows]).reindex(
        columns=names
    )
    return {"counts": counted, "answers": empty}


@settings(max_examples=12)  # each reads three deliveries
@given(st.lists(st.integers(0, 10), min_size=1, max_size=30), st.integers(1, 5), st.integers(-3, 3))
def test_a_rate_does_not_depend_on_how_its_scale_is_written(scores, stretch, shift):
    plain = _satisfied(0, 10, list(scores))
    moved = _satisfied(shift, 10 * stretch + shift, [stretch * score + shift for score in scores])
    turned = _satisfied(10, 0, [10 - score for score in scores])
    assert plain == moved == turned


@given(st.lists(st.integers(0, 10), min_size=1, max_size=30))
def test_promoters_and_detractors_are_parts_of_the_answers(scores):
    rows = [{"score": score, "worst": 0, "best": 10} for score in scores]
    found = surveys.normalise(_frames(rows, "recommendation"), catalogue()).groupby("indicator")["obs_value"].sum()
    assert found["survey-recommendation-answers"] == len(scores)
    assert found["survey-promoters"] == sum(score >= 9 for score in scores)
    assert found["survey-detractors"] == sum(score <= 6 for score in scores)


RANKS = """Classement;Année;Rang;Villes classées;Encodé par
UIA;2019;2;100;A. Person
GDS-Index;2019;16;;A. Person
Kearney;2019;0;;A. Person
World Best Cities;2019;120;100;A. Person
World Best Cities;2020;12=;100;A. Person
Some Other Index;2020;12;100;A. Person
"""


def test_rankings(tmp_path):
    result = built(tmp_path, "rankings", RANKS)
    frame = result.observations
    assert dict(zip(frame["indicator"], frame["obs_value"], strict=True)) == {"rank-uia": 2, "gds-index-rank": 16}
    assert set(zip(frame["flow"], frame["unit_measure"], strict=True)) == {("rank", "rank")}
    assert set(reasons(result)) == {"4", "5", "6", "7"}
    assert computed(result, "rank-uia") == {}
    assert "Person" not in frame.to_csv() + result.held_back.to_csv()
