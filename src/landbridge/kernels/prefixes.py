"""Sums along routes that begin alike, worked out once for all of them.

Routes of one class that load the same facilities from their start share a node of a tree for each facility;
a node's sum is its parent's and its own entry. Nodes stand after their parents.
"""

import numpy as np

from landbridge.kernels.jit import kernel


@kernel
def number_in_preorder(parent, number):  # type: ignore[no-untyped-def]
    """Number of each node when every subtree stands together, so that sums run along memory."""
    n = parent.shape[0]
    size = np.ones(n, np.int64)
    for x in range(n - 1, -1, -1):
        if parent[x] >= 0:
            size[parent[x]] += size[x]
    following = np.empty(n, np.int64)
    top = 0
    for x in range(n):
        p = parent[x]
        if p < 0:
            number[x] = top
            top += size[x]
        else:
            number[x] = following[p]
            following[p] += size[x]
        following[x] = number[x] + 1


@kernel
def sum_down(parent, entry, values, total):  # type: ignore[no-untyped-def]
    """``total[x] = total[parent[x]] + values[entry[x]]`` in the order of nodes; a root (parent -1) has 0."""
    for x in range(parent.shape[0]):
        p = parent[x]
        total[x] = total[p] + values[entry[x]] if p >= 0 else 0.0


@kernel
def gather(leaf, base, total, out):  # type: ignore[no-untyped-def]
    """``out[r] = base[r] + total[leaf[r]]``."""
    for r in range(leaf.shape[0]):
        out[r] = base[r] + total[leaf[r]]


@kernel
def sum_up(parent, entry, leaf, routes, values, total):  # type: ignore[no-untyped-def]
    """``total[k]`` is the sum of ``values`` on the way of route ``routes[k]`` to the root."""
    for k in range(routes.shape[0]):
        x = leaf[routes[k]]
        while parent[x] >= 0:
            total[k] += values[entry[x]]
            x = parent[x]


@kernel
def load_up(parent, facility, leaf, flow, through, load):  # type: ignore[no-untyped-def]
    """Add flows of routes (t/year) to the facilities on their way to the root; ``through`` is room for the
    nodes.
    """
    through[:] = 0.0
    for r in range(leaf.shape[0]):
        through[leaf[r]] += flow[r]
    for x in range(parent.shape[0] - 1, -1, -1):
        p = parent[x]
        h = through[x]
        if p >= 0 and h > 0.0:
            through[p] += h
            load[facility[x]] += h


@kernel
def list_marked(parent, facility, leaf, position, start, index):  # type: ignore[no-untyped-def]
    """For each route the positions of the marked facilities on its way, from the last to the first.

    ``position`` (n_facilities) is -1 where a facility is not marked. ``start`` (n_routes + 1) is filled; so
    is ``index``, unless it is too short. Gives how much room ``index`` needs.
    """
    n = parent.shape[0]
    nearest = np.empty(n, np.int64)
    count = np.empty(n, np.int64)
    for x in range(n):
        p = parent[x]
        if p < 0:
            nearest[x], count[x] = -1, 0
        elif position[facility[x]] >= 0:
            nearest[x], count[x] = x, count[p] + 1
        else:
            nearest[x], count[x] = nearest[p], count[p]
    start[0] = 0
    for r in range(leaf.shape[0]):
        start[r + 1] = start[r] + count[leaf[r]]
    if index.shape[0] >= start[leaf.shape[0]]:
        for r in range(leaf.shape[0]):
            k = start[r]
            x = nearest[leaf[r]]
            while x >= 0:
                index[k] = position[facility[x]]
                k += 1
                x = nearest[parent[x]]
    return start[leaf.shape[0]]
