"""What a run says about a quantity: each kind is a pure function of the run's tables of results.

Volumes come from the table of links or from routes and their flows; routes that carry less than a thousandth
of their pair are in the former only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from landbridge.indicators.quantities import Combined, Quantity, Term
from landbridge.tables import Table

WET = ("sea", "river", "ferry")

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def remembered(
    method: Callable[Concatenate["Ways", Asked], Answer],
) -> Callable[Concatenate["Ways", Asked], Answer]:
    """Answer each question of :class:`Ways` once: its routes stand, and calibration asks a hundred times."""

    @wraps(method)
    def ask(ways: "Ways", *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        words = (*args, *kwargs.items())
        key = (method.__name__, *(w.tobytes() if isinstance(w, np.ndarray) else w for w in words))
        if key not in ways.memory:
            answer: Any = method(ways, *args, **kwargs)
            for array in answer if isinstance(answer, tuple) else (answer,):
                array.flags.writeable = False
            ways.memory[key] = answer
        found: Answer = ways.memory[key]
        return found

    return cast("Callable[Concatenate[Ways, Asked], Answer]", ask)


@dataclass(frozen=True)
class Counted:
    """Elements of a counted corridor, as the settings of a study name them."""

    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    none_of: tuple[str, ...]
    from_zones: tuple[str, ...]
    to_zones: tuple[str, ...]


class Ways:
    """The routes of a run as arrays: what each passes, whatever it carries."""

    def __init__(self, routes: pa.Table, tables: Mapping[str, Table]) -> None:
        links, nodes, zones = tables["links"], tables["nodes"], tables["zones"]
        self.memory: dict[tuple[object, ...], Any] = {}
        self.n_routes = routes.num_rows
        self.classes = _codes(routes["class"], tables["classes"].ids)
        self.origin = _codes(routes["origin"], zones.ids)
        self.destination = _codes(routes["destination"], zones.ids)
        self.nest = np.array(routes["nest"].to_pylist(), object)
        self.first_node = np.array(
            [nodes[0] if nodes else "" for nodes in routes["nodes"].to_pylist()], object
        )
        self.zone_states = [set(states) for states in zones["countries"]]
        column = routes["links"].combine_chunks()
        self.offsets = np.asarray(column.offsets)
        self.link = _codes(column.flatten(), links.ids)
        self.link_index = links.index
        country = {name: str(row["country"]) for name, row in zip(nodes.ids, nodes.rows(), strict=True)}
        self.ends = np.array([links["from_node"], links["to_node"]], object)
        self.end_country = np.array([[country[n] for n in side] for side in self.ends], object)
        ferries = _list_ferries(tables["services"])
        self.mode = np.where(
            np.isin(links.ids, ferries) & np.isin(links["mode"], WET), "ferry", links["mode"].astype(str)
        )
        self.is_wet = np.isin(self.mode, WET)

    def count(self, marked: np.ndarray) -> np.ndarray:
        """How many links of each route are marked, given marks by place in the flattened list (n_steps,)."""
        total = np.concatenate(([0], np.cumsum(marked)))
        result: np.ndarray = total[self.offsets[1:]] - total[self.offsets[:-1]]
        return result

    @remembered
    def cross(self, links: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How often each route takes the frontier links marked (n_links,) one way and the other: out of the
        state whose code comes first, and into it.

        A step goes from the first end of its link to the second if the next step begins at the second, or if
        the step before ends at the first, or if it is alone and begins there.
        """
        start, end = (side[self.link] for side in self.ends)
        joins = np.zeros(len(self.link), bool)
        joins[:-1] = (end[:-1] == start[1:]) | (end[:-1] == end[1:])
        after = np.zeros(len(self.link), bool)
        after[1:] = (start[1:] == start[:-1]) | (start[1:] == end[:-1])
        everywhere = np.ones(len(self.link), bool)
        has_next, has_last = self._step(everywhere, 1), self._step(everywhere, -1)
        first_node = np.repeat(self.first_node, np.diff(self.offsets)) == start
        forward = np.where(has_next, joins, np.where(has_last, after, first_node))
        out = forward == (self.end_country[0] < self.end_country[1])[self.link]
        here = links[self.link]
        return self.count(here & out), self.count(here & ~out)

    @remembered
    def count_links(self, links: np.ndarray) -> np.ndarray:
        """How many of the links marked (n_links,) each route takes."""
        return self.count(links[self.link]).astype(np.int16)

    def use(self, links: np.ndarray) -> np.ndarray:
        """Whether each route uses any of the links marked (n_links,)."""
        result: np.ndarray = self.count_links(links) > 0
        return result

    def touch_node(self, node: str) -> np.ndarray:
        """Links (n_links,) that end at a node."""
        result: np.ndarray = (self.ends == node).any(axis=0)
        return result

    def touch_state(self, state: str) -> np.ndarray:
        """Links (n_links,) that end in a state."""
        result: np.ndarray = (self.end_country == state).any(axis=0)
        return result

    @remembered
    def call(self, port: str, *, ferries: bool = True) -> np.ndarray:
        """How often each route goes between ship and shore at a port; a ship that is changed is no call."""
        return self.count(self._handovers(port, ferries=ferries))

    def _handovers(self, port: str, *, ferries: bool = True) -> np.ndarray:
        """Steps (n_steps,) by water that begin or end ashore at a port."""
        at_sea = self.touch_node(port)[self.link] & self.is_wet[self.link]
        own: np.ndarray = at_sea & ~self._step(at_sea, -1) & ~self._step(at_sea, 1)
        if not ferries:
            own &= self.mode[self.link] != "ferry"
        return own

    @remembered
    def ride(self, port: str, mode: str) -> tuple[np.ndarray, np.ndarray]:
        """How often each route comes ashore from a ferry at a port, and how often it goes aboard, in wagons
        (``rail``) or trucks (``road``): as it goes on by land, or came.
        """
        rides = self._handovers(port) & (self.mode[self.link] == "ferry")
        rails, roads = ((self.mode == m)[self.link] for m in ("rail", "road"))
        by_rail = self._step(rails, -1) | self._step(rails, 1)
        by_road = ~by_rail & (self._step(roads, -1) | self._step(roads, 1))
        own = rides & (by_rail if mode == "rail" else by_road)
        ashore = self._come_ashore(port)
        return self.count(own & ashore), self.count(own & ~ashore)

    def _step(self, marked: np.ndarray, by: int) -> np.ndarray:
        """Whether the step before (-1) or after (1) each step of a route is marked."""
        starts = np.zeros(len(self.link) + 1, bool)
        starts[self.offsets] = True
        result = np.zeros(len(self.link), bool)
        if by < 0:
            result[1:] = marked[:-1] & ~starts[1:-1]
        else:
            result[:-1] = marked[1:] & ~starts[1:-1]
        return result

    @remembered
    def land(self, port: str) -> tuple[np.ndarray, np.ndarray]:
        """How often each route comes ashore from a ship at a port, and how often goes aboard; no ferries."""
        own, ashore = self._handovers(port, ferries=False), self._come_ashore(port)
        return self.count(own & ashore), self.count(own & ~ashore)

    def _come_ashore(self, port: str) -> np.ndarray:
        """Steps (n_steps,) that end at a port if they go by water.

        Such a step ends there if the next one begins there, or if there is none and the step before it does
        not end there.
        """
        here = self.touch_node(port)[self.link]
        everywhere = np.ones(len(self.link), bool)
        has_next, has_last = self._step(everywhere, 1), self._step(everywhere, -1)
        alone = ~has_next & ~has_last
        first_node = np.repeat(self.first_node == port, np.diff(self.offsets))
        ashore: np.ndarray = (
            self._step(here, 1) | (~has_next & has_last & ~self._step(here, -1)) | (alone & ~first_node)
        )
        return ashore

    def list_ports(self, state: str) -> list[str]:
        """Nodes of a state where a ship may call."""
        ends, countries = self.ends[:, self.is_wet], self.end_country[:, self.is_wet]
        return sorted(set(ends[countries == state]))

    @remembered
    def use_mode(self, state: str, mode: str) -> np.ndarray:
        """Whether each route is moved in a state by rail, road, or (through its ports) by sea."""
        if mode == "sea":
            calls = [self.call(port) > 0 for port in self.list_ports(state)]
            return np.logical_or.reduce(calls) if calls else np.zeros(self.n_routes, bool)
        return self.use(self.touch_state(state) & (self.mode == mode))

    def is_transit(self, state: str) -> np.ndarray:
        """Whether neither end of a route is in a state."""
        own = self.lies_in(state)
        result: np.ndarray = ~own[self.origin] & ~own[self.destination]
        return result

    def lies_in(self, state: str) -> np.ndarray:
        """Whether each zone (n_zones,) lies in a state, if only in part."""
        return np.array([state in states for states in self.zone_states], bool)


class Measured:
    """One scenario and year of a run, asked for quantities.

    Parameters
    ----------
    read
        Gives a table of results by name.
    ways
        The routes of the run.
    tables
        Tables of the study.
    corridors
        Counted corridors by id, groups spread to zones.
    groups
        Zones of each group; a zone stands for itself.
    """

    def __init__(
        self,
        read: Callable[[str], pa.Table],
        ways: Ways,
        tables: Mapping[str, Table],
        corridors: Mapping[str, Counted],
        groups: Mapping[str, Sequence[str]],
        default_class: str,
        scenario: str,
        year: int,
    ) -> None:
        self.read, self.ways, self.tables = read, ways, tables
        self.corridors, self.groups, self.default_class = corridors, groups, default_class
        self.scenario, self.year = scenario, year
        classes = tables["classes"]
        self.class_ids = classes.ids
        self.payload = np.array(classes["truck_payload_t"], float)
        self.in_box = classes["form"] == "box"
        self.containerised = classes["is_containerised"].astype(bool)
        self.tonnes_per_teu = np.array(classes["tonnes_per_teu"], float)
        self.value = np.array(classes["unit_value_usd_t"], float)

    def _own(self, name: str) -> pa.Table:
        table = self.read(name)
        return table.filter(
            pc.and_(pc.equal(table["scenario"], self.scenario), pc.equal(table["year"], self.year))
        )

    @cached_property
    def flow(self) -> np.ndarray:
        """Tonnes a year of each route (n_routes,)."""
        return self._by_route("flow_t_year")

    @cached_property
    def hours(self) -> np.ndarray:
        """Time of each route that carries anything (n_routes,), h."""
        return self._by_route("time_h")

    def _by_route(self, column: str) -> np.ndarray:
        own = self._own("route_flows")
        result = np.zeros(self.ways.n_routes)
        result[np.asarray(own["route"])] = np.asarray(own[column])
        return result

    @cached_property
    def links(self) -> dict[str, np.ndarray]:
        """Flows on links and services: link, class position and tonnes a year."""
        own = self._own("links")
        own = own.filter(pc.is_in(own["kind"], pa.array(["link", "service"])))
        return {
            "link": np.array(own["link"].to_pylist(), object),
            "class": _codes(own["class"], self.class_ids),
            "t": np.asarray(own["flow_t_year"]),
        }

    @cached_property
    def pairs(self) -> pa.Table:
        """Pairs of the scenario and year."""
        return self._own("pairs")

    def zones(self, name: str) -> np.ndarray:
        """Whether each zone belongs to a zone or group (n_zones,)."""
        zones = np.array(self.tables["zones"].ids, object)
        return np.isin(zones, list(self.groups.get(name, (name,))))

    def of_class(self, name: str) -> np.ndarray:
        """Whether each route is of a class; of any if the name is blank."""
        if not name:
            return np.ones(self.ways.n_routes, bool)
        result: np.ndarray = self.ways.classes == self.class_ids.index(name)
        return result

    def between(self, origin: str, destination: str) -> np.ndarray:
        """Whether each route goes from one zone or group to another."""
        a, b = self.zones(origin), self.zones(destination)
        result: np.ndarray = a[self.ways.origin] & b[self.ways.destination]
        return result

    def tonnes(self, routes: np.ndarray) -> float:
        """Tonnes a year on routes, given marks or counts (n_routes,)."""
        return float((self.flow * routes).sum())

    def teu(self, routes: np.ndarray, riding: np.ndarray) -> float:
        """TEU a year on routes of the classes marked in ``riding``."""
        rate = np.where(riding, 1.0 / self.tonnes_per_teu, 0.0)[self.ways.classes]
        return float((self.flow * rate * routes).sum())

    def on_links(self, marked: np.ndarray, rate: np.ndarray | None = None) -> float:
        """Tonnes a year on the links marked, or as many of what ``rate`` gives for a tonne of each class."""
        found = self.links
        names = set(np.array(self.tables["links"].ids, object)[marked])
        here = np.array([name in names for name in found["link"]], bool)
        weight = np.ones(len(self.class_ids)) if rate is None else rate
        return float((found["t"] * weight[found["class"]])[here].sum())

    def only(self, name: str) -> np.ndarray | None:
        """Weights that keep one class; None for all."""
        return np.array([c == name for c in self.class_ids], float) if name else None

    def value_of(self, quantity: Quantity) -> float:
        """The model's figure; NaN where nothing moves that it could be taken from."""
        if isinstance(quantity, Combined):
            values = [self.value_of(part) for part in quantity.parts]
            return combine(quantity.operator, values)
        function = getattr(self, f"_{quantity.kind.name}")
        return float(function(*quantity.arguments))

    def _corridor(self, name: str) -> tuple[float, float]:
        own = self._own("corridor_flows")
        row = own.filter(pc.equal(own["corridor"], name)).to_pylist()[0]
        return row["flow_t_year"], row["teu_year"]

    def _corridor_tonnes(self, name: str) -> float:
        return self._corridor(name)[0]

    def _corridor_teu(self, name: str) -> float:
        return self._corridor(name)[1]

    def _corridor_from_tonnes(self, name: str, state: str) -> float:
        begins = self.ways.lies_in(state)[self.ways.origin]
        return self.tonnes(self._members(self.corridors[name]) & begins)

    def _members(self, corridor: Counted) -> np.ndarray:
        result = np.ones(self.ways.n_routes, bool)
        for element in corridor.all_of:
            result &= self._passes(element)
        if corridor.any_of:
            result &= np.logical_or.reduce([self._passes(element) for element in corridor.any_of])
        for element in corridor.none_of:
            result &= ~self._passes(element)
        if corridor.from_zones or corridor.to_zones:
            zones = np.array(self.tables["zones"].ids, object)
            a, b = np.isin(zones, corridor.from_zones), np.isin(zones, corridor.to_zones)
            o, d = self.ways.origin, self.ways.destination
            result &= (a[o] & b[d]) | (b[o] & a[d])
        return result

    def _passes(self, element: str) -> np.ndarray:
        """Whether each route passes a link, a service (by its links), a state, a terminal (as a port it calls
        at) or a node.
        """
        ways, terminals, services = self.ways, self.tables["terminals"], self.tables["services"]
        sailed = services.row(element)["links"] if element in services.index else (element,)
        if set(sailed) <= set(ways.link_index):
            return ways.use(np.isin(np.array(self.tables["links"].ids, object), list(sailed)))
        if element in terminals.index:
            return ways.call(str(terminals.row(element)["node"])) > 0
        if element in self.tables["nodes"].index:
            return ways.use(ways.touch_node(element))
        on_land = ways.use(ways.touch_state(element) & ~ways.is_wet)
        result: np.ndarray = on_land | ways.use_mode(element, "sea")
        return result

    def _link_tonnes(self, link: str, name: str) -> float:
        return self.on_links(np.array(self.tables["links"].ids, object) == link, self.only(name))

    @cached_property
    def trucks_per_tonne(self) -> np.ndarray:
        """Trucks that a tonne of each class takes (n_classes,)."""
        result: np.ndarray = np.divide(
            1.0, self.payload, out=np.zeros_like(self.payload), where=self.payload > 0.0
        )
        return result

    def trucks(self, routes: np.ndarray) -> float:
        """Loaded trucks a year on routes, given marks or counts (n_routes,)."""
        return self.tonnes(self.trucks_per_tonne[self.ways.classes] * routes)

    def _link_trucks(self, link: str) -> float:
        marked = np.array(self.tables["links"].ids, object) == link
        return self.on_links(marked, self.trucks_per_tonne)

    def _frontier(self, mode: str) -> np.ndarray:
        """Land links that cross a frontier, of one mode or any."""
        ways = self.ways
        crosses = ways.end_country[0] != ways.end_country[1]
        result: np.ndarray = crosses & ~ways.is_wet & ((ways.mode == mode) | (mode == ""))
        return result

    def _crossing_tonnes(self, node: str, mode: str) -> float:
        return self.on_links(self._frontier(mode) & self.ways.touch_node(node))

    def _crossing_trucks(self, node: str) -> float:
        posts = self._frontier("road") & self.ways.touch_node(node)
        return 2.0 * max(self.trucks(way) for way in self.ways.cross(posts))

    def _between_states(self, a: str, b: str, mode: str) -> np.ndarray:
        touching = self.ways.touch_state(a) & self.ways.touch_state(b)
        result: np.ndarray = self._frontier(mode) & touching
        return result

    def _border_tonnes(self, a: str, b: str, mode: str) -> float:
        return self.on_links(self._between_states(a, b, mode))

    def _border_transit_tonnes(self, a: str, b: str, mode: str) -> float:
        return self.tonnes(self.ways.use(self._between_states(a, b, mode)) & self.ways.is_transit(a))

    def _port_tonnes(self, port: str, name: str) -> float:
        return self.tonnes(self.ways.call(port) * self.of_class(name))

    def _port_ships_tonnes(self, port: str, name: str) -> float:
        return self.tonnes(self.ways.call(port, ferries=False) * self.of_class(name))

    def _port_wagon_tonnes(self, port: str) -> float:
        return sum(self.tonnes(way) for way in self.ways.ride(port, "rail"))

    def _port_trucks(self, port: str) -> float:
        return 2.0 * max(self.trucks(way) for way in self.ways.ride(port, "road"))

    def _port_teu(self, port: str) -> float:
        return self.teu(self.ways.call(port, ferries=False), self.in_box)

    def _port_boxes_teu(self, port: str) -> float:
        ashore, aboard = self.ways.land(port)
        return 2.0 * max(self.teu(ashore, self.in_box), self.teu(aboard, self.in_box))

    def _state_tonnes(self, state: str, mode: str, name: str) -> float:
        return self.tonnes(self.ways.use_mode(state, mode) & self.of_class(name))

    def _state_share(self, state: str, mode: str) -> float:
        parts = {m: self._state_tonnes(state, m, "") for m in ("rail", "road", "sea")}
        return 100.0 * _divide(parts[mode], sum(parts.values()))

    def _in_transit(self, state: str, mode: str) -> np.ndarray:
        modes = (mode,) if mode else ("rail", "road", "sea")
        used = np.logical_or.reduce([self.ways.use_mode(state, m) for m in modes])
        result: np.ndarray = used & self.ways.is_transit(state)
        return result

    def _transit_tonnes(self, state: str, mode: str) -> float:
        return self.tonnes(self._in_transit(state, mode))

    def _transit_teu(self, state: str, mode: str) -> float:
        return self.teu(self._in_transit(state, mode), self.containerised)

    def _transit_share(self, state: str, mode: str) -> float:
        return 100.0 * _divide(self._transit_tonnes(state, mode), self._state_tonnes(state, mode, ""))

    def _transit_bound_tonnes(self, state: str, mode: str, other: str) -> float:
        ends = self.ways.lies_in(other)[self.ways.destination]
        return self.tonnes(self._in_transit(state, mode) & ends)

    def _transit_bound_share(self, state: str, mode: str, other: str) -> float:
        part = self._transit_bound_tonnes(state, mode, other)
        return 100.0 * _divide(part, self._transit_tonnes(state, mode))

    def _imports_tonnes(self, zone: str) -> float:
        inside = self.zones(zone)
        return self._served(~inside, inside)

    def _exports_tonnes(self, zone: str) -> float:
        inside = self.zones(zone)
        return self._served(inside, ~inside)

    def _served(self, a: np.ndarray, b: np.ndarray) -> float:
        zones = self.tables["zones"].ids
        o, d = (_codes(self.pairs[end], zones) for end in ("origin", "destination"))
        return float(np.asarray(self.pairs["served_t_year"])[a[o] & b[d]].sum())

    def _trade_via_share(self, zone: str, state: str) -> float:
        inside, ways = self.zones(zone), self.ways
        own = inside[ways.origin] != inside[ways.destination]
        return 100.0 * _divide(self.tonnes(own & self._passes(state)), self.tonnes(own))

    def _pair(self, origin: str, destination: str, mode: str, name: str) -> np.ndarray:
        routes = self.between(origin, destination) & self.of_class(name)
        result: np.ndarray = routes & (self.ways.nest == mode) if mode else routes
        return result

    def _pair_tonnes(self, origin: str, destination: str, mode: str, name: str) -> float:
        return self.tonnes(self._pair(origin, destination, mode, name))

    def _pair_teu(self, origin: str, destination: str, mode: str) -> float:
        return self.teu(self._pair(origin, destination, mode, ""), self.containerised)

    def _pair_share(self, origin: str, destination: str, mode: str, name: str) -> float:
        part = self._pair_tonnes(origin, destination, mode, name)
        return 100.0 * _divide(part, self._pair_tonnes(origin, destination, "", name))

    def _pair_value_share(self, origin: str, destination: str, mode: str) -> float:
        value = self.value[self.ways.classes]
        part = self.tonnes(self._pair(origin, destination, mode, "") * value)
        return 100.0 * _divide(part, self.tonnes(self._pair(origin, destination, "", "") * value))

    def _pair_via_share(self, origin: str, destination: str, mode: str, place: str, name: str) -> float:
        own = self._pair(origin, destination, mode, name)
        return 100.0 * _divide(self.tonnes(own & self._passes(place)), self.tonnes(own))

    def _pair_mean(self, origin: str, destination: str, name: str, column: str) -> float:
        zones, pairs = self.tables["zones"].ids, self.pairs
        o, d = (_codes(pairs[end], zones) for end in ("origin", "destination"))
        here = self.zones(origin)[o] & self.zones(destination)[d]
        here &= _codes(pairs["class"], self.class_ids) == self.class_ids.index(name or self.default_class)
        served = np.asarray(pairs["served_t_year"])[here]
        values = np.asarray(pairs[column], float)[here]
        moves = served > 0.0
        return _divide(float((served * values)[moves].sum()), float(served[moves].sum()))

    def _pair_time_h(self, origin: str, destination: str, name: str) -> float:
        return self._pair_mean(origin, destination, name, "time_h")

    def _pair_time_by_h(self, origin: str, destination: str, corridor: str, name: str) -> float:
        own = self._pair(origin, destination, "", name or self.default_class)
        own &= self._members(self.corridors[corridor])
        return _divide(self.tonnes(own * self.hours), self.tonnes(own))

    def _pair_rate_usd_t(self, origin: str, destination: str, name: str) -> float:
        return self._pair_mean(origin, destination, name, "money_usd_t")

    def _passage(self, row: str, column: str) -> float:
        checks = self.read("corridor_checks")
        found = checks.filter(pc.equal(checks["corridor"], row))[column].to_pylist()
        return float(found[0]) if found and found[0] is not None else float("nan")

    def _passage_days(self, row: str) -> float:
        return self._passage(row, "model_days")

    def _passage_usd_feu(self, row: str) -> float:
        return self._passage(row, "model_cost_usd_feu")

    def _passage_km(self, row: str) -> float:
        return self._passage(row, "model_length_km")


def combine(operator: str, values: Sequence[float]) -> float:
    """Join the figures of a combined quantity; NaN where it divides by nothing."""
    if operator == "sum":
        return sum(values)
    a, b = values
    if operator == "difference":
        return a - b
    if operator == "change":
        return 100.0 * _divide(a - b, b)
    return (100.0 if operator == "share" else 1.0) * _divide(a, b)


def measure(quantity: Quantity, at: Callable[[Term], Measured]) -> float:
    """The model's figure where terms may ask for different scenarios and years; ``at`` finds each."""
    if isinstance(quantity, Term):
        return at(quantity).value_of(quantity)
    return combine(quantity.operator, [measure(part, at) for part in quantity.parts])


def _divide(a: float, b: float) -> float:
    return a / b if b else float("nan")


def _codes(column: pa.ChunkedArray | pa.Array, names: Sequence[str]) -> np.ndarray:
    """Position of each value of a column among names."""
    found: np.ndarray = pc.index_in(column, pa.array(list(names), pa.string())).to_numpy(zero_copy_only=False)
    return np.asarray(found, np.int64)


def _list_ferries(services: Table) -> list[str]:
    """Links that only ferries serve: boxes that ride on them are aboard trucks or wagons."""
    served: dict[str, list[bool]] = {}
    for row in services.rows():
        for link in row["links"]:
            served.setdefault(str(link), []).append(bool({"truck", "wagon"} & set(row["carries"])))
    return [link for link, found in served.items() if all(found)]
