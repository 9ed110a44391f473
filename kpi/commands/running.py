"""Commands that build, render and publish: run, build, report, lab."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kpi.commands.common import (
    FAILED,
    HELD_BACK,
    AsOf,
    Form,
    Languages,
    Listing,
    Log,
    LogFormat,
    NoSample,
    Objectives,
    Root,
    app,
    log_as,
    print_rows,
    project_of,
    tables_of,
    tell,
    tell_held_back,
    tell_questions,
)
from kpi.errors import last_line

if TYPE_CHECKING:
    from kpi.project import Project
    from kpi.run import Plan


class Engine(StrEnum):
    """How notebooks are run: in forked or fresh processes, or by papermill's standard engine (one kernel each)."""

    fork = "fork"
    fresh = "fresh"
    standard = "standard"


@app.command()
def run(
    objective: Objectives = None,
    language: Languages = None,
    workers: Annotated[int, typer.Option(min=0, help="Pages rendered at once; 0: one a core.")] = 0,
    engine: Annotated[Engine, typer.Option(help="How notebooks are run.")] = Engine.fork,
    images: Annotated[bool, typer.Option("--images", help="Also charts as SVG and PNG; needs Chromium.")] = False,
    no_sample: NoSample = False,
    as_of: AsOf = "",
    notify: Annotated[bool, typer.Option(help="Tell whom notify.yaml names how the run ended.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Make everything again, changed or not.")] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Bring tables up to date, print what would be made and why; publish nothing."),
    ] = False,
    keep: Annotated[int, typer.Option(min=1, help="Releases that stay, for 'kpi rollback'.")] = 5,
    memory: Annotated[int, typer.Option(min=0, help="MB a page may take; 0: no limit.")] = 2048,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds a page may take.")] = 120,
    dask: Annotated[
        str,
        typer.Option(help="Address of a Dask scheduler whose workers render the pages, such as tcp://10.0.0.5:8786."),
    ] = "",
    log_format: LogFormat = Log.text,
    root: Root = None,
) -> None:
    """Build, validate, render what changed, and publish: the main job."""
    log_as(log_format)
    project = project_of(root)
    from kpi.notify.tell import telling
    from kpi.parameters import check_parameters
    from kpi.run import RunOptions
    from kpi.run import plan as plan_run
    from kpi.run import run as run_all

    if as_of:
        check_parameters({"objective": "", "as_of": as_of})
    options = RunOptions(
        objectives=tuple(objective or ()),
        languages=tuple(language or ()),
        workers=workers,
        engine=engine.value,
        use_sample=not no_sample,
        as_of=as_of,
        images=images,
        force=force,
        keep=keep,
        memory=memory,
        timeout=timeout,
        dask=dask,
    )
    if dry_run:
        _print_plan(planned := plan_run(project, options, tell=tell))
        if planned.built.problems:
            raise typer.Exit(HELD_BACK)
        return
    with telling(project, tell, on=notify) as told, _progress() as advance:
        result = run_all(project, options, tell=tell, progress=advance)
        told(result)
    for job, error in result.failed.items():
        tell(f"failed: {job.path}: {last_line(error)}")
    tell_held_back(result.built.reasons, result.built.problems)
    typer.echo(result.site / "index.html")
    tell(result.summary)
    if result.failed:
        raise typer.Exit(FAILED)
    if result.built.problems:
        raise typer.Exit(HELD_BACK)


def _print_plan(plan: Plan) -> None:
    for name, why in plan.why.items():
        typer.echo(f"{name}: {', '.join(why)}")
    expected = "unknown time: no earlier run" if plan.seconds is None else f"about {plan.seconds:.1f} s"
    tell_held_back(plan.built.reasons, plan.built.problems)
    tables = "brought" if plan.built.rebuilt else "already"
    tell(
        f"{len(plan.why)} to make, {plan.unchanged} unchanged; {expected}; "
        f"tables {tables} up to date, {plan.built.problems} problems held back; nothing was published"
    )


@app.command()
def build(
    no_sample: NoSample = False,
    force: Annotated[bool, typer.Option("--force", help="Read and check every source again.")] = False,
    log_format: LogFormat = Log.text,
    root: Root = None,
) -> None:
    """Turn sources into tidy tables only; print rows read, accepted and held back per source."""
    log_as(log_format)
    project = project_of(root)
    from kpi.listing import source_table
    from kpi.refresh import refresh
    from kpi.run import held

    with held(project, tell):
        built = refresh(project, allow_sample=not no_sample, force=force)
    print_rows(source_table(built), Listing.table)
    tell_held_back(built.reasons, built.problems)
    tell_questions(built.questions)
    tell(built.summary)
    if built.problems:
        raise typer.Exit(HELD_BACK)


@app.command()
def history(output: Form = Listing.table, root: Root = None) -> None:
    """Runs on record, the newest first: when, what was made, failed or held back, by whom, and which is published."""
    project = project_of(root)
    from kpi.listing import history_table

    print_rows(history_table(project), output)


@app.command()
def rollback(
    run: Annotated[str, typer.Argument(help="A run or release of 'kpi history'; none: the one before.")] = "",
    root: Root = None,
) -> None:
    """Publish an earlier release again, in one step; the next run publishes what is true then."""
    project = project_of(root)
    from kpi.releases import roll_back
    from kpi.run import held

    with held(project, tell):
        release = roll_back(project, run)
    tell(f"published again: {release.name}")


@app.command()
def report(
    objective: Annotated[str, typer.Argument(help="Id such as image-2022/os-2.", show_default=False)],
    language: Annotated[str, typer.Option(help="fr, nl or en.")] = "fr",
    output: Annotated[Path | None, typer.Option(help="File to write; default: its name here.")] = None,
    self_contained: Annotated[bool, typer.Option("--self-contained", help="One file, for mail.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print it; needs Chromium.")] = False,
    images: Annotated[Path | None, typer.Option(help="Folder for its charts as SVG and PNG; needs Chromium.")] = None,
    no_sample: NoSample = False,
    as_of: AsOf = "",
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="A notebook parameter, as name=value.")
    ] = None,
    root: Root = None,
) -> None:
    """Render one report from the tables that are there."""
    project = tables_of(root)
    from kpi.parameters import check_parameters
    from kpi.reporting.single import copy_charts, print_single, render_single

    given: dict[str, Any] = {
        "objective": objective,
        "language": language,
        "as_of": as_of,
        "use_sample": not no_sample,
        **_named_values(parameter or []),
    }
    checked = check_parameters(given)
    if images is not None:
        charts = copy_charts(project, checked, images)
        tell(f"{len(charts)} files of charts written to {images}")
        if not (pdf or output):
            return
    ending = "pdf" if pdf else "html"
    target = output or Path(f"{checked['objective'].replace('/', '-')}.{checked['language']}.{ending}")
    if pdf:
        print_single(project, checked, target)
    else:
        render_single(project, checked, target, self_contained=self_contained)
    typer.echo(target)


@app.command()
def watch(
    objective: Annotated[list[str], typer.Argument(help="Ids such as image-2022/os-2.", show_default=False)],
    language: Languages = None,
    output: Annotated[Path | None, typer.Option(help="Folder for the pages; default: reports/preview.")] = None,
    no_sample: NoSample = False,
    as_of: AsOf = "",
    root: Root = None,
) -> None:
    """Show reports again each time a file is saved, within seconds; nothing is published. Ctrl+C ends it."""
    project = project_of(root)
    from kpi.parameters import check_parameters
    from kpi.watch import watch as watch_files

    given = [
        check_parameters({"objective": name, "language": each, "as_of": as_of, "use_sample": not no_sample})
        for name in dict.fromkeys(objective)
        for each in dict.fromkeys(language or ["fr"])
    ]
    try:
        for done in watch_files(project, given, output or project.reports / "preview", tell=tell):
            for page in done.pages:
                typer.echo(page)
            for error in done.failed:
                tell(f"failed: {last_line(error)}")
            tell_held_back(done.reasons, len(done.reasons))
            tell(f"shown in {done.seconds:.1f} s; save a file to see it again, Ctrl+C to end")
    except KeyboardInterrupt:
        tell("ended")


@app.command()
def lab(root: Root = None) -> None:
    """Open JupyterLab on the exploration notebooks, for this machine only."""
    import subprocess

    command, environment = lab_command(project_of(root))
    done = subprocess.run(command, env=environment, check=False)  # noqa: S603  (our own interpreter)
    raise typer.Exit(done.returncode)


def lab_command(project: Project) -> tuple[list[str], dict[str, str]]:
    """What opens JupyterLab, and its environment: bound to this machine, with the token it makes itself."""
    import os

    from kpi.workbench import lab_environment, lab_options

    environment = {**os.environ, **lab_environment(), "KPI_ROOT": str(project.root)}
    # An empty one would turn the token off.
    if not environment.get("JUPYTER_TOKEN"):
        environment.pop("JUPYTER_TOKEN", None)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--notebook-dir", str(project.root / "notebooks")),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.allow_remote_access=False"),
        *lab_options(),
    ]
    return command, environment


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
