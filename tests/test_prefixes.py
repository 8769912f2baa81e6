"""The tree of facilities against plain sums along routes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.assignment.prefixes import build_prefix_tree

N_CLASSES, N_FACILITIES = 2, 5
ROUTES = st.lists(
    st.tuples(st.integers(0, N_CLASSES - 1), st.lists(st.integers(0, N_FACILITIES - 1), max_size=6)),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)  # the first case compiles
@given(ROUTES, st.integers(0, 2**32 - 1))
def test_sums_and_loads_along_routes(routes, seed):
    random = np.random.default_rng(seed)
    route_class = np.array([k for k, _ in routes])
    starts = np.concatenate(([0], np.cumsum([len(way) for _, way in routes])))
    along = np.array([f for _, way in routes for f in way], np.int64)
    tree = build_prefix_tree(starts, along, route_class, N_CLASSES, N_FACILITIES)
    base, flow = random.random(len(routes)), random.random(len(routes))
    values = random.random((N_CLASSES, N_FACILITIES))
    expected = [b + sum(values[k, f] for f in way) for b, (k, way) in zip(base, routes)]
    np.testing.assert_allclose(tree.sum_routes(base, values), expected, rtol=1e-12)
    load = np.zeros(N_FACILITIES)
    for h, (_, way) in zip(flow, routes):
        np.add.at(load, way, h)
    np.testing.assert_allclose(tree.load(flow), load, rtol=1e-12)
    position = np.array([0, -1, 1, -1, 2])
    first, marked = tree.list_marked(position)
    for r, (_, way) in enumerate(routes):
        assert tree.list_along(r).tolist() == way
        wanted = [int(position[f]) for f in reversed(way) if position[f] >= 0]
        assert marked[first[r] : first[r + 1]].tolist() == wanted


def test_routes_that_begin_alike_share_nodes():
    tree = build_prefix_tree(
        np.array([0, 3, 6, 8]), np.array([0, 1, 2, 0, 1, 3, 0, 1]), np.zeros(3, int), 1, 4
    )
    assert len(tree.parent) == 1 + 4
