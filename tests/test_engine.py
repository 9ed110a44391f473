"""The fork engine gives what a kernel gives, and one task's end is never another's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from kpi.forks import beside, can_fork, run_forked
from kpi.reporting.engine import forget, warm_shell
from kpi.reporting.fresh import run_fresh
from kpi.reporting.render import ENGINE

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system does not fork")

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def execute(*sources: str, engine: str | None, path):
    notebook = new_notebook(
        cells=[new_code_cell(source) for source in sources],
        metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}},
    )
    nbformat.write(notebook, path)
    forget()
    return papermill.execute_notebook(path, None, engine_name=engine, progress_bar=False)


def test_a_shell_needs_no_home_and_leaves_nothing_behind(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "IPYTHONDIR"}
    environment |= {"HOME": "/nonexistent", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", "from kpi.reporting.engine import warm_shell; print(warm_shell().ipython_dir)"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(tmp_path))
    assert done.stderr == ""
    assert not list(tmp_path.iterdir())


CELLS = (
    "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\n21 * 2",
    "x = 'assigned, so nothing is shown'",
    "x;",
    "class Both:\n    def _repr_mimebundle_(self, **_):\n        return {'text/html': 'h', 'text/plain': 't'}\nBoth()",
)


@pytest.mark.notebook
def test_outputs_are_those_of_a_kernel(tmp_path):
    ours = execute(*CELLS, engine=ENGINE, path=tmp_path / "a.ipynb")
    kernel = execute(*CELLS, engine=None, path=tmp_path / "b.ipynb")
    for mine, reference in zip(ours.cells, kernel.cells, strict=True):
        assert mine.outputs == reference.outputs
        assert mine.execution_count == reference.execution_count


def test_a_failing_cell_stops_the_notebook_and_keeps_its_error(tmp_path):
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        execute("1 / 0", "print('never')", engine=ENGINE, path=tmp_path / "a.ipynb")


def test_names_do_not_pass_from_notebook_to_notebook(tmp_path):
    execute("leak = 1", engine=ENGINE, path=tmp_path / "a.ipynb")
    with pytest.raises(PapermillExecutionError, match="leak"):
        execute("leak", engine=ENGINE, path=tmp_path / "b.ipynb")


def misbehave(task: str):
    if task == "raise":
        raise ValueError(task)
    if task == "exit":
        os._exit(7)
    if task == "loop":
        while True:
            time.sleep(0.05)
    return task.upper()


def test_who_renders_can_start_fresh_processes_afterwards():
    warm_shell()
    forget()
    started = get_context("spawn").Process(target=time.sleep, args=(0,))
    started.start()
    started.join()
    assert started.exitcode == 0


def test_a_task_that_dies_fails_alone():
    tasks = ["fine", "raise", "exit", "loop", "good"]
    outcomes = {o.task: o for o in run_forked(tasks, misbehave, workers=2, timeout=1.0)}
    assert {task for task, o in outcomes.items() if o.ok} == {"fine", "good"}
    assert outcomes["fine"].result == "FINE"
    assert "ValueError: raise" in outcomes["raise"].error
    assert "exit code 7" in outcomes["exit"].error
    assert "SIGKILL" in outcomes["loop"].error


def test_nothing_of_a_task_reaches_the_parent_or_the_next():
    state = {"count": 0}

    def count(_task: int) -> int:
        state["count"] += 1
        return state["count"]

    assert [o.result for o in run_forked([1, 2, 3], count, workers=1, timeout=10)] == [1, 1, 1]
    assert state["count"] == 0


def test_something_else_is_done_meanwhile():
    done, me = [], os.getpid()
    outcomes = beside([1, 0], lambda task: [1 // task, os.getpid() != me], lambda: done.append(me))
    one, none = sorted(outcomes, key=lambda outcome: outcome.ok, reverse=True)
    assert (one.result, done) == ([1, True], [me])
    assert "ZeroDivisionError" in none.error


def tell_and_stay(told: str) -> None:
    Path(told).write_text(str(os.getpid()), "utf-8")
    time.sleep(60)


@pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks into /proc")
@pytest.mark.parametrize("run_all", [run_forked, run_fresh])
def test_a_task_ends_with_the_process_that_started_it(tmp_path, run_all):
    """Else it would write on after the run was killed, beside the next one."""
    told = tmp_path / "pid"
    parent = os.fork()
    if not parent:
        list(run_all([str(told)], tell_and_stay, workers=1, timeout=60))
        os._exit(0)
    while not (told.exists() and told.read_text()):
        time.sleep(0.01)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    place = Path(f"/proc/{told.read_text()}/stat")
    last = time.monotonic() + 20
    while place.exists() and place.read_text().split()[2] != "Z":
        assert time.monotonic() < last, "it goes on"
        time.sleep(0.01)
