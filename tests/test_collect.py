"""Collection workbooks: who owes what, and what the empty workbook looks like."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from kpi.collect.form import COLUMNS, FILLABLE, heading
from kpi.collect.owed import organisation_named, owed, periods
from kpi.collect.reading import read_workbook
from kpi.collect.sheet import sheet_title
from kpi.collect.workbook import collect
from kpi.errors import UsageError
from kpi.observations import tidy
from tests.collect_fixture import LETTERS, SHEETS, row_of

# --- what is owed ----------------------------------------------------------------------------------


def test_kpis_are_asked_for_once_and_an_owner_goes_before_the_objective(owing):
    mine = owed(owing, "office-brussels")
    assert [kpi.indicator.id for kpi in mine].count("leads") == 1
    leads = next(kpi for kpi in mine if kpi.indicator.id == "leads")
    assert leads.dimensions == "market=FR"
    assert leads.objectives == ("note-2022/os-1", "note-2022/os-2")
    assert "elsewhere" not in {kpi.indicator.id for kpi in mine}
    assert {kpi.indicator.id for kpi in owed(owing, "agency")} == {"elsewhere", "jobs-created"}


def test_an_organisation_is_found_by_id_and_by_name(owing):
    for name in ("office-brussels", "Bureau.brussels", "kantoor", "OFFICE.BRUSSELS"):
        assert organisation_named(owing, name).id == "office-brussels"
    with pytest.raises(UsageError, match="did you mean 'office-brussels'"):
        organisation_named(owing, "ofice-brussels")


def test_periods_follow_the_frequency(owing):
    asked = {kpi.indicator.id: periods(kpi, 2022) for kpi in owed(owing, "office-brussels")}
    assert asked["visits"] == ("2020", "2021", "2022")
    assert asked["spending"] == ("2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4")
    assert (asked["guests"][0], asked["guests"][-1]) == ("2022-01", "2022-12")
    assert asked["study"] == ("2022",)


def test_every_real_organisation_gets_a_workbook_that_reads_back_empty(catalogue, tmp_path):
    for organisation, language in (("visit.brussels", "fr"), ("brussels-international", "nl"), ("hub.brussels", "en")):
        path = tmp_path / f"{language}.xlsx"
        asked = collect(catalogue, organisation, path, language=language)
        reading = read_workbook(path, catalogue)
        assert asked.rows > asked.kpis
        assert (reading.given, reading.complaints, reading.ignored) == (0, [], [])


# --- what is written -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", SHEETS)
def test_sheets_are_titled_headed_frozen_and_never_merged(empty, language):
    book = load_workbook(empty[language])
    assert tuple(book.sheetnames[1:]) == SHEETS[language]
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet.sheet_state == "visible"
        assert not any(column.hidden for column in sheet.column_dimensions.values())
    for sheet in book.worksheets[1:]:
        assert [cell.value for cell in sheet[1]] == [heading(name, language) for name in COLUMNS]
        assert sheet.freeze_panes == "C2"
        (table,) = sheet.tables.values()
        assert table.headerRowCount == 1
        assert table.ref == f"A1:N{sheet.max_row}"
    assert book.properties.title
    assert book.properties.creator == "kpi"


def test_only_what_is_to_be_filled_in_is_unlocked(empty):
    for sheet in load_workbook(empty["fr"]).worksheets:
        assert sheet.protection.sheet
        assert not sheet.protection.password
        for row in sheet.iter_rows(min_row=2):
            open_ = {COLUMNS[cell.column - 1] for cell in row if not cell.protection.locked}
            assert open_ in ({"notes"}, set(FILLABLE)) if sheet.title in SHEETS["fr"] else not open_


def test_each_kind_of_value_is_checked_while_it_is_typed(empty):
    sheet = load_workbook(empty["fr"])["Événements"]

    def check(indicator: str, period: object, column: str = "value"):
        cell = f"{LETTERS[column]}{row_of(sheet, indicator, period)}"
        found = [v for v in sheet.data_validations.dataValidation if cell in v.sqref]
        assert len(found) <= 1
        return found[0] if found else None

    assert (check("visits", 2022).type, check("visits", 2022).formula1) == ("whole", "0")
    assert check("mean-guests", 2022).type == "decimal"
    share = check("share", 2022)
    assert (share.type, share.operator) in {("decimal", "between"), ("decimal", None)}  # None: between, in the format
    assert (share.formula1, share.formula2) == ("0", "100")
    assert check("growth", 2022).formula1 == "-1E+15"
    assert check("report", 2022).formula1 == '"oui,non"'
    assert check("place", 2022).formula1 == "1"
    assert check("study", 2022) is None
    assert check("visits", 2022, "qualifier").formula1.startswith('"exactement,environ,')
    assert check("visits", 2022, "status").formula1 == '"définitif,provisoire,estimé"'
    assert all(v.showErrorMessage and v.prompt for v in sheet.data_validations.dataValidation)


def test_equal_inputs_give_equal_bytes_and_text_is_never_a_formula(owing, empty, tmp_path):
    collect(owing, "office-brussels", tmp_path / "again.xlsx", language="fr")
    assert (tmp_path / "again.xlsx").read_bytes() == empty["fr"].read_bytes()
    sheet = load_workbook(empty["fr"])["Événements"]
    cell = sheet[f"{LETTERS['definition']}{row_of(sheet, 'visits', 2022)}"]
    assert cell.value == "=Visits, counted at the door\nLibellé du document : Visites du site"
    assert cell.data_type == "s"


def test_the_last_known_value_stands_beside_the_cell(owing, tmp_path):
    common = {"freq": "A", "unit_measure": "persons", "source": "published", "source_ref": "note-2022 L12"}
    known = tidy(
        [
            {"indicator": "visits", "time_period": "2019", "obs_value": 1250149, **common},
            {"indicator": "visits", "time_period": "2018", "obs_value": 1, **common},
            {"indicator": "visits", "time_period": "2021", "obs_value": 2, "sample": True, **common},
            {"indicator": "visits", "time_period": "2021", "obs_value": 3, "market": "FR", **common},
        ]
    )
    collect(owing, "office-brussels", tmp_path / "x.xlsx", language="nl", by_indicator={"visits": known})
    sheet = load_workbook(tmp_path / "x.xlsx")["Evenementen"]
    row = row_of(sheet, "visits", 2022)
    shown = [sheet[f"{LETTERS[name]}{row}"].value for name in ("last-value", "last-period", "last-source")]
    assert shown == ["1.250.149", "2019", "Note 2022, L12"]


def test_titles_fit_and_differ():
    assert sheet_title("Relations: bilatérales / multilatérales [toutes]", ()) == "Relations bilatérales…"
    assert sheet_title("Presse", ["PRESSE"]) == "Presse 2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"organisation": "idle"}, "owes no KPI"),
        ({"organisation": "agency", "language": "de"}, "Unknown language"),
        ({"organisation": "agency", "until": 20}, "expected one from"),
    ],
)
def test_what_cannot_be_asked_is_told(owing, tmp_path, arguments, message):
    with pytest.raises(UsageError, match=message):
        collect(owing, output=tmp_path / "x.xlsx", **arguments)
    with pytest.raises(UsageError, match=r"\.xlsx"):
        collect(owing, "agency", tmp_path / "x.xls")
