"""Computed observations, as the catalogue declares them: sums, ratios, shares, funnels, cohorts, indices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

import pandas as pd

from kpi.catalogue import Catalogue, Indicator
from kpi.derivation import Derivation
from kpi.derive import parts, rates
from kpi.derive.marginals import marginals
from kpi.derive.means import weighted_mean
from kpi.errors import CatalogueError
from kpi.observations import TOTAL, combine, has_flag, lean, matching, tidy, used_dimensions, with_flag
from kpi.units import check_units

__all__ = ["PRINTED", "derive", "marginals"]

#: Sources whose rows are statements, not a complete register: their parts are never added up.
PRINTED = ("published", "catalogue", "collection", "eurostat", "rankings")

Known = dict[str, pd.DataFrame]
_KINDS: dict[str, Callable[[Known, Derivation], pd.DataFrame]] = {
    "sum": rates.total,
    "difference": rates.difference,
    "ratio": rates.ratio,
    "leverage": rates.ratio,
    "rate": rates.rate,
    "index": rates.index,
    "step-rate": rates.ratio,
    "overall-rate": rates.ratio,
    "balance": rates.balance,
    "cohort": rates.cohort,
    "share": parts.share,
    "rank": parts.rank,
    "concentration": parts.concentration,
}
#: Kinds that set printed statements against each other, one to one, without adding any.
_OF_STATEMENTS = frozenset(
    {"ratio", "leverage", "rate", "index", "step-rate", "overall-rate", "balance", "cohort", "share"}
)
_UNDATED = ["ref_area", "measure", "source", "sample"]
_STATEMENT = [*_UNDATED, "time_period", "period_start", "period_end"]


def derive(observations: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Everything that can be computed from delivered observations, and rates of published ones.

    Args:
        observations: tidy rows, see :mod:`kpi.observations`.
        catalogue: declares per indicator how it is derived.

    Returns:
        Tidy rows with the flag ``computed``: for counts and amounts the total and the sum by
        each single dimension, per period and per year; the same for stocks, whose year is its last
        day; then the declared derivations of those. Ratios and shares carry their ``numerator`` and
        ``denominator``. Published figures are never added up; two of them for the same thing and
        time give a rate where the source prints none.

    Raises:
        CatalogueError: units that do not fit, or indicators derived from one another in a circle.
    """
    check_units(catalogue)
    printed = observations["source"].isin(PRINTED)
    delivered = observations[~printed]
    declared = [i for i in catalogue.indicators if i.derive is not None]
    named = {name for i in declared if i.derive for name in (i.id, *i.derive.inputs)}
    cells = _by_indicator(delivered[delivered["indicator"].isin(named)])
    slices = [(i, i.derive) for i in declared if i.derive and i.derive.kind == "slice"]
    sliced = [_slice(cells[of], i, how) for i, how in slices if (of := str(how.of)) in cells]
    summable = {i.id for i in catalogue.indicators if i.aggregation == "sum"}
    stocks = {i.id for i in catalogue.indicators if i.aggregation == "last"}
    base = combine([delivered[delivered["indicator"].isin(summable | stocks)], *sliced])
    base = base[base["indicator"].isin(summable | stocks)]
    known = _by_indicator(marginals(base, catalogue.readings, stocks))
    stated = _by_indicator(_statements(observations[printed], named))
    for indicator in _inputs_first(declared):
        derivation = indicator.derive
        if derivation is None:
            continue
        if derivation.kind == "mean":
            _add(known, indicator, _bare(weighted_mean(cells, indicator.id, derivation)))
        elif derivation.kind in _KINDS:
            _add(known, indicator, _bare(_KINDS[derivation.kind](known, derivation)))
            if derivation.kind in _OF_STATEMENTS:
                computed = _bare(_KINDS[derivation.kind](stated, derivation))
                of_it = observations[printed & observations["indicator"].eq(indicator.id)]
                _add(stated, indicator, _not_printed(computed, of_it[of_it["measure"] != "target"]))
    return combine([*known.values(), *(rows[has_flag(rows, "computed").astype("bool")] for rows in stated.values())])


def _by_indicator(rows: pd.DataFrame) -> Known:
    """Rows of each indicator, without the dimensions it does not use: looked up, not searched."""
    return {str(name): lean(part) for name, part in rows.groupby("indicator", sort=True)}


def _bare(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the values of the inputs (``v0``, ``v1`` ...), which are no dimensions."""
    return rows.drop(columns=[c for c in rows.columns if c[0] == "v" and c[1:].isdigit()])


def _add(known: Known, indicator: Indicator, rows: pd.DataFrame) -> None:
    """Complete computed rows and put them with what is known of the indicator."""
    if rows.empty:
        return
    flags = [with_flag(text, "computed") for text in rows["flags"]]
    fresh = rows.assign(
        indicator=indicator.id, unit_measure=indicator.unit, flags=flags, objective="", figure="", alternative=None
    )
    before = [known[indicator.id]] if indicator.id in known else []
    known[indicator.id] = combine([*before, tidy(fresh)])


def _statements(rows: pd.DataFrame, named: set[str]) -> pd.DataFrame:
    """Printed figures that can be set against one another: dated, and said once.

    A confidential one stands without its value: what is known to be hidden is not given away as a rest.
    """
    rows = rows[rows["indicator"].isin(named) & rows["measure"].ne("target") & rows["time_period"].ne("")]
    public = rows["conf_status"].eq("F")
    rows = rows.assign(obs_value=rows["obs_value"].where(public))[rows["obs_value"].notna() | ~public]
    once = ["indicator", "flow", *_STATEMENT, *used_dimensions(rows)]
    return rows[~rows.duplicated(once, keep=False)]


def _not_printed(rows: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """Without what the source itself prints, dated or not: a printed rate stays as printed."""
    if rows.empty or printed.empty:
        return rows
    dims = sorted({*used_dimensions(printed), *used_dimensions(rows)})
    told = _codes(printed, [*_STATEMENT, *dims])
    undated = _codes(printed[printed["time_period"] == ""], [*_UNDATED, *dims])
    pairs = zip(_codes(rows, [*_STATEMENT, *dims]), _codes(rows, [*_UNDATED, *dims]), strict=True)
    dated, free = set(told), set(undated)
    return rows[[key not in dated and without not in free for key, without in pairs]]


def _codes(rows: pd.DataFrame, columns: list[str]) -> list[tuple[object, ...]]:
    whole = rows.assign(**{name: TOTAL for name in columns if name not in rows})
    return list(whole[columns].itertuples(index=False, name=None))


def _slice(rows: pd.DataFrame, indicator: Indicator, derivation: Derivation) -> pd.DataFrame:
    """The part of another indicator that ``where`` names, under this indicator's id."""
    part = matching(rows, derivation.where)
    return part.assign(indicator=indicator.id, **dict.fromkeys(derivation.where, TOTAL))


def _inputs_first(indicators: Iterable[Indicator]) -> list[Indicator]:
    """Order such that an indicator comes after those it is computed from; a circle is an error."""
    waiting = {i.id: i for i in indicators}
    done: list[Indicator] = []
    while waiting:
        ready = [i for i in waiting.values() if i.derive and not set(i.derive.inputs) & waiting.keys()]
        if not ready:
            msg = f"indicators {', '.join(sorted(waiting))}: each is derived from another of them, in a circle."
            raise CatalogueError(msg)
        done += ready
        waiting = reduce(lambda rest, i: {k: v for k, v in rest.items() if k != i.id}, ready, waiting)
    return done
