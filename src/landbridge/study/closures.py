"""Closures of single states, chokepoints, ports and crossings, and of several at once, each solved to its
equilibrium from that of the open state.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from landbridge.assignment.costs import MEASURES, sum_parts
from landbridge.assignment.detours import Detours, find_detours, weigh_detours
from landbridge.assignment.loading import evaluate_routes
from landbridge.assignment.sue import TOLERANCE, Equilibrium, Problem, build_segments
from landbridge.assignment.warm import Neighbour, solve_first, solve_near
from landbridge.indicators.dependence import Loss, measure_loss
from landbridge.indicators.elements import Chokepoint, Elements, Passages, find_passages, list_elements
from landbridge.study.prepare import Prepared
from landbridge.study.workers import THREADS, Workers

LEAST_LOST = 0.01
"""A pair that loses less than this share of its flow needs no detour."""


@dataclass(frozen=True)
class Closed:
    """One closure, solved: what it costs, and how good the equilibrium is."""

    items: tuple[int, ...]
    loss: Loss
    residual: float
    evaluations: int
    seconds: float


class OpenState:
    """A scenario and year in which things close: its elements, its equilibrium, and detours for closures.

    ``elements`` holds what can close; ``at`` the equilibrium with all open, over the routes of the study.
    """

    def __init__(self, prepared: Prepared, scenario: str, year: int) -> None:
        p = self.prepared = prepared
        self.scenario, self.year = scenario, year
        self.state = p.build_state(scenario, year)
        self.demand = p.build_demand(year).t_year
        self.elements = build_elements(p)
        r = p.routes
        has_demand = self.demand[r.group_class, r.group_origin, r.group_destination] > 0.0
        self.routes = r.keep_groups(has_demand)
        self.bears = p.get_bearing(year)[has_demand]
        self.passages = find_passages(p.network, self.routes, self.elements)
        self._arc_table = p.build_arc_table(self.state)
        self.route_state = evaluate_routes(p.network, self.state, self.routes, p.classes, self._arc_table)
        usable = self.route_state.availability.usable
        segments = build_segments(self.routes, self.demand, p.captive, usable)
        self.problem = Problem(
            self.state.facilities,
            self.state.capacity_t_year,
            self.routes,
            self.route_state.tree,
            self.route_state.base_cost,
            usable,
            segments,
            p.classes,
            p.scarcity,
            self.bears,
        )
        self.at, self.neighbour = solve_first(self.problem)

    def list_passed(self) -> list[int]:
        """Elements that some cargo passes with all open."""
        weight = self.at.flow[self.passages.route]
        carried = np.bincount(self.passages.items, weight, len(self.elements))
        return [int(e) for e in np.flatnonzero(carried > 0.5)]

    def prepare_closures(self, closures: Sequence[Sequence[int]]) -> "ClosureModel":
        """All that closures, each a list of elements, need to be solved: detours, and the open state with
        them.
        """
        wanted = []
        flow = np.maximum(np.add.reduceat(self.at.flow, self.routes.group_first[:-1]), 1e-9)
        for items in closures:
            lost = np.where(self.passages.mark(items), self.at.flow, 0.0)
            wanted.append(np.add.reduceat(lost, self.routes.group_first[:-1]) > LEAST_LOST * flow)
        p = self.prepared
        detours = find_detours(
            p.network,
            self.state,
            sum_parts(self._arc_table),
            self._arc_table[:, :, MEASURES.index("time_h")],
            p.classes,
            self.routes,
            [np.asarray(self.elements.arcs[list(items)].any(axis=0)) for items in closures],
            wanted,
            allow_reentry=p.study.settings.model.allow_reentry,
        )
        return ClosureModel(self, detours)


def build_elements(prepared: Prepared) -> Elements:
    """What can close in a study."""
    narrows = [Chokepoint(c.id, c.title, c.elements, c.held_by) for c in prepared.study.settings.chokepoints]
    return list_elements(prepared.network, prepared.tables, narrows)


class ClosureModel:
    """An open state with detours among its routes, ready to be closed in parts."""

    def __init__(self, base: OpenState, detours: Detours) -> None:
        p = base.prepared
        self.base, self.detours = base, detours
        r = self.routes = detours.routes
        self.passages: Passages = find_passages(p.network, r, base.elements)
        self.route_state = evaluate_routes(p.network, base.state, r, p.classes, base._arc_table)
        self.usable = self.route_state.availability.usable
        self.before = np.where(detours.is_detour, 0.0, self.usable)
        self.theta = r.measure_scales(p.classes)[0][r.route_group]
        # Cargo captive to a mode that only detours would serve chooses freely, as with all open.
        served = np.zeros((len(r.group_class), p.captive.shape[3]), bool)
        kept = ~detours.is_detour
        served[r.route_group[kept], r.nest[kept]] = True
        captive = p.captive.copy()
        g = (r.group_class, r.group_origin, r.group_destination)
        captive[g] = np.where(served, captive[g], 0.0)
        self.captive = captive
        self.segments = build_segments(r, base.demand, captive, self.usable)
        self.open_problem = self._build(self.before, r.log_weight)
        self.at, _ = solve_near(
            self.open_problem, Neighbour(base.neighbour.load, base.neighbour.inverse.copy())
        )

    def _build(self, usable: np.ndarray, log_weight: np.ndarray) -> Problem:
        p = self.base.prepared
        return Problem(
            self.base.state.facilities,
            self.base.state.capacity_t_year,
            replace(self.routes, log_weight=log_weight),
            self.route_state.tree,
            self.route_state.base_cost,
            usable,
            self.segments,
            p.classes,
            p.scarcity,
            self.base.bears,
        )

    def build_problem(self, items: Sequence[int]) -> Problem:
        """Choice problem with some elements closed."""
        open_still = np.where(self.passages.mark(items), 0.0, self.usable)
        before = np.where(self.detours.is_detour, 0.0, self.before)
        cost = self.route_state.base_cost
        return self._build(*weigh_detours(self.detours, self.theta, cost, before, open_still))

    def solve(self, items: Sequence[int], tolerance: float = TOLERANCE) -> tuple[Problem, Equilibrium]:
        """Equilibrium with some elements closed, over the routes that are left."""
        problem = self.build_problem(items).leave_out_shut()
        inverse = self.base.neighbour.inverse.copy()
        return problem, solve_near(problem, Neighbour(self.at.load, inverse), tolerance=tolerance)[0]

    def close(self, items: Sequence[int]) -> Closed:
        """What it costs to close some elements at once."""
        begin = time.perf_counter()
        problem, after = self.solve(items)
        n_zones = len(self.base.prepared.network.zones)
        loss = measure_loss(self.routes, self.segments, self.at, after, problem.choke, n_zones)
        return Closed(tuple(items), loss, after.residual, after.iterations, time.perf_counter() - begin)

    def close_all(
        self,
        closures: Sequence[Sequence[int]],
        workers: Workers = THREADS,
        report: Callable[[int, int, str], None] | None = None,
    ) -> list[Closed]:
        """All closures, in their order; the same whoever solves them."""
        tasks = {"+".join(map(str, items)): tuple(items) for items in closures}
        found: dict[str, Closed] = {}
        for key, closed in workers.run(self, ClosureModel.close, tasks):
            found[key] = closed
            if report is not None:
                report(len(found), len(tasks), workers.words)
        return [found[key] for key in tasks]
