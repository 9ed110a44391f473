"""The one reader of cells: whatever stands in a cell is a value, nothing, confidential, or an error with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi.sources.sdmx.account import Tally
from kpi.sources.sdmx.cells import PRECEDENCE, STATUS, Cell, read_cell, read_parts, shown

NEW = sorted(set(STATUS) - {"m"})
flags = st.lists(st.sampled_from(NEW), unique=True, max_size=4).map("".join)
numbers = st.one_of(st.integers(-(10**12), 10**12), st.integers(-(10**9), 10**9).map(lambda n: n / 100))


@pytest.mark.parametrize(
    ("text", "value", "status", "conf", "letters"),
    [
        ("765432 e", 765432, "E", "F", "e"),
        ("765432 ", 765432, "A", "F", ""),
        ("0", 0, "A", "F", ""),
        ("0 n", 0, "N", "F", "n"),
        ("-12.5 p", -12.5, "P", "F", "p"),
        ("77 be", 77, "B", "F", "be"),
        ("77 eb", 77, "B", "F", "be"),
        ("77 pu", 77, "P", "F", "pu"),
        (": ", None, "M", "F", ""),
        (":", None, "M", "F", ""),
        (": u", None, "M", "F", "u"),
        (": z", None, "M", "F", "m"),
        (": m", None, "M", "F", "m"),
        ("5 s", 5, "I", "F", "i"),
        ("5 i", 5, "I", "F", "i"),
        ("5 r", 5, "A", "F", "r"),
        (": @C", None, "M", "C", ""),
        (": c", None, "M", "C", ""),
        (": u@C", None, "M", "C", "u"),
        (": bu @C", None, "M", "C", "bu"),
        (": @N", None, "M", "N", ""),
        ("12 @NC", None, "M", "C", ""),
        ("5 @F", 5, "A", "F", ""),
        ("12 c", None, "M", "C", ""),
        ("12 be@C", None, "M", "C", "be"),
    ],
)
def test_cells(text, value, status, conf, letters):
    cell = read_cell(text)
    assert (cell.value, cell.obs_status, cell.conf_status, cell.letters) == (value, status, conf, letters)


@pytest.mark.parametrize(
    "text",
    ["", " ", "e", "12e", "12 x", "12 ee", "12 E", "1 234", "1,5", "1.5.2", "12 @X", "12 @", "::", "#N/A", "1e5", "nan",
     "inf", "--5", "5 m", "5 z", "1E999", "٣", "12\x00", "=1+1", "<b>1</b>", "12 be@", "@C", "12\u202f000"],
)  # fmt: skip
def test_what_is_no_cell(text):
    with pytest.raises(ValueError, match=r".+") as error:
        read_cell(text)
    assert str(error.value).isprintable()


@given(numbers, flags)
def test_a_value_comes_back_with_all_its_flags(number, letters):
    cell = read_cell(f"{number} {letters} ")
    assert cell.value == float(number)
    assert sorted(cell.letters) == sorted(letters)
    assert cell.kind == "value"
    assert cell.flags.split() == [f"eurostat-{letter}" for letter in cell.letters]
    assert ("b" in letters) == (cell.obs_status == "B")
    assert read_parts(str(number), letters) == cell


@given(numbers, flags, st.sampled_from(["C", "N", "P", "CN"]))
def test_a_confidential_value_is_dropped_at_the_door(number, letters, conf):
    for cell in (read_cell(f"{number} {letters}@{conf}"), read_parts(str(number), letters, conf)):
        assert cell.value is None
        assert cell.kind == "confidential"
    old = read_cell(f"{number} {letters}c")
    assert (old.value, old.conf_status) == (None, "C")


@given(st.text(max_size=30))
@example("1234 @Cx")
def test_any_text_is_a_cell_or_a_sentence(text):
    found: Cell | str
    try:
        found = read_cell(text)
    except ValueError as error:
        found = str(error)
    if isinstance(found, Cell):
        assert found.kind in {"value", "missing", "confidential"}
        return
    assert found.isprintable()
    if any(sign in text for sign in "@Cc"):
        assert not set(found) & set("0123456789")


@given(
    st.lists(st.one_of(st.text(max_size=8), st.sampled_from(["1 e", ":", ": u", ": @C", "5 be", "7 c"])), max_size=30)
)
def test_every_cell_is_counted_once(texts):
    from collections import Counter

    tally = Tally()
    unreadable = tally.add(Counter(texts), read_cell)
    account = tally.account
    assert account.cells == len(texts)
    assert account.closes
    assert account.refused == sum(text in unreadable for text in texts)
    assert sum(account.by_flags.values()) == account.cells - account.refused


def test_every_flag_has_words_and_a_status(catalogue):
    words = catalogue.code_list("flag").codes
    statuses = catalogue.code_list("obs-status").codes
    assert sorted(PRECEDENCE) == sorted(STATUS)
    assert {f"eurostat-{letter}" for letter in STATUS} <= words.keys()
    assert set(STATUS.values()) <= statuses.keys()
    assert set("FCNP") <= catalogue.code_list("conf-status").codes.keys()


def test_digits_that_may_be_confidential_are_not_shown():
    assert shown("1234 @Cx") == "'#### @Cx'"
    assert shown("1234 C") == "'#### C'"
    assert shown("12,5") == "'12,5'"
