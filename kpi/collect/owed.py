"""What an organisation owes: the KPIs of its objectives, each asked for once, and the periods to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpi.catalogue import LANGUAGES, Catalogue, Declaration, Indicator, Organisation
from kpi.errors import unknown
from kpi.observations import TOTAL
from kpi.parsing.text import fold

#: How many years back are asked for, by frequency; years are few so that the workbook stays fillable.
_YEARS_BACK = {"yearly": 3, "event": 3, "quarterly": 1, "monthly": 1}
_PARTS = {"quarterly": tuple(f"-Q{n}" for n in range(1, 5)), "monthly": tuple(f"-{n:02d}" for n in range(1, 13))}
#: A KPI in words is described once, not period by period.
IN_WORDS = "text"


@dataclass(frozen=True)
class Owed:
    """One KPI that an organisation owes: an indicator, the dimensions fixed for it, and who declares it."""

    indicator: Indicator
    where: tuple[tuple[str, str], ...]
    declarations: tuple[Declaration, ...]

    @property
    def dimensions(self) -> str:
        """The fixed dimensions as codes: ``market=FR;medium=print``, empty for the total."""
        return ";".join(f"{name}={code}" for name, code in self.where)

    @property
    def objectives(self) -> tuple[str, ...]:
        """Ids of the objectives that declare it."""
        return tuple(dict.fromkeys(declaration.objective for declaration in self.declarations))


def organisation_named(catalogue: Catalogue, name: str) -> Organisation:
    """The organisation of an id or of a name in any of the languages: ``visit-brussels``, ``visit.brussels``.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    wanted = fold(name)
    for organisation in catalogue.organisations:
        if wanted in {organisation.id, *(fold(organisation.name[language]) for language in LANGUAGES)}:
            return organisation
    raise unknown("organisation", name, [organisation.id for organisation in catalogue.organisations])


def owners(catalogue: Catalogue, declaration: Declaration) -> tuple[str, ...]:
    """Who owes a declared KPI: the owner it names, else the organisations of its objective."""
    return (declaration.owner,) if declaration.owner else catalogue.objective(declaration.objective).organisations


def owed(catalogue: Catalogue, organisation: str) -> tuple[Owed, ...]:
    """The KPIs of an organisation in the order of the documents.

    What several objectives declare alike is one KPI: it is asked for once.
    """
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[Declaration]] = {}
    for indicator, declaration in catalogue.declarations:
        if organisation in owners(catalogue, declaration):
            where = tuple(sorted((name, code) for name, code in declaration.where.items() if code != TOTAL))
            found.setdefault((indicator.id, where), []).append(declaration)
    return tuple(Owed(catalogue.indicator(name), where, tuple(found[name, where])) for name, where in found)


def reporting_year(catalogue: Catalogue, kpi: Owed) -> int:
    """The latest year that the documents which declare it report on."""
    documents = {catalogue.objective(name).document for name in kpi.objectives}
    return max(catalogue.document(name).reporting_year for name in documents)


def periods(kpi: Owed, until: int) -> tuple[str, ...]:
    """The periods to fill in, up to the year ``until``.

    A yearly KPI is asked for three years, a quarterly or monthly one for one.
    """
    return tuple(_periods(kpi.indicator, until))


def _periods(indicator: Indicator, until: int) -> Iterator[str]:
    if indicator.unit == IN_WORDS:
        yield str(until)
        return
    years = _YEARS_BACK[indicator.frequency]
    for year in range(until - years + 1, until + 1):
        for part in _PARTS.get(indicator.frequency, ("",)):
            yield f"{year}{part}"
