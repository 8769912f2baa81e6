"""Least-cost trees with labels kept in buckets instead of a heap: the quicker cold trees of all but tiny
graphs.

Labels of one width stand in one bucket; buckets are emptied in order, round and round, as many as the dearest
link is wide (Dial 1969; Meyer and Sanders 2003).  Within a bucket a node may be scanned before its label is
final; it is then scanned again, so labels are those of Dijkstra's method to the last bit.  A push is a write
at the end of a list: on a graph larger than the processor's cache that is much less than a walk through a
heap.
"""

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]

# Links below which a heap is as quick.
FEW_LINKS = 1000


@kernel
def choose_width(cost: Floats) -> tuple[float, int]:
    """Give a width of buckets and their number; number 0 where a heap is better: few links or very uneven
    costs."""
    total = 0.0
    most = 0.0
    many = 0
    if len(cost) < FEW_LINKS:
        return 1.0, 0
    for e in range(len(cost)):
        if 0.0 < cost[e] < np.inf:
            total += cost[e]
            many += 1
            most = max(most, cost[e])
    if many == 0:
        return 1.0, 0
    width = 0.3 * total / many
    if most > 1e5 * width:
        return width, 0
    return width, int(most / width) + 3


@kernel
def grow_in_buckets(
    first: Ints,
    head: Ints,
    closed: Flags,
    cost: Floats,
    source: int,
    targets: Ints,
    width: float,
    number: int,
    dist: Floats,
    pred: Ints,
    place: Ints,
    order: Ints,
    trail: Ints,
) -> int:
    """Grow the tree of `heap_trees.grow_tree` by buckets of ``width``, of which there are ``number``.

    With ``targets`` it ends when the bucket of the last of them is empty, else when all are.

    ``trail`` has room for four entries a node.  Returns how many nodes are reached; -1 when a link is dearer
    than the buckets are wide together, or nodes were scanned so often that a heap is the better way.
    """
    n = len(first) - 1
    for i in range(n):
        dist[i] = np.inf
        pred[i] = -1
        place[i] = 0
    room = n + 1024
    entry = np.empty(room, np.int32)
    after = np.empty(room, np.int32)
    unused = -1
    used = 0
    bucket = np.full(number, -1, np.int32)
    dist[source] = 0.0
    entry[0] = source
    after[0] = -1
    used = 1
    bucket[0] = 0
    waiting = 1
    turn = 0
    length = 0
    limit = len(trail)
    met = 0
    while waiting > 0:
        slot = turn % number
        while bucket[slot] >= 0:
            k = bucket[slot]
            bucket[slot] = after[k]
            after[k] = unused
            unused = k
            waiting -= 1
            u = entry[k]
            label = dist[u]
            # An entry from before the label fell to an earlier bucket, or a node scanned at this label
            # already.
            if int(label / width) != turn or place[u] == 2:
                continue
            again = place[u] == 1
            place[u] = 2
            if length >= limit:
                return -1
            trail[length] = u
            length += 1
            if closed[u] and u != source:
                continue
            for e in range(first[u], first[u + 1]):
                v = head[e]
                new = label + cost[e]
                if new < dist[v] or (again and pred[v] == e and place[v] == 2):
                    dist[v] = new
                    pred[v] = e
                    place[v] = 1 if place[v] > 0 else 0
                    if unused >= 0:
                        k = unused
                        unused = after[k]
                    else:
                        if used >= room:
                            return -1
                        k = used
                        used += 1
                    entry[k] = v
                    level = int(new / width)
                    if level - turn >= number:
                        return -1
                    slot_v = level % number
                    after[k] = bucket[slot_v]
                    bucket[slot_v] = k
                    waiting += 1
        if len(targets) > 0:
            while met < len(targets) and place[targets[met]] == 2 and int(dist[targets[met]] / width) <= turn:
                met += 1
            if met == len(targets):
                break
        turn += 1
    for i in range(length):
        place[trail[i]] = i
    reached = 0
    for i in range(length):
        u = trail[i]
        if place[u] == i:
            order[reached] = pred[u] if reached > 0 else u
            reached += 1
    return reached
