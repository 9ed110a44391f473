"""What must come of a damaged delivery: the untouched rows as they were, a place or a sentence for all else."""

from __future__ import annotations

import json
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from kpi.catalogue import Catalogue
from kpi.errors import DeliveryError, Problem
from kpi.sources import module
from kpi.sources.build import build_files
from kpi.sources.delivery import Delivery, read_delivery
from tests.damage.corpus import Variant, corpus
from tests.damage.valid import BINARY_ONLY, SURNAME, Valid

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10
MEMORY = 3_000_000_000
_LONGEST_SENTENCE = 1500
_Row = tuple[Any, ...]


class TooLongError(BaseException):
    """A variant took longer than any delivery may."""


@contextmanager
def limited() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TooLongError

    # Seconds of work, not of the clock: machines are busy.
    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def read(path: Path, source_id: str, catalogue: Catalogue) -> tuple[Delivery, ...]:
    source = module(source_id)
    own = getattr(source, "read", None)
    return own(path, catalogue) if own else read_delivery(path, source.FORMATS, catalogue)


def faults(variant: Variant, folder: Path, catalogue: Catalogue) -> list[str]:
    """Everything that is wrong with how a variant was read; nothing where all is well."""
    path = folder / variant.file
    if variant.write:
        variant.write(path)
    else:
        path.write_bytes(variant.content)
    try:
        with limited():
            found = read(path, variant.source, catalogue)
    except DeliveryError as error:
        return _sentence(str(error)) + ([] if variant.whole else [f"refused as a whole: {error}"])
    except TooLongError:
        return [f"took more than {SECONDS} s"]
    except Exception:  # noqa: BLE001  (a traceback is what is looked for)
        return [f"a traceback: {traceback.format_exc(limit=-3)}"]
    problems = [problem for delivery in found for problem in delivery.problems]
    wrong = [fault for problem in problems for fault in _sentence(str(problem))]
    told = repr([delivery.frame.to_dict("records") for delivery in found])
    if SURNAME.casefold() in told.casefold():
        wrong.append("a name stands in the rows")
    if variant.base is None:
        rows = sum(len(delivery.frame) for delivery in found)
        if rows and variant.source not in BINARY_ONLY:
            wrong.append(f"{rows} rows accepted of a file that holds none")
        return wrong
    wrong += _against(variant, variant.base, found, problems, catalogue)
    if variant.build and not wrong:
        wrong += _built(variant, variant.base, path, catalogue)
    return wrong


def _sentence(text: str) -> list[str]:
    wrong = []
    if SURNAME.casefold() in text.casefold():
        wrong.append(f"a name is told: {text}")
    if len(text) > _LONGEST_SENTENCE:
        wrong.append(f"a sentence of {len(text)} letters: {text[:200]}")
    if not text.isprintable():
        wrong.append(f"signs that cannot be printed: {text!r}")
    return wrong


def _rows(delivery: Delivery, names: list[str]) -> list[_Row]:
    frame = delivery.frame.reindex(columns=names).astype("object")
    return [tuple(None if cell != cell else cell for cell in row) for row in frame.itertuples(index=False, name=None)]  # noqa: PLR0124


_KNOWN: dict[str, list[_Row]] = {}


def _undamaged(base: Valid, catalogue: Catalogue) -> list[_Row]:
    if base.file not in _KNOWN:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / base.file
            path.write_text(base.csv(), encoding="utf-8")
            (delivery,) = read(path, base.source, catalogue)
        if delivery.problems or len(delivery.frame) != len(base.rows):
            msg = f"{base.file} is no valid delivery: {delivery.problems}"
            raise ValueError(msg)
        _KNOWN[base.file] = _rows(delivery, base.form.names)
    return _KNOWN[base.file]


def _against(
    variant: Variant, base: Valid, found: tuple[Delivery, ...], problems: list[Problem], catalogue: Catalogue
) -> list[str]:
    """Every accepted row is one of the undamaged delivery; what is missing was touched, and is told with its row."""
    expected = _undamaged(base, catalogue)
    got = Counter(row for delivery in found for row in _rows(delivery, base.form.names))
    # What only the suites can tell is judged by what is built.
    wrong = [] if variant.build else [f"silently read: {row}" for row in got if row not in expected]
    copies = 2 if "copied" in variant.name else 1
    wrong += [
        f"read {times} times: {row}"
        for row, times in got.items()
        if row in expected and times > copies * expected.count(row)
    ]
    missing = [number for number, row in enumerate(expected) if got[row] == 0]
    heading_rows = {None, *(problem.row for problem in problems if problem.row is not None and not got)}
    if missing and not got and variant.whole and any(problem.row in heading_rows for problem in problems):
        return wrong
    wrong += [f"row {number} was lost: {expected[number]}" for number in missing if number not in variant.touched]
    told = {problem.row for problem in problems}
    # What stood beyond a cut nobody can tell; that the last row is not whole must be told.
    cut = "cut off" in variant.name or "on one line" in variant.name
    if not variant.build and missing and len(told) < (1 if cut else len(missing)) and None not in told:
        wrong.append(f"{len(missing)} rows missing, {len(told)} told: {[str(p) for p in problems]}")
    return wrong


def _built(variant: Variant, base: Valid, path: Path, catalogue: Catalogue) -> list[str]:
    """The whole way: observations are those of all rows, or of the rows that were not touched; no name anywhere."""
    try:
        with limited():
            result = build_files([path], variant.source, catalogue, ROOT / "expectations")
    except TooLongError:
        return [f"building took more than {SECONDS} s"]
    except Exception:  # noqa: BLE001  (a traceback is what is looked for)
        return [f"a traceback while building: {traceback.format_exc(limit=-3)}"]
    wrong = []
    if SURNAME.casefold() in (result.observations.to_csv() + result.held_back.to_csv()).casefold():
        wrong.append("a name stands in the tables")
    values = _values(result.observations)
    kept = tuple(row for number, row in enumerate(base.rows) if number not in variant.touched)
    everything = _reference(base, base.rows, path.parent, catalogue)
    if values not in (everything, _reference(base, kept, path.parent, catalogue)):
        wrong.append(f"silently other numbers: {sorted((values - everything).items())[:3]}")
    if len(values) < len(everything) and result.held_back.empty:
        wrong.append("rows were lost without a word")
    return wrong


_BUILT: dict[tuple[str, tuple[tuple[str, ...], ...]], Counter[_Row]] = {}


def _reference(base: Valid, rows: tuple[tuple[str, ...], ...], folder: Path, catalogue: Catalogue) -> Counter[_Row]:
    if (base.file, rows) not in _BUILT:
        path = folder / "undamaged.csv"
        path.write_text(replace(base, rows=rows).csv(), "utf-8")
        observations = build_files([path], base.source, catalogue, ROOT / "expectations").observations
        _BUILT[base.file, rows] = _values(observations)
    return _BUILT[base.file, rows]


def _values(observations: Any) -> Counter[_Row]:
    columns = [c for c in observations.columns if c not in {"source_ref", "vintage"}]
    return Counter(map(tuple, observations[columns].astype("str").itertuples(index=False, name=None)))


def main(part: int, parts: int, wanted: str = "") -> int:
    """Judge every so-manieth variant and print what is wrong as JSON; the last line counts them."""
    from kpi.register import load_catalogue

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    catalogue = load_catalogue(ROOT / "data" / "catalogue")
    import great_expectations  # noqa: F401  (its import is not the time of a variant)

    variants = [v for v in corpus(ROOT, part, parts) if wanted in v.name]
    with tempfile.TemporaryDirectory() as folder:
        for number, variant in enumerate(variants):
            started = time.monotonic()
            place = Path(folder) / str(number)
            place.mkdir()
            wrong = faults(variant, place, catalogue)
            seconds = time.monotonic() - started
            if wrong or seconds > 1:
                _tell({"variant": variant.name, "seconds": round(seconds, 1), "wrong": wrong})
            for file in place.glob("*"):
                if file.is_file():
                    file.unlink()
    _tell({"judged": len(variants), "seconds": round(time.process_time(), 1)})
    return 0


def _tell(entry: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(entry) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
