"""What newer deliveries changed, as a table: under a report for its indicators, and for all on a page of its own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from markupsafe import Markup

from kpi.catalogue import LANGUAGES, Catalogue
from kpi.i18n import Translator, translator
from kpi.project import Project
from kpi.reporting.fragments import paragraph
from kpi.reporting.frame import write_framed
from kpi.tables import Column, table
from kpi.vintages import SINCE, by_period

_MOST_ROWS = 24
_COLUMNS = ("indicator", "time_period", "unit_measure", "source", SINCE, "rows", "difference")


def read_changes(project: Project, as_of: str = "") -> pd.DataFrame:
    """Revisions by indicator and period (see :func:`kpi.vintages.by_period`), those known on a day."""
    if project.revisions.empty:
        return pd.DataFrame(columns=list(_COLUMNS))
    changes = by_period(project.revisions)
    return changes[changes[SINCE] <= as_of] if as_of else changes


def of_indicators(changes: pd.DataFrame, catalogue: Catalogue, names: set[str]) -> pd.DataFrame:
    """Those of some indicators and of all that these are computed from."""
    return changes if changes.empty else changes[changes["indicator"].isin(catalogue.behind(names))]


def changes_table(changes: pd.DataFrame, catalogue: Catalogue, words: Translator, most: int = _MOST_ROWS) -> Markup:
    """A row an indicator and period, the newest first; nothing where nothing changed."""
    if changes.empty:
        return Markup("")
    t, language = words.t, words.language
    columns = [
        Column(t("revised.since")),
        Column(t("revised.indicator")),
        Column(t("table.period")),
        Column(t("revised.difference"), numeric=True),
        Column(t("revised.rows"), numeric=True),
    ]
    ordered = changes.sort_values([SINCE, "indicator", "time_period"], ascending=[False, True, False], kind="stable")
    body: list[list[Markup | str]] = [
        [
            words.period(change[SINCE]),
            catalogue.indicator(change["indicator"]).label[language],
            words.period(change["time_period"]),
            words.signed(float(change["difference"]), change["unit_measure"]),
            words.number(float(change["rows"])),
        ]
        for change in ordered.head(most).to_dict("records")
    ]
    more = len(changes) - len(body)
    return table(t("revised.caption"), columns, body) + paragraph(
        words.n("table.more", more) if more > 0 else "", "more"
    )


def write_revision_pages(project: Project, site: Path, *, as_of: str = "") -> None:
    """``<language>/revisions.html``: everything that newer deliveries changed."""
    changes = read_changes(project, as_of)
    for language in LANGUAGES:
        words = translator(language)
        shown = changes_table(changes, project.catalogue, words, most=len(changes))
        body = paragraph(words.t("revised.intro"), "intro") + (shown or paragraph(words.t("revised.none")))
        write_framed(site, language, "revisions.html", title=words.t("revised.title"), body=body)
