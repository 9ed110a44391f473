"""The examples for schedulers and the page that explains them: well-formed, and what they call exists."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

import kpi.cli  # noqa: F401  (adds the commands)
from kpi.commands.common import app
from tests.conftest import ROOT
from tests.test_cli import kpi as run_kpi

EXAMPLES = ROOT / "examples"
PAGE = ROOT / "docs" / "how-to" / "schedule.md"
FILES = sorted(path for path in EXAMPLES.rglob("*") if path.is_file() and path.suffix != ".pyc")
COMMANDS = get_command(app).commands
#: A call of kpi: at the start of a command, however it is reached.
CALL = re.compile(r"(?:^|[\s`/\\;&{}])kpi(?:\.exe)? ((?:run|build|doctor|notify|fetch|lab|report)\b[^|;&`\n>\"#]*)")


def parse_xml(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314  (our own file)


def calls(text: str) -> list[str]:
    return [call.strip() for call in CALL.findall(text)]


@pytest.mark.parametrize("path", [*FILES, PAGE], ids=lambda path: path.name)
def test_commands_and_options_exist(path):
    text = path.read_text("utf-8")
    if path.suffix == ".xml":
        action = next(node for node in parse_xml(path).iter() if node.tag.endswith("Exec"))
        text = " ".join(node.text or "" for node in action)
    for call in calls(text):
        name, *rest = call.split()
        known = {
            option for parameter in COMMANDS[name].params for option in [*parameter.opts, *parameter.secondary_opts]
        }
        assert not [word for word in rest if word.startswith("--") and word not in known], call


def test_every_example_calls_kpi_and_stands_on_the_page():
    page = PAGE.read_text("utf-8")
    for path in FILES:
        assert f"(../../{path.relative_to(ROOT).as_posix()})" in page
    linked = re.findall(r"\]\(\.\./\.\./([^)]+)\)", page)
    assert [name for name in linked if not (ROOT / name).exists()] == []
    assert calls("15 3 * * * cd x && /srv/kpi/.venv/bin/kpi run --no-notify") == ["run --no-notify"]


def test_the_crontab_has_one_line_with_five_fields():
    lines = (EXAMPLES / "cron" / "kpi.crontab").read_text("utf-8").splitlines()
    (job,) = [line for line in lines if line and not line.startswith("#") and not re.match(r"^[A-Z_]+=", line)]
    minute, hour, *rest, command = job.split(None, 5)
    assert (int(minute) in range(60), int(hour) in range(24), rest) == (True, True, ["*", "*", "*"])
    assert "%" not in command  # cron reads it as the end of the line


def test_the_crontab_command_runs_as_cron_would(tmp_path):
    """In cron's poor environment: secrets reach kpi, output goes to the log, the exit code stays."""
    line = (EXAMPLES / "cron" / "kpi.crontab").read_text("utf-8").splitlines()[-1].split(None, 5)[5]
    (tmp_path / "secrets").write_text("SMTP_PASSWORD='a b'\n")
    (tmp_path / "kpi").write_text('#!/bin/sh\necho "$1 $SMTP_PASSWORD $KPI_ROOT"\nexit 3\n')
    (tmp_path / "kpi").chmod(0o755)
    command = line.replace("/etc/kpi/secrets", str(tmp_path / "secrets")).replace(
        "/srv/kpi/.venv/bin/kpi", str(tmp_path / "kpi")
    )
    command = command.replace("/srv/kpi/reports/run.log", str(tmp_path / "log"))

    def by_cron() -> str:
        poor = {"PATH": "/usr/bin:/bin", "KPI_ROOT": "/srv/kpi"}
        assert subprocess.run(["/bin/sh", "-c", command], env=poor, check=False).returncode == 3
        return (tmp_path / "log").read_text()

    assert by_cron() == "run a b /srv/kpi\n"
    (tmp_path / "secrets").unlink()
    assert by_cron().splitlines()[1:] == ["run  /srv/kpi"], "whoever tells nobody has no secrets"


def test_the_secrets_belong_to_one_user_wherever_they_are_told_of():
    """Cron and `kpi notify --test` read the file as the user that runs kpi; root, as systemd is, may read it anyway."""
    for path in (PAGE, EXAMPLES / "cron" / "kpi.crontab", EXAMPLES / "systemd" / "kpi.service"):
        (said,) = re.findall(r"^#.*owned by the user.*$", path.read_text("utf-8"), re.MULTILINE)
        assert "mode 0600" in said
        assert "root" not in said


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_accepts_the_units(tmp_path):
    executable = tmp_path / "kpi"
    executable.write_text("#!/bin/sh\n")
    executable.chmod(0o755)
    for name in ("kpi.service", "kpi.timer"):
        text = (EXAMPLES / "systemd" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("/srv/kpi/.venv/bin/kpi", str(executable)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "kpi.service"), str(tmp_path / "kpi.timer")],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "kpi." in line]
    assert ours == []
    calendar = next(line for line in (tmp_path / "kpi.timer").read_text().splitlines() if line.startswith("OnCalendar"))
    subprocess.run(["systemd-analyze", "calendar", calendar.partition("=")[2]], capture_output=True, check=True)


def test_the_windows_task_is_well_formed():
    root = parse_xml(EXAMPLES / "windows" / "kpi.xml")
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert root.findtext("t:Actions/t:Exec/t:Arguments", namespaces=space) == "run"
    principal = root.find("t:Principals/t:Principal", space)
    assert principal is not None
    assert principal.get("id") == root.find("t:Actions", space).get("Context")
    order = [child.tag.partition("}")[2] for child in root]
    assert order == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]


def steps(name: str) -> list[str]:
    content = yaml.safe_load((EXAMPLES / "ci" / name).read_text("utf-8"))
    if name.startswith("gitlab"):
        return list(content["reports"]["script"])
    return [step["run"] for step in content["jobs"]["run"]["steps"] if "run" in step]


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml"])
def test_pipelines_are_well_formed_and_their_shell_parses(name):
    script = steps(name)
    assert "kpi doctor" in script
    for step in script:
        subprocess.run(["/bin/sh", "-n", "-c", step], check=True)
    options = [word for step in script if step.startswith("pip") for word in step.split()]
    assert "constraints.txt" in options


@pytest.mark.parametrize(("code", "passes"), [(0, True), (1, False), (3, True), (4, False)])
def test_held_back_data_does_not_stop_the_publication_on_github(code, passes):
    (step,) = [step for step in steps("github-actions.yml") if step.startswith("kpi run")]
    done = subprocess.run(["/bin/sh", "-ec", f"kpi() {{ return {code}; }}\n{step}"], check=False)
    assert (done.returncode == 0) is passes


@pytest.mark.parametrize(("code", "told"), [(0, 0), (1, 1), (3, 99), (4, 4)])
def test_airflow_tells_held_back_from_failed(code, told, tmp_path):
    tree = ast.parse((EXAMPLES / "airflow" / "kpi_reports.py").read_text("utf-8"))
    keywords = {
        keyword.arg: ast.unparse(keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "BashOperator"
        for keyword in node.keywords
    }
    command = eval(keywords["bash_command"], {"ROOT": str(tmp_path)})  # noqa: S307  (an f-string of our own)
    assert int(keywords["skip_on_exit_code"]) == 99
    script = tmp_path / ".venv" / "bin" / "kpi"
    script.parent.mkdir(parents=True)
    script.write_text(f"#!/bin/sh\nexit {code}\n")
    script.chmod(0o755)
    assert subprocess.run(["/bin/sh", "-c", command], check=False).returncode == told


def test_airflow_passes_parameters_that_the_notebook_knows():
    from kpi.api import check_parameters

    text = (EXAMPLES / "airflow" / "kpi_reports.py").read_text("utf-8")
    compile(text, "kpi_reports.py", "exec")
    parameters = re.search(r"parameters=(\{.*?\})", text)
    assert parameters
    check_parameters(eval(parameters[1], {"ROOT": "/srv/kpi"}))  # noqa: S307  (a literal of our own)


def test_the_container_copies_what_exists_and_no_data():
    text = (EXAMPLES / "container" / "Containerfile").read_text("utf-8")
    copied = [word for line in text.splitlines() if line.startswith("COPY") for word in line.split()[1:-1]]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert "data" not in copied
    assert text.index("\nUSER kpi\n") > text.index("useradd")


def test_what_a_project_says_of_itself_reaches_the_container():
    """Who answers for the site and who is told stand beside the data, not in the image."""
    text = (EXAMPLES / "container" / "Containerfile").read_text("utf-8")
    for name in ("site", "notify"):
        assert (ROOT / f"{name}.example.yaml").exists()
        assert f"-v ./{name}.yaml:/srv/kpi/{name}.yaml:ro,Z" in text
        assert f"`{name}.yaml`" in PAGE.read_text("utf-8")


# --- the page, as a new user follows it ----------------------------------------------------------


def blocks() -> list[str]:
    return [
        line.partition("#")[0].strip()
        for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        for line in block.splitlines()
    ]


def test_the_commands_of_the_page_work_as_written(tmp_path):
    """All but installing and what needs root; the mail server is one that is not there, so the test mail is told."""
    lines = blocks()
    assert [line for line in lines if line.startswith("make")] == ["make report"]
    assert "\nreport:" in (ROOT / "Makefile").read_text("utf-8")
    for line in lines:
        if line.startswith("sudo cp"):
            assert all((ROOT / name).exists() for name in line.split()[2:-1])
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    shutil.copy(ROOT / "notify.example.yaml", tmp_path)
    subprocess.run(next(line for line in lines if line.startswith("cp ")), shell=True, cwd=tmp_path, check=True)  # noqa: S602
    settings = (tmp_path / "notify.yaml").read_text("utf-8")
    settings = (
        settings.replace("smtp.example.org", "127.0.0.1").replace("port: 587", "port: 9").partition("services:")[0]
    )
    (tmp_path / "notify.yaml").write_text(settings, "utf-8")
    (tmp_path / "secrets").write_text("SMTP_PASSWORD='...'\n")
    shell = [line.replace("/etc/kpi/secrets", str(tmp_path / "secrets")) for line in lines if "secrets" in line]
    shell += [line for line in lines if line.startswith("kpi notify")]
    (tmp_path / "kpi").write_text(f'#!/bin/sh\nexec {sys.executable} -m kpi "$@"\n')
    (tmp_path / "kpi").chmod(0o755)
    environment = {**os.environ, "KPI_ROOT": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["/bin/sh", "-c", "\n".join(shell)], env=environment, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert "recipient 3: en, always" in done.stderr
    assert "failed: the mail server 127.0.0.1:9 cannot be used (ConnectionRefusedError)" in done.stderr
    assert done.returncode == 1


def test_the_table_of_exit_codes_is_that_of_the_program():
    from kpi import errors
    from kpi.commands import common

    codes = {int(code) for code in re.findall(r"^\| (\d) \|", PAGE.read_text("utf-8"), re.MULTILINE)}
    assert codes == {0, common.FAILED, errors.UsageError.exit_code, common.HELD_BACK, errors.LockedError.exit_code}


def test_the_doctor_of_the_page_answers(tmp_path):
    Path(tmp_path / "data" / "catalogue").mkdir(parents=True)
    assert "time zone" in run_kpi("doctor", root=tmp_path).stdout
