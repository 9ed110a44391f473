"""What is published gives nobody away: the published table is attacked with a solver that knows nothing of ours."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from kpi.api import load
from kpi.catalogue import Balance, Derivation, Disclosure, Indicator, Part, Source
from kpi.derivation import Term
from kpi.derive import derive
from kpi.disclosure import HIDDEN, LOG, protect, protect_revisions
from kpi.disclosure.cells import protected_parts
from kpi.disclosure.derived import follow
from kpi.disclosure.secondary import Sum, hide, null_space, safe
from kpi.observations import TOTAL, UNITS, combine, dimensions_of, tidy
from kpi.project import Project
from kpi.store import read_suppressed
from tests.small_catalogue import same, small_catalogue

DIMS = ("company_size", "sector")
_SMALLEST = 3
STATUS = ("old_status", "new_status", "old_ref", "new_ref")


def _indicator(name, **more):
    kept = {"family": "f", "unit": "count", "direction": "higher", "aggregation": "sum", "frequency": "monthly"}
    return Indicator(id=name, label=same(name), **{**kept, **more})


def _register(**rules):
    measured = ("export-aid-applications", "export-aid-decisions", "export-aid-amount")
    of, alone = measured[0], {"aggregation": "none"}
    derived = {
        "rate": ("percent", Derivation(kind="ratio", numerator=measured[1], denominator=of, scale=100)),
        "mean": ("EUR", Derivation(kind="ratio", numerator=measured[2], denominator=of)),
        "part": ("percent", Derivation(kind="share", of=of, by="sector", scale=100, not_stated="unknown")),
        "recovery": ("index", Derivation(kind="index", of=of, base_year=2022)),
        "spread": ("ratio", Derivation(kind="concentration", of=of, by="sector")),
        "place": ("rank", Derivation(kind="rank", of=of, by="sector")),
        "gap": ("count", Derivation(kind="difference", numerator=of, denominator=measured[1])),
    }
    small = Derivation(kind="slice", of=of, where={"company_size": "small"})
    both = Derivation(kind="sum", terms=[Term(indicator=name) for name in measured[:2]])
    indicators = (
        *(_indicator(name) for name in measured[:2]),
        _indicator(measured[2], unit="EUR"),
        *(_indicator(name, unit=unit, derive=derive, **alone) for name, (unit, derive) in derived.items()),
        _indicator("of-small", derive=small),
        _indicator("both", derive=both, **alone),
    )
    rules = Disclosure(**{"counts": measured[:2], "amounts": measured[2:], **rules})
    source = Source(id="export-aid", title=same("s"), organisation="office", indicators=measured, disclosure=rules)
    return small_catalogue().model_copy(update={"indicators": indicators, "sources": (source,)})


def _row(period, size, sector, value, indicator="export-aid-applications", **more):
    return {
        "indicator": indicator,
        "freq": "M" if "-" in period else "A",
        "time_period": period,
        "company_size": size,
        "sector": sector,
        "obs_value": float(value),
        "unit_measure": "EUR" if indicator == "export-aid-amount" else "count",
        "source": "export-aid",
        "source_ref": "file.csv row 7; other.csv rows 2-3",
        **more,
    }


def _protected(rows, **rules):
    catalogue = _register(**rules)
    observations = tidy(rows)
    return protect(observations, derive(observations, catalogue), catalogue)


def _cell(table, **where):
    for name, value in where.items():
        table = table[table[name].eq(value)]
    assert len(table)
    return table


# The attack: a table of whole numbers, all that is published of it, and the least and most a hidden row can be.

COUNTED = ("export-aid-applications", "export-aid-decisions")
#: Indicators that are sums of atoms, and of which.
SUMS = {COUNTED[0]: COUNTED[:1], COUNTED[1]: COUNTED[1:], "both": COUNTED}


def _additive(table):
    return table[table["indicator"].isin(SUMS)].drop_duplicates(["indicator", "time_period", *DIMS])


def _attack(published, atoms, layers_left_out):
    """Rows that the published ones determine, by mixed integer programming over the cells nobody shows."""
    places = {atom: number for number, atom in enumerate(atoms)}

    def members(row):
        found = np.zeros(len(atoms))
        for (name, period, *codes), number in places.items():
            start = f"{period}-01"
            fits = all(row[dim] in {TOTAL, code} for dim, code in zip(DIMS, codes, strict=True))
            found[number] = (
                name in SUMS[row["indicator"]] and fits and row["period_start"] <= start <= row["period_end"]
            )
        return found

    records = published.to_dict("records")
    sums = np.array([members(row) for row in records])
    known = np.array([row["obs_value"] for row in records])
    hidden = np.isnan(known)
    low, high = np.where(hidden, 1.0, known), np.where(hidden, np.inf, known)
    named = {(r["indicator"], r["time_period"], *(r[d] for d in DIMS)) for r in records}
    upper = np.array([np.inf if layers_left_out or atom in named else 0.0 for atom in atoms])
    rules = LinearConstraint(sums, low, high)
    wanted = np.unique([*sums[hidden], *(np.eye(len(atoms)) if layers_left_out else [])], axis=0)
    for target in wanted if len(wanted[0]) else []:
        found = [
            milp(sign * target, constraints=rules, integrality=np.ones(len(atoms)), bounds=Bounds(0, upper))
            for sign in (1, -1)
        ]
        assert found[0].status == 0
        yield target, found[0].fun, -found[1].fun if found[1].status == 0 else np.inf


def _computable(row, shown, named):
    """What a reader computes in place of a derived row from what is shown; a KeyError where something is not."""
    name, period, size, sector = row["indicator"], row["time_period"], row["company_size"], row["sector"]
    of = (COUNTED[0], period, size, sector)
    decided = (COUNTED[1], *of[1:])
    cut = [key for key in named if key[:3] == of[:3] and key[3] != TOTAL]
    if name == "rate":
        return 100 * shown[decided] / shown[of]
    if name == "gap":
        return shown[of] - shown[decided]
    if name == "recovery":
        return 100 * shown[of] / shown[COUNTED[0], "2022" + period[4:], size, sector]
    if name == "part" and sector == "unknown":
        whole = shown[(*of[:3], TOTAL)]
        return 100 * (whole - sum(shown[key] for key in cut)) / whole
    if name == "part":
        return 100 * shown[of] / shown[(*of[:3], TOTAL)]
    if name == "place":
        return 1 + sum(shown[key] > shown[of] for key in cut)
    parts = [shown[key] for key in cut]
    return sum(part**2 for part in parts) / sum(parts) ** 2


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.data())
def test_no_hidden_cell_can_be_computed(data):
    codes = [("micro", "small"), ("ict", "food-drink", "other")]
    months = ["2022-01", "2023-01"]
    atoms = list(itertools.product(COUNTED, months, *codes))
    # Small numbers, large ones and none, in a mix that leaves some layers and takes others away.
    numbers = st.sampled_from(data.draw(st.sampled_from([(0, 1, 2, 3), (0, 1, 5, 9), (0, 2, 20, 30, 40), (1, 30, 50)])))
    values = data.draw(st.lists(numbers, min_size=len(atoms), max_size=len(atoms)))
    given_rows = [_row(*atom, value, name) for (name, *atom), value in zip(atoms, values, strict=True) if value]
    if not given_rows:
        return
    result = _protected(given_rows)
    table = combine([result.observations, result.computed])
    counts = _additive(table)
    true = dict(zip(atoms, values, strict=True))
    assert not counts["obs_value"].between(1, _SMALLEST - 1).any()
    left_out = "breakdown-too-fine" in set(result.suppressed["reason"])
    for target, least, most in _attack(counts, atoms, left_out):
        size = sum(true[atom] for atom, on in zip(atoms, target, strict=True) if on)
        if left_out and target.sum() == 1 and not 0 < size < _SMALLEST:
            continue  # a cell that is not small may be known, in a breakdown that is not shown
        assert least < most, (counts.to_string(), target)
    # Whatever is no sum is a function of what is shown, so it adds nothing to it.
    named = {
        (r["indicator"], r["time_period"], *(r[d] for d in DIMS)): r["obs_value"] for r in counts.to_dict("records")
    }
    shown = {key: value for key, value in named.items() if not np.isnan(value)}
    derived = table[~table["indicator"].isin([*SUMS, "of-small", "mean"]) & table["obs_value"].notna()]
    for row in derived.to_dict("records"):
        assert row["obs_value"] == pytest.approx(_computable(row, shown, named)), row


def test_the_attack_finds_a_table_that_is_protected_too_little():
    rows = [_row("2023-01", "small", sector, n) for sector, n in (("ict", 2), ("other", 9), ("food-drink", 7))]
    observations = tidy(rows)
    table = _additive(combine([observations, derive(observations, _register())]))
    # Only the cell itself is hidden: its total gives it away.
    naive = table.assign(obs_value=table["obs_value"].where(table["obs_value"] >= _SMALLEST))
    atoms = [(COUNTED[0], "2023-01", "small", sector) for sector in ("ict", "other", "food-drink")]
    assert any(least == most for _, least, most in _attack(naive, atoms, False))
    protected = _protected(rows)
    hidden = _additive(combine([protected.observations, protected.computed]))
    assert all(least < most for _, least, most in _attack(hidden, atoms, False))


def test_the_cheapest_other_cell_goes_and_the_total_stays():
    rows = [_row("2023", TOTAL, sector, n) for sector, n in (("ict", 2), ("other", 90), ("food-drink", 7))]
    result = _protected(rows)
    shown = dict(zip(result.observations["sector"], result.observations["obs_value"], strict=True))
    assert shown["other"] == 90
    assert np.isnan(shown["ict"])
    assert np.isnan(shown["food-drink"])
    total = _cell(result.computed, indicator="export-aid-applications", sector=TOTAL)
    assert total["obs_value"].to_list() == [99]
    log = result.suppressed[result.suppressed["indicator"].eq("export-aid-applications")]
    assert dict(zip(log["cell"], log["reason"], strict=True)) == {
        "sector=ict": "too-few-units",
        "sector=food-drink": "protects-another",
    }
    assert not log.select_dtypes("number").columns.any(), "the log never holds a value"


def test_a_hidden_row_says_no_more_than_that_it_exists():
    result = _protected(
        [_row("2023", TOTAL, "ict", 2, numerator=2, denominator=4, printed=3), _row("2023", TOTAL, "other", 9)]
    )
    row = _cell(result.observations, sector="ict").iloc[0]
    assert row["conf_status"] == HIDDEN
    assert row["source_ref"] == "file.csv; other.csv", "how many rows there were would be the number"
    assert row[["obs_value", "numerator", "denominator", "printed", "value_low", "value_high"]].isna().all()
    assert not set(UNITS) & {*result.observations.columns, *result.computed.columns}


def test_ratios_and_shares_and_slices_of_hidden_cells_are_hidden():
    rows = [_row("2023", "small", sector, n) for sector, n in (("ict", 2), ("other", 90), ("food-drink", 7))]
    rows += [
        _row("2023", "small", s, n, "export-aid-decisions") for s, n in (("ict", 0), ("other", 80), ("food-drink", 7))
    ]
    computed = _protected(rows).computed
    for name in ("rate", "part", "of-small"):
        cells = computed[computed["indicator"].eq(name) & computed["sector"].ne(TOTAL)]
        shown = set(cells.loc[cells["conf_status"].eq("F"), "sector"])
        assert shown == {"other"}, name
    zero = _cell(computed, indicator="export-aid-decisions", sector="ict")
    assert zero["obs_value"].to_list() == [0], "nothing is nobody"


#: The derived row that is asked about: its period and sector, and of the input cells each that takes it away.
AT = ("2023", TOTAL)
HALF_OF_ICT = Term(indicator="b", where={"sector": "ict"}, weight=0.5)
FOLLOWING = {
    "sum": (Derivation(kind="sum", terms=[Term(indicator="a"), HALF_OF_ICT]), AT, {("a", *AT), ("b", "2023", "ict")}),
    "difference": (Derivation(kind="difference", numerator="a", denominator="b"), AT, {("a", *AT), ("b", *AT)}),
    "mean": (Derivation(kind="mean", base="b"), AT, {("b", *AT)}),
    "ratio": (Derivation(kind="ratio", numerator="a", denominator="b"), AT, {("a", *AT), ("b", *AT)}),
    "leverage": (Derivation(kind="leverage", numerator="a", denominator="b"), AT, {("a", *AT), ("b", *AT)}),
    "rate": (Derivation(kind="rate", of="a", per="b"), AT, {("a", *AT), ("b", *AT)}),
    "rate per day": (Derivation(kind="rate", of="a", per="day"), AT, {("a", *AT)}),
    "index": (Derivation(kind="index", of="a", base_year=2019), AT, {("a", *AT), ("a", "2019", TOTAL)}),
    "share": (Derivation(kind="share", of="a", by="sector", not_stated="unknown"), ("2023", "ict"),
              {("a", *AT), ("a", "2023", "ict")}),
    "rest": (Derivation(kind="share", of="a", by="sector", not_stated="unknown"), ("2023", "unknown"),
             {("a", *AT), ("a", "2023", "ict"), ("a", "2023", "other")}),
    "rank": (Derivation(kind="rank", of="a", by="sector"), ("2023", "ict"),
             {("a", "2023", "ict"), ("a", "2023", "other")}),
    "concentration": (Derivation(kind="concentration", of="a", by="sector"), AT,
                      {("a", "2023", "ict"), ("a", "2023", "other")}),
    "step-rate": (Derivation(kind="step-rate", steps=["c", "b", "a"]), AT, {("a", *AT), ("b", *AT)}),
    "overall-rate": (Derivation(kind="overall-rate", steps=["c", "b", "a"]), AT, {("a", *AT), ("c", *AT)}),
    "balance": (Derivation(kind="balance", positive="a", negative="b", base="c"), AT,
                {("a", *AT), ("b", *AT), ("c", *AT)}),
    "cohort": (Derivation(kind="cohort", entered="a", converted="b", open="c"), AT,
               {("a", *AT), ("b", *AT), ("c", *AT)}),
    "duration": (Derivation(kind="duration", of="a", quantile=0.5), AT, {("a", *AT)}),
}  # fmt: skip


@pytest.mark.parametrize("kind", FOLLOWING)
def test_each_kind_goes_with_every_cell_it_is_made_of_and_no_other(kind):
    derive_, (period, sector), takes = FOLLOWING[kind]
    cells = list(itertools.product("abc", ("2019", "2023"), (TOTAL, "ict", "other")))
    rows = tidy(_row(p, TOTAL, s, 5, name) for name, p, s in [*cells, ("x", period, sector)])
    catalogue = _register().model_copy(update={"indicators": (_indicator("x", aggregation="none", derive=derive_),)})
    found = set()
    for number, cell in enumerate(cells):
        reasons = pd.Series("", index=rows.index, dtype="str")
        reasons[number] = "too-few-units"
        follow(rows, reasons, catalogue, "left-out", "computed")
        found |= {cell} if reasons[len(cells)] == "computed" else set()
        assert (reasons != "").sum() == 1 + (cell in found), "and nothing else goes"
        reasons[number], reasons[len(cells)] = "left-out", ""
        follow(rows, reasons, catalogue, "left-out", "computed")
        assert (reasons[len(cells)] == "left-out") == (cell in found)
    assert found == takes


def test_a_median_of_two_cases_is_never_shown_nor_their_number():
    median = _indicator(
        "median", unit="days", aggregation="none", derive=Derivation(kind="duration", of="a", quantile=0.5)
    )
    catalogue = _register().model_copy(update={"indicators": (*_register().indicators, median)})

    def shown(**cases):
        rows = tidy(_row("2023-Q1", TOTAL, s, 0, "median", denominator=float(n), freq="Q") for s, n in cases.items())
        table = protect(rows, rows.iloc[:0], catalogue).observations
        assert table["denominator"].isna().all(), "months and quarters of one count would give each other away"
        return dict(zip(table["sector"], table["obs_value"].notna(), strict=True))

    # A median of no days is as much of one case as any other.
    assert shown(_T=6, ict=3, other=3) == {TOTAL: True, "ict": True, "other": True}
    assert shown(_T=5, ict=3, other=2) == {TOTAL: True, "ict": True, "other": False}
    assert shown(_T=2, ict=1, other=1) == {TOTAL: False}, "a breakdown of single cases is not even there"


def test_a_mean_over_other_cells_than_its_base_counts_is_hidden():
    mean = _indicator("score", unit="score", aggregation="none", derive=Derivation(kind="mean", base=COUNTED[0]))
    catalogue = _register().model_copy(update={"indicators": (*_register().indicators, mean)})
    answers = {"ict": 20, "other": 30, "food-drink": 40}

    def total(**scores):
        rows = tidy(
            [_row("2023", TOTAL, s, n) for s, n in answers.items()]
            + [_row("2023", TOTAL, s, n, "score") for s, n in scores.items()]
        )
        computed = protect(rows, derive(rows, catalogue), catalogue).computed
        return _cell(computed, indicator="score", sector=TOTAL)["obs_value"].notna().item()

    assert total(**{"ict": 50, "other": 60, "food-drink": 70})
    assert not total(ict=50, other=60), "the base tells how many have no score"


def test_one_unit_that_dominates_and_units_that_are_too_few():
    def amount(sector, value, units, largest):
        more = {"contributors": float(units), "largest": float(largest)}
        return _row("2023", TOTAL, sector, value, "export-aid-amount", **more)

    rows = [
        amount("ict", 1000, 5, 900),
        amount("other", 1000, 5, 800),
        amount("food-drink", 500, 2, 250),
        amount("finance", 900, 9, 100),
    ]
    result = _protected(rows)
    why = {
        r["cell"]: r["reason"] for r in result.suppressed.to_dict("records") if r["indicator"] == "export-aid-amount"
    }
    assert why == {"sector=ict": "one-unit-dominates", "sector=food-drink": "too-few-units"}
    whole = _cell(result.computed, indicator="export-aid-amount", sector=TOTAL)
    assert whole["obs_value"].to_list() == [3400]
    # Looser rules, as a source may declare them, hide nothing.
    assert _protected(rows, minimum=2, dominance=0.95).suppressed.empty


def test_what_a_source_keeps_confidential_is_never_shown_and_rules_are_of_its_source():
    rows = [
        _row("2023", TOTAL, "ict", 50, conf_status="C"),
        _row("2023", TOTAL, "other", 60),
        _row("2023", TOTAL, "finance", 70),
    ]
    observations = _protected(rows).observations
    assert _cell(observations, sector="ict")["conf_status"].to_list() == ["C"]
    assert observations["obs_value"].notna().sum() == 1, "the total would give it away"
    printed = tidy([_row("2023", TOTAL, "ict", 1, source="published", figure="P1")])
    assert protect(printed, printed.iloc[:0], _register()).observations["obs_value"].to_list() == [1]


def _changed(sector, old, new, indicator="export-aid-applications"):
    named = _row("2023", TOTAL, sector, new, indicator)
    told = {"kind": "revised", "old_value": old, "new_value": new, "difference": new - old, "percent": 1.0}
    return {**named, **told, "ref_area": "BE10", "since": "2024-01-01", **dict.fromkeys(STATUS, "")}


def _suppressed(cell=""):
    place = ["export-aid", "export-aid-applications", "BE10", "A", "2023", cell]
    return pd.DataFrame([place], columns=["source", "indicator", "ref_area", "freq", "time_period", "cell"])


def _known(value):
    return tidy([_row("2023", TOTAL, "food-drink", value)])


def test_revisions_of_protected_counts_are_told_together():
    """The older value of a cell that is shown would give away another one that was hidden with it."""
    changes = pd.DataFrame([_changed("ict", 80.0, 60.0), _changed("other", 2.0, 90.0), _changed("finance", 30.0, 40.0)])
    told = protect_revisions(changes, _suppressed("sector=ict"), _known(2), _register())
    assert told[["sector", "old_value", "new_value", "difference"]].fillna(-1).to_numpy().tolist() == [
        [TOTAL, -1, -1, 78]
    ]
    assert not {"old", "cell"} & set(told.columns)
    assert protect_revisions(changes, _suppressed(), _known(2), _register()).empty, "the whole is hidden"


def test_revisions_of_what_never_hid_anything_are_told_one_by_one():
    changes = pd.DataFrame([_changed("ict", 80.0, 60.0), _changed("finance", 30.0, 40.0)])
    assert protect_revisions(changes, _suppressed("x"), _known(3), _register()).equals(changes)
    secret = _known(3).assign(conf_status="C")
    assert len(protect_revisions(changes, _suppressed("x"), secret, _register())) == 1


@pytest.mark.parametrize(("old", "new"), [(80.0, 82.0), (2.0, 90.0), (0.0, 90.0)])
def test_small_moves_and_moves_of_few_are_not_told(old, new):
    changes = pd.DataFrame([_changed("ict", old, new)])
    assert protect_revisions(changes, _suppressed("x"), _known(2), _register()).empty


@pytest.mark.parametrize(
    ("contributors", "largest", "told"),
    [(1, 3_000, ["published"]), (4, 9_500, ["published"]), (4, 3_000, ["export-aid", "published"])],
)
def test_revisions_of_amounts_that_few_brought_are_not_told(contributors, largest, told):
    """One company stood behind the older amount, and four behind the newer one, which is shown."""
    known = tidy([_row("2023", TOTAL, "ict", 10_000, "export-aid-amount", contributors=contributors, largest=largest)])
    amount = _changed("ict", 10_000.0, 50_000.0, "export-aid-amount")
    other = {**amount, "source": "published"}
    shown = protect_revisions(pd.DataFrame([amount, other]), _suppressed("x"), known, _register())
    assert shown["source"].to_list() == told


def test_a_stock_does_not_give_away_what_was_opened():
    opened, closed, pending = "export-aid-applications", "export-aid-decisions", "export-aid-amount"
    numbers = {opened: (9, 2, 8), closed: (4, 6, 5), pending: (5, 1, 4)}
    carried = 30  # from before: the first month follows from nothing that is shown
    rows = [
        _row(f"2023-0{month}", TOTAL, TOTAL, value + (carried if name == pending else 0), name, unit_measure="count")
        for name, values in numbers.items()
        for month, value in enumerate(values, start=1)
    ]
    balance = Balance(pending=pending, opened=opened, closed=closed)
    rules = {"counts": tuple(numbers), "amounts": ()}

    def hidden(**more):
        table = _protected(rows, **rules, **more).observations
        marked = table[table["obs_value"].isna()]
        return set(zip(marked["indicator"], marked["time_period"], strict=True))

    alone, balanced = hidden(), hidden(balances=(balance,))
    assert (opened, "2023-02") in alone
    assert not {name for name, period in alone if period == "2023-02"} - {opened}
    assert {name for name, period in balanced if period == "2023-02"} - {opened}, "one of the other three goes too"


@pytest.mark.parametrize(
    ("values", "hidden", "proved"),
    [
        ([3, 1, 1, 1], [False, True, True, True], False),  # three ones are three: each is known
        ([4, 1, 1, 2], [False, True, True, True], True),
        ([5, 2, 3, 0], [False, True, True, False], True),
        ([5, 2, 3, 0], [False, True, False, False], False),
    ],
)
def test_safe_knows_that_a_hidden_count_is_at_least_one(values, hidden, proved):
    found = safe(np.array(values, dtype=float), np.full(4, True), [Sum(0, (1, 2, 3))], np.array(hidden))
    assert found[np.array(hidden)].all() == proved


def test_hiding_ends_with_everything_safe_even_where_all_are_small():
    values = np.array([3.0, 1, 1, 1])
    hidden = hide(values, np.full(4, True), [Sum(0, (1, 2, 3))], np.array([False, True, True, True]), values)
    assert hidden.all()
    assert null_space(np.eye(2)).shape == (0, 2)


def test_a_register_that_names_what_a_source_does_not_emit_is_refused():
    with pytest.raises(ValueError, match="does not emit: elsewhere"):
        _register(parts={"elsewhere": Part(of="export-aid-amount", where={"sector": "ict"})})


def test_nothing_built_shows_a_small_count_and_what_is_not_protected_lies_apart(built_project):
    project = Project(built_project.root)
    rows = project.observations
    for source in project.catalogue.sources:
        rules = source.disclosure
        if rules is None:
            continue
        parts = protected_parts(source, project.catalogue)
        counts = {name for name, (of, _) in parts.items() if of in rules.counts}
        mine = rows[rows["source"].eq(source.id) & rows["indicator"].isin(counts)]
        assert len(mine)
        assert not (mine["obs_value"].gt(0) & mine["obs_value"].lt(rules.minimum)).any(), source.id
    hidden = rows[rows["conf_status"].eq(HIDDEN)]
    assert len(hidden) > 100
    assert hidden[["obs_value", "numerator", "denominator"]].isna().all(axis=None)
    assert not set(UNITS) & set(rows.columns)
    totals = rows[rows["indicator"].eq("export-aids-granted") & rows["freq"].eq("A") & rows["obs_value"].notna()]
    assert (totals[dimensions_of(totals)] == TOTAL).all(axis=1).any(), "headline totals stay"
    loaded = load("export-aids-granted", by="aid_measure", freq="A", root=project.root)
    assert loaded.frame["obs_value"].isna().any(), "notebooks see the protected table"
    assert set(read_suppressed(project.tidy)) == set(LOG)
