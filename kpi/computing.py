"""What is computed, protected and asked, source by source, used again where neither the rows nor the register changed.

Nothing is ever computed across sources, and each source is protected by itself; so the parts put
together are what all rows at once would give.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kpi import cache, fingerprint
from kpi.anomalies import questions
from kpi.catalogue import Catalogue
from kpi.derive import derive
from kpi.disclosure import Protected, protect
from kpi.observations import combine, dimensions_of, lean, rows_of, stack
from kpi.register import register_key

FOLDER = cache.FOLDER / "computed"


@dataclass(frozen=True)
class Computed:
    """What is ``made`` of all rows; ``shown`` is both protected, ``asked`` the questions about what is shown."""

    made: pd.DataFrame
    shown: Protected
    asked: pd.DataFrame


def compute(
    observations: pd.DataFrame,
    catalogue: Catalogue,
    tidy: Path,
    made_from: Mapping[str, str],
    *,
    only: Collection[str] | None = None,
) -> Computed:
    """All that :func:`kpi.derive.derive` computes, :func:`kpi.disclosure.protect` hides, and a person should look at.

    Args:
        observations: corrected tidy rows, those of a source one after another.
        catalogue: declares what is computed and how each source is protected.
        tidy: folder of the tidy tables, below which results are kept.
        made_from: by source the hash of all that its rows are made from, corrections included.
        only: the indicators that ``observations`` are of, where they are not all: nothing of that is kept.
    """
    register = register_key(catalogue)
    # Without the dimensions of all others: most of what it takes to compute and keep a table goes by its columns.
    rows = {str(name): lean(part.reset_index(drop=True)) for name, part in observations.groupby("source", sort=False)}
    keys = {name: fingerprint.of(name, made_from.get(name, ""), register, fingerprint.code()) for name in rows}

    def make(name: str) -> cache.Entry:
        made = derive(rows[name], catalogue)
        shown = protect(rows[name], made, catalogue)
        asked = questions(combine([shown.observations, shown.computed]), catalogue)
        return cache.Entry({}, {"made": made, "asked": asked, **{part: getattr(shown, part) for part in _SHOWN}})

    found: Collection[cache.Entry]
    if only is None:
        found = cache.gathered(tidy / FOLDER, keys, make).values()
    else:
        found = [_part_of(cache.get(tidy / FOLDER, key) or make(name), only) for name, key in keys.items()]
    dims = dimensions_of(observations)
    observed, computed, made = (
        combine([e.tables[name] for e in found], dims) for name in ("observations", "computed", "made")
    )
    suppressed, asked = (stack([e.tables[name] for e in found] or [pd.DataFrame()]) for name in ("suppressed", "asked"))
    asked = asked.sort_values("source", kind="stable", ignore_index=True) if len(asked) else asked
    return Computed(made, Protected(observed, computed, suppressed), asked)


def _part_of(entry: cache.Entry, indicators: Collection[str]) -> cache.Entry:
    return cache.Entry(entry.facts, {name: rows_of(table, indicators) for name, table in entry.tables.items()})


_SHOWN = ("observations", "computed", "suppressed")
