"""Sums along routes that begin alike (see :mod:`landbridge.kernels.prefixes`), for eight states at once.

The tree is first cut down to the routes in hand, and nodes between which nothing branches or ends become
one, which has a chain of entries.
"""

import numpy as np

from landbridge.kernels.jit import kernel
from landbridge.kernels.lanes import put, spread, take


@kernel
def count_use(parent, leaf, ends, branches):  # type: ignore[no-untyped-def]
    """How many of the routes end at each node, and how many of its children lead to one; gives the nodes and
    the entries of the tree cut down.
    """
    ends[:] = 0
    branches[:] = 0
    for r in range(leaf.shape[0]):
        ends[leaf[r]] += 1
    nodes, entries = 0, 0
    for x in range(parent.shape[0] - 1, -1, -1):
        p = parent[x]
        if p < 0:
            nodes += 1
        elif ends[x] > 0 or branches[x] > 0:
            branches[p] += 1
            entries += 1
            if ends[x] > 0 or branches[x] > 1:
                nodes += 1
    return nodes, entries


@kernel
def cut_down(parent, entry, leaf, ends, branches, above, first, chain, end):  # type: ignore[no-untyped-def]
    """Write the tree cut down: of each node its parent ``above`` (-1 for a root) and its entries
    ``chain[first[y]:first[y + 1]]``; and the node ``end`` of each route.
    """
    n = parent.shape[0]
    number = np.empty(n, np.int32)
    y, k = 0, 0
    first[0] = 0
    for x in range(n):
        p = parent[x]
        if p >= 0 and ends[x] == 0 and branches[x] < 2:
            continue
        number[x] = y
        if p < 0:
            above[y] = -1
        else:
            z = x
            while True:
                chain[k] = entry[z]
                k += 1
                z = parent[z]
                if parent[z] < 0 or ends[z] > 0 or branches[z] > 1:
                    break
            above[y] = number[z]
        y += 1
        first[y] = k
    for r in range(leaf.shape[0]):
        end[r] = number[leaf[r]]


@kernel
def sum_down(above, first, chain, values, total):  # type: ignore[no-untyped-def]
    """``total[y]`` is that of the parent and the ``values`` of the node's entries; a root has 0.

    ``values`` (n_entries, 8), ``total`` (n_nodes, 8).
    """
    for y in range(above.shape[0]):
        if above[y] < 0:
            put(total, y, spread(0.0))
            continue
        summed = take(total, above[y])
        for k in range(first[y], first[y + 1]):
            summed = summed + take(values, chain[k])
        put(total, y, summed)


@kernel
def load_up(above, first, chain, through, load):  # type: ignore[no-untyped-def]
    """Add what ends at each node and beyond it, ``through`` (n_nodes, 8), to ``load`` (n_entries, 8); leaves
    ``through`` at 0.
    """
    for y in range(above.shape[0] - 1, -1, -1):
        flow = take(through, y)
        put(through, y, spread(0.0))
        p = above[y]
        if p < 0:
            continue
        put(through, p, take(through, p) + flow)
        for k in range(first[y], first[y + 1]):
            put(load, chain[k], take(load, chain[k]) + flow)
