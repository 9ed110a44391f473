"""What a frame of values says by comparison: change on a year before, recovery against a base year, share of the whole.

The functions take and return plain frames with the columns of the tidy table; periods that are
spells of their own, such as eighteen months, are never compared.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from kpi.errors import UsageError
from kpi.observations import dimensions_of
from kpi.parsing.periods import same_period_of, year_of
from kpi.timeseries import across_break

#: Columns that the functions of this module add.
ADDED = ("previous", "difference", "change", "base", "index", "share")
_SAME = ("source", "sample", "ref_area", "freq", "flow", "unit_measure", "measure")


def change(frame: pd.DataFrame, known: pd.DataFrame | None = None) -> pd.DataFrame:
    """Add ``previous``, ``difference`` and ``change`` (a fraction): against the same period a year before.

    Args:
        frame: tidy rows; parts are compared with themselves.
        known: where the earlier values are looked up, of which the frame is a part; the frame itself when not given.

    Returns:
        The frame with three more columns, empty where there is nothing to compare with;
        ``change`` is also empty against zero or less.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"time_period": ["2019", "2020"], "obs_value": [4.0, 3.0]})
    >>> change(frame)[["previous", "difference", "change"]].iloc[1].to_list()
    [4.0, -1.0, -0.25]
    """
    earlier = _earlier(frame, known, lambda period: same_period_of(period, (year_of(period) or 0) - 1))
    return frame.assign(
        previous=earlier,
        difference=frame["obs_value"] - earlier,
        change=frame["obs_value"] / earlier.where(earlier > 0) - 1,
    )


def versus(frame: pd.DataFrame, year: int | str = 2019, known: pd.DataFrame | None = None) -> pd.DataFrame:
    """Add ``base`` and ``index``: the value with the same period of ``year`` as 100; no index across a break.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"time_period": ["2019-03", "2021-03"], "obs_value": [40.0, 30.0]})
    >>> versus(frame, "2019")["index"].to_list()
    [100.0, 75.0]

    Raises:
        UsageError: ``year`` is no year, or no value of that year is known.
    """
    base_year = _year(year)
    base = _earlier(frame, known, lambda period: same_period_of(period, base_year))
    where = frame if known is None else known
    if len(frame) and base.isna().all():
        years = sorted({y for period in where["time_period"] if "/" not in period and (y := year_of(period))})
        span = f"the years known are {years[0]} to {years[-1]}" if years else "no value has a year"
        msg = f"Nothing to set against {base_year}: {span}."
        raise UsageError(msg)
    broken = across_break(where, base_year).reindex(frame.index, fill_value=False)
    return frame.assign(base=base, index=(100 * frame["obs_value"] / base.where(base > 0)).where(~broken))


def share(frame: pd.DataFrame, wholes: pd.DataFrame | None = None) -> pd.DataFrame:
    """Add ``share``: each part over the whole of its period and source (a fraction).

    Args:
        frame: tidy rows of parts.
        wholes: the totals of the same, where there are any; else, and for periods without one, the whole is
            the sum of the parts, and where one part is not known neither is the whole.

    >>> import pandas as pd
    >>> share(pd.DataFrame({"time_period": ["2019", "2019"], "obs_value": [1.0, 3.0]}))["share"].to_list()
    [0.25, 0.75]
    """
    keys = [key for key in ("time_period", *_SAME) if key in frame]
    whole = frame.groupby(keys, dropna=False)["obs_value"].transform(lambda values: values.sum(skipna=False))
    if wholes is not None and len(wholes):
        totals = wholes.drop_duplicates(keys, keep="last").set_index(keys)["obs_value"]
        stated = pd.Series(totals.reindex(pd.MultiIndex.from_frame(frame[keys])).to_numpy(), index=frame.index)
        whole = stated.fillna(whole)
    return frame.assign(share=frame["obs_value"] / whole.where(whole > 0))


def _year(year: int | str) -> int:
    text = str(year)
    if not (len(text) == 4 and text.isdigit()):
        msg = f"A base year was expected, such as 2019; found {text!r}."
        raise UsageError(msg)
    return int(text)


def _earlier(frame: pd.DataFrame, known: pd.DataFrame | None, earlier: Callable[[str], str]) -> pd.Series:
    """The value of the earlier period for each row, from rows that agree in everything else."""
    source = frame if known is None else known
    key = ["time_period", *(c for c in frame.columns if c in _SAME or c in _parts(frame))]
    dated = frame[frame["time_period"].ne("") & ~frame["time_period"].str.contains("/")]
    lookup = source.drop_duplicates(key, keep="last").set_index(key)["obs_value"]
    wanted = dated.assign(time_period=dated["time_period"].map(earlier))[key]
    index = pd.MultiIndex.from_frame(wanted) if len(key) > 1 else pd.Index(wanted["time_period"])
    return pd.Series(lookup.reindex(index).to_numpy(), index=dated.index).reindex(frame.index).astype("float64")


def _parts(frame: pd.DataFrame) -> list[str]:
    return [dim for dim in dimensions_of(frame) if dim not in ADDED]
