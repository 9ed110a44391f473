"""From files to tidy observations: what every source has in common."""

from pathlib import Path

import pytest

from kpi.errors import UsageError
from kpi.refresh import build_key, refresh
from kpi.register import load_catalogue
from kpi.sources import astray, deliveries, module, modules
from kpi.sources.build import build_files
from kpi.sources.judged import HELD_BACK
from tests.small_catalogue import small_catalogue
from tests.tiny_project import make_tiny

CATALOGUE = small_catalogue()
HEADING = "Mois;Motif;Marché;Hébergement;Nuitées;Arrivées"
GOOD = "2019-01;leisure;France;hotel;30;10"


@pytest.fixture
def build(root, tmp_path):
    def run(*lines: str, source: str = "overnight-stays", name: str = "file.csv", **more: str):
        paths = []
        for file, text in {name: "\n".join(lines), **{f"{key}.csv": text for key, text in more.items()}}.items():
            path = tmp_path / file
            path.write_text(text, encoding="utf-8")
            paths.append(path)
        return build_files(paths, source, CATALOGUE, root / "expectations")

    return run


def test_registry_knows_its_modules_without_importing_them():
    assert set(modules()) >= {"convention-bureau", "export-aid", "overnight-stays", "press-trips", "published"}
    assert module("export-aid").FORMATS
    with pytest.raises(UsageError, match="did you mean 'export-aid'"):
        module("export-aids")
    with pytest.raises(UsageError, match="Unknown source"):
        deliveries(Path(), "nothing")


def test_a_real_delivery_puts_the_sample_aside(tmp_path):
    sample = tmp_path / "data" / "sample" / "export-aid"
    sample.mkdir(parents=True)
    (sample / "sample.csv").touch()
    assert deliveries(tmp_path, "export-aid") == ([sample / "sample.csv"], True)
    assert deliveries(tmp_path, "export-aid", allow_sample=False) == ([], False)
    real = tmp_path / "data" / "incoming" / "export-aid"
    real.mkdir(parents=True)
    (real / "~$open.xlsx").touch()
    (real / "notes.md").touch()
    assert deliveries(tmp_path, "export-aid")[1] is True
    (real / "june.xlsx").touch()
    assert deliveries(tmp_path, "export-aid") == ([real / "june.xlsx"], False)


def test_what_no_source_reads_is_told_with_what_to_do(tmp_path):
    incoming = tmp_path / "data" / "incoming"
    assert astray(tmp_path) == []
    for name in (
        *("export-aid/june.csv", "export-aid/deliveries.jsonl", "export-aid/README.md", "export-aid/~$june.xlsx"),
        *("export-aid/aid.ods", "export-aid/2026/july.csv", "export-aid/x.csv/y", "ticketting/sales.csv", "loose.csv"),
        *("README.md", ".gitkeep", "surveys/.gitkeep"),
    ):
        path = incoming / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (incoming / "export-aid" / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    (incoming / "empty").mkdir()
    told = {problem.file.removeprefix("data/incoming/"): problem for problem in astray(tmp_path)}
    assert {name: problem.found for name, problem in told.items()} == {
        "export-aid/2026": "a folder that is not read",
        "export-aid/aid.ods": "a file that is not read",
        "export-aid/gone.csv": "a link that leads nowhere",
        "export-aid/x.csv": "a folder that is not read",
        "loose.csv": "a file that is not read",
        "ticketting": "a folder that is not read",
    }
    assert "did you mean 'ticketing'?" in told["ticketting"].remedy
    assert "Save it as .xlsx or .csv" in told["export-aid/aid.ods"].remedy
    assert [path.name for path in deliveries(tmp_path, "export-aid")[0]] == ["june.csv"]


def test_a_build_notices_what_no_source_reads_and_when_it_goes(tmp_path):
    project = make_tiny(tmp_path)
    before = build_key(project, allow_sample=True)
    lost = tmp_path / "data" / "incoming" / "ticketting" / "sales.csv"
    lost.parent.mkdir(parents=True)
    lost.write_text("x")
    assert build_key(project, allow_sample=True) != before
    built = refresh(project)
    assert built.counts["incoming"] == 1
    assert "data/incoming/ticketting" in built.held_back["reason"].iloc[0]
    lost.unlink()
    assert build_key(project, allow_sample=True) == before


def test_a_source_without_files_gives_an_empty_table(root, catalogue):
    for source in modules():
        result = build_files([], source, catalogue, root / "expectations")
        assert (len(result.observations), len(result.held_back), result.rows_read) == (0, 0, 0)


def test_good_rows_go_on_beside_bad_ones(build):
    result = build(
        HEADING,
        GOOD,
        "2019-01;leisure;Atlantide;hotel;30;10",
        "2019-01;leisure;NL;hotel;1.500;10",
        "2019-13;leisure;NL;hotel;30;10",
        "2019-02;leisure;NL;hotel;5;10",
        "2019-02;mice;NL;hotel;-5;-6",
    )
    assert (result.rows_read, result.rows_accepted) == (6, 1)
    assert result.observations["source_ref"].unique().tolist() == ["file.csv row 2"]
    assert list(result.held_back.columns) == list(HELD_BACK)
    assert result.held_back["row"].tolist() == ["3", "4", "5", "7", "6", "7"]
    by_row = result.held_back.groupby("row")["reason"].apply(" ".join)
    assert "at least one night for each arrival" in by_row["6"]
    assert "zero or more" in by_row["7"]
    assert "found -5" in by_row["7"]


def test_a_wrong_column_holds_the_file_back(build):
    result = build(HEADING.replace("Marché", "Marke"), GOOD)
    assert (result.rows_read, result.rows_accepted, len(result.observations)) == (1, 0, 0)
    assert result.held_back.loc[0, "reason"].startswith("file.csv, row 1, column Market: found the heading 'Marke'")


def test_an_unreadable_file_does_not_stop_the_others(build):
    result = build(HEADING, GOOD, broken="a\x00b")
    assert result.rows_accepted == 1
    assert result.held_back.loc[0, ["file", "row"]].tolist() == ["broken.csv", ""]


@pytest.mark.parametrize(
    ("source", "typed", "mistyped", "found"),
    [
        ("case-files", "05/07/2018", "05/07/2081", "2081-07-05"),
        ("film-fund", ";15/03/2017;", ";15/03/1917;", "1917-03-15"),
        ("ticketing", "2018-01;", "2081-01;", "2081-01"),
        ("surveys", "2019-Q1;", "2091-Q1;", "2091-Q1"),
        ("rankings", ";2018;", ";2117;", "2117"),
        ("budgets", "2018;", "2108;", "2108"),
    ],
)
def test_a_time_that_cannot_be_holds_its_row_back(root, tmp_path, source, typed, mistyped, found):
    *_, sample = sorted((root / "data" / "sample" / source).glob("*.csv"))
    good = sample.read_text(encoding="utf-8")
    assert typed in good
    path = tmp_path / "2026-11-01--delivered.csv"
    path.write_text(good.replace(typed, mistyped, 1), encoding="utf-8")
    result = build_files([path], source, load_catalogue(root / "data" / "catalogue"), root / "expectations")
    assert result.held_back["found"].tolist() == [found]
    assert "from 1950 to " in result.held_back.loc[0, "expected"]
    assert result.observations["time_period"].str[:4].between("1950", "2026").all()


def test_the_day_of_the_delivery_is_the_last_that_it_can_tell_of(build):
    rows = [GOOD, GOOD.replace("2019-01", "2019-02"), GOOD.replace("2019-01", "2019-03")]
    result = build(HEADING, *rows, name="2019-02-01--stays.csv")
    assert result.rows_accepted == 2
    assert result.held_back.loc[0, "reason"] == (
        "2019-02-01--stays.csv, row 4, column Month: found 2019-03, expected a period from 1950 to 2019-02-01, the day "
        "of the delivery. Look for a mistyped year; what is still to come is delivered when it has happened."
    )
    assert build(HEADING, *rows).held_back.empty


def test_repeated_rows_are_problems_not_sums(build):
    other = "2019-02;leisure;France;hotel;50;20"
    result = build(HEADING, GOOD, other, GOOD, again="\n".join([HEADING, other.replace("50", "60")]))
    nights = result.observations[result.observations["indicator"] == "overnight-stays"]
    assert nights["obs_value"].tolist() == [30.0]
    assert set(zip(result.held_back["file"], result.held_back["row"], strict=True)) == {
        *(("file.csv", "4"), ("file.csv", "3"), ("again.csv", "2")),
    }
    assert "It stands also in file.csv row 2." in result.held_back["reason"].str.cat()


def test_ignored_columns_are_named(build):
    assert build(f"{HEADING};Remarque", f"{GOOD};secret").ignored_columns == ("Remarque",)


def test_an_indicator_the_catalogue_lacks_is_held_back(root, tmp_path):
    less = CATALOGUE.model_copy(update={"indicators": tuple(i for i in CATALOGUE.indicators if i.id != "arrivals")})
    less = type(less)(**{name: getattr(less, name) for name in type(less).model_fields})
    path = tmp_path / "file.csv"
    path.write_text(f"{HEADING}\n{GOOD}\n", encoding="utf-8")
    result = build_files([path], "overnight-stays", less, root / "expectations")
    assert result.observations["indicator"].tolist() == ["overnight-stays"]
    assert "an indicator of the catalogue" in result.held_back["reason"].str.cat()
