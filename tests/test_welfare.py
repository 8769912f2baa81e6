"""Welfare: surplus against closed forms and the choice model, transfers that cancel, money that adds up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.assignment.bearing import measure_surplus
from landbridge.assignment.sue import Segments
from landbridge.indicators.revenue import PARTS
from landbridge.indicators.surplus import Surplus, apply_rule_of_half
from landbridge.indicators.welfare import CLIMATE
from landbridge.study import open_study
from landbridge.study.prepare import prepare
from landbridge.study.run import solve_scenario
from landbridge.study.states import StateFamily
from landbridge.study.welfare import WelfareBook
from studies import write_small_study
from test_process_study import small


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(open_study(write_small_study(tmp_path_factory.mktemp("study"))))


@pytest.fixture(scope="module")
def solved(prepared):
    book = WelfareBook(prepared)
    names = ("today", "gap-open", "south-closed", "ferry-doubled", "south-weak")
    solutions = {name: solve_scenario(prepared, name, 2035) for name in names}
    return book, solutions, {name: book.take(solution) for name, solution in solutions.items()}


def _logsum(costs, theta):
    return -np.log(np.exp(-theta * np.array(costs)).sum()) / theta


def test_two_routes_gain_what_the_logsum_says():
    """Costs (10, 12) to (9, 12) at theta 0.5: logsum 0.776303, rule of half 0.774317 a tonne (methods 11)."""
    one = np.zeros(1, np.int64)
    part = Segments(one, one, np.ones(1), one, one - 1, np.ones(1))
    bears = np.array([[np.nan, np.nan, np.nan, 500.0]])
    before, after = (
        measure_surplus(part, np.array([_logsum(costs, 0.5)]), np.array([100.0]), bears)[0]
        for costs in ((10, 12), (9, 12))
    )
    assert after - before == pytest.approx(0.776303, abs=5e-7)

    class Two:
        route_group, group_class = np.zeros(2, np.int64), np.zeros(1, np.int64)
        group_origin, group_destination = np.zeros(1, np.int64), np.ones(1, np.int64)

    def at(costs):
        weight = np.exp(-0.5 * np.array(costs, float))
        return Surplus(np.zeros((1, 2)), weight / weight.sum(), np.array(costs, float), np.ones(2))

    half, covered = apply_rule_of_half(Two, at((10, 12)), at((9, 12)), (1, 2))
    assert half.sum() == pytest.approx(0.774317, abs=5e-7)
    assert covered.tolist() == [[1.0, 1.0]]


@settings(max_examples=60, deadline=None)
@given(st.floats(-500, 1500), st.floats(10, 400), st.floats(-200, 800))
def test_the_slope_of_the_surplus_is_the_share_shipped(logsum, choke, free):
    """d surplus / dS = -G with the choice model's G, when what cargo bears is where the model holds it back."""
    one = np.zeros(1, np.int64)
    part = Segments(one, one, np.ones(1), one, one - 1, np.ones(1))
    bears = np.full((1, 4), free + choke)
    step = 1e-4 * choke

    def surplus(s):
        return measure_surplus(part, np.array([s]), np.array([choke]), bears)[0]

    slope = (surplus(logsum + step) - surplus(logsum - step)) / (2 * step)
    share = 1.0 / (1.0 + np.exp(np.clip(40.0 / choke * (logsum - free - choke), -700, 700)))
    assert slope == pytest.approx(-share, abs=1e-5)
    assert surplus(np.nan) == 0.0


def test_surplus_never_falls_when_ways_open_at_fixed_costs(tmp_path):
    """Random states of the small study: any gate that opens, whatever its line costs, harms no pair."""
    prepared = prepare(open_study(small(tmp_path)))
    family = StateFamily(prepared, "today")
    demand = prepared.build_demand(2035).t_year
    random = np.random.default_rng(3)
    rises = 0
    for _ in range(60):
        less = random.choice([0.0, 0.3, 1.0], len(family.gates))
        more = np.maximum(less, random.choice([0.0, 0.5, 1.0], len(family.gates)))
        less[family.changing] = more[family.changing]  # what changes prices is no opening
        found = []
        for shares in (less, more):
            problem = family.build_problem(2035, shares, demand)
            terms = family.get_terms(2035, shares)
            s = problem.segments
            own = measure_surplus(s, problem.measure_free(), problem.choke, terms.bears)
            found.append(np.bincount(s.group, own, len(family.routes.group_class)))
        assert (found[1] - found[0]).min() >= -1e-6
        rises += found[1].sum() > found[0].sum() + 1.0
    assert rises > 5


def test_opening_a_very_dear_line_is_worth_nothing_and_costs_nothing():
    """Cargo that ships above what it bears counts as cargo that stays: the fault of the measure before."""
    one = np.zeros(1, np.int64)
    part = Segments(one, one, np.array([1e6]), one, one - 1, np.ones(1))
    bears = np.full((1, 4), 200.0)
    shut, dear, fair = (
        measure_surplus(part, np.array([s]), np.array([100.0]), bears)[0] for s in (np.nan, 5000.0, 150.0)
    )
    assert shut == 0.0
    assert 0.0 <= dear < 1e-6
    assert fair == pytest.approx(50e6, rel=1e-6)


def test_zone_surpluses_sum_to_the_total(prepared, solved):
    book, solutions, found = solved
    for name, welfare in found.items():
        solution = solutions[name]
        s, choke = solution.segments, solution.classes.choke
        of = solution.routes.group_class[s.group]
        whole = measure_surplus(s, solution.equilibrium.logsum, choke[of], prepared.get_bearing(2035)).sum()
        assert welfare.surplus.by_zone.sum() == pytest.approx(whole, rel=1e-12)
        assert sum(book.list_blocks(solution, welfare)["surplus"]["surplus_usd_year"]) == pytest.approx(whole)


def test_what_is_received_is_what_is_paid(solved):
    """Tariffs, handling, fees and slots by state and receiver sum to what shippers paid on their routes."""
    _, solutions, found = solved
    for name, welfare in found.items():
        flow = solutions[name].equilibrium.flow
        paid = (welfare.payments.paid * flow).sum(axis=1)
        received = welfare.payments.received.sum(axis=(0, 1))
        np.testing.assert_allclose(received, paid, rtol=1e-9, atol=1e-3)
        assert paid[PARTS.index("tariff")] > 0.0
        assert (welfare.payments.transit <= welfare.payments.received * (1 + 1e-12) + 1e-6).all()
        assert (welfare.payments.transit >= -1e-9).all()


def test_transfers_cancel_in_the_world(prepared, solved):
    """Moves between parties sum to zero to 1e-9 of what moves, whatever the shares of cost."""
    book, solutions, _ = solved
    for case in (0, 1, 2):
        accounts = book.take(solutions["gap-open"], case).accounts
        moved = accounts["transfer_usd_year"]
        assert abs(moved.sum()) <= 1e-9 * np.abs(moved).sum()
        np.testing.assert_allclose(
            accounts["gain_usd_year"], accounts["transfer_usd_year"] + accounts["resource_usd_year"]
        )
    totals = [book.take(solutions["today"], case).accounts for case in (0, 1)]
    world = [sum(g for g, p in zip(a["gain_usd_year"], a["party"]) if p != CLIMATE) for a in totals]
    assert world[0] > world[1]  # the less of a tariff is cost, the more of it is somebody's gain


def test_a_new_line_gains_and_takes_from_the_old_one(solved):
    book, _, found = solved
    change = found["gap-open"].surplus.total - found["today"].surplus.total
    assert change > 0.0
    states = book.payees.states
    transit = {
        name: dict(zip(states, welfare.payments.transit.sum(axis=(1, 2)))) for name, welfare in found.items()
    }
    assert transit["gap-open"]["HIL"] > transit["today"]["HIL"] == 0.0
    assert transit["gap-open"]["STH"] < transit["today"]["STH"]
    assert transit["south-closed"]["STH"] == 0.0


def test_changes_are_told_against_the_reference(solved):
    book, _, found = solved
    tasks = [(name, 2035) for name in found]
    blocks = book.list_changes(tasks, {(name, 2035): w.surplus for name, w in found.items()})
    assert [task[0] for task, _ in blocks] == [name for name in found if name != "today"]
    ferry = dict(blocks)["ferry-doubled", 2035]
    total = ferry["surplus_usd_year"].sum()
    assert total == pytest.approx(ferry["rule_of_half_usd_year"].sum(), rel=0.05)
    assert book.list_changes([("gap-open", 2035)], {("gap-open", 2035): found["gap-open"].surplus}) == []
