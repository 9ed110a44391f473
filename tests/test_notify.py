"""Telling people, against real servers on loopback: TLS, logins, refusals, silence; and no secret anywhere."""

from __future__ import annotations

import contextlib
import email
import email.policy
import http.server
import json
import shutil
import socket
import ssl
import sys
import threading
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
import trustme
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from kpi.errors import KpiError, LockedError
from kpi.notify import tell
from kpi.notify.message import compose_message
from kpi.notify.news import News, of_error, of_result, page_notebook
from kpi.notify.settings import FILE, Settings, SettingsError, read_settings
from kpi.notify.tell import describe, tell_people, telling
from kpi.project import Project
from kpi.reporting.render import Job
from tests.conftest import ROOT
from tests.report_fixture import notebook as executed
from tests.report_fixture import page as report_page
from tests.test_cli import kpi

PASSWORD = "s3cret-Zebra"  # noqa: S105  (of a server that lives for a test)
NEWS = News("held-back", "0a1b2c", 7, held_back={"export-aid": (5, ("row 3: found <b>x</b>.", "row 4", "row 5"))})


class Box:
    """Keeps what it is sent; refuses one recipient."""

    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: ARG002, N802
        if address.startswith("nobody@"):
            return f"550 no such user {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # all of it is TLS there


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"kpi", PASSWORD.encode())
    return AuthResult(success=good, handled=good)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusting(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(params=["starttls", "tls"])
def server(request, authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    starttls = request.param == "starttls"

    class Server(Controller):
        def factory(self):
            return SMTP(
                self.handler,
                hostname="test",
                authenticator=authenticate,
                auth_required=True,
                auth_require_tls=starttls,
                **({"tls_context": context, "require_starttls": True} if starttls else {}),
            )

    controller = Server(Box(), hostname="localhost", port=0, ssl_context=None if starttls else context)
    controller.port = free_port()
    controller.start()
    yield SimpleNamespace(port=controller.port, security=request.param, box=controller.handler)
    controller.stop()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    shutil.copytree(ROOT / "data" / "catalogue", tmp_path / "data" / "catalogue")
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    return Project(tmp_path)


def configure(project, port=9, security="starttls", *, addresses=("a@example.org:fr",), services=(), **mail):
    recipients = [dict(zip(("address", "language"), entry.split(":"), strict=True)) for entry in addresses]
    content = {
        "mail": {
            "host": "localhost",
            "port": port,
            "security": security,
            "user": "kpi",
            "password": "${SMTP_PASSWORD}",
            "sender": "kpi@example.org",
            "timeout": 5,
            "recipients": recipients,
            **mail,
        },
        "services": list(services),
    }
    (project.root / FILE).write_text(yaml.safe_dump(content), encoding="utf-8")


def test_it_is_said_what_would_be_done_and_which_secret_is_missing(project, monkeypatch):
    configure(project)
    whole = ["mail through localhost:9 (starttls) as a user", "  recipient 1: fr, held-back"]
    assert describe(read_settings(project.root)) == whole
    monkeypatch.delenv("SMTP_PASSWORD")
    *said, missing = describe(read_settings(project.root))
    assert said == whole
    assert missing.startswith("not set here: SMTP_PASSWORD;")


def test_everybody_gets_a_mail_of_their_own_in_their_language(project, server, trusting):
    configure(project, server.port, server.security, addresses=("a@example.org:fr", "b@example.org:nl"))
    assert tell_people(project, NEWS, context=trusting) == []
    (to_a, french), (to_b, dutch) = server.box.mails
    assert (to_a, to_b) == (["a@example.org"], ["b@example.org"])
    assert french["Subject"] == "[KPI] Exécution terminée, des données ont été refusées"
    assert dutch["Subject"] == "[KPI] Uitvoering voltooid, gegevens geweigerd"
    text = french.get_body("plain").get_content()
    assert "export-aid\N{NO-BREAK SPACE}: 5 problèmes" in text
    assert "row 3: found <b>x</b>." in text
    assert "et 2 de plus" in text
    html = dutch.get_body("html").get_content()
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>" not in html
    assert french["Auto-Submitted"] == "auto-generated"
    assert "a@example.org" not in dutch.as_string()
    assert PASSWORD not in french.as_string() + dutch.as_string()


def test_a_refused_recipient_leaves_the_others_and_is_named_by_place(project, server, trusting):
    configure(project, server.port, server.security, addresses=("nobody@example.org:fr", "b@example.org:nl"))
    assert tell_people(project, NEWS, context=trusting) == ["the mail server refuses recipient 1 of notify.yaml"]
    assert [to for to, _ in server.box.mails] == [["b@example.org"]]


def test_a_wrong_password_is_a_sentence_without_it(project, server, trusting, monkeypatch):
    monkeypatch.setenv("SMTP_PASSWORD", "wrong-one")
    configure(project, server.port, server.security)
    (problem,) = tell_people(project, NEWS, context=trusting)
    assert "refuses the user or the password (code 535)" in problem
    assert "wrong-one" not in problem
    assert server.box.mails == []


def test_a_certificate_nobody_vouches_for_is_refused(project, server):
    configure(project, server.port, server.security)
    (problem,) = tell_people(project, NEWS)
    assert "certificate that this machine does not trust" in problem
    assert server.box.mails == []


def test_a_variable_that_is_not_set_is_named(project, server, trusting, monkeypatch):
    monkeypatch.delenv("SMTP_PASSWORD")
    configure(project, server.port, server.security)
    (problem,) = tell_people(project, NEWS, context=trusting)
    assert problem == "notify.yaml asks for the environment variable SMTP_PASSWORD, which is not set"


def test_a_server_without_encryption_never_hears_the_password(project):
    controller = Controller(Box(), hostname="localhost", port=free_port())
    controller.start()
    configure(project, controller.port)
    (problem,) = tell_people(project, NEWS)
    controller.stop()
    assert "offers no encryption" in problem
    assert controller.handler.mails == []


@contextlib.contextmanager
def listening(answer):
    """A server that takes one connection and does with it as told."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def serve():
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                answer(connection, ended)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        ended.set()


def drip(connection, ended):
    while not ended.wait(0.02):
        connection.sendall(b"2")


def test_a_silent_server_is_given_up(project):
    with listening(lambda _, ended: ended.wait()) as port:
        configure(project, port, timeout=0.2, host="127.0.0.1")
        assert "did not answer within 0.2 s" in tell_people(project, NEWS)[0]


def test_a_server_that_drips_is_given_up_too(project, monkeypatch):
    monkeypatch.setattr(tell, "LONGEST_WAIT", 0.3)
    with listening(drip) as port:
        configure(project, port, host="127.0.0.1")
        assert tell_people(project, NEWS) == ["sending took more than 0.3 s and was given up"]


def test_nobody_listens(project):
    configure(project, free_port(), host="127.0.0.1")
    assert "cannot be used (ConnectionRefusedError)" in tell_people(project, NEWS)[0]


# --- services ------------------------------------------------------------------------------------


@contextlib.contextmanager
def web_service(status):
    taken = []

    class Service(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, taken
        server.shutdown()


def only_service(project, **entry):
    content = {"services": [{"url": "${HOOK}", "language": "en", **entry}]}
    (project.root / FILE).write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.mark.parametrize("status", [200, 500])
def test_a_service_is_told_and_its_token_stays_secret(project, monkeypatch, capfd, status):
    pytest.importorskip("apprise")
    only_service(project)
    with web_service(status) as (port, taken):
        monkeypatch.setenv("HOOK", f"json://user:{PASSWORD}@127.0.0.1:{port}/tok3n")
        problems = tell_people(project, NEWS)
    assert taken[0]["title"] == "[KPI] Run completed, data held back"
    assert problems == ([] if status == 200 else ["service 1 of notify.yaml did not take the message"])
    told = "".join([*capfd.readouterr(), *problems])
    assert PASSWORD not in told
    assert "tok3n" not in told


def test_without_apprise_it_says_what_to_install(project, monkeypatch):
    only_service(project)
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert "pip install 'brussels-kpi[notify]'" in tell_people(project, NEWS)[0]


# --- around a run --------------------------------------------------------------------------------


@pytest.fixture
def heard(monkeypatch):
    """News as they would be sent."""
    news = []
    monkeypatch.setattr(tell, "tell_people", lambda _project, told: news.append(told) or ["the server is down"])
    return news


def result(failed=(), held_back=()):
    table = pd.DataFrame([{"source": s, "reason": f"row {n}"} for n, s in enumerate(held_back)])
    return SimpleNamespace(
        run="abc",
        rendered=[1, 2],
        failed=dict.fromkeys(failed, "Traceback\n  File x\nValueError: broken"),
        built=SimpleNamespace(held_back=table),
    )


def test_a_run_is_told_with_what_moved(project, heard):
    manifest = project.reports / "site" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    state = {"a/b": {"statuses": {"on-course": 1, "no-data": 2}, "with_data": 1}}
    manifest.write_text(json.dumps({"objectives": state}))
    warnings = []
    with telling(project, warnings.append) as told:
        state["a/b"] = {"statuses": {"on-course": 2, "no-data": 1}, "with_data": 2}
        manifest.write_text(json.dumps({"objectives": state}))
        told(result(held_back="ssssst"))
    (news,) = heard
    assert news.outcome == "held-back"
    assert news.held_back == {"s": (5, ("row 0", "row 1", "row 2")), "t": (1, ("row 5",))}
    assert news.moved == {"a/b": {"on-course": (1, 2), "no-data": (2, 1)}}
    assert news.gained == {"a/b": (1, 2)}
    assert warnings == ["warning: not everybody was told: the server is down."]
    assert "a/b: pas encore de données" in compose_message(news, "fr").text


@pytest.mark.parametrize(
    ("error", "outcome", "words"),
    [
        (LockedError("Another run is at work."), "locked", "Another run is at work."),
        (KpiError("The disk is full."), "stopped", "The disk is full."),
        (ValueError("Jan Peeters, 0470 12 34 56"), "stopped", "ValueError"),
        (KeyboardInterrupt(), "stopped", "KeyboardInterrupt"),
    ],
)
def test_an_error_is_told_and_goes_on_its_way(project, heard, error, outcome, words):
    with pytest.raises(type(error)), telling(project, lambda _: None):
        raise error
    assert (heard[0].outcome, heard[0].error) == (outcome, words)
    assert heard[0].moment == "failure"


def test_pages_that_failed_come_first(heard):
    news = of_result(result(failed=[Job("x", "fr")], held_back="s"), {}, {})
    assert (news.outcome, news.failed) == ("failed", {"fr/x.html": "ValueError: broken"})


def test_by_hand_nobody_is_told(project, heard):
    with telling(project, lambda _: None, on=False) as told:
        told(result())
    assert heard == []


@pytest.mark.parametrize(
    ("when", "told"),
    [("failure", {"failed", "locked", "stopped"}), ("held-back", {"failed", "locked", "stopped", "held-back"})],
)
def test_when_says_who_hears_of_what(project, monkeypatch, when, told):
    only_service(project, when=when)
    heard = set()
    monkeypatch.setattr(tell, "_to_service", lambda *_: heard.add(outcome) or [])
    for outcome in ("done", "held-back", "failed", "locked", "stopped"):
        tell_people(project, News(outcome))
    assert heard == told


# --- the file ------------------------------------------------------------------------------------


def test_the_example_is_valid_and_names_every_variable():
    settings = Settings.model_validate(yaml.safe_load((ROOT / "notify.example.yaml").read_text("utf-8")))
    assert settings.variables == ("SMTP_PASSWORD", "KPI_TEAMS_URL")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": PASSWORD}, "mail.password: write ${NAME}"),
        ({"password": "${SMTP_PASSWORD}" + PASSWORD}, "mail.password: write ${NAME}"),
        ({"security": "none"}, "would send the password in clear"),
        ({"user": ""}, "user and password go together"),
        ({"prot": 25}, "mail.prot: Extra inputs"),
        ({"recipients": [{"address": "a@b\nBcc: c@d", "language": "fr"}]}, "mail.recipients.0.address"),
        ({"recipients": [{"address": "a@b", "language": "de"}]}, "mail.recipients.0.language"),
        ({"recipients": []}, "mail.recipients"),
    ],
)
def test_a_wrong_file_is_a_sentence_that_repeats_no_secret(project, change, words):
    configure(project, **change)
    with pytest.raises(SettingsError) as refused:
        read_settings(project.root)
    assert words in str(refused.value)
    assert PASSWORD not in str(refused.value)
    assert tell_people(project, NEWS) == [str(refused.value).rstrip(".")]


def test_a_literal_service_address_is_refused(project):
    only_service(project, url=f"json://user:{PASSWORD}@host")
    with pytest.raises(SettingsError, match="a secret never stands here") as refused:
        read_settings(project.root)
    assert PASSWORD not in str(refused.value)


def test_no_file_tells_nobody(project):
    assert read_settings(project.root) is None
    assert tell_people(project, NEWS) == []


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize("outcome", ["done", "held-back", "failed", "locked", "stopped", "test"])
def test_every_outcome_has_words(outcome, language):
    message = compose_message(News(outcome), language)
    assert message.subject.startswith("[KPI] ")
    assert len(message.text) > 20


def test_a_long_reason_is_cut():
    assert len(of_error(KpiError("x " * 5000)).error) == 300


@pytest.mark.parametrize(("option", "warned"), [((), True), (("--no-notify",), False)])
def test_on_the_command_line_a_message_that_fails_hides_no_exit_code(project, option, warned):
    configure(project, free_port(), host="127.0.0.1")
    done = kpi("run", "--objective", "image-2022/os-22", *option, root=project.root)
    assert done.returncode == 2
    assert "Unknown objective 'image-2022/os-22'" in done.stderr
    assert ("warning: not everybody was told: the mail server" in done.stderr) is warned
    assert PASSWORD not in done.stderr


def test_a_page_is_attached_in_one_file(project, server, trusting):
    path = page_notebook(project, "note-2022/os-1", "nl")
    path.parent.mkdir(parents=True)
    nbformat.write(executed(report_page("nl", "note-2022/os-1")), path)
    configure(project, server.port, server.security, addresses=("a@b.be:nl",), attach=["note-2022/os-1", "note-2022/x"])
    problems = tell_people(project, NEWS, context=trusting)
    assert problems == ["note-2022/x (nl) could not be attached: it has no published page"]
    (page,) = server.box.mails[0][1].iter_attachments()
    assert page.get_filename() == "note-2022-os-1.nl.html"
    html = page.get_content()
    assert '<html lang="nl">' in html
    assert "src=" not in html.partition("<script>")[0]
