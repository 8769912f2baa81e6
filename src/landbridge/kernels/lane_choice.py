"""Nested path-size logit over explicit routes (see :mod:`landbridge.kernels.choice`), in eight states at
once.

A group (a pair of zones and a class) has runs of routes, one for each nest, and segments of demand. What a
lane cannot use costs infinitely much there; a group some of whose routes serve only part of the cargo is
weighed anew for each level that its segments need.
"""

import numpy as np

from landbridge.kernels.jit import inlined, kernel
from landbridge.kernels.lane_trees import load_up, sum_down
from landbridge.kernels.lanes import exp, greatest, least, log, lowest, put, spread, take, where_above

NEGLIGIBLE_LOG = -60.0
TRUSTED_SUM = 1e-6
"""Both as in :mod:`landbridge.kernels.choice`."""


@inlined
def weigh_run(start, end, offset, theta, reach, weight):  # type: ignore[no-untyped-def]
    """Weights of one nest's routes relative to the best of them; gives that one's cost (inf if there is none)
    and the sum of weights.
    """
    best = spread(np.inf)
    for r in range(start - offset, end - offset):
        best = least(take(reach, r), best)
    floor, nothing, scale = spread(NEGLIGIBLE_LOG), spread(0.0), spread(theta)
    total = nothing
    for r in range(start - offset, end - offset):
        x = greatest(scale * (best - take(reach, r)), floor)
        w = where_above(x, floor, exp(x), nothing)
        put(weight, r, w)
        total = total + w
    return best, total


@inlined
def cut_room(room):  # type: ignore[no-untyped-def]
    """Ten arrays of rows out of ``room`` (10, n, 8)."""
    return (
        room[0], room[1], room[2], room[3], room[4], room[5], room[6], room[7], room[8], room[9],
    )  # fmt: skip


@kernel
def choose(  # type: ignore[no-untyped-def]
    begin,
    stop,
    group_runs,
    run_first,
    run_nest,
    group_theta,
    group_mu,
    group_sigma,
    group_segments,
    seg_demand,
    seg_need,
    seg_captive,
    seg_most,
    base,
    row,
    extra,
    usable,
    end,
    total,
    through,
    wanted,
    flow,
    logsum,
    shipped,
    room,
):
    """For the groups from ``begin`` to ``stop`` add the flow of each route, t/year, to ``through`` (n_nodes,
    8). In the lanes ``wanted`` fill ``flow`` (8, n_routes), too, and ``logsum`` S (USD/t; inf where no route
    is open) and ``shipped`` G (8, n_segments).

    ``base`` (n_routes) is a route's cost without queues less ln(weight) / theta, and ``extra`` (n_rows, 8) at
    its row ``row`` what that is more in each lane, inf where the route is shut; ``total`` (n_nodes, 8) what
    queues add at the node ``end`` of a route; nodes are those of the block in hand. ``usable`` (n_rows, 8) is
    read for groups with several needs. ``seg_most`` (n_segments) is what cargo bears at most, inf where
    nothing is held back. Segments of a group stand together, rising by ``seg_need``. ``room`` (10, n, 8) has
    rows for the routes, and for the runs, of the largest group.
    """
    reach, weight, own, sent, bests, inners, logsums, shares, scales, answer = cut_room(room)
    nothing, one, no_way = spread(0.0), spread(1.0), spread(np.inf)
    for g in range(begin, stop):
        k0, k1 = group_runs[g], group_runs[g + 1]
        a, b = run_first[k0], run_first[k1]
        theta, mu = group_theta[g], spread(group_mu[g])
        sigma = spread(group_sigma[g])
        for r in range(a, b):
            put(reach, r - a, spread(base[r]) + take(extra, row[r]) + take(total, end[r]))
        # The least need of a group is met by every route that serves anything.
        for k in range(k0, k1):
            best, inner = weigh_run(run_first[k], run_first[k + 1], a, theta, reach, weight)
            put(bests, k - k0, best)
            put(inners, k - k0, inner)
            put(logsums, k - k0, best - log(inner) / spread(theta))
        s = group_segments[g]
        while s < group_segments[g + 1]:
            need = seg_need[s]
            if s > group_segments[g]:
                bar = spread(need)
                for k in range(k0, k1):
                    best, inner = take(bests, k - k0), nothing
                    for r in range(run_first[k], run_first[k + 1]):
                        w = where_above(bar, take(usable, row[r]), nothing, take(weight, r - a))
                        put(own, r - a, w)
                        inner = inner + w
                    if lowest(inner) < TRUSTED_SUM:
                        # The best of the run is not for this segment in some state: weigh what is.
                        for r in range(run_first[k], run_first[k + 1]):
                            cost = spread(base[r]) + take(extra, row[r]) + take(total, end[r])
                            shut = where_above(bar, take(usable, row[r]), no_way, cost)
                            put(reach, r - a, shut)
                        best, inner = weigh_run(run_first[k], run_first[k + 1], a, theta, reach, own)
                    put(inners, k - k0, inner)
                    put(logsums, k - k0, best - log(inner) / spread(theta))
            for k in range(k1 - k0):
                put(scales, k, nothing)
            is_first = s == group_segments[g]
            while s < group_segments[g + 1] and seg_need[s] == need:
                i, j = k0, k1
                if seg_captive[s] >= 0:
                    while i < k1 and run_nest[i] != seg_captive[s]:
                        i += 1
                    j = min(i + 1, k1)
                surplus = no_way
                for k in range(i, j):
                    surplus = least(take(logsums, k - k0), surplus)
                summed = one
                if j - i > 1:
                    summed = nothing
                    for k in range(i, j):
                        share = exp(mu * (surplus - take(logsums, k - k0)))
                        share = where_above(take(inners, k - k0), nothing, share, nothing)
                        put(shares, k - k0, share)
                        summed = summed + share
                    surplus = surplus - log(summed) / mu
                kept_back = one + exp(sigma * (surplus - spread(seg_most[s])))
                served = where_above(no_way, surplus, one / kept_back, nothing)
                put(answer, 0, surplus)
                put(answer, 1, served)
                for lane in wanted:
                    logsum[lane, s], shipped[lane, s] = answer[0, lane], answer[1, lane]
                volume = spread(seg_demand[s]) * served / summed
                for k in range(i, j):
                    inner = take(inners, k - k0)
                    part = volume * take(shares, k - k0) if j - i > 1 else volume
                    scale = where_above(inner, nothing, part / inner, nothing)
                    put(scales, k - k0, take(scales, k - k0) + scale)
                s += 1
            for k in range(k0, k1):
                scale = take(scales, k - k0)
                for r in range(run_first[k], run_first[k + 1]):
                    if is_first:
                        put(sent, r - a, scale * take(weight, r - a))
                    else:
                        put(sent, r - a, take(sent, r - a) + scale * take(own, r - a))
        if group_segments[g] == group_segments[g + 1]:
            continue
        for r in range(a, b):
            put(through, end[r], take(through, end[r]) + take(sent, r - a))
        for lane in wanted:
            for r in range(a, b):
                flow[lane, r] = sent[r - a, lane]


@kernel
def respond(  # type: ignore[no-untyped-def]
    block_group,
    block_node,
    above,
    first,
    chain,
    values,
    load,
    group_runs,
    run_first,
    run_nest,
    group_theta,
    group_mu,
    group_sigma,
    group_segments,
    seg_demand,
    seg_need,
    seg_captive,
    seg_most,
    base,
    row,
    extra,
    usable,
    end,
    total,
    through,
    wanted,
    flow,
    logsum,
    shipped,
    room,
):
    """Costs down the trees, choices, and loads up again, block by block: what a block needs stays in the
    cache. ``values`` and ``load`` (n_entries, 8); the rest as in :func:`choose` and ``lane_trees``.
    """
    for block in range(block_node.shape[0] - 1):
        a, b = block_node[block], block_node[block + 1]
        sum_down(a, b, above, first, chain, values, total)
        choose(
            block_group[block], block_group[block + 1], group_runs, run_first, run_nest, group_theta,
            group_mu, group_sigma, group_segments, seg_demand, seg_need, seg_captive, seg_most,
            base, row, extra, usable, end, total, through, wanted, flow, logsum, shipped, room,
        )  # fmt: skip
        load_up(a, b, above, first, chain, through, load)
