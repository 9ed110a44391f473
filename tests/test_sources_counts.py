"""Statbel, ticketing and web analytics: monthly counts by code."""

import pytest

from kpi.derive import derive
from tests.source_files import built, computed, reasons, values

STATBEL = """Mois|Code INS|Pays de résidence|Type d'hébergement|Nuitées|Arrivées
janvier 2019|21004|Pays-Bas|Hôtels|12.345|6.000
2019-01|21009|Belgique|hotel|999|500
2019-01|21009|Belgique|youth-hostel||
2019-01|21009|Total|hotel|13.344|6.500
2019-01|11002|Belgique|hotel|1.000|500
2019-01|21001|Belgique|hotel|1 000|500
2019-01|21001|France|hotel|1.00|500
2019-01|21001|Italie|hotel|100|500
"""


def test_statbel_writes_dots_between_thousands(tmp_path):
    result = built(tmp_path, "statbel", STATBEL)
    frame = result.observations
    assert values(frame, "statbel-nights", "ref_area", "market") == {("21004", "NL"): 12_345, ("21009", "BE"): 999}
    assert values(frame, "statbel-arrivals") == {"2019-01": 6_500}
    assert set(frame["unit_measure"]) == {"nights", "persons"}
    held = reasons(result)
    assert set(held) == {"5", "6", "7", "8", "9"}
    assert "not a total or a group" in held["5"]
    assert "'.' between thousands" in held["7"]


def test_statbel_indicators_are_not_those_of_visit_brussels(catalogue):
    ours = set(catalogue.source("statbel").indicators)
    assert not ours & set(catalogue.source("overnight-stays").indicators)
    for name in ours:
        definition = catalogue.indicator(name).definition
        assert all("visit.brussels" in words for words in (definition.fr, definition.nl, definition.en))


def towns(month: str, *, last: int = 19, hidden: int = 0) -> str:
    return "".join(f"{month}|{21000 + n}|BE|hotel|{'' if n == hidden else '1.000'}|500\n" for n in range(1, last + 1))


def test_the_region_is_the_sum_of_all_its_municipalities_or_what_its_own_row_says(tmp_path):
    rows = (towns("2019-01"), towns("2019-02", last=18), towns("2019-03", hidden=7), towns("2019-04"))
    own = "2019-04|04000|BE|hotel|20.000|9.000\n"
    frame = built(tmp_path, "statbel", STATBEL.splitlines()[0] + "\n" + "".join(rows) + own).observations
    region = frame[frame["ref_area"] == "BE10"]
    assert values(region, "statbel-nights") == {"2019-01": 19_000, "2019-04": 20_000}
    assert values(region, "statbel-arrivals") == {"2019-01": 9_500, "2019-03": 9_500, "2019-04": 9_000}


def test_a_sum_with_a_withheld_cell_is_at_least_what_is_shown_of_it(tmp_path, catalogue):
    shown = "".join(f"2019-{m:02d}|21004|{c}|hotel|500|200\n" for m in range(1, 13) for c in ("NL", "DE"))
    withheld = "2019-07|21004|FR|hotel||100\n"
    result = built(tmp_path, "statbel", STATBEL.splitlines()[0] + "\n" + shown + withheld)
    assert not reasons(result)
    cells = result.observations.set_index(["indicator", "time_period", "market"])[["obs_value", "qualifier"]]
    assert tuple(cells.loc["statbel-nights", "2019-07", "FR"]) == (0, "ge")
    assert tuple(cells.loc["statbel-nights", "2019-07", "NL"]) == (500, "eq")
    assert tuple(cells.loc["statbel-arrivals", "2019-07", "FR"]) == (100, "eq")
    sums = derive(result.observations, catalogue)
    sums = sums[sums["accommodation"] == "_T"].set_index(["indicator", "time_period", "market"])[
        ["obs_value", "qualifier"]
    ]
    nights = sums.loc["statbel-nights"]
    assert tuple(nights.loc["2019-06", "_T"]) == (1_000, "eq")
    assert tuple(nights.loc["2019-07", "_T"]) == (1_000, "ge")
    assert tuple(nights.loc["2019", "_T"]) == (12_000, "ge")
    assert tuple(nights.loc["2019", "NL"]) == (6_000, "eq")
    assert set(sums.loc["statbel-arrivals"]["qualifier"]) == {"eq"}


TICKETS = """Maand;Kanaal;Plaats;Koper;Verkochte tickets;Evenementen te koop;Bezoekers
2019-01;arsene50;other-partners;A. Buyer;100;10;
2019-01;Box Office;Kanal;B. Buyer;50;;70
2019-01;online;museums;C. Buyer;7;;30
2019-01;online;events;;;;5
2019-02;arsene50;other-partners;;-1;10;
2019-02;arsene50;nowhere;;1;10;
"""


def test_ticketing(tmp_path):
    result = built(tmp_path, "ticketing", TICKETS)
    frame = result.observations
    assert values(frame, "tickets-sold", "channel") == {"arsene50": 100, "box-office": 50, "online": 7}
    assert values(frame, "exhibition-visitors", "place") == {"kanal": 70}
    assert values(frame, "museum-attraction-visitors", "place") == {"museums": 30}
    assert values(frame, "venue-attendance", "place") == {"events": 5}
    assert computed(result, "arsene50-tickets-sold")["2019-01"] == 100
    assert computed(result, "arsene50-events-on-sale")["2019-01"] == 10
    assert computed(result, "boxoffice-tickets-sold")["2019-01"] == 50
    assert set(reasons(result)) == {"6", "7"}
    assert "Buyer" not in frame.to_csv() + result.held_back.to_csv()


SITES = """Month,Site,User ID,Sessions,Page views,Users
2019-01,screen.brussels,u1,100,300,80
2019-01,arsene50.brussels,u2,200,500,150
2019-01,visit.brussels,u3,1000,2500,800
2019-02,visit.brussels,u4,100,50,80
2019-02,agenda.brussels,u5,100,500,180
"""
ACCOUNTS = """Mois;Plateforme;Événement;Gestionnaire du compte;Abonnés;Interactions;Publications
2019-11;twitter;;A. Manager;900;10;3
2019-12;twitter;;A. Manager;1000;20;4
2019-12;instagram;eat! BRUSSELS;B. Manager;500;;
"""


@pytest.mark.parametrize("order", [(SITES, ACCOUNTS), (ACCOUNTS, SITES), (ACCOUNTS,), (SITES,)])
def test_web_and_social(tmp_path, order):
    result = built(tmp_path, "web-social", *order)
    frame = result.observations
    if SITES in order:
        assert values(frame, "screen-site-visits") == {"2019-01": 100}
        assert values(frame, "arsene50-site-visitors") == {"2019-01": 150}
        assert values(frame, "website-visits", "site") == {"arsene50-brussels": 200, "visit-brussels": 1000}
        assert values(frame, "website-page-views") == {"2019-01": 3300}
        assert set(reasons(result)) == {"5", "6"}
    if ACCOUNTS in order:
        assert values(frame, "social-engagement") == {"2019-11": 10, "2019-12": 20}
        assert computed(result, "social-followers")["2019"] == 1500
        assert computed(result, "social-followers", platform="twitter") == {"2019": 1000}
        assert computed(result, "social-followers", event="eat-brussels") == {"2019": 500}
    everything = frame.to_csv() + result.held_back.to_csv()
    assert not any(name in everything for name in ("Manager", "u1", "u4"))
