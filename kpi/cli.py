"""The ``kpi`` command: parses arguments, calls one function, prints what it returns."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from kpi.errors import KpiError

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


class Figures(StrEnum):
    """How tidy observations are written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"
    sdmx_csv = "sdmx-csv"


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


class Engine(StrEnum):
    """How notebooks are run: in forked processes, or by papermill's standard engine (one kernel each)."""

    fork = "fork"
    standard = "standard"


Root = Annotated[Path | None, typer.Option("--root", help="Project folder; else KPI_ROOT, else the nearest parent.")]
Languages = Annotated[list[str] | None, typer.Option("--language", help="fr, nl or en; may be given again.")]
Objectives = Annotated[list[str] | None, typer.Option("--objective", help="Such as image-2022/os-2; may be repeated.")]
NoSample = Annotated[bool, typer.Option("--no-sample", help="Leave out every made-up number.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Date the pages speak of; default: that of the newest data.")]
Form = Annotated[Listing, typer.Option("--format", help="How to print it.")]
LabelLanguage = Annotated[str, typer.Option("--language", help="Language of labels: fr, nl or en.")]


FromSource = Annotated[str, typer.Option("--source", help="Which source delivers it: see 'kpi list sources'.")]
Copy = Annotated[
    Path | None, typer.Option("--annotate", help="Copy of a collection workbook to write, with its mistakes shown.")
]


def _project(root: Path | None) -> Project:
    from kpi.project import Project, find_root

    return Project(find_root(root))


def _tell(message: str) -> None:
    typer.echo(message, err=True)


@app.command()
def run(
    objective: Objectives = None,
    language: Languages = None,
    workers: Annotated[int, typer.Option(min=0, help="Pages rendered at once; 0: one a core.")] = 0,
    engine: Annotated[Engine, typer.Option(help="How notebooks are run.")] = Engine.fork,
    no_sample: NoSample = False,
    as_of: AsOf = "",
    root: Root = None,
) -> None:
    """Build, validate, render and publish: the main job."""
    project = _project(root)
    from kpi.api import check_parameters
    from kpi.run import RunOptions
    from kpi.run import run as run_all

    check_parameters({"objective": "", "as_of": as_of})
    options = RunOptions(
        objectives=tuple(objective or ()),
        languages=tuple(language or ()),
        workers=workers,
        engine=engine.value,
        use_sample=not no_sample,
        as_of=as_of,
    )
    with _progress() as advance:
        result = run_all(project, options, tell=_tell, progress=advance)
    for job, error in result.failed.items():
        _tell(f"failed: {job.path}: {error.strip().splitlines()[-1]}")
    _tell_held_back(result.built.held_back)
    typer.echo(result.site / "index.html")
    _tell(result.summary)
    if result.failed:
        raise typer.Exit(FAILED)
    if len(result.built.held_back):
        raise typer.Exit(HELD_BACK)


@app.command()
def build(no_sample: NoSample = False, root: Root = None) -> None:
    """Turn sources into tidy tables only; print rows read, accepted and held back per source."""
    project = _project(root)
    from kpi.build import build as build_all
    from kpi.listing import source_table

    result = build_all(project, allow_sample=not no_sample)
    _print(source_table(result), Listing.table)
    _tell_held_back(result.held_back)
    _tell(result.summary)
    if len(result.held_back):
        raise typer.Exit(HELD_BACK)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Files of one delivery.", show_default=False)],
    source: FromSource,
    annotate: Copy = None,
    output: Form = Listing.table,
    root: Root = None,
) -> None:
    """Try one delivery: every problem with file, row, column, what was found and expected. Nothing is stored."""
    project = _project(root)
    from kpi.sources.build import build_files

    known = project.catalogue.source(source).id
    _annotated(project, files, known, annotate)
    result = build_files(files, known, project.catalogue, project.expectations)
    if len(result.held_back):
        _print(result.held_back, output)
    _tell(
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
    project = _project(root)
    from kpi.deliver import add as add_delivery

    _annotated(project, files, source, annotate)
    added = add_delivery(project, files, source, vintage)
    for sentence in added.unreadable:
        _tell(sentence)
    if len(added.problems):
        _print(added.problems, output)
    for path in added.stored:
        typer.echo(path)
    for path in added.known:
        _tell(f"already there, byte for byte: {path}")
    what = "nothing was stored" if added.refused else f"stored: {len(added.stored)}"
    _tell(
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
    project = _project(root)
    from kpi.collect.workbook import collect as write

    by_indicator = project.by_indicator if (project.tidy / "observations.parquet").exists() else None
    asked = write(project.catalogue, organisation, output, language=language, until=until, by_indicator=by_indicator)
    typer.echo(output)
    _tell(f"{asked.kpis} KPIs of {asked.organisation}, {asked.rows} rows to fill in.")
    if by_indicator is None:
        _tell("Without last known values: run 'kpi build' first to have them in it.")


@app.command()
def fetch(
    source: Annotated[str, typer.Argument(help="A source that has an API, such as eurostat.", show_default=False)],
    address: Annotated[str, typer.Option("--address", help="Of the service; else KPI_<SOURCE>_URL or its own.")] = "",
    root: Root = None,
) -> None:
    """Download a source that has an API, check it, and keep what is new in data/incoming."""
    project = _project(root)
    from kpi.fetch import fetch as fetch_all

    results = fetch_all(project, source, address=address, tell=_tell)
    for result in results:
        for path in result.added.stored if result.added else ():
            typer.echo(path)
        _tell(result.summary)
    if any(result.error for result in results):
        raise typer.Exit(FAILED)
    if any(len(result.added.result.held_back) for result in results if result.added):
        raise typer.Exit(HELD_BACK)


@app.command()
def report(
    objective: Annotated[str, typer.Argument(help="Id such as image-2022/os-2.", show_default=False)],
    language: Annotated[str, typer.Option(help="fr, nl or en.")] = "fr",
    output: Annotated[Path | None, typer.Option(help="File to write; default: its name here.")] = None,
    self_contained: Annotated[bool, typer.Option("--self-contained", help="One file, for mail.")] = False,
    no_sample: NoSample = False,
    as_of: AsOf = "",
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="A notebook parameter, as name=value.")
    ] = None,
    root: Root = None,
) -> None:
    """Render one report from the tables that are there."""
    project = _project(root)
    from kpi.api import check_parameters
    from kpi.reporting.single import render_single

    given: dict[str, Any] = {
        "objective": objective,
        "language": language,
        "as_of": as_of,
        "use_sample": not no_sample,
        **_named_values(parameter or []),
    }
    checked = check_parameters(given)
    target = output or Path(f"{checked['objective'].replace('/', '-')}.{checked['language']}.html")
    render_single(project, checked, target, self_contained=self_contained)
    typer.echo(target)


@app.command("list")
def list_(kind: Kind, language: LabelLanguage = "en", output: Form = Listing.table, root: Root = None) -> None:
    """List the register: documents, objectives, indicators or sources."""
    project = _project(root)
    from kpi.listing import register_table

    _print(register_table(project.catalogue, kind.value, language), output)


@app.command()
def show(indicator: str, language: LabelLanguage = "en", output: Form = Listing.table, root: Root = None) -> None:
    """Show one indicator: its definition, who declares it, its latest values and where they come from."""
    project = _project(root)
    from kpi.listing import indicator_facts, latest_values

    facts = indicator_facts(project.catalogue, indicator, language)
    values = latest_values(project, indicator)
    if output is Listing.table:
        _print(facts, output)
        _print(values, output)
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
        _print(values, output)


@app.command()
def coverage(
    by: Annotated[Coverage, typer.Option(help="What a row is.")] = Coverage.objective,
    language: LabelLanguage = "en",
    output: Form = Listing.table,
    root: Root = None,
) -> None:
    """KPIs declared, with current, stale or sample figures, without data; testability out of seven points."""
    project = _project(root)
    from kpi.listing import coverage_table

    _print(coverage_table(project, by.value, language), output)


@app.command()
def revisions(
    indicator: Annotated[list[str] | None, typer.Option("--indicator", help="Its id; may be repeated.")] = None,
    output: Form = Listing.table,
    root: Root = None,
) -> None:
    """What newer deliveries changed: old value, new value, by how much, since when."""
    project = _project(root)
    from kpi.listing import revision_table

    table = revision_table(project, indicator or [])
    _print(table, output)
    if table.empty:
        _tell("no delivery has changed an earlier one.")


@app.command()
def identities(language: LabelLanguage = "en", output: Form = Listing.table, root: Root = None) -> None:
    """What published figures imply about one another: declared and found, true or not, with the values."""
    project = _project(root)
    from kpi.listing import identity_table

    _print(identity_table(project.findings, language), output)


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
    project = _project(root)
    from kpi.exports import to_bytes, write_figures
    from kpi.listing import select_figures
    from kpi.observations import lean

    rows = select_figures(project, indicator or [], objective or [], since, use_sample=not no_sample)
    if output is not None:
        form = "csv" if output_format is Figures.table else output_format.value
        write_figures(rows, output, form)
        _tell(f"{len(rows)} rows written to {output}")
    elif output_format is Figures.table:
        _print(lean(rows), Listing.table)
    else:
        sys.stdout.buffer.write(to_bytes(rows, output_format.value))


@app.command()
def lab(root: Root = None) -> None:
    """Open JupyterLab on the exploration notebooks."""
    import os
    import subprocess

    project = _project(root)
    environment = {**os.environ, "KPI_ROOT": str(project.root)}
    command = [sys.executable, "-m", "jupyterlab", "--notebook-dir", str(project.root / "notebooks")]
    done = subprocess.run(command, env=environment, check=False)  # noqa: S603  (our own interpreter)
    raise typer.Exit(done.returncode)


def _named_values(pairs: list[str]) -> dict[str, Any]:
    """``name=value`` pairs; true, false and whole numbers take their type, so that strict checking can tell."""
    import yaml

    from kpi.errors import UsageError

    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            msg = f"Parameter {pair!r}: expected name=value, such as as_of=2021-12-31."
            raise UsageError(msg)
        parsed = yaml.safe_load(text)
        values[name] = parsed if isinstance(parsed, bool | int | float) else text
    return values


def _annotated(project: Project, files: list[Path], source: str, copy: Path | None) -> None:
    from kpi.deliver import annotate_delivery

    if copy is not None:
        mistakes = annotate_delivery(project, files, source, copy)
        _tell(f"mistakes shown in {copy}: {mistakes}")


def _print(table: pd.DataFrame, form: Listing) -> None:
    """Data on standard output, in the form that was asked for."""
    if form is Listing.json:
        typer.echo(table.to_json(orient="records", force_ascii=False, indent=1))
    elif form is Listing.csv:
        typer.echo(table.to_csv(index=False), nl=False)
    else:
        from kpi.listing import print_table

        print_table(table)


def _tell_held_back(held_back: pd.DataFrame) -> None:
    for text in list(held_back["reason"])[:10] if len(held_back) else []:
        _tell(f"held back: {text}")
    if len(held_back) > 10:
        _tell(f"... and {len(held_back) - 10} more in data/tidy/held_back/held_back.csv")


class _progress:  # noqa: N801  (used as a function)
    """A progress bar on standard error for a person; nothing in a scheduled log."""

    def __enter__(self) -> Callable[[int, int], None]:
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
        self._bar.__enter__()
        task = self._bar.add_task("pages", total=None)
        return lambda done, total: self._bar.update(task, completed=done, total=total)

    def __exit__(self, *error: object) -> None:
        self._bar.__exit__(*error)  # type: ignore[arg-type]


def main() -> NoReturn:
    """Entry point: errors become one sentence and an exit code, never a traceback."""
    try:
        app(standalone_mode=True)
    except KpiError as error:
        _tell(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _tell("interrupted; what was published stays as it was.")
        sys.exit(FAILED)
    sys.exit(0)


if __name__ == "__main__":
    main()
