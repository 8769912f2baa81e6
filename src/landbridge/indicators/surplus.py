"""Surplus of shippers by zone and class, and the rule of half as a check on its changes."""

from dataclasses import dataclass

import numpy as np

from landbridge.assignment.bearing import measure_surplus
from landbridge.assignment.routes import RouteSet
from landbridge.indicators.solution import Solution


@dataclass(frozen=True)
class Surplus:
    """Surplus of one scenario and year, and what a rule of half needs of it.

    ``by_zone`` (n_classes, n_zones) in USD/year, half of each pair's at either end; ``flow`` (t/year),
    ``cost`` (USD/t) and ``usable`` by route.
    """

    by_zone: np.ndarray
    flow: np.ndarray
    cost: np.ndarray
    usable: np.ndarray

    @property
    def total(self) -> float:
        """Surplus of all shippers, USD/year."""
        return float(self.by_zone.sum())


def take_surplus(solution: Solution, bears: np.ndarray) -> Surplus:
    """Surplus of a solution by class and zone; ``bears`` of :func:`measure_bearing` over its routes."""
    s, at, r = solution.segments, solution.equilibrium, solution.routes
    choke = solution.classes.choke[r.group_class[s.group]]
    own = measure_surplus(s, at.logsum, choke, bears)
    shape = len(solution.classes.ids), len(solution.network.zones)
    by_group = np.bincount(s.group, own, len(r.group_class))
    answer = solution.answer
    if answer is not None:
        # Demand at the reference cost is worth its surplus there, and its change the area under demand.
        base = answer.base_demand[r.group_class, r.group_origin, r.group_destination]
        with np.errstate(invalid="ignore", divide="ignore"):
            per_tonne = by_group / np.bincount(s.group, s.demand_t_year, len(r.group_class))
            at_reference = base * (per_tonne + answer.cost - answer.reference)
        by_group = np.where(np.isnan(answer.reference), by_group, at_reference + answer.surplus)
    usable = solution.route_state.availability.usable
    return Surplus(split_to_ends(r, by_group, shape), at.flow, at.cost, usable)


def split_to_ends(routes: RouteSet, by_group: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Amounts of groups (n_groups) by class and zone (n_classes, n_zones), half to either end of the pair."""
    result = np.zeros(shape)
    for ends in (routes.group_origin, routes.group_destination):
        np.add.at(result, (routes.group_class, ends), 0.5 * by_group)
    return result


def apply_rule_of_half(
    routes: RouteSet, before: Surplus, after: Surplus, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Check of a change of surplus: half of (h0 + h1)(c0 - c1) over the routes open in both states.

    Returns it by class and zone (n_classes, n_zones) in USD/year, and the share of tonnes on such routes,
    likewise (NaN where nothing moves). A route that opens or shuts has no cost on one side, so the rule says
    nothing of it (Nellthorp and Hyman 2001).
    """
    both = (before.usable > 0.0) & (after.usable > 0.0)
    tonnes = before.flow + after.flow
    gain = np.where(both, 0.5 * tonnes * (before.cost - after.cost), 0.0)
    of, n = routes.route_group, len(routes.group_class)
    known, moved, gained = (
        split_to_ends(routes, np.bincount(of, values, n), shape)
        for values in (np.where(both, tonnes, 0.0), tonnes, gain)
    )
    return gained, np.divide(known, moved, out=np.full(shape, np.nan), where=moved > 0.0)
