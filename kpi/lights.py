"""Traffic lights: the colour of the latest value by the bands that a document sets."""

from __future__ import annotations

import math

from kpi.bounds import Limits, limits
from kpi.briefing import Assessment, Colour, Series, Status
from kpi.catalogue import Band, Progress, TrafficLight
from kpi.latest import DEFAULT_MARGIN, components, moved, unsettled


def read_light(
    series: Series | None, light: TrafficLight, progress: Progress | None = None, margin: float | None = None
) -> Assessment | None:
    """The colour of the latest value; None when the light has no bands or the value is not of its kind.

    A band holds its lower end and not its upper one: 21 million exactly is green. Reading a level needs one
    value; no trend is claimed. A cumulative value or a promise has no colour; a bound has one where
    everything it leaves possible lies in one band.
    """
    if series is None or light.empty or series.kind != "actual" or series.flow == "cumulative":
        return None
    if light.period == "annual" and series.freq != "A":
        return None
    known = components(series, series.rows)
    latest = limits(series.latest.to_dict())
    colour = _colour(light, latest)
    if colour is None:
        return Assessment("undetermined", "bounds", method="bands", **known) if latest.known else None
    allowed = progress.margin if progress and progress.margin is not None else margin
    if unsettled(series):
        known |= {"margin": (DEFAULT_MARGIN if allowed is None else allowed)}
        tried = {_colour(light, near) for near in moved(latest, known["margin"])}
        if tried != {colour}:
            return Assessment("undetermined", "provisional", method="bands", **known)
    status: Status = "reached" if colour == "green" else "off-course"
    return Assessment(status, method="bands", light=colour, **known)


def _colour(light: TrafficLight, value: Limits) -> Colour | None:
    """The one band that holds all the value can be."""
    bands: dict[Colour, Band | None] = {"green": light.green, "orange": light.orange, "red": light.red}
    for colour, band in bands.items():
        if band is None or not value.known:
            continue
        low = -math.inf if band.low is None else band.low
        high = math.inf if band.high is None else band.high
        under = value.high < high or (value.high == high and (value.open_high or math.isinf(high)))
        if value.low >= low and under:
            return colour
    return None
