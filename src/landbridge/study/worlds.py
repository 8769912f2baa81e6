"""Worlds that differ in which projects are carried out, each solved as a scenario of its own."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from landbridge.indicators.solution import Solution
from landbridge.indicators.welfare import measure_co2
from landbridge.process import GateState, fix_gate
from landbridge.study.elastic import solve_problem
from landbridge.study.prepare import Prepared, Progress, Report
from landbridge.study.scenarios import ResolvedScenario, build_scenario_state, find_date, list_rules
from landbridge.study.settings import Project
from landbridge.study.welfare import WelfareBook

WORKERS = 2
CASES = (0, 1, 2)


def build_world(
    prepared: Prepared, scenario: str, projects: Mapping[str, Project], done: Iterable[str]
) -> ResolvedScenario:
    """A scenario in which what all ``projects`` take as given holds and those ``done`` are carried out.

    Gates that follow come about as soon as all that they require is met; a line whose neighbour is not built
    stays shut thereby.
    """
    base = prepared.scenarios[scenario]
    gates: dict[str, GateState] = dict(base.gates)
    for project in projects.values():
        for gate in project.given:
            gates[gate] = fix_gate(gates[gate], 1.0, "taken as met with and without the project")
    names = [name for name in projects if name in set(done)]
    for name in names:
        for gate in projects[name].gates:
            gates[gate] = fix_gate(gates[gate], 1.0, f"met by the project {name}")
    table = prepared.study.tables["gates"]
    waiting = {gate for name in names for gate in projects[name].follow if gates[gate].share < 1.0}
    while ready := [gate for gate in sorted(waiting) if _is_ready(table.row(gate), gates)]:
        for gate in ready:
            gates[gate] = fix_gate(gates[gate], 1.0, "all that it requires is met")
        waiting.difference_update(ready)
    closed = [rule.state for rule in base.rules if rule.id == f"closed-{rule.state}"]
    rules = list_rules(prepared.study.tables, gates, closed, find_date(prepared.study, scenario))
    title = " and ".join(names) or "none of the projects"
    measures = (*base.measures, *(m for name in names for m in projects[name].measures))
    return replace(base, id=scenario, title=title, gates=gates, rules=rules, measures=measures)


def _is_ready(row: Mapping[str, Sequence[str]], gates: Mapping[str, GateState]) -> bool:
    any_of = row["requires_any"]
    return all(gates[gate].share >= 1.0 for gate in row["requires"]) and (
        not any_of or any(gates[gate].share >= 1.0 for gate in any_of)
    )


@dataclass(frozen=True)
class Outcome:
    """What a world gives in one year.

    ``gain`` (3 cases, n_parties), USD/year, with low, middle and high shares of cost and social cost of
    carbon; ``parties`` and ``roles`` name them; ``transit`` by state, USD/year; ``residual`` of the
    equilibrium.
    """

    parties: tuple[str, ...]
    roles: tuple[str, ...]
    gain: np.ndarray
    states: tuple[str, ...]
    transit: np.ndarray
    co2_t: float
    unserved_t: float
    residual: float

    def sum_by_role(self, case: int) -> dict[str, float]:
        """Gain of each role, USD/year."""
        return {
            role: float(self.gain[case, [r == role for r in self.roles]].sum())
            for role in dict.fromkeys(self.roles)
        }


class WorldSolver:
    """Solves worlds of one study; equal worlds are solved once, each from the scenario's own flows."""

    def __init__(self, prepared: Prepared, scenario: str, report: Report | None = None) -> None:
        self.prepared, self.scenario, self.report = prepared, scenario, report
        self.book = WelfareBook(prepared)
        self._found: dict[tuple[object, ...], Outcome] = {}
        self._starts: dict[int, np.ndarray] = {}
        self._lock = Lock()

    def solve(self, asked: Iterable[tuple[ResolvedScenario, int]]) -> None:
        """Solve worlds in years, those that are not solved yet."""
        fresh = {}
        for world, year in asked:
            key = self._key(world, year)
            if key not in self._found:
                fresh[key] = (world, year)
        for year in sorted({year for _, year in fresh.values()} - set(self._starts)):
            world = self.prepared.scenarios[self.scenario]
            self._starts[year] = np.zeros(0)
            self._starts[year] = self._solve(world, year).equilibrium.load
        done = [0]

        def work(item: tuple[tuple[object, ...], tuple[ResolvedScenario, int]]) -> None:
            key, (world, year) = item
            outcome = self._judge(self._solve(world, year))
            with self._lock:
                self._found[key] = outcome
                done[0] += 1
                if self.report is not None:
                    self.report(Progress("equilibria", done[0], len(fresh), f"{world.title} {year}"))

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(work, fresh.items()))

    def get(self, world: ResolvedScenario, year: int) -> Outcome:
        """Outcome of a world that was solved."""
        return self._found[self._key(world, year)]

    def _key(self, world: ResolvedScenario, year: int) -> tuple[object, ...]:
        layer = self.prepared.study.settings.find_layer(world.id)
        return (year, layer, world.measures, *(state.share for state in world.gates.values()))

    def _solve(self, world: ResolvedScenario, year: int) -> Solution:
        p = self.prepared
        state = build_scenario_state(p.study, p.network, p.tables, world, year)
        demand = p.build_demand(year).t_year
        routes = p.evaluate_routes(state)
        problem = p.build_problem(state, demand, routes)
        start = self._starts[year]
        near = start if len(start) == len(state.capacity_t_year) else None
        found = solve_problem(p, problem, demand, world.id, year, start=near)
        return Solution(
            world.id,
            year,
            p.network,
            state,
            p.classes,
            p.routes,
            routes,
            found.segments,
            found.demand,
            found.equilibrium,
            found.answer,
        )

    def _judge(self, solution: Solution) -> Outcome:
        accounts = [self.book.take(solution, case) for case in CASES]
        middle = accounts[1]
        return Outcome(
            parties=tuple(middle.accounts["party"]),
            roles=tuple(middle.accounts["role"]),
            gain=np.stack([found.accounts["gain_usd_year"] for found in accounts]),
            states=self.book.payees.states,
            transit=middle.payments.transit.sum(axis=(1, 2)),
            co2_t=measure_co2(solution),
            unserved_t=float(solution.unserved.sum()),
            residual=solution.equilibrium.residual,
        )
