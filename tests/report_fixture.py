"""One objective with every kind of KPI the page must show, made by hand: no file, no build, no real register."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from nbformat import NotebookNode

from kpi.briefing import ObjectiveReport
from kpi.catalogue import (
    Catalogue,
    CodeList,
    Declaration,
    Document,
    Formula,
    Indicator,
    Objective,
    Organisation,
    PrintedLines,
    PrintedText,
    Source,
    Text,
)
from kpi.compose import compose
from kpi.evidence import gather
from kpi.observations import tidy
from kpi.reporting.fragments import Fragment
from kpi.reporting.page import Page

OBJECTIVE = "note-2022/os-1"
HOSTILE = "<script>alert(1)</script>"


def words(fr: str, nl: str = "", en: str = "") -> Text:
    return Text(fr=fr, nl=nl or fr, en=en or fr)


def _codes(name: str, title: Text, codes: dict[str, Text]) -> CodeList:
    return CodeList(id=name, title=title, codes={"_T": words("Total", "Totaal", "Total"), **codes})


def _indicator(name: str, label: Text, unit: str = "count", **more: Any) -> Indicator:
    defaults: dict[str, Any] = {"direction": "higher", "aggregation": "sum", "frequency": "yearly", "family": "other"}
    declared = more.pop("declared", (Declaration(objective=OBJECTIVE, bullet="b1", lines=PrintedLines(fr="10-12")),))
    return Indicator(id=name, label=label, unit=unit, declared=declared, **{**defaults, **more})


@cache
def catalogue() -> Catalogue:
    """Three objectives, ten indicators, the code lists they need."""
    conflict = Declaration(
        objective=OBJECTIVE,
        bullet="b2",
        label=PrintedText(fr="Billets vendus (45 000 en 2019)", nl="Verkochte tickets (45.000 in 2019)"),
        lines=PrintedLines(fr="20-21", nl="22"),
        remark=words(
            "Le français dit 45 000, le néerlandais 54 000.", "Frans 45.000, Nederlands 54.000.", "They differ."
        ),
        conflict=True,
    )
    elsewhere = Declaration(objective="note-2022/oo-1-2", bullet="b1")
    ours = Formula(text=words("valeur sur coût", "waarde op kosten", "value over cost"), origin="ours")
    return Catalogue(
        documents=(
            Document(
                id="note-2022",
                title=words("Lettre d’orientation 2022", "Oriëntatiebrief 2022", "Orientation letter 2022"),
                short_title=words("Note 2022", "Nota 2022", "Note 2022"),
                publisher=words("Région", "Gewest", "Region"),
                reporting_year=2022,
                languages=("fr", "nl"),
                line_count=100,
            ),
        ),
        organisations=(Organisation(id="office", name=words("Bureau des visites", "Bezoekersbureau", "Visit office")),),
        objectives=(
            Objective(
                id=OBJECTIVE,
                code="OS 1",
                level="strategic",
                title=words("Attirer des visiteurs", "Bezoekers aantrekken", "Attract visitors"),
                organisations=("office",),
                deadline="2024",
                status="in-progress",
            ),
            Objective(
                id="note-2022/oo-1-1", code="OO 1.1", level="operational", parent=OBJECTIVE, title=words(HOSTILE)
            ),
            Objective(
                id="note-2022/oo-1-2",
                code="OO 1.2",
                level="operational",
                parent=OBJECTIVE,
                title=words("Vide", "Leeg", "Empty"),
            ),
        ),
        indicators=(
            _indicator("nights", words("Nuitées", "Overnachtingen", "Overnight stays"), "nights"),
            _indicator(
                "tickets",
                words("Billets vendus", "Verkochte tickets", "Tickets sold"),
                declared=(conflict, elsewhere),
            ),
            _indicator(
                "aid-shares",
                words("Parts des aides", "Aandelen van de steun", "Shares of aid"),
                "percent",
                aggregation="none",
                dimensions=("aid_measure",),
            ),
            _indicator("spending", words("Dépenses", "Uitgaven", "Spending"), "EUR", caveats=("advertising-value",)),
            _indicator("return", words("Rendement", "Rendement", "Return"), "ratio", neutral_value=1, formula=ours),
            _indicator("rank", words("Classement", "Rangschikking", "Ranking"), "rank", direction="lower"),
            _indicator("grant", words("Dotation", "Dotatie", "Grant"), "EUR", means=True, direction="neutral"),
            _indicator("partners", words("Partenaires", "Partners", "Partners"), declared=()),
            _indicator("owed", words("Satisfaction", "Tevredenheid", "Satisfaction"), "percent", direction="higher"),
            _indicator("markets", words("Marchés", "Markten", "Markets"), "nights", dimensions=("market",)),
        ),
        code_lists=(
            _codes("unit", words("Unité"), {
                "nights": words("nuitées", "overnachtingen", "nights"), "count": words("nombre", "aantal", "count"),
                "percent": words("%"), "EUR": words("€", "euro", "€"), "ratio": words("ratio"),
                "rank": words("rang", "rang", "rank"),
            }),
            _codes("market", words("Marché", "Markt", "Market"), {
                "FR": words("France", "Frankrijk", "France"), "DE": words("Allemagne", "Duitsland", "Germany"),
                "NL": words("Pays-Bas", "Nederland", "Netherlands"),
            }),
            _codes("ref_area", words("Territoire", "Gebied", "Area"), {"BE": words("Belgique", "België", "Belgium")}),
            _codes("aid_measure", words("Mesure d’aide", "Steunmaatregel", "Aid measure"), {
                "fairs": words("Foires", "Beurzen", "Fairs"),
                "outside-eu": words("Hors UE", "Buiten de EU", "Outside the EU"),
                "information": words("Information", "Informatie", "Information"),
                "trademark": words(HOSTILE),
            }),
            _codes("flag", words("Remarque"), {
                "scale-suspect": words("ordre de grandeur douteux", "twijfelachtige grootteorde", "doubtful scale"),
                "superseded": words("remplacé", "vervangen", "superseded"),
            }),
            _codes("caveat", words("À savoir"), {"advertising-value": words("Prudence", "Voorzichtig", "Caution")}),
            _codes("measure", words("Nature"), {
                "actual": words("réalisé", "gerealiseerd", "realised"),
                "budget": words("budget", "begroting", "budget"),
                "target": words("valeur cible", "streefwaarde", "target"),
                "planned": words("prévu", "gepland", "planned"),
            }),
            _codes("obs-status", words("Statut"), {"P": words("provisoire", "voorlopig", "provisional")}),
            _codes("declared-status", words("Statut"), {"in-progress": words("en cours", "lopend", "in progress")}),
        ),
        sources=(
            Source(id="published", title=words("Documents", "Documenten", "Documents"), organisation="office"),
            Source(id="stays", title=words("Séjours", "Verblijven", "Stays"), organisation="office"),
        ),
    )  # fmt: skip


def rows() -> Iterable[dict[str, Any]]:
    """Years, months, bounds, revisions, shares with a suspect one, a ratio, a rank, sample data, targets."""
    printed = {"source": "published", "source_ref": "note-2022 L10-12", "objective": OBJECTIVE, "vintage": "2022"}
    yield from (
        {"indicator": "nights", "freq": "A", "time_period": str(year), "obs_value": value, **printed,
         "unit_measure": "nights", "obs_status": "P" if year == 2022 else "A"}
        for year, value in ((2010, 5e6), (2018, 9e6), (2019, 9.5e6), (2020, 2.6e6), (2021, 3.8e6), (2022, 7e6))
    )  # fmt: skip
    yield {"indicator": "nights", "freq": "A", "time_period": "2024", "obs_value": 1e7, "unit_measure": "nights",
           "measure": "target", **printed}  # fmt: skip
    for year, value in ((2019, 45000), (2020, 18000)):
        yield {"indicator": "tickets", "freq": "A", "time_period": str(year), "obs_value": value, **printed,
               "unit_measure": "count"}  # fmt: skip
    yield {"indicator": "tickets", "freq": "", "time_period": "", "obs_value": 45000, "unit_measure": "count",
           "measure": "target", "flags": "every-year", **printed}  # fmt: skip
    for part, value, flags, other in (
        ("fairs", 45.8, "", None),
        ("outside-eu", 26.25, "", None),
        ("information", 20.5, "", None),
        ("trademark", 0.03, "scale-suspect", 3.0),
    ):
        yield {"indicator": "aid-shares", "freq": "D", "time_period": "2019-06-30", "obs_value": value, **printed,
               "aid_measure": part, "unit_measure": "percent", "flow": "share", "flags": flags, "alternative": other,
               "figure": f"ER-{part}"}  # fmt: skip
    yield {"indicator": "spending", "freq": "I", "time_period": "2016-05-01/2021-07-31", "obs_value": 170e6, **printed,
           "qualifier": "gt", "unit_measure": "EUR", "flow": "cumulative"}  # fmt: skip
    for year, value in ((2017, 0.8), (2018, 0.9), (2019, 1.1), (2020, 1.25)):
        yield {"indicator": "return", "freq": "A", "time_period": str(year), "obs_value": value, **printed,
               "unit_measure": "ratio", "flow": "rate", "numerator": value * 1000, "denominator": 1000}  # fmt: skip
    for year, value in ((2018, 12), (2019, 9), (2020, 15), (2021, 7)):
        yield {"indicator": "rank", "freq": "A", "time_period": str(year), "obs_value": value, **printed,
               "unit_measure": "rank", "flow": "rank"}  # fmt: skip
    for year, value, flags in ((2021, 7e6, ""), (2022, 9.35e6, "superseded"), (2022, 7e6, ""), (2023, 12.5e6, "")):
        yield {"indicator": "grant", "freq": "A", "time_period": str(year), "obs_value": value, **printed,
               "unit_measure": "EUR", "measure": "budget", "flow": "budget", "flags": flags}  # fmt: skip
    yield {"indicator": "partners", "freq": "A", "time_period": "2019", "obs_value": 120, "unit_measure": "count",
           **printed, "flow": "stock"}  # fmt: skip
    made_up = {"source": "stays", "source_ref": "sample-stays.csv", "sample": True, "flags": "computed"}
    for number in range(36):
        year, month = 2019 + number // 12, number % 12 + 1
        yield {"indicator": "markets", "freq": "M", "time_period": f"{year}-{month:02d}", "unit_measure": "nights",
               "obs_value": 1000.0 + 100 * month - 150 * (year - 2019), **made_up}  # fmt: skip
    for year in (2019, 2020, 2021):
        for market, value in (("FR", 600.0), ("DE", 300.0), ("NL", 100.0 + year - 2019)):
            yield {"indicator": "markets", "freq": "A", "time_period": str(year), "obs_value": value, "market": market,
                   "unit_measure": "nights", **made_up}  # fmt: skip


@cache
def report(objective: str = OBJECTIVE) -> ObjectiveReport:
    """The briefing of one of the three objectives."""
    register = catalogue()
    evidence = gather(tidy(rows()))
    return compose(register.objective(objective), register, evidence, as_of="2022-12-31")


def page(language: str = "fr", objective: str = OBJECTIVE) -> Page:
    remarks = {"ER-trademark": words("Un dixième d’aide.", "Een tiende van een steun.", "A tenth of a grant.")}
    return Page(report(objective), catalogue(), language, remarks)


def notebook(shown: Page) -> NotebookNode:
    """What the report notebook leaves behind when it has run, without running one."""
    cells = []
    for method in (
        *(shown.header, shown.in_short, shown.overview, shown.sections, shown.without_data),
        *(shown.means, shown.printed_only, shown.elsewhere, shown.provenance),
    ):
        got = method()
        fragments: list[Fragment] = got if isinstance(got, list) else [got]
        outputs = [_output(fragment) for fragment in fragments]
        cells.append(_cell("code", outputs, number=len(cells)))
    cells.append(_cell("markdown", None, number=len(cells)))
    return NotebookNode(cells=cells, metadata=NotebookNode(), nbformat=4, nbformat_minor=5)


def _output(fragment: Fragment) -> NotebookNode:
    data, metadata = fragment._repr_mimebundle_()
    return NotebookNode(output_type="display_data", data=data, metadata=metadata)


def _cell(kind: str, outputs: list[NotebookNode] | None, *, number: int) -> NotebookNode:
    cell = NotebookNode(cell_type=kind, id=f"c{number}", metadata=NotebookNode(), source="secret_source = 1")
    if outputs is not None:
        cell.update(outputs=outputs, execution_count=number)
    return cell
