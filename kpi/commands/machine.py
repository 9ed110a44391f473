"""Commands about the machine a run is left to: notify, doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from kpi.commands.common import FAILED, Form, Listing, Root, app, print_rows, project_of, tell


@app.command()
def notify(
    test: Annotated[bool, typer.Option("--test", help="Send a test message to everybody it names.")] = False,
    root: Root = None,
) -> None:
    """Say what notify.yaml would do, or try it."""
    project = project_of(root)
    from kpi.errors import UsageError
    from kpi.notify.news import News
    from kpi.notify.settings import read_settings
    from kpi.notify.tell import describe, tell_people

    settings = read_settings(project.root)
    if settings is None:
        msg = f"{project.root} has no notify.yaml, so nobody is told: copy notify.example.yaml and change it."
        raise UsageError(msg)
    for line in describe(settings):
        tell(line)
    if not test:
        return
    problems = tell_people(project, News("test"))
    for problem in problems:
        tell(f"failed: {problem}.")
    if problems:
        raise typer.Exit(FAILED)
    tell("sent to everybody.")


@app.command()
def doctor(output: Form = Listing.table, root: Root = None) -> None:
    """Check this machine: what is missing for a run at night, and how to mend it."""
    project = project_of(root)
    from kpi.doctor import FAIL, SIGNS, examine, findings_table

    findings = examine(project)
    try:
        table = findings_table(findings)
    except ImportError:  # pandas is what is missing: the findings say so, in plain lines
        for finding in findings:
            typer.echo(f"{SIGNS[finding.state]} {finding.state}: {finding.check}: {finding.found}; {finding.mend}")
    else:
        if output is Listing.table:
            table["state"] = [f"{SIGNS[finding.state]} {finding.state}" for finding in findings]
        print_rows(table, output)
    if any(finding.state == FAIL for finding in findings):
        raise typer.Exit(FAILED)
