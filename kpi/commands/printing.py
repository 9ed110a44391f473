"""Commands that put a document on paper: pdf."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpi.commands.common import AsOf, NoSample, Root, app, tables_of


@app.command()
def pdf(
    document: Annotated[str, typer.Argument(help="Id such as image-2022.", show_default=False)],
    language: Annotated[str, typer.Option(help="fr, nl or en.")] = "fr",
    bilingual: Annotated[bool, typer.Option("--bilingual", help="French and Dutch side by side.")] = False,
    tables: Annotated[bool, typer.Option("--tables", help="Also the values behind charts, and definitions.")] = False,
    output: Annotated[Path | None, typer.Option(help="File to write; default: its name here.")] = None,
    no_sample: NoSample = False,
    as_of: AsOf = "",
    root: Root = None,
) -> None:
    """Print all objectives of a document in one file, from the tables that are there; needs Chromium."""
    project = tables_of(root)
    from kpi.parameters import check_parameters
    from kpi.reporting.documents import print_document

    check_parameters({"objective": "", "as_of": as_of})
    languages = ("fr", "nl") if bilingual else (language,)
    target = output or Path(f"{document}.{'-'.join(languages)}.pdf")
    print_document(project, document, languages, target, as_of=as_of, use_sample=not no_sample, folded=tables)
    typer.echo(target)
