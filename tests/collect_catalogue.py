"""A register of a few KPIs, one of each kind that a collection workbook must tell apart, with the real code lists."""

from kpi.catalogue import (
    Catalogue,
    Declaration,
    Document,
    Indicator,
    Objective,
    Organisation,
    PrintedText,
    Source,
    Text,
)


def same(word: str) -> Text:
    return Text(fr=word, nl=word, en=word)


def indicator(name: str, unit: str, frequency: str = "yearly", aggregation: str = "sum", **more) -> Indicator:
    declared = more.pop("declared", (Declaration(objective="note-2022/os-1"),))
    words = {"label": same(name.capitalize()), "family": more.pop("family", "events"), "direction": "higher"}
    return Indicator(
        id=name, unit=unit, frequency=frequency, aggregation=aggregation, declared=declared, **words, **more
    )


def collect_catalogue(real: Catalogue) -> Catalogue:
    """One organisation that owes ten KPIs, another that owes one of them as well and one of its own."""
    document = Document(
        id="note-2022",
        title=same("Note"),
        short_title=same("Note 2022"),
        publisher=same("Region"),
        reporting_year=2022,
        languages=("fr", "nl"),
        line_count=100,
    )
    both = tuple(Declaration(objective=f"note-2022/os-{n}", where={"market": "FR"}) for n in (1, 2))
    printed = Declaration(objective="note-2022/os-1", label=PrintedText(fr="Visites du site"))
    shared = Declaration(objective="note-2022/os-3")
    elsewhere = Declaration(objective="note-2022/os-1", owner="agency")
    indicators = (
        indicator("visits", "persons", declared=(printed,), definition=same("=Visits, counted at the door")),
        indicator("guests", "persons", "monthly", family="press"),
        indicator("mean-guests", "persons", aggregation="mean"),
        indicator("share", "percent", aggregation="ratio-of-sums"),
        indicator("growth", "percent", aggregation="ratio-of-sums", neutral_value=0),
        indicator("spending", "EUR", "quarterly"),
        indicator("report", "boolean", aggregation="last"),
        indicator("study", "text", aggregation="none"),
        indicator("place", "rank", aggregation="rank"),
        indicator("leads", "count", "event", dimensions=("market",), declared=both),
        indicator("jobs-created", "jobs", declared=(shared,)),
        indicator("elsewhere", "count", declared=(elsewhere,)),
    )
    objective = {"level": "strategic", "title": same("Objective")}
    return Catalogue(
        documents=(document,),
        organisations=(
            Organisation(id="office-brussels", name=Text(fr="Bureau.brussels", nl="Kantoor", en="Office.brussels")),
            Organisation(id="agency", name=same("Agency")),
            Organisation(id="idle", name=same("Idle")),
        ),
        objectives=(
            *(Objective(id=f"note-2022/os-{n}", organisations=("office-brussels",), **objective) for n in (1, 2)),
            Objective(id="note-2022/os-3", organisations=("office-brussels", "agency"), **objective),
        ),
        indicators=indicators,
        code_lists=real.code_lists,
        sources=(Source(id="collection", title=same("Collection"), organisation="office-brussels"),),
    )
