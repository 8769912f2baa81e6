"""Shortest-path trees on a graph in forward-star (CSR) form, with shut arcs left out.

Dijkstra 1959 with a binary heap and lazy deletion. An arc of infinite cost is shut: it is never relaxed, so
an unreachable node keeps an infinite distance and no predecessor.
"""

import numpy as np

from landbridge.kernels.jit import kernel


@kernel
def grow_tree(first, head, order, cost, source, distance, predecessor, heap_key, heap_node):  # type: ignore[no-untyped-def]
    """Fill ``distance`` (cost units) and ``predecessor`` (arc index, -1 at the source and where unreachable).

    ``first`` (n_nodes + 1) and ``order`` (n_arcs) list the arcs that leave each node; ``head`` and ``cost``
    are by arc. ``heap_key`` and ``heap_node`` are scratch of n_arcs + 1. Ties go to the arc that was relaxed
    first, so the tree does not depend on anything but the order of arcs.
    """
    distance[:] = np.inf
    predecessor[:] = -1
    distance[source] = 0.0
    heap_key[0] = 0.0
    heap_node[0] = source
    size = 1
    while size > 0:
        key = heap_key[0]
        node = heap_node[0]
        size -= 1
        if size > 0:
            moved_key = heap_key[size]
            moved_node = heap_node[size]
            i = 0
            while True:
                child = 2 * i + 1
                if child >= size:
                    break
                if child + 1 < size and heap_key[child + 1] < heap_key[child]:
                    child += 1
                if heap_key[child] >= moved_key:
                    break
                heap_key[i] = heap_key[child]
                heap_node[i] = heap_node[child]
                i = child
            heap_key[i] = moved_key
            heap_node[i] = moved_node
        if key > distance[node]:
            continue
        for k in range(first[node], first[node + 1]):
            arc = order[k]
            step = cost[arc]
            if step == np.inf:
                continue
            reach = key + step
            target = head[arc]
            if reach < distance[target]:
                distance[target] = reach
                predecessor[target] = arc
                i = size
                size += 1
                while i > 0:
                    parent = (i - 1) // 2
                    if heap_key[parent] <= reach:
                        break
                    heap_key[i] = heap_key[parent]
                    heap_node[i] = heap_node[parent]
                    i = parent
                heap_key[i] = reach
                heap_node[i] = target


@kernel
def collect_paths(first, order, tail, head, costs, source, targets, pool, starts):  # type: ignore[no-untyped-def]
    """Trace the cheapest path from ``source`` to each target under each row of ``costs``.

    ``costs`` has shape (n_draws, n_arcs). Paths are written one after another into ``pool`` (arc indices, in
    travel order); ``starts`` (n_draws * n_targets + 1) says where each begins; an empty stretch means no
    path. Returns the number of entries used, or -1 when ``pool`` is too small.
    """
    n_nodes = first.shape[0] - 1
    n_arcs = head.shape[0]
    distance = np.empty(n_nodes)
    predecessor = np.empty(n_nodes, np.int64)
    heap_key = np.empty(n_arcs + 1)
    heap_node = np.empty(n_arcs + 1, np.int64)
    used = 0
    count = 0
    starts[0] = 0
    for draw in range(costs.shape[0]):
        grow_tree(first, head, order, costs[draw], source, distance, predecessor, heap_key, heap_node)
        for t in range(targets.shape[0]):
            length = 0
            node = targets[t]
            while node != source and predecessor[node] >= 0:
                length += 1
                node = tail[predecessor[node]]
            if node == source and length > 0:
                if used + length > pool.shape[0]:
                    return -1
                k = used + length
                node = targets[t]
                while node != source:
                    k -= 1
                    pool[k] = predecessor[node]
                    node = tail[predecessor[node]]
                used += length
            count += 1
            starts[count] = used
    return used
