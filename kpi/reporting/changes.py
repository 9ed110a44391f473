"""What changed since the previous publication: new and revised figures, verdicts that moved, figures gone stale.

A site carries its own state (``state.json``): the latest real value and the verdict of every
declared KPI, and a log of the last publications that changed any. The next run compares its state
with that one. Equal data give an equal state and log, and so the same page and the same feed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from kpi.briefing import KpiReport
from kpi.catalogue import LANGUAGES, Catalogue
from kpi.charts.points import number, where_words
from kpi.coverage import state as coverage_state
from kpi.files import read_json
from kpi.i18n import Translator, translator
from kpi.parsing.periods import bounds
from kpi.reporting.feed import write_feed
from kpi.reporting.fragments import heading, objective_link, paragraph
from kpi.reporting.frame import write_framed, write_text
from kpi.reporting.verdict import STATUS_SIGNS
from kpi.tables import Cell, Column, details, table

#: What can happen to a KPI between two publications, in the order of the page.
KINDS = ("new", "revised", "withdrawn", "verdict", "stale")
Kind = Literal["new", "revised", "withdrawn", "verdict", "stale"]
FILE = "state.json"
#: Publications that the page and the feed look back on.
LOG_KEPT = 12
_VALUE = ("value", "low", "high", "qualifier")

#: Of one KPI: its latest real value with unit and period, its verdict, whether the value is stale.
KpiState = Mapping[str, Any]
#: Of one publication: ``since`` and ``until`` (as-of dates) and ``changes`` (kind, kpi, before, after).
Entry = Mapping[str, Any]
State = dict[str, Any]


def kpi_state(report: KpiReport, as_of: str) -> dict[str, Any]:
    """What the next publication compares of a declared KPI; made-up numbers are no state of anything."""
    told: dict[str, Any] = {
        "indicator": report.indicator.id,
        "where": dict(report.declaration.where) if report.declaration else {},
    }
    if report.headline is None or report.headline.sample:
        return told
    row = report.headline.latest
    named = {"value": row["obs_value"], "low": row["value_low"], "high": row["value_high"]}
    known = {name: found for name, value in named.items() if (found := number(value)) is not None}
    if not known:  # withheld: there is a value, but nobody may know it
        return told
    return {
        **told,
        **known,
        "qualifier": str(row["qualifier"]),
        "unit": str(row["unit_measure"]),
        "period": str(row["time_period"]),
        "status": report.assessment.status,
        "stale": coverage_state(report, as_of) == "stale",
    }


def next_state(summaries: Mapping[str, Mapping[str, Any]], before: State | None, as_of: str) -> State:
    """The state of a publication and its log.

    Args:
        summaries: objective id -> ``kpis`` (of :func:`kpi_state`); an objective without a summary
            (its page failed) stays as it was.
        before: state of the previous publication; None for the first.
        as_of: date or year the pages speak of.
    """
    kpis = {_key(objective, kpi): kpi for objective, told in summaries.items() for kpi in told.get("kpis", ())}
    if before is None:
        return {"as_of": as_of, "kpis": kpis, "log": []}
    kept = {key: kpi for key, kpi in before["kpis"].items() if key.partition("#")[0] not in summaries}
    kpis = {**kept, **kpis}
    changes = compare(before["kpis"], kpis)
    entry = [{"since": before["as_of"], "until": as_of, "changes": changes}] if changes else []
    return {"as_of": as_of, "kpis": kpis, "log": [*entry, *before["log"]][:LOG_KEPT]}


def _key(objective: str, kpi: KpiState) -> str:
    where = "&".join(f"{dim}={code}" for dim, code in sorted(kpi["where"].items()))
    return f"{objective}#{kpi['indicator']}" + (f"?{where}" if where else "")


def compare(before: Mapping[str, KpiState], after: Mapping[str, KpiState]) -> list[dict[str, Any]]:
    """What happened to each KPI, by kind and then by KPI.

    >>> old = {"a/b#x": {"value": 1.0, "period": "2020", "status": "on-course"}}
    >>> new = {"a/b#x": {"value": 2.0, "period": "2021", "status": "off-course"}}
    >>> [change["kind"] for change in compare(old, new)]
    ['new', 'verdict']
    """
    found = [
        {"kind": kind, "kpi": key, "before": dict(before.get(key, {})), "after": dict(after.get(key, {}))}
        for key in sorted({*before, *after})
        for kind in _kinds(before.get(key, {}), after.get(key, {}))
    ]
    return sorted(found, key=lambda change: (KINDS.index(change["kind"]), change["kpi"]))


def _kinds(old: KpiState, new: KpiState) -> Iterable[Kind]:
    had, has = "period" in old, "period" in new
    if has and (not had or _end(new) > _end(old)):
        yield "new"
    elif had and (not has or _end(new) < _end(old)):
        yield "withdrawn"
    elif had and [old.get(name) for name in _VALUE] != [new.get(name) for name in _VALUE]:
        yield "revised"
    if had and has and old["status"] != new["status"]:
        yield "verdict"
    if had and has and new.get("stale") and not old.get("stale"):
        yield "stale"


def _end(kpi: KpiState) -> str:
    return bounds(kpi["period"])[1] if kpi["period"] else ""


def read_state(site: Path) -> State | None:
    """The state that a site carries; None for a site without one that can be read."""
    return read_json(site / FILE) or None


def write_changes(
    catalogue: Catalogue, summaries: Mapping[str, Mapping[str, Any]], site: Path, published: Path, as_of: str
) -> None:
    """Write ``state.json``, and ``changes.html`` and ``changes.atom`` of each language.

    Args:
        catalogue: the register.
        summaries: see :func:`next_state`.
        site: root of the site that is being made.
        published: root of the site it will replace; need not exist.
        as_of: date or year the pages speak of.
    """
    state = next_state(summaries, read_state(published), as_of)
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    write_text(site / FILE, text + "\n")
    for language in LANGUAGES:
        words = translator(language)
        entries = [(headline(entry, words), _listed(entry, catalogue, words), entry) for entry in state["log"]]
        body = _body(entries, words)
        as_of_words = words.period(as_of) if as_of else ""
        write_framed(site, language, "changes.html", title=words.t("changes.title"), body=body, as_of=as_of_words)
        write_feed(site, language, [(title, body, entry["until"], entry) for title, body, entry in entries])


def headline(entry: Entry, words: Translator) -> str:
    """How many of each kind, for the head of an entry: ``2 new figures, 1 verdict moved``."""
    counts = {kind: sum(1 for change in entry["changes"] if change["kind"] == kind) for kind in KINDS}
    return ", ".join(words.n(f"changes.count.{kind}", count) for kind, count in counts.items() if count)


def _body(entries: list[tuple[str, Markup, Entry]], words: Translator) -> Markup:
    t = words.t
    parts = [paragraph(t("changes.intro"), "intro")]
    for place, (title, listed, entry) in enumerate(entries):
        when = t("changes.between", since=_when(entry["since"], words), until=_when(entry["until"], words))
        if place == 0:
            parts += [heading(title), paragraph(when, "label"), listed]
        else:
            parts.append(details(words.t("phrase.named", name=when, words=title), listed))
    if not entries:
        parts.append(paragraph(t("changes.none")))
    feed = Markup('<a href="changes.atom" type="application/atom+xml">{}</a>').format(t("changes.feed"))
    return Markup("\n").join([*parts, paragraph(feed)])


def _when(as_of: str, words: Translator) -> str:
    return words.period(as_of) if as_of else words.t("period.undated")


def _listed(entry: Entry, catalogue: Catalogue, words: Translator) -> Markup:
    """A table a kind."""
    parts = []
    for kind in KINDS:
        changes = [change for change in entry["changes"] if change["kind"] == kind]
        columns = [
            Column(words.t("overview.kpi")),
            Column(words.t("changes.before"), numeric=kind != "verdict"),
            Column(words.t("changes.after"), numeric=kind != "verdict"),
            Column(words.t("register.objective")),
        ]
        rows = [row for change in changes if (row := _row(change, catalogue, words))]
        if rows:
            parts.append(table(words.t(f"changes.kind.{kind}"), columns, rows))
    return Markup("\n").join(parts)


def _row(change: Mapping[str, Any], catalogue: Catalogue, words: Translator) -> list[Cell] | None:
    """One change; None where the register knows the KPI or its objective no more."""
    name = change["kpi"].partition("#")[0]
    told = change["after"] or change["before"]
    objective = next((o for o in catalogue.objectives if o.id == name), None)
    indicator = next((i for i in catalogue.indicators if i.id == told["indicator"]), None)
    if objective is None or indicator is None:
        return None
    label, part = indicator.label[words.language], where_words(told["where"], catalogue, words.language)
    show = _verdict if change["kind"] == "verdict" else _value
    return [
        words.t("chart.part-of", name=label, part=part) if part else label,
        show(change["before"], words, indicator.decimals),
        show(change["after"], words, indicator.decimals),
        # From a page of the language's folder the way is shorter than from a report.
        Markup(str(objective_link(objective, words.language)).replace('"../', '"', 1)),  # noqa: S704  (our own link)
    ]


def _value(kpi: KpiState, words: Translator, decimals: int | None) -> str:
    if "period" not in kpi:
        return "–"
    bounds_known = (kpi.get("low"), kpi.get("high"), kpi["qualifier"])
    value = words.value(kpi.get("value"), kpi["unit"], *bounds_known, decimals if _computed(kpi) else None)
    return f"{value} ({words.period(kpi['period'])})"


def _computed(kpi: KpiState) -> bool:
    """Whether the number goes on past what is shown, as quotients do."""
    return kpi.get("value") is not None and round(kpi["value"], 3) != kpi["value"]


def _verdict(kpi: KpiState, words: Translator, _: int | None) -> str:
    status = kpi["status"]
    return f"{STATUS_SIGNS[status]} {words.t(f'status.{status}')}"
