"""Millions of sales to monthly rows, and on to what is derived of them: the package beside pandas by hand.

    python -m benchmarks.events WAY FILE WARM

is the part that runs in a process of its own, which is how its peak of memory is known; it does a small file before, so
that nothing is loaded while the clock runs. By hand, the codes are a dictionary, and nothing is checked or traced back.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, Row, Used, in_turns, python, row

GROUP = "events"
AGGREGATE, BY_HAND = "aggregated", "aggregated by plain pandas"
DERIVE, DERIVE_BY_HAND = "normalised, checked, derived", "normalised, derived by plain pandas"
FEW = 1000
#: How channels and venues are written in the file, and their codes.
CHANNELS = {"Arsene 50": "arsene50", "Box Office": "box-office", "Online": "online", "visit.brussels": "visit-brussels"}
VENUES = {
    "Kanal": "kanal",
    "Musea": "museums",
    "Attractions": "attractions",
    "Événements": "events",
    "Musées": "museums",
}


def measure(tell: Callable[[str], None], *, millions: list[float], times: int) -> list[Row]:
    """Each number of events by each way, in turns.

    Raises:
        ValueError: the ways do not agree on what comes out.
    """
    rows: list[Row] = []
    for number in millions:
        count = int(number * 1e6)
        with tempfile.TemporaryDirectory() as name:
            path, warm = Path(name) / "sales.parquet", Path(name) / "few.parquet"
            python("benchmarks.events", "make", path, str(count))
            python("benchmarks.events", "make", warm, str(FEW))
            ways = {way: partial(inside, way, path, warm) for way in WAYS}
            uses, errors = in_turns(ways, times, lambda text, n=number: tell(f"{n:g} million {text}"))
        for pair in ((AGGREGATE, BY_HAND), (DERIVE, DERIVE_BY_HAND)):
            found = {used.output for way in pair for used in uses[way]}
            if len(found) > 1:
                msg = f"{number:g} million events, {pair[0]}: the ways differ: {sorted(found)}"
                raise ValueError(msg)
        rows += [row(GROUP, f"{number:g} million {way}", uses[way], count, errors.get(way, "")) for way in WAYS]
    return rows


def inside(way: str, path: Path, warm: Path) -> Used:
    """One way in a process of its own; its output is what came out."""
    used = python("benchmarks.events", way, path, warm)
    told = json.loads(used.output)
    return replace(used, seconds=told["seconds"], cpu=0.0, output=json.dumps(told["result"]))


def make(path: Path, rows: int) -> None:
    """Ten years of made-up sales: moment, channel, venue, tickets, and a buyer that nobody reads."""
    import duckdb

    def one_of(names: dict[str, str], salt: int) -> str:
        return f"{list(names)}[(hash(n + {salt}) % {len(names)} + 1)::int]"

    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        connection.execute(f"""
            copy (
                select
                    timestamp '2015-01-01' + to_seconds((hash(n) % 315360000)::bigint) as sold_at,
                    {one_of(CHANNELS, 1)} as channel,
                    {one_of(VENUES, 2)} as venue,
                    (hash(n + 3) % 6 + 1)::int as tickets,
                    'buyer ' || hash(n + 4) as buyer
                from range({rows}) t(n)
            ) to '{path}' (format parquet)
        """)  # noqa: S608  (our own names and numbers)


def aggregate(path: Path) -> Any:
    """Monthly rows by the spellings of the file, as :mod:`kpi.events` makes them."""
    from kpi.events import aggregate as by_month
    from kpi.sources.ticketing import FORMATS

    extract = FORMATS["sales"].events
    assert extract is not None  # noqa: S101  (the format of this source takes events)
    rows = by_month(path, extract)
    return len(rows), int(rows["tickets"].sum())


def aggregate_by_hand(path: Path) -> Any:
    """As an analyst would write it: read the columns that are needed, group, add up."""
    import pandas as pd

    frame = pd.read_parquet(path, columns=["sold_at", "channel", "venue", "tickets"])
    rows = frame.groupby([frame["sold_at"].dt.to_period("M"), "channel", "venue"])["tickets"].sum()
    return len(rows), int(rows.sum())


def derive(path: Path) -> Any:
    """All that a build does with a delivery: codes, keys, suites, tidy rows; then sums, slices and years."""
    from kpi.derive import derive as derived
    from kpi.project import Project
    from kpi.sources.build import build_files

    catalogue = _PROJECT.setdefault("one", Project(ROOT)).catalogue
    tidy = build_files([path], "ticketing", catalogue, ROOT / "expectations").observations
    found = derived(tidy, catalogue)
    sold = found[found["indicator"].eq("tickets-sold") & found["freq"].eq("A") & found["time_period"].eq("2019")]
    by_channel = sold[sold["channel"].ne("_T")].set_index("channel")["obs_value"]
    return {
        "whole": int(sold.loc[sold[["channel", "place"]].eq("_T").all(axis=1), "obs_value"].iloc[0]),
        **_whole(by_channel),
    }


def derive_by_hand(path: Path) -> Any:
    """The same sums: by month and year, in all and by each of channel and venue."""
    import pandas as pd

    frame = pd.read_parquet(path, columns=["sold_at", "channel", "venue", "tickets"])
    coded = frame.assign(
        month=frame["sold_at"].dt.to_period("M"),
        channel=frame["channel"].map(CHANNELS),
        venue=frame["venue"].map(VENUES),
    )
    cells = coded.groupby(["month", "channel", "venue"])["tickets"].sum().reset_index()
    years = cells.assign(year=cells["month"].dt.year)
    sums = [
        cells.groupby("month")["tickets"].sum(),
        years.groupby("year")["tickets"].sum(),
        years.groupby(["year", "channel"])["tickets"].sum(),
        years.groupby(["year", "venue"])["tickets"].sum(),
    ]
    return {"whole": int(sums[1][2019]), **_whole(sums[2][2019])}


def _whole(by_channel: Any) -> dict[str, int]:
    return {str(channel): int(tickets) for channel, tickets in sorted(by_channel.items())}


_PROJECT: dict[str, Any] = {}
WAYS: dict[str, Callable[[Path], Any]] = {
    AGGREGATE: aggregate,
    BY_HAND: aggregate_by_hand,
    DERIVE: derive,
    DERIVE_BY_HAND: derive_by_hand,
}


def main(way: str, path: str, more: str) -> None:
    if way == "make":
        make(Path(path), int(more))
        return
    WAYS[way](Path(more))
    started = time.perf_counter()
    result = WAYS[way](Path(path))
    print(json.dumps({"seconds": time.perf_counter() - started, "result": result}))


if __name__ == "__main__":
    main(*sys.argv[1:])
