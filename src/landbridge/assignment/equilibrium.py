"""Deterministic user equilibrium to machine precision: multi-class, on compact bushes, by one or two threads.

Commodities (a class from an origin) are dealt into two blocks.  The blocks move flow at the same time, each
against the same snapshot of link flows, and their moves are added in the order of the blocks: the answer is
the same to the last bit whether one thread works or two.  A block counts its own moves more than once,
because the other is likely to move flow from and to the same links.  For a quadratic objective and a weight
w, one exact answer of each block changes the error of what both can mend by 1 - 2/w and of what only one can
mend by 1 - 1/w: with w = 1 the first swings for ever, w = 4/3 halves it and leaves a quarter of the second.

Sums of products are written as sums, not as products of matrices: a library of linear algebra would keep a
thread of its own spinning on the processor that the second block needs.
"""

import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from landbridge.assignment.bush_store import Bushes, make_rows
from landbridge.assignment.certificate import Certificate, certify, measure
from landbridge.assignment.problem import Commodities, Problem, ProblemRefused, Unserved, gather_commodities
from landbridge.errors import DemandUnserved, NotConverged
from landbridge.kernels.bush_moves import (
    aim_onwards,
    find_shut,
    go_onwards,
    keep_flows,
    sum_bushes,
)
from landbridge.kernels.bushes import level, renew
from landbridge.kernels.delays import merge_flows, price_links

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

BLOCKS = 2
WEIGHT = 4.0 / 3.0
#: Sweeps through the bushes between two renewals, at most.
SWEEPS = 60
#: So many sweeps on, moves are stretched along the direction since they were last looked at.
CYCLE = 10
#: That is done where the excess cost within the bushes fell to no less than this share of it.
SLOW = 0.2
#: And only while a renewal leaves more than this share of the gap before it.
STALL = 0.6
#: The furthest a stretch may go, in multiples of the moves looked at.
FAR = 1000.0
#: A bush is left alone while its excess cost is below this share of the mean of all.
QUIET = 0.03
#: A renewal leaves a bush as it is while its excess cost is below this share of what the gap allows on
#: average.
CALM = 0.5
#: Sweeps end when the excess cost within the bushes is below this share of the true excess cost.
ENOUGH = 0.02
#: The same after a warm start: few bushes are awake there, so that a sweep costs little beside a renewal.
ENOUGH_WARM = 0.01
#: Commodities times links below which one thread does all.
SMALL = 100_000
#: Renewals without a better gap after which rounding is taken to be the floor.
PATIENCE = 60


class GapNotReached(NotConverged):
    """The relative gap asked for was not reached."""

    code = "LB-E003"


class DemandWithoutPath(DemandUnserved):
    """Some demand has no open path; the rest was assigned."""

    code = "LB-E004"


@dataclass(frozen=True)
class Memory:
    """What a solve leaves behind for the next one to start from."""

    commodities: Commodities
    bushes: Bushes


@dataclass(frozen=True)
class Equilibrium:
    """Link flows at (or near) equilibrium, with their certificate.

    Attributes
    ----------
    flow, cost
        Shape (n_links,): flow in equivalents, congested cost without what classes pay.
    class_flow
        Shape (n_classes, n_links): flow of each class in equivalents.  With costs that rise, totals are
        unique; the split between classes is one of many.
    certificate
        Recomputed from ``class_flow``, with fresh trees.
    iterations, seconds, threads
        What it took.
    unserved
        Demand with no path.
    intrazonal
        Demand within zones, which uses no link.
    converged
        Whether the certificate meets the gap asked for.
    history
        Seconds and relative gap at each iteration.
    memory
        For a warm start; None if it was not kept.
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
    memory: Memory | None = field(repr=False, default=None, compare=False)


class _Work:
    """The work of one solve: commodities in blocks, link tables, rooms to work in, threads."""

    def __init__(self, problem: Problem, commodities: Commodities, bushes: Bushes, threads: int) -> None:
        self.problem, self.commodities, self.bushes, self.star = problem, commodities, bushes, problem.star
        n, m = problem.n_nodes, problem.n_links
        self.bases = np.ascontiguousarray(problem.bases()[:, self.star.links])
        self.tables = np.stack([problem.delays.take(self.star.links).table()] * BLOCKS)
        self.free = self.tables[0, :, 2].copy()
        self.costs = np.empty((BLOCKS, m))
        self.before: Floats = np.zeros((0, 0))
        self.far = 8.0
        self.flow = np.zeros(m)
        classes = range(len(problem.classes))
        members = [np.arange(k, len(commodities), BLOCKS) for k in range(BLOCKS)]
        self.parts = [
            [rows[commodities.travel_class[rows] == k].astype(np.int32) for k in classes] for rows in members
        ]
        self.least = np.zeros(len(commodities))
        self.excess = np.full(len(commodities), np.inf)
        self.size = (
            np.add.reduceat(commodities.amount, commodities.first[:-1]) if len(commodities) else np.zeros(0)
        )
        self.work_i = [np.zeros((11, 4 * n + 4), np.int32) for _ in range(BLOCKS)]
        self.work_f = [np.zeros((3, n + 1)) for _ in range(BLOCKS)]
        # Handing work over costs some 0.1 ms a sweep: small problems are quicker on one thread, with the same
        # answer.
        wide = len(commodities) * m > SMALL
        self.pool = ThreadPoolExecutor(BLOCKS - 1) if wide and threads > 1 else None

    def both(self, work: Callable[[int], int]) -> list[int]:
        """Run ``work`` for each block, at the same time if there are threads."""
        if self.pool is None:
            return [work(k) for k in range(BLOCKS)]
        others = [self.pool.submit(work, k) for k in range(1, BLOCKS)]
        return [work(0), *(f.result() for f in others)]

    def price(self, block: int, k: int) -> None:
        """Set the block's costs to those of class ``k`` at its flows."""
        price_links(self.tables[block], self.bases[k], self.costs[block])

    def renew(self, active: NDArray[np.bool_], moving: float = 0.0, calm: float = 0.0) -> None:
        """Renew the bushes flagged (n_commodities,), but for those calm, and their least totals."""
        star, c, m = self.star, self.commodities, self.problem.n_links
        begun = [[0] * len(self.problem.classes) for _ in range(BLOCKS)]

        def work(block: int) -> int:
            b = self.bushes
            room = b.link.shape[1]
            new = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room)
            for k, rows in enumerate(self.parts[block]):
                if not len(rows) or begun[block][k] < 0:
                    continue
                rows = rows[active[rows]]
                self.price(block, k)
                begun[block][k] = renew(
                    rows,
                    begun[block][k],
                    moving,
                    calm,
                    star.first,
                    star.head,
                    star.tail,
                    self.problem.closed,
                    self.costs[block],
                    self.tables[block],
                    c.source,
                    c.first,
                    c.node,
                    c.amount,
                    b.reached,
                    b.orders,
                    b.counts,
                    b.starts,
                    b.link,
                    b.place,
                    b.flow,
                    self.least,
                    self.excess,
                    self.work_i[block],
                    self.work_f[block],
                    *new,
                )
                if begun[block][k] >= 0:
                    return 0
            return 1

        while not all(self.both(work)):
            room = self.bushes.link.shape[1]
            self.bushes = self.bushes.moved(np.arange(len(c)), min(room + room // 2, m) + 64)

    def sum_flows(self) -> Floats:
        """Sum the flows of all bushes afresh: shape (n_classes, n_links), links in forward-star order."""
        b = self.bushes
        totals = np.zeros((BLOCKS, len(self.problem.classes), self.problem.n_links))

        def work(block: int) -> int:
            for k, rows in enumerate(self.parts[block]):
                sum_bushes(rows, b.counts, b.starts, b.link, b.flow, totals[block, k])
            return 0

        self.both(work)
        class_flow: Floats = totals.sum(axis=0)
        return class_flow

    def settle(self, class_flow: Floats) -> None:
        """Take the flows of the classes as the flows of all links, for all blocks."""
        self.flow = class_flow.sum(axis=0)
        self.tables[:, :, 0] = self.flow

    def level(self, quiet: float) -> None:
        """Move flow once through every bush that is not quiet, in all blocks at once."""
        b = self.bushes

        def work(block: int) -> int:
            seen = 0
            for k, rows in enumerate(self.parts[block]):
                if len(rows):
                    self.price(block, k)
                    seen += level(
                        rows,
                        quiet,
                        WEIGHT,
                        self.tables[block],
                        self.costs[block],
                        self.size,
                        b.counts,
                        b.starts,
                        b.link,
                        b.place,
                        b.flow,
                        self.excess,
                        self.work_i[block],
                        self.work_f[block],
                    )
            return seen

        self.both(work)
        merge_flows(self.flow, self.tables, WEIGHT)

    def keep(self) -> None:
        """Remember the flows of all bushes as they stand."""
        b = self.bushes
        if self.before.shape != b.flow.shape:
            self.before = make_rows(b.flow.shape[0], b.flow.shape[1], np.float64)

        def work(block: int) -> int:
            for rows in self.parts[block]:
                keep_flows(rows, b.counts, b.starts, b.flow, self.before)
            return 0

        self.both(work)

    def go_on(self) -> None:
        """Go on in the direction of all moves since `keep`, as far as the objective falls (Shah and others
        1964)."""
        b = self.bushes
        ahead = np.zeros((BLOCKS, len(self.problem.classes), self.problem.n_links))
        reach = np.zeros(len(self.commodities))

        def aim(block: int) -> int:
            for k, rows in enumerate(self.parts[block]):
                aim_onwards(
                    rows, self.far, b.counts, b.starts, b.link, b.flow, self.before, reach, ahead[block, k]
                )
            return 0

        self.both(aim)
        way = ahead.sum(axis=0)
        whole = way.sum(axis=0)
        paid = float((np.where(way != 0.0, self.bases - self.free, 0.0) * way).sum())
        table, cost = self.tables[0], self.costs[0]

        def force(part: float) -> float:
            table[:, 0] = self.flow + part * whole
            price_links(table, self.free, cost)
            return float((cost * whole).sum()) + paid

        low, high = 0.0, 1.0
        if force(1.0) > 0.0:
            for _ in range(24):
                middle = 0.5 * (low + high)
                low, high = (middle, high) if force(middle) < 0.0 else (low, middle)
        else:
            low = 1.0
        self.far = min(max(2.0, self.far * (4.0 if low == 1.0 else max(4.0 * low, 0.5))), FAR)

        def go(block: int) -> int:
            for rows in self.parts[block]:
                go_onwards(rows, low, b.counts, b.starts, b.flow, self.before, reach)
            return 0

        if low > 0.0:
            self.both(go)
        self.flow = np.maximum(self.flow + low * whole, 0.0)
        self.tables[:, :, 0] = self.flow

    def class_costs(self) -> Floats:
        """Cost of each class on each link at the flows settled, shape (n_classes, n_links)."""
        costs = np.empty((len(self.problem.classes), self.problem.n_links))
        for k, row in enumerate(costs):
            self.price(0, k)
            row[:] = self.costs[0]
        return costs


def _begin(work: _Work, start: Equilibrium | None) -> None:
    """Load the bushes for the first time, or spread again what another state's bushes can no longer carry."""
    c, b = work.commodities, work.bushes
    if start is None or start.memory is None:
        work.renew(np.ones(len(c), bool), float(BLOCKS))
        return
    touched = _demand_changed(c, start.memory.commodities)
    for part in work.parts:
        for base, rows in zip(work.bases, part, strict=True):
            find_shut(rows, base, b.counts, b.starts, b.link, b.flow, touched)
    # Trees and shares are found at the costs that the old flows meet in the new state.
    work.settle(start.class_flow[:, work.star.links])
    work.renew(touched)


def _keys(c: Commodities) -> list[tuple[int, int]]:
    """Class and source of each commodity."""
    return list(zip(c.travel_class.tolist(), c.source.tolist(), strict=True))


def _demand_changed(new: Commodities, old: Commodities) -> NDArray[np.bool_]:
    """Flag the commodities whose demand is not what it was."""
    same_pairs = np.array_equal(new.first, old.first) and np.array_equal(new.node, old.node)
    if same_pairs and _keys(new) == _keys(old):
        differs: NDArray[np.bool_] = np.logical_or.reduceat(new.amount != old.amount, new.first[:-1])
        return differs
    known = {key: i for i, key in enumerate(_keys(old))}
    out = np.ones(len(new), bool)
    for o, key in enumerate(_keys(new)):
        i = known.get(key, -1)
        if i >= 0:
            mine, theirs = slice(new.first[o], new.first[o + 1]), slice(old.first[i], old.first[i + 1])
            out[o] = not (
                np.array_equal(new.node[mine], old.node[theirs])
                and np.array_equal(new.amount[mine], old.amount[theirs])
            )
    return out


def _inherit(problem: Problem, commodities: Commodities, start: Equilibrium | None, room: int) -> Bushes:
    """Bushes to begin with: those of ``start`` for the same class and origin, else empty ones."""
    if start is None:
        return Bushes.empty(len(commodities), problem.n_nodes, room)
    then = start.problem
    same = (
        start.memory is not None
        and then.n_nodes == problem.n_nodes
        and len(then.classes) == len(problem.classes)
        and np.array_equal(then.tail, problem.tail)
        and np.array_equal(then.head, problem.head)
    )
    if not same or start.memory is None:
        raise ProblemRefused(
            "the state to start from has another network, other classes or no memory.",
            mend="start from a solution of the same links and classes, kept with keep_memory=True.",
        )
    old = start.memory.commodities
    known = {key: i for i, key in enumerate(_keys(old))}
    rows = np.array([known.get(key, -1) for key in _keys(commodities)], np.int64)
    return start.memory.bushes.moved(rows, max(room, start.memory.bushes.link.shape[1]))


def solve_equilibrium(
    problem: Problem,
    *,
    gap: float = 1e-6,
    threads: int = 2,
    max_seconds: float = np.inf,
    max_iterations: int = 1000,
    start: Equilibrium | None = None,
    keep_memory: bool = True,
    report: Callable[[str], None] | None = None,
) -> Equilibrium:
    """Find the deterministic user equilibrium: no class can gain by changing its path.

    Parameters
    ----------
    gap
        Relative gap, (TSTT - SPTT) / TSTT, at which to stop.
    threads
        1 or 2; the answer is the same to the last bit.
    max_seconds, max_iterations
        Stop earlier, with a warning.
    start
        A solution of the same links and classes in another state (links shut or opened, other capacities or
        demand). It is not changed.  Flow of shut links is spread again; the certificate is as good as from
        cold.
    keep_memory
        Keep what a later warm start needs.
    report
        Called with one line an iteration.

    Returns
    -------
    Equilibrium

    Warns
    -----
    GapNotReached
        If time, iterations or the digits of a float end before the gap is reached.
    DemandWithoutPath
        If some demand has no path; the rest is assigned.

    Examples
    --------
    >>> from landbridge.assignment.link_delays import Delays
    >>> from landbridge.assignment.problem import build_problem
    >>> delays = Delays.bpr([10.0, 20.0], 1.0, [0.002, 0.0005], 1.0)
    >>> two_routes = build_problem(2, [0, 0], [1, 1], delays, [[0, 1000], [0, 0]])
    >>> [round(x, 3) for x in solve_equilibrium(two_routes, gap=1e-12).flow.tolist()]
    [666.667, 333.333]
    """
    began = time.perf_counter()
    if not gap > 0:
        raise ProblemRefused("the gap must be above 0.", mend="1e-12 is as close as most networks can come.")
    commodities = gather_commodities(problem)
    room = min(problem.n_links, problem.n_nodes + problem.n_nodes // 2) + 64
    work = _Work(problem, commodities, _inherit(problem, commodities, start, room), threads)
    history: list[tuple[float, float]] = []
    costs = least = None
    enough = ENOUGH if start is None else ENOUGH_WARM
    try:
        _begin(work, start)
        best, since, iterations = np.inf, 0, 0
        everyone = np.ones(len(commodities), bool)
        class_flow = work.sum_flows()
        while len(commodities):
            # The gap is that of these flows: their own costs, and least-cost trees at these costs.
            work.settle(class_flow)
            costs, least = work.class_costs(), work.least
            total = float((np.where(class_flow > 0, costs, 0.0) * class_flow).sum())
            work.renew(everyone, calm=CALM * gap * total / len(commodities))
            excess = total - float(least.sum())
            reached = excess / total if total > 0 else 0.0
            now = time.perf_counter() - began
            history.append((now, reached))
            if report is not None:
                report(f"{iterations:4d} {now:9.3f} s  relative gap {reached:.3e}")
            stalls = len(history) > 2 and reached > STALL * history[-2][1]
            since = 0 if reached < best else since + 1
            best = min(best, reached)
            if reached <= 0.9 * gap or excess <= 0.0 or since > PATIENCE:
                break
            if now > max_seconds or iterations >= max_iterations:
                break
            iterations += 1
            work.settle(work.sum_flows())
            work.excess[:] = np.inf
            last = np.inf
            for sweep in range(1, SWEEPS + 1):
                work.level(QUIET * excess / len(commodities))
                within = float(work.excess.sum())
                if within <= enough * excess or time.perf_counter() - began > max_seconds:
                    break
                if stalls and sweep % CYCLE == 0 and sweep < SWEEPS:
                    if within > SLOW * last:
                        work.go_on()
                    work.keep()
                    last = within
            class_flow = work.sum_flows()
    finally:
        if work.pool is not None:
            work.pool.shutdown()
    memory = Memory(commodities, work.bushes) if keep_memory else None
    flows = _by_link(problem, class_flow)
    if costs is None or least is None:
        certificate = certify(problem, commodities, flows, threads)
    else:
        certificate = measure(problem, commodities, flows, _by_link(problem, costs), least)
    return conclude(
        problem, commodities, flows, certificate, gap, iterations, began, threads, history, memory
    )


def _by_link(problem: Problem, rows: Floats) -> Floats:
    """Take rows (n, n_links) from forward-star order back to the problem's order of links."""
    out = np.empty_like(rows)
    out[:, problem.star.links] = rows
    return out


def conclude(
    problem: Problem,
    commodities: Commodities,
    class_flow: Floats,
    certificate: Certificate,
    gap: float,
    iterations: int,
    began: float,
    threads: int,
    history: list[tuple[float, float]],
    memory: Memory | None = None,
) -> Equilibrium:
    """Warn of what is wrong with flows by their certificate, and make the answer."""
    flow = class_flow.sum(axis=0)
    converged = certificate.relative_gap <= gap
    lost = commodities.unserved
    if not converged:
        warnings.warn(
            GapNotReached(
                f"the relative gap is {certificate.relative_gap:.2e} after {iterations} iterations, "
                f"{gap:.0e} was asked.",
                mend="allow more time or iterations, or ask for a gap that floats can show.",
            ),
            stacklevel=3,
        )
    if len(lost.amount):
        warnings.warn(
            DemandWithoutPath(
                f"{len(lost.amount)} pairs with a demand of {lost.total:.6g} have no open path; "
                "the rest is assigned.",
                mend="open or add a link, or take the demand out.",
            ),
            stacklevel=3,
        )
    return Equilibrium(
        problem,
        flow,
        class_flow,
        problem.delays.cost(flow),
        certificate,
        iterations,
        time.perf_counter() - began,
        threads,
        lost,
        commodities.intrazonal,
        converged,
        tuple(history),
        memory,
    )
