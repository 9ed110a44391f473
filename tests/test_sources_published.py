import pytest

from kpi.sources.build import build_files
from tests.small_catalogue import small_catalogue

CATALOGUE = small_catalogue()
HEADING = (
    "figure,objective,indicator,dimensions,ref_area,period,period_printed,period_start,period_end,as_of,value,"
    "value_low,value_high,qualifier,unit,measure,flow,line_start,line_end,languages,flags,alternative"
)
GOOD = (
    "F1,note-2022/os-1,arrivals,market=FR;purpose=mice,BE10,2019,,,,,0.03,,,eq,persons,actual,flow,5,7,"
    "both,scale-suspect,3"
)


@pytest.fixture
def build(root, tmp_path):
    def run(*lines: str, name: str = "note-2022.csv"):
        path = tmp_path / name
        path.write_text("\n".join((HEADING, *lines)), encoding="utf-8")
        return build_files([path], "published", CATALOGUE, root / "expectations")

    return run


def test_a_figure_stays_as_printed(build):
    result = build(GOOD, "F2,,arrivals,,BE10,,,,2019-06-30,,,10,20,range,persons,target,stock,8,8,fr,,")
    assert result.held_back.empty
    first, second = result.observations.to_dict("records")
    assert (first["obs_value"], first["alternative"], first["flags"]) == (0.03, 3, "scale-suspect")
    assert (first["market"], first["purpose"], first["freq"], first["period_end"]) == ("FR", "mice", "A", "2019-12-31")
    assert (first["source"], first["source_ref"], first["figure"]) == ("published", "note-2022 L5-7", "F1")
    assert first["vintage"] == "2022"
    assert (second["market"], second["freq"], second["time_period"], second["period_end"]) == (
        "_T",
        "",
        "",
        "2019-06-30",
    )
    assert (second["value_low"], second["value_high"], second["source_ref"]) == (10, 20, "note-2022 L8")
    assert (second["sample"], second["objective"]) == (False, "")


@pytest.mark.parametrize(
    ("old", "new", "column", "hint"),
    [
        ("arrivals", "arrival", "indicator", "Did you mean 'arrivals'?"),
        ("note-2022/os-1", "note-2022/os-9", "objective", "Did you mean"),
        ("persons", "person", "unit", "Did you mean 'persons'"),
        ("BE10", "BE99", "ref_area", "an area of the catalogue"),
        ("market=FR", "markets=FR", "dimensions", "Did you mean 'market'?"),
        ("market=FR", "market=XX", "dimensions", "a code of the list 'market'"),
        ("2019", "2019-Q5", "period", "an SDMX period"),
        ("5,7", "5,101", "line_end", "a line up to 100"),
        ("5,7", "7,5", "line_end, line_start", "a last line after the first"),
        ("0.03", "", "value", "a value or a bound"),
        ("0.03", '"0,03"', "value", "with '.' as decimal mark"),
        (",eq,", ",equal,", "qualifier", "a known qualifier"),
    ],
)
def test_what_a_figure_may_not_say(build, old, new, column, hint):
    assert old in GOOD
    result = build(GOOD.replace(old, new, 1), GOOD.replace("F1", "F2"))
    assert result.observations["figure"].tolist() == ["F2"]
    assert result.held_back[["row", "column"]].to_numpy().tolist() == [["2", column]]
    assert hint in result.held_back.loc[0, "reason"]


def test_a_file_is_named_after_its_document(build):
    result = build(GOOD, name="note-2021.csv")
    assert "note-2022" in result.held_back.loc[0, "reason"]


def test_the_figures_of_the_project_are_all_accepted(root, catalogue):
    from kpi.sources import build_source

    result = build_source(root, "published", catalogue)
    assert result.held_back["reason"].tolist() == []
    assert result.rows_accepted == result.rows_read == len(result.observations) > 0
    assert not result.is_sample
