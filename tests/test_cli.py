"""The contract of the command line: one sentence, the right exit code, nothing half-written."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import NoReturn

import pytest

from kpi.cli import app, main
from kpi.commands import common
from kpi.forks import can_fork
from tests.conftest import ROOT

SAMPLE = ROOT / "data" / "sample" / "press-trips" / "sample-press-trips.csv"


def kpi(*arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own: forked from this one where that can be, which spares it all imports."""
    environment = {**os.environ, "KPI_ROOT": str(root), "COLUMNS": "200"}
    command = [sys.executable, "-m", "kpi", *arguments]
    if not can_fork():
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=root)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if not pid:
            _be_kpi(command[2:], environment, root, out.fileno(), err.fileno())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        texts = [(file.seek(0), file.read().decode())[1] for file in (out, err)]
    return subprocess.CompletedProcess(command, code, *texts)


def _be_kpi(words: list[str], environment: dict[str, str], root: Path, out: int, err: int) -> NoReturn:
    """What a new process would do with these words; never returns into the tests."""
    code = 70
    signal.alarm(300)  # ends it, so that nothing waits for ever
    try:
        for number, file in enumerate((out, err), start=1):
            os.dup2(file, number)
        sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
        os.environ.update(environment)
        os.chdir(root)
        sys.argv = words
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001  (as a process that ends with a traceback)
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def sentence(result: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A project folder with the whole catalogue and one source, so that commands are tried without touching ours."""
    root = tmp_path_factory.mktemp("project")
    for name in ("data/catalogue", "data/published", "data/sample/press-trips", "expectations", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    built = kpi("build", root=root)
    assert built.returncode == 0, built.stderr
    return root


def test_help_names_every_command():
    result = kpi("--help")
    assert result.returncode == 0
    for name in (
        "run",
        "build",
        "check",
        "add",
        "collect",
        "fetch",
        "report",
        "list",
        "show",
        "coverage",
        "figures",
        "notify",
        "doctor",
    ):
        assert name in result.stdout


def test_help_imports_nothing_heavy():
    heavy = ("pandas", "plotly", "papermill", "great_expectations")
    code = f"import sys, kpi.cli; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "overnight-stay"), 2, "Unknown indicator 'overnight-stay': did you mean 'overnight-stays'"),
        (("run", "--objective", "image-2022/os-22"), 2, "Unknown objective 'image-2022/os-22': did you mean"),
        (("run", "--language", "de"), 2, "Unknown language 'de': known are fr, nl, en."),
        (("run", "--as-of", "yesterday"), 2, "Parameter 'as_of': found 'yesterday'"),
        (("report", "image-2022/os-2", "-p", "langage=nl"), 2, "Unknown parameter 'langage': did you mean 'language'"),
        (("report", "image-2022/os-2", "-p", "use_sample=3"), 2, "Parameter 'use_sample': found 3"),
        (("report", "image-2022/nowhere"), 2, "Unknown objective 'image-2022/nowhere'"),
        (("figures", "--since", "soon"), 2, "--since 'soon'"),
        (("check", "x.csv", "--source", "export-aids"), 2, "Unknown source 'export-aids': did you mean 'export-aid'"),
    ],
)
def test_a_mistake_is_one_sentence(small, arguments, code, words):
    result = kpi(*arguments, root=small)
    assert result.returncode == code, result.stderr
    assert words in sentence(result)
    assert not (small / "reports" / "site").exists()


@pytest.mark.parametrize("command", ["check", "add"])
def test_a_mistyped_path_is_usage_with_the_nearest_name(small, command):
    result = kpi(command, str(SAMPLE.with_name("sample-pres-trips.csv")), "--source", "press-trips", root=small)
    assert result.returncode == 2
    assert "sample-pres-trips.csv: did you mean 'sample-press-trips.csv' or " in sentence(result)
    result = kpi(command, "nowhere/trips.csv", "--source", "press-trips", root=small)
    assert result.returncode == 2
    assert sentence(result) == "There is no file nowhere/trips.csv, nor its folder."


def test_what_the_system_refuses_is_one_sentence_with_its_path(small, tmp_path):
    root = tmp_path / "project"
    shutil.copytree(small, root, ignore=shutil.ignore_patterns("tidy"))
    (root / "data" / "incoming").write_text("no folder, so that nothing can be kept in it", "utf-8")
    result = kpi("add", str(SAMPLE), "--source", "press-trips", root=root)
    assert result.returncode == 1
    assert sentence(result).startswith(str(root / "data" / "incoming"))


def test_in_a_log_of_json_what_libraries_warn_of_is_a_line_too(monkeypatch, capsys):
    monkeypatch.setitem(common._log, "form", common.Log.text)
    as_ever: list[str] = []
    monkeypatch.setattr(warnings, "showwarning", lambda *told: as_ever.append(str(told[0])))
    common.log_as(common.Log.json)
    warnings.warn("two\nlines", UserWarning, stacklevel=1)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"] == "warning: two\nlines"
    from kpi.reporting.engine import Outputs, _collected

    with _collected(Outputs()):
        warnings.warn("of a cell", UserWarning, stacklevel=1)
    assert as_ever == ["of a cell"]
    assert capsys.readouterr().err == ""


def test_a_mistyped_option_is_usage():
    result = kpi("run", "--objectif", "x")
    assert result.returncode == 2
    assert "No such option" in result.stderr


def test_a_folder_without_a_project_says_so(tmp_path):
    result = kpi("list", "documents", root=tmp_path)
    assert result.returncode == 2
    assert "holds no data/catalogue" in sentence(result)


def test_a_malformed_entry_names_file_entry_and_field(small, tmp_path):
    root = tmp_path / "project"
    shutil.copytree(small, root)
    path = root / "data" / "catalogue" / "indicators" / "press.yaml"
    path.write_text(path.read_text("utf-8").replace("direction: higher", "direction: up", 1), encoding="utf-8")
    result = kpi("run", root=root)
    assert result.returncode == 1
    words = sentence(result)
    assert "press.yaml" in words
    assert "'press-trips-large'" in words
    assert "field direction: found 'up'" in words
    assert not (root / "reports" / "site").exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Marché", "Marktt", "Marktt"),
        ("in-person", "in-personne", "in-personne"),
    ],
)
def test_check_tells_place_found_and_expected(small, tmp_path, old, new, words):
    text = (small / "data" / "sample" / "press-trips" / "sample-press-trips.csv").read_text("utf-8")
    assert old in text
    wrong = tmp_path / "press-trips.csv"
    wrong.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = kpi("check", str(wrong), "--source", "press-trips", "--format", "json", root=small)
    assert result.returncode == 3, result.stderr
    problems = json.loads(result.stdout)
    assert any(words in problem["reason"] and "press-trips.csv" in problem["reason"] for problem in problems)
    assert "nothing was stored" in result.stderr


def test_listings_come_as_table_json_and_csv(small):
    assert "Arsene 50" in kpi("list", "objectives", "--language", "fr", root=small).stdout
    documents = json.loads(kpi("list", "documents", "--format", "json", root=small).stdout)
    assert {entry["id"] for entry in documents} >= {"image-2022", "extrel-2021"}
    assert kpi("list", "sources", "--format", "csv", root=small).stdout.startswith("id,title")


def test_figures_carry_citation_and_qualifier(small):
    result = kpi("figures", "--indicator", "arsene50-tickets-sold", "--format", "json", root=small)
    values = {(row["time_period"], row["measure"]): row for row in json.loads(result.stdout)}
    assert values["2019", "actual"]["obs_value"] == 45000
    assert values["2020", "actual"]["obs_value"] == 18000
    assert values["2019", "actual"]["source_ref"].startswith("image-2022 L")


def test_no_sample_leaves_none(small):
    result = kpi("figures", "--no-sample", "--format", "json", root=small)
    assert not any(row["sample"] for row in json.loads(result.stdout))


def test_somebody_who_presses_ctrl_c_is_told_that_the_site_stays(monkeypatch, capsys):
    @app.command("be-interrupted", hidden=True)
    def be_interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["kpi", "be-interrupted"])
    with pytest.raises(SystemExit) as ended:
        main()
    app.registered_commands.pop()
    gc.unfreeze()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "interrupted; what was published stays as it was.\n"
