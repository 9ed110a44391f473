"""Write the made-up samples of the further sources: same seed, same bytes.

    python data/sample/make_more_samples.py [FOLDER]

The numbers are invented and few: each sample feeds only indicators whose objectives are about just that. A handful
of totals has the size of a published figure (7.03 million nights in 2019 for the statistics office; 45 000 tickets and
1 623 events of Arsene 50 in 2019), so that reports drawn from samples look right.
"""

from __future__ import annotations

import datetime as dt
import math
import runpy
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

_BASE: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("make_samples.py")))
SEED, AS_OF, SECTORS = _BASE["SEED"], _BASE["AS_OF"], _BASE["SECTORS"]
shared, drawn, day, write = _BASE["shared"], _BASE["drawn"], _BASE["day"], _BASE["write"]
Rows = Iterable[Sequence[object]]

SEASON = (6, 6.4, 7.9, 8.8, 9.2, 9.1, 8.6, 8.4, 9, 9.4, 8.7, 8.5)
COVID = {
    2020: (1, 1, 0.45, 0.03, 0.04, 0.09, 0.25, 0.24, 0.2, 0.15, 0.06, 0.08),
    2021: (0.08, 0.08, 0.1, 0.1, 0.15, 0.25, 0.45, 0.5, 0.5, 0.6, 0.52, 0.4),
}


def months(*years: int) -> Iterable[tuple[str, float]]:
    """Months of some years, each with its season and what the pandemic left of it."""
    for year in years:
        for month in range(12):
            yield f"{year}-{month + 1:02d}", SEASON[month] * COVID.get(year, (1.0,) * 12)[month]


def monthly(random: Random, totals: dict[int, int]) -> dict[str, int]:
    """A yearly total for each year, spread over its months."""
    spread = {}
    for year, total in totals.items():
        of_year = list(months(year))
        weights = [weight * random.uniform(0.9, 1.1) for _, weight in of_year]
        spread |= dict(zip((month for month, _ in of_year), shared(total, weights), strict=True))
    return spread


def dotted(number: int) -> str:
    """As the statistics office writes thousands, in French too."""
    return f"{number:,}".replace(",", ".")


def statbel() -> Rows:
    """Nights and arrivals in hotels by municipality, 2019 and 2020."""
    random = Random(f"{SEED} statbel")
    yield "Mois", "Code INS", "Pays de résidence", "Type d'hébergement", "Nuitées", "Arrivées"
    size = {4: 56, 9: 5, 13: 12, 14: 8, 15: 2, 1: 4, 5: 3, 6: 3, 12: 2}
    towns = {21000 + number: size.get(number, 0.4) for number in range(1, 20)}
    markets = {"BE": 22, "FR": 14, "GB": 9, "DE": 8, "OTHER": 47}
    for year, total in {2019: 7_030_000, 2020: 1_720_000}.items():
        cells = [
            (month, town, market, weight * towns[town] * markets[market] * random.uniform(0.9, 1.1))
            for month, weight in months(year)
            for town in towns
            for market in markets
        ]
        for (month, town, market, _), nights in zip(cells, shared(total, [cell[3] for cell in cells]), strict=True):
            yield month, town, market, "hotel", dotted(nights), dotted(round(nights / random.uniform(1.7, 1.9)))


def calls_for_projects() -> Rows:
    """Applications to the two calls of the development cooperation, 2018 to 2021."""
    random = Random(f"{SEED} calls")
    yield (
        *("Numéro de la demande", "Demandeur", "Appel à projets", "Genre", "Date de réception", "Recevable"),
        *("Sélectionné", "Montant octroyé"),
    )
    number = 0
    for year in range(2018, 2022):
        for call, received, chosen, amount in (("south", 46, 8, 62_000), ("global-citizenship", 44, 12, 18_000)):
            selected = set(random.sample(range(received), chosen))
            for place in range(received + random.randint(-4, 4)):
                number += 1
                admissible = place in selected or random.random() < 0.86
                money = 100 * round(amount * random.uniform(0.7, 1.3) / 100) if place in selected else ""
                date = dt.date(year, random.randint(3, 5), random.randint(1, 28))
                answers = ("oui" if admissible else "non", "oui" if place in selected else "non")
                gender = drawn(random, {"women": 46, "men": 42, "organisation": 12})
                yield f"AP-{number:04d}", f"Sample applicant {number}", call, gender, day(date), *answers, money


def case_files() -> Rows:
    """Inspections of tourist accommodation and the fines that follow some of them, 2018 to 2021."""
    random = Random(f"{SEED} cases")
    yield (
        *("Dossiernummer", "Soort dossier", "Type", "Inspecteur", "Exploitant", "Openingsdatum", "Afsluitingsdatum"),
        "Resultaat",
    )
    kinds = {"unregistered-accommodation": 70, "post-registration-check": 20, "pre-registration-check": 10}
    number = 0
    for year, files in {2018: 96, 2019: 118, 2020: 61, 2021: 74}.items():
        for opened in sorted(dt.date(year, 1, 1) + dt.timedelta(days=random.randrange(365)) for _ in range(files)):
            number += 1
            closed = opened + dt.timedelta(days=random.randint(20, 400))
            done, found = closed <= AS_OF, random.random() < 0.55
            people = (f"Sample inspector {random.randint(1, 6)}", f"Sample operator {number}")
            outcome = ("infringement" if found else "compliant") if done else ""
            yield f"I-{number:04d}", "inspectie", drawn(random, kinds), *people, day(opened), day(closed), outcome
            if done and found and random.random() < 0.4:
                decided = closed + dt.timedelta(days=random.randint(60, 240))
                imposed = ("fine-imposed" if random.random() < 0.7 else "no-fine") if decided <= AS_OF else ""
                yield f"F-{number:04d}", "boete", "", *people, day(closed), day(decided), imposed


def ticketing() -> Rows:
    """Tickets of Arsene 50 and Box Office, and the visitors of one venue, 2018 to 2021."""
    random = Random(f"{SEED} tickets")
    yield "Mois", "Canal", "Lieu", "Tickets vendus", "Événements mis en vente", "Entrées"
    last_minute = monthly(random, {2018: 43_200, 2019: 45_000, 2020: 18_000, 2021: 21_400})
    on_sale = monthly(random, {2018: 1_540, 2019: 1_623, 2020: 596, 2021: 810})
    box_office = monthly(random, {2018: 9_800, 2019: 14_600, 2020: 4_900, 2021: 8_700})
    visitors = monthly(random, {2018: 204_000, 2019: 236_000, 2020: 71_000, 2021: 118_000})
    for month in last_minute:
        yield month, "arsene50", "other-partners", last_minute[month], on_sale[month], ""
        yield month, "box-office", "other-partners", box_office[month], "", ""
        yield month, "offline", "kanal", "", "", visitors[month]


def web_sites() -> Rows:
    """Visits to two sites that have indicators of their own, 2018 to 2021."""
    random = Random(f"{SEED} web")
    yield "Month", "Site", "Visits", "Users"
    for month, visits in monthly(random, {2018: 61_000, 2019: 68_400, 2020: 70_900, 2021: 83_300}).items():
        yield month, "screen.brussels", visits, ""
    for month, visitors in monthly(random, {2018: 128_200, 2019: 136_570, 2020: 58_100, 2021: 77_900}).items():
        yield month, "arsene50.brussels", "", visitors


def accounts() -> Rows:
    """Followers and posts of two accounts, 2019 to 2021."""
    random = Random(f"{SEED} accounts")
    yield "Mois", "Plateforme", "Événement", "Gestionnaire du compte", "Abonnés", "Publications"
    followers = {"twitter": 640.0, "instagram": 9_200.0}
    for month, _ in months(2019, 2020, 2021):
        for platform, event, posts in (("twitter", "", 13), ("instagram", "eat-brussels", 6)):
            followers[platform] *= random.uniform(1.002, 1.024)
            yield (
                month,
                platform,
                event,
                "Sample manager",
                round(followers[platform]),
                random.randint(posts - 4, posts + 4),
            )


def survey_counts() -> Rows:
    """How many gave each score: customers of Box Office by quarter, two festivals by year."""
    random = Random(f"{SEED} surveys")
    yield (
        *("Enquête", "Question", "Période", "Produit", "Événement", "Pire note", "Meilleure note", "Note"),
        "Nombre de réponses",
    )
    for year in (2019, 2020, 2021):
        for quarter in range(1, 5):
            people = shared(random.randint(140, 260), [random.uniform(0.7, 1.3) * w for w in (3, 6, 15, 44, 32)])
            for score, count in enumerate(people, start=1):
                yield "customers", "satisfaction", f"{year}-Q{quarter}", "box-office", "", 1, 5, score, count
    weights = (2, 1, 2, 3, 3, 6, 8, 16, 25, 18, 16)
    for event in ("comic-strip-festival", "i-love-science"):
        for year in (2018, 2019, 2021):
            people = shared(random.randint(350, 620), [random.uniform(0.7, 1.3) * w for w in weights])
            for score, count in enumerate(people):
                yield "event-visitors", "recommendation", year, "", event, 0, 10, score, count


def survey_answers() -> Rows:
    """Single answers of congress clients after a site inspection, 2018 to 2021."""
    random = Random(f"{SEED} answers")
    yield (
        *("Antwoordnummer", "Respondent", "Opmerking", "Enquête", "Vraag", "Datum", "Fase", "Slechtste score"),
        *("Beste score", "Score"),
    )
    number = 0
    scores = {"10": 16, "9": 24, "8": 28, "7": 14, "6": 8, "5": 6, "3": 4}
    for year, answers in {2018: 38, 2019: 44, 2020: 14, 2021: 25}.items():
        for date in sorted(dt.date(year, 1, 1) + dt.timedelta(days=random.randrange(365)) for _ in range(answers)):
            number += 1
            who = (f"A-{number:03d}", f"Sample respondent {number}", "Sample comment")
            yield *who, "clients", "tevredenheid", day(date), "site-inspection", 1, 10, drawn(random, scores)


def film_fund() -> Rows:
    """Projects supported at three sessions a year, 2017 to 2021; the latest have promised more than they have spent."""
    random = Random(f"{SEED} film")
    yield (
        *("Numéro du projet", "Titre", "Réalisateur", "Date de la session", "Type de projet", "Montant engagé"),
        *("Dépenses en Région", "Statut des dépenses"),
    )
    kinds = {"feature-film": 52, "series": 22, "documentary": 26}
    budget = {"feature-film": 105_000, "series": 165_000, "documentary": 32_000}
    number = 0
    for year in range(2017, 2022):
        for session in (dt.date(year, 3, 15), dt.date(year, 6, 20), dt.date(year, 11, 14)):
            for _ in range(random.randint(9, 14)):
                number += 1
                kind = drawn(random, kinds)
                money = 1000 * round(budget[kind] * random.uniform(0.5, 1.5) / 1000)
                spent = round(money * random.uniform(5.5, 13.5))
                promised = year == 2021 or (year == 2020 and random.random() < 0.5)
                who = (f"SB-{number:03d}", f"Sample title {number}", f"Sample director {number}")
                yield *who, day(session), kind, money, spent, "promised" if promised else "realised"


def rankings() -> Rows:
    """Ranks of Brussels, 2017 to 2021."""
    yield "Classement", "Année", "Rang", "Encodé par"
    ranks = {
        "Global City Index": (11, 10, 12, 14, 13),
        "World Best Cities": (58, 61, 63, 66, 64),
        "UIA": (2, 2, 2, 3, 2),
        "GDS-Index": (19, 17, 16, 15, 13),
    }
    for name, values in ranks.items():
        for year, rank in zip(range(2017, 2022), values, strict=True):
            yield name, year, rank, "Sample person"


def budgets() -> Rows:
    """Operating means of two services and of development cooperation, 2018 to 2021; 2020 was revised."""
    random = Random(f"{SEED} budgets")
    yield (
        *("Année budgétaire", "Budget", "Service", "Version", "Gestionnaire", "Montant voté", "Montant engagé"),
        "Montant liquidé",
    )
    lines = (
        ("operating", "accommodation-service", 250_000),
        ("operating", "screen-brussels", 520_000),
        ("cooperation", "", 2_900_000),
    )
    for year in range(2018, 2022):
        for line, team, amount in lines:
            voted = 1000 * round(amount * (1 + 0.02 * (year - 2018)) / 1000)
            versions = {"original": voted, "revised": round(voted * 0.85)} if year == 2020 else {"original": voted}
            for version, money in versions.items():
                last = version == list(versions)[-1]
                committed = round(money * random.uniform(0.9, 0.99)) if last else ""
                paid = round(committed * random.uniform(0.88, 0.98)) if last else ""
                yield year, line, team, version, "Sample manager", money, committed, paid


def staff() -> Rows:
    """Staff in post of three services on the last day of each year, 2018 to 2021."""
    yield "Situation au", "Service", "Statut", "Nom", "ETP", "Personnes"
    services = {
        "accommodation-service": ("17,5", "18", "18,3", "19"),
        "screen-brussels": ("2", "2,5", "3", "3"),
        "kanal": ("14", "18,5", "23", "28"),
    }
    for team, values in services.items():
        for year, fte in zip(range(2018, 2022), values, strict=True):
            persons = math.ceil(float(fte.replace(",", ".")) * 1.1)
            yield f"31/12/{year}", team, "in-post", "Sample person", fte, persons


SAMPLES: dict[str, tuple[Callable[[], Rows], str]] = {
    "statbel/sample-statbel.txt": (statbel, "|"),
    "calls-for-projects/sample-calls-for-projects.csv": (calls_for_projects, ";"),
    "case-files/sample-case-files.csv": (case_files, ";"),
    "ticketing/sample-ticketing.csv": (ticketing, ";"),
    "web-social/sample-sites.csv": (web_sites, ","),
    "web-social/sample-accounts.csv": (accounts, ";"),
    "surveys/sample-survey-counts.csv": (survey_counts, ";"),
    "surveys/sample-survey-answers.csv": (survey_answers, ";"),
    "film-fund/sample-film-fund.csv": (film_fund, ";"),
    "rankings/sample-rankings.csv": (rankings, ";"),
    "budgets/sample-budgets.csv": (budgets, ";"),
    "staff/sample-staff.csv": (staff, ";"),
}


def main(folder: Path) -> None:
    """Write all further samples below ``folder``."""
    for name, (rows, separator) in SAMPLES.items():
        write(folder / name, rows(), separator)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
