"""The policy of the pages, from disk and from a server: what is ours runs, what was slipped in does not."""

from __future__ import annotations

import http.server
import re
import threading
from functools import partial

import pytest

from kpi.reporting.assets import write_assets
from kpi.reporting.export import export_html
from tests.browser.looking import drawn
from tests.report_fixture import notebook, page

pytestmark = pytest.mark.browser

FOLDER = "nl/note-2022"
#: Each would leave a mark on the window, or reach for another host.
INJECTED = (
    "<script>window.marked = 1</script>"
    "<img src='x' onerror='window.marked = 2'>"
    "<script src='data:text/javascript,window.marked=3'></script>"
    "<script src='http://HOST/x.js'></script><img src='http://HOST/x.png'><link rel='stylesheet' href='http://HOST/x.css'>"
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and remembers what was asked."""

    def log_message(self, *_: object) -> None:
        self.server.asked.append(self.path)


@pytest.fixture(scope="module")
def server(site):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as running:
        running.asked = []
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture(scope="module", params=["site", "self-contained"])
def site(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("policy")
    whole = request.param == "self-contained"
    if not whole:
        write_assets(folder)
    html = export_html(notebook(page("nl", "note-2022/os-1")), self_contained=whole)
    (folder / FOLDER).mkdir(parents=True)
    (folder / FOLDER / "good.html").write_text(html, encoding="utf-8")
    return folder


def test_charts_draw_and_are_saved_without_a_complaint(opened):
    shown = opened(f"{FOLDER}/good.html")
    told = []
    shown.on("console", lambda message: told.append(message.text))
    shown.reload()
    assert drawn(shown) > 5
    assert told == []
    with shown.expect_download() as saved:
        shown.locator("button.save").first.click()
    assert saved.value.suggested_filename.endswith(".svg")


@pytest.mark.parametrize("guarded", [True, False])
def test_what_was_slipped_in_neither_runs_nor_reaches_anybody(opened, site, server, guarded):
    html = (site / FOLDER / "good.html").read_text("utf-8")
    if not guarded:  # the same page without its policy: the attack is a real one
        html, removed = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
        assert removed == 1
    injected = INJECTED.replace("HOST", f"127.0.0.1:{server.server_port}")
    (site / FOLDER / "attacked.html").write_text(html.replace("</main>", f"{injected}</main>"), encoding="utf-8")
    server.asked.clear()
    shown = opened(f"{FOLDER}/attacked.html")
    assert drawn(shown) > 5
    assert (shown.evaluate("window.marked") is None) is guarded
    assert (server.asked == []) is guarded


def test_a_server_shows_the_same(browser, server):
    shown = browser.new_page()
    shown.goto(f"http://127.0.0.1:{server.server_port}/{FOLDER}/good.html")
    assert drawn(shown) > 5
    shown.close()
