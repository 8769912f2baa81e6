"""Hard capacities by multipliers, with an overflow for what cannot be carried.

Least Beckmann objective subject to flow <= capacity on some links (Larsson and Patriksson 1995).  The
multiplier of a full link is the price of a slot, or the queue's cost, in equilibrium.  Augmented Lagrangian:
a full link costs ``max(0, multiplier + penalty (flow - capacity))`` more; that price becomes the next
multiplier.  Every pair has an overflow at a constant cost, so the problem always has an answer and no
multiplier passes what the overflow saves.
"""

import warnings
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from landbridge.assignment.elastic import add_bypasses
from landbridge.assignment.equilibrium import Equilibrium, solve_equilibrium
from landbridge.assignment.link_delays import Delays
from landbridge.assignment.problem import Problem, ProblemRefused
from landbridge.errors import NotConverged

Floats = NDArray[np.float64]


class CapacityPassed(NotConverged):
    """Flows still pass a hard capacity, or its price still moves."""

    code = "LB-E006"


@dataclass(frozen=True)
class CapacitatedEquilibrium:
    """An equilibrium within hard capacities.

    Attributes
    ----------
    flow, cost
        Shape (n_links,): flow in equivalents; cost without multipliers.
    multiplier
        Shape (n_links,): price of a slot; 0 where there is room.
    overflow
        For each class, demand of each pair beyond what can be carried at less than the overflow's cost, in
        its units.
    violation
        Greatest flow above capacity, as a share of the capacity.
    equilibrium
        The last equilibrium of the augmented problem.
    """

    flow: Floats = field(repr=False)
    cost: Floats = field(repr=False)
    multiplier: Floats = field(repr=False)
    overflow: tuple[Floats, ...] = field(repr=False)
    violation: float
    rounds: int
    equilibrium: Equilibrium


def solve_capacitated(
    problem: Problem,
    capacity: ArrayLike,
    *,
    overflow_cost: float,
    tolerance: float = 1e-8,
    max_rounds: int = 60,
    **options: Any,
) -> CapacitatedEquilibrium:
    """Find the equilibrium with ``flow <= capacity`` (n_links,), inf where there is no limit.

    Parameters
    ----------
    overflow_cost
        Cost of not being carried by the network, in the unit of link costs.
    tolerance
        Greatest violation accepted, as a share of capacity, and change of multipliers as a share of the
        overflow cost.
    options
        For :func:`solve_equilibrium`; ``gap`` is 1e-10 unless given.

    Raises
    ------
    ProblemRefused
        If a capacity is not above 0 (shut the link instead).

    Examples
    --------
    >>> from landbridge.assignment.problem import build_problem
    >>> two = build_problem(2, [0, 0], [1, 1], Delays.constant([10.0, 12.0]), [[0, 100], [0, 0]])
    >>> got = solve_capacitated(two, [60.0, np.inf], overflow_cost=50.0)
    >>> [round(float(v), 6) for v in (*got.flow, got.multiplier[0], got.overflow[0][0])]
    [60.0, 40.0, 2.0, 0.0]
    """
    limits = np.asarray(capacity, float)
    if limits.shape != (problem.n_links,) or not (limits > 0).all():
        raise ProblemRefused(
            "capacities must be above 0, one for each link.", mend="shut a link that carries nothing."
        )
    settings: dict[str, Any] = {"gap": 1e-10, **options}
    tight = np.flatnonzero(np.isfinite(limits))
    room = limits[tight]
    n, m = problem.n_nodes, problem.n_links
    # A limited link ends at a node of its own, from which a second link with the price leads on.
    middle = (n + np.arange(len(tight))).astype(np.int32)
    head = problem.head.copy()
    head[tight] = middle
    split = replace(
        problem,
        n_nodes=n + len(tight),
        tail=np.concatenate((problem.tail, middle)).astype(np.int32),
        head=np.concatenate((head, problem.head[tight])).astype(np.int32),
        closed=np.concatenate((problem.closed, np.zeros(len(tight), bool))),
        names=None,
        delays=problem.delays.joined(Delays.hinge(room, np.zeros(len(tight)), np.zeros(len(tight)))),
        classes=tuple(
            replace(
                c,
                fixed=None if c.fixed is None else np.concatenate((c.fixed, np.zeros(len(tight)))),
                permitted=None if c.permitted is None else np.concatenate((c.permitted, c.permitted[tight])),
            )
            for c in problem.classes
        ),
    )
    amounts = [c.demand.amount for c in problem.classes]
    wide = add_bypasses(split, [Delays.constant(np.full(len(a), overflow_cost)) for a in amounts], amounts)
    prices = np.arange(m, m + len(tight))
    chosen = np.zeros(wide.problem.n_links, bool)
    chosen[prices] = True
    multiplier = np.zeros(len(tight))
    penalty = 4.0 * overflow_cost / room
    start: Equilibrium | None = None
    violation, rounds, settled = np.inf, 0, False
    while not settled and rounds < max(max_rounds, 1):
        rounds += 1
        spread = np.zeros(wide.problem.n_links)
        limit, price, slope = spread + 1.0, spread.copy(), spread.copy()
        limit[prices], price[prices], slope[prices] = room, multiplier, penalty
        state = replace(
            wide.problem, delays=Delays.hinge(limit, price, slope).where(chosen, wide.problem.delays)
        )
        start = solve_equilibrium(state, start=start, **settings)
        flow = start.flow[prices]
        last = violation
        violation = float(np.max((flow - room) / room, initial=0.0))
        new = np.maximum(0.0, multiplier + penalty * (flow - room))
        moved = float(np.max(np.abs(new - multiplier), initial=0.0))
        multiplier = new
        settled = violation <= tolerance and moved <= tolerance * overflow_cost
        if violation > 0.25 * last:
            penalty = penalty * 4.0
    if not settled:
        warnings.warn(
            CapacityPassed(
                f"a capacity is passed by a share of {violation:.1e} after {rounds} rounds.",
                mend="allow more rounds.",
            ),
            stacklevel=2,
        )
    if start is None:
        raise ProblemRefused("at least one round is needed.")
    prices_out = np.zeros(m)
    prices_out[tight] = multiplier
    overflow = tuple(
        start.flow[rows] / c.equivalent for c, rows in zip(problem.classes, wide.bypass, strict=True)
    )
    return CapacitatedEquilibrium(
        start.flow[:m], start.cost[:m], prices_out, overflow, violation, rounds, start
    )
