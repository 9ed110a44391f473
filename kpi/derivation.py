"""How an indicator is computed from others: the kinds of derivation, and what each must declare."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Code = Annotated[str, StringConstraints(pattern=r"^(_T|[A-Za-z0-9][A-Za-z0-9_.+-]*)$")]
DimensionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]

# fmt: off
Kind = Literal[
    "slice", "sum", "difference", "mean", "ratio", "leverage", "rate", "index", "share", "rank", "concentration",
    "step-rate", "overall-rate", "balance", "cohort", "duration",
]
# fmt: on

#: What each kind needs beside ``kind``; ``scale`` is 100 for percent.
NEEDED: dict[Kind, tuple[str, ...]] = {
    "slice": ("of", "where"),
    "sum": ("terms",),
    "difference": ("numerator", "denominator"),
    "mean": ("base",),
    "ratio": ("numerator", "denominator"),
    "leverage": ("numerator", "denominator"),
    "rate": ("of", "per"),
    "index": ("of", "base_year"),
    "share": ("of", "by"),
    "rank": ("of", "by"),
    "concentration": ("of", "by"),
    "step-rate": ("steps",),
    "overall-rate": ("steps",),
    "balance": ("positive", "negative", "base"),
    "cohort": ("entered", "converted", "open"),
    "duration": ("of", "quantile"),
}
_ALSO: dict[Kind, tuple[str, ...]] = {
    "ratio": ("scale",),
    "leverage": ("scale",),
    "rate": ("scale",),
    "share": ("scale", "not_stated"),
    "concentration": ("residual",),
    "rank": ("residual", "smallest_first"),
    "step-rate": ("scale",),
    "overall-rate": ("scale",),
    "balance": ("scale",),
    "cohort": ("scale", "window"),
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(_Part):
    """One term of a sum: an indicator, the slice of it that counts, and for how much."""

    indicator: Slug
    where: dict[DimensionName, Code] = {}
    weight: float = Field(1, description="0.5 where half of it belongs to this sum.")


class Derivation(_Part):
    """How an indicator is computed from others. One generic function per kind, in :mod:`kpi.derive`.

    - ``slice``: the part of ``of`` that ``where`` names.
    - ``sum``: the terms, each times its weight; only where every term is known.
    - ``difference``: ``numerator`` - ``denominator``.
    - ``mean``: own delivered means m of cells with base b: sum(m x b) / sum(b).
    - ``ratio``, ``leverage`` (euro brought per euro invested): ``scale`` x sum(numerator) / sum(denominator).
    - ``rate``: ``scale`` x ``of`` / ``per``: another indicator, or ``day`` for the calendar days of the period.
    - ``index``: 100 x value / value of the same period of ``base_year``.
    - ``share``: ``scale`` x part / whole by the dimension ``by``; ``not_stated`` is the code that the rest gets
      where printed parts do not close.
    - ``rank``: 1 is the largest part by ``by``, equal parts share a rank (1, 2, 2, 4).
    - ``concentration``: sum of the squared shares of the parts by ``by`` (Herfindahl-Hirschman index, from 1/n to 1).
    - ``step-rate``: ``scale`` x the last of ``steps`` / the one before it; ``overall-rate``: / the first.
    - ``balance``: ``scale`` x (``positive`` - ``negative``) / ``base``: balance of opinion, net promoter score.
    - ``cohort``: ``scale`` x ``converted`` / ``entered``; the value may still rise by ``open`` / ``entered``.
      ``window`` is the number of months in which a conversion counts.
    - ``duration``: a quantile of the single durations behind the summed ``of``; computed by the source,
      where the cases are.
    """

    kind: Kind
    numerator: Slug | None = Field(None, description="ratio, leverage: above the line; difference: subtracted from.")
    denominator: Slug | None = Field(None, description="ratio, leverage: below the line; difference: subtracted.")
    of: Slug | None = Field(None, description="slice, rate, index, share, rank, concentration, duration: of what.")
    by: DimensionName | None = Field(None, description="share, rank, concentration: the dimension of the parts.")
    where: dict[DimensionName, Code] = Field({}, description="slice: the part that is kept.")
    terms: tuple[Term, ...] = Field((), description="sum: what is added up.")
    base: Slug | None = Field(None, description="mean: what weighs each cell; balance: all who answered.")
    per: Slug | None = Field(None, description="rate: the indicator below the line, or day.")
    base_year: int | None = Field(None, description="index: the year that is 100.")
    not_stated: Code | None = Field(None, description="share: code of the rest where the parts do not close.")
    residual: tuple[Code, ...] = Field((), description="rank, concentration: codes that lump several units together.")
    smallest_first: bool = Field(False, description="rank: 1 is the smallest part.")
    steps: tuple[Slug, ...] = Field((), description="step-rate, overall-rate: the steps of the funnel, in order.")
    positive: Slug | None = Field(None, description="balance: favourable answers, promoters.")
    negative: Slug | None = Field(None, description="balance: unfavourable answers, detractors.")
    entered: Slug | None = Field(None, description="cohort: all that entered in the period.")
    converted: Slug | None = Field(None, description="cohort: of them, converted within the window.")
    open: Slug | None = Field(None, description="cohort: of them, undecided with time left.")
    window: int | None = Field(None, gt=0, description="cohort: months in which a conversion counts.")
    quantile: float | None = Field(None, gt=0, lt=1, description="duration: 0.5 is the median.")
    scale: float = Field(1, gt=0, description="100 for percent.")

    @model_validator(mode="after")
    def _complete(self) -> Derivation:
        article = "an" if self.kind[0] in "aeiou" else "a"
        missing = [name for name in NEEDED[self.kind] if not getattr(self, name)]
        if missing:
            msg = f"{article} {self.kind} needs {' and '.join(missing)}"
            raise ValueError(msg)
        allowed = {"kind", *NEEDED[self.kind], *_ALSO.get(self.kind, ())}
        unused = sorted(self.model_fields_set - allowed)
        if unused:
            takes = ", ".join(sorted(allowed - {"kind"}))
            msg = f"{article} {self.kind} has no {' and no '.join(unused)}; it takes {takes}"
            raise ValueError(msg)
        if len(self.steps) == 1 or len(set(self.steps)) < len(self.steps):
            msg = f"{article} {self.kind} needs at least two steps, each once"
            raise ValueError(msg)
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        """Ids of the indicators it is computed from, in the order of the formula."""
        per = None if self.per == "day" else self.per
        rate = {"step-rate": self.steps[-1:] + self.steps[-2:-1], "overall-rate": self.steps[-1:] + self.steps[:1]}
        named = (self.numerator, self.denominator, self.of, per, self.positive, self.negative, self.base)
        cohort = (self.converted, self.entered, self.open)
        ids = (*named, *cohort, *(term.indicator for term in self.terms), *rate.get(self.kind, ()))
        return tuple(name for name in ids if name)

    @property
    def references(self) -> tuple[str, ...]:
        """Every indicator it names, also the steps between."""
        return tuple(dict.fromkeys((*self.inputs, *self.steps)))
