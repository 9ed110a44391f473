"""The register for people: a page per indicator with everyone who declares it, and the index of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from kpi.catalogue import LANGUAGES, Catalogue, Declaration, Indicator, Text
from kpi.charts.points import records, value_words, where_words
from kpi.i18n import Translator, translator
from kpi.observations import TOTAL, dimensions_of
from kpi.parsing.text import fold
from kpi.reporting.fragments import heading, in_language, objective_code, paragraph
from kpi.reporting.frame import write_framed, write_text
from kpi.reporting.labelled import Reader
from kpi.reporting.notes import TECHNICAL_FLAGS, reference_words
from kpi.reporting.portal import found_many, search_script
from kpi.tables import Cell, Column, definition_list, table

#: Script with the words of every indicator, by the address of its page.
SEARCH = "indicators.js"
_MOST_ROWS = 150
_FINE = frozenset({"M", "Q", "S"})
_LATEST_FINE = 24


def write_indicator_page(
    indicator: Indicator,
    catalogue: Catalogue,
    by_indicator: Mapping[str, pd.DataFrame],
    remarks: Mapping[str, Text],
    site: Path,
) -> None:
    """Write ``<language>/indicators/<id>.html`` in each language.

    Args:
        indicator: whose page it is.
        catalogue: the register.
        by_indicator: what was printed or computed, see :class:`kpi.evidence.Evidence`.
        remarks: on published figures, by figure.
        site: root of the site.
    """
    for language in LANGUAGES:
        body = _body(indicator, by_indicator.get(indicator.id), catalogue, translator(language), remarks)
        write_framed(site, language, f"indicators/{indicator.id}.html", title=indicator.label[language], body=body)


def write_indicator_index(catalogue: Catalogue, counts: Mapping[str, int], site: Path) -> None:
    """Write ``<language>/indicators/index.html``; ``counts`` says how many values an indicator has."""
    words_of = {f"{indicator.id}.html": {"words": _searched(indicator)} for indicator in catalogue.indicators}
    write_text(site / "assets" / SEARCH, search_script(words_of))
    for language in LANGUAGES:
        words = translator(language)
        write_framed(
            site,
            language,
            "indicators/index.html",
            template="indicators.html.j2",
            title=words.t("register.indicators"),
            scripts=(SEARCH, "portal.js"),
            families=list(_entries(catalogue, counts, words)),
            count=len(catalogue.indicators),
            many=found_many("register.found", words),
        )


def _body(
    indicator: Indicator,
    rows: pd.DataFrame | None,
    catalogue: Catalogue,
    words: Translator,
    remarks: Mapping[str, Text],
) -> Markup:
    parts = [
        paragraph(indicator.definition[words.language], "lead") if indicator.definition else Markup(""),
        definition_list(_facts(indicator, catalogue, words)),
        heading(words.t("register.declared")),
        _declarations(indicator, catalogue, words),
        heading(words.t("register.values")),
        _values(indicator, rows, catalogue, words, remarks),
    ]
    return Markup("\n").join(part for part in parts if part)


def _facts(indicator: Indicator, catalogue: Catalogue, words: Translator) -> Iterator[tuple[Cell, Cell]]:
    """What the register says of it; words in another language are marked as such."""
    t, language = words.t, words.language
    yield t("register.id"), Markup("<code>{}</code>").format(indicator.id)
    yield t("register.family"), catalogue.label("family", indicator.family, language)
    yield t("register.unit"), catalogue.label("unit", indicator.unit, language)
    yield t("register.direction"), t(f"direction.{indicator.direction}")
    yield t("register.frequency"), t(f"register.frequency.{indicator.frequency}")
    if indicator.formula:
        origin = t(f"register.origin.{indicator.formula.origin}")
        yield t("register.formula"), Markup("{} ({})").format(indicator.formula.text[language], origin)
    yield t("register.dimensions"), ", ".join(catalogue.code_list(d).title[language] for d in indicator.dimensions)
    inputs = indicator.derive.inputs if indicator.derive else ()
    yield t("register.derived"), _to_indicators(inputs, catalogue, language)
    yield t("register.part-of"), _to_indicators(indicator.part_of, catalogue, language)
    yield t("register.beside"), _to_indicators(indicator.beside, catalogue, language)
    for caveat in indicator.caveats:
        yield t("register.caveat"), catalogue.label("caveat", caveat, language)
    for other in LANGUAGES:
        if other != language:
            yield t(f"language.{other}"), in_language(other, indicator.label[other], language)


def _to_indicators(names: Iterable[str], catalogue: Catalogue, language: str) -> Markup:
    link = Markup('<a href="{}.html">{}</a>')
    return Markup(", ").join(link.format(name, catalogue.indicator(name).label[language]) for name in names)


def _declarations(indicator: Indicator, catalogue: Catalogue, words: Translator) -> Markup:
    t = words.t
    if not indicator.declared:
        return paragraph(t("register.declared-nowhere"))
    columns = [Column(t("register.objective")), Column(t("register.printed")), Column(t("register.lines"))]
    rows = [_declaration(declaration, catalogue, words) for declaration in indicator.declared]
    return table(t("register.declared"), columns, rows, hidden_caption=True)


def _declaration(declaration: Declaration, catalogue: Catalogue, words: Translator) -> list[Cell]:
    language = words.language
    objective = catalogue.objective(declaration.objective)
    part = where_words(declaration.where, catalogue, language)
    name = Markup('{} <a href="../{}/{}.html">{}</a>').format(
        objective_code(objective.code, language), objective.document, objective.slug, objective.title[language]
    )
    printed = [
        in_language(code, text, language)
        for code, text in (("fr", declaration.label.fr), ("nl", declaration.label.nl))
        if text
    ]
    noted = [part, declaration.remark[language] if declaration.remark else ""]
    if declaration.conflict:
        noted.insert(0, words.t("register.conflict"))
    if declaration.traffic_light is not None and declaration.traffic_light.empty:
        noted.append(words.t("register.thresholds-empty"))
    notes = [Markup("<small>{}</small>").format(note) for note in noted if note]
    lines = words.joined(f"{code.upper()} {text}" for code, text in declaration.lines.model_dump().items() if text)
    return [
        name,
        Markup("<br>").join([*printed, *notes]),
        f"{catalogue.document(objective.document).short_title[language]}, {lines}",
    ]


def _values(
    indicator: Indicator,
    rows: pd.DataFrame | None,
    catalogue: Catalogue,
    words: Translator,
    remarks: Mapping[str, Text],
) -> Markup:
    t, language = words.t, words.language
    if rows is None or rows.empty:
        return paragraph(t("register.no-values"))
    chosen = _chosen(rows)
    dims = [*(d for d in dimensions_of(chosen) if (chosen[d] != TOTAL).any()), "ref_area"]
    columns = [
        Column(t("register.period")),
        Column(t("register.part")),
        Column(t("register.kind")),
        Column(t("register.value"), numeric=True),
        Column(t("register.source")),
        Column(t("register.notes")),
    ]
    listed = [
        [
            words.period(row["time_period"]) if row["time_period"] else t("period.undated"),
            where_words({d: row[d] for d in dims}, catalogue, language),
            catalogue.label("measure", row["measure"], language),
            value_words(row, indicator, words),
            reference_words(Reader(catalogue, words), row["source_ref"]),
            _notes(row, catalogue, words, remarks),
        ]
        for row in records(chosen)
    ]
    more = paragraph(words.n("register.more", len(rows) - len(chosen))) if len(rows) > len(chosen) else Markup("")
    return table(t("register.values"), columns, listed, hidden_caption=True) + more


def _chosen(rows: pd.DataFrame) -> pd.DataFrame:
    """Real before sample, newest first; of months and quarters the last two years of totals only."""
    fine = rows["freq"].isin(_FINE)
    latest = rows[fine].sort_values("period_end", kind="stable").tail(_LATEST_FINE)
    kept = pd.concat([rows[~fine], latest])
    return kept.sort_values(["sample", "period_end"], ascending=[True, False], kind="stable").head(_MOST_ROWS)


def _notes(row: Mapping[str, object], catalogue: Catalogue, words: Translator, remarks: Mapping[str, Text]) -> Markup:
    flags = [flag for flag in str(row["flags"]).split() if flag not in TECHNICAL_FLAGS]
    notes: list[Cell] = [catalogue.label("flag", flag, words.language) for flag in flags]
    remark = remarks.get(str(row["figure"]))
    if remark:
        notes.append(remark[words.language])
    if row["sample"]:
        notes.insert(0, Markup('<span class="tag">{}</span>').format(words.t("sample.tag")))
    return Markup(words.t("phrase.next")).join(notes)  # noqa: S704  (our own words)


def _entries(catalogue: Catalogue, counts: Mapping[str, int], words: Translator) -> Iterator[dict[str, object]]:
    """Families with their indicators, in the alphabetical order of the page's language."""
    language = words.language
    families = catalogue.code_list("family").codes
    grouped: dict[str, list[Indicator]] = {}
    for indicator in catalogue.indicators:
        grouped.setdefault(indicator.family, []).append(indicator)
    for family, members in sorted(grouped.items(), key=lambda pair: fold(families[pair[0]][language])):
        entries = [
            {
                "id": indicator.id,
                "label": indicator.label[language],
                "declared": len(indicator.declared),
                "values": counts.get(indicator.id, 0),
            }
            for indicator in sorted(members, key=lambda i: fold(i.label[language]))
        ]
        yield {"id": family, "title": families[family][language], "entries": entries}


def _searched(indicator: Indicator) -> str:
    texts = [indicator.id, *(indicator.label[language] for language in LANGUAGES)]
    return " ".join(dict.fromkeys(word for text in texts for word in fold(text).split()))
