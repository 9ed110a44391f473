"""How time and memory grow with pages, in forked processes and on a Dask cluster of two workers on this machine.

    python benchmarks/scale.py [--pages 10 100 1000 5000] [--dask 100 1000]

Each size is a project of its own (all made up, see made_up.py), built and run in a process of its own. Prints a
table and JSON. The times of a clock hold what else the machine did meanwhile; those of the processor, of this process
and its children, hardly do, but know nothing of a cluster's workers.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

LANGUAGES, WORKERS = 3, 2
COLUMNS = ("way", "pages", "build_s", "run_s", "ms_a_page", "cpu_ms_a_page", "mb_this", "mb_a_child")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="*", default=[10, 100, 1000, 5000])
    parser.add_argument("--dask", type=int, nargs="*", default=[100, 1000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--address", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.one, given.address)))
        return
    told = [apart(pages) for pages in given.pages]
    if given.dask:
        with two_workers() as address:
            told += [apart(pages, address) for pages in given.dask]
    print("| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS))
    for row in told:
        print("| " + " | ".join(str(row[name]) for name in COLUMNS) + " |")
    print(json.dumps(told))


def apart(pages: int, address: str = "") -> dict[str, Any]:
    """One size in a fresh process: its memory is its own."""
    command = [sys.executable, __file__, "--one", str(pages), "--address", address]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(row, file=sys.stderr)
    return row


def measured(pages: int, address: str) -> dict[str, Any]:
    from benchmarks.made_up import make_project
    from kpi.manifest import peak_memory
    from kpi.refresh import refresh
    from kpi.run import RunOptions, run

    with tempfile.TemporaryDirectory() as name:
        project = make_project(Path(name) / "project", math.ceil(pages / LANGUAGES))
        started = time.monotonic()
        refresh(project)
        built = time.monotonic()
        before = sum(os.times()[:4])
        result = run(project, RunOptions(dask=address, keep=1))
        ended, cpu = time.monotonic(), sum(os.times()[:4]) - before
        if result.failed:
            raise SystemExit(next(iter(result.failed.values())))
        made = len(result.rendered)
    memory = peak_memory()
    return {
        "way": f"Dask, {WORKERS} workers" if address else f"forked, {os.cpu_count()} at once",
        "pages": made,
        "build_s": round(built - started, 1),
        "run_s": round(ended - built, 1),
        "ms_a_page": round(1000 * (ended - built) / made),
        "cpu_ms_a_page": round(1000 * cpu / made),
        "mb_this": round(memory["process"]),
        "mb_a_child": round(memory["largest_child"]),
    }


@contextmanager
def two_workers() -> Iterator[str]:
    """A scheduler and its workers, each a process, on the loopback; yields the address."""
    with tempfile.TemporaryDirectory() as name:
        told = Path(name) / "scheduler.json"
        common = ("--scheduler-file", str(told), "--host", "127.0.0.1", "--no-dashboard")
        scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *common]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny", "--nthreads", "1", *common]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running = [subprocess.Popen(scheduler, **quiet)]
        try:
            while not (told.exists() and told.read_text().endswith("}")):
                time.sleep(0.1)
            running += [subprocess.Popen(worker, cwd=name, **quiet) for _ in range(WORKERS)]
            time.sleep(5)
            yield json.loads(told.read_text())["address"]
        finally:
            for process in running:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
