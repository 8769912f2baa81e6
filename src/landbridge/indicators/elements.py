"""Things that trade may depend on: states, ports, chokepoints at sea and on land, and border crossings.

A route passes a state where it is ashore in it: on its land, in its ports, over its quays. A ship that sails
past, or calls and goes on with the cargo aboard, is not in the state's hand (United Nations Convention on the
Law of the Sea, articles 17 and 38); canals and inland waterways are, and a chokepoint may name the state that
holds it. The trade of a state's own zones is no transit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.routes import RouteSet
from landbridge.kernels.passages import list_passed
from landbridge.network import Arc, Network
from landbridge.network.supernetwork import CARRIAGES
from landbridge.tables import Table

KINDS = ("state", "chokepoint", "port", "crossing")


@dataclass(frozen=True)
class Chokepoint:
    """A narrow of the study: ``elements`` are nodes, links and services; ``held_by`` states that may shut
    it.
    """

    id: str
    title: str
    elements: tuple[str, ...]
    held_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Elements:
    """What trade may pass, one of four ``kind``.

    ``id`` is an ISO code, a node, or the id of a chokepoint or border row; ``arcs`` (n_elements, n_arcs) the
    arcs that pass it; ``spared`` (n_elements, n_zones) zones whose trade never counts as passing it.
    """

    kind: tuple[str, ...]
    id: tuple[str, ...]
    name: tuple[str, ...]
    arcs: np.ndarray
    spared: np.ndarray

    def __len__(self) -> int:
        return len(self.id)

    def list_kind(self, kind: str) -> np.ndarray:
        """Positions of the elements of a kind."""
        return np.flatnonzero(np.array(self.kind) == kind)

    def find(self, kind: str, name: str) -> int:
        """Position of an element, -1 if there is none."""
        for position, pair in enumerate(zip(self.kind, self.id, strict=True)):
            if pair == (kind, name):
                return position
        return -1


def list_elements(
    network: Network, tables: Mapping[str, Table], chokepoints: Sequence[Chokepoint]
) -> Elements:
    """All states, chokepoints, ports and crossings of a network, in this order and by id within a kind."""
    rows: list[tuple[str, str, str, np.ndarray, np.ndarray]] = []
    nobody = np.zeros(len(network.zones), bool)
    narrows = [(c, mark_chokepoint(network, tables, c)) for c in chokepoints]
    ashore = (network.place >= 0) & ~network.on_ship
    for state in sorted(set(network.place_country)):
        inside = network.list_nodes_in([state]) & ashore
        arcs = inside[network.tail] | inside[network.head]
        arcs |= _mark_waterways(network, state)
        for narrow, mask in narrows:
            if state in narrow.held_by:
                arcs |= mask
        if arcs.any():
            own = np.array([state in states for states in network.zone_countries])
            rows.append(("state", state, state, arcs, own))
    for narrow, mask in sorted(narrows, key=lambda pair: pair[0].id):
        rows.append(("chokepoint", narrow.id, narrow.title, mask, nobody))
    nodes = tables["nodes"]
    for place, arcs in _list_ports(network):
        name = str(nodes["name"][place])
        rows.append(("port", network.place_ids[place], name, arcs, nobody))
    for crossing, name, arcs in _list_crossings(network, tables):
        rows.append(("crossing", crossing, name, arcs, nobody))
    kind, ids, names, masks, spared = zip(*rows, strict=True) if rows else ((),) * 5
    return Elements(
        kind,
        ids,
        names,
        np.array(masks).reshape(len(ids), network.n_arcs),
        np.array(spared).reshape(len(ids), len(network.zones)),
    )


def _mark_waterways(network: Network, state: str) -> np.ndarray:
    """Arcs of river ships between two places of a state."""
    river = (network.kind == Arc.SAIL) & (network.carriage == CARRIAGES.index("river"))
    inside = network.list_nodes_in([state])
    found: np.ndarray = river & inside[network.tail] & inside[network.head]
    return found


def mark_chokepoint(network: Network, tables: Mapping[str, Table], narrow: Chokepoint) -> np.ndarray:
    """Arcs of a chokepoint: its links and services under way, and whatever arrives at its nodes."""
    links = tables["links"]["id"]
    wanted = set(narrow.elements)
    moving = np.isin(network.kind, (Arc.MOVE, Arc.SAIL, Arc.FERRY))
    on_link = np.array([row >= 0 and links[row] in wanted for row in network.link_row], bool)
    service = np.array([name in wanted for name in network.element], bool)
    places = np.array([p >= 0 and network.place_ids[p] in wanted for p in network.place], bool)
    found: np.ndarray = (moving & (on_link | service)) | (places[network.head] & moving)
    return found


def _list_ports(network: Network) -> list[tuple[int, np.ndarray]]:
    """Places where cargo goes between ship and shore, and the arcs by which it does."""
    quay = np.array([name.split("|")[1:2] == ["quay"] for name in network.nodes], bool)
    handling = quay[network.tail] | quay[network.head]
    ferry = network.kind == Arc.FERRY
    found = []
    for place in range(len(network.place_ids)):
        here = network.place == place
        arcs = (handling | ferry) & (here[network.tail] | here[network.head])
        if arcs.any():
            found.append((place, arcs))
    return sorted(found, key=lambda item: network.place_ids[item[0]])


def _list_crossings(network: Network, tables: Mapping[str, Table]) -> list[tuple[str, str, np.ndarray]]:
    """Border posts by place, mode and pair of states, both directions together."""
    borders, nodes = tables["borders"], tables["nodes"]
    posts: dict[tuple[str, str, str], list[int]] = {}
    for row in range(len(borders)):
        states = "-".join(sorted((str(borders["country_a"][row]), str(borders["country_b"][row]))))
        post = (str(borders["node"][row]), str(borders["mode"][row]), states)
        posts.setdefault(post, []).append(row)
    found = []
    for (node, mode, states), rows in posts.items():
        arcs = np.isin(network.border_row, rows) & (network.kind == Arc.BORDER)
        if arcs.any():
            name = f"{nodes['name'][nodes.index[node]]}, {mode} ({states})"
            found.append((min(str(borders["id"][row]) for row in rows), name, arcs))
    return sorted(found, key=lambda item: item[0])


@dataclass(frozen=True)
class Passages:
    """Elements that each route passes: route r passes ``items[start[r]:start[r + 1]]``, own states left
    out.
    """

    start: np.ndarray
    items: np.ndarray
    n_elements: int

    @property
    def route(self) -> np.ndarray:
        """The route of each item."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def mark(self, elements: Sequence[int]) -> np.ndarray:
        """Whether each route passes any of some elements (n_routes,)."""
        wanted = np.zeros(self.n_elements, bool)
        wanted[list(elements)] = True
        found = np.zeros(len(self.start) - 1, bool)
        found[self.route[wanted[self.items]]] = True
        return found


def find_passages(network: Network, routes: RouteSet, elements: Elements) -> Passages:
    """What each route of a set passes."""
    arc, element = np.nonzero(elements.arcs.T)
    first = np.concatenate(([0], np.cumsum(np.bincount(arc, minlength=network.n_arcs)))).astype(np.int64)
    of = element.astype(np.int32)
    paths = routes.paths
    start = np.empty(routes.n_routes + 1, np.int64)
    ends = paths.origin, paths.destination
    room = list_passed(
        routes.start, routes.arcs, first, of, *ends, elements.spared, start, np.empty(0, np.int32)
    )
    items = np.empty(room, np.int32)
    list_passed(routes.start, routes.arcs, first, of, *ends, elements.spared, start, items)
    return Passages(start, items, len(elements))
