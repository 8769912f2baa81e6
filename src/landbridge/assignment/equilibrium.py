"""Deterministic user equilibrium to machine precision: multi-class, on compact bushes, by one or two threads.

Commodities (a class from an origin) are dealt into two blocks.  The blocks move flow at the same time, each against the
same snapshot of link flows, and their moves are added in the order of the blocks: the answer is the same to the last
bit whether one thread works or two.  A block counts its own moves 1.5 times, because the other is likely to move flow
from and to the same links: with an exact answer of each block to a quadratic problem the error of what both can mend
changes by -1/3, of what only one can mend by 1/3; without the factor the first would swing for ever.
"""

import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from landbridge.assignment.certificate import Certificate, certify
from landbridge.assignment.problem import Commodities, Problem, Unserved, gather_commodities
from landbridge.errors import LandbridgeWarning
from landbridge.kernels.bushes import level, renew
from landbridge.kernels.delays import merge_flows, price_links

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

BLOCKS = 2
WEIGHT = 1.5


class GapNotReached(LandbridgeWarning):
    """The relative gap asked for was not reached."""

    code = "LB-E003"


class DemandWithoutPath(LandbridgeWarning):
    """Some demand has no open path; the rest was assigned."""

    code = "LB-E004"


@dataclass
class Bushes:
    """Bushes of all commodities, one row each: see `kernels.bushes`.  Rows are long; only what is used takes memory."""

    counts: Ints
    nodes: Ints
    starts: Ints
    link: Ints
    place: Ints
    flow: Floats
    reached: Ints
    orders: Ints

    @classmethod
    def empty(cls, n_commodities: int, n_nodes: int, room: int) -> "Bushes":
        """Make room for bushes of at most ``room`` links."""
        c = n_commodities
        return cls(
            np.ones(c, np.int32), np.zeros((c, n_nodes), np.int32), np.zeros((c, n_nodes + 1), np.int32),
            np.zeros((c, room), np.int32), np.zeros((c, room), np.int32), np.zeros((c, room)),
            np.zeros(c, np.int32), np.zeros((c, n_nodes), np.int32),
        )

    def widened(self) -> "Bushes":
        """Give the same bushes with half as much room again."""
        room = self.link.shape[1] + self.link.shape[1] // 2 + 64
        more = Bushes.empty(len(self.counts), self.nodes.shape[1], room)
        more.counts, more.nodes, more.starts = self.counts, self.nodes, self.starts
        more.reached, more.orders = self.reached, self.orders
        for o in range(len(self.counts)):
            size = self.starts[o, self.counts[o]]
            for mine, theirs in ((more.link, self.link), (more.place, self.place), (more.flow, self.flow)):
                mine[o, :size] = theirs[o, :size]
        return more


@dataclass(frozen=True)
class Equilibrium:
    """Link flows at (or near) equilibrium, with their certificate.

    Attributes
    ----------
    flow, cost
        Shape (n_links,): flow in equivalents, congested cost without what classes pay.
    class_flow
        Shape (n_classes, n_links): flow of each class in equivalents.  Totals are unique, this split is not.
    certificate
        Recomputed from ``class_flow``.
    iterations, seconds, threads
        What it took.
    unserved
        Demand with no path.
    converged
        Whether the gap asked for was reached.
    """

    problem: Problem = field(repr=False)
    flow: Floats = field(repr=False)
    class_flow: Floats = field(repr=False)
    cost: Floats = field(repr=False)
    certificate: Certificate
    iterations: int
    seconds: float
    threads: int
    unserved: Unserved = field(repr=False)
    intrazonal: float
    converged: bool
    history: tuple[tuple[float, float], ...] = field(repr=False, default=())
    state: object = field(repr=False, default=None, compare=False)


class _Blocks:
    """The work of one solve: commodities in blocks, link tables, rooms to work in, threads."""

    def __init__(self, problem: Problem, commodities: Commodities, bushes: Bushes, threads: int) -> None:
        self.problem, self.commodities, self.bushes = problem, commodities, bushes
        star = problem.star
        self.star = star
        n, m = problem.n_nodes, problem.n_links
        delays = problem.delays.take(star.links)
        self.bases = np.ascontiguousarray(problem.bases()[:, star.links])
        self.tables = np.stack([delays.table()] * BLOCKS)
        self.costs = np.empty((BLOCKS, m))
        self.flow = np.zeros(m)
        members = [np.arange(k, len(commodities), BLOCKS) for k in range(BLOCKS)]
        self.parts = [
            [
                (k, rows[commodities.travel_class[rows] == k].astype(np.int32))
                for k in range(len(problem.classes))
            ]
            for rows in members
        ]
        self.least = np.zeros(len(commodities))
        self.excess = np.full(len(commodities), np.inf)
        self.size = np.add.reduceat(commodities.amount, commodities.first[:-1])
        self.work_i = [np.zeros((12, 4 * n + 4), np.int32) for _ in range(BLOCKS)]
        self.work_f = [np.zeros((3, n + 1)) for _ in range(BLOCKS)]
        self.tally = np.zeros((BLOCKS, 2), np.int32)
        self.threads = threads
        self.pool = ThreadPoolExecutor(BLOCKS - 1) if threads > 1 else None

    def both(self, work: Callable[[int], object]) -> list[object]:
        """Run ``work`` for each block, at the same time if there are threads."""
        if self.pool is None:
            return [work(k) for k in range(BLOCKS)]
        others = [self.pool.submit(work, k) for k in range(1, BLOCKS)]
        return [work(0), *(f.result() for f in others)]

    def price(self, block: int, k: int) -> None:
        """Set the block's costs to those of class ``k`` at its flows."""
        price_links(self.tables[block], self.bases[k], self.costs[block])

    def renew(self, moving: float) -> Floats:
        """Renew all bushes; gives flows of shape (n_classes, n_links) summed afresh."""
        star, c = self.star, self.commodities
        totals = np.zeros((BLOCKS, len(self.problem.classes), self.problem.n_links))
        self.tally[:] = 0
        begun = [[0] * len(self.problem.classes) for _ in range(BLOCKS)]

        def work(block: int) -> bool:
            b = self.bushes
            room = b.link.shape[1]
            new = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room)
            for k, rows in self.parts[block]:
                if not len(rows) or begun[block][k] < 0:
                    continue
                self.price(block, k)
                stopped = renew(
                    rows, begun[block][k], moving,
                    star.first, star.head, star.tail, self.problem.closed, self.costs[block], self.tables[block],
                    c.source, c.first, c.node, c.amount, b.reached, b.orders,
                    b.counts, b.nodes, b.starts, b.link, b.place, b.flow,
                    self.least, self.excess, totals[block, k], self.tally[block],
                    self.work_i[block], self.work_f[block], *new,
                )
                begun[block][k] = stopped
                if stopped >= 0:
                    return False
            return True

        while not all(self.both(work)):
            self.bushes = self.bushes.widened()
        return totals.sum(axis=0)

    def settle(self, class_flow: Floats) -> None:
        """Take the flows of the classes as the flows of all links, for all blocks."""
        self.flow = class_flow.sum(axis=0)
        self.tables[:, :, 0] = self.flow

    def level(self, quiet: float) -> int:
        """Move flow once through every bush that is not quiet, both blocks at once; gives how many were seen."""
        b = self.bushes

        def work(block: int) -> int:
            seen = 0
            for k, rows in self.parts[block]:
                if not len(rows):
                    continue
                self.price(block, k)
                seen += level(
                    rows, quiet, WEIGHT if BLOCKS > 1 else 1.0, self.tables[block], self.costs[block], self.size,
                    b.counts, b.starts, b.link, b.place, b.flow, self.excess,
                    self.work_i[block], self.work_f[block],
                )
            return seen

        seen = sum(self.both(work))  # type: ignore[arg-type]
        if BLOCKS > 1:
            merge_flows(self.flow, self.tables, WEIGHT)
        else:
            self.flow = self.tables[0, :, 0].copy()
        return seen

    def total_cost(self, class_flow: Floats) -> float:
        """Total cost of the classes' flows at the costs of ``self.flow``."""
        total = 0.0
        for k in range(len(self.problem.classes)):
            self.price(0, k)
            used = class_flow[k] > 0
            total += float(class_flow[k][used] @ self.costs[0][used])
        return total


def solve_equilibrium(
    problem: Problem, *, gap: float = 1e-6, threads: int = 2, max_seconds: float = np.inf,
    max_iterations: int = 500, start: Equilibrium | None = None, verbose: bool = False,
) -> Equilibrium:
    began = time.perf_counter()
    commodities = gather_commodities(problem)
    room = min(problem.n_links, problem.n_nodes + problem.n_nodes // 2) + 64
    bushes = Bushes.empty(len(commodities), problem.n_nodes, room)
    work = _Blocks(problem, commodities, bushes, threads)
    history: list[tuple[float, float]] = []
    class_flow = work.renew(float(BLOCKS))
    work.settle(class_flow)
    iterations = 0
    reached = np.inf
    for iterations in range(1, max_iterations + 1):
        flow_before = class_flow if iterations == 1 else None
        t0=time.perf_counter()
        class_flow = work.renew(0.0)
        total = work.total_cost(class_flow)
        least = float(work.least.sum())
        reached = (total - least) / total
        history.append((time.perf_counter() - began, reached))
        work.settle(class_flow)
        t1=time.perf_counter()
        if reached <= gap or history[-1][0] > max_seconds:
            break
        excess = total - least
        work.excess[:] = np.inf; S=0;seen=0
        for sweep in range(INNER):
            quiet = QUIET * excess / len(commodities)
            seen+=work.level(quiet);S+=1
            over = float(work.excess.sum())
            if over <= STOP * excess: break
        t2=time.perf_counter()
        if verbose:
            print(f'{iterations:3d} {history[-1][0]:.3f} gap {reached:.3e} changed {work.tally[:,0].sum()} cold {work.tally[:,1].sum()} sweeps {S} seen {seen/S/len(commodities):.2f} over {over/total:.2e} renew {t1-t0:.3f} level {t2-t1:.3f}', flush=True)
    if work.pool: work.pool.shutdown()
    out = np.empty_like(class_flow)
    out[:, problem.star.links] = class_flow
    certificate = certify(problem, commodities, out, threads)
    flow = out.sum(axis=0)
    return Equilibrium(
        problem, flow, out, problem.delays.cost(flow), certificate, iterations, time.perf_counter() - began, threads,
        commodities.unserved, commodities.intrazonal, certificate.relative_gap <= gap, tuple(history),work
    )
INNER,QUIET,STOP=20,0.1,0.05
