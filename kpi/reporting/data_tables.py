"""The values behind a picture as a table: parts and years across where that reads well, else a row a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kpi.briefing import Breakdown, KpiReport, Series
from kpi.charts import dimension_title
from kpi.charts.points import full_words, number, records, where_words
from kpi.observations import REGION, TOTAL, dimensions_of
from kpi.reporting import notes
from kpi.reporting.fragments import paragraph
from kpi.tables import Cell, Column, table

if TYPE_CHECKING:
    from kpi.reporting.page import Page

_MOST_ROWS = 36
_MOST_ACROSS = 8


def data_table(page: Page, subject: Series | Breakdown) -> Markup:
    """The values behind a picture, newest first."""
    tr, language = page.words, page.language
    label, part = subject.indicator.label[language], where_words(subject.part, page.catalogue, language)
    caption = tr.t("chart.part-of", name=label, part=part) if part else label
    if isinstance(subject, Breakdown):
        title = dimension_title(subject.dimension, page.catalogue, language)
        caption = tr.t("chart.by", name=caption, dimension=title)
        dims = [subject.dimension]
        rows = records(subject.rows)
    else:
        dims = []
        rows = records(subject.rows) + records(subject.superseded)
    unit = page.catalogue.label("unit", str(subject.rows["unit_measure"].iloc[-1]), language)
    ends = [tr.period(str(r["time_period"])) for r in (records(subject.rows)[0], records(subject.rows)[-1])]
    span = " – ".join(dict.fromkeys(ends))
    caption = tr.t("kpi.caption-span", name=caption, unit=unit, span=span)
    crossed = isinstance(subject, Breakdown) or subject.freq == "M"
    across = _across(page, subject, rows, caption) if crossed else None
    return _table(page, subject.indicator, rows, dims, caption) if across is None else across


def _across(page: Page, subject: Series | Breakdown, rows: list[dict[str, Any]], caption: str) -> Markup | None:
    """Parts, or months, down and years across, the newest first; None where single values need words of their own."""
    tr = page.words
    remarks = {_remark(page, row) for row in rows}
    references = list(dict.fromkeys(str(row["source_ref"]) for row in rows))
    counted = any(number(row["denominator"]) is not None for row in rows)
    if counted or len(remarks) > 1 or len(references) > 1 or len({row["measure"] for row in rows}) > 1:
        return None
    placed = [_place(page, subject, row) for row in rows]
    cells = dict(zip(placed, rows, strict=True))
    across = sorted({period for _, period in placed}, key=[p for _, p in placed].index, reverse=True)
    if len(cells) < len(rows) or not 1 < len(across) <= _MOST_ACROSS:
        return None
    down = list(dict.fromkeys(first for first, _ in sorted(placed)))
    head = tr.t("table.period")
    if isinstance(subject, Breakdown):
        head = dimension_title(subject.dimension, page.catalogue, page.language)
        down.sort(key=lambda part: -(number(cells.get((part, across[0]), {}).get("obs_value")) or 0.0))
    columns = [Column(head), *(Column(tr.period(period), numeric=True) for period in across)]
    body: list[list[Cell]] = [
        [
            first[1],
            *(
                full_words(row, subject.indicator, tr) if (row := cells.get((first, period))) else ""
                for period in across
            ),
        ]
        for first in down
    ]
    return table(caption, columns, body) + _for_all(page, remarks, references)


def _place(page: Page, subject: Series | Breakdown, row: dict[str, Any]) -> tuple[tuple[str, str], str]:
    """The line (order and words) and the column of a value."""
    period = str(row["time_period"])
    if isinstance(subject, Breakdown):
        name = page.catalogue.label(subject.dimension, str(row[subject.dimension]), page.language)
        return (name, name), period
    return (period[5:], page.words.month(period, "LLLL")), period[:4]


def _for_all(page: Page, remarks: Iterable[str], references: Sequence[str]) -> Markup:
    """What holds for every value of a table, told once below it."""
    told = [page.words.t("table.for-all", remark=remark) for remark in remarks if remark]
    told += [
        page.words.t("table.reference-of", reference=notes.reference_words(page, name)) for name in references if name
    ]
    return paragraph(" · ".join(told), "more")


def rows_table(page: Page, report: KpiReport, rows: list[dict[str, Any]], title: str) -> Markup:
    """Values that no picture shows, each with the codes it is of."""
    shown = [d for d in dimensions_of(report.rows) if any(row.get(d, TOTAL) != TOTAL for row in rows)]
    shown += ["ref_area"] if any(row["ref_area"] != REGION for row in rows) else []
    caption = page.words.t("kpi.caption", name=report.indicator.label[page.language], unit=title)
    return _table(page, report.indicator, rows, shown, caption)


def _table(page: Page, indicator: Any, rows: list[dict[str, Any]], dims: list[str], caption: str) -> Markup:
    tr = page.words
    newest = sorted(rows, key=lambda r: str(r["period_end"] or r["period_start"]), reverse=True)
    shown = newest[:_MOST_ROWS]
    parts = any(number(row["denominator"]) is not None for row in shown)
    kinds = any(row["measure"] != "actual" for row in shown)
    remarks = [_remark(page, row) for row in shown]
    references = [str(row["source_ref"]) for row in shown]
    shared_remark, shared_reference = (len(shown) > 1 and len(set(told)) == 1 for told in (remarks, references))
    remarked = any(remarks) and not shared_remark
    columns = [
        Column(tr.t("table.period")),
        *(Column(dimension_title(d, page.catalogue, page.language)) for d in dims),
        *([Column(tr.t("table.kind"))] if kinds else []),
        Column(tr.t("table.value"), numeric=True),
        *(
            [Column(tr.t("table.numerator"), numeric=True), Column(tr.t("table.denominator"), numeric=True)]
            if parts
            else []
        ),
        *([Column(tr.t("table.remark"))] if remarked else []),
        *([] if shared_reference else [Column(tr.t("table.reference"))]),
    ]
    body: list[list[Cell]] = []
    for row, remark in zip(shown, remarks, strict=True):
        cells: list[Cell] = [tr.period(str(row["time_period"]))]
        cells += [page.catalogue.label(d, str(row.get(d, TOTAL)), page.language) for d in dims]
        if kinds:
            cells.append(page.catalogue.label("measure", str(row["measure"]), page.language))
        cells.append(full_words(row, indicator, tr))
        if parts:
            cells += [tr.number(number(row["numerator"])), tr.number(number(row["denominator"]))]
        if remarked:
            cells.append(remark)
        if not shared_reference:
            cells.append(notes.reference_words(page, str(row["source_ref"])))
        body.append(cells)
    shared = _for_all(page, remarks[:1] if shared_remark else (), references[:1] if shared_reference else ())
    more = paragraph(tr.n("table.more", len(newest) - len(shown)), "more") if len(newest) > len(shown) else ""
    return Markup("{}{}{}").format(table(caption, columns, body), shared, more)


def _remark(page: Page, row: dict[str, Any]) -> str:
    """Status, confidentiality and flags of one value, in words."""
    tr = page.words
    told = (
        []
        if row["obs_status"] in {"A", ""}
        else [page.catalogue.label("obs-status", str(row["obs_status"]), page.language)]
    )
    told += [
        page.catalogue.label("flag", flag, page.language)
        for flag in str(row["flags"]).split()
        if flag not in notes.TECHNICAL_FLAGS
    ]
    other = number(row["alternative"])
    if other is not None:
        told.append(tr.t("flag.probable", probable=tr.value(other, str(row["unit_measure"]))))
    was = number(row["printed"])
    if was is not None:
        value = tr.value(number(row["obs_value"]), str(row["unit_measure"]))
        told.append(tr.t("flag.corrected", printed=tr.value(was, str(row["unit_measure"])), value=value))
    if row["sample"]:
        told.append(tr.t("sample.tag"))
    return tr.joined(told)
