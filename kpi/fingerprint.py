"""Hashes of what things are made from: equal hash, equal result, so it need not be made again.

Contents are hashed, never times or sizes: a clock that goes back or a copied file changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
#: Libraries whose version changes what a build gives, and what a page looks like besides.
BUILDING = ("great-expectations", "pandas", "pyarrow", "openpyxl", "pydantic")
RENDERING = ("Babel", "Jinja2", "nbconvert", "papermill", "plotly", "XlsxWriter")
#: Files of the package that :func:`code` and :func:`words` are of, and what Python makes of the former.
_APART = {".py", ".po", ".pyc"}
_LENGTH = 20


def of(*parts: Any) -> str:
    """Of anything JSON can carry; the order of the keys of a mapping does not count.

    >>> of({"a": 1, "b": 2}) == of({"b": 2, "a": 1}), of("ab", "c") == of("a", "bc")
    (True, False)
    """
    return of_bytes(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode())


def of_bytes(content: bytes) -> str:
    """Of bytes."""
    return hashlib.sha256(content).hexdigest()[:_LENGTH]


def of_file(path: Path) -> str:
    """Of a file's content, read in pieces; empty where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:_LENGTH]
    except (FileNotFoundError, IsADirectoryError):
        return ""


def of_files(paths: Iterable[Path], root: Path) -> dict[str, str]:
    """Of each file, by its place below ``root``."""
    return {path.relative_to(root).as_posix(): of_file(path) for path in sorted(paths)}


@cache
def code() -> str:
    """Of the package's own modules and the libraries a build uses."""
    return of(of_files(PACKAGE.rglob("*.py"), PACKAGE), versions(BUILDING))


@cache
def look() -> str:
    """Of the templates, styles, scripts and texts of pages, and of the libraries that render them."""
    files = (path for path in PACKAGE.rglob("*") if path.suffix not in _APART and path.is_file())
    return of(of_files(files, PACKAGE), versions(RENDERING))


@cache
def words(language: str) -> str:
    """Of the words of a language."""
    return of_file(PACKAGE / "locales" / f"{language}.po")


def versions(names: Iterable[str]) -> Mapping[str, str]:
    """Installed versions; what is not installed is left out."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
