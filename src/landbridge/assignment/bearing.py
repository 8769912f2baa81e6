"""What cargo bears at most, and what shipping is worth to it: the logsum with staying as a way of its own.

A part of the cargo that chooses alike (a segment) has the logsum cost S over the ways that are open to it and
bears B at most. Its inclusive cost and its surplus per tonne are

    I = -(1/sigma) ln(exp(-sigma S) + exp(-sigma B)),     B - I = ln(1 + exp(sigma (B - S))) / sigma

with the sigma of the choice model, so that the derivative of the surplus is the share shipped (Williams 1977;
Small and Rosen 1981; methods 11). B is the same in all states that are compared: what a part pays at most
hangs on its goods and not on which line is open. Therefore the surplus never falls when a way opens at fixed
costs, and cheaper ways for others never make cargo stay that shipped before at the same cost.
"""

import numpy as np

from landbridge.assignment.costs import Classes
from landbridge.assignment.routes import NESTS, RouteSet
from landbridge.assignment.sue import FULLY_SHIPPED, Segments, build_segments
from landbridge.kernels.choice import choose


def measure_bearing(
    routes: RouteSet, classes: Classes, captive: np.ndarray, base_cost: np.ndarray, usable: np.ndarray
) -> np.ndarray:
    """What cargo bears at most (n_groups, n_nests + 1), USD/t: by the nest to which it is captive, free
    choosers last.

    It is the logsum without queues in the state that others are compared with, of the part that puts up with
    least, plus the choke of its class; where nothing served such cargo there, the logsum over all of its
    ways, open or not. NaN where it has no way at all. ``base_cost`` (n_routes, USD/t) and ``usable``
    (n_routes) are those of that state.
    """
    standing = _measure_logsums(routes, classes, captive, base_cost, usable)
    ever = _measure_logsums(routes, classes, captive, base_cost, np.ones(routes.n_routes))
    least = np.where(np.isnan(standing), ever, standing)
    bearing: np.ndarray = least + classes.choke[routes.group_class][:, None]
    return bearing


def _measure_logsums(
    routes: RouteSet, classes: Classes, captive: np.ndarray, base_cost: np.ndarray, usable: np.ndarray
) -> np.ndarray:
    """Logsums at given costs (n_groups, n_nests + 1), USD/t, of those who put up with least; NaN without a
    way.
    """
    s = build_segments(routes, np.ones(captive.shape[:3]), captive, usable)
    theta, mu = routes.measure_scales(classes)
    n = len(s.first)
    logsum = np.empty(n)
    choose(
        routes.group_first, s.group, s.first, s.last, np.ones(n), theta[s.group], mu[s.group], np.zeros(n),
        np.full(n, np.inf), s.need, routes.nest, routes.log_weight / theta[routes.route_group], usable,
        base_cost,
        np.zeros(routes.n_routes), logsum, np.empty(n),
    )  # fmt: skip
    most = np.full((len(routes.group_class), len(NESTS) + 1), -np.inf)
    found = ~np.isnan(logsum)
    np.maximum.at(most, (s.group[found], s.captive[found]), logsum[found])
    return np.where(np.isinf(most), np.nan, most)


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
    worth = np.maximum(room, 0.0) + np.log1p(np.exp(-np.abs(room)))
    surplus: np.ndarray = segments.demand_t_year * worth / sigma
    return surplus
