"""One solved state: what the tables of results are made from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from landbridge.assignment.costs import ARC_PARTS, COST_PARTS, MEASURES, Classes
from landbridge.assignment.loading import RouteState
from landbridge.assignment.routes import RouteSet
from landbridge.assignment.sue import Equilibrium, Segments
from landbridge.kernels.choice import load_arcs
from landbridge.network import LinkState, Network

MONEY = ("tariff", "handling", "fees", "penalty", "carbon")
"""Parts that are paid in money; the slot price is added to them, the hours of a queue are not."""


@dataclass(frozen=True)
class Answer:
    """How demand answered to cost: ``base_demand`` (n_classes, n_zones, n_zones) in t/year as it would be at
    the ``reference`` cost; ``reference`` and ``cost`` (n_groups): what goods cost on arrival, USD/t;
    ``surplus`` (n_groups): the change of shippers' surplus, USD/year; ``welfare`` (n_zones): factor on real
    spending, where trade was solved for it, else empty.
    """

    base_demand: np.ndarray
    reference: np.ndarray
    cost: np.ndarray
    surplus: np.ndarray
    welfare: np.ndarray


@dataclass(frozen=True)
class Solution:
    """Equilibrium of one scenario and year, with what it was computed from. ``demand`` (n_classes, n_zones,
    n_zones); where it answers to cost, ``answer`` says how.
    """

    scenario: str
    year: int
    network: Network
    state: LinkState
    classes: Classes
    routes: RouteSet
    route_state: RouteState
    segments: Segments
    demand: np.ndarray
    equilibrium: Equilibrium
    answer: Answer | None = None

    def _along(self, by_facility: np.ndarray) -> np.ndarray:
        """Sum of a facility attribute along each route."""
        values = np.broadcast_to(by_facility, (len(self.classes.ids), len(by_facility)))
        return self.route_state.tree.sum_routes(np.zeros(self.routes.n_routes), values)

    @cached_property
    def queue_h(self) -> np.ndarray:
        """Hours of delay from flow on each route."""
        return self._along(self.equilibrium.delay_h)

    @cached_property
    def slot_price(self) -> np.ndarray:
        """Price of slots on each route, USD/t."""
        return self._along(self.equilibrium.price_usd_t)

    @cached_property
    def parts(self) -> dict[str, np.ndarray]:
        """Cost parts of each route, USD/t; they sum to its generalised cost."""
        measures = self.route_state.measures
        result = {part: measures[:, MEASURES.index(part)] for part in ARC_PARTS}
        vot = self.classes.value_of_time[self.routes.route_class]
        result["queue"] = vot * self.queue_h + self.slot_price
        result["reliability"] = self.route_state.reliability
        result["penalty"] = self.route_state.availability.penalty
        return {part: result[part] for part in COST_PARTS}

    @cached_property
    def time_h(self) -> np.ndarray:
        """Hours door to door on each route, queues included."""
        hours: np.ndarray = self.route_state.measures[:, MEASURES.index("time_h")] + self.queue_h
        return hours

    @cached_property
    def money(self) -> np.ndarray:
        """Money paid on each route, USD/t: tariffs, handling, fees, penalties, carbon and slot prices."""
        total: np.ndarray = sum((self.parts[p] for p in MONEY), self.slot_price)
        return total

    @cached_property
    def group_flow(self) -> np.ndarray:
        """Flow of each group of routes, t/year."""
        starts = self.routes.group_first[:-1]
        return np.add.reduceat(self.equilibrium.flow, starts) if len(starts) else np.zeros(0)

    @cached_property
    def arc_load(self) -> np.ndarray:
        """Flow by class and arc (n_classes, n_arcs), t/year."""
        load = np.zeros((len(self.classes.ids), self.network.n_arcs))
        load_arcs(self.routes.start, self.routes.arcs, self.routes.route_class, self.equilibrium.flow, load)
        return load

    @cached_property
    def served(self) -> np.ndarray:
        """Tonnes carried by class and pair (n_classes, n_zones, n_zones)."""
        result = np.zeros_like(self.demand)
        r = self.routes
        result[r.group_class, r.group_origin, r.group_destination] = self.group_flow
        return result

    @cached_property
    def unserved(self) -> np.ndarray:
        """Tonnes that stay, by class and pair: what no segment shipped, and demand without any route."""
        result = self.demand.copy()
        r, s = self.routes, self.segments
        grouped = self.demand[r.group_class, r.group_origin, r.group_destination]
        result[r.group_class, r.group_origin, r.group_destination] = np.where(grouped > 0.0, 0.0, grouped)
        left = s.demand_t_year * (1.0 - self.equilibrium.shipped)
        g = s.group
        np.add.at(result, (r.group_class[g], r.group_origin[g], r.group_destination[g]), left)
        return result

    @cached_property
    def group_logsum(self) -> np.ndarray:
        """Logsum cost of each group, USD/t: the mean over the parts of its cargo that have a way; NaN if none
        has.
        """
        s, n = self.segments, len(self.routes.group_class)
        moves = ~np.isnan(self.equilibrium.logsum)
        weight = np.bincount(s.group[moves], s.demand_t_year[moves], n)
        total = np.bincount(s.group[moves], (s.demand_t_year * self.equilibrium.logsum)[moves], n)
        mean: np.ndarray = np.divide(total, weight, out=np.full(n, np.nan), where=weight > 0.0)
        return mean

    def measure_imbalance(self) -> float:
        """Largest |served + unserved - demand| over pairs and classes, as a share of all demand."""
        total = float(self.demand.sum())
        return float(np.abs(self.served + self.unserved - self.demand).max()) / total if total > 0.0 else 0.0
