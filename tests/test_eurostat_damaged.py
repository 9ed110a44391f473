"""Damaged variants of good files: each gives a correct reading of what is left, or a sentence with a place."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from random import Random

import pytest
from openpyxl import Workbook

from kpi.errors import DeliveryError
from kpi.sources.eurostat import read_file
from tests import eurostat_files as forms

SAME = ("value", "status", "confidentiality", "flags")
KEY = ("data_set", "indicator", "area", "unit", "dimensions", "period")
BAD_CELLS = (
    *("1.234,5", "12,5", "1 234", "12 x", "12 ee", "12e", "--3", "#N/A", "=1+1", "<b>7</b>", "7 @X", "n/a", "?", "1e5"),
    *("5 m", "\u202e12", "12\u00a0000", "1E999", "'7", "7%", "€7", "NULL", "7 @", "7 @Cx", "٣"),
)


def text_variants(good: str, separator: str, seed: str) -> Iterator[tuple[str, bytes]]:
    """Damage to a text file of any form: cut, shifted, repeated, swapped, in other encodings."""
    random = Random(seed)  # noqa: S311  (damage, not secrets)
    lines = good.splitlines(keepends=True)
    raw = good.encode()
    for place in sorted(random.sample(range(1, len(raw)), 40)):
        yield f"cut at {place}", raw[:place]

    def line(number: int, text: str) -> bytes:
        return "".join((*lines[:number], text, *lines[number + 1 :])).encode()

    for number in (0, 1, 5, len(lines) - 1):
        cells = lines[number].rstrip("\r\n").split(separator)
        end = "\r\n" if lines[number].endswith("\r\n") else "\n"
        for place in (1, len(cells) // 2, len(cells) - 2, len(cells) - 1):
            yield (
                f"cell {place} gone from row {number}",
                line(number, separator.join(cells[:place] + cells[place + 1 :]) + end),
            )
            yield (
                f"cell {place} twice in row {number}",
                line(number, separator.join(cells[: place + 1] + cells[place:]) + end),
            )
        swapped = [*cells[:-2], cells[-1], cells[-2]]
        if number == 0:
            yield "last two headings swapped", line(number, separator.join(swapped) + end)
        yield f"row {number} gone", line(number, "")
        yield f"row {number} twice", line(number, lines[number] * 2)
        yield (
            f"row {number} in another encoding",
            line(number, "§").replace("§".encode(), b"\xe9\xff" + lines[number].encode()),
        )
        yield f"null bytes in row {number}", line(number, "\x00" + lines[number])
        yield f"row {number} a web page", line(number, "<html>502</html>\n")
    yield "other row ends", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
    yield "twice", raw + raw
    yield "no end", raw.rstrip()
    yield "rubbish", bytes(random.randrange(256) for _ in range(2000))
    yield "empty", b""
    yield "blank", b"\n\n \n"
    yield "utf-16", good.encode("utf-16")
    yield "one endless line", raw + b"9" * 3_000_000


def tsv_variants() -> Iterator[tuple[str, bytes]]:
    good = forms.tsv()
    yield from text_variants(good, "\t", "tsv")
    head, *rows = good.splitlines(keepends=True)
    for key in (
        *("", "geo", "freq,c_resid,unit,nace_r2,geo", "freq,c_resid,unit,nace_r2\\TIME_PERIOD"),
        *("freq,c_resid,unit,nace_r2,geo,sex\\TIME_PERIOD", "freq,c_resid,unit,nace_r2,geo,geo\\TIME_PERIOD"),
        *("freq;c_resid;unit;nace_r2;geo\\TIME_PERIOD", "freq,c_resid,unit,nace_r2,geo\\PERIOD", "\\TIME_PERIOD"),
        "freq,c_residence,unit,nace_r2,geo\\TIME_PERIOD",
    ):
        yield f"key {key!r}", good.replace("freq,c_resid,unit,nace_r2,geo\\TIME_PERIOD", key).encode()
    for period in ("2019", "2019-13", "2019M1", "2019-Q4", "11/2019", "", "2019-12 ", "2020-01", "Total", "2019-11-01"):
        yield f"heading {period!r}", (head.replace("2019-11", period) + "".join(rows)).encode()
    for bad in BAD_CELLS:
        yield f"cell {bad!r}", good.replace("77 be", bad).encode()
        yield f"cell {bad!r} elsewhere", good.replace(":  z".replace("  ", " "), bad).encode()
    other = rows[0].replace("1916367", "4")
    yield "another value for the same key", (good + other).encode()
    yield "another value for the same key, first", (head + other + "".join(rows)).encode()
    yield "another frequency", good.replace("M,TOTAL", "A,TOTAL").encode()
    yield "fewer codes", good.replace("M,TOTAL,NR", "M,NR").encode()
    yield "codes with signs", good.replace(",BE\t", ",B\u200bE\t").encode()
    cells = [text.rstrip("\n").split("\t") for text in (head, *rows)]
    yield "columns out of order", "".join("\t".join((c[0], c[3], c[1], c[2], c[4])) + "\n" for c in cells).encode()
    yield (
        "a foreign value under a year",
        (head.rstrip("\n") + "\t2019 \n" + "".join(r.rstrip("\n") + "\t5 \n" for r in rows)).encode(),
    )


def csv_variants(version: int) -> Iterator[tuple[str, bytes]]:
    good = forms.sdmx_csv(version)
    yield from text_variants(good, ",", f"csv {version}")
    for bad in BAD_CELLS:
        yield f"value {bad!r}", good.replace(",77,be,", f",{bad},be,").encode()
    for bad in ("x", "bb", "b e x", "B?", "1", "@X"):
        yield f"flag {bad!r}", good.replace(",77,be,", f",77,{bad},").encode()
    for bad in ("X", "c", "1", "CC?"):
        yield f"confidentiality {bad!r}", good.replace(",be,\r", f",be,{bad}\r").encode()
    for bad in ("2019", "2019-Q4", "2019-13", "", "nov 2019"):
        yield f"period {bad!r}", good.replace("2019-11", bad).encode()
    for name in ("TIME_PERIOD", "OBS_VALUE", "geo", "unit", "OBS_FLAG"):
        yield f"{name} renamed", good.replace(name, f"{name}_x", 1).encode()
    yield "an open quote", good.replace(",NR,", ',"NR,', 1).encode()
    yield (
        "another data set",
        good.replace("TOUR_OCC_ARM", "TOUR_OCC_NIM").replace("TOUR_OCC_NIM", "TOUR_OCC_ARM", 3).encode(),
    )
    yield "another value for the same key", (good + good.splitlines(keepends=True)[1].replace(",M,", ",M,")).encode()


def json_variants() -> Iterator[tuple[str, bytes]]:
    good = json.dumps(forms.json_stat())
    random = Random("json")  # noqa: S311  (damage, not secrets)
    for place in sorted(random.sample(range(1, len(good)), 25)):
        yield f"cut at {place}", good[:place].encode()
    for name in ("class", "id", "size", "dimension", "value", "status", "extension", "updated"):
        content = forms.json_stat()
        del content[name]
        # A file without statuses is one without flags: nobody can tell.
        if name != "status":
            yield f"without {name}", json.dumps(content).encode()
        yield f"{name} of another kind", json.dumps({**forms.json_stat(), name: [1, 2]}).encode()
        yield f"{name} of no kind", json.dumps({**forms.json_stat(), name: None}).encode()
    for value in ("12", "12,5", True, None, [1], {"a": 1}, 10**400, "x"):
        content = forms.json_stat()
        content["value"]["31"] = value
        yield f"value {str(value)[:10]!r}", json.dumps(content).encode()
    for number in ("64", "-1", "1.5", "x"):
        content = forms.json_stat()
        content["value"][number] = 5
        yield f"cell {number}", json.dumps(content).encode()
    for size in ([1, 2, 2, 2, 2, 5], [1, 2, 2, 2, 2], [2, 1, 2, 2, 2, 4]):
        yield f"size {size}", json.dumps({**forms.json_stat(), "size": size}).encode()
    for index in ({"BE": 0, "NL": 2}, {"BE": 1, "NL": 1}, {"BE": 0}, ["BE", "BE"], ["BE"], {"BE": "a", "NL": 1}, 5):
        content = forms.json_stat()
        content["dimension"]["geo"]["category"]["index"] = index
        yield f"index {index}", json.dumps(content).encode()
    content = forms.json_stat()
    content["value"] = list(range(63))
    yield "a list cut short", json.dumps(content).encode()
    yield "twice the same cell", good.replace('"value": {', '"value": {"0": 5, ', 1).encode()
    yield "not a number", good.replace("1916367", "NaN").encode()
    yield "deep", (b'{"class": ' + b"[" * 100_000)
    yield "an error", b'{"error": [{"status": 400, "label": "no"}]}'
    yield "a list", b"[1, 2]"
    renamed = forms.json_stat()
    renamed["id"][4] = "sex"
    yield "another dimension", json.dumps(renamed).encode()


def workbook_variants() -> Iterator[tuple[str, Workbook]]:
    """Damage to ``Sheet 6`` (residents, number, hotels), which holds the special cells."""

    def fresh() -> tuple[Workbook, object]:
        book = forms.workbook()
        return book, book["Sheet 6"]

    for bad in (*BAD_CELLS, True, None, "", " ", "e"):
        book, sheet = fresh()
        sheet["H12"] = bad
        yield f"value {bad!r}", book
    for bad in ("x", "ee", "12", 12, "@X", "b!"):
        book, sheet = fresh()
        sheet["I12"] = bad
        yield f"flag {bad!r}", book
    for place in ("A10", "B10", "D10", "H10", "A11", "A12", "A8", "C8", "A6", "C6", "C7", "A5", "C5", "A2", "B2"):
        book, sheet = fresh()
        sheet[place] = None
        yield f"{place} empty", book
        book, sheet = fresh()
        sheet[place] = "Something else"
        yield f"{place} other", book
    for period in ("2019-12", "2018-01", "2019", "2019-Q4", 2019, "Total", "janvier 2020"):
        book, sheet = fresh()
        sheet["D10"] = period
        yield f"heading {period!r}", book
    for name, change in {
        "row inserted": lambda s: s.insert_rows(12),
        "row inserted below": lambda s: s.insert_rows(13),
        "column inserted": lambda s: s.insert_cols(4),
        "first column inserted": lambda s: s.insert_cols(1),
        "column gone": lambda s: s.delete_cols(4),
        "flag column gone": lambda s: s.delete_cols(5),
        "heading row gone": lambda s: s.delete_rows(10),
        "geo row gone": lambda s: s.delete_rows(11),
        "head gone": lambda s: s.delete_rows(1, 8),
        "unit line gone": lambda s: s.delete_rows(7),
        "row shifted right": lambda s: s.move_range("B12:I12", cols=1),
        "row shifted by two": lambda s: s.move_range("B12:I12", cols=2),
        "row shifted left": lambda s: s.move_range("D12:I12", cols=-1),
        "headings shifted": lambda s: s.move_range("B10:I10", cols=1),
        "notes without empty row": lambda s: s.delete_rows(14),
        "area twice": lambda s: s.append(["Belgium", 1, None, 2, None, 3, None, 4]),
        "two areas of one name": lambda s: s.__setitem__("A13", "Belgium"),
        "misspelt area": lambda s: s.__setitem__("A12", "Belgiumm"),
        "misspelt kind": lambda s: s.__setitem__("C8", "Hotels and similar accommodations"),
        "number below the notes": lambda s: s.__setitem__("B20", 5),
        "a new dimension": lambda s: (s.insert_rows(8), s.__setitem__("A8", "Sex"), s.__setitem__("C8", "Women")),
    }.items():
        book, sheet = fresh()
        change(sheet)
        yield name, book
    book = forms.workbook()
    for name in [name for name in book.sheetnames if name.startswith("Sheet")]:
        del book[name]
    yield "no sheets of data", book
    book = forms.workbook()
    del book["Sheet 6"]
    yield "a sheet gone", book


def judge(path, catalogue, good, whole_rows: bool = False):
    refusal = ""
    try:
        reading = read_file(path, catalogue)
    except DeliveryError as error:
        refusal = str(error)
    if refusal:
        assert refusal.startswith(str(path))
        assert refusal.isprintable()
        return
    assert reading.account.closes
    expected = {tuple(row[name] for name in KEY): tuple(row[name] for name in SAME) for row in good.rows}
    found = {}
    for row in reading.rows:
        found.setdefault(tuple(row[name] for name in KEY), []).append(tuple(row[name] for name in SAME))
    for key, values in found.items():
        assert values == [expected[key]]
    if expected.keys() - found.keys() and not whole_rows:
        assert reading.problems, "values were lost without a word"
    for problem in reading.problems:
        assert problem.file == path.name
        assert str(problem).isprintable()
        assert problem.expected


@pytest.fixture(scope="module")
def good(tmp_path_factory, catalogue):
    paths = forms.write_all(tmp_path_factory.mktemp("good"))
    return read_file(paths["tsv"], catalogue)


def left_whole(name: str, content: bytes, original: str) -> bool:
    """Whole rows that are gone leave a correct file with fewer rows: nobody can tell."""
    return (name.startswith("cut") and original.encode()[: len(content)][-1:] == b"\n") or name.endswith(" gone")


TSV, JSON, BOOKS = list(tsv_variants()), list(json_variants()), list(workbook_variants())
CSV = {version: list(csv_variants(version)) for version in (1, 2)}


def test_there_are_many():
    assert len(TSV) + len(CSV[1]) + len(CSV[2]) + len(JSON) + len(BOOKS) > 400


@pytest.mark.parametrize(("name", "content"), TSV, ids=[name for name, _ in TSV])
def test_bulk_files(tmp_path, catalogue, good, name, content):
    path = tmp_path / "tour_occ_arm.tsv"
    path.write_bytes(content)
    whole = left_whole(name, content, forms.tsv()) and "cell" not in name
    judge(path, catalogue, good, whole)


@pytest.mark.parametrize("version", [1, 2])
def test_sdmx_csv(tmp_path, catalogue, good, version):
    for name, content in CSV[version]:
        path = tmp_path / "tour_occ_arm.csv"
        path.write_bytes(content)
        whole = left_whole(name, content, forms.sdmx_csv(version)) and "cell" not in name
        judge(path, catalogue, good, whole)


@pytest.mark.parametrize(("name", "content"), JSON, ids=[name for name, _ in JSON])
def test_json_stat(tmp_path, catalogue, good, name, content):
    path = tmp_path / "tour_occ_arm.json"
    path.write_bytes(content)
    judge(path, catalogue, good)


@pytest.mark.parametrize(("name", "book"), BOOKS, ids=[name for name, _ in BOOKS])
def test_workbooks(tmp_path, catalogue, good, name, book):
    path = tmp_path / "tour_occ_arm.xlsx"
    book.save(path)
    judge(path, catalogue, good, name == "a sheet gone")


def test_packed_files_cut_anywhere(tmp_path, catalogue):
    packed = gzip.compress(forms.tsv().encode())
    for place in range(2, len(packed) - 1, 7):
        path = tmp_path / "tour_occ_arm.tsv.gz"
        path.write_bytes(packed[:place])
        with pytest.raises(DeliveryError):
            read_file(path, catalogue)


def test_a_bomb_is_refused_before_it_unpacks(tmp_path, catalogue):
    path = tmp_path / "tour_occ_arm.tsv.gz"
    path.write_bytes(gzip.compress(b"0" * 50_000_000))
    with pytest.raises(DeliveryError, match="2 MB"):
        read_file(path, catalogue)


def test_workbooks_cut_anywhere(tmp_path, catalogue):
    path = tmp_path / "tour_occ_arm.xlsx"
    forms.workbook().save(path)
    whole = path.read_bytes()
    for place in range(4, len(whole) - 1, len(whole) // 20):
        path.write_bytes(whole[:place])
        with pytest.raises(DeliveryError):
            read_file(path, catalogue)


def test_rubbish_gives_a_list_that_can_be_read(tmp_path, catalogue):
    head = forms.tsv().splitlines(keepends=True)[0]
    path = tmp_path / "tour_occ_arm.tsv"
    path.write_text(head + "".join(f"M,TOTAL,NR,I551,A{n}\tx\tx\tx\tx\n" for n in range(5000)), encoding="utf-8")
    reading = read_file(path, catalogue)
    assert reading.account.refused == 20_000
    assert len(reading.problems) == 51
    assert "19950 more problems of this kind" in str(reading.problems[-1])
