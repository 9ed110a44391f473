"""From the files of one source to its tidy observations, with all that was held back and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from kpi import cache, fingerprint
from kpi.catalogue import Catalogue
from kpi.errors import DeliveryError, Problem
from kpi.register import register_key
from kpi.sources import SourceModule, module
from kpi.sources.delivery import PLACE, Delivery, read_delivery
from kpi.sources.extracts import read_extract
from kpi.sources.formats import DeliveryFormat
from kpi.sources.judged import SourceResult, judged, parameters
from kpi.sources.judging import in_time, judge, once_a_day, without_repeated
from kpi.sources.ledger import check_unchanged
from kpi.sources.vintages import current, days, settled, vintages, with_vintage
from kpi.validation import Verdict
from kpi.vintages import history

#: What was found, where a file could not be opened at all.
UNREADABLE = "an unreadable file"


def build_files(
    paths: Sequence[Path],
    source_id: str,
    catalogue: Catalogue,
    expectations: Path,
    *,
    is_sample: bool = False,
    earlier: Sequence[Path] = (),
) -> SourceResult:
    """Read files of one source together, check them, and normalise what is accepted.

    The steps are those of the page "what happens to a delivery": cells, times that cannot be,
    repeated keys, the suite of the format; then, for each day on which something came, what newer
    deliveries revise, the rules of the source, and the suite that every tidy table must pass. A row
    leaves at the first step that finds a problem with it, and revises nothing; all problems of a step
    are found. Problems that a newer delivery has settled are not told again.

    Args:
        paths: delivered files, CSV or workbook.
        source_id: whose they are.
        catalogue: gives code lists and units.
        expectations: folder of the suites.
        is_sample: marks every observation as made up.
        earlier: deliveries that rows of these files may refer to; nothing is told of them.
    """
    source = module(source_id)
    before = (
        {
            name: current(_stacked(_read(earlier, source, catalogue)[0], name, form), form)
            for name, form in source.FORMATS.items()
        }
        if earlier
        else {}
    )
    found, problems = _read(paths, source, catalogue)
    known = parameters(catalogue)
    frames: dict[str, pd.DataFrame] = {}
    again = 0
    verdicts: list[Verdict] = []
    for name, form in source.FORMATS.items():
        delivered = _stacked(found, name, form)
        possible, impossible = in_time(delivered, form)
        once, repeated = once_a_day(possible, form)
        again += len(possible) - len(once) - len(repeated)
        frames[name], failed, said = judge(once, form, known, expectations)
        verdicts += said
        mended = settled(_refused(found, name, delivered.drop(frames[name].index)), frames[name], form)
        problems = [p for p in (*problems, *impossible, *repeated, *failed) if (p.file, p.sheet, p.row) not in mended]
    states, broken, accepted = _states(frames, before, source, catalogue)
    own = {path.name for path in paths}
    broken = [problem for problem in broken if problem.file in own]
    result = SourceResult(
        source=source_id,
        observations=states[-1][1].assign(sample=is_sample).reset_index(drop=True),
        held_back=pd.DataFrame(),
        rows_read=sum(delivery.rows_read for delivery in found),
        rows_accepted=accepted,
        rows_replaced=again
        + sum(map(len, frames.values()))
        - accepted
        - len({(p.file, p.sheet, p.row) for p in broken}),
        files=tuple(paths),
        is_sample=is_sample,
        ignored_columns=tuple(dict.fromkeys(c for delivery in found for c in delivery.ignored_columns)),
        history=history(states).assign(sample=is_sample),
        verdicts=tuple(verdicts),
    )
    return judged(result, (*problems, *broken), catalogue, expectations)


def _states(
    frames: Mapping[str, pd.DataFrame],
    before: Mapping[str, pd.DataFrame],
    source: SourceModule,
    catalogue: Catalogue,
) -> tuple[list[tuple[str, pd.DataFrame]], list[Problem], int]:
    """What was known after the deliveries of each day; problems and accepted rows of the last of these states."""
    check = getattr(source, "check", None)
    states: list[tuple[str, pd.DataFrame]] = []
    broken: list[Problem] = []
    accepted = 0
    delivered = {name: frame.iloc[:0] for name, frame in frames.items()}
    for day in days(frames.values()):
        known, broken = {}, []
        for name, form in source.FORMATS.items():
            came = frames[name][vintages(frames[name]) == day]
            delivered[name] = current(pd.concat([delivered[name], came]).sort_index(), form)
            # Two givers of one key are told apart only here: each revises its own rows.
            known[name], repeated = without_repeated(delivered[name], form)
            broken += repeated
        met = {name: _beside(frame, before.get(name), source.FORMATS[name]) for name, frame in known.items()}
        broken += check(met, catalogue) if check else []
        accepted = sum(len(_without(frame, broken)) for frame in known.values())
        met = {name: _without(frame, broken) for name, frame in met.items()}
        states.append((day, with_vintage(source.normalise(met, catalogue))))
    return states, broken, accepted


def _beside(frame: pd.DataFrame, before: pd.DataFrame | None, form: DeliveryFormat) -> pd.DataFrame:
    """Rows with those delivered before them whose key they do not give again."""
    if before is None or before.empty:
        return frame
    key = list(form.key)
    known = before.merge(frame[key].drop_duplicates(), on=key, how="left", indicator="met")["met"].eq("both")
    return pd.concat([frame, before[~known.to_numpy()]], ignore_index=True)


def _read(paths: Sequence[Path], source: SourceModule, catalogue: Catalogue) -> tuple[list[Delivery], list[Problem]]:
    """Deliveries of all files: by the source's own reader, where it has one, else by its formats."""
    read = getattr(source, "read", None) or (lambda path, known: _by_format(path, source, known))
    found: list[Delivery] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            check_unchanged(path)
            found += cache.once(path, partial(_read_from, path, catalogue), partial(read, path, catalogue))
        except DeliveryError as error:
            # One file that cannot be opened must not stop the others.
            reason = str(error).removeprefix(f"{path}: ").removeprefix(f"{path}, ")
            sentence = reason[:1].upper() + reason[1:]
            problems.append(Problem(path.name, UNREADABLE, "a delivery of this source", sentence))
    return found, problems + [problem for delivery in found for problem in delivery.problems]


def _read_from(path: Path, catalogue: Catalogue) -> str:
    return fingerprint.of(fingerprint.of_file(path), register_key(catalogue))


def _by_format(path: Path, source: SourceModule, catalogue: Catalogue) -> tuple[Delivery, ...]:
    """A file of single events where a format takes such files, else a table with headings."""
    extract = read_extract(path, source.FORMATS, catalogue)
    return (extract,) if extract else read_delivery(path, source.FORMATS, catalogue)


def _refused(found: Iterable[Delivery], name: str, dropped: pd.DataFrame) -> pd.DataFrame:
    """Rows that were not accepted and whose key is known."""
    unread = [delivery.refused for delivery in found if delivery.form == name and len(delivery.refused)]
    return pd.concat([dropped, *unread], ignore_index=True)


def _stacked(found: Iterable[Delivery], name: str, form: DeliveryFormat) -> pd.DataFrame:
    frames = [delivery.frame for delivery in found if delivery.form == name and len(delivery.frame)]
    if not frames:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in (*form.names, *PLACE)})
    # The order in which files are named decides nothing.
    names = [str(frame["source_file"].iloc[0]) for frame in frames]
    in_order = sorted(range(len(frames)), key=names.__getitem__)
    return pd.concat([frames[number] for number in in_order], ignore_index=True)


def _without(frame: pd.DataFrame, problems: Iterable[Problem]) -> pd.DataFrame:
    broken = {(p.file, p.sheet, p.row) for p in problems}
    if not broken or frame.empty:
        return frame
    places = zip(*(frame[name] for name in PLACE), strict=True)
    return frame[[place not in broken for place in places]]
