import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from kpi.catalogue import Text
from kpi.errors import DeliveryError
from kpi.sources.delivery import read_delivery
from kpi.sources.formats import Column, DeliveryFormat
from tests.small_catalogue import small_catalogue

CATALOGUE = small_catalogue()
NOON = dt.datetime(2019, 6, 30, 12)  # noqa: DTZ001  (a workbook knows no time zone)
FORM = DeliveryFormat(
    suite="none",
    key=("ref",),
    columns=(
        Column(name="ref", kind="text", heading=Text(fr="Référence", nl="Referentie", en="Reference")),
        Column(name="market", kind="code", codes="market", heading=Text(fr="Marché", nl="Markt", en="Market")),
        Column(name="nights", kind="count", heading=Text(fr="Nuitées", nl="Overnachtingen", en="Nights")),
        Column(
            name="cost", kind="amount", allow_empty=True, heading=Text(fr="Montant", nl="Bedrag", en="Amount (EUR)")
        ),
        Column(name="day", kind="date", allow_empty=True, heading=Text(fr="Date", nl="Datum", en="Date")),
        Column(
            name="month", kind="period", frequency="M", required=False, heading=Text(fr="Mois", nl="Maand", en="Month")
        ),
        Column(
            name="guest",
            kind="personal",
            required=False,
            heading=Text(fr="Invité", nl="Gast", en="Guest"),
        ),
    ),
)
HEADING = "Référence;Marché;Nuitées;Montant;Date;Invité;Remarque"


def read(path: Path, form: DeliveryFormat = FORM):
    (delivery,) = read_delivery(path, {"rows": form}, CATALOGUE)
    return delivery


def csv(tmp_path, *lines: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "delivery.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def test_rows_that_fit_are_typed(tmp_path):
    got = read(csv(tmp_path, HEADING, "a;Pays-Bas;1 234;12,50 €;30/06/2019;Jan Peeters;x", "b;fr;0;;;;"))
    assert not got.problems
    assert got.frame[["ref", "market", "nights", "cost", "day"]].iloc[0].tolist() == [
        *("a", "NL", 1234.0, 12.5, "2019-06-30"),
    ]
    assert got.frame["cost"].isna().tolist() == [False, True]
    assert got.frame["source_row"].tolist() == [2, 3]
    assert got.ignored_columns == ("Remarque",)
    assert "guest" not in got.frame
    assert "Peeters" not in got.frame.to_csv()


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_separators_and_encodings(tmp_path, separator, encoding):
    lines = ("Référence;Marché;Nuitées;Montant;Date", "é;Brésil;12;3;2019-06-30")
    got = read(csv(tmp_path, *(line.replace(";", separator) for line in lines), encoding=encoding))
    assert got.frame[["ref", "market", "nights"]].iloc[0].tolist() == ["é", "BR", 12]


@pytest.mark.parametrize(
    "heading", ["Referentie;Markt;Overnachtingen;Bedrag;Datum", "REFERENCE;market;NIGHTS;amount;date"]
)
def test_headings_of_every_language(tmp_path, heading):
    assert len(read(csv(tmp_path, heading, "a;BE;1;;")).frame) == 1


def test_a_wrong_heading_names_the_nearest(tmp_path):
    got = read(csv(tmp_path, HEADING.replace("Marché", "Marke"), "a;BE;1;;;;", "b;FR;1;;;;"))
    (problem,) = got.problems
    assert (problem.file, problem.row, problem.column) == ("delivery.csv", 1, "Market")
    assert str(problem) == (
        "delivery.csv, row 1, column Market: found the heading 'Marke', expected a column "
        "'Marché / Markt / Market'. Did you mean 'Market'? Rename the column."
    )
    assert got.frame.empty
    assert got.rows_read == 2


def test_a_heading_that_stands_twice(tmp_path):
    got = read(csv(tmp_path, "Marché;Markt;Référence;Nuitées;Montant;Date", "BE;BE;a;1;;"))
    assert "2 times" in got.problems[0].found


@pytest.mark.parametrize(
    ("line", "column", "found", "hint"),
    [
        ("a;Frankreich;1;;;;", "Market", "'Frankreich'", "Did you mean FR (France)"),
        ("a;Atlantide;1;;;;", "Market", "a text of one word (not shown)", "Known are BE (Belgium), FR (France)"),
        ("a;Total;1;;;;", "Market", "'Total'", "totals are computed"),
        ("a;BE;1.234;;;;", "Nights", "'1.234'", "It may mean 1234 or 1 and 234 thousandths."),
        ("a;BE;1,5;;;;", "Nights", "'1,5'", "a whole number"),
        ("a;BE;12 34;;;;", "Nights", "'12 34'", "a whole number"),
        ("a;BE;1;12.5;;;", "Amount (EUR)", "'12.5'", "an amount in euro"),
        ("a;BE;1;;31/02/2019;;", "Date", "'31/02/2019'", "30/06/2019"),
        ("a;BE;1;;06/30/2019;;", "Date", "'06/30/2019'", "30/06/2019"),
        ("a;BE;;;;;", "Nights", "nothing", "Fill in the cell"),
        ("a;BE;#REF!;;;;", "Nights", "'#REF!'", "formula"),
        (";BE;1;;;;", "Reference", "nothing", "Fill in the cell"),
    ],
)
def test_a_wrong_cell_holds_its_row_back(tmp_path, line, column, found, hint):
    got = read(csv(tmp_path, HEADING, "ok;BE;1;;;;", line, "ok2;FR;2;;;;"))
    (problem,) = got.problems
    assert (problem.row, problem.column, problem.found) == (3, column, found)
    assert hint in str(problem)
    assert got.frame["ref"].tolist() == ["ok", "ok2"]


def test_every_problem_of_a_row_is_told(tmp_path):
    got = read(csv(tmp_path, HEADING, "a;Nowhere;x;y;z;;"))
    assert [problem.column for problem in got.problems] == ["Market", "Nights", "Amount (EUR)", "Date"]


def test_a_shifted_row_is_not_trusted_and_names_are_not_shown(tmp_path):
    got = read(csv(tmp_path, HEADING, "a;BE;1;;;Jan;Peeters;x", "b;BE;1", "c;Jan Peeters;1;;;Jan Peeters;"))
    assert [(p.row, p.found) for p in got.problems] == [
        (2, "8 cells"),
        (3, "3 cells"),
        (4, "a personal value (not shown)"),
    ]
    assert "Peeters" not in " ".join(map(str, got.problems))


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Quistelberg, Jan", "a text of two words (not shown)"),
        ("Dr. J. Quistelberg", "a text of three words (not shown)"),
        ("J. Quistelberg", "a text of two words (not shown)"),
        ("VANDERQUIST W.", "a text of two words (not shown)"),
        ("Quistelberg", "a text of one word (not shown)"),
        ("jan quistelberg", "a text of two words (not shown)"),
        ("jan.2@quistel.be", "a text of one word (not shown)"),
        ("J.Q.", "a text of one word (not shown)"),
        ("Frankreich", "'Frankreich'"),
        ("France Belgique", "'France Belgique'"),
        ("BE10", "'BE10'"),
        ("2019", "'2019'"),
    ],
)
def test_what_may_be_a_name_is_told_by_its_shape(tmp_path, cell, found):
    in_codes, in_dates = f"a;{cell};1;;;;", f"b;BE;1;;{cell};;"
    problems = read(csv(tmp_path, HEADING, in_codes, in_dates)).problems
    assert problems[0].found == found
    assert [(p.row, p.column) for p in problems] == [(2, "Market"), (3, "Date")]
    assert found.startswith("'") or not any("uist" in str(problem).lower() for problem in problems)


def test_words_of_dates_and_amounts_are_shown_beside_a_number_only(tmp_path):
    problems = read(csv(tmp_path, HEADING, "a;BE;1;1.200 EUR;;;", "b;BE;1;;30 février;;", "c;BE;1;;Mai;;")).problems
    assert [p.found for p in problems] == ["'1.200 EUR'", "'30 février'", "a text of one word (not shown)"]


def test_empty_lines_keep_the_row_numbers(tmp_path):
    got = read(csv(tmp_path, HEADING, "", ";;;;;;", "a;BE;x;;;;"))
    assert (got.rows_read, got.problems[0].row) == (1, 4)


def test_a_code_with_two_meanings_is_refused(tmp_path):
    market = CATALOGUE.code_list("market")
    twice = market.model_copy(update={"id": "twice", "aliases": {"Congo": "FR", "congo": "BE"}})
    form = FORM.model_copy(
        update={
            "columns": tuple(c.model_copy(update={"codes": twice}) if c.name == "market" else c for c in FORM.columns)
        }
    )
    got = read(csv(tmp_path, HEADING, "a;Congo;1;;;;"), form)
    assert "may stand for BE or FR" in str(got.problems[0])


def workbook(tmp_path, *rows, title: str = "Feuille") -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    path = tmp_path / "delivery.xlsx"
    book.save(path)
    return path


def test_a_workbook_gives_real_numbers_and_dates(tmp_path):
    path = workbook(
        tmp_path,
        ["Référence", "Marché", "Nuitées", "Montant", "Date", "Mois", "Invité"],
        [17, "BE", 1234, 12.5, dt.date(2019, 6, 30), dt.date(2019, 1, 1), "Jan Peeters"],
        ["b", "BE", 1.5, "x", NOON, dt.date(2019, 1, 2), ""],
        ["c", "BE", True, None, None, "janvier 2019", None],
    )
    got = read(path)
    assert got.frame[["ref", "nights", "day", "month"]].iloc[0].tolist() == ["17", 1234.0, "2019-06-30", "2019-01"]
    assert [(p.row, p.column, p.sheet) for p in got.problems] == [
        *((3, "Nights", "Feuille"), (3, "Amount (EUR)", "Feuille"), (3, "Date", "Feuille")),
        *((3, "Month", "Feuille"), (4, "Nights", "Feuille")),
    ]


@pytest.mark.parametrize(("epoch", "number"), [(CALENDAR_WINDOWS_1900, 43646), (CALENDAR_MAC_1904, 42184)])
def test_day_numbers_count_from_where_the_workbook_does(tmp_path, epoch, number):
    path = workbook(tmp_path, ["Référence", "Marché", "Nuitées", "Montant", "Date"], ["a", "BE", 1, None, number])
    book = load_workbook(path)
    book.epoch = epoch
    book.save(path)
    got = read(path, FORM.model_copy(update={"serial_dates": True}))
    assert got.frame["day"].tolist() == ["2019-06-30"]


def test_a_sheet_without_headings_is_told_beside_one_that_is_read(tmp_path):
    heading = ["Référence", "Marché", "Nuitées", "Montant", "Date"]
    path = workbook(tmp_path, heading, ["a", "BE", 1], title="2017")
    book = load_workbook(path)
    titled, bare, notes, hidden = (book.create_sheet(name) for name in ("2018", "2019", "Notes", "Hidden"))
    for row in (["Jan Peeters"], heading, ["b", "BE", 2]):
        titled.append(row)
    bare.append(["c", "BE", 3])
    for row in (["Sent by the office."], ["Amounts in euro."]):
        notes.append(row)
    hidden.append(["d", "BE", 4])
    hidden.sheet_state = "hidden"
    book.save(path)
    good, *lost = read_delivery(path, {"rows": FORM}, CATALOGUE)
    assert good.frame["ref"].tolist() == ["a"]
    told = [(p.sheet, p.row, p.found) for delivery in lost for p in delivery.problems]
    assert [(sheet, row) for sheet, row, _ in told] == [("2018", 1), ("2019", 1)]
    assert "no known heading" in told[0][2]
    assert "Peeters" not in told[0][2]
    assert "Reference, Market, Nights, Amount (EUR), Date" in lost[0].problems[0].expected


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("\u00a0\n".encode(), "no table"),
        (b"a\x00b", "neither a workbook nor a text file"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 20, "password"),
        (b"PK\x03\x04broken", "damaged or cut-off"),
        (b"Jan Peeters;Brussels\nAn Jacobs;Ghent\n", "no heading row"),
        (b'Reference;Market;Nights;Amount;Date\n"a;b', "line 2"),
        ("Référence;Marché\n".encode() + "é".encode("cp1252"), "mixes UTF-8"),
        (b"\x81\x8d\x8f;\x90", "not readable as utf-8 or cp1252"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, content, says):
    path = tmp_path / "delivery.csv"
    path.write_bytes(content)
    with pytest.raises(DeliveryError, match=says) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "Peeters" not in str(caught.value)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(rubbish):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "delivery.csv"
        for content in (rubbish, (HEADING + "\n").encode() + rubbish, b"PK\x03\x04" + rubbish):
            path.write_bytes(content)
            try:
                deliveries = read_delivery(path, {"rows": FORM}, CATALOGUE)
            except DeliveryError:
                continue
            for got in deliveries:
                refused = {problem.row for problem in got.problems}
                assert not refused & set(got.frame["source_row"])
                assert len(got.frame) == (0 if 1 in refused else got.rows_read - len(refused))


def test_a_missing_file(tmp_path):
    with pytest.raises(DeliveryError, match="no such file"):
        read(tmp_path / "nothing.csv")
