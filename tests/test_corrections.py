import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.corrections import APPLIED, Correction, apply_corrections, load_corrections, with_dropped
from kpi.derive import derive
from kpi.errors import CatalogueError
from kpi.observations import KEYS, VALUES
from tests.conftest import ROOT, rows

REASON = {"fr": "Livré en milliers.", "nl": "In duizenden aangeleverd.", "en": "Delivered in thousands."}
PUBLISHED = rows(
    {"figure": "F1", "obs_value": 0.03, "time_period": "2019", "flags": "scale-suspect"},
    {"figure": "F2", "obs_value": 40, "time_period": "2019"},
    {"figure": "F3", "value_low": 10, "value_high": 20, "time_period": "2020"},
    source="published",
)
DELIVERED = rows(
    {"time_period": "2024", "market": "FR", "obs_value": 1.5, "source_ref": "a.xlsx row 2"},
    {"time_period": "2024", "market": "NL", "obs_value": 2, "source_ref": "a.xlsx row 3"},
    {"time_period": "2024", "market": "FR", "obs_value": 900, "source_ref": "b.xlsx row 2"},
    {"time_period": "2023", "market": "FR", "obs_value": 1.5, "source_ref": "a.xlsx row 4"},
    source="export-aid",
    indicator="export-aid-amount",
    unit_measure="EUR",
)


def correction(action="override", rows=None, expect=None, **other) -> Correction:
    needs = {"override": {"value": 3}, "scale": {"factor": 100}, "flag": {"flag": "double-count"}}.get(action, {})
    return Correction.model_validate(
        {
            "id": "one",
            "rows": rows or {"figure": "F1"},
            "action": action,
            "reason": REASON,
            "since": "2024-05-02",
            "expect": expect or {"obs_value": 0.03},
            **needs,
            **other,
        }
    )


def corrected(*entries, table=PUBLISHED, source="published"):
    return apply_corrections(table, {source: entries})


def untouched(outcome, table=PUBLISHED) -> bool:
    pd.testing.assert_frame_equal(outcome.observations, table)
    return outcome.applied.empty


@pytest.mark.parametrize(("action", "value"), [("override", 3), ("scale", 3)])
def test_a_new_value_keeps_the_printed_one_beside_it(action, value):
    outcome = corrected(correction(action))
    first, *others = outcome.observations.to_dict("records")
    assert (first["obs_value"], first["printed"], first["flags"]) == (value, 0.03, "scale-suspect corrected")
    assert all(pd.isna(row["printed"]) and row["flags"] == "" for row in others)
    (applied,) = outcome.applied.to_dict("records")
    assert (applied["correction"], applied["action"], applied["since"]) == ("one", action, "2024-05-02")
    assert (applied["figure"], applied["printed"], applied["corrected"], applied["flag"]) == (
        "F1",
        0.03,
        value,
        "corrected",
    )
    assert {language: applied[f"reason_{language}"] for language in REASON} == REASON
    assert outcome.problems == ()


def test_a_dropped_row_leaves_the_arithmetic_and_stays_in_the_list():
    outcome = corrected(correction("drop"))
    assert outcome.observations["figure"].tolist() == ["F2", "F3"]
    (applied,) = outcome.applied.to_dict("records")
    assert (applied["action"], applied["figure"], applied["printed"]) == ("drop", "F1", 0.03)
    assert pd.isna(applied["corrected"])
    everything = with_dropped(outcome.observations, outcome.applied)
    assert sorted(everything["figure"]) == ["F1", "F2", "F3"]
    assert list(everything.columns) == [*KEYS, *VALUES]


def test_a_flag_is_added_and_the_value_stays():
    outcome = corrected(correction("flag"), correction("flag", id="two", flag="scale-suspect"))
    first = outcome.observations.iloc[0]
    assert (first["obs_value"], first["flags"]) == (0.03, "scale-suspect double-count")
    assert pd.isna(first["printed"])
    assert outcome.applied["flag"].tolist() == ["double-count", "scale-suspect"]


def test_a_figure_with_bounds_may_be_flagged_or_dropped_only():
    chosen = {"rows": {"figure": "F3"}, "expect": {"value_low": 10, "value_high": 20}}
    assert corrected(correction("flag", **chosen)).problems == ()
    assert len(corrected(correction("drop", **chosen)).observations) == 2
    for action in ("override", "scale"):
        outcome = corrected(correction(action, **chosen))
        assert untouched(outcome)
        assert "expected a value that stands alone" in str(outcome.problems[0])


def test_rows_are_selected_by_indicator_period_dimensions_and_file():
    chosen = {"indicator": "export-aid-amount", "period": "2024", "file": "a.xlsx"}
    outcome = corrected(
        correction("scale", rows=chosen, expect={"rows": 2, "total": 3.5}), table=DELIVERED, source="export-aid"
    )
    assert outcome.problems == ()
    assert outcome.observations["obs_value"].tolist() == [150, 200, 900, 1.5]
    one = correction("drop", rows={**chosen, "where": {"market": "FR"}}, expect={"obs_value": 1.5})
    assert corrected(one, table=DELIVERED, source="export-aid").observations["obs_value"].tolist() == [2, 900, 1.5]


@pytest.mark.parametrize(("action", "value", "largest"), [("scale", 150, 120), ("override", 3, 3), ("flag", 1.5, 1.2)])
def test_what_one_company_brings_is_corrected_with_the_amount(action, value, largest):
    """Else an amount of which it brings most would be shown once it was corrected."""
    chosen = {"indicator": "export-aid-amount", "period": "2023"}
    units = DELIVERED.assign(contributors=3.0, largest=0.8 * DELIVERED["obs_value"])
    entry = correction(action, rows=chosen, expect={"obs_value": 1.5})
    told = corrected(entry, table=units, source="export-aid").observations.iloc[-1]
    assert (told["obs_value"], told["largest"]) == (value, pytest.approx(largest))


def test_sums_take_the_corrected_value_and_carry_the_flag(catalogue):
    chosen = {"indicator": "export-aid-amount", "period": "2024", "file": "a.xlsx"}
    scaled = correction("scale", rows=chosen, expect={"rows": 2, "total": 3.5})
    computed = derive(corrected(scaled, table=DELIVERED, source="export-aid").observations, catalogue)
    whole = computed[(computed["market"] == "_T") & (computed["indicator"] == "export-aid-amount")]
    by_year = whole.set_index("time_period")
    assert by_year["obs_value"].to_dict() == {"2023": 1.5, "2024": 1250}
    assert by_year["flags"].to_dict() == {"2023": "computed", "2024": "corrected computed"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (correction(expect={"obs_value": 3}), "found obs_value 0.03, expected obs_value 3"),
        (correction(expect={"obs_value": 0.03, "value_low": 1}), "found value_low nothing, expected value_low 1"),
        (correction(expect={"rows": 2, "obs_value": 0.03}), "found rows 1, expected rows 2"),
        (correction(rows={"indicator": "x", "period": "2019"}), "found rows 2, expected rows 1"),
        (correction(rows={"indicator": "x", "period": "1999"}), "found rows 0, expected rows 1"),
        (correction(rows={"figure": "F11"}), "found no figure 'F11', expected a figure of published"),
        (correction(rows={"figure": "F2"}), "found obs_value 40, expected obs_value 0.03"),
    ],
)
def test_what_the_source_no_longer_shows_is_not_corrected_but_reported(entry, words):
    outcome = corrected(entry)
    assert untouched(outcome)
    (problem,) = outcome.problems
    assert str(problem).startswith("data/corrections/published.yaml entry 'one': ")
    assert words in str(problem)
    assert "Nothing was corrected" in str(problem)


def test_a_repaired_source_asks_for_the_correction_to_be_removed():
    repaired = PUBLISHED.assign(obs_value=PUBLISHED["obs_value"].replace(0.03, 3))
    outcome = corrected(correction(), table=repaired)
    assert untouched(outcome, repaired)
    assert "the source has repaired itself or changed; remove the correction" in str(outcome.problems[0])


def test_two_corrections_of_one_value_are_refused():
    outcome = corrected(correction(), correction("scale", id="two"))
    assert outcome.observations.loc[0, ["obs_value", "printed"]].to_list() == [3, 0.03]
    assert outcome.applied["correction"].tolist() == ["one"]
    assert "corrected already" in str(outcome.problems[0])


def test_samples_and_sources_without_deliveries_wait():
    sample = DELIVERED.assign(sample=True)
    entry = correction(rows={"indicator": "export-aid-amount", "period": "2023"}, expect={"obs_value": 1.5})
    for table in (sample, PUBLISHED):
        outcome = corrected(entry, table=table, source="export-aid")
        assert untouched(outcome, table)
        assert outcome.problems == ()


def test_nothing_declared_changes_nothing_and_gives_an_empty_list():
    outcome = apply_corrections(PUBLISHED, {})
    assert untouched(outcome)
    assert list(outcome.applied.columns[-len(APPLIED) :]) == list(APPLIED)
    pd.testing.assert_frame_equal(with_dropped(outcome.observations, outcome.applied), PUBLISHED)


@given(st.floats(-1e9, 1e9), st.sampled_from(["override", "scale", "drop", "flag"]))
def test_what_the_source_said_is_never_lost(value, action):
    table = PUBLISHED.assign(obs_value=PUBLISHED["obs_value"].replace(0.03, value))
    outcome = corrected(correction(action, expect={"obs_value": value}), table=table)
    assert outcome.problems == ()
    assert outcome.applied["printed"].tolist() == [value]
    everything = with_dropped(outcome.observations, outcome.applied).set_index("figure")
    said = everything["printed"].fillna(everything["obs_value"])
    assert said["F1"] == value
    assert said["F2"] == 40


# The form


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rows": "{}"}, "field rows: found {}; Value error, name a figure alone"),
        ({"rows": "{figure: ER021, period: '2019'}"}, "name a figure alone"),
        ({"rows": "{indicator: export-aid-amount}"}, "an indicator and a period"),
        (
            {"rows": "{indicator: export-aid-amont, period: '2019'}"},
            "field rows.indicator: there is no 'export-aid-amont'",
        ),
        ({"rows": "{indicator: export-aid-amount, period: '2019', where: {markt: FR}}"}, "did you mean 'market'?"),
        (
            {"rows": "{indicator: export-aid-amount, period: '2019', where: {market: FX}}"},
            "field rows.where.market: there is no 'FX'",
        ),
        ({"action": "repair"}, "field action: found 'repair'"),
        ({"action": "scale"}, "scale takes factor: see factor, value"),
        ({"action": "drop"}, "drop takes no value: see value"),
        ({"value": None}, "override takes value: see value"),
        (
            {"action": "flag", "value": None, "flag": "corected"},
            "field flag: there is no 'corected'; did you mean 'corrected'",
        ),
        ({"reason": "{fr: x}"}, "field reason.nl"),
        ({"since": "soon"}, "field since: found 'soon'"),
        ({"expect": None}, "field expect"),
        ({"expect": "{rows: 1}"}, "give a value that the source shows now"),
        ({"expect": "{obs_value: 0.03, unit: percent}"}, "field expect.unit"),
    ],
)
def test_a_mistake_names_file_entry_and_field(tmp_path, catalogue, change, words):
    entry = {"id": "one", "rows": "{figure: ER021}", "action": "override", "value": "3", "since": "2024-05-02"}
    entry |= {"reason": "{fr: x, nl: x, en: x}", "expect": "{obs_value: 0.03}"} | change
    lines = [f"  {key}: {value}" for key, value in entry.items() if value is not None]
    path = tmp_path / "published.yaml"
    path.write_text("\n".join(["corrections:", "-", *lines]), encoding="utf-8")
    with pytest.raises(CatalogueError, match=re.escape(words)) as caught:
        load_corrections(tmp_path, catalogue)
    assert f"{path}, corrections entry 'one'" in str(caught.value)


def test_a_file_is_named_after_its_source(tmp_path, catalogue):
    entry = correction().model_dump(mode="json", exclude_defaults=True)
    (tmp_path / "publishd.yaml").write_text(json.dumps({"corrections": [entry]}), encoding="utf-8")
    with pytest.raises(CatalogueError, match="there is no 'publishd'; did you mean 'published'"):
        load_corrections(tmp_path, catalogue)


def test_the_example_of_the_page_reads(tmp_path, catalogue):
    page = (ROOT / "data" / "corrections" / "README.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "export-aid.yaml").write_text(example, encoding="utf-8")
    (read,) = load_corrections(tmp_path, catalogue)["export-aid"]
    assert (read.action, read.factor, read.expect.rows) == ("scale", 1000, 3)


def test_the_product_corrects_nothing_that_documents_print(catalogue):
    assert load_corrections(ROOT / "data" / "corrections", catalogue) == {}


# In a build


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Published figures only: two corrections that apply, one that is idle, and an identity turned round."""
    from kpi.project import Project

    root: Path = tmp_path_factory.mktemp("project")
    for name in ("data/catalogue", "data/published", "expectations"):
        shutil.copytree(ROOT / name, root / name)
    text = (root / "expectations" / "identities.yaml").read_text(encoding="utf-8")
    place = text.index("id: erdf-projects-pillars")
    turned = text[:place] + text[place:].replace("holds: false", "holds: true", 1)
    (root / "expectations" / "identities.yaml").write_text(turned, encoding="utf-8")
    entries = [
        correction(rows={"figure": "ER021"}, id="applied"),
        correction("drop", rows={"figure": "ER112"}, id="dropped", expect={"obs_value": 36}),
        correction(rows={"figure": "ER023"}, id="repaired", expect={"obs_value": 3}),
    ]
    (root / "data" / "corrections").mkdir()
    declared = [entry.model_dump(mode="json", exclude_defaults=True) for entry in entries]
    (root / "data" / "corrections" / "published.yaml").write_text(json.dumps({"corrections": declared}), "utf-8")
    return Project(root)


def test_a_build_reports_surprises_and_idle_corrections(project):
    from kpi.build import build
    from kpi.identities import surprises
    from kpi.store import read_held_back

    result = build(project)
    held_back = read_held_back(project.tidy)
    assert held_back["source"].tolist() == ["identities", "corrections"]
    assert "58 against 61, which fails, expected sum that holds" in held_back.loc[0, "reason"]
    assert "entry 'repaired': found obs_value 0.03" in held_back.loc[1, "reason"]
    assert [found.identity.id for found in surprises(result.findings)] == ["erdf-projects-pillars"]
    assert "2 corrected" in result.summary
    assert result.corrections["correction"].tolist() == ["applied", "dropped"]
    listed = pd.read_csv(project.tidy / "corrections.csv")
    assert listed[["correction", "figure", "printed"]].to_numpy().tolist() == [
        ["applied", "ER021", 0.03],
        ["dropped", "ER112", 36],
    ]
    # From the tables on disk as in the build: identities are about what is printed.
    assert project.findings == result.findings
    stored = project.observations.set_index("figure")
    assert stored.loc["ER021", ["obs_value", "printed"]].to_list() == [3, 0.03]
    assert "ER112" not in stored.index


def test_the_command_lists_findings_and_the_build_exits_with_held_back(project):
    from typer.testing import CliRunner

    from kpi.cli import app
    from kpi.commands.common import HELD_BACK

    built = CliRunner().invoke(app, ["build", "--root", str(project.root)])
    assert built.exit_code == HELD_BACK
    assert "held back: expectations/identities.yaml entry 'erdf-projects-pillars'" in built.stderr
    assert "held back: data/corrections/published.yaml entry 'repaired'" in built.stderr
    listed = CliRunner().invoke(
        app, ["identities", "--language", "nl", "--format", "json", "--root", str(project.root)]
    )
    table = {entry["id"]: entry for entry in json.loads(listed.stdout)}
    assert len(table) == 96
    assert [name for name, entry in table.items() if entry["surprise"]] == ["erdf-projects-pillars"]
    assert table["south-call-admissible-by-region"]["result"] is True
