"""Parameters of the report notebook, strictly typed: papermill itself only warns about a mistyped one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from kpi.catalogue import LANGUAGES
from kpi.errors import UsageError, unknown
from kpi.parsing.periods import frequency


class ReportParameters(BaseModel):
    """What the report of an objective can be given."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    objective: str
    language: str = "fr"
    root: str = ""
    as_of: str = ""
    use_sample: bool = True


def read_parameters(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The report's parameters from a notebook's globals; any other text, number or truth value is a mistyped one.

    Call it right after the parameters cell, before other such names are defined.

    Raises:
        UsageError: an unknown parameter, or one of the wrong type, with the nearest known ones.

    >>> read_parameters({"objective": "image-2022/os-2", "langauge": "nl"})
    Traceback (most recent call last):
    ...
    kpi.errors.UsageError: Unknown parameter 'langauge': did you mean 'language'?
    """
    given = {
        name: value
        for name, value in namespace.items()
        if not name.startswith("_") and isinstance(value, str | bool | int | float)
    }
    return check_parameters(given)


def check_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with their defaults, or an error that names the wrong one."""
    known = ReportParameters.model_fields
    for name in given:
        if name not in known:
            raise unknown("parameter", name, known)
    try:
        checked = ReportParameters.model_validate(dict(given)).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        msg = f"Parameter {field!r}: found {first['input']!r}; {first['msg']}."
        raise UsageError(msg) from error
    if checked["language"] not in LANGUAGES:
        raise unknown("language", checked["language"], LANGUAGES)
    check_day(checked["as_of"])
    return checked


def check_day(as_of: str) -> None:
    """Refuse what is no day: days are compared as text, so that anything else would choose silently.

    Raises:
        UsageError: neither an ISO date nor empty.
    """
    try:
        given = frequency(as_of)
    except ValueError:
        given = "none"
    if given not in {"", "D"}:
        msg = f"Parameter 'as_of': found {as_of!r}; expected a date such as 2021-12-31."
        raise UsageError(msg)
