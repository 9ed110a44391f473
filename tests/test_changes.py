"""What changed since the previous publication: told once, in words and as a feed, the same for the same data."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from kpi.catalogue import LANGUAGES
from kpi.i18n import translator
from kpi.reporting.changes import compare, kpi_state, next_state, read_state, write_changes
from kpi.reporting.prepare import summarise
from tests.report_fixture import HOSTILE, catalogue, report

ATOM = "{http://www.w3.org/2005/Atom}"
OBJECTIVE = "note-2022/os-1"
KEY = f"{OBJECTIVE}#nights"


def figure(**more):
    plain = {"indicator": "nights", "where": {}, "value": 7e6, "qualifier": "eq", "unit": "nights"}
    return {**plain, "period": "2022", "status": "undetermined", "stale": False, **more}


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ({}, figure(), ["new"]),
        (figure(), figure(period="2023"), ["new"]),
        (figure(), figure(value=8e6), ["revised"]),
        (figure(), figure(qualifier="gt"), ["revised"]),
        (figure(), figure(period="2021"), ["withdrawn"]),
        (figure(), {"indicator": "nights", "where": {}}, ["withdrawn"]),
        (figure(), figure(status="reached"), ["verdict"]),
        (figure(), figure(stale=True), ["stale"]),
        (figure(stale=True), figure(stale=True), []),
        (figure(), figure(period="2023", status="reached", stale=True), ["new", "verdict", "stale"]),
        ({}, {"indicator": "nights", "where": {}}, []),
    ],
)
def test_what_happened_to_a_kpi(old, new, kinds):
    assert [change["kind"] for change in compare({KEY: old} if old else {}, {KEY: new})] == kinds


def test_the_state_holds_real_values_only():
    told = {kpi["indicator"]: kpi for kpi in summarise(report())["kpis"]}
    assert (told["nights"]["value"], told["nights"]["period"]) == (7e6, "2022")
    assert told["spending"]["qualifier"] == "gt"
    assert "period" not in told["markets"], "made-up numbers are no state"
    assert "period" not in told["owed"]
    assert json.loads(json.dumps(told)) == told
    nights = report().kpis[0]
    assert kpi_state(nights, "2030-01-01")["stale"] is True
    hidden = nights.headline.rows.assign(obs_value=float("nan"))
    assert "period" not in kpi_state(replace(nights, headline=replace(nights.headline, rows=hidden)), "2022")


def summaries(*kpis):
    return {OBJECTIVE: {"kpis": list(kpis)}}


def test_an_unchanged_run_keeps_state_and_log():
    first = next_state(summaries(figure()), None, "2022")
    assert first["log"] == []
    moved = next_state(summaries(figure(status="reached")), first, "2023")
    assert [(e["since"], e["until"], len(e["changes"])) for e in moved["log"]] == [("2022", "2023", 1)]
    assert next_state(summaries(figure(status="reached")), moved, "2023") == moved


def test_an_objective_that_failed_keeps_its_state():
    first = next_state(summaries(figure()), None, "2022")
    assert next_state({}, first, "2022") == first


@pytest.fixture
def site(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    write_changes(catalogue(), summaries(figure()), old, tmp_path / "none", "2022-12-31")
    gone = {"indicator": "no-longer", "where": {}, **figure(indicator="no-longer")}
    hostile = figure(indicator="tickets", where={"market": HOSTILE}, value=0.1 + 0.2, unit="count")
    after = summaries(figure(value=8e6, status="reached"), hostile, gone)
    write_changes(catalogue(), after, new, old, "2023-06-30")
    return new


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_what_changed(site, language):
    html = (site / language / "changes.html").read_text("utf-8")
    words = translator(language)
    assert words.t("changes.kind.revised") in html
    assert f"{words.value(7e6, 'nights')} (2022)" in html
    assert f"● {words.t('status.reached')}" in html
    assert 'href="note-2022/os-1.html"' in html
    assert "no-longer" not in html
    assert "<script" not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_feed_is_atom_with_ids_that_last(site, language, tmp_path):
    text = (site / language / "changes.atom").read_text("utf-8")
    feed = ET.fromstring(text)  # noqa: S314  (our own file)
    assert feed.tag == f"{ATOM}feed"
    for parent in (feed, *feed.findall(f"{ATOM}entry")):
        for needed in ("id", "title", "updated"):
            assert parent.findtext(f"{ATOM}{needed}"), needed
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", parent.findtext(f"{ATOM}updated"))
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}updated") == "2023-06-30T00:00:00Z"
    assert "<table>" in entry.findtext(f"{ATOM}content")
    ids = [e.text for e in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    state = read_state(site)
    write_changes(catalogue(), {}, tmp_path / "again", site, state["as_of"])
    for name in ("changes.atom", "changes.html"):
        assert (tmp_path / "again" / language / name).read_bytes() == (site / language / name).read_bytes()
