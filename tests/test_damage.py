"""Hundreds of damaged deliveries: each is read rightly, or refused with a place; what was found by them stays here."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from openpyxl import Workbook

from kpi.catalogue import Text
from kpi.errors import DeliveryError
from kpi.parsing.tables import Unread, read_tables
from kpi.sources.delivery import Delivery, read_delivery
from kpi.sources.formats import Column, DeliveryFormat
from kpi.sources.people import shown
from tests.conftest import ROOT
from tests.small_catalogue import small_catalogue

#: The corpus is judged in parts: one of them always, all of them with KPI_AUDIT=1.
PARTS = 6
JUDGED = PARTS if os.environ.get("KPI_AUDIT") else 1
FEWEST = 300
CATALOGUE = small_catalogue()
FORM = DeliveryFormat(
    suite="none",
    key=("ref",),
    columns=(
        Column(name="ref", kind="text", heading=Text(fr="Référence", nl="Referentie", en="Reference")),
        Column(name="guest", kind="personal", required=False, heading=Text(fr="Invité", nl="Gast", en="Guest")),
        Column(name="market", kind="code", codes="market", heading=Text(fr="Marché", nl="Markt", en="Market")),
        Column(name="nights", kind="count", heading=Text(fr="Nuitées", nl="Overnachtingen", en="Nights")),
        Column(name="cost", kind="amount", allow_empty=True, heading=Text(fr="Montant", nl="Bedrag", en="Amount")),
        Column(name="day", kind="date", allow_empty=True, heading=Text(fr="Date", nl="Datum", en="Date")),
    ),
)
HEADINGS = ["Référence", "Invité", "Marché", "Nuitées", "Montant", "Date"]


@pytest.mark.parametrize("part", range(JUDGED))
def test_every_damaged_delivery_is_read_rightly_or_refused_with_a_place(part):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.damage.judge", str(part), str(PARTS)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    *told, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert [entry for entry in told if entry["wrong"]] == []
    assert last["judged"] >= FEWEST


# --- what the corpus found -------------------------------------------------------------------------


def read(path) -> Delivery:
    (delivery,) = read_delivery(path, {"rows": FORM}, CATALOGUE)
    return delivery


def csv(tmp_path, *lines: str) -> Delivery:
    path = tmp_path / "file.csv"
    path.write_text("\n".join((";".join(HEADINGS), *lines)), encoding="utf-8")
    return read(path)


def book(tmp_path, *rows: list, change=lambda _: None) -> Delivery:
    written = Workbook()
    for row in (HEADINGS, *rows):
        written.active.append(row)
    change(written.active)
    path = tmp_path / "file.xlsx"
    written.save(path)
    return read(path)


def test_numbers_beyond_all_measure_are_no_numbers(tmp_path):
    got = csv(tmp_path, "a;;BE;" + "9" * 400 + ";;", "b;;BE;1;" + "9" * 16 + ";", "c;;BE;1;;")
    assert [(p.row, p.column) for p in got.problems] == [(2, "Nights"), (3, "Amount")]
    assert "too large" in str(got.problems[0])
    assert got.frame["ref"].tolist() == ["c"]
    got = book(tmp_path, ["a", None, "BE", 1e300], ["b", None, "BE", 1, 1e16], ["c", None, "BE", 1])
    assert [(p.row, p.column) for p in got.problems] == [(2, "Nights"), (3, "Amount")]


@pytest.mark.parametrize(
    ("text", "says"), [("=1+1", "a formula"), ("\x07bell", "control characters"), ("\u202e\u202d", "cannot be seen")]
)
def test_a_reference_is_text_that_can_be_seen(tmp_path, text, says):
    got = csv(tmp_path, f"{text};;BE;1;;", "b;;BE;1;;")
    assert [p.row for p in got.problems] == [2]
    assert says in str(got.problems[0])
    assert str(got.problems[0]).isprintable()


def test_signs_that_cannot_be_seen_make_no_other_reference(tmp_path):
    got = csv(tmp_path, "T\u200b1\u200f;;BE;1;;", "Vlaams\u00a0 huis;;BE;1;;")
    assert got.frame["ref"].tolist() == ["T1", "Vlaams huis"]


def test_a_number_formatted_as_a_date_is_none(tmp_path):
    got = book(
        tmp_path, ["a", None, "BE", 1, None, 12], change=lambda s: setattr(s["F2"], "number_format", "dd/mm/yyyy")
    )
    assert [(p.row, p.column) for p in got.problems] == [(2, "Date")]
    assert "formatted as a date" in str(got.problems[0])


def test_names_in_shifted_rows_are_not_told(tmp_path):
    got = csv(
        tmp_path,
        ";a;Zoé Quackelbeen;BE;1;",
        "Zoé Quackelbeen;Zoé Quackelbeen;BE;1;;",
        "b;x;SPRL Dupont;n/a;soon;tomorrow",
        "c;x;Frankreich;1;;",
    )
    assert [p.row for p in got.problems] == [2, 2, 2, 3, 4, 4, 4, 4, 5]
    told = " ".join(map(str, got.problems))
    assert "Quackelbeen" not in told
    assert "Dupont" not in told
    assert "'Frankreich'" in told
    assert shown("Zoé Quackelbeen", []) == "'Zoé Quackelbeen'"


def test_headings_without_rows_are_told(tmp_path):
    got = csv(tmp_path)
    assert [(p.row, p.found) for p in got.problems] == [(1, "no rows")]


def test_a_formula_without_its_result_is_no_empty_cell(tmp_path):
    got = book(tmp_path, ["a", None, "BE", 1, "=1+1"], ["b", None, "BE", 2, None])
    assert [(p.row, p.column) for p in got.problems] == [(2, "Amount")]
    assert "let it compute" in str(got.problems[0])
    assert got.frame["ref"].tolist() == ["b"]


def test_merged_cells_are_no_empty_cells(tmp_path):
    rows = [["a", None, "BE", 1, 5], ["b", None, "BE", 2, 6], ["c", None, "BE", 3, None]]
    got = book(tmp_path, *rows, change=lambda s: s.merge_cells("E2:E3"))
    assert [(p.row, p.column) for p in got.problems] == [(3, "Amount")]
    assert "Unmerge" in str(got.problems[0])
    assert got.frame["ref"].tolist() == ["a", "c"]
    path = tmp_path / "file.xlsx"
    (table,) = read_tables(path, (), len)
    assert not any(isinstance(cell, Unread) for _, cells in table.rows for cell in cells)


def test_a_cell_a_million_rows_below_costs_nothing(tmp_path):
    got = book(tmp_path, ["a", None, "BE", 1], change=lambda s: s.__setitem__("XFD1048576", "x"))
    assert got.frame["ref"].tolist() == ["a"]
    assert [p.row for p in got.problems] == [1048576]


def test_an_endless_line_is_refused_before_it_is_split(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b"a;b," * 300_000)
    with pytest.raises(DeliveryError, match="a line of more than 1 MB"):
        read(path)


def test_what_packs_too_well_is_no_workbook(tmp_path):
    import zipfile

    path = tmp_path / "file.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)
    with pytest.raises(DeliveryError, match="which no workbook is"):
        read(path)
