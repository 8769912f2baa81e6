"""Cheapest paths in many closures, each from the tree with nothing closed.

A closure touches only the part of a tree that hangs on a shut arc. Labels of the rest stand as they are;
those of the part are found again from its rim (Ramalingam and Reps 1996), and only as far as the targets need
it.
"""

import numpy as np

from landbridge.kernels.jit import kernel
from landbridge.kernels.trees import grow_tree


@kernel
def number_tree(tail, arc, source, nodes, begin, end):  # type: ignore[no-untyped-def]
    """Put every subtree of a tree together: that of v is ``nodes[begin[v]:end[v]]``.

    ``arc`` (n_nodes) is the arc by which each node is reached, -1 at the source and where there is no path;
    the latter get an empty stretch.
    """
    n = arc.shape[0]
    child, sibling = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    begin[:], end[:] = 0, 0
    for v in range(n):
        if arc[v] >= 0:
            parent = tail[arc[v]]
            sibling[v], child[parent] = child[parent], v
    v, count = source, 0
    while True:
        nodes[count], begin[v] = v, count
        count += 1
        if child[v] >= 0:
            v = child[v]
            continue
        end[v] = count
        while v != source and sibling[v] < 0:
            v = tail[arc[v]]
            end[v] = count
        if v == source:
            return
        v = sibling[v]


@kernel
def sink(heap_key, heap_node, size):  # type: ignore[no-untyped-def]
    """Take the least entry off a heap of ``size``: the last one goes to the top and finds its place."""
    moved_key, moved_node = heap_key[size - 1], heap_node[size - 1]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size - 1:
            break
        if child + 1 < size - 1 and heap_key[child + 1] < heap_key[child]:
            child += 1
        if heap_key[child] >= moved_key:
            break
        heap_key[i], heap_node[i] = heap_key[child], heap_node[child]
        i = child
    heap_key[i], heap_node[i] = moved_key, moved_node


@kernel
def rise(heap_key, heap_node, size, key, node):  # type: ignore[no-untyped-def]
    """Put an entry into a heap of ``size``."""
    i = size
    while i > 0:
        parent = (i - 1) // 2
        if heap_key[parent] <= key:
            break
        heap_key[i], heap_node[i] = heap_key[parent], heap_node[parent]
        i = parent
    heap_key[i], heap_node[i] = key, node


@kernel
def mend_tree(  # type: ignore[no-untyped-def]
    first, order, in_first, in_order, tail, head, cost, shut, old, cut, is_cut, awaited, distance, arc,
    heap_key, heap_node,
):  # fmt: skip
    """Label the nodes ``cut`` anew, marked in ``is_cut``, until ``awaited`` nodes of value 1 are labelled.

    All others keep ``old``, their distance in the tree with nothing shut. ``distance`` and ``arc`` are filled
    for the nodes of ``cut``; those further than the last awaited one get upper bounds. Ties go to the arc
    whose tail is nearer to the source.
    """
    waiting, size = 0, 0
    for v in cut:
        waiting += awaited[v]
        distance[v], arc[v] = np.inf, -1
        for k in range(in_first[v], in_first[v + 1]):
            a = in_order[k]
            u = tail[a]
            if shut[a] or is_cut[u]:
                continue
            reach = old[u] + cost[a]
            if reach < distance[v] or (arc[v] >= 0 and reach == distance[v] and old[u] < old[tail[arc[v]]]):
                distance[v], arc[v] = reach, a
        if arc[v] >= 0:
            rise(heap_key, heap_node, size, distance[v], v)
            size += 1
    while size > 0 and waiting > 0:
        key, node = heap_key[0], heap_node[0]
        sink(heap_key, heap_node, size)
        size -= 1
        if key > distance[node]:
            continue
        waiting -= awaited[node]
        for k in range(first[node], first[node + 1]):
            a = order[k]
            v = head[a]
            if not is_cut[v] or shut[a]:
                continue
            reach = key + cost[a]
            if reach < distance[v]:
                distance[v], arc[v] = reach, a
                rise(heap_key, heap_node, size, reach, v)
                size += 1
            elif arc[v] >= 0 and reach == distance[v]:
                rival = tail[arc[v]]
                if key < (distance[rival] if is_cut[rival] else old[rival]):
                    arc[v] = a


@kernel
def collect_detours(  # type: ignore[no-untyped-def]
    first, order, in_first, in_order, tail, head, views, closures, closure, begins, targets, source, pool,
    starts, ends,
):  # fmt: skip
    """Trace the cheapest paths from ``source`` to the targets of some closures, under each view of cost.

    Parameters
    ----------
    first, order, in_first, in_order, tail, head
        The graph: arcs that leave and that enter each node, and both ends of each.
    views, closures
        Costs (n_views, n_arcs), inf where shut in any case, and arcs that a closure shuts (n_closures,
        n_arcs).
    closure, begins, targets
        Task k asks for the nodes ``targets[begins[k]:begins[k + 1]]``, each once, in ``closure[k]``.
    pool, starts, ends
        Filled: paths one after another (arc indices in travel order), where each begins, and the position in
        ``targets`` of its end. A path that a closure does not touch is written once for all that do not.

    Returns
    -------
    tuple
        How many paths, and how many entries of ``pool``, -1 if there is too little room.
    """
    n_nodes, n_views, n_arcs = first.shape[0] - 1, views.shape[0], head.shape[0]
    old, old_arc = np.empty((n_views, n_nodes)), np.empty((n_views, n_nodes), np.int64)
    nodes = np.empty((n_views, n_nodes), np.int64)
    begin, end = np.empty((n_views, n_nodes), np.int64), np.empty((n_views, n_nodes), np.int64)
    heap_key, heap_node = np.empty(n_arcs + n_nodes + 1), np.empty(n_arcs + n_nodes + 1, np.int64)
    for view in range(n_views):
        cost = views[view]
        grow_tree(first, head, order, cost, source, old[view], old_arc[view], heap_key, heap_node)
        number_tree(tail, old_arc[view], source, nodes[view], begin[view], end[view])
    is_written = np.zeros((n_views, n_nodes), np.bool_)
    distance, arc = np.empty(n_nodes), np.empty(n_nodes, np.int64)
    cut, is_cut, awaited = (
        np.empty(n_nodes, np.int64),
        np.zeros(n_nodes, np.bool_),
        np.zeros(n_nodes, np.int64),
    )
    used, count = 0, 0
    starts[0] = 0
    for task in range(closure.shape[0]):
        shut = closures[closure[task]]
        arcs = np.flatnonzero(shut)
        ours = targets[begins[task] : begins[task + 1]]
        awaited[ours] = 1
        for view in range(n_views):
            n_cut = 0
            for a in arcs:
                v = head[a]
                if old_arc[view, v] == a and not is_cut[v]:
                    for i in range(begin[view, v], end[view, v]):
                        u = nodes[view, i]
                        if not is_cut[u]:
                            is_cut[u], cut[n_cut] = True, u
                            n_cut += 1
            if is_cut[ours].any():
                mend_tree(
                    first, order, in_first, in_order, tail, head, views[view], shut, old[view], cut[:n_cut],
                    is_cut, awaited, distance, arc, heap_key, heap_node,
                )  # fmt: skip
            for t in range(begins[task], begins[task + 1]):
                last = targets[t]
                if is_cut[last]:
                    if arc[last] < 0:
                        continue
                elif is_written[view, last] or old_arc[view, last] < 0:
                    continue
                else:
                    is_written[view, last] = True
                length, node = 0, last
                while node != source:
                    length += 1
                    node = tail[arc[node] if is_cut[node] else old_arc[view, node]]
                if used + length > pool.shape[0]:
                    return count, -1
                k, node = used + length, last
                while node != source:
                    k -= 1
                    pool[k] = arc[node] if is_cut[node] else old_arc[view, node]
                    node = tail[pool[k]]
                used += length
                ends[count] = t
                count += 1
                starts[count] = used
            is_cut[cut[:n_cut]] = False
        awaited[ours] = 0
    return count, used
