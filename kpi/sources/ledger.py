"""The register of a source's deliveries: each file with its hash and dates, so that a later change of it shows."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from kpi.errors import DeliveryError

#: Beside the deliveries; one line of JSON each, the oldest first.
LEDGER = "deliveries.jsonl"


def record(stored: Path, original: str, received: str, vintage: str) -> None:
    """Enter a stored delivery: its name, the name it came under, hash, size, day of receipt and of the figures."""
    entry = {
        "file": stored.name,
        "original": original,
        "sha256": digest(stored),
        "bytes": stored.stat().st_size,
        "received": received,
        "vintage": vintage,
    }
    with (stored.parent / LEDGER).open("a", encoding="utf-8") as ledger:
        ledger.write(json.dumps(entry, ensure_ascii=False) + "\n")


def check_unchanged(path: Path) -> None:
    """A delivery is evidence: one that was edited where it lies is read no more.

    Files that were put there by hand are in no register and are read as they are.

    Raises:
        DeliveryError: the file is another than the one that was delivered.
    """
    known = entries(path.parent).get(path.name)
    if known and path.is_file() and digest(path) != known["sha256"]:
        msg = (
            f"{path}: changed since it was delivered on {known['received']}; put the file back as it came, "
            "and deliver the mended one with 'kpi add'."
        )
        raise DeliveryError(msg)


def entries(folder: Path) -> dict[str, dict[str, str]]:
    """The register of a folder by file name; empty where there is none.

    Raises:
        DeliveryError: a line of it is damaged.
    """
    path = folder / LEDGER
    if not path.is_file():
        return {}
    found: dict[str, dict[str, str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
            found[entry["file"]] = {"sha256": entry["sha256"], "received": entry["received"]}
        except (ValueError, KeyError, TypeError) as error:
            msg = f"{path}, line {number}: not readable as an entry of the register of deliveries; mend or remove it."
            raise DeliveryError(msg) from error
    return found


def digest(path: Path) -> str:
    """SHA-256 of the file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
