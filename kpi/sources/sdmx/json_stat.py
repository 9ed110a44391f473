"""JSON-stat 2.0, as the statistics API answers: values and statuses by the number of their cell."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from kpi.catalogue import DataSet
from kpi.errors import DeliveryError
from kpi.parsing.periods import frequency
from kpi.sources.sdmx.cells import Cell, read_parts, shown
from kpi.sources.sdmx.files import data_set_by_code, data_set_by_name, read_json
from kpi.sources.sdmx.harvest import FREQ, Harvest, Reading, read_period
from kpi.sources.sdmx.updates import read_update

_TIME = {"time", "time_period"}
_MOST_CELLS = 100_000_000
_Raw = tuple[str, str]


class _Cube(NamedTuple):
    """Dimensions with their codes in order; the cells are numbered row by row, the last dimension fastest."""

    dims: list[str]
    codes: list[list[str]]
    values: Mapping[int, Any]
    statuses: Mapping[int, Any]

    @property
    def cells(self) -> int:
        return math.prod(len(codes) for codes in self.codes)

    def described(self, number: int) -> str:
        """The codes of a cell, for a message."""
        told = []
        for name, codes in zip(reversed(self.dims), reversed(self.codes), strict=True):
            number, place = divmod(number, len(codes))
            told.append(f"{name}={codes[place]}")
        return " ".join(reversed(told))


def read_json_stat(path: Path, known: Sequence[DataSet]) -> Reading:
    """Read a JSON-stat 2.0 file; the row of an observation is the number of its cell.

    Raises:
        DeliveryError: no JSON-stat data set, one that does not fit its own dimensions, or one that is not declared.
    """
    content = read_json(path)
    extension = content.get("extension")
    code = extension.get("id", "") if isinstance(extension, dict) else ""
    data_set = data_set_by_code(path, str(code), known) if code else data_set_by_name(path, known)
    cube = _cube(path, content)
    harvest = Harvest(path.name, data_set, updated=read_update(str(content.get("updated", ""))))
    names = [name for name in cube.dims if name not in _TIME]
    if len(names) != len(cube.dims) - 1:
        harvest.problem(f"the dimensions {', '.join(cube.dims)}", "one dimension of time")
    elif harvest.dimensions_fit(names, row=None):
        unreadable = _count(harvest, cube)
        _keep(harvest, cube, unreadable)
    return harvest.finish()


def _cube(path: Path, content: Mapping[str, Any]) -> _Cube:
    """The cube, if it says the same everywhere about its size.

    Raises:
        DeliveryError: dimensions, sizes, values or statuses do not fit each other.
    """
    try:
        return _checked_cube(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"{path}: no whole JSON-stat data set ({type(error).__name__}: {str(error)[:80]}); download it again."
        raise DeliveryError(msg) from error


def _checked_cube(content: Mapping[str, Any]) -> _Cube:
    dims = [str(name).casefold() for name in content["id"]]
    by_name = {str(name).casefold(): entry for name, entry in content["dimension"].items()}
    codes = [_codes(by_name[name]["category"]) for name in dims]
    if [len(part) for part in codes] != content["size"] or math.prod(content["size"]) > _MOST_CELLS:
        msg = "its sizes are not those of its dimensions"
        raise ValueError(msg)
    cells = math.prod(content["size"])
    statuses = content.get("status", {})
    if isinstance(statuses, str):
        statuses = [statuses] * cells
    return _Cube(dims, codes, _numbered(content["value"], cells), _numbered(statuses, cells))


def _codes(category: Mapping[str, Any]) -> list[str]:
    index = category.get("index", list(category.get("label", {})))
    if isinstance(index, dict):
        places = sorted(index, key=lambda code: int(index[code]))
        if [int(index[code]) for code in places] != list(range(len(places))):
            msg = "the codes of a dimension are not numbered one by one"
            raise ValueError(msg)
        index = places
    if len(set(index)) < len(index):
        msg = "a code stands twice"
        raise ValueError(msg)
    return [str(code) for code in index]


def _numbered(given: Any, cells: int) -> dict[int, Any]:
    """What is given by cell number; null is "not given"."""
    if isinstance(given, list) and len(given) not in {0, cells}:
        msg = f"{len(given)} entries for {cells} cells"
        raise ValueError(msg)
    pairs = enumerate(given) if isinstance(given, list) else ((int(name), part) for name, part in given.items())
    found = {number: part for number, part in pairs if part is not None}
    if found and not 0 <= min(found) <= max(found) < cells:
        msg = f"a cell beyond the last of {cells}"
        raise ValueError(msg)
    return found


def _raw(cube: _Cube, number: int) -> _Raw:
    value = cube.values.get(number, "")
    # A truth value or a nested thing is no number; its text is none either.
    text = str(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else "?"
    if isinstance(value, float):
        text = repr(value).replace("e", "E")
    return text, str(cube.statuses.get(number, "")).lstrip(": ")


def _read(raw: _Raw) -> Cell:
    return read_parts(*raw)


def _count(harvest: Harvest, cube: _Cube) -> set[int]:
    """Count all cells; gives the numbers of those that cannot be read."""
    given = sorted(cube.values.keys() | cube.statuses.keys())
    raws = [_raw(cube, number) for number in given]
    harvest.tally.add_missing(cube.cells - len(given))
    unreadable = harvest.tally.add(Counter(raws), _read)
    lost = set()
    for number, raw in zip(given, raws, strict=True):
        if raw in unreadable:
            lost.add(number)
            harvest.unreadable(unreadable[raw], number, cube.described(number))
    return lost


def _keep(harvest: Harvest, cube: _Cube, unreadable: set[int]) -> None:
    for number, codes in _kept(harvest, cube):
        time = next(name for name in cube.dims if name in _TIME)
        try:
            period = read_period(codes.pop(time))
        except ValueError:
            harvest.problem(shown(cube.described(number)), "a period such as 2019-01", row=number, column=time)
            continue
        target = harvest.target(codes)
        if FREQ in codes and frequency(period) != codes[FREQ]:
            found = f"{period} under frequency {codes[FREQ]}"
            harvest.problem(found, "a period of its frequency", row=number, column=time)
        elif target and number not in unreadable:
            harvest.keep(target, period, _read(_raw(cube, number)), number)


def _kept(harvest: Harvest, cube: _Cube) -> Iterator[tuple[int, dict[str, str]]]:
    """Numbers and codes of the cells under kept codes; only those are looked at one by one."""
    wanted = harvest.wanted
    chosen = []
    for name, codes in zip(cube.dims, cube.codes, strict=True):
        harvest.see(name, codes)
        chosen.append([place for place, code in enumerate(codes) if name in _TIME or code in wanted[name]])
    for places in product(*chosen):
        number = 0
        for place, codes in zip(places, cube.codes, strict=True):
            number = number * len(codes) + place
        yield number, {name: part[place] for name, part, place in zip(cube.dims, cube.codes, places, strict=True)}
