"""Demand that answers to cost: closed forms, conservation, and what it is worth."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from landbridge.assignment.elastic_sue import (
    DemandResponse,
    ElasticProblem,
    integrate_demand,
    measure_inclusive,
    solve_elastic,
)
from landbridge.assignment.sue import Problem
from landbridge.demand.hat_algebra import solve_hats
from landbridge.study import open_study
from landbridge.study.elastic import build_trade
from landbridge.study.prepare import prepare
from landbridge.study.run import run_study, solve_scenario
from landbridge.study.welfare import WelfareBook
from studies import write_small_study
from test_equilibrium import two_routes


def one_route(**how) -> Problem:
    """The first of the two routes alone: 10 + 0.01 D."""
    problem = two_routes(1.0, slopes=(0.01, 0.01), choke=1e4, **how)
    problem.usable[1] = 0.0
    return Problem(
        problem.facilities, problem.capacity_t_year, problem.routes, problem.tree, problem.base_cost,
        problem.usable, problem.segments, problem.classes, problem.scarcity, problem.bears,
    )  # fmt: skip


def elastic(problem: Problem, elasticity: float, reference: float, value: float = 0.0) -> ElasticProblem:
    return ElasticProblem(
        problem,
        DemandResponse(np.array([elasticity]), np.array([value + reference]), np.array([value])),
    )


def test_demand_of_constant_elasticity_on_one_road():
    """D (10 + D / 100) = 10 x 1000: 618.034, as the deterministic solver of methods 11 has it."""
    problem = elastic(one_route(), 1.0, 10.0)
    found = solve_elastic(problem)
    assert found.residual <= 1e-9
    assert found.flow.sum() == pytest.approx(618.034, abs=5e-4)
    assert problem.segments.demand_t_year.sum() == pytest.approx(found.flow.sum(), rel=1e-9)


@pytest.mark.parametrize(
    ("elasticity", "value"), [(0.0, 0.0), (0.3, 0.0), (1.0, 0.0), (2.5, 0.0), (4.0, 30.0)]
)
@pytest.mark.parametrize("theta", [0.1, 1.0])
def test_the_fixed_point_holds_whatever_the_elasticity(theta, elasticity, value):
    """At the flows returned demand is that of their own logsum, and the choice is that of their own costs."""
    problem = elastic(two_routes(theta, choke=1e4), elasticity, 18.0, value=value)
    found = solve_elastic(problem)
    costs = np.array([10.0 + 0.02 * found.flow[0], 20.0 + 0.01 * found.flow[1]])
    logsum = -np.log(np.exp(-theta * costs).sum()) / theta
    demand = 1000.0 * ((value + logsum) / (value + 18.0)) ** -elasticity
    assert found.residual <= 1e-9
    assert found.flow.sum() == pytest.approx(demand, rel=1e-7)
    assert found.flow[0] / demand == pytest.approx(np.exp(-theta * (costs[0] - logsum)), rel=1e-6)


def test_without_elasticity_the_area_is_fixed_demand_times_the_fall_of_cost():
    one = np.ones(1)
    assert integrate_demand(1000 * one, 12 * one, 9 * one, 10 * one, 0 * one)[0] == pytest.approx(3000.0)


@pytest.mark.parametrize("elasticity", [0.3, 0.999999999, 1.0, 1.7])
def test_the_area_under_demand_is_its_integral(elasticity):
    one = np.ones(1)
    area = integrate_demand(500 * one, 30 * one, 21 * one, 25 * one, elasticity * one)[0]
    expected, _ = quad(lambda c: 500 * (c / 25) ** -elasticity, 21, 30)
    assert area == pytest.approx(expected, rel=1e-7)
    back = integrate_demand(500 * one, 21 * one, 30 * one, 25 * one, elasticity * one)[0]
    assert back == pytest.approx(-area, rel=1e-9)


def test_surplus_is_path_independent():
    one = np.ones(1)
    by_way = [
        integrate_demand(1000 * one, a * one, b * one, 10 * one, 0.8 * one)[0] for a, b in ((12, 11), (11, 8))
    ]
    straight = integrate_demand(1000 * one, 12 * one, 8 * one, 10 * one, 0.8 * one)[0]
    assert sum(by_way) == pytest.approx(straight)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(open_study(write_small_study(tmp_path_factory.mktemp("study"))))


def with_elasticity(prepared, elasticity, layer="elastic"):
    settings = prepared.study.settings
    model = settings.model.model_copy(update={"trade_elasticity": elasticity, "demand_layer": layer})
    study = replace(prepared.study, settings=settings.model_copy(update={"model": model}))
    return replace(prepared, study=study, responses={}, bearings={})


def test_the_reference_scenario_keeps_its_demand(prepared):
    """At its own costs demand is the base demand, to the tolerance of the equilibrium."""
    plain = solve_scenario(prepared, "today", 2035)
    found = solve_scenario(with_elasticity(prepared, 4.0), "today", 2035)
    np.testing.assert_allclose(found.demand, plain.demand, rtol=1e-6)
    np.testing.assert_allclose(found.served, plain.served, rtol=1e-5, atol=1e-2)


@pytest.mark.parametrize("scenario", ["gap-open", "south-closed", "ferry-doubled"])
def test_served_and_unserved_make_up_the_demand_of_the_moment(prepared, scenario):
    layered = with_elasticity(prepared, 4.0)
    found = solve_scenario(layered, scenario, 2035)
    assert found.equilibrium.residual <= 1e-9
    assert found.measure_imbalance() <= 1e-9
    np.testing.assert_array_equal(found.answer.base_demand, prepared.build_demand(2035).t_year)
    cost, reference = found.answer.cost, found.answer.reference
    known = ~np.isnan(reference)
    r = found.routes
    g = (r.group_class, r.group_origin, r.group_destination)
    expected = found.answer.base_demand[g][known] * (cost[known] / reference[known]) ** -4.0
    np.testing.assert_allclose(found.demand[g][known], expected, rtol=1e-8)
    plain = solve_scenario(prepared, scenario, 2035)
    more = found.demand.sum() - plain.demand.sum()
    assert (more > 0) == (scenario != "south-closed")


def test_trade_that_answers_gains_more_and_loses_less(prepared):
    """What opens is worth more, and what shuts costs less, than with fixed demand (Le Chatelier)."""
    layered = with_elasticity(prepared, 4.0)
    gains = {}
    for name, own in (("fixed", prepared), ("elastic", layered)):
        book = WelfareBook(own)
        totals = {
            s: book.take(solve_scenario(own, s, 2035)).surplus.total
            for s in ("today", "gap-open", "south-closed")
        }
        gains[name] = {s: v - totals["today"] for s, v in totals.items()}
    assert gains["elastic"]["gap-open"] >= gains["fixed"]["gap-open"] > 0.0
    assert 0.0 > gains["elastic"]["south-closed"] >= gains["fixed"]["south-closed"]


def test_trade_and_network_stand_together(prepared):
    """Demand is what the costs of the final flows make by gravity; the reference scenario stays as it is."""
    layered = with_elasticity(prepared, 4.0, "gravity")
    same = solve_scenario(layered, "today", 2035)
    np.testing.assert_allclose(same.demand, same.answer.base_demand, rtol=1e-5)
    np.testing.assert_allclose(same.answer.welfare, 1.0, atol=1e-7)
    found = solve_scenario(layered, "gap-open", 2035)
    assert found.equilibrium.residual <= 1e-9
    assert found.measure_imbalance() <= 1e-9
    trade = build_trade(prepared, found.answer.base_demand)
    worth = np.asarray(prepared.tables["classes"]["unit_value_usd_t"], float)
    values = np.tensordot(worth, found.answer.base_demand, axes=1)
    r, ratio = found.routes, np.ones(found.demand.shape)
    known = ~np.isnan(found.answer.reference)
    g = tuple(x[known] for x in (r.group_class, r.group_origin, r.group_destination))
    ratio[g] = (found.answer.cost / found.answer.reference)[known]
    dearer = np.ones(values.shape)
    some = values > 0.0
    dearer[some] = np.einsum("k,kij,kij->ij", worth, found.answer.base_demand, ratio)[some] / values[some]
    hats = solve_hats(trade, dearer, 4.0)
    expected = found.answer.base_demand * hats.trade / hats.wage[:, None]
    np.testing.assert_allclose(found.demand, expected, rtol=1e-4, atol=1.0)
    np.testing.assert_allclose(found.answer.welfare, hats.welfare, rtol=1e-6)
    assert found.answer.welfare.max() > 1.0


def test_staying_is_a_way_of_its_own_in_the_inclusive_cost():
    """Without a way the inclusive cost is what the cargo bears; with a fair one it is the logsum."""
    problem = elastic(one_route(bears=200.0), 1.0, 10.0)
    s, choke = problem.base_segments, np.array([100.0])
    assert measure_inclusive(s, np.array([np.nan]), choke, problem.bears)[0] == 200.0
    assert measure_inclusive(s, np.array([50.0]), choke, problem.bears)[0] == pytest.approx(50.0)


def test_a_run_tells_base_demand_and_trade(tmp_path):
    change = ("study", "allow_reentry: false}", "allow_reentry: false, demand_layer: elastic}")
    study = open_study(write_small_study(tmp_path, change))
    run = run_study(study, scenarios=["today", "gap-open"], years=[2035], out=tmp_path / "run")
    solves = {row["scenario"]: row for row in run.manifest["solves"]}
    assert solves["gap-open"]["demand_t_year"] > solves["gap-open"]["base_demand_t_year"]
    rows = run.rows(
        "SELECT sum(imports_t_year) AS after, sum(exports_t_year) AS out FROM trade GROUP BY scenario"
    )
    assert len(rows) == 2
    for row in rows:
        assert row["after"] == pytest.approx(row["out"])


def test_a_scenario_may_let_trade_answer_while_others_hold_it(tmp_path):
    """The nearest of the lineage that says so decides; the reference stays as it is."""
    line = "  gap-open: {title: The line through the gap, extends: today, open: [gap-open]}\n"
    more = "  answered: {title: And trade answers, extends: gap-open, demand_layer: elastic}\n"
    again = "  held: {title: And trade is held, extends: answered, demand_layer: fixed}\n"
    prepared = prepare(open_study(write_small_study(tmp_path, ("study", line, line + more + again))))
    settings = prepared.study.settings
    assert [settings.find_layer(name) for name in ("gap-open", "answered", "held", "no such world")] == [
        "fixed", "elastic", "fixed", "fixed",
    ]  # fmt: skip
    fixed, answered, held = (solve_scenario(prepared, s, 2035) for s in ("gap-open", "answered", "held"))
    whole = solve_scenario(with_elasticity(prepared, 4.0), "gap-open", 2035)
    assert answered.demand.sum() > fixed.demand.sum()
    np.testing.assert_allclose(answered.demand, whole.demand, rtol=1e-9)
    np.testing.assert_array_equal(held.demand, fixed.demand)
