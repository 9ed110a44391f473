"""Reports and documents on paper: printed for real where Chromium is, a sentence where it is not."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from kpi.errors import KpiError
from kpi.reporting.annex import Annex, annex_html
from kpi.reporting.chromium import find_chromium
from kpi.reporting.export import export_html
from kpi.reporting.images import write_site_images
from kpi.reporting.pdf import write_pdf
from tests.browser.conftest import chromium
from tests.report_fixture import catalogue, notebook, page

pytestmark = pytest.mark.browser
needs_chromium = pytest.mark.skipif(chromium() is None, reason="no Chromium found (set CHROMIUM to its path)")


def annex(*languages: str) -> Annex:
    known = catalogue()
    document = known.documents[0]
    return Annex(
        catalogue=known,
        document=document,
        languages=languages,
        entries=(tuple(page(language) for language in languages),),
        without=tuple(known.objectives[1:]),
        as_of="2022-12-31",
    )


def read(path):
    return pytest.importorskip("pypdf", reason="pypdf is not installed").PdfReader(io.BytesIO(path.read_bytes()))


def titles(outline) -> list[str]:
    return [t for one in outline for t in (titles(one) if isinstance(one, list) else [one.title])]


@needs_chromium
def test_a_report_is_tagged_numbered_and_the_same_again(tmp_path):
    html = export_html(notebook(page("fr")), self_contained=True)
    for name in ("one.pdf", "two.pdf"):
        write_pdf(html, tmp_path / name, as_of="2022-12-31")
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    printed = read(tmp_path / "one.pdf")
    root = printed.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "fr"
    assert printed.metadata.creation_date.date().isoformat() == "2022-12-31"
    assert "OS 1 Attirer des visiteurs" in titles(printed.outline)[0]
    last = len(printed.pages)
    assert f"{last} / {last}" in printed.pages[-1].extract_text()


@needs_chromium
def test_two_languages_stand_side_by_side_and_contents_lead_to_their_sheets(tmp_path):
    write_pdf(annex_html(annex("fr", "nl")), tmp_path / "annex.pdf", as_of="2022-12-31", landscape=True)
    printed = read(tmp_path / "annex.pdf")
    width, height = (float(side) for side in printed.pages[0].mediabox[2:])
    assert width > height
    bookmarks = titles(printed.outline)
    assert any("Attirer des visiteurs" in title for title in bookmarks)
    assert any("Bezoekers aantrekken" in title for title in bookmarks)
    places = {name.lstrip("/"): printed.get_destination_page_number(place) + 1
              for name, place in printed.named_destinations.items()}  # fmt: skip
    contents = printed.pages[1].extract_text()
    for anchor in ("note-2022-os-1", "without-figures"):
        assert re.search(rf"\b{places[anchor]}\b", contents), anchor
    assert "Attirer des visiteurs" in printed.pages[places["note-2022-os-1"] - 1].extract_text()


@needs_chromium
def test_charts_are_copied_as_the_page_draws_them(tmp_path):
    shown = tmp_path / "page.html"
    shown.write_text(export_html(notebook(page("nl")), self_contained=True), encoding="utf-8")
    assert write_site_images(tmp_path, [Path("page.html")]) > 0
    written = list((tmp_path / "downloads" / "images" / "page").iterdir())
    declared = set(re.findall(r'data-chart="([^"]+)"', shown.read_text(encoding="utf-8")))
    assert {path.stem for path in written} == declared
    assert len(written) == 2 * len(declared)
    assert all(path.read_bytes().startswith(b"<svg") for path in written if path.suffix == ".svg")
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written if path.suffix == ".png")


def test_an_annex_has_each_id_once_and_no_link_that_leads_nowhere():
    html = annex_html(annex("fr", "nl")).partition("<script>")[0]
    identities = re.findall(r' id="([^"]+)"', html)
    assert len(identities) == len(set(identities))
    addresses = re.findall(r'<a href="([^"]+)"', html)
    assert addresses
    assert {address.removeprefix("#") for address in addresses} <= set(identities)
    named = {one for names in re.findall(r' aria-labelledby="([^"]+)"', html) for one in names.split()}
    assert named <= set(identities)
    assert html.count("<h1") == 2
    assert "<details" not in html


def test_without_chromium_a_sentence_says_how_to_get_one(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(KpiError, match=r"No Chromium was found.*apt install chromium.*CHROMIUM"):
        find_chromium()
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    with pytest.raises(KpiError, match="CHROMIUM names '/no/such/browser'"):
        find_chromium()
