import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.parsing.numbers import SPACES, parse_count, parse_number

FORMATS = [(",", " "), (",", "."), (".", ","), (".", " "), (",", ""), (".", ""), (".", "'")]


def written(cents: int, decimal: str, group: str) -> str:
    """A number of cents as an organisation with these marks writes it."""
    whole, fraction = divmod(abs(cents), 100)
    text = f"{whole:,}".replace(",", group)
    return ("-" if cents < 0 else "") + text + f"{decimal}{fraction:02d}"


@given(st.integers(-(10**13), 10**13), st.sampled_from(FORMATS), st.sampled_from(SPACES))
def test_round_trip_over_formats(cents, marks, space):
    decimal, group = marks
    text = written(cents, decimal, space if group == " " else group)
    assert parse_number(text, decimal, group) == cents / 100
    assert parse_number(text.replace("-", "\u2212"), decimal, group) == cents / 100


@given(st.integers(0, 10**12), st.sampled_from(FORMATS))
def test_counts(number, marks):
    decimal, group = marks
    assert parse_count(f"{number:,}".replace(",", group), decimal, group) == number
    assert parse_count(str(number), decimal, group) == number


@given(st.text(max_size=12), st.sampled_from(FORMATS))
def test_anything_else_is_one_sentence(text, marks):
    try:
        parse_number(text, *marks)
    except ValueError as error:
        assert "expected" in str(error)  # noqa: PT017  (either outcome is right)


@pytest.mark.parametrize(
    ("text", "decimal", "group"),
    [
        ("1.234", ",", ""),
        ("1.234", ",", " "),
        ("1,234", ".", ""),
        ("1.23", ",", "."),
        ("1.2345", ",", "."),
        ("12.34.567", ",", "."),
        ("1234.567", ",", "."),
        ("1,2,3", ",", ""),
        ("1,5,0", ",", "."),
        ("1 234.567", ",", " "),
        ("1\u00a0234 567", ",", " "),
        (".5", ".", ""),
        ("5.", ".", ""),
        ("1e5", ".", ""),
        ("nan", ".", ""),
        ("", ".", ""),
        ("٣", ".", ""),
        ("12 %", ",", " "),
        ("12 €", ",", " "),
    ],
)
def test_what_the_declared_marks_do_not_allow(text, decimal, group):
    with pytest.raises(ValueError, match="expected") as caught:
        parse_number(text, decimal, group)
    assert repr(text) in str(caught.value)


def test_percent_and_euro_when_allowed():
    assert parse_number("20,5 %", ",", " ", percent=True) == 20.5
    assert parse_number("1.250.149 EUR", ",", ".", euro=True) == 1250149
    assert parse_number("€ 5", ",", euro=True) == 5
    assert parse_number("5 euros", ",", euro=True) == 5


def test_marks_must_differ_and_numbers_be_finite():
    with pytest.raises(ValueError, match="cannot be told apart"):
        parse_number("1", ",", ",")
    with pytest.raises(ValueError, match="too large"):
        parse_number("9" * 400, ".")
    with pytest.raises(ValueError, match="whole number"):
        parse_count("1,5", ",")
