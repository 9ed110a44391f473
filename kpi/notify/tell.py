"""The one call of a run: tells whoever wants to hear of it. What cannot be told is a sentence, never an error."""

from __future__ import annotations

import logging
import os
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kpi.catalogue import LANGUAGES
from kpi.notify.mail import Attachment, explain, send_mails
from kpi.notify.message import Message, compose_message
from kpi.notify.news import News, manifest_of, of_error, of_result, page_notebook
from kpi.notify.settings import Recipient, Service, Settings, SettingsError, read_settings, secret, wants
from kpi.project import Project

if TYPE_CHECKING:
    from kpi.run import RunResult

#: All channels together; a server that sends one byte now and then must not hold the next night's run.
LONGEST_WAIT = 120.0


@contextmanager
def telling(project: Project, warn: Callable[[str], None], *, on: bool = True) -> Iterator[Callable[[RunResult], None]]:
    """Around a run: give the yielded function its result; an error on the way is told and goes on its way.

    Args:
        project: whose ``notify.yaml`` says who is told.
        warn: prints a line; what could not be sent is only warned about, so no exit code is hidden.
        on: False tells nobody.
    """
    before = manifest_of(project) if on else {}
    results: list[RunResult] = []
    try:
        yield results.append
    except BaseException as error:
        if on:
            _warn_all(tell_people(project, of_error(error)), warn)
        raise
    if on and results:
        _warn_all(tell_people(project, of_result(results[-1], before, manifest_of(project))), warn)


def _warn_all(problems: list[str], warn: Callable[[str], None]) -> None:
    for problem in problems:
        warn(f"warning: not everybody was told: {problem}.")


def tell_people(project: Project, news: News, *, context: ssl.SSLContext | None = None) -> list[str]:
    """Tell everybody whom ``notify.yaml`` names for this moment; what could not be sent, a sentence each."""
    try:
        settings = read_settings(project.root)
    except SettingsError as error:
        return [str(error).rstrip(".")]
    if settings is None:
        return []
    problems: list[str] = []
    names = _names(project) if news.moved or news.gained else {}
    messages = {
        language: compose_message(news, language, settings.link or "", names.get(language)) for language in LANGUAGES
    }
    sending = threading.Thread(
        target=_send_all, args=(project, settings, news, messages, problems, context), daemon=True
    )
    sending.start()
    sending.join(LONGEST_WAIT)
    if sending.is_alive():
        return [*problems, f"sending took more than {LONGEST_WAIT:g} s and was given up"]
    return problems


def _send_all(
    project: Project,
    settings: Settings,
    news: News,
    messages: Mapping[str, Message],
    problems: list[str],
    context: ssl.SSLContext | None,
) -> None:
    mail = settings.mail
    chosen = [
        (place, recipient)
        for place, recipient in enumerate(mail.recipients if mail else (), start=1)
        if _is_told(recipient, settings, news)
    ]
    if mail and chosen:
        languages = {recipient.language for _, recipient in chosen}
        try:
            pages: dict[str, list[Attachment]] = {
                language: _pages(project, mail.attach, language, news, problems) for language in languages
            }
            problems += send_mails(mail, chosen, messages, pages, context)
        except SettingsError as error:
            problems.append(str(error).rstrip("."))
        except Exception as error:  # noqa: BLE001  (telling must never end a run)
            problems.append(explain(error, mail))
    for place, service in enumerate(settings.services, start=1):
        if _is_told(service, settings, news):
            problems += _to_service(place, service, messages[service.language])


def _is_told(reader: Recipient | Service, settings: Settings, news: News) -> bool:
    return news.outcome == "test" or wants(reader.when, settings.when, news.moment)


def _pages(
    project: Project, objectives: tuple[str, ...], language: str, news: News, problems: list[str]
) -> list[Attachment]:
    """The pages to attach, each in one file, from the notebooks as they were executed."""
    if not objectives or news.outcome in {"locked", "stopped", "test"}:
        return []
    import nbformat  # noqa: PLC0415  (only where a page is attached)

    from kpi.reporting.export import export_html  # noqa: PLC0415

    attached = []
    for objective in objectives:
        path = page_notebook(project, objective, language)
        if not path.exists():
            problems.append(f"{objective} ({language}) could not be attached: it has no published page")
            continue
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
        html = export_html(notebook, self_contained=True)
        attached.append((f"{objective.replace('/', '-')}.{language}.html", html.encode()))
    return attached


def _to_service(place: int, service: Service, message: Message) -> list[str]:
    try:
        import apprise  # noqa: PLC0415  (an optional extra)
    except ImportError:
        return [f"service {place} of notify.yaml needs apprise: pip install 'brussels-kpi[notify]'"]
    # apprise logs the addresses it fails on; tokens stand in them.
    logger = logging.getLogger("apprise")
    before, logger.disabled = logger.disabled, True
    try:
        sender = apprise.Apprise()
        if not sender.add(secret(service.url)):
            return [f"service {place} of notify.yaml: its address is none that apprise knows"]
        if not sender.notify(title=message.subject, body=message.text, body_format=apprise.NotifyFormat.TEXT):
            return [f"service {place} of notify.yaml did not take the message"]
    except SettingsError as error:
        return [str(error).rstrip(".")]
    except Exception as error:  # noqa: BLE001  (telling must never end a run)
        return [f"service {place} of notify.yaml failed ({type(error).__name__})"]
    finally:
        logger.disabled = before
    return []


def _names(project: Project) -> dict[str, dict[str, str]]:
    from kpi.reporting.fragments import objective_name  # noqa: PLC0415

    return {
        language: {o.id: objective_name(o, language) for o in project.catalogue.objectives} for language in LANGUAGES
    }


def describe(settings: Settings) -> list[str]:
    """What the settings do, a line each, without addresses and secrets; which of those are not set in this process."""
    lines = []
    mail = settings.mail
    if mail:
        login = " as a user" if mail.user else ""
        lines.append(f"mail through {mail.host}:{mail.port} ({mail.security}){login}")
        lines += [
            f"  recipient {place}: {recipient.language}, {recipient.when or settings.when}"
            for place, recipient in enumerate(mail.recipients, start=1)
        ]
    lines += [
        f"service {place}: {service.language}, {service.when or settings.when}"
        for place, service in enumerate(settings.services, start=1)
    ]
    unset = [name for name in settings.variables if not os.environ.get(name)]
    if unset:
        lines.append(f"not set here: {', '.join(unset)}; whoever runs kpi must have it in the environment")
    return lines or ["notify.yaml names nobody."]
