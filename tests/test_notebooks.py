"""Notebooks run for real, and are strict about their parameters."""

from __future__ import annotations

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from kpi.api import remember
from kpi.reporting.check_notebook import check_notebook
from kpi.reporting.engine import forget
from kpi.reporting.render import ENGINE
from tests.conftest import ROOT

pytestmark = pytest.mark.notebook

FOLDER = ROOT / "notebooks"
EXPLORATIONS = sorted(FOLDER.glob("explore_*.ipynb"))


def execute(path, project, monkeypatch, *, engine=None, **parameters):
    monkeypatch.setenv("KPI_ROOT", str(project.root))
    return papermill.execute_notebook(
        path, None, parameters=parameters, engine_name=engine, progress_bar=False, kernel_name="python3", cwd=FOLDER
    )


def assert_well(executed):
    shown = [output for cell in executed.cells if cell.cell_type == "code" for output in cell.outputs]
    assert shown
    assert not [output for output in shown if output.output_type == "error"]
    assert not [output for output in shown if output.output_type == "stream" and output.name == "stderr"]


def test_the_families_have_their_exploration():
    families = {path.stem.removeprefix("explore_") for path in EXPLORATIONS}
    assert families == {
        *("overnight_stays", "export_aid", "convention_bureau", "press_trips", "film_fund"),
        *("calls_for_projects", "register"),
    }


@pytest.mark.parametrize("path", EXPLORATIONS, ids=lambda path: path.stem)
def test_an_exploration_runs_from_top_to_bottom_and_shows_something(path, built_project, monkeypatch):
    # In this process, as a run does it: seven kernels would take longer than the seven analyses.
    remember(built_project)
    forget()
    assert_well(execute(path, built_project, monkeypatch, engine=ENGINE))


def test_the_report_runs_in_a_kernel_as_an_analyst_opens_it(built_project, monkeypatch):
    assert_well(execute(FOLDER / "objective_report.ipynb", built_project, monkeypatch))


def test_a_new_report_would_run_as_it_is(built_project, monkeypatch):
    monkeypatch.setenv("KPI_ROOT", str(built_project.root))
    remember(built_project)
    assert check_notebook(built_project, FOLDER / "template_objective.ipynb", "nl") == []


def test_a_mistyped_parameter_stops_the_report(built_project, monkeypatch):
    """papermill itself only warns, and renders the default report under the wrong name."""
    path = FOLDER / "objective_report.ipynb"
    with pytest.raises(PapermillExecutionError, match=r"Unknown parameter 'objectiv': did you mean 'objective'\?"):
        execute(path, built_project, monkeypatch, objectiv="image-2022/os-2")


def test_a_parameter_of_the_wrong_type_stops_the_report(built_project, monkeypatch):
    path = FOLDER / "objective_report.ipynb"
    forget()
    with pytest.raises(PapermillExecutionError, match="Parameter 'use_sample': found 'no'"):
        execute(path, built_project, monkeypatch, engine=ENGINE, use_sample="no")


@pytest.mark.parametrize("name", ["objective_report", *(path.stem for path in EXPLORATIONS)])
def test_no_calculation_lives_in_a_notebook(name):
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    forbidden = ["groupby", "merge(", "rolling", "cumsum"]
    if name == "objective_report":
        forbidden += ["pandas", "plotly", "def ", "for "]
    assert not [word for word in forbidden if word in code]
