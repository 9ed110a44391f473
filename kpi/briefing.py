"""What is known about one objective: the content of its page, computed, free of language and of markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

import pandas as pd

from kpi.catalogue import Declaration, Document, Indicator, Objective
from kpi.comparability import one_series
from kpi.progress import Trend

Colour = Literal["green", "orange", "red"]
Status = Literal["reached", "on-course", "off-course", "moving-away", "undetermined", "no-target", "no-data"]
#: How a verdict came about; each has its section in ``docs/methods.md``.
Method = Literal["linear-path", "compound-growth", "bands", "direction", "milestone", "yearly-target", "level"]


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

    def __post_init__(self) -> None:
        """Whoever puts a series together: rows that do not compare are refused."""
        one_series(self.rows)

    @property
    def part(self) -> dict[str, str]:
        """What the values are of, as :func:`kpi.charts.points.where_words` tells it: dimensions and area."""
        return {**self.where, "ref_area": self.ref_area}

    @property
    def latest(self) -> pd.Series:
        """The last row."""
        return self.rows.iloc[-1]


@dataclass(frozen=True)
class Breakdown:
    """Parts of one indicator by one dimension, one row a part and period.

    ``closes`` says whether the parts should make a whole (shares, delivered counts);
    ``rest`` is then, per period, what the parts leave open in the unit of the rows;
    ``unknown`` are periods of which so much is withheld that nobody can say what the whole is: no shares of it.
    """

    indicator: Indicator
    dimension: str
    source: str
    sample: bool
    rows: pd.DataFrame
    closes: bool
    rest: Mapping[str, float] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    @property
    def part(self) -> dict[str, str]:
        """What the whole is of: its area, as of a :class:`Series`."""
        return {"ref_area": str(self.rows["ref_area"].iloc[0])}


@dataclass(frozen=True)
class Change:
    """From an earlier comparable period to the latest: ``absolute`` in the unit, ``relative`` as a fraction.

    ``reason`` is a code when there is no change to state: ``no-earlier``, ``bounds``
    (nothing follows from a "more than" against another), ``break`` (in the series, between the two),
    ``zero-base`` (no relative change), ``within-interval`` (both values are known so little that the change could
    be chance).
    ``qualifier`` is that of a change from or to a bound: "more than 250" after 200 is more than +50.
    ``digits`` are the significant digits that printed figures allow; None for exact counts.
    """

    since: str = ""
    absolute: float | None = None
    relative: float | None = None
    reason: str = ""
    qualifier: str = "eq"
    digits: int | None = None


@dataclass(frozen=True)
class Assessment:
    """A verdict with everything it rests on, so that it can be checked by hand.

    Attributes:
        status: the verdict.
        reason: code of why none is given: ``too-few-points``, ``no-deadline``, ``break``, ``provisional`` ...
        method: how it came about; empty without a target and without a trend.
        target: the tidy row of the target.
        goal: the number to reach, in the unit of the series.
        baseline: where the path starts, with ``baseline_period``.
        latest: the last value (or the bound that is known), with ``latest_period``.
        expected: value that the path asks for at the latest period.
        required: rate per year from baseline to goal: in the unit (linear path) or as a part (compound growth).
        actual: rate per year from baseline to latest.
        ratio: actual over required.
        pace: Eurostat's word for the ratio, see :func:`kpi.progress.pace`.
        margin: part by which a last value that may still change was moved to see whether the verdict flips.
        share_of_target: latest over target.
        points: comparable periods used.
        light: colour, where the document sets thresholds.
        trend: direction without a target, with Kendall's ``tau`` and its ``p_value``.
        flags: what is uncertain about the latest value: ``provisional``, ``immature``, ``bound`` ...
    """

    status: Status
    reason: str = ""
    method: Method | Literal[""] = ""
    target: pd.Series | None = None
    goal: float | None = None
    baseline: float | None = None
    baseline_period: str = ""
    latest: float | None = None
    latest_period: str = ""
    expected: float | None = None
    required: float | None = None
    actual: float | None = None
    ratio: float | None = None
    pace: str = ""
    margin: float | None = None
    share_of_target: float | None = None
    points: int = 0
    light: Colour | None = None
    trend: Trend = ""
    tau: float | None = None
    p_value: float | None = None
    flags: tuple[str, ...] = ()

    def facts(self) -> dict[str, object]:
        """Its components as plain values, for exports: the target as its value and period."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in {"target", "flags"}}
        return {
            **told,
            "target_period": "" if self.target is None else str(self.target["time_period"]),
            "flags": " ".join(self.flags),
        }


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
    def measured(self) -> tuple[KpiReport, ...]:
        """Declared KPIs with data, those that are means last."""
        return tuple(report for report in self.reports if report.declaration is not None)

    @property
    def declared_count(self) -> int:
        """How many KPIs the objective declares."""
        return len(self.measured) + len(self.without_data)

    @property
    def has_sample(self) -> bool:
        """Whether any number on the page comes from a sample."""
        return any(report.sample for report in self.reports)
