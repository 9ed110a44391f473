"""The tidy table: one row is one published, delivered or computed number, in the names of SDMX."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

TOTAL = "_T"

#: Columns every tidy table has, in this order; dimension columns stand between TIME and VALUE.
KEYS = ("indicator", "ref_area", "freq", "time_period", "period_start", "period_end")
VALUES = (
    "measure",
    "obs_value",
    "value_low",
    "value_high",
    "qualifier",
    "numerator",
    "denominator",
    "unit_measure",
    "flow",
    "obs_status",
    "conf_status",
    "objective",
    "source",
    "source_ref",
    "figure",
    "vintage",
    "sample",
    "flags",
    "alternative",
    "printed",
)
NUMBERS = ("obs_value", "value_low", "value_high", "numerator", "denominator", "alternative", "printed")
#: How many units (files, companies) stand behind a value and what the largest of them brings: only in tables that are
#: not protected yet, see :mod:`kpi.disclosure`.
UNITS = ("contributors", "largest")

#: Confidentiality status of what anybody may see.
FREE = "F"
#: A dimension that holds two readings of one value, not parts of a whole.
REVISION = "revision"
#: The Brussels-Capital Region, of which a figure is where it does not say otherwise; any other area is named.
REGION = "BE10"

_DEFAULTS: dict[str, Any] = {
    "ref_area": REGION,
    "measure": "actual",
    "qualifier": "eq",
    "flow": "flow",
    "obs_status": "A",
    "conf_status": FREE,
    "sample": False,
}


def quick_text() -> None:
    """Keep text as Python objects in this process: on thousands of small tables that takes half the time of Arrow's.

    For commands that build and compose; whoever explores in a notebook keeps the setting of their own.
    """
    pd.set_option("mode.string_storage", "python")


def dimensions_of(frame: pd.DataFrame) -> list[str]:
    """Names of the dimension columns of a tidy table, sorted."""
    fixed = {*KEYS, *VALUES, *UNITS}
    return sorted(str(column) for column in frame.columns if column not in fixed)


def tidy(rows: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Complete rows to the tidy form: all columns, their types, ``_T`` for a dimension that is not given.

    Args:
        rows: at least ``indicator``, ``freq``, ``time_period``, ``obs_value`` (or bounds),
            ``unit_measure``, ``source``, ``source_ref``; any other column is a dimension.

    Returns:
        A frame with the columns KEYS, the dimensions, VALUES; text is ``str`` and empty
        when not given, numbers are float with NaN for "not given", dates are ISO text.

    >>> frame = tidy([{"indicator": "arrivals", "freq": "A", "time_period": "2019", "obs_value": 3.0,
    ...                "unit_measure": "persons", "source": "s", "source_ref": "f:2", "market": "FR"}])
    >>> frame.loc[0, ["ref_area", "period_start", "period_end", "market", "measure"]].to_list()
    ['BE10', '2019-01-01', '2019-12-31', 'FR', 'actual']
    """
    from kpi.parsing.periods import bounds  # noqa: PLC0415  (periods knows dates only; this module is its user)

    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    frame = frame.reset_index(drop=True)
    dims = set(dimensions_of(frame))
    made = {name: _column(frame, name, name in dims) for name in (*KEYS, *sorted(dims), *VALUES)}
    made |= {name: pd.to_numeric(frame[name]).astype("float64") for name in UNITS if name in frame}
    if len(frame):
        periods = made["time_period"]
        spans = {period: bounds(period) for period in periods.unique()}
        for position, name in enumerate(("period_start", "period_end")):
            implied = periods.map({period: span[position] for period, span in spans.items()}).astype("str")
            made[name] = made[name].where(made[name] != "", implied)
    # All at once: hundreds of small tables are completed, and each assignment of a column costs as much as its content.
    return pd.DataFrame(made)


def _column(frame: pd.DataFrame, name: str, is_dimension: bool) -> pd.Series:
    """One column of the tidy form; empty text and missing values are what stands for "not given" there."""
    given = frame.get(name)
    if name in NUMBERS:
        return pd.to_numeric(given if given is not None else pd.Series(float("nan"), frame.index)).astype("float64")
    default = TOTAL if is_dimension else _DEFAULTS.get(name, "")
    if given is None:
        return pd.Series([default] * len(frame), dtype="bool" if name == "sample" else "str")
    if name == "sample":
        return given.fillna(default).astype("bool")
    plain = given.to_numpy(dtype="object")
    empty = pd.isna(plain) | (plain == "")
    if not empty.any():
        return given.astype("str")
    return pd.Series(np.where(empty, default, plain)).astype("str")


def combine(frames: Iterable[pd.DataFrame], dimensions: Iterable[str] = ()) -> pd.DataFrame:
    """Stack tidy tables; a dimension that one of them lacks, or all those named here, is ``_T`` there."""
    kept = [frame for frame in frames if len(frame)]
    if not kept:
        return tidy(pd.DataFrame({"indicator": []}))
    dims = sorted({dim for frame in kept for dim in dimensions_of(frame)}.union(dimensions))
    completed = [frame.assign(**{dim: TOTAL for dim in dims if dim not in frame}) for frame in kept]
    units = [column for column in UNITS if any(column in frame for frame in kept)]
    return pd.concat(completed, ignore_index=True)[[*KEYS, *dims, *VALUES, *units]]


def stack(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of one form, one after the other; where all are empty, the first."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0]


def used_dimensions(frame: pd.DataFrame) -> list[str]:
    """Dimensions of which the table holds more than the total."""
    dims = dimensions_of(frame)
    # All columns at once: pages ask this of thousands of small tables with some sixty dimensions.
    used = (frame[dims].to_numpy(dtype="object") != TOTAL).any(axis=0)
    return [dim for dim, is_used in zip(dims, used, strict=True) if is_used]


def lean(frame: pd.DataFrame) -> pd.DataFrame:
    """Without the dimensions of which the rows hold only the total."""
    return frame.drop(columns=sorted(set(dimensions_of(frame)) - set(used_dimensions(frame))))


def matching(frame: pd.DataFrame, where: Mapping[str, str]) -> pd.DataFrame:
    """Rows whose dimensions have the given codes; a dimension the table lacks matches only ``_T``."""
    keep = pd.Series(True, index=frame.index)
    for dim, code in where.items():
        keep &= frame[dim].eq(code) if dim in frame else code == TOTAL
    return frame[keep]


def rows_of(frame: pd.DataFrame, indicators: Collection[str]) -> pd.DataFrame:
    """The rows of these indicators; all of a table that names none, such as an empty one."""
    if "indicator" not in frame:
        return frame
    wanted = frame["indicator"].isin(set(indicators))
    return frame[wanted].reset_index(drop=True) if wanted.any() else frame.iloc[:0]


def has_flag(frame: pd.DataFrame, flag: str) -> pd.Series:
    """Whether each row carries a quality flag."""
    return frame["flags"].str.split(" ").map(lambda flags: flag in flags)


def with_flag(flags: str, flag: str) -> str:
    """The flags of a row and one more, each once.

    >>> with_flag("computed partial-year", "computed"), with_flag("", "immature")
    ('computed partial-year', 'immature')
    """
    return " ".join(dict.fromkeys([*flags.split(), flag]))
