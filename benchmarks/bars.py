"""What must hold, judged on the measured lines: each bar with what was found, and whether it is met."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import events, growth, pages, runs
from benchmarks.measuring import Row

#: How much dearer the last pages of the largest site may be than the first of the smallest: what a clock tells apart.
STILL_CONSTANT = 1.25
MISSING = "not measured"
MOST = "20 million"


class Lines:
    """The measured lines by group and name; one that is missing or failed ends the bar that asks for it."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def __call__(self, group: str, name: str) -> Row:
        for row in self.rows:
            if (row.group, row.name) == (group, name) and row.seconds is not None:
                return row
        raise LookupError(MISSING)

    def seconds(self, group: str, name: str) -> float:
        return self(group, name).seconds or 0.0

    def per_unit(self, group: str, name: str) -> float:
        row = self(group, name)
        return (row.seconds or 0.0) / row.units

    def sizes(self, group: str) -> list[Row]:
        """The lines of a growing thing, the smallest first."""
        return sorted((r for r in self.rows if r.group == group and r.seconds is not None), key=lambda r: r.units)


@dataclass(frozen=True)
class Bar:
    """``figure`` computes what was found; it must be at least, or at most, ``limit``, shown in ``form``.

    Where ``sizes`` are given, the name tells from where to where was measured, and a bar that is met before
    ``as_far_as`` is met only so far.
    """

    name: str
    figure: Callable[[Lines], float]
    limit: float
    at_least: bool = False
    form: str = "{:.1f}"
    sizes: Callable[[Lines], list[Row]] | None = None
    as_far_as: int = 0

    def judge(self, rows: Sequence[Row]) -> dict[str, Any]:
        """The bar with what was found; ``met`` is None where it could not be measured."""
        wanted = f"{'at least' if self.at_least else 'at most'} {self.form.format(self.limit)}"
        try:
            found = self.figure(Lines(rows))
            sizes = self.sizes(Lines(rows)) if self.sizes else []
        except (LookupError, ZeroDivisionError):
            return {"bar": self.name, "wanted": wanted, "found": MISSING, "met": None}
        met = found >= self.limit if self.at_least else found <= self.limit
        name = f"{self.name}, from {sizes[0].units:,} to {sizes[-1].units:,} pages" if sizes else self.name
        partly = bool(sizes) and sizes[-1].units < self.as_far_as
        return {"bar": name, "wanted": wanted, "found": self.form.format(found), "met": met, "partly": partly}


def later_over_first(rows: Sequence[Row]) -> float:
    """What one more unit costs between the two largest sizes, over what it costs between the two smallest.

    What is paid once a run (starting, loading, warming) is in neither.

    Raises:
        LookupError: fewer than three sizes were measured.
    """
    if len(rows) < 3:
        raise LookupError(MISSING)

    def more(small: Row, large: Row) -> float:
        return ((large.seconds or 0.0) - (small.seconds or 0.0)) / (large.units - small.units)

    return more(*rows[-2:]) / more(*rows[:2])


BARS: tuple[Bar, ...] = (
    Bar(
        "Full run: times the throughput of papermill + nbconvert from the command line",
        lambda at: at.seconds(pages.GROUP, pages.COMMANDS) / at.per_unit(runs.GROUP, runs.FULL),
        40,
        at_least=True,
        form="{:.0f} times",
    ),
    Bar(
        "Full run: times the floor, a plain script that makes the same",
        lambda at: at.per_unit(runs.GROUP, runs.FULL) / at.per_unit(runs.GROUP, runs.FLOOR),
        2,
        form="{:.1f} times",
    ),
    Bar(
        "Unchanged run: part of a full run",
        lambda at: at.seconds(runs.GROUP, runs.UNCHANGED) / at.seconds(runs.GROUP, runs.FULL),
        0.02,
        form="{:.1%}",
    ),
    Bar(
        "One figure changed: until its page, in a process that has started (kpi watch)",
        lambda at: at.seconds(runs.GROUP, runs.WATCHED),
        1,
        form="{:.2f} s",
    ),
    Bar(
        "One figure changed: by kpi run, until all is published, beyond process start",
        lambda at: at.seconds(runs.GROUP, runs.CHANGED) - at.seconds(runs.GROUP, runs.START),
        1,
        form="{:.2f} s",
    ),
    Bar(
        "Cost of one page more: the last ones over the first ones",
        lambda at: later_over_first(at.sizes(growth.PAGES)),
        STILL_CONSTANT,
        form="{:.2f} times",
        sizes=lambda at: at.sizes(growth.PAGES),
        as_far_as=5000,
    ),
    Bar(
        "20 million events aggregated: times as fast as plain pandas",
        lambda at: (
            at.seconds(events.GROUP, f"{MOST} {events.BY_HAND}")
            / at.seconds(events.GROUP, f"{MOST} {events.AGGREGATE}")
        ),
        3,
        at_least=True,
        form="{:.1f} times",
    ),
    Bar(
        "20 million events aggregated: memory",
        lambda at: (at(events.GROUP, f"{MOST} {events.AGGREGATE}").peak_mb or float("nan")) / 1000,
        2,
        form="{:.2f} GB",
    ),
)


def judge(rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """All bars."""
    return [bar.judge(rows) for bar in BARS]
