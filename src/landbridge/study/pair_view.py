"""One pair of places in one solved state: its routes, their shares and costs, at the queues of the
equilibrium.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from landbridge.assignment.costs import MEASURES, sum_parts
from landbridge.assignment.loading import RouteState, evaluate_routes
from landbridge.assignment.routes import RouteSet, find_routes
from landbridge.assignment.sue import FULLY_SHIPPED, Segments, build_segments
from landbridge.errors import UnknownId
from landbridge.indicators.route_text import RouteWords
from landbridge.indicators.solution import Solution
from landbridge.kernels.choice import add_facility_costs, choose
from landbridge.network import LinkState, Network, build_link_state
from landbridge.network.attributes import get_parameter
from landbridge.network.visitors import add_visitors
from landbridge.study.prepare import Prepared
from landbridge.study.scenarios import apply_changes
from landbridge.tables import Table


@dataclass(frozen=True)
class PairView:
    """Routes of one pair and class with the share of each (0 where shut); ``solution`` holds costs by part.

    ``shares`` sums to 1 - ``unserved_share`` over all routes.
    """

    solution: Solution
    tables: Mapping[str, Table]
    words: RouteWords
    origin: str
    destination: str
    class_id: str
    shares: np.ndarray
    unserved_share: float


def find_class(prepared: Prepared, name: str | None) -> str:
    """A class by its id, by the id of a commodity in it, or by the start of its name; the study's default if
    None.

    Raises
    ------
    UnknownId
        If nothing fits; the message lists the classes.
    """
    classes = prepared.classes
    if name is None:
        return prepared.study.settings.model.default_class or classes.ids[0]
    if name in classes.index:
        return name
    commodities = prepared.tables["commodities"]
    if name in commodities.index:
        return str(commodities.row(name)["class"])
    lowered = name.lower().replace("_", " ")
    fitting = [
        c
        for c, title in zip(classes.ids, classes.names, strict=True)
        if c.startswith(lowered) or title.lower().startswith(lowered) or lowered.startswith(c.rstrip("s"))
    ]
    if len(fitting) == 1:
        return fitting[0]
    raise UnknownId(name, classes.ids, kind="commodity class", where=f"study {prepared.study.id}")


def view_pair(
    prepared: Prepared, solution: Solution, origin: str, destination: str, class_id: str
) -> PairView:
    """Routes between two zones or nodes of the study.

    Two zones use the frozen route set of the study; a node gets routes of its own, found over the same
    states.
    """
    zones = prepared.network.zones
    places = prepared.network.place_ids
    for name in (origin, destination):
        if name not in zones and name not in places:
            raise UnknownId(name, (*zones, *places), kind="zone or node", where=f"study {prepared.study.id}")
    k = prepared.classes.index[class_id]
    if origin in zones and destination in zones:
        network, state, words = prepared.network, solution.state, prepared.words
        o, d = zones.index(origin), zones.index(destination)
        routes = _take_group(prepared.routes, prepared.routes.find_group(k, o, d), k, o, d)
        captive = prepared.captive
    else:
        visitors = [name for name in (origin, destination) if name not in zones]
        network = add_visitors(prepared.network, visitors)
        words = RouteWords(network, prepared.tables)
        names = network.zones
        o, d = names.index(origin), names.index(destination)
        state = _rebuild_state(prepared, network, solution.scenario, solution.year)
        routes = _find_own_routes(prepared, network, k, o, d)
        captive = np.zeros((len(prepared.classes.ids), len(names), len(names), prepared.captive.shape[3]))
    arc_table = prepared.build_arc_table(state)
    route_state = evaluate_routes(network, state, routes, prepared.classes, arc_table)
    demand = np.zeros((len(prepared.classes.ids), len(network.zones), len(network.zones)))
    demand[k, o, d] = 1.0
    segments = build_segments(routes, demand, captive, route_state.availability.usable)
    at = solution.equilibrium
    cost = np.empty(routes.n_routes)
    add_facility_costs(
        route_state.fac_start, route_state.fac_index, routes.route_class, route_state.base_cost,
        prepared.classes.value_of_time, at.delay_h, at.price_usd_t, cost,
    )  # fmt: skip
    flow, logsum, shipped = _choose(prepared, k, routes, segments, route_state, cost)
    own = replace(at, flow=flow, cost=cost, logsum=logsum, shipped=shipped)
    shown = Solution(
        solution.scenario,
        solution.year,
        network,
        state,
        prepared.classes,
        routes,
        route_state,
        segments,
        demand,
        own,
    )
    return PairView(
        shown,
        prepared.tables,
        words,
        origin,
        destination,
        class_id,
        flow,
        _round_off(1.0 - float(flow.sum())),
    )


def _round_off(share: float) -> float:
    """A share with rounding taken off: 0 below 1e-9."""
    return share if share > 1e-9 else 0.0


def _choose(
    prepared: Prepared,
    k: int,
    routes: RouteSet,
    segments: Segments,
    route_state: RouteState,
    cost: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flows by route, logsums and shipped shares of one class at given route costs."""
    n = len(segments.first)
    theta, mu = (
        np.full(n, scale[k]) for scale in (prepared.classes.route_scale, prepared.classes.mode_scale)
    )
    choke = np.full(n, prepared.classes.choke[k])
    pair = (segments.first, segments.last, segments.demand_t_year, theta, mu, choke, FULLY_SHIPPED / choke)
    options = (segments.need, routes.nest, routes.log_weight, route_state.availability.usable)
    # Once without queues, to know from where the cargo would stay; then with them.
    free, shipped, flow = np.empty(n), np.empty(n), np.zeros(routes.n_routes)
    choose(*pair, np.full(n, np.nan), *options, route_state.base_cost, flow, free, shipped)
    logsum, flow = np.empty(n), np.zeros(routes.n_routes)
    choose(*pair, free, *options, cost, flow, logsum, shipped)
    return flow, logsum, shipped


def _take_group(routes: RouteSet, group: int, k: int, o: int, d: int) -> RouteSet:
    """The routes of one group as a set of its own; without routes if there is no such group."""
    span = (
        slice(int(routes.group_first[group]), int(routes.group_first[group + 1]))
        if group >= 0
        else slice(0, 0)
    )
    first, last = routes.start[span.start], routes.start[span.stop]
    count = span.stop - span.start
    return RouteSet(
        group_class=np.array([k]),
        group_origin=np.array([o]),
        group_destination=np.array([d]),
        group_first=np.array([0, count]),
        start=routes.start[span.start : span.stop + 1] - first,
        arcs=routes.arcs[first:last],
        nest=routes.nest[span],
        log_weight=routes.log_weight[span],
    )


def _rebuild_state(prepared: Prepared, network: Network, scenario: str, year: int) -> LinkState:
    resolved = prepared.scenarios[scenario]
    return build_link_state(
        network,
        apply_changes(prepared.study, prepared.tables, resolved, year),
        name=scenario,
        year=year,
        gate_shares={gate: state.share for gate, state in resolved.gates.items()},
        rules=resolved.rules,
        trade_closed=resolved.trade_closed,
    )


def _find_own_routes(prepared: Prepared, network: Network, k: int, o: int, d: int) -> RouteSet:
    """Route set of one pair over all scenarios of the study."""
    year = prepared.study.settings.base_year
    states = [_rebuild_state(prepared, network, name, year) for name in prepared.scenarios]
    arc_tables = [prepared.build_arc_table(state) for state in states]
    wanted = np.zeros((len(prepared.classes.ids), len(network.zones), len(network.zones)), bool)
    wanted[k, o, d] = True
    routes = find_routes(
        network,
        states,
        [sum_parts(table) for table in arc_tables],
        [table[:, :, MEASURES.index("time_h")] for table in arc_tables],
        prepared.classes,
        get_parameter(prepared.tables, "M-path-size-beta"),
        pairs=wanted,
        allow_reentry=prepared.study.settings.model.allow_reentry,
        thorough=range(len(states)),
    )
    return routes if len(routes.group_class) else _take_group(routes, -1, k, o, d)
