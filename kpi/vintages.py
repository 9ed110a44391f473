"""What was known when: every state of the tidy rows, the rows known on a day, and what changed between them."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from kpi.observations import FREE, KEYS, TOTAL, UNITS, VALUES, dimensions_of, tidy

#: The day from which a row was known, and that on which it no longer was; empty: always, and still.
SINCE, UNTIL = "since", "until"
#: What a delivery says of a row; all other columns together name it.
SAID = (
    "obs_value",
    "value_low",
    "value_high",
    "qualifier",
    "numerator",
    "denominator",
    "obs_status",
    "conf_status",
    "source_ref",
    "vintage",
    "flags",
    "alternative",
    "printed",
)
#: Columns whose change is a revision; that a newer file says the same is none.
_JUDGED = ("obs_value", "value_low", "value_high", "qualifier", "obs_status", "conf_status")
#: What :func:`revisions` adds to the columns that name a row.
CHANGE = (
    SINCE,
    "kind",
    "old_value",
    "new_value",
    "difference",
    "percent",
    "old_status",
    "new_status",
    "old_ref",
    "new_ref",
)


def history(states: Iterable[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """All rows that were ever known, each once, with the days from and until which it was.

    Args:
        states: day and tidy rows known from that day on, the oldest first.

    Returns:
        Tidy rows with the columns SINCE and UNTIL; those without UNTIL are the last state, in its order.
        A row that is only said again keeps the reference of whoever said it first.
    """
    dated = list(states)
    dims = sorted({dim for _, state in dated for dim in dimensions_of(state)})
    if len(dated) == 1:  # nothing to compare
        ((day, state),) = dated
        return _completed(state, dims).assign(**{SINCE: day, UNTIL: ""})
    known = _marked(tidy(pd.DataFrame({"indicator": []})), dims)
    closed: list[pd.DataFrame] = []
    for day, state in dated:
        now = _marked(state, dims)
        stays = known.index.isin(now.index)
        closed.append(known[~stays].assign(**{UNTIL: day}))
        fresh = now[~now.index.isin(known.index)].assign(**{SINCE: day})
        known = _stacked([known[stays], fresh]).loc[now.index]
    return _stacked([known, *closed]).reset_index(drop=True)


def all_known(histories: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Histories of several sources together; a dimension that one of them lacks is ``_T`` there."""
    kept = [rows for rows in histories if len(rows)]
    if not kept:
        return history([])
    dims = sorted({dim for rows in kept for dim in dimensions_of(rows)} - {SINCE, UNTIL})
    completed = [rows.assign(**{dim: TOTAL for dim in dims if dim not in rows}) for rows in kept]
    stacked = pd.concat(completed, ignore_index=True)
    return stacked[[*KEYS, *dims, *VALUES, *(name for name in UNITS if name in stacked), SINCE, UNTIL]]


def known_on(rows: pd.DataFrame, day: str = "") -> pd.DataFrame:
    """The rows that were known on a day (those known now where none is given), without SINCE and UNTIL."""
    known = rows[UNTIL] == ""
    if day:
        known = (rows[SINCE] <= day) & (known | (rows[UNTIL] > day))
    return rows[known].drop(columns=[SINCE, UNTIL]).reset_index(drop=True)


def latest(rows: pd.DataFrame, observations: pd.DataFrame) -> str:
    """The last day on which something came that has a day; empty where nothing has.

    Args:
        rows: see :func:`history`.
        observations: those of now, which name the newest delivery of each row.
    """
    dated = rows.loc[rows[SINCE] != "", "source"].unique()
    came = observations.loc[observations["source"].isin(dated), "vintage"].unique()
    return max([*rows[SINCE].unique(), *rows[UNTIL].unique(), *came], default="")


def revisions(rows: pd.DataFrame) -> pd.DataFrame:
    """What newer deliveries changed: old value, new value, by how much, since when.

    Args:
        rows: see :func:`history`.

    Returns:
        One row a change, the newest first: the columns that name the row, ``since``, ``kind``,
        ``old_value``, ``new_value``, ``difference``, ``percent`` (of the old value), statuses and
        references of both. Kinds: ``revised`` (another value or bound), ``status`` (the same value,
        another status), ``withdrawn`` (no longer given), ``added`` (a row for a period of which
        others were known before), ``confidential`` (what became secret: neither value is shown).
    """
    dims = dimensions_of(rows.drop(columns=[SINCE, UNTIL]))
    key = [*KEYS, *dims, *(name for name in VALUES if name not in SAID)]
    old = rows[rows[UNTIL] != ""].rename(columns={name: f"old_{name}" for name in SAID})
    new = rows[rows[SINCE] != rows.groupby("source")[SINCE].transform("min")]
    new = new.rename(columns={name: f"new_{name}" for name in SAID})
    pairs = old.drop(columns=SINCE).rename(columns={UNTIL: SINCE})
    pairs = pairs.merge(new.drop(columns=UNTIL), on=[*key, SINCE], how="outer", indicator="side")
    pairs = pairs.assign(kind=pd.Series(_kinds(pairs, rows), index=pairs.index, dtype="object")).dropna(subset=["kind"])
    secret = pairs["kind"] == "confidential"
    told = {side: pairs[f"{side}_obs_value"].astype("float64").mask(secret) for side in ("old", "new")}
    difference = told["new"] - told["old"]
    ordered = pairs.assign(
        old_value=told["old"],
        new_value=told["new"],
        difference=difference,
        percent=100 * difference / told["old"].abs().where(told["old"] != 0),
        **{f"{side}_status": pairs[f"{side}_obs_status"].fillna("") for side in ("old", "new")},
        **{f"{side}_ref": pairs[f"{side}_source_ref"].fillna("") for side in ("old", "new")},
    ).sort_values([SINCE, *key], ascending=[False] + [True] * len(key), kind="stable")
    return ordered[[*key, *CHANGE]].reset_index(drop=True)


def _kinds(pairs: pd.DataFrame, rows: pd.DataFrame) -> list[str | None]:
    """The kind of each pair of an old and a new row; None where nothing changed that counts."""
    if pairs.empty:  # as most often: what follows looks at every row
        return []
    first = rows.groupby(["source", "indicator", "time_period"])[SINCE].min().to_dict()
    kinds: list[str | None] = []
    for pair in pairs.to_dict("records"):
        confidential = any(
            pair[f"{side}_conf_status"] not in {FREE, None} for side in ("old", "new") if _has(pair, side)
        )
        changed = {name for name in _JUDGED if _differ(pair[f"old_{name}"], pair[f"new_{name}"])}
        if pair["side"] == "right_only":
            before = first[pair["source"], pair["indicator"], pair["time_period"]] < pair[SINCE]
            kind = "added" if before else None
        elif pair["side"] == "left_only":
            kind = "withdrawn"
        else:
            kind = None if not changed else "status" if changed <= {"obs_status", "conf_status"} else "revised"
        kinds.append("confidential" if kind and confidential else kind)
    return kinds


def _has(pair: dict[object, object], side: str) -> bool:
    return pair["side"] in {"both", "left_only" if side == "old" else "right_only"}


def _differ(old: object, new: object) -> bool:
    both_missing = old != old and new != new  # noqa: PLR0124  (a missing number is not equal to itself)
    return old != new and not both_missing


def _completed(state: pd.DataFrame, dims: list[str]) -> pd.DataFrame:
    names = [*KEYS, *dims, *VALUES, *(name for name in UNITS if name in state)]
    return state.assign(**{dim: TOTAL for dim in dims if dim not in state})[names].reset_index(drop=True)


def _marked(state: pd.DataFrame, dims: list[str]) -> pd.DataFrame:
    """The state under an index that is the same for the same row in every state."""
    whole = _completed(state, dims)
    identity = pd.util.hash_pandas_object(whole.drop(columns=["source_ref", "vintage"]), index=False)
    times = identity.groupby(identity).cumcount()
    return whole.assign(**{SINCE: "", UNTIL: ""}).set_index(pd.MultiIndex.from_arrays([identity, times]))


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled)


def by_period(changes: pd.DataFrame) -> pd.DataFrame:
    """Revisions summed: by how much all changed rows of an indicator and period moved together, since when.

    Meant for counts and amounts: what was withdrawn counts as less, what was added as more.

    Returns:
        Columns ``indicator, time_period, unit_measure, source, since, rows, difference``.
    """
    moved = changes["difference"].fillna(changes["new_value"].fillna(0) - changes["old_value"].fillna(0))
    keys = ["indicator", "time_period", "unit_measure", "source", SINCE]
    grouped = changes.assign(difference=moved, rows=1).groupby(keys, sort=False)[["rows", "difference"]].sum()
    return grouped.reset_index()


def largest_revisions(revisions: pd.DataFrame) -> dict[str, float]:
    """Per indicator, the largest part of its value by which a newer delivery changed one; zero values say nothing."""
    known = revisions[revisions["old_value"].notna() & revisions["new_value"].notna() & revisions["old_value"].ne(0)]
    parts = (known["new_value"] / known["old_value"] - 1).abs()
    return {str(name): float(part) for name, part in parts.groupby(known["indicator"]).max().items()}
