"""Pages to render: light to import, for a run that has nothing to render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Where reports of analysts stand below a language's folder; no policy document may have this id.
FOLDER = "reports"


@dataclass(frozen=True)
class Job:
    """One page to render; ``coded`` says whether it writes the files of figures that all languages share."""

    objective: str
    language: str
    as_of: str = ""
    use_sample: bool = True
    coded: bool = True

    @property
    def path(self) -> Path:
        """Place of the page in the site."""
        return Path(self.language) / f"{self.objective}.html"

    @property
    def name(self) -> str:
        """Of this piece of the site."""
        return f"report {self.language}/{self.objective}"

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters of the notebook."""
        from kpi.parameters import check_parameters  # noqa: PLC0415

        return check_parameters(
            {
                "objective": self.objective,
                "language": self.language,
                "as_of": self.as_of,
                "use_sample": self.use_sample,
            }
        )


@dataclass(frozen=True)
class ReportJob:
    """One page of a report that analysts added, with its parameters checked; see :mod:`kpi.reporting.extra`."""

    report: str
    language: str
    parameters: Mapping[str, Any] = field(hash=False)
    as_of: str = ""

    @property
    def path(self) -> Path:
        """Place of the page in the site."""
        return Path(self.language) / FOLDER / f"{self.report}.html"

    @property
    def name(self) -> str:
        """Of this piece of the site."""
        return f"extra {self.language}/{self.report}"
