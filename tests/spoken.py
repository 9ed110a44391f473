"""Words of a page that are labels of another language, where the page does not say so with ``lang``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.pofile import read_po
from pydantic import BaseModel

import kpi
from kpi.catalogue import LANGUAGES, Catalogue, Text

_A_WORD = 3
_VOID = frozenset({"meta", "link", "br", "input", "img", "hr", "path", "circle", "polyline"})
_SILENT = frozenset({"script", "style", "code", "pre"})
_TOLD = ("aria-label", "title", "placeholder", "alt", "data-none", "data-one", "data-many")


class _Spoken(HTMLParser):
    """Every text of a page, also of attributes that are read out, with the language it is said to be in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = [("", "")]
        self.texts: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        language = given.get("lang") or self.open[-1][1]
        self.texts += [(language, given[name]) for name in _TOLD if given.get(name)]
        if tag not in _VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag):
        if tag not in _VOID:
            self.open.pop()

    def handle_data(self, data):
        if not any(tag in _SILENT for tag, _ in self.open):
            self.texts.append((self.open[-1][1], data))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def _texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        yield from _texts([getattr(value, name) for name in type(value).model_fields])
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)


def labels(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """All labels of the register and all words of pages, by language; a name that is the same in two is in both."""
    known: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    for text in _texts(catalogue):
        for language in LANGUAGES:
            known[language].add(_plain(text[language]))
    for language in LANGUAGES:
        with (Path(kpi.__file__).parent / "locales" / f"{language}.po").open("rb") as file:
            for message in read_po(file):
                words = message.string if isinstance(message.string, tuple) else (message.string,)
                known[language].update(_plain(word) for word in words)
    return {language: frozenset(words) for language, words in known.items()}


def foreign(html: str, known: dict[str, frozenset[str]]) -> list[str]:
    """Texts that are a label of another language than the one they are said to be in, and none of that one."""
    found = []
    for language, text in _Spoken(html).texts:
        plain = _plain(text)
        if len(re.findall(r"[^\W\d_]", plain)) < _A_WORD:
            continue  # a number, or the code of an objective
        others = (known[other] for other in LANGUAGES if other != language)
        if language in known and plain not in known[language] and any(plain in words for words in others):
            found.append(f"{language}: {text.strip()}")
    return found
