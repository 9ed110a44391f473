"""Every form of file gives the same observations, to the last flag; damaged ones give a sentence with a place."""

from __future__ import annotations

import pytest

from kpi.errors import DeliveryError
from kpi.sources.build import build_files
from kpi.sources.eurostat import read_file
from tests import eurostat_files as forms

BOOKS = ("en", "fr", "de", "codes", "transposed", "shifted")
FORMS = [
    "tsv",
    "tsv.gz",
    "csv 1.0",
    "csv 2.0",
    "csv with labels",
    "csv with codes and labels",
    "json",
    *(f"workbook {name}" for name in BOOKS),
]
SAME = ["data_set", "indicator", "area", "unit", "dimensions", "period", "value", "status", "confidentiality", "flags"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return forms.write_all(tmp_path_factory.mktemp("eurostat"))


def observations(reading):
    return sorted((tuple(row[name] for name in SAME) for row in reading.rows), key=str)


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_say_the_same(files, catalogue, form):
    reading = read_file(files[form], catalogue)
    assert reading.problems == ()
    assert observations(reading) == observations(read_file(files["tsv"], catalogue))
    account = reading.account
    assert account.closes
    assert (account.cells, account.values, account.missing, account.confidential) == (64, 60, 3, 1)
    assert {name: account.by_flags[name] for name in ("value be", "value i", "missing u", "missing m")} == {
        "value be": 1,
        "value i": 1,
        "missing u": 1,
        "missing m": 1,
    }


def test_what_is_kept(files, catalogue):
    rows = {(r["dimensions"], r["period"]): r for r in read_file(files["tsv"], catalogue).rows}
    assert len(rows) == 14
    total = rows["c_resid=_T;nace_r2=_T", "2020-01"]
    assert (total["value"], total["status"], total["flags"], total["area"]) == (1916367, "B", "eurostat-b", "BE")
    assert total["source_row"] == 2
    secret = rows["c_resid=DOM;nace_r2=I551", "2019-11"]
    assert (secret["value"], secret["confidentiality"]) == (None, "C")
    assert ("c_resid=DOM;nace_r2=I551", "2019-12") not in rows


@pytest.mark.parametrize("form", ["csv 1.0", "json", "workbook fr"])
def test_the_day_of_the_update_is_the_vintage(files, catalogue, form):
    assert {row["updated"] for row in read_file(files[form], catalogue).rows} == {"2025-05-26"}


@pytest.mark.parametrize("form", ["tsv", "csv 2.0", "json", "workbook de"])
def test_tidy_rows(files, catalogue, root, form):
    result = build_files([files[form]], "eurostat", catalogue, root / "expectations")
    assert result.held_back["reason"].tolist() == []
    frame = result.observations
    assert len(frame) == 14
    secret = frame[frame["conf_status"] != "F"]
    assert secret["obs_value"].isna().all()
    assert len(secret) == 1
    assert set(frame["unit_measure"]) == {"persons"}
    assert set(frame["freq"]) == {"M"}
    assert frame["source_ref"].str.contains(" row ").all()


def test_confidential_rows_are_on_no_page(files, catalogue, root):
    from kpi.evidence import gather

    frame = build_files([files["tsv"]], "eurostat", catalogue, root / "expectations").observations
    shown = gather(frame).by_indicator["eurostat-arrivals"]
    assert len(shown) == 13
    assert shown["obs_value"].notna().all()


def test_parts_are_never_added_up(files, catalogue, root):
    from kpi.derive import derive

    frame = build_files([files["tsv"]], "eurostat", catalogue, root / "expectations").observations
    computed = derive(frame, catalogue)
    assert set(computed["indicator"]) == {"eurostat-arrivals-recovery", "eurostat-arrivals-residence-share"}
    assert set(computed["flow"]) == {"rate", "share"}


def test_a_value_beside_a_confidential_flag_never_comes_in(tmp_path, catalogue, root):
    path = tmp_path / "tour_occ_arm.tsv"
    path.write_text(forms.tsv().replace(": @C", "4711 @C"), encoding="utf-8")
    result = build_files([path], "eurostat", catalogue, root / "expectations")
    assert "4711" not in result.observations.to_csv() + result.held_back.to_csv()
    assert (result.observations["conf_status"] == "C").sum() == 1


def test_old_bulk_files_without_frequency(tmp_path, catalogue):
    text = (
        forms.tsv().replace("freq,", "").replace("\\TIME_PERIOD", "\\time").replace("\nM,", "\n").replace(" @C", " c")
    )
    for period in forms.PERIODS:
        text = text.replace(period, period.replace("-", "M"))
    path = tmp_path / "tour_occ_arm.tsv"
    path.write_text(text, encoding="utf-8")
    reading = read_file(path, catalogue)
    assert reading.problems == ()
    assert len(reading.rows) == 14


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("tour_occ_arm.tsv", "tour_occ_arm"),
        ("2026-11-22--tour_occ_arm.tsv", "tour_occ_arm"),
        ("sample-tour_occ_arm.tsv", "tour_occ_arm"),
        ("ESTAT_TOUR_OCC_ARM.TSV", "tour_occ_arm"),
        ("tour_occ_arm (1).tsv", "tour_occ_arm"),
        ("tour_occ_arn2_belgium.tsv", "tour_occ_arn2"),
        ("tour_occ_arm.tsv-2.gz", "tour_occ_arm"),
        ("tour_occ_arm_h.tsv", ""),
        ("tour_occ_arm2.tsv", ""),
        ("tour_occ_mnor.tsv", ""),
        ("data.tsv", ""),
    ],
)
def test_bulk_files_are_told_by_their_name(tmp_path, catalogue, name, found):
    from kpi.sources.sdmx.files import data_set_by_name

    known = catalogue.source("eurostat").data_sets
    if found:
        assert data_set_by_name(tmp_path / name, known).code == found
    else:
        with pytest.raises(DeliveryError, match=r"is not declared; known are tour_occ_arm, .*sources.yaml"):
            data_set_by_name(tmp_path / name, known)


def test_a_data_set_that_is_not_declared_is_a_clear_sentence(tmp_path, catalogue, root):
    path = tmp_path / "x.csv"
    path.write_text(forms.sdmx_csv().replace("TOUR_OCC_ARM", "NAMA_10_GDP"), encoding="utf-8")
    result = build_files([path], "eurostat", catalogue, root / "expectations")
    (reason,) = result.held_back["reason"]
    assert "'NAMA_10_GDP' is not declared" in reason


def test_declared_data_sets_fit_their_indicators(catalogue):
    for data_set in catalogue.source("eurostat").data_sets:
        indicator = catalogue.indicator(data_set.indicator)
        assert set(data_set.dimensions) <= set(indicator.dimensions)
        assert set(data_set.keep["unit"].values()) == {indicator.unit}
        assert data_set.indicator in catalogue.source("eurostat").indicators


def test_every_column_stands_in_the_documentation(root):
    from kpi.sources.eurostat import FORMATS

    page = (root / "docs" / "sources" / "eurostat.md").read_text(encoding="utf-8")
    for column in FORMATS["cells"].columns:
        assert f"| {column.heading.fr} | {column.heading.nl} | {column.heading.en} |" in page


def test_the_sample_is_reproducible_marked_and_accepted(root, tmp_path, catalogue):
    import runpy

    from kpi.sources import build_source

    runpy.run_path(str(root / "data" / "sample" / "make_eurostat_sample.py"))["main"](tmp_path)
    made = {path.name: path.read_bytes() for path in (tmp_path / "eurostat").iterdir()}
    assert made == {path.name: path.read_bytes() for path in (root / "data" / "sample" / "eurostat").iterdir()}
    place = tmp_path / "project"
    (place / "data").mkdir(parents=True)
    (place / "data" / "sample").symlink_to(root / "data" / "sample")
    (place / "expectations").symlink_to(root / "expectations")
    result = build_source(place, "eurostat", catalogue)
    assert result.held_back["reason"].tolist() == []
    assert result.is_sample
    assert result.observations["sample"].all()
    assert set(result.observations["indicator"]) == set(catalogue.source("eurostat").indicators)


# --- the real files, where they are


@pytest.fixture
def external(root):
    folder = root.parent / "shared" / "external"
    if not (folder / "tour_occ_arm.tsv").is_file():
        pytest.skip("the real files (../shared/external) are not here")
    return folder


def values(reading, area: str) -> dict[str, float]:
    rows = [r for r in reading.rows if r["area"] == area and r["dimensions"] == "c_resid=_T;nace_r2=_T"]
    return {row["period"]: row["value"] for row in rows}


def test_arrivals_by_month(external, catalogue):
    reading = read_file(external / "tour_occ_arm.tsv", catalogue)
    account = reading.account
    assert reading.problems == ()
    assert account.closes
    assert account.refused == 0
    assert account.cells == 2_135 * 434 == 926_590
    assert account.by_flags == {
        "value": 291_133,
        "value e": 10_217,
        "value u": 2_924,
        "value b": 2_633,
        "value be": 74,
        "missing": 617_280,
        "missing u": 719,
        "confidential": 1_610,
    }
    months = values(reading, "BE")
    assert (months["2019-08"], months["2020-04"], months["2024-12"]) == (1_916_367, 15_481, 1_413_342)


def test_arrivals_by_region(external, catalogue):
    reading = read_file(external / "tour_occ_arn2_belgium.tsv", catalogue)
    account = reading.account
    assert reading.problems == ()
    assert account.closes
    assert account.cells == 448 * 36 == 16_128
    assert account.by_flags == {"value": 10_458, "value b": 172, "missing": 5_246, "confidential": 252}
    years = values(reading, "BE10")
    assert [years[year] for year in ("2019", "2020", "2021", "2024")] == [3_919_119, 992_289, 1_312_089, 3_715_227]
