"""An executed notebook as a page: its HTML outputs in our own frame, through nbconvert, without code or network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from traitlets import Unicode
from traitlets.config import Config

from kpi.errors import KpiError
from kpi.i18n import Translator, translator
from kpi.reporting.assets import locale_script, plotly_script, static
from kpi.reporting.fragments import HTML, METADATA
from kpi.reporting.policy import SITE_POLICY, inline_policy

TEMPLATE_FOLDER = Path(__file__).parent / "template"
#: From a page at <language>/<document>/<objective>.html to the root of the site.
TO_ROOT = "../../"
_CHART = 'class="chart"'


class ReportExporter(TemplateExporter):
    """nbconvert's exporter with our template; notebooks pass through no preprocessor."""

    file_extension = ".html"
    output_mimetype = "text/html"
    template_name = Unicode("template")
    template_file = Unicode("page.html.j2")

    @property
    def default_config(self) -> Config:
        """Nothing to run on the notebook: it is rendered as it stands."""
        return Config({"TemplateExporter": {"default_preprocessors": [], "preprocessors": []}})


@lru_cache(maxsize=1)
def _exporter() -> ReportExporter:
    exporter: ReportExporter = ReportExporter(  # type: ignore[no-untyped-call]
        extra_template_basedirs=[str(TEMPLATE_FOLDER.parent)]
    )
    exporter.environment.autoescape = True
    return exporter


def export_html(notebook: NotebookNode, *, self_contained: bool = False) -> str:
    """The page of an executed report notebook.

    Only HTML outputs enter it: no code, no prompt, no text meant for JupyterLab. Language,
    title and address come from the metadata that the header's output carries.

    Args:
        notebook: executed ``objective_report.ipynb``.
        self_contained: put style, scripts and plotly.js into the page, for mail.

    Raises:
        KpiError: the notebook shows no header, so it is not an executed report.
    """
    outputs = list(_outputs(notebook))
    head = next((told["head"] for _, told in outputs if told.get("head")), None)
    if head is None:
        msg = "The notebook holds no output of page.header(): run notebooks/objective_report.ipynb before exporting it."
        raise KpiError(msg)
    words = translator(head["language"])
    body = Markup("").join(_grouped(outputs))
    as_of = words.period(head["as_of"]) if head["as_of"] else ""
    page = {
        "head": head,
        "body": body,
        "t": words.t,
        "as_of": as_of,
        "paper": _paper(head.get("running", ""), words.t("site.as-of", date=as_of) if as_of else ""),
        "languages": [{"code": code, "name": translator(code).t(f"language.{code}")} for code in head["languages"]],
        "has_charts": _CHART in body,
        "root": TO_ROOT,
        "inline": None,
        "policy": SITE_POLICY,
    }
    if self_contained:
        scripts = _inline_scripts(words, charts=_CHART in body)
        page |= {"inline": _inline(scripts), "policy": inline_policy(scripts)}
    html, _ = _exporter().from_notebook_node(notebook, resources={"page": page})
    return str(html)


def _paper(left: str, right: str) -> Markup:
    """The head of each printed page; every sign that is not a letter or digit is escaped, as CSS writes it."""

    def quoted(text: str) -> str:
        return "".join(sign if sign.isalnum() else f"\\{ord(sign):x} " for sign in text)

    box = '@top-{side}{{content:"{text}";font:8pt sans-serif;color:#444}}'
    boxes = "".join(box.format(side=side, text=quoted(text)) for side, text in (("left", left), ("right", right)))
    return Markup(f"@page{{{boxes}}}")  # noqa: S704  (escaped above)


def _outputs(notebook: NotebookNode) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """HTML and what it says of itself, in the order of the notebook; error outputs never reach a page."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()) if cell.cell_type == "code" else ():
            html = output.get("data", {}).get(HTML, "")
            text = html if isinstance(html, str) else "".join(html)
            if text:
                yield text, output.get("metadata", {}).get(METADATA, {})


def _grouped(outputs: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[Markup]:
    """Outputs that name the same section stand in one ``section`` element."""
    for name, members in groupby(outputs, key=lambda output: output[1].get("section", "")):
        content = Markup("\n").join(Markup(html) for html, _ in members)  # noqa: S704  (our own fragments)
        if not name:
            yield content + Markup("\n")
            continue
        yield Markup('<section class="kpi" id="{0}" aria-labelledby="{0}-h">\n{1}\n</section>\n').format(name, content)


def _inline_scripts(words: Translator, *, charts: bool) -> list[str]:
    """The scripts of a page in one file; ``</script`` within a script would end it early."""
    scripts = [plotly_script(), locale_script(words.language)] if charts else []
    return [text.replace("</script", "<\\/script") for text in [*scripts, static("report.js")]]


def _inline(scripts: Iterable[str]) -> dict[str, Markup]:
    """Style and scripts as text."""
    return {
        "style": Markup(static("style.css")),  # noqa: S704  (the package's own files)
        "scripts": Markup("\n".join(f"<script>{text}</script>" for text in scripts)),  # noqa: S704
    }
