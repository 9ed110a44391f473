"""The page of checks, from a small delivery with mistakes to what a reader sees, in three languages."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kpi.anomalies import QUESTION
from kpi.checked import checked_files
from kpi.derive import derive
from kpi.disclosure import protect
from kpi.families import check_families
from kpi.i18n import translator
from kpi.observations import combine
from kpi.project import Project
from kpi.reporting.validation_page import write_validation_pages
from kpi.store import COMPUTED, OBSERVATIONS, SUPPRESSED, write_tables
from tests.source_files import ROOT, built, catalogue

LANGUAGES = ("fr", "nl", "en")
#: One row each of: too large a grant, an unknown code, a decision before its submission. 7654 is of one company alone.
AID = """Dossiernummer;Aanvrager;Maatregel;Sector;Grootte;Markt;Gevraagd bedrag;Toegekend bedrag;Betaald bedrag;\
Datum van indiening;Datum van beslissing;Datum van betaling;Beslissing
1;Peeters BV;fairs-abroad;ict;micro;FR;7654;7654;;2019-01-06;2019-01-16;;Toegekend
2;Jacobs NV;fairs-abroad;ict;micro;FR;3217;9871;;2019-01-06;2019-02-01;;Toegekend
3;Maes;fairs-abroad;knitting;micro;FR;100;90;;2019-01-06;2019-02-01;;Toegekend
4;Claes;fairs-abroad;ict;micro;FR;100;90;;2019-02-06;2019-02-01;;Toegekend
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The site of one protected source with mistakes, and one question."""
    folder = tmp_path_factory.mktemp("checked")
    result = built(folder, "export-aid", AID)
    computed = derive(result.observations, catalogue())
    protected = protect(result.observations, computed, catalogue())
    # A total that grew by half, so that something is noted.
    changes = result.observations.head(1).assign(difference=5.0, old_value=1.0, new_value=6.0)
    whole = combine([result.observations, computed])
    families = check_families(whole.assign(obs_value=9.0), catalogue(), ROOT / "expectations", changes)
    result = replace(result, verdicts=(*result.verdicts, *families["export-aid"]))
    asked = dict.fromkeys(QUESTION, "") | {"source": "export-aid", "sample": False}
    questions = pd.DataFrame([asked | {f"sentence_{language}": f"<b>{language}?</b>" for language in LANGUAGES}])
    (folder / "data").mkdir()
    for name in ("data/catalogue", "expectations"):
        (folder / name).symlink_to(ROOT / name)
    project = Project(folder)
    tables = {
        OBSERVATIONS: protected.observations, COMPUTED: protected.computed, SUPPRESSED: protected.suppressed
    }  # fmt: skip
    write_tables(project.tidy, tables, result.held_back, {}, lambda: checked_files([result], questions), {})
    write_validation_pages(project, folder / "site", use_sample=True)
    return folder / "site", protected, result


def _text(site, language):
    return BeautifulSoup((site / language / "validation.html").read_text(encoding="utf-8"), "html.parser")


def _rows(page, caption):
    table = next(t for t in page.find_all("table") if caption in t.caption.get_text())
    return [[cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")][1:]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_was_checked_found_and_done(pages, language):
    site, protected, result = pages
    page, t = _text(site, language), translator(language).t
    keys = ("sources", "found", "questions", "protection", "rules")
    assert [h.get_text() for h in page.find_all("h2")][: len(keys)] == [t(f"validation.{key}") for key in keys]
    title = catalogue().source("export-aid").title[language]
    counted = _rows(page, t("validation.sources"))
    assert [row[0] for row in counted] == [title]
    assert counted[0][1:4] == ["4", str(result.rows_accepted), str(len(result.held_back))] == ["4", "1", "3"]
    assert counted[0][6] == str(len(protected.suppressed))
    places = {row[3]: row for row in _rows(page, t("validation.where-found"))}
    assert set(places) == {"3", "4", "5"}
    assert all(row[0] == title and "file0.csv" in row[1] and row[4] and row[5] == "1" for row in places.values())
    suite = json.loads((ROOT / "expectations" / "export-aid.json").read_text(encoding="utf-8"))
    rule = next(e["meta"] for e in suite["expectations"] if e["meta"]["rule"] == "granted-within-requested")
    assert places["3"][4] == rule["message"][language]
    found = {row[1]: row[-1] for row in _rows(page, t("validation.found"))}
    assert found[rule["message"][language]] == t("validation.severity.hold-back")
    assert t("validation.severity.note") in found.values(), "what is noted is told as noted"
    assert f"<b>{language}?</b>" in page.get_text(), "a sentence is text, never markup"
    assert "validation." not in page.get_text().replace("validation.json", ""), "no key without its words"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_and_its_downloads_hold_no_person_and_no_hidden_value(pages, language):
    site, protected, _ = pages
    assert "7654" in AID, "of one company alone, so nothing may show it"
    assert protected.observations["obs_value"].isna().any()
    told = (site / language / "validation.html").read_text(encoding="utf-8")
    told += "".join(path.read_text(encoding="utf-8") for path in (site / "downloads").iterdir())
    digits = re.sub(r"(?<=[0-9])[\s\u00a0\u202f.,](?=[0-9]{3})", "", told)
    for secret in ("Peeters", "Jacobs", "Maes", "Claes", "7654", "9871", "3217"):
        assert secret not in digits


def test_every_source_of_a_build_is_named(pages, tmp_path):
    *_, result = pages
    project = Project(tmp_path)
    (tmp_path / "data").mkdir()
    for name in ("data/catalogue", "expectations"):
        (tmp_path / name).symlink_to(ROOT / name)
    names = [source.id for source in catalogue().sources]
    asked = pd.DataFrame(columns=[*QUESTION])
    checked = checked_files([replace(result, source=name, verdicts=()) for name in names], asked)
    write_tables(project.tidy, {}, result.held_back, {}, lambda: checked, {})
    write_validation_pages(project, tmp_path / "site", use_sample=False)
    for language in LANGUAGES:
        rows = _rows(_text(tmp_path / "site", language), translator(language).t("validation.sources"))
        assert [row[0] for row in rows] == [catalogue().source(name).title[language] for name in names]
