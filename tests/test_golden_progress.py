"""Verdicts and traffic lights against cases worked out by hand in ``tests/golden``, each with its derivation."""

from __future__ import annotations

import pytest
import yaml

from kpi.catalogue import Band, Progress, TrafficLight
from kpi.compose import group
from kpi.lights import read_light
from kpi.verdicts import assess
from tests.conftest import ROOT, rows
from tests.test_derive import indicator

GOLDEN = ROOT / "tests" / "golden"
VERDICTS = yaml.safe_load((GOLDEN / "progress_verdicts.yaml").read_text(encoding="utf-8"))["cases"]
LIGHTS = yaml.safe_load((GOLDEN / "lights_bands.yaml").read_text(encoding="utf-8"))


def _series(case):
    unit, flow = case.get("unit", "count"), case.get("flow", "flow")
    values = [(2019 + i, value) for i, value in enumerate(case["values"]) if value is not None]
    if case.get("only_last"):
        values = values[-1:]
    entries = [{"time_period": str(year), "obs_value": float(value)} for year, value in values]
    if not entries:
        return None
    entries[-1] |= case.get("last", {})
    found, _ = group(indicator("x"), rows(*entries, source="published", unit_measure=unit, flow=flow), {})
    assert len(found) == 1
    return found[0]


def _target(case):
    goal = case.get("target")
    edges = {"value_low": goal[0], "value_high": goal[1]} if isinstance(goal, list) else {"obs_value": goal}
    row = {
        **edges,
        "time_period": str(case.get("by", "")),
        "measure": "target",
        "source": "published",
        "unit_measure": case.get("unit", "count"),
        "qualifier": "range" if isinstance(goal, list) else case.get("qualifier", "eq"),
        "flags": "every-year" if case.get("yearly") else "",
    }
    return rows(row) if goal is not None else rows(row).iloc[:0]


@pytest.mark.parametrize("case", VERDICTS, ids=lambda case: case["why"][:60])
def test_verdict(case):
    progress = Progress(
        method="compound-growth" if case.get("growth") else None,
        baseline=case.get("baseline"),
        margin=case.get("margin"),
    )
    got = assess(_series(case), _target(case), case.get("direction", "higher"), progress, case.get("revised"))
    assert (got.status, got.reason) == (case["verdict"], case.get("reason", ""))
    assert got.trend == case.get("trend", "")
    assert got.method == case.get("method", got.method)
    assert got.pace == case.get("pace", got.pace)
    assert case.get("flag", "") in {"", *got.flags}
    for name, wanted in case.get("needs", {}).items():
        assert getattr(got, name) == pytest.approx(wanted, rel=1e-6, abs=case.get("about", 1e-9)), name


@pytest.mark.parametrize("case", LIGHTS["cases"], ids=lambda case: case["why"][:60])
def test_light(case):
    light = TrafficLight(period="annual", **{c: Band(low=b[0], high=b[1]) for c, b in LIGHTS["bands"].items()})
    row = {
        "time_period": "2021",
        "obs_value": case.get("value"),
        "value_low": case.get("low"),
        "value_high": case.get("high"),
        "qualifier": case.get("qualifier", "eq"),
        "obs_status": case.get("status", "A"),
        "flow": case.get("flow", "flow"),
        "measure": case.get("measure", "actual"),
    }
    (series,), _ = group(indicator("x"), rows(row, unit_measure="EUR", source="published"), {})
    got = read_light(series, light, Progress(margin=case.get("margin")))
    if case.get("none"):
        assert got is None
        return
    assert got is not None
    assert (got.light, got.reason) == (case.get("colour"), case.get("reason", ""))
    assert got.status == {"green": "reached", None: "undetermined"}.get(case.get("colour"), "off-course")


def test_there_are_enough_cases_and_each_says_why():
    cases = [*VERDICTS, *LIGHTS["cases"]]
    assert len(cases) >= 40
    assert all(case["why"] for case in cases)
