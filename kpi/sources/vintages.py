"""When a delivery came: the date before its name, which its figures carry, and which of two deliveries is the newer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache

import pandas as pd

from kpi.parsing.periods import parse_date
from kpi.sources.formats import DeliveryFormat

_PREFIX = re.compile(r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})--(?=.)")
_PREFIX_LENGTH = len("2026-11-22--")


@lru_cache(maxsize=4096)
def vintage_of(name: str) -> str:
    """The date before the name of a stored delivery; empty where there is none.

    >>> vintage_of("2026-11-22--nights.csv"), vintage_of("nights.csv")
    ('2026-11-22', '')
    """
    match = _PREFIX.match(name)
    return match["date"] if match and _is_date(match["date"]) else ""


def dated_name(name: str, vintage: str) -> str:
    """The name under which a delivery is stored; a date that it has already is replaced.

    >>> dated_name("2026-11-01--nights.csv", "2026-11-22")
    '2026-11-22--nights.csv'
    """
    bare = name[_PREFIX_LENGTH:] if vintage_of(name) else name
    return f"{vintage}--{bare}"


def latest_day(name: str, years_ahead: int = 0) -> str:
    """The last day of which a delivery can tell: the day it came, or the end of a later year.

    Of a file without a date only the current year is known, and its end is the last day.

    >>> latest_day("2026-11-22--nights.csv"), latest_day("2026-11-22--budgets.csv", 10)
    ('2026-11-22', '2036-12-31')
    """
    came = vintage_of(name)
    if came and not years_ahead:
        return came
    year = int(came[:4]) if came else dt.datetime.now().astimezone().year
    return f"{year + years_ahead}-12-31"


def with_vintage(observations: pd.DataFrame) -> pd.DataFrame:
    """Give observations the date of the newest file behind them, where their source gave none."""

    def newest(reference: str) -> str:
        return max((vintage_of(part.strip()) for part in reference.split(";")), default="")

    dates = observations["source_ref"].map({ref: newest(ref) for ref in observations["source_ref"].unique()})
    return observations.assign(
        vintage=observations["vintage"].where(observations["vintage"] != "", dates.astype("str"))
    )


def vintages(frame: pd.DataFrame) -> pd.Series:
    """The day of each delivered row: that of its file; empty, and older than any day, where it has none."""
    return frame["source_file"].map({name: vintage_of(name) for name in frame["source_file"].unique()}).astype("str")


def days(frames: Iterable[pd.DataFrame]) -> list[str]:
    """The days on which rows came, the oldest first; one empty day where there is no row."""
    return sorted({day for frame in frames for day in vintages(frame).unique()}) or [""]


def current(frame: pd.DataFrame, form: DeliveryFormat) -> pd.DataFrame:
    """Without the rows that a newer delivery gives again: the same key in a newer file is a revision.

    Rows of one date, or of files without a date, are no revisions of each other. What a newer delivery
    leaves out still stands, unless the format says that deliveries are complete along a column.
    """
    if frame.empty:
        return frame
    vintage = vintages(frame)
    newest = vintage.groupby([frame[column] for column in (*form.key, *form.revised_within)], dropna=False)
    kept = vintage == newest.transform("max")
    return frame[kept & ~_left_out(frame, form, vintage)]


def settled(refused: pd.DataFrame, accepted: pd.DataFrame, form: DeliveryFormat) -> set[tuple[str, str, int]]:
    """Places of refused rows that a newer delivery gave again, and rightly: nobody need mend them any more."""
    key = [*form.key, *form.revised_within]
    if refused.empty or accepted.empty:
        return set()
    newest = accepted.assign(newest=vintages(accepted)).groupby(key, dropna=False)["newest"].max()
    again = refused.assign(own=vintages(refused)).merge(newest.reset_index(), on=key)
    mended = again[again["newest"] > again["own"]]
    return set(zip(mended["source_file"], mended["source_sheet"], mended["source_row"], strict=True))


def _left_out(frame: pd.DataFrame, form: DeliveryFormat, vintage: pd.Series) -> pd.Series:
    """Rows that a newer delivery takes back by leaving them out, between its first and last of the same series."""
    out = pd.Series(False, index=frame.index)
    if not form.complete_along:
        return out
    series = [column for column in (*form.key, *form.revised_within) if column != form.complete_along]
    along = frame[form.complete_along]
    spans = frame.assign(vintage=vintage, first=along, last=along).groupby([*series, "vintage"], dropna=False)
    for _, later in spans.agg({"first": "min", "last": "max"}).reset_index().groupby("vintage", sort=True):
        wanted = pd.MultiIndex.from_frame(frame[series])
        given = later.set_index(series)
        place = given.index.get_indexer(wanted)
        first, last = (given[name].to_numpy()[place] for name in ("first", "last"))
        day = later["vintage"].iloc[0]
        out |= (place >= 0) & (vintage < day) & (along >= first) & (along <= last)
    return out


def _is_date(text: str) -> bool:
    try:
        return parse_date(text) == text
    except ValueError:
        return False
