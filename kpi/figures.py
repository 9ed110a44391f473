"""Figures of one indicator as an analyst holds them: a plain frame, and the questions one puts to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NoReturn

import pandas as pd

from kpi import comparing
from kpi.briefing import Breakdown, Series
from kpi.catalogue import Indicator, Text
from kpi.compose import group
from kpi.derive import PRINTED
from kpi.errors import UsageError
from kpi.i18n import translator
from kpi.project import Project
from kpi.units import by_difference

if TYPE_CHECKING:
    from kpi.reporting.fragments import Fragment

#: What a comparison shows -> the unit it is in and what a fraction is multiplied by.
_SHOWN_IN = {"change": ("percent", 100.0), "share": ("percent", 100.0), "index": ("index", 1.0)}
#: Shares rounded to one decimal may miss 100 by this much without a part being unknown.
_ROUNDING = 0.5
_NO_WHOLE = frozenset({"rate", "rank", "share"})


@dataclass(frozen=True, repr=False, eq=False)
class Figures:
    """Values of one indicator, ready to be compared, drawn and explained.

    Every verb returns new figures, so that questions follow one another:
    ``kpi.load("overnight-stays", by="market").versus("2019").chart()``. In JupyterLab figures show
    themselves: picture, table, what qualifies them. In a script they print one quiet line.

    Attributes:
        frame: the rows, a plain pandas frame with the columns of :mod:`kpi.observations`; comparisons add theirs.
        indicator: what was measured.
        project: where the values come from.
        by: the dimension of the parts; empty for totals.
        language: of words and labels.
        known: the rows before ``since`` cut them: what comparisons look back into.
        wholes: the totals of the parts: what shares are shares of.
        column: what chart and table show: ``obs_value``, or what the last comparison added.
        base: the year of ``versus``.
    """

    frame: pd.DataFrame
    indicator: Indicator
    project: Project
    by: str = ""
    language: str = "en"
    known: pd.DataFrame = field(default_factory=pd.DataFrame)
    wholes: pd.DataFrame = field(default_factory=pd.DataFrame)
    column: str = "obs_value"
    base: str = ""

    def change(self) -> Figures:
        """Against the same period a year before: ``previous``, ``difference``, and ``change`` as a fraction."""
        column = "difference" if by_difference(self.indicator.unit) else "change"
        return replace(self, frame=comparing.change(self.frame, self.known), column=column)

    def versus(self, year: int | str = 2019) -> Figures:
        """Against the same period of one year; the frame gains ``base`` and ``index``, the base being 100.

        Raises:
            UsageError: no year, or no value of that year is known.
        """
        return replace(self, frame=comparing.versus(self.frame, year, self.known), column="index", base=str(year))

    def share(self) -> Figures:
        """Each part of the whole of its period; the frame gains ``share`` (a fraction).

        Raises:
            UsageError: totals have no parts, and rates add up to nothing.
        """
        if not self.by:
            parts = ", ".join(self.indicator.dimensions)
            more = f"load them by one of {parts}." if parts else "the register declares no parts of it."
            msg = f"These are totals of {self.indicator.id}, which are shares of nothing: {more}"
            raise UsageError(msg)
        if set(self.frame["flow"]) & _NO_WHOLE:
            msg = f"The parts of {self.indicator.id} are rates or shares themselves: they add up to no whole."
            raise UsageError(msg)
        return replace(self, frame=comparing.share(self.frame, self.wholes), column="share")

    def chart(self) -> Fragment:
        """The picture that the shape of the data asks for, with its finding as caption.

        Raises:
            UsageError: fewer than two values that can be drawn together.
        """
        from kpi.showing import chart  # noqa: PLC0415  (charts only when one is asked for)

        return chart(self)

    def table(self) -> pd.DataFrame:
        """The values to read: a row a period, and a column a part with its label (or ``value`` for totals).

        One source only, real before made up: :attr:`frame` holds all. Changes and shares are per cents here, to read;
        the columns of the frame are fractions, to compute with.
        """
        subject = self.subject()
        if subject is None:
            return pd.DataFrame()
        rows = subject.rows
        if isinstance(subject, Series):
            return pd.DataFrame({"value": rows.set_index("time_period")["obs_value"]})
        wide = rows.pivot_table(index="time_period", columns=subject.dimension, values="obs_value", aggfunc="last")
        wide = wide[wide.iloc[-1].sort_values(ascending=False, kind="stable").index]
        labels = {code: self.project.catalogue.label(subject.dimension, code, self.language) for code in wide.columns}
        return wide.rename(columns=labels).rename_axis(columns=None)

    def explain(self) -> pd.DataFrame:
        """What the numbers mean and how far they carry: definition, sources, cautions, each objective's verdict.

        Returns:
            Columns ``topic`` and ``words``.
        """
        from kpi.showing import explanation  # noqa: PLC0415

        return explanation(self)

    def subject(self) -> Series | Breakdown | None:
        """What chart and table are about: comparable values of one source, in the unit of :attr:`column`."""
        rows = self._shown_rows()
        if rows.empty:
            return None
        labelled = self.indicator.model_copy(update={"label": self._label()})
        series, breakdowns = group(labelled, rows, {}, self.project.catalogue.readings)
        if not self.by:
            return max(series, key=_real_and_long, default=None)
        parts = max((b for b in breakdowns if b.dimension == self.by), key=_real_and_long, default=None)
        if parts is None:
            return max(series, key=_real_and_long, default=None)
        if self.column == "share":  # what parts that are not known leave open is part of the picture
            sums = parts.rows.groupby("time_period", sort=False)["obs_value"].sum()
            rest = {str(period): round(100.0 - found, 1) for period, found in sums.items()}
            return replace(parts, closes=True, rest={p: left for p, left in rest.items() if left > _ROUNDING})
        known = bool(parts.rows["obs_value"].notna().all())
        return replace(parts, closes=parts.closes and known and self.column == "obs_value")

    def _shown_rows(self) -> pd.DataFrame:
        """Tidy rows whose value is the column shown."""
        rows = self.frame.drop(columns=[c for c in comparing.ADDED if c in self.frame])
        if self.column == "obs_value":
            return rows
        unit, factor = _SHOWN_IN.get(self.column, (self.indicator.unit, 1.0))
        values = (self.frame[self.column] * factor).round(1)
        empty = float("nan")
        # The digits that the register declares are those of the value, not of what was computed from it.
        flags = rows["flags"].map(lambda words: " ".join(word for word in words.split() if word != "computed"))
        shown = rows.assign(obs_value=values, unit_measure=unit, value_low=empty, value_high=empty, flags=flags)
        return shown[values.notna()]

    def _label(self) -> Text:
        """What is shown, in words: the label, and the comparison."""
        label = self.indicator.label
        if self.column == "obs_value":
            return label
        key = "change" if self.column == "difference" else self.column
        told = {
            code: translator(code).t(f"figures.{key}", name=label[code], year=self.base) for code in ("fr", "nl", "en")
        }
        return Text(**told)

    def __repr__(self) -> str:
        by = f" by {self.by}" if self.by else ""
        periods = [p for p in self.frame["time_period"] if p]
        span = f", {periods[0]} to {periods[-1]}" if periods else ""
        made_up = ", sample data" if self.frame["sample"].any() else ""
        return f"<Figures of {self.indicator.id}{by}: {len(self.frame)} values{span}{made_up}>"

    def _ipython_display_(self) -> None:
        from IPython.display import display  # noqa: PLC0415

        from kpi.showing import fragments  # noqa: PLC0415

        display(*fragments(self))  # type: ignore[no-untyped-call]

    def __getattr__(self, name: str) -> NoReturn:
        if not name.startswith("_") and hasattr(pd.DataFrame, name):
            msg = f"Figures have no {name!r}; their rows are a pandas frame that has: write .frame.{name}"
            raise AttributeError(msg)
        msg = f"'Figures' object has no attribute {name!r}"
        raise AttributeError(msg)

    def __getitem__(self, name: object) -> NoReturn:
        msg = f"Figures are no frame; their rows are one: write .frame[{name!r}]"
        raise TypeError(msg)


def _real_and_long(subject: Series | Breakdown) -> tuple[object, ...]:
    """Larger is told first: real before made up, a course before a single figure, delivered before printed."""
    rows = subject.rows
    periods = rows["time_period"].nunique()
    coarse = -{"A": 0, "S": 1, "Q": 2, "M": 3}.get(str(rows["freq"].iloc[0]), 4)
    return (periods > 1, not subject.sample, subject.source not in PRINTED, coarse, periods)
