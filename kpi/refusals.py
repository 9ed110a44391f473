"""Which rows a suite refused last in this process, by what it saw of them: the same row is refused again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

_Failure = dict[str, Any]
#: By suite and content of a row, what it failed.
_REFUSED: dict[str, dict[int, list[_Failure]]] = {}


def remember(suite: str, failures: pd.DataFrame, judged: pd.DataFrame) -> None:
    """Keep the failures of rows; what is about the whole table says nothing of another one.

    Args:
        suite: its name.
        failures: see :data:`kpi.validation.FAILURE`; ``index`` is the label of a row in ``judged``.
        judged: all that the suite saw.
    """
    refused = _REFUSED.setdefault(suite, {})
    if not refused and failures.empty:
        return
    contents = dict(zip(judged.index, _contents(judged), strict=True))
    for content in contents.values():
        refused.pop(content, None)  # what was refused before and is not now
    for failure in failures[failures["index"].notna()].to_dict("records"):
        refused.setdefault(contents[failure["index"]], []).append({str(name): told for name, told in failure.items()})


def known(suite: str, judged: pd.DataFrame) -> Iterator[_Failure]:
    """The failures of rows that were refused before, under their labels in this table."""
    refused = _REFUSED.get(suite)
    if refused:
        for label, content in zip(judged.index, _contents(judged), strict=True):
            yield from ({**failure, "index": label} for failure in refused.get(content, ()))


def _contents(judged: pd.DataFrame) -> list[int]:
    return [int(each) for each in pd.util.hash_pandas_object(judged, index=False)]
