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
