"""Downloading one file politely: conditional, resumed where it broke off, tried again where that may help."""

from __future__ import annotations

import errno
import gzip
import hashlib
import http.client
import json
import re
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NoReturn

from kpi import __version__
from kpi.errors import KpiError, UsageError
from kpi.files import read_json

AGENT = f"brussels-kpi/{__version__} (kpi fetch; a person started it)"
#: More than any data set that is asked for.
LARGEST_BYTES = 1_000_000_000
_CHUNK = 1 << 16
#: Answers after which the same request may succeed: too many at once, or the server is in trouble.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT = 60.0


class _BrokenOffError(Exception):
    """The transfer failed in a way that another try may mend; the message says how, ``wait`` what the server asks."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class _SameSafety(urllib.request.HTTPRedirectHandler):
    """Follows a redirection to the web only, and never from https to http."""

    def redirect_request(self, req: urllib.request.Request, *rest: Any) -> urllib.request.Request | None:
        wanted, given = (urllib.parse.urlsplit(address).scheme for address in (req.full_url, rest[-1]))
        if given not in {"https", wanted}:
            msg = f"{req.full_url}: the server sends us on to {rest[-1]}, which is less safe; check the address."
            raise KpiError(msg)
        return super().redirect_request(req, *rest)


@dataclass(frozen=True)
class Patience:
    """How long to wait: seconds without a byte, seconds in all, tries, and the pause after the first failed one."""

    silence: float = 30.0
    whole: float = 900.0
    tries: int = 4
    pause: float = 2.0


PATIENT = Patience()


@dataclass(frozen=True)
class Downloaded:
    """A whole file, or None where the server says that it is unchanged; ``state`` is for the next request."""

    path: Path | None
    state: Mapping[str, str]

    @property
    def day(self) -> str:
        """The day on which the server says the file was last modified; empty where it does not say."""
        try:
            return parsedate_to_datetime(self.state.get("modified", "")).date().isoformat()
        except ValueError:
            return ""


def download(
    url: str,
    target: Path,
    known: Mapping[str, str],
    *,
    patience: Patience = PATIENT,
    tell: Callable[[str], None] = lambda _: None,
) -> Downloaded:
    """Download a file; what came of it stays beside the target until all is there, so that it is resumed.

    Proxies are those of the environment (``HTTPS_PROXY``).

    Args:
        url: http or https.
        target: where the file goes, in one step, once it is whole.
        known: the ``state`` of what is there already.
        patience: how long to wait.
        tell: hears of every further try.

    Raises:
        UsageError: no web address.
        KpiError: out of reach, refused, or broken off too often; the sentence says what to do.
    """
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        msg = f"{url}: no web address; expected http:// or https://."
        raise UsageError(msg)
    end = time.monotonic() + patience.whole
    for number in range(1, patience.tries + 1):
        try:
            return _try(url, target, known, patience.silence, end)
        except _BrokenOffError as error:
            pause = max(min(patience.pause * 2 ** (number - 1), _LONGEST_WAIT), error.wait)
            if number == patience.tries or time.monotonic() + pause > end:
                msg = f"{url}: {error} after {number} tries. What came is kept and resumed: try again later."
                raise KpiError(msg) from error
            tell(f"{url}: {error}; trying again in {pause:g} s")
            time.sleep(pause)
    raise AssertionError  # the last try returns or raises


def content_hash(path: Path) -> str:
    """Hash of what is in a file, unpacked: packing the same again may give other bytes."""
    try:
        with gzip.open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, EOFError, zlib.error):
        with path.open("rb") as plain:
            return hashlib.file_digest(plain, "sha256").hexdigest()


def _try(url: str, target: Path, known: Mapping[str, str], silence: float, end: float) -> Downloaded:
    part = target.with_name(f".{target.name}.part")
    notes = target.with_name(f".{target.name}.part.json")
    begun = _read_notes(notes) if part.exists() else {}
    resumed = part.stat().st_size if begun.get("url") == url and begun.get("validator") else 0
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    if resumed:
        headers |= {"Range": f"bytes={resumed}-", "If-Range": begun["validator"]}
    else:
        names = {"etag": "If-None-Match", "modified": "If-Modified-Since"}
        headers |= {header: known[name] for name, header in names.items() if known.get(name)}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  (http and https only, checked by the caller)
    try:
        with urllib.request.build_opener(_SameSafety).open(request, timeout=silence) as answer:
            state = {"etag": answer.headers.get("ETag", ""), "modified": answer.headers.get("Last-Modified", "")}
            part.parent.mkdir(parents=True, exist_ok=True)
            _write_notes(notes, {"url": url, "validator": _validator(state)})
            appended = answer.status == http.HTTPStatus.PARTIAL_CONTENT
            if appended and not answer.headers.get("Content-Range", "").startswith(f"bytes {resumed}-"):
                _begin_anew(part)
            _receive(answer, part, resumed if appended else 0, end)
    except urllib.error.HTTPError as error:
        return _refused(error, url, part, known)
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(error, url) from error
    part.replace(target)
    notes.unlink(missing_ok=True)
    return Downloaded(target, state)


def _receive(answer: Any, part: Path, start: int, end: float) -> None:
    """Append what comes to what is there, and be sure that it is as long as announced."""
    announced = answer.headers.get("Content-Length")
    size = start
    with part.open("ab" if start else "wb") as file:
        while chunk := answer.read1(_CHUNK):
            size += len(chunk)
            if size > LARGEST_BYTES:
                part.unlink()
                msg = f"{answer.url}: more than 1 GB, which no such data set has; nothing was stored."
                raise KpiError(msg)
            file.write(chunk)
            if time.monotonic() > end:
                msg = "the server is too slow"
                raise _BrokenOffError(msg)
    if announced is not None and announced.isdigit() and size - start != int(announced):
        msg = f"the transfer broke off at {size - start} of {announced} bytes"
        raise _BrokenOffError(msg)


def _refused(error: urllib.error.HTTPError, url: str, part: Path, known: Mapping[str, str]) -> Downloaded:
    """What an answer that is no file means: unchanged, try again, or a sentence."""
    if error.code == http.HTTPStatus.NOT_MODIFIED:
        return Downloaded(None, known)
    if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        _begin_anew(part)
    if error.code in _PASSING:
        msg = f"the server answers {error.code} {error.reason}"
        asked = error.headers.get("Retry-After", "") if error.headers else ""
        raise _BrokenOffError(msg, wait=float(asked) if re.fullmatch("[0-9]{1,6}", asked) else 0.0) from error
    hints = {
        401: "It asks for a login, which an open data service does not: check the address.",
        403: "Access is refused, perhaps by a proxy: ask your network administrator.",
        404: "There is nothing at this address: was the data set withdrawn or renamed?",
        407: "Your proxy asks for a login: set HTTPS_PROXY=http://user:password@proxy:port.",
        413: "The data set is too large to be given at once: download it by hand, or parts of it.",
    }
    msg = f"{url}: the server answers {error.code} {error.reason}. {hints.get(error.code, 'Try again later.')}"
    raise KpiError(msg) from error


def _begin_anew(part: Path) -> NoReturn:
    part.unlink(missing_ok=True)
    msg = "what came before no longer fits"
    raise _BrokenOffError(msg)


def _unreachable(error: Exception, url: str) -> Exception:
    reason = getattr(error, "reason", error)
    host = urllib.parse.urlsplit(url).hostname
    by_hand = "or download the file with a browser and give it to 'kpi add'"
    if isinstance(reason, socket.gaierror):
        return KpiError(
            f"{host} is not known here: is this computer offline? Behind a proxy set HTTPS_PROXY=http://proxy:port, "
            f"{by_hand}. ({url})"
        )
    if isinstance(reason, ssl.SSLCertVerificationError):
        return KpiError(
            f"{host} shows a certificate that this computer does not trust ({reason.verify_message}). "
            f"Behind a proxy that reads along, set SSL_CERT_FILE to the ones of your firm, {by_hand}. ({url})"
        )
    if isinstance(reason, OSError) and reason.errno in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}:
        return KpiError(
            f"What came from {host} cannot be written ({reason}): make room, or mend the rights, and try again."
        )
    if isinstance(reason, TimeoutError):
        return _BrokenOffError(f"no answer from {host} in time")
    if isinstance(reason, (ConnectionError, http.client.HTTPException)):
        return _BrokenOffError(f"no connection to {host} ({reason or type(reason).__name__})")
    return KpiError(f"{host} cannot be reached ({reason}): check the network or the proxy, {by_hand}. ({url})")


def _validator(state: Mapping[str, str]) -> str:
    """What proves that a resumed file is still the same; a weak tag does not."""
    return state["etag"] if state["etag"] and not state["etag"].startswith("W/") else state["modified"]


def _read_notes(path: Path) -> dict[str, str]:
    return {name: str(value) for name, value in read_json(path).items()}


def _write_notes(path: Path, notes: Mapping[str, str]) -> None:
    path.write_text(json.dumps(notes), encoding="utf-8")
