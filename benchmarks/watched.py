"""From a saved file to the page while `kpi watch` is at work: python -m benchmarks.watched ROOT TIMES."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.copies import change_one_figure
from kpi.parameters import check_parameters
from kpi.project import Project
from kpi.watch import GETTING_READY, watch


def main(root: str, times: str) -> None:
    """Change a figure so many times; prints the seconds of each round that shows it."""
    project = Project(Path(root))
    figure = change_one_figure(project.root)
    rows = project.observations
    objective = rows.loc[rows["figure"].eq(figure), "objective"].iloc[0]
    with tempfile.TemporaryDirectory() as folder:
        rounds = watch(project, [check_parameters({"objective": objective})], Path(folder), tell=_stop_at_an_error)
        next(rounds)
        spent = []
        for _ in range(int(times)):
            change_one_figure(project.root)
            done = next(rounds)
            if done.failed:
                raise SystemExit(done.failed[0])
            spent.append(done.seconds)
        rounds.close()
    print(json.dumps(spent))


def _stop_at_an_error(message: str) -> None:
    if message != GETTING_READY:
        raise SystemExit(message)


if __name__ == "__main__":
    main(*sys.argv[1:])
