"""Least-cost trees on a graph in forward-star form, cold (a four-ary heap) or warm (from the last order of
scanning).

Labels satisfy d[j] = min over links (i, j) of d[i] + cost, with the source at 0 (Bellman 1958; Dijkstra
1959).  A warm tree scans the nodes in the order in which they were last settled and repairs on a heap what
that order gets wrong: while costs move little, nearly every label is right at once and the heap stays empty.
Cold and warm trees reach the same labels to the last bit, because the least solution of the equations in
rounded, monotone addition is unique.

A closed node (a zone below the first through node) may begin or end a path, but is never passed through.
"""

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.bucket_trees import choose_width, grow_in_buckets
from landbridge.kernels.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


@kernel
def _rise(heap: Ints, place: Ints, dist: Floats, node: int, i: int) -> None:
    """Move ``node``, whose label fell, up from position ``i``."""
    key = dist[node]
    while i > 0:
        parent = (i - 1) >> 2
        other = heap[parent]
        if dist[other] <= key:
            break
        heap[i] = other
        place[other] = i
        i = parent
    heap[i] = node
    place[node] = i


@kernel
def _pop(heap: Ints, place: Ints, dist: Floats, size: int) -> int:
    """Take the least node off a heap of ``size``; the caller counts one less."""
    top = heap[0]
    place[top] = -2
    size -= 1
    if size > 0:
        node = heap[size]
        key = dist[node]
        i = 0
        while True:
            child = 4 * i + 1
            if child >= size:
                break
            best = child
            least = dist[heap[child]]
            last = min(child + 4, size)
            for k in range(child + 1, last):
                other = dist[heap[k]]
                if other < least:
                    least = other
                    best = k
            if least >= key:
                break
            moved = heap[best]
            heap[i] = moved
            place[moved] = i
            i = best
        heap[i] = node
        place[node] = i
    return int(top)


@kernel
def grow_tree(
    first: Ints,
    head: Ints,
    closed: Flags,
    cost: Floats,
    source: int,
    targets: Ints,
    dist: Floats,
    pred: Ints,
    place: Ints,
    heap: Ints,
    order: Ints,
) -> int:
    """Grow the least-cost tree from ``source`` by Dijkstra's method.

    Parameters
    ----------
    first, head
        Forward star: links of node i are ``first[i]:first[i + 1]``; ``head`` of shape (n_links,).
    closed
        Shape (n_nodes,): nodes that may not be passed through.
    cost
        Shape (n_links,), non-negative, inf where shut.
    targets
        Nodes to be reached; none for all nodes.  The tree ends when the last of them is settled: labels of
        nodes that are not in ``order`` are then upper bounds, and their links lead from settled nodes.
    dist, pred
        Shape (n_nodes,), written: cost from the source (inf without a path), link by which it is reached
        (-1).
    place, heap
        Shape (n_nodes,) each: room to work in.
    order
        Shape (n_nodes,), written: the source, then the links of the tree in the order in which the nodes they
        lead to were settled, so that each stands after the link into its tail.

    Returns
    -------
    int
        How many nodes are reached.
    """
    n = len(first) - 1
    for i in range(n):
        dist[i] = np.inf
        pred[i] = -1
        place[i] = -1
    dist[source] = 0.0
    heap[0] = source
    place[source] = 0
    size = 1
    count = 0
    met = 0
    while size > 0:
        u = _pop(heap, place, dist, size)
        size -= 1
        order[count] = pred[u] if count > 0 else u
        count += 1
        if len(targets) > 0:
            while met < len(targets) and place[targets[met]] == -2:
                met += 1
            if met == len(targets):
                break
        if closed[u] and u != source:
            continue
        label = dist[u]
        for e in range(first[u], first[u + 1]):
            v = head[e]
            new = label + cost[e]
            if new < dist[v]:
                dist[v] = new
                pred[v] = e
                i = place[v]
                if i < 0:
                    i = size
                    size += 1
                _rise(heap, place, dist, v, i)
    return count


@kernel
def regrow_tree(
    first: Ints,
    head: Ints,
    tail: Ints,
    closed: Flags,
    cost: Floats,
    source: int,
    targets: Ints,
    count: int,
    dist: Floats,
    pred: Ints,
    place: Ints,
    heap: Ints,
    order: Ints,
    trail: Ints,
) -> int:
    """Grow the tree of :func:`grow_tree` again after costs changed, guided by the last order of scanning.

    Parameters
    ----------
    targets
        As in :func:`grow_tree`.
    count, order
        The first ``count`` entries of ``order``: ``source``, then links of the last tree; written anew.
    trail
        Shape (4 n_nodes,): room to work in.

    Returns
    -------
    int
        How many nodes are reached; -1 when the old order is of no use and a cold tree is the cheaper way
        (nothing in ``order`` is then changed).
    """
    n = len(first) - 1
    for i in range(n):
        dist[i] = np.inf
        pred[i] = -1
        place[i] = -2
    # The old tree at the new costs gives labels that few links can better: the scan that follows is then a
    # string of comparisons that the processor foresees. Place -1: still to be scanned in its turn; -2: any
    # better label goes to the heap.
    dist[source] = 0.0
    place[source] = -1
    for i in range(1, count):
        e = order[i]
        v = head[e]
        place[v] = -1
        label = dist[tail[e]] + cost[e]
        if label < np.inf:
            dist[v] = label
            pred[v] = e
    size = 0
    length = 0
    limit = count + (count >> 1) + 16
    k = 0
    met = 0
    next_node = source
    while k < count or size > 0:
        if k < count:
            next_node = head[order[k]] if k > 0 else source
            if place[next_node] != -1:
                k += 1
                continue
        if k >= count and len(targets) > 0:
            # From here on nodes leave the heap in order of their labels, as in a cold tree.
            while met < len(targets) and dist[targets[met]] < dist[heap[0]]:
                met += 1
            if met == len(targets):
                break
        again = size > 0 and (k >= count or dist[heap[0]] <= dist[next_node])
        if again:
            u = _pop(heap, place, dist, size)
            size -= 1
        else:
            u = next_node
            k += 1
            place[u] = -2
            if dist[u] == np.inf:
                continue
        if length >= limit:
            return -1
        trail[length] = u
        length += 1
        if closed[u] and u != source:
            continue
        label = dist[u]
        for e in range(first[u], first[u + 1]):
            v = head[e]
            new = label + cost[e]
            # A child of a node scanned again is scanned again too, even if rounding hides the gain: the order
            # of last scans then has every node after its predecessor.
            if new < dist[v] or (again and pred[v] == e):
                dist[v] = new
                pred[v] = e
                i = place[v]
                if i != -1:
                    if i < 0:
                        i = size
                        size += 1
                    _rise(heap, place, dist, v, i)
    # The last scan of a node is the one that counts, and nodes beyond the furthest target are forgotten.
    furthest = -np.inf if len(targets) > 0 else np.inf
    for i in range(len(targets)):
        furthest = max(furthest, dist[targets[i]])
    for i in range(length):
        place[trail[i]] = i
    reached = 0
    for i in range(length):
        u = trail[i]
        if place[u] == i and dist[u] <= furthest:
            order[reached] = pred[u] if reached > 0 else u
            reached += 1
    return reached


@kernel
def find_tree(
    first: Ints,
    head: Ints,
    tail: Ints,
    closed: Flags,
    cost: Floats,
    source: int,
    targets: Ints,
    known: int,
    dist: Floats,
    pred: Ints,
    place: Ints,
    heap: Ints,
    order: Ints,
    trail: Ints,
) -> int:
    """Grow a tree by the quickest way: again from ``known`` entries of ``order``, else in buckets, else on a
    heap.

    Arguments and answer as in :func:`regrow_tree`, but there is always one.
    """
    count = -1
    if known > 0:
        count = regrow_tree(
            first, head, tail, closed, cost, source, targets, known, dist, pred, place, heap, order, trail
        )
    if count < 0:
        width, number = choose_width(cost)
        if number > 0:
            count = grow_in_buckets(
                first, head, closed, cost, source, targets, width, number, dist, pred, place, order, trail
            )
    if count < 0:
        count = grow_tree(first, head, closed, cost, source, targets, dist, pred, place, heap, order)
    return count


@kernel
def least_totals(
    first: Ints,
    head: Ints,
    tail: Ints,
    closed: Flags,
    costs: Floats,
    row: Ints,
    source: Ints,
    demand_first: Ints,
    demand_node: Ints,
    demand: Floats,
    mine: Ints,
    out: Floats,
) -> None:
    """Sum demand times least cost for each of the commodities ``mine`` into ``out``.

    ``costs`` has one row a class, ``row`` the class of each commodity.
    """
    n = len(first) - 1
    dist = np.empty(n)
    pred = np.empty(n, np.int32)
    place = np.empty(n, np.int32)
    heap = np.empty(n, np.int32)
    order = np.empty(n, np.int32)
    trail = np.empty(4 * n + 4, np.int32)
    for m in range(len(mine)):
        o = mine[m]
        cost = costs[row[o]]
        ends = demand_node[demand_first[o] : demand_first[o + 1]]
        find_tree(first, head, tail, closed, cost, source[o], ends, 0, dist, pred, place, heap, order, trail)
        total = 0.0
        for k in range(demand_first[o], demand_first[o + 1]):
            total += demand[k] * dist[demand_node[k]]
        out[o] = total


@kernel
def load_trees(
    first: Ints,
    head: Ints,
    tail: Ints,
    closed: Flags,
    costs: Floats,
    row: Ints,
    source: Ints,
    demand_first: Ints,
    demand_node: Ints,
    demand: Floats,
    reached: Ints,
    orders: Ints,
    mine: Ints,
    load: Floats,
    out: Floats,
) -> None:
    """Put all demand of the commodities ``mine`` on least-cost trees (all or nothing), warm where an order is
    known.

    Adds to ``load`` of shape (n_classes, n_links); ``out`` gets demand times least cost.  Other arguments as
    in :func:`least_totals`; ``reached`` and ``orders`` keep the order of scanning of each commodity's tree.
    """
    n = len(first) - 1
    dist = np.empty(n)
    flow = np.empty(n)
    pred = np.empty(n, np.int32)
    place = np.empty(n, np.int32)
    heap = np.empty(n, np.int32)
    trail = np.empty(4 * n + 4, np.int32)
    for m in range(len(mine)):
        o = mine[m]
        cost = costs[row[o]]
        ends = demand_node[demand_first[o] : demand_first[o + 1]]
        order = orders[o]
        count = find_tree(
            first,
            head,
            tail,
            closed,
            cost,
            source[o],
            ends,
            reached[o],
            dist,
            pred,
            place,
            heap,
            order,
            trail,
        )
        reached[o] = count
        for i in range(n):
            flow[i] = 0.0
        total = 0.0
        for k in range(demand_first[o], demand_first[o + 1]):
            flow[demand_node[k]] += demand[k]
            total += demand[k] * dist[demand_node[k]]
        out[o] = total
        for k in range(count - 1, 0, -1):
            e = order[k]
            j = head[e]
            if flow[j] > 0.0:
                load[row[o], e] += flow[j]
                flow[tail[e]] += flow[j]


@kernel
def skim_trees(
    first: Ints,
    head: Ints,
    tail: Ints,
    closed: Flags,
    cost: Floats,
    attributes: Floats,
    sources: Ints,
    targets: Ints,
    reached: Ints,
    orders: Ints,
    mine: Ints,
    out: Floats,
) -> None:
    """Grow the trees of ``sources[mine]`` and read off cost and attribute sums at ``targets``.

    ``attributes`` has shape (n_attributes, n_links), ``out`` (1 + n_attributes, n_sources, n_targets): cost,
    then the sums; inf where there is no path.  ``orders`` as in :func:`least_totals`, one row a source.
    """
    n = len(first) - 1
    many = len(attributes)
    keep = len(orders) == len(sources)
    dist = np.empty(n)
    sums = np.empty(n)
    pred = np.empty(n, np.int32)
    place = np.empty(n, np.int32)
    heap = np.empty(n, np.int32)
    spare = np.empty(n, np.int32)
    trail = np.empty(4 * n + 4, np.int32)
    ends = targets if len(targets) < n else targets[:0]
    for m in range(len(mine)):
        o = mine[m]
        s = sources[o]
        order = orders[o] if keep else spare
        known = reached[o] if keep else 0
        count = find_tree(
            first, head, tail, closed, cost, s, ends, known, dist, pred, place, heap, order, trail
        )
        if keep:
            reached[o] = count
        for t in range(len(targets)):
            out[0, o, t] = dist[targets[t]]
        for a in range(many):
            sums[s] = 0.0
            for k in range(1, count):
                e = order[k]
                sums[head[e]] = sums[tail[e]] + attributes[a, e]
            for t in range(len(targets)):
                out[1 + a, o, t] = sums[targets[t]] if dist[targets[t]] < np.inf else np.inf
