"""Notebooks run for real, as an analyst's kernel runs them, and are strict about their parameters."""

from __future__ import annotations

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from tests.conftest import ROOT

pytestmark = pytest.mark.notebook

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def execute(path, project, monkeypatch, **parameters):
    monkeypatch.setenv("KPI_ROOT", str(project.root))
    return papermill.execute_notebook(path, None, parameters=parameters, progress_bar=False, kernel_name="python3")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom_and_shows_something(path, built_project, monkeypatch):
    executed = execute(path, built_project, monkeypatch)
    shown = [output for cell in executed.cells if cell.cell_type == "code" for output in cell.outputs]
    assert shown
    assert not [output for output in shown if output.output_type == "error"]
    assert not [output for output in shown if output.output_type == "stream" and output.name == "stderr"]


def test_a_mistyped_parameter_stops_the_report(built_project, monkeypatch):
    """papermill itself only warns, and renders the default report under the wrong name."""
    path = ROOT / "notebooks" / "objective_report.ipynb"
    with pytest.raises(PapermillExecutionError, match=r"Unknown parameter 'objectiv': did you mean 'objective'\?"):
        execute(path, built_project, monkeypatch, objectiv="image-2022/os-2")


def test_a_parameter_of_the_wrong_type_stops_the_report(built_project, monkeypatch):
    path = ROOT / "notebooks" / "objective_report.ipynb"
    with pytest.raises(PapermillExecutionError, match="Parameter 'use_sample': found 'no'"):
        execute(path, built_project, monkeypatch, use_sample="no")


def test_no_calculation_lives_in_the_report_notebook():
    notebook = nbformat.read(ROOT / "notebooks" / "objective_report.ipynb", as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert not [word for word in ("pandas", "plotly", "groupby", "def ", "for ") if word in code]
