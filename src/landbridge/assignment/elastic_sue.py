"""Equilibrium with demand that answers to cost: constant elasticity on what goods cost when they arrive.

With V the value of a tonne, C the mean inclusive cost of a group's cargo
(:mod:`landbridge.assignment.bearing`) and C0 that of the reference state at equilibrium,

    D = D0 ((V + C) / (V + C0))^-e

(methods 11; with V = 0 the elasticity is that to the cost of shipping). A logsum has no zero of its own: with
many ways it may be below 0, and V keeps the base of the power above it. Demand, choice and queues are solved
together: the unknowns stay the flows of the facilities and the certificate is that of
:mod:`landbridge.assignment.sue`, with the loads of the demand that the costs make. In the reference state
D = D0, so its equilibrium is the one of fixed demand.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from landbridge.assignment.bearing import measure_surplus
from landbridge.assignment.delays import measure_delay, measure_price
from landbridge.assignment.sue import TOLERANCE, Equilibrium, Problem, Segments, solve
from landbridge.assignment.warm import Neighbour, solve_near


@dataclass(frozen=True)
class DemandResponse:
    """How demand answers: ``elasticity`` (n_groups), 0 or more; ``reference`` (n_groups) USD/t, the cost on
    arrival at which the demand of the problem holds, NaN where a group has none; ``value`` (n_groups), USD/t.
    """

    elasticity: np.ndarray
    reference: np.ndarray
    value: np.ndarray


def measure_inclusive(
    segments: Segments, logsum: np.ndarray, choke: np.ndarray, bears: np.ndarray
) -> np.ndarray:
    """Mean inclusive cost of each group (n_groups), USD/t, over the parts of its cargo; NaN without any."""
    n = len(bears)
    volume = np.bincount(segments.group, segments.demand_t_year, n)
    most = np.bincount(segments.group, segments.demand_t_year * bears[segments.group, segments.captive], n)
    worth = np.bincount(segments.group, measure_surplus(segments, logsum, choke, bears), n)
    mean: np.ndarray = np.divide(most - worth, volume, out=np.full(n, np.nan), where=volume > 0.0)
    return mean


class ElasticProblem(Problem):
    """A choice problem whose demand answers to its own costs; ``demand_factor`` (n_groups) is D / D0 of the
    last evaluation.
    """

    def __init__(self, base: Problem, response: DemandResponse) -> None:
        super().__init__(
            base.facilities,
            base.capacity_t_year,
            base.routes,
            base.tree,
            base.base_cost,
            base.usable,
            base.segments,
            base.classes,
            base.scarcity,
            base.bears,
        )
        self.response, self.base_segments = response, base.segments
        self.demand_factor = np.ones(len(response.reference))
        self.arrival_cost = response.reference

    def _respond(
        self, delay: np.ndarray, price: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        found = super()._respond(delay, price)
        if not hasattr(self, "response"):
            return found
        # Logsums do not hang on demand: flows are taken again with the demand that they make.
        r, s = self.response, self.base_segments
        cost = r.value + measure_inclusive(s, found[1], self.choke, self.bears)
        self.arrival_cost = cost
        with np.errstate(invalid="ignore"):
            factor = (cost / r.reference) ** -r.elasticity
        self.demand_factor = np.where(np.isnan(factor), 1.0, factor)
        self.segments = replace(s, demand_t_year=s.demand_t_year * self.demand_factor[s.group])
        return super()._respond(delay, price)

    def _invert(self, load: np.ndarray, at: Equilibrium) -> tuple[np.ndarray, np.ndarray]:
        """As for fixed demand, with the answer of demand: by group -(e / C D) a a', a its load by facility.

        Exact where all of a group's parts ship; else a good direction.
        """
        active, inverse = super()._invert(load, at)
        position = np.full(len(load), -1, np.int64)
        position[active] = np.arange(len(active))
        starts, marked = self.tree.list_marked(position)
        route = np.repeat(np.arange(self.routes.n_routes), np.diff(starts))
        shape = (len(self.routes.group_class), len(active))
        loads = csr_array((at.flow[route], (self.routes.route_group[route], marked)), shape=shape)
        volume = np.bincount(self.segments.group, self.segments.demand_t_year, shape[0])
        scale = self.arrival_cost * volume
        weight = np.divide(self.response.elasticity, scale, out=np.zeros(shape[0]), where=scale > 0.0)
        by_price = (loads.T @ (loads * weight[:, None])).toarray()
        vot = self.classes.value_of_time[self.routes.group_class]
        by_delay = (loads.T @ (loads * (weight * vot)[:, None])).toarray()
        capacity, laws = self.capacity_t_year, self.facilities
        _, delay_slope = measure_delay(load, capacity, laws.delay, laws.is_queue, laws.is_firm)
        _, price_slope = measure_price(load, capacity, self.scarcity, laws.is_firm)
        answer = by_delay * delay_slope[active] + by_price * price_slope[active]
        return active, np.linalg.inv(np.linalg.inv(inverse) + answer)


def solve_elastic(
    problem: ElasticProblem, *, start: np.ndarray | None = None, tolerance: float = TOLERANCE
) -> Equilibrium:
    """Equilibrium of demand, choice and queues, from the flows ``start`` if given.

    After it ``problem.segments`` hold the demand of the flows returned.
    """
    first = solve(problem, start=start, tolerance=1e-3)
    near = Neighbour(first.load, problem.find_inverse(first.load, problem.evaluate(first.load)))
    found, near = solve_near(problem, near, tolerance=tolerance)
    # The last evaluation of the search may be of another point than the best.
    return replace(problem.evaluate(near.load), iterations=first.iterations + found.iterations)


def integrate_demand(
    demand: np.ndarray, before: np.ndarray, after: np.ndarray, reference: np.ndarray, elasticity: np.ndarray
) -> np.ndarray:
    """Change of surplus, USD/year: the integral of ``demand (C / reference)^-e`` from ``after`` to
    ``before``.

    Examples
    --------
    >>> one = np.ones(1)
    >>> integrate_demand(1000 * one, 10 * one, 9 * one, 10 * one, 0 * one).round(6).tolist()
    [1000.0]
    >>> integrate_demand(1000 * one, 10 * one, 9 * one, 10 * one, one).round(3).tolist()
    [1053.605]
    """
    x, y = before / reference, after / reference
    is_one = np.abs(elasticity - 1.0) < 1e-9
    power = np.where(is_one, 0.5, 1.0 - elasticity)
    area: np.ndarray = np.where(is_one, np.log(x / y), (x**power - y**power) / power)
    change: np.ndarray = demand * reference * area
    return change
