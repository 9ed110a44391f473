"""Keeping code and catalogues together: keys without words, words without use, placeholders that differ."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Message

from kpi.i18n import REGIONS, read_catalogue

_PACKAGE = Path(__file__).parent
_LITERAL = re.compile(r"""\b(?:t|n|markup|has)\(\s*(?P<f>f?)["'](?P<key>[^"']+)["'](?P<more>\s*~)?""")
_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")


def problems() -> list[str]:
    """What is wrong between the code and the three catalogues, one sentence each; empty when all is well.

    A key is used where it stands literally in a call of ``t``, ``n``, ``markup`` or ``has``;
    an f-string (in a template: a text with ``~`` after it) uses all keys that start like it.
    """
    literal, families = _used_keys()
    catalogues = {language: {_key(m): m for m in read_catalogue(language) if m.id} for language in REGIONS}
    known = set().union(*catalogues.values())
    found = []
    for language, messages in catalogues.items():
        absent = sorted((literal | known) - messages.keys())
        found += [f"{language}.po: no words for {key!r}." for key in absent]
        found += [f"{language}.po: {key!r} is empty." for key, m in messages.items() if not all(_forms(m))]
    found += [
        f"{key!r} stands in the catalogues, but no code uses it."
        for key in sorted(known - literal)
        if not key.startswith(families)
    ]
    found += [
        f"no catalogue has a key that starts with {family!r}, which the code asks for."
        for family in families
        if not any(key.startswith(family) for key in known)
    ]
    for key in sorted(known):
        used = {language: _placeholders(messages[key]) for language, messages in catalogues.items() if key in messages}
        if len({frozenset(names) for names in used.values()}) > 1:
            told = ", ".join(f"{language} {sorted(names)}" for language, names in used.items())
            found.append(f"{key!r} has other placeholders from language to language: {told}.")
    return found


def _used_keys() -> tuple[set[str], tuple[str, ...]]:
    literal, families = set(), set()
    files = [*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.j2")]
    for path in sorted(files):
        for match in _LITERAL.finditer(path.read_text(encoding="utf-8")):
            key = match["key"]
            if match["more"] or (match["f"] and "{" in key):
                families.add(key.partition("{")[0])
            elif "." in key:
                literal.add(key)
    return literal, tuple(sorted(family for family in families if family))


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _placeholders(message: Message) -> set[str]:
    # A plural form may leave the number out ("one KPI"), so ``n`` does not count there.
    names = {name for form in _forms(message) for name in _PLACEHOLDER.findall(form)}
    return names - {"n"} if message.pluralizable else names
