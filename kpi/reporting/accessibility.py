"""The accessibility statement that the law asks of public bodies, after the model of Decision (EU) 2018/1523."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

import yaml
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, ValidationError

from kpi.catalogue import LANGUAGES
from kpi.errors import UsageError
from kpi.i18n import Translator, translator
from kpi.reporting.fragments import heading, link, paragraph
from kpi.reporting.frame import write_framed
from kpi.tables import bullet_list

#: What the publisher of a site says of it, beside the project's data; see ``site.example.yaml``.
FILE = "site.yaml"
#: When the pages of the package were last assessed; a publisher who assesses anew says so in site.yaml.
ASSESSED = dt.date(2026, 11, 22)
#: What is not accessible or was not assessed, and what stands in for it.
GAPS = ("hover", "workbooks", "notebooks", "documents")


#: Whom to complain to about a public body that does not answer, by the law it falls under and the language: site, and
#: how else to reach them. Of Ombuds Brussels as be.brussels and the Brussels Parliament give it; of the federal
#: ombudsman as news.belgium.be and municipalities do, who print no address for mail.
OMBUDSMEN: dict[str, dict[str, tuple[str, ...]]] = {
    "regional": {
        "fr": ("https://www.ombuds.brussels", "plaintes@ombuds.brussels", "+32 2 549 67 00",
               "Place de la Vieille Halle aux Blés 1, 1000 Bruxelles"),
        "nl": ("https://www.ombuds.brussels", "klachten@ombuds.brussels", "+32 2 549 67 00",
               "Oud Korenhuis 1, 1000 Brussel"),
        "en": ("https://www.ombuds.brussels", "plaintes@ombuds.brussels", "+32 2 549 67 00",
               "Place de la Vieille Halle aux Blés 1, 1000 Brussels"),
    },
    "federal": {
        "fr": ("https://www.mediateurfederal.be", "0800 999 61", "Rue de Louvain 48, 1000 Bruxelles"),
        "nl": ("https://www.federaalombudsman.be", "0800 999 62", "Leuvenseweg 48, 1000 Brussel"),
        "en": ("https://www.federalombudsman.be", "0800 999 61", "Rue de Louvain 48, 1000 Brussels"),
    },
}  # fmt: skip


class Publisher(BaseModel):
    """Who answers for a site: where readers write to and complain, when it was assessed, and the law that binds it.

    A body of the Region or a municipality falls under the ordinance of 4 October 2018, a federal one under the act
    of 19 July 2018; each names another ombudsman.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: str = ""
    complaints: str = ""
    assessed: dt.date = ASSESSED
    authority: Literal["regional", "federal"] = "regional"


def read_publisher(root: Path) -> Publisher:
    """What ``site.yaml`` says; defaults where there is none.

    Raises:
        UsageError: the file is not what it should be.
    """
    path = root / FILE
    if not path.exists():
        return Publisher()
    try:
        return Publisher.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        msg = (
            f"{path}: {found}. It takes contact and complaints (text), "
            "assessed (date) and authority (regional or federal), as site.example.yaml shows."
        )
        raise UsageError(msg) from error
    except yaml.YAMLError as error:
        msg = f"{path} is no YAML: {error}. Write it as site.example.yaml shows."
        raise UsageError(msg) from error


def write_statements(site: Path, publisher: Publisher) -> None:
    """Write ``<language>/accessibility.html``."""
    for language in LANGUAGES:
        words = translator(language)
        title = words.t("accessibility.title")
        write_framed(site, language, "accessibility.html", title=title, body=_body(publisher, words))


def _body(publisher: Publisher, words: Translator) -> Markup:
    t = words.t
    assessed = t("accessibility.assessed", date=words.date(publisher.assessed.isoformat()))
    ombudsman, *others = OMBUDSMEN[publisher.authority][words.language]
    address = Markup(", ").join([link(ombudsman, ombudsman), *others])
    missing = t("accessibility.contact-missing")
    parts = [
        paragraph(t("accessibility.commitment", law=t(f"accessibility.law.{publisher.authority}")), "lead"),
        heading(t("accessibility.state-title")),
        paragraph(t("accessibility.state")),
        heading(t("accessibility.gaps-title")),
        bullet_list([t(f"accessibility.gap.{gap}") for gap in GAPS], "plain"),
        heading(t("accessibility.method-title")),
        paragraph(assessed),
        paragraph(t("accessibility.method")),
        heading(t("accessibility.contact-title")),
        paragraph(t("accessibility.contact", contact=publisher.contact or missing)),
        heading(t("accessibility.enforcement-title")),
        paragraph(t("accessibility.complaints", complaints=publisher.complaints or missing)),
        paragraph(words.markup(f"accessibility.enforcement.{publisher.authority}", address=address)),
    ]
    return Markup("\n").join(parts)
