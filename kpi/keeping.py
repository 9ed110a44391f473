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
_Key = TypeVar("_Key")
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


class Latest(dict[_Key, _R]):
    """What was made last; beyond ``most`` the oldest goes, and is made again should somebody ask."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: _Key, made: _R) -> None:
        super().__setitem__(key, made)
        if len(self) > self._most:
            del self[next(iter(self))]


def kept(make: Callable[Concatenate[_K, _P], _R]) -> Callable[Concatenate[_K, _P], _R]:
    """Have a function make something of its first argument once, and keep it there, by its other arguments."""

    @wraps(make)
    def ask(keeper: _K, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        key = (ask, args, *sorted(kwargs.items()))
        if key not in keeper.kept:
            keeper.kept[key] = make(keeper, *args, **kwargs)
        made: _R = keeper.kept[key]
        return made

    return ask


def drop(keeper: Keeper, ask: Callable[..., Any]) -> None:
    """Have a keeper forget what a function marked :func:`kept` made of it: asked again, it makes it again."""
    for key in [key for key in keeper.kept if key[0] is ask]:
        del keeper.kept[key]
