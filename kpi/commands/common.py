"""What the commands share: the application, common options, and how data and messages are printed."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    import pandas as pd

    from kpi.project import Project

FAILED, HELD_BACK = 1, 3

app = typer.Typer(
    name="kpi",
    help="Reads what organisations deliver, computes policy indicators, publishes a report per objective.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Listing(StrEnum):
    """How a listing is printed."""

    table = "table"
    json = "json"
    csv = "csv"


Root = Annotated[Path | None, typer.Option("--root", help="Project folder; else KPI_ROOT, else the nearest parent.")]
Languages = Annotated[list[str] | None, typer.Option("--language", help="fr, nl or en; may be given again.")]
Objectives = Annotated[list[str] | None, typer.Option("--objective", help="Such as image-2022/os-2; may be repeated.")]
NoSample = Annotated[bool, typer.Option("--no-sample", help="Leave out every made-up number.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Date the pages speak of; default: that of the newest data.")]
Form = Annotated[Listing, typer.Option("--format", help="How to print it.")]
LabelLanguage = Annotated[str, typer.Option("--language", help="Language of labels: fr, nl or en.")]


def project_of(root: Path | None) -> Project:
    from kpi.project import Project, find_root

    return Project(find_root(root))


def tables_of(root: Path | None) -> Project:
    """The project, for a command that works on tables."""
    from kpi.observations import quick_text

    quick_text()
    return project_of(root)


class Log(StrEnum):
    """How messages are written to standard error."""

    text = "text"
    json = "json"


LogFormat = Annotated[Log, typer.Option("--log-format", help="Messages as text, or as a line of JSON each.")]
_log = {"form": Log.text}


def log_as(form: Log) -> None:
    """Choose how messages are written from here on."""
    _log["form"] = form
    if form is Log.json:
        _tell_warnings()


def _tell_warnings() -> None:
    """Have what libraries warn of told as a message; what warns in a cell of a notebook stays its output."""
    before, stderr = warnings.showwarning, sys.stderr

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if file is None and sys.stderr is stderr:
            tell(f"warning: {message}")
        else:
            before(message, category, filename, lineno, file, line)

    warnings.showwarning = show


def tell(message: str) -> None:
    """A message for people or, line by line, for what reads logs."""
    if _log["form"] is Log.json:
        import json
        import time

        line = {"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "message": message}
        message = json.dumps(line, ensure_ascii=False)
    typer.echo(message, err=True)


def print_rows(table: pd.DataFrame, form: Listing) -> None:
    """Data on standard output, in the form that was asked for."""
    if form is Listing.json:
        typer.echo(table.to_json(orient="records", force_ascii=False, indent=1))
    elif form is Listing.csv:
        from kpi.excel import csv_bytes

        typer.echo(csv_bytes(table).decode(), nl=False)
    else:
        from kpi.listing import print_table

        print_table(table)


def tell_held_back(reasons: Sequence[str], problems: int) -> None:
    """The first reasons; all of them stand in a file."""
    for text in reasons[:10]:
        tell(f"held back: {text}")
    if problems > 10:
        tell(f"... and {problems - 10} more in data/tidy/held_back/held_back.csv")


def tell_questions(sentences: Sequence[str]) -> None:
    """Questions about values, as notes: they change no exit code."""
    for text in sentences[:5]:
        tell(f"question: {text}")
    if len(sentences) > 5:
        tell(f"... and {len(sentences) - 5} more questions in data/tidy/questions.csv")
