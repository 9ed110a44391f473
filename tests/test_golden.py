"""Arithmetic done by hand, case by case; the cases and their form are in tests/golden/."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from kpi import timeseries
from kpi.catalogue import Catalogue
from kpi.derive import derive
from kpi.observations import TOTAL, dimensions_of, tidy
from kpi.parsing.periods import frequency
from kpi.sources.durations import converted_within, quantiles
from tests.test_derive import indicator, register

FOLDER = Path(__file__).parent / "golden"
#: Files whose cases are told by what is declared or called; others may bring a runner of their own.
FILES = ("sums", "rates", "parts", "time")
CASES = [case for name in FILES for case in yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))]
MISSING = "none"


def exact(value: object) -> float:
    return float(Fraction(str(value)))


def delivered(case: dict[str, Any]) -> pd.DataFrame:
    base = {"source": "s", "source_ref": "f.csv row 2", "unit_measure": "count"}
    rows = [(name, period, value, (*more, {})[0]) for name, period, value, *more in case.get("rows", [])]
    for name, years in case.get("months", {}).items():
        for year, values in years.items():
            months = [(f"{year}-{number:02d}", value) for number, value in enumerate(values, 1)]
            rows += [
                (name, month, value, case.get("month_columns", {})) for month, value in months if value is not None
            ]
    return tidy(
        [
            {**base, "indicator": name, "time_period": str(period), "freq": frequency(str(period)), "obs_value": value}
            | more
            for name, period, value, more in rows
        ]
    )


def declared(case: dict[str, Any]) -> Catalogue:
    added = set(case.get("aggregate", ()))
    entries = [
        indicator(name, unit=unit, aggregation="sum" if name in added else aggregation, derive=(*more, None)[0])
        for name, (unit, aggregation, *more) in case["declare"].items()
    ]
    return register(*entries)


def found(result: pd.DataFrame, name: str, period: object, more: dict[str, Any]) -> pd.DataFrame:
    rows = result[(result["indicator"] == name) & (result["time_period"] == str(period))]
    for column in dimensions_of(result):
        if column != "change":
            rows = rows[rows[column] == more.get(column, TOTAL)]
    for column in ("source", "sample"):
        if column in more:
            rows = rows[rows[column] == more[column]]
    return rows


def compare(result: pd.DataFrame, expected: list[list[Any]]) -> None:
    for name, period, value, *rest in expected:
        more = (*rest, {})[0]
        rows = found(result, name, period, more)
        if value == MISSING:
            assert rows.empty, (name, period, rows.to_dict("records"))
            continue
        assert len(rows) == 1, (name, period, more, len(rows))
        row = rows.iloc[0]
        assert row["obs_value"] == pytest.approx(exact(value), rel=1e-12, abs=1e-12)
        for column in ("numerator", "denominator", "value_low", "value_high", "change"):
            if more.get(column) == MISSING:
                assert pd.isna(row[column])
            elif column in more:
                assert row[column] == pytest.approx(exact(more[column]), rel=1e-12)
        for column in ("qualifier", "obs_status"):
            assert row[column] == more.get(column, row[column])
        if "flags" in more:
            assert sorted(row["flags"].split()) == sorted(more["flags"].split())


@pytest.mark.parametrize("case", [c for c in CASES if "call" not in c], ids=lambda case: case["id"])
def test_derived(case: dict[str, Any]):
    compare(derive(delivered(case), declared(case)), case["expect"])


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.get("call") in {"coarser", "year_to_date", "rolling"}], ids=lambda case: case["id"]
)
def test_in_time(case: dict[str, Any]):
    compare(getattr(timeseries, case["call"])(delivered(case), **case.get("with", {})), case["expect"])


@pytest.mark.parametrize("case", [c for c in CASES if c.get("call") == "compound_growth"], ids=lambda case: case["id"])
def test_compound_growth(case: dict[str, Any]):
    growth = timeseries.compound_growth(delivered(case))
    if case["expect"] == MISSING:
        assert growth is None
    else:
        assert growth is not None
        assert (1 + growth) ** case["power"] == pytest.approx(exact(case["expect"]), rel=1e-12)


@pytest.mark.parametrize("case", [c for c in CASES if c.get("call") == "calendar_effects"], ids=lambda case: case["id"])
def test_calendar(case: dict[str, Any]):
    assert timeseries.calendar_effects(**case["with"]) == case["expect"]


@pytest.mark.parametrize("case", [c for c in CASES if c.get("call") == "quantiles"], ids=lambda case: case["id"])
def test_quantiles(case: dict[str, Any]):
    files = [(month, days) for month, group in case["days"].items() for days in group]
    place = {"source_file": "f.csv", "source_sheet": "", "source_row": range(2, len(files) + 2)}
    frame = pd.DataFrame({"time_period": [month for month, _ in files], **place})
    catalogue = register(
        indicator("days", unit="days"),
        *(
            indicator(
                f"p{q}", unit="days", aggregation="none", derive={"kind": "duration", "of": "days", "quantile": q / 100}
            )
            for q in (50, 90)
        ),
    )
    days = pd.Series([float(value) for _, value in files])
    compare(quantiles(frame, "s", catalogue, (), "days", days), case["expect"])


@pytest.mark.parametrize("case", [c for c in CASES if c.get("call") == "converted_within"], ids=lambda case: case["id"])
def test_windows(case: dict[str, Any]):
    columns = [
        pd.Series([str(d) if d else None for d in column], dtype="str") for column in zip(*case["cases"], strict=True)
    ]
    in_time, waiting = converted_within(*columns, case["months_open"])
    assert [list(pair) for pair in zip(in_time, waiting, strict=True)] == case["expect"]


def test_every_case_has_its_derivation_and_a_name_of_its_own():
    assert len({case["id"] for case in CASES}) == len(CASES) >= 60
    assert all(str(case["how"]).strip() for case in CASES)
