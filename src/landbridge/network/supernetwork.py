"""The supernetwork: every place split by mode, gauge or ship, with each operation an arc of its own.

A place that serves a layer (``rail-1520``, ``road``, a quay, a ship) has an arrival and a departure side.
Staying in the layer is a free arc from one to the other; a transfer leads from the arrival side of one layer
to the departure side of another. Two transfers in a row at one place are thereby impossible by construction
(virtual network: Jourquin and Beuthe 1996; Crainic, Florian and Leal 1990).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from landbridge.tables import Table


class Arc(IntEnum):
    """What happens on an arc."""

    ACCESS = 0
    EGRESS = 1
    THROUGH = 2
    MOVE = 3
    BORDER = 4
    TRANSFER = 5
    GAUGE = 6
    LOAD = 7
    UNLOAD = 8
    TRANSHIP = 9
    BOARD = 10
    SAIL = 11
    ALIGHT = 12
    FERRY = 13


CARRIAGES = ("any", "rail", "road", "sea", "river", "wagon_ferry", "truck_ferry")
"""What a commodity class must be permitted to use an arc; ``any`` asks nothing."""


@dataclass(frozen=True)
class Network:
    """Frozen topology: arcs keep their order for good, and planned links are in it from the start.

    All arrays of arcs have shape (n_arcs,); the ``*_row`` arrays point into the study tables (-1 where there
    is none). ``service_classes`` names the classes that each service takes, none where it takes all.
    """

    nodes: tuple[str, ...]
    place: np.ndarray
    on_ship: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    kind: np.ndarray
    carriage: np.ndarray
    for_box: np.ndarray
    for_bulk: np.ndarray
    forward: np.ndarray
    link_row: np.ndarray
    service_row: np.ndarray
    border_row: np.ndarray
    terminal_row: np.ndarray
    connector_row: np.ndarray
    element: tuple[str, ...]
    first: np.ndarray
    order: np.ndarray
    zones: tuple[str, ...]
    origin_node: np.ndarray
    destination_node: np.ndarray
    place_ids: tuple[str, ...]
    place_country: tuple[str, ...]
    place_territory: tuple[str, ...]
    zone_countries: tuple[tuple[str, ...], ...]
    service_classes: tuple[frozenset[str], ...]

    @property
    def n_nodes(self) -> int:
        """Number of supernodes."""
        return len(self.nodes)

    def list_train_handovers(self) -> np.ndarray:
        """Whether cargo is handed to or from a train on each arc (n_arcs,): from or to a shipper, a truck, a
        quay; not a change of gauge, nor a crossing in the wagon.
        """
        train = np.isin(self.carriage, [CARRIAGES.index(name) for name in ("rail", "wagon_ferry")])
        moves = train & np.isin(self.kind, (Arc.MOVE, Arc.BORDER, Arc.FERRY))
        on_rails = np.zeros(self.n_nodes, bool)
        on_rails[self.tail[moves]] = on_rails[self.head[moves]] = True
        result: np.ndarray = on_rails[self.tail] != on_rails[self.head]
        return result

    def list_rail_frontiers(self) -> np.ndarray:
        """Whether each arc (n_arcs,) is a frontier that a train crosses."""
        result: np.ndarray = (self.kind == Arc.BORDER) & (self.carriage == CARRIAGES.index("rail"))
        return result

    @property
    def n_arcs(self) -> int:
        """Number of directed arcs."""
        return len(self.tail)

    def list_nodes_in(self, states: Collection[str]) -> np.ndarray:
        """Which supernodes lie in any of ``states``, ships in their ports included (n_nodes,)."""
        inside = np.isin(self.place_country, list(states))
        found: np.ndarray = (self.place >= 0) & inside[self.place]
        return found

    def get_arc_gates(self, tables: Mapping[str, Table]) -> list[tuple[str, ...]]:
        """Gates that must hold for each arc: those of its link and of its service or terminal."""
        links, services, terminals = (
            tables["links"]["gates"],
            tables["services"]["gates"],
            tables["terminals"]["gates"],
        )
        result = []
        for link, service, terminal in zip(self.link_row, self.service_row, self.terminal_row, strict=True):
            gates: list[str] = list(links[link]) if link >= 0 else []
            gates += [g for g in (services[service] if service >= 0 else ()) if g not in gates]
            gates += [g for g in (terminals[terminal] if terminal >= 0 else ()) if g not in gates]
            result.append(tuple(gates))
        return result


class _Drawing:
    """Supernodes and arcs while they are drawn."""

    def __init__(self) -> None:
        self.node_ids: dict[str, int] = {}
        self.place: list[int] = []
        self.on_ship: list[bool] = []
        self.arcs: list[tuple[int, int, int, int, bool, bool, bool, int, int, int, int, int, str]] = []

    def node(self, name: str, place: int, on_ship: bool = False) -> int:
        found = self.node_ids.get(name)
        if found is None:
            found = self.node_ids[name] = len(self.place)
            self.place.append(place)
            self.on_ship.append(on_ship)
        return found

    def arc(
        self,
        tail: int,
        head: int,
        kind: Arc,
        element: str,
        *,
        carriage: str = "any",
        box: bool = True,
        bulk: bool = True,
        forward: bool = True,
        link: int = -1,
        service: int = -1,
        border: int = -1,
        terminal: int = -1,
        connector: int = -1,
    ) -> None:
        code = CARRIAGES.index(carriage)
        self.arcs.append(
            (tail, head, kind, code, box, bulk, forward, link, service, border, terminal, connector, element)
        )


def find_border(
    borders: Table, from_place: str, to_place: str, from_country: str, to_country: str, mode: str
) -> int:
    """Row of ``borders`` for a crossing from one place to another by ``mode``; -1 if there is none.

    The row stands at one of the two places. One that names the direction goes before one for both; of two
    that fit alike the first by id is taken, whatever the direction and the order of rows.
    """
    fitting = []
    for i in range(len(borders)):
        if borders["mode"][i] != mode or borders["node"][i] not in (from_place, to_place):
            continue
        a, b = borders["country_a"][i], borders["country_b"][i]
        directed = borders["direction"][i] == "a_to_b"
        if (a, b) == (from_country, to_country) or (not directed and {a, b} == {from_country, to_country}):
            fitting.append((not directed, str(borders["id"][i]), i))
    return min(fitting)[2] if fitting else -1


def build_network(tables: Mapping[str, Table]) -> Network:
    """Draw the supernetwork of a checked study; shut and planned links are in it."""
    nodes, links = tables["nodes"], tables["links"]
    drawing = _Drawing()
    layers: dict[int, set[str]] = defaultdict(set)
    sea_links = {link for row in tables["services"]["links"] for link in row}
    for i in range(len(links)):
        if links["id"][i] not in sea_links and links["mode"][i] in ("rail", "road"):
            for end in (links["from_node"][i], links["to_node"][i]):
                layers[nodes.index[end]].add(_layer(links, i))
    _draw_land(drawing, tables, sea_links)
    _draw_sea(drawing, tables, layers)
    _draw_transfers(drawing, tables, layers)
    for place, served in sorted(layers.items()):
        for layer in sorted(served):
            drawing.arc(
                _arrive(drawing, nodes, place, layer), _depart(drawing, nodes, place, layer), Arc.THROUGH, ""
            )
    _draw_connectors(drawing, tables, layers)
    return _freeze(drawing, tables)


def _layer(links: Table, row: int) -> str:
    mode = str(links["mode"][row])
    return f"rail-{int(links['gauge_mm'][row])}" if mode == "rail" else mode


def _arrive(drawing: _Drawing, nodes: Table, place: int, layer: str) -> int:
    return drawing.node(f"{nodes['id'][place]}|{layer}|in", place)


def _depart(drawing: _Drawing, nodes: Table, place: int, layer: str) -> int:
    return drawing.node(f"{nodes['id'][place]}|{layer}|out", place)


def _draw_land(drawing: _Drawing, tables: Mapping[str, Table], sea_links: set[str]) -> None:
    """Rail and road links in both directions, with the border as an arc of its own."""
    nodes, links, borders = tables["nodes"], tables["links"], tables["borders"]
    country = nodes["country"]
    for i in range(len(links)):
        mode, link = str(links["mode"][i]), str(links["id"][i])
        if link in sea_links or mode not in ("rail", "road"):
            continue
        layer = _layer(links, i)
        for forward in (True, False):
            ends = (links["from_node"][i], links["to_node"][i])
            a, b = ends if forward else ends[::-1]
            start, end = nodes.index[a], nodes.index[b]
            tail, head = _depart(drawing, nodes, start, layer), _arrive(drawing, nodes, end, layer)
            border = -1
            if country[start] != country[end]:
                border = find_border(borders, a, b, country[start], country[end], mode)
            if border >= 0:
                before = drawing.node(f"{link}|{'to' if forward else 'back'}|frontier", start)
                drawing.arc(tail, before, Arc.MOVE, link, carriage=mode, forward=forward, link=i)
                name = str(borders["id"][border])
                drawing.arc(
                    before, head, Arc.BORDER, name, carriage=mode, forward=forward, link=i, border=border
                )
            else:
                drawing.arc(tail, head, Arc.MOVE, link, carriage=mode, forward=forward, link=i)


def _draw_sea(drawing: _Drawing, tables: Mapping[str, Table], layers: dict[int, set[str]]) -> None:
    """Services: ships that take boxes and bulk over the quay, ferries that take wagons and trucks as they
    come.
    """
    nodes, links, services = tables["nodes"], tables["links"], tables["services"]
    for s in range(len(services)):
        service, carries = str(services["id"][s]), services["carries"][s]
        for link in services["links"][s]:
            i = links.index[link]
            ends = (links["from_node"][i], links["to_node"][i])
            for forward in (True, False):
                a, b = ends if forward else ends[::-1]
                start, end = nodes.index[a], nodes.index[b]
                if "wagon" in carries:
                    layer = f"rail-{int(services['gauge_mm'][s])}"
                    box = "box" in carries
                    _draw_ferry(drawing, tables, layers, s, i, start, end, layer, "wagon_ferry", forward, box)
                if "truck" in carries:
                    _draw_ferry(
                        drawing, tables, layers, s, i, start, end, "road", "truck_ferry", forward, True
                    )
                if "bulk" in carries or ("box" in carries and "wagon" not in carries):
                    mode = "river" if links["mode"][i] == "river" else "sea"
                    tail = _aboard(drawing, nodes, start, service, "out")
                    head = _aboard(drawing, nodes, end, service, "in")
                    drawing.arc(
                        tail,
                        head,
                        Arc.SAIL,
                        service,
                        carriage=mode,
                        box="box" in carries,
                        bulk="bulk" in carries,
                        forward=forward,
                        link=i,
                        service=s,
                    )


def _draw_ferry(
    drawing: _Drawing,
    tables: Mapping[str, Table],
    layers: dict[int, set[str]],
    service: int,
    link: int,
    start: int,
    end: int,
    layer: str,
    carriage: str,
    forward: bool,
    box: bool,
) -> None:
    """One crossing of a wagon or truck ferry, between the land layers of its two ports."""
    nodes, borders = tables["nodes"], tables["borders"]
    if layer not in layers[start] or layer not in layers[end]:
        return
    a, b = str(nodes["id"][start]), str(nodes["id"][end])
    country = nodes["country"]
    border = (
        find_border(borders, a, b, country[start], country[end], "port") if carriage == "truck_ferry" else -1
    )
    tail, head = _depart(drawing, nodes, start, layer), _arrive(drawing, nodes, end, layer)
    drawing.arc(
        tail,
        head,
        Arc.FERRY,
        str(tables["services"]["id"][service]),
        carriage=carriage,
        box=box,
        forward=forward,
        link=link,
        service=service,
        border=border,
    )


def _draw_transfers(drawing: _Drawing, tables: Mapping[str, Table], layers: dict[int, set[str]]) -> None:
    """Transfers at listed terminals only: rail to road, gauge to gauge, land to quay, ship to ship over the
    quay.
    """
    nodes, terminals, services, links = (tables[n] for n in ("nodes", "terminals", "services", "links"))
    for t in range(len(terminals)):
        place, name = nodes.index[terminals["node"][t]], str(terminals["id"][t])
        kind = terminals["kind"][t]
        rails = sorted(layer for layer in layers[place] if layer.startswith("rail"))
        pairs: list[tuple[str, str]] = []
        if kind in ("rail_road", "inland"):
            pairs = [(r, "road") for r in rails if "road" in layers[place]]
        elif kind == "gauge_change":
            pairs = [(a, b) for a in rails for b in rails if a < b]
        for a, b in pairs:
            for x, y in ((a, b), (b, a)):
                drawing.arc(
                    _arrive(drawing, nodes, place, x),
                    _depart(drawing, nodes, place, y),
                    Arc.GAUGE if kind == "gauge_change" else Arc.TRANSFER,
                    name,
                    terminal=t,
                )
        if kind == "seaport":
            for layer in sorted(layers[place]):
                quay_in, quay_out = _quay(drawing, nodes, place)
                drawing.arc(_arrive(drawing, nodes, place, layer), quay_out, Arc.LOAD, name, terminal=t)
                drawing.arc(quay_in, _depart(drawing, nodes, place, layer), Arc.UNLOAD, name, terminal=t)
            quay_in, quay_out = _quay(drawing, nodes, place)
            drawing.arc(quay_in, quay_out, Arc.TRANSHIP, name, terminal=t)
    ports = {terminals["node"][t] for t in range(len(terminals)) if terminals["kind"][t] == "seaport"}
    for s in range(len(services)):
        service, carries = str(services["id"][s]), services["carries"][s]
        stops = sorted(
            {links[end][links.index[k]] for k in services["links"][s] for end in ("from_node", "to_node")}
        )
        for stop in stops:
            place = nodes.index[stop]
            if f"{stop}|{service}|in" not in drawing.node_ids:
                continue
            arrived, leaving = (_aboard(drawing, nodes, place, service, side) for side in ("in", "out"))
            drawing.arc(arrived, leaving, Arc.THROUGH, "", service=s)
            if stop not in ports:
                continue
            quay_in, quay_out = _quay(drawing, nodes, place)
            box, bulk = "box" in carries, "bulk" in carries
            drawing.arc(quay_out, leaving, Arc.BOARD, service, box=box, bulk=bulk, service=s)
            drawing.arc(arrived, quay_in, Arc.ALIGHT, service, box=box, bulk=bulk, service=s)


def _aboard(drawing: _Drawing, nodes: Table, place: int, service: str, side: str) -> int:
    """A ship at a place, arriving or leaving: nobody boards it only to get off where he stands."""
    return drawing.node(f"{nodes['id'][place]}|{service}|{side}", place, on_ship=True)


def _quay(drawing: _Drawing, nodes: Table, place: int) -> tuple[int, int]:
    name = nodes["id"][place]
    return drawing.node(f"{name}|quay|in", place), drawing.node(f"{name}|quay|out", place)


def _draw_connectors(drawing: _Drawing, tables: Mapping[str, Table], layers: dict[int, set[str]]) -> None:
    """Centroids and how each zone meets the network; no path passes through a centroid."""
    nodes, zones, connectors = tables["nodes"], tables["zones"], tables["connectors"]
    terminals = tables["terminals"]
    ports = {terminals["node"][t]: t for t in range(len(terminals)) if terminals["kind"][t] == "seaport"}
    for zone in zones["id"]:
        drawing.node(f"{zone}|origin", -1)
        drawing.node(f"{zone}|destination", -1)
    for c in range(len(connectors)):
        origin = drawing.node_ids[f"{connectors['zone'][c]}|origin"]
        destination = drawing.node_ids[f"{connectors['zone'][c]}|destination"]
        place, mode = nodes.index[connectors["node"][c]], str(connectors["mode"][c])
        name = str(connectors["id"][c])
        if mode == "sea":
            port = ports.get(connectors["node"][c], -1)
            if port < 0:
                continue
            quay_in, quay_out = _quay(drawing, nodes, place)
            drawing.arc(origin, quay_out, Arc.ACCESS, name, connector=c, terminal=port)
            drawing.arc(quay_in, destination, Arc.EGRESS, name, connector=c, terminal=port)
            continue
        for layer in sorted(k for k in layers[place] if k.split("-")[0] == mode):
            drawing.arc(
                origin, _depart(drawing, nodes, place, layer), Arc.ACCESS, name, carriage=mode, connector=c
            )
            drawing.arc(
                _arrive(drawing, nodes, place, layer),
                destination,
                Arc.EGRESS,
                name,
                carriage=mode,
                connector=c,
            )


def _freeze(drawing: _Drawing, tables: Mapping[str, Table]) -> Network:
    nodes, zones = tables["nodes"], tables["zones"]
    columns = list(zip(*drawing.arcs, strict=True))
    integers = [np.array(column, np.int64) for column in columns[:12]]
    tail, head, kind, carriage, box, bulk, forward, link, service, border, terminal, connector = integers
    n_nodes = len(drawing.place)
    counts = np.bincount(tail, minlength=n_nodes)
    return Network(
        nodes=tuple(drawing.node_ids),
        place=np.array(drawing.place, np.int64),
        on_ship=np.array(drawing.on_ship),
        tail=tail,
        head=head,
        kind=kind,
        carriage=carriage,
        for_box=box.astype(bool),
        for_bulk=bulk.astype(bool),
        forward=forward.astype(bool),
        link_row=link,
        service_row=service,
        border_row=border,
        terminal_row=terminal,
        connector_row=connector,
        element=tuple(str(e) for e in columns[12]),
        first=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        order=np.argsort(tail, kind="stable").astype(np.int64),
        zones=tuple(str(z) for z in zones["id"]),
        origin_node=np.array([drawing.node_ids[f"{z}|origin"] for z in zones["id"]], np.int64),
        destination_node=np.array([drawing.node_ids[f"{z}|destination"] for z in zones["id"]], np.int64),
        place_ids=tuple(str(n) for n in nodes["id"]),
        place_country=tuple(str(c) for c in nodes["country"]),
        place_territory=tuple(str(c) for c in nodes["territory"]),
        zone_countries=tuple(
            tuple(c) or (str(k),) for c, k in zip(zones["countries"], zones["country"], strict=True)
        ),
        service_classes=tuple(frozenset(str(c) for c in names) for names in tables["services"]["classes"]),
    )
