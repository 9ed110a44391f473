"""The register is complete: its own counts, its references, and every row of the reference tables."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi.catalogue import LANGUAGES, Catalogue, PrintedLines
from kpi.parsing.periods import bounds

OBJECTIVES = {
    "extrel-2021": 59,
    "image-2022": 133,
    "taxi-2022": 10,
    "bi-2021": 21,
    "chancellery-2019": 7,
    "chancellery-extcom": 1,
}
DECLARATIONS = {
    "extrel-2021": 96,
    "image-2022": 652,
    "taxi-2022": 25,
    "bi-2021": 80,
    "chancellery-2019": 15,
    "chancellery-extcom": 1,
}
FIGURES = {
    "extrel-2021": 148,
    "image-2022": 264,
    "taxi-2022": 14,
    "bi-2021": 158,
    "chancellery-2019": 26,
    "chancellery-extcom": 1,
}
DECLARED, SUPPORTING, PUBLISHED_ONLY = 587, 57, 162

#: A figure takes the unit of its indicator where both say the same thing (docs/register-notes.md).
SAME_UNIT = {
    ("count", "persons"),
    ("count", "boolean"),
    ("count", "ratio"),
    ("per_year", "count"),
    ("EUR_per_EUR", "ratio"),
}
#: Units of declared indicators that the register gives more exactly than the extraction.
MENDED_UNITS = {
    "audiovisual-jobs": "jobs",
    "erdf-jobs-maintained": "jobs",
    "erdf-research-jobs": "jobs",
    "erdf-jobs-created": "jobs",
    "jobs-created": "jobs",
    "newsletter-mailings-per-day": "per_day",
    "erdf-energy-saving": "kWh_per_year",
    "erdf-recycling-capacity": "tonnes_per_year",
}
MENDED_AGGREGATION = {"export-aid-processing-time": "ratio-of-sums"}
#: Flags that say how a figure is read; the ledger calls none of them suspect.
OUR_FLAGS = {"superseded", "every-year", "inferred-period"}
FLAGS = {"": "", "scale": "scale-suspect"}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def figures(root: Path) -> dict[str, dict[str, str]]:
    found = [
        {**row, "document": path.stem}
        for path in sorted((root / "data" / "published").glob("*.csv"))
        for row in table(path)
    ]
    assert len({row["figure"] for row in found}) == len(found)
    return {row["figure"]: row for row in found}


def line_numbers(lines: PrintedLines) -> Iterator[int]:
    for text in (lines.fr, lines.nl):
        for part in (text or "").replace(";", "-").split("-"):
            if part:
                yield int(part)


# --- what the product holds


def test_counts(catalogue: Catalogue, figures: dict[str, dict[str, str]]):
    assert Counter(o.document for o in catalogue.objectives) == OBJECTIVES
    assert Counter(catalogue.objective(d.objective).document for _, d in catalogue.declarations) == DECLARATIONS
    assert Counter(row["document"] for row in figures.values()) == FIGURES
    assert len([i for i in catalogue.indicators if i.declared]) == DECLARED
    assert len(catalogue.indicators) == DECLARED + SUPPORTING + PUBLISHED_ONLY


def test_an_objective_declares_an_indicator_once(catalogue: Catalogue):
    pairs = Counter((i.id, d.objective) for i, d in catalogue.declarations)
    assert [pair for pair, times in pairs.items() if times > 1] == []


def test_every_line_is_within_its_document(catalogue: Catalogue, figures: dict[str, dict[str, str]]):
    lengths = {d.id: d.line_count for d in catalogue.documents}
    beyond = [o.id for o in catalogue.objectives if max(line_numbers(o.lines)) > lengths[o.document]]
    beyond += [
        f"{d.objective}#{i.id}"
        for i, d in catalogue.declarations
        if max(line_numbers(d.lines)) > lengths[catalogue.objective(d.objective).document]
    ]
    beyond += [f for f, row in figures.items() if not 1 <= int(row["line_start"]) <= int(row["line_end"])]
    beyond += [f for f, row in figures.items() if int(row["line_end"]) > lengths[row["document"]]]
    assert beyond == []


def test_dimensions_of_declarations_are_codes_and_dimensions_of_their_indicator(catalogue: Catalogue):
    wrong = [
        (i.id, d.objective, name, code)
        for i, d in catalogue.declarations
        for where in (d.where, *(t.where for t in d.targets))
        for name, code in where.items()
        if name not in i.dimensions or code not in catalogue.code_list(name).codes
    ]
    assert wrong == []


def test_attribute_codes_have_words(catalogue: Catalogue):
    families = catalogue.code_list("family").codes
    statuses = catalogue.code_list("declared-status").codes
    caveats = catalogue.code_list("caveat").codes
    assert {i.family for i in catalogue.indicators} <= families.keys()
    assert {o.status for o in catalogue.objectives if o.status} <= statuses.keys()
    assert {o.level for o in catalogue.objectives} == catalogue.code_list("level").codes.keys()
    assert {c for i in catalogue.indicators for c in i.caveats} <= caveats.keys()


def test_french_labels_of_codes_have_a_space_before_a_colon(catalogue: Catalogue):
    told = [text.fr for codes in catalogue.code_lists for text in codes.codes.values()]
    assert any(" : " in words for words in told)
    assert not [words for words in told if re.search(r"\w: ", words)]


def test_figures_name_what_the_catalogue_holds(catalogue: Catalogue, figures: dict[str, dict[str, str]]):
    known = {o.id for o in catalogue.objectives}
    lists = {
        column: catalogue.code_list(name).codes
        for column, name in {"unit": "unit", "measure": "measure", "flow": "flow", "qualifier": "qualifier"}.items()
    }
    wrong = []
    for figure, row in figures.items():
        indicator = catalogue.indicator(row["indicator"])
        wrong += [(figure, column) for column, codes in lists.items() if row[column] not in codes]
        wrong += [(figure, flag) for flag in row["flags"].split() if flag not in catalogue.code_list("flag").codes]
        wrong += [(figure, "objective")] if row["objective"] and row["objective"] not in known else []
        wrong += [(figure, "ref_area")] if row["ref_area"] not in catalogue.code_list("ref_area").codes else []
        for part in filter(None, row["dimensions"].split(";")):
            name, _, code = part.partition("=")
            if name not in indicator.dimensions or code not in catalogue.code_list(name).codes:
                wrong.append((figure, part))
        bounds(row["period"])
    assert wrong == []


def test_a_figure_stands_in_the_cell_of_the_kpi_its_objective_declares(
    catalogue: Catalogue, figures: dict[str, dict[str, str]]
):
    where = {(i.id, d.objective): d.where for i, d in catalogue.declarations}
    lost = []
    for figure, row in figures.items():
        fixed = where.get((row["indicator"], row["objective"]), {})
        given = dict(part.split("=") for part in row["dimensions"].split(";") if part)
        if any(given.get(name) != code for name, code in fixed.items()):
            lost.append(figure)
    assert lost == []


def test_taxi_kpis_declare_empty_traffic_lights_and_one_kpi_has_bands(catalogue: Catalogue):
    lights = {f"{d.objective}#{i.id}": d.traffic_light for i, d in catalogue.declarations if d.traffic_light}
    filled = {name for name, light in lights.items() if not light.empty}
    assert filled == {"image-2022/oo-3-12-2#audiovisual-direct-spending"}
    taxi = [f"{d.objective}#{i.id}" for i, d in catalogue.declarations if d.objective.startswith("taxi-2022/")]
    assert set(taxi) == lights.keys() - filled


def test_a_printed_target_is_not_declared_twice(catalogue: Catalogue, figures: dict[str, dict[str, str]]):
    printed = {
        (row["indicator"], row["objective"], float(row["value"]))
        for row in figures.values()
        if row["measure"] == "target" and row["value"]
    }
    twice = [
        (i.id, d.objective, target.value)
        for i, d in catalogue.declarations
        for target in d.targets
        if (i.id, d.objective, target.value) in printed
    ]
    assert twice == []


def test_the_superseded_kanal_grant_stays_beside_its_revision(figures: dict[str, dict[str, str]]):
    rows = [r for r in figures.values() if r["indicator"] == "kanal-operating-grant" and r["period"] == "2022"]
    seen = {(r["dimensions"], r["value"], "superseded" in r["flags"].split()) for r in rows}
    assert seen == {
        (f"credit={credit};revision={revision}", value, superseded)
        for credit in ("commitment", "payment")
        for revision, value, superseded in (("original", "9350000", True), ("revised", "7000000", False))
    }


def test_every_suspect_figure_has_a_remark(root: Path, figures: dict[str, dict[str, str]]):
    import yaml

    remarks = yaml.safe_load((root / "data" / "published" / "remarks.yaml").read_text(encoding="utf-8"))
    assert remarks.keys() <= figures.keys()
    suspect = [f for f, row in figures.items() if set(row["flags"].split()) - OUR_FLAGS]
    assert [f for f in suspect if f not in remarks] == []
    assert [f for f, words in remarks.items() if set(words) != set(LANGUAGES)] == []


# --- against the reference tables, where they are present


def test_every_objective_of_the_reference(catalogue: Catalogue, shared: Path):
    rows = table(shared / "reference" / "objectives.csv")
    assert {r["objective_id"] for r in rows} == {o.id for o in catalogue.objectives}
    for row in rows:
        entry = catalogue.objective(row["objective_id"])
        assert (entry.code, entry.level, entry.parent or "") == (row["code_as_printed"], row["level"], row["parent_id"])
        assert (entry.deadline or "", entry.status or "") == (row["deadline"], row["status"])
        assert {int(row["line_start"]), int(row["line_end"])} <= set(line_numbers(entry.lines))


def test_every_declared_kpi_of_the_reference(catalogue: Catalogue, shared: Path):
    rows = table(shared / "reference" / "kpis.csv")
    declared = {f"{d.objective}#{i.id}": (i, d) for i, d in catalogue.declarations}
    assert {r["kpi_id"] for r in rows} == declared.keys()
    for row in rows:
        indicator, declaration = declared[row["kpi_id"]]
        unit = MENDED_UNITS.get(indicator.id, row["unit"])
        aggregation = MENDED_AGGREGATION.get(indicator.id, row["aggregation"])
        assert (indicator.unit, indicator.aggregation) == (unit, aggregation), row["kpi_id"]
        assert (indicator.family, indicator.direction) == (row["family"], row["direction"])
        assert declaration.bullet == row["bullet_ref"].rpartition(":")[2]
        assert (declaration.lines.fr or "", declaration.lines.nl or "") == (row["line_fr"], row["line_nl"])


def test_measures_of_one_bullet_stay_linked(catalogue: Catalogue, shared: Path):
    bullets: dict[str, set[str]] = {}
    for row in table(shared / "reference" / "kpis.csv"):
        bullets.setdefault(row["bullet_ref"], set()).add(row["indicator_id"])
    lost = [
        (name, other)
        for names in bullets.values()
        for name in names
        for other in names - {name}
        if other not in catalogue.indicator(name).part_of
    ]
    assert lost == []


def test_every_published_figure_of_the_reference(
    catalogue: Catalogue, figures: dict[str, dict[str, str]], shared: Path
):
    ledger = table(shared / "reference" / "published_figures.csv")
    assert {r["figure_id"] for r in ledger} == figures.keys()
    same = {
        "value": "value",
        "value_low": "value_low",
        "value_high": "value_high",
        "qualifier": "qualifier",
        "measure": "kind",
        "flow": "flow_type",
        "line_start": "line_start",
        "line_end": "line_end",
        "languages": "lang",
        "period_start": "period_start",
        "period_end": "period_end",
        "period_printed": "period_label",
        "as_of": "as_of",
        "document": "document",
    }
    for row in ledger:
        ours = figures[row["figure_id"]]
        assert {ours_name: ours[ours_name] for ours_name in same} == {
            ours_name: row[theirs] for ours_name, theirs in same.items()
        }
        unit = catalogue.indicator(ours["indicator"]).unit
        assert ours["unit"] == row["unit"] or (ours["unit"] == unit and (row["unit"], unit) in SAME_UNIT)
        flag = FLAGS.get(row["suspect"], row["suspect"])
        assert set(ours["flags"].split()) - OUR_FLAGS == set(flag.split()), row["figure_id"]


def test_behind_an_indicator_stands_what_its_formula_draws_on(catalogue):
    """The steps between the first and the last of a funnel are named by an overall rate, and no part of it."""
    success = catalogue.indicator("call-success-rate")
    first, *between, last = success.derive.steps
    assert between
    assert catalogue.behind([success.id]) == {success.id, first, last}
