"""Stochastic equilibrium against closed forms, with certificates recomputed here."""

from types import SimpleNamespace

import numpy as np
import pytest

from landbridge.assignment.delays import Scarcity
from landbridge.assignment.prefixes import build_prefix_tree
from landbridge.assignment.routes import RouteSet
from landbridge.assignment.sue import Problem, Segments, solve


def two_routes(
    theta,
    *,
    slopes=(0.02, 0.01),
    fixed=(10.0, 20.0),
    demand=1000.0,
    scarcity=Scarcity(0.0, 1.0),
    choke=1e9,
    room=1e4,
    bears=None,
):
    """Two routes of one pair, each with one facility whose delay is linear in its flow; value of time 1."""
    capacity = np.full(2, room)
    facilities = SimpleNamespace(
        ids=("a", "b"),
        delay=np.array([[s * c, 1.0, 1.0] for s, c in zip(slopes, capacity)]),
        is_queue=np.zeros(2, bool),
        is_firm=np.ones(2, bool),
    )
    routes = RouteSet(
        group_class=np.array([0]), group_origin=np.array([0]), group_destination=np.array([1]),
        group_first=np.array([0, 2]), start=np.array([0, 1, 2]), arcs=np.array([0, 1]), nest=np.array([0, 0]),
        log_weight=np.zeros(2), group_cost=np.full(1, np.nan),
    )  # fmt: skip
    tree = build_prefix_tree(np.array([0, 1, 2]), np.array([0, 1]), np.zeros(2, int), 1, 2)
    segments = Segments(
        np.array([0]), np.array([2]), np.array([demand]), np.array([0]), np.array([-1]), np.ones(1)
    )
    classes = SimpleNamespace(
        route_scale=np.array([theta]),
        mode_scale=np.array([theta]),
        scale_cost=np.ones(1),
        scale_elasticity=np.zeros(1),
        choke=np.array([choke]),
        value_of_time=np.ones(1),
    )
    base, usable = np.array(fixed), np.ones(2)
    if bears is None:
        bears = choke + base.min() - np.log(np.exp(theta * (base.min() - base)).sum()) / theta
    most = np.full((1, 4), bears)
    return Problem(facilities, capacity, routes, tree, base, usable, segments, classes, scarcity, most)


@pytest.mark.parametrize(("theta", "expected"), [(0.1, 571.1508), (1.0, 646.5381), (100.0, 666.4360)])
def test_two_routes_with_linear_delay(theta, expected):
    """10 + 0.02x and 20 + 0.01(D - x), D = 1000 (methods 10); near user equilibrium 666.667 at large theta."""
    found = solve(two_routes(theta))
    assert found.flow[0] == pytest.approx(expected, abs=5e-5)
    assert found.flow.sum() == pytest.approx(1000.0, rel=1e-12)
    assert found.residual < 1e-9


def test_certificate_is_of_the_flows_returned():
    """Putting the loads back gives the same loads, to the residual that was stated."""
    problem = two_routes(0.3)
    found = solve(problem)
    again = problem.evaluate(found.load)
    assert np.abs(again.load - found.load).sum() / found.load.sum() < 1e-8


def test_overflow_becomes_unserved():
    """Far more demand than both routes can take: slots cost until cargo stays; served + kept back = demand."""
    problem = two_routes(0.1, slopes=(0.0, 0.0), scarcity=Scarcity(200.0, 0.95), choke=100.0, room=100.0)
    found = solve(problem)
    served = found.flow.sum()
    assert served == pytest.approx(1000.0 * found.shipped[0], rel=1e-9)
    assert 250.0 < served < 400.0
    assert found.residual < 1e-9


@pytest.mark.parametrize("dearer", [0.0, 40.0, 400.0])
def test_what_cargo_bears_does_not_hang_on_the_state(dearer):
    """As much ships as costs at most what the cargo bears, whatever the ways cost without queues."""
    fixed = (10.0 + dearer, 20.0 + dearer)
    scarcity = Scarcity(200.0, 0.95)
    found = solve(
        two_routes(
            0.1, fixed=fixed, slopes=(0.0, 0.0), scarcity=scarcity, choke=100.0, room=100.0, bears=110.0
        )
    )
    logsum = -np.log(np.exp(-0.1 * found.cost).sum()) / 0.1
    assert found.residual < 1e-9
    assert found.shipped[0] == pytest.approx(1.0 / (1.0 + np.exp(0.4 * (logsum - 110.0))), rel=1e-6)
    assert (found.shipped[0] < 1e-12) == (dearer > 100.0)


def test_warm_start_at_the_solution_is_done():
    """Started at its own flows the search needs no step."""
    problem = two_routes(0.5)
    assert solve(problem, start=solve(problem, tolerance=1e-13).load).iterations == 0
