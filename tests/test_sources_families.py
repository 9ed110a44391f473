"""What each source family makes of its rows; numbers small enough to check by head."""

from pathlib import Path

import pandas as pd
import pytest

from kpi.sources.build import build_files
from tests.small_catalogue import small_catalogue

CATALOGUE = small_catalogue()


@pytest.fixture
def build(root, tmp_path):
    def run(source: str, *texts: str):
        paths = [Path(tmp_path / f"file{number}.csv") for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return build_files(paths, source, CATALOGUE, root / "expectations")

    return run


def values(frame: pd.DataFrame, indicator: str, *by: str) -> dict:
    """Sums of one indicator by period, or by the given columns."""
    rows = frame[frame["indicator"] == indicator]
    return rows.groupby(list(by) or "time_period")["obs_value"].sum().to_dict()


AID = """Dossiernummer;Aanvrager;Maatregel;Sector;Grootte;Markt;Gevraagd bedrag;Toegekend bedrag;Betaald bedrag;\
Datum van indiening;Datum van beslissing;Datum van betaling;Beslissing
1;Jan Peeters BV;fairs-abroad;ict;micro;FR;1 000,00;800,00;800,00;02.01.2019;12.01.2019;01.03.2019;Toegekend
2;An Jacobs;recruitment;ict;small;;500;;;05/01/2019;25/01/2019;;Geweigerd
3;X;fairs-abroad;ict;micro;FR;100;100;;2019-01-06;2019-04-01;;Toegekend
4;Y;fairs-abroad;ict;micro;FR;100;;;2019-04-02;;;In behandeling
5;Z;fairs-abroad;ict;micro;FR;100;200;;2019-01-06;2019-02-01;;Toegekend
6;Peeters;fairs-abroad;ict;micro;FR;100;90;;2019-02-06;2019-02-01;;Toegekend
7;Peeters;fairs-abroad;ict;micro;FR;100;;;2019-02-06;2019-02-09;;Toegekend
"""


def test_export_aid(build):
    result = build("export-aid", AID)
    frame = result.observations
    assert values(frame, "export-aids-granted") == {"2019-01": 1, "2019-02": 0, "2019-03": 0, "2019-04": 1}
    assert values(frame, "export-aid-amount")["2019-01"] == 800
    assert values(frame, "export-aid-requested")["2019-01"] == 1500
    assert values(frame, "export-aid-paid") == {"2019-01": 800, "2019-02": 0, "2019-03": 0, "2019-04": 0}
    assert values(frame, "export-aid-decisions")["2019-01"] == 2
    assert values(frame, "export-aid-processing-days") == {"2019-01": 30, "2019-02": 0, "2019-03": 0, "2019-04": 85}
    assert values(frame, "export-aid-applications") == {"2019-01": 3, "2019-02": 0, "2019-03": 0, "2019-04": 1}
    assert set(frame["unit_measure"]) == {"count", "EUR", "days"}
    assert "Amount requested, Amount granted" in set(result.held_back["column"])
    assert result.held_back["row"].tolist() == ["7", "8", "6"]
    everything = frame.to_csv() + result.held_back.to_csv()
    assert not any(name in everything for name in ("Peeters", "Jacobs"))


LEADS = """Lead number;Contact;Sector;Congress type;In competition;Participants;Days;Lead date;Site inspection;Bid;\
Confirmed;Lost;Cancelled;Congress year
1;A. Person;ict;association;yes;100;3;10/01/2019;01/02/2019;01/03/2019;01/06/2020;;;2021
2;B. Person;ict;association;no;200;2;10/01/2019;01/02/2019;;;01/05/2019;;2020
3;C. Person;ict;association;yes;300;1;10/12/2019;;05/01/2020;;;;2022
4;D. Person;ict;corporate;no;50;1;10/12/2019;;;01/02/2020;;01/04/2020;2020
5;E. Person;ict;corporate;no;50;1;10/12/2019;;;01/02/2018;;;2020
6;F. Person;ict;corporate;no;50;1;10/12/2019;;;01/02/2020;01/03/2020;;2020
7;G. Person;ict;corporate;no;0;90;10/12/2019;;;;;;2020
"""


def test_convention_bureau(build):
    result = build("convention-bureau", LEADS)
    frame = result.observations
    assert values(frame, "congress-leads") == {"2019": 4}
    assert values(frame, "congress-leads-open") == {"2019": 1}
    assert values(frame, "congress-site-inspections") == {"2019": 2}
    assert values(frame, "congresses-converted-site-visit") == {"2019": 1}
    assert values(frame, "congress-bids") == {"2019": 1, "2020": 1}
    assert values(frame, "congresses-converted-bid") == {"2019": 1, "2020": 0}
    assert values(frame, "congresses-in-competition") == {"2019": 1, "2020": 1}
    assert values(frame, "congresses-won-in-competition") == {"2019": 1, "2020": 0}
    # The cancelled congress was won, but nobody will come.
    assert values(frame, "congress-days-confirmed") == {"2020": 3}
    assert values(frame, "congress-participants-confirmed") == {"2020": 100}
    assert set(result.held_back["row"]) == {"6", "7", "8"}
    assert "Person" not in frame.to_csv() + result.held_back.to_csv()


TRIPS = """Trip reference;Journalist;Size;Format;Market;Start date;Transport;Hotel;Catering;Other costs
T1;A. Writer;large;in-person;France;10/12/2019;1000,50;500;;0
T2;B. Writer;small;digital;NL;10/01/2019;;;;10
"""
CLIPPINGS = """Trip reference;Author;Medium;Outlet;Published on;Reach;Advertising value
T1;A. Writer;print;Gazette;05/01/2020;1000;3000
T1;A. Writer;online;Gazette;05/01/2020;;1500,5
T9;C. Writer;online;Gazette;05/01/2020;10;10
"""


@pytest.mark.parametrize("order", [(TRIPS, CLIPPINGS), (CLIPPINGS, TRIPS)])
def test_press_trips(build, order):
    result = build("press-trips", *order)
    frame = result.observations
    assert values(frame, "press-trips-large") == {"2019": 1}
    assert values(frame, "press-trips-small") == {"2019": 1}
    assert values(frame, "press-trips", "trip_format") == {"digital": 1, "in-person": 1}
    assert values(frame, "press-trip-hosting-cost", "cost_item") == {"transport": 1000.5, "hotel": 500, "other": 10}
    assert values(frame, "press-trip-ad-value", "time_period", "medium") == {
        ("2019", "online"): 1500.5,
        ("2019", "print"): 3000,
    }
    assert values(frame, "press-trip-articles") == {"2019": 2}
    assert values(frame, "press-trip-reach") == {"2019": 1000}
    assert result.held_back[["row", "found"]].to_numpy().tolist() == [["4", "'T9'"]]
    assert "Did you mean" in result.held_back.loc[0, "reason"] or "Known are" in result.held_back.loc[0, "reason"]
    assert "Writer" not in frame.to_csv() + result.held_back.to_csv()


def test_clippings_without_trips(build):
    result = build("press-trips", CLIPPINGS)
    assert (result.rows_read, result.rows_accepted, len(result.observations)) == (3, 0, 0)
    assert "Deliver the trips as well." in result.held_back.loc[0, "reason"]
