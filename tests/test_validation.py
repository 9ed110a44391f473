import json
import math
import os
import subprocess
import sys

import pandas as pd
import pytest

from kpi.errors import KpiError
from kpi.families import LAYOUTS, check_families
from kpi.observations import tidy
from kpi.validation import FAILURE, SEVERITIES, validate
from tests.small_catalogue import small_catalogue


def suite(folder, *expectations, name="s"):
    entries = [
        {
            "type": kind,
            "kwargs": kwargs,
            "meta": {"rule": f"r{number}", "message": {"fr": "mot", "nl": "woord", "en": "word"}, "remedy": {}},
        }
        for number, (kind, kwargs) in enumerate(expectations)
    ]
    (folder / f"{name}.json").write_text(json.dumps({"name": name, "expectations": entries}), encoding="utf-8")


FRAME = pd.DataFrame({"a": [1.0, -2.0, float("nan")], "m": ["x", "y", "z"]}, index=[10, 20, 30])


def test_rows_are_split_with_their_index(tmp_path):
    suite(
        tmp_path,
        ("expect_column_values_to_be_between", {"column": "a", "min_value": 0}),
        ("expect_column_values_to_be_in_set", {"column": "m", "value_set": {"$PARAMETER": "known"}}),
    )
    verdict = validate(FRAME, "s", {"known": ["x", "y"], "other": []}, tmp_path)
    assert verdict.accepted.index.tolist() == [10]
    assert list(verdict.held_back.columns) == list(FAILURE)
    assert verdict.held_back[["index", "column", "found", "expected"]].to_numpy().tolist() == [
        [20, "a", "-2", "word"],
        [30, "m", "z", "word"],
    ]
    assert validate(FRAME, "s", {"known": ["x"]}, tmp_path, language="nl").held_back["expected"].iloc[0] == "woord"


def test_every_row_that_fails_is_found_however_many_there_are(tmp_path):
    """The library gives no more than two hundred values of a failure."""
    suite(tmp_path, ("expect_column_values_to_be_between", {"column": "a", "min_value": 0}))
    held_back = validate(pd.DataFrame({"a": [-float(n) for n in range(450)]}), "s", {}, tmp_path).held_back
    assert held_back["found"].tolist() == [f"-{n}" for n in range(1, 450)]
    assert held_back["index"].tolist() == list(range(1, 450))


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        ("expect_column_to_exist", {"column": "b"}),
        ("expect_column_values_to_be_between", {"column": "b", "min_value": 0}),
        ("expect_table_columns_to_match_set", {"column_set": ["a", "m", "b"], "exact_match": False}),
    ],
)
def test_a_failure_of_the_table_holds_all_back(tmp_path, kind, kwargs):
    suite(tmp_path, (kind, kwargs))
    verdict = validate(FRAME, "s", {}, tmp_path)
    assert verdict.accepted.empty
    assert verdict.held_back["index"].isna().tolist() == [True]


def test_an_empty_table_needs_no_library(tmp_path):
    suite(tmp_path)
    assert validate(FRAME.iloc[:0], "s", {}, tmp_path).held_back.empty


def test_a_suite_that_cannot_be_used(tmp_path):
    with pytest.raises(KpiError, match="not readable as an expectation suite"):
        validate(FRAME, "s", {}, tmp_path)
    (tmp_path / "s.json").write_text("{}", encoding="utf-8")
    with pytest.raises(KpiError, match="expected an expectation suite"):
        validate(FRAME, "s", {}, tmp_path)
    suite(tmp_path, ("expect_column_values_to_be_in_set", {"column": "m", "value_set": {"$PARAMETER": "known"}}))
    with pytest.raises(KpiError, match="parameter known"):
        validate(FRAME, "s", {}, tmp_path)
    raw = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    raw["expectations"][0]["meta"]["severity"] = "holdback"
    (tmp_path / "s.json").write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(KpiError, match=r"rule 'r0' has the severity 'holdback': did you mean 'hold-back'"):
        validate(FRAME, "s", {}, tmp_path)


def test_suites_of_the_project_are_whole(root):
    from kpi.sources import module, modules
    from kpi.validation import _great_expectations

    gx = _great_expectations()
    names = {form.suite for source in modules() for form in module(source).FORMATS.values()} | {"tidy"}
    names |= {f"family-{family}" for family in LAYOUTS}
    assert names == {path.stem for path in (root / "expectations").glob("*.json")}
    for name in names:
        raw = json.loads((root / "expectations" / f"{name}.json").read_text(encoding="utf-8"))
        loaded = gx.ExpectationSuite(name=raw["name"], expectations=raw["expectations"]).to_json_dict()
        assert raw["name"] == name
        assert len(loaded["expectations"]) == len(raw["expectations"])
        rules = [entry["meta"]["rule"] for entry in raw["expectations"]]
        assert len(set(rules)) == len(rules)
        for entry in raw["expectations"]:
            assert entry["meta"].get("severity", "hold-back") in SEVERITIES
            for words in ("message", "remedy"):
                assert set(entry["meta"][words]) == {"fr", "nl", "en"}
                assert all(entry["meta"][words].values())


@pytest.mark.parametrize(("severity", "accepted", "told"), [("stop", 0, 1), ("hold-back", 2, 1), ("note", 3, 0)])
def test_a_severity_says_what_follows(tmp_path, severity, accepted, told):
    suite(tmp_path, ("expect_column_values_to_be_between", {"column": "a", "min_value": 0}))
    path = tmp_path / "s.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["expectations"][0]["meta"]["severity"] = severity
    path.write_text(json.dumps(raw), encoding="utf-8")
    verdict = validate(FRAME, "s", {}, tmp_path)
    assert (len(verdict.accepted), len(verdict.held_back)) == (accepted, told)
    assert verdict.checks[["rule", "severity", "checked", "failed", "found"]].to_numpy().tolist() == [
        ["r0", severity, 3, 1, "-2"]
    ]
    assert verdict.result == validate(FRAME, "s", {}, tmp_path).result, "the same data gives the same result"


def test_a_code_that_no_row_may_have_is_found_even_where_none_is_right(tmp_path):
    suite(tmp_path, ("expect_column_values_to_be_in_set", {"column": "m", "value_set": {"$PARAMETER": "known"}}))
    assert validate(FRAME, "s", {"known": ["q"]}, tmp_path).accepted.empty


def _counted(source, **values):
    rows = [
        {"indicator": name, "freq": freq, "time_period": period, "obs_value": value, "unit_measure": "count"}
        | {"source": source, "source_ref": "f"}
        for name, (freq, by_period) in values.items()
        for period, value in by_period.items()
    ]
    return tidy(row | {"indicator": row["indicator"].replace("_", "-")} for row in rows)


def test_families_note_funnels_that_grow_and_stocks_that_do_not_follow(root):
    year = {"2022": 9.0, "2023": 5.0}
    months = {"2023-01": 4.0, "2023-02": 6.0, "2023-03": 9.0}
    funnel = _counted(
        "calls", call_applications_received=("A", year), call_applications_admissible=("A", {"2022": 3.0, "2023": 6.0})
    )
    opened, closed = {"2023-02": 3.0, "2023-03": 1.0}, {"2023-02": 1.0, "2023-03": 8.0}
    stock = _counted(
        "files",
        inspection_files_pending=("M", months),
        inspection_files_opened=("M", opened),
        inspection_files_closed=("M", closed),
    )
    rows = pd.concat([funnel, stock], ignore_index=True)
    found = check_families(rows, small_catalogue(), root / "expectations")
    counted = {
        source: {
            check["rule"]: (check["checked"], check["failed"])
            for v in verdicts
            for check in v.checks.to_dict("records")
        }
        for source, verdicts in found.items()
    }
    # February: 4 + 3 - 1 = 6. March: 8 closed of 6 + 1, and 9 instead of -1.
    assert counted == {
        "calls": {"step-never-grows": (2, 1)},
        "files": {"closed-within-available": (2, 1), "stock-carried-over": (2, 1), "every-period-given": (3, 0)},
    }


def test_families_note_holes_old_periods_and_large_revisions(root):
    catalogue = small_catalogue()
    monthly = catalogue.indicator("arrivals").model_copy(update={"frequency": "monthly"})
    kept = [i for i in catalogue.indicators if i.id != "arrivals"]
    catalogue = catalogue.model_copy(update={"indicators": (*kept, monthly)})
    rows = pd.concat(
        [
            _counted("nights", arrivals=("M", {"2023-01": 40.0, "2023-02": 50.0, "2023-04": 90.0})),
            _counted("visits", arrivals=("M", {"2023-01": 40.0, "2023-02": 50.0, "2023-03": 60.0})),
        ],
        ignore_index=True,
    )
    # Ninety-two days after April is the last day of July; no clock is read, and what has no date is not judged.
    rows["vintage"] = rows["source"].map({"nights": "2023-08-01", "visits": "2022"})
    moved = [("2023-01", 10.0), ("2023-02", 8.0), ("2023-02", 2.0), ("2023-04", math.nan)]
    changes = pd.DataFrame(
        {"source": "nights", "indicator": "arrivals", "ref_area": "BE10", "freq": "M", "measure": "actual"}
        | {"time_period": period, "difference": by, "old_value": math.nan, "new_value": 5.0}
        for period, by in moved
    )
    found = check_families(rows, catalogue, root / "expectations", changes)
    told = {
        (source, check["rule"]): (check["checked"], check["failed"], check["found"])
        for source, verdicts in found.items()
        for verdict in verdicts
        for check in verdict.checks.to_dict("records")
    }
    # Revised: 30 -> 40 is a third more, 40 -> 50 a quarter, which is allowed; 85 -> 90 by what was added.
    assert told == {
        ("nights", "every-period-given"): (1, 1, "arrivals"),
        ("visits", "every-period-given"): (1, 0, ""),
        ("nights", "period-fresh"): (1, 1, "monthly"),
        ("nights", "revision-moderate"): (3, 1, "arrivals 2023-01"),
    }
    assert all(len(v.held_back) == 0 and len(v.accepted) for verdicts in found.values() for v in verdicts)
    fresh = check_families(rows.assign(vintage="2023-07-31"), catalogue, root / "expectations")
    assert all(v.checks["failed"].eq(0).all() for v in fresh["nights"] if "period-fresh" in set(v.checks["rule"]))


@pytest.mark.slow
def test_nothing_is_printed_written_or_sent(tmp_path, root):
    """In a process of its own: the library is imported there for the first time, and the network is shut."""
    suite(tmp_path, ("expect_column_values_to_be_between", {"column": "a", "min_value": 0}))
    code = (
        "import socket, sys\n"
        "def shut(*_): raise AssertionError('network')\n"
        "socket.socket.connect = shut\n"
        "import pandas as pd\n"
        "import kpi.validation as v\n"
        "assert 'great_expectations' not in sys.modules\n"
        "from pathlib import Path\n"
        f"print(len(v.validate(pd.DataFrame({{'a': [1.0, -1.0]}}), 's', {{}}, Path({str(tmp_path)!r})).accepted))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(root), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["s.json"]


def test_what_no_suite_uses_is_loaded_when_it_is_used():
    """In a process of its own: here much is loaded already."""
    code = """
import sys
from kpi.validation import load
load()
import kpi.reporting.render
assert not {"altair.expr", "scipy.stats._stats_py", "rfc3987_syntax.syntax_helpers"} & sys.modules.keys()
import altair
import scipy.stats
from scipy.stats import norm
from altair.utils import core
assert altair.Chart and core
assert scipy.stats.norm is norm and norm.cdf(0) == 0.5
import great_expectations.expectations.core.expect_column_kl_divergence_to_be_less_than as users
assert users.stats.entropy and users.alt.Chart
"""
    subprocess.run([sys.executable, "-c", code], check=True)
