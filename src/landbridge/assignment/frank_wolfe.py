"""Bi-conjugate Frank-Wolfe (Mitradjieva and Lindberg 2013): the plain baseline, and the way for very large
problems.

From link flows x, all demand on least-cost paths gives y; the next target s mixes y with the last two targets
so that the direction s - x is conjugate, by the slopes of the delays, to the last two directions:

    mu = -(q, y - x) / (q, s2 - s1),  q = tau s1 + (1 - tau) s2 - x
    nu = -(s1 - x, y - x) / (s1 - x, s1 - x) + mu tau / (1 - tau)
    s  = (y + nu s1 + mu s2) / (1 + nu + mu)

with (u, w) the sum over links of slope u w, tau the last step, and mu, nu at least 0.
"""

import time

import numpy as np
from numpy.typing import NDArray

from landbridge.assignment.certificate import RUNS, certify, share_out
from landbridge.assignment.equilibrium import Equilibrium, conclude
from landbridge.assignment.problem import Commodities, Problem, gather_commodities
from landbridge.kernels.delays import price_links
from landbridge.kernels.heap_trees import load_trees

Floats = NDArray[np.float64]


class _Loader:
    """All-or-nothing loading in runs of fixed make-up, summed in a fixed order."""

    def __init__(self, problem: Problem, commodities: Commodities, threads: int) -> None:
        self.problem, self.commodities, self.threads = problem, commodities, threads
        self.reached = np.zeros(len(commodities), np.int32)
        self.orders = np.zeros((len(commodities), problem.n_nodes), np.int32)
        self.runs = [rows.astype(np.int32) for rows in np.array_split(np.arange(len(commodities)), RUNS)]
        self.loads = np.zeros((RUNS, len(problem.classes), problem.n_links))
        self.least = np.zeros(len(commodities))

    def load(self, costs: Floats) -> tuple[Floats, float]:
        """Flows (n_classes, n_links) of all demand on least-cost paths, and their cost."""
        star, c = self.problem.star, self.commodities
        self.loads[:] = 0.0

        def run(k: int) -> None:
            load_trees(
                star.first,
                star.head,
                star.tail,
                self.problem.closed,
                costs,
                c.travel_class,
                c.source,
                c.first,
                c.node,
                c.amount,
                self.reached,
                self.orders,
                self.runs[k],
                self.loads[k],
                self.least,
            )

        share_out(run, range(RUNS), self.threads)
        flows: Floats = self.loads.sum(axis=0)
        return flows, float(self.least.sum())


def _conjugate(
    flow: Floats, target: Floats, first: Floats | None, second: Floats | None, step: float, slope: Floats
) -> Floats:
    """Mix ``target`` with the last two targets (n_classes, n_links) so that directions are conjugate."""
    if first is None or step > 0.99999:
        return target

    def product(u: Floats, w: Floats) -> float:
        return float((slope * u.sum(axis=0) * w.sum(axis=0)).sum())

    towards = target - flow
    mu = 0.0
    if second is not None:
        q = step * first + (1.0 - step) * second - flow
        below = product(q, second - first)
        mu = max(0.0, -product(q, towards) / below) if below != 0.0 else 0.0
    back = first - flow
    below = product(back, back)
    nu = max(0.0, -product(back, towards) / below + mu * step / (1.0 - step)) if below != 0.0 else 0.0
    if not np.isfinite(mu + nu):
        return target
    mixed = target + nu * first
    if second is not None:
        mixed = mixed + mu * second
    return mixed / (1.0 + nu + mu)


def solve_by_frank_wolfe(
    problem: Problem,
    *,
    gap: float = 1e-4,
    threads: int = 2,
    max_seconds: float = np.inf,
    max_iterations: int = 10_000,
) -> Equilibrium:
    """Come near the user equilibrium by bi-conjugate Frank-Wolfe; expect 1e-4 to 1e-6.

    Arguments, answer and warnings as in :func:`landbridge.assignment.equilibrium.solve_equilibrium`.
    """
    began = time.perf_counter()
    commodities = gather_commodities(problem)
    star = problem.star
    loader = _Loader(problem, commodities, threads)
    bases = np.ascontiguousarray(problem.bases()[:, star.links])
    delays = problem.delays.take(star.links)
    extras = bases - delays.free
    open_extras = np.where(np.isfinite(extras), extras, 0.0)
    table, cost = delays.table(), np.empty(problem.n_links)

    def price(total_flow: Floats) -> None:
        table[:, 0] = total_flow
        price_links(table, delays.free, cost)

    def pull(flow: Floats, direction: Floats, step: float) -> tuple[float, float]:
        """Slope and curvature of the objective at a step."""
        d = direction.sum(axis=0)
        price(flow.sum(axis=0) + step * d)
        return float((cost * d).sum() + (open_extras * direction).sum()), float((table[:, 1] * d * d).sum())

    flow, _ = loader.load(bases)
    history: list[tuple[float, float]] = []
    first: Floats | None = None
    second: Floats | None = None
    step = 0.0
    iterations = 0
    while len(commodities):
        price(flow.sum(axis=0))
        total = float((flow * (open_extras + cost)).sum())
        target, least = loader.load(extras + cost)
        reached = (total - least) / total if total > 0 else 0.0
        history.append((time.perf_counter() - began, reached))
        if reached <= gap or history[-1][0] > max_seconds or iterations >= max_iterations:
            break
        iterations += 1
        price(flow.sum(axis=0))
        mixed = _conjugate(flow, target, first, second, step, table[:, 1])
        direction = mixed - flow
        if pull(flow, direction, 0.0)[0] >= 0.0:
            mixed, second = target, None
            direction = mixed - flow
        low, high, step = 0.0, 1.0, 0.5
        for _ in range(50):
            force, curve = pull(flow, direction, step)
            if force > 0.0:
                high = step
            else:
                low = step
            newton = step - force / curve if curve > 0.0 else 0.5 * (low + high)
            new = newton if low < newton < high else 0.5 * (low + high)
            if abs(new - step) <= 1e-12:
                break
            step = new
        flow = flow + step * direction
        first, second = mixed, first
    flows = np.empty_like(flow)
    flows[:, star.links] = np.maximum(flow, 0.0)
    certificate = certify(problem, commodities, flows, threads)
    return conclude(problem, commodities, flows, certificate, gap, iterations, began, threads, history)
