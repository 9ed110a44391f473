"""The page on adding a source works as written: its module, suite, sample and entry are a source."""

from __future__ import annotations

import json
import re
import textwrap
import types

import pytest
import yaml

from kpi.catalogue import Source
from kpi.sources import build as building
from tests.source_files import ROOT, catalogue, values

PAGE = (ROOT / "docs" / "how-to" / "add-a-source.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^   ```{language}\n(.*?)^   ```", PAGE, re.DOTALL | re.MULTILINE)
    return textwrap.dedent(found)


@pytest.fixture
def source(monkeypatch, tmp_path):
    module = types.ModuleType("kpi.sources.library_loans")
    exec(compile(block("python"), "library_loans.py", "exec"), module.__dict__)  # noqa: S102  (the page's own code)
    monkeypatch.setattr(building, "module", lambda _: module)
    folder = tmp_path / "expectations"
    folder.mkdir()
    (folder / "library-loans.json").write_text(block("json"), "utf-8")
    (folder / "tidy.json").write_text((ROOT / "expectations" / "tidy.json").read_text("utf-8"), "utf-8")
    return folder


def test_module_suite_and_sample_of_the_page_fit_together(source, tmp_path):
    path = tmp_path / "loans.csv"
    path.write_text(block("csv") + "3;Someone;04/01/2019;NL;0\n", "utf-8")
    result = building.build_files([path], "library-loans", catalogue(), source)
    assert values(result.observations, "brochures-distributed", "time_period", "market") == {
        ("2019-01", "FR"): 3,
        ("2019-01", "UNK"): 1,
    }
    assert result.held_back["row"].tolist() == ["4"]
    assert "at least one item" in result.held_back.loc[0, "reason"]
    assert "reader" not in result.observations.to_csv()


def test_the_entry_of_the_page_is_a_source_of_known_indicators():
    entry = Source.model_validate(yaml.safe_load(block("yaml"))[0])
    assert entry.id == "library-loans"
    assert catalogue().organisation(entry.organisation)
    assert all(catalogue().has_indicator(name) for name in entry.indicators)


def test_the_suite_of_the_page_has_the_form_of_ours():
    suite = json.loads(block("json"))
    near = json.loads((ROOT / "expectations" / "rankings.json").read_text("utf-8"))
    assert suite.keys() == near.keys()
    assert suite["expectations"][0].keys() == near["expectations"][0].keys()
