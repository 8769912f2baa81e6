"""Greenhouse gases of transport chains, well to wheel, as ISO 14083 and the GLEC Framework count them.

A chain is a sum of elements, each its tonnes times its kilometres times an intensity that holds empty
running; hubs emit by the tonne that they handle. What leaves the vehicle (direct) stands apart from what
making its fuel or current emits (upstream). Transport activity is tonnes times the shortest way of the pair
in the network, so that an operator's detour raises intensity and not activity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.costs import MEASURES
from landbridge.assignment.routes import RouteSet
from landbridge.indicators.flows import Columns
from landbridge.indicators.solution import Solution
from landbridge.kernels.choice import sum_over_routes
from landbridge.network import Arc, LinkState, Network
from landbridge.network.attributes import get_parameter
from landbridge.network.supernetwork import CARRIAGES
from landbridge.tables import Table

PARTS = ("direct", "upstream", "hub")
MODES = ("rail", "road", "sea", "ferry", "river", "access", "hub")
KG_PER_T = 1000.0


def electric_intensity(net_wh_t_km: float, grid_g_kwh: float, loss: float = 1.0) -> float:
    """Emissions of an electric train, g/(t km): current drawn at the wheel times the grid's, with losses.

    Examples
    --------
    >>> round(electric_intensity(20.9, 821.391), 1)
    17.2
    """
    return net_wh_t_km * grid_g_kwh * loss / 1000.0


def load_intensity(g_km: float, payload_t: float, load_factor: float, empty_share: float) -> float:
    """Emissions of a vehicle by the tonne that it carries, g/(t km), its empty kilometres among them.

    ``empty_share`` is empty kilometres over laden ones.

    Examples
    --------
    >>> load_intensity(900.0, 20.0, 0.5, 0.0) / load_intensity(900.0, 20.0, 1.0, 0.0)
    2.0
    """
    return g_km * (1.0 + empty_share) / (payload_t * load_factor)


def diesel_share(g_t_km: np.ndarray, electric: np.ndarray, diesel: float) -> np.ndarray:
    """Share of a line's tonne-km behind diesel engines, from its mean intensity and those of both tractions.

    1 where the mean is no less than that of diesel, 0 where it is no more than that of current.
    """
    room = np.maximum(diesel - electric, 1e-12)
    found: np.ndarray = np.clip((g_t_km - electric) / room, 0.0, 1.0)
    return np.where(g_t_km >= diesel, 1.0, found)


@dataclass(frozen=True)
class Factors:
    """Emissions of one tonne on each arc, kg/t: ``kg_t`` (n_parts, n_arcs), with mode and state of each arc.

    ``mode`` points into ``MODES``, -1 where nothing is emitted; ``state`` is a code, "" at sea.
    """

    kg_t: np.ndarray
    mode: np.ndarray
    state: np.ndarray


def build_factors(network: Network, state: LinkState, tables: Mapping[str, Table]) -> Factors:
    """Emissions of all arcs of a state of the network, by part."""
    whole = state.attributes.co2_kg_t
    kind, carriage = network.kind, network.carriage
    n = network.n_arcs
    mode = np.full(n, -1)
    direct = np.zeros(n)
    at = np.where(network.place[network.tail] >= 0, network.place[network.tail], network.place[network.head])
    country = np.array([network.place_country[p] if p >= 0 else "" for p in at])
    road, diesel, ship = (get_parameter(tables, f"M-direct-share-{m}") for m in ("road", "diesel", "ship"))

    def put(mask: np.ndarray, name: str, share: float | np.ndarray) -> None:
        mode[mask] = MODES.index(name)
        direct[mask] = np.broadcast_to(share, n)[mask]

    moves = kind == Arc.MOVE
    put(moves & (carriage == CARRIAGES.index("road")), "road", road)
    rail = moves & (carriage == CARRIAGES.index("rail"))
    put(rail, "rail", diesel * _list_diesel(network, state, tables, country))
    for name, mask in (
        ("sea", (kind == Arc.SAIL) & (carriage != CARRIAGES.index("river"))),
        ("river", (kind == Arc.SAIL) & (carriage == CARRIAGES.index("river"))),
        ("ferry", kind == Arc.FERRY),
    ):
        put(mask, name, ship)
    put(np.isin(kind, (Arc.ACCESS, Arc.EGRESS)), "access", road)
    parts = np.zeros((len(PARTS), n))
    parts[0], parts[1] = whole * direct, whole * (1.0 - direct)
    handled = _list_hubs(network, tables)
    parts[2] = handled
    mode[(mode < 0) & (handled > 0.0)] = MODES.index("hub")
    country[np.isin(mode, [MODES.index(name) for name in ("sea", "ferry")])] = ""
    return Factors(parts, mode, country)


def _list_diesel(
    network: Network, state: LinkState, tables: Mapping[str, Table], country: np.ndarray
) -> np.ndarray:
    """Share of diesel traction on each arc."""
    names = tables["parameters"].index
    value = tables["parameters"]["value"]
    rest = get_parameter(tables, "M-electric-rail-other")
    found = {
        code: float(value[names[f"M-electric-rail-{code}"]]) if f"M-electric-rail-{code}" in names else rest
        for code in set(country.tolist())
    }
    electric = np.array([found[code] for code in country])
    a = state.attributes
    g = np.divide(KG_PER_T * a.co2_kg_t, a.length_km, out=np.zeros(network.n_arcs), where=a.length_km > 0.0)
    return diesel_share(g, electric, get_parameter(tables, "M-diesel-rail-g-t-km"))


def _list_hubs(network: Network, tables: Mapping[str, Table]) -> np.ndarray:
    """Emissions of handling on each arc, kg/t; loading and unloading at a port are one handling each."""
    port, inland = (get_parameter(tables, f"M-hub-{place}-kg-t") for place in ("seaport", "inland"))
    result = np.zeros(network.n_arcs)
    result[np.isin(network.kind, (Arc.LOAD, Arc.UNLOAD, Arc.TRANSHIP))] = port
    result[np.isin(network.kind, (Arc.TRANSFER, Arc.GAUGE))] = inland
    connectors = tables["connectors"]["mode"]
    for arc in np.flatnonzero(network.connector_row >= 0):
        by = connectors[network.connector_row[arc]]
        result[arc] = {"rail": inland, "sea": port}.get(str(by), 0.0)
    return result


def measure_routes(routes: RouteSet, factors: Factors, n_classes: int) -> np.ndarray:
    """Emissions of one tonne along each route by part, (n_routes, n_parts), kg/t."""
    table = np.ascontiguousarray(np.broadcast_to(factors.kg_t.T, (n_classes, *factors.kg_t.T.shape)))
    result = np.zeros((routes.n_routes, len(PARTS)))
    sum_over_routes(routes.start, routes.arcs, routes.route_class, table, result)
    return result


def measure_activity(solution: Solution) -> np.ndarray:
    """Shortest way of each group of routes that is open, km (n_groups); NaN where none is."""
    km = solution.route_state.measures[:, MEASURES.index("length_km")]
    usable = solution.route_state.availability.usable > 0.0
    if not solution.routes.n_routes:
        return np.zeros(0)
    found = np.minimum.reduceat(np.where(usable, km, np.inf), solution.routes.group_first[:-1])
    return np.where(np.isfinite(found), found, np.nan)


def tabulate_emissions(
    solution: Solution,
    factors: Factors,
    corridors: Sequence[tuple[str, np.ndarray]],
) -> dict[str, Columns]:
    """Tables ``emissions`` (world, modes, states, corridors) and ``pair_emissions`` of one solved state.

    ``corridors`` are names with a mark for each route. Tonnes of CO2 equivalent a year.
    """
    routes = solution.routes
    flow = solution.equilibrium.flow
    by_arc = factors.kg_t * solution.arc_load.sum(axis=0) / KG_PER_T
    by_route = measure_routes(routes, factors, len(solution.classes.ids)) * flow[:, None] / KG_PER_T
    activity = flow * np.nan_to_num(measure_activity(solution))[routes.route_group]
    rows: list[tuple[str, str, np.ndarray, float, float]] = [
        ("world", "world", by_arc.sum(axis=1), float(activity.sum()), float(flow.sum()))
    ]
    handled = float(by_arc[2].sum())
    for k, name in enumerate(MODES):
        own = by_arc[:, factors.mode == k].sum(axis=1)
        own[2] = handled if name == "hub" else 0.0
        rows.append(("mode", name, own, np.nan, np.nan))
    for code in sorted(set(factors.state.tolist())):
        here = by_arc[:, factors.state == code].sum(axis=1)
        rows.append(("state", code or "at sea", here, np.nan, np.nan))
    for name, members in corridors:
        mine = by_route[members].sum(axis=0)
        rows.append(("corridor", name, mine, float(activity[members].sum()), float(flow[members].sum())))
    return {"emissions": _tabulate(rows), "pair_emissions": _list_pairs(solution, by_route, activity)}


def _tabulate(rows: list[tuple[str, str, np.ndarray, float, float]]) -> Columns:
    parts = np.array([row[2] for row in rows])
    activity = np.array([row[3] for row in rows])
    total = parts.sum(axis=1)
    grams = np.divide(1e6 * total, activity, out=np.full(len(rows), np.nan), where=activity > 0.0)
    return {
        "kind": [row[0] for row in rows],
        "name": [row[1] for row in rows],
        **{f"{part}_t_year": parts[:, k] for k, part in enumerate(PARTS)},
        "total_t_year": total,
        "flow_t_year": np.array([row[4] for row in rows]),
        "activity_t_km_year": activity,
        "intensity_g_t_km": grams,
    }


def _list_pairs(solution: Solution, by_route: np.ndarray, activity: np.ndarray) -> Columns:
    """Emissions of each pair of zones with trade that moves, classes taken together."""
    routes, n = solution.routes, len(solution.network.zones)
    group = routes.route_group
    key = routes.group_origin[group] * n + routes.group_destination[group]
    flow = np.bincount(key, solution.equilibrium.flow, n * n)
    pair = np.flatnonzero(flow > 0.0)
    parts = [np.bincount(key, by_route[:, k], n * n)[pair] for k in range(len(PARTS))]
    done = np.bincount(key, activity, n * n)[pair]
    total = np.sum(parts, axis=0)
    return {
        "origin": [solution.network.zones[i] for i in (pair // n).tolist()],
        "destination": [solution.network.zones[i] for i in (pair % n).tolist()],
        "flow_t_year": flow[pair],
        **{f"{part}_t_year": values for part, values in zip(PARTS, parts, strict=True)},
        "kg_per_t": KG_PER_T * total / flow[pair],
        "intensity_g_t_km": np.divide(1e6 * total, done, out=np.full(len(pair), np.nan), where=done > 0.0),
    }
