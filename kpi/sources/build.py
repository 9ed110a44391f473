"""From the files of one source to its tidy observations, with all that was held back and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.errors import DeliveryError, Problem
from kpi.observations import KEYS, TOTAL, dimensions_of
from kpi.sources import module
from kpi.sources.delivery import PLACE, Delivery, read_delivery
from kpi.sources.formats import DeliveryFormat
from kpi.validation import FAILURE, Verdict, validate

HELD_BACK = ("source", "file", "sheet", "row", "column", "found", "expected", "reason")


@dataclass(frozen=True)
class SourceResult:
    """What one source gave.

    ``held_back`` has one row a problem with the columns HELD_BACK, ``reason`` being the whole
    sentence; ``row`` is text, empty where the problem is the file's.
    """

    source: str
    observations: pd.DataFrame
    held_back: pd.DataFrame
    rows_read: int
    rows_accepted: int
    files: tuple[Path, ...]
    is_sample: bool
    ignored_columns: tuple[str, ...] = ()


def build_files(
    paths: Sequence[Path],
    source_id: str,
    catalogue: Catalogue,
    expectations: Path,
    *,
    is_sample: bool = False,
) -> SourceResult:
    """Read files of one source together, check them, and normalise what is accepted.

    The steps are those of the page "what happens to a delivery": cells, repeated keys, the suite
    of the format, the rules of the source, then the suite that every tidy table must pass. A row
    leaves at the first step that finds a problem with it; all problems of a step are found.

    Args:
        paths: delivered files, CSV or workbook.
        source_id: whose they are.
        catalogue: gives code lists and units.
        expectations: folder of the suites.
        is_sample: marks every observation as made up.
    """
    source = module(source_id)
    found, problems = _read(paths, source.FORMATS, catalogue)
    frames = {name: _stacked(found, name, form) for name, form in source.FORMATS.items()}
    known = parameters(catalogue)
    for name, form in source.FORMATS.items():
        frame, repeated = _without_repeated(frames[name], form)
        verdict = validate(frame, form.suite, known, expectations)
        problems += repeated + _located(verdict, frame, form)
        frames[name] = verdict.accepted
    check = getattr(source, "check", None)
    broken: list[Problem] = check(frames, catalogue) if check else []
    problems += broken
    frames = {name: _without(frame, broken) for name, frame in frames.items()}
    observations = source.normalise(frames, catalogue).assign(sample=is_sample)
    verdict = _tidy_verdict(observations, known, expectations)
    problems += _of_observations(verdict, observations)
    return SourceResult(
        source=source_id,
        observations=observations.loc[verdict.accepted.index].reset_index(drop=True),
        held_back=_table(source_id, problems),
        rows_read=sum(delivery.rows_read for delivery in found),
        rows_accepted=sum(len(frame) for frame in frames.values()),
        files=tuple(paths),
        is_sample=is_sample,
        ignored_columns=tuple(dict.fromkeys(c for delivery in found for c in delivery.ignored_columns)),
    )


def parameters(catalogue: Catalogue) -> dict[str, list[str]]:
    """What suites may ask of the catalogue: ``indicators``, ``objectives`` and ``<code list>_codes``."""
    lists = {f"{codes.id}_codes": [c for c in codes.codes if c != TOTAL] for codes in catalogue.code_lists}
    return {
        **lists,
        "indicators": [indicator.id for indicator in catalogue.indicators],
        "objectives": [objective.id for objective in catalogue.objectives],
    }


def _read(
    paths: Sequence[Path], formats: Mapping[str, DeliveryFormat], catalogue: Catalogue
) -> tuple[list[Delivery], list[Problem]]:
    found: list[Delivery] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found += read_delivery(path, formats, catalogue)
        except DeliveryError as error:
            # One file that cannot be opened must not stop the others.
            reason = str(error).removeprefix(f"{path}: ").removeprefix(f"{path}, ")
            sentence = reason[:1].upper() + reason[1:]
            problems.append(Problem(path.name, "an unreadable file", "a delivery of this source", sentence))
    return found, problems + [problem for delivery in found for problem in delivery.problems]


def _stacked(found: Iterable[Delivery], name: str, form: DeliveryFormat) -> pd.DataFrame:
    frames = [delivery.frame for delivery in found if delivery.form == name and len(delivery.frame)]
    if not frames:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in (*form.names, *PLACE)})
    return pd.concat(frames, ignore_index=True)


def _without_repeated(frame: pd.DataFrame, form: DeliveryFormat) -> tuple[pd.DataFrame, list[Problem]]:
    """Hold back rows that repeat a key: the later ones where all say the same, all where they differ."""
    if frame.empty:
        return frame, []
    key = list(form.key)
    again = frame.duplicated(key, keep=False)
    groups = [frame[column] for column in key]
    same = frame.duplicated(form.names, keep=False).groupby(groups, dropna=False).transform("all")
    held = (again & ~same) | (again & same & frame.duplicated(key))
    problems = []
    for _, group in frame[again].groupby(key, dropna=False, sort=False):
        for index, row in group[held[group.index]].iterrows():
            others = [_where(other) for other_index, other in group.iterrows() if other_index != index]
            named = ", ".join(str(row[column]) for column in key)
            remedy = f"It stands also in {', '.join(others[:3])}."
            problems.append(_problem(row, named, "each key once", remedy, " + ".join(key)))
    return frame[~held], problems


def _where(row: pd.Series) -> str:
    sheet = f" sheet {row['source_sheet']}" if row["source_sheet"] else ""
    return f"{row['source_file']}{sheet} row {row['source_row']}"


def _problem(row: pd.Series, found: str, expected: str, remedy: str, column: str) -> Problem:
    file, sheet, number = (row[name] for name in PLACE)
    return Problem(str(file), found, expected, remedy, row=int(number), column=column, sheet=str(sheet))


def _located(verdict: Verdict, frame: pd.DataFrame, form: DeliveryFormat) -> list[Problem]:
    """Failures of a suite in the words of the delivery: its files, rows and headings."""
    headings = {column.name: column.heading.en for column in form.columns}
    problems = []
    for failure in verdict.held_back.to_dict("records"):
        found, expected, remedy = (str(failure[name]) for name in ("found", "expected", "remedy"))
        columns = ", ".join(headings.get(name, name) for name in str(failure["column"]).split(", "))
        if pd.isna(failure["index"]):
            files = ", ".join(frame["source_file"].unique())
            problems.append(Problem(files, found, expected, remedy, column=columns))
        else:
            problems.append(_problem(frame.loc[failure["index"]], found, expected, remedy, columns))
    return problems


def _without(frame: pd.DataFrame, problems: Iterable[Problem]) -> pd.DataFrame:
    broken = {(p.file, p.sheet, p.row) for p in problems}
    if not broken or frame.empty:
        return frame
    places = zip(*(frame[name] for name in PLACE), strict=True)
    return frame[[place not in broken for place in places]]


def _tidy_verdict(observations: pd.DataFrame, known: Mapping[str, Any], expectations: Path) -> Verdict:
    """The suite of all tidy tables; an empty text is "not given" there, which suites call null."""
    if observations.empty:
        return Verdict(observations, pd.DataFrame(columns=list(FAILURE)))
    dims = dimensions_of(observations)
    naming = (observations[name].tolist() for name in (*KEYS, *dims, "measure", "source", "figure"))
    judged = observations.assign(observation_key=["|".join(parts) for parts in zip(*naming, strict=True)])
    texts = judged.select_dtypes(["str", "object"]).columns
    given = judged.assign(**{column: judged[column].mask(judged[column] == "") for column in texts})
    return validate(given, "tidy", known, expectations)


def _of_observations(verdict: Verdict, observations: pd.DataFrame) -> list[Problem]:
    problems = []
    for failure in verdict.held_back.to_dict("records"):
        whole = pd.isna(failure["index"])
        place = "the tidy table" if whole else str(observations.loc[failure["index"], "source_ref"])
        indicator = "" if whole else f" ({observations.loc[failure['index'], 'indicator']})"
        found, expected, remedy = (str(failure[name]) for name in ("found", "expected", "remedy"))
        problems.append(Problem(place, found + indicator, expected, remedy, column=str(failure["column"])))
    return problems


def _table(source_id: str, problems: Iterable[Problem]) -> pd.DataFrame:
    rows = [
        {
            "source": source_id,
            "file": p.file,
            "sheet": p.sheet,
            "row": "" if p.row is None else str(p.row),
            "column": p.column,
            "found": p.found,
            "expected": p.expected,
            "reason": str(p),
        }
        for p in problems
    ]
    return pd.DataFrame(rows, columns=list(HELD_BACK)).astype("str")
