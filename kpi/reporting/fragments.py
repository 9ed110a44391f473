"""Pieces of a page as notebook outputs: HTML for the page, a plotly figure beside it so that JupyterLab draws it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from kpi.catalogue import Objective, Text
from kpi.charts import Chart
from kpi.charts.plots import Figure, lean
from kpi.i18n import translator

HTML = "text/html"
PLOTLY = "application/vnd.plotly.v1+json"
#: Where a fragment says in its output's metadata what the export must know.
METADATA = "kpi"


@dataclass(frozen=True, repr=False)
class Fragment:
    """A piece of a page.

    Attributes:
        html: complete in itself; empty when there is nothing to say.
        section: id of the section that the export wraps around it and its neighbours of the same id.
        figure: what JupyterLab draws instead of the HTML.
        head: what the page's frame needs (title, language, address); the header carries it.
    """

    html: str = ""
    section: str = ""
    figure: Figure | None = None
    head: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Fragment {self.section or self.html[:24]!r}>"

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(
        self,
        include: Collection[str] | None = None,  # noqa: ARG002  (IPython's signature)
        exclude: Collection[str] | None = None,  # noqa: ARG002
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        data: dict[str, Any] = {HTML: self.html}
        if self.figure is not None:
            data[PLOTLY] = self.figure
        told: dict[str, Any] = {"section": self.section} if self.section else {}
        if self.head:
            told["head"] = dict(self.head)
        return data, {METADATA: told} if told else {}


def chart_fragment(chart: Chart, section: str) -> Fragment:
    """A figure: the place where plotly draws, its data, the key to its parts, the finding as caption."""
    spec = json.dumps(lean(chart.figure), ensure_ascii=False, separators=(",", ":"))
    # Only these two can end or confuse a script element; every other "<" is part of a line break in a label.
    spec = spec.replace("</", "<\\/").replace("<!", "\\u003c!")
    key = Markup("").join(
        Markup('<li><span class="mark" style="{style}" aria-hidden="true">{sign}</span> {words}</li>').format(
            style=f"background:{colour}" if colour else "", sign=sign, words=words
        )
        for sign, words, colour in chart.key
    )
    html = Markup(
        '<figure class="chart-figure">'
        '<div class="chart" id="{id}" role="img" aria-label="{description}" style="min-height:{height}px"></div>'
        '<script type="application/json" data-chart="{id}">{spec}</script>{key}'
        "<figcaption>{finding}</figcaption></figure>"
    ).format(
        id=chart.id,
        description=chart.description,
        height=chart.figure["layout"]["height"],
        spec=Markup(spec),  # noqa: S704  (JSON that cannot end its script)
        key=Markup('<ol class="key">{}</ol>').format(key) if key else "",
        finding=chart.finding,
    )
    return Fragment(str(html), section, chart.figure)


def section(identity: str, title: str, *content: Markup | str, kind: str = "") -> Fragment:
    """A section of the page under its own heading; nothing when it has no content."""
    body = Markup("").join(content)
    if not body:
        return Fragment()
    html = Markup(
        '<section id="{id}" aria-labelledby="{id}-h"{kind}><h2 id="{id}-h">{title}</h2>{body}</section>'
    ).format(id=identity, title=title, body=body, kind=Markup(' class="{}"').format(kind) if kind else "")
    return Fragment(str(html))


def heading(text: str) -> Markup:
    """A heading below the title of a page."""
    return Markup("<h2>{}</h2>").format(text)


def paragraph(text: Markup | str, kind: str = "") -> Markup:
    """A paragraph; nothing for no text."""
    if not text:
        return Markup("")
    return Markup("<p{}>{}</p>").format(Markup(' class="{}"').format(kind) if kind else "", text)


def link(address: str, text: Markup | str) -> Markup:
    """A link."""
    return Markup('<a href="{}">{}</a>').format(address, text)


def in_language(language: str, text: str, page_language: str) -> Markup:
    """Words with their language marked where it is not the page's, so that they are read out rightly."""
    return Markup('<span lang="{}">{}</span>').format(language, text) if language != page_language else escape(text)


def objective_code(code: str, language: str) -> str:
    """The code in the page's language: documents print OS and OO in French, SD and OD in Dutch.

    >>> objective_code("OO 2.1", "nl"), objective_code("IV.2.1.1", "nl")
    ('OD 2.1', 'IV.2.1.1')
    """
    words = translator(language)
    prefix, space, rest = code.partition(" ")
    if not space or not words.has(f"code.{prefix}"):
        return code
    return words.t(f"code.{prefix}") + space + rest


def objective_name(objective: Objective, language: str) -> str:
    """Code and title, as one reads them on a heading."""
    return f"{objective_code(objective.code, language)} {objective.title[language]}".strip()


def objective_link(objective: Objective, language: str) -> Markup:
    """The page of another objective in the same language, seen from a page."""
    return link(f"../{objective.document}/{objective.slug}.html", objective_name(objective, language))


def words(text: Text | Mapping[str, str] | None, language: str) -> str:
    """The words of a language, empty for no text."""
    return "" if text is None else str(text[language])
