"""Nested path-size logit over explicit routes (see :mod:`landbridge.kernels.choice`), in eight states at
once.

A group (a pair of zones and a class) has runs of routes, one for each nest, and segments of demand. What a
lane cannot use costs infinitely much there. Where routes serve only part of the cargo a run has stretches,
whose open routes serve the same share in every state: they are weighed once, and what each level of need
chooses is chosen among stretches.
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
def weigh_beside(best, top, theta):  # type: ignore[no-untyped-def]
    """What weights relative to ``best`` count beside those relative to ``top``."""
    floor = spread(NEGLIGIBLE_LOG)
    x = greatest(spread(theta) * (top - best), floor)
    return where_above(x, floor, exp(x), spread(0.0))


@inlined
def cut_room(room):  # type: ignore[no-untyped-def]
    """Twelve arrays of rows out of ``room`` (12, n, 8)."""
    return (
        room[0], room[1], room[2], room[3], room[4], room[5], room[6], room[7], room[8], room[9], room[10],
        room[11],
    )  # fmt: skip


@kernel
def choose(  # type: ignore[no-untyped-def]
    begin,
    stop,
    group_runs,
    run_stretches,
    stretch_first,
    stretch_column,
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
    queues add at the node ``end`` of a route; nodes are those of the block in hand. ``usable`` (n_columns, 8)
    is the share that the open routes of a stretch serve, at its ``stretch_column``. ``seg_most`` (n_segments)
    is what cargo bears at most, inf where nothing is held back. Segments of a group stand together, rising by
    ``seg_need``, the same ones for each need. ``room`` (12, n, 8) has rows for the routes of the largest
    group.
    """
    (
        reach, weight, bests, sums, factors, scales, tops, inners, logsums, shares, parts, answer,
    ) = cut_room(room)  # fmt: skip
    nothing, one, no_way = spread(0.0), spread(1.0), spread(np.inf)
    for g in range(begin, stop):
        k0, k1 = group_runs[g], group_runs[g + 1]
        first_segment, last_segment = group_segments[g], group_segments[g + 1]
        if first_segment == last_segment or k0 == k1:
            continue
        j0, j1 = run_stretches[k0], run_stretches[k1]
        a, b = stretch_first[j0], stretch_first[j1]
        theta, mu = group_theta[g], spread(group_mu[g])
        sigma = spread(group_sigma[g])
        for r in range(a, b):
            put(reach, r - a, spread(base[r]) + take(extra, row[r]) + take(total, end[r]))
        # The least need of a group is met by every route that serves anything.
        for k in range(k0, k1):
            top = no_way
            for j in range(run_stretches[k], run_stretches[k + 1]):
                best, inner = weigh_run(stretch_first[j], stretch_first[j + 1], a, theta, reach, weight)
                put(bests, j - j0, best)
                put(sums, j - j0, inner)
                put(factors, j - j0, one)
                put(scales, j - j0, nothing)
                top = least(best, top)
            if run_stretches[k + 1] - run_stretches[k] > 1:
                inner = nothing
                for j in range(run_stretches[k], run_stretches[k + 1]):
                    factor = weigh_beside(take(bests, j - j0), top, theta)
                    put(factors, j - j0, factor)
                    inner = inner + factor * take(sums, j - j0)
            put(tops, k - k0, top)
            put(inners, k - k0, inner)
            put(logsums, k - k0, top - log(inner) / spread(theta))
        n_alike = 1
        while first_segment + n_alike < last_segment and (
            seg_need[first_segment + n_alike] == seg_need[first_segment]
        ):
            n_alike += 1
        s = first_segment
        met = spread(seg_need[s])
        while s < last_segment:
            bar = spread(seg_need[s])
            # Levels that tell no stretch of any lane from another choose alike: together.
            bound = no_way
            for j in range(j0, j1):
                share = take(usable, stretch_column[j])
                bound = least(where_above(bar, share, no_way, share), bound)
            above = lowest(bound)
            after = s + n_alike
            while after < last_segment and seg_need[after] <= above:
                after += n_alike
            if s > first_segment:
                for k in range(k0, k1):
                    same = one
                    for j in range(run_stretches[k], run_stretches[k + 1]):
                        share = take(usable, stretch_column[j])
                        kept = where_above(bar, share, where_above(met, share, one, nothing), one)
                        same = least(kept, same)
                    if lowest(same) > 0.0:
                        continue
                    top, inner = no_way, nothing
                    for j in range(run_stretches[k], run_stretches[k + 1]):
                        share = take(usable, stretch_column[j])
                        top = least(where_above(bar, share, no_way, take(bests, j - j0)), top)
                        inner = inner + where_above(
                            bar, share, nothing, take(factors, j - j0) * take(sums, j - j0)
                        )
                    if lowest(where_above(no_way, top, inner, one)) < TRUSTED_SUM:
                        # The best of the run is not for this segment in some state: weigh beside what is.
                        inner = nothing
                        for j in range(run_stretches[k], run_stretches[k + 1]):
                            share = take(usable, stretch_column[j])
                            factor = weigh_beside(take(bests, j - j0), top, theta)
                            factor = where_above(bar, share, nothing, factor)
                            put(factors, j - j0, factor)
                            inner = inner + factor * take(sums, j - j0)
                        put(tops, k - k0, top)
                    put(inners, k - k0, inner)
                    level = take(tops, k - k0) - log(inner) / spread(theta)
                    put(logsums, k - k0, where_above(inner, nothing, level, no_way))
            for k in range(k1 - k0):
                put(parts, k, nothing)
            for m in range(s, s + n_alike):
                i, j = k0, k1
                if seg_captive[m] >= 0:
                    while i < k1 and run_nest[i] != seg_captive[m]:
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
                kept_back = one + exp(sigma * (surplus - spread(seg_most[m])))
                served = where_above(no_way, surplus, one / kept_back, nothing)
                put(answer, 0, surplus)
                put(answer, 1, served)
                demand = 0.0
                for x in range(m, after, n_alike):
                    demand += seg_demand[x]
                    for lane in wanted:
                        logsum[lane, x], shipped[lane, x] = answer[0, lane], answer[1, lane]
                volume = spread(demand) * served / summed
                for k in range(i, j):
                    inner = take(inners, k - k0)
                    part = volume * take(shares, k - k0) if j - i > 1 else volume
                    part = where_above(inner, nothing, part / inner, nothing)
                    put(parts, k - k0, take(parts, k - k0) + part)
            for k in range(k0, k1):
                part = take(parts, k - k0)
                for j in range(run_stretches[k], run_stretches[k + 1]):
                    share = take(usable, stretch_column[j])
                    more = where_above(bar, share, nothing, take(factors, j - j0) * part)
                    put(scales, j - j0, take(scales, j - j0) + more)
            met = bar
            s = after
        for j in range(j0, j1):
            scale = take(scales, j - j0)
            for r in range(stretch_first[j], stretch_first[j + 1]):
                sent = scale * take(weight, r - a)
                put(reach, r - a, sent)
                put(through, end[r], take(through, end[r]) + sent)
        for lane in wanted:
            for r in range(a, b):
                flow[lane, r] = reach[r - a, lane]


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
    run_stretches,
    stretch_first,
    stretch_column,
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
            block_group[block], block_group[block + 1], group_runs, run_stretches, stretch_first,
            stretch_column, run_nest, group_theta, group_mu, group_sigma, group_segments, seg_demand,
            seg_need, seg_captive, seg_most, base, row, extra, usable, end, total, through, wanted, flow,
            logsum, shipped, room,
        )  # fmt: skip
        load_up(a, b, above, first, chain, through, load)
