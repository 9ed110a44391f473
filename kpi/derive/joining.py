"""What a computed row takes from several: their flags, status, files, and how far its value is a bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: How far a value may lie from the printed one: upwards, downwards, or not at all.
_SIGN = {"eq": 0, "approx": 0, "gt": 1, "ge": 1, "lt": -1, "le": -1}


def joined_flags(values: Iterable[str]) -> str:
    """All flags of the parts, each once."""
    return " ".join(sorted({flag for value in set(values) for flag in value.split()}))


def joined_status(values: Iterable[str]) -> str:
    """The most cautious status of the parts: break, provisional, estimated, then normal."""
    found = set(values)
    return next((status for status in "BPEFU" if status in found), "A")


def joined_files(values: Iterable[str]) -> str:
    """The files behind a sum: row numbers make no sense for it."""
    return "; ".join(sorted({name for value in set(values) for name in str(value).split("; ")}))


def joined_reach(values: Iterable[str], signs: Sequence[int] = ()) -> str:
    """The qualifier of a sum or ratio: a lower bound over an exact value is a lower bound.

    Args:
        values: qualifiers of the inputs.
        signs: 1 where a larger input makes the result larger, -1 where smaller; all 1 when absent.

    Returns:
        A qualifier, or empty where the inputs pull both ways or are ranges: nothing can be said.

    >>> joined_reach(["gt", "eq"]), joined_reach(["eq", "ge"], [1, -1]), joined_reach(["gt", "gt"], [1, -1])
    ('gt', 'le', '')
    """
    found = list(values)
    if not set(found) <= _SIGN.keys():
        return ""
    reach = {_SIGN[value] * sign for value, sign in zip(found, signs or [1] * len(found), strict=True)} - {0}
    if len(reach) > 1:
        return ""
    if not reach:
        return "approx" if "approx" in found else "eq"
    strict = bool({"gt", "lt"} & set(found)) and "approx" not in found
    return {(1, True): "gt", (1, False): "ge", (-1, True): "lt", (-1, False): "le"}[reach.pop(), strict]


#: What names a row beside its indicator and dimensions.
PLACE = ["ref_area", "freq", "time_period", "period_start", "period_end", "measure", "source", "sample"]
#: How a computed row takes what it says of itself from several.
JOINED = {"flags": joined_flags, "obs_status": joined_status, "source_ref": joined_files}
