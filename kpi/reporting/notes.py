"""What stands beside and below a figure: its source, target, quality flags in plain words, definition, caveats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup

from kpi.briefing import KpiReport, Series
from kpi.catalogue import Band, Catalogue, Declaration
from kpi.charts import dimension_title
from kpi.charts.points import number, records, value_words, where_words
from kpi.i18n import Translator
from kpi.identities import findings_for
from kpi.observations import TOTAL, dimensions_of
from kpi.reporting.fragments import in_language, link, paragraph
from kpi.tables import abbreviation, bullet_list, definition_list

if TYPE_CHECKING:
    from kpi.reporting.page import Page

#: Flags that steer the arithmetic and are told elsewhere on the page.
TECHNICAL_FLAGS = frozenset({"computed", "every-year"})
_DOCUMENT_REFERENCE = re.compile(r"(?P<document>[a-z0-9-]+) L(?P<lines>[0-9;-]+)")
_FILE_REFERENCE = re.compile(r"(?P<file>.+?)(?: sheet (?P<sheet>.+?))? (?P<key>rows?) (?P<rows>[0-9-]+)")
_MOST_REFERENCES = 6
_MOST_ABOUT = 3
_CHECK_SIGNS = {"holds": "✓", "fails": "✕", "refused": "≠"}
#: Units that need no word beside the number: its mark says it, or (a count) the name of the KPI does.
_SPELT_UNITS = frozenset({"EUR", "percent", "boolean", "count", "ratio"})


class Voice(Protocol):
    """Who speaks in a language of what the register knows: a page, or a file of figures."""

    @property
    def catalogue(self) -> Catalogue:
        """Names and code lists."""

    @property
    def words(self) -> Translator:
        """The words of the language."""

    @property
    def language(self) -> str:
        """``fr``, ``nl`` or ``en``."""


def kpi_name(page: Page, report: KpiReport) -> str:
    """The label of the KPI, with the slice that this objective declares."""
    label = report.indicator.label[page.language]
    part = where_words(report.declaration.where, page.catalogue, page.language) if report.declaration else ""
    return page.words.t("chart.part-of", name=label, part=part) if part else label


def source_title(page: Voice, source: str) -> str:
    """The title of a source; computed and declared rows have words of their own."""
    found = next((s for s in page.catalogue.sources if s.id == source), None)
    if found:
        return found.title[page.language]
    return page.words.t(f"source.{source}") if page.words.has(f"source.{source}") else source


def unit_words(page: Page, series: Series) -> str:
    """The unit beside a number; empty where the number carries its mark."""
    unit = str(series.latest["unit_measure"]) or series.indicator.unit
    if unit in _SPELT_UNITS:
        return ""
    known = (number(series.latest[name]) for name in ("obs_value", "value_high", "value_low"))
    single = page.words.is_one(next((value for value in known if value is not None), None))
    if single and page.words.has(f"one.{unit}"):
        return page.words.t(f"one.{unit}")
    return page.catalogue.label("unit", unit, page.language)


def area_words(page: Page, series: Series) -> str:
    """The area where it is another than the Region, which goes unsaid."""
    return where_words({"ref_area": series.ref_area}, page.catalogue, page.language)


def kind_words(page: Page, series: Series) -> str:
    """What the last value is where it is no result: a budget, a forecast, a plan, an estimate."""
    kind = str(series.latest["measure"])
    return "" if kind == "actual" else page.catalogue.label("measure", kind, page.language)


def reference_words(page: Voice, reference: str) -> str:
    """Where a value stands, in words: document and lines, or file, sheet and rows; several by semicolons."""
    if "; " in reference:
        return page.words.joined(dict.fromkeys(reference_words(page, part) for part in reference.split("; ")))
    match = _FILE_REFERENCE.fullmatch(reference)
    if match:
        file, sheet = match["file"], match["sheet"]
        place = page.words.t("source.sheet", file=file, sheet=sheet) if sheet else file
        return page.words.t(f"source.{match['key']}", place=place, rows=match["rows"].replace("-", "–"))
    match = _DOCUMENT_REFERENCE.fullmatch(reference)
    if not match:
        return reference
    documents = {d.id: d.short_title[page.language] for d in page.catalogue.documents}
    return _lines(page.words, documents.get(match["document"], match["document"]), match["lines"])


def _lines(tr: Translator, document: str, lines: str) -> str:
    key = "source.line" if lines.isdigit() else "source.lines"
    return tr.t(key, document=document, lines=lines.replace("-", "–"))


def target_words(page: Page, report: KpiReport) -> str:
    """The target that the verdict uses, else the first one declared: value and when."""
    target: Mapping[str, Any] | None = None
    if report.assessment.target is not None:
        target = {str(k): v for k, v in report.assessment.target.items()}
    elif len(report.targets):
        target = records(report.targets)[0]
    return one_target(page, report, target) if target else ""


def one_target(page: Page, report: KpiReport, target: Mapping[str, Any]) -> str:
    """A target in words: its value, its slice where it has one, and for when."""
    tr = page.words
    value = value_words(target, report.indicator, tr)
    fixed = report.declaration.where if report.declaration else {}
    part = _part(page, target, [d for d in dimensions_of(report.targets) if d not in fixed])
    if part:
        value = tr.t("target.part", value=value, part=part)
    if "every-year" in str(target.get("flags", "")).split():
        return tr.t("target.every-year", value=value)
    period = str(target["time_period"])
    return tr.t("target.dated", value=value, period=tr.period(period)) if period else value


def _part(page: Page, row: Mapping[str, Any], dims: Iterable[str]) -> str:
    """The slice a row speaks of, in words."""
    return where_words({d: str(row.get(d, TOTAL)) for d in (*dims, "ref_area")}, page.catalogue, page.language)


def margin(page: Page, report: KpiReport) -> Markup:
    """The narrow column: targets, sources, caveats and flags beside what they qualify."""
    t, language = page.words.t, page.language
    shown = records(report.headline.rows)[-3:] if report.headline else []
    shown = shown or records(report.rows)[:_MOST_REFERENCES]
    references = list(
        dict.fromkeys(reference_words(page, str(row["source_ref"])) for row in shown if row["source_ref"])
    )
    sources = list(dict.fromkeys(str(row["source"]) for row in shown))
    told = definition_list(
        [
            (t("kpi.target"), bullet_list(one_target(page, report, row) for row in records(report.targets)[:4])),
            (t("kpi.thresholds"), thresholds(page, report)),
            (t("kpi.source"), Markup(", ").join(link(f"#source-{s}", source_title(page, s)) for s in sources)),
            (t("kpi.reference"), bullet_list(references[:_MOST_REFERENCES], "references")),
            (
                t("kpi.caveat"),
                bullet_list(page.catalogue.label("caveat", c, language) for c in report.indicator.caveats),
            ),
            (t("kpi.flags"), flags(page, report)),
            (t("kpi.checks"), checks(page, report)),
        ]
    )
    return Markup('<aside class="margin" aria-label="{}">{}</aside>').format(
        t("kpi.margin", name=kpi_name(page, report)), told
    )


def thresholds(page: Page, report: KpiReport) -> Markup | str:
    """The bands of the declared traffic light in words, or that the document leaves them empty."""
    light = report.declaration.traffic_light if report.declaration else None
    if light is None:
        return ""
    tr = page.words
    if light.empty:
        return tr.t("kpi.thresholds-empty")

    def words(band: Band) -> str:
        low, high = (
            tr.value(edge, report.indicator.unit) if edge is not None else "" for edge in (band.low, band.high)
        )
        key = "between" if low and high else "from" if low else "below"
        return tr.t(f"band.{key}", low=low, high=high)

    named = (("green", light.green), ("orange", light.orange), ("red", light.red))
    read = report.assessment.light
    return bullet_list(
        Markup("<strong>{}</strong>").format(told) if colour == read else told
        for colour, band in named
        if band is not None
        for told in (tr.t("phrase.named", name=tr.t(f"light.{colour}"), words=words(band)),)
    )


def flags(page: Page, report: KpiReport) -> Markup:
    """Each flagged value with what is odd about it, the probable reading beside the printed one."""
    dims = dimensions_of(report.rows)
    told: dict[Markup, list[str]] = {}
    for row in records(report.rows):
        all_flags = str(row["flags"]).split()
        names = [f for f in all_flags if f not in TECHNICAL_FLAGS]
        if (names or row["figure"] in page.remarks) and "computed" not in all_flags:
            told.setdefault(_flagged(page, report, row, names), []).append(_about(page, report, row, dims))
    return bullet_list((_gathered(page, words, abouts) for words, abouts in told.items()), "flags")


def checks(page: Page, report: KpiReport) -> Markup:
    """What the printed figures imply about one another: what adds up, what does not, what must not be compared."""
    figures = {str(row["figure"]) for row in records(report.rows)} - {""}
    told = []
    for finding in findings_for(page.findings, figures):
        refused = finding.identity.kind == "not-comparable"
        outcome = "refused" if refused else "holds" if finding.result else "fails"
        sign = _CHECK_SIGNS[outcome]
        words = page.words.t(f"check.{outcome}")
        told.append(Markup("{} {}").format(abbreviation(sign, words), finding.identity.note[page.language]))
    return bullet_list(dict.fromkeys(told), "checks")  # two languages and two tables say the same thing once


def _gathered(page: Page, words: Markup, abouts: list[str]) -> Markup:
    """The same remark on several values is told once."""
    tr = page.words
    more = [tr.n("flag.more", len(abouts) - _MOST_ABOUT)] if len(abouts) > _MOST_ABOUT else []
    about = tr.joined([*abouts[:_MOST_ABOUT], *more])
    return Markup('<span class="about">{}</span> {}').format(tr.t("flag.about", about=about), words)


def _about(page: Page, report: KpiReport, row: Mapping[str, Any], dims: Iterable[str]) -> str:
    period = str(row["time_period"])
    words = (
        _part(page, row, dims),
        page.words.period(period) if period else "",
        value_words(row, report.indicator, page.words),
    )
    return ", ".join(filter(None, words))


def _flagged(page: Page, report: KpiReport, row: Mapping[str, Any], names: list[str]) -> Markup:
    tr, language = page.words, page.language
    other = number(row["alternative"])
    likely = ""
    # Only a slipped decimal has a probable reading; what a sum would give stands in the remark.
    if other is not None and "scale-suspect" in names:
        probable = tr.value(other, str(row["unit_measure"]))
        likely = tr.t("flag.alternative", printed=value_words(row, report.indicator, tr), probable=probable)
    was = number(row["printed"])
    if was is not None:
        unit = str(row["unit_measure"])
        likely = tr.t("flag.corrected", printed=tr.value(was, unit), value=value_words(row, report.indicator, tr))
    remark = page.remarks.get(str(row["figure"]))
    words = tr.joined(page.catalogue.label("flag", name, language) for name in names)
    told = [Markup('<strong class="flag">{}</strong>').format(words)] if words else []
    told += [Markup("{}").format(text) for text in (likely, remark[language] if remark else "") if text]
    return Markup(" ").join(told)


def declared_words(page: Page, declaration: Declaration | None) -> Markup:
    """What the document itself calls the KPI where it differs, and where French and Dutch disagree."""
    if declaration is None:
        return Markup("")
    tr, told = page.words, Markup("")
    printed = [(lang, words) for lang in ("fr", "nl") if (words := getattr(declaration.label, lang))]
    for language, words in printed:
        text = tr.markup("kpi.printed-label", label=in_language(language, words, page.language))
        told += paragraph(text, "printed")
    if declaration.remark:
        title = tr.t("kpi.conflict") if declaration.conflict else tr.t("kpi.remark")
        told += Markup('<p class="remark"><strong>{}</strong> {}</p>').format(title, declaration.remark[page.language])
    return told


def definition(page: Page, report: KpiReport) -> Markup:
    """Definition, formula and who chose it, direction, frequency, unit, dimensions, place in the document."""
    indicator, tr, language = report.indicator, page.words, page.language
    formula = ""
    if indicator.formula:
        formula = tr.t(f"formula.{indicator.formula.origin}", formula=indicator.formula.text[language])
    lines = report.declaration.lines if report.declaration else None
    place = " · ".join(
        _lines(tr, tr.t(f"language.{name}"), text) for name in ("fr", "nl") if lines and (text := getattr(lines, name))
    )
    dims = ", ".join(dimension_title(d, page.catalogue, language) for d in indicator.dimensions)
    return definition_list(
        [
            (tr.t("kpi.definition"), indicator.definition[language] if indicator.definition else ""),
            (tr.t("kpi.formula"), formula),
            (tr.t("kpi.direction"), tr.t(f"direction.{indicator.direction}")),
            (tr.t("kpi.unit"), page.catalogue.label("unit", indicator.unit, language)),
            (tr.t("kpi.frequency"), tr.t(f"frequency.{indicator.frequency}")),
            (tr.t("kpi.dimensions"), dims),
            (tr.t("kpi.place"), place),
            (tr.t("kpi.register"), link(f"../indicators/{indicator.id}.html", tr.t("kpi.register-page"))),
        ]
    )
