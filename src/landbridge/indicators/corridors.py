"""Counted corridors: which routes belong to each, and the tonnes and containers they carry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.costs import Classes
from landbridge.assignment.routes import NESTS, RouteSet
from landbridge.indicators.flows import Columns
from landbridge.indicators.solution import Solution
from landbridge.network import Arc, Network
from landbridge.network.attributes import FORMS
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


def list_shipped(
    network: Network, tables: Mapping[str, Table], routes: RouteSet, corridor: Corridor
) -> np.ndarray:
    """Whether each route is aboard a ship, no ferry, on a counted element of a corridor (n_routes,)."""
    if not routes.n_routes:
        return np.zeros(0, bool)
    counted = [mark_arcs(network, tables, e) for e in (*corridor.all_of, *corridor.any_of)]
    aboard = np.logical_or.reduce([np.zeros(network.n_arcs, bool), *counted]) & (network.kind == Arc.SAIL)
    result: np.ndarray = np.logical_or.reduceat(aboard[routes.arcs], routes.start[:-1])
    return result


def rate_boxes(routes: RouteSet, classes: Classes, shipped: np.ndarray) -> np.ndarray:
    """Loaded TEU that a tonne on each route is counted as (n_routes,), given those that ``shipped`` marks.

    A containerised class is in boxes wherever it is not on trucks; other goods that travel in boxes are seen
    in one where a container ship carries them: on rails and ferries they may be in wagons.
    """
    teu = np.where(classes.form == FORMS.index("box"), 1.0 / classes.tonnes_per_teu, 0.0)
    k = routes.route_class
    in_box = (classes.is_containerised[k] & (routes.nest != NESTS.index("road"))) | shipped
    result: np.ndarray = teu[k] * in_box
    return result


def list_corridor_flows(
    solution: Solution,
    corridors: Sequence[Corridor],
    members: Sequence[np.ndarray],
    shipped: Sequence[np.ndarray],
) -> Columns:
    """Tonnes and loaded TEU a year of each corridor (:func:`rate_boxes`)."""
    flow = solution.equilibrium.flow
    teu = [flow * rate_boxes(solution.routes, solution.classes, aboard) for aboard in shipped]
    return {
        "corridor": [c.id for c in corridors],
        "title": [c.title for c in corridors],
        "flow_t_year": np.array([float(flow[m].sum()) for m in members]),
        "teu_year": np.array([float(boxes[m].sum()) for boxes, m in zip(teu, members, strict=True)]),
    }
