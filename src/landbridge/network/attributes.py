"""What each arc costs: length, money by part and unit, hours by kind, spread, emissions, and the facility it
loads.

Money is kept in the units in which it is charged (per TEU, tonne, wagon, truck), because the charge per tonne
depends on what is shipped. Nothing here depends on flow; delays at facilities are added by the equilibrium.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from landbridge.network.supernetwork import CARRIAGES, Arc, Network
from landbridge.tables import Table

MONEY_PARTS = ("tariff", "handling", "fees")
MONEY_UNITS = ("teu", "t", "wagon", "truck")
TIME_PARTS = ("running", "waiting", "dwell", "border")
FORMS = ("box", "bulk")

HOURS_PER_WEEK = 168.0
HOURS_PER_YEAR = 8760.0
TEU_PER_FEU = 2.0


@dataclass(frozen=True)
class Facilities:
    """Things with a capacity: lines, services, ports, yards and border posts.

    A capacity that was published is firm: beyond it a slot has a price and cargo may be turned away. One that
    was assumed slows traffic down, and its slots cost from one and a half times it on.

    ``capacity`` in t/year; ``delay`` holds three numbers a facility, (scale_h, alpha, beta) of the power law
    ``scale * alpha * (v/C)**beta`` or, where ``is_queue``, (service_h, spread, limit) of the wait
    ``service_h * spread / 2 * rho / (1 - rho)``; spread is the squared variation of arrivals plus that of
    service.
    """

    ids: tuple[str, ...]
    kind: tuple[str, ...]
    name: tuple[str, ...]
    capacity_t_year: np.ndarray
    delay: np.ndarray
    is_queue: np.ndarray
    is_firm: np.ndarray


@dataclass(frozen=True)
class Attributes:
    """Flow-independent attributes by arc.

    ``money`` (3 parts, 4 units, n_arcs) in USD per unit; ``time_h`` (4 kinds, 2 forms, n_arcs);
    ``variance_h2`` (2 forms, n_arcs); ``co2_kg_t`` and ``length_km`` (n_arcs); ``share`` of the connector (1
    elsewhere); ``at_train`` and ``at_rail_frontier`` (n_arcs) mark where cargo is handed to or from a train
    and where a train crosses a frontier; ``facility`` (2 forms, n_arcs) points into ``facilities``, -1 where
    the arc has no capacity.
    """

    length_km: np.ndarray
    money: np.ndarray
    time_h: np.ndarray
    variance_h2: np.ndarray
    co2_kg_t: np.ndarray
    share: np.ndarray
    at_train: np.ndarray
    at_rail_frontier: np.ndarray
    facility: np.ndarray
    facilities: Facilities


class _Ledger:
    """Facilities as they are met, each with one capacity and one delay law."""

    def __init__(self) -> None:
        self.position: dict[str, int] = {}
        self.rows: list[tuple[str, str, float, tuple[float, float, float], bool, bool]] = []

    def add(
        self,
        key: str,
        kind: str,
        name: str,
        capacity: float,
        law: tuple[float, float, float],
        *,
        queue: bool,
        firm: bool,
    ) -> int:
        """Position of the facility ``key``, made at first sight; -1 if its capacity is not known."""
        if not capacity > 0:
            return -1
        if key not in self.position:
            self.position[key] = len(self.rows)
            self.rows.append((kind, name, capacity, law, queue, firm))
        return self.position[key]

    def freeze(self) -> Facilities:
        """All facilities, in the order in which they were met."""
        return Facilities(
            ids=tuple(self.position),
            kind=tuple(row[0] for row in self.rows),
            name=tuple(row[1] for row in self.rows),
            capacity_t_year=np.array([row[2] for row in self.rows], np.float64),
            delay=np.array([row[3] for row in self.rows], np.float64).reshape(len(self.rows), 3),
            is_queue=np.array([row[4] for row in self.rows], bool),
            is_firm=np.array([row[5] for row in self.rows], bool),
        )


def get_parameter(tables: Mapping[str, Table], name: str) -> float:
    """Value of one row of ``parameters``; the row's id is the name."""
    table = tables["parameters"]
    return float(table["value"][table.index[name]])


def find_price_factor(tables: Mapping[str, Table], service: str, year: int) -> float:
    """Factor on a service's rate per km in ``year``: the latest row up to it, else the earliest; 1 without
    rows.
    """
    rows = [
        (int(r["year"]), float(r["factor"])) for r in tables["sea_rates"].rows() if r["service"] == service
    ]
    earlier = [row for row in rows if row[0] <= year]
    if earlier:
        return max(earlier)[1]
    return min(rows)[1] if rows else 1.0


def evaluate(network: Network, tables: Mapping[str, Table], year: int) -> Attributes:
    """Attributes of every arc from the study tables, at the prices of ``year``.

    The tables may be changed copies (measures, effects of gates); the topology stays that of ``network``.
    """
    return _Evaluation(network, tables, year).run()


class _Evaluation:
    """One pass over the arcs; a method a kind of arc."""

    def __init__(self, network: Network, tables: Mapping[str, Table], year: int) -> None:
        n = network.n_arcs
        self.network, self.tables, self.year = network, tables, year
        self.length_km = np.zeros(n)
        self.money = np.zeros((len(MONEY_PARTS), len(MONEY_UNITS), n))
        self.time_h = np.zeros((len(TIME_PARTS), len(FORMS), n))
        self.variance_h2 = np.zeros((len(FORMS), n))
        self.co2_kg_t = np.zeros(n)
        self.share = np.ones(n)
        self.facility = np.full((len(FORMS), n), -1, np.int64)
        self.ledger = _Ledger()
        self.value = {
            name: float(v)
            for name, v in zip(tables["parameters"]["id"], tables["parameters"]["value"], strict=True)
        }
        self.factor = {str(s): find_price_factor(tables, str(s), year) for s in tables["services"]["id"]}

    def run(self) -> Attributes:
        """Evaluate all arcs in their order."""
        by_kind: dict[int, Any] = {
            Arc.ACCESS: self._connector,
            Arc.EGRESS: self._connector,
            Arc.MOVE: self._move,
            Arc.BORDER: self._border,
            Arc.TRANSFER: self._terminal,
            Arc.GAUGE: self._terminal,
            Arc.LOAD: self._terminal,
            Arc.UNLOAD: self._terminal,
            Arc.TRANSHIP: self._terminal,
            Arc.BOARD: self._board,
            Arc.SAIL: self._sail,
            Arc.FERRY: self._ferry,
        }
        for arc, kind in enumerate(self.network.kind):
            rule = by_kind.get(int(kind))
            if rule is not None:
                rule(arc)
        return Attributes(
            self.length_km,
            self.money,
            self.time_h,
            self.variance_h2,
            self.co2_kg_t,
            self.share,
            self.network.list_train_handovers(),
            self.network.list_rail_frontiers(),
            self.facility,
            self.ledger.freeze(),
        )

    def _charge(self, arc: int, part: str, unit: str, amount: float) -> None:
        if np.isfinite(amount):
            self.money[MONEY_PARTS.index(part), MONEY_UNITS.index(unit), arc] += amount

    def _spend(self, arc: int, part: str, box_h: float, bulk_h: float, cv: float) -> None:
        for form, hours in enumerate((box_h, bulk_h)):
            self.time_h[TIME_PARTS.index(part), form, arc] += hours
            self.variance_h2[form, arc] += (hours * cv) ** 2

    def _move(self, arc: int) -> None:
        links, i = self.tables["links"], self.network.link_row[arc]
        km = float(links["length_km"][i])
        self.length_km[arc] = km
        self.co2_kg_t[arc] = _or(links["co2_g_t_km"][i], 0.0) * km / 1000.0
        back = 1.0 if self.network.forward[arc] else _or(links["backhaul_factor"][i], 1.0)
        cv = _or(links["time_cv"][i], self.value["M-running-cv"])
        if links["mode"][i] == "rail":
            self._charge(arc, "tariff", "teu", float(links["rate_box_usd_teu_km"][i]) * km * back)
            self._charge(arc, "tariff", "t", float(links["rate_bulk_usd_t_km"][i]) * km)
            speed = float(links["speed_kmh"][i])
            box, bulk = km / speed, km / _or(links["speed_wagon_kmh"][i], speed)
            self._spend(arc, "running", box, bulk, cv)
            tracks = "double" if links["tracks"][i] == 2 else "single"
            law = (box, self.value[f"M-rail-{tracks}-alpha"], self.value[f"M-rail-{tracks}-beta"])
            name = f"{self._place(links, i, 'from_node')} - {self._place(links, i, 'to_node')} line"
            capacity = float(links["capacity_mt_year"][i]) * 1e6
            self.facility[:, arc] = self.ledger.add(
                str(links["id"][i]), "line", name, capacity, law, queue=False, firm=_is_firm(links, i)
            )
        else:
            self._charge(arc, "tariff", "truck", float(links["rate_truck_usd_km"][i]) * km * back)
            hours = km / float(links["speed_kmh"][i]) / _or(links["duty_factor"][i], 1.0)
            self._spend(arc, "running", hours, hours, cv)

    def _place(self, table: Table, row: int, column: str) -> str:
        nodes = self.tables["nodes"]
        return str(nodes["name"][nodes.index[table[column][row]]]).split(" (")[0].split(" / ")[0]

    def _border(self, arc: int) -> None:
        borders, i = self.tables["borders"], self.network.border_row[arc]
        cv = _or(borders["time_cv"][i], self.value["M-border-cv"])
        box = float(borders["time_box_h"][i])
        rail = borders["mode"][i] == "rail"
        self._spend(arc, "border", box, _or(borders["time_wagon_h"][i], box) if rail else box, cv)
        if rail:
            fee = float(borders["fee_usd_feu"][i])
            self._charge(arc, "fees", "teu", fee / TEU_PER_FEU)
            self._charge(arc, "fees", "wagon", fee)
        else:
            self._charge(arc, "fees", "truck", float(borders["fee_usd_truck"][i]))
        trucks = _or(borders["capacity_trucks_day"][i], 0.0)
        name = f"{self._place(borders, i, 'node')} {borders['mode'][i]} border"
        if not rail and trucks > 0:
            load = self.value["M-truck-load-t"]
            side = "out" if self.network.forward[arc] else "back"
            key = f"{borders['id'][i]}|{self.tables['links']['id'][self.network.link_row[arc]]}|{side}"
            spread = 1.0 + self.value["M-border-service-scv"]
            law = (24.0 / trucks, spread, self.value["M-utilisation-limit"])
            self.facility[:, arc] = self.ledger.add(
                key, "border", name, trucks * 365.0 * load, law, queue=True, firm=_is_firm(borders, i)
            )
        elif rail:
            capacity = float(borders["capacity_mt_year"][i]) * 1e6
            law = (box, self.value["M-rail-single-alpha"], self.value["M-rail-single-beta"])
            self.facility[:, arc] = self.ledger.add(
                str(borders["id"][i]), "border", name, capacity, law, queue=False, firm=_is_firm(borders, i)
            )

    def _terminal(self, arc: int) -> None:
        terminals, i = self.tables["terminals"], self.network.terminal_row[arc]
        box, bulk = _or(terminals["dwell_box_h"][i], 0.0), _or(terminals["dwell_bulk_h"][i], 0.0)
        if self.network.kind[arc] == Arc.GAUGE and terminals["inside_border"][i]:
            box = bulk = 0.0
        self._spend(arc, "dwell", box, bulk, _or(terminals["time_cv"][i], self.value["M-border-cv"]))
        self._charge(arc, "handling", "teu", float(terminals["handling_box_usd_teu"][i]))
        self._charge(arc, "handling", "t", float(terminals["handling_bulk_usd_t"][i]))
        name = f"{self._place(terminals, i, 'node')} {str(terminals['kind'][i]).replace('_', ' ')}"
        key = str(terminals["id"][i])
        tonnes = _or(terminals["capacity_mt_year"][i], 0.0) * 1e6
        boxes = _or(terminals["capacity_teu_year"][i], 0.0) * self.value["M-tonnes-per-teu"]
        alpha, beta = self.value["M-rail-single-alpha"], self.value["M-rail-single-beta"]
        firm = _is_firm(terminals, int(i))
        base = box if box > 0 else self.value["M-inland-terminal-dwell-h"]
        all_cargo = self.ledger.add(
            key, "terminal", name, tonnes, (base, alpha, beta), queue=False, firm=firm
        )
        self.facility[1, arc] = all_cargo
        if boxes > 0:
            key, name = f"{key}|boxes", f"{name}, containers"
            self.facility[0, arc] = self.ledger.add(
                key, "terminal", name, boxes, (base, alpha, beta), queue=False, firm=firm
            )
        else:
            self.facility[0, arc] = all_cargo

    def _headway(self, service: int) -> float:
        sailings = float(self.tables["services"]["sailings_week"][service])
        return HOURS_PER_WEEK / sailings

    def _wait(self, service: int) -> float:
        """Mean wait: half the headway times the service's factor (methods 3; Osuna and Newell 1972)."""
        return 0.5 * self._headway(service) * _or(self.tables["services"]["wait_factor"][service], 1.0)

    def _board(self, arc: int) -> None:
        wait = self._wait(int(self.network.service_row[arc]))
        # A wait uniform over the headway has a standard deviation of headway / sqrt(12), that is wait *
        # 0.577.
        self._spend(arc, "waiting", wait, wait, 1.0 / np.sqrt(3.0))
        # A cargo takes its place once, however many legs it sails.
        services, s = self.tables["services"], int(self.network.service_row[arc])
        boxes = _or(services["capacity_teu_year"][s], 0.0) * self.value["M-tonnes-per-teu"]
        self.facility[0, arc] = self._ship(s, "boxes", boxes)
        self.facility[1, arc] = self._ship(s, "", _or(services["capacity_mt_year"][s], 0.0) * 1e6)

    def _voyage(self, arc: int) -> float:
        """Length and hours under way, calls at ports passed included."""
        services, s = self.tables["services"], int(self.network.service_row[arc])
        links, i = self.tables["links"], int(self.network.link_row[arc])
        km = float(links["length_km"][i])
        self.length_km[arc] = km
        self.co2_kg_t[arc] = _or(services["co2_g_t_km"][s], 0.0) * km / 1000.0
        hours = _or(services["time_h"][s], np.nan)
        if not np.isfinite(hours):
            hours = km / float(services["speed_kmh"][s])
        place = self.network.place[self.network.head[arc]]
        if self.tables["nodes"]["kind"][place] == "port":
            hours += _or(services["call_h"][s], 0.0)
        return hours

    def _sail(self, arc: int) -> None:
        services, s = self.tables["services"], int(self.network.service_row[arc])
        hours = self._voyage(arc)
        km = self.length_km[arc]
        self._spend(arc, "running", hours, hours, _or(services["time_cv"][s], self.value["M-running-cv"]))
        back = 1.0 if self.network.forward[arc] else _or(services["backhaul_factor"][s], 1.0)
        name = str(services["id"][s])
        box_rate = _or(services["rate_box_usd_teu_km"][s], 0.0) * self.factor[name]
        self._charge(arc, "tariff", "teu", (_or(services["fare_box_usd_teu"][s], 0.0) + box_rate * km) * back)
        bulk_rate = _or(services["rate_bulk_usd_t_km"][s], 0.0)
        self._charge(arc, "tariff", "t", _or(services["fare_bulk_usd_t"][s], 0.0) + bulk_rate * km)

    def _ship(self, service: int, cargo: str, capacity: float) -> int:
        """Facility of a service: a queue of shiploads, each of what its capacity implies.

        Cargo comes in parts of a shipload, so that its arrivals spread less than those of whole ones: Poisson
        arrivals of parts have a squared variation of the part over the load (Kingman 1961; methods 4).
        """
        services = self.tables["services"]
        turn = self._headway(service)
        if capacity > 0.0:
            turn = min(turn, HOURS_PER_YEAR * self.value["M-ship-load-t"] / capacity)
        load = capacity * turn / HOURS_PER_YEAR
        arrivals = min(1.0, self.value["M-arrival-load-t"] / load) if load > 0.0 else 1.0
        law = (turn, arrivals + self.value["M-ship-service-scv"], self.value["M-utilisation-limit"])
        key = str(services["id"][service]) + (f"|{cargo}" if cargo else "")
        name = str(services["name"][service]) + (", containers" if cargo else "")
        firm = _is_firm(services, service)
        return self.ledger.add(key, "service", name, capacity, law, queue=True, firm=firm)

    def _ferry(self, arc: int) -> None:
        services, s = self.tables["services"], int(self.network.service_row[arc])
        hours = self._voyage(arc)
        wait = self._wait(s)
        self._spend(arc, "running", hours, hours, _or(services["time_cv"][s], self.value["M-running-cv"]))
        self._spend(arc, "waiting", wait, wait, 1.0 / np.sqrt(3.0))
        trucks = self.network.carriage[arc] == CARRIAGES.index("truck_ferry")
        if trucks:
            self._charge(arc, "tariff", "truck", float(services["fare_truck_usd_truck"][s]))
        else:
            self._charge(arc, "tariff", "t", float(services["fare_wagon_usd_t"][s]))
            self._charge(arc, "tariff", "teu", float(services["fare_box_usd_teu"][s]))
        if self.network.border_row[arc] >= 0:
            borders, i = self.tables["borders"], self.network.border_row[arc]
            hours = float(borders["time_box_h"][i])
            self._spend(arc, "border", hours, hours, _or(borders["time_cv"][i], self.value["M-border-cv"]))
            self._charge(arc, "fees", "truck", _or(borders["fee_usd_truck"][i], 0.0))
        self.facility[:, arc] = self._ship(s, "", _or(services["capacity_mt_year"][s], 0.0) * 1e6)

    def _connector(self, arc: int) -> None:
        connectors, i = self.tables["connectors"], self.network.connector_row[arc]
        if i < 0:
            return  # a place that acts as a zone for one question is joined at no cost
        km, hours = float(connectors["access_km"][i]), float(connectors["access_h"][i])
        self.length_km[arc] = km
        self.share[arc] = float(connectors["share"][i])
        self.co2_kg_t[arc] = self.value["M-access-co2-g-t-km"] * km / 1000.0
        self._spend(arc, "running", hours, hours, self.value["M-running-cv"])
        mode = connectors["mode"][i]
        if mode == "road":
            self._charge(arc, "tariff", "truck", self.value["M-road-access-rate-usd-truck-km"] * km)
        elif mode == "rail":
            # Boxes come by truck to a terminal and are lifted; wagons are loaded at a siding on the line.
            truck = self.value["M-road-access-rate-usd-truck-km"] * km
            self._charge(arc, "tariff", "teu", truck / TEU_PER_FEU)
            self._charge(arc, "tariff", "t", self.value["M-rail-access-rate-usd-t-km"] * km)
            self._charge(arc, "handling", "teu", self.value["M-lift-usd"] / TEU_PER_FEU)
            self._charge(arc, "handling", "t", self.value["M-siding-loading-usd-t"])
            dwell = self.value["M-inland-terminal-dwell-h"]
            self._spend(arc, "dwell", dwell, dwell, self.value["M-running-cv"])
        else:
            rate = self.value["M-sea-access-rate-usd-t-km"]
            self._charge(arc, "tariff", "teu", rate * km * self.value["M-tonnes-per-teu"])
            self._charge(arc, "tariff", "t", rate * km)
            self._terminal(arc)


def _is_firm(table: Table, row: int) -> bool:
    """Whether the capacity of a row was published; rows that do not say are taken at their word."""
    return "capacity_is_firm" not in table or bool(table["capacity_is_firm"][row])


def _or(value: Any, default: float) -> float:
    """``value`` as a number, or ``default`` where the cell is blank."""
    number = float(value)
    return number if np.isfinite(number) else default
