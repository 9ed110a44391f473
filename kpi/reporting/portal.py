"""The way in: all documents and objectives as a tree, in each language, readable without a script."""

from __future__ import annotations

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
from kpi.tables import abbreviation

Summaries = Mapping[str, Mapping[str, object]]


def write_portal(catalogue: Catalogue, summaries: Summaries, site: Path, as_of: str, run: str) -> None:
    """Write ``index.html`` of the site (choice of language) and ``<language>/index.html`` for each.

    Args:
        catalogue: the register.
        summaries: objective id -> ``declared``, ``with_data``, ``sample`` (counts) and
            ``statuses`` (status -> count); an objective that is missing has no page in this
            run and is listed without a link.
        site: root of the site.
        as_of: date or year the pages speak of.
        run: identifies the state of the inputs.
    """
    words = {language: translator(language) for language in LANGUAGES}
    choice = [{"code": language, "words": words[language]} for language in LANGUAGES]
    start = environment().get_template("start.html.j2").render(languages=choice)
    write_text(site / "index.html", start)
    for language in LANGUAGES:
        documents = [_document(catalogue, document, summaries, words[language]) for document in catalogue.documents]
        write_framed(
            site,
            language,
            "index.html",
            template="portal.html.j2",
            title=words[language].t("portal.title"),
            scripts=("portal.js",),
            documents=documents,
            count=len(catalogue.objectives),
            signs=STATUS_SIGNS,
            as_of=words[language].period(as_of) if as_of else "",
            run=run,
        )


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
        "code": objective_code(objective.code, words.language),
        "title": objective.title[words.language],
        "level": objective.level,
        "href": f"{objective.document}/{objective.slug}.html" if summary is not None else "",
        "organisations": ", ".join(name[words.language] for name in names),
        "facts": _facts(summary, words),
        "search": _searched(catalogue, objective),
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
    found = summary.get("statuses")
    statuses: Mapping[Any, Any] = found if isinstance(found, Mapping) else {}
    signs = [
        abbreviation(f"{STATUS_SIGNS[status]} {statuses[status]}", f"{words.t(f'status.{status}')}: {statuses[status]}")
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
