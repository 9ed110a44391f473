"""A delivery of single events: the same table as its format declares, once its events are counted by month."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.events import is_extract, read_events
from kpi.sources.delivery import PLACE, Delivery
from kpi.sources.formats import DeliveryFormat

#: A month is counted from events all over its file: no row of it can be named.
NO_ROW = 0


def read_extract(path: Path, formats: Mapping[str, DeliveryFormat], catalogue: Catalogue) -> Delivery | None:
    """The monthly rows of a file of events; None where no format takes such a file.

    Columns of the format that an extract does not give are empty. Nothing but the declared columns is opened.

    Raises:
        DeliveryError: the file is damaged or lacks a column.
        UsageError: the packages that read extracts are not installed.
    """
    for name, form in formats.items():
        if form.events is None or not is_extract(path, form.events):
            continue
        rows, problems, events = read_events(path, form.events, catalogue)
        period = next(column.name for column in form.columns if column.kind == "period")
        rows = rows.rename(columns={"time_period": period}).reindex(columns=form.names)
        file, sheet, row = PLACE
        placed = rows.copy()
        placed[file], placed[sheet], placed[row] = path.name, "", NO_ROW
        numbers = [column.name for column in form.columns if column.kind in {"number", "count", "amount"}]
        typed = placed.astype({**dict.fromkeys(form.names, "str"), **dict.fromkeys(numbers, "float64")})
        empty = placed[form.names].isna()
        frame = typed.assign(**{c: typed[c].mask(empty[c], pd.NA) for c in form.names if c not in numbers})
        return Delivery(name, frame, tuple(problems), (), events)
    return None
