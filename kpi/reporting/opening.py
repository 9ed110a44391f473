"""The top of a page: header and the sentences to quote."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from babel.lists import format_list
from markupsafe import Markup

from kpi.catalogue import LANGUAGES
from kpi.parsing.periods import frequency
from kpi.reporting.fragments import Fragment, link, objective_code, objective_link, objective_name, paragraph, section
from kpi.reporting.notes import area_words
from kpi.reporting.verdict import STATUS_SIGNS
from kpi.tables import bullet_list, definition_list
from kpi.units import by_difference

if TYPE_CHECKING:
    from kpi.reporting.page import Page

_LONG_TITLE = 120


def header(page: Page) -> Fragment:
    """See :meth:`Page.header`; carries what the frame of the page needs."""
    report, t, language = page.report, page.words.t, page.language
    objective, document = report.objective, report.document
    place = [link(f"../index.html#{document.id}", document.short_title[language])]
    place += [objective_link(ancestor, language) for ancestor in report.ancestors]
    crumbs = Markup('<nav class="crumbs" aria-label="{}">{}</nav>').format(
        t("header.place"), bullet_list(place, ordered=True)
    )
    organisations = ", ".join(page.catalogue.organisation(o).name[language] for o in objective.organisations)
    facts = definition_list(
        [
            (t("header.document"), document.title[language]),
            (t("header.organisation"), organisations),
            (t("header.deadline"), _deadline(page)),
            (
                t("header.status"),
                page.catalogue.label("declared-status", objective.status, language) if objective.status else "",
            ),
            (t("header.as-of"), page.words.period(report.as_of) if report.as_of else ""),
        ]
    )
    title = objective_name(objective, language)
    code = (
        Markup('<span class="code">{}</span> ').format(objective_code(objective.code, page.language))
        if objective.code
        else ""
    )
    html = Markup("{crumbs}<h1{long}>{code}{title}</h1>{facts}{remark}{sample}{family}").format(
        crumbs=crumbs,
        long=Markup(' class="long"') if len(title) > _LONG_TITLE else "",
        code=code,
        title=objective.title[language],
        facts=facts,
        remark=paragraph(objective.remark[language], "remark") if objective.remark else "",
        sample=Markup('<p class="notice" role="note"><strong>{}</strong> {}</p>').format(
            t("sample.title"), t("sample.notice")
        )
        if report.has_sample
        else "",
        family=_family(page),
    )
    head = {
        "title": title,
        "language": language,
        "document": document.id,
        "running": " · ".join(filter(None, (document.short_title[language], objective_code(objective.code, language)))),
        "slug": objective.slug,
        "as_of": report.as_of,
        "languages": list(LANGUAGES),
    }
    return Fragment(str(Markup('<div class="opening">{}</div>').format(html)), head=head)


def _deadline(page: Page) -> str:
    """A date or period in words; what is declared in other words by its own key."""
    text = page.report.objective.deadline or ""
    first, _, last = text.partition("-")
    if len(first) == len(last) == len("2022") and last.isdigit():
        return page.words.period(f"{first}-01-01/{last}-12-31")
    try:
        frequency(text)
    except ValueError:
        key = re.sub("[^a-z]+", "-", text.lower()).strip("-")
        return page.words.t(f"deadline.{key}") if page.words.has(f"deadline.{key}") else text
    return page.words.period(text) if text else ""


def _family(page: Page) -> Markup:
    """Objectives below and beside this one; many siblings stay folded."""
    report, t, language = page.report, page.words.t, page.language
    told = Markup("")
    if report.children:
        below = bullet_list(objective_link(o, language) for o in report.children)
        told += Markup('<nav aria-label="{0}"><p class="label">{0}</p>{1}</nav>').format(t("header.children"), below)
    if report.siblings:
        beside = bullet_list(objective_link(o, language) for o in report.siblings)
        told += Markup('<nav aria-label="{0}"><details><summary>{0}</summary>{1}</details></nav>').format(
            t("header.siblings"), beside
        )
    return Markup('<div class="family">{}</div>').format(told) if told else told


def in_short(page: Page) -> Fragment:
    """See :meth:`Page.in_short`."""
    report, tr = page.report, page.words
    declared, with_data = report.declared_count, len(report.measured)
    told = [tr.n("in-short.declared", declared) if declared else tr.t("in-short.none-declared")]
    if declared:
        told.append(tr.n("in-short.with-data", with_data) if with_data else tr.t("in-short.none-with-data"))
    moved = _moved_most(page)
    if moved:
        told.append(moved)
    statuses = Counter(r.assessment.status for r in report.measured)
    counted = [
        tr.n(f"in-short.status-{name}", statuses[name]) for name in STATUS_SIGNS if statuses[name] and name != "no-data"
    ]
    if set(statuses) - {"no-target", "no-data"}:
        told.append(tr.t("in-short.statuses", list=format_list(counted, locale=tr.locale)))
    if report.printed_only:
        told.append(tr.n("in-short.printed-only", len(report.printed_only)))
    if report.has_sample:
        told.append(tr.t("in-short.sample"))
    return section("in-short", tr.t("in-short.title"), paragraph(" ".join(told), "lead"))


def _moved_most(page: Page) -> str:
    """The KPI whose latest value changed most against the one it compares with; never one of sample data."""
    tr = page.words
    real = (r for r in page.report.kpis if r.headline and not r.headline.sample)
    moved = [
        r
        for r in real
        if r.change.relative is not None
        and not r.change.reason
        and r.change.qualifier == "eq"
        and not by_difference(r.indicator.unit)
    ]
    if not moved:
        return ""
    most = max(moved, key=lambda r: abs(r.change.relative or 0))
    if most.headline is None or not most.change.relative:
        return ""
    name = most.indicator.label[page.language]
    area = area_words(page, most.headline)
    return tr.t(
        "in-short.moved",
        name=tr.t("chart.part-of", name=name, part=area) if area else name,
        change=tr.signed_percent(most.change.relative, most.change.digits),
        since=tr.period(most.change.since),
        until=tr.period(str(most.headline.latest["time_period"])),
    )
