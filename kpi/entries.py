"""The entries of the register, as declared in YAML: documents, objectives, indicators, code lists, sources."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from kpi.derivation import Code, Derivation, DimensionName, Slug, Words

Language = Literal["fr", "nl", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

#: Document and objective: the page's place in the site, so nothing that leads out of it.
ObjectiveId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$")]
Lines = Annotated[str, StringConstraints(pattern=r"^\d+(-\d+)?(;\d+(-\d+)?)*$")]

Direction = Literal["higher", "lower", "neutral"]
Aggregation = Literal["sum", "last", "mean", "ratio-of-sums", "rank", "none"]
Qualifier = Literal["eq", "approx", "gt", "ge", "lt", "le", "range"]
Level = Literal["strategic", "operational", "sub-operational", "theme"]
Origin = Literal["printed", "implied", "ours"]
ProgressMethod = Literal["linear-path", "compound-growth", "bands", "direction", "milestone"]


class Entry(BaseModel):
    """Base of all catalogue entries: frozen, and a field that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Entry):
    """The same words in the three languages of the suite; none may be missing."""

    fr: Words
    nl: Words
    en: Words

    def __getitem__(self, language: str) -> str:
        return str(getattr(self, language))


class PrintedText(Entry):
    """Words as a document prints them: in one official language or in both."""

    fr: Words | None = None
    nl: Words | None = None


class PrintedLines(Entry):
    """Where a document says it: line ranges per language, counted from 1."""

    fr: Lines | None = None
    nl: Lines | None = None


class Document(Entry):
    """A policy document: what the Region or an administration published."""

    id: Slug
    title: Text
    short_title: Text
    publisher: Text
    published: dt.date | None = Field(None, description="Date printed on the document, when it has one.")
    reporting_year: int = Field(description="The year the document plans or reports on.")
    languages: tuple[Language, ...] = Field(description="Official languages the document is printed in.")
    line_count: int = Field(gt=0, description="Lines of its text; a source reference beyond it is an error.")


class Organisation(Entry):
    """Who owes the figures."""

    id: Slug
    name: Text


class Objective(Entry):
    """A strategic, operational or sub-operational objective, or a theme of a report without codes."""

    id: ObjectiveId
    code: str = Field("", description="Code as printed, such as 'OO 2.1' or 'IV.2.1.3'; empty when there is none.")
    level: Level
    parent: str | None = None
    organisations: tuple[Slug, ...] = ()
    title: Text
    deadline: str | None = Field(None, description="As declared: '2024', '2020-2022', 'quarterly' ...")
    status: str | None = Field(None, description="Declared status, a code of the list 'declared-status'.")
    lines: PrintedLines = PrintedLines()
    also_printed: tuple[str, ...] = Field((), description="Other codes under which the document prints it.")
    remark: Text | None = Field(None, description="What a reader must know: code clashes, conflicts of date.")

    @property
    def document(self) -> str:
        """Id of the document, the first part of the objective's id."""
        return self.id.partition("/")[0]

    @property
    def slug(self) -> str:
        """Id without its document: the file name of its page."""
        return self.id.partition("/")[2]


class Target(Entry):
    """A value to reach. Without a period it is undated; ``annual`` stands for every year."""

    period: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    qualifier: Qualifier = "eq"
    where: dict[DimensionName, Code] = {}
    lines: PrintedLines = PrintedLines()


class Band(Entry):
    """One colour of a traffic light: from ``low`` (included) up to ``high`` (not included)."""

    low: float | None = None
    high: float | None = None


class TrafficLight(Entry):
    """Threshold bands. All empty means "declared, left empty": the document announces them and prints none."""

    green: Band | None = None
    orange: Band | None = None
    red: Band | None = None
    period: str | None = None
    lines: PrintedLines = PrintedLines()

    @property
    def empty(self) -> bool:
        """True when the document announces thresholds without giving any."""
        return self.green is None and self.orange is None and self.red is None


class Progress(Entry):
    """How progress to the target is judged, where the rule does not fit; see ``docs/methods.md``."""

    method: ProgressMethod | None = Field(None, description="Empty: by rule, see kpi.verdicts.default_method.")
    baseline: str | None = Field(None, description="Period the path starts from; empty: the first comparable one.")
    margin: float | None = Field(
        None, ge=0, lt=1, description="Part by which a provisional value may still be revised; empty: past revisions."
    )


class Declaration(Entry):
    """One objective that declares the indicator: how it is printed there, and with what target."""

    objective: str
    bullet: str = Field("", description="Place in the list: b1 (bullet), t1 (running text), nl-b1 (Dutch only).")
    label: PrintedText = Field(PrintedText(), description="As printed there, where it differs.")
    lines: PrintedLines = PrintedLines()
    where: dict[DimensionName, Code] = Field({}, description="Dimensions fixed for this declaration.")
    targets: tuple[Target, ...] = ()
    traffic_light: TrafficLight | None = None
    progress: Progress | None = Field(None, description="Where it differs from that of the indicator.")
    owner: Slug | None = Field(None, description="Who owes it, when not the organisation of the objective.")
    remark: Text | None = Field(None, description="What a reader must know.")
    conflict: bool = Field(False, description="French and Dutch declare different things; the remark says what.")


class Formula(Entry):
    """A formula in words. ``origin`` says whether the document prints it, implies it, or we chose the reading."""

    text: Text
    origin: Origin


class Indicator(Entry):
    """One measure with one definition. Objectives share it through declarations."""

    id: Slug
    label: Text
    family: Slug
    unit: str = Field(description="A code of the list 'unit'.")
    direction: Direction = Field(description="Is more better? Always declared, never defaulted.")
    aggregation: Aggregation
    frequency: Literal["monthly", "quarterly", "yearly", "event"]
    decimals: int | None = Field(None, ge=0, le=6, description="Digits shown for computed values.")
    dimensions: tuple[DimensionName, ...] = ()
    definition: Text | None = None
    formula: Formula | None = None
    derive: Derivation | None = None
    progress: Progress | None = None
    matures: int | None = Field(
        None, gt=0, description="Months until a period is complete: late reports, cohorts still open."
    )
    interval_below: int = Field(100, ge=0, description="Proportions on a smaller base are shown with an interval.")
    neutral_value: float | None = Field(None, description="Reference line of a ratio, such as 1 for a return.")
    part_of: tuple[Slug, ...] = Field((), description="The other measures of the same compound KPI.")
    beside: tuple[Slug, ...] = Field((), description="Supporting measures that stand beside it on its pages.")
    caveats: tuple[Slug, ...] = Field((), description="Codes of the list 'caveat', shown wherever the value is.")
    means: bool = Field(False, description="Budget or staff: shown in the section on means.")
    declared: tuple[Declaration, ...] = Field((), description="Empty for a supporting measure.")


class CodeList(Entry):
    """The values a dimension or attribute may take. Keys are codes, ``aliases`` what organisations type."""

    id: str
    title: Text
    codes: dict[Code, Text]
    parts: bool = Field(True, description="False when the codes are readings of one value (commitment, payment).")
    aliases: dict[str, Code] = {}

    @model_validator(mode="after")
    def _aliases_resolve(self) -> CodeList:
        lost = sorted(set(self.aliases.values()) - set(self.codes))
        if lost:
            msg = f"aliases point to codes that do not exist: {', '.join(lost)}"
            raise ValueError(msg)
        return self


class Report(Entry):
    """A report that analysts added: a notebook that every whole run renders in three languages."""

    id: Slug
    notebook: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.ipynb$")] = Field(
        description="File in the folder notebooks/, with a cell tagged 'parameters'."
    )
    title: Text
    parameters: dict[str, str | bool | int | float] = Field(
        {}, description="Values of the notebook's parameters; language, use_sample and as_of come from the run."
    )
