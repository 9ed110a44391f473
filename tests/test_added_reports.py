"""A report of one's own: strict parameters, nothing a page cannot carry, no network; checked before, rendered after."""

from __future__ import annotations

import json
import shutil
import socket

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from typer.testing import CliRunner

from kpi.api import remember
from kpi.cli import app
from kpi.errors import CatalogueError, KpiError, UsageError
from kpi.project import Project
from kpi.reporting.check_notebook import check_notebook
from kpi.reporting.engine import forget
from kpi.reporting.extra import render_report, report_jobs
from kpi.reporting.fit import unfit_outputs
from kpi.reporting.fragments import HTML, PLOTLY
from kpi.reporting.new_report import new_report
from kpi.reporting.offline import offline
from kpi.reporting.parameters_cell import checked_values, declared_parameters
from kpi.reporting.portal import write_portal
from tests.conftest import ROOT

PARAMETERS = 'language: str = "en"\nuse_sample: bool = True\ntop: int = 5\nlimit: float = 1\n'
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook(*sources: str, parameters: str | None = PARAMETERS):
    cells = [new_code_cell(source) for source in sources]
    if parameters is not None:
        cells.insert(0, new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    return new_notebook(cells=cells, metadata=KERNEL)


# --- parameters --------------------------------------------------------------------------------------


def test_parameters_are_those_of_the_tagged_cell():
    declared = declared_parameters(notebook(), "n")
    assert declared["top"] == ("int", 5)
    assert checked_values(declared, {"top": 3, "limit": 2}, "n") == {"top": 3, "limit": 2}


@pytest.mark.parametrize(
    ("parameters", "given", "words"),
    [
        (None, {}, "no cell carries the tag 'parameters'"),
        ("since = [1]", {}, "'since' is a list; expected one of str, int, float, bool"),
        ("since = today()", {}, r"default of 'since' is computed \(today\(\)\)"),
        ("import os", {}, "holds 'import os'; expected lines such as"),
        ('top: int = "5"', {}, "default of 'top': found '5', a str; expected a int"),
        (PARAMETERS, {"topp": 1}, "Unknown parameter of n 'topp': did you mean 'top'"),
        (PARAMETERS, {"top": "1"}, "value of 'top': found '1', a str; expected a int"),
        (PARAMETERS, {"top": True}, "found True, a bool; expected a int"),
        (PARAMETERS, {"use_sample": 1}, "found 1, a int; expected a bool"),
    ],
)
def test_a_wrong_parameter_is_a_sentence(parameters, given, words):
    with pytest.raises(UsageError, match=words):
        checked_values(declared_parameters(notebook(parameters=parameters), "n"), given, "n")


# --- what a page cannot carry ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({PLOTLY: {}}, "a plotly figure without caption"),
        ({HTML: '<div class="plotly-graph-div"></div>', PLOTLY: {}}, "a plotly figure without caption"),
        ({HTML: '<table border="1" class="dataframe"></table>'}, "a bare pandas frame"),
        ({"application/vnd.jupyter.widget-view+json": {}}, "a widget"),
        ({"image/png": "x"}, "a picture without words"),
        ({HTML: "<img alt='x' src='https://example.org/a.png'>"}, "loaded from https://example.org/a.png"),
        ({HTML: '<script src="//cdn.example.org/a.js"></script>'}, "loaded from //cdn"),
    ],
)
def test_an_output_that_a_page_cannot_carry_is_named_with_its_cell(data, words):
    book = notebook("1", "2")
    book.cells[2].outputs = [new_output("display_data", data=data)]
    ((number, problem),) = unfit_outputs(book)
    assert number == 3
    assert words in problem


def test_figures_shown_twice_and_an_empty_page_are_told():
    book = notebook("1")
    assert "no cell shows anything" in unfit_outputs(book)[0][1]
    book.cells[1].outputs = [new_output("display_data", data={HTML: '<p id="a">x</p><a href="https://x.org">x</a>'})]
    assert unfit_outputs(book) == []
    book.cells[1].outputs *= 2
    assert "'a' stands 2 times" in unfit_outputs(book)[0][1]


def test_a_scheduled_report_reaches_nothing_but_this_machine():
    before = socket.socket.connect, socket.getaddrinfo
    with offline():
        with pytest.raises(ConnectionRefusedError, match=r"example\.org was asked for; kpi fetch"):
            socket.create_connection(("example.org", 80))
        with pytest.raises(ConnectionRefusedError, match="no network"), socket.socket() as plain:
            plain.connect(("192.0.2.1", 80))
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            pass
    assert (socket.socket.connect, socket.getaddrinfo) == before


# --- for real ----------------------------------------------------------------------------------------


@pytest.fixture
def project(built_project, tmp_path, monkeypatch) -> Project:
    """A folder of its own with the tables of the shared build."""
    root = tmp_path / "project"
    for name in ("data/catalogue", "data/published", "data/tidy", "expectations", "notebooks"):
        shutil.copytree(built_project.root / name, root / name)
    shutil.copy(ROOT / "constraints.txt", root)
    monkeypatch.setenv("KPI_ROOT", str(root))
    opened = Project(root)
    remember(opened)
    forget()
    return opened


@pytest.mark.notebook
def test_every_trap_is_told_before_the_night(project):
    book = notebook(
        "import kpi\nimport requests, seaborn",
        "path = '/home/me/figures.csv'\naddress = 'https://example.org/a.csv'",
        "import plotly.express as px\npx.line(x=[1, 2], y=[1, 2]).show()",
        "kpi.load('overnight-stay')",
        parameters="language: str = 'fr'\nuse_sample = True",
    )
    book.cells[1].execution_count = 7
    path = project.notebooks / "trap.ipynb"
    nbformat.write(book, path)
    told = [(complaint.cell, complaint.problem) for complaint in check_notebook(project, path)]
    wanted = [
        (2, "imports requests: a scheduled run has no network"),
        (2, "imports seaborn, which constraints.txt does not pin"),
        (0, "outputs are saved with it, in cells 2;"),
        (3, "names '/home/me/figures.csv', a path of this machine"),
        (3, "reads 'https://example.org/a.csv'"),
        (4, "show() leaves a page blank"),
    ]
    for cell, words in wanted:
        assert [problem for n, problem in told if n == cell and words in problem], (words, told)
    # seaborn is not installed: the run stops there, and says in which cell.
    assert [p for n, p in told if n == 2 and p.startswith("fails with ModuleNotFoundError")]
    book.cells[1].source = "import kpi"
    nbformat.write(book, path)
    forget()
    told = [(complaint.cell, complaint.problem) for complaint in check_notebook(project, path)]
    assert [problem for n, problem in told if n == 5 and problem.startswith("fails with UsageError: Unknown indicator")]


@pytest.mark.notebook
def test_a_new_report_is_registered_checked_and_rendered_in_each_language(project):
    runner = CliRunner()
    done = runner.invoke(app, ["new-report", "mice-recovery", "--objective", "image-2022/os-2"])
    assert done.exit_code == 0
    assert done.stdout.strip().endswith("report_mice_recovery.ipynb")
    opened = Project(project.root)
    remember(opened)
    (report,) = opened.catalogue.reports
    assert report.title.nl.startswith("Rapport: ")
    with pytest.raises(UsageError, match="registered already"):
        new_report(opened, "mice-recovery")
    with pytest.raises(UsageError, match="small letters"):
        new_report(opened, "../x")

    checked = runner.invoke(app, ["check-notebook", "report_mice_recovery.ipynb", "--format", "json"])
    assert (checked.exit_code, json.loads(checked.stdout)) == (0, [])

    jobs = report_jobs(opened, use_sample=True)
    assert [str(job.path) for job in jobs] == [f"{code}/reports/mice-recovery.html" for code in ("fr", "nl", "en")]
    site = project.root / "site"
    pages = []
    for job in jobs[:2]:
        forget()
        render_report(opened, job, site)
        pages.append((site / job.path).read_text("utf-8"))
    french, dutch = pages
    assert '<html lang="fr">' in french
    assert '<html lang="nl">' in dutch
    assert "Comment les chiffres" in french
    assert "Hoe evolueerden" in dutch
    assert report.title.nl.split("’")[0] in dutch
    assert french.count('class="chart"') == 1
    assert french.count("<h1") == 1
    write_portal(opened.catalogue, {}, site, "2022")
    assert 'href="reports/mice-recovery.html"' in (site / "nl" / "index.html").read_text("utf-8")


@pytest.mark.notebook
def test_a_report_that_a_page_cannot_carry_fails_and_says_where(project):
    new_report(project, "bare")
    nbformat.write(notebook("import kpi", "kpi.indicators('mice')"), project.notebooks / "report_bare.ipynb")
    opened = Project(project.root)
    (job,) = report_jobs(opened, languages=["fr"])
    with pytest.raises(KpiError, match=r"cell 3: a bare pandas frame.*kpi check-notebook report_bare\.ipynb"):
        render_report(opened, job, project.root / "site")
    assert not (project.root / "site" / job.path).exists()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("parameters: {sincee: '2019'}", "Unknown parameter of report 'x' .*'sincee': did you mean 'since'"),
        ("parameters: {since: 2019}", "value of 'since': found 2019, a int; expected a str"),
        ("parameters: {language: nl}", "'language' is given by the run"),
        ("notebook: gone.ipynb", "There is no notebook .*gone.ipynb: known are explore_calls"),
        ("notbook: x.ipynb", "did you mean 'notebook'"),
    ],
)
def test_a_wrong_registration_stops_before_any_page(project, entry, words):
    lines = ["reports:", "  - id: x", "    title: {fr: a, nl: b, en: c}", f"    {entry}"]
    if "notebook" not in entry:
        lines.append("    notebook: template_objective.ipynb")
    (project.data / "catalogue" / "reports.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises((UsageError, CatalogueError), match=words):
        report_jobs(Project(project.root))
