"""A new report from the template: the notebook, and its entry in the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import yaml

from kpi.catalogue import LANGUAGES
from kpi.errors import UsageError
from kpi.files import write_whole
from kpi.i18n import translator
from kpi.project import Project
from kpi.reporting.extra import read_notebook
from kpi.reporting.parameters_cell import TAG

TEMPLATE = "template_objective.ipynb"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HEAD = """\
# yaml-language-server: $schema=catalogue.schema.json
# Reports beside those of the objectives: docs/how-to/add-a-report.md
reports:
"""


def new_report(project: Project, name: str, objective: str = "") -> Path:
    """Copy the template to ``notebooks/report_<name>.ipynb`` and register it in ``data/catalogue/reports.yaml``.

    Args:
        project: the project folder.
        name: id of the report and name of its page, such as ``mice-recovery``.
        objective: the objective it is about; empty keeps the template's.

    Returns:
        The new notebook. Nothing is overwritten.

    Raises:
        UsageError: a name that is taken or cannot be a file name, or an unknown objective.
    """
    if not _NAME.fullmatch(name):
        msg = f"Report {name!r}: expected a name of small letters, digits and hyphens, such as mice-recovery."
        raise UsageError(msg)
    if any(report.id == name for report in project.catalogue.reports):
        msg = f"Report {name!r} is registered already, in data/catalogue/reports.yaml."
        raise UsageError(msg)
    target = project.notebooks / f"report_{name.replace('-', '_')}.ipynb"
    if target.exists():
        msg = f"{target} exists already; choose another name."
        raise UsageError(msg)
    entry = _entry(project, name, target.name, objective)
    notebook = read_notebook(project.notebooks / TEMPLATE)
    for cell in notebook.cells:
        if objective and TAG in cell.get("metadata", {}).get("tags", ()):
            cell.source = re.sub(
                r'^objective: str = ".*"$', f'objective: str = "{objective}"', cell.source, flags=re.MULTILINE
            )
    write_whole(target, (nbformat.writes(notebook) + "\n").encode())  # type: ignore[no-untyped-call]
    catalogue = project.data / "catalogue" / "reports.yaml"
    known = catalogue.read_text(encoding="utf-8") if catalogue.exists() else _HEAD
    write_whole(catalogue, (known.rstrip("\n") + "\n" + entry).encode())
    return target


def _entry(project: Project, name: str, notebook: str, objective: str) -> str:
    """The entry as text, so that what stands in the file keeps its comments."""
    title = dict.fromkeys(LANGUAGES, name)
    if objective:
        about = project.catalogue.objective(objective).title
        title = {code: translator(code).t("reports.about", title=about[code]) for code in LANGUAGES}
    entry: dict[str, object] = {"id": name, "notebook": notebook, "title": title}
    if objective:
        entry["parameters"] = {"objective": objective}
    text = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=110)
    return "".join(f"  {line}\n" for line in text.splitlines())
