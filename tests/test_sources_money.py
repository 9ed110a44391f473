"""Budgets and staff: versions, types of credit, stocks of a day; numbers to check by head."""

from tests.source_files import built, computed, reasons, values

HEADING = "Année;Budget;Service;Type de crédit;Version;Gestionnaire;Montant voté;Montant engagé;Montant liquidé\n"
BUDGETS = (
    HEADING
    + """2020;operating;screen.brussels;;original;A. Person;100 000;;
2020;operating;screen.brussels;;revised;A. Person;80 000;60 000;40 000
2020;Werking;accommodation-service;;original;A. Person;20 000;20 000;10 000
2021;operating;screen.brussels;;original;A. Person;90 000;;
2021;taxi;;commitment;original;A. Person;50 000;40 000;
2021;taxi;;payment;original;A. Person;30 000;;30 000
2021;cooperation;;;original;A. Person;10;20;
2021;promotion;;;original;A. Person;10;;
2021;promotion;kanal;;original;A. Person;10;;
"""
)


def test_budgets(tmp_path):
    result = built(tmp_path, "budgets", BUDGETS)
    frame = result.observations
    budget = frame[frame["indicator"] == "operating-budget"]
    assert values(budget, "operating-budget", "time_period", "team", "revision", "flags") == {
        ("2020", "screen-brussels", "original", "superseded"): 100_000,
        ("2020", "screen-brussels", "revised", ""): 80_000,
        ("2020", "accommodation-service", "original", ""): 20_000,
        ("2021", "screen-brussels", "original", ""): 90_000,
    }
    assert set(zip(budget["measure"], budget["flow"], strict=True)) == {("budget", "budget")}
    assert computed(result, "operating-budget", team="screen-brussels", revision="revised") == {"2020": 80_000}
    assert computed(result, "budget-voted", budget_line="operating") == {"2020": 100_000, "2021": 90_000}
    assert computed(result, "budget-commitment-rate", budget_line="operating") == {"2020": 80}
    assert computed(result, "budget-payment-rate", budget_line="operating") == {"2020": 50}
    assert set(reasons(result)) == {"8", "9", "10"}
    assert "a commitment within the amount voted" in reasons(result)["8"]
    assert "the whole or its parts, not both" in reasons(result)["9"]
    assert "Person" not in frame.to_csv() + result.held_back.to_csv()


def test_types_of_credit_are_never_added(tmp_path):
    result = built(tmp_path, "budgets", BUDGETS)
    assert computed(result, "taxi-budget", credit="commitment", revision="original") == {"2021": 50_000}
    assert computed(result, "taxi-budget", credit="payment", revision="original") == {"2021": 30_000}
    assert computed(result, "taxi-budget", revision="original") == {}
    assert computed(result, "budget-commitment-rate", budget_line="taxi", credit="commitment") == {"2021": 80}
    assert computed(result, "budget-payment-rate", budget_line="taxi", credit="payment") == {"2021": 100}


STAFF = """Stand op;Dienst;Functie;Status;Naam;VTE;Personen
31/12/2020;kanal;;in-post;A. Person;20,5;22
30/06/2021;kanal;;in-post;B. Person;22;24
31.12.2021;Stichting Kanal;;in-post;C. Person;23;25
31/12/2021;kanal;;required;;28;
31/12/2021;screen-brussels;Algemeen directeur;in-post;;1;1
31/12/2021;screen-brussels;;in-post;;2;2
31/12/2021;screen-brussels;;in-post;;3;2
31/12/2021;protocol;;in-post;;-1;2
"""


def test_staff_is_a_stock_of_its_day(tmp_path):
    result = built(tmp_path, "staff", STAFF)
    frame = result.observations
    assert set(frame["flow"]) == {"stock"}
    assert values(frame[frame["status"] == "required"], "staff-fte") == {"2021-12-31": 28}
    assert computed(result, "staff-fte", team="kanal", status="in-post") == {"2020": 20.5, "2021": 23}
    assert computed(result, "staff-fte", team="kanal", status="required") == {"2021": 28}
    assert computed(result, "staff-fte", role="general-manager", status="in-post") == {"2021": 1}
    assert computed(result, "staff-headcount", status="in-post")["2021-06-30"] == 24
    assert set(reasons(result)) == {"7", "8", "9"}
    assert "Person" not in frame.to_csv() + result.held_back.to_csv()
