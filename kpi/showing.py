"""How figures show themselves: picture, table and what qualifies them, for JupyterLab and pages alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from kpi.briefing import Breakdown, KpiReport, Series
from kpi.charts import chart_for, dimension_title
from kpi.charts.points import records, value_words
from kpi.errors import UsageError
from kpi.i18n import Translator, translator
from kpi.reporting.fragments import Fragment, chart_fragment, paragraph
from kpi.tables import Column, bullet_list, details, table

if TYPE_CHECKING:
    from kpi.figures import Figures

_MOST_PERIODS = 12
_NO_TARGETS = pd.DataFrame()


def fragments(figures: Figures) -> list[Fragment]:
    """Heading with a notice on sample data, picture, table, remarks; what there is nothing of is left out."""
    words, name = translator(figures.language), _section(figures)
    subject = figures.subject()
    if subject is None:
        return [Fragment(str(_heading(figures, subject, name) + paragraph(words.t("figures.none"))), name)]
    shown = [Fragment(str(_heading(figures, subject, name)), name)]
    drawn = _chart(figures, subject, words)
    if drawn is not None:
        shown.append(drawn)
    rows = _table(figures, subject, words)
    shown.append(Fragment(str(details(words.t("kpi.data"), rows) if drawn is not None else rows), name))
    remarks = bullet_list(_remarks(figures, subject, words), "flags")
    return [*shown, Fragment(str(remarks), name)] if remarks else shown


def chart(figures: Figures) -> Fragment:
    """The picture alone; see :meth:`kpi.figures.Figures.chart`."""
    subject = figures.subject()
    drawn = _chart(figures, subject, translator(figures.language)) if subject is not None else None
    if drawn is None:
        msg = f"{figures!r}: a picture takes two values of one source; .table() shows what there is."
        raise UsageError(msg)
    return drawn


def explanation(figures: Figures) -> pd.DataFrame:
    """Definition, sources, cautions and verdicts; see :meth:`kpi.figures.Figures.explain`."""
    words, language = translator(figures.language), figures.language
    indicator, catalogue = figures.indicator, figures.project.catalogue
    t = words.t
    told = [
        (t("figures.indicator"), f"{indicator.label[language]} ({indicator.id})"),
        (t("kpi.definition"), indicator.definition[language] if indicator.definition else ""),
        (t("kpi.formula"), indicator.formula.text[language] if indicator.formula else ""),
        (t("kpi.unit"), catalogue.label("unit", indicator.unit, language)),
    ]
    for source, rows in figures.frame.groupby("source", sort=False):
        periods = [words.period(p) for p in (rows["time_period"].iloc[0], rows["time_period"].iloc[-1]) if p]
        span = " – ".join(dict.fromkeys(periods))
        made_up = f" ({t('sample.tag')})" if rows["sample"].any() else ""
        told.append((t("kpi.source"), f"{_source_title(figures, str(source))}{made_up}: {span}"))
    told += [(t("kpi.caveat"), remark) for remark in _cautions(figures, figures.frame)]
    told += [(t("figures.verdict", objective=name), verdict) for name, verdict in _verdicts(figures, words)]
    return pd.DataFrame([pair for pair in told if pair[1]], columns=["topic", "words"])


def _verdicts(figures: Figures, words: Translator) -> Iterator[tuple[str, str]]:
    """What each objective that declares the indicator may say of it, with the reason where it may not."""
    from kpi.reporting.prepare import declared_reports  # noqa: PLC0415  (the briefing only where a verdict is asked for)

    for name, report in declared_reports(figures.project, figures.indicator):
        yield name, _verdict(report, words)


def _verdict(report: KpiReport, words: Translator) -> str:
    verdict = report.assessment
    status = words.t(f"status.{verdict.status}")
    return f"{status}: {words.t(f'reason.{verdict.reason}')}" if verdict.reason else status


def _section(figures: Figures) -> str:
    parts = (figures.indicator.id, figures.by or "total", figures.column, figures.base)
    return re.sub(r"[^a-z0-9]+", "-", "-".join(filter(None, parts)).lower())


def _name(figures: Figures, subject: Series | Breakdown | None, words: Translator) -> str:
    label = (subject or figures).indicator.label[figures.language]
    if not figures.by:
        return label
    return words.t(
        "chart.by", name=label, dimension=dimension_title(figures.by, figures.project.catalogue, figures.language)
    )


def _heading(figures: Figures, subject: Series | Breakdown | None, name: str) -> Markup:
    words = translator(figures.language)
    notice = Markup("")
    if subject is not None and subject.sample:
        notice = Markup('<p class="notice" role="note"><strong>{}</strong> {}</p>').format(
            words.t("sample.title"), words.t("sample.notice")
        )
    return Markup('<h2 id="{}-h">{}</h2>{}').format(name, _name(figures, subject, words), notice)


def _chart(figures: Figures, subject: Series | Breakdown, words: Translator) -> Fragment | None:
    drawn = chart_for(subject, targets=_NO_TARGETS, catalogue=figures.project.catalogue, translator=words)
    return chart_fragment(drawn, _section(figures)) if drawn is not None else None


def _table(figures: Figures, subject: Series | Breakdown, words: Translator) -> Markup:
    """The latest periods; one column a period and a row a part, or a row a period."""
    rows = records(subject.rows)
    periods = list(dict.fromkeys(str(row["time_period"]) for row in rows))[-_MOST_PERIODS:]
    unit = figures.project.catalogue.label("unit", str(rows[-1]["unit_measure"]), figures.language)
    caption = words.t("kpi.caption", name=_name(figures, subject, words), unit=unit)
    if isinstance(subject, Series):
        columns = [Column(words.t("table.period")), Column(words.t("table.value"), numeric=True)]
        values = {str(row["time_period"]): value_words(row, subject.indicator, words) for row in rows}
        return table(caption, columns, [(words.period(p), values[p]) for p in reversed(periods)])
    said = {
        (str(row[subject.dimension]), str(row["time_period"])): value_words(row, subject.indicator, words)
        for row in rows
    }
    title = dimension_title(subject.dimension, figures.project.catalogue, figures.language)
    columns = [Column(title), *(Column(words.period(p), numeric=True) for p in periods)]
    return table(caption, columns, [_part_row(figures, subject, c, periods, said) for c in _ordered(subject)])


def _part_row(
    figures: Figures, subject: Breakdown, code: str, periods: Sequence[str], said: dict[tuple[str, str], str]
) -> list[str]:
    label = figures.project.catalogue.label(subject.dimension, code, figures.language)
    return [label, *(said.get((code, period), "") for period in periods)]


def _ordered(subject: Breakdown) -> list[str]:
    """The parts, the largest of the latest period first."""
    latest = subject.rows.sort_values("period_end", kind="stable").drop_duplicates(subject.dimension, keep="last")
    ordered = latest.sort_values("obs_value", ascending=False, kind="stable")
    return [str(code) for code in ordered[subject.dimension]]


def _remarks(figures: Figures, subject: Series | Breakdown, words: Translator) -> list[str]:
    """What qualifies the values shown, and what else the frame holds."""
    source = words.t("figures.source", source=_source_title(figures, subject.source))
    told = [source, *_cautions(figures, subject.rows)]
    shown = figures.frame[figures.frame["source"] == subject.source]
    if (shown["conf_status"] != "F").any():
        told.append(words.t("notes.not-shown"))
    beside = len(figures.frame) - len(subject.rows)
    return [*told, words.n("figures.beside", beside)] if beside else told


def _source_title(figures: Figures, source: str) -> str:
    catalogue = figures.project.catalogue
    return next((s.title[figures.language] for s in catalogue.sources if s.id == source), source)


def _cautions(figures: Figures, rows: pd.DataFrame) -> list[str]:
    """Declared caveats, and the quality flags and states that any of the rows carries."""
    catalogue, language = figures.project.catalogue, figures.language
    told = [catalogue.label("caveat", code, language) for code in figures.indicator.caveats]
    names = sorted({flag for flags in rows["flags"] for flag in flags.split()} - {"computed", "every-year"})
    told += [catalogue.label("flag", flag, language) for flag in names]
    states = sorted(set(rows["obs_status"]) - {"A", ""})
    told += [catalogue.label("obs-status", state, language) for state in states]
    return told
