"""The heading row of SDMX-CSV: where the dimensions, the value and its flags stand."""

from __future__ import annotations

import re
from typing import NamedTuple

from kpi.sources.sdmx.harvest import Harvest

TIME, VALUE, CONF = "TIME_PERIOD", "OBS_VALUE", "CONF_STATUS"
#: Version 1.0 names the flow in one column, version 2.0 in two; both may give it a name and say what to do with it.
FLOW = ("DATAFLOW", "STRUCTURE_ID")
FLAGS = ("OBS_FLAG", "OBS_STATUS")
CONTROL = {*FLOW, *FLAGS, TIME, VALUE, CONF, "STRUCTURE", "STRUCTURE_NAME", "ACTION", "LAST UPDATE"}
#: Codes of dimensions stand under names like these; what else there is are labels for people.
_DIMENSION = re.compile(r"[a-z][a-z0-9_]*")


class Head(NamedTuple):
    """Columns by name: those of the dimensions, and the others; ``flow`` is what every row names as its data set."""

    dims: dict[str, int]
    places: dict[str, int]
    width: int
    flow: str
    flow_place: int


def find_head(harvest: Harvest, headings: list[str], places: dict[str, int], number: int, flow: str) -> Head | None:
    """The columns; nothing, with a problem, where one is missing, twice there or not known."""
    dims = [name for name in headings if _DIMENSION.fullmatch(name)]
    # Other offices write the names of dimensions in capitals; Eurostat's labels never are.
    if not dims:
        dims = [name for name in headings if _DIMENSION.fullmatch(name.lower()) and name.isupper()]
        dims = [name for name in dims if name not in CONTROL]
    harvest.ignored += [name for name in headings if name and name not in dims and name not in CONTROL]
    # A column of the data, not a label for people: scale, flags under another name. Without it numbers may be wrong.
    unknown = next((name for name in harvest.ignored if "_" in name or name.isupper()), "")
    if unknown or not any(name in places for name in FLAGS):
        found = f"the column {unknown!r}" if unknown else "no column of flags"
        remedy = "Download the file again, with the columns that Eurostat gives."
        harvest.problem(found, f"columns of dimensions, {FLAGS[0]} and {CONF}", remedy, row=number)
        return None
    twice = [name for name in places if headings.count(name) > 1]
    if twice:
        harvest.problem(f"the heading {twice[0]!r} twice", "each heading once", row=number)
        return None
    if not harvest.dimensions_fit([name.lower() for name in dims], number):
        return None
    flow_place = next((places[name] for name in FLOW if name in places), 0)
    return Head({name.lower(): headings.index(name) for name in dims}, places, len(headings), flow, flow_place)
