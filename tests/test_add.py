"""Taking deliveries in: what is stored, under which name, what is refused, and what a newer one replaces."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kpi.collect.workbook import collect
from kpi.deliver import add, annotate_delivery
from kpi.errors import UsageError
from kpi.project import Project
from kpi.sources import build_source
from kpi.sources.vintages import dated_name, vintage_of
from tests.collect_catalogue import collect_catalogue
from tests.small_catalogue import small_catalogue
from tests.test_cli import kpi, sentence

HEADING = "Mois;Motif;Marché;Hébergement;Nuitées;Arrivées"
GOOD, OTHER = "2019-01;leisure;France;hotel;30;10", "2019-02;leisure;France;hotel;31;11"
WRONG = "2019-13;leisure;France;hotel;30;10"


def project_of(folder: Path, root: Path, catalogue) -> Project:
    shutil.copytree(root / "expectations", folder / "expectations")
    project = Project(folder)
    # The register of a test, where reading that of the project would be slow.
    vars(project)["catalogue"] = catalogue
    return project


@pytest.fixture
def project(root, tmp_path):
    return project_of(tmp_path / "project", root, small_catalogue())


@pytest.fixture
def csv(tmp_path):
    def write(*lines: str, name: str = "nights.csv", heading: str = HEADING) -> Path:
        path = tmp_path / name
        path.write_text("\n".join((heading, *lines)), encoding="utf-8")
        return path

    return write


def stored(project: Project, source: str = "overnight-stays") -> list[str]:
    return sorted(path.name for path in (project.data / "incoming" / source).glob("*--*"))


def test_a_delivery_is_kept_as_it_came_under_its_date(project, csv):
    path = csv(GOOD)
    added = add(project, [path], "overnight-stays", "2026-11-22")
    assert [p.name for p in added.stored] == ["2026-11-22--nights.csv"] == stored(project)
    assert added.stored[0].read_bytes() == path.read_bytes()
    assert not added.refused


def test_the_date_is_given_or_stands_before_the_name_or_is_today(project, csv):
    today = dt.datetime.now().astimezone().date().isoformat()
    assert (
        add(project, [csv(GOOD, name="a.csv")], "overnight-stays", "30/06/2019").stored[0].name == "2019-06-30--a.csv"
    )
    assert add(project, [csv(OTHER, name="2020-01-31--b.csv")], "overnight-stays").stored[0].name == "2020-01-31--b.csv"
    assert add(project, [csv(GOOD, OTHER, name="c.csv")], "overnight-stays").stored[0].name == f"{today}--c.csv"
    with pytest.raises(UsageError, match="--vintage 'soon' is no date"):
        add(project, [csv(GOOD)], "overnight-stays", "soon")


def test_nothing_is_ever_overwritten_and_nothing_stored_twice(project, csv):
    for line in (GOOD, OTHER, GOOD):
        added = add(project, [csv(line)], "overnight-stays", "2026-11-22")
    assert stored(project) == ["2026-11-22--nights-2.csv", "2026-11-22--nights.csv"]
    assert not added.stored
    assert [path.name for path in added.known] == ["2026-11-22--nights.csv"]
    assert not added.refused


def test_what_is_wholly_held_back_is_refused_and_what_is_partly_so_is_kept(project, csv):
    refused = add(project, [csv(WRONG)], "overnight-stays")
    assert refused.refused
    assert len(refused.result.held_back) == 1
    assert not (project.data / "incoming").exists()
    kept = add(project, [csv(WRONG, GOOD)], "overnight-stays", "2026-11-22")
    assert not kept.refused
    assert len(kept.result.held_back) == 1
    assert stored(project) == ["2026-11-22--nights.csv"]


def test_an_unreadable_file_is_one_sentence_and_leaves_the_others(project, csv, tmp_path):
    rubbish = tmp_path / "rubbish.csv"
    rubbish.write_bytes(b"\x00\x01\x02")
    added = add(project, [rubbish, csv(GOOD), tmp_path / "absent.csv"], "overnight-stays", "2026-11-22")
    assert stored(project) == ["2026-11-22--nights.csv"]
    assert len(added.unreadable) == 2
    assert added.unreadable[0].startswith("rubbish.csv: Neither a workbook nor a text file")
    assert added.unreadable[1] == "absent.csv: There is no such file."


def test_a_file_with_a_strange_ending_is_stored_so_that_a_build_sees_it(project, csv):
    assert add(project, [csv(GOOD, name="nights.v2")], "overnight-stays", "2026-11-22").stored[0].name == (
        "2026-11-22--nights.v2.csv"
    )
    result = build_source(project.root, "overnight-stays", project.catalogue)
    assert result.rows_accepted == 1


def test_published_figures_are_not_delivered(project, csv, catalogue):
    vars(project)["catalogue"] = catalogue
    with pytest.raises(UsageError, match="part of the project"):
        add(project, [csv(GOOD)], "published")
    with pytest.raises(UsageError, match="did you mean 'overnight-stays'"):
        add(project, [csv(GOOD)], "overnight-stay")
    with pytest.raises(UsageError, match="--annotate"):
        annotate_delivery(project, [csv(GOOD)], "overnight-stays", Path("copy.xlsx"))


# --- vintages --------------------------------------------------------------------------------------


def test_the_vintage_reaches_the_observations(project, csv):
    add(project, [csv(GOOD)], "overnight-stays", "2026-11-22")
    result = build_source(project.root, "overnight-stays", project.catalogue)
    assert set(result.observations["vintage"]) == {"2026-11-22"}


def test_a_newer_delivery_revises_the_rows_that_it_gives_again(project, csv):
    add(project, [csv(GOOD, OTHER)], "overnight-stays", "2026-11-01")
    add(project, [csv(GOOD.replace("30;10", "33;12"), name="later.csv")], "overnight-stays", "2026-11-22")
    result = build_source(project.root, "overnight-stays", project.catalogue)
    assert not len(result.held_back)
    nights = result.observations[result.observations["indicator"] == "overnight-stays"].set_index("time_period")
    assert nights["obs_value"].to_dict() == {"2019-01": 33.0, "2019-02": 31.0}
    assert nights["vintage"].to_dict() == {"2019-01": "2026-11-22", "2019-02": "2026-11-01"}


def test_two_deliveries_of_one_day_that_differ_are_not_believed(project, csv):
    add(project, [csv(GOOD)], "overnight-stays", "2026-11-22")
    add(project, [csv(GOOD.replace("30;10", "33;12"), name="other.csv")], "overnight-stays", "2026-11-22")
    result = build_source(project.root, "overnight-stays", project.catalogue)
    assert len(result.held_back) == 2
    assert result.observations.empty


def test_a_name_has_a_date_only_where_it_is_one():
    assert vintage_of("2026-13-01--x.csv") == vintage_of("2026-11-22--") == vintage_of("x--2026-11-22.csv") == ""
    assert dated_name("2026-13-01--x.csv", "2026-11-22") == "2026-11-22--2026-13-01--x.csv"


def test_a_second_workbook_revises_the_first_but_never_what_another_organisation_gave(root, tmp_path, catalogue):
    small = collect_catalogue(catalogue)
    project = project_of(tmp_path / "project", root, small)

    def send(organisation: str, value: int, day: str) -> None:
        path = tmp_path / f"{organisation}-{value}.xlsx"
        collect(small, organisation, path, language="fr")
        book = load_workbook(path)
        for sheet in book.worksheets[1:]:
            for row in sheet.iter_rows():
                if (row[11].value, row[1].value) == ("jobs-created", 2022):
                    row[3].value = value
        book.save(path)
        add(project, [path], "collection", day)

    send("office-brussels", 10, "2026-11-01")
    send("office-brussels", 12, "2026-11-22")
    result = build_source(project.root, "collection", small)
    assert result.observations["obs_value"].to_list() == [12]
    send("agency", 99, "2026-12-01")
    result = build_source(project.root, "collection", small)
    assert result.observations.empty
    assert len(result.held_back) == 2


# --- the command -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory, root) -> Path:
    place = tmp_path_factory.mktemp("project")
    for name in ("data/catalogue", "expectations"):
        shutil.copytree(root / name, place / name)
    return place


@pytest.mark.slow
def test_collect_check_and_add_on_the_command_line(folder, tmp_path):
    path, copy = tmp_path / "form.xlsx", tmp_path / "copy.xlsx"
    made = kpi("collect", "brussels-mobility", "--language", "nl", "--output", str(path), root=folder)
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == str(path)
    book = load_workbook(path)
    sheet = book.worksheets[1]
    sheet["D2"] = "veel"
    book.save(path)

    checked = kpi(
        *("check", str(path), "--source", "collection", "--annotate", str(copy), "--format", "json"), root=folder
    )
    assert checked.returncode == 3
    assert '"column":"D"' in checked.stdout.replace(" ", "")
    assert load_workbook(copy)[sheet.title]["D2"].comment.text.startswith("Gevonden: 'veel'.")

    refused = kpi("add", str(path), "--source", "collection", root=folder)
    assert refused.returncode == 3
    assert "nothing was stored" in sentence(refused)
    assert not (folder / "data" / "incoming").exists()

    sheet["D2"] = 12
    book.save(path)
    added = kpi("add", str(path), "--source", "collection", "--vintage", "2026-11-22", root=folder)
    assert added.returncode == 0, added.stderr
    assert Path(added.stdout.strip()) == folder / "data" / "incoming" / "collection" / "2026-11-22--form.xlsx"
    assert "1 rows read, 1 accepted" in sentence(added)

    wrong = kpi("add", __file__, "--source", "collection", root=folder)
    assert wrong.returncode == 3
    assert wrong.stderr.startswith("test_add.py: Not a workbook; expected the .xlsx")
    assert "Traceback" not in wrong.stderr


def test_clippings_come_after_the_trips_they_are_of(project, csv, catalogue):
    vars(project)["catalogue"] = catalogue
    trips = csv(
        *("T1;large;in-person;NL;09/01/2018;100;;;", "T2;small;in-person;FR;09/02/2018;50;;;"),
        name="trips.csv",
        heading="Référence du voyage;Taille;Format;Marché;Date de début;Transport;Hôtel;Restauration;Autres frais",
    )
    clippings = csv(
        *("T1;online;Sample Channel;05/03/2018;10;200", "T9;online;Sample Channel;05/03/2018;10;200"),
        name="clippings.csv",
        heading="Référence du voyage;Média;Titre du média;Date de parution;Audience;Valeur publicitaire",
    )
    assert add(project, [clippings], "press-trips", "2018-04-01").refused
    add(project, [trips], "press-trips", "2018-03-01")
    added = add(project, [clippings], "press-trips", "2018-04-01")
    assert stored(project, "press-trips") == ["2018-03-01--trips.csv", "2018-04-01--clippings.csv"]
    assert (added.result.rows_read, added.result.rows_accepted) == (2, 1)
    assert "T9" in added.problems["reason"].item()
    built = build_source(project.root, "press-trips", project.catalogue)
    value = built.observations[built.observations["indicator"] == "press-trip-ad-value"]
    assert value["obs_value"].tolist() == [200]
