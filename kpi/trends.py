"""Change, recovery against a base year, and progress to a target: each says why when it cannot be stated."""

from __future__ import annotations

import pandas as pd

from kpi.briefing import Assessment, Change, Colour, Series, Status
from kpi.catalogue import Band, Direction, TrafficLight
from kpi.observations import has_flag
from kpi.parsing.periods import same_period_of, year_of

#: Last full year before the Covid pandemic, the base of "recovery".
BASE_YEAR = 2019
#: Fewest comparable points for a verdict; with two, a line can always be drawn.
POINTS_NEEDED = 3
#: On course: at least this part of the way that a straight path would have covered by now.
ON_COURSE = 0.95

_EXACT = ("eq", "approx")
_NOT_A_FLOW_TO_COMPARE = ("cumulative",)


def change(series: Series | None) -> Change:
    """From the previous comparable period to the latest.

    For months and quarters the previous comparable period is the same one of the year
    before, for years the latest earlier one that is known (``since`` names it).
    """
    if series is None:
        return Change(reason="no-earlier")
    if series.freq in {"M", "Q", "S"}:
        latest = str(series.latest["time_period"])
        return _against(series, same_period_of(latest, (year_of(latest) or 0) - 1))
    rows = series.rows
    # Two statements about one period may differ, but that is no change.
    earlier = rows[rows["time_period"] != series.latest["time_period"]]
    if earlier.empty or series.flow in _NOT_A_FLOW_TO_COMPARE:
        return Change(reason="no-earlier")
    return _between(earlier.iloc[-1], series.latest)


def versus_base(series: Series | None, year: int = BASE_YEAR) -> Change:
    """From the same period of the base year to the latest; nothing when the latest is the base itself."""
    if series is None or series.freq not in {"A", "S", "Q", "M"}:
        return Change(reason="no-base")
    latest = str(series.latest["time_period"])
    if (year_of(latest) or 0) <= year:
        return Change(reason="is-base")
    return _against(series, same_period_of(latest, year), missing="no-base")


def _against(series: Series, period: str, missing: str = "no-earlier") -> Change:
    found = series.rows[series.rows["time_period"] == period]
    return _between(found.iloc[-1], series.latest) if len(found) else Change(reason=missing)


def _between(earlier: pd.Series, later: pd.Series) -> Change:
    since = str(earlier["time_period"])
    if earlier["qualifier"] not in _EXACT or later["qualifier"] not in _EXACT:
        return Change(since=since, reason="bounds")
    absolute = float(later["obs_value"] - earlier["obs_value"])
    if earlier["obs_value"] <= 0:
        return Change(since=since, absolute=absolute, reason="zero-base")
    return Change(since=since, absolute=absolute, relative=absolute / float(earlier["obs_value"]))


def assess(series: Series | None, targets: pd.DataFrame, direction: Direction) -> Assessment:
    """The verdict on one series against its target, by a straight path from the first point to the target.

    The path: with baseline b in year t0, target T in year t1 and latest y in year t, the
    way covered is (y - b) / (T - b), the way expected (t - t0) / (t1 - t0). On course
    when covered / expected >= 0.95, moving away when covered < 0. A standing yearly target
    is compared with the latest year. Source: linear path-to-target as used by national
    statistical offices for counts and shares; thresholds are those of Eurostat (95 %).

    Args:
        series: the headline series, oldest first; None when there is no value.
        targets: tidy rows with measure ``target`` that belong to the KPI.
        direction: which way is better; ``neutral`` has no verdict.
    """
    if series is None:
        return Assessment("no-data")
    target = pick_target(series, targets)
    points = int(series.rows["time_period"].nunique())
    if target is None:
        return Assessment("no-target", points=points)
    latest, goal = series.latest, goal_value(target)
    value = float(latest["obs_value"]) if pd.notna(latest["obs_value"]) else float(latest["value_low"])
    if goal is None or pd.isna(value):
        return Assessment("undetermined", "bounds", target=target, points=points)
    share = value / goal if goal else None
    reason = _why_undetermined(series, target, direction)
    if reason:
        return Assessment("undetermined", reason, target=target, share_of_target=share, points=points)
    baseline = float(series.rows.iloc[0]["obs_value"])
    sign = -1 if direction == "lower" else 1
    known = {"target": target, "baseline": baseline, "share_of_target": share, "points": points}
    if sign * (value - goal) >= 0:
        return Assessment("reached", method="level", **known)  # type: ignore[arg-type]
    if has_flag(target.to_frame().T, "every-year").iloc[0]:
        away = sign * (value - float(series.rows.iloc[-2]["obs_value"])) < 0
        return Assessment("moving-away" if away else "off-course", method="yearly-target", **known)  # type: ignore[arg-type]
    covered, expected = _way(series, target, baseline, goal, value)
    on_path = baseline + expected * (goal - baseline)
    status = "moving-away" if covered < 0 else "on-course" if covered >= ON_COURSE * expected else "off-course"
    return Assessment(status, method="linear-path", expected=on_path, **known)  # type: ignore[arg-type]


def read_light(series: Series | None, light: TrafficLight) -> Assessment | None:
    """The colour of the latest value; None when the light has no bands or no comparable value.

    A band holds its lower end and not its upper one. Reading a level needs one value; no
    trend is claimed. A cumulative value, a promise or a bound that straddles two bands has no colour.
    """
    if series is None or light.empty or series.kind != "actual" or series.flow in _NOT_A_FLOW_TO_COMPARE:
        return None
    if light.period == "annual" and series.freq != "A":
        return None
    latest = series.latest
    if latest["qualifier"] not in _EXACT or pd.isna(latest["obs_value"]):
        return None
    value = float(latest["obs_value"])
    bands: dict[Colour, Band | None] = {"green": light.green, "orange": light.orange, "red": light.red}
    for colour, band in bands.items():
        if band and (band.low is None or value >= band.low) and (band.high is None or value < band.high):
            status: Status = "reached" if colour == "green" else "off-course"
            points = int(series.rows["time_period"].nunique())
            return Assessment(status, method="bands", light=colour, points=points)
    return None


def _why_undetermined(series: Series, target: pd.Series, direction: Direction) -> str:
    """The first reason that forbids a verdict; empty when there is none."""
    every_year = "every-year" in str(target["flags"]).split()
    end = year_of(str(target["time_period"]))
    if direction == "neutral":
        return "neutral"
    if series.flow in _NOT_A_FLOW_TO_COMPARE:
        return "not-comparable"
    if series.rows["time_period"].nunique() < POINTS_NEEDED:
        return "too-few-points"
    if (~series.rows["qualifier"].isin(_EXACT)).any():
        return "bounds"
    if series.rows["obs_status"].iloc[1:].eq("B").any():
        return "break"
    if series.latest["obs_status"] == "P":
        return "provisional"
    if not every_year and end is None:
        return "no-deadline"
    first = year_of(str(series.rows.iloc[0]["time_period"]))
    if not every_year and (end is None or first is None or end <= first):
        return "not-comparable"
    return ""


def _way(series: Series, target: pd.Series, baseline: float, goal: float, value: float) -> tuple[float, float]:
    """Part of the way covered and expected; a target equal to the baseline leaves no way to go."""
    first, last = (year_of(str(series.rows.iloc[i]["time_period"])) or 0 for i in (0, -1))
    end = year_of(str(target["time_period"])) or last
    covered = (value - baseline) / (goal - baseline) if goal != baseline else -1.0
    return covered, min(1.0, (last - first) / (end - first))


def pick_target(series: Series, targets: pd.DataFrame) -> pd.Series | None:
    """The target for these dimensions (or for the total), in the same unit; the latest one when there are several."""
    if targets.empty:
        return None
    same = targets
    for dim in [d for d in targets.columns if d in series.where]:
        same = same[same[dim].isin([series.where[dim], "_T"])]
    unit = series.latest["unit_measure"]
    same = same[same["unit_measure"].isin([unit, "per_year"])] if len(same) else same
    if same.empty:
        return None
    return same.sort_values(["period_end", "vintage", "figure"], kind="stable").iloc[-1]


def goal_value(target: pd.Series) -> float | None:
    """The number to reach: the value, else the nearer bound of a range."""
    for column in ("obs_value", "value_low", "value_high"):
        if pd.notna(target[column]):
            return float(target[column])
    return None
