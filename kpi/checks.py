"""The catalogue's own guard: what loading alone does not prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kpi.catalogue import Catalogue, PrintedLines


def check_catalogue(catalogue: Catalogue) -> list[str]:
    """Everything that is wrong with a loaded catalogue, as sentences; empty when it is sound.

    Proves that source lines lie inside their document, an objective declares an indicator
    once per reading, dimension codes exist, no KPI is without an objective, what is computed
    from a value with a standing caveat carries that caveat, and nothing computed is protected as a cell of its own.
    """
    return [
        *_lines(catalogue),
        *_declared_once(catalogue),
        *_codes(catalogue),
        *_families(catalogue),
        *_samples(catalogue),
        *_caveats_kept(catalogue),
        *_protected_cells(catalogue),
    ]


def _lines(catalogue: Catalogue) -> Iterator[str]:
    def beyond(lines: PrintedLines, last: int) -> bool:
        texts = [text for text in (lines.fr, lines.nl) if text]
        return any(int(n) > last for text in texts for part in text.split(";") for n in part.split("-"))

    for objective in catalogue.objectives:
        if beyond(objective.lines, catalogue.document(objective.document).line_count):
            yield f"objective {objective.id}: its lines lie beyond the end of the document"
    for indicator, declaration in catalogue.declarations:
        document = catalogue.document(catalogue.objective(declaration.objective).document)
        if beyond(declaration.lines, document.line_count):
            yield f"indicator {indicator.id} in {declaration.objective}: lines beyond the end of {document.id}"


def _declared_once(catalogue: Catalogue) -> Iterator[str]:
    counts = Counter((i.id, d.objective, tuple(sorted(d.where.items()))) for i, d in catalogue.declarations)
    for (indicator, objective, where), count in counts.items():
        if count > 1:
            fixed = ", ".join(f"{k}={v}" for k, v in where)
            yield f"indicator {indicator}: {objective} declares it {count} times, dimensions {fixed or 'none'}"


def _codes(catalogue: Catalogue) -> Iterator[str]:
    lists = {code_list.id: code_list.codes for code_list in catalogue.code_lists}
    for indicator, declaration in catalogue.declarations:
        places = [declaration.where, *(target.where for target in declaration.targets)]
        for where in places:
            for dimension, code in where.items():
                if code not in lists.get(dimension, {}):
                    yield f"indicator {indicator.id} in {declaration.objective}: {dimension} has no code {code!r}"
    for indicator in catalogue.indicators:
        for caveat in indicator.caveats:
            if caveat not in lists.get("caveat", {}):
                yield f"indicator {indicator.id}: there is no caveat {caveat!r}"


def _families(catalogue: Catalogue) -> Iterator[str]:
    families = next((c.codes for c in catalogue.code_lists if c.id == "family"), {})
    for indicator in catalogue.indicators:
        if indicator.family not in families:
            yield f"indicator {indicator.id}: there is no family {indicator.family!r} in the code list 'family'"


def _samples(catalogue: Catalogue) -> Iterator[str]:
    objectives = {objective.id for objective in catalogue.objectives}
    for source in catalogue.sources:
        for objective in source.sample_on or ():
            if objective not in objectives:
                yield f"source {source.id}, field sample_on: there is no objective {objective!r}"


def _caveats_kept(catalogue: Catalogue) -> Iterator[str]:
    for indicator in catalogue.indicators:
        for name in indicator.derive.inputs if indicator.derive else ():
            for caveat in sorted(set(catalogue.indicator(name).caveats) - set(indicator.caveats)):
                yield f"indicator {indicator.id}: it is computed from {name}, and lacks its caveat {caveat!r}"


def _protected_cells(catalogue: Catalogue) -> Iterator[str]:
    """What is computed is hidden with its inputs; as a cell it would be hidden where they give it away."""
    for source in catalogue.sources:
        rules = source.disclosure
        for name in (*rules.counts, *rules.amounts) if rules else ():
            derive = catalogue.indicator(name).derive
            if derive is not None and derive.kind != "slice":
                why = "is computed, and hidden with what it is computed from; leave it out"
                yield f"source {source.id}, field disclosure: {name} {why}"
