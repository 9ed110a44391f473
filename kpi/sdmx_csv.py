"""Tidy rows as SDMX-CSV 2.0, the form in which statistical offices exchange: codes, no words."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd

from kpi.observations import dimensions_of

#: The data flow that every file names: agency, id, version.
DATAFLOW = "BRUSSELS:KPI(1.0)"
#: Not applicable: what SDMX puts where a dimension has nothing to say; none may be empty.
_NOT_APPLICABLE = "_Z"
_BEFORE = ("freq", "indicator", "ref_area")
_AFTER = ("measure", "flow", "unit_measure", "source", "objective", "figure", "vintage")
_MEASURES = ("obs_value", "value_low", "value_high", "numerator", "denominator")
_ATTRIBUTES = ("qualifier", "obs_status", "conf_status", "source_ref", "sample", "flags", "alternative", "printed")
#: A figure's id is no dimension of its own but tells two printed figures of one cell apart.
_NAMES = {"figure": "FIGURE_ID"}
_INTERVAL = re.compile(r"(?P<start>\d{4}-\d\d-\d\d)/(?P<end>\d{4}-\d\d-\d\d)")


def sdmx_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in the columns of SDMX-CSV 2.0 (SDMX 3.0, section 5: field guide).

    STRUCTURE, STRUCTURE_ID and ACTION (``I``, information), then the dimensions, the measures, the
    attributes, all named in capitals. A dimension without a value is ``_Z``; an interval is start
    and duration (``2016-05-01/P63M``). ``OCCURRENCE`` counts rows that all other dimensions leave
    equal, such as a total that was both delivered and computed, so that every key is unique.

    Undated rows and open intervals are left out: SDMX has no period for them.

    >>> row = {"indicator": "x", "freq": "A", "time_period": "2019", "obs_value": 3.0, "source": "s"}
    >>> from kpi.observations import tidy
    >>> sdmx_table(tidy([row])).iloc[0][["STRUCTURE_ID", "TIME_PERIOD", "OBJECTIVE"]].to_list()
    ['BRUSSELS:KPI(1.0)', '2019', '_Z']
    """
    rows = frame.assign(time_period=frame["time_period"].map(sdmx_period))
    rows = rows[rows["time_period"].ne("")].reset_index(drop=True)
    dims = [*_BEFORE, *dimensions_of(frame), *_AFTER]
    key = rows[dims].astype("str")
    key = key.where(key != "", _NOT_APPLICABLE)
    key["occurrence"] = (rows.groupby([*dims, "time_period"]).cumcount() + 1).astype("str")
    key["time_period"] = rows["time_period"]
    told = rows[[*_MEASURES, *_ATTRIBUTES]].assign(sample=rows["sample"].map({True: "true", False: "false"}))
    table = pd.concat([key, told], axis=1).rename(columns=lambda name: _NAMES.get(name, str(name).upper()))
    for position, (name, value) in enumerate((("STRUCTURE", "dataflow"), ("STRUCTURE_ID", DATAFLOW), ("ACTION", "I"))):
        table.insert(position, name, value)
    return table


def sdmx_period(period: str) -> str:
    """A period as SDMX writes it; empty where it has none for it (undated, or an end left open).

    >>> [sdmx_period(p) for p in ("2019-Q1", "2016-05-01/2021-07-31", "2021-09-06/2021-09-07", "2021-11-01/..")]
    ['2019-Q1', '2016-05-01/P63M', '2021-09-06/P2D', '']
    """
    if "/" not in period:
        return period
    match = _INTERVAL.fullmatch(period)
    if not match:
        return ""
    start, after = dt.date.fromisoformat(match["start"]), dt.date.fromisoformat(match["end"]) + dt.timedelta(days=1)
    if start.day == after.day == 1:
        return f"{start}/P{(after.year - start.year) * 12 + after.month - start.month}M"
    return f"{start}/P{(after - start).days}D"
