"""Commands that read the register and the tables: list, show, coverage, revisions, identities, figures."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi.commands.common import (
    Form,
    LabelLanguage,
    Listing,
    NoSample,
    Objectives,
    Root,
    app,
    print_rows,
    tables_of,
    tell,
)
from kpi.errors import UsageError

if TYPE_CHECKING:
    from kpi.project import Project


class Kind(StrEnum):
    """What ``kpi list`` lists."""

    documents = "documents"
    objectives = "objectives"
    indicators = "indicators"
    sources = "sources"


class Coverage(StrEnum):
    """What a row of ``kpi coverage`` is."""

    objective = "objective"
    organisation = "organisation"
    document = "document"
    kpi = "kpi"


class Figures(StrEnum):
    """How tidy observations are written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"
    sdmx_csv = "sdmx-csv"


@app.command("list")
def list_(kind: Kind, language: LabelLanguage = "en", output: Form = Listing.table, root: Root = None) -> None:
    """List the register: documents, objectives, indicators or sources."""
    project = tables_of(root)
    from kpi.listing import register_table

    print_rows(register_table(project.catalogue, kind.value, language), output)


@app.command()
def show(
    indicator: str,
    language: LabelLanguage = "en",
    explain: Annotated[
        bool, typer.Option("--explain", help="How one number came about: rows, arithmetic, sources, verdict.")
    ] = False,
    period: Annotated[str, typer.Option(help="With --explain: of which period; default: the latest.")] = "",
    where: Annotated[
        list[str] | None, typer.Option(help="With --explain: a slice, such as market=FR; may be repeated.")
    ] = None,
    output: Form = Listing.table,
    root: Root = None,
) -> None:
    """Show one indicator: its definition, who declares it, its latest values and where they come from."""
    project = tables_of(root)
    if explain:
        _explain(project, indicator, period, where or [], language, output)
        return
    if period or where:
        msg = "--period and --where choose the number that --explain explains: add --explain."
        raise UsageError(msg)
    from kpi.listing import indicator_facts, latest_values

    facts = indicator_facts(project.catalogue, indicator, language)
    values = latest_values(project, indicator)
    if output is Listing.table:
        print_rows(facts, output)
        print_rows(values, output)
    elif output is Listing.json:
        import json

        typer.echo(
            json.dumps(
                {
                    "definition": dict(zip(facts["field"], facts["value"], strict=True)),
                    "values": json.loads(values.to_json(orient="records")),
                },
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        print_rows(values, output)


def _explain(project: Project, indicator: str, period: str, where: list[str], language: str, output: Listing) -> None:
    from kpi.explanation import explain, lines

    fixed = {}
    for text in where:
        dim, sign, code = text.partition("=")
        if not (dim and sign and code):
            msg = f"--where {text!r}: expected dimension=code, such as market=FR."
            raise UsageError(msg)
        fixed[dim] = code
    found = explain(project, indicator, period=period, where=fixed, language=language)
    if output is Listing.json:
        import json

        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    else:
        import pandas as pd

        print_rows(pd.DataFrame(lines(found), columns=["what", "said"]), output)


@app.command()
def coverage(
    by: Annotated[Coverage, typer.Option(help="What a row is.")] = Coverage.objective,
    language: LabelLanguage = "en",
    output: Form = Listing.table,
    root: Root = None,
) -> None:
    """KPIs declared, with current, stale or sample figures, without data; testability out of seven points."""
    project = tables_of(root)
    from kpi.listing import coverage_table

    print_rows(coverage_table(project, by.value, language), output)


@app.command()
def revisions(
    indicator: Annotated[list[str] | None, typer.Option("--indicator", help="Its id; may be repeated.")] = None,
    output: Form = Listing.table,
    root: Root = None,
) -> None:
    """What newer deliveries changed: old value, new value, by how much, since when."""
    project = tables_of(root)
    from kpi.listing import revision_table

    table = revision_table(project, indicator or [])
    print_rows(table, output)
    if table.empty:
        tell("no delivery has changed an earlier one.")


@app.command()
def identities(language: LabelLanguage = "en", output: Form = Listing.table, root: Root = None) -> None:
    """What published figures imply about one another: declared and found, true or not, with the values."""
    project = tables_of(root)
    from kpi.listing import identity_table

    print_rows(identity_table(project.findings, language), output)


@app.command()
def figures(
    indicator: Annotated[list[str] | None, typer.Option("--indicator", help="Its id; may be repeated.")] = None,
    objective: Objectives = None,
    since: Annotated[str, typer.Option(help="Only periods that end in or after this one, such as 2019.")] = "",
    no_sample: NoSample = False,
    output_format: Annotated[Figures, typer.Option("--format", help="How to write them.")] = Figures.table,
    output: Annotated[Path | None, typer.Option("--output", help="File to write instead of standard output.")] = None,
    root: Root = None,
) -> None:
    """Tidy observations out."""
    project = tables_of(root)
    from kpi.exports import to_bytes, write_figures
    from kpi.listing import select_figures
    from kpi.observations import lean
    from kpi.sdmx_csv import sdmx_table

    rows = select_figures(project, indicator or [], objective or [], since, use_sample=not no_sample)
    if output_format is Figures.sdmx_csv and (undated := len(rows) - len(sdmx_table(rows))):
        tell(f"{undated} rows have no period that SDMX can write (undated, or open at an end) and are left out.")
    if output is not None:
        form = "csv" if output_format is Figures.table else output_format.value
        write_figures(rows, output, form)
        tell(f"{len(rows)} rows written to {output}")
    elif output_format is Figures.table:
        print_rows(lean(rows), Listing.table)
    else:
        sys.stdout.buffer.write(to_bytes(rows, output_format.value))
