"""Words, numbers and periods in the three languages."""

from __future__ import annotations

import inspect
import re
from typing import get_args

import pytest

from kpi import trends
from kpi.briefing import Status
from kpi.catalogue import Direction, Origin, Qualifier
from kpi.i18n import REGIONS, TranslationError, check_translations, read_catalogue, translator

SPACE, NARROW = "\u00a0", "\u202f"


def test_catalogues_and_code_agree():
    assert check_translations() == []


@pytest.mark.parametrize("language", REGIONS)
def test_a_missing_key_is_an_error_that_names_the_nearest(language):
    with pytest.raises(TranslationError, match=r"status\.reached"):
        translator(language).t("status.reachd")


def test_unknown_language():
    with pytest.raises(TranslationError, match="did you mean"):
        translator("frr")


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", f"1{NARROW}250{NARROW}149{SPACE}€"), ("nl", "1.250.149 euro"), ("en", "€1,250,149")],
)
def test_amounts(language, expected):
    assert translator(language).value(1_250_149, "EUR") == expected


@pytest.mark.parametrize(("language", "expected"), [("fr", f"20,5{SPACE}%"), ("nl", "20,5%"), ("en", "20.5%")])
def test_percentages(language, expected):
    assert translator(language).value(20.5, "percent") == expected
    assert translator(language).percent(0.205) == expected


@pytest.mark.parametrize(
    ("value", "shown"), [(9.6, "9.6"), (97.325, "97.325"), (0.03, "0.03"), (0.025, "0.025"), (297.0, "297"), (0, "0")]
)
def test_stated_digits_are_kept_and_none_invented(value, shown):
    assert translator("en").number(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(100 / 3, "33.33"), (0.000456789, "0.00046"), (-2.5, "−2.5")])
def test_endless_digits_are_cut_without_losing_a_small_number(value, shown):
    assert translator("en").number(value) == shown


def test_declared_decimals():
    assert translator("fr").number(44, 1) == "44,0"


@pytest.mark.parametrize(
    ("qualifier", "fr", "nl", "en"),
    [
        ("gt", f"plus de 170{SPACE}€", "meer dan 170 euro", "more than €170"),
        ("approx", f"environ 170{SPACE}€", "ongeveer 170 euro", "about €170"),
        ("le", f"au plus 170{SPACE}€", "hoogstens 170 euro", "at most €170"),
    ],
)
def test_qualifiers(qualifier, fr, nl, en):
    found = [translator(language).value(170, "EUR", qualifier=qualifier) for language in ("fr", "nl", "en")]
    assert found == [fr, nl, en]


def test_ranges_and_bounds_without_a_value():
    assert translator("fr").value(None, "count", 13, 14, "range") == "13 à 14"
    assert translator("en").value(None, "count", low=8, qualifier="gt") == "more than 8"
    assert translator("en").value(float("nan"), "count") == ""


def test_a_year_is_a_name_not_a_quantity():
    assert translator("fr").value(2050, "year") == "2050"


def test_signed():
    assert translator("fr").signed(-1234.0) == f"−1{NARROW}234"
    assert translator("nl").signed(3.2, "percent") == "+3,2 procentpunt"
    assert translator("en").signed_percent(-0.6) == "−60%"
    assert translator("en").signed_percent(0.031) == "+3.1%"
    assert translator("en").signed_percent(0.0) == "0%"


@pytest.mark.parametrize(
    ("period", "fr", "nl", "en"),
    [
        ("2019", "2019", "2019", "2019"),
        ("2019-01", "janvier 2019", "januari 2019", "January 2019"),
        ("2019-Q1", "1er trimestre 2019", "1e kwartaal 2019", "1st quarter 2019"),
        ("2019-S2", "2e semestre 2019", "2e halfjaar 2019", "2nd half 2019"),
        ("2019-06-30", "30 juin 2019", "30 juni 2019", "30 June 2019"),
        ("2016-05-01/2021-07-31", "mai 2016 – juillet 2021", "mei 2016 – juli 2021", "May 2016 – July 2021"),
        ("2017-01-01/2018-12-31", "2017–2018", "2017–2018", "2017–2018"),
        ("2021-01-01/..", "depuis 2021", "sinds 2021", "since 2021"),
        ("../2019-06-30", "jusqu’au 30 juin 2019", "tot en met 30 juni 2019", "until 30 June 2019"),
        ("", "sans date", "zonder datum", "undated"),
    ],
)
def test_periods(period, fr, nl, en):
    assert [translator(language).period(period) for language in ("fr", "nl", "en")] == [fr, nl, en]


def test_periods_within_a_sentence():
    fr = translator("fr")
    assert [fr.during(p) for p in ("2019", "2019-06-30", "2016-04-01/2021-07-31")] == [
        "en 2019",
        "au 30 juin 2019",
        "entre avril 2016 et juillet 2021",
    ]


def test_the_first_of_a_month():
    assert translator("fr").date("2016-05-01") == "1er mai 2016"


@pytest.mark.parametrize(("count", "fr", "en"), [(1, "1 indicateur.", "1 KPI."), (3, "3 indicateurs.", "3 KPIs.")])
def test_plurals(count, fr, en):
    assert translator("fr").n("in-short.declared", count).endswith(fr)
    assert translator("en").n("in-short.declared", count).endswith(en)


def test_what_is_held_back_has_one_word_in_dutch():
    said = [str(message.string) for message in read_catalogue("nl")]
    assert any("tegengehouden" in words for words in said)
    assert not [words for words in said if "achtergehouden" in words]


def test_zero_is_singular_in_french_and_plural_in_english():
    assert "{" not in translator("fr").n("portal.counts", 0, with_data="0")
    assert translator("fr").n("in-short.declared", 0).endswith("0 indicateur.")
    assert translator("en").n("in-short.declared", 0).endswith("0 KPIs.")


def test_statements_are_joined_as_the_language_does():
    assert translator("fr").joined(["définition", "fictif"]) == f"définition{SPACE}; fictif"
    assert translator("nl").joined(["definitie", "fictief"]) == "definitie; fictief"


def test_markup_escapes_all_but_markup():
    from markupsafe import Markup

    text = translator("en").markup("kpi.printed-label", label=Markup("<b>x</b>"))
    assert text.endswith("<b>x</b>")
    assert "&lt;i&gt;" in translator("en").markup("kpi.printed-label", label="<i>")


@pytest.mark.parametrize("language", REGIONS)
def test_every_code_a_page_can_meet_has_words(language):
    words = translator(language)
    keys = [f"status.{s}" for s in get_args(Status)] + [f"direction.{d}" for d in get_args(Direction)]
    keys += [f"formula.{o}" for o in get_args(Origin)]
    keys += [f"qualifier.{q}" for q in get_args(Qualifier) if q not in {"eq", "range"}]
    keys += [f"in-short.status-{s}" for s in get_args(Status) if s != "no-data"]
    source = inspect.getsource(trends)
    keys += [f"reason.{r}" for r in re.findall(r'(?<!-> )return "([a-z-]+)"', source)]
    keys += [f"reason.{r}" for r in re.findall(r'"undetermined", "([a-z-]+)"', source)]
    keys += [f"change.{r}" for r in re.findall(r'reason="([a-z-]+)"', source)]
    assert [key for key in keys if not words.has(key)] == []
