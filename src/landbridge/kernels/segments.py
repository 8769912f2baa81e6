"""Parts of the demand of a pair and class that choose alike, by captivity and by what they put up with."""

import numpy as np

from landbridge.kernels.jit import inlined, kernel


@inlined
def list_levels(usable, a, b, levels):  # type: ignore[no-untyped-def]
    """Write the distinct shares above 0 of routes a to b, and 1, rising; gives how many."""
    n = 1
    levels[0] = 1.0
    for r in range(a, b):
        u = usable[r]
        if u <= 0.0:
            continue
        k = 0
        while k < n and levels[k] < u:
            k += 1
        if k < n and levels[k] == u:
            continue
        for j in range(n, k, -1):
            levels[j] = levels[j - 1]
        levels[k] = u
        n += 1
    return n


@kernel
def list_segments(  # type: ignore[no-untyped-def]
    group_first, nest, demand, captive, usable, first, last, volume, group, kept, need
):
    """Fill the rows of all groups with demand, captive parts before the free one; gives how many there are.

    ``demand`` (n_groups) in t/year; ``captive`` (n_groups, n_nests) the share that can use only that nest.
    With rows of length 0 nothing is filled, which tells how much room is needed.
    """
    rows = 0
    n_nests = captive.shape[1]
    longest = 0
    for g in range(demand.shape[0]):
        longest = max(longest, group_first[g + 1] - group_first[g])
    levels = np.empty(longest + 1)
    room = first.shape[0]
    for g in range(demand.shape[0]):
        total = demand[g]
        if total <= 0.0:
            continue
        a, b = group_first[g], group_first[g + 1]
        free = 1.0
        for m in range(n_nests + 1):
            is_free = m == n_nests
            if is_free:
                share, lo, hi = free, a, b
            else:
                share, lo = captive[g, m], a
                if share <= 0.0:
                    continue
                while lo < b and nest[lo] != m:
                    lo += 1
                hi = lo
                while hi < b and nest[hi] == m:
                    hi += 1
                if hi == lo:
                    continue  # nothing serves it: it stays with the free choosers
                free -= share
            if share <= 0.0:
                continue
            below = 0.0
            for k in range(list_levels(usable, lo, hi, levels)):
                if rows < room:
                    first[rows], last[rows], group[rows] = lo, hi, g
                    volume[rows] = total * share * (levels[k] - below)
                    kept[rows] = -1 if is_free else m
                    need[rows] = levels[k]
                below = levels[k]
                rows += 1
    return rows
