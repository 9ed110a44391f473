"""Fetching, against a server on this machine: real files, errors, truncations, slow bytes, nothing at all."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kpi.download import AGENT, Patience, download
from kpi.errors import KpiError, UsageError
from kpi.fetch import fetch
from kpi.project import Project
from tests import eurostat_files as forms

FAST = Patience(silence=0.5, whole=5, tries=3, pause=0.01)
CONTENT = gzip.compress(forms.tsv().encode(), mtime=0)
MODIFIED = "Mon, 26 May 2025 21:00:00 GMT"


class Service(ThreadingHTTPServer):
    """Answers by a list of functions, one a request; the last one answers all further requests."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = [whole]
        self.requests = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        """A client that hangs up is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        answers = self.server.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)
        self.close_connection = True

    def log_message(self, *_):
        pass

    def head(self, status=200, length=None, **headers):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


def whole(handler, content=CONTENT):
    tags = {"ETag": '"1"', "Last_Modified": MODIFIED}
    if handler.headers.get("If-None-Match") == '"1"':
        handler.head(304)
    elif handler.headers.get("Range") and handler.headers.get("If-Range") == '"1"':
        start = int(handler.headers["Range"][6:-1])
        handler.head(
            206, len(content) - start, Content_Range=f"bytes {start}-{len(content) - 1}/{len(content)}", **tags
        )
        handler.wfile.write(content[start:])
    else:
        handler.head(200, len(content), **tags)
        handler.wfile.write(content)


def cut(handler):
    handler.head(200, len(CONTENT), ETag='"1"')
    handler.wfile.write(CONTENT[:100])


def cut_without_tag(handler):
    handler.head(200, len(CONTENT))
    handler.wfile.write(CONTENT[:100])


def cut_chunk(handler):
    handler.head(200, Transfer_Encoding="chunked", ETag='"1"')
    handler.wfile.write(b"ffff\r\n" + CONTENT[:100])


def status(code, **headers):
    return lambda handler: handler.head(code, 0, **headers)


def silent(handler):
    time.sleep(1.5)


def drip(handler):
    handler.head(200, 10_000)
    for _ in range(100):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def web_page(handler):
    page = b"<html><body>Sorry</body></html>"
    handler.head(200, len(page), ETag='"p"')
    handler.wfile.write(page)


@pytest.fixture
def service():
    server = Service()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def get(service, tmp_path):
    def run(*answers, known=None, patience=FAST):
        service.answers = list(answers)
        return download(f"{service.address}/x", tmp_path / "x.gz", known or {}, patience=patience)

    return run


def test_a_whole_file(get, service, tmp_path):
    got = get(whole)
    assert got.path == tmp_path / "x.gz"
    assert got.path.read_bytes() == CONTENT
    assert got.day == "2025-05-26"
    assert [path.name for path in tmp_path.iterdir()] == ["x.gz"]
    assert service.requests[0][1]["User-Agent"] == AGENT


def test_an_unchanged_file_is_not_sent_again(get, tmp_path):
    state = get(whole).state
    (tmp_path / "x.gz").unlink()
    assert get(whole, known=state).path is None
    assert not (tmp_path / "x.gz").exists()


@pytest.mark.parametrize("broken", [cut, cut_without_tag, cut_chunk, status(503), status(500), status(429), silent])
def test_what_passes_is_tried_again(get, service, broken):
    assert get(broken, whole).path.read_bytes() == CONTENT
    assert len(service.requests) == 2


def test_a_transfer_is_resumed_where_it_broke_off(get, service):
    get(cut, whole)
    assert service.requests[1][1]["Range"] == "bytes=100-"


def test_a_changed_file_is_not_resumed(get, service):
    other = CONTENT[::-1]

    def changed(handler):
        handler.head(200, len(other), ETag='"2"')
        handler.wfile.write(other)

    assert get(cut, changed).path.read_bytes() == other


@pytest.mark.parametrize("odd", [status(416), lambda h: h.head(206, 0, Content_Range="bytes 7-8/9")])
def test_a_range_that_does_not_fit_begins_anew(get, odd):
    assert get(cut, odd, whole).path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (status(404), "404 Not Found. There is nothing at this address"),
        (status(403), "Access is refused"),
        (status(407), "proxy asks for a login"),
        (status(413), "too large"),
        (status(418), "Try again later"),
        (status(503), "answers 503 Service Unavailable after 3 tries"),
        (cut, r"broke off at \d+ of \d+ bytes after 3 tries. What came is kept"),
        (silent, "no answer from 127.0.0.1 in time after 3 tries"),
    ],
)
def test_what_does_not_pass_is_a_sentence(get, tmp_path, answer, words):
    with pytest.raises(KpiError, match=words):
        get(answer)
    assert not (tmp_path / "x.gz").exists()


def test_a_server_that_drips_is_left(get):
    start = time.monotonic()
    with pytest.raises(KpiError, match="too slow"):
        get(drip, patience=Patience(silence=1, whole=0.4, tries=3, pause=0.01))
    assert time.monotonic() - start < 4


def test_nobody_there(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(KpiError, match=r"no connection to 127\.0\.0\.1 .*after 3 tries"):
        download(f"http://127.0.0.1:{port}/x", tmp_path / "x", {}, patience=FAST)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_nobody_knows(tmp_path, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(KpiError, match=r"is this computer offline\? Behind a proxy set HTTPS_PROXY.*kpi add"):
        download("https://nowhere.invalid/x", tmp_path / "x", {}, patience=FAST)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "x"])
def test_only_web_addresses(tmp_path, url):
    with pytest.raises(UsageError, match="no web address"):
        download(url, tmp_path / "x", {}, patience=FAST)


def test_a_later_run_resumes_what_an_earlier_one_left(get, service, tmp_path):
    with pytest.raises(KpiError, match="is kept and resumed"):
        get(cut, patience=Patience(silence=0.5, whole=5, tries=1))
    assert get(whole).path.read_bytes() == CONTENT
    assert service.requests[-1][1]["Range"] == "bytes=100-"
    assert [path.name for path in tmp_path.iterdir()] == ["x.gz"]


def test_a_server_that_asks_for_time_gets_it(get):
    start = time.monotonic()
    assert get(status(429, Retry_After="1"), whole).path
    assert time.monotonic() - start >= 1
    with pytest.raises(KpiError, match="429"):
        get(status(429, Retry_After="600"), whole)


@pytest.mark.parametrize("place", ["ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_only_the_web_is_followed(get, place):
    with pytest.raises(KpiError, match=r"less safe|answers 302"):
        get(status(302, Location=place))


def test_a_redirection_is_followed(get, service):
    assert get(status(302, Location=f"{service.address}/other"), whole).path.read_bytes() == CONTENT


def test_the_proxy_of_the_environment_is_used(service, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", service.address)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    service.answers = [whole]
    assert download("http://office.invalid/x", tmp_path / "x.gz", {}, patience=FAST).path
    assert service.requests[0][0] == "http://office.invalid/x"
    monkeypatch.setenv("https_proxy", service.address)
    with pytest.raises(KpiError, match="check the network or the proxy"):
        download("https://office.invalid/x", tmp_path / "y.gz", {}, patience=FAST)


def test_a_certificate_that_nobody_trusts_is_a_sentence(tmp_path, monkeypatch):
    import ssl
    import urllib.error
    import urllib.request

    distrusted = ssl.SSLCertVerificationError("certificate verify failed")
    distrusted.verify_message = "self-signed certificate"

    def refuse(*_, **__):
        raise urllib.error.URLError(distrusted)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    with pytest.raises(KpiError, match=r"self-signed certificate.*SSL_CERT_FILE"):
        download("https://office.invalid/x", tmp_path / "x", {}, patience=FAST)


def test_a_full_disk_is_not_called_a_broken_network(get, monkeypatch):
    from kpi import download as module

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_receive", full)
    with pytest.raises(KpiError, match=r"cannot be written.*make room"):
        get(whole)


def test_more_than_any_data_set_is_left(get, tmp_path, monkeypatch):
    monkeypatch.setattr("kpi.download.LARGEST_BYTES", 50)
    with pytest.raises(KpiError, match="nothing was stored"):
        get(whole)
    assert not list(tmp_path.glob("*.part"))


# --- a source


@pytest.fixture
def project(root, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "catalogue").symlink_to(root / "data" / "catalogue")
    (tmp_path / "expectations").symlink_to(root / "expectations")
    return Project(tmp_path)


@pytest.fixture
def only_one(monkeypatch):
    from kpi.sources import eurostat

    monkeypatch.setattr(
        eurostat, "downloads", lambda _: {"tour_occ_arm.tsv.gz": "tour_occ_arm?format=TSV&compressed=true"}
    )


def stored(project):
    folder = project.data / "incoming" / "eurostat"
    return sorted(path.name for path in folder.glob("*.gz"))


@pytest.mark.usefixtures("only_one")
def test_a_source_is_checked_kept_and_then_left(project, service):
    (first,) = fetch(project, "eurostat", address=service.address, patience=FAST)
    assert stored(project) == ["2025-05-26--tour_occ_arm.tsv.gz"]
    assert first.summary == "tour_occ_arm.tsv.gz: 14 values accepted, 0 problems"
    assert service.requests[0][0] == "/tour_occ_arm?format=TSV&compressed=true"
    (second,) = fetch(project, "eurostat", address=service.address, patience=FAST)
    assert second.summary.endswith("unchanged since the last time")
    assert service.requests[-1][1]["If-None-Match"] == '"1"'
    # Packed again, the same data: no revision.
    service.answers = [lambda h: whole_as(h, gzip.compress(forms.tsv().encode(), mtime=5))]
    (third,) = fetch(project, "eurostat", address=service.address, patience=FAST)
    assert third.added is None
    assert len(stored(project)) == 1
    # Removed by hand: it is wanted again.
    (project.data / "incoming" / "eurostat" / stored(project)[0]).unlink()
    service.answers = [whole]
    fetch(project, "eurostat", address=service.address, patience=FAST)
    assert len(stored(project)) == 1


def whole_as(handler, content):
    handler.head(200, len(content), ETag='"2"', Last_Modified=MODIFIED)
    handler.wfile.write(content)


@pytest.mark.usefixtures("only_one")
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (web_page, "web page or XML message"),
        (lambda h: whole_as(h, CONTENT[:-20]), "cut-off .gz file"),
        (lambda h: whole_as(h, b"rubbish"), "no SDMX-CSV"),
        (status(404), "withdrawn or renamed"),
    ],
)
def test_what_cannot_be_used_is_not_kept(project, service, answer, words):
    service.answers = [answer]
    for _ in range(2):
        (result,) = fetch(project, "eurostat", address=service.address, patience=FAST)
        assert words in result.error
        assert stored(project) == []
    service.answers = [whole]
    (result,) = fetch(project, "eurostat", address=service.address, patience=FAST)
    assert not result.error


def test_one_that_fails_does_not_stop_the_others(project, service, monkeypatch):
    monkeypatch.setenv("KPI_EUROSTAT_URL", f"{service.address}/")
    service.answers = [lambda h: whole(h) if "tour_occ_arm?" in h.path else h.head(404, 0)]
    results = fetch(project, "eurostat", patience=FAST)
    assert [bool(result.error) for result in results] == [False, True, True, True]
    assert len(stored(project)) == 1


def test_a_source_without_an_api(project):
    with pytest.raises(UsageError, match=r"'press-trips' has no API to fetch from.*Known are eurostat"):
        fetch(project, "press-trips")
    with pytest.raises(UsageError, match="did you mean 'eurostat'"):
        fetch(project, "eurostatt")


def test_the_command(root, project, service):
    import os
    import subprocess
    import sys

    service.answers = [lambda h: whole(h) if "tour_occ_arm?" in h.path else h.head(404, 0)]
    environment = {**os.environ, "KPI_ROOT": str(project.root), "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "kpi", "fetch", "eurostat", "--address", service.address]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=root)
    assert done.returncode == 1
    assert done.stdout.strip().endswith("2025-05-26--tour_occ_arm.tsv.gz")
    assert "Traceback" not in done.stderr
    assert "tour_occ_nim.tsv.gz: http" in done.stderr
