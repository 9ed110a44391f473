"""Many runs of a tiny project with random changes, kills and overlaps; in the end the site equals a clean build.

    python benchmarks/soak.py [--runs 500] [--moments 200] [--seed 1]

First, a run is killed at ``--moments`` random moments and the site looked at after each; then ``--runs`` runs follow
one another while figures and labels change, some are killed, and some meet a second one. Needs a system that forks.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kpi.errors import LockedError
from kpi.project import Project
from kpi.refresh import refresh
from kpi.run import RunOptions, run
from tests.test_run import contents
from tests.tiny_project import FIGURES, declare, make_tiny, write_figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311  (moments, not secrets)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "project"
        run(make_tiny(root), RunOptions())
        kills(root, chance, given.moments)
        soak(root, chance, given.runs)
        figures, label = change(root, chance)
        run(Project(root), RunOptions())
        clean = make_tiny(Path(name) / "clean", figures)
        declare(clean.root, label)
        expect(
            contents(run(clean, RunOptions()).site) == contents(root / "reports" / "site"), "it equals no clean build"
        )
        expect(not list(root.rglob("*.unfinished")), "something is left unfinished")
    print("the site equals a clean build, and nothing is left behind")


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        msg = f"The site is broken: {otherwise}."
        raise SystemExit(msg)


def change(root: Path, chance: random.Random) -> tuple[dict[str, tuple[str, str, str, int]], str]:
    """Other values for some figures, and sometimes another label."""
    figures = {name: (*told[:3], told[3] + chance.choice((0, 0, 1, 5))) for name, told in FIGURES.items()}
    label = chance.choice(("Tickets sold", "Tickets", "Sold tickets"))
    write_figures(root, figures)
    declare(root, label)
    return figures, label


def started(root: Path, chance: random.Random) -> multiprocessing.Process:
    """A run in a process group of its own, so that it can be killed with all its children.

    Half of them build in a process apart, as a command does that has not loaded what judges rows.
    """
    apart = chance.random() < 1 / 2

    def work() -> None:
        os.setsid()
        if apart:
            sys.modules.pop("great_expectations")
        try:
            run(Project(root), RunOptions())
        except LockedError:
            os._exit(LockedError.exit_code)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    return process


def kill(process: multiprocessing.Process, chance: random.Random) -> None:
    """Kill a run with its children, or it alone, where the system ends them after it (Linux)."""
    alone = sys.platform == "linux" and chance.random() < 1 / 2
    try:
        if alone:
            process.kill()
        else:
            os.killpg(process.pid or 0, signal.SIGKILL)
    except ProcessLookupError:  # it has not made its group yet, or has ended
        process.kill()
    process.join()
    time.sleep(1 / 4 if alone else 0)


def kills(root: Path, chance: random.Random, moments: int) -> None:
    """Kill a run at random moments: readers have the old site or the new one."""
    sites = [contents(root / "reports" / "site")]
    for number in range(moments):
        change(root, chance)
        process = started(root, chance)
        time.sleep(chance.uniform(0, 3))
        kill(process, chance)
        seen = contents(root / "reports" / "site")
        run(Project(root), RunOptions())
        sites = [sites[-1], contents(root / "reports" / "site")]
        expect(seen in sites, f"after kill {number} it is neither the old nor the new one")
    print(f"killed at {moments} moments: always one whole site")


def soak(root: Path, chance: random.Random, runs: int) -> None:
    """Runs with changes, kills and overlaps, one after another."""
    ends: Counter[str] = Counter()
    for _ in range(runs):
        change(root, chance)
        process = started(root, chance)
        what = chance.choice(("alone", "alone", "killed", "met"))
        if what == "killed":
            time.sleep(chance.uniform(0, 3))
            kill(process, chance)
        elif what == "met":
            other = started(root, chance)
            other.join()
            what += f", the second ended with {other.exitcode}"
        process.join()
        ends[what] += 1
        expect((root / "reports" / "site" / "fr" / "index.html").exists(), "there is none")
    refresh(Project(root))
    print(f"{runs} runs: " + "; ".join(f"{count} {what}" for what, count in sorted(ends.items())))


if __name__ == "__main__":
    main()
