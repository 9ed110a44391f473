"""One mail a reader over one connection to the mail server; each step has a time limit."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid

from kpi.notify.message import Message
from kpi.notify.settings import Mail, Recipient, secret

#: Name and bytes of a page in one file.
Attachment = tuple[str, bytes]


def write_mail(sender: str, address: str, message: Message, attachments: Sequence[Attachment] = ()) -> EmailMessage:
    """A mail as text and as HTML, marked as written by a machine so that nobody's absence answers it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, address, message.subject
    mail["Date"] = format_datetime(localtime())
    # Without a domain the library would ask the network for this machine's name.
    mail["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    for name, content in attachments:
        mail.add_attachment(content, maintype="text", subtype="html", filename=name)
    return mail


def send_mails(
    settings: Mail,
    recipients: Sequence[tuple[int, Recipient]],
    messages: Mapping[str, Message],
    attachments: Mapping[str, Sequence[Attachment]],
    context: ssl.SSLContext | None = None,
) -> list[str]:
    """Send each recipient the message of its language; what could not be sent, a sentence each.

    Args:
        settings: the mail server.
        recipients: with their places in the file; sentences name the place, since an address is personal.
        messages: by language.
        attachments: by language.
        context: whose certificates are trusted; by default those of this machine.

    Raises:
        OSError, smtplib.SMTPException: the server cannot be reached, or refuses everything.
    """
    problems = []
    with _connected(settings, context or ssl.create_default_context()) as server:
        if settings.user and settings.password:
            server.login(settings.user, secret(settings.password))
        for place, recipient in recipients:
            language = recipient.language
            mail = write_mail(settings.sender, recipient.address, messages[language], attachments.get(language, ()))
            try:
                server.send_message(mail)
            except smtplib.SMTPServerDisconnected:
                raise
            except smtplib.SMTPRecipientsRefused:
                problems.append(f"the mail server refuses recipient {place} of notify.yaml")
            except smtplib.SMTPResponseException as error:
                problems.append(f"the mail to recipient {place} was refused with code {error.smtp_code}")
    return problems


def _connected(settings: Mail, context: ssl.SSLContext) -> smtplib.SMTP:
    name = socket.gethostname() or "localhost"
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, name, timeout=settings.timeout, context=context)
    server = smtplib.SMTP(settings.host, settings.port, name, timeout=settings.timeout)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def explain(error: Exception, settings: Mail) -> str:
    """Why nothing could be sent, without an address or a secret: server texts may repeat either."""
    place = f"the mail server {settings.host}:{settings.port}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{place} refuses the user or the password (code {error.smtp_code})"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{place} shows a certificate that this machine does not trust ({error.verify_message})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{place} offers no encryption (STARTTLS) or no login; see 'security' in notify.yaml"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{place} refuses the mail with code {error.smtp_code}"
    # smtplib says "disconnected" when an answer does not come in time.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return f"{place} did not answer within {settings.timeout:g} s"
    return f"{place} cannot be used ({type(error).__name__}); check host, port, 'security' and the firewall"
