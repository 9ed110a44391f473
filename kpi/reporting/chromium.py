"""Chromium at work without a window: open a page from disk, wait until its charts are drawn, print it or copy them.

It is spoken to in its own protocol over a loopback socket (https://chromedevtools.github.io/devtools-protocol/),
as its command line can neither wait for charts nor name the paper.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kpi.errors import KpiError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
_FLAGS = (
    *("--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--force-color-profile=srgb"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"),
    *("--remote-debugging-port=0", "--force-device-scale-factor=1"),
)
#: Starting takes a second, on a tired machine ten; a document of hundreds of charts takes a minute or two.
_START_LIMIT, ANSWER_LIMIT = 60.0, 600.0
_PAUSE = 0.05
#: Draws all charts again, as wide as the place they have on paper, and says how many there are.
_DRAW = """(async () => {
  window.dispatchEvent(new Event("beforeprint"));
  const charts = [...document.querySelectorAll("script[data-chart]")].map((s) => s.dataset.chart);
  const drawn = (id) => document.getElementById(id)?.querySelector("svg.main-svg");
  while (!charts.every(drawn)) await new Promise((go) => setTimeout(go, 20));
  await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
  return charts.length;
})()"""


def find_chromium() -> str:
    """Where Chromium (or Chrome, or Edge) is: named by the variable CHROMIUM, else on the path.

    Raises:
        KpiError: there is none; the message says how to get one.
    """
    named = os.environ.get("CHROMIUM")
    if named and not shutil.which(named):
        msg = f"CHROMIUM names {named!r}, which is no program; give the full path of Chromium, Chrome or Edge."
        raise KpiError(msg)
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        msg = (
            "No Chromium was found, and only a browser can print pages or copy charts. Install one "
            "(Debian: apt install chromium; macOS: brew install --cask chromium; Windows has Edge) "
            "or set the variable CHROMIUM to the path of Chromium, Chrome or Edge."
        )
        raise KpiError(msg)
    return found


class Tab:
    """One open page of a running browser."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._count, self._session = socket, 0, ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])

    def open(self, path: Path) -> None:
        """Show a page from disk and wait until it is whole."""
        self._call("Page.navigate", url=path.resolve().as_uri())
        self.ask("new Promise((go) => document.readyState === 'complete' ? go() : addEventListener('load', go))")

    def ask(self, script: str) -> Any:
        """What a script answers in the page; a promise is waited for.

        Raises:
            KpiError: the script failed.
        """
        told = self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            detail = told["exceptionDetails"]
            msg = f"A script failed in Chromium: {detail.get('exception', {}).get('description') or detail['text']}"
            raise KpiError(msg)
        return told["result"].get("value")

    def print(self, *, landscape: bool = False) -> bytes:
        """The page as a tagged PDF with bookmarks from its headings; paper and margins are those of its stylesheet."""
        self._call("Emulation.setEmulatedMedia", media="print")
        # The width of A4 less the margins, in CSS pixels: charts are drawn for the paper, not for the window.
        width = 1000 if landscape else 673
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=960, deviceScaleFactor=1, mobile=False)
        self.ask(_DRAW)
        told = self._call(
            "Page.printToPDF",
            preferCSSPageSize=True,
            printBackground=True,
            landscape=landscape,
            paperWidth=8.27,
            paperHeight=11.69,
            generateTaggedPDF=True,
            generateDocumentOutline=True,
        )
        return base64.b64decode(told["data"])

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") != self._count:
                continue  # an event nobody asked for
            if "error" in answer:
                msg = f"Chromium refused {method}: {answer['error'].get('message', 'no reason given')}."
                raise KpiError(msg)
            result: dict[str, Any] = answer["result"]
            return result


@contextmanager
def browser() -> Iterator[Tab]:
    """A browser of our own with an empty profile, ended and swept away afterwards.

    Raises:
        KpiError: no Chromium was found, it does not start, or it ended in the middle.
    """
    import websocket  # noqa: PLC0415  (only who prints needs it)

    program = find_chromium()
    # Chromium writes to its profile until its last breath; what it leaves goes with the folder.
    with tempfile.TemporaryDirectory(prefix="kpi-chromium-", ignore_cleanup_errors=True) as profile:
        sandbox = (
            ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        )  # it refuses to be root in one
        command = [program, *_FLAGS, *sandbox, f"--user-data-dir={profile}", "about:blank"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            address = _address(Path(profile), running, program)
            socket = websocket.create_connection(address, timeout=ANSWER_LIMIT, suppress_origin=True)
            try:
                yield Tab(socket)
            except (websocket.WebSocketException, OSError) as error:
                msg = f"Chromium ({program}) gave no answer: {error or type(error).__name__}."
                raise KpiError(msg) from error
            finally:
                socket.close()
        finally:
            running.terminate()
            try:
                running.wait(timeout=10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def _address(profile: Path, running: subprocess.Popen[bytes], program: str) -> str:
    """Where the browser listens: it writes port and path into its profile once it does."""
    told, limit = profile / "DevToolsActivePort", time.monotonic() + _START_LIMIT
    while time.monotonic() < limit and running.poll() is None:
        lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(_PAUSE)
    ended = f"it ended with code {running.returncode}" if running.poll() is not None else "it never answered"
    msg = f"Chromium ({program}) does not start: {ended}. Try it by hand: {program} --headless --dump-dom about:blank"
    raise KpiError(msg)
