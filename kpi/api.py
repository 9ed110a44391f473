"""What notebooks call: search the register, load an indicator, compare printed figures, open a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kpi.catalogue import LANGUAGES, Indicator
from kpi.comparability import reasons, sentence
from kpi.comparing import change, share, versus
from kpi.errors import UsageError, suggestion, unknown
from kpi.figures import Figures
from kpi.identities import refused
from kpi.lookup import named_code, named_indicator
from kpi.observations import TOTAL, lean, matching, used_dimensions
from kpi.parameters import ReportParameters, check_day, check_parameters, read_parameters
from kpi.parsing.periods import bounds
from kpi.parsing.text import fold
from kpi.project import Project, find_root

if TYPE_CHECKING:
    from kpi.explanation import Explanation
    from kpi.reporting.page import Page

__all__ = [
    "Figures",
    "ReportParameters",
    "change",
    "check_parameters",
    "compare",
    "explain",
    "indicators",
    "load",
    "open_project",
    "page",
    "read_parameters",
    "remember",
    "share",
    "versus",
]

_OPENED: dict[Path, Project] = {}


def open_project(root: str | Path = "") -> Project:
    """The project folder (see :func:`kpi.project.find_root`); register and tables are read once a process."""
    folder = find_root(root or None)
    return _OPENED.setdefault(folder, Project(folder))


def remember(opened: Project) -> None:
    """Let notebooks of this process use a project that is open already, and its tables as they are now."""
    _OPENED[opened.root] = opened


def page(objective: str, language: str = "fr", root: str | Path = "", as_of: str = "", use_sample: bool = True) -> Page:
    """The page of one objective in one language, section by section.

    Raises:
        UsageError: unknown objective or language, ``as_of`` is no date, or nothing was built yet.
    """
    from kpi.reporting.prepare import prepare_page  # noqa: PLC0415  (charts and templates only when a page is asked for)

    check_day(as_of)
    return prepare_page(open_project(root), objective, language, as_of=as_of, use_sample=use_sample)


def indicators(text: str = "", root: str | Path = "") -> pd.DataFrame:
    """The register as a table; ``text`` filters ids and labels in any language, without regard to case and accents.

    Returns:
        One row an indicator, those with most values first: ``indicator, label_fr, label_nl, label_en, unit,
        values, dimensions`` (by which :func:`load` can split it).
    """
    opened = open_project(root)
    rows = [_entry(i, opened.by_indicator.get(i.id)) for i in opened.catalogue.indicators if _is_about(i, fold(text))]
    columns = ["indicator", *(f"label_{language}" for language in LANGUAGES), "unit", "values", "dimensions"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("values", ascending=False, kind="stable", ignore_index=True)


def _is_about(indicator: Indicator, wanted: str) -> bool:
    return any(wanted in fold(text) for text in (indicator.id, *(indicator.label[code] for code in LANGUAGES)))


def _entry(indicator: Indicator, rows: pd.DataFrame | None) -> dict[str, object]:
    return {
        "indicator": indicator.id,
        **{f"label_{language}": indicator.label[language] for language in LANGUAGES},
        "unit": indicator.unit,
        "values": 0 if rows is None else len(rows),
        "dimensions": "" if rows is None else ", ".join(used_dimensions(rows)),
    }


def load(
    indicator: str,
    *,
    by: str = "",
    since: str = "",
    freq: str = "",
    where: Mapping[str, str] | None = None,
    sample: bool = True,
    as_of: str = "",
    language: str = "en",
    root: str | Path = "",
) -> Figures:
    """Values of one indicator: totals, or the parts by one dimension.

    Args:
        indicator: its id, such as ``overnight-stays``, or its label in French, Dutch or English.
        by: a dimension, such as ``market``; empty gives the totals.
        since: a period, such as ``2019`` or ``2019-01``; earlier rows are left out, but comparisons still see them.
        freq: ``A``, ``S``, ``Q``, ``M``, ``D``; empty gives all.
        where: parts to keep, by code or label, such as ``{"purpose": "mice"}``.
        sample: False leaves out every made-up number.
        as_of: a date: the values as they were known then; empty for now.
        language: of labels and words, ``fr``, ``nl`` or ``en``.
        root: project folder; empty finds it.

    Returns:
        Figures whose ``frame`` holds tidy rows in order of period (columns: see :mod:`kpi.observations`; dimensions
        that are not used are left out). Targets are left out.

    Raises:
        UsageError: unknown indicator, dimension, code, frequency, language or period; the sentence names the nearest.
            ``as_of`` is no date.
    """
    check_day(as_of)
    opened = open_project(root)
    if language not in LANGUAGES:
        raise unknown("language", language, LANGUAGES)
    definition = named_indicator(opened.catalogue, indicator)
    rows = lean(_values(opened, definition.id, as_of))
    fixed, dims = dict(where or {}), used_dimensions(rows)
    for name in ({by} if by else set()) | fixed.keys():
        if name not in dims:
            msg = f"{definition.id} has no values by {name!r}; {suggestion(name, dims)}"
            raise UsageError(msg)
    fixed = {dim: named_code(opened.catalogue, dim, code, set(rows[dim])) for dim, code in fixed.items()}
    free = {*fixed, by}
    keep = (rows[[dim for dim in dims if dim not in free]] == TOTAL).all(axis=1)
    rows = matching(rows[keep], fixed)
    if not sample:
        rows = rows[~rows["sample"]]
    if freq:
        _check_frequency(definition, freq, set(rows["freq"]))
        rows = rows[rows["freq"] == freq]
    rows = rows.drop(columns=[dim for dim in dims if dim not in free])
    wholes = rows[rows[by] == TOTAL] if by else rows.iloc[:0]
    parts = rows[rows[by] != TOTAL] if by else rows
    known = parts.sort_values(["period_start", "period_end"], kind="stable").reset_index(drop=True)
    shown = known[known["period_end"] >= _start(since)] if since else known  # its index leads back into what is known
    return Figures(shown, definition, opened, by=by, language=language, known=known, wholes=wholes)


def _values(opened: Project, indicator: str, as_of: str) -> pd.DataFrame:
    if as_of:
        known = opened.observations_on(as_of)
        rows = known[known["indicator"] == indicator]
    else:
        rows = opened.by_indicator.get(indicator, opened.observations.iloc[:0])
    return rows[rows["measure"] != "target"]


def _check_frequency(indicator: Indicator, freq: str, found: set[str]) -> None:
    if freq not in found:
        known = ", ".join(sorted(found - {""})) or "none"
        msg = f"{indicator.id} has no values with freq {freq!r}; known are {known} (A: year, Q: quarter, M: month)."
        raise UsageError(msg)


def _start(since: str) -> str:
    try:
        return bounds(since)[0]
    except ValueError as error:
        msg = f"since: found {since!r}; expected a period such as 2019, 2019-Q1, 2019-01 or 2019-01-31."
        raise UsageError(msg) from error


def compare(left: str, right: str, root: str | Path = "") -> pd.DataFrame:
    """Two published figures side by side, with their difference and their ratio, where they may be compared.

    Args:
        left: id of a published figure, such as ``IM119``.
        right: id of the figure it is set against.
        root: project folder; empty finds it.

    Returns:
        The two tidy rows; the first also has ``difference`` and ``ratio`` (left over right).

    Raises:
        UsageError: an unknown figure; a pair declared not comparable (fines recovered over fines of
            the year); two units, a stock against a flow, a promise against a result, a cumulative value
            against that of a year, two definitions under one label. The sentence says why.
    """
    opened = open_project(root)
    by_figure = opened.observations[opened.observations["figure"] != ""].set_index("figure", drop=False)
    for name in (left, right):
        if name not in by_figure.index:
            raise unknown("figure", name, by_figure.index)
    pair = lean(by_figure.loc[[left, right]].reset_index(drop=True))
    identity = refused([finding.identity for finding in opened.findings], left, right)
    if identity:
        msg = f"{left} and {right} are not comparable: {identity.note.en}"
        raise UsageError(msg)
    one, other = pair.to_dict("records")
    why = reasons(one, other)
    if one["indicator"] != other["indicator"] and _label(opened, one) == _label(opened, other):
        why = (*why, "label")
    if why:
        msg = f"{left} and {right} are not comparable: {sentence(why)}."
        raise UsageError(msg)
    first, second = pair["obs_value"]
    ratio = first / second if second else float("nan")
    return pair.assign(difference=[first - second, float("nan")], ratio=[ratio, float("nan")])


def _label(opened: Project, row: Mapping[Any, Any]) -> str:
    return opened.catalogue.indicator(str(row["indicator"])).label.en


def explain(
    indicator: str,
    *,
    period: str = "",
    where: Mapping[str, str] | None = None,
    language: str = "en",
    root: str | Path = "",
) -> Explanation:
    """How one number came about: rows, formula with the numbers filled in, corrections, rounding, sources, verdicts.

    Raises:
        UsageError: unknown indicator, dimension, code or period, with the nearest known ones.
    """
    from kpi.explanation import explain as explained  # noqa: PLC0415  (the briefing only when a number is explained)

    return explained(open_project(root), indicator, period=period, where=where, language=language)
