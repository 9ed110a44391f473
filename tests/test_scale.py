"""Pages rendered elsewhere are those rendered here; what is lost, altered or silent costs only time, or is told."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from kpi import fingerprint
from kpi.cluster import cluster
from kpi.errors import KpiError, UsageError
from kpi.forks import can_fork
from kpi.project import Project
from kpi.refresh import refresh
from kpi.rendering import render_all
from kpi.reporting import executors, worker
from kpi.reporting.executors import ATTEMPTS, run_executor
from kpi.reporting.extra import report_jobs
from kpi.reporting.jobs import Job
from kpi.reporting.pack import packed, unpack
from kpi.reporting.worker import Answer, render_there
from kpi.run import RunOptions, run
from kpi.store import write_tables
from tests.conftest import rows
from tests.test_engine import KERNEL
from tests.test_run import contents
from tests.tiny_project import make_tiny, same

JOBS = [Job("note-2022/os-1", language) for language in ("fr", "nl", "en")]


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> tuple[Path, dict[str, bytes]]:
    """A project whose tables are built, and the site that forked processes of this one make of it."""
    project = make_tiny(tmp_path_factory.mktemp("here") / "project")
    assert refresh(project).problems == 0
    other = project.root.with_name("forked")
    shutil.copytree(project.root, other)
    return project.root, contents(run(Project(other), RunOptions()).site)


@pytest.fixture
def project(here, tmp_path) -> Project:
    shutil.copytree(here[0], tmp_path / "project")
    return Project(tmp_path / "project")


# --- what is believed of a worker ----------------------------------------------------------------


def good(task, **otherwise) -> Answer:
    """What a worker answers that rendered a page."""
    files = {task.job.path.as_posix(): b"page", f"notebooks/{task.job.path.with_suffix('.ipynb')}": b"notebook"}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    told = {"job": task.job.name, "error": "", "root": "/there", "seconds": 0.5, "facts": {"n": 1}, "files": hashes}
    told = json.dumps(told | otherwise).encode()
    return Answer(told, hashlib.sha256(told).hexdigest(), files)


def altered(task):
    return replace(good(task), files={**good(task).files, task.job.path.as_posix(): b"pagf"})


def retold(task):
    return replace(good(task), told=good(task).told.replace(b'"n": 1', b'"n": 2'))


def without_notebook(task):
    answer = good(task)
    name, hashed = next(iter(json.loads(answer.told)["files"].items()))
    return replace(good(task, files={name: hashed}), files={name: answer.files[name]})


def astray(task):
    answer, name = good(task), "downloads/../../kpi.html"
    hashes = {**json.loads(answer.told)["files"], name: hashlib.sha256(b"x").hexdigest()}
    return replace(good(task, files=hashes), files={**answer.files, name: b"x"})


def of_another_page(task):
    return good(task, job="report fr/other")


def elsewise(_task):
    return Answer(versions={**worker.versions(), "Python": "3.0"})


def gone(_task):
    raise ConnectionResetError("the worker is gone")


def unreadable(_task):
    return Answer(b"{", hashlib.sha256(b"{").hexdigest())


class Answering(Executor):
    """Answers tasks at once, each by the next of some functions and then by the last; None never answers."""

    def __init__(self, *answers, of_one=None) -> None:
        self.answers, self.of_one, self.asked = list(answers), of_one, []

    def submit(self, function, task):
        assert function is render_there
        self.asked.append(task)
        if self.of_one and task.job == JOBS[1]:
            answer = self.of_one
        else:
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        future: Future[Answer] = Future()
        if answer == "cancelled":
            future.cancel()
            future.set_running_or_notify_cancel()
        elif answer is not None:
            try:
                future.set_result(answer(task))
            except OSError as error:
                future.set_exception(error)
        return future


def rendered(executor, tmp_path, jobs=JOBS, places=1, timeout=5.0):
    out = run_executor(jobs, b"pack", tmp_path, tmp_path / "staging", executor, places=places, timeout=timeout)
    return {outcome.task: outcome for outcome in out}


BAD = {
    altered: "os-1.html came back altered",
    retold: "altered on its way",
    without_notebook: "not what was asked for",
    astray: "not what was asked for",
    of_another_page: "not what was asked for",
    elsewise: r"a worker has Python 3.0 \(here 3",
    gone: "ConnectionResetError: the worker is gone",
    unreadable: "JSONDecodeError",
    "cancelled": "lost or cancelled",
}


@pytest.mark.parametrize("bad", BAD)
def test_what_is_not_whole_is_rendered_again(tmp_path, bad):
    executor = Answering(bad, good)
    assert all(outcome.ok for outcome in rendered(executor, tmp_path).values())
    assert len(executor.asked) == len(JOBS) + 1
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted({path.read_bytes() for path in written}) == [b"notebook", b"page"]
    assert len(written) == 2 * len(JOBS)


@pytest.mark.parametrize(("bad", "why"), BAD.items())
def test_a_page_that_nobody_brings_back_is_told_and_the_others_are_there(tmp_path, bad, why):
    executor = Answering(good, of_one=bad)
    failed = [outcome for outcome in rendered(executor, tmp_path).values() if not outcome.ok]
    assert [outcome.task for outcome in failed] == [JOBS[1]]
    assert len(executor.asked) == len(JOBS) - 1 + ATTEMPTS
    assert re.search(rf"whole in {ATTEMPTS} attempts; the last: .*{why}", failed[0].error)


def test_the_pack_goes_along_once_a_place_and_where_it_is_lacking(tmp_path):
    executor = Answering(good, good, lambda _: Answer(lacking=True), good)
    jobs = [Job(f"note-2022/os-{number}", "fr") for number in range(8)]
    assert all(outcome.ok for outcome in rendered(executor, tmp_path, jobs, places=2).values())
    with_pack = [number for number, task in enumerate(executor.asked) if task.pack is not None]
    lacking = executor.asked[2]
    again = next(n for n, task in enumerate(executor.asked[3:], start=3) if task.job == lacking.job)
    assert with_pack == [0, 1, again]
    assert {task.name for task in executor.asked} == {hashlib.sha256(b"pack").hexdigest()}


def test_an_error_of_a_page_is_told_once_with_its_notebook(tmp_path):
    def failing(task):
        name = task.job.path.with_suffix(".ipynb").as_posix()
        told = {"error": "kept in /there/reports", "files": {name: hashlib.sha256(b"broken").hexdigest()}}
        return replace(good(task, **told), files={name: b"broken"})

    executor = Answering(failing, good)
    found = rendered(executor, tmp_path)
    assert found[JOBS[0]].error == f"kept in {tmp_path}/reports"
    assert (tmp_path / "reports" / "failed" / "fr" / "note-2022" / "os-1.ipynb").read_bytes() == b"broken"
    assert len(executor.asked) == len(JOBS)


def test_nobody_is_waited_for_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(executors, "PATIENCE", 0.05)
    found = rendered(Answering(None), tmp_path, timeout=0.05)
    assert set(found) == set(JOBS)
    assert all("no worker answered for" in outcome.error for outcome in found.values())
    # One silence is borne.
    assert all(outcome.ok for outcome in rendered(Answering(None, good), tmp_path, timeout=0.05).values())


def test_a_pool_that_is_shut_fails_its_pages_and_nothing_else(tmp_path):
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    assert all("cannot schedule new futures" in outcome.error for outcome in rendered(pool, tmp_path).values())


def test_a_worker_wants_its_versions_and_the_pack_it_was_promised():
    task = worker.Task(JOBS[0], "name", None, {"Python": "3.0"}, 1, 0)
    assert render_there(task).versions == worker.versions()
    task = replace(task, versions=worker.versions())
    assert render_there(task).lacking
    with pytest.raises(OSError, match="altered on its way"):
        render_there(replace(task, pack=b"other"))


# --- what travels --------------------------------------------------------------------------------


def test_a_pack_carries_what_pages_need_and_nothing_unprotected(project, tmp_path):
    (project.data / "incoming").mkdir()
    (project.data / "incoming" / "delivery.csv").write_text("secret")
    (project.notebooks / "linked.ipynb").symlink_to(project.data / "incoming" / "delivery.csv")
    (project.notebooks / ".hidden").write_text("secret")
    content = packed(project)
    assert packed(Project(project.root)) == content
    names = set(zipfile.ZipFile(BytesIO(content)).namelist())
    assert {
        "data/tidy/observations.parquet",
        "notebooks/objective_report.ipynb",
        "data/published/remarks.yaml",
    } <= names
    assert not [name for name in names if "UNPROTECTED" in name or "suppressed" in name or "incoming" in name]
    assert not names & {"notebooks/linked.ipynb", "notebooks/.hidden"}
    there = unpack(content, tmp_path / "there")
    assert_frame_equal(there.observations, project.observations)
    assert there.catalogue == project.catalogue
    assert there.findings == project.findings


def test_an_earlier_day_travels_as_the_table_of_that_day(tmp_path, monkeypatch):
    project = make_tiny(tmp_path / "project")
    now, then = rows({"obs_value": 2.0, "vintage": "2020-03-01"}), rows({"obs_value": 1.0, "vintage": "2020-02-01"})
    held_back = pd.DataFrame({"source": ["x", "x"], "found": ["Jane Doe", "John Doe"]})
    tables = {"observations": now, "computed": now.iloc[:0], "corrections": now.iloc[:0], "revisions": now.iloc[:0]}
    write_tables(project.tidy, tables, held_back, {"vintages": now})
    monkeypatch.setattr("kpi.build.known_at", lambda _project, _day: then)
    monkeypatch.setattr("kpi.vintages.latest", lambda *_: "2020-03-01")
    monkeypatch.setattr("kpi.reporting.pack.latest", lambda *_: "2020-03-01")
    there = unpack(packed(project, "2020-02-15"), tmp_path / "there")
    assert there.observations_on("2020-02-15")["obs_value"].tolist() == [1.0]
    for day in ("", "2020-03-01"):
        assert there.observations_on(day)["obs_value"].tolist() == [2.0]
    with pytest.raises(UsageError, match="known on 2020-02-10 did not come along"):
        there.observations_on("2020-02-10")
    held = (there.tidy / "held_back" / "held_back.csv").read_text("utf-8")
    assert held.split() == ["source", "x", "x"]


# --- the same pages --------------------------------------------------------------------------------


MISCHIEF = """
import os, sys, time
os.system("echo in the way; cat")
if language == "nl":
    os._exit(7)
if language == "en":
    os.environ["LEFT"] = "behind"
    raise ValueError(os.environ.get("LEFT", ""))
"""


def add_own_report(project: Project) -> None:
    """One that an analyst added, with a parameter of its own."""
    new = nbformat.v4
    given = new.new_code_cell("language: str = 'en'\nuse_sample: bool = True\nsince: int = 2018", id="declared")
    given.metadata["tags"] = ["parameters"]
    told = "import kpi\nkpi.prose(language, **dict.fromkeys(('fr', 'nl', 'en'), f'since {since}'))"
    nbformat.write(
        new.new_notebook(cells=[given, new.new_code_cell(told, id="told")], metadata={"kernelspec": KERNEL}),
        project.notebooks / "own.ipynb",
    )
    entry = {"id": "own", "notebook": "own.ipynb", "title": same("Own"), "parameters": {"since": 2019}}
    (project.data / "catalogue" / "reports.yaml").write_text(json.dumps({"reports": [entry]}), encoding="utf-8")


@pytest.mark.notebook
@pytest.mark.skipif(not can_fork(), reason="this system does not fork")
def test_pages_are_the_same_and_what_goes_wrong_there_goes_wrong_as_it_does_here(project, tmp_path):
    """In processes of a pool; what a notebook prints or reads there reaches no pipe of ours."""
    notebook = nbformat.read(project.notebook, as_version=4)
    (given,) = [n for n, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", ())]
    notebook.cells.insert(given + 1, nbformat.v4.new_code_cell(MISCHIEF, id="mischief"))
    nbformat.write(notebook, project.notebook)
    add_own_report(project)
    jobs = [*JOBS, *report_jobs(project, languages=["en"])]
    found = []
    for name in ("here", "there"):
        staging = tmp_path / name
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            options = RunOptions(executor=pool if name == "there" else None, workers=1)
            outcomes = list(render_all(project, jobs, staging, options))
        broken = project.reports / "failed" / "en" / "note-2022" / "os-1.ipynb"
        assert "behind" in broken.read_text("utf-8")
        broken.unlink()
        files = {path.relative_to(staging): path.read_bytes() for path in staging.rglob("*") if path.is_file()}
        found.append(({o.task.path.as_posix(): o.error for o in outcomes}, files))
    assert found[0] == found[1]
    errors, files = found[0]
    assert b"since 2019" in files[Path("en/reports/own.html")]
    assert errors["fr/note-2022/os-1.html"] == errors["en/reports/own.html"] == ""
    assert "exit code 7" in errors["nl/note-2022/os-1.html"]


# --- a cluster -------------------------------------------------------------------------------------


def started(module: str, *arguments: object, folder: Path) -> subprocess.Popen[bytes]:
    here = ("--host", "127.0.0.1", "--no-dashboard")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with (folder / "log.txt").open("ab") as log:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *map(str, arguments), *here]
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """A scheduler and two workers, processes of their own, and the address."""
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    from distributed import Client

    folder = tmp_path_factory.mktemp("dask")
    told = folder / "scheduler.json"
    processes = [started("dask_scheduler", "--port", 0, "--scheduler-file", told, folder=folder)]
    try:
        while not (told.exists() and told.read_text().endswith("}")):
            assert processes[0].poll() is None, (folder / "log.txt").read_text()
            time.sleep(0.05)
        address = json.loads(told.read_text())["address"]
        alone = ("--no-nanny", "--nthreads", 1, "--local-directory", folder)
        processes += [started("dask_worker", address, *alone, folder=folder) for _ in range(2)]
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kpi.cluster.ANSWER", 60)  # however busy the machine is
            yield address
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_page_tried_again_is_another_task_of_the_cluster(dask):
    with cluster(dask) as (executor, _):
        clocks = [executor.submit(time.monotonic_ns) for _ in range(2)]
        assert len({clock.result(timeout=30) for clock in clocks}) == 2


@pytest.mark.notebook
@pytest.mark.skipif(not can_fork(), reason="this system does not fork")
def test_a_cluster_gives_the_same_site_though_a_worker_is_killed(here, project, dask):
    from distributed import Client

    def asked(question):
        """Of the cluster; the connection ends with it, since a run forks."""
        with Client(dask, timeout=60, set_as_default=False) as client:
            return question(client)

    pids = asked(lambda client: client.run(os.getpid))
    killed = []

    def kill_one_at_work(_done, _all):
        if not killed:
            busy = [name for name, tasks in asked(lambda client: client.processing()).items() if tasks]
            for name in busy[:1]:
                killed.append(name)
                os.kill(pids[name], signal.SIGKILL)

    result = run(project, RunOptions(dask=dask), progress=kill_one_at_work)
    assert killed
    assert set(asked(lambda client: client.run(os.getpid))) == set(pids) - set(killed)
    assert result.failed == {}
    assert len(result.rendered) == 9
    assert contents(result.site) == here[1]
    assert json.loads((result.site / "manifest.json").read_text("utf-8"))["options"]["dask"] == dask


def test_a_cluster_with_other_versions_is_refused_by_name(dask, project, monkeypatch):
    monkeypatch.setattr(fingerprint, "versions", lambda _: {"pandas": "0.1"})
    worker.versions.cache_clear()
    try:
        with pytest.raises(KpiError, match=r"Worker tcp://.* other pages: it has .*pandas \S+ \(here 0.1\)"):
            run(project, RunOptions(dask=dask))
    finally:
        worker.versions.cache_clear()


@pytest.mark.parametrize(
    ("address", "error", "why"),
    [
        ("10.0.0.5", UsageError, "expected one such as tcp://"),
        ("tls://127.0.0.1:9", UsageError, "needs certificates"),
        ("tcp://127.0.0.1:9", KpiError, "No Dask scheduler answers at tcp://127.0.0.1:9 within"),
    ],
)
def test_where_there_is_no_cluster_nothing_is_begun(project, address, error, why, monkeypatch):
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    monkeypatch.setattr("kpi.cluster.ANSWER", 1)
    with pytest.raises(error, match=why):
        run(project, RunOptions(dask=address))
    assert not (project.reports / "runs").exists()


def test_without_dask_the_sentence_says_what_to_install(project, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'brussels-kpi\[dask\]'"):
        run(project, RunOptions(dask="tcp://127.0.0.1:9"))
    with ThreadPoolExecutor() as pool:
        assert RunOptions(executor=pool, as_of="2020-01-01").told["executor"] == "ThreadPoolExecutor"
    with pytest.raises(UsageError, match="engine and dask exclude each other"):
        RunOptions(dask="tcp://127.0.0.1:9", engine="standard")
