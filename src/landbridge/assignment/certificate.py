"""How far flows are from equilibrium, recomputed from link flows alone, without trust in the solver."""

import math
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from landbridge.assignment.problem import Commodities, Problem
from landbridge.kernels.heap_trees import least_totals

Floats = NDArray[np.float64]
Part = TypeVar("Part")

#: Origins are cut into this many runs whatever the number of threads, so that sums have one order.
RUNS = 16


@dataclass(frozen=True)
class Certificate:
    """Measures of link flows.

    Attributes
    ----------
    relative_gap
        (TSTT - SPTT) / TSTT; 0 when nothing costs anything.
    average_excess_cost
        (TSTT - SPTT) / served demand in equivalents: what one unit would save, on average.
    objective
        Beckmann objective: integrals of link costs, plus what classes pay.
    tstt, sptt
        Total cost of the flows, and of the same demand on least-cost paths at these costs.
    """

    relative_gap: float
    average_excess_cost: float
    objective: float
    tstt: float
    sptt: float


def certify(
    problem: Problem,
    commodities: Commodities,
    class_flow: Floats,
    threads: int = 1,
) -> Certificate:
    """Measure flows of shape (n_classes, n_links), in equivalents, by least-cost trees and exact sums."""
    delays = problem.delays
    congestion = delays.cost(class_flow.sum(axis=0)) - delays.free
    bases = problem.bases()
    least = shortest_totals(problem, commodities, congestion, bases, threads)
    return measure(problem, commodities, class_flow, bases + congestion, least)


def measure(
    problem: Problem, commodities: Commodities, class_flow: Floats, costs: Floats, least: Floats
) -> Certificate:
    """Make the certificate of flows from each class's link costs at them and its least totals at these costs.

    ``class_flow`` and ``costs`` have shape (n_classes, n_links); ``least`` holds demand times least cost of
    each commodity, as from :func:`shortest_totals`.
    """
    tstt = math.fsum((class_flow * np.where(class_flow > 0, costs, 0.0)).ravel())
    sptt = math.fsum(least)
    paid = [c.fixed for c in problem.classes]
    extra = math.fsum(math.fsum(f * x) for f, x in zip(paid, class_flow, strict=True) if f is not None)
    excess = tstt - sptt
    return Certificate(
        excess / tstt if tstt > 0 else 0.0,
        excess / commodities.total if commodities.total else 0.0,
        math.fsum(problem.delays.integral(class_flow.sum(axis=0))) + extra,
        tstt,
        sptt,
    )


def shortest_totals(
    problem: Problem,
    commodities: Commodities,
    congestion: Floats,
    bases: Floats,
    threads: int,
) -> Floats:
    """Demand times least cost of each commodity, shape (n_commodities,), at ``bases + congestion``."""
    star = problem.star
    costs = np.ascontiguousarray((bases + congestion)[:, star.links])
    out = np.zeros(len(commodities))

    def run(rows: NDArray[np.int64]) -> None:
        least_totals(
            star.first,
            star.head,
            star.tail,
            problem.closed,
            costs,
            commodities.travel_class,
            commodities.source,
            commodities.first,
            commodities.node,
            commodities.amount,
            rows.astype(np.int32),
            out,
        )

    share_out(run, np.array_split(np.arange(len(commodities)), RUNS), threads)
    return out


def share_out(run: Callable[[Part], None], parts: Iterable[Part], threads: int) -> None:
    """Call ``run`` on each of ``parts``, which write to places of their own, by at most ``threads``
    threads."""
    if threads <= 1:
        for part in parts:
            run(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, parts))
