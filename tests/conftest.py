"""Shared by all tests: the project's own folder, the reference tables beside it, and small made-up rows."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from kpi.observations import tidy
from tests.collect_fixture import empty, filled, given_back, owing  # noqa: F401  (fixtures of the collection tests)

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# Time is measured in benchmarks/, never asserted in a test.
settings.register_profile("house", deadline=None, max_examples=40)
settings.load_profile("house")

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference tables that are not part of the project; tests that use them skip where they are absent."""
    if not (SHARED / "reference").is_dir():
        pytest.skip("the reference tables (../shared/reference) are not here")
    return SHARED


@pytest.fixture(scope="session")
def catalogue():
    from kpi.register import load_catalogue

    return load_catalogue(ROOT / "data" / "catalogue")


@pytest.fixture(scope="session")
def built_project(tmp_path_factory):
    """The project built from what is committed, in a folder of its own; tests share it and only read."""
    import shutil

    from kpi.build import build
    from kpi.project import Project

    folder = tmp_path_factory.mktemp("built")
    for name in ("data/catalogue", "data/published", "data/corrections", "data/sample", "expectations", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    project = Project(folder)
    build(project)
    return project


def rows(*entries: dict, **common) -> pd.DataFrame:
    """Tidy rows from few words: what is not given is a plain yearly count of a delivery."""
    base = {"indicator": "x", "freq": "A", "unit_measure": "count", "source": "s", "source_ref": "f.csv row 2"}
    return tidy([{**base, **common, **entry} for entry in entries])


@pytest.fixture(scope="session")
def make_rows():
    return rows
