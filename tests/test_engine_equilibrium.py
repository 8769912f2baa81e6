"""Deterministic equilibrium: known answers, reference networks, witnesses, warm starts, properties."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_networks import braess, random_problem, reference
from landbridge.assignment.certificate import certify
from landbridge.assignment.equilibrium import DemandWithoutPath, GapNotReached, solve_equilibrium
from landbridge.assignment.frank_wolfe import solve_by_frank_wolfe
from landbridge.assignment.link_delays import Delays
from landbridge.assignment.problem import (
    Demand,
    ProblemRefused,
    TravelClass,
    build_problem,
    gather_commodities,
)
from landbridge.assignment.witness import solve_by_paths

BEST_KNOWN = {
    "SiouxFalls": 4231335.28710744,
    "Anaheim": 1286032.17109602,
    "Winnipeg": 827911.494629963,
    "ChicagoSketch": 17313018.7387477,
}


def two_routes(demand=1000.0):
    """Routes of cost 10 + 0.02 x and 20 + 0.01 x."""
    return build_problem(
        2, [0, 0], [1, 1], Delays.bpr([10.0, 20.0], 1.0, [0.002, 0.0005], 1.0), [[0, demand], [0, 0]]
    )


def conserved(problem, found):
    """Largest node imbalance over all classes, as a share of demand; closed nodes may not be passed."""
    worst = 0.0
    lost = found.unserved
    for k, c in enumerate(problem.classes):
        d = c.demand.matrix(len(problem.zones)) * c.equivalent
        mine = lost.travel_class == k
        d[lost.origin[mine], lost.destination[mine]] = 0.0
        np.fill_diagonal(d, 0.0)
        balance = np.zeros(problem.n_nodes)
        np.add.at(balance, problem.tail, found.class_flow[k])
        np.subtract.at(balance, problem.head, found.class_flow[k])
        np.subtract.at(balance, problem.zones, d.sum(axis=1) - d.sum(axis=0))
        worst = max(worst, np.abs(balance).max() / max(d.sum(), 1.0))
    return worst


def test_01_two_routes():
    """x = 666.667 at cost 23.3333, objective 18333.33."""
    found = solve_equilibrium(two_routes(), gap=1e-14)
    assert found.flow.tolist() == pytest.approx([2000 / 3, 1000 / 3], rel=1e-12)
    assert found.cost.tolist() == pytest.approx([70 / 3] * 2)
    assert found.certificate.objective == pytest.approx(18333.3333333333)


def test_02_certificate_of_a_bad_answer():
    """All on route 1: TSTT 30000, at best 20000, so the gap is 1/3 of TSTT and the excess 10 each."""
    problem = two_routes()
    measured = certify(problem, gather_commodities(problem), np.array([[1000.0, 0.0]]))
    assert measured.relative_gap == pytest.approx(1 / 3)
    assert measured.average_excess_cost == pytest.approx(10.0)


def test_03_braess():
    """The bridge makes everybody's way longer."""
    with_bridge, without = (solve_equilibrium(braess(b), gap=1e-13) for b in (True, False))
    assert with_bridge.flow.tolist() == pytest.approx([4, 2, 2, 4, 2])
    assert (with_bridge.certificate.objective, with_bridge.certificate.tstt) == pytest.approx((386, 552))
    assert (without.certificate.objective, without.certificate.tstt) == pytest.approx((399, 498))


@pytest.mark.parametrize(
    "name",
    [
        "SiouxFalls",
        "EMA",
        "Anaheim",
        "Berlin-Friedrichshain",
        "Berlin-Tiergarten",
        "Berlin-Mitte-Center",
        "Winnipeg",
        "ChicagoSketch",
    ],
)
def test_04_reference_networks_to_1e_12(name):
    """Gap 1e-12, best-known objectives to 1e-9, flow conserved."""
    problem = reference(name)
    found = solve_equilibrium(problem, gap=1e-12)
    assert found.certificate.relative_gap <= 1e-12
    assert conserved(problem, found) < 1e-12
    if name in BEST_KNOWN:
        assert found.certificate.objective == pytest.approx(BEST_KNOWN[name], rel=1e-9)


@pytest.mark.parametrize("name", ["SiouxFalls", "EMA", "Anaheim"])
def test_05_three_solvers_agree(name):
    """Bushes, paths and Frank-Wolfe find one objective."""
    problem = reference(name)
    main = solve_equilibrium(problem, gap=1e-12)
    witness, paths = solve_by_paths(problem, gap=1e-11)
    plain = solve_by_frank_wolfe(problem, gap=1e-5)
    assert witness.certificate.objective == pytest.approx(main.certificate.objective, rel=1e-12)
    assert plain.certificate.objective == pytest.approx(main.certificate.objective, rel=1e-5)
    assert np.allclose(paths.class_flow().sum(), main.flow.sum(), rtol=1e-5)


def test_06_one_and_two_threads_give_the_same_bytes(monkeypatch):
    """Also where the problem is large enough for both to work."""
    problem = reference("Winnipeg")
    runs = [solve_equilibrium(problem, gap=1e-10, threads=t) for t in (1, 2)]
    assert runs[0].class_flow.tobytes() == runs[1].class_flow.tobytes()
    assert runs[0].certificate == runs[1].certificate


def test_07_two_identical_classes_are_one():
    """Link flows agree to 1e-9."""
    problem = reference("SiouxFalls")
    one = problem.classes[0]
    half = replace(one, demand=one.demand.scaled(0.5))
    both = replace(problem, classes=(half, replace(half, name="again")))
    a, b = (solve_equilibrium(p, gap=1e-13).flow for p in (problem, both))
    assert np.abs(a - b).max() < 1e-6 * a.max() * 1e-3


def test_08_value_of_time_sorts_classes():
    """Toll 12 on route 1: at value of time 2 the toll is 6, at 0.5 it is 24.

    Routes cost 10 + 0.02 x and 20 + 0.01 x.  The poor (400) pay 24 and stay on route 2; the rich (600) then
    solve 16 + 0.02 x = 20 + 0.01 (1000 - x): x = 466.667.
    """
    base = two_routes()
    toll = np.array([12.0, 0.0])
    classes = tuple(
        TravelClass(name, Demand.from_matrix([[0, d], [0, 0]]), toll / worth)
        for name, d, worth in (("rich", 600.0, 2.0), ("poor", 400.0, 0.5))
    )
    found = solve_equilibrium(replace(base, classes=classes), gap=1e-14)
    assert found.class_flow[0].tolist() == pytest.approx([466.6666666666667, 133.3333333333333])
    assert found.class_flow[1].tolist() == pytest.approx([0.0, 400.0])


def test_09_equivalents_and_permitted_links():
    """100 lorries of 2.5 cars that may not use route 1 load route 2 with 250."""
    base = two_routes(750.0)
    lorries = TravelClass(
        "lorries", Demand.from_matrix([[0, 100], [0, 0]]), permitted=np.array([False, True]), equivalent=2.5
    )
    found = solve_equilibrium(replace(base, classes=(*base.classes, lorries)), gap=1e-14)
    assert found.class_flow[1].tolist() == [0.0, 250.0]
    assert found.flow.tolist() == pytest.approx([2000 / 3, 1000 / 3])


def test_10_unserved_demand_is_said_and_the_rest_solved():
    """A pair without a path is named; the others are at equilibrium."""
    problem = build_problem(
        4,
        [0, 0, 1],
        [1, 1, 2],
        Delays.bpr([10.0, 20.0, 1.0], 1.0, [0.002, 0.0005, 0], 1.0),
        np.array([[0, 1000, 0, 7], [0, 0, 0, 0], [3, 0, 0, 0], [0, 0, 0, 0.0]]),
    )
    with pytest.warns(DemandWithoutPath, match="10 have no open path"):
        found = solve_equilibrium(problem, gap=1e-13)
    assert found.unserved.total == 10.0
    assert found.unserved.origin.tolist() == [0, 2]
    assert found.flow.tolist() == pytest.approx([2000 / 3, 1000 / 3, 0])
    with pytest.warns(DemandWithoutPath):
        none = solve_equilibrium(problem.with_links_shut([0, 1]))
    assert none.flow.tolist() == [0, 0, 0]


def test_11_bad_problems_are_refused():
    """Words, not tracebacks from the depths."""
    with pytest.raises(ProblemRefused, match="no links"):
        build_problem(2, [], [], Delays.constant(np.zeros(0)), [[0, 1], [0, 0]])
    with pytest.raises(ProblemRefused, match="no demand"):
        build_problem(2, [0], [1], Delays.constant([1.0]), [[5, 0], [0, 0]])
    with pytest.raises(ProblemRefused, match="outside"):
        build_problem(2, [0], [7], Delays.constant([1.0]), [[0, 1], [0, 0]])
    with pytest.raises(ProblemRefused, match="negative"):
        build_problem(2, [0], [1], Delays.constant([1.0]), [[0, -1], [0, 0]])
    with pytest.raises(ProblemRefused, match="negative cost"):
        build_problem(2, [0], [1], Delays.constant([1.0]), [[0, 1], [0, 0]], fixed=-2.0)
    with pytest.raises(ProblemRefused, match="gap"):
        solve_equilibrium(two_routes(), gap=0.0)


def test_12_not_converged_is_a_warning():
    """Never silent."""
    with pytest.warns(GapNotReached, match="was asked"):
        found = solve_equilibrium(random_problem(3), gap=1e-13, max_iterations=1)
    assert not found.converged
    assert found.certificate.relative_gap > 0


@pytest.mark.parametrize("seed", range(4))
def test_13_warm_starts_are_as_good_as_cold(seed):
    """Links shut and opened, demand and capacity changed: the same objective as from cold, and shut means
    shut."""
    problem = random_problem(seed, 20, 6, classes=2)
    start = solve_equilibrium(problem, gap=1e-12)
    used = np.flatnonzero(start.flow > 0)
    shut = problem.with_links_shut(used[20:23][used[20:23] >= 20])
    more = replace(problem, classes=tuple(replace(c, demand=c.demand.scaled(1.3)) for c in problem.classes))
    fewer = replace(
        problem,
        classes=tuple(
            replace(
                c, demand=Demand(*(getattr(c.demand, n)[::2] for n in ("origin", "destination", "amount")))
            )
            for c in problem.classes
        ),
    )
    slow = replace(problem, delays=replace(problem.delays, a=problem.delays.a * 2))
    for other in (shut, more, fewer, slow):
        cold, warm = solve_equilibrium(other, gap=1e-12), solve_equilibrium(other, gap=1e-12, start=start)
        assert warm.certificate.objective == pytest.approx(cold.certificate.objective, rel=1e-10)
        assert conserved(other, warm) < 1e-12
        back = solve_equilibrium(problem, gap=1e-12, start=warm)
        assert back.certificate.objective == pytest.approx(start.certificate.objective, rel=1e-10)
    for k, c in enumerate(shut.classes):
        assert not solve_equilibrium(shut, gap=1e-10, start=start).class_flow[k][~c.permitted].any()
    assert solve_equilibrium(problem, gap=1e-11, start=start).iterations == 0
    with pytest.raises(ProblemRefused, match="another network"):
        solve_equilibrium(two_routes(), start=start)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_14_properties_on_random_networks(seed, classes):
    """Conservation by class, a gap that is not negative, an objective that order and names do not change."""
    problem = random_problem(seed, classes=classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GapNotReached)
        found = solve_equilibrium(problem, gap=1e-11)
        assert conserved(problem, found) < 1e-12
        assert -1e-14 <= found.certificate.relative_gap <= 1e-10
        assert (found.class_flow >= 0).all()
        judged = certify(problem, gather_commodities(problem), found.class_flow)
        assert found.certificate.relative_gap == pytest.approx(judged.relative_gap, abs=1e-14)
        assert found.certificate.tstt == pytest.approx(judged.tstt, rel=1e-14)
        assert found.certificate.objective == judged.objective
        luck = np.random.default_rng(seed)
        links, nodes = luck.permutation(problem.n_links), luck.permutation(problem.n_nodes)
        other = replace(
            problem,
            tail=nodes[problem.tail[links]].astype(np.int32),
            head=nodes[problem.head[links]].astype(np.int32),
            zones=nodes[problem.zones].astype(np.int32),
            delays=problem.delays.take(links),
            classes=tuple(
                replace(c, fixed=c.fixed[links], permitted=c.permitted[links]) for c in problem.classes
            ),
        )
        again = solve_equilibrium(other, gap=1e-11)
        assert again.certificate.objective == pytest.approx(found.certificate.objective, rel=1e-10)
        wide = problem.with_links_shut([len(problem.tail) - 5])
        assert solve_equilibrium(wide, gap=1e-11).certificate.objective >= found.certificate.objective * (
            1 - 1e-10
        )


@pytest.mark.parametrize("seed", range(3))
def test_15_scaling_demand_and_capacity_scales_flows(seed):
    """Everything ten times as large."""
    problem = random_problem(seed)
    scale = 10.0
    d = problem.delays
    big = replace(
        problem,
        delays=replace(d, a=d.a / scale ** np.where(d.kind == 1, 4.0, d.b), g=d.g * scale),
        classes=tuple(replace(c, demand=c.demand.scaled(scale)) for c in problem.classes),
    )
    a, b = solve_equilibrium(problem, gap=1e-13), solve_equilibrium(big, gap=1e-13)
    assert b.certificate.objective == pytest.approx(scale * a.certificate.objective, rel=1e-10)


@pytest.mark.parametrize("seed", range(12))
def test_16_what_has_no_path_is_found(seed):
    """Sparse networks in pieces, with zones that are not passed through: the pairs set aside are those that a
    plain search does not reach."""
    luck = np.random.default_rng(seed)
    n, zones, m = 24, 9, int(luck.integers(20, 60))
    tail, head = luck.integers(0, n, m), luck.integers(0, n, m)
    problem = build_problem(
        n,
        tail,
        head,
        Delays.constant(luck.uniform(1, 2, m)),
        np.ones((zones, zones)),
        zones=np.arange(zones),
        closed=np.arange(n) < zones - 2,
    )
    expected = set()
    for origin in range(zones):
        seen, waiting = {origin}, [origin]
        while waiting:
            node = waiting.pop()
            if problem.closed[node] and node != origin:
                continue
            for nearby in head[tail == node].tolist():
                if nearby not in seen:
                    seen.add(nearby)
                    waiting.append(nearby)
        expected |= {(origin, d) for d in range(zones) if d not in seen}
    lost = gather_commodities(problem).unserved
    assert set(zip(lost.origin.tolist(), lost.destination.tolist(), strict=True)) == expected
    assert expected
