"""What shipping is worth to shippers: the surplus of the logsum, with staying at home as a way of its own.

A part of the cargo that chooses alike (a segment) has the logsum cost S over the ways that are open to it and
bears B at most. Its inclusive cost and its surplus per tonne are

    I = -(1/sigma) ln(exp(-sigma S) + exp(-sigma B)),     B - I = ln(1 + exp(sigma (B - S))) / sigma

with the sigma of the choice model, so that the derivative of the surplus is the share shipped wherever B is
the cost at which the model holds cargo back (Williams 1977; Small and Rosen 1981; methods 11). B is the same
in all states that are compared: what a part pays at most hangs on its goods and not on which line is open.
Therefore the surplus never falls when a way opens at fixed costs, and cargo that ships in the model above B
counts as cargo that stays.
"""

from dataclasses import dataclass

import numpy as np

from landbridge.assignment.costs import Classes
from landbridge.assignment.routes import NESTS, RouteSet
from landbridge.assignment.sue import FULLY_SHIPPED, Segments, build_segments
from landbridge.indicators.solution import Solution
from landbridge.kernels.choice import choose


def measure_bearing(
    routes: RouteSet, classes: Classes, captive: np.ndarray, base_cost: np.ndarray, usable: np.ndarray
) -> np.ndarray:
    """What cargo bears at most (n_groups, n_nests + 1), USD/t: by the nest to which it is captive, free
    choosers last.

    It is the logsum without queues in the state that others are compared with, plus the choke of its class;
    where nothing served such cargo there, the logsum over all of its ways, open or not. NaN where it has no
    way at all. ``base_cost`` (n_routes, USD/t) and ``usable`` (n_routes) are those of that state.
    """
    standing = _measure_logsums(routes, classes, captive, base_cost, usable)
    ever = _measure_logsums(routes, classes, captive, base_cost, np.ones(routes.n_routes))
    least = np.where(np.isnan(standing), ever, standing)
    bearing: np.ndarray = least + classes.choke[routes.group_class][:, None]
    return bearing


def _measure_logsums(
    routes: RouteSet, classes: Classes, captive: np.ndarray, base_cost: np.ndarray, usable: np.ndarray
) -> np.ndarray:
    """Logsums at given costs (n_groups, n_nests + 1), USD/t, of those who put up with most; NaN without a
    way.
    """
    s = build_segments(routes, np.ones(captive.shape[:3]), captive, usable)
    of = routes.group_class[s.group]
    n = len(s.first)
    logsum = np.empty(n)
    nothing = np.full(n, np.nan)
    choose(
        routes.group_first, s.group, s.first, s.last, np.ones(n), classes.route_scale[of],
        classes.mode_scale[of], nothing, nothing, nothing, s.need, routes.nest,
        routes.log_weight / classes.route_scale[routes.route_class], usable, base_cost,
        np.zeros(routes.n_routes), logsum, np.empty(n),
    )  # fmt: skip
    least = np.full((len(routes.group_class), len(NESTS) + 1), np.inf)
    found = ~np.isnan(logsum)
    np.minimum.at(least, (s.group[found], s.captive[found]), logsum[found])
    return np.where(np.isinf(least), np.nan, least)


def measure_surplus(
    segments: Segments, logsum: np.ndarray, choke: np.ndarray, bears: np.ndarray
) -> np.ndarray:
    """Surplus of each segment, USD/year; 0 where it has no open way.

    ``logsum`` (USD/t, NaN without a way) and ``choke`` (USD/t) by segment; ``bears`` of
    :func:`measure_bearing`.

    Examples
    --------
    >>> one = np.zeros(1, np.int64)
    >>> part = Segments(one, one, np.array([100.0]), one, one - 1, np.ones(1))
    >>> bears = np.array([[np.nan, np.nan, np.nan, 160.0]])
    >>> measure_surplus(part, np.array([60.0]), np.array([100.0]), bears).round(6).tolist()
    [10000.0]
    """
    most = bears[segments.group, segments.captive]
    sigma = FULLY_SHIPPED / choke
    room = np.where(np.isnan(logsum) | np.isnan(most), -np.inf, sigma * (most - logsum))
    surplus: np.ndarray = segments.demand_t_year * np.logaddexp(0.0, room) / sigma
    return surplus


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
