"""Exposure: the share of trade that passes each state, chokepoint, port and crossing, and how many ways it
has.

Shares of different elements do not add up to one, because a route passes several. What does add up is trade
grouped by the whole set of states that it crosses; the concentration of these groups is the sum of their
squared shares (Herfindahl 1950; Hirschman 1964), and its inverse the number of equal ways that would be as
concentrated.
"""

from dataclasses import dataclass

import numpy as np

from landbridge.assignment.routes import RouteSet
from landbridge.indicators.elements import Elements, Passages
from landbridge.indicators.flows import Columns
from landbridge.indicators.solution import Solution

LEAST_SHARE = 0.001
"""Smaller shares of a zone's trade are left out of tables of results."""


@dataclass(frozen=True)
class Exposure:
    """What passes where, by zone.

    ``t_year`` and ``usd_year`` (n_zones, n_elements): trade of a zone, to it and from it, that passes an
    element; ``all_t_year`` and ``all_usd_year`` (n_zones): all of its trade that moves.
    """

    t_year: np.ndarray
    usd_year: np.ndarray
    all_t_year: np.ndarray
    all_usd_year: np.ndarray

    @property
    def share_tonnes(self) -> np.ndarray:
        """Share by weight (n_zones, n_elements); NaN for a zone whose trade does not move."""
        return _divide(self.t_year, self.all_t_year[:, None])

    @property
    def share_value(self) -> np.ndarray:
        """Share by value (n_zones, n_elements); NaN for a zone whose trade does not move."""
        return _divide(self.usd_year, self.all_usd_year[:, None])


def _divide(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    whole = np.broadcast_to(whole, part.shape)
    found: np.ndarray = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0.0)
    return found


def measure_exposure(
    routes: RouteSet, passages: Passages, flow: np.ndarray, unit_value: np.ndarray, n_zones: int
) -> Exposure:
    """Trade by zone and element for route flows, t/year, and the value of each class, USD/t.

    A route counts for the zones of both its ends.
    """
    group = routes.route_group
    origin, destination = routes.group_origin[group], routes.group_destination[group]
    n = passages.n_elements
    of = passages.route
    moving = flow[of] > 0.0
    of, item = of[moving], passages.items[moving]
    by_pass, total = [], []
    for weight in (flow, flow * unit_value[routes.route_class]):
        both = np.zeros((n_zones, n))
        alone = np.zeros(n_zones)
        for end in (origin, destination):
            both += np.bincount(end[of] * n + item, weight[of], n_zones * n).reshape(n_zones, n)
            alone += np.bincount(end, weight, n_zones)
        by_pass.append(both)
        total.append(alone)
    return Exposure(*by_pass, *total)


@dataclass(frozen=True)
class Concentration:
    """Herfindahl index of the ways of each pair of zones with trade that moves, grouped by the set of states
    crossed.

    All arrays are of shape (n_pairs,).
    """

    origin: np.ndarray
    destination: np.ndarray
    t_year: np.ndarray
    hhi: np.ndarray

    def average(self, n_zones: int) -> np.ndarray:
        """Mean over the pairs of each zone, weighed by tonnes (n_zones,); NaN for a zone without trade."""
        weighed, weight = np.zeros(n_zones), np.zeros(n_zones)
        for end in (self.origin, self.destination):
            weighed += np.bincount(end, self.t_year * self.hhi, n_zones)
            weight += np.bincount(end, self.t_year, n_zones)
        return _divide(weighed, weight)


def measure_concentration(
    routes: RouteSet, passages: Passages, elements: Elements, flow: np.ndarray, n_zones: int
) -> Concentration:
    """Concentration of each pair's ways for route flows, t/year; classes are taken together."""
    is_state = np.zeros(passages.n_elements, bool)
    is_state[elements.list_kind("state")] = True
    # Equal sets of states have equal sums of random 64-bit numbers.
    prints = np.random.default_rng(0).integers(0, 2**63, passages.n_elements, dtype=np.uint64)
    prints[~is_state] = 0
    sums = np.concatenate(([0], np.cumsum(prints[passages.items], dtype=np.uint64)))
    mark = sums[passages.start[1:]] - sums[passages.start[:-1]]
    group = routes.route_group
    pair = routes.group_origin[group] * n_zones + routes.group_destination[group]
    moving = flow > 0.0
    key = np.stack([pair[moving].astype(np.uint64), mark[moving]])
    ways, place = np.unique(key, axis=1, return_inverse=True)
    by_way = np.bincount(place.ravel(), flow[moving], ways.shape[1])
    pairs, of_pair = np.unique(ways[0].astype(np.int64), return_inverse=True)
    total = np.bincount(of_pair, by_way, len(pairs))
    hhi = np.bincount(of_pair, (by_way / total[of_pair]) ** 2, len(pairs))
    return Concentration(pairs // n_zones, pairs % n_zones, total, hhi)


def list_exposure(zones: tuple[str, ...], elements: Elements, found: Exposure, least: float) -> Columns:
    """Rows of zones and elements through which at least a share ``least`` of the zone's trade passes."""
    tonnes, value = found.share_tonnes, found.share_value
    z, e = np.nonzero(np.nan_to_num(np.maximum(tonnes, value)) >= least)
    return {
        "zone": [zones[i] for i in z],
        "kind": [elements.kind[i] for i in e],
        "element": [elements.id[i] for i in e],
        "name": [elements.name[i] for i in e],
        "flow_t_year": found.t_year[z, e],
        "value_usd_year": found.usd_year[z, e],
        "share_tonnes": tonnes[z, e],
        "share_value": value[z, e],
    }


def list_concentration(zones: tuple[str, ...], found: Concentration) -> Columns:
    """One row a zone: the Herfindahl index of its ways and the number of equal ways that it stands for."""
    hhi = found.average(len(zones))
    return {"zone": list(zones), "hhi": hhi, "effective_ways": 1.0 / hhi}


def tabulate_exposure(
    solution: Solution, elements: Elements, passages: Passages, unit_value: np.ndarray
) -> dict[str, Columns]:
    """Tables ``exposure`` and ``concentration`` of one solved state; ``unit_value`` of classes in USD/t."""
    flow, routes, n = solution.equilibrium.flow, solution.routes, len(solution.network.zones)
    exposed = measure_exposure(routes, passages, flow, unit_value, n)
    ways = measure_concentration(routes, passages, elements, flow, n)
    return {
        "exposure": list_exposure(solution.network.zones, elements, exposed, LEAST_SHARE),
        "concentration": list_concentration(solution.network.zones, ways),
    }
