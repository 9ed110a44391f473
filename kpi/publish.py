"""Publishing in one step: a run fills a folder beside the site, which then becomes the site by one rename."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kpi.errors import KpiError, LockedError
from kpi.project import Project

RELEASES_KEPT = 3


@contextmanager
def locked(project: Project) -> Iterator[None]:
    """Hold the project's lock, so that two runs cannot overlap.

    Raises:
        LockedError: another run holds it.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  (only a run needs it)

    project.reports.mkdir(parents=True, exist_ok=True)
    path = project.reports / ".lock"
    try:
        with FileLock(path, timeout=0):
            yield
    except Timeout as error:
        msg = f"Another run is at work in {project.root} (lock {path}); wait for it to end and start again."
        raise LockedError(msg) from error


def stage(project: Project, run_id: str, *, partial: bool) -> Path:
    """An empty folder beside the site; a partial run starts from links to what is published."""
    releases = project.reports / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    staging = releases / f".staging-{run_id}-{os.getpid()}"
    current = project.reports / "site"
    shutil.rmtree(staging, ignore_errors=True)
    if partial and current.exists():
        shutil.copytree(current.resolve(), staging, copy_function=_link)
    else:
        staging.mkdir()
    return staging


def _link(source: str, target: str) -> None:
    """A hard link where the file system has them: pages are replaced, never written in place."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def publish(project: Project, staging: Path) -> None:
    """Move the finished folder into place; readers see the old site or the new one.

    Raises:
        KpiError: ``reports/site`` is a folder somebody made, not the link that runs maintain.
    """
    release = staging.with_name(f"{time.strftime('%Y%m%dT%H%M%S')}-{staging.name.split('-')[1]}")
    if release.exists():
        shutil.rmtree(release)
    site = project.reports / "site"
    if site.exists() and not site.is_symlink():
        msg = f"{site} is a folder, not the link that runs maintain; move it away and run again."
        raise KpiError(msg)
    staging.rename(release)
    beside = project.reports / f".site-{os.getpid()}"
    beside.unlink(missing_ok=True)
    beside.symlink_to(Path("releases") / release.name, target_is_directory=True)
    beside.replace(site)
    kept = sorted(path for path in release.parent.iterdir() if not path.name.startswith("."))
    for old in kept[:-RELEASES_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
