"""The worker's end of rendering through an executor: what it is asked and answers, and what it keeps in between."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from threading import Lock

import kpi
from kpi import fingerprint
from kpi.reporting.jobs import Job, ReportJob
from kpi.reporting.press import Press


@dataclass(frozen=True)
class Task:
    """What a worker is asked.

    Attributes:
        job: the page.
        name: of the pack it is made from, which is the hash of its content; see :mod:`kpi.reporting.pack`.
        pack: that content, where the worker may lack it.
        versions: that it must have, see :func:`versions`.
        timeout: seconds the page may take; ``memory`` the MB.
    """

    job: Job | ReportJob
    name: str
    pack: bytes | None
    versions: Mapping[str, str]
    timeout: float
    memory: float


@dataclass(frozen=True)
class Answer:
    """What a worker says: what is ``told`` of a page, with its hash, and its files; or what hinders it.

    ``lacking``: it has no such pack; ``versions``: its own, where they are others.
    """

    told: bytes = b""
    digest: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    lacking: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)


@cache
def versions() -> Mapping[str, str]:
    """Of what a page is made with in this process: equal versions, equal pages."""
    return {
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "kpi": f"{kpi.__version__} of files {fingerprint.of(fingerprint.code(), fingerprint.look())[:8]}",
        **fingerprint.versions((*fingerprint.BUILDING, *fingerprint.RENDERING)),
    }


class _Kept:
    """The pack this process was given last, and the presses that hold it and are free."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.name, self.pack = "", b""
        self.free: list[Press] = []


_KEPT = _Kept()


def render_there(task: Task) -> Answer:
    """Render a page in a press of this process; threads of one worker have a press each.

    Raises:
        OSError: the press ended; the next task starts another.
    """
    if task.versions != versions():
        return Answer(versions=versions())
    if task.pack is not None:
        _keep(task.name, task.pack)
    with _KEPT.lock:
        if _KEPT.name != task.name:
            return Answer(lacking=True)
        pack = _KEPT.pack
        press = next((p for p in _KEPT.free if p.limits == (task.timeout, task.memory)), None)
        if press:
            _KEPT.free.remove(press)
    if press is None or not press.alive:
        press = Press(pack, timeout=task.timeout, memory=task.memory)
    try:
        told, files = press.render(task.job)
    except BaseException:
        press.close()
        raise
    with _KEPT.lock:
        stays = _KEPT.name == task.name
        if stays:
            _KEPT.free.append(press)
    if not stays:
        press.close()
    return Answer(told, hashlib.sha256(told).hexdigest(), files)


def _keep(name: str, pack: bytes) -> None:
    if hashlib.sha256(pack).hexdigest() != name:
        msg = "what pages are made from was altered on its way"
        raise OSError(msg)
    with _KEPT.lock:
        known = _KEPT.name == name
    if not known:
        rest()
        with _KEPT.lock:
            _KEPT.name, _KEPT.pack = name, pack


def rest() -> None:
    """Forget what was kept and end the presses that are free: the run is over."""
    with _KEPT.lock:
        ended, _KEPT.free = _KEPT.free, []
        _KEPT.name, _KEPT.pack = "", b""
    for press in ended:
        press.close()
