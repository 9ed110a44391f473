"""The page of runs: when, what was made, what failed or was held back, from which deliveries, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from kpi.catalogue import LANGUAGES, Catalogue, Text
from kpi.i18n import Translator, translator
from kpi.reporting.fragments import heading, paragraph
from kpi.reporting.frame import write_framed
from kpi.tables import Cell, Column, table

#: Runs that the page lists.
_LISTED = 50


def write_runs_pages(runs: Sequence[Mapping[str, Any]], catalogue: Catalogue, site: Path) -> None:
    """Write ``<language>/runs.html``; ``runs`` are manifests, the newest first."""
    titles = {source.id: source.title for source in catalogue.sources}
    for language in LANGUAGES:
        words = translator(language)
        write_framed(
            site,
            language,
            "runs.html",
            title=words.t("runs.title"),
            body=_body(runs, titles, words),
        )


def _body(runs: Sequence[Mapping[str, Any]], titles: Mapping[str, Text], words: Translator) -> Markup:
    t = words.t
    latest = runs[0]
    link = Markup('<a href="../manifest.json">{}</a>').format(t("runs.manifest"))
    return Markup("\n").join(
        [
            paragraph(t("runs.lead"), "lead"),
            paragraph(link),
            table(
                t("runs.title"), _columns(words, "when", "run", "by", *_COUNTS), _rows(runs, words), hidden_caption=True
            ),
            heading(t("runs.sources")),
            table(
                t("runs.sources"),
                _columns(words, "source", "files", "vintages", "read", "accepted", "held-back"),
                [_source(source, titles, words) for source in latest["sources"]],
                hidden_caption=True,
            ),
        ]
    )


_COUNTS = ("made", "unchanged", "failed", "held-back", "seconds")
_NUMERIC = {*_COUNTS, "read", "accepted"}


def _columns(words: Translator, *names: str) -> list[Column]:
    return [Column(words.t(f"runs.{name}"), numeric=name in _NUMERIC) for name in names]


def _rows(runs: Iterable[Mapping[str, Any]], words: Translator) -> list[list[Cell]]:
    return [
        [
            f"{words.period(told['started'][:10])}, {told['started'][11:16]}",
            Markup("<code>{}</code>").format(told["run"]),
            told["by"]["job"] or f"{told['by']['user']}@{told['by']['host']}",
            words.number(len(told["made"])),
            words.number(told["skipped"]["unchanged"]),
            ", ".join(sorted(told["failed"])) or (words.t("runs.stopped") if told["error"] else words.number(0)),
            words.number(told["held_back"]),
            words.number(told["seconds"], 1),
        ]
        for told in list(runs)[:_LISTED]
    ]


def _source(source: Mapping[str, Any], titles: Mapping[str, Text], words: Translator) -> list[Cell]:
    name = source["source"]
    files = ", ".join(Path(name).name for name in source["files"])
    tag = Markup(' <span class="tag">{}</span>').format(words.t("sample.tag")) if source["sample"] else Markup("")
    return [
        Markup("{}").format(titles[name][words.language] if name in titles else name) + tag,
        files,
        ", ".join(words.period(vintage) for vintage in source["vintages"][-3:]),
        words.number(source["rows_read"]),
        words.number(source["accepted"]),
        words.number(source["held_back"]),
    ]
