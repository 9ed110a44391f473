"""Reports that analysts add: a notebook registered in the catalogue, rendered in three languages by every whole run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup
from nbformat import NotebookNode

from kpi.catalogue import LANGUAGES, Report
from kpi.errors import KpiError, UsageError, suggestion
from kpi.i18n import translator
from kpi.project import Project
from kpi.reporting.export import export_html
from kpi.reporting.fit import unfit_outputs
from kpi.reporting.fragments import HTML, METADATA, Fragment, link
from kpi.reporting.frame import write_text
from kpi.reporting.jobs import FOLDER, ReportJob
from kpi.reporting.offline import offline
from kpi.reporting.parameters_cell import GIVEN_BY_A_RUN, checked_values, declared_parameters
from kpi.reporting.render import execute, without_chance


def report_jobs(
    project: Project, *, languages: Iterable[str] = (), as_of: str = "", use_sample: bool = True
) -> list[ReportJob]:
    """A job for every registered report and language.

    Raises:
        UsageError: a notebook that is not there, a missing tag, an unknown parameter or one of the wrong type.
    """
    return [
        ReportJob(report.id, language, parameters_of(project, report, language, as_of, use_sample=use_sample), as_of)
        for report in project.catalogue.reports
        for language in tuple(languages) or LANGUAGES
    ]


def parameters_of(
    project: Project, report: Report, language: str, as_of: str = "", *, use_sample: bool = True
) -> dict[str, Any]:
    """The registered parameters and those that a run gives, all declared by the notebook.

    Raises:
        UsageError: see :func:`report_jobs`.
    """
    name = f"report {report.id!r} ({report.notebook})"
    declared = declared_parameters(read_notebook(project.notebooks / report.notebook), name)
    given = {"language": language, "use_sample": use_sample, **({"as_of": as_of} if as_of else {})}
    clash = sorted(set(given) & set(report.parameters))
    if clash:
        msg = f"{name}: parameter {clash[0]!r} is given by the run; take it out of data/catalogue/reports.yaml."
        raise UsageError(msg)
    for key, kind in (*GIVEN_BY_A_RUN.items(), *([("as_of", "str")] if as_of else [])):
        if declared.get(key, ("", None))[0] != kind:
            msg = f"{name}: the cell of parameters must declare {key}: {kind}, which a run gives."
            raise UsageError(msg)
    return checked_values(declared, {**report.parameters, **given}, name)


def render_report(project: Project, job: ReportJob, site: Path, *, engine: str = "fork") -> dict[str, Any]:
    """Execute and export one page of an added report into ``site``, without network; returns nothing to keep.

    Raises:
        KpiError: a cell failed, or shows what a page cannot carry; the sentence counts the code cells from 1.
    """
    report = project.catalogue.report(job.report)
    executed = site / "notebooks" / job.path.with_suffix(".ipynb")
    with offline():
        notebook = execute(project, job, executed, engine=engine, notebook=project.notebooks / report.notebook)
    unfit = unfit_outputs(notebook)
    if unfit:
        told = " ".join(f"cell {number}: {words}" if number else words for number, words in unfit)
        msg = f"{job.path}: {told} Try it with kpi check-notebook {report.notebook}."
        raise KpiError(msg)
    write_text(executed, nbformat.writes(without_chance(notebook)))
    write_text(site / job.path, export_html(_with_header(notebook, header(report, job.language, job.as_of))))
    return {}


def header(report: Report, language: str, as_of: str = "") -> Fragment:
    """Title and way back, with what the frame of the page needs."""
    words = translator(language)
    title = report.title[language]
    html = Markup(
        '<div class="opening"><nav class="crumbs" aria-label="{}"><ol><li>{}</li></ol></nav><h1>{}</h1></div>'
    ).format(words.t("header.place"), link("../index.html#reports", words.t("portal.reports")), title)
    head = {
        "title": title,
        "language": language,
        "document": FOLDER,
        "slug": report.id,
        "as_of": as_of,
        "languages": list(LANGUAGES),
    }
    return Fragment(str(html), head=head)


def read_notebook(path: Path) -> NotebookNode:
    """A notebook from disk.

    Raises:
        UsageError: there is none, or it is not one.
    """
    if not path.is_file():
        near = suggestion(path.name, sorted(other.name for other in path.parent.glob("*.ipynb")))
        msg = f"There is no notebook {path}: {near}"
        raise UsageError(msg)
    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-any-return]
    except (ValueError, nbformat.reader.NotJSONError) as error:
        msg = f"{path} is no notebook: {str(error).splitlines()[0]}"
        raise UsageError(msg) from error


def _with_header(notebook: NotebookNode, shown: Fragment) -> NotebookNode:
    data = {HTML: shown.html}
    output = NotebookNode(output_type="display_data", data=data, metadata={METADATA: {"head": dict(shown.head)}})
    cell = NotebookNode(id="header", cell_type="code", metadata={}, source="", outputs=[output], execution_count=None)
    return NotebookNode({**notebook, "cells": [cell, *notebook.cells]})
