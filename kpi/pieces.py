"""The pieces of a site: what each was made from, and why it has to be made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: What something was made from: the hash of each part, by its name.
Parts = Mapping[str, str]
#: What a reason says of a part that differs; of the parts that name an entry, see :func:`_changed`.
_REASONS = {
    "package": "package changed",
    "look": "templates or libraries changed",
    "words": "translations changed",
    "notebook": "notebook changed",
    "reports": "what reports say in short changed",
    "catalogue": "catalogue changed",
    "as of": "newest data is of another day",
    "register": "code lists, sources or organisations of the register changed",
    "remarks": "remarks changed",
    "findings": "identities changed",
    "held back": "held-back data changed",
    "revisions": "revisions changed",
    "hidden": "what is not shown changed",
    "checks": "results of the checks changed",
    "images": "with or without copies of charts",
    "counts": "figures or declarations changed",
}


@dataclass(frozen=True)
class Made:
    """What a release holds of one piece of the site.

    Attributes:
        parts: hashes of what it was made from; empty where it could not be made and an older one stands in.
        files: the files it consists of, below the site, with their sizes.
        day: when it was made.
        facts: what other pages say of it: the summary and coverage of an objective.
    """

    parts: Parts
    files: Mapping[str, int]
    day: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def reasons(parts: Parts, before: Made | None, site: Path, *, force: bool = False) -> tuple[str, ...]:
    """Why a piece has to be made again; empty where the published one is what it would be."""
    if before is None:
        return ("new",)
    if force:
        return ("forced",)
    if not before.parts:
        return ("failed last time",)
    if not all_there(before.files, site):
        return ("page missing",)
    differ = [name for name in {**before.parts, **parts} if before.parts.get(name) != parts.get(name)]
    return tuple(dict.fromkeys(_changed(name) for name in differ))


def all_there(files: Mapping[str, int], site: Path) -> bool:
    """Whether the files are in the site with the sizes they had."""
    return next(missing(files, site), None) is None


def missing(files: Mapping[str, int], site: Path) -> Iterator[str]:
    """The files that are not in the site with the sizes they had."""
    for name, size in files.items():
        try:
            whole = (site / name).stat().st_size == size
        except OSError:
            whole = False
        if not whole:
            yield name


def _changed(part: str) -> str:
    kind, _, name = part.partition(":")
    named = {"figures": f"figures of {name} changed", "entry": f"catalogue entry of {name} changed"}
    return named.get(kind) or _REASONS.get(kind, f"{part} changed")
