"""Commands for who writes notebooks: new-report, check-notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpi.commands.common import FAILED, Form, Listing, Root, app, print_rows, project_of, tell


@app.command("new-report")
def new_report(
    name: Annotated[str, typer.Argument(help="Id of the report, such as mice-recovery.", show_default=False)],
    objective: Annotated[str, typer.Option(help="The objective it is about, such as image-2022/os-2.")] = "",
    root: Root = None,
) -> None:
    """Start a report of your own from the template; the next run renders it in three languages."""
    project = project_of(root)
    from kpi.reporting.new_report import new_report as start

    path = start(project, name, objective)
    typer.echo(path)
    tell("registered in data/catalogue/reports.yaml: look at its titles there.")
    tell(f"write it with kpi lab, try it with kpi check-notebook {path.name}; the next kpi run publishes it.")


@app.command("check-notebook")
def check_notebook(
    file: Annotated[Path, typer.Argument(help="The notebook; a bare name is looked up in notebooks/.")],
    language: Annotated[str, typer.Option(help="Run it in this one: fr, nl or en.")] = "fr",
    format: Form = Listing.table,
    root: Root = None,
) -> None:
    """Run a notebook as a scheduled run would, and tell everything that would fail there."""
    import os

    project = project_of(root)
    import pandas as pd

    from kpi.api import remember
    from kpi.parameters import check_parameters
    from kpi.reporting.check_notebook import check_notebook as check

    check_parameters({"objective": "", "language": language})
    os.environ["KPI_ROOT"] = str(project.root)
    remember(project)
    path = file if file.exists() or file.parent != Path() else project.notebooks / file
    found = check(project, path.resolve(), language)
    if found or format is Listing.json:
        print_rows(pd.DataFrame([vars(c) for c in found], columns=["cell", "problem"]), format)
    tell(f"{path.name}: {f'{len(found)} to mend' if found else 'nothing would fail'}.")
    if found:
        raise typer.Exit(FAILED)
