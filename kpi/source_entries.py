"""The entries of the register about sources: what is kept of a data set, what protects people, who delivers what."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from kpi.derivation import Code, DimensionName, Slug, Words
from kpi.entries import Entry, Text


class DataSet(Entry):
    """A data set of a statistical office: which of its cells are kept, of which indicator, under which codes."""

    code: DimensionName = Field(description="Its code at the office, such as tour_occ_arm.")
    indicator: Slug
    freq: Literal["A", "S", "Q", "M", "D"]
    keep: dict[DimensionName, dict[Code, Code]] = Field(
        description="Per dimension of the office the codes that are kept, each with ours; geo and unit always."
    )

    @model_validator(mode="after")
    def _kept_once(self) -> DataSet:
        missing = [name for name in ("geo", "unit") if not self.keep.get(name)]
        twice = [name for name, codes in self.keep.items() if len(set(codes.values())) < len(codes)]
        if missing or twice:
            msg = f"keep needs codes of {' and '.join(missing)}" if missing else f"two codes of {twice[0]} become one"
            raise ValueError(msg)
        return self

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions beside area and unit; they have the same name in the catalogue."""
        return tuple(name for name in self.keep if name not in {"geo", "unit"})


class Spelling(Entry):
    """What an office's workbooks print instead of codes, in any of its languages."""

    titles: tuple[Words, ...] = Field(description="Of the dimension.")
    codes: dict[Code, tuple[Words, ...]] = Field(description="Of its codes.")


class Part(Entry):
    """A part of an indicator."""

    of: Slug
    where: dict[DimensionName, Code] = Field(min_length=1)


class Balance(Entry):
    """A stock at the end of a month: that of the month before, and what was opened, without what was closed."""

    pending: Slug
    opened: Slug
    closed: Slug


class Disclosure(Entry):
    """What protects the people and companies behind the cells of a source; see :mod:`kpi.disclosure`."""

    minimum: int = Field(3, ge=1, description="A cell of fewer units, but of some, is not shown.")
    dominance: float = Field(0.85, gt=0, le=1, description="Nor one of which one unit brings a larger share.")
    counts: tuple[Slug, ...] = Field((), description="Indicators whose value is the number of units.")
    amounts: tuple[Slug, ...] = Field((), description="Indicators whose cells say how many units brought them.")
    repeated: tuple[DimensionName, ...] = Field((), description="Dimensions in several codes of which one unit stands.")
    balances: tuple[Balance, ...] = Field((), description="Stocks that give away what was opened or closed.")
    parts: dict[Slug, Part] = Field({}, description="Indicators that are, under their own name, a part of another.")


class Source(Entry):
    """Where observations come from: the published documents, or an organisation's deliveries."""

    id: Slug
    title: Text
    organisation: Slug
    indicators: tuple[Slug, ...] = Field((), description="Indicators that its module emits.")
    sample_on: tuple[str, ...] | None = Field(
        None, description="Objectives on whose pages its sample shows, and no other; left out: wherever it may."
    )
    data_sets: tuple[DataSet, ...] = Field((), description="Of a statistical office: what is kept of each data set.")
    spellings: dict[DimensionName, Spelling] = Field({}, description="Labels of its dimensions in workbooks.")
    disclosure: Disclosure | None = Field(None, description="Of deliveries that count people, companies or cases.")

    @model_validator(mode="after")
    def _protects_its_own(self) -> Source:
        rules = self.disclosure or Disclosure()
        named = {*rules.counts, *rules.amounts, *rules.parts, *(part.of for part in rules.parts.values())}
        named |= {name for balance in rules.balances for name in balance.model_dump().values()}
        if strange := sorted(named - set(self.indicators)):
            msg = f"disclosure names indicators that the source does not emit: {', '.join(strange)}"
            raise ValueError(msg)
        return self
