"""A scheduled report reads what is in the project: while it runs, only this machine can be reached."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_HERE = frozenset({"localhost", "127.0.0.1", "::1", "", None})


def _refuse(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in _HERE:
        msg = f"no network in a scheduled report: {name} was asked for; kpi fetch brings data into data/"
        raise ConnectionRefusedError(msg)


@contextmanager
def offline() -> Iterator[None]:
    """Connections and name look-ups beyond the loopback raise; a notebook's own processes are not watched."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connect_here(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):  # a unix socket has a path instead
            _refuse(address[0])
        connect(self, address)

    def look_up_here(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse(host)
        return look_up(host, *args, **kwargs)

    socket.socket.connect, socket.getaddrinfo = connect_here, look_up_here  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        socket.socket.connect, socket.getaddrinfo = connect, look_up  # type: ignore[method-assign]
