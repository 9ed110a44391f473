"""Which delivered rows can be believed: of a time that can be, each key once, and what the suite of the format says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from kpi.errors import Problem
from kpi.parsing.periods import bounds
from kpi.sources.cells import EARLIEST
from kpi.sources.delivery import PLACE
from kpi.sources.formats import DeliveryFormat
from kpi.sources.vintages import latest_day, vintage_of, vintages
from kpi.validation import Verdict, validate


def in_time(frame: pd.DataFrame, form: DeliveryFormat) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows whose days and periods can be, and a problem for each other day.

    One mistyped year makes a stock of every month until then, so nothing may begin before 1950, or after
    the last day of which its delivery can tell.
    """
    held = pd.Series(False, index=frame.index)
    problems = []
    for column in form.columns:
        if column.kind not in {"date", "period"} or column.ahead is None:
            continue
        told = frame[column.name].dropna().astype("str")
        begins = told.map({period: bounds(period)[0] for period in told.unique()}).astype("str")
        files = frame.loc[told.index, "source_file"]
        last = files.map({name: latest_day(name, column.ahead) for name in files.unique()}).astype("str")
        wrong = (begins != "") & ((begins < EARLIEST.isoformat()) | (begins > last))
        wrong = wrong.reindex(frame.index, fill_value=False)
        for place, row in frame[wrong].iterrows():
            dated = vintage_of(row["source_file"]) and not column.ahead
            until = f"{last[place]}, the day of the delivery" if dated else f"the end of {last[place][:4]}"
            expected = f"a {'day' if column.kind == 'date' else 'period'} from {EARLIEST.year} to {until}"
            remedy = "Look for a mistyped year; what is still to come is delivered when it has happened."
            problems.append(problem_of(row, row[column.name], expected, remedy, column.heading.en))
        held |= wrong
    return frame[~held], problems


def once_a_day(frame: pd.DataFrame, form: DeliveryFormat) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows of which the deliveries of one day say one thing.

    A row that stands alike in another file of that day counts once, for deliveries overlap. One that
    stands alike twice in its own file was copied: the later one is held back. Where the rows of a
    key differ, all of them are.
    """
    if frame.empty:
        return frame, []
    day = vintages(frame)
    alike = frame.assign(day=day).duplicated([*form.names, "day", "source_file"])
    overlapping = frame.assign(day=day).duplicated([*form.names, "day"]) & ~alike
    kept, problems = without_repeated(frame[~overlapping], form, day)
    return kept, problems


def without_repeated(
    frame: pd.DataFrame, form: DeliveryFormat, day: pd.Series | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Hold back rows that repeat a key: the later ones where all say the same, all where they differ.

    With ``day`` only rows of one day, and of one giver, are held against each other.
    """
    if frame.empty:
        return frame, []
    key = list(form.key) if day is None else [*form.key, *form.revised_within, "day"]
    dated = frame if day is None else frame.assign(day=day)
    again = dated.duplicated(key, keep=False)
    if not again.any():
        return frame, []
    names = form.names if day is None else [*form.names, "day"]
    same = dated.duplicated(names, keep=False).groupby([dated[column] for column in key], dropna=False).transform("all")
    held = (again & ~same) | (again & same & dated.duplicated(key))
    problems = []
    for _, group in dated[again].groupby(key, dropna=False, sort=False):
        rows = [row for _, row in group.iterrows()]
        places = [where(row) for row in rows]
        for number, (row, is_held) in enumerate(zip(rows, held[group.index], strict=True)):
            if is_held:
                others = [place for other, place in enumerate(places) if other != number]
                named = ", ".join(str(row[column]) for column in form.key if pd.notna(row[column]))
                remedy = f"It stands also in {', '.join(others[:3])}."
                problems.append(problem_of(row, named, "each key once", remedy, " + ".join(form.key)))
    return frame[~held], problems


def judge(
    frame: pd.DataFrame, form: DeliveryFormat, known: Mapping[str, Any], expectations: Path
) -> tuple[pd.DataFrame, list[Problem], list[Verdict]]:
    """The rows that meet the suite of the format, of all days together; what the others fail; what was checked.

    A row that came several times is judged once. Rows of one key go one after the other, for a suite
    may ask that keys be unique; so there are as many rounds as a key has versions.
    """
    newest_first = frame.loc[vintages(frame).sort_values(ascending=False, kind="stable").index] if len(frame) else frame
    versions = newest_first[~newest_first.duplicated(form.names)].sort_index()
    round_ = versions.groupby(list(form.key), dropna=False).cumcount() if len(versions) else pd.Series(dtype="int64")
    parts: list[pd.DataFrame] = []
    problems: list[Problem] = []
    verdicts: list[Verdict] = []
    for number in sorted(round_.unique()) or [0]:
        rows = versions[round_ == number] if len(versions) else versions
        verdict = validate(rows, form.suite, known, expectations)
        problems += located(verdict, rows, form)
        verdicts.append(verdict)
        parts.append(verdict.accepted)
    accepted = pd.concat(parts)
    if len(versions) == len(frame) or accepted.empty:
        return accepted.sort_index(), problems, verdicts
    said = pd.util.hash_pandas_object(frame[form.names], index=False)
    return frame[said.isin(said[accepted.index])], problems, verdicts


def located(verdict: Verdict, frame: pd.DataFrame, form: DeliveryFormat) -> list[Problem]:
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
            problems.append(problem_of(frame.loc[failure["index"]], found, expected, remedy, columns))
    return problems


def where(row: pd.Series) -> str:
    """File, sheet and row of a delivered row."""
    sheet = f" sheet {row['source_sheet']}" if row["source_sheet"] else ""
    return f"{row['source_file']}{sheet} row {row['source_row']}"


def problem_of(row: pd.Series, found: str, expected: str, remedy: str, column: str) -> Problem:
    """A problem at the place of a delivered row."""
    file, sheet, number = (row[name] for name in PLACE)
    return Problem(str(file), found, expected, remedy, row=int(number), column=column, sheet=str(sheet))
