"""A page made of an executed notebook: complete, small, offline, free of code; and what stands around it."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from nbformat import NotebookNode

from kpi.catalogue import LANGUAGES
from kpi.errors import KpiError
from kpi.reporting.assets import locale_script, write_assets
from kpi.reporting.export import export_html
from kpi.reporting.portal import write_portal
from tests.report_fixture import catalogue, notebook, page


@pytest.fixture(scope="module")
def html():
    return export_html(notebook(page("fr")))


def test_frame(html):
    assert html.startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert html.count("<h1") == 1
    for landmark in ("<header ", "<main ", "<footer ", "<nav "):
        assert landmark in html
    assert "<title>OS 1 Attirer des visiteurs · " in html
    assert 'href="../../nl/note-2022/os-1.html" hreflang="nl" lang="nl">Nederlands' in html
    assert '<a class="skip" href="#main">' in html


def test_headings_are_in_order(html):
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_only_outputs_enter_the_page(html):
    assert "secret_source" not in html
    assert "vnd.plotly" not in html


def test_nothing_comes_from_elsewhere(html):
    addresses = re.findall(r'(?:src|href)="([^"#]+)', html)
    assert addresses
    assert not [a for a in addresses if re.match(r"[a-z]+:|//", a)]
    assert "require" not in html
    assert "mathjax" not in html.lower()


def test_a_section_a_kpi(html):
    assert '<section class="kpi" id="kpi-nights" aria-labelledby="kpi-nights-h">' in html
    assert html.count("<section") == html.count("</section>")


def test_each_chart_has_its_data_text_and_caption(html):
    charts = re.findall(r'<div class="chart" id="([^"]+)" role="img" aria-label="([^"]+)"', html)
    specs = dict(re.findall(r'<script type="application/json" data-chart="([^"]+)">(.*?)</script>', html))
    assert len(charts) == len(specs) == html.count("<figcaption>")
    for identity, description in charts:
        assert len(description) > 40
        assert json.loads(specs[identity])["data"]


def test_scripts_only_where_they_are_needed(html):
    assert "assets/plotly.min.js" in html
    bare = export_html(notebook(page("fr", "note-2022/oo-1-1")))
    assert "plotly" not in bare
    assert len(bare.encode()) < 20_000


def test_paper_carries_document_objective_and_date(html):
    assert html.count('<style media="print">@page{@top-left{content:"Note\\20 2022\\20 \\b7 \\20 OS\\20 1"') == 1
    hostile = page("fr")
    head = {**hostile.header().head, "running": '</style><b>"\\'}
    book = notebook(hostile)
    book.cells[0].outputs[0].metadata["kpi"]["head"] = head
    printed = export_html(book).partition('<style media="print">')[2].partition("</style>")[0]
    assert '"\\3c \\2f style\\3e \\3c b\\3e \\22 \\5c "' in printed


def test_same_data_same_bytes(html):
    assert export_html(notebook(page("fr"))) == html


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_and_no_placeholder_reaches_a_reader(language):
    shown = re.sub(r"<script.*?</script>", "", export_html(notebook(page(language))), flags=re.DOTALL)
    assert not re.search(r">[a-z-]+\.[a-z-]+<", shown.replace("sample-stays.csv", ""))
    assert not re.search(r"\{[a-z_]+\}", shown)


def test_self_contained_is_one_file():
    whole = export_html(notebook(page("nl")), self_contained=True)
    assert len(whole) > 3_000_000
    assert "<link" not in whole.partition("<body")[0]
    assert "<script defer" not in whole
    assert "--accent" in whole
    assert 'class="self-contained"' in whole


def test_an_unexecuted_notebook_is_refused():
    empty = NotebookNode(cells=[], metadata=NotebookNode(), nbformat=4, nbformat_minor=5)
    with pytest.raises(KpiError, match=r"page\.header"):
        export_html(empty)


def test_assets(tmp_path):
    write_assets(tmp_path)
    names = {path.name for path in (tmp_path / "assets").iterdir()}
    assert {"plotly.min.js", "style.css", "report.js", "portal.js", "locale-fr.js", "locale-nl.js"} <= names
    for script in ("report.js", "portal.js", "style.css"):
        assert "http" not in (tmp_path / "assets" / script).read_text(encoding="utf-8")


def test_the_locale_comes_from_cldr():
    assert '"décembre"' in locale_script("fr")
    assert '"thousands": "."' in locale_script("nl")
    assert '"dimanche", "lundi"' in locale_script("fr")


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    site = tmp_path_factory.mktemp("portal")
    summary = {"declared": 9, "with_data": 8, "sample": 1, "statuses": {"undetermined": 2, "no-data": 1}}
    nothing = {"declared": 0, "with_data": 0, "sample": 0, "statuses": {}}
    summaries = {"note-2022/os-1": summary, "note-2022/oo-1-1": nothing}
    write_portal(catalogue(), summaries, site, "2022-12-31")
    return site


def test_the_portal_leads_to_what_was_rendered(portal):
    html = (portal / "nl" / "index.html").read_text(encoding="utf-8")
    assert 'href="note-2022/os-1.html"' in html
    assert "oo-1-2.html" not in html
    assert "pagina niet aangemaakt" in html
    assert "8 becijferd van 9 vermeld" in html
    assert "<script>alert" not in html
    assert html.count("<h1") == 1


def test_the_search_knows_three_languages_without_accents(portal):
    script = (portal / "assets" / "search.js").read_text(encoding="utf-8")
    found = json.loads(script.removeprefix("window.kpiSearch = ").rstrip(";\n"))["note-2022/os-1"]
    assert {"attirer", "bezoekers", "visitors", "nuitees", "overnachtingen", "os-1"} <= set(found["words"].split())
    assert (found["organisations"], found["statuses"], found["data"]) == (["office"], ["undetermined", "no-data"], 8)


def test_the_board_counts_kpis_and_leads_to_them(portal):
    html = (portal / "fr" / "index.html").read_text(encoding="utf-8")
    board = html.partition('id="board"')[2].partition("</section>")[0]
    assert '<span data-filter="document=note-2022&amp;status=undetermined">2</span>' in board
    assert '<span data-filter="status=no-data">1</span>' in board
    assert 'value="office">Bureau des visites</option>' in html
    assert '<option value="reached">' not in html, "no KPI has this status"
    assert 'data-many="{n} objectifs trouvés"' in html


def test_every_page_leads_to_the_accessibility_statement(portal, html):
    assert 'href="../fr/accessibility.html"' in (portal / "fr" / "index.html").read_text(encoding="utf-8")
    assert 'href="../accessibility.html"' in html


def test_the_start_page_offers_the_languages(portal):
    html = (portal / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="([a-z]{2})/index.html"', html) == ["fr", "nl", "en"]
