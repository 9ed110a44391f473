"""From a project to one whole document on paper."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kpi.project import Project
from kpi.reporting.annex import Annex, annex_html
from kpi.reporting.chromium import find_chromium
from kpi.reporting.pdf import write_pdf
from kpi.reporting.prepare import default_as_of, prepare_page, prepare_report


def prepare_annex(
    project: Project,
    document: str,
    languages: Sequence[str],
    *,
    as_of: str = "",
    use_sample: bool = True,
    folded: bool = False,
) -> Annex:
    """All objectives of a document: those with figures with their pages, the others by name.

    Raises:
        UsageError: unknown document or language, or nothing was built yet.
    """
    catalogue = project.catalogue
    found = catalogue.document(document)
    objectives = [o for o in catalogue.objectives if o.document == found.id]
    shown = [o for o in objectives if prepare_report(project, o.id, as_of=as_of, use_sample=use_sample).reports]
    return Annex(
        catalogue=catalogue,
        document=found,
        languages=tuple(languages),
        entries=tuple(
            tuple(prepare_page(project, o.id, language, as_of=as_of, use_sample=use_sample) for language in languages)
            for o in shown
        ),
        without=tuple(o for o in objectives if o not in shown),
        as_of=as_of or default_as_of(project),
        folded=folded,
    )


def print_document(
    project: Project,
    document: str,
    languages: Sequence[str],
    target: Path,
    *,
    as_of: str = "",
    use_sample: bool = True,
    folded: bool = False,
) -> None:
    """Print a document to one PDF; two languages stand side by side on sheets that lie on their side.

    Raises:
        UsageError: unknown document or language, or nothing was built yet.
        KpiError: no Chromium was found, or it failed.
    """
    find_chromium()  # told before the work is done
    annex = prepare_annex(project, document, languages, as_of=as_of, use_sample=use_sample, folded=folded)
    write_pdf(annex_html(annex), target, as_of=annex.as_of, landscape=len(languages) > 1)
