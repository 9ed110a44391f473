"""Filled-in workbooks: what comes back as numbers and observations, whichever program saved them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kpi.collect.annotate import annotate
from kpi.collect.form import MARKS
from kpi.collect.reading import read_workbook
from kpi.sources.build import build_files
from tests.collect_fixture import SHEETS, fill


def only(reading):
    assert not reading.complaints, [c.sentence("en") for c in reading.complaints]
    (row,) = reading.rows
    return row


# --- what comes back -------------------------------------------------------------------------------


def written(value: float, language: str, decimals: int) -> str:
    decimal, group = MARKS[language]
    return f"{value:,.{decimals}f}".replace(",", "\0").replace(".", decimal).replace("\0", group)


@given(st.sampled_from(sorted(SHEETS)), st.integers(0, 10**12), st.booleans())
def test_counts_come_back_as_typed(owing, empty, tmp_path_factory, language, count, grouped):
    typed = written(count, language, 0) if grouped else str(count)
    target = tmp_path_factory.getbasetemp() / "count.xlsx"
    path = fill(empty[language], target, ("visits", 2022, "value", typed), language=language)
    assert only(read_workbook(path, owing))["value"] == count


@given(st.sampled_from(sorted(SHEETS)), st.integers(-(10**9), 10**9), st.sampled_from(["", " €", " EUR"]))
def test_amounts_come_back_as_typed(owing, empty, tmp_path_factory, language, cents, sign):
    typed = written(cents / 100, language, 2) + sign
    target = tmp_path_factory.getbasetemp() / "amount.xlsx"
    path = fill(empty[language], target, ("spending", "2022-Q3", "value", typed), language=language)
    assert only(read_workbook(path, owing))["value"] == cents / 100


@pytest.mark.parametrize(
    ("language", "indicator", "value", "number"),
    [
        ("fr", "visits", "1 250 149", 1250149),
        ("fr", "visits", "1\u202f250\u202f149", 1250149),
        ("nl", "visits", "1.250.149", 1250149),
        ("en", "visits", "1,250,149", 1250149),
        ("fr", "share", "20,5 %", 20.5),
        ("nl", "share", "20,5%", 20.5),
        ("en", "share", "20.5%", 20.5),
        ("fr", "share", 20.5, 20.5),
        ("fr", "visits", 0, 0),
        ("nl", "visits", 12.0, 12),
        ("fr", "growth", -12.5, -12.5),
        ("en", "growth", "250%", 250),
        ("fr", "mean-guests", 12.4, 12.4),
        ("fr", "report", "Oui", 1),
        ("fr", "report", "nee", 0),
        ("nl", "report", "ja", 1),
        ("en", "report", False, 0),
        ("en", "place", 65, 65),
    ],
)
def test_values_are_read_by_the_language_of_the_workbook(given_back, language, indicator, value, number):
    assert only(given_back((indicator, 2022, "value", value), language=language))["value"] == number


def test_a_percentage_that_the_program_scaled_is_scaled_back(given_back, owing):
    assert only(given_back(("share", 2022, "value", 0.205, "0.0%")))["value"] == 20.5
    assert only(given_back(("share", 2022, "value", 0.205, '0.0" %"')))["value"] == 0.205
    (complaint,) = given_back(("visits", 2022, "value", 0.25, "0%")).complaints
    assert complaint.wrong.expected == "whole"


def test_empty_rows_are_not_given(given_back):
    reading = given_back(("visits", 2022, "value", "   "), ("visits", 2021, "notes", "voir le rapport"))
    assert (reading.given, reading.rows, reading.complaints) == (0, [], [])


def test_rows_become_observations(filled, owing, root):
    path = filled(
        ("visits", 2022, "value", 12),
        ("visits", 2022, "qualifier", "plus de"),
        ("visits", 2022, "status", "provisoire"),
        ("visits", 2022, "notes", "Jan Peeters"),
        ("leads", 2021, "value", 3),
        ("guests", "2022-03", "value", "1 234"),
        ("share", 2022, "value", "20,5 %"),
    )
    result = build_files([path], "collection", owing, root / "expectations")
    assert not len(result.held_back), list(result.held_back["reason"])
    assert (result.rows_read, result.rows_accepted) == (4, 4)
    rows = result.observations.set_index("indicator")
    names = ["time_period", "obs_value", "qualifier", "obs_status", "measure", "source", "source_ref", "objective"]
    assert rows.loc["visits", names].to_list() == [
        *("2022", 12.0, "gt", "P", "actual", "collection"),
        *("back.xlsx sheet Événements row 4", "note-2022/os-1"),
    ]
    assert rows.loc["leads", ["market", "objective", "time_period"]].to_list() == ["FR", "", "2021"]
    assert rows.loc["guests", ["freq", "time_period", "obs_value"]].to_list() == ["M", "2022-03", 1234.0]
    assert rows.loc["share", ["flow", "unit_measure"]].to_list() == ["rate", "percent"]
    assert "Peeters" not in result.observations.to_csv()


# --- other programs --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """LibreOffice without a window, converting one file."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed (Debian: apt install libreoffice-calc)")
    profile = tmp_path_factory.mktemp("profile")

    def convert(path: Path, ending: str, folder: Path) -> Path:
        command = [program, "--headless", f"-env:UserInstallation={profile.as_uri()}", "--convert-to", ending]
        subprocess.run([*command, str(path), "--outdir", str(folder)], check=True, capture_output=True, timeout=300)
        return folder / f"{path.stem}.{ending}"

    return convert


@pytest.mark.slow
@pytest.mark.parametrize("language", SHEETS)
def test_a_workbook_that_libreoffice_saved_reads_the_same(office, filled, owing, tmp_path, language):
    decimal = MARKS[language][0]
    path = filled(
        ("visits", 2022, "value", 1250149),
        ("visits", 2021, "value", written(1250149, language, 0)),
        ("share", 2022, "value", 0.205, "0.0%"),
        ("share", 2021, "value", f"20{decimal}5 %"),
        ("report", 2022, "value", {"fr": "oui", "nl": "ja", "en": "yes"}[language]),
        ("spending", "2022-Q2", "value", "=1000+250.5"),
        ("guests", "2022-03", "value", -4),
        ("leads", 2022, "value", 3),
        ("leads", 2022, "notes", "12/2022"),
        language=language,
    )
    sheets = office(path, "ods", tmp_path / "ods")
    back = office(sheets, "xlsx", tmp_path / "xlsx")
    reading = read_workbook(back, owing)
    got = {(row["indicator"], row["period"]): row["value"] for row in reading.rows}
    assert got == {
        ("visits", "2022"): 1250149,
        ("visits", "2021"): 1250149,
        ("share", "2022"): 20.5,
        ("share", "2021"): 20.5,
        ("report", "2022"): 1,
        ("spending", "2022-Q2"): 1250.5,
        ("leads", "2022"): 3,
    }
    (complaint,) = reading.complaints
    assert (complaint.sheet, complaint.cell) == (SHEETS[language][1], "D4")
    assert all(sheet.protection.sheet for sheet in load_workbook(back).worksheets)
    assert annotate(back, owing, tmp_path / "copy.xlsx") == 1
