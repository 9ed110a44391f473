"""Fetching a source that has an API: its files are downloaded, checked and kept like any other delivery."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kpi.deliver import Added, add
from kpi.download import PATIENT, Patience, content_hash, download
from kpi.errors import KpiError, UsageError
from kpi.files import read_json
from kpi.project import Project
from kpi.sources import module, modules

#: Beside the deliveries, in a folder that no build looks into: downloads on their way, what is known of the last.
_FOLDER = ".fetch"
_STATE = "state.json"


@dataclass(frozen=True)
class Fetched:
    """What became of one file: ``added`` is None where it is unchanged, ``error`` says why it is not there."""

    name: str
    added: Added | None = None
    error: str = ""

    @property
    def summary(self) -> str:
        """One line for a person."""
        if self.error:
            return f"{self.name}: {self.error}"
        if self.added is None or not self.added.stored:
            return f"{self.name}: unchanged since the last time"
        result = self.added.result
        return f"{self.name}: {result.rows_accepted} values accepted, {len(result.held_back)} problems"


def fetch(
    project: Project,
    source_id: str,
    *,
    address: str = "",
    patience: Patience = PATIENT,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Fetched, ...]:
    """Download all files of a source into ``data/incoming/<source>/``; one that fails does not stop the others.

    Args:
        project: where they go.
        source_id: a source whose module has ``API`` and ``downloads``.
        address: of the service, instead of its own; else the variable ``KPI_<SOURCE>_URL``.
        patience: how long to wait.
        tell: hears what happens.

    Raises:
        UsageError: no such source, or one without an API.
    """
    source = module(project.catalogue.source(source_id).id)
    downloads = getattr(source, "downloads", None)
    if downloads is None:
        able = ", ".join(name for name in modules() if hasattr(module(name), "downloads"))
        msg = f"Source {source_id!r} has no API to fetch from: give its files to 'kpi add'. Known are {able}."
        raise UsageError(msg)
    variable = f"KPI_{source_id.upper().replace('-', '_')}_URL"
    service = (address or os.environ.get(variable) or str(source.API)).rstrip("/")  # type: ignore[attr-defined]
    files: Mapping[str, str] = downloads(project.catalogue)
    return tuple(_one(project, source_id, name, f"{service}/{path}", patience, tell) for name, path in files.items())


def _one(
    project: Project, source_id: str, name: str, url: str, patience: Patience, tell: Callable[[str], None]
) -> Fetched:
    folder = project.data / "incoming" / source_id / _FOLDER
    states = read_json(folder / _STATE)
    known = states.get(name, {})
    # Another address, or a delivery that was removed since: then it is wanted again.
    if known.get("url") != url or not (folder.parent / known.get("file", "")).is_file():
        known = {}
    tell(f"fetching {name}")
    try:
        got = download(url, folder / name, known, patience=patience, tell=tell)
    except KpiError as error:
        return Fetched(name, error=str(error))
    if got.path is None:
        return Fetched(name)
    content = content_hash(got.path)
    if content == known.get("content"):
        got.path.unlink()
        return Fetched(name)
    added = add(project, [got.path], source_id, vintage=got.day)
    # Only what was kept is known: a page of errors must not pass for an unchanged file next time.
    for stored in (*added.stored, *added.known)[:1]:
        states[name] = {**got.state, "url": url, "content": content, "file": stored.name}
        (folder / _STATE).write_text(json.dumps(states, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    got.path.unlink()
    told = "; ".join(added.unreadable) or "; ".join(added.result.held_back["reason"][:1])
    return Fetched(name, added, error=told.removeprefix(f"{name}: ") if added.refused else "")
