"""What was checked, found, and done about it, for each source, in words for everybody; and what remains to be asked."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from kpi.catalogue import LANGUAGES, Catalogue
from kpi.checked import public_results, read_checked
from kpi.exports import write_table
from kpi.i18n import Translator, translator
from kpi.project import Project
from kpi.reporting.fragments import heading, paragraph
from kpi.reporting.frame import write_framed, write_text
from kpi.store import read_suppressed
from kpi.tables import Cell, Column, bullet_list, details, table

RESULTS = "validation.json"
_MOST_PLACES = 5


def write_validation_pages(project: Project, site: Path, *, use_sample: bool) -> None:
    """Write ``<language>/validation.html``, and the detailed results and the questions as downloads.

    Args:
        project: with built tables.
        site: root of the site.
        use_sample: whether what is said of made-up numbers is shown.
    """
    checks, sources, questions = read_checked(project.tidy)
    if len(questions) and not use_sample:
        questions = questions[~questions["sample"].astype("bool")]
    downloads = site / "downloads"
    text = json.dumps(public_results(project.tidy), ensure_ascii=False, indent=1, sort_keys=True)
    write_text(downloads / RESULTS, text)
    write_table(questions, downloads / "questions.csv", "csv")
    hidden, held_back = read_suppressed(project.tidy), project.held_back
    counted = Counter(hidden["source"]) if len(hidden) else Counter()
    messages = _messages(project.expectations)
    for language in LANGUAGES:
        words = translator(language)
        body = _body(project.catalogue, checks, sources, questions, counted, held_back, messages, words)
        write_framed(site, language, "validation.html", title=words.t("validation.title"), body=body)


def _body(
    catalogue: Catalogue,
    checks: pd.DataFrame,
    sources: pd.DataFrame,
    questions: pd.DataFrame,
    hidden: Counter[str],
    held_back: pd.DataFrame,
    messages: dict[tuple[str, str], dict[str, str]],
    words: Translator,
) -> Markup:
    t = words.t
    parts: list[Markup] = [
        paragraph(t("validation.lead"), "lead"),
        heading(t("validation.sources")),
        _sources(catalogue, checks, sources, hidden, words),
        heading(t("validation.found")),
        _found(catalogue, checks, messages, words),
        _places(catalogue, held_back, messages, words),
        Markup('<h2 id="questions">{}</h2>').format(t("validation.questions")),
        paragraph(t("validation.questions-why")),
        _questions(questions, words),
        heading(t("validation.protection")),
        paragraph(t("validation.protection-why")),
        heading(t("validation.rules")),
    ]
    for source in sources.get("source", pd.Series(dtype="str")):
        mine = checks[checks["source"].eq(source)] if len(checks) else checks
        if len(mine):
            parts.append(_rules(catalogue, str(source), mine, messages, words))
    parts.append(paragraph(Markup('<a href="../downloads/{}">{}</a>').format(RESULTS, t("validation.downloads"))))
    return Markup("\n").join(parts)


def _sources(
    catalogue: Catalogue, checks: pd.DataFrame, sources: pd.DataFrame, hidden: Counter[str], words: Translator
) -> Markup:
    t, number = words.t, words.number
    heads = ("read", "accepted", "held", "rules", "broken", "not-shown")
    columns = [Column(t("validation.source")), *(Column(t(f"validation.{name}"), numeric=True) for name in heads)]
    rows: list[list[Cell]] = []
    for row in sources.to_dict("records"):
        mine = checks[checks["source"].eq(row["source"])]
        counts = (row["read"], row["accepted"], row["held_back"], len(mine), int((mine["failed"] > 0).sum()))
        rows.append([_title(catalogue, row["source"], words), *(number(n) for n in (*counts, hidden[row["source"]]))])
    return table(t("validation.sources"), columns, rows, hidden_caption=True)


def _found(
    catalogue: Catalogue, checks: pd.DataFrame, messages: dict[tuple[str, str], dict[str, str]], words: Translator
) -> Markup:
    t = words.t
    broken = checks[checks["failed"] > 0] if len(checks) else checks
    if broken.empty:
        return paragraph(t("validation.nothing"))
    heads = ("source", "expected", "column", "example", "how-many", "what-happened")
    columns = [Column(t(f"validation.{name}"), numeric=name == "how-many") for name in heads]
    rows: list[list[Cell]] = [
        [
            _title(catalogue, row["source"], words),
            messages.get((row["suite"], row["rule"]), {}).get(words.language, row["rule"]),
            _column(row, words),
            _example(catalogue, row, words),
            words.number(row["failed"]),
            t(f"validation.severity.{row['severity']}"),
        ]
        for row in broken.to_dict("records")
    ]
    return table(t("validation.found"), columns, rows, hidden_caption=True)


def _places(
    catalogue: Catalogue, held_back: pd.DataFrame, messages: dict[tuple[str, str], dict[str, str]], words: Translator
) -> Markup:
    """Where the problems stand, and what was expected: the first rows of each file and column, and how many."""
    if held_back.empty:
        return Markup("")
    t = words.t
    known = {source.id for source in catalogue.sources}
    said = {message["en"]: message[words.language] for message in messages.values()}
    rows: list[list[Cell]] = []
    keys = ["source", "file", "sheet", "column", "expected"]
    for (source, file, sheet, column, expected), group in held_back.groupby(keys, sort=True):
        numbers = [row for row in group["row"] if row]
        first = ", ".join(numbers[:_MOST_PLACES]) + (" ..." if len(numbers) > _MOST_PLACES else "")
        title = _title(catalogue, str(source), words) if source in known else str(source)
        # What no suite says comes from reading the file, in the language of messages.
        reason = said.get(str(expected), Markup('<span lang="en">{}</span>').format(expected))
        place = f"{file} {sheet}".strip()
        rows.append([title, place, _code(str(column)), first, reason, words.number(len(group))])
    heads = ("source", "file", "column", "where", "expected", "how-many")
    columns = [Column(t(f"validation.{name}"), numeric=name == "how-many") for name in heads]
    return table(t("validation.where-found"), columns, rows)


def _column(row: dict[Any, Any], words: Translator) -> Cell:
    """What a rule compares, in words where it is computed for the rule; else the columns as the delivery names them."""
    key = f"validation.compared.{row['rule']}"
    return words.t(key) if words.has(key) else _code(str(row["column"]))


def _code(name: str) -> Cell:
    return Markup("<code>{}</code>").format(name) if name else ""


def _example(catalogue: Catalogue, row: dict[Any, Any], words: Translator) -> str:
    """What was found; of a source that is protected not even a refused value is shown."""
    protected = any(source.id == row["source"] and source.disclosure is not None for source in catalogue.sources)
    found = "" if protected else str(row["found"])
    if not str(row["suite"]).startswith("family-"):
        return found
    labels = {indicator.id: indicator.label[words.language] for indicator in catalogue.indicators}
    return " ".join(labels.get(name.rstrip(";"), name.rstrip(";")) + ";" * name.endswith(";") for name in found.split())


def _questions(questions: pd.DataFrame, words: Translator) -> Markup:
    if questions.empty:
        return paragraph(words.t("validation.no-questions"))
    sample = Markup(' <span class="tag">{}</span>').format(words.t("sample.tag"))
    return bullet_list(
        Markup("{}{}").format(row[f"sentence_{words.language}"], sample if row["sample"] else "")
        for row in questions.to_dict("records")
    )


def _rules(
    catalogue: Catalogue,
    source: str,
    checks: pd.DataFrame,
    messages: dict[tuple[str, str], dict[str, str]],
    words: Translator,
) -> Markup:
    t = words.t
    columns = [
        Column(t("validation.expected")),
        Column(t("validation.column")),
        Column(t("validation.how-many"), numeric=True),
        Column(t("validation.held"), numeric=True),
    ]
    rows: list[list[Cell]] = [
        [
            messages.get((row["suite"], row["rule"]), {}).get(words.language, row["rule"]),
            _column(row, words),
            words.number(row["checked"]),
            words.number(row["failed"]),
        ]
        for row in checks.to_dict("records")
    ]
    title = t("validation.all-rules", source=_title(catalogue, source, words))
    return details(title, table(title, columns, rows, hidden_caption=True))


def _title(catalogue: Catalogue, source: str, words: Translator) -> str:
    return catalogue.source(source).title[words.language]


def _messages(expectations: Path) -> dict[tuple[str, str], dict[str, str]]:
    """What each rule expects, in the three languages, as the suites say it."""
    found = {}
    for path in sorted(expectations.glob("*.json")):
        for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
            meta = expectation["meta"]
            found[path.stem, meta["rule"]] = meta["message"]
    return found
