"""Trees and skims: against a plain search and SciPy, cold against warm, trees against the hierarchy."""

import heapq

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from engine_networks import random_problem
from landbridge.assignment.problem import ProblemRefused, Star
from landbridge.assignment.skims import Skimmer
from landbridge.kernels.bucket_trees import choose_width, grow_in_buckets
from landbridge.kernels.heap_trees import grow_tree, regrow_tree

NOBODY = np.zeros(0, np.int32)  # no target: the whole tree


def plain_tree(n, tail, head, cost, source, closed):
    """Dijkstra with a heap of pairs."""
    dist = np.full(n, np.inf)
    dist[source] = 0.0
    heap = [(0.0, source)]
    while heap:
        d, u = heapq.heappop(heap)
        if d > dist[u] or (closed[u] and u != source):
            continue
        for e in np.flatnonzero(tail == u):
            if d + cost[e] < dist[head[e]]:
                dist[head[e]] = d + cost[e]
                heapq.heappush(heap, (dist[head[e]], int(head[e])))
    return dist


def nodes_of(star, order, count):
    """Nodes in the order settled: the source, then where the links of the tree lead."""
    return np.concatenate((order[:1], star.head[order[1:count]]))


def make(seed, n=60, m=240):
    luck = np.random.default_rng(seed)
    tail, head = luck.integers(0, n, m).astype(np.int32), luck.integers(0, n, m).astype(np.int32)
    cost = luck.uniform(0, 1, m) * (luck.random(m) > 0.1)
    closed = np.arange(n) < 8
    return n, tail, head, cost, closed, luck


@pytest.mark.parametrize("seed", range(8))
def test_1_cold_and_warm_trees_equal_the_plain_twin(seed):
    """Labels are equal to the last bit, also after costs moved a lot, links were shut, and with zero
    costs."""
    n, tail, head, cost, closed, luck = make(seed)
    star = Star.build(n, tail, head)
    dist, order = np.empty(n), np.empty(n, np.int32)
    pred, place, heap = (np.empty(n, np.int32) for _ in range(3))
    trail = np.empty(4 * n + 4, np.int32)
    source = seed % 12
    c = cost[star.links]
    count = grow_tree(star.first, star.head, closed, c, source, NOBODY, dist, pred, place, heap, order)
    assert plain_tree(n, tail, head, cost, source, closed).tolist() == dist.tolist()
    for _ in range(6):
        cost = cost * luck.uniform(0.3, 2, len(cost))
        cost[luck.integers(0, len(cost), 3)] = np.inf
        c = cost[star.links]
        got = regrow_tree(
            star.first,
            star.head,
            star.tail,
            closed,
            c,
            source,
            NOBODY,
            count,
            dist,
            pred,
            place,
            heap,
            order,
            trail,
        )
        if got < 0:
            got = grow_tree(star.first, star.head, closed, c, source, NOBODY, dist, pred, place, heap, order)
        count = got
        assert plain_tree(n, tail, head, cost, source, closed).tolist() == dist.tolist()
        assert np.isfinite(dist).sum() == count
        rank = np.full(n, -1)
        rank[nodes_of(star, order, count)] = np.arange(count)
        for j in star.head[order[1:count]]:
            assert rank[star.tail[pred[j]]] < rank[j]


@pytest.mark.parametrize("seed", range(6))
def test_2_skims_agree_with_scipy_by_both_methods_and_any_threads(seed):
    """Costs agree; sums follow the same paths; threads change no bit; no path is inf, never 0."""
    n, tail, head, cost, closed, _ = make(seed, 80, 260)
    cost = cost + 0.01
    zones = np.arange(20)
    skimmer = Skimmer(n, tail, head, zones, closed=closed)
    twin = np.array([plain_tree(n, tail, head, cost, z, closed)[zones] for z in zones])
    for method in ("trees", "hierarchy"):
        one = skimmer.skim(cost, {"length": cost * 2}, method=method, threads=1)
        two = skimmer.skim(cost, {"length": cost * 2}, method=method, threads=2)
        assert np.allclose(twin, one.cost, rtol=1e-12, atol=0)
        assert one.cost.tobytes() == two.cost.tobytes()
        assert np.allclose(one.sums["length"], 2 * twin, rtol=1e-12)
        assert np.array_equal(skimmer.skim(cost, method=method).cost, one.cost)
    if not closed.any():
        assert np.allclose(dijkstra(csr_matrix((cost, (tail, head)), (n, n)))[:20, :20], twin)


def test_3_warm_skim_after_a_cost_change_equals_a_cold_one():
    """Memory of the last skim changes no bit."""
    n, tail, head, cost, closed, luck = make(3)
    skimmer = Skimmer(n, tail, head, np.arange(10), closed=closed)
    for _ in range(5):
        cost = cost * luck.uniform(0.5, 1.5, len(cost))
        warm = skimmer.skim(cost).cost
        assert (
            Skimmer(n, tail, head, np.arange(10), closed=closed).skim(cost).cost.tobytes() == warm.tobytes()
        )


def test_4_a_closed_zone_is_not_passed_through():
    """0 -> 1 -> 2 through the closed zone 1 is no way; 1 itself can be reached."""
    skimmer = Skimmer(3, [0, 1], [1, 2], [0, 1, 2], closed=[True, True, True])
    for method in ("trees", "hierarchy"):
        got = skimmer.skim([1.0, 1.0], method=method).cost
        assert got.tolist() == [[0, 1, np.inf], [np.inf, 0, 1], [np.inf, np.inf, 0]]


def test_5_bad_costs_are_refused():
    """A negative cost or an empty network is said in words."""
    with pytest.raises(ProblemRefused, match="negative"):
        Skimmer(2, [0], [1], [0, 1]).skim([-1.0])
    with pytest.raises(ProblemRefused, match="no links"):
        Skimmer(2, [], [], [0, 1])


@pytest.mark.parametrize("seed", range(8))
def test_6_buckets_equal_the_plain_twin(seed):
    """Trees of very large graphs: the same labels to the last bit, every node after its predecessor."""
    n, tail, head, cost, closed, _ = make(seed, 90, 1100)
    star = Star.build(n, tail, head)
    dist = np.empty(n)
    pred, place, order = (np.empty(n, np.int32) for _ in range(3))
    c = cost[star.links]
    width, number = choose_width(c)
    trail = np.empty(4 * n, np.int32)
    grown = 0
    for source in range(0, n, 9):
        count = grow_in_buckets(
            star.first, star.head, closed, c, source, NOBODY, width, number, dist, pred, place, order, trail
        )
        if count < 0:  # scanned too often: the caller takes a heap
            continue
        grown += 1
        assert plain_tree(n, tail, head, cost, source, closed).tolist() == dist.tolist()
        rank = np.full(n, -1)
        rank[nodes_of(star, order, count)] = np.arange(count)
        assert count == np.isfinite(dist).sum()
        for j in star.head[order[1:count]]:
            assert rank[star.tail[pred[j]]] < rank[j]
    assert grown > 5


@pytest.mark.parametrize("seed", range(12))
def test_7_trees_to_targets_end_early_and_reach_them_alike(seed):
    """With targets, labels and order hold for all of them; labels elsewhere are never too low."""
    n, tail, head, cost, closed, luck = make(seed, 90, 1100 if seed % 2 else 300)
    cost = cost * (luck.random(len(cost)) > 0.2)  # many links at no cost: ties everywhere
    star = Star.build(n, tail, head)
    dist, trail, counts = np.empty(n), np.empty(4 * n + 4, np.int32), []
    pred, place, heap, order = (np.empty(n, np.int32) for _ in range(4))
    count, source = 0, int(luck.integers(0, n))
    for turn in range(8):
        targets = luck.integers(0, n, 1 + turn % 4).astype(np.int32)
        c = cost[star.links]
        truth = plain_tree(n, tail, head, cost, source, closed)
        width, number = choose_width(c)
        got = -1
        if turn % 3 and count:
            got = regrow_tree(
                star.first,
                star.head,
                star.tail,
                closed,
                c,
                source,
                targets,
                count,
                dist,
                pred,
                place,
                heap,
                order,
                trail,
            )
        if got < 0 and turn % 2 and number:
            got = grow_in_buckets(
                star.first,
                star.head,
                closed,
                c,
                source,
                targets,
                width,
                number,
                dist,
                pred,
                place,
                order,
                trail,
            )
        if got < 0:
            got = grow_tree(star.first, star.head, closed, c, source, targets, dist, pred, place, heap, order)
        count = got
        counts.append(count)
        assert truth[targets].tolist() == dist[targets].tolist()
        assert (dist >= truth).all()
        rank = np.full(n, -1)
        rank[nodes_of(star, order, count)] = np.arange(count)
        assert (rank[targets[np.isfinite(truth[targets])]] >= 0).all()
        for j in star.head[order[1:count]]:
            assert rank[star.tail[pred[j]]] < rank[j]
            assert dist[j] == truth[j]
        cost = cost * luck.uniform(0.7, 1.4, len(cost))
        cost[luck.integers(0, len(cost), 2)] = np.inf
    assert min(counts) < n  # some tree did end early


def test_8_random_problem_is_connected():
    """The random networks of these tests have a path for each pair."""
    p = random_problem(1)
    assert np.isfinite(Skimmer(p.n_nodes, p.tail, p.head, p.zones).skim(np.ones(p.n_links)).cost).all()
