"""Stochastic equilibrium, elastic demand and hard capacities: known answers, plain twins, conservation."""

import math

import numpy as np
import pytest

from engine_networks import random_problem
from landbridge.assignment.elastic import solve_elastic
from landbridge.assignment.equilibrium import solve_equilibrium
from landbridge.assignment.link_delays import Delays
from landbridge.assignment.paths import Paths
from landbridge.assignment.problem import ProblemRefused, build_problem
from landbridge.assignment.side_capacities import CapacityPassed, solve_capacitated
from landbridge.assignment.stochastic import ResidualNotReached, find_paths, solve_stochastic


def two_routes():
    """Routes of cost 10 + 0.02 x and 20 + 0.01 x for 1000."""
    return build_problem(
        2, [0, 0], [1, 1], Delays.bpr([10.0, 20.0], 1.0, [0.002, 0.0005], 1.0), [[0, 1000], [0, 0]]
    )


def path_list(paths: Paths):
    """Pair and links of each path."""
    return [
        (int(paths.pair[q]), paths.links[paths.first[q] : paths.first[q + 1]].tolist())
        for q in range(paths.count)
    ]


@pytest.mark.parametrize(("theta", "flow"), [(0.1, 571.1508), (1.0, 646.5381), (100.0, 666.4360)])
def test_1_two_routes(theta, flow):
    """Towards equal shares for small theta, towards the deterministic 666.667 for large."""
    problem = two_routes()
    found = solve_stochastic(problem, theta=theta, paths=find_paths(problem, spread=1.0))
    assert found.flow[0] == pytest.approx(flow, abs=5e-5)
    assert found.residual <= 1e-10


@pytest.mark.parametrize(
    ("shared", "shares"),
    [(0.8, (0.4545, 0.2727, 0.2727)), (0.999999, (0.5, 0.25, 0.25)), (0.0, (1 / 3, 1 / 3, 1 / 3))],
)
def test_2_path_size_of_three_routes(shared, shares):
    """Three routes of length 10, two of which share a part."""
    delays = Delays.constant([10.0, 10 * shared, 10 - 10 * shared, 10 - 10 * shared])
    problem = build_problem(3, [0, 0, 2, 2], [1, 2, 1, 1], delays, [[0, 1], [0, 0]])
    found = solve_stochastic(problem, theta=1.0, paths=find_paths(problem, draws=200, spread=0.5))
    assert found.paths.count == 3
    assert sorted(found.share.tolist(), reverse=True) == pytest.approx(sorted(shares, reverse=True), abs=5e-5)


@pytest.mark.parametrize("seed", range(4))
def test_3_loading_agrees_with_a_plain_twin(seed):
    """Shares, expected costs and link flows at the answer, computed again in plain Python to 1e-12."""
    problem = random_problem(seed, classes=2)
    paths = find_paths(problem, draws=10, seed=seed)
    found = solve_stochastic(problem, theta=[0.3, 0.6], paths=paths)
    assert found.residual <= 1e-10
    star, commodities = problem.star, paths.commodities
    bases = problem.bases()[:, star.links]
    costs = bases + (found.cost - problem.delays.free)[star.links]
    listed = path_list(paths)
    flow = np.zeros_like(costs)
    for pair in range(len(commodities.node)):
        mine = [q for q, (p, _) in enumerate(listed) if p == pair]
        k = int(paths.pair_class[pair])
        theta = (0.3, 0.6)[k]
        uses = {e: sum(e in listed[q][1] for q in mine) for q in mine for e in listed[q][1]}
        weight = []
        low = min(sum(costs[k, e] for e in listed[q][1]) for q in mine)
        for q in mine:
            length = sum(bases[k, e] for e in listed[q][1])
            size = sum(bases[k, e] / length / uses[e] for e in listed[q][1])
            weight.append(size * math.exp(theta * (low - sum(costs[k, e] for e in listed[q][1]))))
        assert found.expected_cost[pair] == pytest.approx(low - math.log(sum(weight)) / theta, rel=1e-9)
        for q, w in zip(mine, weight, strict=True):
            assert found.share[q] == pytest.approx(w / sum(weight), rel=1e-7, abs=1e-12)
            for e in listed[q][1]:
                flow[k, e] += commodities.amount[pair] * w / sum(weight)
    assert np.allclose(flow, found.class_flow[:, star.links], rtol=1e-7, atol=1e-7)
    assert found.paths.flow[: paths.count].sum() == pytest.approx(commodities.amount.sum(), rel=1e-12)


def test_4_large_theta_tends_to_the_deterministic_answer():
    """Fisk's model and Wardrop's meet."""
    problem = random_problem(5)
    sure = solve_equilibrium(problem, gap=1e-12)
    loose = solve_stochastic(problem, theta=50.0, beta=0.0, paths=find_paths(problem, draws=60, spread=0.6))
    assert loose.flow == pytest.approx(sure.flow, abs=0.02 * sure.flow.max())


def test_5_too_few_steps_is_a_warning():
    """Never silent."""
    problem = random_problem(2)
    with pytest.warns(ResidualNotReached):
        assert not solve_stochastic(problem, theta=1.0, max_iterations=0).converged


def test_6_elastic_stochastic_demand():
    """One road of cost 10 + 0.01 d: linear 666.667, exponential 567.1433; power by d (10 + 0.01 d) = 10000."""
    road = build_problem(2, [0], [1], Delays.bpr(10.0, 1.0, 0.001, 1.0), [[0, 1000], [0, 0]])
    for form, gamma, demand in (
        ("linear", 50.0, 2000 / 3),
        ("exponential", 0.1, 567.1433),
        ("power", 1.0, 500 * (5**0.5 - 1)),
    ):
        got = solve_stochastic(road, theta=1.0, form=form, gamma=gamma, reference=10.0)
        assert got.served[0] == pytest.approx(demand, abs=5e-5)
        same = solve_elastic(road, form=form, gamma=gamma, reference=10.0, gap=1e-13)
        assert same.demand[0][0] == pytest.approx(demand, abs=5e-5)


FUNCTIONS = {
    "linear": lambda d, s: np.maximum(d - 0.3 * (s - 20.0), 0.0),
    "exponential": lambda d, s: d * np.exp(-0.3 * (s - 20.0)),
    "power": lambda d, s: d * (s / 20.0) ** -0.3,
}


@pytest.mark.parametrize("form", FUNCTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_7_elastic_demand_holds_its_function(seed, form):
    """At the answer each pair travels as much as its least cost says, with zones that others pass through."""
    problem = random_problem(seed)
    got = solve_elastic(problem, form=form, gamma=0.3, reference=20.0, gap=1e-12)
    from landbridge.assignment.skims import Skimmer

    cost = (
        Skimmer(problem.n_nodes, problem.tail, problem.head, problem.zones)
        .skim(problem.bases()[0] + got.cost - problem.delays.free)
        .cost
    )
    demand = problem.classes[0].demand
    least = cost[demand.origin, demand.destination]
    apart = demand.origin != demand.destination
    expected = FUNCTIONS[form](demand.amount[apart], least[apart])
    assert got.demand[0][apart] == pytest.approx(expected, rel=1e-6)


def test_8_hard_capacities():
    """Flow K and D - K with multiplier c2 - c1; slack capacity 0; overflow takes the rest at no more than its
    cost."""
    two = build_problem(2, [0, 0], [1, 1], Delays.constant([10.0, 12.0]), [[0, 100], [0, 0]])
    full = solve_capacitated(two, [60.0, np.inf], overflow_cost=50.0)
    assert [*full.flow, *full.multiplier, full.overflow[0][0]] == pytest.approx([60, 40, 2, 0, 0], abs=1e-5)
    slack = solve_capacitated(two, [160.0, np.inf], overflow_cost=50.0)
    assert [*slack.flow, *slack.multiplier] == pytest.approx([100, 0, 0, 0], abs=1e-9)
    over = solve_capacitated(two, [60.0, 30.0], overflow_cost=50.0)
    assert [*over.flow, *over.multiplier, over.overflow[0][0]] == pytest.approx(
        [60, 30, 40, 38, 10], abs=1e-5
    )
    with pytest.warns(CapacityPassed):
        solve_capacitated(two, [60.0, 30.0], overflow_cost=50.0, max_rounds=1)


def test_9_constant_elasticity_needs_costs_above_nothing():
    """A pair that costs nothing at free flow has no greatest demand; a pair without a path has none at all."""
    free = build_problem(2, [0], [1], Delays.constant(0.0), [[0, 1000], [0, 0]])
    for refused in (
        lambda: solve_elastic(free, form="power", gamma=0.5, reference=10.0),
        lambda: solve_stochastic(free, theta=1.0, form="power", gamma=0.5, reference=10.0),
    ):
        with pytest.raises(ProblemRefused, match="constant elasticity"):
            refused()
    cut = build_problem(
        3, [0, 2], [1, 0], Delays.constant([10.0, 1.0]), [[0, 1000, 70], [0, 0, 0], [0, 0, 0]]
    )
    got = solve_elastic(cut, form="power", gamma=0.5, reference=20.0, gap=1e-12)
    assert got.demand[0] == pytest.approx([1000 * 2**0.5, 0.0])
