"""One small made-up data set in every form in which Eurostat gives data out."""

from __future__ import annotations

import gzip
import json
from itertools import product
from pathlib import Path

from openpyxl import Workbook

CODE = "tour_occ_arm"
DIMS = ("freq", "c_resid", "unit", "nace_r2", "geo")
CODES = {
    "freq": ["M"],
    "c_resid": ["TOTAL", "DOM"],
    "unit": ["NR", "PCH_SM"],
    "nace_r2": ["I551-I553", "I551"],
    "geo": ["BE", "NL"],
}
PERIODS = ["2019-11", "2019-12", "2020-01", "2020-02"]
#: Cells by the series and period they stand in; all others are numbers made from their place.
SPECIAL = {
    ("DOM", "NR", "I551", "BE", "2019-11"): (":", "", "C"),
    ("DOM", "NR", "I551", "BE", "2019-12"): (":", "u", ""),
    ("DOM", "NR", "I551", "BE", "2020-01"): (":", "", ""),
    ("DOM", "NR", "I551", "BE", "2020-02"): ("77", "be", ""),
    ("TOTAL", "NR", "I551-I553", "BE", "2020-01"): ("1916367", "b", ""),
    ("TOTAL", "NR", "I551-I553", "NL", "2020-01"): (":", "z", ""),
    ("TOTAL", "PCH_SM", "I551-I553", "BE", "2020-01"): ("-12.5", "s", ""),
}
TITLES = {
    "en": ("Time frequency", "Monthly", "Country of residence", "Unit of measure", "Last updated:", "Labels"),
    "fr": (
        "Fréquence (relative au temps)",
        "Mensuel",
        "Pays de résidence",
        "Unité de mesure",
        "Dernière mise à jour:",
        "Libellés",
    ),
    "de": ("Zeitliche Frequenz", "Monatlich", "Wohnsitzland", "Maßeinheit", "Letzte Aktualisierung:", "Bezeichnungen"),
}
NACE = {
    "en": "Statistical classification of economic activities in the European Community (NACE Rev. 2)",
    "fr": "Nomenclature statistique des activités économiques dans la Communauté européenne (NACE Rév. 2)",
    "de": "Statistische Systematik der Wirtschaftszweige in der Europäischen Gemeinschaft (NACE Rev. 2)",
}
AREAS = {"en": ("Belgium", "Netherlands"), "fr": ("Belgique", "Pays-Bas"), "de": ("Belgien", "Niederlande")}
REST = {
    "en": ("Total", "Reporting country", "Number", "Percentage change compared to same period in previous year"),
    "fr": (
        *("Total", "Pays déclarant", "Nombre"),
        "Variation en pourcentage par rapport à la même période de l’année précédente",
    ),
    "de": (
        *("Insgesamt", "Meldeland", "Anzahl"),
        "Prozentuale Veränderung im Vergleich zum selben Zeitraum des Vorjahres",
    ),
}
KINDS = {
    "en": (
        "Hotels and similar accommodation",
        (
            "Hotels; holiday and other short-stay accommodation; "
            "camping grounds, recreational vehicle parks and trailer parks"
        ),
    ),
    "fr": (
        "Hôtels et hébergement similaire",
        (
            "Hôtels; hébergement touristique et autre hébergement de courte durée; "
            "terrains de camping et parcs pour caravanes ou véhicules de loisirs"
        ),
    ),
    "de": (
        "Hotels, Gasthöfe und Pensionen",
        "Hotels; Ferienunterkünfte und ähnliche Beherbergungsstätten; Campingplätze",
    ),
}
LABELED = ("BE", "NL", "TOTAL", "DOM", "NR", "PCH_SM", "I551", "I551-I553")
LABELS = {
    language: dict(zip(LABELED, (*AREAS[language], *REST[language], *KINDS[language]), strict=True))
    for language in AREAS
}


def series():
    return list(product(*(CODES[name] for name in DIMS[1:])))


def cell(key: tuple[str, ...], period: str) -> tuple[str, str, str]:
    """Value, flags and confidentiality."""
    number = 1000 * (series().index(key) + 1) + PERIODS.index(period)
    return SPECIAL.get((*key, period), (str(number), "", ""))


def text(parts: tuple[str, str, str]) -> str:
    value, flags, conf = parts
    return f"{value} {flags}{'@' + conf if conf else ''}"


def tsv() -> str:
    lines = ["\t".join((",".join(DIMS) + "\\TIME_PERIOD", *(f"{p} " for p in PERIODS)))]
    lines += ["\t".join(("M," + ",".join(key), *(text(cell(key, p)) for p in PERIODS))) for key in series()]
    return "".join(f"{line}\n" for line in lines)


def sdmx_csv(version: int = 1, separator: str = ",") -> str:
    flow = ["DATAFLOW", "LAST UPDATE"] if version == 1 else ["STRUCTURE", "STRUCTURE_ID"]
    named = (
        ["ESTAT:TOUR_OCC_ARM(1.0)", "26/05/25 23:00:00"] if version == 1 else ["dataflow", "ESTAT:TOUR_OCC_ARM(1.0)"]
    )
    lines = [[*flow, *DIMS, "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG", "CONF_STATUS"]]
    for key in series():
        for period in PERIODS:
            value, flags, conf = cell(key, period)
            lines.append([*named, "M", *key, period, "" if value == ":" else value, flags, conf])
    return "".join(f"{separator.join(line)}\r\n" for line in lines)


def sdmx_csv_with_labels(*, apart: bool) -> str:
    """Codes with their labels: in columns of their own (version 2.0), or in one cell with a colon (1.0)."""
    head, *rows = (line.split(",") for line in sdmx_csv(2 if apart else 1).splitlines())
    if not apart:
        told = [[f"{name}:Label of it" if name.islower() else name for name in head]]
        told += [[f"{cell}:A label" if cell and 2 <= i < 7 else cell for i, cell in enumerate(row)] for row in rows]
    else:
        told = [[part for name in head for part in (name, f'"Label, of {name.lower().replace("_", " ")}"')]]
        told += [[part for cell in row for part in (cell, '"A label, with a comma"')] for row in rows]
    return "".join(",".join(row) + "\n" for row in told)


def json_stat() -> dict:
    values, statuses = {}, {}
    for number, (key, period) in enumerate(product(series(), PERIODS)):
        value, flags, conf = cell(key, period)
        if value != ":":
            values[str(number)] = float(value) if "." in value else int(value)
        if flags or conf:
            statuses[str(number)] = f"{flags}{'@' + conf if conf else ''}"
    codes = {**CODES, "time": PERIODS}
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Made up",
        "source": "ESTAT",
        "updated": "2025-05-26T23:00:00+0200",
        "value": values,
        "status": statuses,
        "id": list(codes),
        "size": [len(part) for part in codes.values()],
        "dimension": {
            name: {"label": name, "category": {"index": {code: i for i, code in enumerate(part)}}}
            for name, part in codes.items()
        },
        "extension": {"lang": "EN", "id": "TOUR_OCC_ARM", "agencyId": "ESTAT", "version": "1.0"},
    }


def workbook(language: str = "en", *, codes: bool = False, transposed: bool = False, shift: int = 0) -> Workbook:
    """A workbook of the Data Browser: a sheet a combination; ``shift`` more lines of head than usual."""
    frequency, monthly, residence, unit, updated, labels = TITLES[language]
    words = LABELS[language]
    book = Workbook()
    summary = book.active
    summary.title = "Summary"
    summary.append(["Data extracted on 05/06/2025 10:13:58 from [ESTAT]"])
    summary.append(["Dataset:", "Arrivals at tourist accommodation [tour_occ_arm__custom_123456]"])
    book.create_sheet("Structure").append(["Dimension", "Position", "Label"])
    for number, (resid, measure, nace) in enumerate(product(*(CODES[n] for n in DIMS[1:4])), start=1):
        sheet = book.create_sheet(f"Sheet {number}")
        sheet.append(["Data extracted on 05/06/2025 10:13:58 from [ESTAT]"])
        sheet.append(["Dataset:", "Arrivals at tourist accommodation [tour_occ_arm__custom_123456]"])
        sheet.append([updated, "26/05/2025 23:00"])
        sheet.append([None])
        sheet.append([frequency, None, monthly])
        sheet.append([residence, None, words[resid]])
        sheet.append([unit, None, words[measure]])
        sheet.append([NACE[language], None, words[nace]])
        for _ in range(shift + 1):
            sheet.append([None])
        areas = CODES["geo"]
        if transposed:
            sheet.append([f"GEO ({labels})", *(part for area in areas for part in (words[area], None))])
            sheet.append(["TIME"])
        else:
            lead = ["TIME", "TIME"] if codes else ["TIME"]
            sheet.append([*lead, *(part for period in PERIODS for part in (period, None))])
            sheet.append(["GEO (Codes)", f"GEO ({labels})"] if codes else [f"GEO ({labels})"])
        for down in PERIODS if transposed else areas:
            row: list = [down] if transposed else [down, words[down]] if codes else [words[down]]
            for across in areas if transposed else PERIODS:
                area, period = (across, down) if transposed else (down, across)
                value, flags, conf = cell((resid, measure, nace, area), period)
                row += [value if value == ":" else float(value), f"{flags}{conf}" or None]
            sheet.append(row)
        sheet.append([None])
        for note in (["Special value"], [":", "not available"], ["Observation flags:"], ["b", "break in time series"]):
            sheet.append(note)
    return book


def write_all(folder: Path) -> dict[str, Path]:
    """Every form as a file."""
    paths = {
        "tsv": folder / f"{CODE}.tsv",
        "tsv.gz": folder / f"estat_{CODE}.tsv.gz",
        "csv 1.0": folder / f"{CODE}_linear.csv",
        "csv 2.0": folder / f"{CODE}_linear_2_0.csv",
        "csv with labels": folder / "labels.csv",
        "csv with codes and labels": folder / "both.csv",
        "json": folder / "answer.json",
        **{
            f"workbook {name}": folder / f"{name}.xlsx" for name in ("en", "fr", "de", "codes", "transposed", "shifted")
        },
    }
    paths["tsv"].write_text(tsv(), encoding="utf-8")
    paths["tsv.gz"].write_bytes(gzip.compress(tsv().encode()))
    paths["csv 1.0"].write_text("\ufeff" + sdmx_csv(1), encoding="utf-8", newline="")
    paths["csv 2.0"].write_text(sdmx_csv(2, ";"), encoding="utf-8", newline="")
    paths["csv with labels"].write_text(sdmx_csv_with_labels(apart=True), encoding="utf-8")
    paths["csv with codes and labels"].write_text(sdmx_csv_with_labels(apart=False), encoding="utf-8")
    paths["json"].write_text(json.dumps(json_stat()), encoding="utf-8")
    for language in ("en", "fr", "de"):
        workbook(language).save(paths[f"workbook {language}"])
    workbook(codes=True).save(paths["workbook codes"])
    workbook(transposed=True).save(paths["workbook transposed"])
    workbook(shift=3).save(paths["workbook shifted"])
    return paths
