"""A second, independent solver: gradient projection on explicit paths with column generation.

It shares with the main solver nothing but the delay functions and the cold trees, and so can testify for it.
It also gives paths by name.  Memory grows with the paths: for networks of up to some hundred thousand pairs.
"""

import time

import numpy as np

from landbridge.assignment.certificate import certify
from landbridge.assignment.equilibrium import Equilibrium, conclude
from landbridge.assignment.paths import Paths
from landbridge.assignment.problem import Problem, gather_commodities
from landbridge.kernels.delays import price_links
from landbridge.kernels.paths import project_flows


def solve_by_paths(
    problem: Problem,
    *,
    gap: float = 1e-6,
    max_seconds: float = np.inf,
    max_iterations: int = 1000,
    sweeps: int = 20,
) -> tuple[Equilibrium, Paths]:
    """Find the user equilibrium on explicit paths; one thread.

    Arguments, answer and warnings as in :func:`landbridge.assignment.equilibrium.solve_equilibrium`;
    ``sweeps`` is the greatest number of passes over all pairs between two searches for paths.  Also gives the
    paths with their flows.
    """
    began = time.perf_counter()
    commodities = gather_commodities(problem)
    star = problem.star
    paths = Paths(problem, commodities)
    bases = np.ascontiguousarray(problem.bases()[:, star.links])
    delays = problem.delays.take(star.links)
    extras = bases - delays.free
    table, cost = delays.table(), np.empty(problem.n_links)
    paths.generate(bases)
    paths.flow[paths.newest] = commodities.amount
    history: list[tuple[float, float]] = []
    iterations = 0
    class_flow = paths.class_flow()
    while len(commodities):
        class_flow = paths.class_flow()
        table[:, 0] = class_flow.sum(axis=0)
        price_links(table, delays.free, cost)
        costs = extras + cost
        total = float(np.where(class_flow > 0, class_flow * costs, 0.0).sum())
        paths.generate(costs)
        least = np.full(len(commodities.node), np.inf)
        np.minimum.at(least, paths.pair[: paths.count], paths.costs(costs))
        excess = total - float((least * commodities.amount).sum())
        reached = excess / total if total > 0 else 0.0
        history.append((time.perf_counter() - began, reached))
        if reached <= gap or history[-1][0] > max_seconds or iterations >= max_iterations:
            break
        iterations += 1
        for _ in range(sweeps):
            met = project_flows(
                0,
                len(commodities.node),
                table,
                cost,
                extras,
                paths.pair_class,
                paths.first,
                paths.links,
                paths.newest,
                paths.older,
                paths.flow,
            )
            if met <= 0.02 * excess:
                break
    flows = np.empty_like(class_flow)
    flows[:, star.links] = class_flow
    certificate = certify(problem, commodities, flows)
    return conclude(problem, commodities, flows, certificate, gap, iterations, began, 1, history), paths
