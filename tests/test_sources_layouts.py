"""The wider layouts of the first families: the same rows however an organisation writes them down."""

import datetime as dt
import io
import itertools

import pytest
from openpyxl import Workbook

from kpi.sources.build import build_files
from tests.source_files import ROOT, built, catalogue, reasons, values

FRENCH = (
    *("N° dossier", "Bénéficiaire", "Mesure d'aide", "Secteur", "Taille de l'entreprise", "Pays", "Montant sollicité"),
    *(
        "Montant accordé",
        "Montant liquidé",
        "Date d'introduction",
        "Date de la décision",
        "Date de liquidation",
        "Statut",
    ),
)
DUTCH = (
    *("Dossiernr", "Begunstigde", "Steunmaatregel", "Sector", "Bedrijfsgrootte", "Land", "Aangevraagd bedrag"),
    *("Toegekend bedrag", "Uitbetaald bedrag", "Datum van indiening", "Beslissingsdatum", "Betaaldatum", "Resultaat"),
)
BOTH = tuple(dict.fromkeys(f"{fr} / {nl}" for fr, nl in zip(FRENCH, DUTCH, strict=True)))
WORDS = {"fr": ("France", "Octroyée", "En cours"), "nl": ("Frankrijk", "Toegekend", "In behandeling")}
DATES = {
    "slashes": lambda day: day.strftime("%d/%m/%Y"),
    "dots": lambda day: day.strftime("%d.%m.%Y"),
    "iso": lambda day: day.isoformat(),
    "serials": lambda day: str((day - dt.date(1899, 12, 30)).days),
}
SUBMITTED, DECIDED, PAID = dt.date(2019, 6, 3), dt.date(2019, 6, 30), dt.date(2019, 9, 12)


def rows(language: str, write) -> list[tuple[object, ...]]:
    country, granted, pending = WORDS[language]
    what = ("fairs-abroad", "ict", "micro", country)
    return [
        (
            "É1",
            "Someone",
            *what,
            "1 250,50",
            "1 000",
            "1000,00 €",
            write(SUBMITTED),
            write(DECIDED),
            write(PAID),
            granted,
        ),
        ("É2", "Someone", *what, "10", "", "", write(SUBMITTED), "", "", pending),
    ]


def as_text(table, separator: str, encoding: str) -> bytes:
    quoted = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in table)
    return quoted.encode(encoding)


def assert_read(result) -> None:
    frame = result.observations
    assert result.held_back["reason"].tolist() == []
    assert values(frame, "export-aids-granted") == {"2019-06": 1}
    assert values(frame, "export-aid-amount") == {"2019-06": 1000}
    assert values(frame, "export-aid-requested") == {"2019-06": 1250.5}
    assert values(frame, "export-aid-paid") == {"2019-06": 1000}
    assert values(frame, "export-aid-processing-days") == {"2019-06": 27}
    assert values(frame, "export-aid-applications") == {"2019-06": 2}
    assert "Someone" not in frame.to_csv()


LAYOUTS = list(
    itertools.product(
        [("fr", FRENCH), ("nl", DUTCH), ("nl", BOTH)], ";,\t|", ["utf-8", "utf-8-sig", "cp1252"], sorted(DATES)
    )
)


@pytest.mark.parametrize("part", range(4))
def test_export_aid_in_every_layout(tmp_path, part):
    for number, ((language, headings), separator, encoding, dates) in enumerate(LAYOUTS[part::4]):
        content = as_text([headings, *rows(language, DATES[dates])], separator, encoding)
        path = tmp_path / f"{number}.csv"
        path.write_bytes(content)
        from kpi.sources.delivery import read_delivery
        from kpi.sources.export_aid import FORMATS

        (delivery,) = read_delivery(path, FORMATS, catalogue())
        shown = (language, separator, encoding, dates)
        assert delivery.problems == (), shown
        assert delivery.frame["granted"].tolist()[0] == 1000, shown
        assert delivery.frame["requested"].tolist() == [1250.5, 10], shown
        assert delivery.frame.loc[0, ["submitted", "decided", "paid_on"]].tolist() == [
            day.isoformat() for day in (SUBMITTED, DECIDED, PAID)
        ], shown
        assert delivery.frame["outcome"].tolist() == ["granted", "pending"], shown


@pytest.mark.parametrize(
    ("headings", "language", "separator", "encoding", "dates"),
    [
        (FRENCH, "fr", ";", "cp1252", "slashes"),
        (DUTCH, "nl", ",", "utf-8-sig", "dots"),
        (BOTH, "nl", "\t", "utf-8", "iso"),
        (FRENCH, "fr", ";", "utf-8", "serials"),
    ],
)
def test_export_aid_gives_the_same_figures(tmp_path, headings, language, separator, encoding, dates):
    assert_read(built(tmp_path, "export-aid", as_text([headings, *rows(language, DATES[dates])], separator, encoding)))


@pytest.mark.parametrize("write", [lambda day: day, lambda day: (day - dt.date(1899, 12, 30)).days])
def test_a_workbook_with_dates_or_their_day_numbers(tmp_path, write):
    book, content = Workbook(), io.BytesIO()
    for row in [BOTH, *rows("nl", write)]:
        book.active.append([None if cell == "" else cell for cell in row])
    book.save(content)
    (tmp_path / "aid.xlsx").write_bytes(content.getvalue())
    assert_read(build_files([tmp_path / "aid.xlsx"], "export-aid", catalogue(), ROOT / "expectations"))


@pytest.mark.parametrize("cell", ["2019", "20190630", "4364", "99999", "43646,5", "30/02/2019", "06/30/2019"])
def test_what_is_no_day_number_of_our_time_is_no_date(tmp_path, cell):
    table = [FRENCH, *rows("fr", lambda day: cell if day == SUBMITTED else day.isoformat())]
    result = built(tmp_path, "export-aid", as_text(table, ";", "utf-8"))
    assert set(reasons(result)) == {"2", "3"}
    assert result.observations.empty


def test_half_of_a_bilingual_heading_is_not_enough(tmp_path):
    table = [("N° dossier / Whatever", *FRENCH[1:]), *rows("fr", DATES["iso"])]
    result = built(tmp_path, "export-aid", as_text(table, ";", "utf-8"))
    assert "Application number" in result.held_back.loc[0, "reason"]


CHANGES = """Leadnummer;Contactpersoon;Gewijzigd door;Fase;Datum;Sector;Type congres;In competitie;Deelnemers;Dagen
L1;A. Person;B. Person;Lead;10/01/2019;ict;association;ja;100;3
L1;A. Person;B. Person;Inspectie ter plaatse;01/02/2019;;;;;
L1;A. Person;B. Person;Inspectie ter plaatse;01/05/2019;;;;;
L1;A. Person;B. Person;Kandidatuur;43525;;;;;
L1;A. Person;B. Person;Bevestigd;01/06/2020;;;;;
L2;C. Person;B. Person;lead;10/02/2019;;;;;
L3;D. Person;B. Person;bid;10/02/2019;ict;;;;
L4;E. Person;B. Person;lead;10/02/2019;ict;;;;
L4;E. Person;B. Person;lost;09/02/2019;ict;;;;
L5;E. Person;B. Person;lead;10/02/2019;ict;;;;
L5;E. Person;B. Person;lost;11/02/2019;ict;;;;
L5;E. Person;B. Person;won;12/02/2019;ict;;;;
L6;E. Person;B. Person;lead;10/02/2019;ict;;;;
L6;E. Person;B. Person;lost;11/02/2019;services;;;;
L7;E. Person;B. Person;lead;10/02/2019;ict;;;;
"""
LEADS = """Lead number;Contact;Sector;Congress type;In competition;Participants;Days;Lead date;Site inspection;Bid;\
Confirmed;Lost;Cancelled;Congress year
L7;A. Person;ict;association;yes;100;3;10/01/2019;01/02/2019;01/03/2019;01/06/2020;;;2021
"""


def test_leads_as_changes_of_stage(tmp_path):
    result = built(tmp_path, "convention-bureau", CHANGES, LEADS)
    frame = result.observations
    assert values(frame, "congress-leads", "sector") == {"ict": 2, "unknown": 1}
    assert values(frame, "congress-leads-open") == {"2019": 1}
    assert values(frame, "congress-site-inspections") == {"2019": 2}
    assert values(frame, "congresses-converted-site-visit") == {"2019": 2}
    assert values(frame, "congresses-won-in-competition") == {"2019": 2}
    assert values(frame, "congress-participants-confirmed") == {"2020": 200}
    held = reasons(result)
    assert set(held) == {str(row) for row in range(8, 17)}
    assert "a change to the stage lead" in held["8"]
    assert "follow the date of the lead" in held["9"]
    assert "not both" in held["11"]
    assert "one sector for the lead" in held["14"]
    assert "in one of the two tables only" in held["16"]
    assert "Person" not in frame.to_csv() + result.held_back.to_csv()


def test_one_layout_gives_what_the_other_gives(tmp_path):
    lead = "\n".join(line for line in CHANGES.splitlines() if line.startswith(("Lead", "L1")))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    narrow = built(tmp_path / "a", "convention-bureau", lead).observations
    wide = built(tmp_path / "b", "convention-bureau", LEADS).observations
    kept = ["indicator", "time_period", "obs_value", "sector", "congress_type"]
    assert narrow[kept].to_numpy().tolist() == wide[kept].to_numpy().tolist()


TRIPS = """Trip reference;Journalist;Size;Format;Market;Start date;Invited media;Transport;Hotel;Catering;Other costs
T1;A. Writer;large;in-person;France;10/12/2019;Le Temps;100;;;
T2;B. Writer;small;in-person;FR;10/01/2020;Gazette de l’Est|Le Temps;100;;;
T3;C. Writer;small;in-person;NL;10/01/2020;De Tijding;100;;;
T4;D. Writer;small;in-person;NL;10/01/2020;;100;;;
"""
MONITORED = """Author;Market;Medium;Outlet;Published on;Reach;Advertising value
A. Writer;FR;print;LE TEMPS;05/01/2020;1000;3000
A. Writer;FR;online;Gazette de l'Est;09/03/2020;;1500
A. Writer;FR;print;Le Temps;15/01/2020;10;10
A. Writer;FR;print;Gazette de l'Est;31/03/2020;10;10
A. Writer;NL;print;Le Temps;15/01/2020;10;10
A. Writer;;print;De Tijding;15/01/2020;10;10
A. Writer;NL;print;De Tijding;09/01/2020;10;10
"""


def test_clippings_without_a_reference_are_joined_by_who_was_invited(tmp_path):
    result = built(tmp_path, "press-trips", TRIPS, MONITORED)
    frame = result.observations
    assert values(frame, "press-trip-ad-value", "time_period", "medium") == {
        ("2019", "print"): 3000,
        ("2020", "online"): 1500,
    }
    held = reasons(result)
    assert set(held) == {"4", "5", "6", "7", "8"}
    assert "It may be of T1 or T2" in held["4"]
    assert all("There is none" in held[row] for row in "5678")
    assert "Writer" not in frame.to_csv() + result.held_back.to_csv()


@pytest.mark.parametrize(
    ("published", "joined"), [("09/12/2019", 0), ("10/12/2019", 1), ("08/02/2020", 1), ("09/02/2020", 0)]
)
def test_the_window_is_sixty_days_from_the_start(tmp_path, published, joined):
    trips = "\n".join(TRIPS.splitlines()[:2])
    clipping = MONITORED.splitlines()[0] + f"\nA. Writer;FR;print;Le Temps;{published};1000;3000\n"
    frame = built(tmp_path, "press-trips", trips, clipping).observations
    assert int((frame["indicator"] == "press-trip-articles").sum()) == joined
