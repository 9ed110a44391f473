"""The verdict on one series against its target: who may be judged, by which method, and could it flip."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from kpi.bounds import Limits, limits
from kpi.briefing import Assessment, Method, Series, Status
from kpi.catalogue import Direction, Progress
from kpi.latest import DEFAULT_MARGIN, EXACT, components, moved, unsettled
from kpi.parsing.periods import frequency, position
from kpi.progress import Path, Standing, compound_growth, linear_path, mann_kendall, pace
from kpi.targets import Goal, every_year, goal_of, goal_value, pick_target

#: Fewest comparable points for a verdict on a path; with two, a line can always be drawn.
POINTS_NEEDED = 3
_STANDING: tuple[Status, ...] = ("reached", "on-course", "off-course", "moving-away")
_PER_PERIOD = ("flow", "budget")
#: A sum of five years is no part of a target for one, a plan no part of a result, a need no part of itself.
_NO_SHARE = ("not-comparable", "promised", "one-statement")


@dataclass(frozen=True)
class _Case:
    """One series before its target; ``latest`` is apart so that it can be tried a little higher or lower."""

    series: Series
    rows: pd.DataFrame
    target: pd.Series
    goal: Goal
    method: Method
    latest: Limits
    known: dict[str, Any]


def default_method(unit: str) -> Method:
    """Done or not for what is yes or no, a straight path for all else."""
    return "milestone" if unit == "boolean" else "linear-path"


def assess(
    series: Series | None,
    targets: pd.DataFrame,
    direction: Direction,
    progress: Progress | None = None,
    margin: float | None = None,
) -> Assessment:
    """The verdict on a series, with all it rests on; see ``docs/methods.md`` for each method and rule.

    Args:
        series: the headline series, oldest first; None when there is no value.
        targets: tidy rows with measure ``target`` that belong to the KPI.
        direction: which way is better; ``neutral`` has a verdict only against a bound or a range.
        progress: method, baseline and margin as the catalogue declares them.
        margin: largest past revision of the indicator, as a part of the value; a declared margin goes before it.
    """
    if series is None:
        return Assessment("no-data")
    declared = progress or Progress()
    rows = _window(series, declared.baseline)
    known = components(series, rows)
    target = pick_target(series, targets)
    if target is None and len(targets):  # of another part, or in another unit
        return Assessment("undetermined", "not-comparable", **known)
    if target is None:
        return _trend(series, rows, direction, known)
    value, aim = known["latest"], goal_value(target)
    known |= {"target": target, "share_of_target": value / aim if aim and value is not None else None}
    goal = goal_of(target, direction)
    method = _method(target, str(series.latest["unit_measure"]), declared)
    reason = _forbidden(series, rows, target, goal, method)
    if reason in _NO_SHARE:
        known["share_of_target"] = None
    if reason or goal is None:
        return Assessment("undetermined", reason or "neutral", method=method, **known)
    case = _Case(series, rows, target, goal, method, limits(series.latest.to_dict()), known)
    return _settled(case, _judge(case), declared.margin if declared.margin is not None else margin)


def _window(series: Series, baseline: str | None) -> pd.DataFrame:
    """The rows from the declared baseline on; none when the series does not hold it."""
    if not baseline:
        return series.rows
    held = series.rows.index[series.rows["time_period"] == baseline]
    return series.rows.loc[held[0] :] if len(held) else series.rows.iloc[:0]


def _trend(series: Series, rows: pd.DataFrame, direction: Direction, known: dict[str, Any]) -> Assessment:
    """Without a target: the direction of yearly values, where a test tells it from chance; no verdict."""
    plain = direction != "neutral" and series.kind == "actual" and series.freq == "A" and series.flow != "cumulative"
    broken = rows["obs_status"].iloc[1:].eq("B").any() or not rows["qualifier"].isin(EXACT).all()
    # Two statements about one period are one point: the last that was made.
    values = rows.drop_duplicates("time_period", keep="last")["obs_value"]
    test = mann_kendall(values.tolist()) if plain and not broken and not values.isna().any() else None
    if test is None:
        return Assessment("no-target", **known)
    sign = -1 if direction == "lower" else 1
    return Assessment(
        "no-target", method="direction", trend=test.read(sign), tau=test.tau, p_value=test.p_value, **known
    )


def _method(target: pd.Series, unit: str, declared: Progress) -> Method:
    """The declared method, else that of the unit; a target for every year, and one without a date, ask for no path."""
    method = default_method(unit)
    if declared.method is not None and declared.method not in {"bands", "direction"}:
        method = declared.method
    if method == "milestone":
        return method
    if every_year(target):
        return "yearly-target"
    return "level" if position(str(target["time_period"])) is None else method


def _forbidden(series: Series, rows: pd.DataFrame, target: pd.Series, goal: Goal | None, method: Method) -> str:
    """The first reason that forbids a verdict; empty when there is none."""
    if _one_statement(series.latest, target):
        return "one-statement"
    if goal is None:
        return "neutral" if goal_value(target) is not None else "bounds"
    if series.kind != "actual":
        return "promised"
    if series.flow == "cumulative":
        return "not-comparable"
    if not limits(series.latest.to_dict()).known:
        return "bounds"
    if method == "milestone":
        return ""
    if series.flow in _PER_PERIOD and series.freq in {"M", "Q", "S"} and _of_years(target):
        return "not-comparable"  # a month is no part of a path to a year's number
    if rows.empty:
        return "no-baseline"
    if rows["time_period"].nunique() < POINTS_NEEDED:
        return "too-few-points"
    return "break" if rows["obs_status"].iloc[1:].eq("B").any() else ""


def _one_statement(latest: pd.Series, target: pd.Series) -> bool:
    """Whether a document estimates a need and the target is that estimate: equal, and printed up to the same line."""
    equal = limits(latest.to_dict()) == limits(target.to_dict())
    return latest["measure"] == "estimate" and equal and _last_line(latest) == _last_line(target) != ""


def _last_line(row: pd.Series) -> str:
    """Document and last line that a figure or a declared target cites; they often start at different lines."""
    document, cited, lines = str(row["source_ref"]).partition(" L")
    return f"{document} {lines.rpartition('-')[2]}" if cited else ""


def _of_years(target: pd.Series) -> bool:
    return every_year(target) or frequency(str(target["time_period"])) == "A"


def _judge(case: _Case) -> Assessment:
    held = case.goal.holds(case.latest)
    if case.method == "milestone":
        return _milestone(case, done=bool(held))
    if held is None or (not held and not case.latest.exact):
        return _undetermined(case, "bounds")
    if held:
        return Assessment("reached", method=case.method, goal=case.goal.nearest(case.latest.low), **case.known)
    if case.method == "yearly-target":
        return _yearly(case)
    dated = position(str(case.target["time_period"]))
    start = position(str(case.rows.iloc[0]["time_period"]))
    now = position(str(case.rows.iloc[-1]["time_period"]))
    if dated is None:
        return _undetermined(case, "no-deadline")
    if start is None or now is None or dated <= start:
        return _undetermined(case, "not-comparable")
    baseline = case.known["baseline"]
    if baseline is None:
        return _undetermined(case, "bounds")
    goal = case.goal.nearest(case.latest.low)
    if case.goal.nearest(baseline) != goal and case.goal.holds(Limits(baseline, baseline)) is False:
        return _overshot(case, baseline, goal)
    path = Path(baseline, start, goal, dated, case.latest.low, now)
    found = compound_growth(path) if case.method == "compound-growth" else linear_path(path)
    if found is None:
        return _undetermined(case, "not-positive")
    known = case.known if now < dated else {**case.known, "flags": (*case.known["flags"], "past-deadline")}
    return _stand(case.method, goal, found, known)


def _overshot(case: _Case, baseline: float, goal: float) -> Assessment:
    """From one side of a range past its other end: off course, and moving away when further than at the start."""
    away = abs(case.latest.low - goal) > abs(case.goal.nearest(baseline) - baseline)
    return Assessment("moving-away" if away else "off-course", method=case.method, goal=goal, **case.known)


def _stand(method: Method, goal: float, found: Standing, known: dict[str, Any]) -> Assessment:
    return Assessment(
        found.verdict,
        method=method,
        goal=goal,
        expected=found.expected,
        required=found.required,
        actual=found.actual,
        ratio=found.ratio,
        pace=pace(found.ratio) if method == "compound-growth" else "",
        **known,
    )


def _yearly(case: _Case) -> Assessment:
    """A standing target missed in the latest year; moving away when it is missed by more than the year before."""
    goal = case.goal.nearest(case.latest.low)
    earlier = case.rows[case.rows["time_period"] != case.known["latest_period"]].iloc[-1]
    before = limits(earlier.to_dict())
    away = before.exact and abs(case.latest.low - goal) > abs(before.low - goal)
    away = away or case.goal.holds(before) is True
    status: Status = "moving-away" if away else "off-course"
    return Assessment(status, method=case.method, goal=goal, expected=goal, **case.known)


def _milestone(case: _Case, *, done: bool) -> Assessment:
    """Done or not. What happens once a period must have happened in the target's; a state stays.

    Values end before today, and deadlines may have passed since: what is not known at the deadline is told as that.
    """
    due = str(case.target["period_end"]) if not every_year(case.target) else ""
    known = case.known
    latest = case.series.latest
    if case.series.flow == "flow" and due:
        inside = str(latest["period_end"]) >= str(case.target["period_start"])
        if not inside:
            return _undetermined(case, "no-value-then")
    if done:
        late = bool(due) and str(latest["period_start"]) > due
        flags = (*known["flags"], "late") if late else known["flags"]
        return Assessment("reached", method="milestone", **{**known, "flags": flags})
    if every_year(case.target):
        return Assessment("off-course", method="milestone", **known)
    if not due:
        return _undetermined(case, "no-deadline")
    if str(latest["period_end"]) < due:
        return _undetermined(case, "no-value-then")
    return Assessment("off-course", method="milestone", **{**known, "flags": (*known["flags"], "past-deadline")})


def _undetermined(case: _Case, reason: str) -> Assessment:
    return Assessment("undetermined", reason, method=case.method, **case.known)


def _settled(case: _Case, verdict: Assessment, margin: float | None) -> Assessment:
    """The verdict, or "undetermined" where a last value that may still change could flip it."""
    if verdict.status not in _STANDING or case.method == "milestone" or not unsettled(case.series):
        return verdict
    allowed = DEFAULT_MARGIN if margin is None else margin
    tried = {_judge(replace(case, latest=near)).status for near in moved(case.latest, allowed)}
    if tried == {verdict.status}:
        return replace(verdict, margin=allowed)
    return replace(verdict, status="undetermined", reason="provisional", margin=allowed)
