"""Stochastic user equilibrium over explicit routes, solved to its fixed point by Newton steps.

The unknowns are the flows of the facilities, v. Costs give choices and choices give loads F(v); the
equilibrium is v = F(v) (Fisk 1980; methods 10). The derivative of F is exact (kernels.choice), so a damped
Newton step on v - F(v) converges in a handful of steps where averaging needs hundreds. The certificate is
measured on the flows returned.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from landbridge.assignment.costs import Classes
from landbridge.assignment.delays import Scarcity, measure_delay, measure_price
from landbridge.assignment.prefixes import PrefixTree
from landbridge.assignment.routes import RouteSet
from landbridge.kernels.choice import add_response, choose
from landbridge.kernels.linear import invert
from landbridge.kernels.secant import multiply
from landbridge.kernels.segments import list_segments
from landbridge.network.attributes import Facilities

TOLERANCE = 1e-9
MOST_STEPS = 60
ACTIVE_USD_T = 1.0
"""Facilities whose cost can move by less than this, USD/t, are followed by substitution instead of Newton
steps.
"""
FULLY_SHIPPED = 40.0
"""The share kept back without any queue is exp(-40), that is 4e-18."""


@dataclass(frozen=True)
class Segments:
    """Demand that chooses alike: a pair and class, or the part of it that is captive to one nest.

    Arrays of shape (n_segments,); ``captive`` is the nest or -1; ``group`` points into the route set;
    ``need`` is the share that a route must serve for this part of the cargo to use it (1 for the part that
    puts up with nothing).
    """

    first: np.ndarray
    last: np.ndarray
    demand_t_year: np.ndarray
    group: np.ndarray
    captive: np.ndarray
    need: np.ndarray


@dataclass(frozen=True)
class Equilibrium:
    """Flows and costs of all routes in one state and year, with the certificate.

    ``flow`` (t/year) and ``cost`` (USD/t) by route; ``load``, ``delay_h`` and ``price`` by facility;
    ``logsum`` (USD/t) and ``shipped`` (share) by segment. ``residual`` = sum |F(v) - v| / sum v at the flows
    returned.
    """

    flow: np.ndarray
    cost: np.ndarray
    load: np.ndarray
    delay_h: np.ndarray
    price_usd_t: np.ndarray
    logsum: np.ndarray
    shipped: np.ndarray
    residual: float
    iterations: int


def build_segments(routes: RouteSet, demand: np.ndarray, captive: np.ndarray, usable: np.ndarray) -> Segments:
    """Segments of all groups with demand.

    ``demand`` (n_classes, n_zones, n_zones) in t/year; ``captive`` (n_classes, n_zones, n_zones, n_nests) is
    the share that can use only that nest; ``usable`` (n_routes) the share of cargo that each route serves. A
    share captive to a nest without any route in the set stays with the free choosers.
    """
    g = (routes.group_class, routes.group_origin, routes.group_destination)
    volume, kept = np.ascontiguousarray(demand[g], float), np.ascontiguousarray(captive[g], float)
    n = list_segments(routes.group_first, routes.nest, volume, kept, usable, *_blank(0))
    columns = _blank(n)
    list_segments(routes.group_first, routes.nest, volume, kept, usable, *columns)
    first, last, volume, group, nest, need = columns
    return Segments(first, last, volume, group, nest, need)


def find_most(segments: Segments, bears: np.ndarray) -> np.ndarray:
    """What each segment bears at most (n_segments), USD/t, of ``bears`` (n_groups, n_nests + 1); inf where
    nothing is held back.
    """
    most = bears[segments.group, segments.captive]
    return np.where(np.isnan(most), np.inf, most)


def _blank(n: int) -> tuple[np.ndarray, ...]:
    """Room for ``n`` segments: first, last, volume, group, nest, need."""
    whole, real = np.int64, np.float64
    return tuple(np.empty(n, kind) for kind in (whole, whole, real, whole, whole, real))


class Problem:
    """One state's choice problem: everything but the flows, ready for the kernels.

    ``capacity_t_year`` (n_facilities); ``base_cost`` (n_routes) in USD/t without queues; ``usable``
    (n_routes) the share of cargo that each route serves; ``tree`` the facilities of the routes; ``bears``
    (n_groups, n_nests + 1) what cargo bears at most, USD/t, by the nest to which it is captive, free choosers
    last (:mod:`landbridge.assignment.bearing`): NaN where nothing is held back.
    """

    def __init__(
        self,
        facilities: Facilities,
        capacity_t_year: np.ndarray,
        routes: RouteSet,
        tree: PrefixTree,
        base_cost: np.ndarray,
        usable: np.ndarray,
        segments: Segments,
        classes: Classes,
        scarcity: Scarcity,
        bears: np.ndarray,
    ) -> None:
        self.facilities, self.capacity_t_year = facilities, capacity_t_year
        self.routes, self.tree, self.segments = routes, tree, segments
        self.base_cost, self.usable = base_cost, usable
        self.classes, self.scarcity, self.bears = classes, scarcity, bears
        of_segment = routes.group_class[segments.group]
        theta, mu = routes.measure_scales(classes)
        self.theta, self.mu = theta[segments.group], mu[segments.group]
        self.choke, self.vot = classes.choke[of_segment], classes.value_of_time[of_segment]
        self.sigma = FULLY_SHIPPED / self.choke
        self.shift = routes.log_weight / theta[routes.route_group]
        self.most = find_most(segments, bears)

    def leave_out_shut(self) -> "Problem":
        """The same problem without the routes that are shut here: fewer to weigh, and the same loads, logsums
        and shipped shares to the last bit. Its flows and costs are those of the other routes, in their order;
        what arcs those take is not kept.
        """
        kept = np.flatnonzero(self.usable > 0.0)
        before = np.concatenate(([0], np.cumsum(self.usable > 0.0)))
        routes = replace(
            self.routes,
            group_first=before[self.routes.group_first],
            start=np.zeros(len(kept) + 1, np.int64),
            arcs=self.routes.arcs[:0],
            nest=self.routes.nest[kept],
            log_weight=self.routes.log_weight[kept],
        )
        s = self.segments
        return Problem(
            self.facilities,
            self.capacity_t_year,
            routes,
            replace(self.tree, leaf=self.tree.leaf[kept]),
            self.base_cost[kept],
            self.usable[kept],
            replace(s, first=before[s.first], last=before[s.last]),
            self.classes,
            self.scarcity,
            self.bears,
        )

    def _respond(
        self, delay: np.ndarray, price: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Route costs and flows, logsums and shipped shares at given delays (h) and prices (USD/t)."""
        s = self.segments
        cost = self.tree.sum_routes(self.base_cost, self.classes.value_of_time[:, None] * delay + price)
        flow = np.zeros(self.routes.n_routes)
        logsum, shipped = np.empty(len(s.first)), np.empty(len(s.first))
        choose(
            self.routes.group_first, s.group, s.first, s.last, s.demand_t_year, self.theta, self.mu,
            self.sigma, self.most, s.need, self.routes.nest, self.shift, self.usable, cost, flow, logsum,
            shipped,
        )  # fmt: skip
        return flow, logsum, shipped, cost

    def measure_free(self) -> np.ndarray:
        """Logsum of each segment (n_segments) without queues, USD/t; NaN without an open way."""
        nothing = np.zeros(len(self.capacity_t_year))
        return self._respond(nothing, nothing)[1]

    def evaluate(self, load: np.ndarray) -> Equilibrium:
        """The response to given facility flows, with its residual."""
        capacity, laws = self.capacity_t_year, self.facilities
        delay, _ = measure_delay(load, capacity, laws.delay, laws.is_queue, laws.is_firm)
        price, _ = measure_price(load, capacity, self.scarcity, laws.is_firm)
        flow, logsum, shipped, cost = self._respond(delay, price)
        answer = self.tree.load(flow)
        total = float(load.sum())
        residual = float(np.abs(answer - load).sum()) / total if total > 0.0 else float(answer.sum() > 0.0)
        return Equilibrium(flow, cost, answer, delay, price, logsum, shipped, residual, 0)

    def find_active(self, load: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Facilities whose cost can move at ``load``, and the slopes of all: of delays, h per t/year, and of
        prices, USD/t per t/year, (n_facilities) each.
        """
        capacity, laws = self.capacity_t_year, self.facilities
        _, delay_slope = measure_delay(load, capacity, laws.delay, laws.is_queue, laws.is_firm)
        _, price_slope = measure_price(load, capacity, self.scarcity, laws.is_firm)
        weight = (self.classes.value_of_time.max() * delay_slope + price_slope) * np.maximum(
            load, 0.01 * capacity
        )
        return np.flatnonzero(weight > ACTIVE_USD_T), delay_slope, price_slope

    def find_response(
        self,
        at: Equilibrium,
        facilities: np.ndarray,
        marks: tuple[np.ndarray, np.ndarray],
        least_share: float = 0.0,
    ) -> tuple[np.ndarray, np.ndarray]:
        """How the loads of ``facilities`` answer to their prices, t/year per USD/t, and to their delays,
        t/year per h: (n, n) each, at the costs of ``at``.

        ``marks`` lists the facilities of each route (:meth:`PrefixTree.list_marked`); routes that carry less
        than ``least_share`` of their segment are left out.
        """
        by_price, by_delay = np.zeros((2, len(facilities), len(facilities)))
        s = self.segments
        add_response(
            s.first, s.last, s.demand_t_year, self.theta, self.mu, self.sigma, s.need, self.vot,
            self.routes.nest, self.routes.log_weight, self.usable,
            at.cost, at.logsum, at.shipped, *marks, least_share, by_price, by_delay,
        )  # fmt: skip
        return by_price, by_delay

    def mark(self, facilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which of ``facilities``, by position, lie along each route."""
        position = np.full(len(self.capacity_t_year), -1, np.int64)
        position[facilities] = np.arange(len(facilities))
        return self.tree.list_marked(position)

    def _invert(self, load: np.ndarray, at: Equilibrium) -> tuple[np.ndarray, np.ndarray]:
        """Facilities whose cost can move, and the inverse of the derivative of v - F(v) among them."""
        active, delay_slope, price_slope = self.find_active(load)
        by_price, by_delay = self.find_response(at, active, self.mark(active))
        slope = np.eye(len(active)) - (by_delay * delay_slope[active] + by_price * price_slope[active])
        inverse = np.empty(slope.shape)
        if not invert(slope, inverse):
            inverse = np.eye(len(active))
        return active, inverse

    def find_step(self, load: np.ndarray, at: Equilibrium) -> np.ndarray:
        """Newton step for v - F(v) = 0 at ``load``."""
        step = at.load - load
        active, inverse = self._invert(load, at)
        own = np.empty(len(active))
        multiply(inverse, step[active], own)
        step[active] = own
        return np.asarray(step)

    def find_inverse(self, load: np.ndarray, at: Equilibrium) -> np.ndarray:
        """Inverse of the derivative of v - F(v) at ``load``, (n_facilities, n_facilities)."""
        active, own = self._invert(load, at)
        inverse = np.eye(len(load))
        inverse[np.ix_(active, active)] = own
        return inverse


def solve(
    problem: Problem,
    *,
    start: np.ndarray | None = None,
    tolerance: float = TOLERANCE,
    progress: Callable[[int, float], None] | None = None,
) -> Equilibrium:
    """Equilibrium of a problem, from the flows ``start`` of a neighbouring state if given.

    Returns the best point found; its ``residual`` says how good it is, whatever stopped the search.
    """
    capacity = problem.capacity_t_year
    if start is None:
        load = np.minimum(problem.evaluate(np.zeros(len(capacity))).load, capacity)
    else:
        load = start.copy()
    at = problem.evaluate(load)
    steps = 0
    while at.residual > tolerance and steps < MOST_STEPS:
        steps += 1
        step = problem.find_step(load, at)
        length = 1.0
        best_load, best = load, at
        while length > 1e-3:
            trial_load = np.maximum(load + length * step, 0.0)
            trial = problem.evaluate(trial_load)
            if trial.residual < best.residual:
                best_load, best = trial_load, trial
                break
            length *= 0.5
        if best is at:
            # The Newton direction failed: take a plain averaging step, which always leads towards the fixed
            # point.
            best_load = load + (at.load - load) / (steps + 2.0)
            best = problem.evaluate(best_load)
        load, at = best_load, best
        if progress is not None:
            progress(steps, at.residual)
    return Equilibrium(
        at.flow, at.cost, at.load, at.delay_h, at.price_usd_t, at.logsum, at.shipped, at.residual, steps
    )
