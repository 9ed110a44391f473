"""The doctor finds what is wrong, says how to mend it, and repeats no secret."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kpi import doctor
from kpi.project import Project
from tests.conftest import ROOT
from tests.test_cli import kpi


def only(findings):
    (finding,) = findings
    return finding


@pytest.mark.parametrize(
    ("findings", "state", "words"),
    [
        (lambda: doctor.python((3, 10, 4)), "fail", "3.10.4"),
        (lambda: doctor.python((3, 13, 0)), "ok", "3.13.0"),
        (lambda: doctor.free_space(499_999_999), "fail", "0.5 GB"),
        (lambda: doctor.free_space(500_000_000), "warn", "0.5 GB"),
        (lambda: doctor.free_space(2_000_000_000), "ok", "2.0 GB"),
        (lambda: doctor.text_encoding("ascii"), "warn", "ascii"),
        (lambda: doctor.chromium({"CHROMIUM": "/nowhere/chromium"}), "warn", "/nowhere/chromium does not exist"),
        (lambda: doctor.proxy({}), "ok", "none set"),
        (lambda: doctor.proxy({"HTTPS_PROXY": "http://u:pass@proxy:80"}), "ok", "set: HTTPS_PROXY"),
        (lambda: doctor.proxy({"https_proxy": "u:pass@proxy:80"}), "warn", "HTTPS_PROXY: no http://"),
    ],
)
def test_states(findings, state, words):
    finding = only(findings())
    assert finding.state == state
    assert words in finding.found
    assert bool(finding.mend) is (state != "ok")
    assert "pass" not in finding.found + finding.mend


def test_other_versions_than_tested_are_named(tmp_path):
    (tmp_path / "constraints.txt").write_text("# head\npandas==0.0.1\nno-such-package==1.0\n")
    (finding,) = doctor.packages(tmp_path)
    assert finding.state == "warn"
    assert "(tested: 0.0.1)" in finding.found
    assert "no-such-package" not in finding.found


def test_a_missing_package_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "_requirements", lambda _: ["pandas>=3", "no-such-package>=1; python_version > '3'"])
    finding = next(doctor.packages(tmp_path))
    assert (finding.state, finding.found) == ("fail", "missing: no-such-package")


def test_a_folder_that_cannot_be_written_fails(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    finding = only(doctor.write_rights([tmp_path / "reports" / "not-there-yet"]))
    assert finding.state == "fail"
    assert str(tmp_path) in finding.mend


def test_a_disk_without_links_fails(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    assert only(doctor.links(tmp_path / "reports")).state == "fail"
    assert list(tmp_path.iterdir()) == []


def test_a_system_without_fork_is_slow_not_broken(monkeypatch):
    monkeypatch.delattr(os, "fork")
    assert only(doctor.processes()).state == "warn"


def test_notify_names_the_variable_that_is_not_set(tmp_path):
    (tmp_path / "notify.yaml").write_text((ROOT / "notify.example.yaml").read_text("utf-8"), "utf-8")
    finding = only(doctor.notify(tmp_path, {"SMTP_PASSWORD": "x"}))
    assert (finding.state, finding.found) == ("fail", "environment variables not set: KPI_TEAMS_URL")
    (tmp_path / "notify.yaml").write_text("mail: {password: hunter2}\n")
    finding = only(doctor.notify(tmp_path, {}))
    assert finding.state == "fail"
    assert "hunter2" not in finding.found


@pytest.mark.parametrize(("hours", "state"), [(1, "ok"), (35, "ok"), (37, "warn")])
def test_a_missed_night_is_seen(tmp_path, hours, state):
    manifest = tmp_path / "reports" / "site" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    now = dt.datetime(2026, 11, 22, 6, tzinfo=dt.UTC)
    then = (now - dt.timedelta(hours=hours)).timestamp()
    os.utime(manifest, (then, then))
    assert only(doctor.last_run(Project(tmp_path), now)).state == state


def test_a_check_that_breaks_hides_no_other(monkeypatch):
    monkeypatch.setattr(doctor, "fonts", lambda: 1 / 0)
    findings = doctor.examine(Project(ROOT), {})
    broken = [finding for finding in findings if finding.check == "fonts"]
    assert [finding.state for finding in broken] == ["fail"]
    assert {"python", "links", "last run"} <= {finding.check for finding in findings}


def test_on_the_command_line_it_fails_only_for_failures(tmp_path):
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    good = kpi("doctor", "--format", "json", root=tmp_path)
    found = {entry["check"]: entry["state"] for entry in json.loads(good.stdout)}
    assert found["notify"] == "warn"
    assert good.returncode == (1 if "fail" in found.values() else 0)
    (tmp_path / "notify.yaml").write_text("when: sometimes\n")
    bad = kpi("doctor", root=tmp_path)
    assert bad.returncode == 1
    assert "✗ fail" in bad.stdout


def test_without_pandas_it_still_tells(tmp_path):
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    code = "import sys; sys.modules['pandas'] = None; sys.argv = ['kpi', 'doctor']; from kpi.cli import main; main()"
    environment = {**os.environ, "KPI_ROOT": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert "✓ ok: python" in done.stdout
    assert "Traceback" not in done.stderr
