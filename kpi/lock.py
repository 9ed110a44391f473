"""One run at a time: the lock of a project, and who holds it."""

from __future__ import annotations

import getpass
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    ``KPI_LOCK=soft`` the lock is the existence of a file, which any share can keep; one left by a
    dead process of this machine is taken over, one of another machine is not, since nobody here can tell.

    Raises:
        LockedError: another run holds it; the message says who, where and since when.
        KpiError: the folder of the reports cannot be written.
    """
    from filelock import FileLock, SoftFileLock, Timeout  # noqa: PLC0415  (only a run needs it)

    path, holder = project.reports / LOCK, project.reports / HOLDER
    soft = os.environ.get("KPI_LOCK") == SOFT
    if soft and path.exists() and _is_dead(read_json(holder)):
        path.unlink(missing_ok=True)
    lock = SoftFileLock(path, timeout=0) if soft else FileLock(path, timeout=0)
    try:
        project.reports.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        who = _words(read_json(holder))
        msg = f"Another run is at work in {project.root}: {who} (lock {path}). Wait for it to end"
        remedy = ", or remove the lock if that machine is gone." if soft else " and start again."
        raise LockedError(msg + remedy) from error
    except OSError as error:
        msg = f"{project.reports} cannot be written: {error}. What was published stays; mend it and run again."
        raise KpiError(msg) from error
    try:
        with suppress(OSError):  # who holds it is worth telling, not worth failing
            write_whole(holder, json.dumps(me()).encode())
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


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
