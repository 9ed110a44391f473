"""Write the made-up sample deliveries of this folder: same seed, same bytes.

    python data/sample/make_samples.py [FOLDER]

The numbers are invented. Only a few totals are tied to published figures, so that the reports drawn
from samples have the right order of magnitude: 9.5 million nights in 2019; 297 export aids and
1 250 149 euro from January to June 2019, with the printed shares by measure; about 20 large and 100
small press trips in 2019.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

SEED = "brussels-kpi-1"
#: The day on which the invented registers were "exported": nothing in them is later.
AS_OF = dt.date(2021, 12, 31)

MARKETS = {
    "BE": 20,
    "FR": 16,
    "GB": 9,
    "DE": 9,
    "NL": 9,
    "ES": 7,
    "IT": 6,
    "US": 6,
    "CN": 2,
    "JP": 1.5,
    "BR": 1,
    "IN": 1,
    "OTHER": 12.5,
}
SECTORS = (
    *("food-drink", "ict", "construction", "health-life-sciences", "creative-media", "fashion-design"),
    *("services", "environment-energy", "industry", "education-research", "other"),
)


def shared(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the total exactly (largest remainders)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [math.floor(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def drawn(random: Random, weights: dict[str, float]) -> str:
    """One name, by weight."""
    return random.choices(list(weights), weights=list(weights.values()))[0]


def day(date: dt.date | None) -> str:
    """A date as Belgian registers show it; empty when it lies beyond the export."""
    return date.strftime("%d/%m/%Y") if date is not None and date <= AS_OF else ""


def overnight_stays() -> Iterable[Sequence[object]]:
    """Nights and arrivals a month, 2017 to 2021, collapsing in March 2020."""
    random = Random(f"{SEED} nights")
    yearly = {2017: 8_730_000, 2018: 9_210_000, 2019: 9_500_000, 2020: 2_620_000, 2021: 3_780_000}
    season = {
        "leisure": (6, 6.6, 7.8, 9, 9, 8.6, 10.4, 10.6, 8, 8.4, 7.4, 8.2),
        "mice": (7.6, 8.6, 10, 8.6, 9.4, 9.6, 5, 4.4, 10, 10.4, 10, 6.4),
    }
    covid = {
        2020: (1, 1, 0.45, 0.03, 0.04, 0.09, 0.25, 0.24, 0.2, 0.15, 0.06, 0.08),
        2021: (0.08, 0.08, 0.1, 0.1, 0.15, 0.25, 0.45, 0.5, 0.5, 0.6, 0.52, 0.4),
    }
    kinds = {
        "leisure": {"hotel": 70, "apartment-hotel": 8, "youth-hostel": 8, "guest-house": 4, "holiday-home": 10},
        "mice": {"hotel": 88, "apartment-hotel": 12},
    }
    purposes = {"leisure": 53, "mice": 47}
    stay = {market: random.uniform(1.6, 2.2) for market in MARKETS}
    yield ("Mois", "Motif", "Marché", "Hébergement", "Nuitées", "Arrivées")
    for year, total in yearly.items():
        cells = [
            (f"{year}-{month:02d}", purpose, market, kind)
            for month in range(1, 13)
            for purpose in purposes
            for market in MARKETS
            for kind in kinds[purpose]
        ]
        weights = []
        for period, purpose, market, kind in cells:
            month = int(period[5:]) - 1
            weight = purposes[purpose] * season[purpose][month] * MARKETS[market] * kinds[purpose][kind]
            far = market in {"US", "CN", "JP", "BR", "IN"}
            weight *= covid.get(year, (1.0,) * 12)[month] ** (1.5 if far or purpose == "mice" else 1)
            weights.append(weight * random.uniform(0.92, 1.08))
        for cell, nights in zip(cells, shared(total, weights), strict=True):
            yield (*cell, nights, min(nights, round(nights / (stay[cell[2]] * random.uniform(0.95, 1.05)))))


#: Grants and share of the amount (per thousand) of each measure from January to June 2019. Five are
#: near the printed shares; the two printed as 0.03 % are read as 3 %, nine grants each.
FIRST_HALF_2019 = {
    "information-material": (61, 137),
    "prospecting-outside-eu": (78, 120),
    "fairs-abroad": (136, 540),
    "trademark-advice": (9, 25),
    "recruitment": (9, 176),
    "prospecting-trips": (2, 1),
    "tenders-outside-eu": (1, 0.5),
    "prospecting-office": (1, 0.5),
}


def export_aid() -> Iterable[Sequence[object]]:
    """Applications decided from 2018 to 2021, and some that still wait."""
    random = Random(f"{SEED} aid")
    windows = [
        (dt.date(2018, 1, 1), dt.date(2018, 12, 31), 548, 2_310_400),
        (dt.date(2019, 1, 1), dt.date(2019, 6, 30), 297, 1_250_149),
        (dt.date(2019, 7, 1), dt.date(2019, 12, 31), 271, 1_118_900),
        (dt.date(2020, 1, 1), dt.date(2020, 12, 31), 336, 1_204_300),
        (dt.date(2021, 1, 1), AS_OF, 402, 1_517_800),
    ]
    shares = {measure: grants for measure, (grants, _) in FIRST_HALF_2019.items()}
    amounts = {measure: amount for measure, (_, amount) in FIRST_HALF_2019.items()}
    rows = []
    for first, last, grants, total in windows:
        counts = dict(zip(shares, shared(grants, list(shares.values())), strict=True))
        budgets = dict(zip(amounts, shared(total, list(amounts.values())), strict=True))
        for measure, count in counts.items():
            parts = shared(budgets[measure], [random.uniform(0.5, 1.5) for _ in range(count)])
            rows += [_application(random, first, last, measure, amount) for amount in parts]
        rows += [_application(random, first, last, drawn(random, shares), None) for _ in range(grants // 9)]
    for _ in range(25):
        rows.append(_application(random, AS_OF, AS_OF, drawn(random, shares), None, pending=True))
    rows.sort(key=lambda row: (row[0], row[1:]))
    yield (
        *("Numéro de dossier", "Demandeur", "Mesure", "Secteur", "Taille", "Marché", "Montant demandé"),
        *("Montant octroyé", "Montant payé", "Date d'introduction", "Date de décision", "Date de paiement"),
        "Décision",
    )
    for number, (submitted, *rest) in enumerate(rows, start=1):
        *described, decided, paid_on, outcome = rest
        dates = (day(submitted), day(decided), day(paid_on))
        yield (f"EX-{number:05d}", f"Sample company {number}", *described, *dates, outcome)


def _application(
    random: Random, first: dt.date, last: dt.date, measure: str, granted: int | None, *, pending: bool = False
) -> tuple:
    decided = first + dt.timedelta(days=random.randrange((last - first).days + 1))
    submitted = decided - dt.timedelta(days=random.randint(12, 75))
    outcome = "en cours" if pending else "octroyée" if granted is not None else "refusée"
    if outcome == "refusée" and random.random() < 0.25:
        outcome = "retirée"
    requested = round((granted or random.randint(1500, 9000)) * random.choice((1, 1, 1.1, 1.25, 1.5)))
    paid_on = decided + dt.timedelta(days=random.randint(40, 220)) if granted is not None else None
    paid = round(granted * random.choice((1, 1, 1, 0.9, 0.75))) if paid_on and paid_on <= AS_OF else ""
    sizes = {"micro": 55, "small": 27, "medium": 10, "self-employed": 8}
    what = (measure, random.choice(SECTORS), drawn(random, sizes), drawn(random, MARKETS))
    settled = decided if outcome in {"octroyée", "refusée"} else None
    return (submitted, *what, requested, "" if granted is None else granted, paid, settled, paid_on, outcome)


def convention_bureau() -> Iterable[Sequence[object]]:
    """Leads from 2017 to 2021 with the dates of their steps; the later, the more are still open."""
    random = Random(f"{SEED} congress")
    yield (
        *("Leadnummer", "Contactpersoon", "Sector", "Type congres", "In competitie", "Deelnemers", "Dagen"),
        *("Datum lead", "Inspectie ter plaatse", "Kandidatuur", "Bevestigd", "Verloren", "Geannuleerd"),
        "Jaar van het congres",
    )
    types = {"association": 50, "corporate": 30, "institutional": 14, "fair": 6}
    number = 0
    for year, leads in {2017: 96, 2018: 104, 2019: 117, 2020: 62, 2021: 74}.items():
        for start in sorted(dt.date(year, 1, 1) + dt.timedelta(days=random.randrange(365)) for _ in range(leads)):
            number += 1
            kind, competes = drawn(random, types), random.random() < 0.6
            people = 10 * round(math.exp(random.gauss(5.6, 0.9)) / 10) + 20
            inspection = start + dt.timedelta(days=random.randint(20, 150)) if random.random() < 0.45 else None
            bid = start + dt.timedelta(days=random.randint(40, 200)) if random.random() < 0.6 else None
            decision = max(filter(None, (start, inspection, bid))) + dt.timedelta(days=random.randint(30, 260))
            chance = 0.3 + 0.2 * bool(inspection) - 0.08 * competes
            won, lost = random.random() < chance, random.random() < 0.96
            off = decision + dt.timedelta(days=random.randint(20, 120)) if won and year in {2019, 2020} else None
            off = off if off and off >= dt.date(2020, 3, 1) and random.random() < 0.4 else None
            steps = (start, inspection, bid, decision if won else None, decision if lost and not won else None, off)
            what = (random.choice(SECTORS), kind, "ja" if competes else "nee", people, random.randint(1, 5))
            held = start.year + random.choice((1, 1, 2, 2, 3, 4))
            yield (f"LEAD-{number:04d}", f"Sample contact {number}", *what, *map(day, steps), held)


def press_trips() -> tuple[list[Sequence[object]], list[Sequence[object]]]:
    """Trips from 2018 to 2021, and the clippings they led to."""
    random = Random(f"{SEED} press")
    trips: list[Sequence[object]] = [
        (
            *("Référence du voyage", "Journaliste", "Taille", "Format", "Marché", "Date de début"),
            *("Transport", "Hôtel", "Restauration", "Autres frais"),
        )
    ]
    clippings: list[Sequence[object]] = [
        (
            *("Référence du voyage", "Auteur", "Média", "Titre du média", "Date de parution", "Audience"),
            "Valeur publicitaire",
        )
    ]
    markets = {market: weight for market, weight in MARKETS.items() if market not in {"BE", "OTHER"}}
    media = {"print": 30, "online": 38, "tv": 4, "radio": 6, "blog": 10, "social": 12}
    reach = {"print": 11.4, "online": 11.8, "tv": 13.2, "radio": 12, "blog": 9.2, "social": 9.8}
    for year, (large, small) in {2018: (18, 93), 2019: (21, 98), 2020: (6, 24), 2021: (9, 47)}.items():
        covid = year >= 2020
        formats = {"in-person": 40 if covid else 96, "hybrid": 20 if covid else 3, "digital": 40 if covid else 1}
        sizes = ["large"] * large + ["small"] * small
        random.shuffle(sizes)
        starts = sorted(dt.date(year, 1, 8) + dt.timedelta(days=random.randrange(345)) for _ in sizes)
        for number, (size, start) in enumerate(zip(sizes, starts, strict=True), start=1):
            trip, guests = f"PT-{year}-{number:03d}", random.randint(6, 14) if size == "large" else random.randint(1, 3)
            form, market = drawn(random, formats), drawn(random, markets)
            travel = 0 if form == "digital" else guests
            far = 780 if market in {"US", "CN", "JP", "BR", "IN"} else 190
            costs = [travel * rate * random.uniform(0.8, 1.2) for rate in (far, 260, 130)] + [guests * 25.0]
            money = [f"{cost:.2f}".replace(".", ",") for cost in costs]
            trips.append((trip, f"Sample journalist {number}", size, form, market, day(start), *money))
            seen: set[tuple[str, ...]] = set()
            for _ in range(random.randint(0, 2 + guests // 2)):
                medium = drawn(random, media)
                published = day(start + dt.timedelta(days=random.randint(5, 90)))
                outlet = f"Sample {'Gazette' if medium == 'print' else 'Channel'} {random.randint(1, 40)}"
                if not published or (medium, outlet, published) in seen:
                    continue
                seen.add((medium, outlet, published))
                audience = round(math.exp(random.gauss(reach[medium], 0.7)))
                value = f"{audience * random.uniform(0.006, 0.02):.2f}".replace(".", ",")
                clippings.append((trip, "Sample author", medium, outlet, published, audience, value))
    return trips, clippings


def write(path: Path, rows: Iterable[Sequence[object]], separator: str = ";") -> None:
    """UTF-8 and LF: the same bytes on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)


def main(folder: Path) -> None:
    """Write all samples below ``folder``."""
    trips, clippings = press_trips()
    write(folder / "overnight-stays" / "sample-overnight-stays.csv", overnight_stays())
    write(folder / "export-aid" / "sample-export-aid.csv", export_aid())
    write(folder / "convention-bureau" / "sample-convention-bureau.csv", convention_bureau())
    write(folder / "press-trips" / "sample-press-trips.csv", trips)
    write(folder / "press-trips" / "sample-press-clippings.csv", clippings)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
