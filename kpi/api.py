"""What notebooks call: open the project, load an indicator, compare, and the page of an objective."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from kpi.catalogue import LANGUAGES
from kpi.comparability import reasons, sentence
from kpi.errors import UsageError, suggestion, unknown
from kpi.identities import refused
from kpi.observations import TOTAL, matching, used_dimensions
from kpi.parsing.periods import bounds, same_period_of, year_of
from kpi.project import Project, find_root
from kpi.timeseries import across_break

if TYPE_CHECKING:
    from kpi.explanation import Explanation
    from kpi.reporting.page import Page


class ReportParameters(BaseModel):
    """Parameters of the report notebook, strictly typed: papermill itself only warns about a mistyped one."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    objective: str
    language: str = "fr"
    root: str = ""
    as_of: str = ""
    use_sample: bool = True


def read_parameters(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The report's parameters from a notebook's globals; any other text, number or truth value is a mistyped one.

    Call it right after the parameters cell, before other such names are defined.

    Raises:
        UsageError: an unknown parameter, or one of the wrong type, with the nearest known ones.

    >>> read_parameters({"objective": "image-2022/os-2", "langauge": "nl"})
    Traceback (most recent call last):
    ...
    kpi.errors.UsageError: Unknown parameter 'langauge': did you mean 'language'?
    """
    given = {
        name: value
        for name, value in namespace.items()
        if not name.startswith("_") and isinstance(value, str | bool | int | float)
    }
    return check_parameters(given)


def check_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with their defaults, or an error that names the wrong one."""
    known = ReportParameters.model_fields
    for name in given:
        if name not in known:
            raise unknown("parameter", name, known)
    try:
        checked = ReportParameters.model_validate(dict(given)).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        msg = f"Parameter {field!r}: found {first['input']!r}; {first['msg']}."
        raise UsageError(msg) from error
    if checked["language"] not in LANGUAGES:
        raise unknown("language", checked["language"], LANGUAGES)
    if checked["as_of"]:
        _check_date(checked["as_of"])
    return checked


def _check_date(text: str) -> None:
    try:
        start, end = bounds(text)
    except ValueError:
        start, end = "", "x"
    if start != end:
        msg = f"Parameter 'as_of': found {text!r}; expected a date such as 2021-12-31."
        raise UsageError(msg)


_OPENED: dict[Path, Project] = {}


def project(root: str | Path = "") -> Project:
    """The project folder (see :func:`kpi.project.find_root`); register and tables are read once a process."""
    folder = find_root(root or None)
    return _OPENED.setdefault(folder, Project(folder))


def remember(opened: Project) -> None:
    """Let notebooks of this process use a project that is open already, and its tables as they are now."""
    _OPENED[opened.root] = opened


def page(objective: str, language: str = "fr", root: str | Path = "", as_of: str = "", use_sample: bool = True) -> Page:
    """The page of one objective in one language, section by section.

    Raises:
        UsageError: unknown objective or language, or nothing was built yet.
    """
    from kpi.reporting.prepare import prepare_page  # noqa: PLC0415  (charts and templates only when a page is asked for)

    return prepare_page(project(root), objective, language, as_of=as_of, use_sample=use_sample)


def indicators(text: str = "", root: str | Path = "") -> pd.DataFrame:
    """The register as a table: id, labels, unit, number of values; ``text`` filters ids and labels.

    Returns:
        One row an indicator, columns ``indicator, label_fr, label_nl, label_en, unit, values``.
    """
    opened = project(root)
    counts = opened.observations["indicator"].value_counts()
    rows = [
        {
            "indicator": i.id,
            **{f"label_{language}": i.label[language] for language in LANGUAGES},
            "unit": i.unit,
            "values": int(counts.get(i.id, 0)),
        }
        for i in opened.catalogue.indicators
    ]
    table = pd.DataFrame(rows)
    names = table.iloc[:, :4]
    found: pd.Series = names.apply(lambda column: column.str.contains(text, case=False, regex=False)).any(axis=1)
    return table[found].reset_index(drop=True)


def load(
    indicator: str,
    *,
    by: str = "",
    since: str = "",
    freq: str = "",
    where: Mapping[str, str] | None = None,
    sample: bool = True,
    root: str | Path = "",
) -> pd.DataFrame:
    """Values of one indicator, tidy: totals, or the parts by one dimension.

    Args:
        indicator: id in the catalogue, such as ``overnight-stays``.
        by: a dimension, such as ``market``; empty gives the totals.
        since: a period; earlier rows are left out.
        freq: ``A``, ``M`` ...; empty gives all.
        where: codes of dimensions to keep, such as ``{"purpose": "mice"}``.
        sample: False leaves out every made-up number.
        root: project folder; empty finds it.

    Returns:
        Tidy rows in order of period (columns: see :mod:`kpi.observations`); targets are left out.

    Raises:
        UsageError: unknown indicator, dimension or code.
    """
    opened = project(root)
    definition = opened.catalogue.indicator(indicator)
    rows = opened.by_indicator.get(indicator, opened.observations.iloc[:0])
    rows = rows[rows["measure"] != "target"]
    fixed = dict(where or {})
    dims = used_dimensions(rows)
    for name in ({by} if by else set()) | fixed.keys():
        if name not in dims:
            msg = f"{definition.id} has no values by {name!r}; {suggestion(name, dims)}"
            raise UsageError(msg)
    free = {*fixed, by}
    keep = (rows[[d for d in dims if d not in free]] == TOTAL).all(axis=1)
    rows = matching(rows[keep], fixed)
    if by:
        rows = rows[rows[by] != TOTAL]
    if not sample:
        rows = rows[~rows["sample"]]
    if freq:
        rows = rows[rows["freq"] == freq]
    if since:
        rows = rows[rows["period_end"] >= bounds(since)[0]]
    shown = rows.drop(columns=[d for d in dims if d not in free])
    return shown.sort_values(["period_start", "period_end"], kind="stable").reset_index(drop=True)


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
    opened = project(root)
    by_figure = opened.observations[opened.observations["figure"] != ""].set_index("figure", drop=False)
    for name in (left, right):
        if name not in by_figure.index:
            raise unknown("figure", name, by_figure.index)
    pair = by_figure.loc[[left, right]].reset_index(drop=True)
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

    return explained(project(root), indicator, period=period, where=where, language=language)


def change(frame: pd.DataFrame) -> pd.DataFrame:
    """Add ``previous`` and ``change`` (a fraction): against the same period a year before, part by part.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"time_period": ["2019", "2020"], "obs_value": [4.0, 3.0]})
    >>> float(change(frame)["change"].iloc[1])
    -0.25
    """
    return _compared(frame, lambda period: same_period_of(period, (year_of(period) or 0) - 1), "previous", "change")


def versus(frame: pd.DataFrame, year: int = 2019) -> pd.DataFrame:
    """Add ``base`` and ``index``: the value with the same period of ``year`` as 100; no index across a break."""
    compared = _compared(frame, lambda period: same_period_of(period, year), "base", "index")
    return compared.assign(index=(100 * (1 + compared["index"])).where(~across_break(frame, year)))


def share(frame: pd.DataFrame) -> pd.DataFrame:
    """Add ``share``: each part over the sum of the parts of its period and source (a fraction).

    Use it on parts that make a whole, such as ``load("overnight-stays", by="market")``.
    """
    keys = [key for key in ("time_period", "source", "sample", "freq") if key in frame]
    whole = frame.groupby(keys)["obs_value"].transform("sum")
    return frame.assign(share=frame["obs_value"] / whole.where(whole != 0))


def _compared(frame: pd.DataFrame, earlier: Any, value: str, ratio: str) -> pd.DataFrame:
    parts = [c for c in frame.columns if c in {"source", "sample", "ref_area", "freq", "flow"} or _is_part(frame, c)]
    key = ["time_period", *parts]
    dated = frame[frame["time_period"].ne("") & ~frame["time_period"].str.contains("/")]
    lookup = frame.drop_duplicates(key).set_index(key)["obs_value"]
    wanted = dated.assign(time_period=dated["time_period"].map(earlier))[key]
    index = pd.MultiIndex.from_frame(wanted) if parts else pd.Index(wanted["time_period"])
    base = pd.Series(lookup.reindex(index).to_numpy(), index=dated.index).reindex(frame.index)
    return frame.assign(**{value: base, ratio: frame["obs_value"] / base.where(base > 0) - 1})


def _is_part(frame: pd.DataFrame, column: str) -> bool:
    from kpi.observations import dimensions_of  # noqa: PLC0415

    return column in dimensions_of(frame) and column not in {"previous", "change", "base", "index", "share"}
