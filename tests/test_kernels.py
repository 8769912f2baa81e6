"""Kernels against slow plain twins, closed forms and independent implementations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from landbridge.kernels.choice import add_response, choose
from landbridge.kernels.detours import collect_detours
from landbridge.kernels.routes import find_reentries, keep_spread, measure_path_sizes
from landbridge.kernels.trees import collect_paths, grow_tree


def grow(n_nodes, tail, head, cost, source):
    first = np.concatenate(([0], np.cumsum(np.bincount(tail, minlength=n_nodes))))
    order = np.argsort(tail, kind="stable")
    distance, predecessor = np.empty(n_nodes), np.empty(n_nodes, np.int64)
    scratch = np.empty(len(tail) + 1), np.empty(len(tail) + 1, np.int64)
    grow_tree(first, head, order, cost, source, distance, predecessor, *scratch)
    return distance, predecessor


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_tree_agrees_with_scipy(seed):
    """Distances on random graphs equal SciPy's; a shut arc is an absent arc."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    m = int(rng.integers(1, 120))
    keys = rng.choice(n * n, min(m, n * n), replace=False)
    tail, head = keys // n, keys % n
    cost = rng.uniform(0.1, 9.0, len(keys))
    cost[rng.random(len(keys)) < 0.2] = np.inf
    distance, predecessor = grow(n, tail, head, cost, 0)
    open_arcs = np.isfinite(cost)
    graph = csr_array((cost[open_arcs], (tail[open_arcs], head[open_arcs])), shape=(n, n))
    np.testing.assert_allclose(distance, dijkstra(graph, indices=0), rtol=1e-12)
    assert ((predecessor >= 0) == (np.isfinite(distance) & (np.arange(n) != 0))).all()


def test_collected_paths_are_in_travel_order():
    """0 -> 1 -> 2 by arcs 0 and 1; the second view makes the direct arc 2 cheaper; node 3 has no path."""
    tail, head = np.array([0, 1, 0]), np.array([1, 2, 2])
    costs = np.array([[1.0, 1.0, 5.0], [1.0, 1.0, 1.5]])
    first, order = np.array([0, 2, 3, 3, 3]), np.array([0, 2, 1])
    pool, starts = np.empty(10, np.int64), np.empty(5, np.int64)
    assert collect_paths(first, order, tail, head, costs, 0, np.array([2, 3]), pool, starts) == 3
    assert pool[:3].tolist() == [0, 1, 2]
    assert starts.tolist() == [0, 2, 2, 3, 3]


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_ways_round_closures_are_those_of_trees_grown_anew(seed):
    """Trees mended closure by closure give the paths that Dijkstra finds on each closed graph, and no
    others.
    """
    rng = np.random.default_rng(seed)
    n, n_closures, n_views = int(rng.integers(3, 25)), int(rng.integers(1, 5)), int(rng.integers(1, 4))
    keys = rng.choice(n * n, min(int(rng.integers(2, 90)), n * n), replace=False)
    tail, head = keys // n, keys % n
    views = rng.uniform(0.1, 9.0, (n_views, len(keys)))
    views[rng.random(views.shape) < 0.1] = np.inf
    shut = rng.random((n_closures, len(keys))) < rng.choice([0.0, 0.1, 0.4])
    first = np.concatenate(([0], np.cumsum(np.bincount(tail, minlength=n))))
    order = np.argsort(tail, kind="stable")
    in_first = np.concatenate(([0], np.cumsum(np.bincount(head, minlength=n))))
    in_order = np.argsort(head, kind="stable")
    tasks = [rng.permutation(np.arange(1, n))[: rng.integers(1, n)] for _ in range(n_closures)]
    begins = np.concatenate(([0], np.cumsum([len(task) for task in tasks])))
    targets = np.concatenate(tasks)
    pool, room = np.empty(4, np.int64), len(targets) * n_views
    starts, ends = np.empty(room + 1, np.int64), np.empty(room, np.int64)
    used = -1
    while used < 0:
        pool = np.empty(2 * len(pool), np.int64)
        count, used = collect_detours(
            first, order, in_first, in_order, tail, head, views, shut, np.arange(n_closures), begins, targets,
            0, pool, starts, ends,
        )  # fmt: skip
    found = {(int(targets[ends[p]]), *pool[starts[p] : starts[p + 1]].tolist()) for p in range(count)}
    expected = set()
    for closed, task in zip(shut, tasks, strict=True):
        for view in views:
            _, arc = grow(n, tail, head, np.where(closed, np.inf, view), 0)
            for target in task.tolist():
                path, node = [], target
                while node != 0 and arc[node] >= 0:
                    path.insert(0, int(arc[node]))
                    node = tail[arc[node]]
                if node == 0:
                    expected.add((target, *path))
    assert found == expected


def respond(
    cost,
    nest,
    theta,
    mu,
    demand=1.0,
    log_weight=None,
    most=np.inf,
    sigma=1.0,
    usable=None,
    need=1.0,
):
    """Flows, logsum and shipped share of one segment that holds all routes."""
    n = len(cost)
    flow, logsum, shipped = np.zeros(n), np.empty(1), np.empty(1)
    choose(
        np.array([0, n]), np.array([0]), np.array([0]), np.array([n]), np.array([demand]), np.array([theta]), np.array([mu]),
        np.array([sigma]), np.array([most]), np.array([need]), np.asarray(nest),
        np.zeros(n) if log_weight is None else log_weight / theta, np.ones(n) if usable is None else usable, np.asarray(cost, float), flow, logsum, shipped,
    )  # fmt: skip
    return flow, logsum[0], shipped[0]


def nested_twin(cost, nest, theta, mu):
    """The textbook formulas, written plainly."""
    cost, nest = np.asarray(cost, float), np.asarray(nest)
    weight = np.exp(-theta * cost)
    inclusive = {m: -np.log(weight[nest == m].sum()) / theta for m in set(nest.tolist())}
    total = sum(np.exp(-mu * i) for i in inclusive.values())
    share = [
        np.exp(-mu * inclusive[m]) / total * w / weight[nest == m].sum()
        for m, w in zip(nest.tolist(), weight)
    ]
    return np.array(share), -np.log(total) / mu


@given(
    st.lists(st.tuples(st.integers(0, 2), st.floats(1, 300)), min_size=1, max_size=12),
    st.floats(0.01, 0.2),
    st.floats(0.1, 1.0),
)
@settings(max_examples=80, deadline=None)
def test_choice_agrees_with_its_plain_twin(routes, theta, ratio):
    """Nested shares and the logsum equal the formulas to 1e-9; flows sum to demand."""
    routes = sorted(routes, key=lambda r: r[0])
    nest, cost = [r[0] for r in routes], [r[1] for r in routes]
    flow, logsum, shipped = respond(cost, nest, theta, theta * ratio, demand=7.0)
    share, surplus = nested_twin(cost, nest, theta, theta * ratio)
    np.testing.assert_allclose(flow, 7.0 * share, rtol=1e-9, atol=1e-12)
    assert logsum == pytest.approx(surplus, rel=1e-9)
    assert shipped == 1.0


def test_shut_routes_get_nothing_and_no_route_is_not_free():
    """One of two routes shut: all goes by the other; both shut: NaN logsum and nothing shipped."""
    flow, _, _ = respond([5.0, 1.0], [0, 0], 1.0, 1.0, usable=np.array([1.0, 0.0]))
    assert flow.tolist() == [1.0, 0.0]
    flow, logsum, shipped = respond([5.0, 1.0], [0, 0], 1.0, 1.0, usable=np.zeros(2))
    assert flow.sum() == 0.0
    assert np.isnan(logsum)
    assert shipped == 0.0


def test_logsum_of_the_published_example():
    """Costs (10, 12) -> (9, 12) at theta 0.5: the logsum falls by 0.776303 (Williams 1977; methods 11)."""
    before, after = (respond(c, [0, 0], 0.5, 0.5)[1] for c in ([10.0, 12.0], [9.0, 12.0]))
    assert before - after == pytest.approx(0.776303, abs=5e-7)


def path_sizes(routes, length, new=()):
    start = np.concatenate(([0], np.cumsum([len(r) for r in routes])))
    size = np.empty(len(routes))
    is_new = np.isin(np.arange(len(routes)), new)
    measure_path_sizes(
        np.array([0, len(routes)]), start, np.concatenate(routes), np.asarray(length, float), is_new, size
    )
    return size


def test_path_size_of_the_textbook_case():
    """Three routes of length 10, two of which share 8: PS = 1, 0.6, 0.6; shares 0.4545, 0.2727, 0.2727."""
    size = path_sizes([[0], [1, 2], [1, 3]], [10.0, 8.0, 2.0, 2.0])
    np.testing.assert_allclose(size, [1.0, 0.6, 0.6])
    flow, _, _ = respond([10.0] * 3, [0, 0, 0], 1.0, 1.0, log_weight=np.log(size))
    np.testing.assert_allclose(flow, [0.4545, 0.2727, 0.2727], atol=5e-5)


def test_path_size_of_what_stands_does_not_know_what_is_new():
    """A new route that shares 8 of 10 with an old one: the old keeps 1, the new has 0.6."""
    np.testing.assert_allclose(path_sizes([[0], [1, 2], [1, 3]], [10.0, 8.0, 2.0, 2.0], [2]), [1.0, 1.0, 0.6])


@pytest.mark.parametrize("seed", range(6))
def test_response_is_the_derivative(seed):
    """A'(dh/dC)A equals central differences of the loads, with part of the demand kept back by queues."""
    rng = np.random.default_rng(seed)
    nest = np.sort(rng.integers(0, 3, 7))
    cost, theta, mu, n_fac = rng.uniform(5, 40, 7), 0.12, 0.05, 4
    uses = [np.flatnonzero(rng.random(n_fac) < 0.6) for _ in range(7)]
    start, index = np.concatenate(([0], np.cumsum([len(u) for u in uses]))), np.concatenate(uses)
    most = respond(cost, nest, theta, mu)[1] + 0.5

    def load(price):
        along = np.array([price[u].sum() for u in uses])
        flow, _, _ = respond(cost + along, nest, theta, mu, 50.0, most=most, sigma=0.4)
        return np.array([sum(h for h, u in zip(flow, uses) if f in u) for f in range(n_fac)])

    _, logsum, shipped = respond(cost, nest, theta, mu, 50.0, most=most, sigma=0.4)
    by_price, by_delay = np.zeros((n_fac, n_fac)), np.zeros((n_fac, n_fac))
    add_response(
        np.array([0]), np.array([7]), np.array([50.0]), np.array([theta]), np.array([mu]),
        np.array([0.4]), np.ones(1), np.array([2.5]), nest, np.zeros(7), np.ones(7), cost,
        np.array([logsum]), np.array([shipped]), start, index, 0.0, by_price, by_delay,
    )  # fmt: skip
    eye = np.eye(n_fac) * 1e-5
    numeric = np.stack([(load(e) - load(-e)) / 2e-5 for e in eye], axis=1)
    np.testing.assert_allclose(by_price, numeric, atol=1e-5)
    np.testing.assert_allclose(by_delay, 2.5 * by_price, rtol=1e-12)


def test_shares_that_underflow_have_no_response():
    """Routes dearer by 1e5 USD/t: their shares are 0 in floating point; the response stays finite and in bounds."""
    n, cost = 40, np.concatenate(([1.0], np.full(39, 1e5)))
    start, index = np.arange(n + 1), np.zeros(n, np.int64)
    by_price, by_delay = np.zeros((1, 1)), np.zeros((1, 1))
    one = np.ones(1)
    add_response(
        np.array([0]), np.array([n]), 50.0 * one, 0.1 * one, 0.05 * one, one, one, one,
        np.zeros(n, np.int64), np.zeros(n), np.ones(n), cost, one, one, start, index, 0.0, by_price, by_delay,
    )  # fmt: skip
    np.testing.assert_allclose(by_price, 0.0, atol=1e-9)


def test_reentry_is_seen_only_after_leaving():
    """A-A-B is fine, A-B-A is not, and a ship under way (-1) is in no state."""
    head = np.arange(6)
    territory = np.array([0, 0, 1, 0, -1, 1])
    paths = [[0, 1, 2], [0, 2, 3], [0, 4, 1, 4, 5]]
    starts = np.concatenate(([0], np.cumsum([len(p) for p in paths])))
    bad = np.zeros(3, bool)
    find_reentries(starts, np.concatenate(paths), head, territory, 2, bad)
    assert bad.tolist() == [False, True, False]


def test_spread_keeps_the_must_and_drops_near_copies():
    """Route 1 copies route 0 but for 1 percent: dropped unless it must stay; route 2 differs: kept; route 3
    too dear.
    """
    start, arcs = np.array([0, 2, 4, 5, 6]), np.array([0, 1, 0, 2, 3, 4])
    length, cost = np.array([99.0, 1.0, 1.0, 90.0, 90.0]), np.array([1.0, 1.1, 1.2, 9.0])
    for must, expected in (([1, 0, 0, 0], [1, 0, 1, 0]), ([1, 1, 0, 0], [1, 1, 1, 0])):
        keep = np.zeros(4, bool)
        keep_spread(
            np.array([0, 4]),
            start,
            arcs,
            length,
            cost,
            np.array(must, bool),
            np.zeros(4, int),
            8,
            2.5,
            0.95,
            keep,
        )
        assert keep.astype(int).tolist() == expected
