"""Collection workbooks: figures that organisations filled in for the KPIs they owe, one row a KPI and period."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue, Indicator
from kpi.collect.form import READ, words
from kpi.collect.reading import read_workbook
from kpi.observations import tidy
from kpi.parsing.periods import frequency
from kpi.sources.delivery import PLACE, Delivery
from kpi.sources.formats import Column, DeliveryFormat

_FIGURES = "figures"
_RATES = {"percent", "ratio", "score"}

FORMATS: Mapping[str, DeliveryFormat] = {
    _FIGURES: DeliveryFormat(
        suite="collection",
        key=("indicator", "dimensions", "period"),
        revised_within=("organisation",),
        columns=(
            Column(name="organisation", kind="text", heading=words("organisation")),
            *(
                Column(name=name, kind="number" if name == "value" else "text", heading=words(f"heading.{name}"))
                for name in READ
            ),
        ),
    )
}


def read(path: Path, catalogue: Catalogue) -> tuple[Delivery, ...]:
    """Read a filled-in workbook: its sheets are one table, and each row is judged by the rule of its indicator.

    Raises:
        DeliveryError: not a collection workbook, or one of another version.
    """
    reading = read_workbook(path, catalogue)
    names = [*FORMATS[_FIGURES].names, *PLACE]
    frame = pd.DataFrame([{**row, "source_file": path.name} for row in reading.rows], columns=names)
    kinds = dict.fromkeys(names, "str") | {"value": "float64", "source_row": "int64"}
    problems = tuple(complaint.problem(path.name) for complaint in reading.complaints)
    return (Delivery(_FIGURES, frame.astype(kinds), problems, tuple(reading.ignored), reading.given),)


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted figures to tidy rows, one a figure, as given: they are statements and are never added up.

    The reference is file, sheet and row. The objective is named where only one declares the KPI.
    """
    frame = frames[_FIGURES].reset_index(drop=True)
    if frame.empty:
        return tidy(pd.DataFrame({"indicator": pd.Series(dtype="str")}))
    rows = [_tidy_row(row, catalogue) for row in frame.to_dict("records")]
    return tidy(pd.DataFrame(rows))


def _tidy_row(row: Mapping[Any, Any], catalogue: Catalogue) -> dict[str, object]:
    indicator = catalogue.indicator(row["indicator"])
    pairs = (part.partition("=") for part in str(row["dimensions"]).split(";") if part)
    file, sheet, number = (row[name] for name in PLACE)
    return {
        "indicator": indicator.id,
        "freq": frequency(row["period"]),
        "time_period": row["period"],
        "obs_value": row["value"],
        "qualifier": row["qualifier"],
        "unit_measure": indicator.unit,
        "flow": _flow(indicator),
        "obs_status": row["status"],
        "objective": row["objective"] if ";" not in row["objective"] else "",
        "source": "collection",
        "source_ref": f"{file} sheet {sheet} row {number}",
        **{name: code for name, _, code in pairs},
    }


def _flow(indicator: Indicator) -> str:
    if indicator.unit == "rank":
        return "rank"
    if indicator.unit in _RATES:
        return "rate"
    return "stock" if indicator.aggregation == "last" else "flow"
