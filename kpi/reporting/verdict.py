"""The verdict of a KPI on its page: sign, word and reason, what it rests on, and what is shown apart from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from kpi.briefing import Assessment, KpiReport, Series, Status
from kpi.charts.points import records, value_words
from kpi.comparability import reasons
from kpi.i18n import Translator
from kpi.reporting.fragments import link
from kpi.reporting.notes import area_words, source_title
from kpi.tables import Cell, bullet_list, definition_list

if TYPE_CHECKING:
    from kpi.reporting.page import Page

#: Shape first, then the word, never colour alone.
STATUS_SIGNS: dict[Status, str] = {
    "reached": "●",
    "on-course": "◐",
    "off-course": "◔",
    "moving-away": "✕",
    "undetermined": "?",
    "no-target": "–",
    "no-data": "○",
}
#: Where the page of methods is, seen from the page of an objective.
METHODS = "../methods.html"
_WITH_BASELINE = frozenset({"linear-path", "compound-growth", "direction"})
_WHOLE_FROM = 1000
_MOST_APART = 4


def status(page: Page, report: KpiReport) -> Markup:
    """Sign and word of the verdict, linked to its rule, with its reason when it has one."""
    tr, verdict = page.words, report.assessment
    reason = tr.t(f"reason.{verdict.reason}") if verdict.reason else ""
    if verdict.light:
        reason = tr.t(f"light.{verdict.light}")
    if verdict.trend:
        reason = tr.t(f"trend.{verdict.trend}")
    return Markup('<span class="status {0}"><span class="sign" aria-hidden="true">{1}</span> {2}</span>{3}').format(
        verdict.status,
        STATUS_SIGNS[verdict.status],
        link(f"{METHODS}#{anchor(verdict)}", tr.t(f"status.{verdict.status}")),
        Markup(' <span class="reason">{}</span>').format(reason) if reason else "",
    )


def anchor(verdict: Assessment) -> str:
    """The section of the page of methods that explains a verdict."""
    return "verdicts" if verdict.status in {"undetermined", "no-data"} or not verdict.method else verdict.method


def components(page: Page, report: KpiReport) -> Markup:
    """What the verdict rests on, term by term; nothing where there is no verdict to check."""
    verdict, tr = report.assessment, page.words
    if verdict.status == "no-data" or not verdict.method:
        return Markup("")
    told = definition_list(_terms(report, tr))
    return Markup('<section class="components" aria-label="{}">{}</section>').format(
        tr.t("verdict.components", name=report.indicator.label[page.language]), told
    )


def _terms(report: KpiReport, tr: Translator) -> list[tuple[Cell, Cell]]:
    verdict, unit = report.assessment, report.indicator.unit
    way = tr.t(f"method.{verdict.method}")
    # A path has a baseline and rates; the level of one value has none.
    on_path = verdict.method in _WITH_BASELINE and verdict.baseline_period != verdict.latest_period
    trend = ""
    if verdict.trend:
        words = tr.t(f"trend.{verdict.trend}")
        trend = tr.t("verdict.trend-test", words=words, tau=tr.number(verdict.tau, 2), p=tr.number(verdict.p_value, 3))
    ratio = tr.percent(verdict.ratio, 0)
    if verdict.pace:
        ratio = f"{ratio}, {tr.t(f'pace.{verdict.pace}')}"
    return [
        (tr.t("verdict.method"), link(f"{METHODS}#{verdict.method}", way)),
        (tr.t("verdict.baseline"), _at(verdict.baseline, verdict.baseline_period, unit, tr) if on_path else ""),
        (tr.t("verdict.latest"), _latest(report, tr)),
        (tr.t("verdict.goal"), _value(verdict.goal, unit, tr)),
        (tr.t("verdict.expected"), _value(verdict.expected, unit, tr) if on_path else ""),
        (tr.t("verdict.required"), _rate(verdict, verdict.required, unit, tr)),
        (tr.t("verdict.actual"), _rate(verdict, verdict.actual, unit, tr)),
        (tr.t("verdict.ratio"), ratio),
        (tr.t("verdict.share"), tr.percent(verdict.share_of_target, 0) if unit != "boolean" else ""),
        (tr.t("verdict.trend"), trend),
        (tr.t("verdict.points"), tr.number(verdict.points) if verdict.points else ""),
        (tr.t("verdict.margin"), f"± {tr.percent(verdict.margin, 1)}" if verdict.margin is not None else ""),
        (tr.t("verdict.flags"), ", ".join(tr.t(f"doubt.{flag}") for flag in verdict.flags)),
    ]


def _value(value: float | None, unit: str, tr: Translator) -> str:
    return tr.value(value, unit, decimals=0 if value is not None and abs(value) >= _WHOLE_FROM else None)


def _at(value: float | None, period: str, unit: str, tr: Translator) -> str:
    words = _value(value, unit, tr)
    return tr.t("verdict.at", value=words, period=tr.period(period)) if words and period else words


def _latest(report: KpiReport, tr: Translator) -> str:
    """The last value as everywhere on the page: "more than" where it is a bound."""
    if report.headline is None:
        return ""
    row = records(report.headline.rows)[-1]
    words, period = value_words(row, report.indicator, tr), str(row["time_period"])
    return tr.t("verdict.at", value=words, period=tr.period(period)) if period else words


def _rate(verdict: Assessment, rate: float | None, unit: str, tr: Translator) -> str:
    if rate is None:
        return ""
    if verdict.method == "compound-growth":
        return tr.t("verdict.per-year", rate=tr.signed_percent(rate))
    return tr.t("verdict.per-year", rate=tr.signed(rate, unit, decimals=0 if abs(rate) >= _WHOLE_FROM else None))


def apart(page: Page, report: KpiReport) -> Markup:
    """Other values of the same slice, each with why it is not in the series that leads."""
    lead = report.headline
    if lead is None:
        return Markup("")
    told: dict[str, list[str]] = {}
    for series in report.series:
        if series is lead or series.where != lead.where:
            continue
        codes = reasons(records(lead.rows)[-1], records(series.rows)[-1])
        if codes and codes != ("window",):
            words = page.words.joined(page.words.t(f"apart.{code}") for code in codes)
            told.setdefault(words, []).append(_named(page, series))
    listed = [page.words.t("apart.one", what=", ".join(dict.fromkeys(what)), reasons=why) for why, what in told.items()]
    return bullet_list(listed[:_MOST_APART])


def _named(page: Page, series: Series) -> str:
    period, name = str(series.latest["time_period"]), source_title(page, series.source)
    area = area_words(page, series)
    told = ", ".join(filter(None, (area, page.words.period(period) if period else "")))
    return f"{name} ({told})" if told else name
