"""The page of one objective in one language, section by section; the notebook shows them in this order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from kpi.briefing import ObjectiveReport
from kpi.catalogue import Catalogue, Text
from kpi.i18n import Translator, translator
from kpi.identities import Finding
from kpi.reporting import opening, overview, provenance, sections
from kpi.reporting.fragments import Fragment


@dataclass(frozen=True)
class Page:
    """What a reader sees of an objective.

    Attributes:
        report: everything that is known, computed.
        catalogue: names, definitions, code lists.
        language: ``fr``, ``nl`` or ``en``.
        remarks: id of a published figure -> what is odd about it, in our own words.
        findings: what published figures imply about one another.
        changes: what newer deliveries changed, see :func:`kpi.reporting.revised.read_changes`.
    """

    report: ObjectiveReport
    catalogue: Catalogue
    language: str
    remarks: Mapping[str, Text] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    hidden: frozenset[str] = frozenset()

    @cached_property
    def words(self) -> Translator:
        """The words of the page's language."""
        return translator(self.language)

    def header(self) -> Fragment:
        """Document, code and title, organisation, place in the tree, deadline, as-of date, notice on sample data."""
        return opening.header(self)

    def in_short(self) -> Fragment:
        """One or two sentences to quote."""
        return opening.in_short(self)

    def overview(self) -> Fragment:
        """A row a KPI: latest value, change, target, status, where from."""
        return overview.overview(self)

    def sections(self) -> list[Fragment]:
        """A section a KPI with data, in pieces: text and charts one after another."""
        return sections.kpi_sections(self)

    def without_data(self) -> Fragment:
        """Declared, no data yet: each with who owes it."""
        return provenance.without_data(self)

    def means(self) -> list[Fragment]:
        """Budget and staff, where published."""
        return sections.means_sections(self)

    def printed_only(self) -> list[Fragment]:
        """Figures printed under the objective that no KPI declares."""
        return sections.printed_sections(self)

    def elsewhere(self) -> Fragment:
        """The same indicators under other objectives."""
        return provenance.elsewhere(self)

    def provenance(self) -> Fragment:
        """Sources and vintages, what was held back, run, version, downloads."""
        return provenance.provenance(self)
