"""The end of a page: what is owed, the same indicators elsewhere, sources, validation, downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from kpi import __version__
from kpi.briefing import KpiReport, SourceUse
from kpi.reporting.downloads import addresses, verdicts_address
from kpi.reporting.fragments import Fragment, link, objective_link, paragraph, section
from kpi.reporting.notes import (
    declared_words,
    definition,
    kpi_name,
    reference_words,
    source_title,
    target_words,
    thresholds,
)
from kpi.reporting.overview import section_id
from kpi.reporting.revised import changes_table, of_indicators
from kpi.tables import Column, bullet_list, definition_list, details, table

if TYPE_CHECKING:
    from kpi.reporting.page import Page

_MOST_REFERENCES = 12


def without_data(page: Page) -> Fragment:
    """See :meth:`Page.without_data`."""
    t, reports = page.words.t, page.report.without_data
    if not reports:
        return Fragment()
    items = Markup("").join(_owed(page, report) for report in reports)
    return section(
        "without-data",
        t("without-data.title"),
        paragraph(t("without-data.intro"), "intro"),
        Markup('<ul class="owed">{}</ul>').format(items),
    )


def _owed(page: Page, report: KpiReport) -> Markup:
    t, language = page.words.t, page.language
    owner = report.declaration.owner if report.declaration else None
    owners = [owner] if owner else page.report.objective.organisations
    # Organisations work in the official languages; a reader in English is offered the French workbook.
    filled_in = "fr" if language == "en" else language
    names = Markup(", ").join(
        link(
            f"../../downloads/collect/{name}-{filled_in}.xlsx",
            t("without-data.workbook", organisation=page.catalogue.organisation(name).name[language]),
        )
        for name in owners
    )
    facts = definition_list(
        [
            (t("without-data.owner"), names),
            (t("kpi.target"), target_words(page, report)),
            (t("kpi.thresholds"), thresholds(page, report)),
        ]
    )
    return Markup('<li id="without-{}"><p class="name"><span aria-hidden="true">○</span> {}</p>{}{}{}</li>').format(
        section_id(report),
        kpi_name(page, report),
        facts,
        declared_words(page, report.declaration),
        details(t("kpi.definition-title"), definition(page, report)),
    )


def elsewhere(page: Page) -> Fragment:
    """See :meth:`Page.elsewhere`."""
    t = page.words.t
    pairs = [
        (
            indicator.label[page.language],
            bullet_list(
                Markup("{} ({})").format(
                    objective_link(o, page.language), page.catalogue.document(o.document).short_title[page.language]
                )
                for o in others
            ),
        )
        for indicator, others in page.report.elsewhere
    ]
    return section(
        "elsewhere",
        t("elsewhere.title"),
        paragraph(t("elsewhere.intro"), "intro") if pairs else "",
        definition_list(pairs),
    )


def provenance(page: Page) -> Fragment:
    """See :meth:`Page.provenance`."""
    report, tr, t = page.report, page.words, page.words.t
    columns = [
        Column(t("provenance.source")),
        Column(t("provenance.organisation")),
        Column(t("provenance.values"), numeric=True),
        Column(t("provenance.held-back"), numeric=True),
        Column(t("provenance.vintages")),
    ]
    body = [_source_row(page, use) for use in report.sources]
    sources = table(t("provenance.caption"), columns, body) if body else paragraph(t("provenance.none"))
    checked = Markup('<p class="site-only">{}</p>').format(link("../validation.html", t("validation.title")))
    references = Markup("").join(_references(page, use) for use in report.sources)
    names = {r.indicator.id for r in report.reports} | {b.indicator.id for r in report.reports for b in r.beside}
    changes = of_indicators(page.changes, page.catalogue, names) if len(page.changes) else page.changes
    revised = changes_table(changes, page.catalogue, tr)
    place = f"{report.document.id}/{report.objective.slug}"
    known = any(len(one.rows) for one in (*report.reports, *report.without_data))
    forms = {"csv": t("provenance.csv"), "xlsx": t("provenance.xlsx")}
    forms |= {"parquet": t("provenance.parquet"), "sdmx-csv": t("provenance.sdmx")}
    downloads = [
        *(
            link(f"../../downloads/{address}", forms[form])
            for form, address in (addresses(page.language, place) if known else {}).items()
        ),
        *(
            [link(f"../../downloads/{verdicts_address(place)}", t("provenance.verdicts"))]
            if known and report.declared_count
            else []
        ),
        link(f"../../notebooks/{page.language}/{place}.ipynb", t("provenance.notebook")),
    ]
    run = definition_list(
        [
            (t("header.as-of"), tr.period(report.as_of) if report.as_of else ""),
            (t("provenance.version"), t("provenance.package", version=__version__)),
        ]
    )
    files = Markup('<div class="site-only"><h3>{}</h3>{}</div>').format(
        t("provenance.downloads"), bullet_list(downloads, "downloads")
    )
    told = (sources, _not_shown(page), checked, references, revised, files, run)
    return section("provenance", t("provenance.title"), *told)


def _not_shown(page: Page) -> Markup:
    """Of which indicators some values are confidential; never which of their cells are small."""
    labels = [kpi.indicator.label[page.language] for kpi in page.report.reports if kpi.indicator.id in page.hidden]
    if not labels:
        return Markup("")
    return paragraph(page.words.t("notes.not-shown"), "not-shown") + bullet_list(list(dict.fromkeys(labels)))


def _source_row(page: Page, use: SourceUse) -> list[Markup | str]:
    t, language = page.words.t, page.language
    source = next((s for s in page.catalogue.sources if s.id == use.source), None)
    organisation = page.catalogue.organisation(source.organisation).name[language] if source else ""
    tag = Markup(' <span class="tag">{}</span>').format(t("sample.tag")) if use.sample else Markup("")
    return [
        Markup('<span id="source-{}">{}</span>').format(use.source, source_title(page, use.source)) + tag,
        organisation,
        page.words.number(use.values),
        page.words.number(use.held_back),
        ", ".join(page.words.period(vintage) for vintage in use.vintages),
    ]


def _references(page: Page, use: SourceUse) -> Markup:
    """Files and lines behind the values; the first ones in full, the rest counted."""
    shown = [reference_words(page, r) for r in use.references[:_MOST_REFERENCES]]
    if not any(shown):
        return Markup("")
    more = len(use.references) - len(shown)
    told = [*shown, *([page.words.n("provenance.more", more)] if more > 0 else [])]
    return details(
        page.words.t("provenance.references", source=source_title(page, use.source)), bullet_list(told, "references")
    )
