"""What README and docs tell to type is typed here: commands, snippets, outputs; and the site builds without a warning.

A page's ```python and ```pycon blocks run in their order with names in common, its ```sh blocks too; what a
```pycon block shows is compared. A block that cannot be run is preceded by ``<!-- not run: why -->``.
"""

from __future__ import annotations

import ast
import doctest
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from kpi.api import remember
from kpi.cli import app
from kpi.commands import delivering, reading, running, workbench
from kpi.project import Project
from kpi.reporting.engine import forget
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = ("sh", "python", "pycon")
_FENCE = re.compile(
    r"(?P<why>^ *<!-- not run: [^\n]+ -->\n)?^ *```(?P<kind>[a-z]*)[^\n]*\n(?P<text>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)
_COMMAND = re.compile(r"^ *(?:kpi|make|pip|python|\.venv/bin/kpi) [a-z.]", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    kind: str
    text: str
    line: int
    run: bool


def blocks(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(found["kind"], found["text"], text.count("\n", 0, found.start("text")) + 1, found["why"] is None)
        for found in _FENCE.finditer(text)
    ]


TYPED = [page for page in PAGES if any(block.run and block.kind in RUN for block in blocks(page))]


def test_every_command_is_in_a_block_that_is_run_or_says_why_not():
    for page in PAGES:
        for block in blocks(page):
            if block.run and block.kind not in RUN:
                assert not _COMMAND.search(block.text), f"{page.name}:{block.line} shows commands: mark it as sh"
        outside = _FENCE.sub("", page.read_text("utf-8"))
        assert not re.search(r"^ {4}kpi ", outside, re.MULTILINE), f"{page.name}: an indented command is not run"
    assert {"README.md", "tutorial.md", "add-a-report.md", "collect-figures.md"} <= {page.name for page in TYPED}


@pytest.fixture(scope="module")
def folder(built, tmp_path_factory):
    """A small copy to type in: the register, the tables of the shared build, one sample."""
    root = tmp_path_factory.mktemp("docs")
    for name in ("data/catalogue", "data/published", "data/corrections", "data/tidy", "expectations", "notebooks"):
        shutil.copytree(built[0].root / name, root / name)
    shutil.copytree(ROOT / "data" / "sample" / "overnight-stays", root / "data" / "sample" / "overnight-stays")
    shutil.copy(ROOT / "constraints.txt", root)
    return root


@pytest.fixture(scope="module")
def opened(folder):
    """Read once for all pages: an analyst's process does so once for all cells."""
    return Project(folder)


@pytest.mark.notebook
@pytest.mark.parametrize("page", TYPED, ids=lambda page: page.stem)
def test_what_a_page_says_works(page, folder, opened, monkeypatch):
    monkeypatch.setenv("KPI_ROOT", str(folder))
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    for block in blocks(page):
        if not block.run or block.kind not in RUN:
            continue
        where = f"{page.relative_to(ROOT)}:{block.line}"
        remember(opened)
        forget()  # a command is a process of its own
        if block.kind == "sh":
            type_commands(block.text, where, opened)
        elif block.kind == "python":
            exec(compile(block.text, where, "exec"), names)  # noqa: S102  (our own documentation)
            show_last(block.text, names)
        else:
            compare_outputs(block.text, names, where)


def type_commands(text: str, where: str, opened: Project) -> None:
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        assert words[0] == "kpi", f"{where}: {line}"
        # What changes the register, and what then reads it, opens it anew; the others share what was read.
        project = Project(opened.root) if words[1] in {"new-report", "check-notebook"} else opened
        with ExitStack() as patched:
            for module in (running, reading, delivering, workbench):
                for opens in {"project_of", "tables_of"} & set(vars(module)):
                    patched.enter_context(patch.object(module, opens, lambda _root, found=project: found))
            done = CliRunner().invoke(app, words[1:])
        assert done.exit_code == 0, f"{where}: {line}\n{done.output}\n{done.exception!r}"


def show_last(text: str, names: dict[str, object]) -> None:
    """What the last line of a cell is must be showable, as JupyterLab shows it."""
    last = ast.parse(text).body[-1]
    if isinstance(last, ast.Expr):
        value = eval(ast.unparse(last), names)  # noqa: S307
        shown = getattr(value, "_ipython_display_", None) or getattr(value, "_repr_html_", None)
        if shown is not None:
            with patch("IPython.display.display"):
                shown()


def compare_outputs(text: str, names: dict[str, object], where: str) -> None:
    test = doctest.DocTestParser().get_doctest(text, names, where, where, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS, verbose=False)
    told: list[str] = []
    runner.run(test, out=told.append, clear_globs=False)
    names.update(test.globs)
    assert not runner.failures, "".join(told)


@pytest.mark.slow
def test_the_site_builds_and_is_complete(tmp_path):
    site = tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "docs", str(site)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reference = (site / "reference" / "python.html").read_text("utf-8")
    assert "kpi.figures.Figures.versus" in reference
    commands = (site / "reference" / "commands.html").read_text("utf-8")
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        assert f'id="kpi-{name}"' in commands, name
    for page in site.rglob("*.html"):
        html = page.read_text("utf-8")
        assert not re.search(r"""<(?:script|link|img)[^>]+(?:src|href)=["'](?:https?:)?//""", html), page
