"""A small register for the tests of sources: enough codes to read with, independent of the real one."""

from kpi.catalogue import Catalogue, CodeList, Document, Indicator, Objective, Organisation, Source, Text

UNITS = {
    **dict.fromkeys(("overnight-stays",), "nights"),
    **dict.fromkeys(("arrivals", "congress-participants-confirmed", "press-trip-reach"), "persons"),
    **dict.fromkeys(("export-aid-processing-days", "congress-days-confirmed"), "days"),
    **dict.fromkeys(
        (
            *("export-aid-amount", "export-aid-paid", "export-aid-requested"),
            *("press-trip-hosting-cost", "press-trip-ad-value"),
        ),
        "EUR",
    ),
    **dict.fromkeys(
        (
            *("export-aids-granted", "export-aid-decisions", "export-aid-applications", "congress-leads"),
            *("congress-leads-open", "congress-site-inspections", "congresses-converted-site-visit"),
            *("congress-bids", "congresses-converted-bid", "congresses-in-competition"),
            *("congresses-won-in-competition", "press-trips", "press-trips-large", "press-trips-small"),
            "press-trip-articles",
        ),
        "count",
    ),
    "export-aid-share-number": "percent",
}
LISTS = {
    "unit": ["nights", "persons", "days", "EUR", "count", "percent"],
    "ref_area": ["BE10", "BE"],
    "purpose": ["leisure", "mice"],
    "accommodation": [
        *("hotel", "holiday-home", "guest-house", "youth-hostel", "camping", "apartment-hotel", "other"),
    ],
    "aid_measure": [
        *("information-material", "prospecting-outside-eu", "fairs-abroad", "trademark-advice", "recruitment"),
        *("prospecting-trips", "tenders-outside-eu", "prospecting-office"),
    ],
    "sector": [
        *("food-drink", "ict", "construction", "health-life-sciences", "creative-media", "fashion-design"),
        *("services", "environment-energy", "industry", "education-research", "law-policy", "finance", "other"),
    ],
    "company_size": ["micro", "small", "medium", "self-employed"],
    "congress_type": ["association", "corporate", "institutional", "fair"],
    "stage": ["lead", "site-inspection", "bid", "confirmed", "lost", "cancelled"],
    "trip_size": ["large", "small"],
    "trip_format": ["in-person", "hybrid", "digital"],
    "medium": ["print", "online", "tv", "radio", "blog", "social"],
    "cost_item": ["transport", "hotel", "catering", "other"],
}
COUNTRIES = {
    "BE": ("Belgique", "België", "Belgium"),
    "FR": ("France", "Frankrijk", "France"),
    "GB": ("Royaume-Uni", "Verenigd Koninkrijk", "United Kingdom"),
    "DE": ("Allemagne", "Duitsland", "Germany"),
    "NL": ("Pays-Bas", "Nederland", "Netherlands"),
    "ES": ("Espagne", "Spanje", "Spain"),
    "IT": ("Italie", "Italië", "Italy"),
    "US": ("États-Unis", "Verenigde Staten", "United States"),
    "CN": ("Chine", "China", "China"),
    "JP": ("Japon", "Japan", "Japan"),
    "BR": ("Brésil", "Brazilië", "Brazil"),
    "IN": ("Inde", "India", "India"),
    "EUROPE": ("Europe", "Europa", "Europe"),
    "OTHER": ("Autres", "Andere", "Other"),
    "UNK": ("Inconnu", "Onbekend", "Unknown"),
}


def same(word: str) -> Text:
    """One word for the three languages."""
    return Text(fr=word, nl=word, en=word)


def small_catalogue() -> Catalogue:
    """Codes, indicators and one document of a hundred lines."""
    total = {"_T": Text(fr="Total", nl="Totaal", en="Total")}
    lists = [
        CodeList(id=name, title=same(name.replace("_", " ")), codes=total | {code: same(code) for code in codes})
        for name, codes in LISTS.items()
    ]
    market = CodeList(
        id="market",
        title=Text(fr="Marché", nl="Markt", en="Market"),
        codes=total | {code: Text(fr=fr, nl=nl, en=en) for code, (fr, nl, en) in COUNTRIES.items()},
        aliases={"Angleterre": "GB", "U.K.": "GB", "USA": "US", "Hollande": "NL", "tous": "_T"},
    )
    indicators = [
        Indicator(
            id=name,
            label=same(name),
            family="test",
            unit=unit,
            direction="higher",
            aggregation="sum",
            frequency="yearly",
        )
        for name, unit in UNITS.items()
    ]
    document = Document(
        id="note-2022",
        title=same("Note"),
        short_title=same("Note"),
        publisher=same("Region"),
        reporting_year=2022,
        languages=("fr", "nl"),
        line_count=100,
    )
    return Catalogue(
        documents=(document,),
        organisations=(Organisation(id="office", name=same("Office")),),
        objectives=(Objective(id="note-2022/os-1", level="strategic", title=same("Objective")),),
        indicators=tuple(indicators),
        code_lists=(*lists, market),
        sources=(Source(id="overnight-stays", title=same("Nights"), organisation="office"),),
    )
