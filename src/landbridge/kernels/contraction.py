"""A customisable contraction hierarchy in float64: order once, price in milliseconds, sweep many sources at a
time.

Nodes are ranked; contracting them in that order joins the neighbours of each by shortcuts, whatever the costs
(Dibbelt, Strasser and Wagner 2016).  The arcs of node v go up to ``up_node[up_first[v]:up_first[v + 1]]``, in
order of rank; each has a cost upwards (v to it) and downwards.  Pricing takes the triangles below each arc in
order of rank:

    cost(u, w) = min(cost(u, w), cost(u, v) + cost(v, w))     v ranked below u and w

A search runs up from the source along arcs, then one sweep down over all nodes in falling order of rank
(Delling and others 2013) gives the cost to every node.  The sweep takes `LANES` sources side by side, so that
one load of an arc serves all of them and the inner loop becomes vector instructions.

Nodes are numbered by rank here: 0 is contracted first.
"""

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

LANES = 16


@kernel
def contract(first: Longs, neighbour: Ints, up_first: Longs, up_node: Ints) -> int:
    """Find the arcs of the hierarchy of a graph without direction whose nodes are numbered by rank.

    Parameters
    ----------
    first, neighbour
        Neighbours of each node in compressed rows, both ways.
    up_first, up_node
        Written: arcs up, sorted by rank.

    Returns
    -------
    int
        Number of arcs; if it is more than ``up_node`` has room for, only the count is right: make room, call
        again.
    """
    n = len(first) - 1
    mark = np.full(n, -1, np.int32)
    child = np.full(n, -1, np.int32)  # first of the nodes whose lowest upper neighbour is this one
    sibling = np.full(n, -1, np.int32)
    room = len(up_node)
    put = 0
    row = np.empty(n, np.int32)
    for v in range(n):
        up_first[v] = put
        size = 0
        mark[v] = v
        for k in range(first[v], first[v + 1]):
            w = neighbour[k]
            if w > v and mark[w] != v:
                mark[w] = v
                row[size] = w
                size += 1
        c = child[v]
        while c >= 0:
            for k in range(up_first[c], up_first[c + 1]):
                w = up_node[k]
                if w > v and mark[w] != v:
                    mark[w] = v
                    row[size] = w
                    size += 1
            c = sibling[c]
        if put + size > room:
            return 2 * (put + size) + n
        ranked = np.sort(row[:size])
        for k in range(size):
            up_node[put + k] = ranked[k]
        put += size
        if size > 0:
            sibling[v] = child[ranked[0]]
            child[ranked[0]] = v
        up_first[v + 1] = put
    return put


@kernel
def locate_links(
    tail: Ints, head: Ints, up_first: Longs, up_node: Ints, arc: Longs, upward: NDArray[np.bool_]
) -> None:
    """Find the arc of each link (ends by rank): its index in ``arc``, and whether the link runs upwards."""
    for e in range(len(tail)):
        low = min(tail[e], head[e])
        high = max(tail[e], head[e])
        upward[e] = tail[e] == low
        a = up_first[low]
        b = up_first[low + 1]
        while a < b:
            mid = (a + b) >> 1
            if up_node[mid] < high:
                a = mid + 1
            else:
                b = mid
        arc[e] = a if low != high else -1


@kernel
def price_arcs(
    arc: Longs,
    upward: NDArray[np.bool_],
    cost: Floats,
    attributes: Floats,
    up_first: Longs,
    up_node: Ints,
    up: Floats,
    down: Floats,
) -> None:
    """Price all arcs from link costs, and carry the attribute sums of the cheapest way with them.

    Parameters
    ----------
    arc, upward, cost
        Arc, direction and cost of each link.
    attributes
        Shape (n_attributes, n_links).
    up, down
        Shape (1 + n_attributes, n_arcs), written: cost, then sums.
    """
    many = len(attributes)
    for k in range(up.shape[1]):
        up[0, k] = np.inf
        down[0, k] = np.inf
    for e in range(len(arc)):
        k = arc[e]
        if k < 0:
            continue
        way = up if upward[e] else down
        if cost[e] < way[0, k]:
            way[0, k] = cost[e]
            for a in range(many):
                way[1 + a, k] = attributes[a, e]
    n = len(up_first) - 1
    spot = np.full(n, -1, np.int64)
    for v in range(n):
        low = up_first[v]
        high = up_first[v + 1]
        for i in range(low, high - 1):
            u = up_node[i]
            for k in range(up_first[u], up_first[u + 1]):
                spot[up_node[k]] = k
            for j in range(i + 1, high):
                k = spot[up_node[j]]
                new = down[0, i] + up[0, j]
                if new < up[0, k]:
                    up[0, k] = new
                    for a in range(many):
                        up[1 + a, k] = down[1 + a, i] + up[1 + a, j]
                new = down[0, j] + up[0, i]
                if new < down[0, k]:
                    down[0, k] = new
                    for a in range(many):
                        down[1 + a, k] = down[1 + a, j] + up[1 + a, i]


@kernel
def sweep_sources(
    source_first: Longs,
    source_node: Ints,
    source_link: Ints,
    target_first: Longs,
    target_node: Ints,
    target_link: Ints,
    cost: Floats,
    attributes: Floats,
    up_first: Longs,
    up_node: Ints,
    up: Floats,
    down: Floats,
    mine: Ints,
    out: Floats,
) -> None:
    """Costs from the sources ``mine`` to all targets, sixteen sources at a time.

    Parameters
    ----------
    source_first, source_node, source_link
        Where each source enters the hierarchy, in compressed rows: a node and the link to it (-1: it is the
        node).
    target_first, target_node, target_link
        Where each target is reached from, in the same way.
    cost, attributes
        Of the links.
    up_first, up_node, up, down
        The priced arcs.
    out
        Shape (1 + n_attributes, n_sources, n_targets), written: cost, then attribute sums; inf without a
        path.
    """
    n = len(up_first) - 1
    many = len(attributes)
    label = np.empty((1 + many, n, 16))
    touched = np.empty(n, np.bool_)
    lane = np.empty(16)
    for begin in range(0, len(mine), 16):
        wide = min(16, len(mine) - begin)
        for v in range(n):
            touched[v] = False
            for s in range(16):
                label[0, v, s] = np.inf
        for s in range(wide):
            o = mine[begin + s]
            for k in range(source_first[o], source_first[o + 1]):
                v = source_node[k]
                e = source_link[k]
                value = 0.0 if e < 0 else cost[e]
                touched[v] = True
                if value < label[0, v, s]:
                    label[0, v, s] = value
                    for a in range(many):
                        label[1 + a, v, s] = 0.0 if e < 0 else attributes[a, e]
        for v in range(n):
            if touched[v]:
                for k in range(up_first[v], up_first[v + 1]):
                    w = up_node[k]
                    touched[w] = True
                    _relax(label, v, w, up, k, many)
        if many == 0:
            plain = label[0]
            for v in range(n - 1, -1, -1):
                for s in range(16):
                    lane[s] = plain[v, s]
                for k in range(up_first[v], up_first[v + 1]):
                    c = down[0, k]
                    row = plain[up_node[k]]
                    for s in range(16):
                        new = row[s] + c
                        lane[s] = new if new < lane[s] else lane[s]
                for s in range(16):
                    plain[v, s] = lane[s]
        else:
            for v in range(n - 1, -1, -1):
                for k in range(up_first[v], up_first[v + 1]):
                    _relax(label, up_node[k], v, down, k, many)
        for t in range(len(target_first) - 1):
            for s in range(wide):
                o = mine[begin + s]
                best = np.inf
                at = -1
                for k in range(target_first[t], target_first[t + 1]):
                    e = target_link[k]
                    value = label[0, target_node[k], s]
                    if e >= 0:
                        value += cost[e]
                    if value < best:
                        best = value
                        at = k
                out[0, o, t] = best
                for a in range(many):
                    if at < 0:
                        out[1 + a, o, t] = np.inf
                    else:
                        e = target_link[at]
                        out[1 + a, o, t] = label[1 + a, target_node[at], s] + (
                            0.0 if e < 0 else attributes[a, e]
                        )


@kernel
def _relax(label: Floats, u: int, v: int, way: Floats, k: int, many: int) -> None:
    """Lower the labels of v by arc k from u, in all lanes."""
    c = way[0, k]
    if many == 0:
        for s in range(16):
            new = label[0, u, s] + c
            old = label[0, v, s]
            label[0, v, s] = new if new < old else old
        return
    for s in range(16):
        new = label[0, u, s] + c
        if new < label[0, v, s]:
            label[0, v, s] = new
            for a in range(many):
                label[1 + a, v, s] = label[1 + a, u, s] + way[1 + a, k]
