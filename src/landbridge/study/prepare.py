"""Everything that the scenarios of a study share: network, routes over all of their states, and base-year
demand.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from threading import Lock
from types import MappingProxyType

import numpy as np

from landbridge.assignment.bearing import measure_bearing
from landbridge.assignment.costs import MEASURES, Classes, build_arc_table, build_classes, sum_parts
from landbridge.assignment.delays import Scarcity
from landbridge.assignment.elastic_sue import DemandResponse
from landbridge.assignment.loading import RouteState, evaluate_routes, plant_tree
from landbridge.assignment.prefixes import PrefixTree
from landbridge.assignment.routes import NESTS, RouteSet, find_routes
from landbridge.assignment.sue import Problem, Segments, build_segments
from landbridge.demand import Demand, build_base_matrix, project
from landbridge.errors import UnknownId
from landbridge.indicators.route_text import RouteWords
from landbridge.network import LinkState, Network, build_network
from landbridge.network.attributes import get_parameter
from landbridge.process import open_gates
from landbridge.study.adjust import FITTED, adjust_tables, spread_demand_factors
from landbridge.study.cache import find_arrays, hash_package, store_arrays
from landbridge.study.folder import Study
from landbridge.study.scenarios import (
    ResolvedScenario,
    build_scenario_state,
    find_date,
    get_base_scenario,
    list_rules,
    place_gauge_breaks,
    resolve_scenario,
)
from landbridge.tables import Table


@dataclass(frozen=True)
class Progress:
    """How far long work has come: ``done`` of ``total`` steps of a stage, and what is being done."""

    stage: str
    done: int
    total: int
    detail: str = ""


Report = Callable[[Progress], None]
_LOCK = Lock()


@dataclass(frozen=True)
class Prepared:
    """A study ready to be solved in any of its scenarios and years.

    ``study`` holds the tables with what calibration found, ``original`` those without. ``seed`` is the demand
    that flow rows make, ``demand`` that with the factors of calibration. ``logsum`` (n_classes, n_zones,
    n_zones): cost of trade in the base year without queues, USD/t, before calibration; NaN where no way was
    open.
    """

    study: Study
    tables: Mapping[str, Table]
    network: Network
    classes: Classes
    scenarios: Mapping[str, ResolvedScenario]
    routes: RouteSet
    demand: Demand
    captive: np.ndarray
    scarcity: Scarcity
    logsum: np.ndarray
    original: Study
    seed: Demand
    trees: dict[bytes, PrefixTree] = field(default_factory=dict, repr=False, compare=False)
    bearings: dict[int, np.ndarray] = field(default_factory=dict, repr=False, compare=False)
    responses: dict[str, DemandResponse] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def words(self) -> RouteWords:
        """Names of what routes take."""
        return RouteWords(self.network, self.tables)

    def build_state(self, scenario: str, year: int) -> LinkState:
        """Link state of one scenario at the prices of a year."""
        if scenario not in self.scenarios:
            raise UnknownId(scenario, self.scenarios, kind="scenario", where=f"study {self.study.id}")
        return build_scenario_state(self.study, self.network, self.tables, self.scenarios[scenario], year)

    def build_arc_table(self, state: LinkState) -> np.ndarray:
        """Cost parts and other measures by class and arc in a state."""
        return build_arc_table(state, self.classes, self.tables, self.study.settings.model.carbon_price_usd_t)

    def build_demand(self, year: int) -> Demand:
        """Demand of a year: the base matrix grown by the study's growth rows."""
        if year == self.demand.year:
            return self.demand
        return project(self.demand, self.study.tables["growth"], self.study.tables["zone_groups"], year)

    def get_tree(self, state: LinkState) -> PrefixTree:
        """Tree of the facilities that routes load; it is the same in states with the same facilities."""
        key = state.attributes.facility.tobytes()
        if key not in self.trees:
            self.trees[key] = plant_tree(state, self.routes, self.classes)
        return self.trees[key]

    def get_bearing(self, year: int) -> np.ndarray:
        """What cargo bears at most in a year (n_groups, n_nests + 1), USD/t, by the reference scenario; see
        :func:`landbridge.assignment.bearing.measure_bearing`.
        """
        with _LOCK:
            if year not in self.bearings:
                found = self.evaluate_routes(self.build_state(self.study.settings.reference_scenario, year))
                usable = found.availability.usable
                self.bearings[year] = measure_bearing(
                    self.routes, self.classes, self.captive, found.base_cost, usable
                )
            return self.bearings[year]

    def evaluate_routes(self, state: LinkState) -> RouteState:
        """Routes in a state, without flow."""
        tree = self.get_tree(state)
        arc_table = self.build_arc_table(state)
        return evaluate_routes(self.network, state, self.routes, self.classes, arc_table, tree)

    def build_problem(
        self, state: LinkState, demand: np.ndarray, route_state: RouteState | None = None
    ) -> Problem:
        """Choice problem of a state for demand (n_classes, n_zones, n_zones), t/year."""
        found = route_state or self.evaluate_routes(state)
        usable = found.availability.usable
        return Problem(
            state.facilities,
            state.capacity_t_year,
            self.routes,
            found.tree,
            found.base_cost,
            usable,
            build_segments(self.routes, demand, self.captive, usable),
            self.classes,
            self.scarcity,
            self.get_bearing(state.year),
        )


def prepare(study: Study, report: Report | None = None) -> Prepared:
    """Build or fetch what all scenarios and futures share.

    Routes also reach what no scenario opens and futures may; they are new routes, so what stands today is not
    moved by them.

    Routes are found over the states of all scenarios of the study at base-year prices, whichever of them are
    run, so that a run of one scenario and a run of all give the same figures. They are found before the
    adjustments of calibration are made, so that calibration and run choose among the same routes.
    """
    say = report or _say_nothing
    say(Progress("network", 0, 1, "building the network"))
    tables = place_gauge_breaks(study.tables, study.settings.gauge_breaks)
    network = build_network(tables)
    classes = build_classes(tables["classes"])
    scenarios = {name: resolve_scenario(study, name) for name in study.settings.scenarios}
    scarcity = _read_scarcity(tables)
    captive = spread_captive(tables, classes, network.zones)
    say(Progress("network", 1, 1, f"{network.n_nodes} nodes, {network.n_arcs} arcs"))
    key = _make_key(study)
    stored = find_arrays(key)
    if stored is not None:
        routes = RouteSet(**{f.name: stored[f"routes_{f.name}"] for f in fields(RouteSet)})
    else:
        states = [
            build_scenario_state(study, network, tables, s, study.settings.base_year)
            for s in [*scenarios.values(), *list_openings(study, network, tables)]
        ]
        routes = _find_all_routes(study, tables, network, classes, states, say)
    if stored is not None:
        costs = stored["logsum"]
    else:
        base = states[list(scenarios).index(get_base_scenario(study))]
        carbon = study.settings.model.carbon_price_usd_t
        arc_table = build_arc_table(base, classes, tables, carbon)
        routes, costs = _measure_logsums(network, base, routes, classes, captive, arc_table)
        arrays = {f"routes_{f.name}": getattr(routes, f.name) for f in fields(RouteSet)}
        store_arrays(key, arrays | {"logsum": costs})
    say(Progress("demand", 0, 1, "base-year matrices"))
    seed = build_base_matrix(
        study.tables, {name: costs[k] for k, name in enumerate(classes.ids)}, study.settings.base_year
    )
    demand_factors = spread_demand_factors(study.tables["demand_factors"], classes.ids, network.zones)
    demand = replace(seed, t_year=seed.t_year * demand_factors)
    say(Progress("demand", 1, 1, f"{demand.t_year.sum() / 1e6:,.0f} Mt/year"))
    plain = Prepared(
        study, tables, network, classes, scenarios, routes, demand, captive, scarcity, costs, study, seed
    )
    return plain if not len(study.tables["adjustments"]) else adjust(plain)


def adjust(
    prepared: Prepared, factors: Sequence[float] | None = None, t_year: np.ndarray | None = None
) -> Prepared:
    """The same routes with other choice parameters, and demand of the base year if ``t_year`` is given.

    ``factors`` go by the rows of ``adjustments``; those of the table are used if left out.
    """
    original = prepared.original
    study = replace(original, tables=MappingProxyType(adjust_tables(original.tables, factors)))
    # What the record says does not depend on the adjustments.
    vars(study)["recorded"] = original.recorded
    tables = place_gauge_breaks(study.tables, study.settings.gauge_breaks)
    classes = build_classes(tables["classes"])
    network = build_network(tables)
    return replace(
        prepared,
        study=study,
        tables=tables,
        network=network,
        classes=classes,
        scenarios={name: resolve_scenario(study, name) for name in study.settings.scenarios},
        captive=spread_captive(tables, classes, network.zones),
        demand=prepared.demand if t_year is None else replace(prepared.seed, t_year=t_year),
        scarcity=_read_scarcity(tables),
        bearings={},
        responses={},
    )


def _read_scarcity(tables: Mapping[str, Table]) -> Scarcity:
    return Scarcity(
        get_parameter(tables, "M-slot-price-slope-usd-t"), get_parameter(tables, "M-slot-price-start")
    )


def _say_nothing(progress: Progress) -> None:
    """Report to nobody."""


def list_openings(study: Study, network: Network, tables: Mapping[str, Table]) -> list[ResolvedScenario]:
    """States that no scenario has and that futures may reach: the reference scenario with all gates open, and
    with each gate that no scenario opens, on its own, along with what it requires.
    """
    scenarios = [resolve_scenario(study, name) for name in study.settings.scenarios]
    reference = scenarios[list(study.settings.scenarios).index(study.settings.reference_scenario)]
    on_arcs = {gate for gates in network.get_arc_gates(tables) for gate in gates}
    untried = [g for g in sorted(on_arcs) if all(s.gates[g].share <= 0.0 for s in scenarios)]
    wanted = {f"{gate} alone": [gate] for gate in untried}
    if untried:
        wanted["all gates"] = list(reference.gates)
    found = []
    for name, gates in wanted.items():
        states = open_gates(reference.gates, study.tables["gates"], gates)
        date = find_date(study, reference.id)
        rules = list_rules(study.tables, states, [], date)
        found.append(replace(reference, id=name, title=name, gates=states, rules=rules))
    return found


def _make_key(study: Study) -> str:
    fitted = {f"tables/{name}.csv" for name in (*FITTED, "observations")}
    hashes = {file: value for file, value in study.input_hashes().items() if file not in fitted}
    content = json.dumps([hashes, hash_package()], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _find_all_routes(
    study: Study,
    tables: Mapping[str, Table],
    network: Network,
    classes: Classes,
    states: Sequence[LinkState],
    say: Report,
) -> RouteSet:
    arc_tables = [
        build_arc_table(s, classes, tables, study.settings.model.carbon_price_usd_t) for s in states
    ]
    names = [s.name for s in states]
    most_open = int(np.argmax([s.is_open.sum() for s in states]))
    thorough = sorted({names.index(study.settings.reference_scenario), most_open})
    total = len(states) * len(classes.ids)
    return find_routes(
        network,
        states,
        [sum_parts(t) for t in arc_tables],
        [t[:, :, MEASURES.index("time_h")] for t in arc_tables],
        classes,
        get_parameter(tables, "M-path-size-beta"),
        allow_reentry=study.settings.model.allow_reentry,
        thorough=thorough,
        standing=find_standing(study, names),
        progress=lambda done, _: say(
            Progress("routes", done, total, names[min(max(done - 1, 0) // len(classes.ids), len(names) - 1)])
        ),
    )


def find_standing(study: Study, names: Sequence[str]) -> list[int]:
    """Positions of the scenarios that stand: that of the base year and the one that others are held
    against.
    """
    settings = study.settings
    return sorted({names.index(get_base_scenario(study)), names.index(settings.reference_scenario)})


def _measure_logsums(
    network: Network,
    state: LinkState,
    routes: RouteSet,
    classes: Classes,
    captive: np.ndarray,
    arc_table: np.ndarray,
) -> tuple[RouteSet, np.ndarray]:
    """The routes anchored in a state, and the logsum cost there without queues (n_classes, n_zones, n_zones),
    USD/t; NaN where no route is open.
    """
    n = len(network.zones)
    everything = np.ones((len(classes.ids), n, n))
    route_state = evaluate_routes(network, state, routes, classes, arc_table)
    routes = routes.anchor(route_state.base_cost, route_state.availability.usable)
    segments = build_segments(routes, everything, captive, route_state.availability.usable)
    found = route_state.base_cost, route_state.availability.usable
    laws = state.facilities, state.capacity_t_year
    no_limit = np.full((len(routes.group_class), len(NESTS) + 1), np.nan)
    problem = Problem(
        *laws, routes, route_state.tree, *found, segments, classes, Scarcity(0.0, 1.0), no_limit
    )
    free = problem.measure_free()
    # The free choosers who put up with nothing stand for the cost of trade; where nothing serves them, the
    # others.
    order = np.lexsort((segments.need, segments.captive == -1))
    order = order[~np.isnan(free[order])]
    g = segments.group[order]
    result = np.full(everything.shape, np.nan)
    result[routes.group_class[g], routes.group_origin[g], routes.group_destination[g]] = free[order]
    return routes, result


def spread_captive(tables: Mapping[str, Table], classes: Classes, zones: Sequence[str]) -> np.ndarray:
    """Captive shares by class, pair and nest (n_classes, n_zones, n_zones, n_nests).

    Rows are applied in their order; a later row for the same class, pair and nest replaces an earlier one.
    Shares of a pair that sum to more than 1 are scaled to 1.
    """
    groups = {row["id"]: tuple(row["zones"]) for row in tables["zone_groups"].rows()}
    position = {zone: i for i, zone in enumerate(zones)}
    shape = (len(classes.ids), len(zones), len(zones), len(NESTS))
    result = np.zeros(shape)
    for row in tables["captive"].rows():
        ends: list[np.ndarray] = []
        for name in (row["from_group"], row["to_group"]):
            members = groups.get(name, (name,)) if name else tuple(zones)
            ends.append(np.array([position[z] for z in members], np.int64))
        k, nest = classes.index[row["class"]], NESTS.index(row["mode"])
        result[k, ends[0][:, None], ends[1], nest] = row["share"]
    total = result.sum(axis=3, keepdims=True)
    return np.where(total > 1.0, result / np.maximum(total, 1.0), result)


__all__ = ["Prepared", "Progress", "Report", "Segments", "prepare", "spread_captive"]
