"""The page of methods in each language, from the same text as ``docs/methods.md``."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup, escape

from kpi.catalogue import LANGUAGES
from kpi.i18n import LOCALE_FOLDER, translator
from kpi.reporting.frame import write_framed

ADDRESS = "methods.html"
_TITLE = re.compile(r"\A# .+\n")
_SECTION = re.compile(r'^<a id="(?P<anchor>[a-z-]+)"></a>\n## (?P<title>.+)\n', re.MULTILINE)
#: The first table of a section; Markdown knows no captions.
_TABLE = re.compile(r"<h2 [^>]*>(?P<title>[^<]*)</h2>(?:(?!<h2 ).)*?<table>", re.DOTALL)


@lru_cache(maxsize=4)
def read_methods(language: str) -> str:
    """The text of a language as written, in Markdown."""
    return (LOCALE_FOLDER / f"methods.{language}.md").read_text(encoding="utf-8")


def anchors(language: str) -> dict[str, str]:
    """The sections of a language: anchor and heading, in their order."""
    return {match["anchor"]: match["title"] for match in _SECTION.finditer(read_methods(language))}


def write_methods_pages(site: Path) -> None:
    """Write ``<language>/methods.html``."""
    for language in LANGUAGES:
        title = translator(language).t("methods.title")
        write_framed(site, language, ADDRESS, title=title, body=methods_body(language))


def methods_body(language: str) -> Markup:
    """Everything below the title: what the page holds, then its sections with their anchors."""
    from mistune import create_markdown  # noqa: PLC0415  (only when the site is written)

    text = _TITLE.sub("", read_methods(language))
    # The anchor moves into its heading, where a browser and a screen reader look for it.
    text = _SECTION.sub(lambda m: f'<h2 id="{m["anchor"]}">{escape(m["title"])}</h2>\n\n', text)
    lead, _, rest = text.partition("<h2 ")
    markdown = create_markdown(escape=False, plugins=["table"])
    listed = Markup("").join(
        Markup('<li><a href="#{}">{}</a></li>').format(*pair) for pair in anchors(language).items()
    )
    body = str(markdown(f"<h2 {rest}")).replace("<pre><code>", '<pre tabindex="0"><code>')
    body = _TABLE.sub(lambda m: f'{m[0]}<caption class="unseen">{m["title"]}</caption>', body)
    body = body.replace("<th>", '<th scope="col">')
    return Markup('<div class="methods">{}<ul class="contents">{}</ul>{}</div>').format(
        Markup(markdown(lead)),  # noqa: S704  (the package's own text)
        listed,
        Markup(body),  # noqa: S704
    )
