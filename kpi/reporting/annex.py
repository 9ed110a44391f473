"""A document as one file for the committee: title, contents, an entry an objective, those without figures last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from markupsafe import Markup

from kpi.catalogue import Catalogue, Document, Objective
from kpi.i18n import Translator, translator
from kpi.reporting.assets import locale_script, plotly_script, static
from kpi.reporting.fragments import Fragment, objective_code, objective_name
from kpi.reporting.frame import environment
from kpi.reporting.page import Page
from kpi.reporting.policy import inline_policy
from kpi.tables import Cell, Column, table

_IDENTITY = re.compile(r'(?P<name> (?:id|aria-labelledby|data-chart)=")(?P<id>[^"]*)"')
_HEADING = re.compile(r"<(?P<end>/?)h(?P<level>[1-3])\b")
_LINK = re.compile(r'<a href="(?P<address>[^"]*)"[^>]*>(?P<words>.*?)</a>', re.DOTALL)
_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_PAGE = re.compile(r"\.\./(?P<document>[^/#]+)/(?P<slug>[^/#]+)\.html")


@dataclass(frozen=True)
class Annex:
    """What goes into one file.

    Attributes:
        catalogue: the register.
        document: the policy document.
        languages: one, or two that stand side by side.
        entries: the pages of an objective with figures, one a language, in the order of the document.
        without: objectives that no figure is known of.
        as_of: date or year the figures speak of.
        folded: also what pages keep folded: tables of values, definitions.
    """

    catalogue: Catalogue
    document: Document
    languages: tuple[str, ...]
    entries: tuple[tuple[Page, ...], ...]
    without: tuple[Objective, ...]
    as_of: str
    folded: bool = False

    @property
    def words(self) -> tuple[Translator, ...]:
        """The words of each language."""
        return tuple(translator(language) for language in self.languages)


def annex_html(annex: Annex) -> str:
    """The annex as a page that needs nothing from elsewhere, made of the fragments of the reports."""
    entries = [_entry(annex, pages, number) for number, pages in enumerate(annex.entries)]
    scripts = [text.replace("</script", "<\\/script") for text in _scripts(annex, entries)]
    body = {
        "annex": annex,
        "columns": [_column(annex, words) for words in annex.words],
        "entries": entries,
        "style": Markup("\n".join([static("style.css"), static("annex.css"), _running_heads(annex)])),  # noqa: S704
        "scripts": [Markup(text) for text in scripts],  # noqa: S704
        "policy": inline_policy(scripts),
    }
    return environment().get_template("annex.html.j2").render(body)


def _scripts(annex: Annex, entries: Iterable[Markup]) -> list[str]:
    if not any("data-chart=" in entry for entry in entries):
        return [static("report.js")]
    return [plotly_script(), *(locale_script(language) for language in annex.languages), static("report.js")]


def _column(annex: Annex, words: Translator) -> dict[str, object]:
    """Title page, contents and the closing table in one language."""
    t, language = words.t, words.language
    shown = {pages[0].report.objective.id for pages in annex.entries}
    listed = [o for o in annex.catalogue.objectives if o.id in shown]
    counts = {"with_data": words.number(len(shown)), "all": words.number(len(shown) + len(annex.without))}
    return {
        "language": language,
        "t": t,
        "title": annex.document.title[language],
        "as_of": words.period(annex.as_of) if annex.as_of else "",
        "counts": t("annex.counts", **counts),
        "sample": any(pages[0].report.has_sample for pages in annex.entries),
        "contents": [(_anchor(o), len(annex.catalogue.ancestors(o)), objective_name(o, language)) for o in listed],
        "without": _without(annex, words) if annex.without else "",
    }


def _without(annex: Annex, words: Translator) -> Markup:
    t, language = words.t, words.language
    columns = [
        Column(t("annex.objective")),
        Column(t("header.organisation")),
        Column(t("annex.declared"), numeric=True),
    ]
    rows: list[list[Cell]] = [
        [
            objective_name(objective, language),
            ", ".join(annex.catalogue.organisation(o).name[language] for o in objective.organisations),
            words.number(len(annex.catalogue.declared_by(objective.id))),
        ]
        for objective in annex.without
    ]
    return table(t("annex.without-data"), columns, rows, hidden_caption=True)


def _entry(annex: Annex, pages: Sequence[Page], number: int) -> Markup:
    """One objective; its pieces stand in pairs where there are two languages, so that they stay level."""
    pieces = [[_piece(annex, page, fragment) for fragment in _fragments(page)] for page in pages]
    levels = zip_longest(*pieces, fillvalue=Markup(""))
    content = Markup("\n").join(_level(annex.languages, level) for level in levels if any(level))
    anchor = _anchor(pages[0].report.objective)
    return Markup('<article class="objective" id="{}" style="page:o{}">\n{}\n</article>').format(
        anchor, number, content
    )


def _level(languages: Sequence[str], pieces: Sequence[Markup]) -> Markup:
    if len(languages) == 1:
        return pieces[0]
    columns = Markup("").join(
        Markup('<div lang="{}">{}</div>').format(language, piece)
        for language, piece in zip(languages, pieces, strict=True)
    )
    return Markup('<div class="pair">{}</div>').format(columns)


def _fragments(page: Page) -> Iterator[Fragment]:
    """The pieces of a report that a committee reads; downloads and provenance stay with the site."""
    yield page.header()
    yield page.in_short()
    yield page.overview()
    yield from page.sections()
    yield page.without_data()
    yield from page.means()
    yield from page.printed_only()


def _piece(annex: Annex, page: Page, fragment: Fragment) -> Markup:
    """A fragment as part of a longer page: ids of its own, headings one level down, links only within the file."""
    prefix = f"{_anchor(page.report.objective)}-{page.language}-"
    here = {pages[0].report.objective.id for pages in annex.entries}
    html = fragment.html if annex.folded else _FOLDED.sub("", fragment.html)
    known = {match["id"] for match in _IDENTITY.finditer(html)}

    def linked(match: re.Match[str]) -> str:
        address, words = match["address"], match["words"]
        if address.startswith("#"):
            return f'<a href="#{prefix}{address[1:]}">{words}</a>' if address[1:] in known else words
        target = _PAGE.fullmatch(address)
        name = f"{target['document']}/{target['slug']}" if target else ""
        return f'<a href="#{_anchor_of(name)}">{words}</a>' if name in here else words

    html = _LINK.sub(linked, html)
    html = _IDENTITY.sub(lambda m: m["name"] + " ".join(prefix + one for one in m["id"].split()) + '"', html)
    html = _HEADING.sub(lambda m: f"<{m['end']}h{int(m['level']) + 1}", html)
    return Markup(html)  # noqa: S704  (our own fragments, whose text is escaped)


def _anchor(objective: Objective) -> str:
    return _anchor_of(objective.id)


def _anchor_of(name: str) -> str:
    return name.replace("/", "-")


def _running_heads(annex: Annex) -> str:
    """What stands above and below every sheet: the document, the objective, the number of the sheet."""
    titles = " – ".join(annex.document.short_title[language] for language in annex.languages)
    rules = [f"@page {{ @top-left {{ content: {_css_text(titles)}; }} }}"]
    if len(annex.languages) > 1:
        rules.append("@page { size: A4 landscape; }")
    for number, pages in enumerate(annex.entries):
        code = pages[0].report.objective.code
        shown = " – ".join(dict.fromkeys(objective_code(code, language) for language in annex.languages))
        rules.append(f"@page o{number} {{ @top-right {{ content: {_css_text(shown)}; }} }}")
    return "\n".join(rules)


def _css_text(words: str) -> str:
    r"""Words as a string of CSS that can end neither itself nor the element it stands in.

    >>> _css_text('a "b" </style>')
    '"a \\22 b\\22  \\3c /style>"'
    """
    return '"' + re.sub(r'["\\<\n\r\f]', lambda m: f"\\{ord(m[0]):x} ", words) + '"'
