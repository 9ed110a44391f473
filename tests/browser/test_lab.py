"""JupyterLab as `kpi lab` opens it: start page, kernel of this environment, charts, nothing asked of the outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time

import pytest

from kpi.commands.running import lab_command
from kpi.workbench import START

pytestmark = pytest.mark.browser
TOKEN = "of-this-test"  # noqa: S105
FOREIGN = '{"argv": ["false", "{connection_file}"], "display_name": "Foreign", "language": "python"}'


@pytest.fixture
def lab(built_project, tmp_path):
    """A server on a free port, for someone who has another kernel of the same name."""
    foreign = tmp_path / "home" / ".local" / "share" / "jupyter" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    (foreign / "kernel.json").write_text(FOREIGN, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command, environment = lab_command(built_project)
    environment = {name: value for name, value in environment.items() if name not in {"JUPYTER_PATH", "XDG_DATA_HOME"}}
    environment["HOME"] = str(tmp_path / "home")
    command += ["--no-browser", "--allow-root", f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _await_port(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _await_port(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert server.poll() is None, "the server ended by itself"
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.25)
    pytest.fail("JupyterLab did not start")


def test_the_start_page_runs_and_draws_offline(browser, lab):
    from playwright.sync_api import expect

    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{lab}/?token={TOKEN}")
    page.wait_for_selector(".jp-Notebook .jp-MarkdownCell h1", timeout=60_000)
    assert page.url.endswith(f"/lab/tree/{START}")
    # The notebook calls itself idle before it has a kernel, and cells run that early may never be answered.
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=120_000)
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
    page.locator("li[data-command='runmenu:run-all']").click()
    expect(page.locator(".jp-CodeCell .jp-InputPrompt")).to_have_text(["[1]:", "[2]:"], timeout=120_000)
    assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").all_inner_texts() == []
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=60_000)
    assert page.locator(".Toastify__toast").count() == 0, "no question about news at the first start"
    local = (lab, lab.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(local)] == []
    context.close()
