"""Checks on explicit routes: states entered twice, kilometres by mode, overlap, a spread-out choice."""

import numpy as np

from landbridge.kernels.jit import kernel


@kernel
def find_reentries(starts, pool, head, territory, n_territories, bad):  # type: ignore[no-untyped-def]
    """Set ``bad[p]`` where path p comes back to a territory that it has left.

    ``territory`` is by node, -1 where a node belongs to none (centroids, ships under way).
    """
    left = np.full(n_territories, -1, np.int64)
    for p in range(starts.shape[0] - 1):
        here = -1
        bad[p] = False
        for k in range(starts[p], starts[p + 1]):
            t = territory[head[pool[k]]]
            if t < 0 or t == here:
                continue
            if left[t] == p:
                bad[p] = True
                break
            if here >= 0:
                left[here] = p
            here = t


@kernel
def keep_spread(  # type: ignore[no-untyped-def]
    group_first, start, arcs, length, cost, must_keep, nest, most, stretch, overlap, keep
):
    """Choose routes group by group: those that must stay, then others by rising ``cost`` while they differ
    enough.

    Routes of a group lie in [group_first[g], group_first[g+1]) sorted by cost. Up to ``most`` further routes
    are kept, of those whose cost is below ``stretch`` times the least and whose length, as far as any kept
    route of their nest shares it, is below ``overlap`` of the whole. Those that must stay take no place from
    the others, so that a scenario more adds routes and drops none.
    """
    n_arcs = length.shape[0]
    stamp = np.full(n_arcs, -1, np.int64)
    for g in range(group_first.shape[0] - 1):
        a, b = group_first[g], group_first[g + 1]
        count = 0
        for r in range(a, b):
            keep[r] = must_keep[r]
        if b == a:
            continue
        least = cost[a]
        for r in range(a, b):
            if keep[r] or count >= most or not cost[r] <= least * stretch:
                continue
            own = 0.0
            for k in range(start[r], start[r + 1]):
                stamp[arcs[k]] = r
                own += length[arcs[k]]
            distinct = True
            for q in range(a, b):
                if not keep[q] or nest[q] != nest[r]:
                    continue
                shared = 0.0
                for k in range(start[q], start[q + 1]):
                    if stamp[arcs[k]] == r:
                        shared += length[arcs[k]]
                if shared >= overlap * own:
                    distinct = False
                    break
            if distinct:
                keep[r] = True
                count += 1


@kernel
def measure_path_sizes(group_first, start, arcs, length, is_new, size):  # type: ignore[no-untyped-def]
    """Path size of each route within its group: sum over arcs of (l_a / L_r) / (routes of the group that use
    a).

    Ben-Akiva and Bierlaire 1999.  A route without length gets 1. Routes flagged ``is_new`` count for one
    another only, so that the sizes of the others do not depend on them.
    """
    n_arcs = length.shape[0]
    uses = np.zeros((2, n_arcs), np.int64)  # by all routes, by those that are not new
    for g in range(group_first.shape[0] - 1):
        a, b = group_first[g], group_first[g + 1]
        for r in range(a, b):
            for k in range(start[r], start[r + 1]):
                uses[0, arcs[k]] += 1
                if not is_new[r]:
                    uses[1, arcs[k]] += 1
        for r in range(a, b):
            row = 0 if is_new[r] else 1
            total = 0.0
            weighted = 0.0
            for k in range(start[r], start[r + 1]):
                total += length[arcs[k]]
                weighted += length[arcs[k]] / uses[row, arcs[k]]
            size[r] = weighted / total if total > 0.0 else 1.0
        for r in range(a, b):
            for k in range(start[r], start[r + 1]):
                uses[0, arcs[k]] = 0
                uses[1, arcs[k]] = 0


@kernel
def sum_by_code(start, arcs, code, length, out):  # type: ignore[no-untyped-def]
    """``out[r, c]`` = length of the arcs of route r whose code is c (codes below 0 are left out)."""
    for r in range(out.shape[0]):
        for k in range(start[r], start[r + 1]):
            c = code[arcs[k]]
            if c >= 0:
                out[r, c] += length[arcs[k]]
