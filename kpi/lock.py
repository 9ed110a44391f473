"""One run at a time: the lock of a project, and who holds it."""

from __future__ import annotations

import getpass
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from kpi.errors import KpiError, LockedError
from kpi.files import read_json, write_whole
from kpi.project import Project

LOCK, HOLDER = ".lock", ".lock-holder.json"
#: ``KPI_LOCK=soft`` is for network shares whose file locks do not reach other machines.
SOFT = "soft"


@contextmanager
def locked(project: Project) -> Iterator[None]:
    """Hold the project's lock, so that two runs cannot overlap.

    The system itself releases the lock of a process that ends, however it ends. With
    ``KPI_LOCK=soft`` the file that says who holds it is a lock for other machines too, which any share
    can keep; one that a killed run of this machine left is taken over, one of another machine is not,
    since nobody here can tell.

    Raises:
        LockedError: another run holds it; the message says who, where and since when.
        KpiError: the folder of the reports cannot be written.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415  (only a run needs it)

    path, holder = project.reports / LOCK, project.reports / HOLDER
    lock = FileLock(path, timeout=0)
    try:
        project.reports.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        msg = f"{_at_work(project)} (lock {path}). Wait for it to end and start again."
        raise LockedError(msg) from error
    except OSError as error:
        msg = f"{project.reports} cannot be written: {error}. What was published stays; mend it and run again."
        raise KpiError(msg) from error
    with ExitStack() as held:
        held.callback(lock.release)
        if os.environ.get("KPI_LOCK") == SOFT:
            _hold_elsewhere(project)
        held.callback(holder.unlink, missing_ok=True)
        with suppress(OSError):  # who holds it is worth telling, not worth failing
            write_whole(holder, json.dumps(me()).encode())
        yield


def _hold_elsewhere(project: Project) -> None:
    """Make the file that other machines look for.

    Whoever comes here holds the lock of this machine: a file that another run of it made is left from one that
    was killed. It stays in its place until the new holder is written over it, so no other machine finds none.
    """
    holder = project.reports / HOLDER
    try:
        holder.touch(exist_ok=False)
    except FileExistsError as error:
        if read_json(holder).get("host") != platform.node():
            msg = f"{_at_work(project)}. Wait for it to end, or remove {holder} if no run is at work."
            raise LockedError(msg) from error


def me() -> dict[str, Any]:
    """Who runs this: user, host, process, since when and which command; ``KPI_JOB`` names a scheduled job."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container may run as a number without a name
        user = str(os.getuid()) if hasattr(os, "getuid") else "?"
    return {
        "user": user,
        "host": platform.node(),
        "pid": os.getpid(),
        "since": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "command": " ".join(["kpi", *sys.argv[1:]]),
        "job": os.environ.get("KPI_JOB", ""),
    }


def _at_work(project: Project) -> str:
    return f"Another run is at work in {project.root}: {_words(read_json(project.reports / HOLDER))}"


def _words(holder: dict[str, Any]) -> str:
    if not holder:
        return "one that has just begun"
    job = f", job {holder.get('job')}" if holder.get("job") else ""
    return "{user} on {host}, process {pid}, since {since}, '{command}'".format_map(holder) + job


def _is_dead(holder: dict[str, Any]) -> bool:
    if holder.get("host") != platform.node():
        return False
    try:
        os.kill(int(holder["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, KeyError, ValueError):
        return False
    return False


def left_behind(project: Project) -> dict[str, Any]:
    """Who held the lock last and did not give it back, as it was killed or its machine stopped; empty where nobody.

    One on another machine may be at work still: nobody here can tell, but whoever is then given the lock.
    """
    holder = read_json(project.reports / HOLDER)
    here = holder.get("host") == platform.node()
    # Each container counts its processes from one: a number that is ours now was that of one before us.
    ours = holder.get("pid") == os.getpid()
    return {} if here and not ours and not _is_dead(holder) else holder


def unended(holder: dict[str, Any]) -> str:
    """What is told of whoever is known by :func:`left_behind`."""
    return f"a run did not come to its end: {_words(holder)}"
