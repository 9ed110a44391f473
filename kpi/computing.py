"""What is computed and protected, source by source, used again where neither the rows nor the register changed.

Nothing is ever computed across sources, and each source is protected by itself; so the parts put
together are what all rows at once would give.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kpi import cache, fingerprint
from kpi.catalogue import Catalogue
from kpi.derive import derive
from kpi.disclosure import Protected, protect
from kpi.observations import combine
from kpi.shown import digest_all
from kpi.sources.kept import register_key

FOLDER = cache.FOLDER / "computed"


def compute(observations: pd.DataFrame, catalogue: Catalogue, tidy: Path) -> tuple[pd.DataFrame, Protected]:
    """What :func:`kpi.derive.derive` makes of all rows, and what :func:`kpi.disclosure.protect` makes of both.

    Args:
        observations: corrected tidy rows, those of a source one after another.
        catalogue: declares what is computed and how each source is protected.
        tidy: folder of the tidy tables, below which results are kept.
    """
    folder, register = tidy / FOLDER, register_key(catalogue)
    keys: list[str] = []
    found: list[cache.Entry] = []
    for source, rows in observations.groupby("source", sort=False):
        key = fingerprint.of(source, digest_all(rows), register, fingerprint.code())
        entry = cache.get(folder, key)
        if entry is None:
            made = derive(rows.reset_index(drop=True), catalogue)
            shown = protect(rows.reset_index(drop=True), made, catalogue)
            tables = {"made": made, **{name: getattr(shown, name) for name in _SHOWN}}
            entry = cache.Entry({}, tables)
            cache.put(folder, key, entry)
        keys.append(key)
        found.append(entry)
    cache.keep_only(folder, keys)
    observed, computed, made = (
        combine([e.tables[name] for e in found]) for name in ("observations", "computed", "made")
    )
    filled = [e.tables["suppressed"] for e in found if len(e.tables["suppressed"])]
    none = found[0].tables["suppressed"] if found else pd.DataFrame()
    suppressed = pd.concat(filled, ignore_index=True) if filled else none
    return made, Protected(observed, computed, suppressed)


_SHOWN = ("observations", "computed", "suppressed")
