"""Which further cells must go so that no hidden one can be computed from what is shown: exact, and with numpy alone.

What a reader knows: every shown value, which sums hold between cells, that a hidden count is at least
one (a zero is shown) and a hidden amount is above zero. A hidden cell is safe when a table with another
value in its place fits all of that; each safe cell is proved by such a table, a *move* from the true one.
Moves are sums of one or two vectors of the null space of the sums. A cell for which none is found counts as
computable, so an error is on the careful side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Vector = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_TINY = 1e-9
#: Fractions that appear in the null space of sums of cells; a move of counts is scaled to whole numbers.
_DENOMINATORS = (1, 2, 3, 4, 6, 12)
#: Pairs of moves tried at once for a cell that no single move proves safe.
_MOST_PAIRS = 20_000


@dataclass(frozen=True)
class Sum:
    """One cell is the sum of others, without those in ``less``. Cells are positions in the table."""

    whole: int
    parts: tuple[int, ...]
    less: tuple[int, ...] = ()

    @property
    def members(self) -> tuple[int, ...]:
        """All cells of the sum."""
        return (self.whole, *self.parts, *self.less)


def hide(values: Vector, counted: Flags, sums: Sequence[Sum], primary: Flags, cost: Vector) -> Flags:
    """The cells to hide: the primary ones, and as little more as a greedy choice finds.

    Args:
        values: all cells.
        counted: which cells are whole numbers of units.
        sums: the additive relations between cells, true for ``values``.
        primary: the cells that must be hidden, none of which is zero.
        cost: what is lost with each cell; the cheapest one of a sum goes first. Zeros are never hidden.
    """
    hidden = primary.copy()
    of_cell = _sums_of_cells(sums, len(values))
    while True:
        bad = np.flatnonzero(hidden & ~safe(values, counted, sums, hidden))
        added = 0
        done: set[int] = set()
        for cell in bad:
            choice = _cheapest(int(cell), of_cell, sums, hidden, values, cost, done)
            if choice is not None:
                hidden[choice] = True
                added += 1
        if not added:
            return hidden


def safe(values: Vector, counted: Flags, sums: Sequence[Sum], hidden: Flags) -> Flags:
    """Which hidden cells are proved not to be computable; see the module."""
    proved = hidden.copy()
    for cells, matrix in _components(sums, hidden):
        proved[cells] = _proved(values[cells], counted[cells], matrix)
    return proved


def _sums_of_cells(sums: Sequence[Sum], size: int) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(size)]
    for number, total in enumerate(sums):
        for cell in total.members:
            found[cell].append(number)
    return found


def _cheapest(
    cell: int,
    of_cell: Sequence[Sequence[int]],
    sums: Sequence[Sum],
    hidden: Flags,
    values: Vector,
    cost: Vector,
    done: set[int],
) -> int | None:
    """A shown cell that stands in a sum with this one: of the sum with the fewest hidden cells, the cheapest."""
    seen, frontier = {cell}, [cell]
    while frontier:
        numbers = sorted({number for member in frontier for number in of_cell[member]})
        if any(number in done for number in numbers):
            return None  # another cell of this sum was just helped: look again first
        options = []
        for number in numbers:
            members = sums[number].members
            shown = [member for member in members if not hidden[member] and values[member] != 0]
            if shown:
                best = min(shown, key=lambda member: (cost[member], member))
                options.append((sum(bool(hidden[m]) for m in members), cost[best], best, number))
        if options:
            *_, best, number = min(options)
            done.add(number)
            return best
        reached = {m for number in numbers for m in sums[number].members if hidden[m]} - seen
        seen |= reached
        frontier = sorted(reached)
    return None


def _components(sums: Iterable[Sum], hidden: Flags) -> Iterator[tuple[list[int], Vector]]:
    """Hidden cells that stand in sums together, and those sums as a matrix over them."""
    rows = [row for total in sums if (row := _row(total, hidden))]
    leader: dict[int, int] = {cell: cell for row in rows for cell in row}

    def find(cell: int) -> int:
        while leader[cell] != cell:
            leader[cell] = leader[leader[cell]]
            cell = leader[cell]
        return cell

    for row in rows:
        first, *others = row
        for other in others:
            leader[find(other)] = find(first)
    groups: dict[int, list[dict[int, float]]] = {}
    for row in rows:
        groups.setdefault(find(next(iter(row))), []).append(row)
    for group in groups.values():
        cells = sorted({cell for row in group for cell in row})
        place = {cell: position for position, cell in enumerate(cells)}
        matrix = np.zeros((len(group), len(cells)))
        for number, row in enumerate(group):
            for cell, coefficient in row.items():
                matrix[number, place[cell]] = coefficient
        yield cells, matrix


def _row(total: Sum, hidden: Flags) -> dict[int, float]:
    """The hidden cells of a sum: what is shown of it is a known number."""
    signs = {**dict.fromkeys(total.parts, 1.0), **dict.fromkeys((total.whole, *total.less), -1.0)}
    return {cell: sign for cell, sign in signs.items() if hidden[cell]}


def _proved(values: Vector, counted: Flags, matrix: Vector) -> Flags:
    moves = null_space(matrix)
    proved = np.zeros(len(values), dtype=bool)
    if not len(moves):
        return proved
    if not counted.any():
        # An amount above zero may go up and down a little: any direction will do.
        return np.asarray((np.abs(moves) > _TINY).any(axis=0))
    moves = _whole(moves)
    if np.allclose(matrix @ values, 0):
        moves = np.vstack([moves, values])  # nothing of these sums is shown: twice the table fits too
    both = np.vstack([moves, -moves])
    proved |= _reached(both, values, counted)
    for cell in np.flatnonzero(~proved):
        if proved[cell]:
            continue
        through = both[np.abs(both[:, cell]) > _TINY]
        step = max(1, _MOST_PAIRS // max(1, len(both)))
        for start in range(0, min(len(through), step), 16):
            pairs = (through[start : start + 16, None, :] + both[None, :, :]).reshape(-1, len(values))
            proved |= _reached(pairs, values, counted)
            if proved[cell]:
                break
    return proved


def _reached(moves: Vector, values: Vector, counted: Flags) -> Flags:
    """Cells that a move changes, of the moves after which every count is still one or more."""
    # Amounts are above zero and moves of them can be as small as needed.
    fits = ((values + moves >= 1 - _TINY) | ~counted).all(axis=1)
    return np.asarray((np.abs(moves[fits]) > _TINY).any(axis=0))


def null_space(matrix: Vector) -> Vector:
    """A basis of the vectors that the matrix takes to zero, one a row, by Gauss-Jordan elimination.

    >>> null_space(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, -1.0]])).tolist()
    [[-1.0, 1.0, 1.0]]
    """
    reduced = matrix.astype("float64").copy()
    pivots: list[int] = []
    row = 0
    for column in range(reduced.shape[1]):
        if row == len(reduced):
            break
        best = row + int(np.argmax(np.abs(reduced[row:, column])))
        if abs(reduced[best, column]) <= _TINY:
            continue
        reduced[[row, best]] = reduced[[best, row]]
        reduced[row] /= reduced[row, column]
        others = np.abs(reduced[:, column]) > _TINY
        others[row] = False
        reduced[others] -= np.outer(reduced[others, column], reduced[row])
        pivots.append(column)
        row += 1
    free = [column for column in range(reduced.shape[1]) if column not in set(pivots)]
    basis = np.zeros((len(free), reduced.shape[1]))
    for number, column in enumerate(free):
        basis[number, column] = 1.0
        basis[number, pivots] = -reduced[: len(pivots), column]
    return basis


def _whole(moves: Vector) -> Vector:
    """Each move times the smallest number that makes it whole; a move for which there is none is left out."""
    kept = []
    for move in moves:
        for factor in _DENOMINATORS:
            scaled = move * factor
            if np.allclose(scaled, np.round(scaled), atol=1e-7):
                kept.append(np.round(scaled))
                break
    return np.array(kept).reshape(-1, moves.shape[1])
