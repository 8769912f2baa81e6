"""Nested path-size logit over explicit routes, its loads on facilities, and its exact second-order
information.

For a segment (a pair of zones and a commodity class, all of its demand D or the part captive to one nest)
with routes r in nests m, weights w_r, route scale theta, nest scale mu and what it bears at most, B:

    P(r|m) = w_r exp(-theta C_r) / sum_q,   I_m = -(1/theta) ln sum_q w_q exp(-theta C_q)
    P(m)   = exp(-mu I_m) / sum_n,          S   = -(1/mu) ln sum_n exp(-mu I_n)
    G      = 1 / (1 + exp(sigma (S - B)))                       share that is shipped at all
    h_r    = D G P(m) P(r|m)

With p_r = P(m) P(r|m) the derivative of flows with respect to route costs is symmetric:

    dh/dC = -theta diag(h) + sum_m (theta - mu) D G P(m) p_m p_m' + (mu G + dG/dS) D p p'

where p_m is P(.|m).  Sums over routes are taken in their stored order, so results do not depend on threads.
"""

import numpy as np

from landbridge.kernels.jit import inlined, kernel

NEGLIGIBLE_T = 1e-12
NEGLIGIBLE_LOG = -60.0
"""A route whose weight is exp(-60) of the best of its nest gets nothing."""
TRUSTED_SUM = 1e-6
"""Weights of a nest that add up to less than this beside its best route are taken again beside their own."""
LEAST_SHARE = 5e-324
"""Any share of cargo above none."""


@inlined
def weigh_run(start, end, need, theta, usable, shift, cost, weight):  # type: ignore[no-untyped-def]
    """Weights of the routes of one nest whose share is at least ``need``, relative to the best of them.

    Gives the cost of the best one, inf if there is none. Loops have no branches to be guessed wrong.
    """
    best = np.inf
    for r in range(start, end):
        reach = cost[r] - shift[r] if usable[r] >= need else np.inf
        weight[r] = reach
        best = min(best, reach)
    if best < np.inf:
        for r in range(start, end):
            x = max(theta * (best - weight[r]), NEGLIGIBLE_LOG)
            weight[r] = np.exp(x) if x > NEGLIGIBLE_LOG else 0.0
    return best


@kernel
def choose(  # type: ignore[no-untyped-def]
    group_first,
    seg_group,
    seg_first,
    seg_last,
    seg_demand,
    seg_theta,
    seg_mu,
    seg_sigma,
    seg_most,
    seg_need,
    nest,
    shift,
    usable,
    cost,
    flow,
    seg_logsum,
    seg_shipped,
):
    """Add each segment's flow to ``flow`` (t/year) and fill ``seg_logsum`` S (USD/t) and ``seg_shipped`` G.

    ``usable[r]`` is the share of cargo that can use route r (0 where it is shut); a segment uses the routes
    whose share is at least its ``seg_need``. ``shift[r]`` is ln(w_r) / theta. ``seg_most`` is B, inf where
    nothing is held back (G = 1). A segment without an open route gets S = NaN and G = 0: no route is not a
    free route. Segments of one group stand together and have one theta.
    """
    weight, own = np.empty(nest.shape[0]), np.empty(nest.shape[0])
    longest = 1
    for g in range(group_first.shape[0] - 1):
        longest = max(longest, group_first[g + 1] - group_first[g])
    starts, ends = np.empty(longest, np.int64), np.empty(longest, np.int64)
    bests, inners = np.empty(longest), np.empty(longest)
    logsums, is_own = np.empty(longest), np.empty(longest, np.bool_)
    group, n_nests = -1, 0
    for s in range(seg_first.shape[0]):
        a, b = seg_first[s], seg_last[s]
        theta, mu, need = seg_theta[s], seg_mu[s], seg_need[s]
        if seg_group[s] != group:
            # Weights relative to the best route of each nest: no overflow, and no nest lost to underflow.
            group, n_nests = seg_group[s], 0
            r = group_first[group]
            while r < group_first[group + 1]:
                start = r
                while r < group_first[group + 1] and nest[r] == nest[start]:
                    r += 1
                best = weigh_run(start, r, LEAST_SHARE, theta, usable, shift, cost, weight)
                starts[n_nests], ends[n_nests], bests[n_nests] = start, r, best
                n_nests += 1
        least = np.inf
        n_open = 0
        for k in range(n_nests):
            inners[k] = 0.0
            if starts[k] < a or ends[k] > b or bests[k] == np.inf:
                continue
            inner, best = 0.0, bests[k]
            for q in range(starts[k], ends[k]):
                inner += weight[q] if usable[q] >= need else 0.0
            is_own[k] = inner < TRUSTED_SUM
            if is_own[k]:
                # The best of the nest is not for this segment: weigh what is.
                best = weigh_run(starts[k], ends[k], need, theta, usable, shift, cost, own)
                if best == np.inf:
                    continue
                inner = 0.0
                for q in range(starts[k], ends[k]):
                    inner += own[q]
            inners[k] = inner
            logsums[k] = best - np.log(inner) / theta
            if logsums[k] < least:
                least = logsums[k]
            n_open += 1
        if n_open == 0:
            seg_logsum[s] = np.nan
            seg_shipped[s] = 0.0
            continue
        total = 1.0
        if n_open > 1:
            total = 0.0
            for k in range(n_nests):
                if inners[k] > 0.0:
                    logsums[k] = np.exp(mu * (least - logsums[k]))
                    total += logsums[k]
        surplus = least - np.log(total) / mu
        seg_logsum[s] = surplus
        z = seg_sigma[s] * (surplus - seg_most[s])
        shipped = 1.0 / (1.0 + np.exp(z)) if z < 700.0 else 0.0
        seg_shipped[s] = shipped
        volume = seg_demand[s] * shipped / total
        for k in range(n_nests):
            if inners[k] > 0.0:
                scale = volume / inners[k] * (logsums[k] if n_open > 1 else 1.0)
                if is_own[k]:
                    for q in range(starts[k], ends[k]):
                        flow[q] += scale * own[q]
                else:
                    for q in range(starts[k], ends[k]):
                        flow[q] += scale * weight[q] if usable[q] >= need else 0.0


@kernel
def add_response(  # type: ignore[no-untyped-def]
    seg_first,
    seg_last,
    seg_demand,
    seg_theta,
    seg_mu,
    seg_sigma,
    seg_need,
    seg_vot,
    nest,
    log_weight,
    usable,
    cost,
    seg_logsum,
    seg_shipped,
    act_start,
    act_index,
    least_share,
    by_price,
    by_delay,
):
    """Add ``A' (dh/dC) A`` over the active facilities to ``by_price``, and the same times value of time to
    ``by_delay``.

    ``act_start``/``act_index`` list the active facilities of each route by their position in the two square
    matrices. Routes that carry less than ``least_share`` of their segment are left out: 0 for the exact
    derivative.
    """
    n = by_price.shape[0]
    mean = np.zeros(n)
    nest_mean = np.zeros(n)
    touched = np.empty(n, np.int64)
    nest_touched = np.empty(n, np.int64)
    # One matrix for all segments whose time is worth the same.
    alike = np.zeros((n, n))
    vot = 0.0
    for s in range(seg_first.shape[0]):
        a, b = seg_first[s], seg_last[s]
        if np.isnan(seg_logsum[s]) or seg_demand[s] <= 0.0 or act_start[b] == act_start[a]:
            continue
        if seg_vot[s] != vot:
            for i in range(n):
                for j in range(n):
                    by_price[i, j] += alike[i, j]
                    by_delay[i, j] += alike[i, j] * vot
                    alike[i, j] = 0.0
            vot = seg_vot[s]
        theta, mu, need = seg_theta[s], seg_mu[s], seg_need[s]
        surplus, shipped, demand = seg_logsum[s], seg_shipped[s], seg_demand[s]
        n_touched = 0
        r = a
        while r < b:
            m = nest[r]
            start = r
            inner = 0.0
            while r < b and nest[r] == m:
                if usable[r] >= need:
                    inner += np.exp(log_weight[r] - theta * (cost[r] - surplus))
                r += 1
            if inner <= 0.0:
                continue
            p_nest = inner ** (mu / theta)
            if p_nest < least_share:
                continue
            n_nest = 0
            for q in range(start, r):
                if usable[q] < need:
                    continue
                p = np.exp(log_weight[q] - theta * (cost[q] - surplus)) / inner
                h = demand * shipped * p_nest * p
                if h < NEGLIGIBLE_T or p_nest * p < least_share:
                    continue  # no response to speak of, and an underflowing mean would pass for "not yet met"
                for k in range(act_start[q], act_start[q + 1]):
                    i = act_index[k]
                    if nest_mean[i] == 0.0:
                        nest_touched[n_nest] = i
                        n_nest += 1
                    nest_mean[i] += p
                    for l in range(act_start[q], act_start[q + 1]):
                        alike[i, act_index[l]] -= theta * h
            weight = (theta - mu) * demand * shipped * p_nest
            for x in range(n_nest):
                i = nest_touched[x]
                if mean[i] == 0.0:
                    touched[n_touched] = i
                    n_touched += 1
                mean[i] += p_nest * nest_mean[i]
                for y in range(n_nest):
                    j = nest_touched[y]
                    alike[i, j] += weight * nest_mean[i] * nest_mean[j]
            for x in range(n_nest):
                nest_mean[nest_touched[x]] = 0.0
        weight = demand * shipped * (mu - seg_sigma[s] * (1.0 - shipped))
        for x in range(n_touched):
            i = touched[x]
            for y in range(n_touched):
                j = touched[y]
                alike[i, j] += weight * mean[i] * mean[j]
        for x in range(n_touched):
            mean[touched[x]] = 0.0
    for i in range(n):
        for j in range(n):
            by_price[i, j] += alike[i, j]
            by_delay[i, j] += alike[i, j] * vot


@kernel
def sum_over_routes(start, arcs, route_class, table, out):  # type: ignore[no-untyped-def]
    """``out[r, :] = sum over arcs of table[class, arc, :]`` for each route (columns are attributes)."""
    width = table.shape[2]
    for r in range(route_class.shape[0]):
        c = route_class[r]
        for k in range(start[r], start[r + 1]):
            arc = arcs[k]
            for j in range(width):
                out[r, j] += table[c, arc, j]


@kernel
def load_arcs(start, arcs, route_class, flow, load):  # type: ignore[no-untyped-def]
    """Add route flows to arcs by class: ``load`` has shape (n_classes, n_arcs), t/year."""
    for r in range(route_class.shape[0]):
        h = flow[r]
        if h > 0.0:
            c = route_class[r]
            for k in range(start[r], start[r + 1]):
                load[c, arcs[k]] += h
