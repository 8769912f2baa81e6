"""Stochastic user equilibrium over explicit routes, solved to its fixed point by Newton steps.

The unknowns are the flows of the facilities, v. Costs give choices and choices give loads F(v); the
equilibrium is v = F(v) (Fisk 1980; methods 10). The derivative of F is exact (kernels.choice), so a damped
Newton step on v - F(v) converges in a handful of steps where averaging needs hundreds. The certificate is
measured on the flows returned.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.costs import Classes
from landbridge.assignment.delays import Scarcity, measure_delay, measure_price
from landbridge.assignment.loading import RouteState
from landbridge.assignment.routes import NESTS, RouteSet
from landbridge.kernels.choice import add_facility_costs, add_response, choose, load_facilities
from landbridge.network import LinkState

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
    rows: list[tuple[int, int, float, int, int, float]] = []
    for g in range(len(routes.group_class)):
        k, o, d = routes.group_class[g], routes.group_origin[g], routes.group_destination[g]
        total = float(demand[k, o, d])
        if total <= 0.0:
            continue
        a, b = int(routes.group_first[g]), int(routes.group_first[g + 1])
        free = 1.0
        for nest in range(len(NESTS)) if captive[k, o, d].any() else ():
            share = float(captive[k, o, d, nest])
            inside = np.flatnonzero(routes.nest[a:b] == nest)
            if share > 0.0 and len(inside):
                free -= share
                span = a + int(inside[0]), a + int(inside[-1]) + 1
                rows += [
                    (*span, total * share * part, g, nest, need)
                    for part, need in _split(usable[slice(*span)])
                ]
        if free > 0.0:
            rows += [(a, b, total * free * part, g, -1, need) for part, need in _split(usable[a:b])]
    first, last, volume, group, kept, need = zip(*rows, strict=True) if rows else ((),) * 6
    return Segments(
        np.array(first, np.int64),
        np.array(last, np.int64),
        np.array(volume, np.float64),
        np.array(group, np.int64),
        np.array(kept, np.int64),
        np.array(need, np.float64),
    )


def _split(usable: np.ndarray) -> list[tuple[float, float]]:
    """Parts of the cargo (share, need) by what they put up with; the last part has no route if none serves
    all.
    """
    levels = sorted({*usable.tolist(), 1.0} - {0.0})
    return [(level - below, level) for below, level in zip([0.0, *levels], levels, strict=False)]


class Problem:
    """One state's choice problem: everything but the flows, ready for the kernels."""

    def __init__(
        self,
        state: LinkState,
        routes: RouteSet,
        route_state: RouteState,
        segments: Segments,
        classes: Classes,
        scarcity: Scarcity,
    ) -> None:
        self.state, self.routes, self.route_state, self.segments = state, routes, route_state, segments
        self.classes, self.scarcity = classes, scarcity
        self.route_class = routes.route_class
        of_segment = routes.group_class[segments.group]
        self.theta, self.mu = classes.route_scale[of_segment], classes.mode_scale[of_segment]
        self.choke, self.vot = classes.choke[of_segment], classes.value_of_time[of_segment]
        self.sigma = FULLY_SHIPPED / self.choke
        self.free = np.full(len(segments.first), np.nan)
        nothing = np.zeros(len(state.facilities.ids))
        self.free = self._respond(nothing, nothing)[1]

    def _respond(
        self, delay: np.ndarray, price: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Route costs and flows, logsums and shipped shares at given delays (h) and prices (USD/t)."""
        s, r = self.segments, self.route_state
        cost = np.empty(self.routes.n_routes)
        add_facility_costs(
            r.fac_start,
            r.fac_index,
            self.route_class,
            r.base_cost,
            self.classes.value_of_time,
            delay,
            price,
            cost,
        )
        flow = np.zeros(self.routes.n_routes)
        logsum, shipped = np.empty(len(s.first)), np.empty(len(s.first))
        choose(
            s.first, s.last, s.demand_t_year, self.theta, self.mu, self.choke, self.sigma, self.free, s.need,
            self.routes.nest, self.routes.log_weight, r.availability.usable, cost, flow, logsum, shipped,
        )  # fmt: skip
        return flow, logsum, shipped, cost

    def evaluate(self, load: np.ndarray) -> Equilibrium:
        """The response to given facility flows, with its residual."""
        capacity = self.state.capacity_t_year
        laws = self.state.facilities
        delay, _ = measure_delay(load, capacity, laws.delay, laws.is_queue, laws.is_firm)
        price, _ = measure_price(load, capacity, self.scarcity, laws.is_firm)
        flow, logsum, shipped, cost = self._respond(delay, price)
        answer = np.zeros(len(load))
        load_facilities(self.route_state.fac_start, self.route_state.fac_index, flow, answer)
        total = float(load.sum())
        residual = float(np.abs(answer - load).sum()) / total if total > 0.0 else float(answer.sum() > 0.0)
        return Equilibrium(flow, cost, answer, delay, price, logsum, shipped, residual, 0)

    def find_step(self, load: np.ndarray, at: Equilibrium) -> np.ndarray:
        """Newton step for v - F(v) = 0 at ``load``."""
        capacity, laws = self.state.capacity_t_year, self.state.facilities
        _, delay_slope = measure_delay(load, capacity, laws.delay, laws.is_queue, laws.is_firm)
        _, price_slope = measure_price(load, capacity, self.scarcity, laws.is_firm)
        weight = (self.classes.value_of_time.max() * delay_slope + price_slope) * np.maximum(
            load, 0.01 * capacity
        )
        active = np.flatnonzero(weight > ACTIVE_USD_T)
        gap = at.load - load
        if not len(active):
            return np.asarray(gap)
        position = np.full(len(load), -1, np.int64)
        position[active] = np.arange(len(active))
        mapped = position[self.route_state.fac_index]
        some = mapped >= 0
        starts = np.concatenate(([0], np.cumsum(some)))[self.route_state.fac_start]
        by_price, by_delay = np.zeros((len(active), len(active))), np.zeros((len(active), len(active)))
        s = self.segments
        add_response(
            s.first, s.last, s.demand_t_year, self.theta, self.mu, self.sigma, self.free, s.need, self.vot,
            self.routes.nest, self.routes.log_weight, self.route_state.availability.usable,
            at.cost, at.logsum, at.shipped, starts, mapped[some], by_price, by_delay,
        )  # fmt: skip
        jacobian = by_delay * delay_slope[active] + by_price * price_slope[active]
        step = gap.copy()
        step[active] = np.linalg.solve(np.eye(len(active)) - jacobian, gap[active])
        result: np.ndarray = step
        return result


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
    capacity = problem.state.capacity_t_year
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
