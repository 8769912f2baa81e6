"""Link delay as a function of flow: value and slope of the part of a link's cost that grows with flow.

A link has a kind and four numbers a, b, g, h; with flow x its cost is ``free + congestion(x)``:

    constant   0
    quartic    a x^4   the usual BPR form, without a call to pow
    power      a x^b   BPR of any power b > 0; single-track rail law
    conical    a (1 + sqrt(b^2 (1 - r)^2 + h^2) - b (1 - r) - h), r = g x     Spiess 1990
    queue      a r / (1 - r) for r = g x <= h, the tangent at h beyond   M/G/1, Pollaczek-Khinchine
    hinge      max(0, b + a (x - g))   price of a hard capacity g: multiplier b, penalty a
    log        -a ln(1 - r) for r = g x <= h, the tangent beyond   what demand lost to others would have paid
    loss       a ((1 - r)^-b - 1) for r = g x <= h, the tangent beyond   the same for demand of elasticity 1/b

Every kind is convex or at least non-decreasing for x >= 0, so the Beckmann objective has no false minimum.
"""

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.jit import kernel

CONSTANT, QUARTIC, POWER, CONICAL, QUEUE, HINGE, LOG, LOSS = range(8)

# Columns of the table `links` that the kernels of this engine share, one row of 64 bytes (a cache line) a
# link.
FLOW, SLOPE, BASE, A, B, G, H, KIND = range(8)


@kernel
def congestion(kind: float, x: float, a: float, b: float, g: float, h: float) -> tuple[float, float]:
    """Give the congestion part of the cost and its slope at flow ``x`` (negative flow counts as none)."""
    if x < 0.0:
        x = 0.0
    if kind == 1.0:
        cube = x * x * x
        return a * cube * x, 4.0 * a * cube
    if kind == 0.0:
        return 0.0, 0.0
    if kind == 2.0:
        if x == 0.0:
            if b == 1.0:
                return 0.0, a
            if b > 1.0:
                return 0.0, 0.0
            return 0.0, a * b * g ** (b - 1.0)
        power = a * x ** (b - 1.0)
        if b < 1.0 and x < g:
            return power * x, a * b * g ** (b - 1.0)
        return power * x, b * power
    if kind == 3.0:
        slack = b * (1.0 - g * x)
        root = np.sqrt(slack * slack + h * h)
        return a * (1.0 + root - slack - h), a * b * g * (1.0 - slack / root)
    if kind == 5.0:
        price = b + a * (x - g)
        return (price, a) if price > 0.0 else (0.0, 0.0)
    r = g * x
    edge = min(r, h)
    free = 1.0 / (1.0 - edge)
    if kind == 7.0:
        level = free**b
        slope = a * b * g * level * free
        return a * (level - 1.0) + slope * (r - edge) / g, slope
    if kind == 4.0:
        return a * free * (edge + (r - edge) * free), a * g * free * free
    return a * ((r - edge) * free - np.log1p(-edge)), a * g * free


@kernel
def price_links(links: NDArray[np.float64], base: NDArray[np.float64], cost: NDArray[np.float64]) -> None:
    """Set slope, base and cost of every link from its flow.

    Parameters
    ----------
    links
        Shape (n_links, 8): flow, slope, base, a, b, g, h, kind; slope and base are written.
    base
        Shape (n_links,): free-flow cost with what the class in hand pays; inf where it may not go.
    cost
        Shape (n_links,), written.
    """
    for e in range(len(cost)):
        value, slope = congestion(
            links[e, 7], links[e, 0], links[e, 3], links[e, 4], links[e, 5], links[e, 6]
        )
        links[e, 1] = slope
        links[e, 2] = base[e]
        cost[e] = base[e] + value


@kernel
def merge_flows(flow: NDArray[np.float64], tables: NDArray[np.float64], weight: float) -> None:
    """Add up what the blocks moved against one snapshot, in the order of blocks, and give all the same flows
    again.

    Each block saw ``snapshot + weight * own moves``, so its own moves are its difference over ``weight``.

    Parameters
    ----------
    flow
        Shape (n_links,): the snapshot; becomes the sum.
    tables
        Shape (n_blocks, n_links, 8): link tables of the blocks; their flow column is written.
    weight
        What a block counts its own moves for.
    """
    blocks = tables.shape[0]
    for e in range(len(flow)):
        start = flow[e]
        total = start
        for k in range(blocks):
            total += (tables[k, e, 0] - start) / weight
        if total < 0.0:
            total = 0.0
        flow[e] = total
        for k in range(blocks):
            tables[k, e, 0] = total
