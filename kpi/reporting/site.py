"""What a site has beside its reports, piece by piece: assets, portal, register of indicators, coverage, downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from kpi import fingerprint
from kpi.catalogue import LANGUAGES, Language
from kpi.evidence import Evidence
from kpi.pieces import Parts
from kpi.plan import Inputs, framed_parts, index_parts, indicator_parts, owing, register_parts, workbook_parts
from kpi.records import told
from kpi.shown import digest_all

#: Organisations of the Region work in these; any other is one `kpi collect` away.
OFFICIAL: tuple[Language, ...] = ("fr", "nl")
#: What kpi.reporting.accessibility reads.
PUBLISHER = "site.yaml"
#: Facts of objectives by id, see :func:`kpi.reporting.prepare.facts`.
Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Piece:
    """One piece of the site: its name, what it is made from, and what writes its files below a folder."""

    name: str
    parts: Parts
    write: Callable[[Path], None]


def assets() -> Piece:
    """Style, scripts and plotly.js, loaded by all pages."""
    from kpi.reporting.assets import write_assets  # noqa: PLC0415  (as all writers: only for what is made)

    words = fingerprint.of(*map(fingerprint.words, LANGUAGES))
    parts = {"look": fingerprint.look(), "words": words, "package": fingerprint.code()}
    return Piece("assets", parts, write_assets)


def standing(inputs: Inputs) -> list[Piece]:
    """What hardly ever changes: assets, methods, the statement on accessibility."""

    def statements(site: Path) -> None:
        from kpi.reporting.accessibility import read_publisher, write_statements  # noqa: PLC0415

        write_statements(site, read_publisher(inputs.project.root))

    def methods(site: Path) -> None:
        from kpi.reporting.methods_page import write_methods_pages  # noqa: PLC0415

        write_methods_pages(site)

    common = framed_parts(inputs)
    publisher = {"publisher": fingerprint.of_file(inputs.project.root / PUBLISHER), **common}
    return [
        assets(),
        Piece("accessibility", publisher, statements),
        Piece("methods", common, methods),
    ]


def about_all(inputs: Inputs, facts: Facts, others: Facts) -> list[Piece]:
    """The portal and the coverage: what they say comes from the facts that reports leave.

    Args:
        inputs: of the run.
        facts: of the objectives that have a page.
        others: of those that have none, which the coverage counts all the same.
    """
    catalogue = inputs.catalogue
    summaries = {name: fact["summary"] for name, fact in facts.items()}
    counted = {name: {k: v for k, v in told.items() if k != "kpis"} for name, told in summaries.items()}
    known = {**others, **facts}
    covered = [row for o in catalogue.objectives for row in known[o.id]["coverage"]]

    def portal(site: Path) -> None:
        from kpi.reporting.portal import write_portal  # noqa: PLC0415

        write_portal(catalogue, summaries, site, inputs.as_of)

    def changes(site: Path) -> None:
        from kpi.reporting.changes import write_changes  # noqa: PLC0415

        write_changes(catalogue, summaries, site, inputs.project.reports / "site", inputs.as_of)

    def coverage(site: Path) -> None:
        from kpi.reporting.coverage_page import write_coverage_pages  # noqa: PLC0415

        write_coverage_pages(catalogue, pd.DataFrame(covered), site)

    common = {**framed_parts(inputs), **register_parts(inputs)}
    pieces = [
        Piece(
            "portal",
            {"reports": fingerprint.of(counted), "as of": inputs.as_of, **common},
            portal,
        ),
        Piece(
            "changes",
            {"reports": fingerprint.of(summaries), "as of": inputs.as_of, **common},
            changes,
        ),
    ]
    if covered:
        pieces.append(Piece("coverage", {"reports": fingerprint.of(covered), **common}, coverage))
    return pieces


def about_register(inputs: Inputs, evidence: Callable[[], Evidence]) -> list[Piece]:
    """The pages of indicators, their index, the collection workbooks, and all figures in one file."""
    catalogue = inputs.catalogue
    counts = {name: len(places) for name, places in inputs.shown.by_indicator.items()}

    def index(site: Path) -> None:
        from kpi.reporting.indicators import write_indicator_index  # noqa: PLC0415

        write_indicator_index(catalogue, counts, site)

    def all_figures(site: Path) -> None:
        from kpi.reporting.downloads import write_all_figures  # noqa: PLC0415

        write_all_figures(inputs.rows, site / "downloads")

    def in_words(language: Language, site: Path) -> None:
        from kpi.reporting.downloads import write_figures_in_words  # noqa: PLC0415

        write_figures_in_words(inputs.rows, catalogue, language, site / "downloads")

    pages = [
        Piece(
            f"indicator {indicator.id}",
            indicator_parts(inputs, indicator),
            _indicator_page(inputs, indicator, evidence),
        )
        for indicator in catalogue.indicators
    ]
    workbooks = [
        Piece(
            f"workbook {name} {language}",
            workbook_parts(inputs, name, language),
            _workbook(inputs, name, language, evidence),
        )
        for name in owing(catalogue)
        for language in OFFICIAL
    ]
    whole = {"figures:all indicators": digest_all(inputs.rows), **register_parts(inputs)}
    return [
        *workbooks,  # first: the largest take longest
        Piece("all figures", {**whole, **framed_parts(inputs)}, all_figures),
        *(
            Piece(f"all figures {each}", {**whole, **framed_parts(inputs, each)}, partial(in_words, each))
            for each in LANGUAGES
        ),
        Piece("indicators", index_parts(inputs), index),
        *pages,
    ]


def about_data(inputs: Inputs, *, use_sample: bool, day: str) -> list[Piece]:
    """What newer deliveries changed, and what was checked: both speak of the whole build."""

    def revisions(site: Path) -> None:
        from kpi.reporting.revised import write_revision_pages  # noqa: PLC0415

        write_revision_pages(inputs.project, site, as_of=day)

    def validation(site: Path) -> None:
        from kpi.reporting.validation_page import write_validation_pages  # noqa: PLC0415

        write_validation_pages(inputs.project, site, use_sample=use_sample)

    common = {**framed_parts(inputs), **register_parts(inputs), "sample": str(use_sample), "day": day}
    tables = told(inputs.project.tidy).get("tables", {})
    changed = {name: digest for name, digest in tables.items() if name.startswith("revisions")}
    judged = {name: d for name, d in tables.items() if not name.startswith(("UNPROTECTED", "observations", "computed"))}
    return [
        Piece("revisions", {"revisions": fingerprint.of(changed), **common}, revisions),
        Piece("validation", {"checks": fingerprint.of(judged), **common}, validation),
    ]


def _indicator_page(inputs: Inputs, indicator: Any, evidence: Callable[[], Evidence]) -> Callable[[Path], None]:
    def write(site: Path) -> None:
        from kpi.reporting.indicators import write_indicator_page  # noqa: PLC0415

        rows = evidence().by_indicator
        write_indicator_page(indicator, inputs.catalogue, rows, inputs.remarks, site)

    return write


def _workbook(
    inputs: Inputs, name: str, language: Language, evidence: Callable[[], Evidence]
) -> Callable[[Path], None]:
    def write(site: Path) -> None:
        from kpi.collect.workbook import collect  # noqa: PLC0415

        path = site / "downloads" / "collect" / f"{name}-{language}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        collect(inputs.catalogue, name, path, language=language, by_indicator=evidence().by_indicator)

    return write


def load_writers(pieces: Sequence[Piece]) -> None:
    """Import what many of these pieces are written with: the processes that write them need not, one by one."""
    kinds = {piece.name.partition(" ")[0] for piece in pieces}
    if "workbook" in kinds:
        import kpi.collect.workbook  # noqa: PLC0415
    if "indicator" in kinds:
        import kpi.reporting.indicators  # noqa: F401, PLC0415


def batches(pieces: Sequence[Piece], size: int = 60) -> list[list[Piece]]:
    """Workbooks one by one, small pages together: a process for each of a thousand pages would cost more than they."""
    small = [piece for piece in pieces if piece.name.startswith("indicator ")]
    large = [[piece] for piece in pieces if not piece.name.startswith("indicator ")]
    return [*large, *(small[start : start + size] for start in range(0, len(small), size))]
