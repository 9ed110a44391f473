"""Who is told, when and how: ``notify.yaml``, in which secrets stand only as names of environment variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from kpi.entries import Language
from kpi.errors import KpiError

FILE = "notify.yaml"

#: Each moment includes those before it: who wants to hear of held-back data also hears of failures.
When = Literal["failure", "held-back", "always"]
WHEN: tuple[When, ...] = ("failure", "held-back", "always")

_REFERENCE = re.compile(r"^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$")
Secret = Annotated[str, StringConstraints(pattern=_REFERENCE.pattern)]
Address = Annotated[str, StringConstraints(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")]


class SettingsError(KpiError):
    """``notify.yaml`` cannot be used; names the file and the field, never a value that may be a secret."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Recipient(_Part):
    """A person or mailbox, and the language it reads."""

    address: Address
    language: Language
    when: When | None = None


class Mail(_Part):
    """A mail server. A password never travels in clear, so it needs ``starttls`` or ``tls``."""

    host: Annotated[str, StringConstraints(min_length=1)]
    port: Annotated[int, Field(gt=0, lt=65536)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Secret | None = None
    sender: Address
    timeout: Annotated[float, Field(gt=0, le=300)] = 20.0
    attach: tuple[str, ...] = ()
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _password_goes_with_user_and_encryption(self) -> Mail:
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together: give both or neither")
        if self.password and self.security == "none":
            raise ValueError("security 'none' would send the password in clear; use starttls or tls")
        return self


class Service(_Part):
    """A service that apprise knows. Its whole address is a secret, since most carry a token in it."""

    url: Secret
    language: Language
    when: When | None = None


class Settings(_Part):
    """The whole of ``notify.yaml``."""

    when: When = "held-back"
    link: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")] | None = None
    mail: Mail | None = None
    services: tuple[Service, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the environment variables that the secrets come from."""
        references = [self.mail.password] if self.mail and self.mail.password else []
        references += [service.url for service in self.services]
        return tuple(dict.fromkeys(name_in(reference) for reference in references))


def name_in(reference: str) -> str:
    """The variable that a reference names.

    >>> name_in("${SMTP_PASSWORD}")
    'SMTP_PASSWORD'
    """
    found = _REFERENCE.match(reference)
    if found is None:
        msg = "A secret stands as ${NAME}."
        raise SettingsError(msg)
    return found[1]


def secret(reference: str, environment: Mapping[str, str] | None = None) -> str:
    """The value a reference stands for.

    Raises:
        SettingsError: the variable is not set.
    """
    name = name_in(reference)
    value = (os.environ if environment is None else environment).get(name, "")
    if not value:
        msg = f"{FILE} asks for the environment variable {name}, which is not set."
        raise SettingsError(msg)
    return value


def wants(chosen: When | None, default: When, moment: When) -> bool:
    """Whether somebody who chose one moment (or left it to the default) is told at another.

    >>> wants(None, "held-back", "failure"), wants("failure", "always", "held-back")
    (True, False)
    """
    return WHEN.index(moment) <= WHEN.index(chosen or default)


def read_settings(root: Path) -> Settings | None:
    """The settings of a project; None where it has no ``notify.yaml``, so that nobody is told.

    Raises:
        SettingsError: not readable, or a field is wrong. Values are not repeated: they may be secrets.
    """
    path = root / FILE
    if not path.exists():
        return None
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        msg = f"{path}{where}: not readable as YAML; compare it with notify.example.yaml."
        raise SettingsError(msg) from None
    try:
        return Settings.model_validate(content or {})
    except ValidationError as error:
        told = "; ".join(_sentence(dict(problem)) for problem in error.errors(include_input=False, include_url=False))
        msg = f"{path}: {told}."
        raise SettingsError(msg) from None


def _sentence(problem: Mapping[str, object]) -> str:
    place = ".".join(str(part) for part in problem["loc"])  # type: ignore[attr-defined]
    if place.endswith(("password", "url")) and problem["type"] == "string_pattern_mismatch":
        return f"{place}: write ${{NAME}} and set the variable NAME in the environment; a secret never stands here"
    return f"{place or 'the file'}: {problem['msg']}"
