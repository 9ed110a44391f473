"""Write the made-up sample of Eurostat's bulk files: same seed, same bytes.

    python data/sample/make_eurostat_sample.py [FOLDER]

The form is that of the real files (key column, periods across, flags, ``: @C``), the numbers are invented.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

SEED = "brussels-kpi-eurostat-1"
YEARS = range(2017, 2022)
SEASON = (5, 6, 7, 8, 9, 9, 11, 12, 9, 8, 7, 9)
COVID = {2020: (1, 1, 0.5, 0.02, 0.03, 0.1, 0.4, 0.45, 0.3, 0.2, 0.05, 0.06), 2021: (0.1, 0.1, 0.12, 0.15, 0.2)}
LATE_2021 = 0.6
KINDS = {"I551": 70, "I552": 22, "I553": 8}
RESIDENCE = {"DOM": 45, "FOR": 55}
#: Guests a year of the invented country and region.
GUESTS = {"BE": 17_000_000, "BE10": 3_600_000, "NL": 40_000_000}
#: Of so many in a thousand the residence is not known: parts need not make the total.
UNKNOWN = 4
STAY = 1.9
#: Of these few places a cell would tell of one of them: it is confidential.
FEW = ("BE10", "I553")


def monthly(guests: float, year: int, month: int, random: Random) -> int:
    """Guests of a month, collapsing in March 2020."""
    covid = COVID.get(year, ())
    factor = covid[month] if month < len(covid) else LATE_2021 if covid else 1
    return round(guests * SEASON[month] / sum(SEASON) * factor * random.uniform(0.95, 1.05))


def cells(area: str, nights: bool) -> dict[tuple[str, str, str], int]:
    """Numbers by residence, kind of accommodation and month; totals are sums, and a few guests of unknown residence."""
    random = Random(f"{SEED} {area} {nights}")
    found: dict[tuple[str, str, str], int] = {}
    for year in YEARS:
        for month in range(12):
            period = f"{year}-{month + 1:02d}"
            for kind, part in KINDS.items():
                for residence, share in RESIDENCE.items():
                    guests = GUESTS[area] * part * share / 10_000 * (STAY if nights else 1)
                    found[residence, kind, period] = monthly(guests, year, month, random)
                known = sum(found[residence, kind, period] for residence in RESIDENCE)
                found["TOTAL", kind, period] = known + known * UNKNOWN // 1000
            for residence in ("TOTAL", *RESIDENCE):
                parts = [found[residence, kind, period] for kind in KINDS]
                found[residence, "I551-I553", period] = sum(parts)
                found[residence, "I552_I553", period] = sum(parts[1:])
    return found


def yearly(months: dict[tuple[str, str, str], int]) -> dict[tuple[str, str, str], int]:
    """Sums of twelve months."""
    sums: dict[tuple[str, str, str], int] = {}
    for (residence, kind, period), value in months.items():
        key = (residence, kind, period[:4])
        sums[key] = sums.get(key, 0) + value
    return sums


def flagged(area: str, kind: str, period: str, value: int, random: Random) -> str:
    """A cell as the office writes it: with its flag, missing, or confidential."""
    if (area, kind) == FEW and period >= "2020":
        return ": @C"
    if period in {"2020-04", "2020-05"} and kind == "I553":
        return ": u"
    flag = "b" if period.startswith("2020-01") or period == "2020" else ""
    flag += "e" if period >= "2021-11" and random.random() < 0.5 else ""
    return f"{value} {flag}"


def bulk(areas: tuple[str, ...], freq: str, *, nights: bool) -> Iterator[str]:
    """Lines of one file: a series a line, in the order of their keys."""
    random = Random(f"{SEED} flags {freq} {nights}")
    series = {area: cells(area, nights) if freq == "M" else yearly(cells(area, nights)) for area in areas}
    periods = sorted({period for _, _, period in series[areas[0]]})
    yield "\t".join(("freq,c_resid,unit,nace_r2,geo\\TIME_PERIOD", *(f"{period} " for period in periods)))
    keys = sorted({(residence, kind) for residence, kind, _ in series[areas[0]]})
    for residence, kind in keys:
        for area in areas:
            row = [flagged(area, kind, p, series[area][residence, kind, p], random) for p in periods]
            yield "\t".join((f"{freq},{residence},NR,{kind},{area}", *row))


def main(folder: Path) -> None:
    """Write the four files below ``folder``."""
    files = {
        "tour_occ_arm": (("BE", "NL"), "M", False),
        "tour_occ_arn2": (("BE", "BE10"), "A", False),
        "tour_occ_nim": (("BE", "NL"), "M", True),
        "tour_occ_nin2": (("BE", "BE10"), "A", True),
    }
    for code, (areas, freq, nights) in files.items():
        path = folder / "eurostat" / f"sample-{code}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = bulk(areas, freq, nights=nights)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
