"""A Dask cluster that renders pages: connecting to it, and refusing one whose workers would give other pages.

A cluster runs code for whoever reaches its scheduler: it belongs on a network of one's own, or behind TLS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kpi.errors import KpiError, UsageError
from kpi.reporting.executors import differences
from kpi.reporting.worker import rest, versions

if TYPE_CHECKING:
    from distributed import Client

#: Seconds in which a scheduler answers, and in which a first worker is there.
ANSWER, FIRST_WORKER = 5, 10
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:]+\]|[^\s:/\[\]]+):\d{1,5}")


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The workers of a scheduler as an executor, and how many pages they render at once.

    Certificates of a ``tls://`` address are those that Dask's own configuration names.

    Raises:
        UsageError: Dask is not installed, or the address is none.
        KpiError: nobody answers there, it has no worker, or a worker has other versions.
    """
    try:
        from distributed import Client, Security  # noqa: PLC0415  (an extra, and slow to import)
    except ImportError as error:
        msg = f"A Dask cluster needs the package distributed ({error}): pip install 'brussels-kpi[dask]'."
        raise UsageError(msg) from error
    if not _ADDRESS.fullmatch(address):
        msg = f"{address!r} is no address of a Dask scheduler: expected one such as tcp://10.0.0.5:8786 or tls://..."
        raise UsageError(msg)
    security = Security()
    if address.startswith("tls://") and not security.get_connection_args("client").get("ssl_context"):
        msg = f"{address} needs certificates: name them in Dask's configuration, as docs/scale.md shows."
        raise UsageError(msg)
    try:
        client = Client(address, timeout=ANSWER, security=security, set_as_default=False)
    except OSError as error:
        msg = f"No Dask scheduler answers at {address} within {ANSWER} s; is it running, and reachable? {_short(error)}"
        raise KpiError(msg) from error
    with client:
        # Not "pure": a page that is tried again is a new task, not the failed one again.
        yield client.get_executor(pure=False), _places(client, address)
        with suppress(Exception):  # the pages are here: what a worker still keeps ends by itself
            client.run(rest)


def _places(client: Client, address: str) -> int:
    """How many pages all workers render at once; each of them must have the versions of this process."""
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER)
    except TimeoutError as error:
        msg = f"The Dask scheduler at {address} has no worker: start one with 'dask worker {address}' and run again."
        raise KpiError(msg) from error
    there: Mapping[str, Mapping[str, str] | Exception] = client.run(versions, on_error="return")
    for worker, found in sorted(there.items()):
        if isinstance(found, BaseException):
            msg = (
                f"Worker {worker} cannot tell its versions: {_short(found)}. Install brussels-kpi there as it is here."
            )
            raise KpiError(msg)
        if other := differences(found, versions()):
            msg = f"Worker {worker} would give other pages: it has {other}. Install the same versions on all machines."
            raise KpiError(msg)
    return sum(client.nthreads().values())


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
