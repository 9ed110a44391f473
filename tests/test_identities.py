import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.errors import CatalogueError
from kpi.identities import (
    Identity,
    check_identities,
    findings_for,
    load_identities,
    printed_languages,
    refused,
    surprises,
)
from kpi.listing import identity_table
from kpi.relations import MissingError, close, relate
from tests.conftest import ROOT, rows

NOTE = {"fr": "Une phrase.", "nl": "Een zin.", "en": "A sentence."}
VALUES = {"F1": 60, "F2": 40, "F3": 20, "F4": 0.5, "F5": None, "F6": 60}
LANGUAGES = {"F1": "both", "F2": "both", "F3": "fr"}
PRINTED = rows(
    *({"figure": name, "obs_value": value, "time_period": "2019"} for name, value in VALUES.items()),
    {"figure": "F7", "value_low": 10, "value_high": 20, "time_period": "", "period_end": "2020-03-31"},
    {"figure": "F8", "obs_value": 1, "time_period": "2020-Q1", "market": "FR"},
    {"figure": "F9", "obs_value": 1, "time_period": "", "market": "FR"},
    source="published",
)


def identity(kind, left, right=(), **other) -> Identity:
    return Identity.model_validate(
        {"id": "one", "number": 1, "holds": True, "kind": kind, "left": left, "right": right, "note": NOTE, **other}
    )


def finding(kind, left, right=(), **other):
    (found,) = check_identities([identity(kind, left, right, **other)], PRINTED, LANGUAGES)
    return found


@pytest.mark.parametrize(
    ("kind", "left", "right", "other", "result"),
    [
        ("sum", ["F1"], ["F2", "F3"], {}, True),
        ("sum", ["F1"], ["F2", "-F3"], {}, False),
        ("sum", ["F1"], ["F2", "F3", 3], {"tolerance": 3}, True),
        ("sum", ["F1"], ["F2", "F3", 3], {"tolerance": 2.9}, False),
        ("sum", ["F1"], ["F2", "F2"], {"weights": {"F2": 0.75}}, True),
        ("equal", ["F1"], ["F6"], {}, True),
        ("equal", ["F7.end"], ["F8.end"], {}, True),
        ("equal", ["F7.end"], ["F1.end"], {}, False),
        ("at-least", ["F1"], ["F6"], {}, True),
        ("at-least", ["F3"], ["F7.high", 1], {}, False),
        ("at-most", ["F3"], ["F7.high"], {}, True),
        ("at-most", ["F1"], ["F2"], {}, False),
        ("product", ["F3"], ["F2", "F4"], {}, True),
        ("product", ["F3"], ["F2", "F4"], {"factor": 0.01}, False),
        ("quotient", ["F4"], ["F3", "F2"], {}, True),
        ("quotient", [50], ["F3", ["F1", "-F3"]], {"factor": 100}, True),
        ("pairwise", ["F1", "F3"], ["F6", ["F1", "-F2"]], {}, True),
        ("pairwise", ["F1", "F3"], ["F6", "F2"], {}, False),
        ("descending", ["F1", "F6", "F3"], [], {}, True),
        ("descending", ["F1", "F3", "F6"], [], {}, False),
        ("whole-number", ["F4"], [200], {}, True),
        ("whole-number", ["F4"], [100], {"tolerance": 0.05}, False),
        ("same-dimensions", ["F8"], ["F9"], {}, True),
        ("same-dimensions", ["F8"], ["F1"], {}, False),
        ("both-languages", ["F1", "F2"], [2], {}, True),
        ("both-languages", ["F1", "F2", "F2"], [3], {}, False),
        ("both-languages", ["F1", "F3"], [2], {}, False),
        ("not-comparable", ["F1"], ["F2"], {"holds": False}, False),
    ],
)
def test_each_kind(kind, left, right, other, result):
    assert finding(kind, left, right, **other).result is result


def test_values_of_both_sides_are_told():
    assert (finding("sum", ["F1"], ["F2", 1]).left, finding("sum", ["F1"], ["F2", 1]).right) == ((60,), (41,))
    assert finding("equal", ["F7.end"], ["F1.end"]).left == ("2020-03-31",)
    assert finding("same-dimensions", ["F8"], ["F1"]).left == ("market=FR",)
    assert finding("both-languages", ["F1", "F3"], [2]).left == (1,)


def test_a_surprise_is_one_sentence():
    assert str(finding("descending", ["F3", "F1"]).problem) == (
        "expectations/identities.yaml entry 'one': found 20; 60, which fails, "
        "expected descending that holds, as declared. "
        "Check the figures against the lines of their documents. (A sentence.)"
    )
    found = finding("equal", ["F1"], ["F6"], holds=False)
    assert "found 60 against 60, which holds, expected equal that fails, as declared. If the doc" in str(found.problem)


@pytest.mark.parametrize(
    ("kind", "left", "right", "words"),
    [
        ("sum", ["F1"], ["F99"], "no figure F99 among the observations"),
        ("sum", ["F1"], ["F5"], "figure F5 has no obs_value"),
        ("sum", ["F1"], ["F2.low"], "figure F2 has no value_low"),
        ("equal", ["F1.end"], ["F9.end"], "figure F9 has no end of its period"),
        ("quotient", ["F1"], ["F2", 0], "a division by zero"),
        ("both-languages", ["F1", "F4"], [2], "languages of figure F4 are not known"),
    ],
)
def test_what_cannot_be_computed_is_a_surprise_that_says_why(kind, left, right, words):
    found = finding(kind, left, right)
    assert found.result is None
    assert found.surprise
    assert words in str(found.problem)


def test_of_a_corrected_figure_the_printed_value_counts():
    corrected = rows({"figure": "F1", "obs_value": 3, "printed": 0.03, "time_period": "2019"})
    assert check_identities([identity("equal", ["F1"], [0.03])], corrected)[0].result


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=8))
def test_a_whole_is_the_sum_of_its_parts_in_any_order(parts):
    whole = sum(sorted(parts))
    assert relate("sum", [whole], parts, tolerance=1e-3)[0]
    assert relate("at-least", [whole], parts, tolerance=1e-3)[0]
    assert not relate("sum", [whole + 10], parts, tolerance=1e-3)[0]


@given(st.integers(1, 5000), st.data())
def test_a_share_of_a_count_is_whole_exactly_when_it_is_one(base, data):
    things = data.draw(st.integers(1, base))
    assert relate("whole-number", [100 * things / base], [base])[0]
    assert not relate("whole-number", [100 * (things + 0.5) / base], [base], tolerance=1e-6)[0]


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.floats(0, 1e6))
def test_at_least_at_most_and_equal_agree(left, right, tolerance):
    more, less = (relate(kind, [left], [right], tolerance=tolerance)[0] for kind in ("at-least", "at-most"))
    assert (more and less) == close(left, right, tolerance)
    assert more or less


def test_a_division_by_zero_is_no_result():
    with pytest.raises(MissingError, match="division by zero"):
        relate("whole-number", [1], [0])


# The form


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("holds: perhaps", "field holds: found 'perhaps'"),
        ("kind: total", "field kind: found 'total'"),
        ("kind: quotient", "quotient needs 2 in right, found 1"),
        ("kind: not-comparable", "declare holds: false"),
        ("right: []", "sum needs a term in right"),
        ("left: [f1]", "field left.0"),
        ("left: [-F1.low]\n  kind: same-dimensions", "takes figures, without sign or bound"),
        ("weights: {F9: 0.5}", "weights name figures of neither side: F9"),
        ("tolerance: -1", "field tolerance: found -1"),
        ("tolerence: 1", "did you mean 'tolerance'?"),
        ("note: {fr: x, nl: x}", "field note.en"),
    ],
)
def test_a_mistake_names_file_entry_and_field(tmp_path, change, words):
    entry = {"id": "one", "number": "1", "holds": "true", "kind": "sum", "left": "[F1]", "right": "[F2]"}
    entry |= {"note": "{fr: x, nl: x, en: x}"}
    lines = [f"  {key}: {value}" for key, value in entry.items() if not re.search(rf"(^|\W){key}:", change)]
    path = tmp_path / "identities.yaml"
    path.write_text("\n".join(["identities:", "-", *lines, f"  {change}"]), encoding="utf-8")
    with pytest.raises(CatalogueError, match=re.escape(words)) as caught:
        load_identities(path)
    assert f"{path}, identities entry 'one'" in str(caught.value)


def test_an_id_is_given_once_and_a_missing_file_declares_nothing(tmp_path):
    entry = "- {id: one, number: 1, holds: true, kind: sum, left: [F1], right: [F2], note: {fr: x, nl: x, en: x}}"
    path = tmp_path / "identities.yaml"
    assert load_identities(path) == ()
    path.write_text(f"identities:\n{entry}\n{entry}\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="an id is given once"):
        load_identities(path)


# Those of the product


@pytest.fixture(scope="module")
def identities() -> tuple[Identity, ...]:
    return load_identities(ROOT / "expectations" / "identities.yaml")


@pytest.fixture(scope="module")
def published(catalogue) -> pd.DataFrame:
    from kpi.sources import build_source

    return build_source(ROOT, "published", catalogue).observations


@pytest.fixture(scope="module")
def languages() -> dict[str, str]:
    return printed_languages(sorted((ROOT / "data" / "published").glob("*.csv")))


def test_all_seventy_six_come_out_as_declared(identities, published, languages):
    findings = check_identities(identities, published, languages)
    assert len(findings) == 96
    assert {found.identity.number for found in findings} == set(range(1, 77))
    assert [str(found.problem) for found in surprises(findings)] == []


@pytest.mark.parametrize(
    ("figure", "value", "surprising"),
    [
        ("ER021", 3.03, "export-aid-share-whole-trademark-advice"),  # a finding that the document would repair
        ("BI075", 61, "erdf-projects-pillars"),
        ("IM235", 8_000_000, "kanal-operating-total-2022-revised"),
        ("ER112", 37, "south-call-admissible-by-region"),  # a sum that stops holding
        ("IM066", 7, "hotels-classified-stars"),
    ],
)
def test_a_doctored_figure_is_a_surprise_in_both_senses(identities, published, languages, figure, value, surprising):
    doctored = published.assign(obs_value=published["obs_value"].mask(published["figure"] == figure, value))
    found = {s.identity.id: s for s in surprises(check_identities(identities, doctored, languages))}
    assert surprising in found
    assert all(figure in s.identity.figures for s in found.values())
    assert f"entry '{surprising}': found" in str(found[surprising].problem)


def test_comparisons_that_mislead_are_refused_either_way_round(identities):
    for pair in (("IM107", "IM106"), ("IM106", "IM107")):
        entry = refused(identities, *pair)
        assert entry is not None
        assert entry.id == "fines-recovered-of-established"
    assert refused(identities, "IM044", "IM047") is not None
    assert refused(identities, "IM046", "IM047") is None  # both are parts
    assert refused(identities, "ER111", "ER112") is None


def test_findings_of_a_figure_and_their_table(identities, published, languages):
    findings = check_identities(identities, published, languages)
    assert [found.identity.id for found in findings_for(findings, ["ER021"])] == [
        "export-aid-share-whole-trademark-advice",
        "export-aid-number-shares-whole",
    ]
    assert findings_for(findings, []) == ()
    table = identity_table(findings, "fr").set_index("id")
    row = table.loc["erdf-projects-pillars"]
    assert (row["holds"], row["result"], row["surprise"], row["left"], row["right"]) == (
        False,
        False,
        False,
        "58",
        "61",
    )
    assert list(table["note"]) == [found.identity.note.fr for found in findings]


def test_unreadable_published_files_are_left_to_the_build(tmp_path):
    (tmp_path / "a.csv").write_text("figure;languages\nF1;both\n", encoding="utf-8")
    (tmp_path / "b.csv").write_bytes(b"figure,languages\nF2,\xe9\xff\n")
    (tmp_path / "c.csv").write_text("figure,languages\nF3,nl\n", encoding="utf-8")
    assert printed_languages([*sorted(tmp_path.glob("*.csv")), Path(tmp_path / "none.csv")]) == {"F3": "nl"}
