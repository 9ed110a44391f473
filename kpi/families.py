"""Rules about several rows at once: funnels, stocks, shares, whole and fresh series, revised totals.

Each family is laid out as a table that the suite of its name judges, once for all sources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from kpi import cache, fingerprint
from kpi.catalogue import Catalogue
from kpi.disclosure.cells import cell_names
from kpi.observations import TOTAL, dimensions_of
from kpi.parsing.periods import previous
from kpi.shown import digest_all
from kpi.validation import Verdict, validate

Layout = Callable[[pd.DataFrame, list[Any], Catalogue], pd.DataFrame]

FILE = "families.yaml"
FOLDER = cache.FOLDER / "families"
#: What nothing is declared for.
_NOTHING = pd.DataFrame({"source": []})
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOST_NAMED = 3
_AT = ["source", "sample", "ref_area", "freq", "time_period", "cell"]


def check_families(
    observations: pd.DataFrame,
    catalogue: Catalogue,
    expectations: Path,
    changes: pd.DataFrame | None = None,
    tidy: Path | None = None,
) -> dict[str, list[Verdict]]:
    """What the suites of the families say, by source.

    Args:
        observations: tidy rows, delivered and computed together.
        catalogue: says which indicators are shares, and how often each is given.
        expectations: folder of the suites and of the declared families.
        changes: see :func:`kpi.vintages.revisions`.
        tidy: folder below which verdicts are kept, and used again where the same is to be judged.
    """
    declared = yaml.safe_load((expectations / FILE).read_text(encoding="utf-8"))
    rows = observations.assign(cell=cell_names(observations))
    actual = rows[rows["measure"].eq("actual") & rows["source"].ne("published") & rows["obs_value"].notna()]
    found: dict[str, list[Verdict]] = {}
    keys: list[str] = []
    layouts: dict[str, Layout] = {**LAYOUTS, "revisions": partial(_revisions, changes=changes)}
    for family, laid_out in layouts.items():
        table = laid_out(actual, declared.get(family, []), catalogue).reset_index(drop=True)
        verdict, key = _judged(table, f"family-{family}", expectations, tidy)
        keys.append(key)
        for source, mine in table.groupby("source", sort=True):
            found.setdefault(str(source), []).append(_of(mine, verdict))
    if tidy is not None:
        cache.keep_only(tidy / FOLDER, keys)
    return found


def _judged(table: pd.DataFrame, suite: str, expectations: Path, tidy: Path | None) -> tuple[Verdict, str]:
    """The verdict of a suite, with what it is kept under."""
    suites = fingerprint.of_file(expectations / f"{suite}.json")
    key = fingerprint.of(suite, suites, digest_all(table), fingerprint.code())
    kept = cache.get(tidy / FOLDER, key) if tidy else None
    if kept is not None:
        return Verdict(table, pd.DataFrame(), kept.tables["checks"], kept.facts), key
    verdict = validate(table, suite, {}, expectations)
    if tidy is not None:
        cache.put(tidy / FOLDER, key, cache.Entry(verdict.result, {"checks": verdict.checks}))
    return verdict, key


def _of(mine: pd.DataFrame, verdict: Verdict) -> Verdict:
    """What was said of the rows of one source; families are noted, so no row is held back."""
    results = verdict.result.get("results", ())
    labels = {r["expectation_config"]["meta"]["rule"]: r["result"].get("unexpected_index_list") for r in results}
    wrong = {rule: [label for label in found or () if label in mine.index] for rule, found in labels.items()}
    failed = [wrong[rule] for rule in verdict.checks["rule"]]
    counted = verdict.checks.assign(checked=len(mine), failed=[len(rows) for rows in failed])
    return replace(verdict, accepted=mine, checks=counted.assign(found=[_named(mine, rows) for rows in failed]))


def _named(rows: pd.DataFrame, labels: list[Any]) -> str:
    """Which series and periods failed, a few of them: a number says nothing without them."""
    columns = [name for name in ("step", "indicator", "frequency", "cell", "time_period") if name in rows]
    told = rows.loc[labels[:_MOST_NAMED], columns].astype("str").itertuples(index=False, name=None)
    return "; ".join(" ".join(part for part in parts if part) for parts in told)


def _funnels(rows: pd.DataFrame, chains: list[list[str]], _: Catalogue) -> pd.DataFrame:
    """One row a step, period and part, with ``earlier`` and ``later``; a step without the other is not judged."""
    pairs = [pair for chain in chains for pair in pairwise(chain)]
    parts = [_beside(rows, {"earlier": earlier, "later": later}) for earlier, later in pairs]
    return pd.concat(parts, ignore_index=True) if parts else _NOTHING


def _stocks(rows: pd.DataFrame, stocks: list[Mapping[str, str]], _: Catalogue) -> pd.DataFrame:
    """One row a month: ``available`` (opened, carried over) and ``closed``; ``pending`` and what it ``should`` be."""
    parts = []
    for stock in stocks:
        monthly = rows[rows["freq"].eq("M") & rows["cell"].eq("")]
        table = _beside(monthly, stock)
        before = _beside(monthly, {"carried": stock["pending"]}).set_index(_AT)["carried"]
        keys = table[_AT].assign(time_period=[previous(period) for period in table["time_period"]])
        carried = before.reindex(pd.MultiIndex.from_frame(keys)).to_numpy()
        available = table["opened"] + carried
        parts.append(table.assign(available=available, should=available - table["closed"]).dropna(subset=["should"]))
    return pd.concat(parts, ignore_index=True) if parts else _NOTHING


def _shares(rows: pd.DataFrame, _: list[Any], catalogue: Catalogue) -> pd.DataFrame:
    """One row a whole: the ``total`` of its shares by the dimension they were taken over, and the ``whole``."""
    parts = []
    for indicator in catalogue.indicators:
        derive = indicator.derive
        if derive is not None and derive.kind == "share" and derive.by in rows:
            others = [dim for dim in dimensions_of(rows) if dim not in {derive.by, "cell"}]
            mine = rows[rows["indicator"].eq(indicator.id)]
            whole = mine[(mine[others].to_numpy() == TOTAL).all(axis=1)]
            total = (
                whole.groupby(["source", "sample", "ref_area", "freq", "time_period"])["obs_value"]
                .sum()
                .reset_index(name="total")
            )
            parts.append(total.assign(indicator=indicator.id, whole=derive.scale))
    return pd.concat(parts, ignore_index=True) if parts else _NOTHING


def _completeness(rows: pd.DataFrame, freqs: list[str], catalogue: Catalogue) -> pd.DataFrame:
    """One row a series of totals: the periods ``given``, and those of its ``span`` from the first to the last."""
    made = {i.id for i in catalogue.indicators if i.derive is not None}
    series = rows[rows["freq"].isin(freqs) & rows["cell"].eq("") & ~rows["indicator"].isin(made)]
    keys = ["source", "sample", "indicator", "ref_area", "freq"]
    periods = series.groupby(keys, sort=True)["time_period"].agg(["min", "max", "nunique"]).reset_index()
    spans = zip(periods["min"], periods["max"], periods["freq"], strict=True)
    lengths = [len(pd.period_range(first, last, freq=freq)) for first, last, freq in spans]
    return periods.rename(columns={"nunique": "given"}).assign(span=lengths)


def _freshness(rows: pd.DataFrame, declared: list[Mapping[str, Any]], catalogue: Catalogue) -> pd.DataFrame:
    """One row a source and frequency: ``age`` in days of its newest period when its last delivery came, ``allowed``.

    The clock says nothing: the same deliveries are as fresh tomorrow. Files without a date are not judged.
    """
    frequencies = {i.id: i.frequency for i in catalogue.indicators}
    allowed = {str(rule["frequency"]): int(rule["days"]) for rule in declared}
    dated = rows[rows["vintage"].str.fullmatch(_DAY) & rows["period_end"].ne("")]
    dated = dated.assign(frequency=dated["indicator"].map(frequencies))
    dated = dated[dated["frequency"].isin(allowed)]
    newest = dated.groupby(["source", "sample", "frequency"], sort=True)[["vintage", "period_end"]].max().reset_index()
    age = (pd.to_datetime(newest["vintage"]) - pd.to_datetime(newest["period_end"])).dt.days
    return newest.assign(age=age, allowed=newest["frequency"].map(allowed))


def _revisions(
    rows: pd.DataFrame, declared: list[Mapping[str, Any]], catalogue: Catalogue, changes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row a total that changed since it was first known: by which ``share`` of that, in percent, and the ``most``.

    The first value is that of now without all changes since; what was added late changes a total like any revision.
    """
    if changes is None or changes.empty or not declared:
        return _NOTHING
    keys = ["source", "indicator", "ref_area", "freq", "time_period"]
    summable = {i.id for i in catalogue.indicators if i.aggregation in {"sum", "last"}}
    totals = rows[rows["cell"].eq("") & rows["indicator"].isin(summable) & ~rows["sample"].astype("bool")]
    now = totals.drop_duplicates(keys).set_index(keys)["obs_value"]
    moved = changes["difference"].fillna(changes["new_value"].fillna(0) - changes["old_value"].fillna(0))
    added = changes[changes["measure"].eq("actual")].assign(moved=moved).groupby(keys, sort=True)["moved"].sum()
    table = pd.DataFrame({"moved": added, "now": now.reindex(added.index)}).dropna()
    first = (table["now"] - table["moved"]).abs()
    share = 100 * table["moved"].abs() / first.where(first > 0)
    most = float(declared[0]["percent"])
    return table.assign(share=share, most=most).dropna(subset=["share"]).reset_index() if len(table) else _NOTHING


LAYOUTS: dict[str, Layout] = {
    "funnels": _funnels,
    "stocks": _stocks,
    "shares": _shares,
    "completeness": _completeness,
    "freshness": _freshness,
    "revisions": _revisions,
}


def _beside(rows: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Values of several indicators side by side, where all of them are known at the same place."""
    table = pd.DataFrame(columns=[*_AT])
    for number, (column, name) in enumerate(columns.items()):
        mine = rows[rows["indicator"].eq(name)].drop_duplicates(_AT)[[*_AT, "obs_value"]]
        values = mine.rename(columns={"obs_value": column})
        table = values if number == 0 else table.merge(values, on=_AT)
    return table.assign(step=" > ".join(columns.values()))
