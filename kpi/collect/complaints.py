"""What is wrong in a filled-in workbook: sheet, cell, what was found and expected, in any of the languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kpi.collect.form import MARKS, bare_heading, yes_no
from kpi.errors import Problem
from kpi.i18n import translator

_LONGEST_SHOWN = 60
_THOUSANDS = 1250


@dataclass(frozen=True)
class Wrong:
    """Why a cell cannot be accepted: keys of words under ``collect.expected`` and ``collect.remedy``."""

    expected: str
    remedy: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Complaint:
    """One wrong cell of a workbook."""

    sheet: str
    row: int
    column: str
    """Its letter."""
    found: object
    wrong: Wrong
    language: str
    """Of the workbook: examples of numbers follow its marks, whatever language tells them."""

    @property
    def cell(self) -> str:
        """Its address, such as ``D12``."""
        return f"{self.column}{self.row}"

    def told(self, language: str) -> tuple[str, str, str]:
        """What was found, what was expected and how to mend it, in words of a language."""
        say = translator(language).t
        decimal, group = MARKS[self.language]
        yes, no = yes_no(self.language)
        values = {
            "decimal": decimal,
            "group": say(f"collect.mark.{self.language}"),
            "count": f"{_THOUSANDS // 1000}{group}{_THOUSANDS % 1000}",
            "yes": yes,
            "no": no,
            **{name: self._worded(name, value, language) for name, value in self.wrong.values.items()},
        }
        expected = say(f"collect.expected.{self.wrong.expected}", **values)
        return self._shown(language), expected, say(f"collect.remedy.{self.wrong.remedy}", **values)

    def problem(self, file: str) -> Problem:
        """The same for the report on a delivery, which is in English."""
        found, expected, remedy = self.told("en")
        return Problem(file, found, expected, remedy, row=self.row, column=self.column, sheet=self.sheet)

    def sentence(self, language: str) -> str:
        """The same in one line."""
        found, expected, remedy = self.told(language)
        return translator(language).t("collect.problem", found=found, expected=expected, remedy=remedy)

    def _worded(self, name: str, value: Any, language: str) -> str:
        if name == "heading":
            return bare_heading(str(value), self.language)
        if isinstance(value, (tuple, list)):
            none = translator(language).t("collect.dimensions-none")
            return ", ".join(str(part) or none for part in value)
        return str(value)

    def _shown(self, language: str) -> str:
        text = "" if self.found is None else str(self.found).strip()
        if not text:
            return translator(language).t("collect.found.nothing")
        return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "...")
