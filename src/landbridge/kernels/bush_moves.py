"""Housekeeping of bushes: copy, sum, search, and stretch moves along the direction they have taken.

The layout of bushes is that of `kernels.bushes`.
"""

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


@kernel
def keep_flows(mine: Ints, counts: Ints, starts: Ints, bush_flow: Floats, before: Floats) -> None:
    """Copy the flows of the bushes ``mine`` to ``before``, of the same shape."""
    for m in range(len(mine)):
        o = mine[m]
        for e in range(starts[o, counts[o]]):
            before[o, e] = bush_flow[o, e]


@kernel
def aim_onwards(
    mine: Ints,
    far: float,
    counts: Ints,
    starts: Ints,
    bush_link: Ints,
    bush_flow: Floats,
    before: Floats,
    reach: Floats,
    total: Floats,
) -> None:
    """See how far each bush could go on as it went since ``before``, at most ``far`` times as far.

    ``reach`` (n_commodities,) is written: the factor at which a flow would end; ``total`` (n_links,) gets the
    flows that going so far would add.
    """
    for m in range(len(mine)):
        o = mine[m]
        most = far
        last = starts[o, counts[o]]
        for e in range(last):
            change = bush_flow[o, e] - before[o, e]
            if change < 0.0 and bush_flow[o, e] < -change * most:
                most = -bush_flow[o, e] / change
        reach[o] = most
        if most > 0.0:
            for e in range(last):
                total[bush_link[o, e]] += most * (bush_flow[o, e] - before[o, e])


@kernel
def go_onwards(
    mine: Ints, part: float, counts: Ints, starts: Ints, bush_flow: Floats, before: Floats, reach: Floats
) -> None:
    """Go ``part`` of the way that :func:`aim_onwards` saw."""
    for m in range(len(mine)):
        o = mine[m]
        step = part * reach[o]
        if step > 0.0:
            for e in range(starts[o, counts[o]]):
                value = bush_flow[o, e] + step * (bush_flow[o, e] - before[o, e])
                bush_flow[o, e] = value if value > 0.0 else 0.0


@kernel
def sum_bushes(
    mine: Ints, counts: Ints, starts: Ints, bush_link: Ints, bush_flow: Floats, total: Floats
) -> None:
    """Add the flows of the bushes ``mine`` to ``total`` (n_links,)."""
    for m in range(len(mine)):
        o = mine[m]
        for e in range(starts[o, counts[o]]):
            total[bush_link[o, e]] += bush_flow[o, e]


@kernel
def find_shut(
    mine: Ints, base: Floats, counts: Ints, starts: Ints, bush_link: Ints, bush_flow: Floats, touched: Flags
) -> None:
    """Flag in ``touched`` (n_commodities,) those of ``mine`` with flow on a link whose ``base`` cost is
    inf."""
    for m in range(len(mine)):
        o = mine[m]
        for e in range(starts[o, counts[o]]):
            if bush_flow[o, e] > 0.0 and base[bush_link[o, e]] == np.inf:
                touched[o] = True
                break


@kernel
def copy_bushes(
    rows: Ints,
    counts: Ints,
    starts: Ints,
    link: Ints,
    place: Ints,
    flow: Floats,
    reached: Ints,
    orders: Ints,
    to_counts: Ints,
    to_starts: Ints,
    to_link: Ints,
    to_place: Ints,
    to_flow: Floats,
    to_reached: Ints,
    to_orders: Ints,
) -> None:
    """Copy bush ``rows[k]`` of the first set to row k of the second, for all that are not -1."""
    for k in range(len(rows)):
        o = rows[k]
        if o < 0:
            continue
        to_counts[k] = counts[o]
        to_reached[k] = reached[o]
        for q in range(counts[o] + 1):
            to_starts[k, q] = starts[o, q]
        for q in range(reached[o]):
            to_orders[k, q] = orders[o, q]
        for e in range(starts[o, counts[o]]):
            to_link[k, e] = link[o, e]
            to_place[k, e] = place[o, e]
            to_flow[k, e] = flow[o, e]
