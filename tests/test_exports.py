"""Figures out: nothing typed by an organisation runs, equal rows give equal bytes."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from openpyxl import load_workbook

from kpi.errors import UsageError
from kpi.exports import to_bytes
from tests.conftest import rows

FRAME = rows(
    {"time_period": "2019", "obs_value": 3.5, "source_ref": "=cmd|' /C calc'!A0", "market": "FR"},
    {"time_period": "2020", "obs_value": None, "value_low": 2.0, "qualifier": "ge"},
)


def test_formulas_are_neutralised():
    assert b"'=cmd" in to_bytes(FRAME, "csv")
    sheet = load_workbook(io.BytesIO(to_bytes(FRAME, "xlsx")))["figures"]
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert any(str(value).startswith("'=cmd") for value in values)


def test_csv_opens_in_excel_and_reads_back():
    data = to_bytes(FRAME, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(io.BytesIO(data), encoding="utf-8-sig")
    assert back["obs_value"].to_list()[0] == 3.5
    assert pd.isna(back["obs_value"].to_list()[1])


def test_numbers_stay_numbers_in_a_workbook():
    sheet = load_workbook(io.BytesIO(to_bytes(FRAME, "xlsx")))["figures"]
    column = [cell.value for cell in sheet[1]].index("obs_value") + 1
    assert [sheet.cell(row, column).value for row in (2, 3)] == [3.5, None]


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "xlsx", "sdmx-csv"])
def test_equal_rows_give_equal_bytes(form):
    assert to_bytes(FRAME, form) == to_bytes(FRAME.copy(), form)


def test_every_digit_of_a_number_comes_back():
    """XlsxWriter alone writes sixteen: 0.1 + 0.2 would come back as 0.3."""
    numbers = [0.1 + 0.2, 1 / 3, -0.1, 1e22, 123456789012.34567]
    typed = rows(*({"time_period": str(2000 + n), "obs_value": number} for n, number in enumerate(numbers)))
    sheet = load_workbook(io.BytesIO(to_bytes(typed, "xlsx")))["figures"]
    column = [cell.value for cell in sheet[1]].index("obs_value") + 1
    assert [sheet.cell(row, column).value for row in range(2, 7)] == numbers


def test_an_unknown_form_is_a_sentence():
    with pytest.raises(UsageError, match="Unknown format 'xls': did you mean 'xlsx'"):
        to_bytes(FRAME, "xls")
