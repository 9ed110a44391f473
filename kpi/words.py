"""What an analyst adds to a report: words in three languages, a picture or a table with its caption."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import mistune
import pandas as pd

from kpi.catalogue import LANGUAGES
from kpi.charts import Chart
from kpi.charts.plots import config
from kpi.errors import UsageError, unknown
from kpi.i18n import Translator, translator
from kpi.reporting.fragments import Fragment, chart_fragment
from kpi.tables import Column, table

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as PlotlyFigure

_HEIGHT = 360


def prose(language: str, *, fr: str, nl: str, en: str) -> Fragment:
    r"""Words of a report in the language that is being rendered, in Markdown; HTML in them stays text.

    Headings start at the second level (``##``): the page has its title already.

    Raises:
        UsageError: an unknown language, or no words in it.

    >>> prose("nl", fr="Les *nuitées*.", nl="De *overnachtingen*.", en="The *nights*.").html
    '<p>De <em>overnachtingen</em>.</p>\n'
    """
    texts = {"fr": fr, "nl": nl, "en": en}
    if language not in texts:
        raise unknown("language", language, LANGUAGES)
    for code, text in texts.items():
        if not text.strip():
            msg = f"prose: no words for {code!r}; a report is published in {', '.join(LANGUAGES)}."
            raise UsageError(msg)
    return Fragment(str(mistune.create_markdown(escape=True, plugins=["table"])(texts[language])))


def captioned(shown: pd.DataFrame | PlotlyFigure, caption: str, language: str = "en") -> Fragment:
    r"""A plotly figure or a frame of one's own, as a report may publish it: with the sentence that says what it shows.

    The caption is what a reader hears who cannot see the picture: let it state the finding.

    Args:
        shown: a plotly figure, or a frame (its index is left out; numbers are written as the language does).
        caption: one sentence.
        language: of the page.

    Raises:
        UsageError: something else to show, or no caption.

    >>> frame = pd.DataFrame({"market": ["FR"], "nights": [1234.0]})
    >>> "1\u202f234" in captioned(frame, "Nuitées par marché", "fr").html
    True
    """
    if not caption.strip():
        msg = "captioned: the caption is empty; write the sentence that a reader should take away."
        raise UsageError(msg)
    words = translator(language)
    if isinstance(shown, pd.DataFrame):
        return Fragment(str(_table(shown, caption, words)))
    if not hasattr(shown, "to_json"):
        msg = f"captioned: found a {type(shown).__name__}; expected a plotly figure or a pandas frame."
        raise UsageError(msg)
    picture = json.loads(str(shown.to_json()))
    name = "chart-own-" + hashlib.sha256(json.dumps(picture, sort_keys=True).encode()).hexdigest()[:8]
    layout = {"height": _HEIGHT, **picture["layout"]}
    figure = {"data": picture["data"], "layout": layout, "config": config(words)}
    return chart_fragment(Chart(name, figure, caption, caption), "")


def _table(frame: pd.DataFrame, caption: str, words: Translator) -> str:
    columns = [Column(str(name), numeric=pd.api.types.is_numeric_dtype(frame[name])) for name in frame.columns]
    rows = [[_cell(value, words) for value in row] for row in frame.itertuples(index=False)]
    return table(caption, columns, rows)


def _cell(value: object, words: Translator) -> str:
    if isinstance(value, bool):
        return words.t("value.yes" if value else "value.no")
    if isinstance(value, int | float):
        return words.number(float(value))
    return "" if value is None else str(value)
