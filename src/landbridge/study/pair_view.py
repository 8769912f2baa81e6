"""One pair of places in one solved state: its routes, their shares and costs, at the queues of the
equilibrium.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from landbridge.assignment.costs import MEASURES, sum_parts
from landbridge.assignment.loading import evaluate_routes
from landbridge.assignment.routes import NESTS, RouteSet, find_routes
from landbridge.assignment.sue import Problem, build_segments
from landbridge.errors import NoRoute, UnknownId
from landbridge.indicators.route_text import RouteWords
from landbridge.indicators.solution import Solution
from landbridge.network import LinkState, Network, build_link_state
from landbridge.network.attributes import get_parameter
from landbridge.network.visitors import add_visitors
from landbridge.study.folder import Study
from landbridge.study.prepare import Prepared, find_standing
from landbridge.study.scenarios import apply_changes, get_base_scenario
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


def find_class(study: Study, name: str | None) -> str:
    """A class by its id, by the id of a commodity in it, or by the start of its name; the study's default if
    None.

    Raises
    ------
    UnknownId
        If nothing fits; the message lists the classes.
    """
    classes, commodities = study.tables["classes"], study.tables["commodities"]
    ids = [str(key) for key in classes["id"]]
    if name is None:
        return study.settings.model.default_class or ids[0]
    if name in ids:
        return name
    if name in commodities.index:
        return str(commodities.row(name)["class"])
    lowered = name.lower().replace("_", " ")
    fitting = [
        c
        for c, title in zip(ids, map(str, classes["name"]), strict=True)
        if c.startswith(lowered) or title.lower().startswith(lowered) or lowered.startswith(c.rstrip("s"))
    ]
    if len(fitting) == 1:
        return fitting[0]
    raise UnknownId(name, ids, kind="commodity class", where=f"study {study.id}")


def find_place(study: Study, name: str, *, nodes_only: bool = False) -> str:
    """A zone or node by its id or its name, whatever the case and with blanks or hyphens.

    Raises
    ------
    UnknownId
        If nothing fits, or a name fits several; the message gives the nearest ids.
    """
    kinds = ("nodes",) if nodes_only else ("zones", "nodes")
    known = [str(key) for table in kinds for key in study.tables[table]["id"]]
    if name in known:
        return name

    def plain(text: str) -> str:
        return "-".join(text.casefold().replace("-", " ").replace("_", " ").split())

    wanted = plain(name)
    fitting = {key for key in known if plain(key) == wanted}
    for table in kinds:
        # A zone goes before a node of the same name.
        ids, titles = study.tables[table]["id"], study.tables[table]["name"]
        fitting = fitting or {
            str(key)
            for key, title in zip(ids, titles, strict=True)
            if wanted in (plain(str(title)), plain(str(title).split("(")[0]))
        }
    if len(fitting) == 1:
        return fitting.pop()
    kind = "node" if nodes_only else "zone or node"
    raise UnknownId(name, sorted(fitting) or known, kind=kind, where=f"study {study.id}")


def view_pair(
    prepared: Prepared, solution: Solution, origin: str, destination: str, class_id: str
) -> PairView:
    """Routes between two zones or nodes of the study.

    Two zones use the frozen route set of the study; a node gets routes of its own, found over the same
    states.

    Raises
    ------
    UnknownId
        If a name is neither a zone nor a node.
    NoRoute
        If both names are the same.
    """
    zones = prepared.network.zones
    origin, destination = find_place(prepared.study, origin), find_place(prepared.study, destination)
    if origin == destination:
        raise NoRoute(
            f"{origin} is both ends.", where=f"study {prepared.study.id}", mend="name two different places."
        )
    k = prepared.classes.index[class_id]
    if origin in zones and destination in zones:
        o, d = zones.index(origin), zones.index(destination)
        group = prepared.routes.find_group(k, o, d)
        routes = _take_group(prepared.routes, group, k, o, d)
        view = (prepared.network, solution.state, prepared.words, prepared.captive)
        bears = prepared.get_bearing(solution.year)[[group]] if group >= 0 else None
    else:
        network = add_visitors(prepared.network, [n for n in (origin, destination) if n not in zones])
        o, d = network.zones.index(origin), network.zones.index(destination)
        routes = _find_own_routes(prepared, network, k, o, d)
        state = _rebuild_state(prepared, network, solution.scenario, solution.year)
        n = len(network.zones)
        captive = np.zeros((len(prepared.classes.ids), n, n, prepared.captive.shape[3]))
        view = (network, state, RouteWords(network, prepared.tables), captive)
        bears = None
    return _view_routes(prepared, solution, *view, routes, bears)


def view_path(prepared: Prepared, view: PairView, path: np.ndarray) -> PairView:
    """One passage of a pair, given by its arcs, as a view that holds it alone."""
    s = view.solution
    routes = RouteSet(
        s.routes.group_class,
        s.routes.group_origin,
        s.routes.group_destination,
        group_first=np.array([0, 1]),
        start=np.array([0, len(path)]),
        arcs=path.astype(np.int32),
        nest=np.zeros(1, np.int64),
        log_weight=np.zeros(1),
        group_cost=s.routes.group_cost,
    )
    captive = np.zeros((*s.demand.shape, prepared.captive.shape[3]))
    return _view_routes(prepared, s, s.network, s.state, view.words, captive, routes)


def _view_routes(
    prepared: Prepared,
    solution: Solution,
    network: Network,
    state: LinkState,
    words: RouteWords,
    captive: np.ndarray,
    routes: RouteSet,
    bears: np.ndarray | None = None,
) -> PairView:
    """How one tonne of a pair would choose among ``routes`` (of one group) at the loads of an equilibrium.

    Without ``bears`` (1, n_nests + 1), USD/t, it goes whatever it costs.
    """
    arc_table = prepared.build_arc_table(state)
    route_state = evaluate_routes(network, state, routes, prepared.classes, arc_table)
    k, o, d = (int(a[0]) for a in (routes.group_class, routes.group_origin, routes.group_destination))
    demand = np.zeros((len(prepared.classes.ids), len(network.zones), len(network.zones)))
    demand[k, o, d] = 1.0
    usable = route_state.availability.usable
    segments = build_segments(routes, demand, captive, usable)
    problem = Problem(
        state.facilities,
        state.capacity_t_year,
        routes,
        route_state.tree,
        route_state.base_cost,
        usable,
        segments,
        prepared.classes,
        prepared.scarcity,
        np.full((1, len(NESTS) + 1), np.nan) if bears is None else bears,
    )
    own = replace(problem.evaluate(solution.equilibrium.load), load=solution.equilibrium.load)
    shown = replace(
        solution,
        network=network,
        state=state,
        routes=routes,
        route_state=route_state,
        segments=segments,
        demand=demand,
        equilibrium=own,
    )
    left = 1.0 - float(own.flow.sum())
    return PairView(
        shown,
        prepared.tables,
        words,
        network.zones[o],
        network.zones[d],
        prepared.classes.ids[k],
        own.flow,
        left if left > 1e-9 else 0.0,
    )


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
        group_cost=routes.group_cost[[group]] if group >= 0 else np.full(1, np.nan),
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
        standing=find_standing(prepared.study, list(prepared.scenarios)),
    )
    if not len(routes.group_class):
        return _take_group(routes, -1, k, o, d)
    base = list(prepared.scenarios).index(get_base_scenario(prepared.study))
    at = evaluate_routes(network, states[base], routes, prepared.classes, arc_tables[base])
    return routes.anchor(at.base_cost, at.availability.usable)
