"""The ways in which deliveries are damaged: each gives variants with what may come of them. Everything is seeded."""

from __future__ import annotations

import io
import os
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from openpyxl import Workbook

from tests.damage.valid import BINARY_ONLY, SURNAME, Valid, valid_deliveries

SEED = 20261122
#: Families that get every damage.
_THOROUGH = 5
#: Sources whose variants are also built, where that can tell more: suites take their time.
_BUILT = {"overnight-stays"}


@dataclass(frozen=True)
class Variant:
    """One damaged delivery.

    ``base`` is what it was, None for a file that holds nothing of a delivery: then nothing may be
    accepted. ``touched`` are the rows (from 0) that were changed: they may be held back, with their
    place, or read as they were. ``whole`` says that the file may be refused as a whole.
    ``write`` makes files that are not worth holding in memory.
    """

    name: str
    source: str
    file: str
    content: bytes = b""
    base: Valid | None = None
    touched: frozenset[int] = frozenset()
    whole: bool = False
    build: bool = False
    write: Callable[[Path], None] | None = field(default=None, compare=False)


def corpus(root: Path, part: int = 0, parts: int = 1) -> list[Variant]:
    """All variants, or those of every so-manieth delivery, in an order that never changes, each under its own name.

    The first families get all damages, the others every third: what breaks is mostly common to all.
    """
    found: list[Variant] = []
    for number, base in enumerate(valid_deliveries(root)):
        if number % parts != part:
            continue
        rng = random.Random(f"{SEED} {base.file}")  # noqa: S311
        mine = [*_cells(base, rng), *_rows(base), *_headings(base, rng), *_text(base, rng)]
        if number < _THOROUGH:
            found += [*mine, *_workbooks(base, rng)]
        else:
            found += mine[number % 3 :: 3]
        if number == 1:
            found += [*_rubbish(base), *_binary(root)]
    found = [v if v.source in _BUILT or not v.build else replace(v, build=False) for v in found]
    found = [v for v in found if v.build or ("negative" not in v.name and "-3.5" not in v.name)]
    names = [variant.name for variant in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        msg = f"variants of one name: {sorted(twice)}"
        raise ValueError(msg)
    return found


def _csv(base: Valid, name: str, damaged: Valid | str | bytes, **more: object) -> Variant:
    content = damaged.csv() if isinstance(damaged, Valid) else damaged
    data = content.encode() if isinstance(content, str) else content
    return Variant(f"{base.file}: {name}", base.source, base.file, data, base, **more)  # type: ignore[arg-type]


# --- cells -----------------------------------------------------------------------------------------

NUMBERS = (
    *(
        "n/a",
        "-",
        "néant",
        "12 (e)",
        "ca. 30",
        "12*",
        "1.234",
        "1'234",
        "12 34",
        "1e3",
        "٣٤",
        "\uff11\uff12",
        "0x10",
        "NaN",
        "inf",
    ),
    *("1_000", "--5", "5-", "(5)", "½", "²", "12,5,5", "1.234,5.6", "1,234.50", "12 €/an", "#REF!", "#DIV/0!", "#N/A"),
    *(
        "=SUM(E2:E9)",
        "=1+1",
        "+1+1",
        "1\u202e2",
        "1\u200e2\x07",
        "<b>12</b>",
        "9" * 400,
        "Infinity",
        "12,",
        ",5",
        "1 2345",
        "true",
    ),
)
DATES = (
    *("31/02/2019", "2019-13-01", "00/01/2019", "06/30/2019", "30/06/19", "2019-06-31", "32/01/2019", "29/02/2019"),
    *(
        "2019/06/30",
        "20190630",
        "hier",
        "30-06",
        "2019-6-3",
        "30/06/2019 14:30",
        "0000-00-00",
        "30 brumaire 2019",
        "1/0/2019",
    ),
)
PERIODS = (
    "2019-13",
    "13/2019",
    "2019-00",
    "mois 13",
    "2019-1-1-1",
    "Q5 2019",
    "20199",
    "2019-02-30",
    "/",
    "../..",
    "99",
)
CODES = (
    *(
        "Atlantide",
        "Total",
        "Totaal",
        "_T",
        "",
        "   ",
        "\u200f",
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "@SUM(A1)",
    ),
    *(
        "\x1b[31mFR",
        "x" * 5000,
        "../../etc/passwd",
        "'; DROP TABLE",
        "FR;BE",
        "\u202eecnarF",
        "?",
        "#NAME?",
        "Fran\u00adce?!",
    ),
)
TEXTS = ("", " ", "=1+1", "\x07bell", "\x1b[2J", "#VALUE!", "a\x00b", "\u202e\u202d", '=HYPERLINK("x")')


def _cells(base: Valid, rng: random.Random) -> Iterator[Variant]:
    """A wrong text in one cell: a column of each kind gets all of them, the others a few."""
    for kinds, wrong in (
        (("number", "count", "amount"), NUMBERS),
        (("date",), DATES),
        (("period",), PERIODS),
        (("code",), CODES),
        (("text",), TEXTS),
    ):
        places = base.of_kind(*kinds)
        for order, place in enumerate(places[:3]):
            for text in wrong if order == 0 else rng.sample(wrong, 3):
                row = rng.randrange(len(base.rows))
                shown = text[:24].encode("unicode_escape").decode()
                damaged = base.with_cell(row, place, text)
                # Empty means "not given" where a column allows it: another reading, and a right one.
                column = base.columns[place]
                if not text.strip(" \u200f") and column is not None and column.allow_empty:
                    continue
                whole = "\x00" in text or len(text) > 1000
                yield _csv(base, f"{shown!r} in {base.headings[place]}", damaged, touched=frozenset({row}), whole=whole)
    for place in base.of_kind("count")[:1]:
        for text in ("-5", "\u22125", "-0,5"):
            name = f"negative {text} in {base.headings[place]}"
            yield _csv(base, name, base.with_cell(1, place, text), touched=frozenset({1}), build=True)


def _rows(base: Valid) -> Iterator[Variant]:
    """Rows shifted, cut, doubled, added; totals among the data."""
    rows, width = base.rows, len(base.headings)

    def put(name: str, position: int, row: tuple[str, ...], **more: object) -> Variant:
        return _csv(base, name, replace(base, rows=(*rows[:position], row, *rows[position:])), **more)

    def instead(name: str, position: int, row: tuple[str, ...], **more: object) -> Variant:
        changed = replace(base, rows=(*rows[:position], row, *rows[position + 1 :]))
        return _csv(base, name, changed, touched=frozenset({position}), **more)

    yield instead("a row shifted to the right", 1, ("", *rows[1][:-1]))
    yield instead("a row shifted to the left", 1, (*rows[1][1:], ""))
    yield instead("a row shifted to the right and longer", 2, ("", *rows[2]))
    yield instead("a row cut short", 2, rows[2][: width // 2])
    yield instead("a row with a cell too many", 0, (*rows[0], "rest"))
    yield instead("a row with an empty cell too many", 0, (*rows[0], ""))
    yield instead("a row of one cell", 3, ("Remarque: chiffres provisoires",))
    yield instead("a row with all its names in one cell", 3, (", ".join(rows[3]),))
    if base.of_kind("personal"):
        yield instead("a name in the first cell", 3, (f"Zénobie {SURNAME} 3", *rows[3][1:]))
    for word in ("Total", "Totaal", "Total général", "TOTAL 2019", "Grand total", "Somme", "Algemeen totaal"):
        sums = tuple(
            word if place == 0 else "999999" if place in base.of_kind("count", "amount", "number") else ""
            for place in range(width)
        )
        yield put(f"a row {word} at the end", len(rows), sums, build=word == "Total")
    total = tuple("Total" if place in base.of_kind("code") else cell for place, cell in enumerate(rows[2]))
    yield put("a row of totals among the data", 3, total)
    yield put("the headings again among the data", 3, base.headings)
    yield put("a row of dashes", 1, ("-",) * width)
    yield put("a row of blanks", 1, (" ",) * width)
    yield put("a copied row", 4, rows[1], build=True)


def _headings(base: Valid, rng: random.Random) -> Iterator[Variant]:
    """Columns missing, renamed, doubled, shifted, added."""
    for place, column in enumerate(base.columns):
        if column is None or column.kind == "personal":
            continue
        heading = base.headings[place]
        without = replace(
            base,
            headings=base.headings[:place] + base.headings[place + 1 :],
            rows=tuple(row[:place] + row[place + 1 :] for row in base.rows),
        )
        if column.required:
            yield _csv(base, f"without the column {heading}", without, whole=True)
            renamed = f"{heading[: len(heading) // 2]}xq{heading[len(heading) // 2 + 1 :]}"
            headings = tuple(renamed if other == place else text for other, text in enumerate(base.headings))
            yield _csv(base, f"{heading} written {renamed}", replace(base, headings=headings), whole=True)
        doubled = replace(base, headings=(*base.headings, heading), rows=tuple((*row, row[place]) for row in base.rows))
        yield _csv(base, f"{heading} twice", doubled, whole=True)
    guests = replace(
        base, headings=(*base.headings, "Responsable"), rows=tuple((*r, f"An {SURNAME}") for r in base.rows)
    )
    yield _csv(base, "a column of people nobody declared", guests, build=True)
    yield _csv(
        base,
        "an empty column at the end",
        replace(base, headings=(*base.headings, ""), rows=tuple((*r, "") for r in base.rows)),
    )
    unnamed = replace(base, headings=(*base.headings, ""), rows=tuple((*r, "7") for r in base.rows))
    yield _csv(base, "a column without heading", unnamed, whole=True)
    yield _csv(
        base,
        "headings one to the right",
        replace(base, headings=("", *base.headings[:-1])),
        whole=True,
        touched=_all(base),
    )
    yield _csv(
        base,
        "headings one to the left",
        replace(base, headings=(*base.headings[1:], "")),
        whole=True,
        touched=_all(base),
    )
    order = list(range(len(base.headings)))
    rng.shuffle(order)
    shuffled = replace(
        base, headings=tuple(base.headings[p] for p in order), rows=tuple(tuple(r[p] for p in order) for r in base.rows)
    )
    yield _csv(base, "columns in another order", shuffled)
    loud = replace(base, headings=tuple(f"  {text.upper()} " for text in base.headings))
    yield _csv(base, "loud headings", loud)
    marked = replace(base, headings=tuple(f"\u200f{text}\u200e" for text in base.headings))
    yield _csv(base, "headings between direction marks", marked)
    yield _csv(base, "a title above the headings", f"Rapport 2019\n\n{base.csv()}", whole=True)
    yield _csv(base, "a name above the headings", f"Zénobie {SURNAME}\n{base.csv()}", whole=True)
    yield _csv(base, "no headings", base.csv().partition("\n")[2], whole=True, touched=_all(base))


def _all(base: Valid) -> frozenset[int]:
    return frozenset(range(len(base.rows)))


# --- text ------------------------------------------------------------------------------------------


def _text(base: Valid, rng: random.Random) -> Iterator[Variant]:
    """Encodings, line ends, separators, quotes, cuts."""
    text = base.csv()
    data = text.encode()
    for name, content in (
        ("with a byte-order mark", b"\xef\xbb\xbf" + data),
        ("in cp1252", text.encode("cp1252", errors="replace") if "?" not in text else data),
        ("with line ends of Windows", base.csv(end="\r\n").encode()),
        ("with line ends of an old Mac", base.csv(end="\r").encode()),
        ("with commas", base.csv(separator=",").encode()),
        ("with tabs", base.csv(separator="\t").encode()),
        ("with empty lines", data.replace(b"\n", b"\n\n")),
        ("with a line of separators", data + b";" * (len(base.headings) - 1) + b"\n"),
        ("every cell quoted", "\n".join(";".join(f'"{c}"' for c in r) for r in (base.headings, *base.rows)).encode()),
    ):
        yield _csv(base, name, content)
    for name, content in (
        ("in UTF-16", text.encode("utf-16")),
        ("in UTF-16 without a mark", text.encode("utf-16-le")),
        ("in UTF-32", text.encode("utf-32")),
        ("with two byte-order marks", b"\xef\xbb\xbf" * 2 + data),
        ("half in another encoding", data[: len(data) // 2] + "é;è\n".encode("cp1252") + data[len(data) // 2 :]),
        ("separated by two kinds", text.replace(";", ",", text.count(";") // 2).encode()),
        ("separated by ^", text.replace(";", "^").encode()),
        ("an open quote", data.replace(b";", b';"', len(base.headings) + 2)),
        ("a NUL byte", data.replace(b";", b";\x00", 9)),
        ("all on one line", data.replace(b"\n", b";")),
        ("a cell of 300 kB", base.with_cell(0, 0, "x" * 300_000).csv().encode()),
        ("16384 columns", data.replace(b"\n", b";" * 16384 + b"\n", 1)),
    ):
        yield _csv(base, name, content, whole=True, touched=_all(base))
    for share in (0.2, 0.5, 0.8, 0.97):
        cut = int(len(data) * share)
        whole = data[:cut].count(b"\n") - 1
        touched = frozenset(range(max(whole, 0), len(base.rows)))
        if data[:cut].rpartition(b"\n")[2].count(b";") in {0, len(base.headings) - 1}:
            continue  # cut between two rows, or in the last cell: no file can show that
        yield _csv(base, f"cut off at {share:.0%}", data[:cut], whole=True, touched=touched)
    for number in range(3):
        noisy = bytearray(data)
        start = data.index(b"\n") + 1
        for _ in range(3):
            noisy[rng.randrange(start, len(noisy))] = rng.choice(b"\x00\x01\x7f\xff\xfe\x80\xc3")
        yield _csv(base, f"bytes changed {number}", bytes(noisy), whole=True, touched=_all(base))


# --- workbooks -------------------------------------------------------------------------------------


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _edited(content: bytes, part: str, edit: Callable[[str], str]) -> bytes:
    """The workbook with one of its parts changed as text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, edit(data.decode()) if name == part else data)
    return out.getvalue()


_SHEET = "xl/worksheets/sheet1.xml"


def _workbooks(base: Valid, rng: random.Random) -> Iterator[Variant]:  # noqa: C901, PLR0915  (a list of damages)
    file = Path(base.file).with_suffix(".xlsx").name
    everything = _all(base)

    def xlsx(name: str, content: bytes, **more: object) -> Variant:
        return Variant(f"{file}: {name}", base.source, file, content, base, **more)  # type: ignore[arg-type]

    def changed(name: str, change: Callable[[Workbook], None], **more: object) -> Variant:
        book = base.workbook()
        change(book)
        return xlsx(name, _saved(book), **more)

    def cell(row: int, place: int, value: object) -> Callable[[Workbook], None]:
        def change(book: Workbook) -> None:
            book.active.cell(row + 2, place + 1).value = value

        return change

    plain = _saved(base.workbook())
    numbers = base.of_kind("count", "amount", "number")
    place = numbers[0] if numbers else 0
    column = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place]
    yield xlsx("as it should be", plain)
    optional = [p for p in numbers if (c := base.columns[p]) is not None and c.allow_empty]
    for other in dict.fromkeys((place, *optional[:1])):
        yield changed(
            f"a formula without its result in {base.headings[other]}", cell(1, other, "=1+1"), touched=frozenset({1})
        )
    for error in ("#REF!", "#DIV/0!", "#N/A") if numbers else ():
        yield changed(f"{error} in {base.headings[place]}", cell(2, place, error), touched=frozenset({2}))
    for value in (True, "12 (e)", "1.234", -3.5, 1e300, "٣") if numbers else ():
        touched = frozenset({0})
        if isinstance(value, float) and base.columns[place] and base.columns[place].kind == "amount":  # type: ignore[union-attr]
            continue
        yield changed(
            f"{value!r} in {base.headings[place]}", cell(0, place, value), touched=touched, build=value == -3.5
        )
    for raw in ("1E400", "NaN", "-INF", "12abc", "") if numbers else ():

        def odd(text: str, raw: str = raw) -> str:
            return re.sub(rf'(<c r="{column}3"[^>]*><v>)[^<]*(</v>)', rf"\g<1>{raw}\g<2>", text)

        if raw == "" and (c := base.columns[place]) is not None and c.allow_empty:
            continue
        yield xlsx(f"a number cell that holds {raw!r}", _edited(plain, _SHEET, odd), whole=True, touched=frozenset({1}))
    for date in base.of_kind("date")[:1]:
        import datetime as dt

        noon = dt.datetime(2019, 6, 30, 12)  # noqa: DTZ001
        for value in (noon, 3.5, -1, 99999999, "31/02/2019", dt.time(12)):
            yield changed(
                f"{value!r} in {base.headings[date]}", cell(1, date, value), touched=frozenset({1}), whole=True
            )

    def merge(book: Workbook) -> None:
        book.active.merge_cells(start_row=2, end_row=4, start_column=place + 1, end_column=place + 1)

    yield (
        changed("merged cells of numbers", merge, touched=frozenset({1, 2}))
        if place not in optional
        else changed("merged cells of names", lambda book: book.active.merge_cells("A2:A3"), touched=frozenset({1}))
    )
    yield changed("merged headings", lambda book: book.active.merge_cells("A1:B1"), whole=True)

    def hidden(book: Workbook) -> None:
        other = book.copy_worksheet(book.active)
        other.cell(2, place + 1).value = 7654321
        other.sheet_state = "hidden"

    yield changed("a hidden sheet with other numbers", hidden, build=True)

    def very_hidden(book: Workbook) -> None:
        hidden(book)
        book.worksheets[1].sheet_state = "veryHidden"

    yield changed("a very hidden sheet with other numbers", very_hidden)

    def notes(book: Workbook) -> None:
        book.create_sheet("Notes").append([f"Demander à Zénobie {SURNAME}"])

    yield changed("a sheet of notes", notes)

    def first_notes(book: Workbook) -> None:
        book.create_sheet("Lisez-moi", 0).append([f"Contact: {SURNAME}"])

    yield changed("a sheet of notes in front", first_notes)

    def moved(book: Workbook) -> None:
        book.active.insert_rows(1, 4)
        book.active.insert_cols(1, 2)

    yield changed("the table begins at C5", moved)

    def titled(book: Workbook) -> None:
        book.active.insert_rows(1, 2)
        book.active["A1"] = "Statistiques 2019"

    yield changed("a title above the table", titled, whole=True)

    def total(book: Workbook) -> None:
        row = [None] * len(base.headings)
        row[0] = "Total"  # type: ignore[call-overload]
        for number in numbers:
            row[number] = f"=SUM({'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number]}2:{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number]}7)"  # type: ignore[call-overload]
        book.active.append(row)

    yield changed("a total of formulas below", total)
    yield changed(
        "a cell far below and to the right",
        lambda book: book.active.__setitem__("XFD1048576", "x"),
        whole=True,
        touched=everything,
    )
    yield changed(
        "a note beside the table",
        lambda book: book.active.cell(3, len(base.headings) + 3, "voir mail"),
        touched=frozenset({1}),
    )
    if base.source != "rankings":
        yield changed("no rows", lambda book: book.active.delete_rows(2, 20), whole=True, touched=everything)
    for share in (0.1, 0.5, 0.9, 0.999):
        yield xlsx(f"cut off at {share:.1%}", plain[: int(len(plain) * share)], whole=True, touched=everything)
    for number in range(6):
        noisy = bytearray(plain)
        for _ in range(4):
            noisy[rng.randrange(4, len(noisy))] = rng.randrange(256)
        yield xlsx(f"bytes changed {number}", bytes(noisy), whole=True, touched=everything)
    yield Variant(f"{file}: named csv", base.source, base.file, plain, base)
    yield Variant(f"{base.file}: named xlsx", base.source, file, base.csv().encode(), base)
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    yield xlsx("protected by a password", old, whole=True, touched=everything)
    yield from _attacks(base, plain, xlsx)


def _attacks(base: Valid, plain: bytes, xlsx: Callable[..., Variant]) -> Iterator[Variant]:
    """Archives and XML that are made to hurt the reader."""
    everything = _all(base)
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    bomb = f"<?xml version='1.0'?><!DOCTYPE worksheet [{entities}]>"

    def laughing(text: str) -> str:
        return bomb + re.sub(r"<\?xml.*?\?>", "", text).replace("<v>", "<v>&a9;", 1)

    def reading(text: str) -> str:
        head = '<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        return head + re.sub(r"<\?xml.*?\?>", "", text).replace("<v>", "<v>&x;", 1)

    for part in (_SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"):
        for name, edit in (("a billion laughs", laughing), ("an outside entity", reading)):
            yield xlsx(f"{name} in {part}", _edited(plain, part, edit), whole=True, touched=everything)
    yield xlsx("no sheet in the archive", _without(plain, _SHEET), whole=True, touched=everything)
    yield xlsx("no strings in the archive", _without(plain, "xl/sharedStrings.xml"), whole=True, touched=everything)
    yield xlsx("no content types", _without(plain, "[Content_Types].xml"), whole=True, touched=everything)
    yield xlsx(
        "a string that is not there",
        _edited(plain, _SHEET, lambda t: t.replace('t="s"><v>0<', 't="s"><v>99999<')),
        whole=True,
        touched=everything,
    )
    yield xlsx("an empty sheet part", _edited(plain, _SHEET, lambda _: ""), whole=True, touched=everything)
    yield xlsx("text after the archive", plain + b"MZ" + b"\x90" * 200, whole=True)
    blanks = " " * 150_000_000
    for name, part in (("sheet", _SHEET), ("strings", "xl/sharedStrings.xml"), ("styles", "xl/styles.xml")):
        if base.source == "overnight-stays":
            bloated = _edited(plain, part, lambda text: text.replace("><", f">{blanks}<", 1))
            yield xlsx(f"a zip bomb in the {name}", bloated, whole=True, touched=everything)
            sparse = _edited(plain, part, lambda text: text + blanks * 2)
            yield xlsx(f"a zip bomb after the {name}", sparse, whole=True, touched=everything)


def _without(content: bytes, part: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
    return out.getvalue()


# --- files that hold nothing of a delivery ---------------------------------------------------------


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def _sparse(size: int, start: bytes) -> Callable[[Path], None]:
    """A file of that length which takes no room: one endless line of zeros, or of whatever follows ``start``."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(start)
            os.truncate(file.fileno(), size)

    return write


def _long_line(megabytes: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            for _ in range(megabytes):
                file.write(b"a;b,c " * 170_000)

    return write


def _rubbish(base: Valid) -> Iterator[Variant]:
    rng = random.Random(SEED)  # noqa: S311
    contents = {
        "an empty file": b"",
        "a blank file": b" \n\n\t\n",
        "a byte-order mark alone": b"\xef\xbb\xbf",
        "a web page": b"<!DOCTYPE html><html><body><h1>Session expired</h1></body></html>",
        "a web page with a table": b"<html><table><tr><td>Mois</td><td>1</td></tr></table></html>",
        "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "a photo": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)),
        "JSON": b'{"error": {"status": 413, "label": "too large"}}',
        "a mail": f"From: Zénobie {SURNAME} <z@example.org>\nSubject: chiffres\n\nBonjour,\nvoici.\n".encode(),
        "an archive of another kind": _zip(**{"readme.txt": b"hello"}),
        "an empty archive": _zip(),
        "a document": _zip(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}),
        "an archive in an archive": _zip(**{"a.xlsx": _zip(b=b"x")}),
        "a gzip": b"\x1f\x8b\x08\x00" + rng.randbytes(60),
        "a program": b"MZ\x90\x00" + rng.randbytes(400),
        "names alone": f"{SURNAME};{SURNAME}\nAn {SURNAME};12\n".encode(),
        "one number": b"12",
        "separators alone": b";;;;;;\n;;;;;\n",
        "quotes alone": b'"""""""\n"',
        **{f"random bytes {n}": rng.randbytes(rng.randrange(1, 4000)) for n in range(12)},
        **{f"random bytes of a workbook {n}": b"PK\x03\x04" + rng.randbytes(rng.randrange(1, 4000)) for n in range(6)},
    }
    for name, content in contents.items():
        yield Variant(f"rubbish: {name}", base.source, "rubbish.csv", content, None, whole=True)
        if name.startswith(("an", "a web", "random")):
            yield Variant(f"rubbish: {name}, as xlsx", base.source, "rubbish.xlsx", content, None, whole=True)
    yield Variant(
        "rubbish: a line of 2 GB",
        base.source,
        "long.csv",
        b"",
        None,
        whole=True,
        write=_sparse(2_100_000_000, b"Mois;"),
    )
    yield Variant("rubbish: a line of 20 MB", base.source, "long.csv", b"", None, whole=True, write=_long_line(20))
    yield Variant("rubbish: a folder", base.source, "folder.csv", b"", None, whole=True, write=Path.mkdir)
    yield Variant("rubbish: no file", base.source, "absent.csv", b"", None, whole=True, write=lambda _: None)


def _binary(root: Path) -> Iterator[Variant]:
    """Sources with readers of their own: whatever they are given ends in sentences."""
    rng = random.Random(SEED)  # noqa: S311
    for source in sorted(BINARY_ONLY):
        folder = root / "data" / "sample" / source
        files = sorted(folder.glob("*.*")) if folder.is_dir() else []
        for path in files[:2]:
            data = path.read_bytes()[:20_000]
            data = data[: data.rindex(b"\n") + 1] if b"\n" in data else data
            cases = {
                "cut": data[: len(data) // 3],
                "without its first line": data.partition(b"\n")[2],
                "with a negative value": data.replace(b"\t", b"\t-", 7),
                "with letters for numbers": data.replace(b"1", b"l"),
                "with a 13th month": data.replace(b"-12", b"-13"),
                "with spaces for tabs": data.replace(b"\t", b" "),
                "in UTF-16": data.decode().encode("utf-16"),
                "with NUL bytes": data.replace(b"0", b"\x00", 3),
            }
            for number in range(4):
                noisy = bytearray(data)
                for _ in range(5):
                    noisy[rng.randrange(len(noisy))] = rng.randrange(256)
                cases[f"bytes changed {number}"] = bytes(noisy)
            for name, content in cases.items():
                yield Variant(f"{path.name}: {name}", source, path.name, content, None, whole=True)
        for name, content in {
            "empty": b"",
            "rubbish": rng.randbytes(500),
            "a broken workbook": b"PK\x03\x04" + rng.randbytes(500),
            "an empty workbook": _saved(Workbook()),
            "deep JSON": b'{"class":"dataset","a":' + b"[" * 200_000,
            "JSON": b'{"class":"dataset","id":["geo","time"],"size":[1000000,1000000],"dimension":{}}',
            "a page": b"<html>503</html>",
        }.items():
            yield Variant(f"{source}: {name}", source, "tour_occ_arm.csv", content, None, whole=True)
