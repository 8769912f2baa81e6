"""Places that act as zones for one question: centroids at nodes, joined to every layer there at no cost."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from landbridge.network.supernetwork import Arc, Network


def add_visitors(network: Network, places: Sequence[str]) -> Network:
    """The network with a centroid more for each place; what was there keeps its position."""
    nodes, place, on_ship = list(network.nodes), list(network.place), list(network.on_ship)
    tail: list[int] = []
    head: list[int] = []
    kind: list[int] = []
    origins, destinations, states = [], [], []
    for name in dict.fromkeys(places):
        row = network.place_ids.index(name)
        origin, destination = len(nodes), len(nodes) + 1
        nodes += [f"{name}|origin", f"{name}|destination"]
        place += [-1, -1]
        on_ship += [False, False]
        origins.append(origin)
        destinations.append(destination)
        states.append((network.place_country[row],))
        for node in np.flatnonzero((network.place == row) & ~network.on_ship):
            side = network.nodes[node].rsplit("|", 1)[-1]
            if side == "out":
                tail.append(origin)
                head.append(int(node))
                kind.append(int(Arc.ACCESS))
            elif side == "in":
                tail.append(int(node))
                head.append(destination)
                kind.append(int(Arc.EGRESS))
    n = len(tail)
    blank = np.full(n, -1, np.int64)
    tails = np.concatenate((network.tail, np.array(tail, np.int64)))
    names = tuple(dict.fromkeys(places))
    return replace(
        network,
        nodes=tuple(nodes),
        place=np.array(place, np.int64),
        on_ship=np.array(on_ship, bool),
        tail=tails,
        head=np.concatenate((network.head, np.array(head, np.int64))),
        kind=np.concatenate((network.kind, np.array(kind, np.int64))),
        carriage=np.concatenate((network.carriage, np.zeros(n, np.int64))),
        for_box=np.concatenate((network.for_box, np.ones(n, bool))),
        for_bulk=np.concatenate((network.for_bulk, np.ones(n, bool))),
        forward=np.concatenate((network.forward, np.ones(n, bool))),
        link_row=np.concatenate((network.link_row, blank)),
        service_row=np.concatenate((network.service_row, blank)),
        border_row=np.concatenate((network.border_row, blank)),
        terminal_row=np.concatenate((network.terminal_row, blank)),
        connector_row=np.concatenate((network.connector_row, blank)),
        element=(*network.element, *("" for _ in range(n))),
        first=np.concatenate(([0], np.cumsum(np.bincount(tails, minlength=len(nodes))))).astype(np.int64),
        order=np.argsort(tails, kind="stable").astype(np.int64),
        zones=(*network.zones, *names),
        origin_node=np.concatenate((network.origin_node, np.array(origins, np.int64))),
        destination_node=np.concatenate((network.destination_node, np.array(destinations, np.int64))),
        zone_countries=(*network.zone_countries, *states),
    )
