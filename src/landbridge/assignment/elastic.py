"""Deterministic equilibrium with elastic demand, and with hard capacities and an overflow: as plain problems.

Gartner (1980): give each pair a link of its own from origin to destination that carries what does not travel,
with the inverse demand function as its delay; then assign the greatest demand there could be.  The same link
with a constant cost is the overflow of `side_capacities`: not shipped, stored, or sent by a route of another
world.

So that nobody passes through such a link, zones get an origin node without a way in and a destination node
without a way out.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from landbridge.assignment.equilibrium import Equilibrium, solve_equilibrium
from landbridge.assignment.link_delays import Delays
from landbridge.assignment.problem import Demand, Problem, ProblemRefused, TravelClass
from landbridge.assignment.skims import Skimmer

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bypassed:
    """A problem whose pairs each have a link of their own beside the network.

    Attributes
    ----------
    problem
        The problem with bypass links: rows ``0:n_links`` are the links of the original, in order.
    bypass
        For each class, the rows of its bypass links, one a pair of its demand.
    n_links
        Number of links of the original.
    """

    problem: Problem
    bypass: tuple[NDArray[np.int64], ...]
    n_links: int


def add_bypasses(problem: Problem, bypasses: list[Delays], amounts: list[Floats]) -> Bypassed:
    """Give each pair of each class a link of its own with the delays and the (greatest) demand given."""
    n, m, z = problem.n_nodes, problem.n_links, len(problem.zones)
    out_of, into = n + np.arange(z), n + z + np.arange(z)
    tail, head = problem.tail.copy(), problem.head.copy()
    shut = problem.closed[problem.zones]
    at = np.full(n, -1)
    at[problem.zones[shut]] = np.flatnonzero(shut)
    moved_tail, moved_head = at[tail] >= 0, at[head] >= 0
    tail[moved_tail] = out_of[at[tail[moved_tail]]]
    head[moved_head] = into[at[head[moved_head]]]
    through = np.flatnonzero(~shut)
    tails: list[NDArray[np.int64]] = [
        tail.astype(np.int64),
        out_of[through],
        problem.zones[through].astype(np.int64),
    ]
    heads: list[NDArray[np.int64]] = [
        head.astype(np.int64),
        problem.zones[through].astype(np.int64),
        into[through],
    ]
    delays = problem.delays.joined(Delays.constant(np.zeros(2 * len(through))))
    size = m + 2 * len(through)
    rows: list[NDArray[np.int64]] = []
    for c, beside in zip(problem.classes, bypasses, strict=True):
        tails.append(out_of[c.demand.origin])
        heads.append(into[c.demand.destination])
        delays = delays.joined(beside)
        rows.append(np.arange(size, size + len(beside)))
        size += len(beside)
    classes = []
    for k, c in enumerate(problem.classes):
        permitted = np.ones(size, bool)
        if c.permitted is not None:
            permitted[:m] = c.permitted
        for other, mine in enumerate(rows):
            permitted[mine] = other == k
        fixed = np.zeros(size)
        if c.fixed is not None:
            fixed[:m] = c.fixed
        demand = Demand(c.demand.origin, c.demand.destination, amounts[k])
        classes.append(TravelClass(c.name, demand, fixed, permitted, c.equivalent))
    nodes = np.concatenate((out_of, into)).astype(np.int32)
    wide = Problem(
        n + 2 * z,
        np.concatenate(tails).astype(np.int32),
        np.concatenate(heads).astype(np.int32),
        nodes,
        np.concatenate((problem.closed, np.zeros(2 * z, bool))),
        delays,
        tuple(
            replace(c, demand=replace(c.demand, destination=(c.demand.destination + z).astype(np.int32)))
            for c in classes
        ),
    )
    return Bypassed(wide, tuple(rows), m)


@dataclass(frozen=True)
class ElasticEquilibrium:
    """An equilibrium with elastic demand.

    Attributes
    ----------
    flow, cost
        Shape (n_links,): as in :class:`Equilibrium`.
    demand
        For each class, what travels of each pair, in the class's own units.
    equilibrium
        The fixed-demand equilibrium behind it, with its certificate.
    """

    flow: Floats = field(repr=False)
    cost: Floats = field(repr=False)
    demand: tuple[Floats, ...] = field(repr=False)
    equilibrium: Equilibrium


def _free_flow_costs(problem: Problem, k: int) -> Floats:
    """Least cost of each pair of class ``k`` on an empty network, shape (n_pairs,); inf without a path."""
    demand = problem.classes[k].demand
    skimmer = Skimmer(problem.n_nodes, problem.tail, problem.head, problem.zones, closed=problem.closed)
    cost: Floats = skimmer.skim(problem.bases()[k], remember=False).cost[demand.origin, demand.destination]
    return cost


def solve_elastic(
    problem: Problem,
    *,
    form: Literal["linear", "exponential", "power"],
    gamma: ArrayLike,
    reference: ArrayLike,
    **options: Any,
) -> ElasticEquilibrium:
    """Find flows and demand at once: demand d of the problem holds at the cost ``reference``.

    Linear: ``d - gamma (S - reference)``, not below 0; exponential: ``d exp(-gamma (S - reference))``; power:
    ``d (S / reference) ** -gamma``, of constant elasticity; S is the least cost of the pair.  ``gamma`` and
    ``reference`` are one number or one for each pair (one class), else a list of these by class.  ``options``
    go to :func:`solve_equilibrium`.

    Raises
    ------
    ProblemRefused
        If ``gamma`` is not above 0, or an elasticity is constant where a pair costs nothing.

    Examples
    --------
    >>> from landbridge.assignment.problem import build_problem
    >>> road = build_problem(2, [0], [1], Delays.bpr(10.0, 1.0, 0.001, 1.0), [[0, 1000], [0, 0]])
    >>> got = solve_elastic(road, form="linear", gamma=50.0, reference=10.0, gap=1e-12)
    >>> round(float(got.demand[0][0]), 3)
    666.667
    >>> got = solve_elastic(road, form="power", gamma=1.0, reference=10.0, gap=1e-12)
    >>> round(float(got.demand[0][0]), 3)  # d (10 + d / 100) = 10 x 1000
    618.034
    """
    single = len(problem.classes) == 1
    gammas: list[Any] = [gamma] if single else list(gamma)  # type: ignore[arg-type]
    references: list[Any] = [reference] if single else list(reference)  # type: ignore[arg-type]
    beside, amounts = [], []
    for k, (c, g, s) in enumerate(zip(problem.classes, gammas, references, strict=True)):
        d = c.demand.amount
        slope, level = (
            np.broadcast_to(np.asarray(g, float), d.shape),
            np.broadcast_to(np.asarray(s, float), d.shape),
        )
        if not (slope > 0).all():
            raise ProblemRefused("gamma must be above 0.", mend="a fixed demand needs no elastic solver.")
        zero = np.zeros_like(d)
        if form == "linear":
            whole = d + slope * level
            delays = Delays.bpr(zero + 1.0, 1.0, 1.0 / (slope * c.equivalent), 1.0)
            delays = replace(delays, free=zero)
        elif form == "power":
            inside = c.demand.origin == c.demand.destination  # uses no link, so it holds at its reference
            free = np.where(inside, level, _free_flow_costs(problem, k))
            open_pairs = np.isfinite(free)
            if not (free > 0).all() or not (level > 0).all():
                raise ProblemRefused(
                    "demand of constant elasticity has no bound where a pair costs nothing.",
                    where=f"class {c.name}",
                    mend="give a reference above 0, and a cost to the links between different zones.",
                )
            # No more can travel than at free flow, where a pair is cheapest; what has no path does not.
            free = np.where(open_pairs, free, 1.0)
            whole = np.where(open_pairs, d * (free / level) ** -slope, 0.0)
            delays = Delays.loss(free, slope, np.where(whole > 0, whole * c.equivalent, 1.0))
        else:
            whole = d * np.exp(slope * level)
            delays = Delays.log(zero, 1.0 / slope, whole * c.equivalent)
        beside.append(delays)
        amounts.append(whole)
    wide = add_bypasses(problem, beside, amounts)
    found = solve_equilibrium(wide.problem, **options)
    demand = tuple(
        np.maximum(whole - found.flow[rows] / c.equivalent, 0.0)
        for c, rows, whole in zip(problem.classes, wide.bypass, amounts, strict=True)
    )
    return ElasticEquilibrium(found.flow[: wide.n_links], found.cost[: wide.n_links], demand, found)
