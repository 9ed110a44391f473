"""Pages that no notebook renders, in the common frame: the register of indicators, coverage, the portal."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kpi.catalogue import LANGUAGES
from kpi.files import write_whole
from kpi.i18n import translator
from kpi.reporting.policy import SITE_POLICY

TEMPLATE_FOLDER = Path(__file__).parent / "template"

#: The ways through the site that every such page offers: address below the language, key of the words.
WAYS = (
    ("index.html", "site.all"),
    ("indicators/index.html", "register.indicators"),
    ("coverage.html", "coverage.title"),
    ("revisions.html", "revised.title"),
    ("validation.html", "validation.title"),
    ("changes.html", "changes.title"),
    ("methods.html", "methods.title"),
    ("runs.html", "runs.title"),
)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates; whatever is put into them is escaped, and a missing name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["policy"] = SITE_POLICY
    return made


def write_framed(
    site: Path, language: str, path: str, *, template: str = "plain.html.j2", title: str, **context: Any
) -> None:
    """Write one page of a language into the site.

    Args:
        site: root of the site.
        language: ``fr``, ``nl`` or ``en``.
        path: address below the language's folder, such as ``indicators/overnight-stays.html``.
        template: a template that extends ``frame.html.j2``.
        title: of the page, its ``h1``.
        context: what the template needs besides; ``scripts`` and ``as_of`` may be among it.
    """
    words = translator(language)
    html = (
        environment()
        .get_template(template)
        .render(
            {
                "t": words.t,
                "n": words.n,
                "language": language,
                "languages": [{"code": code, "words": translator(code)} for code in LANGUAGES],
                "root": "../" * (path.count("/") + 1),
                "path": path,
                "title": title,
                "ways": [(address, words.t(key)) for address, key in WAYS],
                "scripts": (),
                "as_of": "",
                **context,
            }
        )
    )
    write_text(site / language / path, html)


def write_text(path: Path, text: str) -> None:
    """Write a page, script or manifest in one step, in UTF-8."""
    write_whole(path, text.encode())
