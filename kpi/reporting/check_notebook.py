"""What would fail if a notebook were rendered by a scheduled run: read first, then run on the tables that are there."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from kpi.errors import UsageError
from kpi.project import Project
from kpi.reporting.engine import forget
from kpi.reporting.extra import parameters_of, read_notebook
from kpi.reporting.fit import code_cells, unfit_outputs
from kpi.reporting.offline import offline
from kpi.reporting.parameters_cell import GIVEN_BY_A_RUN, declared_parameters
from kpi.reporting.render import ENGINE

_NETWORK = frozenset({"aiohttp", "boto3", "ftplib", "httpx", "requests", "smtplib", "socket", "urllib", "urllib3"})
_URL = re.compile(r"(?:https?|ftp|s3)://", re.IGNORECASE)
_ABSOLUTE = re.compile(
    r"(?:/(?:Users|data|etc|home|media|mnt|opt|root|srv|tmp|usr|var|work)(?:/|$)|~[\w-]*/|[A-Za-z]:\\|\\\\\w)"
)
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


@dataclass(frozen=True)
class Complaint:
    """One thing that would fail: the code cell it is in, counted from 1 (0: the notebook), and what to do."""

    cell: int
    problem: str


def check_notebook(project: Project, path: Path, language: str = "fr") -> list[Complaint]:
    """Everything that a scheduled run of this notebook would stumble on; empty when nothing.

    The cells run in this process, in order, without network, as a run does it.

    Args:
        project: with built tables; a registered notebook gets its registered parameters.
        path: the notebook.
        language: it is run in this one.

    Raises:
        UsageError: there is no such notebook, or nothing was built yet.
    """
    notebook = read_notebook(path)
    _ = project.observations  # "run 'kpi build' first" comes before any cell
    found = [*_committed_outputs(notebook), *_in_code(notebook, project)]
    parameters: dict[str, Any] = {}
    try:
        parameters = _parameters(project, notebook, path, language)
    except UsageError as error:
        found.append(Complaint(0, str(error)))
    return sorted({*found, *_run(path, parameters)}, key=lambda complaint: complaint.cell)


def _parameters(project: Project, notebook: NotebookNode, path: Path, language: str) -> dict[str, Any]:
    registered = [report for report in project.catalogue.reports if report.notebook == path.name]
    if registered:
        return parameters_of(project, registered[0], language)
    declared = declared_parameters(notebook, path.name)
    for key, kind in GIVEN_BY_A_RUN.items():
        if declared.get(key, ("", None))[0] != kind:
            msg = f"{path.name}: the cell of parameters must declare {key}: {kind}, which a run gives."
            raise UsageError(msg)
    return {"language": language}


def _run(path: Path, parameters: dict[str, Any]) -> Iterator[Complaint]:
    forget()
    try:
        with offline():
            executed = papermill.execute_notebook(
                path, None, parameters=parameters, engine_name=ENGINE, kernel_name="python3",
                cwd=path.parent, progress_bar=False,
            )  # fmt: skip
    except PapermillExecutionError as error:
        yield Complaint(_number(read_notebook(path), error.source), f"fails with {error.ename}: {error.evalue}")
        return
    for number, words in unfit_outputs(executed):
        yield Complaint(number, words)


def _number(notebook: NotebookNode, source: str) -> int:
    """The cell of that source; 0 for the parameters that papermill puts in."""
    return next((n for n, cell in enumerate(code_cells(notebook), start=1) if cell.source == source), 0)


def _committed_outputs(notebook: NotebookNode) -> Iterator[Complaint]:
    cells = [str(n) for n, cell in enumerate(code_cells(notebook), start=1) if cell.outputs or cell.execution_count]
    if cells:
        told = f"outputs are saved with it, in cells {', '.join(cells)}"
        yield Complaint(0, f"{told}; clear them before committing (Edit > Clear Outputs of All Cells).")


def _in_code(notebook: NotebookNode, project: Project) -> Iterator[Complaint]:
    """What reading the code tells: paths, addresses, imports, ``show()``."""
    locked = _locked(project.root / "constraints.txt")
    for number, cell in enumerate(code_cells(notebook), start=1):
        try:
            tree = ast.parse(_MAGIC.sub("pass", cell.source))
        except SyntaxError:
            continue  # running it tells better
        for node in ast.walk(tree):
            yield from (Complaint(number, words) for words in _in_node(node, locked))


def _in_node(node: ast.AST, locked: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
        if _URL.match(text):
            yield f"reads {text!r}: a scheduled run has no network; bring it into data/ with kpi fetch or kpi add."
        elif _ABSOLUTE.match(text):
            yield f"names {text!r}, a path of this machine; start from kpi.open_project().root instead."
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "show":
        yield (
            f"{ast.unparse(node.func)}() leaves a page blank; end the cell with "
            "kpi.captioned(figure, 'what it shows', language)."
        )
    elif isinstance(node, ast.Import):
        yield from _imported((alias.name for alias in node.names), locked)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from _imported([node.module], locked)


def _imported(modules: Iterable[str], locked: frozenset[str]) -> Iterator[str]:
    for module in modules:
        top = module.partition(".")[0]
        if top in _NETWORK and module != "urllib.parse":
            yield f"imports {module}: a scheduled run has no network; bring data into data/ with kpi fetch or kpi add."
        elif top not in sys.stdlib_module_names and top != "kpi" and locked and not _is_locked(top, locked):
            yield f"imports {module}, which constraints.txt does not pin: a new machine would not have it."


def _is_locked(module: str, locked: frozenset[str]) -> bool:
    names = packages_distributions().get(module, [module])
    return any(_normal(name) in locked for name in names)


def _locked(path: Path) -> frozenset[str]:
    """Names pinned there; none when the project folder has no such file, and then none is asked for."""
    if not path.exists():
        return frozenset()
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(_normal(line.partition("==")[0]) for line in lines if "==" in line)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower().strip()
