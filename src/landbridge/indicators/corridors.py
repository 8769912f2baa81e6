"""Counted corridors: which routes belong to each, and the tonnes and containers they carry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.routes import NESTS, RouteSet
from landbridge.indicators.flows import Columns
from landbridge.indicators.solution import Solution
from landbridge.network import Network
from landbridge.tables import Table


@dataclass(frozen=True)
class Corridor:
    """A thing that is counted: routes that pass all of ``all_of``, any of ``any_of`` and none of ``none_of``.

    ``from_zones`` and ``to_zones`` limit the pairs, in either direction; empty means all.
    """

    id: str
    title: str
    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    none_of: tuple[str, ...]
    from_zones: tuple[str, ...]
    to_zones: tuple[str, ...]


def mark_arcs(network: Network, tables: Mapping[str, Table], element: str) -> np.ndarray:
    """Arcs that stand for an element: a place (arcs that end there ashore), a link, service, border or
    terminal.
    """
    ashore = ~network.on_ship[network.head]
    places = np.array([network.place_ids[p] if p >= 0 else "" for p in network.place])
    at_place = (places[network.head] == element) & ashore
    links = tables["links"]["id"]
    on_link = np.array([row >= 0 and links[row] == element for row in network.link_row])
    result: np.ndarray = at_place | on_link | (np.array(network.element) == element)
    return result


def list_members(
    network: Network, tables: Mapping[str, Table], routes: RouteSet, corridor: Corridor
) -> np.ndarray:
    """Whether each route belongs to a corridor (n_routes,)."""

    def passes(elements: Iterable[str]) -> list[np.ndarray]:
        masks = [mark_arcs(network, tables, element) for element in elements]
        return [np.logical_or.reduceat(mask[routes.arcs], routes.start[:-1]) for mask in masks]

    result = np.ones(routes.n_routes, bool)
    if not routes.n_routes:
        return result
    for mask in passes(corridor.all_of):
        result &= mask
    if corridor.any_of:
        result &= np.logical_or.reduce(passes(corridor.any_of))
    for mask in passes(corridor.none_of):
        result &= ~mask
    if corridor.from_zones or corridor.to_zones:
        a = np.isin(network.zones, corridor.from_zones)
        b = np.isin(network.zones, corridor.to_zones)
        o, d = routes.group_origin, routes.group_destination
        result &= ((a[o] & b[d]) | (b[o] & a[d]))[routes.route_group]
    return result


def list_corridor_flows(
    solution: Solution, corridors: Sequence[Corridor], members: Sequence[np.ndarray]
) -> Columns:
    """Tonnes a year of each corridor, and loaded TEU of the containerised classes without those on trucks."""
    flow, classes = solution.equilibrium.flow, solution.classes
    teu_per_tonne = np.where(classes.is_containerised, 1.0 / classes.tonnes_per_teu, 0.0)
    on_rail_or_ship = solution.routes.nest != NESTS.index("road")
    teu = flow * teu_per_tonne[solution.routes.route_class] * on_rail_or_ship
    return {
        "corridor": [c.id for c in corridors],
        "title": [c.title for c in corridors],
        "flow_t_year": np.array([float(flow[m].sum()) for m in members]),
        "teu_year": np.array([float(teu[m].sum()) for m in members]),
    }
