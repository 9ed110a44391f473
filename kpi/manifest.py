"""What a run did, on record: for the next run, for `kpi history`, and for the page of runs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpi import fingerprint
from kpi.files import write_whole
from kpi.lock import me
from kpi.project import Project

PACKAGES = ("brussels-kpi", *fingerprint.BUILDING, *fingerprint.RENDERING)
#: Records that are kept; the oldest go.
RUNS_KEPT = 200
_FORM = "%Y-%m-%dT%H:%M:%S%z"


@dataclass
class Record:
    """A run from its start to its end. Times and names stand here and on the page of runs, never in a report."""

    run: str = ""
    release: str = ""
    started: str = field(default_factory=lambda: time.strftime(_FORM))
    built: bool = False
    made: Mapping[str, Sequence[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    unchanged: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    held_back: Mapping[str, int] = field(default_factory=dict)
    sources: Sequence[Mapping[str, Any]] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    clock: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.clock


def as_json(
    record: Record, *, pages: Sequence[str] = (), objectives: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A record as it is written: everything in it can be read without this package."""
    return {
        "run": record.run,
        "release": record.release,
        "started": record.started,
        "finished": _now(),
        "seconds": round(record.elapsed, 3),
        "by": me(),
        "options": dict(record.options),
        "built": record.built,
        "pages": list(pages),
        "made": {name: list(why) for name, why in record.made.items()},
        "page_seconds": {name: round(value, 3) for name, value in record.seconds.items()},
        "skipped": {"unchanged": record.unchanged},
        "failed": dict(record.failed),
        "error": record.error,
        "held_back": sum(record.held_back.values()),
        "held_back_by_source": dict(record.held_back),
        "sources": [dict(source) for source in record.sources],
        "peak_memory_mb": peak_memory(),
        "versions": {"python": sys.version.split()[0], **fingerprint.versions(PACKAGES)},
        "objectives": dict(objectives or {}),
    }


def write_record(project: Project, told: Mapping[str, Any]) -> Path:
    """Keep a record below ``reports/runs``, under the time of its end."""
    folder = project.reports / "runs"
    stamp = time.strftime("%Y%m%dT%H%M%S")
    number = len(list(folder.glob(f"{stamp}*.json")))
    path = folder / f"{stamp}-{number:03d}-{told['run'] or 'stopped'}.json"
    write_whole(path, to_bytes(told))
    for old in sorted(folder.glob("*.json"))[:-RUNS_KEPT]:
        old.unlink(missing_ok=True)
    return path


def to_bytes(told: Mapping[str, Any]) -> bytes:
    """A record as readable JSON."""
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()


def peak_memory() -> dict[str, float]:
    """Most memory of this process and of the largest it started, in MB; empty where the system does not tell."""
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return {}
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    told = {"process": resource.RUSAGE_SELF, "largest_child": resource.RUSAGE_CHILDREN}
    return {name: round(resource.getrusage(who).ru_maxrss / unit, 1) for name, who in told.items()}


def _now() -> str:
    return time.strftime(_FORM)
