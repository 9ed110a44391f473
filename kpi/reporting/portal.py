"""The way in: all documents and objectives as a tree, in each language, readable without a script."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from kpi.catalogue import LANGUAGES, Catalogue, Document, Objective
from kpi.i18n import Translator, translator
from kpi.parsing.text import fold
from kpi.reporting.fragments import objective_code
from kpi.reporting.frame import environment, write_framed, write_text
from kpi.reporting.verdict import STATUS_SIGNS
from kpi.tables import Cell, Column, abbreviation, table

Summaries = Mapping[str, Mapping[str, object]]
#: Script with the words of every objective, beside portal.js.
SEARCH = "search.js"
#: A number that takes the plural of many in all three languages.
MANY = 1000


def write_portal(catalogue: Catalogue, summaries: Summaries, site: Path, as_of: str) -> None:
    """Write ``index.html`` of the site (choice of language) and ``<language>/index.html`` for each.

    Args:
        catalogue: the register.
        summaries: objective id -> ``declared``, ``with_data``, ``sample`` (counts) and
            ``statuses`` (status -> count); an objective that is missing has no page in this
            run and is listed without a link.
        site: root of the site.
        as_of: date or year the pages speak of.
    """
    words = {language: translator(language) for language in LANGUAGES}
    choice = [{"code": language, "words": words[language]} for language in LANGUAGES]
    start = environment().get_template("start.html.j2").render(languages=choice)
    write_text(site / "index.html", start)
    write_text(site / "assets" / SEARCH, search_script(_searchable(catalogue, summaries)))
    for language in LANGUAGES:
        tr = words[language]
        write_framed(
            site,
            language,
            "index.html",
            template="portal.html.j2",
            title=tr.t("portal.title"),
            scripts=(SEARCH, "portal.js"),
            documents=[_document(catalogue, document, summaries, tr) for document in catalogue.documents],
            board=_board(catalogue, summaries, tr),
            filters=_filters(catalogue, summaries, tr),
            reports=[{"id": r.id, "title": r.title[language]} for r in catalogue.reports],
            count=len(catalogue.objectives),
            many=found_many("portal.found", tr),
            as_of=tr.period(as_of) if as_of else "",
        )


def found_many(key: str, words: Translator) -> str:
    """The words for many results, with a place for the number that the script fills in."""
    return words.n(key, MANY).replace(words.number(MANY), "{n}")


def search_script(index: Mapping[str, Mapping[str, object]]) -> str:
    """What ``portal.js`` searches by and filters, as a script: a page on disk may not fetch.

    Of each entry: ``words`` (folded, of three languages) and what there is to choose by.
    """
    return f"window.kpiSearch = {json.dumps(index, ensure_ascii=False, separators=(',', ':'))};\n"


def _searchable(catalogue: Catalogue, summaries: Summaries) -> dict[str, dict[str, object]]:
    """Of each objective: words, ``organisations`` (ids), ``statuses`` of its KPIs, ``data`` (how many have any)."""
    return {
        objective.id: {
            "words": _searched(catalogue, objective),
            "organisations": list(objective.organisations),
            "statuses": [status for status in STATUS_SIGNS if _statuses(summaries.get(objective.id)).get(status)],
            "data": _count(summaries.get(objective.id, {}).get("with_data")),
        }
        for objective in catalogue.objectives
    }


def _filters(catalogue: Catalogue, summaries: Summaries, words: Translator) -> list[dict[str, Any]]:
    """What one may choose by, each with values that occur."""
    t, language = words.t, words.language
    owing = {name for objective in catalogue.objectives for name in objective.organisations}
    known = {status for summary in summaries.values() for status, count in _statuses(summary).items() if count}
    organisations = [(o.id, o.name[language]) for o in catalogue.organisations if o.id in owing]
    return [
        {
            "name": "document",
            "label": t("header.document"),
            "options": [(d.id, d.short_title[language]) for d in catalogue.documents],
        },
        {
            "name": "organisation",
            "label": t("header.organisation"),
            "options": sorted(organisations, key=lambda option: _folded(option[1])),
        },
        {
            "name": "status",
            "label": t("overview.status"),
            "options": [(s, f"{STATUS_SIGNS[s]} {t(f'status.{s}')}") for s in STATUS_SIGNS if s in known],
        },
    ]


def _board(catalogue: Catalogue, summaries: Summaries, words: Translator) -> Markup:
    """How many KPIs stand where, by document and in all; each count leads to the objectives behind it."""
    t = words.t
    signs = [
        Markup('<span aria-hidden="true">{}</span> {}').format(STATUS_SIGNS[s], t(f"status.{s}")) for s in STATUS_SIGNS
    ]
    columns = [Column(t("header.document")), *(Column(sign, numeric=True) for sign in signs)]
    rows: list[list[Cell]] = []
    totals: Counter[str] = Counter()
    for document in catalogue.documents:
        counts: Counter[str] = Counter()
        for objective in catalogue.objectives:
            if objective.document == document.id:
                counts.update(_statuses(summaries.get(objective.id)))
        totals.update(counts)
        rows.append([document.short_title[words.language], *_counted(counts, words, f"document={document.id}&")])
    rows.append([t("portal.all-documents"), *_counted(totals, words, "")])
    return table(t("portal.board-caption"), columns, rows, kind="board", cards=True)


def _counted(counts: Mapping[str, int], words: Translator, where: str) -> list[Cell]:
    cell = Markup('<span data-filter="{}status={}">{}</span>')
    return [cell.format(where, s, words.number(counts[s])) if counts.get(s) else "–" for s in STATUS_SIGNS]


def _statuses(summary: Mapping[str, object] | None) -> Mapping[str, int]:
    found = (summary or {}).get("statuses")
    return found if isinstance(found, Mapping) else {}


def _document(catalogue: Catalogue, document: Document, summaries: Summaries, words: Translator) -> dict[str, Any]:
    roots = [o for o in catalogue.objectives if o.document == document.id and o.parent is None]
    return {
        "id": document.id,
        "title": document.title[words.language],
        "short": document.short_title[words.language],
        "publisher": document.publisher[words.language],
        "entries": [_entry(catalogue, objective, summaries, words) for objective in roots],
    }


def _entry(catalogue: Catalogue, objective: Objective, summaries: Summaries, words: Translator) -> dict[str, Any]:
    """One objective with what is below it."""
    names = [catalogue.organisation(o).name for o in objective.organisations]
    summary = summaries.get(objective.id)
    return {
        "id": objective.id,
        "code": objective_code(objective.code, words.language),
        "title": objective.title[words.language],
        "level": objective.level,
        "href": f"{objective.document}/{objective.slug}.html" if summary is not None else "",
        "organisations": ", ".join(name[words.language] for name in names),
        "facts": _facts(summary, words),
        "children": [_entry(catalogue, child, summaries, words) for child in catalogue.children(objective.id)],
    }


def _facts(summary: Mapping[str, object] | None, words: Translator) -> list[Markup | str]:
    """What the page holds: how many KPIs, how many with data, their verdicts, whether any is made up."""
    if summary is None:
        return [words.t("portal.not-rendered")]
    declared, with_data = _count(summary.get("declared")), _count(summary.get("with_data"))
    if not declared:
        return [words.t("portal.none-declared")]
    told: list[Markup | str] = [words.n("portal.counts", declared, with_data=words.number(with_data))]
    statuses = _statuses(summary)
    signs = [
        abbreviation(
            f"{STATUS_SIGNS[status]} {statuses[status]}",
            words.t("phrase.named", name=words.t(f"status.{status}"), words=words.number(statuses[status])),
        )
        for status in STATUS_SIGNS
        if statuses.get(status)
    ]
    told.append(Markup(" ").join(signs))
    if summary.get("sample"):
        told.append(Markup('<span class="tag">{}</span>').format(words.t("sample.tag")))
    return [fact for fact in told if fact]


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    return fold(text)


def _searched(catalogue: Catalogue, objective: Objective) -> str:
    """Every word one may look for, folded, each once: code, titles, organisations and KPIs in three languages."""
    names = [catalogue.organisation(o).name for o in objective.organisations]
    labels = [indicator.label for indicator, _ in catalogue.declared_by(objective.id)]
    texts = [*(objective_code(objective.code, language) for language in LANGUAGES), objective.slug]
    texts += [text[language] for text in (objective.title, *names, *labels) for language in LANGUAGES]
    return " ".join(dict.fromkeys(word for text in texts for word in _folded(text).split()))
