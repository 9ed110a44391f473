"""What is known about one objective: the content of its page, computed, free of language and of markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from kpi.catalogue import Declaration, Document, Indicator, Objective

Colour = Literal["green", "orange", "red"]
Status = Literal["reached", "on-course", "off-course", "moving-away", "undetermined", "no-target", "no-data"]


@dataclass(frozen=True)
class Series:
    """Comparable values of one indicator, oldest first: same dimensions, area, frequency, flow, kind and source.

    ``rows`` are tidy rows; ``superseded`` are values that the source itself replaced (an
    original budget before its revision): shown, never compared or added.
    """

    indicator: Indicator
    where: Mapping[str, str]
    ref_area: str
    freq: str
    flow: str
    kind: str
    source: str
    sample: bool
    rows: pd.DataFrame
    superseded: pd.DataFrame

    @property
    def latest(self) -> pd.Series:
        """The last row."""
        return self.rows.iloc[-1]


@dataclass(frozen=True)
class Breakdown:
    """Parts of one indicator by one dimension, one row a part and period.

    ``closes`` says whether the parts should make a whole (shares, delivered counts);
    ``rest`` is then, per period, what the parts leave open in the unit of the rows.
    """

    indicator: Indicator
    dimension: str
    source: str
    sample: bool
    rows: pd.DataFrame
    closes: bool
    rest: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """From an earlier comparable period to the latest: ``absolute`` in the unit, ``relative`` as a fraction.

    ``reason`` is a code when there is no change to state: ``no-earlier``, ``bounds``
    (a "more than" has no exact change), ``zero-base`` (no relative change).
    """

    since: str = ""
    absolute: float | None = None
    relative: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Assessment:
    """A verdict with everything it rests on, so that it can be checked by hand.

    ``reason`` is a code: ``too-few-points``, ``no-deadline``, ``break``, ``provisional``,
    ``not-comparable``, ``neutral`` ...; ``share_of_target`` is latest over target; ``light``
    is the colour when the document sets thresholds and the latest value can be read against them.
    """

    status: Status
    reason: str = ""
    method: str = ""
    target: pd.Series | None = None
    baseline: float | None = None
    expected: float | None = None
    share_of_target: float | None = None
    points: int = 0
    light: Colour | None = None


@dataclass(frozen=True)
class KpiReport:
    """One KPI of the objective with all that is known of it.

    ``declaration`` is None for figures that the document prints under the objective
    without declaring a KPI. ``headline`` is the series of the overview table: real
    before sample, actual before planned, total before parts, recent before old. ``beside``
    are supporting measures, such as the net value beside a return, without a declaration.
    """

    indicator: Indicator
    declaration: Declaration | None
    headline: Series | None
    series: tuple[Series, ...]
    breakdowns: tuple[Breakdown, ...]
    targets: pd.DataFrame
    change: Change
    versus_base: Change
    assessment: Assessment
    rows: pd.DataFrame
    beside: tuple[KpiReport, ...] = ()

    @property
    def has_data(self) -> bool:
        """Whether any value other than a target is known."""
        return bool(self.series or self.breakdowns)

    @property
    def sample(self) -> bool:
        """Whether any value comes from a made-up sample."""
        return bool(self.rows["sample"].any())


@dataclass(frozen=True)
class SourceUse:
    """A source that the page draws on: how many values, of which vintages and files."""

    source: str
    values: int
    vintages: tuple[str, ...]
    references: tuple[str, ...]
    sample: bool
    held_back: int


@dataclass(frozen=True)
class ObjectiveReport:
    """The page of one objective, in the order of the page."""

    objective: Objective
    document: Document
    ancestors: tuple[Objective, ...]
    siblings: tuple[Objective, ...]
    children: tuple[Objective, ...]
    as_of: str
    run: str
    kpis: tuple[KpiReport, ...]
    printed_only: tuple[KpiReport, ...]
    without_data: tuple[KpiReport, ...]
    means: tuple[KpiReport, ...]
    elsewhere: tuple[tuple[Indicator, tuple[Objective, ...]], ...]
    sources: tuple[SourceUse, ...]

    @property
    def reports(self) -> tuple[KpiReport, ...]:
        """All KPIs and figures with data: declared, means, printed only."""
        return (*self.kpis, *self.means, *self.printed_only)

    @property
    def declared_count(self) -> int:
        """How many KPIs the objective declares."""
        return sum(1 for report in (*self.reports, *self.without_data) if report.declaration is not None)

    @property
    def has_sample(self) -> bool:
        """Whether any number on the page comes from a sample."""
        return any(report.sample for report in self.reports)
