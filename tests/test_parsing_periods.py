import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.parsing.periods import bounds, frequency, parse_date, parse_period, previous, same_period_of, year_of

YEARS = st.integers(1901, 2099)
PERIODS = st.one_of(
    YEARS.map(str),
    st.builds("{}-S{}".format, YEARS, st.integers(1, 2)),
    st.builds("{}-Q{}".format, YEARS, st.integers(1, 4)),
    st.builds("{}-{:02d}".format, YEARS, st.integers(1, 12)),
    st.dates(dt.date(1901, 1, 1), dt.date(2099, 12, 31)).map(str),
)
MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


@given(PERIODS)
def test_a_period_reads_back_as_itself(period):
    assert parse_period(period) == period
    start, end = bounds(period)
    assert start <= end
    assert year_of(period) == int(end[:4]) == int(period[:4])


@given(PERIODS)
def test_previous_ends_the_day_before(period):
    before = previous(period)
    assert frequency(before) == frequency(period)
    gap = dt.date.fromisoformat(bounds(period)[0]) - dt.date.fromisoformat(bounds(before)[1])
    assert gap == dt.timedelta(days=1)


@given(PERIODS, st.integers(1902, 2098))
def test_same_period_keeps_frequency_and_place(period, year):
    other = same_period_of(period, year)
    assert frequency(other) == frequency(period)
    assert year_of(other) == year
    if frequency(period) != "D":
        assert other[4:] == period[4:]


@given(YEARS, st.integers(1, 12), st.sampled_from(["fr", "nl", "en"]), st.sampled_from(["{} {}", " {}\u00a0{} "]))
def test_months_in_words(year, month, language, form):
    assert parse_period(form.format(MONTHS[language][month - 1], year)) == f"{year}-{month:02d}"
    assert parse_period(form.format(MONTHS[language][month - 1].upper(), year)) == f"{year}-{month:02d}"


@given(st.dates(dt.date(1901, 1, 1), dt.date(2099, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"]))
def test_dates_are_day_first(date, form):
    assert parse_date(date.strftime(form)) == date.isoformat()


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("T1 2019", "2019-Q1"),
        ("1er trimestre 2019", "2019-Q1"),
        ("2e trimestre de 2019", "2019-Q2"),
        ("1e kwartaal 2019", "2019-Q1"),
        ("derde kwartaal van 2019", "2019-Q3"),
        ("K4 2019", "2019-Q4"),
        ("2019-T3", "2019-Q3"),
        ("2e semestre 2019", "2019-S2"),
        ("H1 2019", "2019-S1"),
        ("2019M01", "2019-01"),
        ("01/2019", "2019-01"),
        ("1.2019", "2019-01"),
        ("janv. 2019", "2019-01"),
        ("1er juin 2019", "2019-06-01"),
        ("30 juni 2019", "2019-06-30"),
        ("2016-05-01/2021-07-31", "2016-05-01/2021-07-31"),
        ("2021-01-01/..", "2021-01-01/.."),
    ],
)
def test_what_organisations_type(text, period):
    assert parse_period(text) == period


@pytest.mark.parametrize(
    "text",
    [
        *("", "19", "13/2019", "2019-13", "T5 2019", "3e semestre 2019", "30/02/2019", "31/04/2019"),
        *("06/30/2019", "1/2/19", "2019-Q5", "spring 2019", "2019/2020", "2021-07-31/2016-05-01", "../.."),
        *("201901", "٢٠١٩", "2019-6-30", "2019-02-29"),
    ],
)
def test_what_is_refused_says_what_was_found(text):
    with pytest.raises(ValueError, match=r"expected|does not exist|ends before") as caught:
        parse_period(text)
    assert repr(text) in str(caught.value)


def test_undated_and_open():
    assert bounds("") == ("", "")
    assert bounds("../2019-06-30") == ("", "2019-06-30")
    assert (frequency(""), year_of("")) == ("", None)
    with pytest.raises(ValueError, match="no start and end"):
        previous("2021-01-01/..")


def test_intervals_move_by_months_or_days():
    assert previous("2019-01-01/2019-06-30") == "2018-07-01/2018-12-31"
    assert previous("2019-03-10/2019-03-20") == "2019-02-27/2019-03-09"
    assert same_period_of("2019-01-01/2019-06-30", 2018) == "2018-01-01/2018-06-30"
    assert same_period_of("2019-02-01/2019-02-28", 2020) == "2020-02-01/2020-02-29"
    assert same_period_of("2018-09-01/2019-09-01", 2020) == "2019-09-01/2020-09-01"
    assert same_period_of("2020-02-29", 2019) == "2019-02-28"
