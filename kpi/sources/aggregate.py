"""Counting and adding delivered rows into tidy observations that still say which rows they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.observations import TOTAL, combine, tidy

#: A row without a code, in a table whose other rows have one: a part that is not known, never a total.
UNKNOWN = "unknown"


def summed(
    frame: pd.DataFrame, source: str, catalogue: Catalogue, by: Sequence[str], values: dict[str, pd.Series]
) -> pd.DataFrame:
    """Sums by period and dimensions, one observation an indicator and cell.

    Only cells are given, no totals: whoever needs the sum over a dimension adds its cells. A cell
    whose sum is zero stands as zero, so that a rate of nothing out of some is 0 and not missing.

    Args:
        frame: accepted rows with the columns ``time_period``, those of ``by``, and their place.
        source: id of the source.
        catalogue: gives the unit of each indicator.
        by: dimension columns.
        values: what to add, by indicator; a series of 0 and 1 counts. All are of the frame's index.

    Returns:
        Tidy rows with the frequency of ``time_period`` and the columns UNITS of :mod:`kpi.observations`; rows
        without a period are left out.
    """
    from kpi.parsing.periods import frequency  # noqa: PLC0415

    dated = frame[frame["time_period"].notna() & (frame["time_period"] != "")]
    if dated.empty:
        return tidy(pd.DataFrame({"indicator": pd.Series(dtype="str")}))
    keys = ["time_period", *by]
    brought = dated.assign(**values)[[*keys, *values]]
    grouped = brought.groupby(keys, sort=True)
    long = _long(grouped.sum(min_count=1), keys, values)
    # A row that brings nothing is no unit behind the sum; what the largest brings says whether it dominates.
    sizes = brought.assign(**{name: brought[name].abs() for name in values}).groupby(keys, sort=True)
    given = brought.assign(**{name: brought[name].fillna(0).ne(0) for name in values}).groupby(keys, sort=True)
    units = {
        "contributors": _long(given.sum().astype("float64"), keys, values)["value"],
        "largest": _long(sizes.max(), keys, values)["value"],
    }
    refs = references(dated, keys)
    long = long.rename(columns={"value": "obs_value"}).assign(**units).dropna(subset=["obs_value"])
    return tidy(
        long.assign(
            freq=long["time_period"].map(frequency),
            unit_measure=long["indicator"].map(
                lambda name: catalogue.indicator(name).unit if catalogue.has_indicator(name) else ""
            ),
            source=source,
            source_ref=[refs[key] for key in long[keys].itertuples(index=False, name=None)],
        )
    )


def _long(cells: pd.DataFrame, keys: Sequence[str], values: Iterable[str]) -> pd.DataFrame:
    """One row an indicator and cell, always in the same order."""
    return cells.reset_index().melt(id_vars=list(keys), value_vars=list(values), var_name="indicator")


def summed_by_name(
    frame: pd.DataFrame, source: str, catalogue: Catalogue, by: Sequence[str], names: pd.Series, values: pd.Series
) -> pd.DataFrame:
    """As :func:`summed`, where each row itself says which indicator its value is of.

    Args:
        frame: accepted rows, see :func:`summed`.
        source: id of the source.
        catalogue: gives the unit of each indicator.
        by: dimension columns.
        names: indicator of each row; rows without one are left out.
        values: what to add.
    """
    parts = [
        summed(frame.loc[rows.index], source, catalogue, by, {str(name): values[rows.index]})
        for name, rows in names.dropna().groupby(names)
    ]
    return combine(parts)


def coded(frame: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Fill in dimensions that may be empty: ``unknown`` where other rows have a code, the total where none has."""
    filled = frame.copy()
    for name in dimensions:
        filled[name] = frame[name].fillna(UNKNOWN if frame[name].notna().any() else TOTAL)
    return filled


def ones(frame: pd.DataFrame) -> pd.Series:
    """Counts rows when it is added."""
    return pd.Series(1.0, index=frame.index)


def pending(frame: pd.DataFrame, opened: str, closed: str) -> pd.DataFrame:
    """The rows that are open at the end of each month, once a month, with that month as ``time_period``.

    Args:
        frame: rows with two columns of ISO dates; an empty ``closed`` is "not yet".
        opened: column of the first day.
        closed: column of the last day; on that day the row is no longer open.

    Returns:
        Rows from the first month in which one was opened to the last in which anything happened.
    """
    months = _months_covered(frame, (opened, closed))
    if not months:
        return frame.reindex(columns=[*frame.columns, "time_period"]).iloc[:0]
    first, last = frame[opened].str[:7], frame[closed].str[:7]
    open_at = {month: frame[(first <= month) & ~(last <= month)] for month in months}
    stacked: pd.DataFrame = pd.concat(open_at, names=["time_period"])
    return stacked.reset_index("time_period").reset_index(drop=True)


def references(frame: pd.DataFrame, keys: Sequence[str]) -> dict[tuple[str, ...], str]:
    """Which rows stand behind each group: ``file.csv rows 2-31``, or one row, for each file."""
    spans = frame.groupby([*keys, "source_file", "source_sheet"], sort=True)["source_row"].agg(["min", "max"])
    found: dict[tuple[str, ...], list[str]] = {}
    for (*key, file, sheet), first, last in zip(spans.index, spans["min"], spans["max"], strict=True):
        place = f"{file} sheet {sheet}" if sheet else str(file)
        rows = f" row {first}" if first == last else f" rows {first}-{last}"
        # What was counted from events has a file and no row.
        found.setdefault(tuple(key), []).append(f"{place}{rows if last else ''}")
    return {key: "; ".join(places) for key, places in found.items()}


def with_empty_months(observations: pd.DataFrame, register: pd.DataFrame, dates: Sequence[str]) -> pd.DataFrame:
    """Add a zero for months inside the register's span in which nothing happened.

    A register that covers a year covers its quiet months: without the zero the year would look
    incomplete. The zero stands in one cell of that indicator; all its other cells are zero too.

    Args:
        observations: monthly rows that were counted from the register.
        register: the rows that tell its span, also those of which nothing was counted.
        dates: their columns of ISO dates; the span goes from the first of all to the last.
    """
    months = _months_covered(register, dates)
    parts = [observations]
    for _, rows in observations.groupby("indicator", sort=True):
        quiet = sorted(set(months) - set(rows["time_period"]))
        zeros = rows.iloc[[0] * len(quiet)].assign(time_period=quiet, obs_value=0.0, contributors=0.0, largest=0.0)
        parts.append(tidy(zeros.assign(period_start="", period_end="", source_ref=_files(rows["source_ref"]))))
    return pd.concat(parts, ignore_index=True)[observations.columns]


def _months_covered(register: pd.DataFrame, dates: Sequence[str]) -> list[str]:
    """Every month from the first of these dates to the last."""
    months = pd.concat([register[name] for name in dates]).dropna().str[:7]
    return [] if months.empty else list(pd.period_range(months.min(), months.max(), freq="M").astype("str"))


def _files(references_: pd.Series) -> str:
    return "; ".join(sorted({ref.partition(" row")[0] for refs in references_ for ref in refs.split("; ")}))
