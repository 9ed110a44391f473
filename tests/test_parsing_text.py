import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.parsing.text import fold


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_case_does_not_matter(text):
    assert fold(text.lower()) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pays\u2011Bas", "pays-bas"),
        ("Pays \u2013 Bas", "PAYS - BAS"),
        ("L\u2019Hôtel", "l'hotel"),
        ("  Royaume\u00a0 Uni ", "royaume uni"),
        ("Cœur", "coeur"),
        ("BELGI\u0308E", "België"),
        ("Fran\u200bce\u200e", "France"),
    ],
)
def test_spellings_that_are_the_same(one, other):
    assert fold(one) == fold(other)
