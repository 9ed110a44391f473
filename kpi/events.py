"""Large extracts of events (registrations a night, tickets, phone counts) to monthly rows, never loaded whole.

The arithmetic is one expression, :func:`monthly`, written with narwhals: DuckDB runs it by default, in
little memory; pandas for comparison; Spark for who has a cluster. Only declared columns are opened, so
that columns with people stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import pandas as pd
from pydantic import Field, model_validator

from kpi.catalogue import Catalogue
from kpi.derivation import DimensionName, Slug
from kpi.entries import Entry
from kpi.errors import DeliveryError, Problem, UsageError, suggestion

if TYPE_CHECKING:
    from narwhals import DataFrame, Expr, LazyFrame

    Frame = TypeVar("Frame", LazyFrame[Any], DataFrame[Any])

#: What DuckDB may hold in memory; beyond it, it works on disk.
MEMORY = "1GB"
_MONTH, _EVENTS = "time_period", "events"
_LONGEST_HEADING = 100_000


class Added(Entry):
    """What is made of the events of one month and cell."""

    kind: Literal["count", "sum"] = Field("count", description="Count events, or add a column of them.")
    column: str = Field("", description="The column that is added.")

    @model_validator(mode="after")
    def _a_sum_has_a_column(self) -> Added:
        if (self.kind == "sum") != bool(self.column):
            msg = "a sum names the column that is added, a count names none"
            raise ValueError(msg)
        return self


class EventExtract(Entry):
    """What an extract of events holds, and what is made of it. Columns that are not named are never opened."""

    time: str = Field(description="Column with the moment or day of the event.")
    dimensions: dict[DimensionName, str] = Field({}, description="Column that holds each dimension's code.")
    makes: dict[Slug, Added] = Field(description="What is counted or added, by the column it becomes.")

    @property
    def added(self) -> list[str]:
        """The columns that are added up."""
        return sorted({added.column for added in self.makes.values() if added.column})

    @property
    def columns(self) -> list[str]:
        """All columns that are opened."""
        return list(dict.fromkeys([self.time, *self.dimensions.values(), *self.added]))


def monthly(events: Frame, extract: EventExtract) -> Frame:
    """Events to one row a month and cell, in whatever engine holds them.

    Args:
        events: a narwhals frame with the columns of the extract: time as date or timestamp, values as numbers.
        extract: which columns are what.

    Returns:
        Columns ``time_period`` (first day of the month), the dimensions, a column for each thing made,
        ``events`` (how many there are) and ``without_<column>``: how many of them have no usable number
        (missing or negative) in an added column; these are not in the sum.
    """
    import narwhals as nw  # noqa: PLC0415  (the extra 'events')

    def usable(column: str) -> Expr:
        return nw.col(column) >= 0

    keyed = events.select(
        nw.col(extract.time).dt.truncate("1mo").alias(_MONTH),
        *(nw.col(column).alias(name) for name, column in extract.dimensions.items()),
        *(nw.when(usable(column)).then(nw.col(column)).alias(f"_{column}") for column in extract.added),
    )
    grouped: Frame = keyed.group_by(_MONTH, *extract.dimensions).agg(
        nw.len().alias(_EVENTS),
        *(nw.col(f"_{column}").count().alias(f"_with_{column}") for column in extract.added),
        *(nw.col(f"_{a.column}").sum().alias(name) for name, a in extract.makes.items() if a.kind == "sum"),
    )
    return grouped.with_columns(
        *(nw.col(_EVENTS).alias(name) for name, a in extract.makes.items() if a.kind == "count"),
        *((nw.col(_EVENTS) - nw.col(f"_with_{column}")).alias(f"without_{column}") for column in extract.added),
    ).drop(*(f"_with_{column}" for column in extract.added))


def aggregate(path: Path, extract: EventExtract, engine: str = "duckdb") -> pd.DataFrame:
    """The monthly rows of an extract, see :func:`monthly`; ``time_period`` is an SDMX month, or missing.

    Args:
        path: a Parquet or CSV file.
        extract: what it holds.
        engine: ``duckdb``, ``pandas`` (loads the declared columns whole) or ``spark``.

    Raises:
        UsageError: no such engine, or its packages are not installed.
        DeliveryError: the file is missing, damaged, of another kind, or lacks a column.
    """
    if engine not in _ENGINES:
        msg = f"Unknown engine {engine!r}: {suggestion(engine, _ENGINES)}"
        raise UsageError(msg)
    if path.suffix.lower() not in {".parquet", ".csv"}:
        msg = f"{path}: an extract of events is a .parquet or a .csv file."
        raise DeliveryError(msg)
    if not path.is_file():
        msg = f"{path}: there is no such file."
        raise DeliveryError(msg)
    try:
        rows = _ENGINES[engine](path, extract)
    except ImportError as error:
        extra = "spark" if engine == "spark" else "events"
        msg = f"The engine {engine} is not installed: pip install 'brussels-kpi[{extra}]'."
        raise UsageError(msg) from error
    month = pd.to_datetime(rows[_MONTH]).dt.strftime("%Y-%m")
    return rows.assign(**{_MONTH: month}).sort_values([_MONTH, *extract.dimensions], ignore_index=True)


def read_events(
    path: Path, extract: EventExtract, catalogue: Catalogue, engine: str = "duckdb"
) -> tuple[pd.DataFrame, list[Problem], int]:
    """An extract to monthly rows under the codes of the catalogue, and a problem for each kind of unplaced event.

    A code is read as in any delivery: by the spellings of its list. Events without a month, with an
    unknown code or without a usable number are in no figure, and how many they are is told.

    Returns:
        Columns ``time_period``, the dimensions and what the extract makes, one row a month and cell;
        the problems; how many events the file holds.
    """
    rows = aggregate(path, extract, engine)
    events = int(rows[_EVENTS].sum())
    problems = [
        Problem(path.name, f"{rows[f'without_{column}'].sum():.0f} events without one", "a number of zero or more",
                "They are in no sum.", column=column)
        for column in extract.added
        if rows[f"without_{column}"].any()
    ]  # fmt: skip
    undated = rows[_MONTH].isna()
    if undated.any():
        found = f"{rows.loc[undated, _EVENTS].sum():.0f} events without one"
        problems.append(Problem(path.name, found, "a day or moment", "They are in no figure.", column=extract.time))
    rows = rows[~undated]
    for name, column in extract.dimensions.items():
        rows, unknown = _coded(rows, name, column, path.name, catalogue)
        problems += unknown
    keys = [_MONTH, *extract.dimensions]
    return rows.groupby(keys, sort=True)[list(extract.makes)].sum().reset_index(), problems, events


def is_extract(path: Path, extract: EventExtract) -> bool:
    """Whether a file is such an extract: any Parquet file, and a CSV file whose heading has all its columns."""
    if path.suffix.lower() != ".csv":
        return path.suffix.lower() == ".parquet"
    with path.open(encoding="utf-8-sig", errors="replace") as text:
        heading = text.readline(_LONGEST_HEADING)
    return set(extract.columns) <= {cell.strip().strip('"') for cell in re.split("[,;\t|]", heading)}


def _coded(
    rows: pd.DataFrame, name: str, column: str, file: str, catalogue: Catalogue
) -> tuple[pd.DataFrame, list[Problem]]:
    from kpi.sources.cells import Refused, reader, vocabulary  # noqa: PLC0415  (sources import this module)
    from kpi.sources.formats import Column, DeliveryFormat  # noqa: PLC0415
    from kpi.sources.people import shown  # noqa: PLC0415

    heading = {"fr": column, "nl": column, "en": column}
    declared = Column.model_validate({"name": name, "kind": "code", "codes": name, "heading": heading})
    read = reader(declared, DeliveryFormat(suite="none", key=(name,), columns=(declared,)), catalogue)
    counts = rows.groupby(name, dropna=False)[_EVENTS].sum()
    codes: dict[Any, Any] = {}
    problems: list[Problem] = []
    for cell, events in counts.items():
        value = read(None if pd.isna(cell) else cell)  # type: ignore[call-overload]
        if isinstance(value, Refused):
            what = shown(None if pd.isna(cell) else cell, [], known=vocabulary(declared, catalogue))  # type: ignore[call-overload]
            found = f"{events:.0f} events with {what}"
            problems.append(Problem(file, found, value.expected, value.remedy, column=column))
        else:
            codes[cell] = value
    return rows.assign(**{name: rows[name].map(codes)}).dropna(subset=[name]), problems


def _with_duckdb(path: Path, extract: EventExtract) -> pd.DataFrame:
    import duckdb  # noqa: PLC0415  (the extra 'events')
    import narwhals as nw  # noqa: PLC0415

    # Nothing is ever fetched: no extension, no other place than this file.
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
    }
    with duckdb.connect(config=settings) as connection:
        try:
            place = str(path)
            if path.suffix.lower() == ".parquet":
                opened = connection.read_parquet(place)
                tries: tuple[str, ...] = ("try_cast({} as {})",)
            else:
                # Cells that are what they should be are cast while the file is read, a quarter faster. Where one
                # is not, this ends, and the second way makes it "missing", which is counted.
                opened = connection.read_csv(place, header=True, all_varchar=True)
                tries = ("cast({} as {})", "try_cast(trim({}) as {})")
            _has_columns(path, extract, opened.columns)
            kinds = dict.fromkeys(extract.dimensions.values(), "varchar") | dict.fromkeys(extract.added, "double")
            kinds |= {extract.time: "timestamp"}
            for cast in tries:
                cells = (f"{cast.format(_quoted(name), kind)} as {_quoted(name)}" for name, kind in kinds.items())
                events = nw.from_native(opened.project(", ".join(cells)))
                with suppress(*(duckdb.ConversionException,) if cast != tries[-1] else ()):
                    rows: pd.DataFrame = monthly(events, extract).collect("pandas").to_native()
                    break
        except duckdb.Error as error:
            msg = f"{path}: not readable ({str(error).splitlines()[0][:200]}); send the extract again."
            raise DeliveryError(msg) from error
    return rows


def _with_pandas(path: Path, extract: EventExtract) -> pd.DataFrame:
    import narwhals as nw  # noqa: PLC0415

    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet  # noqa: PLC0415

            _has_columns(path, extract, pyarrow.parquet.read_schema(path).names)
            frame = pd.read_parquet(path, columns=extract.columns)
        else:
            _has_columns(path, extract, pd.read_csv(path, nrows=0).columns)
            frame = pd.read_csv(path, usecols=extract.columns, dtype=str, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        msg = f"{path}: not readable ({str(error).splitlines()[0][:200]}); send the extract again."
        raise DeliveryError(msg) from error
    typed: dict[str, pd.Series] = {extract.time: pd.to_datetime(frame[extract.time], errors="coerce", format="ISO8601")}
    typed |= {column: pd.to_numeric(frame[column], errors="coerce") for column in extract.added}
    events: Any = nw.from_native(frame.assign(**typed), eager_only=True)
    return monthly(events, extract).to_native()  # type: ignore[no-any-return]


def _with_spark(path: Path, extract: EventExtract) -> pd.DataFrame:
    import narwhals as nw  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415  (the extra 'spark', and Java)
    from pyspark.sql import functions as sql  # noqa: PLC0415

    # The session of the cluster where there is one, else a local one.
    session = SparkSession.builder.appName("kpi-events").getOrCreate()
    parquet = path.suffix.lower() == ".parquet"
    opened = session.read.parquet(str(path)) if parquet else session.read.csv(str(path), header=True)
    _has_columns(path, extract, opened.columns)
    chosen = opened.select(
        sql.col(_tick(extract.time)).try_cast("timestamp").alias(extract.time),
        *(sql.col(_tick(c)).cast("string").alias(c) for c in dict.fromkeys(extract.dimensions.values())),
        *(sql.col(_tick(c)).try_cast("double").alias(c) for c in extract.added),
    )
    rows: Any = monthly(nw.from_native(chosen), extract).to_native()
    return pd.DataFrame([row.asDict() for row in rows.collect()], columns=rows.columns)


_ENGINES: Mapping[str, Callable[[Path, EventExtract], pd.DataFrame]] = {
    "duckdb": _with_duckdb,
    "pandas": _with_pandas,
    "spark": _with_spark,
}


def _has_columns(path: Path, extract: EventExtract, found: Any) -> None:
    names = [str(name) for name in found]
    for column in extract.columns:
        if column not in names:
            msg = f"{path}: no column {column!r}; {suggestion(column, names)}"
            raise DeliveryError(msg)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tick(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
