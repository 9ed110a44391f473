import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from kpi.errors import KpiError
from kpi.validation import FAILURE, validate


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


def test_suites_of_the_project_are_whole(root):
    from kpi.sources import module, modules
    from kpi.validation import _great_expectations

    gx = _great_expectations()
    names = {form.suite for source in modules() for form in module(source).FORMATS.values()} | {"tidy"}
    assert names == {path.stem for path in (root / "expectations").glob("*.json")}
    for name in names:
        raw = json.loads((root / "expectations" / f"{name}.json").read_text(encoding="utf-8"))
        loaded = gx.ExpectationSuite(name=raw["name"], expectations=raw["expectations"]).to_json_dict()
        assert raw["name"] == name
        assert len(loaded["expectations"]) == len(raw["expectations"])
        rules = [entry["meta"]["rule"] for entry in raw["expectations"]]
        assert len(set(rules)) == len(rules)
        for entry in raw["expectations"]:
            for words in ("message", "remedy"):
                assert set(entry["meta"][words]) == {"fr", "nl", "en"}
                assert all(entry["meta"][words].values())


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
