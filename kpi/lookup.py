"""Finding an indicator or a code by what an analyst calls it: its id, or its label in any language."""

from __future__ import annotations

from collections.abc import Collection

from kpi.catalogue import LANGUAGES, Catalogue, Indicator
from kpi.errors import UsageError, suggestion
from kpi.observations import TOTAL
from kpi.parsing.text import fold

_MOST_NAMED = 6


def named_indicator(catalogue: Catalogue, name: str) -> Indicator:
    """The indicator of that id, or the one whose label, in French, Dutch or English, is or contains the words.

    Case and accents do not matter. A whole label goes before a part of one.

    Raises:
        UsageError: none, or several; the sentence names them. Also where ``name`` is no text.
    """
    if not isinstance(name, str):
        msg = f"An indicator is named by its id or its label, as text: found {name!r}; kpi.indicators() lists all."
        raise UsageError(msg)
    if catalogue.has_indicator(name):
        return catalogue.indicator(name)
    wanted = fold(name)
    labels = {i.id: [fold(i.label[language]) for language in LANGUAGES] for i in catalogue.indicators}
    same = [i for i, words in labels.items() if wanted in words]
    found = same or [i for i, words in labels.items() if wanted and any(wanted in label for label in words)]
    if len(found) == 1:
        return catalogue.indicator(found[0])
    if found:
        named = ", ".join(found[:_MOST_NAMED]) + (", ..." if len(found) > _MOST_NAMED else "")
        what = f"{name!r} may mean {len(found)} indicators: {named}."
        msg = f"{what} Give the id of one; kpi.indicators({name!r}) lists them."
        raise UsageError(msg)
    ids = suggestion(name, labels)
    if not ids.startswith("did you mean"):
        ids = "no id or label is near it; kpi.indicators() lists all."
        near = suggestion(name, [i.label[language] for i in catalogue.indicators for language in LANGUAGES])
        ids = near if near.startswith("did you mean") else ids
    msg = f"Unknown indicator {name!r}: {ids}"
    raise UsageError(msg)


def named_code(catalogue: Catalogue, dimension: str, name: str, present: Collection[str]) -> str:
    """The code of a dimension, given itself or its label in any language; only codes with values count.

    Raises:
        UsageError: no value has such a code; the sentence names the nearest.
    """
    if name in present:
        return name
    labels = {code: [fold(catalogue.label(dimension, code, language)) for language in LANGUAGES] for code in present}
    found = [code for code, words in labels.items() if fold(name) in words]
    if len(found) == 1:
        return found[0]
    msg = f"No values with {dimension} {name!r}: {suggestion(name, sorted(set(present) - {TOTAL}))}"
    raise UsageError(msg)
