"""Rendering reports: forked from a warm parent, against papermill's standard engine, against both command lines.

Measured side by side in one run on the tables that are there (run `kpi build` before); prints a table and JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kpi import api
from kpi.project import Project, find_root
from kpi.reporting import prepare
from kpi.reporting.forks import run_forked
from kpi.reporting.render import Job, render, warm_up

FORKED, STANDARD, COMMANDS = 60, 4, 3


def main() -> None:
    project = Project(find_root())
    os.environ["KPI_ROOT"] = str(project.root)
    api.remember(project)
    jobs = [Job(o.id, "fr", coded=False) for o in project.catalogue.objectives][:FORKED]
    with tempfile.TemporaryDirectory() as name:
        site = Path(name)
        figures = {
            "forked": timed(lambda: forked(project, jobs, site)) / len(jobs),
            "standard engine": timed(lambda: standard(project, jobs[:STANDARD], site)) / STANDARD,
            "papermill + nbconvert commands": timed(lambda: commands(project, jobs[:COMMANDS], site)) / COMMANDS,
        }
    slowest = max(figures.values())
    print(f"{'way':32} {'s a page':>10} {'times faster':>14}")
    for way, seconds in figures.items():
        print(f"{way:32} {seconds:10.3f} {slowest / seconds:14.1f}")
    print(json.dumps({way: round(seconds, 4) for way, seconds in figures.items()}))


def timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def forked(project: Project, jobs: list[Job], site: Path) -> None:
    """Warm-up included, as every run pays for it."""
    warm_up(project, jobs[0])
    for job in jobs:
        prepare.prepare_report(project, job.objective)
    workers = os.cpu_count() or 1
    outcomes = list(run_forked(jobs, lambda job: render(project, job, site), workers=workers, timeout=120))
    if failed := [outcome.error for outcome in outcomes if not outcome.ok]:
        raise SystemExit(failed[0])


def standard(project: Project, jobs: list[Job], site: Path) -> None:
    for job in jobs:
        render(project, job, site, engine="standard")


def commands(project: Project, jobs: list[Job], site: Path) -> None:
    binaries = Path(sys.executable).parent
    for job in jobs:
        executed = site / "executed.ipynb"
        parameters = ["-p", "objective", job.objective, "-p", "language", job.language]
        papermill = [binaries / "papermill", project.notebook, executed, *parameters, "--no-progress-bar"]
        subprocess.run(papermill, check=True, capture_output=True, cwd=project.root)
        convert = [binaries / "jupyter", "nbconvert", "--to", "html", "--no-input", executed]
        subprocess.run(convert, check=True, capture_output=True)


if __name__ == "__main__":
    main()
