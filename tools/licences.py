"""Writes docs/licences.md: the licence of every package that constraints.txt pins, as the package itself states it."""

from __future__ import annotations

import re
import sys
from collections import Counter
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
UNSTATED = "not stated"
#: A text longer than this is the licence itself, not its name.
_NAME = 80


def pinned() -> dict[str, str]:
    """Package -> version, as locked."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("==") for line in lines if line and not line.startswith("#"))
    return {name: number for name, _, number in pairs}


def listed() -> dict[str, str]:
    """Package -> version, as the page has them."""
    return {name: number for name, (number, _) in _rows().items() if name not in {"package", "---"}}


def stated(package: Distribution) -> str:
    """The licence in the package's own words: its SPDX expression, else its field, else its classifiers."""
    metadata = package.metadata
    expression = metadata.get("License-Expression") or ""
    named = (metadata.get("License") or "").strip().removeprefix("UNKNOWN")
    classifiers = [c.split(" :: ")[-1] for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    short = named if named and len(named) <= _NAME and "\n" not in named else ""
    return expression or short or "; ".join(classifiers) or named.partition("\n")[0][:_NAME] or UNSTATED


def write() -> list[str]:
    """Write the page; packages whose licence could not be read."""
    before = _rows()
    rows, unread = {}, []
    for name, number in pinned().items():
        try:
            rows[name] = (number, stated(distribution(name)).replace("|", "/"))
        except PackageNotFoundError:
            # Not for this system: what was found on another one stays.
            rows[name] = (number, before.get(name, (number, UNSTATED))[1])
            unread.append(name)
    counts = Counter(licence for _, licence in rows.values())
    head = (
        "# Licences of what is installed\n\n"
        "Every package that `constraints.txt` pins, with its licence as the package states it; written by\n"
        "`python tools/licences.py`.\n"
        "Those of the extras `dev`, `events`, `notify` are among them; a run needs fewer.\n\n"
        "| package | version | licence |\n| --- | --- | --- |\n"
    )
    body = "".join(f"| {name} | {number} | {licence} |\n" for name, (number, licence) in rows.items())
    common = "".join(
        f"- {licence}: {count}\n" for licence, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    )
    PAGE.write_text(f"{head}{body}\n## How often\n\n{common}", encoding="utf-8")
    return unread


def _rows() -> dict[str, tuple[str, str]]:
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return {n: (v, li) for n, v, li in re.findall(r"^\| ([^ |]+) \| ([^ |]+) \| (.+) \|$", text, re.MULTILINE)}


if __name__ == "__main__":
    for missing in write():
        print(f"not installed here, so taken from the page as it was: {missing}", file=sys.stderr)
    print(PAGE)
