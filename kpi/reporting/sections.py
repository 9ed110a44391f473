"""A section a KPI: its figure, its pictures with their data, what qualifies them, how it is defined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kpi.briefing import Breakdown, KpiReport, Series
from kpi.charts import Chart, chart_for, dimension_title, funnel_chart, rolling_chart
from kpi.charts.points import points_of, records, where_words
from kpi.reporting import notes
from kpi.reporting.data_tables import data_table, rows_table
from kpi.reporting.fragments import Fragment, chart_fragment, paragraph
from kpi.reporting.overview import beside_table, section_id
from kpi.reporting.verdict import apart, components, status
from kpi.tables import Column, definition_list, details, table

if TYPE_CHECKING:
    from kpi.reporting.page import Page

_MOST_SERIES = 5
_MOST_BREAKDOWNS = 5
#: Of these so many are drawn; of the others the table says enough.
_MOST_DRAWN = 2
_FINE = frozenset({"M", "Q", "S"})
_COARSE_FIRST = {"A": 0, "D": 1, "I": 2, "": 3}


def kpi_sections(page: Page) -> list[Fragment]:
    """The declared KPIs that have data."""
    return _group(page, page.report.kpis, "kpis", page.words.t("kpis.title"), "")


def means_sections(page: Page) -> list[Fragment]:
    """Budget and staff."""
    return _group(page, page.report.means, "means", page.words.t("means.title"), page.words.t("means.intro"))


def printed_sections(page: Page) -> list[Fragment]:
    """Figures that no KPI declares."""
    t = page.words.t
    return _group(page, page.report.printed_only, "printed-only", t("printed-only.title"), t("printed-only.intro"))


def _group(page: Page, reports: Sequence[KpiReport], identity: str, title: str, intro: str) -> list[Fragment]:
    if not reports:
        return []
    heading = Markup('<h2 id="{}">{}</h2>{}').format(identity, title, paragraph(intro, "intro"))
    return [Fragment(str(heading)), *(f for report in reports for f in kpi_section(page, report))]


def kpi_section(page: Page, report: KpiReport) -> list[Fragment]:
    """One KPI in pieces: heading and figure, then each picture with its table, then data and definition."""
    name = section_id(report)
    fragments = [Fragment(str(_top(page, report, name)), name)]
    drawn: list[Series | Breakdown] = []
    for subject, charts in _pictures(page, report):
        drawn.append(subject)
        fragments += [chart_fragment(chart, name) for chart in charts]
        title = page.words.t("kpi.data")
        if isinstance(subject, Breakdown):
            by = dimension_title(subject.dimension, page.catalogue, page.language)
            title = page.words.t("kpi.data-by", dimension=by)
        fragments.append(Fragment(str(details(title, data_table(page, subject))), name))
    funnel = funnel_chart(report, translator=page.words)
    if funnel:
        fragments.append(chart_fragment(funnel, name))
        columns = [Column(page.words.t("table.step")), Column(page.words.t("table.value"), numeric=True)]
        fragments.append(
            Fragment(str(details(page.words.t("kpi.data"), table(funnel.title, columns, funnel.cells))), name)
        )
    fragments.append(Fragment(str(_bottom(page, report, drawn)), name))
    return [fragment for fragment in fragments if fragment.html]


def _top(page: Page, report: KpiReport, name: str) -> Markup:
    tr = page.words
    figure = Markup("")
    points = points_of(report.headline.rows, report.indicator, tr) if report.headline else []
    if report.headline and points:
        last = points[-1]
        unit = notes.unit_words(page, report.headline)
        part = where_words(report.headline.part, page.catalogue, page.language)
        kind = notes.kind_words(page, report.headline)
        about = ", ".join(filter(None, (part, kind, tr.period(last.period))))
        figure = Markup(
            '<p class="figure"><strong>{}</strong> <span class="unit">{}</span> <span class="about">{}</span>{}</p>'
        ).format(last.full or last.words, unit, about, _sample_tag(page, sample=report.headline.sample))
    verdict = Markup("")
    if report.declaration:
        verdict = paragraph(status(page, report), "verdict") + components(page, report)
    return Markup('<h3 id="{}-h">{}</h3>{}{}{}{}').format(
        name,
        notes.kpi_name(page, report),
        figure,
        verdict,
        notes.declared_words(page, report.declaration),
        notes.margin(page, report),
    )


def _sample_tag(page: Page, *, sample: bool) -> Markup:
    return Markup(' <span class="tag">{}</span>').format(page.words.t("sample.tag")) if sample else Markup("")


def _pictures(page: Page, report: KpiReport) -> Iterable[tuple[Series | Breakdown, list[Chart]]]:
    """What is drawn, the headline first: series long enough, then breakdowns, the finer ones left to the tables."""
    common: dict[str, Any] = {"targets": report.targets, "catalogue": page.catalogue, "translator": page.words}
    series = sorted(report.series, key=lambda s: s is not report.headline)
    shown = 0
    for one in series:
        if shown >= _MOST_SERIES or (one.freq in _FINE and one.where and report.headline and not report.headline.where):
            continue
        chart = chart_for(one, **common, light=report.declaration.traffic_light if report.declaration else None)
        if chart is None:
            continue
        rolling = rolling_chart(one, catalogue=page.catalogue, translator=page.words)
        shown += 1
        yield one, [chart, *([rolling] if rolling else [])]
    for place, part in enumerate(_coarsest(report.breakdowns)[:_MOST_BREAKDOWNS]):
        chart = chart_for(part, **common) if place < _MOST_DRAWN else None
        if chart or place >= _MOST_DRAWN:
            yield part, [chart] if chart else []


def _coarsest(breakdowns: Iterable[Breakdown]) -> list[Breakdown]:
    """One breakdown a dimension, source and flow: years before days before odd windows before months."""
    kept: dict[tuple[object, ...], tuple[int, Breakdown]] = {}
    for part in breakdowns:
        first = records(part.rows)[0]
        key = (part.dimension, part.source, part.sample, first["flow"], first["measure"], first["unit_measure"])
        place = _COARSE_FIRST.get(first["freq"], 4)
        if key not in kept or place < kept[key][0]:
            kept[key] = (place, part)
    return [part for _, part in kept.values()]


def _bottom(page: Page, report: KpiReport, drawn: Sequence[Series | Breakdown]) -> Markup:
    tr = page.words
    seen = {id(subject) for subject in drawn}
    rest = [s for s in report.series if id(s) not in seen and s.freq not in _FINE]
    lost = [b for b in report.breakdowns if id(b) not in seen and records(b.rows)[0]["freq"] not in _FINE]
    rows = [row for s in rest for row in records(s.rows) + records(s.superseded)]
    rows += [row for b in lost for row in records(b.rows)]
    title = tr.t("kpi.other-values") if drawn else tr.t("kpi.data")
    return Markup("{}{}{}{}").format(
        beside_table(page, report),
        definition_list([(tr.t("apart.title"), apart(page, report))]),
        details(title, rows_table(page, report, rows, title)) if rows else "",
        details(tr.t("kpi.definition-title"), notes.definition(page, report)),
    )
