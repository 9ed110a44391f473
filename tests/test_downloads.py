"""What a reader downloads says what the tidy table says, to the last digit, and nothing typed by others runs."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile

import pandas as pd
import pytest
from openpyxl import load_workbook

from kpi.catalogue import LANGUAGES
from kpi.exports import to_bytes
from kpi.i18n import translator
from kpi.observations import tidy
from kpi.reporting.downloads import (
    CODED,
    addresses,
    write_all_figures,
    write_downloads,
    write_figures_in_words,
)
from kpi.reporting.figures_book import figures_book
from kpi.reporting.labelled import Reader, labelled, labelled_csv
from kpi.reporting.prepare import figures_of
from kpi.sdmx_csv import sdmx_table
from tests.conftest import rows as made
from tests.report_fixture import catalogue, page

#: Headings of the numeric columns and the tidy columns behind them.
NUMBERS = {
    "table.value": "obs_value",
    "figures.low": "value_low",
    "figures.high": "value_high",
    "table.numerator": "numerator",
    "table.denominator": "denominator",
    "figures.printed": "printed",
    "figures.alternative": "alternative",
}
MARKS = {"fr": (";", ","), "nl": (";", ","), "en": (",", ".")}


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """All kinds of values: bounds, shares, sums of money, a fraction without end, made-up ones."""
    known = figures_of(page().report)
    known.loc[known.index[0], ["obs_value", "value_low"]] = [1 / 3, -0.1]
    return known


def same(back: pd.Series, tidy_column: pd.Series, digits: int = 17) -> bool:
    """Whether the same numbers came back, to so many significant digits: 17 say exactly the same float."""
    got, given = (column.astype("float64").map(lambda n: f"{n:.{digits}g}").to_list() for column in (back, tidy_column))
    return got == given


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_reads_back_with_the_marks_of_its_language(rows, language):
    words = translator(language)
    data = labelled_csv(labelled(rows, Reader(catalogue(), words)), words)
    assert data.startswith(b"\xef\xbb\xbf")
    separator, decimal = MARKS[language]
    back = pd.read_csv(io.BytesIO(data), sep=separator, decimal=decimal, encoding="utf-8-sig")
    for heading, column in NUMBERS.items():
        assert same(back[words.t(heading)], rows[column]), heading
    assert back[words.t("figures.last-day")].fillna("").to_list() == rows["period_end"].to_list()
    assert back[words.t("figures.code")].to_list() == rows["indicator"].to_list()
    assert set(back.loc[rows["sample"].to_numpy(), words.t("sample.tag")]) == {words.t("value.yes")}


@pytest.fixture(scope="module")
def book(rows) -> bytes:
    return figures_book(page("nl"), rows, labelled(rows, Reader(catalogue(), translator("nl"))))


def check_sheet(book: bytes, rows: pd.DataFrame, digits: int = 17) -> None:
    words = translator("nl")
    sheet = load_workbook(io.BytesIO(book))[words.t("book.figures")]
    head, *lines = sheet.iter_rows(values_only=True)
    back = pd.DataFrame(lines, columns=head)
    for heading, column in NUMBERS.items():
        assert same(back[words.t(heading)], rows[column], digits), heading
    days = [day.date() if isinstance(day, dt.datetime) else day for day in back[words.t("figures.first-day")]]
    assert [day.isoformat() if pd.notna(day) else "" for day in days] == rows["period_start"].to_list()


def test_a_workbook_reads_back_with_real_numbers_and_dates(book, rows):
    check_sheet(book, rows)


@pytest.mark.slow
def test_a_workbook_survives_libreoffice(book, rows, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (Debian: apt install libreoffice-calc)")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "figures.xlsx").write_bytes(book)
    command = [office, f"-env:UserInstallation={(tmp_path / 'home').as_uri()}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", tmp_path, tmp_path / "in" / "figures.xlsx"], check=True, timeout=180)
    # Spreadsheets keep fifteen significant digits of a third.
    check_sheet((tmp_path / "figures.xlsx").read_bytes(), rows, digits=15)


def test_a_workbook_is_made_to_be_read(book, rows):
    words = translator("nl")
    opened = load_workbook(io.BytesIO(book))
    assert opened.sheetnames == [words.t(f"book.{name}") for name in ("cover", "figures", "notes")]
    assert not any(sheet.merged_cells.ranges for sheet in opened)
    sheet = opened[words.t("book.figures")]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert [c.value for c in sheet[1]] == list(labelled(rows, Reader(catalogue(), words)).columns)
    (rule,) = [rule for found in sheet.conditional_formatting for rule in found.rules]
    marked = re.match(r"\$([A-Z]+)2=", rule.formula[0])[1]
    assert sheet[f"{marked}1"].value == words.t("sample.tag")
    told = {cell.value for name in ("cover", "notes") for line in opened[words.t(f"book.{name}")] for cell in line}
    assert {words.t("sample.notice"), words.t("book.terms-text")} <= told
    flags = {flag for text in rows["flags"] for flag in text.split()} - {"computed", "every-year"}
    assert {catalogue().label("flag", flag, "nl") for flag in flags} <= told


HOSTILE = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1+1", 'a";=1+1')


def test_nothing_typed_becomes_a_formula_or_breaks_a_line():
    typed = made(*({"time_period": str(2000 + n), "obs_value": -1.0, "source_ref": text, "indicator": "nights"}
                   for n, text in enumerate(HOSTILE)))  # fmt: skip
    words = translator("fr")
    table = labelled(typed, Reader(catalogue(), words))
    back = pd.read_csv(io.BytesIO(labelled_csv(table, words)), sep=";", decimal=",", encoding="utf-8-sig")
    references = back[words.t("table.reference")].to_list()
    assert references == ["'" + text for text in HOSTILE[:-1]] + [HOSTILE[-1]]
    assert back[words.t("table.value")].to_list() == [-1.0] * len(HOSTILE)
    sheet = load_workbook(io.BytesIO(figures_book(page("fr"), typed, table)))[words.t("book.figures")]
    assert not [cell for line in sheet for cell in line if cell.data_type == "f"]


def test_a_dimension_called_like_a_column_keeps_its_own():
    typed = made({"indicator": "nights", "time_period": "2019", "obs_value": 1.0, "status": "open"})
    words = translator("en")
    own = catalogue().model_copy(update={"code_lists": ()})
    table = labelled(typed.rename(columns={"status": words.t("table.value")}), Reader(own, words))
    assert table[words.t("table.value")].to_list() == [1.0]
    assert table[f"{words.t('table.value')} ({words.t('table.value')})"].to_list() == ["open"]


def test_files_stand_where_the_page_says_and_equal_rows_give_equal_bytes(rows, tmp_path):
    for folder in ("one", "two"):
        for language in LANGUAGES:
            write_downloads(page(language), rows, tmp_path / folder, coded=language == "fr")
            write_figures_in_words(rows, catalogue(), language, tmp_path / folder)
        write_all_figures(rows, tmp_path / folder)
    one, two = (
        {path.relative_to(tmp_path / folder): path.read_bytes() for path in (tmp_path / folder).rglob("*.*")}
        for folder in ("one", "two")
    )
    assert one == two
    named = {place for language in LANGUAGES for place in addresses(language, "note-2022/os-1").values()}
    assert named <= {path.as_posix() for path in one}
    for language in LANGUAGES:
        shown = page(language).provenance().html
        assert all(f"../../downloads/{place}" in shown for place in addresses(language, "note-2022/os-1").values())


def test_the_file_of_the_whole_site_has_one_column_for_all_dimensions(rows, tmp_path):
    write_figures_in_words(rows, catalogue(), "fr", tmp_path)
    words = translator("fr")
    with zipfile.ZipFile(tmp_path / "fr" / "all-figures.csv.zip") as archive, archive.open("all-figures.csv") as file:
        back = pd.read_csv(file, sep=";", decimal=",", encoding="utf-8-sig")
    assert same(back[words.t("table.value")], rows["obs_value"])
    parts = back[words.t("figures.breakdown")].fillna("")
    (told,) = set(parts[rows["market"].eq("FR").to_numpy()])
    assert told.endswith(f": {catalogue().label('market', 'FR', 'fr')}")


@pytest.mark.parametrize("form", CODED)
def test_codes_read_back_exactly(rows, form):
    data = io.BytesIO(to_bytes(rows, form))
    if form == "parquet":
        back, expected = pd.read_parquet(data), rows
        columns = {name: name for name in NUMBERS.values()}
    else:
        back = pd.read_csv(data, keep_default_na=False, na_values=[""])
        expected = rows[rows["time_period"].str.match(r"\d") & ~rows["time_period"].str.endswith("..")]
        columns = {name.upper(): name for name in NUMBERS.values()}
    assert len(back) == len(expected)
    for name, column in columns.items():
        assert same(back[name], expected[column]), name


def test_sdmx_csv_keeps_the_rules_of_2_0(rows):
    table = sdmx_table(rows)
    names = list(table.columns)
    assert names[:3] == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in names)
    assert set(table["ACTION"]) == {"I"}
    key = names[3 : names.index("OBS_VALUE")]
    assert key[-1] == "TIME_PERIOD"
    assert not table.duplicated(key).any()
    assert not (table[key] == "").any().any()
    assert table["TIME_PERIOD"].str.fullmatch(r"\d{4}(-(\d\d|Q[1-4]|S[12])(-\d\d)?)?(/P\d+[MD])?").all()


def test_rows_that_only_their_origin_tells_apart_are_counted():
    twice = made(*({"time_period": "2019", "obs_value": 1.0, "flags": flags} for flags in ("", "computed")))
    assert sdmx_table(twice)["OCCURRENCE"].to_list() == ["1", "2"]


def test_an_independent_reader_takes_the_sdmx_csv(rows):
    sdmx = pytest.importorskip("sdmx", reason="sdmx1 is not installed")
    from sdmx.model import v30

    data = to_bytes(rows, "sdmx-csv")
    names = data.decode().splitlines()[0].split(",")
    structure = v30.DataStructureDefinition(id="KPI", maintainer=sdmx.model.common.Agency(id="BRUSSELS"), version="1.0")
    for name in names[3 : names.index("OBS_VALUE")]:
        structure.dimensions.getdefault(id=name)
    structure.measures.getdefault(id="OBS_VALUE")
    for name in names[names.index("OBS_VALUE") + 1 :]:
        structure.attributes.getdefault(id=name)
    flow = v30.Dataflow(id="KPI", maintainer=structure.maintainer, version="1.0", structure=structure)
    message = sdmx.read_sdmx(io.BytesIO(data), format="csv", structure=flow)
    (data_set,) = message.data
    assert len(data_set.obs) == len(data.decode().splitlines()) - 1
    first = data_set.obs[0]
    assert str(first.dimension["INDICATOR"].value) == sdmx_table(tidy(rows))["INDICATOR"].iloc[0]
