"""Calls for projects, case files and the film fund: registers of one row a file; numbers to check by head."""

from kpi.sources.aggregate import pending
from tests.source_files import built, computed, reasons, values
from tests.test_sources_families import AID, LEADS

CALLS = """Numéro de la demande;Demandeur;Appel;Zone;Genre;Date de réception;Recevable;Sélectionné;Montant octroyé
1;A. Person;south;Quartiers prioritaires;F;02/03/2020;oui;oui;10 000,00
2;B. Person;south;;H;02/03/2020;oui;non;
3;C. Person;Appel à projets Sud;;F;43892;non;;
4;D. Person;south;;;02/03/2020;;;
5;E. Person;global-citizenship;;X;02/03/2021;oui;oui;5 000
6;F. Person;global-citizenship;;X;02/03/2021;non;oui;5 000
7;G. Person;global-citizenship;;X;02/03/2021;oui;non;5 000
8;H. Person;nowhere;;X;02/03/2021;oui;non;
1;I. Person;young-region;;X;02/03/2021;oui;non;
"""


def test_calls_for_projects(tmp_path):
    result = built(tmp_path, "calls-for-projects", CALLS)
    frame = result.observations
    south = {"2020": 4.0}
    assert values(frame[frame["call"] == "south"], "call-applications-received") == south
    assert values(frame, "call-applications-received", "call") == {
        "south": 4,
        "global-citizenship": 1,
        "young-region": 1,
    }
    assert values(frame, "call-applications-received", "gender") == {"women": 2, "men": 1, "other": 2, "unknown": 1}
    assert values(frame, "call-applications-received", "zone") == {"priority-districts": 1, "unknown": 5}
    assert values(frame[frame["call"] == "south"], "call-applications-admissible") == {"2020": 2}
    assert values(frame, "call-amount-granted") == {"2020": 10_000, "2021": 5_000}
    assert computed(result, "call-admissibility-rate", call="south") == {"2020": 50}
    assert computed(result, "call-selection-rate", call="south") == {"2020": 50}
    assert set(reasons(result)) == {"7", "8", "9"}
    assert "a known call for projects" in reasons(result)["9"]
    assert "Person" not in frame.to_csv() + result.held_back.to_csv()


def test_what_nobody_decided_is_not_zero(tmp_path):
    undecided = "\n".join(line for line in CALLS.splitlines() if line.startswith(("Num", "4;")))
    result = built(tmp_path, "calls-for-projects", undecided)
    assert set(result.observations["indicator"]) == {"call-applications-received"}


CASES = """File number;Kind of file;Type;Inspector;Operator;Opened on;Closed on;Outcome
1;inspection;unregistered-accommodation;A. Agent;B. Host;10/01/2020;05/03/2020;infringement
2;inspection;unregistered-accommodation;A. Agent;C. Host;31/01/2020;31/01/2020;compliant
3;contrôle;;A. Agent;D. Host;01/03/2020;;
1;amende;;A. Agent;B. Host;06/03/2020;10/05/2020;fine-imposed
4;registration;;;E. Host;06/03/2020;10/05/2020;Octroyé
5;registration;;;E. Host;06/03/2020;10/05/2020;refused
6;appeal;;;F. Host;06/03/2020;;
7;inspection;;A. Agent;G. Host;06/03/2020;01/03/2020;
8;inspection;;A. Agent;H. Host;06/03/2020;;infringement
"""


def test_case_files(tmp_path):
    result = built(tmp_path, "case-files", CASES)
    frame = result.observations
    assert values(frame, "inspection-files-opened") == {"2020-01": 2, "2020-02": 0, "2020-03": 1}
    assert values(frame, "inspection-files-closed") == {"2020-01": 1, "2020-02": 0, "2020-03": 1}
    closed = frame[frame["obs_value"] > 0]
    assert values(closed, "inspection-files-closed", "outcome") == {"infringement": 1, "compliant": 1}
    assert values(frame, "inspection-files-pending") == {"2020-01": 1, "2020-02": 1, "2020-03": 1}
    assert set(frame.loc[frame["indicator"] == "inspection-files-pending", "flow"]) == {"stock"}
    assert values(frame, "fine-files-opened") == {"2020-03": 1, "2020-04": 0, "2020-05": 0}
    assert values(frame, "fine-decisions") == {"2020-03": 0, "2020-04": 0, "2020-05": 1}
    assert values(frame, "accommodation-registrations") == {"2020-03": 0, "2020-04": 0, "2020-05": 1}
    assert values(frame, "registration-refusal-appeals") == {"2020-03": 1}
    assert set(reasons(result)) == {"9", "10"}
    everything = frame.to_csv() + result.held_back.to_csv()
    assert not any(name in everything for name in ("Agent", "Host"))


def test_a_stock_is_never_added_over_months_and_its_year_is_december(tmp_path):
    rows = (
        "".join(f"{n};inspection;;;;15/0{n}/2020;;\n" for n in range(1, 6)) + "9;inspection;;;;01/12/2020;31/12/2020;\n"
    )
    result = built(tmp_path, "case-files", CASES.splitlines()[0] + "\n" + rows)
    stock = computed(result, "inspection-files-pending")
    assert (stock["2020-02"], stock["2020-05"], stock["2020-12"], stock["2020"]) == (2, 5, 5, 5)
    assert computed(result, "inspection-files-opened")["2020"] == 6


def test_quiet_months_at_the_ends_of_a_register_count_too(tmp_path):
    opened = [f"{m:02d}/2020;" + (f"20/{m:02d}/2020;" if 3 <= m <= 10 else ";") for m in (1, 3, 6, 10, 12)]
    rows = "".join(f"{n};inspection;;;;10/{dates}\n" for n, dates in enumerate(opened))
    result = built(tmp_path, "case-files", CASES.splitlines()[0] + "\n" + rows + "9;fine;;;;10/05/2021;;\n")
    assert computed(result, "inspection-files-opened")["2020"] == 5
    closed = computed(result, "inspection-files-closed")
    assert (closed["2020"], closed["2020-01"], closed["2020-03"], closed["2020-12"]) == (3, 0, 1, 0)
    # Each service keeps its own register: one of fines does not say that no inspection was closed.
    assert set(closed) == {"2020", *(f"2020-{m:02d}" for m in range(1, 13))}


def test_a_stock_that_has_run_out_is_zero_to_the_end_of_the_register(tmp_path):
    rows = "1;inspection;;;;15/01/2020;20/03/2020;compliant\n2;inspection;;;;15/12/2020;15/12/2020;compliant\n"
    stock = computed(built(tmp_path, "case-files", CASES.splitlines()[0] + "\n" + rows), "inspection-files-pending")
    assert (stock["2020-02"], stock["2020-03"], stock["2020-12"], stock["2020"]) == (1, 0, 0, 0)


def test_pending_of_nothing_is_nothing(tmp_path):
    result = built(tmp_path, "case-files", CASES)
    empty = result.observations.iloc[:0].assign(opened="", closed="")
    assert pending(empty, "opened", "closed").empty


FILM = """Projectnummer;Titel;Regisseur;Datum van de sessie;Type project;Vastgelegd bedrag;Uitgaven in het Gewest;\
Status van de uitgaven
1;T;A. Director;15.03.2020;Langspeelfilm;100 000;900 000;gerealiseerd
2;T;B. Director;15.03.2020;series;200 000;2 100 000;toegezegd
3;T;C. Director;2020-11-14;series;100 000,00 €;1 000 000;realised
4;T;D. Director;14/11/2020;documentary;50 000;;promised
5;T;E. Director;14/11/2020;documentary;50;;promised
6;T;F. Director;14/11/2020;documentary;50 000;;realised
"""


def test_film_fund(tmp_path):
    result = built(tmp_path, "film-fund", FILM)
    frame = result.observations
    assert values(frame, "fund-investment") == {"2020": 450_000}
    assert values(frame, "fund-projects-financed", "type") == {"feature-film": 1, "series": 2, "documentary": 1}
    assert values(frame, "fund-investment-sessions") == {"2020": 2}
    assert values(frame, "audiovisual-direct-spending", "spending_status", "obs_status") == {
        ("realised", "A"): 1_900_000,
        ("promised", "E"): 2_100_000,
    }
    assert computed(result, "fund-leverage") == {"2020": 4_000_000 / 450_000}
    assert computed(result, "fund-leverage", type="feature-film") == {"2020": 9}
    assert computed(result, "fund-leverage", spending_status="realised") == {"2020": 1_900_000 / 200_000}
    assert computed(result, "fund-leverage", spending_status="promised") == {"2020": 2_100_000 / 250_000}
    assert set(reasons(result)) == {"6", "7"}
    assert "Director" not in frame.to_csv() + result.held_back.to_csv()


def test_processing_times_are_those_of_the_single_files(tmp_path):
    result = built(tmp_path, "export-aid", AID)
    median = result.observations[result.observations["indicator"] == "export-aid-processing-time-median"]
    ninth = result.observations[result.observations["indicator"] == "export-aid-processing-time-p90"]
    total = {"aid_measure": "_T", "sector": "_T", "company_size": "_T"}
    of_all = median[(median[list(total)] == "_T").all(axis=1)].set_index("time_period")
    # Decided after 10 and 20 days in January and 85 in April: of the second quarter April alone is known.
    assert of_all["obs_value"].to_dict() == {"2019-Q1": 15, "2019-04-01/2019-04-30": 85, "2019-01-01/2019-04-30": 20}
    assert of_all["denominator"].to_dict() == {"2019-Q1": 2, "2019-04-01/2019-04-30": 1, "2019-01-01/2019-04-30": 3}
    assert of_all["flags"].to_dict() == {
        "2019-Q1": "computed",
        "2019-04-01/2019-04-30": "partial-period computed",
        "2019-01-01/2019-04-30": "partial-year computed",
    }
    assert values(ninth[ninth["time_period"] == "2019-Q1"], "export-aid-processing-time-p90", "aid_measure") == {
        "_T": 19 + 19 + 10 + 20,
        "fairs-abroad": 10,
        "recruitment": 20,
    }
    assert computed(result, "export-aid-processing-time-median") == {}


def test_cohorts_of_leads_have_a_window_and_say_what_is_open(tmp_path):
    result = built(tmp_path, "convention-bureau", LEADS)
    assert computed(result, "congress-leads-converted") == {"2019": 2}
    assert computed(result, "congress-leads-in-window") == {"2019": 1}
    assert computed(result, "congress-lead-conversion-rate") == {"2019": 50}


def test_the_same_delivery_twice_counts_once(tmp_path):
    once, twice = built(tmp_path, "film-fund", FILM), built(tmp_path, "film-fund", FILM, FILM)
    for name in ("fund-investment", "fund-projects-financed", "fund-leverage"):
        assert computed(twice, name) == computed(once, name)
