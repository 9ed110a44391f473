"""Twenty million registrations to monthly rows: DuckDB through the package beside plain pandas, time and memory.

    python benchmarks/events.py [--rows 20000000] [--kind parquet|csv] [--output FILE.json]

Each way runs in a process of its own, which is how its peak of memory is known.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROWS = 20_000_000
MOST_MEMORY_GB, LEAST_SPEED_UP = 2.0, 3.0
WAYS = ("duckdb", "pandas")


def make(path: Path, rows: int) -> None:
    """Ten years of made-up registrations: moment, commune, country, purpose, nights, and a guest that nobody reads."""
    import duckdb

    options = "format parquet" if path.suffix == ".parquet" else "format csv, header"
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        connection.execute(f"""
            copy (
                select
                    timestamp '2015-01-01' + to_seconds((hash(n) % 315360000)::bigint) as checked_in,
                    'commune-' || (hash(n + 1) % 19) as zone,
                    ['BE', 'FR', 'GB', 'DE', 'NL', 'ES', 'IT', 'US'][(hash(n + 2) % 8 + 1)::int] as country,
                    ['leisure', 'mice'][(hash(n + 3) % 2 + 1)::int] as purpose,
                    (hash(n + 4) % 7 + 1)::int as nights,
                    'guest ' || hash(n + 5) as guest
                from range({rows}) t(n)
            ) to '{path}' ({options})
        """)  # noqa: S608  (our own path and number)


def with_duckdb(path: Path) -> Any:
    from kpi.events import Added, EventExtract, aggregate

    extract = EventExtract(
        time="checked_in",
        dimensions={"zone": "zone", "market": "country", "purpose": "purpose"},
        makes={"overnight-stays": Added(kind="sum", column="nights"), "arrivals": Added()},
    )
    rows = aggregate(path, extract)
    return len(rows), float(rows["overnight-stays"].sum()), int(rows["arrivals"].sum())


def with_pandas(path: Path) -> Any:
    """As an analyst would write it: read the columns that are needed, group, add up."""
    import pandas as pd

    columns = ["checked_in", "zone", "country", "purpose", "nights"]
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path, columns=columns)
    else:
        frame = pd.read_csv(path, usecols=columns, parse_dates=["checked_in"])
    keys = [frame["checked_in"].dt.to_period("M"), "zone", "country", "purpose"]
    rows = frame.groupby(keys)["nights"].agg(["sum", "size"])
    return len(rows), float(rows["sum"].sum()), int(rows["size"].sum())


def measure(way: str, path: Path) -> None:
    """One way, in this process: prints its figures as JSON."""
    started = time.perf_counter()
    result = {"duckdb": with_duckdb, "pandas": with_pandas}[way](path)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    sys.stdout.write(json.dumps({"seconds": round(seconds, 2), "peak_gb": round(peak, 2), "result": result}))


def compare(rows: int, kind: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"events.{kind}"
        make(path, rows)
        figures: dict[str, Any] = {"rows": rows, "kind": kind, "file_gb": round(path.stat().st_size / 1024**3, 2)}
        for way in WAYS:
            done = subprocess.run(
                [sys.executable, __file__, "--measure", way, str(path)], capture_output=True, text=True, check=True
            )
            figures[way] = json.loads(done.stdout)
    figures["times_as_fast"] = round(figures["pandas"]["seconds"] / figures["duckdb"]["seconds"], 1)
    figures["same_result"] = figures["pandas"].pop("result") == figures["duckdb"].pop("result")
    figures["met"] = bool(
        figures["same_result"]
        and figures["duckdb"]["peak_gb"] < MOST_MEMORY_GB
        and figures["times_as_fast"] >= LEAST_SPEED_UP
    )
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--kind", choices=["parquet", "csv"], default="parquet")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--measure", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure[0], Path(given.measure[1]))
        return 0
    figures = compare(given.rows, given.kind)
    print(f"{figures['rows']:,} events, {figures['kind']}, {figures['file_gb']} GB")
    print(f"{'way':<10}{'seconds':>10}{'peak GB':>10}")
    for way in WAYS:
        print(f"{way:<10}{figures[way]['seconds']:>10.2f}{figures[way]['peak_gb']:>10.2f}")
    print(f"duckdb is {figures['times_as_fast']} times as fast; bars met: {figures['met']}")
    text = json.dumps(figures, indent=1)
    if given.output:
        given.output.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    return 0 if figures["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
