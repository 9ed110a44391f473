"""The made-up samples: reproducible, marked, accepted whole, and tied to the published totals."""

import runpy
from pathlib import Path

import pytest

from kpi.derive import derive
from kpi.observations import combine, matching
from kpi.sources import module

#: Sources whose sample makes reports of a whole; the others feed few indicators.
WHOLE = ("overnight-stays", "export-aid", "convention-bureau", "press-trips")
#: Its files are those of the office, tested in their own place.
FOREIGN = {"eurostat"}
SAMPLE = Path(__file__).parent.parent / "data" / "sample"
SOURCES = sorted({path.name for path in SAMPLE.iterdir() if path.is_dir()} - FOREIGN)
FEW = sorted(set(SOURCES) - set(WHOLE))
MADE_UP = "Sample (?:company|contact|applicant|inspector|operator|respondent|comment|director|title|manager|person)"


@pytest.fixture(scope="session")
def samples(built):
    """What the build made of each sample."""
    return {source.source: source for source in built[1].sources}


@pytest.mark.parametrize(("generator", "limit"), [("make_samples.py", 400_000), ("make_more_samples.py", 100_000)])
def test_the_generators_write_the_same_bytes(tmp_path, generator, limit):
    runpy.run_path(str(SAMPLE / generator))["main"](tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
    whole = {path.parts[0] for path in made} & set(WHOLE)
    assert whole == (set(WHOLE) if generator == "make_samples.py" else set())
    assert made == {path: (SAMPLE / path).read_bytes() for path in made}
    assert max(map(len, made.values())) < limit


def test_every_sample_is_made_by_a_generator(tmp_path):
    for generator in ("make_samples.py", "make_more_samples.py"):
        runpy.run_path(str(SAMPLE / generator))["main"](tmp_path)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")}
    assert made == {path.relative_to(SAMPLE) for source in SOURCES for path in (SAMPLE / source).iterdir()}


@pytest.mark.parametrize("source", SOURCES)
def test_every_row_is_accepted_and_marked(samples, source):
    result = samples[source]
    assert result.held_back["reason"].tolist() == []
    assert result.is_sample
    assert result.observations["sample"].all()
    assert all(path.name.startswith("sample-") for path in result.files)
    assert result.observations["source_ref"].str.startswith("sample-").all()
    assert not result.observations.map(str).apply(lambda c: c.str.contains(MADE_UP)).any().any()


@pytest.mark.parametrize("source", SOURCES)
def test_what_the_catalogue_promises_is_emitted(samples, catalogue, source):
    promised = set(catalogue.source(source).indicators)
    emitted = set(samples[source].observations["indicator"])
    assert emitted <= promised
    assert source in FEW or emitted == promised


@pytest.mark.parametrize("source", FEW)
def test_few_pages_show_the_further_samples(samples, catalogue, source):
    """An indicator declared as a whole by many objectives would show one invented number on all their pages."""
    delivered = samples[source].observations
    rows = {str(name): part for name, part in combine([delivered, derive(delivered, catalogue)]).groupby("indicator")}
    shown = {d.objective for i, d in catalogue.declarations if i.id in rows and len(matching(rows[i.id], d.where))}
    assert sorted(shown) == sorted(catalogue.source(source).sample_on)


def test_nights_of_2019(samples):
    rows = samples["overnight-stays"].observations
    nights = rows[rows["indicator"] == "overnight-stays"].groupby(rows["time_period"].str[:4])["obs_value"].sum()
    assert nights["2019"] == 9_500_000
    assert nights["2020"] < 0.4 * nights["2019"]
    assert set(rows["time_period"].str[:4]) == {"2017", "2018", "2019", "2020", "2021"}
    mice = rows[(rows["indicator"] == "overnight-stays") & (rows["purpose"] == "mice") & (rows["time_period"] < "2020")]
    assert 0.4 < mice["obs_value"].sum() / nights[:"2019"].sum() < 0.55


def test_export_aid_of_the_first_half_of_2019(samples):
    rows = samples["export-aid"].observations
    window = rows[rows["time_period"].between("2019-01", "2019-06")]
    grants = window[window["indicator"] == "export-aids-granted"].groupby("aid_measure")["obs_value"].sum()
    amount = window[window["indicator"] == "export-aid-amount"].groupby("aid_measure")["obs_value"].sum()
    assert (grants.sum(), amount.sum()) == (297, 1_250_149)
    assert len(grants) == 8
    assert grants[["information-material", "prospecting-outside-eu", "fairs-abroad", "recruitment"]].tolist() == [
        *(61, 78, 136, 9),
    ]
    shares = (100 * amount / amount.sum()).round(1)
    assert shares[["information-material", "prospecting-outside-eu", "fairs-abroad", "recruitment"]].tolist() == [
        *(13.7, 12.0, 54.0, 17.6),
    ]


def test_press_trips_and_leads_have_the_right_order_of_magnitude(samples):
    trips = samples["press-trips"].observations
    of_2019 = trips[trips["time_period"] == "2019"].groupby("indicator")["obs_value"].sum()
    assert 15 <= of_2019["press-trips-large"] <= 25
    assert 85 <= of_2019["press-trips-small"] <= 115
    leads = samples["convention-bureau"].observations
    yearly = leads[leads["indicator"] == "congress-leads"].groupby("time_period")["obs_value"].sum()
    assert yearly.between(60, 120).all()


@pytest.mark.parametrize("source", SOURCES)
def test_every_column_stands_in_the_documentation(root, source):
    page = (root / "docs" / "sources" / f"{source}.md").read_text(encoding="utf-8")
    for form in module(source).FORMATS.values():
        for column in form.columns:
            assert f"| {column.heading.fr} | {column.heading.nl} | {column.heading.en} |" in page
