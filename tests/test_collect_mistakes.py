"""Mistakes in a filled-in workbook: each is told with sheet and cell, and shown in a copy."""

from __future__ import annotations

import pytest
from openpyxl import Workbook, load_workbook

from kpi.collect.annotate import annotate
from kpi.collect.reading import read_workbook
from kpi.errors import DeliveryError, UsageError
from tests.collect_fixture import LETTERS, SHEETS, row_of

# --- mistakes --------------------------------------------------------------------------------------

MISTAKES = [
    ("visits", 2022, "value", "douze", "a whole number, 0 or more, such as 1 250"),
    ("visits", 2022, "value", "1.250.149", "a whole number, 0 or more, such as 1 250"),
    ("visits", 2022, "value", "1.234", "a whole number"),
    ("visits", 2022, "value", -3, "a whole number, 0 or more"),
    ("visits", 2022, "value", 12.5, "a whole number"),
    ("visits", 2022, "value", True, "a whole number"),
    ("visits", 2022, "value", "12 %", "a whole number"),
    ("visits", 2022, "value", "3 millions", "a whole number"),
    ("share", 2022, "value", 101, "a percentage from 0 to 100"),
    ("share", 2022, "value", "-1 %", "a percentage from 0 to 100"),
    ("mean-guests", 2022, "value", -0.5, "a number, zero or more, such as 1 250 or 20,5"),
    ("spending", "2022-Q1", "value", "20.5", "a number such as 1 250 or 20,5"),
    ("report", 2022, "value", "peut-être", "oui or non"),
    ("report", 2022, "value", 2, "oui or non"),
    ("place", 2022, "value", 0, "a whole number, 1 or more"),
    ("study", 2022, "value", 3, "an empty cell"),
    ("visits", 2022, "value", "#N/A", "a value"),
    ("visits", 2022, "value", "=1+1", "a value"),
    ("visits", 2022, "qualifier", "à peu près", "one of the words of the list: exactement, environ"),
    ("visits", 2022, "status", "fini", "one of the words of the list: définitif"),
    ("visits", 2022, "indicator", "visit", "the code of an indicator that this organisation owes"),
    ("visits", 2022, "indicator", "elsewhere", "the code of an indicator that this organisation owes"),
    ("visits", 2022, "indicator", None, "the code of an indicator that this organisation owes"),
    ("visits", 2022, "dimensions", "market=FR", "the dimension codes of this indicator: none (an empty cell)"),
    ("leads", 2022, "dimensions", "market=NL", "the dimension codes of this indicator: market=FR"),
    ("visits", 2022, "objective", "note-2022/os-2", "the objectives that declare it: note-2022/os-1"),
    ("visits", 2022, "period", "2022-Q1", "a year such as 2022"),
    ("visits", 2022, "period", "ooit", "a year such as 2022"),
    ("spending", "2022-Q1", "period", 2022, "a quarter such as 2022-Q1"),
    ("guests", "2022-03", "period", "2022-13", "a month such as 2022-03"),
    ("leads", 2022, "period", "hier", "a period such as 2022, 2022-03 or 2022-03-15"),
]


@pytest.mark.parametrize(("indicator", "period", "column", "value", "expected"), MISTAKES)
def test_every_mistake_is_located(filled, owing, empty, indicator, period, column, value, expected):
    title = SHEETS["fr"][1 if indicator == "guests" else 0]
    row = row_of(load_workbook(empty["fr"])[title], indicator, period)
    path = filled((indicator, period, "value", 5 if indicator != "report" else 1), (indicator, period, column, value))
    reading = read_workbook(path, owing)
    (complaint,) = reading.complaints
    problem = complaint.problem(path.name)
    assert problem.place == f"back.xlsx, sheet {title}, row {row}, column {LETTERS[column]}"
    assert expected in problem.expected
    assert not reading.rows
    assert all(complaint.told(language) for language in SHEETS)


def test_all_mistakes_of_a_row_are_told_and_the_right_rows_stay(given_back):
    reading = given_back(
        ("visits", 2022, "value", -1),
        ("visits", 2022, "status", "x"),
        ("visits", 2022, "period", "2022-05"),
        ("visits", 2021, "value", 7),
    )
    assert sorted(c.column for c in reading.complaints) == ["B", "D", "F"]
    assert [row["value"] for row in reading.rows] == [7]


def test_a_key_that_stands_twice_is_not_believed(given_back):
    reading = given_back(("visits", 2022, "value", 1), ("visits", 2021, "value", 2), ("visits", 2021, "period", 2022))
    assert [c.cell for c in reading.complaints] == ["B3", "B4"]
    assert "Événements!B4" in reading.complaints[0].sentence("fr")
    assert not reading.rows


def test_a_changed_heading_holds_its_sheet_back_and_no_other(empty, owing, tmp_path):
    book = load_workbook(empty["fr"])
    book["Événements"]["D1"] = "Montant"
    book["Événements"]["D2"] = 3
    book["Presse et voyages de presse"]["D2"] = 4
    book["Presse et voyages de presse"]["P1"] = "Calcul"
    book.create_sheet("Brouillon").append(["mes", "notes", 3])
    book.save(tmp_path / "x.xlsx")
    reading = read_workbook(tmp_path / "x.xlsx", owing)
    (complaint,) = reading.complaints
    assert (complaint.sheet, complaint.cell, complaint.wrong.values["heading"]) == ("Événements", "D1", "value")
    assert [row["value"] for row in reading.rows] == [4]
    assert reading.ignored == ["Montant", "Calcul"]


@pytest.mark.parametrize("kind", ["csv", "foreign", "version", "language", "damaged", "empty"])
def test_a_wrong_workbook_is_one_sentence(empty, owing, tmp_path, kind):
    path = tmp_path / "wrong.xlsx"
    if kind == "csv":
        path.write_text("Indicateur;Valeur\n", encoding="utf-8")
    elif kind == "foreign":
        Workbook().save(path)
    elif kind == "damaged":
        path.write_bytes(empty["fr"].read_bytes()[:3000])
    elif kind == "empty":
        path.write_bytes(b"")
    else:
        book = load_workbook(empty["fr"])
        cover = book.worksheets[0]
        (cell,) = (c for row in cover.iter_rows() for c in row if str(c.value).startswith("kpi-collect/"))
        cell.value = "kpi-collect/9 office-brussels fr" if kind == "version" else "kpi-collect/1 office-brussels de"
        book.save(path)
    with pytest.raises(DeliveryError) as caught:
        read_workbook(path, owing)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


# --- the annotated copy ----------------------------------------------------------------------------


def test_mistakes_come_back_in_a_copy_that_can_be_mended_and_sent_again(filled, owing, tmp_path):
    path = filled(("visits", 2022, "value", "=douze"), ("share", 2022, "value", 101), ("leads", 2022, "value", 3))
    copy = tmp_path / "copy.xlsx"
    assert annotate(path, owing, copy) == 2
    book = load_workbook(copy)
    sheet = book["Événements"]
    cells = {f"D{row_of(sheet, name, 2022)}": name for name in ("visits", "share")}
    assert {c.coordinate for row in sheet.iter_rows() for c in row if c.comment} == set(cells)
    share = next(cell for cell, name in cells.items() if name == "share")
    assert sheet[share].comment.text.startswith("Trouvé : '101'. Attendu : un pourcentage de 0 à 100, tel que 20,5.")
    listed = [[cell.value for cell in row] for row in book["Problèmes"].iter_rows()]
    assert listed[0] == ["Feuille", "Cellule", "Ce qui s’y trouve", "Ce qui est attendu", "Que faire"]
    assert {row[1] for row in listed[1:]} == set(cells)
    assert all(cell.data_type == "s" for row in book["Problèmes"].iter_rows(min_row=2) for cell in row)
    assert sheet.protection.sheet
    assert len(sheet.data_validations.dataValidation) > 2
    assert len(read_workbook(copy, owing).complaints) == 2

    for cell in cells:
        sheet[cell] = 12
    book.save(copy)
    again = tmp_path / "again.xlsx"
    assert annotate(copy, owing, again) == 0
    assert load_workbook(again)["Problèmes"]["A2"].value == "Aucun problème."
    assert not any(c.comment for row in load_workbook(again)["Événements"].iter_rows() for c in row)
    assert len(read_workbook(again, owing).rows) == 3


def test_an_annotated_copy_never_replaces_the_workbook(filled, owing):
    path = filled(("visits", 2022, "value", 1))
    with pytest.raises(UsageError, match="another file"):
        annotate(path, owing, path)
