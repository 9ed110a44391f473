"""The results as tables for people: in the document between two markers, and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- results: written by `make bench`, not by hand -->", "<!-- end of the results -->"
#: Of these the time of one unit is told, with its word.
UNITS = {
    "one page": "page",
    "runs": "page",
    "events": "million rows",
    "growth with pages": "page",
    "growth with indicators": "indicator",
    "growth with rows": "thousand rows",
}
_PER = {"million rows": 1e6, "thousand rows": 1e3}
VERDICTS = {True: "pass", False: "**miss**", None: "not measured"}


def tables(results: Mapping[str, Any]) -> str:
    """All results in Markdown: how they came about, the bars, and the lines of each group."""
    lines = [_how(results)]
    if results["bars"]:
        lines += ["", *_table(("Bar", "Wanted", "Found", ""), _bars(results["bars"]))]
    for name, error in results["failed"].items():
        lines += ["", f"**{name} could not be measured**: {_cell(error)}"]
    groups = dict.fromkeys(row["group"] for row in results["rows"])
    for group in groups:
        rows = [row for row in results["rows"] if row["group"] == group]
        unit = UNITS[group]
        heading = (group.capitalize(), "Seconds", f"Seconds per {unit}", "Processor", "Largest MB", "Together MB", "n")
        lines += ["", *_table(heading, [_line(row, _PER.get(unit, 1)) for row in rows])]
    return "\n".join(lines)


def _how(results: Mapping[str, Any]) -> str:
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    shared = results["load"]["before"] > machine["cores"] / 2
    busy = " **Others were using the machine: figures are too large, ratios are nearer the truth.**" if shared else ""
    return (
        f"Measured on {results['date']} in {results['minutes']:.0f} minutes: {machine['cores']} cores, "
        f"{machine['memory_gb']:.0f} GB, {machine['system']}, Python {machine['python']}, {versions}. "
        f"Load before: {results['load']['before']:.1f}.{busy}"
    )


def _bars(bars: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return [(bar["bar"], bar["wanted"], bar["found"], _verdict(bar)) for bar in bars]


def _verdict(bar: Mapping[str, Any]) -> str:
    return VERDICTS[bar["met"]] + (" so far" if bar["met"] and bar.get("partly") else "")


def _line(row: Mapping[str, Any], per: float) -> tuple[str, ...]:
    if row["seconds"] is None:
        return (row["name"], f"failed: {row['error']}", "", "", "", "", "0")
    each = row["seconds"] * per / row["units"] if row["units"] > 1 else None
    numbers = (_seconds(row["seconds"]), _seconds(each), _seconds(row["cpu"]), _whole(row["peak_mb"]))
    return (row["name"], *numbers, _whole(row["together_mb"]), str(row["n"]))


def _seconds(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return ""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *("---:" for _ in heading[1:])]
    return ["| " + " | ".join(map(_cell, cells)) + " |" for cells in (heading, rule, *rows)]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def between(text: str) -> str:
    """What stands between the markers of a document.

    Raises:
        ValueError: it has not both markers.
    """
    _, begin, rest = text.partition(BEGIN)
    inside, end, _ = rest.partition(END)
    if not (begin and end):
        msg = f"The document has not both lines: {BEGIN} and {END}"
        raise ValueError(msg)
    return inside.strip()


def write_into(path: Path, results: Mapping[str, Any]) -> None:
    """Put the tables into the document, in the place of those before; what is written by hand stays.

    Raises:
        ValueError: it has not both markers.
    """
    text = path.read_text(encoding="utf-8")
    between(text)
    before, _, rest = text.partition(BEGIN)
    path.write_text(f"{before}{BEGIN}\n\n{tables(results)}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
