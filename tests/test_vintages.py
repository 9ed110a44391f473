"""Vintages: what was known when, what a newer delivery changes, and that order and copies change nothing."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from kpi.build import build, known_at
from kpi.deliver import add
from kpi.project import Project
from kpi.sources import build_source, judged, judging
from kpi.sources.build import build_files
from kpi.sources.formats import DeliveryFormat
from kpi.sources.ledger import LEDGER, entries
from kpi.sources.overnight_stays import FORMATS
from kpi.sources.vintages import current
from kpi.validation import FAILURE, Verdict, validate
from kpi.vintages import SINCE, UNTIL, all_known, by_period, history, known_on, latest, revisions
from tests.conftest import ROOT, rows
from tests.small_catalogue import small_catalogue

CATALOGUE = small_catalogue()
HEADING = "Mois;Motif;Marché;Hébergement;Nuitées;Arrivées"
SOURCE = "overnight-stays"


@pytest.fixture(scope="module", autouse=True)
def _no_suites():
    """Suites take a second a build and say nothing about vintages; one test puts them back."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (judging, judged):
            patch.setattr(module, "validate", lambda frame, *_: Verdict(frame, pd.DataFrame(columns=list(FAILURE))))
        yield


def line(month: str = "2019-01", nights: object = 30, market: str = "FR") -> str:
    return f"{month};leisure;{market};hotel;{nights};1"


@pytest.fixture
def deliver(tmp_path):
    def run(**files: list[str]):
        """Files by name: ``v2019_02_01__b`` is the file b of 1 February 2019; the rest is as if built."""
        paths = []
        for name, lines in files.items():
            path = tmp_path / (name.removeprefix("v").replace("__", "--").replace("_", "-") + ".csv")
            path.write_text("\n".join([HEADING, *lines]), encoding="utf-8")
            paths.append(path)
        return build_files(paths, SOURCE, CATALOGUE, ROOT / "expectations")

    return run


def nights(frame: pd.DataFrame) -> dict[str, float]:
    of = frame[frame["indicator"] == SOURCE]
    return dict(zip(of["time_period"] + " " + of["market"], of["obs_value"], strict=True))


# --- pure functions --------------------------------------------------------------------------------


def test_a_row_is_known_from_one_delivery_until_the_next():
    first = rows({"time_period": "2019", "obs_value": 1.0}, {"time_period": "2020", "obs_value": 2.0})
    second = rows({"time_period": "2020", "obs_value": 3.0}, {"time_period": "2019", "obs_value": 1.0})
    known = history([("2021-01-01", first), ("2022-01-01", second)])
    assert known[[SINCE, UNTIL, "obs_value"]].to_numpy().tolist() == [
        ["2022-01-01", "", 3.0],
        ["2021-01-01", "", 1.0],
        ["2021-01-01", "2022-01-01", 2.0],
    ]
    assert_frame_equal(known_on(known), second)
    assert_frame_equal(known_on(known, "2022-01-01"), second)
    assert known_on(known, "2021-12-31")["obs_value"].tolist() == [1.0, 2.0]
    assert known_on(known, "2020-12-31").empty
    assert latest(known, second) == "2022-01-01"
    assert latest(history([("", first)]), first) == ""
    assert latest(known, second.assign(vintage="2022-02-01")) == "2022-02-01"


def test_revisions_say_old_new_difference_and_since_when():
    old = rows({"time_period": "2019", "obs_value": 200.0}, {"time_period": "2020", "obs_value": 2.0, "market": "FR"})
    new = rows({"time_period": "2019", "obs_value": 150.0}, {"time_period": "2020", "obs_value": 5.0, "market": "NL"})
    changes = revisions(history([("2021-01-01", old), ("2022-01-01", new)]))
    assert changes[["time_period", "market", "kind", "old_value", "new_value", "difference", "percent"]].astype(
        "object"
    ).fillna("-").to_numpy().tolist() == [
        ["2019", "_T", "revised", 200.0, 150.0, -50.0, -25.0],
        ["2020", "FR", "withdrawn", 2.0, "-", "-", "-"],
        ["2020", "NL", "added", "-", 5.0, "-", "-"],
    ]
    assert set(changes["since"]) == {"2022-01-01"}
    assert by_period(changes)[["time_period", "rows", "difference"]].to_numpy().tolist() == [
        ["2019", 1, -50.0],
        ["2020", 2, 3.0],
    ]


def test_what_is_said_again_or_is_of_a_new_period_is_no_revision():
    old = rows({"time_period": "2019", "obs_value": 1.0, "source_ref": "a.csv row 2"})
    new = rows(
        {"time_period": "2019", "obs_value": 1.0, "source_ref": "b.csv row 2"}, {"time_period": "2020", "obs_value": 9}
    )
    known = history([("", old), ("2022-01-01", new)])
    assert revisions(known).empty
    assert known_on(known, "2021-01-01")["source_ref"].tolist() == ["a.csv row 2"]


def test_another_status_is_told_and_what_became_secret_is_not():
    old = rows({"time_period": "2019", "obs_value": 1.0, "obs_status": "P"}, {"time_period": "2020", "obs_value": 7.0})
    new = rows(
        {"time_period": "2019", "obs_value": 1.0}, {"time_period": "2020", "obs_value": None, "conf_status": "C"}
    )
    changes = revisions(history([("2021-01-01", old), ("2022-01-01", new)]))
    assert changes[["kind", "old_status", "new_status"]].to_numpy().tolist() == [
        ["status", "P", "A"],
        ["confidential", "A", "A"],
    ]
    assert changes["old_value"].isna().tolist() == [False, True]
    assert "7" not in changes.drop(columns=["time_period", "period_start", "period_end"]).tail(1).to_csv(index=False)


def test_histories_of_sources_with_other_dimensions_stack():
    both = all_known(
        [history([("", rows({"time_period": "2019", "market": "FR"}))]), history([("", rows({"time_period": "2019"}))])]
    )
    assert both["market"].tolist() == ["FR", "_T"]
    assert all_known([]).empty


STATES = st.lists(
    st.dictionaries(st.sampled_from(["2017", "2018", "2019"]), st.sampled_from([1.0, 2.0, 3.0]), max_size=3), max_size=5
)


@settings(max_examples=20)
@given(STATES)
def test_history_gives_every_state_back(states):
    dated = [
        (f"2021-01-{day:02d}", rows(*({"time_period": period, "obs_value": value} for period, value in state.items())))
        if state
        else (f"2021-01-{day:02d}", rows({"time_period": "2019"}).iloc[:0])
        for day, state in enumerate(states, start=1)
    ]
    known = history(dated)
    for day, state in dated:
        got = known_on(known, day).sort_values("time_period", ignore_index=True)
        assert_frame_equal(got, state.sort_values("time_period", ignore_index=True), check_dtype=False)
    changes = revisions(known)
    assert (changes["difference"].fillna(1) != 0).all()


# --- deliveries ------------------------------------------------------------------------------------


def test_overlapping_deliveries_say_the_newest_and_keep_the_older(deliver):
    result = deliver(
        v2019_03_01__b=[line("2019-02", 50), line("2019-01", 33)],
        v2019_02_01__a=[line("2019-01", 30), line("2019-01", 5, "NL")],
    )
    assert nights(result.observations) == {"2019-01 FR": 33, "2019-01 NL": 5, "2019-02 FR": 50}
    assert result.held_back.empty
    assert (result.rows_read, result.rows_accepted, result.rows_replaced) == (4, 3, 1)
    assert nights(known_on(result.history, "2019-02-15")) == {"2019-01 FR": 30, "2019-01 NL": 5}
    assert nights(known_on(result.history)) == nights(result.observations)
    (change,) = revisions(result.history).to_dict("records")
    assert (change["old_value"], change["new_value"], change["since"]) == (30, 33, "2019-03-01")
    assert (change["old_ref"], change["new_ref"]) == ("2019-02-01--a.csv row 2", "2019-03-01--b.csv row 3")


def test_identical_rows_of_two_files_of_a_day_count_once_without_a_word(deliver):
    result = deliver(v2019_02_01__a=[line()], v2019_02_01__b=[line(), line("2019-02", 4)])
    assert nights(result.observations) == {"2019-01 FR": 30, "2019-02 FR": 4}
    assert result.held_back.empty


def test_identical_rows_of_one_file_are_told(deliver):
    result = deliver(v2019_02_01__a=[line(), line()])
    assert nights(result.observations) == {"2019-01 FR": 30}
    assert result.held_back["row"].tolist() == ["3"]


def test_contradictions_of_a_day_are_held_back_and_revise_nothing(deliver):
    result = deliver(
        v2019_01_01__old=[line(nights=20)], v2019_02_01__a=[line(nights=30)], v2019_02_01__b=[line(nights=31)]
    )
    assert nights(result.observations) == {"2019-01 FR": 20}
    assert sorted(result.held_back["file"]) == ["2019-02-01--a.csv", "2019-02-01--b.csv"]
    assert revisions(result.history).empty


def test_a_wrong_row_revises_nothing_and_a_mended_one_settles_it(deliver, monkeypatch):
    for module in (judging, judged):
        monkeypatch.setattr(module, "validate", validate)
    wrong = {
        "v2019_02_01__a": [line(nights="1.500"), line("2019-02", 0), line("2018-12", 3)],
        "v2019_01_01__old": [line(nights=20)],
    }
    result = deliver(**wrong)
    assert nights(result.observations) == {"2018-12 FR": 3, "2019-01 FR": 20}
    assert result.held_back["row"].tolist() == ["2", "3"]
    mended = deliver(**wrong, v2019_02_03__mended=[line(nights=1500), line("2019-02", 2)])
    assert nights(mended.observations) == {"2018-12 FR": 3, "2019-01 FR": 1500, "2019-02 FR": 2}
    assert mended.held_back.empty


def test_a_row_that_a_newer_delivery_leaves_out_still_stands(deliver):
    result = deliver(v2019_02_01__a=[line(), line(market="NL")], v2019_03_01__b=[line()])
    assert nights(result.observations) == {"2019-01 FR": 30, "2019-01 NL": 30}
    assert revisions(result.history).empty


def test_a_format_may_say_that_what_is_left_out_is_withdrawn():
    form = DeliveryFormat(**{**dict(FORMATS["stays"]), "complete_along": "month"})

    def said(file: str, *months: str, market: str = "FR") -> pd.DataFrame:
        common = {"purpose": "leisure", "accommodation": "hotel", "market": market, "source_file": file}
        return pd.DataFrame([{**common, "month": month} for month in months])

    old = said("2019-06-01--a.csv", "2018-12", "2019-01", "2019-02", "2019-03", "2019-04")
    other = said("2019-06-01--a.csv", "2019-02", market="NL")
    new = said("2019-07-01--b.csv", "2019-01", "2019-03")
    kept = current(pd.concat([old, other, new], ignore_index=True), form)
    assert kept[["month", "market"]].to_numpy().tolist() == [
        ["2018-12", "FR"],
        ["2019-04", "FR"],
        ["2019-02", "NL"],
        ["2019-01", "FR"],
        ["2019-03", "FR"],
    ]
    with pytest.raises(ValueError, match="keys without a column"):
        DeliveryFormat(**{**dict(FORMATS["stays"]), "complete_along": "year"})


FILES = {
    "2019-02-01--a.csv": [line(), line("2019-02", 5), line("2019-03", "x")],
    "2019-03-01--b.csv": [line(nights=31), line("2019-03", 7)],
    "2019-03-01--c.csv": [line("2019-03", 7), line("2018-11", 8)],
    "undated.csv": [line(nights=1), line("2018-12", 2)],
}


def built(folder: Path, names) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    paths = [folder / name for name in names]
    for path in paths:
        path.write_text(
            "\n".join([HEADING, *FILES[path.name.removeprefix("again-").replace("--copy-", "--")]]), encoding="utf-8"
        )
    result = build_files(paths, SOURCE, CATALOGUE, ROOT / "expectations")
    return result.observations, result.history, sorted(result.held_back["reason"])


@pytest.mark.parametrize("order", list(itertools.permutations(FILES))[5::9])
def test_the_order_of_deliveries_does_not_matter(tmp_path, order):
    first, other = built(tmp_path, FILES), built(tmp_path, order)
    assert_frame_equal(first[0], other[0])
    assert_frame_equal(first[1], other[1])
    assert first[2] == other[2] == []


@pytest.mark.parametrize("name", [*FILES])
def test_a_delivery_given_twice_changes_nothing(tmp_path, name):
    copy = name.replace("--", "--copy-") if "--" in name else f"again-{name}"
    once, twice = built(tmp_path, FILES), built(tmp_path, [*FILES, copy])
    columns = [c for c in once[0].columns if c != "source_ref"]
    assert_frame_equal(once[0][columns], twice[0][columns])
    assert_frame_equal(once[1][[*columns, SINCE, UNTIL]], twice[1][[*columns, SINCE, UNTIL]])


@settings(max_examples=8)
@given(
    st.lists(
        st.tuples(st.sampled_from("1234"), st.sampled_from(["2019-01", "2019-02"]), st.sampled_from([3, 4])),
        min_size=1,
        max_size=6,
        unique_by=lambda row: row[:2],
    )
)
def test_each_day_shows_the_newest_of_what_was_delivered_until_then(given_rows):
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        paths = []
        for number, (day, month, value) in enumerate(given_rows):
            path = Path(folder, f"2020-01-0{day}--{number}.csv")
            path.write_text(f"{HEADING}\n{line(month, value)}\n", encoding="utf-8")
            paths.append(path)
        result = build_files(paths, SOURCE, CATALOGUE, ROOT / "expectations")
    assert result.held_back.empty
    for day in "1234":
        expected = {f"{month} FR": value for _, month, value in sorted(r for r in given_rows if r[0] <= day)}
        assert nights(known_on(result.history, f"2020-01-0{day}")) == expected


# --- register of deliveries, whole project ---------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vintages")
    for name in ("data/catalogue", "data/published", "data/corrections", "expectations", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    project = Project(folder)
    for day, value in (("2020-02-01", 300), ("2020-03-01", 330)):
        path = folder / f"nights-{day}.csv"
        path.write_text(f"{HEADING}\n{line(nights=value)}\n{line('2019-02', 10)}\n", encoding="utf-8")
        add(project, [path], SOURCE, day)
    build(project)
    return project


def test_the_register_of_deliveries_keeps_hash_and_dates(project):
    folder = project.data / "incoming" / SOURCE
    assert sorted(entries(folder)) == sorted(path.name for path in folder.glob("*.csv"))
    stored = min(folder.glob("*.csv"))
    before = stored.read_bytes()
    stored.write_bytes(before.replace(b"300", b"999"))
    result = build_source(project.root, SOURCE, project.catalogue)
    stored.write_bytes(before)
    assert "hanged since it was delivered" in result.held_back["reason"].str.cat()
    assert set(result.held_back["file"]) == {stored.name}
    ledger = folder / LEDGER
    kept = ledger.read_bytes()
    ledger.write_bytes(kept + b"{oops\n")
    result = build_source(project.root, SOURCE, project.catalogue)
    ledger.write_bytes(kept)
    assert "register of deliveries" in result.held_back["reason"].str.cat()


def test_pages_may_speak_of_an_older_vintage(project):
    def total(frame: pd.DataFrame) -> float:
        of = frame[(frame["indicator"] == SOURCE) & (frame["time_period"] == "2019-01/..".partition("/")[0])]
        return float(of[~of["flags"].str.contains("computed")]["obs_value"].sum())

    assert total(project.observations_on()) == total(project.observations_on("2020-03-01")) == 330
    assert total(project.observations_on("2020-02-15")) == 300
    earlier = known_at(project, "2020-02-15")
    assert set(earlier.columns) == set(project.observations.columns)
    computed = earlier[(earlier["indicator"] == SOURCE) & earlier["flags"].str.contains("computed")]
    assert 310.0 in set(computed["obs_value"])
    published = earlier["source"].isin(["published", "catalogue"])
    assert published.sum() == project.observations["source"].isin(["published", "catalogue"]).sum()
    before = project.observations_on("2020-01-01")
    assert not (before["source"] == SOURCE).any()


def test_a_delivery_taken_back_by_the_one_before_it_is_a_delivery(project, tmp_path):
    fresh = Project(tmp_path / "project")
    shutil.copytree(ROOT / "expectations", fresh.root / "expectations")
    vars(fresh)["catalogue"] = CATALOGUE
    path = tmp_path / "nights.csv"
    for day, value in (("2020-02-01", 300), ("2020-03-01", 330), ("2020-04-01", 300), ("2020-05-01", 300)):
        path.write_text(f"{HEADING}\n{line(nights=value)}\n", encoding="utf-8")
        added = add(fresh, [path], SOURCE, day)
        assert bool(added.stored) == (day != "2020-05-01")
    result = build_source(fresh.root, SOURCE, CATALOGUE)
    assert nights(result.observations) == {"2019-01 FR": 300}
    assert revisions(result.history).query("indicator == @SOURCE")["difference"].tolist() == [-30, 30]


def test_kpi_revisions_lists_what_changed(project):
    import json

    from tests.test_cli import kpi, sentence

    listed = kpi("revisions", "--indicator", SOURCE, "--format", "json", root=project.root)
    assert listed.returncode == 0, listed.stderr
    (change,) = json.loads(listed.stdout)
    assert (change["old_value"], change["new_value"], change["difference"], change["percent"]) == (300, 330, 30, 10)
    assert change["since"] == "2020-03-01"
    none = kpi("revisions", "--indicator", "press-trips", root=project.root)
    assert "no delivery has changed" in sentence(none)
    wrong = kpi("revisions", "--indicator", "press-trip", root=project.root)
    assert wrong.returncode == 2
    assert "did you mean" in sentence(wrong)


def test_pages_tell_what_newer_deliveries_changed(project, tmp_path):
    from kpi.reporting.prepare import prepare_page
    from kpi.reporting.revised import changes_table, of_indicators, read_changes, write_revision_pages

    page = prepare_page(project, "image-2022/os-2", "en")
    told = page.provenance().html
    assert "+30" in told
    assert "1 March 2020" in told
    assert "Revised figures" not in prepare_page(project, "extrel-2021/oo-1-3", "en").provenance().html
    earlier = prepare_page(project, "image-2022/os-2", "en", as_of="2020-02-15")
    assert "Revised figures" not in earlier.provenance().html
    changes = read_changes(project)
    # A share is revised when what it is computed from is.
    assert len(of_indicators(changes, project.catalogue, {"overnight-stays"})) == 1
    assert changes_table(changes.iloc[:0], project.catalogue, page.words) == ""
    write_revision_pages(project, tmp_path)
    assert "+30" in (tmp_path / "fr" / "revisions.html").read_text("utf-8")
