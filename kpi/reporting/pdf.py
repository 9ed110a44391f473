"""Pages on paper: a self-contained page becomes a tagged PDF whose bytes depend on nothing but the page."""

from __future__ import annotations

import io
import json
import re
import tempfile
from importlib.util import find_spec
from pathlib import Path

from kpi.errors import KpiError
from kpi.files import write_whole
from kpi.reporting.chromium import browser

#: The two dates Chromium stamps on a file; both have one length, so that every offset stays.
_STAMP = re.compile(rb"(?P<name>/(?:CreationDate|ModDate) \(D:)\d{14}\+00'00'\)")
#: Names of tagged elements: they count what the browser made before, which depends on how busy the machine was.
_NODE = re.compile(rb"node\d{8}")
#: The list of those names, in their order; a long document has several.
_LISTED = re.compile(rb"/Limits \[\(node\d{8}\) \(node\d{8}\)\]\n/Names \[(?P<entries>(?:\(node\d{8}\) \d+ 0 R ?)+)\]")
_ENTRY = re.compile(rb"(\(node\d{8}\)) \d+ 0 R")
#: Puts the number of its sheet behind each entry of the contents; the width of a number is kept free before.
_FILL = """((sheets) => {
  const places = document.querySelectorAll("[data-page-of]");
  for (const place of places) place.textContent = sheets[place.dataset.pageOf] ?? "";
})(%s)"""


def write_pdf(html: str, target: Path, *, as_of: str = "", landscape: bool = False) -> None:
    """Print a self-contained page.

    Args:
        html: a page that needs nothing from elsewhere, see ``export_html(..., self_contained=True)``; an element
            with ``data-page-of`` gets the number of the sheet on which the element of that id stands.
        target: file to write.
        as_of: date or year the page speaks of; it is the date of the file, in place of the clock.
        landscape: on its side.

    Raises:
        KpiError: no Chromium, or it failed.
    """
    numbered = "data-page-of=" in html
    if numbered:
        _require_pypdf()
    with browser() as tab, tempfile.TemporaryDirectory(prefix="kpi-print-") as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8")
        tab.open(page)
        printed = tab.print(landscape=landscape)
        if numbered:
            # Chromium cannot say in a page on which sheet another part of it falls; its first print does.
            tab.ask(_FILL % json.dumps(_sheets(printed)))
            printed = tab.print(landscape=landscape)
    write_whole(target, dated(printed, as_of))


def _sheets(pdf: bytes) -> dict[str, int]:
    """Sheet on which each anchor stands that something links to, counted from one."""
    from pypdf import PdfReader  # noqa: PLC0415  (an extra, and only contents need it)

    reader = PdfReader(io.BytesIO(pdf))
    found = {name: reader.get_destination_page_number(place) for name, place in reader.named_destinations.items()}
    return {name.lstrip("/"): number + 1 for name, number in found.items() if number is not None}


def _require_pypdf() -> None:
    if find_spec("pypdf") is None:
        msg = "Contents with page numbers need pypdf, which is not installed: pip install 'brussels-kpi[pdf]'."
        raise KpiError(msg)


def dated(pdf: bytes, as_of: str) -> bytes:
    """The file with the date it speaks of instead of the minute it was made, and its elements counted from nought.

    >>> dated(b"/CreationDate (D:20261122041612+00'00')", "2021-12-31")
    b"/CreationDate (D:20211231000000+00'00')"
    """
    # Even the order of the names depends on how busy the machine was, that of the elements does not.
    found = dict.fromkeys(_NODE.findall(pdf))
    names = found if len(_LISTED.findall(pdf)) == 1 else sorted(found)
    named = {name: b"node%08d" % rank for rank, name in enumerate(names)}
    pdf = _LISTED.sub(_in_order, _NODE.sub(lambda match: named[match[0]], pdf))
    day = (as_of.replace("-", "") + "0101")[:8] if as_of else "19800101"
    return _STAMP.sub(rb"\g<name>" + day.encode() + rb"000000+00'00')", pdf)


def _in_order(listed: re.Match[bytes]) -> bytes:
    entries = sorted(_ENTRY.finditer(listed["entries"]), key=lambda entry: entry[1])
    first, last = entries[0][1], entries[-1][1]
    return b"/Limits [%b %b]\n/Names [%b]" % (first, last, b" ".join(entry[0] for entry in entries))
