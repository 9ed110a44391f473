"""Extracts of events: the same monthly rows from every engine, only declared columns, everything counted."""

from __future__ import annotations

import datetime as dt
import importlib.util
import shutil

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.errors import DeliveryError, UsageError
from kpi.events import Added, EventExtract, aggregate, read_events
from kpi.sources.build import build_files
from tests.small_catalogue import small_catalogue
from tests.source_files import ROOT, values
from tests.source_files import catalogue as known_to_sources

pytest.importorskip("duckdb", reason="the extra 'events' is not installed")
CATALOGUE = small_catalogue()
EXTRACT = EventExtract(
    time="checked in",
    dimensions={"market": "country"},
    makes={"overnight-stays": Added(kind="sum", column="nights"), "arrivals": Added(kind="count")},
)
EVENTS = pd.DataFrame(
    {
        "checked in": [*("2019-01-31 23:59:59", "2019-01-01", "2019-02-01 00:00:00", "2019-02-03", "2019-02-03")],
        "country": ["FR", "France", "NL", "FR", "Atlantide"],
        "nights": [2, 3, 4, -1, 5],
        "guest": ["Zoé Quackelbeen"] * 5,
    }
)
HAS_SPARK = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
ENGINES = [
    "duckdb",
    "pandas",
    pytest.param("spark", marks=pytest.mark.skipif(not HAS_SPARK, reason="pyspark or Java is not installed")),
]


def extract(folder, kind: str, events: pd.DataFrame = EVENTS):
    path = folder / f"events.{kind}"
    if kind == "parquet":
        events.assign(**{"checked in": pd.to_datetime(events["checked in"], format="ISO8601")}).to_parquet(path)
    else:
        events.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_months(tmp_path, kind, engine):
    rows = aggregate(extract(tmp_path, kind), EXTRACT, engine)
    assert rows[["time_period", "market", "events", "overnight-stays", "arrivals", "without_nights"]].astype(
        "object"
    ).to_numpy().tolist() == [
        ["2019-01", "FR", 1, 2, 1, 0],
        ["2019-01", "France", 1, 3, 1, 0],
        ["2019-02", "Atlantide", 1, 5, 1, 0],
        ["2019-02", "FR", 1, 0, 1, 1],
        ["2019-02", "NL", 1, 4, 1, 0],
    ]


def test_monthly_rows_by_the_spellings_of_the_catalogue(tmp_path):
    rows, problems, events = read_events(extract(tmp_path, "parquet"), EXTRACT, CATALOGUE)
    assert events == 5
    assert rows.to_numpy().tolist() == [["2019-01", "FR", 5, 2], ["2019-02", "FR", 0, 1], ["2019-02", "NL", 4, 1]]
    told = [str(problem) for problem in problems]
    assert told[0] == (
        "events.parquet, column nights: found 1 events without one, expected a number of zero or more. "
        "They are in no sum."
    )
    assert told[1].startswith("events.parquet, column country: found 1 events with a text of one word (not shown), ")
    assert "Quackelbeen" not in rows.to_csv() + " ".join(told)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_no_moment_and_no_number_is_counted(tmp_path, engine):
    events = EVENTS.astype({"nights": "object"})
    events.loc[0, "checked in"], events.loc[1, "nights"], events.loc[2, "country"] = "soon", "many", None
    rows = aggregate(extract(tmp_path, "csv", events), EXTRACT, engine)
    assert rows["events"].sum() == 5
    assert rows.loc[rows["time_period"].isna(), "events"].sum() == 1
    assert rows["without_nights"].sum() == 2
    _, problems, _ = read_events(extract(tmp_path, "csv", events), EXTRACT, CATALOGUE, engine)
    assert [problem.column for problem in problems] == ["nights", "checked in", "country", "country"]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_source_takes_its_sales_as_single_events(tmp_path, kind):
    path = tmp_path / f"sales.{kind}"
    sales = pd.DataFrame(
        {
            "sold_at": pd.to_datetime(
                ["2022-01-31 20:15", "2022-01-02", "2022-02-01", "2022-02-02", None], format="ISO8601"
            ),
            "channel": ["Arsene 50", "ARSÈNE 50", "Arsène 50", "Telepathy", "Arsene 50"],
            "venue": ["kanal"] * 5,
            "tickets": [2, 3, 4, 5, 6],
            "buyer": ["Zoé Quackelbeen"] * 5,
        }
    )
    sales.to_parquet(path) if kind == "parquet" else sales.to_csv(path, index=False)
    result = build_files([path], "ticketing", known_to_sources(), ROOT / "expectations")
    assert values(result.observations, "tickets-sold", "time_period", "channel") == {
        ("2022-01", "arsene50"): 5,
        ("2022-02", "arsene50"): 4,
    }
    assert set(result.observations["source_ref"]) == {path.name}
    assert result.rows_read == 5
    told = " ".join(result.held_back["reason"])
    assert "1 events without one" in told
    assert "with a text of one word (not shown)" in told
    assert "Quackelbeen" not in told + result.observations.to_csv()


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_what_cannot_be_read_is_one_sentence(tmp_path, engine):
    with pytest.raises(DeliveryError, match="no such file"):
        aggregate(tmp_path / "events.csv", EXTRACT, engine)
    with pytest.raises(DeliveryError, match="no column 'nights'; did you mean 'night'"):
        aggregate(extract(tmp_path, "csv", EVENTS.rename(columns={"nights": "night"})), EXTRACT, engine)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(extract(tmp_path, "parquet").read_bytes()[:-200])
    with pytest.raises(DeliveryError, match="send the extract again"):
        aggregate(broken, EXTRACT, engine)
    with pytest.raises(DeliveryError, match=r"\.parquet or a \.csv"):
        aggregate(tmp_path / "events.xlsx", EXTRACT, engine)


def test_an_engine_that_is_not_there(tmp_path, monkeypatch):
    path = extract(tmp_path, "csv")
    with pytest.raises(UsageError, match="did you mean 'duckdb'"):
        aggregate(path, EXTRACT, "duckdbb")
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(UsageError, match=r"brussels-kpi\[events\]"):
        aggregate(path, EXTRACT)


def test_a_declaration_says_what_is_added():
    with pytest.raises(ValueError, match="names the column"):
        Added(kind="sum")
    assert EXTRACT.columns == ["checked in", "country", "nights"]


MOMENTS = st.datetimes(dt.datetime(2018, 12, 1), dt.datetime(2020, 3, 1))  # noqa: DTZ001
ROWS = st.lists(st.tuples(MOMENTS, st.sampled_from(["FR", "NL", None]), st.integers(-2, 9) | st.none()), min_size=1)


@settings(max_examples=15)
@given(ROWS)
def test_duckdb_and_pandas_agree_on_anything(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("events")
    events = pd.DataFrame(rows, columns=["checked in", "country", "nights"])
    events["nights"] = events["nights"].astype("float64")
    path = folder / "events.parquet"
    events.to_parquet(path)
    one, other = (
        aggregate(path, EXTRACT, engine)
        .assign(market=lambda rows: rows["market"].astype("object").fillna(""))
        .sort_values(["time_period", "market"], ignore_index=True)
        for engine in ("duckdb", "pandas")
    )
    columns = ["time_period", "market", "events", "overnight-stays", "without_nights"]
    assert one[columns].fillna(0).to_numpy().tolist() == other[columns].fillna(0).to_numpy().tolist()
