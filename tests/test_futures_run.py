"""Futures with full equilibria: states of a family, grouping, warm starts, resuming, workers that die."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from killer import Killer
from landbridge.assignment.costs import MEASURES
from landbridge.assignment.sue import solve
from landbridge.assignment.warm import solve_first, solve_near
from landbridge.errors import ClusterNotReached, FuturesRefused
from landbridge.indicators.corridors import list_members
from landbridge.kernels.linear import invert
from landbridge.kernels.secant import learn, multiply
from landbridge.study import future_states, open_study, run_study
from landbridge.study.future_answers import GAINS, answer, is_due, price_option
from landbridge.study.future_measures import Measures, check_questions
from landbridge.study.future_run import list_future_years, run_futures, tabulate_run
from landbridge.study.future_solve import (
    build_model,
    list_chunks,
    list_leads,
    solve_chunk,
    start_chunks,
)
from landbridge.study.future_states import plan_year
from landbridge.study.futures import sample_study
from landbridge.study.prepare import prepare
from landbridge.study.run import list_corridors
from landbridge.study.scenarios import build_scenario_state, find_date, list_rules
from landbridge.study.states import StateFamily, Terms
from test_process_study import small


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    years = ("study", "years: [2024, 2035]", "years: [2024, 2028, 2030, 2032, 2035, 2040]")
    return open_study(small(tmp_path_factory.mktemp("study"), years))


@pytest.fixture(scope="module")
def prepared(study):
    return prepare(study)


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """Chunks of a test are not found by another."""
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(future_states, "CHUNK", 2)


def test_a_family_states_what_a_link_state_states(prepared):
    """Costs, shares and capacities of every scenario, put together from conditions, equal those found arc by arc."""
    family = StateFamily(prepared, "today")
    year = 2035
    demand = prepared.build_demand(year).t_year
    for name in ("base-2024", "today", "gap-open"):
        gates = {gate: state.share for gate, state in prepared.scenarios[name].gates.items()}
        apart = _state_of(prepared, gates, year)
        plain = prepared.build_problem(apart, demand)
        light = family.build_problem(year, family.read_shares(gates), demand)
        r = prepared.routes
        kept = np.repeat(
            demand[r.group_class, r.group_origin, r.group_destination] > 0, np.diff(r.group_first)
        )
        np.testing.assert_array_equal(light.usable, plain.usable[kept])
        np.testing.assert_allclose(light.base_cost, plain.base_cost[kept], rtol=1e-12)
        used = np.unique(light.tree.facility)
        np.testing.assert_allclose(light.capacity_t_year[used], plain.capacity_t_year[used], rtol=1e-12)


def _state_of(prepared, shares, year):
    """The link state of `today` with other shares of its gates, found arc by arc."""
    scenario = prepared.scenarios["today"]
    gates = {gate: replace(state, share=shares[gate]) for gate, state in scenario.gates.items()}
    rules = list_rules(prepared.study.tables, gates, [], find_date(prepared.study, "today"))
    changed = replace(scenario, gates=gates, rules=rules)
    return build_scenario_state(prepared.study, prepared.network, prepared.tables, changed, year)


def test_grouped_futures_equal_futures_solved_alone(prepared):
    """200 futures, each solved from nothing in its own link state, against the grouped run: 1e-9 of each measure."""
    run = run_futures(prepared, 200, workers=1, tolerance=1e-13)
    family = StateFamily(prepared, "today")
    model = build_model(family, list_future_years(prepared.study), 1e-13)
    measures = Measures(prepared, prepared.routes)
    bears = {plan.year: prepared.get_bearing(plan.year) for plan in run.plans}
    assert sum(len(plan.shares) for plan in run.plans) < 200 * len(run.plans) / 4
    for plan in run.plans:
        demand = model.demand[plan.year]
        for future in range(200):
            shares = {gate: float(run.futures.shares(gate, plan.year)[future]) for gate in family.gates}
            state = _state_of(prepared, shares, plan.year)
            route_state = prepared.evaluate_routes(state)
            problem = prepared.build_problem(state, demand, route_state)
            hours = route_state.measures[:, -4]
            terms = Terms(
                state.facilities,
                route_state.tree,
                route_state.base_cost,
                hours,
                route_state.measures[:, MEASURES.index("fees")],
                route_state.measures[:, MEASURES.index("co2_kg_t")],
                bears[plan.year],
            )
            alone = measures.take(problem.segments, solve(problem, tolerance=1e-13), terms, demand)
            grouped = run.values[plan.year][plan.state_of[future]]
            np.testing.assert_allclose(grouped, alone, rtol=1e-9, atol=1e-6)


def test_links_that_no_cargo_uses_make_no_state(prepared):
    """A gate on no link, rule or effect, and one whose line waits for another, make no state of their own."""
    family = StateFamily(prepared, "today")
    now = family.read_shares({gate: state.share for gate, state in prepared.scenarios["today"].gates.items()})
    peace, south = now.copy(), now.copy()
    peace[family.gates.index("peace")] = 1.0
    south[family.gates.index("south-usable")] = 1.0
    first, state_of = family.group(np.stack([now, peace, south, now]))
    assert state_of.tolist() == [0, 0, 1, 0]
    assert first.tolist() == [0, 2]


def test_states_are_those_that_differ_in_what_they_do(prepared):
    """Rows are one state if shares of sets, penalties, capacities and changes are the same numbers, and only
    then.
    """
    family = StateFamily(prepared, "today")
    random = np.random.default_rng(4)
    shares = random.choice([0.0, 0.4, 1.0], (400, len(family.gates)), p=[0.6, 0.2, 0.2])
    changes = (shares[:, family.changing] >= 1.0).astype(float)
    content = np.concatenate([changes, *family.judge(shares)], axis=1)
    _, expected = np.unique(content, axis=0, return_inverse=True)
    first, state_of = family.group(shares)
    assert len(first) == len(np.unique(expected)) < 400
    assert len(np.unique(np.stack([expected.ravel(), state_of]), axis=1).T) == len(first)
    np.testing.assert_array_equal(state_of[first], np.arange(len(first)))
    np.testing.assert_array_equal(content[first][state_of], content)


def test_measures_are_sums_over_routes(prepared):
    family = StateFamily(prepared, "today")
    model = build_model(family, [2035])
    shares = family.read_shares({g: state.share for g, state in prepared.scenarios["today"].gates.items()})
    problem = family.build_problem(2035, shares, model.demand[2035])
    at, terms = solve(problem), family.get_terms(2035, shares)
    found = dict(
        zip(
            [m.id for m in model.measures.list],
            model.measures.take(problem.segments, at, terms, model.demand[2035]),
            strict=True,
        )
    )
    for corridor in list_corridors(prepared):
        members = list_members(prepared.network, prepared.tables, family.routes, corridor)
        np.testing.assert_allclose(found[f"corridor_tonnes:{corridor.id}"], at.flow[members].sum())
    surplus = [value for name, value in found.items() if name.startswith("surplus_usd_year:")]
    np.testing.assert_allclose(sum(surplus), found["surplus_usd_year"])
    np.testing.assert_allclose(found["co2_t_year"], (at.flow * terms.co2_kg_t).sum() / 1000.0)
    left = model.demand[2035].sum() - at.flow.sum()
    np.testing.assert_allclose(found["unserved_tonnes"], left, rtol=1e-9, atol=1e-3)


def test_chunks_start_from_their_first_states(prepared):
    """Every chunk gets the flows of its own first state, and what is found there is that state's."""
    family = StateFamily(prepared, "today")
    model = build_model(family, [2035], 1e-12)
    futures = sample_study(prepared.study, 200)
    plan = plan_year(family, futures, {}, 2035, model.demand[2035], model.starts[2035].load)
    chunks = list_chunks([plan], "")
    (lead,) = list_leads(chunks)
    assert sorted(lead.states) == list(range(len(chunks)))
    solved = solve_chunk(model, lead)
    for chunk in start_chunks(chunks, [lead], {lead.key: solved}):
        again = solve_chunk(model, chunk)
        np.testing.assert_allclose(again.loads[0], chunk.start, rtol=1e-9, atol=1e-3)
        assert again.evaluations[0] <= 2
    assert list_leads(chunks[:1]) == []


def test_a_warm_start_ends_where_a_cold_one_does(prepared):
    family = StateFamily(prepared, "today")
    demand = prepared.build_demand(2035).t_year
    shares = family.read_shares(
        {gate: state.share for gate, state in prepared.scenarios["today"].gates.items()}
    )
    first, near = solve_first(family.build_problem(2035, shares, demand), tolerance=1e-12)
    shares[family.gates.index("gap-open")] = 1.0
    problem = family.build_problem(2035, shares, demand)
    warm, _ = solve_near(problem, near, tolerance=1e-12)
    cold = solve(problem, tolerance=1e-12)
    assert warm.residual <= 1e-12
    np.testing.assert_allclose(warm.load, cold.load, rtol=1e-9, atol=1e-3)
    assert np.abs(warm.load - first.load).sum() > 1.0


def test_the_inverse_is_one_and_learns(prepared):
    random = np.random.default_rng(5)
    matrix = np.eye(6) + 0.3 * random.standard_normal((6, 6))
    inverse = np.empty((6, 6))
    assert invert(matrix.copy(), inverse)
    np.testing.assert_allclose(matrix @ inverse, np.eye(6), atol=1e-12)
    assert not invert(np.zeros((2, 2)), np.empty((2, 2)))
    step, change, out = random.random(6), random.random(6), np.empty(6)
    learn(inverse, step, change, np.empty((2, 6)))
    multiply(inverse, change, out)
    np.testing.assert_allclose(out, step, rtol=1e-9)


def tables(run):
    """All that a run says, as bytes."""
    return {
        (name, column): np.asarray(values).tobytes()
        for name, columns in tabulate_run(run).items()
        for column, values in columns.items()
    }


@pytest.mark.slow  # workers take seconds to start
def test_results_do_not_depend_on_workers_nor_on_one_that_dies(prepared, monkeypatch, tmp_path):
    """One process, two, and two of which one is killed in the middle: the same bytes."""
    alone = tables(run_futures(prepared, 300, workers=1))
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "second"))
    assert tables(run_futures(prepared, 300, workers=2)) == alone
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "third"))
    killer = Killer("equilibria")
    assert tables(run_futures(prepared, 300, workers=2, report=killer)) == alone
    assert killer.killed


def test_a_run_that_was_killed_goes_on(study, prepared, tmp_path):
    """Killed outright after its second chunk, and started again: the same bytes, with less work."""
    whole = run_futures(prepared, 300, workers=1)
    env = {**os.environ, "LANDBRIDGE_CACHE": str(tmp_path / "other")}
    script = (
        "import os, signal, sys\n"
        "from landbridge.study import future_states, open_study\n"
        "from landbridge.study.future_run import run_futures\n"
        "from landbridge.study.prepare import prepare\n"
        "future_states.CHUNK = 2\n"
        "def die(step):\n"
        "    if step.stage == 'equilibria' and step.done >= 6:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        f"run_futures(prepare(open_study({str(study.path)!r})), 300, workers=1, report=die)\n"
    )
    stopped = subprocess.run([sys.executable, "-c", script], env=env, check=False, capture_output=True)
    assert stopped.returncode == -signal.SIGKILL, stopped.stderr.decode()
    os.environ["LANDBRIDGE_CACHE"] = env["LANDBRIDGE_CACHE"]
    again = run_futures(prepared, 300, workers=1)
    assert tables(again) == tables(whole)
    assert again.effort.fetched >= 4
    assert again.effort.solved < whole.effort.solved
    third = run_futures(prepared, 300, cluster="tcp://nobody.invalid:1")
    assert tables(third) == tables(whole), "all is stored: no worker is asked"
    assert (third.effort.solved, third.effort.workers) == (0, 0)


def test_no_cluster_and_no_later_year_are_told(prepared, tmp_path):
    with pytest.raises(ClusterNotReached, match="no Dask worker answers") as caught:
        run_futures(prepared, 20, cluster="not an address")
    assert "leave --cluster out" in str(caught.value)
    settings = prepared.study.settings.model_copy(update={"years": (2024,)})
    early = replace(prepared, study=replace(prepared.study, settings=settings))
    with pytest.raises(FuturesRefused, match="no year lies after the record"):
        run_futures(early, 20)


def test_a_results_folder_holds_the_futures(study, tmp_path):
    run = run_study(study, scenarios=["today"], years=[2035], out=tmp_path / "run", futures=50, workers=1)
    about = run.manifest["futures"]
    assert about["n"] == 50
    assert about["equilibria"] < about["equilibria_without_grouping"] == 50 * len(about["years"])
    assert about["worst_residual"] <= 1e-9
    counted = run.rows("SELECT year, sum(futures) AS n FROM states GROUP BY year ORDER BY year")
    assert [row["n"] for row in counted] == [50] * len(about["years"])
    known = run.rows("SELECT count(*) AS n FROM future_states JOIN state_values USING (year, state)")
    assert known[0]["n"] == 50 * len(about["years"])
    assert Path(tmp_path / "run" / "future_facilities.parquet").is_file()


QUESTIONS = """{headline: [unserved_tonnes, surplus_usd_year],
  thresholds: [{measure: surplus_usd_year, at_least: LIMIT, title: Dear years}],
  options: {wait: {title: Wait, gates: {gap-built: never}},
            build: {title: Build, gates: {peace: 2026, gap-built: 2027}, capital_musd: [10, 20]}}}"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A run of 400 futures with questions and options."""
    change = ("study", "\nscenarios:\n", f"\nfutures: {QUESTIONS.replace('LIMIT', '1')}\n\nscenarios:\n")
    study = open_study(small(tmp_path_factory.mktemp("asked"), change))
    return study, run_futures(prepare(study), 400, workers=1, with_options=True)


def test_answers_add_up(asked):
    """Means by state equal means by future; shares of variance add to one; no odds move a regret."""
    study, run = asked
    tables = answer(run, study.settings)
    summary = tables["future_summary"]
    for row, (name, year) in enumerate(zip(summary["indicator"], summary["year"])):
        values = run.take(name, int(year))
        known = values[np.isfinite(values)]
        assert summary["without_value"][row] == pytest.approx(1 - len(known) / run.futures.n)
        if len(known):
            assert summary["mean"][row] == pytest.approx(known.mean(), rel=1e-12)
    shares = tables["future_variance"]
    for name in set(shares["measure"]):
        own = [v for m, v in zip(shares["measure"], shares["first_order"]) if m == name]
        assert sum(own) == pytest.approx(1.0, abs=1e-9)
    assert tables["future_rules"]["success"] == [1.0]


def test_options_are_held_against_the_first(asked):
    """Building the line gains what is worth more with it; its capital is an annuity, due once it is built."""
    study, run = asked
    year = run.plans[-1].year
    gained = sum(run.take(gain, year, "build") - run.take(gain, year, "wait") for gain in GAINS)
    table = answer(run, study.settings)["future_options"]
    assert table["gained_mean_usd_year"] == pytest.approx([0.0, gained.mean()])
    assert gained.mean() > 0.0
    low, middle, high = price_option(study.settings.futures.options["build"], study.settings.futures)
    assert middle == pytest.approx(15e6 * 0.09 / (1 - 1.09**-37.5))
    assert low < middle < high
    assert table["net_mean_usd_year"][1] == pytest.approx(gained.mean() - middle)
    first = table["year"].index(run.plans[0].year)
    assert is_due(study.settings.futures.options["build"], 2027)
    assert not is_due(study.settings.futures.options["build"], 2026)
    assert not is_due(study.settings.futures.options["wait"], 2040)
    assert table["capital_middle_usd_year"][first : first + 2] == pytest.approx([0.0, middle])
    regret = answer(run, study.settings)["future_regret"]
    careful = regret["is_least_greatest_regret"]
    assert careful.count(True) == 1


def test_an_unknown_indicator_is_told_with_the_nearest(asked):
    study, run = asked
    futures = study.settings.futures.model_copy(update={"headline": ("unserved_tonne", "user_costs")})
    with pytest.raises(FuturesRefused, match="unserved_tonne, user_costs") as caught:
        check_questions(run.measures, futures)
    assert "unserved_tonnes" in str(caught.value)


def test_stored_chunks_of_another_model_are_not_taken(prepared):
    """Demand that was changed in memory, where no file tells of it, is solved anew."""
    first = run_futures(prepared, 50, workers=1)
    double = replace(prepared, demand=replace(prepared.demand, t_year=2.0 * prepared.demand.t_year))
    again = run_futures(double, 50, workers=1)
    assert again.effort.fetched == 0
    assert run_futures(prepared, 50, workers=1).effort.fetched == first.effort.solved


def test_rows_in_which_nothing_differs_are_one_state(prepared):
    family = StateFamily(prepared, "today")
    family.changing = np.zeros(0, np.int64)
    now = family.read_shares({gate: state.share for gate, state in prepared.scenarios["today"].gates.items()})
    first, state_of = family.group(np.stack([now, now]))
    assert (first.tolist(), state_of.tolist()) == ([0], [0, 0])
