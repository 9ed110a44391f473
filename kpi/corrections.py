"""Declared corrections: drop, override, scale or flag, each with reason, date and a guard; the printed value stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd
from pydantic import Field, model_validator

from kpi.catalogue import LANGUAGES, Catalogue, Code, DimensionName, Entry, Slug, Text
from kpi.errors import CatalogueError, Problem, suggestion
from kpi.observations import combine, lean, matching, with_flag
from kpi.register import read_files
from kpi.relations import close, shown

#: What the table of applied corrections adds to the tidy columns, which hold the rows as they were printed.
APPLIED = ("correction", "action", "corrected", "flag", "since", *(f"reason_{language}" for language in LANGUAGES))
FLAG = "corrected"
_REPLACING = ("override", "scale")
_NEEDS = {"override": "value", "scale": "factor", "flag": "flag"}
#: Numbers that say the same as the value in another way: correcting one of them would leave the others wrong.
_BESIDE = ["value_low", "value_high", "numerator", "denominator"]


class Selection(Entry):
    """Which observations of the source: one published figure, or an indicator in a period."""

    figure: str | None = None
    indicator: Slug | None = None
    where: dict[DimensionName, Code] = Field({}, description="Dimensions; one that is not named may be anything.")
    period: str | None = None
    file: str | None = Field(None, description="Name of the delivered file.")

    @model_validator(mode="after")
    def _names_something(self) -> Selection:
        others = self.indicator or self.where or self.period or self.file
        if (self.figure and others) or not (self.figure or (self.indicator and self.period)):
            msg = "name a figure alone, or an indicator and a period (and where, file)"
            raise ValueError(msg)
        return self


class Expect(Entry):
    """The guard: what the source shows as long as it needs the correction."""

    rows: int = Field(1, gt=0, description="How many observations are selected.")
    total: float | None = Field(None, description="Sum of their values.")
    obs_value: float | None = None
    value_low: float | None = None
    value_high: float | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Expect:
        if not self.model_dump(exclude={"rows"}, exclude_none=True):
            msg = "give a value that the source shows now, such as obs_value"
            raise ValueError(msg)
        return self


class Correction(Entry):
    """One correction; the file's name says of which source."""

    id: Slug
    rows: Selection
    action: Literal["drop", "override", "scale", "flag"]
    value: float = Field(0, description="override: the value instead.")
    factor: float = Field(1, description="scale: the value is multiplied by it.")
    flag: str = Field("", description="flag: a code of the list 'flag'.")
    reason: Text
    since: dt.date
    expect: Expect

    @model_validator(mode="after")
    def _complete(self) -> Correction:
        needed = {_NEEDS[self.action]} if self.action in _NEEDS else set()
        if given := self.model_fields_set & set(_NEEDS.values()) ^ needed:
            msg = f"{self.action} takes {_NEEDS.get(self.action, 'no value')}: see {', '.join(sorted(given))}"
            raise ValueError(msg)
        return self


class Corrected(NamedTuple):
    """Observations after correction, what was done to which (columns: the tidy ones and APPLIED), what was not done."""

    observations: pd.DataFrame
    applied: pd.DataFrame
    problems: tuple[Problem, ...]


def load_corrections(folder: Path, catalogue: Catalogue) -> dict[str, tuple[Correction, ...]]:
    """The corrections of each source, from ``<folder>/<source>.yaml``.

    Raises:
        CatalogueError: an entry cannot be read, or names what the catalogue does not hold.
    """
    entries, origin = read_files(sorted(folder.glob("*.yaml")), {"corrections": Correction})
    found: dict[str, tuple[Correction, ...]] = {}
    for correction in entries["corrections"].values():
        path = origin["corrections", correction.id]
        for field, name, known in _references(path.stem, correction, catalogue):
            if name not in known:
                hint = suggestion(name, sorted(known))
                msg = f"{path}, corrections entry {correction.id!r}, {field}: there is no {name!r}; {hint}"
                raise CatalogueError(msg)
        found[path.stem] = (*found.get(path.stem, ()), correction)
    return found


def _references(source: str, correction: Correction, catalogue: Catalogue) -> Iterator[tuple[str, str, set[str]]]:
    """What it names: field, name, and the names there are."""
    lists = {entry.id: set(entry.codes) for entry in catalogue.code_lists}
    yield "source (the name of the file)", source, {entry.id for entry in catalogue.sources}
    if correction.rows.indicator:
        yield "field rows.indicator", correction.rows.indicator, {entry.id for entry in catalogue.indicators}
    for dimension, code in correction.rows.where.items():
        yield "field rows.where", dimension, set(lists)
        yield f"field rows.where.{dimension}", code, lists[dimension]
    if correction.flag:
        yield "field flag", correction.flag, lists["flag"]


def apply_corrections(observations: pd.DataFrame, corrections: Mapping[str, Sequence[Correction]]) -> Corrected:
    """Apply what is declared; every guard is asked of the observations as the sources gave them.

    An overridden or scaled observation keeps its value in ``printed`` and carries the flag
    ``corrected``; of an overridden amount one unit may have brought all, see :mod:`kpi.disclosure`. A dropped
    one leaves the table and stands in ``applied`` only. Made-up numbers are never corrected, and a source
    that delivered nothing waits with its corrections.
    """
    given = observations.reset_index(drop=True)
    frame = given.copy()
    touched: list[int] = []
    listed: list[dict[str, object]] = []
    problems: list[Problem] = []
    for source, entries in corrections.items():
        rows = given[given["source"].eq(source) & ~given["sample"]]
        for correction in entries if len(rows) else ():
            chosen = _chosen(rows, correction.rows)
            here, action, flag = chosen.index, correction.action, correction.flag or FLAG
            problem = _problem(source, correction, rows, chosen, frame.loc[here, "printed"])
            if problem:
                problems.append(problem)
                continue
            new = {"drop": float("nan"), "override": correction.value}.get(action)
            values = chosen["obs_value"] * correction.factor if new is None else pd.Series(new, index=here)
            if action in _REPLACING:
                frame.loc[here, "printed"], frame.loc[here, "obs_value"] = chosen["obs_value"], values
                if "largest" in frame:  # what one unit brings grows with the whole; of a new value it may be all
                    largest = values if action == "override" else chosen["largest"] * correction.factor
                    frame.loc[here, "largest"] = largest.abs().where(chosen["largest"].notna())
            frame.loc[here, "flags"] = [with_flag(flags, flag) for flags in frame.loc[here, "flags"]]
            reasons = {f"reason_{language}": correction.reason[language] for language in LANGUAGES}
            what = {"correction": correction.id, "action": action, "flag": flag, "since": correction.since.isoformat()}
            touched += list(here)
            listed += [{**what, **reasons, "corrected": value} for value in values]
    dropped = [row for row, what in zip(touched, listed, strict=True) if what["action"] == "drop"]
    added = pd.DataFrame(listed, columns=list(APPLIED)).astype(dict.fromkeys(APPLIED, "str") | {"corrected": "float64"})
    rows = lean(given.loc[touched]).reset_index(drop=True)
    applied = pd.concat([rows.assign(printed=rows["obs_value"]), added], axis=1)
    return Corrected(frame.drop(index=dropped).reset_index(drop=True), applied, tuple(problems))


def with_dropped(observations: pd.DataFrame, applied: pd.DataFrame) -> pd.DataFrame:
    """The observations and those that corrections dropped: what the sources said, for checks and pages."""
    dropped = applied[applied["action"] == "drop"]
    return combine([observations, dropped.drop(columns=list(APPLIED))])


def _chosen(rows: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    if selection.figure:
        return rows[rows["figure"] == selection.figure]
    rows = rows[(rows["indicator"] == selection.indicator) & (rows["time_period"] == selection.period)]
    if selection.file:
        rows = rows[rows["source_ref"].str.startswith((f"{selection.file} ", f"{selection.file}:"))]
    return matching(rows, selection.where)


def _problem(
    source: str, correction: Correction, rows: pd.DataFrame, chosen: pd.DataFrame, printed: pd.Series
) -> Problem | None:
    """Why the correction cannot be applied, if so."""
    place = f"data/corrections/{source}.yaml entry {correction.id!r}"
    figure = correction.rows.figure
    if figure and chosen.empty:
        remedy = f"Nothing was corrected: {suggestion(figure, rows['figure'].unique())}"
        return Problem(place, f"no figure {figure!r}", f"a figure of {source}", remedy)
    for name, wanted in correction.expect.model_dump(exclude_none=True).items():
        whole: dict[str, list[float]] = {"rows": [len(chosen)], "total": [chosen["obs_value"].sum()]}
        for found in whole[name] if name in whole else chosen[name]:
            if not close(found, wanted):
                remedy = "Nothing was corrected: the source has repaired itself or changed; remove the correction."
                return Problem(place, f"{name} {shown([found])}", f"{name} {shown([wanted])}", remedy)
    if correction.action in _REPLACING and printed.notna().any():
        return Problem(place, "a value that is corrected already", "one correction a value", "Remove one of them.")
    if correction.action in _REPLACING and (chosen["obs_value"].isna() | chosen[_BESIDE].notna().any(axis=1)).any():
        remedy = "Nothing was corrected: drop or flag it, and mend the delivery."
        return Problem(place, "bounds, a numerator or a denominator", "a value that stands alone", remedy)
    return None
