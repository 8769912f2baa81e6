"""Projects of a study: worlds, gains, combinations, futures, the command and its chart."""

import json

import numpy as np
import pytest

from command import landbridge
from landbridge.errors import AppraisalRefused, QuestionRefused, UnknownId
from landbridge.indicators.appraisal import appraise
from landbridge.report.gain_charts import draw_gains, write_appraisal
from landbridge.study import check_study, open_study
from landbridge.study.appraise import Gains, appraise_projects, build_terms, list_needed_years
from landbridge.study.appraise_futures import appraise_futures, list_options, value_futures
from landbridge.study.prepare import prepare
from landbridge.study.run import solve_scenario
from landbridge.study.welfare import WelfareBook
from landbridge.study.worlds import WorldSolver, build_world
from studies import write_small_study
from test_process_study import small

BLOCK = """
appraisal:
  life_years: [20, 30, 40]
  projects:
    rails: {title: The rails, gates: [gap-built], follow: [gap-open], year: [2028, 2030], cost_musd: [100, 300],
            source: [N2], basis: official}
    peace: {title: The signatures, gates: [peace], follow: [gap-open], year: [2027, 2027], cost_musd: [1, 1],
            source: [N2], basis: assumption}
    ferries: {title: Twice the ferries, measures: [ferry-double], year: [2028, 2028], cost_musd: [20, 40],
              source: [N2], basis: assumption}
"""
CHANGE = ("study", "\nscenarios:\n", f"{BLOCK}\nscenarios:\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small(tmp_path_factory.mktemp("study"), CHANGE)


@pytest.fixture(scope="module")
def prepared(folder):
    return prepare(open_study(folder))


@pytest.fixture(scope="module")
def told(prepared):
    return appraise_projects(prepared, ["rails", "peace", "ferries"])


def test_a_gate_follows_once_all_that_it_requires_is_met(prepared):
    projects = prepared.study.settings.appraisal.projects
    lines = {name: projects[name] for name in ("rails", "peace")}
    shares = {
        done: build_world(prepared, "today", lines, done).gates["gap-open"].share
        for done in ((), ("rails",), ("peace",), ("rails", "peace"))
    }
    assert list(shares.values()) == [0.0, 0.0, 0.0, 1.0]


def test_a_line_without_its_neighbour_is_worth_nothing(told):
    """Rails and signatures gain together only, and share it evenly; the ferries add what they add."""
    shares = {row["project"]: row for row in told["combination"]["shares"]}
    assert shares["rails"]["alone_musd"] == shares["peace"]["alone_musd"] == 0.0
    subsets = {tuple(row["projects"]): row["benefits_musd"] for row in told["combination"]["subsets"]}
    both, everything = subsets["peace", "rails"], subsets["ferries", "peace", "rails"]
    assert both > 0.0
    assert shares["rails"]["shapley_benefits_musd"] == pytest.approx(shares["peace"]["shapley_benefits_musd"])
    assert sum(row["shapley_benefits_musd"] for row in shares.values()) == pytest.approx(everything, abs=1e-9)
    npv = {tuple(row["projects"]): row["npv_musd"] for row in told["combination"]["subsets"]}
    total = sum(row["shapley_npv_musd"] for row in shares.values())
    assert total == pytest.approx(npv["ferries", "peace", "rails"], abs=1e-9)


def test_gains_are_differences_of_scenarios(prepared, told):
    """The ferries of the project are those of the scenario `ferry-doubled`, account by account."""
    book = WelfareBook(prepared)
    found = [
        book.take(solve_scenario(prepared, name, 2035)).accounts["gain_usd_year"].sum()
        for name in ("today", "ferry-doubled")
    ]
    own = next(p for p in told["projects"] if p["project"] == "ferries")
    last = own["gain_musd_year"][-1]
    gain = last["shippers"] + last["receivers"] + last["climate"]
    assert gain == pytest.approx((found[1] - found[0]) / 1e6, rel=1e-5)
    assert own["worst_residual"] <= 1e-9
    assert sum(row["gain_musd_year"] for row in own["who"]) == pytest.approx(gain, rel=1e-6)


def test_values_are_those_of_the_cash_flow(prepared, told):
    own = next(p for p in told["projects"] if p["project"] == "ferries")
    rates = [row["rate"] for row in own["values"]]
    assert rates == [0.03, 0.05, 0.09]
    assert own["capital_musd"] == pytest.approx([20.0, 30.0, 58.0])
    low, high = own["npv_range_musd"]
    for swing in own["swings"]:
        assert low - 1e-9 <= min(swing["low_npv_musd"], swing["high_npv_musd"])
        assert max(swing["low_npv_musd"], swing["high_npv_musd"]) <= high + 1e-9
    value = own["values"][1]
    assert value["npv_musd"] == pytest.approx(value["benefits_musd"] - value["costs_musd"])
    assert own["switching"]["costs"] == pytest.approx(value["bcr"])


def test_years_before_the_first_use_are_not_solved(prepared):
    projects = prepared.study.settings.appraisal.projects
    assert list_needed_years((2024, 2026, 2035), projects.values()) == (2026, 2035)
    assert list_needed_years((2030, 2035), projects.values()) == (2030, 2035)


def test_what_is_not_there_is_refused(prepared, tmp_path):
    with pytest.raises(UnknownId, match='no project "rail"') as caught:
        appraise_projects(prepared, ["rail"])
    assert "rails" in str(caught.value)
    with pytest.raises(QuestionRefused, match="3 faults") as many:
        appraise_projects(prepared, ["rail", "ships"], scenario="nowhere")
    assert [fault.value for fault in many.value.faults] == ["rail", "ships", "nowhere"]
    with pytest.raises(UnknownId, match="scenario"):
        appraise_projects(prepared, ["rails"], scenario="nowhere")
    bare = prepare(open_study(write_small_study(tmp_path)))
    with pytest.raises(AppraisalRefused, match="no projects"):
        appraise_projects(bare)
    ferries = {"ferries": prepared.study.settings.appraisal.projects["ferries"]}
    with pytest.raises(AppraisalRefused, match="no project meets a gate"):
        appraise_futures(prepared, ferries, 20, scenario="today")


def test_faults_of_projects_are_listed_all_at_once(tmp_path):
    wrong = """
appraisal:
  discount: [0.09, 0.05, 0.03]
  projects:
    one: {title: One, gates: [gap-bilt], year: [2030, 2028], cost_musd: [3, 1], source: [N9], basis: official}
    two: {title: Two, year: [2030, 2031], cost_musd: [1, 2], source: [N2], basis: official}
"""
    study = write_small_study(tmp_path, ("study", "\nscenarios:\n", f"{wrong}\nscenarios:\n"))
    faults = [f"{fault.what} {fault.value}" for fault in check_study(study)]
    for words in ("do not rise", "gap-bilt", "2030 to 2028", "3 to 1", "N9", "does nothing"):
        assert any(words in fault for fault in faults), words


def test_futures_hold_each_project_against_none(prepared, tmp_path, monkeypatch):
    """What futures say of a project that always works is what the sure appraisal says, gates apart."""
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path))
    projects = prepared.study.settings.appraisal.projects
    lines = {name: projects[name] for name in ("rails", "peace")}
    found = appraise_futures(prepared, lines, 60, scenario="today", workers=1)
    assert [row["option"] for row in found["options"]] == ["rails", "peace", "all"]
    assert found["worst_residual"] <= 1e-9
    for row in found["options"]:
        assert row["npv_q05_musd"] <= row["npv_q50_musd"] <= row["npv_q95_musd"]
        assert all(0.0 <= p <= 1.0 for p in row["probability_negative"])
        assert row["expected_regret_musd"] <= row["greatest_regret_musd"] + 1e-9
        assert all(wait["option_musd"] >= 0.0 for wait in row["waiting"])
    by_name = {row["option"]: row for row in found["options"]}
    assert by_name["all"]["share_of_use"] >= by_name["rails"]["share_of_use"]


def test_options_fix_works_and_leave_permissions_to_luck(prepared):
    projects = prepared.study.settings.appraisal.projects
    lines = {name: projects[name] for name in ("rails", "peace")}
    asked = prepared.study.settings.appraisal
    terms = {name: build_terms(project, asked) for name, project in lines.items()}
    options = list_options(lines, terms, {"gap-built"})
    assert options["none"].gates == {"gap-built": "never"}
    assert options["rails"].gates == {"gap-built": terms["rails"].opens - 1}
    assert options["all"].gates == {"gap-built": terms["rails"].opens - 1, "peace": 2026}


def test_a_sure_gain_is_valued_as_its_cash_flow(prepared):
    """Futures that are all alike give the net present value of the plain cash flow."""
    projects = prepared.study.settings.appraisal.projects
    asked = prepared.study.settings.appraisal
    own = build_terms(projects["rails"], asked)
    found = value_futures(np.full((3, 2), 10.0), [2027, 2035], [own], 0.05, 2026, projects, ["rails"])
    capital = np.array([own.capital / 3] * 3)  # 2026 to 2028, in use from 2029
    assert own.opens == 2029
    when = 1.05 ** -np.arange(33.0)
    expected = (10.0 - own.upkeep * own.capital) * when[3 : 3 + own.life].sum() - capital @ when[:3]
    np.testing.assert_allclose(found, expected)


def test_a_combination_gains_what_is_in_use(prepared):
    """Before the second of two complements is in use nothing is gained."""
    from landbridge.study.appraise import _lay_out

    projects = prepared.study.settings.appraisal.projects
    lines = {name: projects[name] for name in ("rails", "peace")}
    asked = prepared.study.settings.appraisal
    solver = WorldSolver(prepared, "today")
    gains = Gains(solver, "today", lines, (2024, 2035))
    gains.solve([frozenset(["rails"]), frozenset(["peace"]), frozenset(lines)])
    terms = {name: build_terms(project, asked) for name, project in lines.items()}
    flow = _lay_out(gains, terms, 2026)
    assert terms["peace"].opens == 2027
    assert flow.benefits[flow.years < terms["rails"].opens].tolist() == [0.0] * 3
    assert flow.benefits[flow.years == terms["rails"].opens] > 0.0
    assert flow.capital.sum() == pytest.approx(terms["rails"].capital + terms["peace"].capital)
    alone = _lay_out(gains, {"rails": terms["rails"]}, 2026)
    assert appraise(alone, 0.05, 2026).benefits == 0.0


def test_charts_and_page(told, tmp_path):
    zones = {"west-zone": "The West"}
    write_appraisal(told, zones, tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.count("<svg") >= 3
    assert "Twice the ferries" in page
    write_appraisal(told, zones, tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text("utf-8").startswith("<svg")
    drawn = draw_gains([("Small & odd", 0.004), ("Other", -0.02)], name="n", title="T", unit="u")
    assert "Small &amp; odd" in drawn


def test_the_command_prints_tables_and_json(folder, tmp_path, capsys):
    study = ("--study", str(folder))
    done = landbridge(capsys, "appraise", "rails", "peace", *study, "-o", str(tmp_path / "p.html"))
    assert done.code == 0, done.err
    for words in ("The rails", "Shapley share", "Benefits of each", "p.html"):
        assert words in done.out
    found = json.loads(landbridge(capsys, "appraise", "ferries", *study, "--json").out)
    assert found["projects"][0]["project"] == "ferries"
    assert found["combination"] is None
    wrong = landbridge(capsys, "appraise", "ferry", *study)
    assert wrong.code == 1
    assert "ferries" in wrong.err
    assert landbridge(capsys, "appraise", "ferries", *study, "--seed", "3").code == 2


def test_the_command_lists_all_that_is_wrong_before_anything_is_prepared(folder, capsys, monkeypatch):
    """Two unknown projects, a scenario and a number of futures are told at once, and nothing is prepared."""
    monkeypatch.setattr("landbridge.study.prepare.prepare", lambda *_: pytest.fail("prepared"))
    asked = ("ferry", "rail", "-s", "todey", "--futures", "999999999")
    wrong = landbridge(capsys, "appraise", *asked, "--study", str(folder))
    assert wrong.code == 1
    assert wrong.err.startswith("LB-S005 the question has 4 faults.")
    for words in ("ferry", "rails", "todey", "today", "999999999 futures cannot be drawn"):
        assert words in wrong.err
    alone = landbridge(capsys, "appraise", "ferries", "--futures", "20", "--study", str(folder))
    assert "no project meets a gate" in alone.err


def test_the_command_refuses_a_chart_of_another_kind(folder, capsys):
    """Charts are *.html or *.svg."""
    study = ("--study", str(folder))
    assert landbridge(capsys, "appraise", "ferries", *study, "-o", "a.pdf").code == 2
