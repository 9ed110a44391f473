"""Opening a file of a statistical office: what form it has, of which data set it is, and how much of it is read."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from kpi.catalogue import DataSet
from kpi.errors import DeliveryError

#: More than any data set of tourism or regions; what unpacks to more is an attack or a mistake.
LARGEST_BYTES = 1_000_000_000
#: A row of a bulk file has a few thousand short cells.
LONGEST_LINE = 2_000_000
_GZIP, _WORKBOOK, _OLD_OFFICE, _BOM = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xef\xbb\xbf"
_BEFORE = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}--)?(?:sample-)?(?:estat_)?", re.IGNORECASE)
#: What may follow the code in a file name: an ending, a copy number, or a word. A single letter is another code.
_AFTER = re.compile(r"(?:$|[ .()$-]|__|_[a-z]{4,}|_[0-9]{4,})", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\[([a-z][a-z0-9_]*?)(?:\$[a-z]\w*|__custom_[0-9]+)?\]", re.IGNORECASE)


def form_of(path: Path) -> str:
    """What a file is by its content: ``workbook``, ``json``, ``tsv`` or ``csv``.

    Raises:
        DeliveryError: it is missing, empty, or something else, such as a page that reports an error.
    """
    if not path.is_file():
        msg = f"{path}: there is no such file."
        raise DeliveryError(msg)
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_WORKBOOK):
        return "workbook"
    if start.startswith(_OLD_OFFICE):
        msg = f"{path}: an old (.xls) or password-protected workbook; download it as .xlsx."
        raise DeliveryError(msg)
    with opened(path) as lines:
        first = next((line for _, line in lines if line.strip()), "").lstrip()
    if not first:
        msg = f"{path}: the file is empty; download it again."
        raise DeliveryError(msg)
    if first.startswith("<"):
        msg = f"{path}: a web page or XML message, not data; the download failed, try again later."
        raise DeliveryError(msg)
    if first.startswith("{"):
        return "json"
    return "tsv" if "\\" in first.partition("\t")[0] else "csv"


@contextmanager
def opened(path: Path) -> Iterator[Iterator[tuple[int, str]]]:
    """Lines of a text file, packed or not, with their numbers; each keeps its line end, so that a cut shows.

    Raises:
        DeliveryError: damaged or cut-off packing, no text, an endless line, or far too much of it.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        file: IO[bytes] = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
        try:
            yield _lines(path, file)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            msg = f"{path}: a damaged or cut-off .gz file; download it again."
            raise DeliveryError(msg) from error


def _lines(path: Path, file: IO[bytes]) -> Iterator[tuple[int, str]]:
    read = 0
    for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=1):
        read += len(line)
        if len(line) > LONGEST_LINE or read > LARGEST_BYTES:
            what = "a line of more than 2 MB" if len(line) > LONGEST_LINE else "more than 1 GB of text"
            msg = f"{path}, row {number}: {what}, which no such file has; download it again."
            raise DeliveryError(msg)
        try:
            yield number, (line.removeprefix(_BOM) if number == 1 else line).decode("utf-8")
        except UnicodeDecodeError as error:
            msg = f"{path}, row {number}: not readable as UTF-8 text; download it again and do not edit it."
            raise DeliveryError(msg) from error


def read_json(path: Path) -> dict[str, Any]:
    """The data set of a JSON-stat file.

    Raises:
        DeliveryError: damaged, or no data set but an answer that reports an error.
    """
    with opened(path) as lines:
        text = "".join(line for _, line in lines)
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        msg = f"{path}: not readable as JSON ({str(error)[:80]}); download it again."
        raise DeliveryError(msg) from error
    if not isinstance(content, dict) or content.get("class") != "dataset":
        told = isinstance(content, dict) and ("error" in content or "warning" in content)
        found = "an answer of the service that reports an error" if told else "no JSON-stat data set"
        msg = f"{path}: {found}; download it again."
        raise DeliveryError(msg)
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        msg = "a key stands twice in one object"
        raise ValueError(msg)
    return found


def _no_constant(name: str) -> Any:
    msg = f"{name} is no value"
    raise ValueError(msg)


def data_set_by_name(path: Path, known: Sequence[DataSet]) -> DataSet:
    """The data set that a file is named after: bulk files say it nowhere else.

    Raises:
        DeliveryError: none of the declared ones.
    """
    stem = _BEFORE.sub("", path.name, count=1).casefold()
    fitting = [entry for entry in known if stem.startswith(entry.code) and _AFTER.match(stem, len(entry.code))]
    if fitting:
        return max(fitting, key=lambda entry: len(entry.code))
    return data_set_by_code(path, _code_like(stem), known)


def data_set_by_code(path: Path, code: str, known: Sequence[DataSet]) -> DataSet:
    """The declared data set of a code that stands in the file, in any case.

    Raises:
        DeliveryError: it is not declared.
    """
    found = next((entry for entry in known if entry.code == code.casefold()), None)
    if found is None:
        msg = (
            f"{path}: the data set {code!r} is not declared; known are {', '.join(sorted(d.code for d in known))}. "
            "Name the file as the office does, or declare the data set in data/catalogue/sources.yaml."
        )
        raise DeliveryError(msg)
    return found


def code_in_brackets(text: str) -> str:
    """The code of a data set in a heading; empty where there is none.

    >>> code_in_brackets("Arrivals - monthly data [tour_occ_arm__custom_123456]"), code_in_brackets("from [ESTAT]")
    ('tour_occ_arm', '')
    """
    codes = [match[1] for match in _IN_BRACKETS.finditer(text) if match[1].upper() != "ESTAT"]
    return codes[-1].casefold() if codes else ""


def _code_like(stem: str) -> str:
    return re.split(r"[ .()$-]|__", stem)[0] or stem
