"""User equilibrium on compact bushes: for each origin an acyclic set of links that carries all its flow.

A bush holds only nodes that carry flow or lie on a least-cost tree path to one that does, so its arrays are
about as long as the origin's own tree. Two kernels alternate (Dial 2006, Algorithm B; Bar-Gera 2002 for
used links only):

`renew` grows the least-cost tree of an origin at the costs given; drops links without flow; admits a tree
link (i, j) where U_i < U_j, with U the greatest cost over used links; makes the flows satisfy conservation
exactly. A strict rise of U along every link proves that the bush has no cycle.

`level` moves flow at each node from the dearest used to the cheapest way into it, back to the node where
the two ways part: a Newton step s = (U - L) / (sum of slopes), at most the least flow on the dear way.

Every flow is in equivalents of the class. Excess cost of a bush: sum of flow times (L_i + c - L_j).
"""

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.delays import congestion
from landbridge.kernels.heap_trees import find_tree
from landbridge.kernels.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


@kernel
def _climb(
    node: int, tail: Ints, pred: Ints, cost: Floats, old: Ints, extra: Ints, top: Floats, stack: Ints
) -> bool:
    """Label ``node`` and what leads to it on the tree, up to a node that has a label; False if the tree
    ends."""
    size = 0
    while old[node] < 0 and extra[node] < 0:
        if pred[node] < 0:
            return False
        stack[size] = node
        size += 1
        node = tail[pred[node]]
    label = top[node]
    while size > 0:
        size -= 1
        node = stack[size]
        label += cost[pred[node]]
        top[node] = label
        extra[node] = 1
    return True


@kernel
def _label_used(
    count: int,
    start: Ints,
    link: Ints,
    flow: Floats,
    head: Ints,
    tail: Ints,
    pred: Ints,
    cost: Floats,
    old: Ints,
    extra: Ints,
    top: Floats,
    admitted: Ints,
    stack: Ints,
) -> int:
    """Label the used nodes of a bush by U and choose the tree links to admit; 0 if none is new.

    ``old`` gets the position of each used node, ``admitted`` the tree link into it that is to be added, or
    -1. Flow on a shut link, or out of a node that has lost its last way in, is dropped here and spread again
    later.
    """
    changed = 0
    for q in range(1, count):
        j = head[link[start[q]]]
        u = -np.inf
        for e in range(start[q], start[q + 1]):
            if flow[e] > 0.0:
                i = tail[link[e]]
                value = top[i] + cost[link[e]] if old[i] >= 0 else np.inf
                if value < np.inf:
                    if value > u:
                        u = value
                else:
                    flow[e] = 0.0
                    changed = 1
        if u > -np.inf:
            old[j] = q
            top[j] = u
            admitted[j] = -1
    for q in range(1, count):
        j = head[link[start[q]]]
        if old[j] < 0:
            continue
        t = pred[j]
        if t < 0:  # beyond the furthest destination: no tree leads there
            continue
        is_used = False
        was_there = False
        for e in range(start[q], start[q + 1]):
            if link[e] == t:
                was_there = True
                is_used = flow[e] > 0.0
        if is_used:
            continue
        i = tail[t]
        if old[i] < 0 and extra[i] < 0:
            _climb(i, tail, pred, cost, old, extra, top, stack)
        if top[i] < top[j]:
            admitted[j] = t
            if not was_there or old[i] < 0:
                changed = 1
    return changed


@kernel
def _visit(
    root: int,
    start: Ints,
    link: Ints,
    flow: Floats,
    tail: Ints,
    pred: Ints,
    old: Ints,
    admitted: Ints,
    spot: Ints,
    turn: Ints,
    stack: Ints,
    cursor: Ints,
    new_start: Ints,
    new_link: Ints,
    new_place: Ints,
    new_flow: Floats,
) -> bool:
    """Add ``root`` and all that leads to it to the new bush, upstream first; False for want of room.

    ``cursor[0]`` nodes and ``cursor[1]`` links stand in the new bush; ``spot`` is -1 for a node not yet met,
    -2 for one under way, else its position.
    """
    room = len(new_link)
    size = 1
    stack[0] = root
    spot[root] = -2
    turn[0] = 0
    while size > 0:
        j = stack[size - 1]
        q = old[j]
        low = start[q] if q >= 0 else 0
        many = start[q + 1] - low if q >= 0 else 0
        last = admitted[j] if q >= 0 else pred[j]
        k = turn[size - 1]
        pushed = False
        while k <= many:
            t = -1
            if k < many:
                if flow[low + k] > 0.0:
                    t = link[low + k]
            else:
                t = last
            k += 1
            if t >= 0:
                i = tail[t]
                if spot[i] == -1:
                    turn[size - 1] = k
                    spot[i] = -2
                    stack[size] = i
                    turn[size] = 0
                    size += 1
                    pushed = True
                    break
        if pushed:
            continue
        size -= 1
        at = cursor[0]
        put = cursor[1]
        if put + many + 1 > room:
            return False
        spot[j] = at
        for k in range(many):
            if flow[low + k] > 0.0:
                new_link[put] = link[low + k]
                new_place[put] = spot[tail[link[low + k]]]
                new_flow[put] = flow[low + k]
                put += 1
        if last >= 0:
            new_link[put] = last
            new_place[put] = spot[tail[last]]
            new_flow[put] = 0.0
            put += 1
        new_start[at + 1] = put
        cursor[0] = at + 1
        cursor[1] = put
    return True


@kernel
def _settle(count: int, start: Ints, place: Ints, flow: Floats, through: Floats) -> None:
    """Make flows equal to what must pass each node, split as before.

    ``through`` holds the demand at each position and is used up.  A node whose ways carried nothing takes all
    by the last, which is the tree's.
    """
    for q in range(count - 1, 0, -1):
        need = through[q]
        low = start[q]
        high = start[q + 1]
        if high == low + 1:
            flow[low] = need
            if need > 0.0:
                through[place[low]] += need
            continue
        have = 0.0
        for e in range(low, high):
            have += flow[e]
        if have > 0.0:
            if have != need:
                for e in range(low, high):
                    flow[e] *= need / have
        else:
            flow[high - 1] = need
        for e in range(low, high):
            if flow[e] > 0.0:
                through[place[e]] += flow[e]


@kernel
def renew(
    mine: Ints,
    begin: int,
    moving: float,
    calm: float,
    first: Ints,
    head: Ints,
    tail: Ints,
    closed: Flags,
    cost: Floats,
    links: Floats,
    source: Ints,
    demand_first: Ints,
    demand_node: Ints,
    demand: Floats,
    reached: Ints,
    orders: Ints,
    counts: Ints,
    starts: Ints,
    bush_link: Ints,
    bush_place: Ints,
    bush_flow: Floats,
    least: Floats,
    excess: Floats,
    work_i: Ints,
    work_f: Floats,
    new_link: Ints,
    new_place: Ints,
    new_flow: Floats,
) -> int:
    """Grow trees and renew the bushes of the commodities ``mine[begin:]``.

    Parameters
    ----------
    moving
        0: link costs stand still.  Above 0: each bush's flow is added to ``links`` (times ``moving``) and its
        links are priced anew before the next bush: the first loading.
    calm
        A bush whose flow costs no more than this above its least cost is left as it is.
    first, head, tail, closed, cost
        The graph in forward-star form; cost of the class, inf where shut.
    links
        Shape (n_links, 8), see `delays`.
    source, demand_first, demand_node, demand
        Commodities: source node, and destinations with their demand in compressed rows.
    reached, orders
        Shape (n_commodities,) and (n_commodities, n_nodes): last order of scanning of each tree.
    counts, starts, bush_link, bush_place, bush_flow
        The bushes, one row each: nodes in topological order, the source first, in-links of the q-th node at
        ``starts[q]:starts[q + 1]``, each with link, position of its tail, and flow.
    least, excess
        Shape (n_commodities,), written: demand times least cost; ``excess`` is set to inf (not known) where
        changed.
    work_i, work_f, new_link, new_place, new_flow
        Room: (11, 4 n_nodes + 4), (3, n_nodes + 1), and three of one length, as long as the longest bush may
        be.

    Returns
    -------
    int
        -1 when done; otherwise the index in ``mine`` at which the room ended (make more and go on from
        there).
    """
    n = len(first) - 1
    dist, top, through = work_f[0], work_f[1], work_f[2]
    pred, place, heap, old, extra = work_i[0], work_i[1], work_i[2], work_i[3], work_i[4]
    admitted, spot, turn, stack, trail, new_start = (
        work_i[5],
        work_i[6],
        work_i[7],
        work_i[8],
        work_i[9],
        work_i[10],
    )
    cursor = np.empty(2, np.int32)
    for m in range(begin, len(mine)):
        o = mine[m]
        s = source[o]
        low, high = demand_first[o], demand_first[o + 1]
        ends = demand_node[low:high]
        order = orders[o]
        reached[o] = find_tree(
            first, head, tail, closed, cost, s, ends, reached[o], dist, pred, place, heap, order, trail
        )
        sum_least = 0.0
        for k in range(low, high):
            sum_least += demand[k] * dist[demand_node[k]]
        least[o] = sum_least

        count = counts[o]
        start, link, flow = starts[o], bush_link[o], bush_flow[o]
        if calm > 0.0 and count > 1:
            spent = 0.0
            for e in range(start[count]):
                if flow[e] > 0.0:
                    spent += flow[e] * cost[link[e]]
            if spent - sum_least <= calm:
                continue
        for i in range(n):
            old[i] = -1
            extra[i] = -1
            spot[i] = -1
        old[s] = 0
        top[s] = 0.0
        changed = 1
        if count > 1:
            changed = _label_used(
                count, start, link, flow, head, tail, pred, cost, old, extra, top, admitted, stack
            )
        admitted[s] = -1
        for k in range(low, high):
            j = demand_node[k]
            if old[j] < 0:
                changed = 1
                if extra[j] < 0:
                    _climb(j, tail, pred, cost, old, extra, top, stack)
        if changed > 0:
            cursor[0] = 1
            cursor[1] = 0
            new_start[0] = 0
            new_start[1] = 0
            spot[s] = 0
            roots = 0
            for q in range(1, count):
                j = head[link[start[q]]]
                if old[j] >= 0:
                    trail[roots] = j
                    roots += 1
            for k in range(low, high):
                if old[demand_node[k]] < 0:
                    trail[roots] = demand_node[k]
                    roots += 1
            good = True
            for k in range(roots):
                if good and spot[trail[k]] == -1:
                    good = _visit(
                        trail[k],
                        start,
                        link,
                        flow,
                        tail,
                        pred,
                        old,
                        admitted,
                        spot,
                        turn,
                        stack,
                        cursor,
                        new_start,
                        new_link,
                        new_place,
                        new_flow,
                    )
            if not good:
                return m
            excess[o] = np.inf
            count = cursor[0]
            counts[o] = count
            for q in range(count):
                starts[o, q] = new_start[q]
            starts[o, count] = new_start[count]
            for e in range(cursor[1]):
                bush_link[o, e] = new_link[e]
                bush_place[o, e] = new_place[e]
                bush_flow[o, e] = new_flow[e]
            for q in range(count):
                through[q] = 0.0
            for k in range(low, high):
                through[spot[demand_node[k]]] += demand[k]
        else:
            for q in range(count):
                through[q] = 0.0
            for k in range(low, high):
                through[old[demand_node[k]]] += demand[k]
        _settle(count, starts[o], bush_place[o], bush_flow[o], through)
        if moving > 0.0:
            for e in range(starts[o, count]):
                f = bush_flow[o, e]
                if f > 0.0:
                    t = bush_link[o, e]
                    x = links[t, 0] + moving * f
                    links[t, 0] = x
                    value, slope = congestion(
                        links[t, 7], x, links[t, 3], links[t, 4], links[t, 5], links[t, 6]
                    )
                    links[t, 1] = slope
                    cost[t] = links[t, 2] + value
    return -1


@kernel
def _shift(
    links: Floats,
    cost: Floats,
    bush_link: Ints,
    bush_place: Ints,
    flow: Floats,
    by: Ints,
    position: int,
    end: int,
    step: float,
    weight: float,
    least_flow: float,
) -> None:
    """Add ``step`` to every link from ``position`` back to ``end`` along the ways in ``by``, and price them
    anew."""
    i = position
    while i != end:
        e = by[i]
        t = bush_link[e]
        value = flow[e] + step
        if value < least_flow:
            value = 0.0
        x = links[t, 0] + weight * (value - flow[e])
        flow[e] = value
        links[t, 0] = x
        if links[t, 7] == 1.0:
            x = max(x, 0.0)
            cube = x * x * x
            links[t, 1] = 4.0 * links[t, 3] * cube
            cost[t] = links[t, 2] + links[t, 3] * cube * x
        else:
            value, slope = congestion(links[t, 7], x, links[t, 3], links[t, 4], links[t, 5], links[t, 6])
            links[t, 1] = slope
            cost[t] = links[t, 2] + value
        i = bush_place[e]


@kernel
def level(
    mine: Ints,
    quiet: float,
    weight: float,
    links: Floats,
    cost: Floats,
    size: Floats,
    counts: Ints,
    starts: Ints,
    bush_link: Ints,
    bush_place: Ints,
    bush_flow: Floats,
    excess: Floats,
    work_i: Ints,
    work_f: Floats,
) -> int:
    """Move flow within the bushes of ``mine``, once through each whose excess cost is above ``quiet``.

    Parameters
    ----------
    quiet
        A bush whose ``excess`` was at most this when last seen is left alone.
    weight
        What a move counts for in ``links``: 1 alone; more when other blocks move against the same snapshot.
    links, cost
        As in :func:`renew`; moved along.
    size
        Shape (n_commodities,): total demand, the measure of a flow that is nothing.
    excess
        Shape (n_commodities,), written: excess cost of each bush as it was met.

    Returns
    -------
    int
        How many bushes were seen.
    """
    low_cost, high_cost = work_f[0], work_f[1]
    low_way, high_way, uneven = work_i[0], work_i[1], work_i[2]
    seen = 0
    for m in range(len(mine)):
        o = mine[m]
        if excess[o] <= quiet:
            continue
        seen += 1
        start, link, place, flow = starts[o], bush_link[o], bush_place[o], bush_flow[o]
        nothing = 1e-15 * size[o]
        low_cost[0] = 0.0
        high_cost[0] = 0.0
        n_uneven = 0
        over = 0.0
        for q in range(1, counts[o]):
            a = start[q]
            b = start[q + 1]
            if b == a + 1:
                i = place[a]
                c = cost[link[a]]
                low_cost[q] = low_cost[i] + c
                high_cost[q] = high_cost[i] + c
                low_way[q] = a
                high_way[q] = a
                continue
            least = np.inf
            most = -np.inf
            low = -1
            high = -1
            for e in range(a, b):
                i = place[e]
                c = cost[link[e]]
                value = low_cost[i] + c
                if value < least:
                    least = value
                    low = e
                if flow[e] > 0.0:
                    value = high_cost[i] + c
                    if value > most:
                        most = value
                        high = e
            for e in range(a, b):
                over += flow[e] * (low_cost[place[e]] + cost[link[e]] - least)
            low_cost[q] = least
            high_cost[q] = most
            low_way[q] = low
            high_way[q] = high if high >= 0 else low
            if high >= 0 and high != low and most > least:
                uneven[n_uneven] = q
                n_uneven += 1
        excess[o] = over
        for k in range(n_uneven - 1, -1, -1):
            q = uneven[k]
            e = low_way[q]
            f = high_way[q]
            i = place[e]
            j = place[f]
            t = link[e]
            low_sum = cost[t]
            low_flow = flow[e]
            slope = links[t, 1]
            t = link[f]
            high_sum = cost[t]
            high_flow = flow[f]
            slope += links[t, 1]
            while i != j:
                if i > j:
                    e = low_way[i]
                    t = link[e]
                    low_sum += cost[t]
                    low_flow = min(low_flow, flow[e])
                    i = place[e]
                else:
                    e = high_way[j]
                    t = link[e]
                    high_sum += cost[t]
                    high_flow = min(high_flow, flow[e])
                    j = place[e]
                slope += links[t, 1]
            gain = high_sum - low_sum
            if gain > 0.0:
                step = high_flow
                if gain < step * slope * weight:
                    step = gain / (slope * weight)
            else:
                step = low_flow
                if -gain < step * slope * weight:
                    step = -gain / (slope * weight)
                step = -step
            if abs(gain) <= 2e-16 * high_sum or step == 0.0:
                continue
            _shift(links, cost, link, place, flow, low_way, q, i, step, weight, nothing)
            _shift(links, cost, link, place, flow, high_way, q, i, -step, weight, nothing)
    return seen
