"""Where a project's files are, and the register and tidy tables read from them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from kpi.catalogue import Catalogue
    from kpi.identities import Finding

#: Copies of notebooks that somebody opened, and what was compiled: neither is anybody's work.
_LEFT_BEHIND = {".ipynb_checkpoints", "__pycache__"}


def find_root(given: str | os.PathLike[str] | None = None) -> Path:
    """The project folder: the one given, else ``KPI_ROOT``, else the nearest parent that holds ``data/catalogue``.

    Raises:
        UsageError: no such folder, or none with a catalogue in it.
    """
    named = given or os.environ.get("KPI_ROOT")
    if named:
        root = Path(named).expanduser().resolve()
        if not (root / "data" / "catalogue").is_dir():
            msg = f"{root} is not a project folder: it holds no data/catalogue. Name one with --root or KPI_ROOT."
            raise UsageError(msg)
        return root
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "data" / "catalogue").is_dir():
            return folder
    msg = f"No project folder: neither {here} nor a parent holds data/catalogue. Name one with --root or KPI_ROOT."
    raise UsageError(msg)


@dataclass(frozen=True, eq=False)
class Project:
    """A project folder. Its register and tables are read once, when first asked for.

    Two projects of one folder are two readings of it: they are never equal.
    """

    root: Path

    @property
    def data(self) -> Path:
        """What is declared, delivered and normalised."""
        return self.root / "data"

    @property
    def tidy(self) -> Path:
        """The tidy tables that ``kpi build`` writes."""
        return self.data / "tidy"

    @property
    def corrections(self) -> Path:
        """Declared corrections, one file a source."""
        return self.data / "corrections"

    @property
    def expectations(self) -> Path:
        """Great Expectations suites and declared identities."""
        return self.root / "expectations"

    @property
    def reports(self) -> Path:
        """What runs publish."""
        return self.root / "reports"

    @property
    def notebooks(self) -> Path:
        """Where notebooks are."""
        return self.root / "notebooks"

    @property
    def notebook_files(self) -> list[Path]:
        """What notebooks and what stands beside them is made of, without what JupyterLab and Python leave there."""
        below = (path for path in self.notebooks.rglob("*") if path.is_file())
        return [path for path in below if not _LEFT_BEHIND.intersection(path.relative_to(self.notebooks).parts)]

    @property
    def notebook(self) -> Path:
        """The notebook that is rendered once per objective and language."""
        return self.notebooks / "objective_report.ipynb"

    @cached_property
    def catalogue(self) -> Catalogue:
        """The register, from ``data/catalogue``."""
        from kpi.register import load_catalogue  # noqa: PLC0415  (pydantic and YAML only when asked for)

        return load_catalogue(self.data / "catalogue")

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Published, delivered and computed observations together, protected; see :mod:`kpi.disclosure`."""
        from kpi.store import read_tables  # noqa: PLC0415

        return read_tables(self.tidy)

    @cached_property
    def revisions(self) -> pd.DataFrame:
        """What newer deliveries changed, protected; without columns where no build told it."""
        import pandas as pd  # noqa: PLC0415

        from kpi.store import has_revisions, read_revisions  # noqa: PLC0415

        return read_revisions(self.tidy) if has_revisions(self.tidy) else pd.DataFrame()

    @cached_property
    def corrected(self) -> pd.DataFrame:
        """Observations that were corrected, as printed, with what was done."""
        from kpi.store import read_corrections  # noqa: PLC0415

        return read_corrections(self.tidy)

    @cached_property
    def held_back(self) -> pd.DataFrame:
        """What validation kept out, one row a problem; without columns where nothing was."""
        from kpi.store import read_held_back  # noqa: PLC0415

        return read_held_back(self.tidy)

    def with_tables(self, **tables: Any) -> Project:
        """A reading of the same folder that has these already: its register, or tables that are not written yet."""
        reading = Project(self.root)
        reading.__dict__.update(tables)  # where cached_property looks first
        return reading

    def observations_on(self, day: str = "") -> pd.DataFrame:
        """The observations as they were known on a day; as they are now where none is given or nothing came since."""
        from kpi.store import has_vintages, is_packed, read_packed, read_vintages  # noqa: PLC0415

        if not day:
            return self.observations
        if day in self._earlier:
            return self._earlier[day]
        if is_packed(self.tidy):
            known = read_packed(self.tidy, day)
            return self.observations if known is None else self._earlier.setdefault(day, known)
        if not has_vintages(self.tidy):
            return self.observations
        from kpi.vintages import latest  # noqa: PLC0415

        if latest(read_vintages(self.tidy), self.observations) <= day:
            return self.observations
        from kpi.build import known_at  # noqa: PLC0415  (the arithmetic only for an older vintage)

        return self._earlier.setdefault(day, known_at(self, day))

    @cached_property
    def _earlier(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def vintages(self) -> frozenset[str]:
        """The vintages of all observations."""
        return frozenset(self.observations["vintage"].unique()) - {""}

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the printed figures say of each declared identity; see :mod:`kpi.identities`."""
        return self.findings_of(self.observations)

    def findings_of(self, observations: pd.DataFrame) -> tuple[Finding, ...]:
        """What these observations, and those that corrections dropped, say of each declared identity."""
        from kpi.corrections import with_dropped  # noqa: PLC0415
        from kpi.identities import FILE, check_identities, load_identities, printed_languages  # noqa: PLC0415

        printed = with_dropped(observations, self.corrected)
        languages = printed_languages(sorted((self.data / "published").glob("*.csv")))
        return check_identities(load_identities(self.expectations / FILE), printed, languages)

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """What functions marked :func:`kpi.keeping.kept` made of this reading of the folder."""
        return {}

    @cached_property
    def by_indicator(self) -> dict[str, pd.DataFrame]:
        """The observations split once by indicator: pages look theirs up instead of searching."""
        return {str(name): rows for name, rows in self.observations.groupby("indicator", sort=False)}
