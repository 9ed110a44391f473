"""An Atom feed (RFC 4287) of what changed, one a language: stable ids, no clock, well formed whatever was typed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

from kpi.i18n import translator
from kpi.parsing.periods import bounds
from kpi.reporting.frame import write_text

_ATOM = "http://www.w3.org/2005/Atom"
_XML = "http://www.w3.org/XML/1998/namespace"
#: Root of all ids of this package's feeds; changing it would make every entry new to every reader.
_NAMESPACE = uuid.UUID("5b0f4f0e-6a0c-5f0b-9f53-2f0f7f1f7a3e")
#: A feed needs a date; a state whose data have none speaks of this day.
_UNDATED = "2019-01-01"


def write_feed(site: Path, language: str, entries: Sequence[tuple[str, Markup, str, Mapping[str, Any]]]) -> None:
    """Write ``<language>/changes.atom``.

    Args:
        site: root of the site.
        language: of the words.
        entries: title, content as HTML, as-of date or year, and what it says as plain data (its id
            comes from that, so that it is the same in every run); the newest first.
    """
    ET.register_namespace("", _ATOM)
    words = translator(language)
    feed = ET.Element(f"{{{_ATOM}}}feed", {f"{{{_XML}}}lang": language})
    _add(feed, "id", uuid.uuid5(_NAMESPACE, language).urn)
    _add(feed, "title", words.t("phrase.named", name=words.t("site.name"), words=words.t("changes.title")))
    _add(feed, "updated", _moment(entries[0][2] if entries else ""))
    author = ET.SubElement(feed, f"{{{_ATOM}}}author")
    _add(author, "name", words.t("site.name"))
    _link(feed, "self", "changes.atom", "application/atom+xml")
    _link(feed, "alternate", "changes.html", "text/html")
    for title, content, until, told in entries:
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        _add(entry, "id", uuid.uuid5(_NAMESPACE, language + json.dumps(told, sort_keys=True)).urn)
        _add(entry, "title", title)
        _add(entry, "updated", _moment(until))
        _link(entry, "alternate", "changes.html", "text/html")
        _add(entry, "content", str(content), type="html")
    ET.indent(feed)
    text = ET.tostring(feed, encoding="unicode")
    write_text(site / language / "changes.atom", f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n')


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes).text = text


def _link(parent: ET.Element, relation: str, address: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", {"rel": relation, "href": address, "type": kind})


def _moment(as_of: str) -> str:
    return f"{bounds(as_of)[1] if as_of else _UNDATED}T00:00:00Z"
