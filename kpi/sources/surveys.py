"""Satisfaction surveys: one row an answer, or how many gave each score; any declared scale to rates of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue, CodeList, Text
from kpi.errors import Problem
from kpi.observations import combine
from kpi.parsing.periods import frequency
from kpi.sources.aggregate import coded, summed
from kpi.sources.formats import DeliveryFormat, column, personal

_SOURCE = "surveys"
_SUBJECT = ("product", "event", "place", "stage")
_BY = ("survey", *_SUBJECT)
_PROMOTER, _DETRACTOR = 9, 6
_QUESTION = CodeList(
    id="question",
    title=Text(fr="Question", nl="Vraag", en="Question"),
    codes={
        "satisfaction": Text(fr="Satisfaction", nl="Tevredenheid", en="Satisfaction"),
        "recommendation": Text(fr="Recommandation", nl="Aanbeveling", en="Recommendation"),
    },
    aliases={"NPS": "recommendation", "recommanderiez-vous": "recommendation", "score": "satisfaction"},
)
_COMMON = (
    column("survey", "code", "Enquête", "Enquête", "Survey", "Bevraging", codes="survey"),
    column("question", "code", "Question", "Vraag", "Question", codes=_QUESTION),
    column("period", "period", "Période", "Periode", "Period", "Date", "Datum", "Mois", "Maand"),
    *(
        column(name, "code", fr, nl, en, codes=name, optional=True)
        for name, fr, nl, en in (
            ("product", "Produit", "Product", "Product"),
            ("event", "Événement", "Evenement", "Event"),
            ("place", "Lieu", "Plaats", "Place"),
            ("stage", "Étape", "Fase", "Stage"),
        )
    ),
    column("worst", "number", "Pire note", "Slechtste score", "Worst score", "Minimum de l'échelle"),
    column("best", "number", "Meilleure note", "Beste score", "Best score", "Maximum de l'échelle"),
    column("score", "number", "Note", "Score", "Score", "Réponse", "Antwoord"),
)

FORMATS: Mapping[str, DeliveryFormat] = {
    "counts": DeliveryFormat(
        suite="surveys-counts",
        key=("survey", "question", "period", *_SUBJECT, "score"),
        columns=(
            *_COMMON,
            column("answers", "count", "Nombre de réponses", "Aantal antwoorden", "Answers", "Réponses"),
        ),
    ),
    "answers": DeliveryFormat(
        suite="surveys-answers",
        key=("survey", "question", "answer"),
        columns=(
            column("answer", "text", "Numéro de réponse", "Antwoordnummer", "Answer number", "Questionnaire"),
            personal("respondent", "Répondant", "Respondent", "Respondent", "Nom", "Naam", "E-mail"),
            personal("comment", "Commentaire", "Opmerking", "Comment", "Remarque"),
            *_COMMON,
        ),
    ),
}


def check(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> list[Problem]:  # noqa: ARG001  (common form)
    """Scores that are not on their scale, and recommendations asked on another scale than 0 to 10."""
    return [problem for frame in frames.values() for row in frame.to_dict("records") for problem in _problems(row)]


def _problems(row: Mapping[Any, Any]) -> Iterator[Problem]:
    score, worst, best = row["score"], row["worst"], row["best"]
    file, sheet, number = str(row["source_file"]), str(row["source_sheet"]), int(row["source_row"])
    if worst == best or not min(worst, best) <= score <= max(worst, best):
        expected, remedy = f"a score from {worst:g} (worst) to {best:g} (best)", "Mend the score or its scale."
        yield Problem(file, f"{score:g}", expected, remedy, number, "Score", sheet)
    elif row["question"] == "recommendation" and (worst, best) != (0, 10):
        expected, remedy = "0 to 10 for a recommendation", "The net promoter score knows no other scale."
        yield Problem(file, f"{worst:g} to {best:g}", expected, remedy, number, "Best score", sheet)


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted scores to numbers of people, so that every rate is a ratio of sums.

    Of satisfaction ``survey-answers`` and, of them, ``survey-satisfied``: a score in the upper third of
    its scale, (score - worst) / (best - worst) >= 2/3, such as 4 and 5 of 1 to 5, or 7 to 10 of 1 to
    10; and ``survey-mean-score``, the mean place on the scale from 0 (worst) to 100 (best), a mean that
    is weighted by its answers wherever it is added up. Of recommendation
    ``survey-recommendation-answers``, ``survey-promoters`` (9, 10) and ``survey-detractors`` (0 to 6). By
    survey and by what it is about; a day counts in its month.
    """
    frame = pd.concat([frames["counts"], frames["answers"].assign(answers=1.0)], ignore_index=True)
    if frame.empty:
        return combine([])
    days = frame["period"].map(frequency) == "D"
    frame = frame.assign(time_period=frame["period"].mask(days, frame["period"].str[:7]))
    parts = [_counted(coded(rows, _SUBJECT), catalogue) for _, rows in frame.groupby("survey", sort=True)]
    return combine(parts)


def _counted(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    asked = frame["question"] == "satisfaction"
    pleased, advised = frame[asked], frame[~asked]
    answers = advised["answers"]
    # In whole thirds: 2/3 has no exact fraction, and the border counts.
    upper = 3 * (pleased["score"] - pleased["worst"]) / (pleased["best"] - pleased["worst"]) >= 2
    satisfied = {"survey-answers": pleased["answers"], "survey-satisfied": pleased["answers"].where(upper, 0.0)}
    recommended = {
        "survey-recommendation-answers": answers,
        "survey-promoters": answers.where(advised["score"] >= _PROMOTER, 0.0),
        "survey-detractors": answers.where(advised["score"] <= _DETRACTOR, 0.0),
    }
    place = 100 * (pleased["score"] - pleased["worst"]) / (pleased["best"] - pleased["worst"])
    weighed = summed(pleased, _SOURCE, catalogue, _BY, {"survey-mean-score": place * pleased["answers"]})
    given = summed(pleased, _SOURCE, catalogue, _BY, {"survey-mean-score": pleased["answers"]})["obs_value"]
    return combine(
        [
            summed(pleased, _SOURCE, catalogue, _BY, satisfied),
            weighed.assign(obs_value=weighed["obs_value"] / given.where(given > 0)).dropna(subset=["obs_value"]),
            summed(advised, _SOURCE, catalogue, _BY, recommended),
        ]
    )
