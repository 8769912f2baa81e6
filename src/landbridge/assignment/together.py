"""Equilibria of many states of one network, eight at a time.

States that differ in what is open, in penalties, capacities and costs share their routes and the facilities
along them. Eight of them go through every operation together, one in each lane of the kernels; a lane whose
state is solved takes the next one. Each state follows Anderson's mixing of its own steps, preconditioned with
the inverse derivative at a state that was solved before. The certificate is that of
:mod:`landbridge.assignment.sue`, measured on the flows returned.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.costs import Classes
from landbridge.assignment.delays import WORST_OVERLOAD, Scarcity, measure_delay, measure_price
from landbridge.assignment.prefixes import PrefixTree
from landbridge.assignment.routes import RouteSet
from landbridge.assignment.sue import (
    FULLY_SHIPPED,
    TOLERANCE,
    Equilibrium,
    Problem,
    Segments,
    find_most,
    solve,
)
from landbridge.assignment.tangents import Laws, Path, take_tangent
from landbridge.kernels import lane_trees
from landbridge.kernels.lane_choice import respond
from landbridge.kernels.lanes import WIDTH
from landbridge.network.attributes import Facilities

NEAR = 1000.0
"""Within so many tolerances the next evaluation of a state may be its last, and its route flows are kept; a
state that is solved earlier is evaluated once more.
"""
ALL = np.arange(WIDTH)
REFRESH = 32
"""States solved between two tangents."""
MOST_STEPS = 60
"""After so many evaluations a state is solved alone instead."""


@dataclass(frozen=True)
class Variants:
    """States to be solved together, n of them, over one route set and one tree of facilities.

    ``usable`` and ``penalty`` (n, n_sets): the share of cargo that a set of routes serves, and USD/t;
    ``set_of_route`` (n_routes). ``base_cost`` gives for each state USD/t by route, without queues and
    penalties; ``facilities`` the laws of delay; ``capacity_t_year`` (n, n_facilities). ``parts`` are the
    segments of demand if every route served all of it; ``bears`` as in :class:`Problem`.
    """

    routes: RouteSet
    set_of_route: np.ndarray
    usable: np.ndarray
    penalty: np.ndarray
    base_cost: Sequence[np.ndarray]
    facilities: Sequence[Facilities]
    capacity_t_year: np.ndarray
    tree: PrefixTree
    parts: Segments
    classes: Classes
    scarcity: Scarcity
    bears: np.ndarray


@dataclass(frozen=True)
class Response:
    """What cargo does in one state: arrays as in :class:`landbridge.assignment.sue.Equilibrium`."""

    flow: np.ndarray
    load: np.ndarray
    delay_h: np.ndarray
    price_usd_t: np.ndarray
    logsum: np.ndarray
    shipped: np.ndarray
    residual: float
    iterations: int


Found = tuple[int, Segments, Response | Equilibrium, np.ndarray]
"""A state's number, its segments, what cargo does, and flows of facilities that others may start from."""


def split_by_levels(parts: Segments, group: np.ndarray, share: np.ndarray, n_groups: int) -> Segments:
    """Segments of parts whose routes serve less than all of the cargo: one for each level of their group.

    ``group`` and ``share`` list, pair by pair, the shares between 0 and 1 that routes of a group serve in any
    state. Segments stand by group, then by need. A level that no route of a state has there changes nothing:
    the cargo below and above it chooses alike.
    """
    ranked, rank = np.unique(np.append(share, 1.0), return_inverse=True)
    whole = np.arange(n_groups) * len(ranked) + rank[-1]
    levels = np.unique(np.concatenate((group * len(ranked) + rank[:-1], whole)))
    of, need = levels // len(ranked), ranked[levels % len(ranked)]
    below = np.where(np.diff(of, prepend=-1) == 0, np.concatenate(([0.0], need[:-1])), 0.0)
    first = np.searchsorted(of, np.arange(n_groups + 1))
    count = np.diff(first)[parts.group]
    row = np.repeat(np.arange(len(parts.group)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    level = first[parts.group[row]] + within
    order = np.lexsort((row, within, parts.group[row]))
    row, level = row[order], level[order]
    return Segments(
        parts.first[row],
        parts.last[row],
        parts.demand_t_year[row] * (need[level] - below[level]),
        parts.group[row],
        parts.captive[row],
        need[level],
    )


def make_rows(*shape: int) -> np.ndarray:
    """Zeros of shape (*shape, 8), each row within one line of the processor's cache: one that lies across two
    takes twice as long to read.
    """
    n = math.prod(shape) * WIDTH
    room = np.zeros(n + WIDTH)
    first = -room.ctypes.data % (8 * WIDTH) // 8
    return room[first : first + n].reshape(*shape, WIDTH)


class Lanes:
    """Eight states of some variants, evaluated together; :meth:`place` puts a state into a lane."""

    def __init__(self, variants: Variants) -> None:
        v = self.variants = variants
        r = v.routes
        n_groups = len(r.group_class)
        self._keep_routes()
        group = r.route_group[self.kept]
        self._cut_segments(group, n_groups)
        of = r.group_class
        self._theta, self._mu = r.measure_scales(v.classes)
        self._sigma = FULLY_SHIPPED / v.classes.choke[of]
        self._most = find_most(self.segments, v.bears)
        self._cut_tree()
        self._sort_costs()
        n_facilities, n_routes = v.tree.n_facilities, len(self.kept)
        n_segments = len(self.segments.group)
        self._values = make_rows(v.tree.n_classes, n_facilities)
        self._load = make_rows(v.tree.n_classes, n_facilities)
        self._total = make_rows(self._most_nodes)
        self._through = make_rows(self._most_nodes)
        self._extra, self._usable = make_rows(len(self._set_of_row)), make_rows(len(self._set_of_column))
        self._extra[:] = np.inf
        routes_in_group = np.bincount(group)
        self._room = make_rows(12, int(max(routes_in_group.max(initial=0), 2)))
        self._flow = np.zeros((WIDTH, n_routes))
        self._logsum, self._shipped = np.zeros((WIDTH, n_segments)), np.zeros((WIDTH, n_segments))
        self._capacity = np.ones((n_facilities, WIDTH))
        self._law = np.zeros((n_facilities, WIDTH, 3))
        self._is_queue = np.zeros((n_facilities, WIDTH), bool)
        self._is_firm = np.zeros((n_facilities, WIDTH), bool)
        full, start = (np.zeros((n_facilities, WIDTH)) for _ in range(2))
        #: The laws of delay in each lane.
        self.laws = Laws(self._capacity, self._law, self._is_queue, full, start, v.scarcity.slope_usd_t)
        self._delay, self._price = np.zeros((n_facilities, WIDTH)), np.zeros((n_facilities, WIDTH))

    def _keep_routes(self) -> None:
        """The routes that any state can use, by group, nest, and the share of cargo that they serve where
        they are open: routes that serve the same in every state make a stretch.
        """
        v, r = self.variants, self.variants.routes
        serves = np.where(v.usable > 0.0, v.usable, 1.0)
        _, rank = np.unique(serves, return_inverse=True)
        rows = np.ascontiguousarray(rank.reshape(serves.shape).astype(np.uint16).T)
        alike = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
        _, self._set_of_column, column = np.unique(alike, return_index=True, return_inverse=True)
        kept = np.flatnonzero((v.usable > 0.0).max(axis=0)[v.set_of_route])
        by_share = column.ravel()[v.set_of_route[kept]]
        group, nest = r.route_group[kept], r.nest[kept].astype(np.int64)
        order = np.lexsort((by_share, nest, group))
        group, nest, by_share = group[order], nest[order], by_share[order]
        self.kept = kept[order]
        self._set = v.set_of_route[self.kept]
        begins_run = (np.diff(group, prepend=-1) != 0) | (np.diff(nest, prepend=-1) != 0)
        begins = np.flatnonzero(begins_run | (np.diff(by_share, prepend=-1) != 0))
        self._stretch_first = np.append(begins, len(group)).astype(np.int64)
        self._stretch_column = by_share[begins].astype(np.int64)
        runs = np.flatnonzero(begins_run[begins])
        self._run_stretches = np.append(runs, len(begins)).astype(np.int64)
        self._run_nest = nest[begins[runs]]
        groups = np.arange(len(r.group_class) + 1)
        self._group_runs = np.searchsorted(group[begins[runs]], groups).astype(np.int64)

    def _cut_segments(self, group: np.ndarray, n_groups: int) -> None:
        v = self.variants
        partial = (v.usable > 0.0) & (v.usable < 1.0)
        states, sets = np.nonzero(partial)
        pairs = np.unique(np.stack([sets.astype(float), v.usable[states, sets]]), axis=1)
        by_set = np.argsort(self._set, kind="stable")
        bounds = np.searchsorted(self._set[by_set], np.arange(v.usable.shape[1] + 1))
        members = [group[by_set[bounds[int(s)] : bounds[int(s) + 1]]] for s in pairs[0]]
        counts = [len(m) for m in members]
        of = np.concatenate(members) if members else np.zeros(0, np.int64)
        self.segments = split_by_levels(v.parts, of, np.repeat(pairs[1], counts), n_groups)
        self._group_segments = np.searchsorted(self.segments.group, np.arange(n_groups + 1)).astype(np.int64)

    def _cut_tree(self) -> None:
        """A tree for each class, so that more of it stays in the cache while it is in use."""
        tree, r = self.variants.tree, self.variants.routes
        begins = np.flatnonzero(np.diff(r.group_class, prepend=-1))
        self._block_group = np.append(begins, len(r.group_class)).astype(np.int64)
        block_first = self._stretch_first[self._run_stretches[self._group_runs[self._block_group]]]
        leaf = np.ascontiguousarray(tree.leaf[self.kept])
        nothing = np.empty(0, np.int32)
        room = lane_trees.cut_down(
            tree.parent, tree.entry, leaf, block_first, nothing, nothing, nothing, nothing, nothing
        )
        n_nodes, n_entries = room
        self._block_node = np.empty(len(block_first), np.int64)
        self._above, self._first = np.empty(n_nodes, np.int32), np.empty(n_nodes + 1, np.int32)
        self._chain, self._end = np.empty(n_entries, np.int32), np.empty(len(leaf), np.int32)
        lane_trees.cut_down(
            tree.parent, tree.entry, leaf, block_first, self._block_node, self._above, self._first,
            self._chain, self._end,
        )  # fmt: skip
        self._end -= np.repeat(self._block_node[:-1], np.diff(block_first)).astype(np.int32)
        self._most_nodes = int(np.diff(self._block_node).max(initial=0))

    def _sort_costs(self) -> None:
        """What routes cost in all states alike, and rows for what they cost more in each: those whose costs
        no change of the tables moves share the row of their set, the others have one each.
        """
        v, r = self.variants, self.variants.routes
        self._common = v.base_cost[0]
        differs = np.zeros(r.n_routes, bool)
        for cost in {id(cost): cost for cost in v.base_cost}.values():
            differs |= cost != self._common
        moving = np.flatnonzero(differs[self.kept])
        self._moving = self.kept[moving]
        self._base = (self._common - r.log_weight / self._theta[r.route_group])[self.kept]
        n_sets = v.usable.shape[1]
        self._set_of_row = np.concatenate((np.arange(n_sets), self._set[moving]))
        self._row = self._set.copy()
        self._row[moving] = np.arange(n_sets, len(self._set_of_row))

    def place(self, lane: int, state: int) -> None:
        """Put a state into a lane."""
        v = self.variants
        laws = v.facilities[state]
        usable, extra = v.usable[state][self._set_of_row], v.penalty[state][self._set_of_row]
        extra[v.usable.shape[1] :] += v.base_cost[state][self._moving] - self._common[self._moving]
        self._extra[:, lane] = np.where(usable > 0.0, extra, np.inf)
        serves = v.usable[state][self._set_of_column]
        self._usable[:, lane] = np.where(serves > 0.0, serves, 1.0)
        self._capacity[:, lane] = v.capacity_t_year[state]
        self._law[:, lane], self._is_queue[:, lane] = laws.delay, laws.is_queue
        self._is_firm[:, lane] = laws.is_firm
        self.laws.full[:, lane] = np.where(laws.is_firm, 1.0, WORST_OVERLOAD)
        self.laws.start[:, lane] = np.where(laws.is_firm, v.scarcity.start, WORST_OVERLOAD)

    def evaluate(self, load: np.ndarray, wanted: np.ndarray = ALL) -> np.ndarray:
        """What facilities carry at the delays and prices of ``load``; both (n_facilities, 8), t/year. Only
        the lanes ``wanted`` can be read afterwards.
        """
        v = self.variants
        flat, capacity, is_firm = load.ravel(), self._capacity.ravel(), self._is_firm.ravel()
        delay, _ = measure_delay(flat, capacity, self._law.reshape(-1, 3), self._is_queue.ravel(), is_firm)
        price, _ = measure_price(flat, capacity, v.scarcity, is_firm)
        self._delay[:], self._price[:] = delay.reshape(load.shape), price.reshape(load.shape)
        self._values[:] = v.classes.value_of_time[:, None, None] * self._delay + self._price
        self._load[:] = 0.0
        s = self.segments
        respond(
            self._block_group, self._block_node, self._above, self._first, self._chain,
            self._values.reshape(-1, WIDTH), self._load.reshape(-1, WIDTH), self._group_runs,
            self._run_stretches, self._stretch_first, self._stretch_column, self._run_nest,
            self._theta, self._mu, self._sigma, self._group_segments,
            s.demand_t_year, s.need, s.captive, self._most, self._base, self._row, self._extra, self._usable,
            self._end, self._total, self._through, wanted, self._flow, self._logsum, self._shipped,
            self._room,
        )  # fmt: skip
        answer: np.ndarray = self._load.sum(axis=0)
        return answer

    def get_costs(self, lane: int) -> tuple[np.ndarray, np.ndarray]:
        """Delays (h) and prices (USD/t) of a lane in the last evaluation, (n_facilities) each."""
        return np.ascontiguousarray(self._delay[:, lane]), np.ascontiguousarray(self._price[:, lane])

    def read(self, lane: int, load: np.ndarray, residual: float, evaluations: int) -> Response:
        """What the cargo of a lane did in the last evaluation; ``load`` is what its facilities carried."""
        flow = np.zeros(self.variants.routes.n_routes)
        flow[self.kept] = self._flow[lane]
        logsum = np.where(np.isfinite(self._logsum[lane]), self._logsum[lane], np.nan)
        shipped = self._shipped[lane].copy()
        delay, price = self._delay[:, lane].copy(), self._price[:, lane].copy()
        return Response(flow, load, delay, price, logsum, shipped, residual, evaluations)


def respond_to(variants: Variants, load: np.ndarray) -> np.ndarray:
    """What facilities carry in each state at the delays and prices that ``load`` (n_facilities) makes there,
    t/year: (n_states, n_facilities).
    """
    n = len(variants.usable)
    lanes = Lanes(variants)
    loads, answers = np.repeat(load[:, None], WIDTH, axis=1), np.empty((n, len(load)))
    for first in range(0, n, WIDTH):
        states = range(first, min(first + WIDTH, n))
        for lane, state in enumerate(states):
            lanes.place(lane, state)
        answers[states] = lanes.evaluate(loads, ALL[:0])[:, : len(states)].T
    return answers


def find_nearest(points: np.ndarray, point: np.ndarray) -> int:
    """Which of ``points`` (n, n_gates) is nearest in the sum of distances; the first of equals."""
    return int(np.argmin(np.abs(points - point).sum(axis=1)))


def solve_together(
    variants: Variants,
    points: np.ndarray,
    start: np.ndarray,
    build_alone: Callable[[int], Problem],
    *,
    tolerance: float = TOLERANCE,
) -> Iterator[Found]:
    """Equilibria of all variants, in the order in which they are found.

    Parameters
    ----------
    points
        (n_states, n): each state starts from the solved one that is nearest in the sum of distances.
    start
        Flows of facilities (n_facilities) where the first ones start, t/year.
    build_alone
        The problem of one state, for a state that this method cannot solve.
    """
    n = len(points)
    lanes = Lanes(variants)
    problem = build_alone(0)
    tangents = [take_tangent(problem, start, problem.evaluate(start))]
    known = [0]
    load = np.zeros((len(start), WIDTH))
    solved: list[int] = []
    loads = np.empty((n, len(start)))
    state_of = np.full(WIDTH, -1)
    paths: list[Path | None] = [None] * WIDTH
    coming = 0
    while True:
        for lane in range(WIDTH):
            if state_of[lane] < 0 and coming < n:
                lanes.place(lane, coming)
                begin = start
                if solved:
                    begin = loads[solved[find_nearest(points[solved], points[coming])]]
                tangent = tangents[find_nearest(points[known], points[coming])]
                state_of[lane], paths[lane] = coming, Path(begin, tangent, tolerance)
                coming += 1
        if (state_of < 0).all():
            return
        for lane, path in enumerate(paths):
            load[:, lane] = 0.0 if path is None else path.trial
        near = [
            lane for lane, path in enumerate(paths) if path is not None and path.residual <= NEAR * tolerance
        ]
        answers = lanes.evaluate(load, np.array(near, np.int64))
        for lane, path in enumerate(paths):
            if path is None:
                continue
            state = int(state_of[lane])
            answer = np.ascontiguousarray(answers[:, lane])
            found: Found | None = None
            if path.learn(answer, *lanes.get_costs(lane)):
                if lane not in near:
                    continue  # The same again, with the flows.
                at = lanes.read(lane, answer, path.residual, path.evaluations)
                found = state, lanes.segments, at, path.load
            elif path.evaluations >= MOST_STEPS:
                problem = build_alone(state)
                alone = solve(problem, start=path.load, tolerance=tolerance)
                found = state, problem.segments, alone, alone.load
            else:
                path.follow(lanes.laws, lane)
            if found is not None:
                loads[state] = found[3]
                solved.append(state)
                if len(solved) % REFRESH == 0:
                    problem = build_alone(state)
                    at_end = problem.evaluate(found[3])
                    tangents.append(take_tangent(problem, found[3], at_end, tangents[-1]))
                    known.append(state)
                state_of[lane], paths[lane] = -1, None
                yield found
