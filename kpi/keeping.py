"""Results kept with what they were made of: whoever reads a folder many times must not keep them all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar


class Keeper(Protocol):
    """Something that results are kept with; they go when it goes."""

    @property
    def kept(self) -> dict[Any, Any]:
        """What was made of it so far."""


_K = TypeVar("_K", bound=Keeper)
_P = ParamSpec("_P")
_R = TypeVar("_R")
_T = TypeVar("_T")


def of_last(make: Callable[[_T], _R]) -> Callable[[_T], _R]:
    """Have a function keep what it made of the last thing it was given: one register is asked about again and again."""
    held: list[tuple[_T, _R]] = []

    @wraps(make)
    def ask(thing: _T, /) -> _R:
        if not held or held[0][0] is not thing:
            held[:] = [(thing, make(thing))]
        return held[0][1]

    return ask


def kept(make: Callable[Concatenate[_K, _P], _R]) -> Callable[Concatenate[_K, _P], _R]:
    """Have a function make something of its first argument once, and keep it there, by its other arguments."""

    @wraps(make)
    def ask(keeper: _K, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        key = (make, args, *sorted(kwargs.items()))
        if key not in keeper.kept:
            keeper.kept[key] = make(keeper, *args, **kwargs)
        made: _R = keeper.kept[key]
        return made

    return ask
