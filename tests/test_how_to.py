"""The how-to pages work as written: their YAML goes in, nothing else changes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kpi.checks import check_catalogue
from kpi.compose import compose
from kpi.draft import catalogue_targets
from kpi.evidence import Evidence
from kpi.register import load_catalogue
from tests.conftest import ROOT, rows

PAGES = ROOT / "docs" / "how-to"


def example(name: str) -> str:
    return re.findall(r"```yaml\n# [^\n]*\n(.*?)```", (PAGES / name).read_text("utf-8"), re.DOTALL)[0]


@pytest.fixture
def folder(tmp_path) -> Path:
    shutil.copytree(ROOT / "data" / "catalogue", tmp_path / "catalogue")
    return tmp_path / "catalogue"


def with_kpi(folder: Path, *below: str) -> None:
    path = folder / "indicators" / "visitors.yaml"
    path.write_text(path.read_text("utf-8").rstrip() + "\n\n" + example("add-a-kpi.md") + "".join(below), "utf-8")


def report(folder: Path, *values: tuple[str, float]):
    catalogue = load_catalogue(folder)
    assert check_catalogue(catalogue) == []
    delivered = rows(
        *({"time_period": period, "obs_value": value} for period, value in values),
        indicator="museum-night-visitors",
        unit_measure="persons",
        source="published",
    )
    targets = catalogue_targets(catalogue)
    both = {"museum-night-visitors": _stacked(delivered, targets[targets["indicator"] == "museum-night-visitors"])}
    brief = compose(catalogue.objective("image-2022/os-3"), catalogue, Evidence(both, {}), as_of="2022")
    (found,) = (r for r in (*brief.reports, *brief.without_data) if r.indicator.id == "museum-night-visitors")
    return found


def _stacked(*frames):
    from kpi.observations import combine

    return combine(frames)


def test_a_kpi_is_one_entry(folder):
    with_kpi(folder)
    assert report(folder).assessment.status == "no-data"


def test_an_objective_is_one_entry(folder):
    path = folder / "objectives" / "image-2022.yaml"
    path.write_text(path.read_text("utf-8").rstrip() + "\n\n" + example("add-an-objective.md"), "utf-8")
    catalogue = load_catalogue(folder)
    assert "image-2022/oo-3-15" in [child.id for child in catalogue.children("image-2022/os-3")]


def test_a_target_is_one_entry(folder):
    with_kpi(folder, example("add-a-target.md"))
    found = report(folder, ("2019", 10_000), ("2020", 20_000), ("2021", 30_000))
    assert found.assessment.status == "on-course"
    assert found.assessment.expected == pytest.approx(10_000 + 50_000 * 2 / 6)


@pytest.mark.parametrize(("value", "light"), [(50_000, "green"), (49_999, "orange"), (40_000, "orange"), (1, "red")])
def test_a_traffic_light_is_one_entry(folder, value, light):
    with_kpi(folder, example("add-a-traffic-light.md"))
    assessment = report(folder, ("2021", value)).assessment
    assert assessment.light == light
    assert assessment.status == ("reached" if light == "green" else "off-course")


def test_the_film_fund_reads_exactly_21_million_as_green(catalogue):
    lights = [d.traffic_light for d in catalogue.indicator("audiovisual-direct-spending").declared if d.traffic_light]
    (light,) = [light for light in lights if not light.empty]
    assert (light.green.low, light.orange.low, light.orange.high, light.red.high) == (21e6, 15e6, 21e6, 15e6)
