"""Commands for what organisations deliver: check, add, collect, fetch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.commands.common import (
    FAILED,
    HELD_BACK,
    Form,
    Listing,
    Root,
    app,
    print_rows,
    tables_of,
    tell,
    tell_questions,
)

if TYPE_CHECKING:
    from kpi.project import Project

FromSource = Annotated[str, typer.Option("--source", help="Which source delivers it: see 'kpi list sources'.")]
Copy = Annotated[
    Path | None, typer.Option("--annotate", help="Copy of a collection workbook to write, with its mistakes shown.")
]


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Files of one delivery.", show_default=False)],
    source: FromSource,
    annotate: Copy = None,
    output: Form = Listing.table,
    root: Root = None,
) -> None:
    """Try one delivery: every problem with file, row, column, what was found and expected. Nothing is stored."""
    project = tables_of(root)
    from kpi.deliver import questions_of, try_delivery

    known = project.catalogue.source(source).id
    _all_there(files)
    _annotated(project, files, known, annotate)
    result = try_delivery(project, files, known)
    if len(result.held_back):
        print_rows(result.held_back, output)
    tell_questions(questions_of(result, project.catalogue))
    tell(
        f"{result.rows_read} rows read, {result.rows_accepted} accepted, {len(result.held_back)} problems; "
        "nothing was stored."
    )
    if len(result.held_back):
        raise typer.Exit(HELD_BACK)


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(help="Files of one delivery.", show_default=False)],
    source: FromSource,
    vintage: Annotated[str, typer.Option(help="The day the figures are of; default: today.")] = "",
    annotate: Copy = None,
    output: Form = Listing.table,
    root: Root = None,
) -> None:
    """Check a delivery as 'kpi check' does, and keep it under its date in data/incoming."""
    project = tables_of(root)
    from kpi.deliver import add as add_delivery

    known = project.catalogue.source(source).id
    _all_there(files)
    _annotated(project, files, known, annotate)
    added = add_delivery(project, files, known, vintage)
    for sentence in added.unreadable:
        tell(sentence)
    if len(added.problems):
        print_rows(added.problems, output)
    for path in added.stored:
        typer.echo(path)
    for path in added.known:
        tell(f"already there, byte for byte: {path}")
    what = "nothing was stored" if added.refused else f"stored: {len(added.stored)}"
    tell(
        f"{added.result.rows_read} rows read, {added.result.rows_accepted} accepted, "
        f"{len(added.result.held_back)} problems held back; {what}."
    )
    if len(added.result.held_back) or added.refused:
        raise typer.Exit(HELD_BACK)


@app.command()
def collect(
    organisation: Annotated[str, typer.Argument(help="Id or name, such as visit.brussels.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", help="The .xlsx file to write.", show_default=False)],
    language: Annotated[str, typer.Option("--language", help="fr, nl or en.")] = "fr",
    until: Annotated[int | None, typer.Option(help="Last year asked for; default: that of the documents.")] = None,
    root: Root = None,
) -> None:
    """Write an Excel workbook that asks an organisation for the figures it owes; 'kpi add' reads it back."""
    project = tables_of(root)
    from kpi.collect.workbook import collect as write

    by_indicator = project.by_indicator if (project.tidy / "observations.parquet").exists() else None
    asked = write(project.catalogue, organisation, output, language=language, until=until, by_indicator=by_indicator)
    typer.echo(output)
    tell(f"{asked.kpis} KPIs of {asked.organisation}, {asked.rows} rows to fill in.")
    if by_indicator is None:
        tell("Without last known values: run 'kpi build' first to have them in it.")


@app.command()
def fetch(
    source: Annotated[str, typer.Argument(help="A source that has an API, such as eurostat.", show_default=False)],
    address: Annotated[str, typer.Option("--address", help="Of the service; else KPI_<SOURCE>_URL or its own.")] = "",
    root: Root = None,
) -> None:
    """Download a source that has an API, check it, and keep what is new in data/incoming."""
    project = tables_of(root)
    from kpi.fetch import fetch as fetch_all

    results = fetch_all(project, source, address=address, tell=tell)
    for result in results:
        for path in result.added.stored if result.added else ():
            typer.echo(path)
        tell(result.summary)
    if any(result.error for result in results):
        raise typer.Exit(FAILED)
    if any(len(result.added.result.held_back) for result in results if result.added):
        raise typer.Exit(HELD_BACK)


def _all_there(files: list[Path]) -> None:
    """A mistyped path is wrong usage, and no delivery with a mistake in it."""
    from kpi.errors import UsageError, suggestion

    for path in files:
        if not path.exists():
            folder = path.parent
            beside = sorted(other.name for other in folder.iterdir()) if folder.is_dir() else None
            near = ", nor its folder." if beside is None else f": {suggestion(path.name, beside)}"
            msg = f"There is no file {path}{near}"
            raise UsageError(msg)


def _annotated(project: Project, files: list[Path], source: str, copy: Path | None) -> None:
    from kpi.deliver import annotate_delivery

    if copy is not None:
        mistakes = annotate_delivery(project, files, source, copy)
        tell(f"mistakes shown in {copy}: {mistakes}")
