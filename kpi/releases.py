"""The published site and the ones before it: a run fills a folder beside, which becomes the site in one step."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kpi.errors import KpiError, unknown
from kpi.files import read_json, sweep, write_whole
from kpi.pieces import Made, missing
from kpi.project import Project

RELEASES_KEPT = 5
#: In each release: what it was made from, piece by piece.
STATE, MANIFEST = "inputs.json", "manifest.json"
_STAGING = ".staging-"


def site_of(project: Project) -> Path:
    """Where readers find the site."""
    return project.reports / "site"


def current(project: Project) -> Path | None:
    """The folder of the published release; None where nothing is published."""
    site = site_of(project)
    return site.resolve() if (site / STATE).exists() else None


def heal(project: Project) -> None:
    """Clear away what an interrupted run left, and put back a site that was between two renames."""
    folder, site = project.reports / "releases", site_of(project)
    for path in folder.glob(f"{_STAGING}*") if folder.is_dir() else ():
        shutil.rmtree(path, ignore_errors=True)
    for path in project.reports.glob(".site-*"):
        if path.is_dir() and not path.is_symlink() and not site.exists():
            path.rename(site)  # only where the system has no links: see _swap_folders
        elif path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path, ignore_errors=True)
    if not site.exists():
        site.unlink(missing_ok=True)  # a link that leads nowhere: somebody removed the release
        if newest := max(releases(project), default=None):
            _point(project, newest)
    sweep(project.reports / "runs")


def releases(project: Project) -> list[Path]:
    """The releases that are kept, the oldest first."""
    folder = project.reports / "releases"
    return sorted(p for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []


def read_state(release: Path | None) -> tuple[str, dict[str, Made]]:
    """The key of all inputs of a release (empty where not all of it is up to date), and its pieces."""
    state = read_json(release / STATE) if release else {}
    try:
        return state.get("key", ""), {name: Made(**made) for name, made in state.get("pieces", {}).items()}
    except (TypeError, AttributeError):
        return "", {}  # damaged: everything is made again


def stage(project: Project) -> Path:
    """An empty folder beside the site."""
    folder = project.reports / "releases"
    staging = folder / f"{_STAGING}{os.getpid()}"
    staging.mkdir(parents=True)
    return staging


def link(release: Path, staging: Path, files: Iterable[str]) -> None:
    """Take files of a release over, as hard links where possible: pages are replaced, never edited."""
    made: set[Path] = set()
    for name in files:
        source, target = release / name, staging / name
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        try:
            target.hardlink_to(source)
        except FileExistsError:
            continue
        except OSError:
            shutil.copy2(source, target)


def publish(project: Project, staging: Path, name: str, key: str, pieces: Mapping[str, Made], keep: int) -> Path:
    """Make the finished folder the site; readers see the old one or the new one. Returns the release.

    Raises:
        KpiError: ``reports/site`` is a folder somebody made, not what runs maintain.
    """
    site = site_of(project)
    if site.exists() and not site.is_symlink() and not (site / STATE).exists():
        msg = f"{site} is a folder that no run made; move it away and run again."
        raise KpiError(msg)
    state = {"key": key, "pieces": {name: vars(made) for name, made in pieces.items()}}
    write_whole(staging / STATE, json.dumps(state, ensure_ascii=False, sort_keys=True).encode())
    if hasattr(os, "sync"):
        os.sync()  # the pages reach the disk before the link that leads to them
    release = staging.with_name(name)
    staging.rename(release)
    _point(project, release)
    for old in releases(project)[:-keep]:
        if old != release:
            shutil.rmtree(old, ignore_errors=True)
    return release


def name_of(project: Project, run: str) -> str:
    """The name of a new release: by time, and after all that are there, also when the clock went back."""
    stamp = time.strftime("%Y%m%dT%H%M%S")
    newest = max((path.name for path in releases(project)), default="")
    name, count = f"{stamp}-{run}", 1
    while name <= newest:
        name, count = f"{newest.split('-')[0].split('.')[0]}.{int(_count(newest)) + count:04d}-{run}", count + 1
    return name


def _count(name: str) -> str:
    return name.split("-", maxsplit=1)[0].partition(".")[2] or "0"


def roll_back(project: Project, name: str = "") -> Path:
    """Publish a kept release again: the one named (a release or its run), else the one before the published.

    Raises:
        UsageError: there is no such release.
        KpiError: none before the published one is kept, or files of the chosen one are gone; the published one stays.
    """
    kept, now = releases(project), current(project)
    if name:
        found = [path for path in kept if name in {path.name, path.name.rpartition("-")[2]}]
        if not found:
            raise unknown("release", name, [path.name for path in reversed(kept)])
        chosen = found[-1]
    else:
        published = _published_name(project, now)
        before = [path for path in kept if path.name < published]
        if not before:
            msg = f"No release before {published or 'the first'} is kept in {project.reports / 'releases'}."
            raise KpiError(msg)
        chosen = before[-1]
    if gone := _gone(chosen):
        more = f" and {len(gone) - 3} more" if len(gone) > 3 else ""
        msg = (
            f"Release {chosen.name} is not whole, so the published one stays: {', '.join(gone[:3])}{more} missing or "
            "of another size. Name another one of 'kpi history', or run again."
        )
        raise KpiError(msg)
    _point(project, chosen)
    return chosen


def _gone(release: Path) -> list[str]:
    """What a release lacks of what it is known to hold; of one that tells nothing, the file that would tell it."""
    pieces = read_state(release)[1]
    return [name for made in pieces.values() for name in missing(made.files, release)] if pieces else [STATE]


def _published_name(project: Project, now: Path | None) -> str:
    if now is None:
        return ""
    return now.name if now.parent.name == "releases" else (site_of(project) / ".release").read_text(encoding="utf-8")


def is_current(project: Project, release: str) -> bool:
    """Whether a release is the one that readers see."""
    return bool(release) and _published_name(project, current(project)) == release


def _point(project: Project, release: Path) -> None:
    site, beside = site_of(project), project.reports / f".site-{os.getpid()}"
    if site.exists() and not site.is_symlink():
        _swap_folders(release, site, beside)
        return
    beside.unlink(missing_ok=True)
    try:
        beside.symlink_to(Path("releases") / release.name, target_is_directory=True)
    except (OSError, NotImplementedError):
        if site.is_symlink():
            raise
        _swap_folders(release, site, beside)
        return
    beside.replace(site)


def _swap_folders(release: Path, site: Path, beside: Path) -> None:
    """Where the system has no links (Windows without the right): two renames; between them there is no site.

    An interruption there is healed by the next run, which puts the new folder into place.
    """
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(release, beside, copy_function=_link)
    (beside / ".release").write_text(release.name, encoding="utf-8")
    old = site.with_name(f"..{site.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    beside.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def history(project: Project) -> list[dict[str, Any]]:
    """All runs that are on record, the newest first, as their manifests."""
    paths = sorted((project.reports / "runs").glob("*.json"), reverse=True)
    return [record for path in paths if (record := read_json(path))]
