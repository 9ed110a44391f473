"""Questions about values: slips that were put in are asked about, and little else is."""

import numpy as np
import pandas as pd
import pytest

from kpi.anomalies import in_words, questions
from kpi.catalogue import Indicator
from kpi.observations import tidy
from tests.small_catalogue import same, small_catalogue

_YEARS = range(2012, 2020)
_SEASON = np.array([60, 62, 75, 90, 110, 120, 140, 150, 115, 100, 70, 95])


def _catalogue():
    kept = {"family": "f", "direction": "higher", "aggregation": "sum", "frequency": "monthly"}
    indicators = [Indicator(id=name, label=same(name), unit=unit, **kept) for name, unit in UNITS.items()]
    return small_catalogue().model_copy(update={"indicators": tuple(indicators)})


UNITS = {"nights": "nights", "rate": "percent"}


def _monthly(seed=1):
    rng = np.random.default_rng(seed)
    return {
        f"{year}-{month:02d}": round(1000 * float(_SEASON[month - 1]) * 1.03**number * float(rng.normal(1, 0.03)))
        for number, year in enumerate(_YEARS)
        for month in range(1, 13)
    }


def _ask(values, indicator="nights", freq="M"):
    rows = [
        {"indicator": indicator, "freq": freq, "time_period": period, "obs_value": value, "source": "s"}
        | {"unit_measure": UNITS[indicator], "source_ref": "f"}
        for period, value in values.items()
    ]
    found = in_words(questions(tidy(rows), _catalogue()), _catalogue())
    return list(zip(found["kind"], found["time_period"], strict=True)), found


@pytest.mark.parametrize("seed", range(5))
def test_a_series_with_seasons_growth_and_noise_raises_no_question(seed):
    assert _ask(_monthly(seed))[0] == []


@pytest.mark.parametrize(
    ("slip", "kind", "factor"),
    [
        (lambda v: v * 10, "scale", 10),
        (lambda v: v / 1000, "scale", 0.001),
        (lambda v: v * 100, "scale", 100),
        (lambda v: -v, "sign", None),
        (lambda v: v * 2.4, "unlikely", None),
        (lambda _: 120_000, "round", None),
    ],
)
def test_a_slip_is_one_question_of_its_kind(slip, kind, factor):
    values = _monthly()
    values["2016-06"] = slip(values["2016-06"])
    asked, table = _ask(values)
    assert asked == [(kind, "2016-06")], "neither the year after nor any other is asked about"
    row = table.iloc[0]
    if factor:
        assert row["factor"] == pytest.approx(factor)
    if kind in {"scale", "unlikely"}:
        assert row["low"] < _monthly()["2016-06"] < row["high"], "the range holds what the value should have been"
    for language in ("fr", "nl", "en"):
        assert "2016" in row[f"sentence_{language}"]


def test_a_share_written_as_a_fraction_is_named_so():
    values = {str(year): 40.0 + year % 3 for year in _YEARS} | {"2017": 0.41}
    assert _ask(values, "rate", "A")[0] == [("fraction", "2017")]


def test_a_copied_year_is_asked_about_once():
    values = _monthly()
    values |= {f"2019-{month:02d}": values[f"2018-{month:02d}"] for month in range(1, 13)}
    assert _ask(values)[0] == [("copy", "2019")]


def test_the_pandemic_and_what_is_hidden_raise_no_question():
    values = _monthly() | {f"2020-{month:02d}": 900.0 + month for month in range(4, 13)}
    assert _ask(values)[0] == []
    rows = pd.DataFrame(columns=["indicator", "freq", "time_period", "obs_value", "source"])
    assert questions(tidy(rows), _catalogue()).empty
