"""Explicit paths: column generation by least-cost trees, and moves of flow between the paths of a pair.

Paths stand one after another in one array of links; the paths of a pair are chained, newest first:
``newest[pair]`` is a path or -1, ``older[path]`` the next.  A move takes flow from a path p to the cheapest
path b of its pair (Jayakrishnan and others 1994):

    step = min(flow_p, (c_p - c_b) / sum of slopes over links that only one of the two uses)
"""

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.delays import congestion
from landbridge.kernels.heap_trees import grow_tree
from landbridge.kernels.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


@kernel
def add_paths(
    first: Ints,
    head: Ints,
    tail: Ints,
    closed: Flags,
    costs: Floats,
    row: Ints,
    source: Ints,
    pair_first: Ints,
    pair_node: Ints,
    begin: int,
    count: Longs,
    path_first: Longs,
    path_links: Ints,
    path_pair: Ints,
    newest: Ints,
    older: Ints,
) -> int:
    """Add the least-cost path of every pair to its paths, unless it is there already.

    Parameters
    ----------
    costs, row, source
        Costs of shape (n_classes, n_links); class and source of each commodity.
    pair_first, pair_node
        Pairs of each commodity in compressed rows, and their destinations.
    begin
        First commodity to look at.
    count
        Shape (2,): paths there are, and how many were added.
    path_first, path_links, path_pair, newest, older
        The paths; ``path_first`` has one more entry than there is room for paths.

    Returns
    -------
    int
        -1 when done; else the commodity at which room ended: make more and go on from it.
    """
    n = len(first) - 1
    dist = np.empty(n)
    pred = np.empty(n, np.int32)
    place = np.empty(n, np.int32)
    heap = np.empty(n, np.int32)
    order = np.empty(n, np.int32)
    for o in range(begin, len(source)):
        ends = pair_node[pair_first[o] : pair_first[o + 1]]
        grow_tree(first, head, closed, costs[row[o]], source[o], ends, dist, pred, place, heap, order)
        for p in range(pair_first[o], pair_first[o + 1]):
            node = pair_node[p]
            if dist[node] == np.inf:
                continue
            k = count[0]
            low = path_first[k]
            put = low
            if k + 1 >= len(path_first) or low + n > len(path_links):
                return o
            while node != source[o]:
                path_links[put] = pred[node]
                put += 1
                node = tail[pred[node]]
            known = False
            q = newest[p]
            while q >= 0 and not known:
                if path_first[q + 1] - path_first[q] == put - low:
                    known = True
                    for i in range(put - low):
                        if path_links[path_first[q] + i] != path_links[low + i]:
                            known = False
                            break
                q = older[q]
            if not known:
                path_first[k + 1] = put
                path_pair[k] = p
                older[k] = newest[p]
                newest[p] = k
                count[0] = k + 1
                count[1] += 1
    return -1


@kernel
def path_cost(path: int, path_first: Longs, path_links: Ints, cost: Floats, extra: Floats) -> float:
    """Cost of a path at congested ``cost`` plus the class's ``extra``, both (n_links,)."""
    total = 0.0
    for i in range(path_first[path], path_first[path + 1]):
        total += cost[path_links[i]] + extra[path_links[i]]
    return total


@kernel
def project_flows(
    begin: int,
    end: int,
    links: Floats,
    cost: Floats,
    extras: Floats,
    pair_class: Ints,
    path_first: Longs,
    path_links: Ints,
    newest: Ints,
    older: Ints,
    flow: Floats,
) -> float:
    """Move flow to the cheapest path of each of the pairs ``begin:end`` in turn; gives the excess cost met.

    ``links`` (see `delays`) and congested ``cost`` move along; ``extras`` (n_classes, n_links) is what
    classes pay.
    """
    mark = np.zeros(len(cost), np.int32)
    excess = 0.0
    for p in range(begin, end):
        extra = extras[pair_class[p]]
        best = -1
        least = np.inf
        q = newest[p]
        if q < 0 or older[q] < 0:
            continue
        while q >= 0:
            value = path_cost(q, path_first, path_links, cost, extra)
            if value < least:
                least = value
                best = q
            q = older[q]
        for i in range(path_first[best], path_first[best + 1]):
            mark[path_links[i]] = 1
        q = newest[p]
        while q >= 0:
            if q != best and flow[q] > 0.0:
                slope = 0.0
                gain = path_cost(q, path_first, path_links, cost, extra) - path_cost(
                    best, path_first, path_links, cost, extra
                )
                if gain > 0.0:
                    excess += gain * flow[q]
                    for i in range(path_first[q], path_first[q + 1]):
                        e = path_links[i]
                        if mark[e] == 1:
                            mark[e] = 2
                        else:
                            slope += links[e, 1]
                    for i in range(path_first[best], path_first[best + 1]):
                        e = path_links[i]
                        if mark[e] == 1:
                            slope += links[e, 1]
                    step = flow[q]
                    if gain < step * slope:
                        step = gain / slope
                    for i in range(path_first[q], path_first[q + 1]):
                        e = path_links[i]
                        if mark[e] != 2:
                            _move(e, -step, links, cost)
                    for i in range(path_first[best], path_first[best + 1]):
                        e = path_links[i]
                        if mark[e] == 1:
                            _move(e, step, links, cost)
                        mark[e] = 1
                    flow[best] += step
                    flow[q] -= step
            q = older[q]
        for i in range(path_first[best], path_first[best + 1]):
            mark[path_links[i]] = 0
    return excess


@kernel
def _move(e: int, step: float, links: Floats, cost: Floats) -> None:
    """Add ``step`` to the flow of a link and price it anew."""
    links[e, 0] += step
    value, slope = congestion(links[e, 7], links[e, 0], links[e, 3], links[e, 4], links[e, 5], links[e, 6])
    links[e, 1] = slope
    cost[e] = links[e, 2] + value


@kernel
def sum_paths(
    count: int,
    path_first: Longs,
    path_links: Ints,
    path_pair: Ints,
    pair_class: Ints,
    flow: Floats,
    out: Floats,
) -> None:
    """Add path flows to links: ``out`` of shape (n_classes, n_links)."""
    for q in range(count):
        if flow[q] > 0.0:
            k = pair_class[path_pair[q]]
            for i in range(path_first[q], path_first[q + 1]):
                out[k, path_links[i]] += flow[q]


@kernel
def cost_paths(
    count: int,
    path_first: Longs,
    path_links: Ints,
    path_pair: Ints,
    pair_class: Ints,
    costs: Floats,
    out: Floats,
) -> None:
    """Sum ``costs`` (n_classes, n_links) along each path into ``out`` (n_paths,)."""
    for q in range(count):
        total = 0.0
        k = pair_class[path_pair[q]]
        for i in range(path_first[q], path_first[q + 1]):
            total += costs[k, path_links[i]]
        out[q] = total
