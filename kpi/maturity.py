"""Values that are not complete yet: recent cohorts still open, counts that are reported late."""

from __future__ import annotations

import pandas as pd

from kpi.observations import with_flag
from kpi.parsing.periods import bounds, position

IMMATURE = "immature"
_MONTHS = 12


def mark_immature(rows: pd.DataFrame, months: int | None) -> pd.DataFrame:
    """Flag the rows that were delivered less than ``months`` months after their period ended.

    The day of delivery is the row's vintage (the end of it, when it is a year); a row without one is left alone.
    """
    if months is None or rows.empty:
        return rows
    young = [_young(*pair, months) for pair in zip(rows["period_end"], rows["vintage"], strict=True)]
    if not any(young):
        return rows
    flags = [with_flag(f, IMMATURE) if on else f for f, on in zip(rows["flags"], young, strict=True)]
    return rows.assign(flags=pd.Series(flags, index=rows.index, dtype="str"))


def _young(end: str, vintage: str, months: int) -> bool:
    if not (end and vintage):
        return False
    told, over = position(bounds(vintage)[1] or vintage), position(end)
    return told is not None and over is not None and (told - over) * _MONTHS < months - 1e-6
