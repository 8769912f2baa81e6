"""Eight states at once against one state at a time: numbers in lanes, trees, choices, steps, whole equilibria."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from landbridge.assignment import together
from landbridge.assignment.delays import CORNER, WORST_OVERLOAD, Scarcity, measure_delay, measure_price
from landbridge.assignment.prefixes import build_prefix_tree
from landbridge.assignment.sue import Segments, solve
from landbridge.assignment.tangents import Laws, Path, Tangent
from landbridge.assignment.together import Lanes, respond_to, solve_together, split_by_levels
from landbridge.kernels import lane_trees, lanes
from landbridge.kernels.jit import kernel
from landbridge.kernels.laws import find_delay, find_price
from landbridge.study import open_study
from landbridge.study.prepare import prepare
from landbridge.study.states import StateFamily
from test_process_study import small

EIGHT = lanes.WIDTH


@kernel
def apply_exp(x, out):
    for i in range(x.shape[0]):
        lanes.put(out, i, lanes.exp(lanes.take(x, i)))


@kernel
def apply_log(x, out):
    for i in range(x.shape[0]):
        lanes.put(out, i, lanes.log(lanes.take(x, i)))


@kernel
def apply_choices(x, y, out):
    a, b = lanes.take(x, 0), lanes.take(y, 0)
    lanes.put(out, 0, lanes.least(a, b))
    lanes.put(out, 1, lanes.greatest(a, b))
    lanes.put(out, 2, lanes.where_above(a, b, lanes.spread(1.0), lanes.spread(2.0)))
    lanes.put(out, 3, (a + b) * (a - b) / lanes.spread(2.0))


def run(function, x):
    out = np.empty_like(x)
    function(x, out)
    return out


@settings(deadline=None)  # the first case compiles
@given(arrays(float, (3, EIGHT), elements=st.floats(-690.0, 690.0)))
def test_exponentials_to_the_last_bits(x):
    np.testing.assert_allclose(run(apply_exp, x), np.exp(x), rtol=4e-16 * 4)


@settings(deadline=None)
@given(arrays(float, (3, EIGHT), elements=st.floats(1e-300, 1e300)))
def test_logarithms_to_the_last_bits(x):
    np.testing.assert_allclose(run(apply_log, x), np.log(x), rtol=1e-15, atol=2e-16)


def test_what_is_no_number_is_never_chosen():
    x = np.array([[np.nan, 1.0, np.inf, -np.inf, 2.0, 3.0, 4.0, 0.0]])
    y = np.array([[1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 5.0, 0.5]])
    out = np.empty((4, EIGHT))
    apply_choices(x, y, out)
    assert out[0].tolist() == [1.0, 1.0, 1.0, -np.inf, 2.0, 1.0, 4.0, 0.0]
    assert out[1].tolist() == [1.0, 2.0, np.inf, 1.0, 2.0, 3.0, 5.0, 0.5]
    assert out[2].tolist() == [2.0, 2.0, 1.0, 2.0, 2.0, 1.0, 2.0, 2.0]
    assert out[3, 5] == 4.0
    ends = run(apply_exp, np.array([[-np.inf, np.inf, np.nan, 0.0, -700.0, 700.0, -1000.0, 1000.0]]))[0]
    assert 0.0 < ends[0] == ends[2] == ends[4] == ends[6] < 1e-300
    assert ends[1] == ends[5] == ends[7] > 1e300
    assert ends[3] == 1.0


WAYS = st.lists(
    st.tuples(st.integers(0, 1), st.lists(st.integers(0, 4), max_size=6)), min_size=1, max_size=12
)


@settings(deadline=None)
@given(WAYS, st.integers(0, 2**32 - 1))
def test_a_tree_cut_down_to_some_routes_sums_alike(ways, seed):
    random = np.random.default_rng(seed)
    route_class = np.array([k for k, _ in ways])
    starts = np.concatenate(([0], np.cumsum([len(way) for _, way in ways])))
    along = np.array([f for _, way in ways for f in way], np.int64)
    tree = build_prefix_tree(starts, along, route_class, 2, 5)
    kept = np.flatnonzero(random.random(len(ways)) < 0.7)
    leaf = np.ascontiguousarray(tree.leaf[kept])
    blocks = np.unique(np.concatenate(([0, len(kept)], random.integers(0, len(kept) + 1, 2))))
    nothing = np.empty(0, np.int32)
    given = tree.parent, tree.entry, leaf, blocks
    n_nodes, n_entries = lane_trees.cut_down(*given, *[nothing] * 5)
    assert n_nodes <= 3 * 2 + 2 * len(kept)
    above, first = np.empty(n_nodes, np.int32), np.empty(n_nodes + 1, np.int32)
    chain, end = np.empty(n_entries, np.int32), np.empty(len(kept), np.int32)
    block_node = np.empty(len(blocks), np.int64)
    if n_nodes:
        assert lane_trees.cut_down(*given, block_node, above, first, chain, end) == (n_nodes, n_entries)
        assert block_node[-1] == n_nodes
        for number, (a, b) in enumerate(pairwise(blocks)):
            assert ((end[a:b] >= block_node[number]) & (end[a:b] < block_node[number + 1])).all()
    values, total = random.random((10, EIGHT)), np.empty((n_nodes, EIGHT))
    lane_trees.sum_down(0, n_nodes, above, first, chain, values, total)
    flow = random.random((len(kept), EIGHT))
    through, load = np.zeros((n_nodes, EIGHT)), np.zeros((10, EIGHT))
    np.add.at(through, end, flow)
    lane_trees.load_up(0, n_nodes, above, first, chain, through, load)
    assert not through.any()
    expected = np.zeros((10, EIGHT))
    for r, route in enumerate(kept):
        k, way = ways[route]
        np.testing.assert_allclose(total[end[r]], values[[5 * k + f for f in way]].sum(axis=0), atol=1e-12)
        for f in way:
            expected[5 * k + f] += flow[r]
    np.testing.assert_allclose(load, expected, rtol=1e-12)


def test_levels_split_demand_and_keep_its_sum():
    n = np.arange(3)
    parts = Segments(n, n + 1, np.array([10.0, 6.0, 4.0]), np.array([0, 1, 1]), np.full(3, -1), np.ones(3))
    found = split_by_levels(parts, np.array([1, 1, 1]), np.array([0.5, 0.25, 0.5]), 2)
    assert found.group.tolist() == [0, 1, 1, 1, 1, 1, 1]
    assert found.need.tolist() == [1.0, 0.25, 0.25, 0.5, 0.5, 1.0, 1.0]
    assert found.demand_t_year.tolist() == [10.0, 1.5, 1.0, 1.5, 1.0, 3.0, 2.0]


def test_mixing_ends_a_linear_problem_in_as_many_steps_as_it_has_unknowns():
    """v = 100 + M v with four unknowns and no law: every answer is new, so the sixth evaluation is exact."""
    random = np.random.default_rng(3)
    matrix = 0.5 * random.random((4, 4)) / 4
    nothing, blank = np.zeros(0), np.zeros((0, 0))
    none = Tangent(
        np.zeros(0, np.int64), (nothing, nothing), nothing, nothing, *[blank] * 5, nothing, nothing
    )
    path = Path(np.full(4, 50.0), none, 1e-12)
    while not path.learn(100.0 + matrix @ path.trial, np.zeros(4), np.zeros(4)):
        assert path.evaluations < 7
    np.testing.assert_allclose(path.load, np.linalg.solve(np.eye(4) - matrix, np.full(4, 100.0)), rtol=1e-11)


@kernel
def apply_laws(flow, capacity, law, is_queue, full, start, slope_usd_t, out):
    for i in range(flow.shape[0]):
        scale, alpha, beta = law[i, 0], law[i, 1], law[i, 2]
        out[i, 0], out[i, 1] = find_delay(flow[i], capacity[i], scale, alpha, beta, is_queue[i], full[i])
        out[i, 2], out[i, 3] = find_price(flow[i], capacity[i], slope_usd_t, start[i], CORNER)


@settings(deadline=None)  # the first case compiles
@given(st.integers(0, 2**32 - 1))
def test_laws_looked_at_one_by_one_are_those_of_all(seed):
    """Delays, prices and slopes of single facilities, empty, full and over, equal those of arrays."""
    random, n = np.random.default_rng(seed), 40
    capacity = random.uniform(1e3, 1e6, n)
    flow = capacity * random.choice([-0.1, 0.0, 0.3, 0.9, 1.0, 1.02, 1.5, 3.0], n)
    is_queue, is_firm = random.random(n) < 0.5, random.random(n) < 0.5
    beta = np.where(is_queue, random.uniform(0.5, 0.95, n), random.choice([1.0, 3.0, 4.0], n))
    law = np.stack([random.uniform(0.0, 50.0, n), random.uniform(0.1, 2.0, n), beta], axis=1)
    full, out = np.where(is_firm, 1.0, WORST_OVERLOAD), np.empty((n, 4))
    apply_laws(flow, capacity, law, is_queue, full, np.where(is_firm, 0.95, WORST_OVERLOAD), 300.0, out)
    delay, delay_slope = measure_delay(flow, capacity, law, is_queue, is_firm)
    price, price_slope = measure_price(flow, capacity, Scarcity(300.0, 0.95), is_firm)
    np.testing.assert_allclose(out[:, 0], delay, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(out[:, 1], delay_slope, rtol=1e-12, atol=1e-18)
    np.testing.assert_allclose(out[:, 2], price, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(out[:, 3], price_slope, rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_laws_are_followed_round_their_bends(seed):
    """Loads that answer linearly to delays and prices, to laws that bend: the tangent taken far below the bends
    is exact for choices, so that evaluations only close what was not followed to the end.
    """
    random, n = np.random.default_rng(seed), 6
    root = random.random((n, n))
    by_price = -1e4 * (root @ root.T + np.eye(n))
    by_delay = 2.0 * by_price
    capacity = random.uniform(2e5, 6e5, n)
    free = random.uniform(1.0, 2.0, n) * capacity
    law = np.stack([np.full(n, 4.0), np.full(n, 0.6), np.full(n, 3.0)], axis=1)
    firm = np.arange(n) % 2 == 0
    scarcity = Scarcity(300.0, 0.95)

    def measure(flow):
        delay, delay_slope = measure_delay(flow, capacity, law, ~np.ones(n, bool), firm)
        price, price_slope = measure_price(flow, capacity, scarcity, firm)
        return delay, price, delay_slope, price_slope

    start = 0.1 * capacity
    _, _, delay_slope, price_slope = measure(start)
    inverse = np.linalg.inv(np.eye(n) - (by_delay * delay_slope + by_price * price_slope)).T.copy()
    own = (inverse.T @ by_delay).T.copy(), (inverse.T @ by_price).T.copy()
    reach = np.abs(by_delay).sum(axis=1), np.abs(by_price).sum(axis=1)
    tangent = Tangent(
        np.arange(n), (start, start), delay_slope, price_slope, by_delay, by_price, inverse, *own, *reach
    )  # fmt: skip

    def spread(values):
        return np.repeat(values[:, None], EIGHT, axis=1)

    laws = Laws(
        spread(capacity), np.repeat(law[:, None], EIGHT, axis=1), np.zeros((n, EIGHT), bool),
        spread(np.where(firm, 1.0, WORST_OVERLOAD)), spread(np.where(firm, 0.95, WORST_OVERLOAD)), 300.0,
    )  # fmt: skip
    path = Path(start, tangent, 1e-12)
    while True:
        delay, price, _, _ = measure(path.trial)
        if path.learn(np.maximum(free + by_delay @ delay + by_price @ price, 0.0), delay, price):
            break
        path.follow(laws, 3)
        assert path.evaluations < 16
    assert (path.load > 0.9 * capacity).any(), "some facility stands at its bend"


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    years = ("study", "years: [2024, 2035]", "years: [2024, 2028, 2030, 2032, 2035, 2040]")
    return StateFamily(prepare(open_study(small(tmp_path_factory.mktemp("study"), years))), "today")


def draw_states(family, n):
    """Shares of all gates, shut, open and in between, (n, n_gates)."""
    random = np.random.default_rng(7)
    return random.choice([0.0, 0.3, 0.6, 1.0], (n, len(family.gates)), p=[0.3, 0.2, 0.2, 0.3])


def test_lanes_evaluate_as_single_problems_do(family):
    demand = family.prepared.build_demand(2035).t_year
    shares = draw_states(family, EIGHT)
    n_seen = 0
    for rows, variants in family.build_variants(2035, shares, demand):
        eight = Lanes(variants)
        for lane in range(len(rows)):
            eight.place(lane, lane)
        random = np.random.default_rng(1)
        load = random.random((variants.tree.n_facilities, EIGHT)) * variants.capacity_t_year.max()
        answers = eight.evaluate(load)
        for lane, row in enumerate(rows):
            problem = family.build_problem(2035, shares[row], demand)
            alone = problem.evaluate(np.ascontiguousarray(load[:, lane]))
            together_ = eight.read(lane, answers[:, lane], 0.0, 0)
            np.testing.assert_allclose(together_.flow, alone.flow, rtol=1e-11, atol=1e-6)
            np.testing.assert_allclose(together_.load, alone.load, rtol=1e-11, atol=1e-6)
            np.testing.assert_allclose(together_.delay_h, alone.delay_h, rtol=1e-12)
            np.testing.assert_allclose(together_.price_usd_t, alone.price_usd_t, rtol=1e-12)
            n = len(problem.routes.group_class)
            s, t = problem.segments, eight.segments
            stays = np.bincount(s.group, s.demand_t_year * (1.0 - alone.shipped), n)
            left = np.bincount(t.group, t.demand_t_year * (1.0 - together_.shipped), n)
            np.testing.assert_allclose(left, stays, rtol=1e-11, atol=1e-6)
            n_seen += 1
        flow = eight.read(1, answers[:, 1], 0.0, 0).flow
        again = eight.evaluate(0.5 * load, np.array([0, 2]))
        np.testing.assert_array_equal(eight.read(1, again[:, 1], 0.0, 0).flow, flow)
        for lane in {0, 2} & set(range(len(rows))):
            half = family.build_problem(2035, shares[rows[lane]], demand)
            alone = half.evaluate(np.ascontiguousarray(0.5 * load[:, lane]))
            kept = eight.read(lane, again[:, lane], 0.0, 0)
            np.testing.assert_allclose(kept.flow, alone.flow, rtol=1e-11, atol=1e-6)
    assert n_seen == EIGHT


def test_parts_of_the_cargo_choose_among_what_is_left_to_them(family):
    """Where what serves part of the cargo is cheaper by far than what serves all, the rest counts for nothing
    beside the best way; the cargo that needs it still chooses as if it stood alone.
    """
    demand = family.prepared.build_demand(2035).t_year
    shares = draw_states(family, 3 * EIGHT)
    for rows, variants in family.build_variants(2035, shares, demand):
        in_part = (variants.usable > 0.0) & (variants.usable < 1.0)
        cheap = replace(variants, penalty=variants.penalty - np.where(in_part, 3000.0, 0.0))
        load = 0.2 * variants.capacity_t_year.max(axis=0)
        answers = respond_to(cheap, load)
        for answer, row, penalty in zip(answers, rows, cheap.penalty, strict=True):
            problem = family.build_problem(2035, shares[row], demand)
            terms = family.get_terms(2035, shares[row])
            problem.base_cost = terms.base_cost + penalty[family.set_of_route]
            alone = problem.evaluate(load)
            np.testing.assert_allclose(answer, alone.load, rtol=1e-11, atol=1e-6)


def test_rows_of_lanes_lie_within_lines_of_the_cache():
    for shape in ((1,), (7,), (3, 5)):
        rows = together.make_rows(*shape)
        assert rows.shape == (*shape, EIGHT)
        assert rows.ctypes.data % 64 == 0
        assert rows.flags.c_contiguous
        assert not rows.any()


@pytest.mark.parametrize("changed", [{}, {"MOST_STEPS": 2}, {"NEAR": 1.0}], ids=str)
def test_states_solved_together_are_those_solved_alone(family, monkeypatch, changed):
    """Also when every state is given up after two evaluations and solved alone, and when flows are not kept
    before a state is solved.
    """
    for name, value in changed.items():
        monkeypatch.setattr(together, name, value)
    demand = family.prepared.build_demand(2035).t_year
    shares = draw_states(family, 20)
    start = solve(family.build_problem(2035, shares[0], demand), tolerance=1e-12).load
    seen = []
    for rows, variants in family.build_variants(2035, shares, demand):

        def alone(state, rows=rows):
            return family.build_problem(2035, shares[rows[state]], demand)

        for state, segments, at, _ in solve_together(variants, shares[rows], start, alone, tolerance=1e-12):
            cold = solve(alone(state), tolerance=1e-12)
            assert at.residual <= 1e-12
            np.testing.assert_allclose(at.load, cold.load, rtol=1e-9, atol=1e-3)
            served = (segments.demand_t_year * at.shipped).sum()
            np.testing.assert_allclose(served, at.flow.sum(), rtol=1e-12)
            seen.append(int(rows[state]))
    assert sorted(seen) == list(range(20))
