"""Checks of a network against geography and against itself: pure functions from tables to faults.

Columns that could not be read, and ids that are not found, are the business of other checks; rows with them
are passed over here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from landbridge.errors import Fault
from landbridge.tables import Table
from landbridge.units import great_circle_km

Tables = Mapping[str, Table]

#: A link may be shorter than the great circle by this share: coordinates are those of towns, not of stations.
SHORTER = 0.03
#: Links are never more than this many times the great circle, and so many km more; mountain lines reach 2.3.
LONGER, LONGER_KM = 4.0, 50.0
#: Coordinates of two places in one town may be this far off.
TOWN_KM = 5.0

WATER = ("sea", "river")
LAND = ("rail", "road")


def check_network(tables: Tables, movable_breaks: frozenset[str] = frozenset()) -> list[Fault]:
    """Run all checks of the network.

    ``movable_breaks`` are nodes at which a break of gauge may be placed: a gauge change there may wait.
    """
    checks = (
        check_lengths,
        check_link_columns,
        check_crossings,
        check_services,
        check_boarding,
        check_connectors,
        check_reach,
    )
    faults = [fault for check in checks for fault in check(tables)]
    return [*faults, *check_quays(tables), *check_gauge_changes(tables, movable_breaks)]


def check_lengths(tables: Tables) -> Iterator[Fault]:
    """Links shorter than the way over the globe between their ends, or far longer."""
    nodes, links = tables["nodes"], tables["links"]
    for row, a, b in _ends(tables):
        length = links["length_km"][row]
        shortest = float(great_circle_km(nodes["lat"][a], nodes["lon"][a], nodes["lat"][b], nodes["lon"][b]))
        if a == b:
            mend = "give it two ends; what happens inside a place is a terminal."
            yield links.fault(row, "to_node", "LB-N013", "the link begins and ends at one node.", mend)
        elif length < shortest * (1 - SHORTER) and shortest - length > TOWN_KM:
            what = f"{length:g} km is shorter than the great circle between its ends, {shortest:.0f} km."
            mend = "correct the length, or the coordinates of an end."
            yield links.fault(row, "length_km", "LB-N001", what, mend)
        elif length > LONGER * shortest and length - shortest > LONGER_KM:
            ratio = length / max(shortest, 0.1)
            what = f"{length:g} km is {ratio:.1f} times the great circle, {shortest:.0f} km."
            mend = "correct the length or the ends, or draw the place that the link goes round by."
            yield links.fault(row, "length_km", "LB-N002", what, mend)


def check_link_columns(tables: Tables) -> Iterator[Fault]:
    """Columns that a link of its mode needs: gauge, speed and a rate on land; none of these at sea."""
    links = tables["links"]
    needs = {
        "rail": ("gauge_mm", "speed_kmh", "rate_box_usd_teu_km", "rate_bulk_usd_t_km"),
        "road": ("speed_kmh", "rate_truck_usd_km"),
    }
    priced = ("speed_kmh", "rate_box_usd_teu_km", "rate_bulk_usd_t_km", "rate_truck_usd_km")
    for row, mode in enumerate(links["mode"]):
        for column in needs.get(mode, ()):
            if np.isnan(links[column][row]):
                code, kind = ("LB-N003", "gauge") if column == "gauge_mm" else ("LB-N012", column)
                mend = f"fill {column}; a value with no document behind it has basis assumption and a range."
                yield links.fault(row, column, code, f"the {mode} link has no {kind}.", mend)
        if mode == "sea":
            for column in priced:
                if not np.isnan(links[column][row]):
                    what, mend = f"a sea link has {column}.", "leave it blank and put it in services."
                    yield links.fault(row, column, "LB-N012", what, mend)


def check_crossings(tables: Tables) -> Iterator[Fault]:
    """Land links between two states without a border row of that pair and mode at one of their ends."""
    nodes, links, borders = tables["nodes"], tables["links"], tables["borders"]
    known: set[tuple[str, str, str, str]] = set()
    for row in range(len(borders)):
        node, mode = borders["node"][row], borders["mode"][row]
        a, b = borders["country_a"][row], borders["country_b"][row]
        known.add((node, mode, a, b))
        if borders["direction"][row] != "a_to_b":
            known.add((node, mode, b, a))
        if node in nodes.index and a == b:
            what, mend = f"both sides of the border are {a}.", "name the two states that meet here."
            yield borders.fault(row, "country_b", "LB-N014", what, mend)
    for row, a, b in _ends(tables, modes=LAND):
        mode, ends = links["mode"][row], (nodes.ids[a], nodes.ids[b])
        country_a, country_b = nodes["country"][a], nodes["country"][b]
        if country_a == country_b:
            continue
        for origin, target in ((country_a, country_b), (country_b, country_a)):
            if not any((end, mode, origin, target) in known for end in ends):
                what = f"the {mode} link crosses from {origin} to {target} without a border."
                mend = f"add a {mode} row for {origin} and {target} to borders, at {ends[0]} or {ends[1]}."
                yield links.fault(row, "id", "LB-N004", what, mend)
                break


def check_services(tables: Tables) -> Iterator[Fault]:
    """Services over land links, in separate pieces, without time or price; sea links without a service."""
    links, services = tables["links"], tables["services"]
    sailed: set[str] = set()
    for row, names in enumerate(services["links"]):
        found = [links.index[name] for name in names if name in links.index]
        sailed.update(names)
        for link in found:
            if links["mode"][link] not in WATER:
                what = f'"{links.ids[link]}" is a {links["mode"][link]} link.'
                yield services.fault(
                    row, "links", "LB-N005", what, "a service runs over sea and river links only."
                )
        pieces = _Pieces()
        for link in found:
            pieces.join(links["from_node"][link], links["to_node"][link])
        groups = pieces.groups()
        if len(groups) > 1:
            what = f"the links of the service do not meet: {' / '.join(group[0] for group in groups[:4])}."
            yield services.fault(
                row, "links", "LB-N006", what, "add the missing link, or make two services of it."
            )
        if np.isnan(services["speed_kmh"][row]) and (np.isnan(services["time_h"][row]) or len(names) > 1):
            mend = "fill speed_kmh, or time_h of a service over one link."
            yield services.fault(row, "speed_kmh", "LB-N015", "the service has no sailing time.", mend)
        yield from _unpriced(services, row)
    for row, mode in enumerate(links["mode"]):
        if mode == "sea" and links.ids[row] not in sailed:
            what, mend = "no service runs over the sea link.", "add it to a service, or delete it."
            yield links.fault(row, "id", "LB-N005", what, mend, "warning")


def _unpriced(services: Table, row: int) -> Iterator[Fault]:
    """What a service carries for nothing; a price of 0 must be written."""
    prices = {
        "box": ("fare_box_usd_teu", "rate_box_usd_teu_km"),
        "bulk": ("fare_bulk_usd_t", "rate_bulk_usd_t_km"),
        "wagon": ("fare_wagon_usd_t",),
        "truck": ("fare_truck_usd_truck",),
    }
    for form in services["carries"][row]:
        columns = prices.get(form, ())
        if columns and all(np.isnan(services[column][row]) for column in columns):
            what, mend = (
                f"the service carries {form} and has no price for it.",
                f"fill {' or '.join(columns)}.",
            )
            yield services.fault(row, columns[0], "LB-N016", what, mend)
    if "wagon" in services["carries"][row] and np.isnan(services["gauge_mm"][row]):
        mend = "fill gauge_mm, the gauge of the wagons."
        yield services.fault(row, "gauge_mm", "LB-N003", "the service takes wagons and has no gauge.", mend)


def check_boarding(tables: Tables) -> Iterator[Fault]:
    """Ferries for wagons or trucks at ports without rail of their gauge or without a road."""
    nodes, links, services = tables["nodes"], tables["links"], tables["services"]
    gauges = _gauges(tables)
    roads = {nodes.ids[end] for _, *ends in _ends(tables, modes=("road",)) for end in ends}
    for row, names in enumerate(services["links"]):
        found = [links.index[name] for name in names if name in links.index]
        ports = sorted(
            {links[side][link] for link in found for side in ("from_node", "to_node")} & set(nodes.index)
        )
        gauge, carries = services["gauge_mm"][row], services["carries"][row]
        for port in ports:
            lacks = []
            if "wagon" in carries and not np.isnan(gauge) and gauge not in gauges.get(port, ()):
                lacks.append(f"rail of {gauge:g} mm for its wagons")
            if "truck" in carries and port not in roads:
                lacks.append("road for its trucks")
            if lacks:
                what = f"there is no {' and no '.join(lacks)} at {port}."
                mend = "add the link, or take the load out of carries."
                yield services.fault(row, "carries", "LB-N018", what, mend, "warning")


def check_quays(tables: Tables) -> Iterator[Fault]:
    """Places where a ship with boxes or bulk could be joined by land and that have no seaport terminal.

    Containers aboard a ferry for wagons travel in wagons and need no quay.
    """
    nodes, links, services = tables["nodes"], tables["links"], tables["services"]
    ashore = {nodes.ids[end] for _, *ends in _ends(tables, modes=LAND) for end in ends}
    quays = _quays(tables)
    missing: dict[str, str] = {}
    for row, names in enumerate(services["links"]):
        carries = services["carries"][row]
        if "bulk" in carries or ("box" in carries and "wagon" not in carries):
            for name in names:
                if name in links.index:
                    link = links.index[name]
                    for end in (links["from_node"][link], links["to_node"][link]):
                        if end in ashore and end not in quays:
                            missing.setdefault(end, services.ids[row])
    for end, service in missing.items():
        row = nodes.index[end]
        if nodes["kind"][row] != "strait":
            what = f"{service} carries boxes or bulk to {end}, which has no seaport terminal."
            mend = "add a seaport row for it to terminals; open water is a node of kind strait."
            yield nodes.fault(row, "id", "LB-N007", what, mend)


def check_gauge_changes(tables: Tables, movable_breaks: frozenset[str]) -> Iterator[Fault]:
    """Gauge changes where fewer than two gauges meet."""
    nodes, terminals = tables["nodes"], tables["terminals"]
    gauges = _gauges(tables)
    for row, kind in enumerate(terminals["kind"]):
        node = terminals["node"][row]
        if node in movable_breaks or kind != "gauge_change":
            continue
        if node in nodes.index and len(gauges.get(node, ())) < 2:
            what = f"the gauge change at {node} has fewer than two gauges of rail there."
            mend = "correct the node, or the gauge of the links that meet there."
            yield terminals.fault(row, "node", "LB-N017", what, mend)


def check_connectors(tables: Tables) -> Iterator[Fault]:
    """Zones without a connector, connectors to a node without their mode, shares that are not one whole."""
    nodes, links, zones, connectors = (tables[name] for name in ("nodes", "links", "zones", "connectors"))
    quays = _quays(tables)
    served: dict[str, set[str]] = defaultdict(set)
    for row, a, b in _ends(tables):
        mode = "sea" if links["mode"][row] in WATER else links["mode"][row]
        served[nodes.ids[a]].add(mode)
        served[nodes.ids[b]].add(mode)
    shares: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, (zone, node, mode) in enumerate(
        zip(connectors["zone"], connectors["node"], connectors["mode"], strict=True)
    ):
        shares[zone, mode].append(row)
        if node in nodes.index and mode and mode not in served[node]:
            what = f"no {mode} link meets {node}."
            mend = f"name a node with {mode}, or correct the mode."
            yield connectors.fault(row, "node", "LB-N010", what, mend)
        elif node in nodes.index and mode == "sea" and node not in quays:
            what, mend = f"{node} has no seaport terminal.", "add a seaport row for it to terminals."
            yield connectors.fault(row, "node", "LB-N010", what, mend)
    joined = {zone for zone, _ in shares}
    for row, zone in enumerate(zones["id"]):
        if zone and zone not in joined:
            mend = "add a row for it to connectors."
            yield zones.fault(row, "id", "LB-N009", f"nothing connects zone {zone} to the network.", mend)
    for (zone, mode), rows in shares.items():
        total = float(connectors["share"][rows].sum())
        if zone in zones.index and mode and abs(total - 1) > 1e-3:
            lines = ", ".join(str(row + 2) for row in rows)
            what = f"the {mode} shares of {zone} add up to {total:g}, not 1 (lines {lines})."
            yield connectors.fault(rows[0], "share", "LB-N011", what, "divide each share by their sum.")


def check_reach(tables: Tables) -> Iterator[Fault]:
    """Parts of the network that no zone reaches even if every gate is met."""
    nodes, links, services, terminals, connectors = (
        tables[name] for name in ("nodes", "links", "services", "terminals", "connectors")
    )
    sailed = {name for names in services["links"] for name in names}
    pieces, layers = _Pieces(), _Pieces()
    at_node: dict[str, set[str]] = defaultdict(set)
    for row, a, b in _ends(tables):
        mode = links["mode"][row]
        if mode == "sea" and links.ids[row] not in sailed:
            continue
        layer = f"rail {links['gauge_mm'][row]:g} mm" if mode == "rail" else mode
        ends = nodes.ids[a], nodes.ids[b]
        pieces.join(*ends)
        layers.join(*(f"{end}, {layer}" for end in ends))
        for end in ends:
            at_node[end].add(layer)
    for node, kind in zip(terminals["node"], terminals["kind"], strict=True):
        _join_all(layers, node, (layer for layer in at_node[node] if _meets(kind, layer)))
    for row, names in enumerate(services["links"]):
        taken = {"wagon": "rail", "truck": "road"}
        forms = {taken[form] for form in services["carries"][row] if form in taken}
        for name in names:
            if name in links.index:
                for end in (links["from_node"][links.index[name]], links["to_node"][links.index[name]]):
                    _join_all(layers, end, (x for x in at_node[end] if x in WATER or x.split()[0] in forms))
    for node, mode in zip(connectors["node"], connectors["mode"], strict=True):
        pieces.join("a zone", node)
        for layer in at_node[node]:
            if layer.split()[0] == mode or (mode == "sea" and layer in WATER):
                layers.join("a zone", f"{node}, {layer}")
    for group in pieces.groups():
        if "a zone" not in group:
            what = f"no zone reaches {_few(group)}, even with every gate met."
            mend = "add the missing link or connector, or delete the nodes."
            yield nodes.fault(nodes.index[group[0]], "id", "LB-N008", what, mend)
    for group in layers.groups():
        places = {name.rpartition(", ")[0] for name in group}
        if "a zone" not in group and all(pieces.same("a zone", place) for place in places):
            what = f"no zone reaches the network of {_few(group)}: nothing may be moved on to it."
            mend = "add a terminal, a connector or the missing link."
            yield nodes.fault(nodes.index[min(places)], "id", "LB-N008", what, mend, "warning")
    for row, node in enumerate(nodes["id"]):
        if node and node not in at_node:
            what, mend = f"no link or service meets {node}.", "add its links, or delete it."
            yield nodes.fault(row, "id", "LB-N008", what, mend, "warning")


def _meets(kind: str, layer: str) -> bool:
    """Whether goods may change at a terminal of this kind from or to this layer."""
    mode = layer.split()[0]
    return (
        kind == "seaport"
        or (kind == "gauge_change" and mode == "rail")
        or (kind in ("rail_road", "inland") and mode in LAND)
    )


def _join_all(pieces: "_Pieces", node: str, layers: Iterable[str]) -> None:
    names = [f"{node}, {layer}" for layer in layers]
    for other in names[1:]:
        pieces.join(names[0], other)


def _few(group: list[str], limit: int = 8) -> str:
    more = f" and {len(group) - limit} more" if len(group) > limit else ""
    return "; ".join(group[:limit]) + more


def _ends(tables: Tables, modes: tuple[str, ...] = (*LAND, *WATER)) -> Iterator[tuple[int, int, int]]:
    """Row of each link of the modes, and rows of its two nodes, where both are known."""
    nodes, links = tables["nodes"], tables["links"]
    for row, (a, b, mode) in enumerate(zip(links["from_node"], links["to_node"], links["mode"], strict=True)):
        if mode in modes and a in nodes.index and b in nodes.index:
            yield row, nodes.index[a], nodes.index[b]


def _quays(tables: Tables) -> set[str]:
    """Nodes with a seaport terminal."""
    terminals = tables["terminals"]
    return {
        node for node, kind in zip(terminals["node"], terminals["kind"], strict=True) if kind == "seaport"
    }


def _gauges(tables: Tables) -> dict[str, set[float]]:
    """Gauges of rail that meet at each node."""
    nodes, links = tables["nodes"], tables["links"]
    gauges: dict[str, set[float]] = defaultdict(set)
    for row, a, b in _ends(tables, modes=("rail",)):
        for end in (a, b):
            gauges[nodes.ids[end]].add(float(links["gauge_mm"][row]))
    return gauges


class _Pieces:
    """Union-find over names: which of them hang together."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def root(self, name: str) -> str:
        parent = self.parent.setdefault(name, name)
        while parent != self.parent[parent]:
            self.parent[parent] = self.parent[self.parent[parent]]
            parent = self.parent[parent]
        self.parent[name] = parent
        return parent

    def join(self, a: str, b: str) -> None:
        self.parent[self.root(a)] = self.root(b)

    def same(self, a: str, b: str) -> bool:
        return self.root(a) == self.root(b)

    def groups(self) -> list[list[str]]:
        """The pieces, each sorted, in the order of their first names."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self.parent):
            found[self.root(name)].append(name)
        return sorted(found.values())
