"""Sums along routes that begin alike (see :mod:`landbridge.kernels.prefixes`), for eight states at once.

The tree is first cut down to the routes in hand, and nodes between which nothing branches or ends become
one, which has a chain of entries.
"""

import numpy as np

from landbridge.kernels.jit import kernel
from landbridge.kernels.lanes import put, spread, take


@kernel
def cut_down(  # type: ignore[no-untyped-def]
    parent, entry, leaf, block_first, block_node, above, first, chain, end
):
    """Write a tree for each block of routes ``leaf[block_first[b]:block_first[b + 1]]``, in turn.

    Of each node its parent ``above`` (-1 for the root of a block) and its entries
    ``chain[first[y]:first[y + 1]]``; ``block_node`` (n_blocks + 1) the nodes of each block, and the node
    ``end`` of each route. Gives how many nodes and entries there are; with arrays of length 0 nothing else is
    written, which tells how much room is needed.
    """
    n = parent.shape[0]
    stamp = np.full(n, -1, np.int32)
    ends, branches = np.empty(n, np.int32), np.empty(n, np.int32)
    number, touched = np.empty(n, np.int32), np.empty(n, np.int32)
    writes = above.shape[0] > 0
    nodes, entries = 0, 0
    for block in range(block_first.shape[0] - 1):
        m = 0
        for r in range(block_first[block], block_first[block + 1]):
            x = leaf[r]
            is_new = stamp[x] != block
            if is_new:
                stamp[x], ends[x], branches[x], touched[m] = block, 0, 0, x
                m += 1
            ends[x] += 1
            while is_new and parent[x] >= 0:
                x = parent[x]
                is_new = stamp[x] != block
                if is_new:
                    stamp[x], ends[x], branches[x], touched[m] = block, 0, 0, x
                    m += 1
                branches[x] += 1
        if writes:
            block_node[block] = nodes
        for x in np.sort(touched[:m]):
            if parent[x] >= 0:
                if ends[x] == 0 and branches[x] < 2:
                    continue
                if writes:
                    first[nodes] = entries
                z = x
                while True:
                    if writes:
                        chain[entries] = entry[z]
                    entries += 1
                    z = parent[z]
                    if parent[z] < 0 or ends[z] > 0 or branches[z] > 1:
                        break
                if writes:
                    above[nodes] = number[z]
            elif writes:
                first[nodes], above[nodes] = entries, -1
            number[x] = nodes
            nodes += 1
        if writes:
            for r in range(block_first[block], block_first[block + 1]):
                end[r] = number[leaf[r]]
    if writes:
        block_node[block_first.shape[0] - 1], first[nodes] = nodes, entries
    return nodes, entries


@kernel
def sum_down(begin, stop, above, first, chain, values, total):  # type: ignore[no-untyped-def]
    """``total[y]`` of nodes from ``begin`` to ``stop`` is that of the parent and the ``values`` of the node's
    entries; a root has 0.

    ``values`` (n_entries, 8); ``total`` (at least stop - begin, 8) has its rows from ``begin`` on.
    """
    for y in range(begin, stop):
        if above[y] < 0:
            put(total, y - begin, spread(0.0))
            continue
        summed = take(total, above[y] - begin)
        for k in range(first[y], first[y + 1]):
            summed = summed + take(values, chain[k])
        put(total, y - begin, summed)


@kernel
def load_up(begin, stop, above, first, chain, through, load):  # type: ignore[no-untyped-def]
    """Add what ends at each node from ``begin`` to ``stop`` and beyond it, ``through`` (rows from
    ``begin`` on, 8), to ``load`` (n_entries, 8); leaves ``through`` at 0.
    """
    for y in range(stop - 1, begin - 1, -1):
        flow = take(through, y - begin)
        put(through, y - begin, spread(0.0))
        p = above[y]
        if p < 0:
            continue
        put(through, p - begin, take(through, p - begin) + flow)
        for k in range(first[y], first[y + 1]):
            put(load, chain[k], take(load, chain[k]) + flow)
