"""Shared by all tests: the project's own folder, the reference tables beside it, and small made-up rows."""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import shutil
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock
from hypothesis import settings

from kpi import api
from kpi.cli import RARELY
from kpi.observations import tidy
from tests.collect_fixture import empty, filled, given_back, owing  # noqa: F401  (fixtures of the collection tests)

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
BUILT_FROM = ("data/catalogue", "data/published", "data/corrections", "data/sample", "expectations", "notebooks")

# Time is measured in benchmarks/, never asserted in a test.
settings.register_profile("house", deadline=None, max_examples=40)
settings.load_profile("house")

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
pd.set_option("mode.string_storage", "python")  # as the commands do
gc.set_threshold(*RARELY)  # as the commands do


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, then notebooks, then the browser; so that no two processes wait for one build.

    Of fast tests those that need a build come last, of the others first: a process that is done takes from the end.
    """

    def late(item: pytest.Item) -> list[bool]:
        marked = [bool(item.get_closest_marker(name)) for name in ("browser", "notebook")]
        return [*marked, ("built" in getattr(item, "fixturenames", ())) != any(marked)]

    items.sort(key=late)


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
def built(tmp_path_factory):
    """The project built from what is committed, in a folder of its own, and what the build said; tests only read.

    Processes that test side by side share one build: whoever comes first makes it, the others wait.
    """
    from kpi.build import build
    from kpi.project import Project

    common = tmp_path_factory.getbasetemp()
    common = common.parent if os.environ.get("PYTEST_XDIST_WORKER") else common
    folder, said = common / "built", common / "built.pickle"
    with FileLock(common / "built.lock"):
        if not said.exists():
            shutil.rmtree(folder, ignore_errors=True)
            for name in BUILT_FROM:
                shutil.copytree(ROOT / name, folder / name)
            said.write_bytes(pickle.dumps(build(Project(folder))))
    return Project(folder), pickle.loads(said.read_bytes())  # noqa: S301  (written above)


@pytest.fixture(scope="session")
def built_project(built):
    return built[0]


@pytest.fixture(scope="module", autouse=True)
def _light():
    """Let go of the projects that a module opened: what a process holds makes its later forks slower."""
    yield
    api._OPENED.clear()
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def rows(*entries: dict, **common) -> pd.DataFrame:
    """Tidy rows from few words: what is not given is a plain yearly count of a delivery."""
    base = {"indicator": "x", "freq": "A", "unit_measure": "count", "source": "s", "source_ref": "f.csv row 2"}
    return tidy([{**base, **common, **entry} for entry in entries])


@pytest.fixture(scope="session")
def make_rows():
    return rows
