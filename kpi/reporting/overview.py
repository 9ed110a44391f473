"""The table of all KPIs at a glance: latest value, change, target, verdict in sign and word, course, source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from kpi.briefing import Change, KpiReport
from kpi.charts.points import points_of
from kpi.reporting.fragments import Fragment, link, section
from kpi.reporting.notes import area_words, kind_words, kpi_name, source_title, target_words, unit_words
from kpi.reporting.verdict import status
from kpi.tables import Column, abbreviation, table
from kpi.units import by_difference

if TYPE_CHECKING:
    from kpi.reporting.page import Page

_SPARK = (96, 26, 3)
_SPARK_POINTS = 3
_TARGET, _COURSE = 4, 6


def overview(page: Page) -> Fragment:
    """See :meth:`Page.overview`."""
    tr, report = page.words, page.report
    rows = [_row(page, r) for r in (*report.measured, *report.without_data)]
    if not rows:
        return Fragment()
    # A column that would stay empty for this objective only takes room.
    dull = 0 if any(row[_COURSE] for row in rows) else 1
    rows = [row[:_COURSE] + row[_COURSE + dull :] for row in rows]
    columns = [
        Column(tr.t("overview.kpi")),
        Column(tr.t("overview.latest"), numeric=True),
        Column(tr.t("overview.change"), numeric=True),
        Column(tr.t("overview.versus-base"), numeric=True),
        Column(tr.t("overview.target"), numeric=True),
        Column(tr.t("overview.status")),
        *([] if dull else [Column(tr.t("overview.course"))]),
        Column(tr.t("overview.source")),
    ]
    caption = tr.t("overview.caption")
    glance = table(caption, columns, rows, kind="overview", hidden_caption=True, cards=True)
    return section("overview", tr.t("overview.title"), glance)


def beside_table(page: Page, report: KpiReport) -> Markup:
    """Supporting measures that stand beside a KPI: latest value, change, course and where from."""
    if not report.beside:
        return Markup("")
    tr = page.words
    columns = [
        Column(tr.t("kpi.beside-measure")),
        Column(tr.t("overview.latest"), numeric=True),
        Column(tr.t("overview.change"), numeric=True),
        Column(tr.t("overview.versus-base"), numeric=True),
        Column(tr.t("overview.course")),
        Column(tr.t("overview.source")),
    ]
    rows = [_row(page, measure) for measure in report.beside]
    kept = [[*row[:_TARGET], *row[_COURSE:]] for row in rows]
    return table(tr.t("kpi.beside-caption", name=kpi_name(page, report)), columns, kept, kind="overview", cards=True)


def _row(page: Page, report: KpiReport) -> list[Markup | str]:
    tr = page.words
    name: Markup = Markup("{}").format(kpi_name(page, report))
    if report.declaration:
        name = link(f"#{section_id(report)}", name)
    points = points_of(report.headline.rows, report.indicator, tr) if report.headline else []
    if not points or report.headline is None:
        first: Markup | str = (
            name if report.has_data else link(f"#without-{section_id(report)}", kpi_name(page, report))
        )
        none = abbreviation("–", tr.t("overview.none"))
        parts, source = _parts_cells(page, report)
        return [first, parts or none, none, none, target_words(page, report) or none, status(page, report), "", source]
    latest = points[-1]
    mark = Markup(' <span class="tag">{}</span>').format(tr.t("sample.tag")) if report.headline.sample else ""
    about = (
        unit_words(page, report.headline),
        area_words(page, report.headline),
        kind_words(page, report.headline),
        tr.period(latest.period),
    )
    return [
        name + mark,
        Markup('{} <span class="unit">{}</span>').format(latest.words, ", ".join(filter(None, about))),
        change(page, report.change, report.indicator.unit),
        change(page, report.versus_base, report.indicator.unit),
        target_words(page, report) or abbreviation("–", tr.t("status.no-target")),
        status(page, report),
        _sparkline([p.value for p in points]),
        link(f"#source-{report.headline.source}", source_title(page, report.headline.source)),
    ]


def _parts_cells(page: Page, report: KpiReport) -> tuple[Markup, Markup]:
    """For a KPI known by its parts only: how many parts, of which period, and where from."""
    if not report.breakdowns:
        return Markup(""), Markup("")
    part = report.breakdowns[0]
    count = part.rows[part.dimension].nunique()
    period = page.words.period(str(part.rows["time_period"].iloc[-1]))
    cell = Markup('{} <span class="unit">{}</span>').format(page.words.n("overview.parts", count), period)
    return cell, link(f"#source-{part.source}", source_title(page, part.source))


def section_id(report: KpiReport) -> str:
    """Address of a KPI's section on its page."""
    where = "-".join(report.declaration.where.values()).lower() if report.declaration else ""
    return f"kpi-{report.indicator.id}" + (f"-{where}" if where else "")


def change(page: Page, change: Change, unit: str) -> Markup | str:
    """A change with what it is measured from; a dash that says why when there is none."""
    tr = page.words
    if change.reason and change.absolute is None:
        return abbreviation("–", tr.t(f"change.{change.reason}"))
    if change.reason == "within-interval":
        return Markup('<span class="since">{}</span>').format(
            tr.t("change.within-interval") + " · " + tr.t("change.since", period=tr.period(change.since))
        )
    in_points = by_difference(unit) or change.relative is None
    words = tr.signed(change.absolute, unit) if in_points else tr.signed_percent(change.relative, change.digits)
    if change.qualifier != "eq":
        words = tr.t(f"qualifier.{change.qualifier}", n=words)
    return Markup('{} <span class="since">{}</span>').format(
        words, tr.t("change.since", period=tr.period(change.since))
    )


def _sparkline(values: list[float]) -> Markup:
    """The course of the values in miniature; the table of the section gives the same to everyone."""
    if len(values) < _SPARK_POINTS:
        return Markup("")
    values = values[-48:]
    width, height, edge = _SPARK
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    xs = [edge + i * (width - 2 * edge) / (len(values) - 1) for i in range(len(values))]
    ys = [height - edge - (v - low) / span * (height - 2 * edge) for v in values]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return Markup(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true" focusable="false">'
        '<polyline points="{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/></svg>'
    ).format(w=width, h=height, line=line, x=xs[-1], y=ys[-1])
