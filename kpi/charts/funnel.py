"""A rate with what it is made of, as a funnel: what entered, what came through, what may still."""

from __future__ import annotations

from itertools import pairwise

from kpi.briefing import KpiReport
from kpi.catalogue import Indicator
from kpi.charts import bars, findings, plots
from kpi.charts.choose import Chart, chart_id_of
from kpi.charts.points import points_of
from kpi.i18n import Translator

#: Below, a first step fills nothing that could be seen.
_LEAST = 1.0


def funnel_chart(report: KpiReport, *, translator: Translator) -> Chart | None:
    """The funnel of the first rate that can be read from a KPI and the measures beside it; None where there is none."""
    known = {r.indicator.id: r for r in (report, *report.beside) if r.headline is not None}
    for name, rate in known.items():
        steps, open_name = _steps(rate.indicator)
        if len(steps) < 2 or not set(steps) <= set(known):
            continue
        by_step = [_counts(known[step], translator) for step in steps]
        periods = [p for p in by_step[0] if all(p in counts for counts in by_step)]
        if not periods:
            continue
        period = periods[-1]
        counts = [values[period] for values in by_step]
        if counts[0] < _LEAST or any(later > earlier for earlier, later in pairwise(counts)):
            continue
        still_open = _counts(known[open_name], translator).get(period, 0.0) if open_name in known else 0.0
        names = [known[step].indicator.label[translator.language] for step in steps]
        words = [_step_words(counts, i, translator) for i in range(len(counts))]
        headlines = [h for step in steps if (h := known[step].headline) is not None]
        chart_id = chart_id_of(report.indicator, "funnel", name, *(h.source for h in headlines), period)
        figure = bars.funnel_figure(
            names, counts, words, still_open, translator,
            chart_id=chart_id, subtitle=plots.plain(translator.period(period)), sample=any(h.sample for h in headlines),
        )  # fmt: skip
        finding = findings.funnel_finding(names, counts, still_open, translator)
        title = translator.t("chart.part-of", name=rate.indicator.label[translator.language],
                             part=translator.period(period))  # fmt: skip
        described = translator.n("chart.description", len(names), name=title, finding=finding)
        cells = [*zip(names, words, strict=True)]
        if still_open:
            cells.append((known[open_name].indicator.label[translator.language], translator.number(still_open)))
        return Chart(chart_id, figure, finding, described, cells=tuple(cells), title=title)
    return None


def _steps(rate: Indicator) -> tuple[tuple[str, ...], str]:
    """The indicators a rate of counts leads through, first to last, and the one that counts what is still open."""
    derive = rate.derive
    if derive is None or rate.unit != "percent":
        return (), ""
    if derive.kind in {"step-rate", "overall-rate"}:
        return derive.steps, ""
    entered, through = derive.entered or derive.denominator, derive.converted or derive.numerator
    if derive.kind in {"cohort", "ratio"} and entered and through:
        return (entered, through), derive.open or ""
    return (), ""


def _counts(report: KpiReport, translator: Translator) -> dict[str, float]:
    """Exact counts by period, oldest first."""
    if report.headline is None or report.headline.rows["unit_measure"].iloc[-1] != "count":
        return {}
    return {p.period: p.value for p in points_of(report.headline.rows, report.indicator, translator) if p.exact}


def _step_words(counts: list[float], place: int, translator: Translator) -> str:
    """The count of a step, its share of the first, and of the step before where that is another."""
    words = translator.number(counts[place])
    if place == 0:
        return words
    words = f"{words} · {translator.percent(counts[place] / counts[0], 0)}"
    if place > 1 and counts[place - 1]:
        words = (
            f"{words} · {translator.t('chart.of-step', share=translator.percent(counts[place] / counts[place - 1], 0))}"
        )
    return words
