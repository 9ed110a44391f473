"""Nothing delivered becomes code, markup, formula or path; nothing but `kpi fetch` and notifications goes out."""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import papermill
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_notebook
from pydantic import TypeAdapter, ValidationError

from kpi import register
from kpi.briefing import ObjectiveReport
from kpi.catalogue import Catalogue
from kpi.commands.running import lab_command
from kpi.compose import compose
from kpi.entries import LANGUAGES, Code, Entry, ObjectiveId, Slug, Text
from kpi.errors import KpiError
from kpi.evidence import gather
from kpi.forks import can_fork, run_forked
from kpi.observations import tidy
from kpi.project import Project
from kpi.reporting.engine import forget
from kpi.reporting.export import export_html
from kpi.reporting.frame import TEMPLATE_FOLDER
from kpi.reporting.page import Page
from kpi.reporting.portal import write_portal
from kpi.reporting.render import ENGINE, Job, execute
from kpi.store import write_tables
from tests.conftest import ROOT
from tests.report_fixture import OBJECTIVE, catalogue, notebook, rows
from tests.test_engine import KERNEL

MODULES = sorted((ROOT / "kpi").rglob("*.py"))
#: Turn text into code, or run a shell.
FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "yaml.unsafe_load",
    "yaml.full_load",
}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
NETWORK = {"socket", "ssl", "smtplib", "ftplib", "requests", "urllib3", "httpx", "aiohttp", "apprise", "http", "urllib"}
NETWORK |= {"distributed", "dask"}
#: Who may speak to the network: fetching, which a person starts, telling, which notify.yaml declares, and the cluster
#: that a run is given; and who shuts it.
MAY_SPEAK = {"kpi/download.py", "kpi/fetch.py", "kpi/notify/mail.py", "kpi/notify/tell.py", "kpi/reporting/offline.py"}
MAY_SPEAK |= {"kpi/cluster.py"}


def dotted(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def found_in(tree: ast.AST) -> tuple[set[str], set[str]]:
    """What a module calls (with the calls that need a closer look spelt out) and what it imports."""
    calls, imports = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            calls.add(name)
            for keyword in node.keywords:
                if keyword.arg == "shell" and not isinstance(keyword.value, ast.Name):
                    calls.add("os.system")
            if name == "yaml.load" and "Loader" not in {k.arg for k in node.keywords}:
                calls.add("yaml.unsafe_load")
        elif isinstance(node, ast.Import):
            imports |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imports.add((node.module or "").partition(".")[0])
            # urllib.parse takes addresses apart and speaks to nobody.
            if node.module == "urllib.parse":
                imports.discard("urllib")
    return calls, imports


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_turns_text_into_code_or_goes_out(path):
    calls, imports = found_in(ast.parse(path.read_text("utf-8")))
    assert not calls & FORBIDDEN_CALLS
    assert not imports & FORBIDDEN_MODULES
    if path.relative_to(ROOT).as_posix() not in MAY_SPEAK:
        assert not imports & NETWORK


@pytest.mark.parametrize("code", ["eval('1')", "yaml.load(x)", "run(x, shell=True)", "os.system('x')"])
def test_the_search_finds_what_it_looks_for(code):
    assert found_in(ast.parse(code))[0] & FORBIDDEN_CALLS


def test_the_loader_of_the_register_makes_no_objects():
    with pytest.raises(yaml.constructor.ConstructorError):
        yaml.load("!!python/object/apply:os.getcwd []", Loader=register.Loader)  # noqa: S506  (that is what is tried)


# --- parameters never become code ----------------------------------------------------------------

HOSTILE_TEXTS = [
    '"; raise SystemExit(7) #',
    "'''\nraise SystemExit(7)\n'''",
    '"""\nraise SystemExit(7)\n"""',
    "\\",
    '\\"',
    "a\nraise SystemExit(7)",
    "a\rraise SystemExit(7)",
    "a\u2028raise SystemExit(7)",
    "a\x00b",
    "a\x0craise SystemExit(7)",
    "{objective}",
    "{{ 7 * 7 }}",
    "%run /etc/passwd",
    "!ls",
    "é\N{GRINNING FACE}",
]


def test_parameters_arrive_as_the_text_they_are(tmp_path):
    names = [f"text_{number}" for number in range(len(HOSTILE_TEXTS))]
    cells = [
        new_code_cell("texts = []", metadata={"tags": ["parameters"]}),
        new_code_cell(f"import json\nprint(json.dumps([[{', '.join(names)}], texts]))"),
    ]
    path = tmp_path / "n.ipynb"
    nbformat.write(
        new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}}), path
    )
    forget()
    parameters = {**dict(zip(names, HOSTILE_TEXTS, strict=True)), "texts": HOSTILE_TEXTS}
    done = papermill.execute_notebook(path, None, parameters=parameters, engine_name=ENGINE, progress_bar=False)
    (output,) = done.cells[-1].outputs
    assert json.loads(output.text) == [HOSTILE_TEXTS, HOSTILE_TEXTS]


@pytest.mark.parametrize("place", ["/etc", "outside"])
def test_a_notebook_elsewhere_is_not_run(tmp_path, place):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "objective_report.ipynb").write_text("{}")
    root = tmp_path / "project"
    root.mkdir()
    if place == "outside":
        (root / "notebooks").mkdir()
        (root / "notebooks" / "objective_report.ipynb").symlink_to(outside / "objective_report.ipynb")
    else:
        (root / "notebooks").symlink_to(outside)
    with pytest.raises(KpiError, match="only notebooks in"):
        execute(Project(root), Job("a/b", "fr"), None, engine="fork")


# --- data never becomes a path, a formula or markup ----------------------------------------------


@pytest.mark.parametrize("kind", [Slug, ObjectiveId])
@pytest.mark.parametrize(
    "text",
    [
        "../x",
        "a/../b",
        "/etc/passwd",
        "a\\b",
        "a/b/c",
        "a//b",
        "A",
        "a b",
        "a.html",
        "a\n",
        "a\n/b",
        "~",
        "",
        "a\x00",
        "é/a",
    ],
)
def test_an_id_leads_nowhere_else(kind, text):
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize("text", ["../x", "a/b", "=1+1", "-x", "a\nb", ""])
def test_a_code_is_neither_path_nor_formula(text):
    with pytest.raises(ValidationError):
        TypeAdapter(Code).validate_python(text)


FORMULA = '=HYPERLINK("http://x")'


def test_what_was_held_back_is_no_formula(tmp_path):
    held_back = pd.DataFrame({"source": ["s"], "file": [FORMULA], "found": ["@SUM(1)"], "row": [3]})
    write_tables(tmp_path, {}, held_back)
    text = (tmp_path / "held_back" / "held_back.csv").read_text("utf-8")
    assert text == 'source,file,found,row\ns,"\'=HYPERLINK(""http://x"")",\'@SUM(1),3\n'


PAYLOAD = '"\'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}{0}<a href="javascript:alert(3)">x</a>'


def poisoned(value):
    """Every text of an entry with markup behind it."""
    if isinstance(value, Text):
        return Text(**{language: value[language] + PAYLOAD for language in LANGUAGES})
    if isinstance(value, Entry):
        # Not validated anew: a text may be anything, ids stay what they are.
        return value.model_copy(update={name: poisoned(getattr(value, name)) for name in type(value).model_fields})
    if isinstance(value, tuple):
        return tuple(poisoned(part) for part in value)
    if isinstance(value, dict):
        return {key: poisoned(part) for key, part in value.items()}
    return value


@pytest.fixture(scope="module")
def hostile() -> tuple[Catalogue, ObjectiveReport]:
    good = catalogue()
    kinds = ("documents", "organisations", "objectives", "indicators", "code_lists", "sources")
    bad = Catalogue(**{kind: poisoned(tuple(getattr(good, kind))) for kind in kinds})
    told = [{**row, "source_ref": row["source_ref"] + PAYLOAD} for row in rows()]
    return bad, compose(bad.objective(OBJECTIVE), bad, gather(tidy(told)), as_of="2022-12-31")


def check_markup(html: str) -> None:
    assert "&lt;img src=x" in html  # it is there, as text
    for markup in ("<img", "<script>alert", 'href="javascript', "href='javascript", "onerror=alert(1)>"):
        assert markup not in html, markup
    assert "49" not in html.partition("{{7*7}}")[0][-3:]
    assert "{{7*7}}" in html


@pytest.mark.parametrize("self_contained", [False, True])
def test_a_hostile_register_stays_text_on_a_report(hostile, self_contained):
    bad, report = hostile
    html = export_html(notebook(Page(report, bad, "nl", {})), self_contained=self_contained)
    # plotly.js itself writes markup; what is ours stands outside of it.
    check_markup("".join(part.partition("</script>")[2] for part in html.split("<script>")) if self_contained else html)


def test_a_hostile_register_stays_text_on_the_portal(hostile, tmp_path):
    bad, _ = hostile
    summary = {"declared": 9, "with_data": 8, "sample": 1, "statuses": {"undetermined": 2}}
    write_portal(bad, {OBJECTIVE: summary}, tmp_path, "2022-12-31")
    check_markup((tmp_path / "fr" / "index.html").read_text("utf-8"))


def test_every_template_with_a_head_carries_the_policy_before_anything_loads():
    heads = [path for path in TEMPLATE_FOLDER.glob("*.j2") if "<head>" in path.read_text("utf-8")]
    assert len(heads) >= 3
    for path in heads:
        head = path.read_text("utf-8").partition("<head>")[2]
        assert head.index("Content-Security-Policy") < min(
            head.find(tag) for tag in ("<link", "<title>") if tag in head
        )
        for markup in (" onclick=", " onload=", "javascript:"):
            assert markup not in path.read_text("utf-8")


# --- nothing goes out ----------------------------------------------------------------------------


@pytest.mark.skipif(not can_fork(), reason="this system does not fork")
def test_children_inherit_a_shut_network(monkeypatch):
    """Guards the test below: a child that tried to go out would be seen."""

    def shut(*_):
        raise AssertionError("network")

    monkeypatch.setattr(socket.socket, "connect", shut)
    (outcome,) = run_forked(["x"], lambda _: socket.create_connection(("127.0.0.1", 9)), workers=1, timeout=10)
    assert "AssertionError: network" in outcome.error


def test_the_lab_is_for_this_machine_and_keeps_its_token(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_TOKEN", "")
    command, environment = lab_command(Project(tmp_path))
    assert "JUPYTER_TOKEN" not in environment
    assert not [part for part in command if "token" in part.lower() or "password" in part.lower()]
    options = [part for part in command if part.startswith("--ServerApp")]
    code = (
        "import sys; from jupyter_server.serverapp import ServerApp; app = ServerApp();"
        "app.parse_command_line(sys.argv[1:]);"
        "from jupyter_server.auth.identity import PasswordIdentityProvider as P;"
        "print(app.ip, app.allow_remote_access, len(P(parent=app).token) >= 40)"
    )
    home = {"HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code, *options], capture_output=True, text=True, env={**environment, **home}, check=True
    )
    assert done.stdout.split() == ["127.0.0.1", "False", "True"]
    assert Path(command[command.index("--notebook-dir") + 1]) == tmp_path / "notebooks"
    assert os.environ["JUPYTER_TOKEN"] == ""
