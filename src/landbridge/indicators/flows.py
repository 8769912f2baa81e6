"""Flows on links, services, terminals and borders, and how full each facility is."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from landbridge.indicators.solution import Solution
from landbridge.network import Arc, Network
from landbridge.network.supernetwork import CARRIAGES
from landbridge.tables import Table

Columns = dict[str, Any]
"""Columns of one table of results, all of one length."""

KIND_OF_ARC = {
    Arc.MOVE: "link",
    Arc.SAIL: "service",
    Arc.FERRY: "service",
    Arc.BORDER: "border",
    Arc.LOAD: "terminal",
    Arc.UNLOAD: "terminal",
    Arc.TRANSHIP: "terminal",
    Arc.TRANSFER: "terminal",
    Arc.GAUGE: "terminal",
    Arc.ACCESS: "connector",
    Arc.EGRESS: "connector",
}


def get_mode(network: Network, arc: int) -> str:
    """Mode of an arc as results name it: rail, road, sea, river, ferry; blank where nothing moves."""
    if network.kind[arc] == Arc.FERRY:
        return "ferry"
    name = CARRIAGES[network.carriage[arc]]
    return name if name in ("rail", "road", "sea", "river") else ""


def label_arcs(
    network: Network, tables: Mapping[str, Table]
) -> list[tuple[str, str, str, str, str, str] | None]:
    """For each arc (kind, element, link, from, to, mode) as results name it; None for arcs on which nothing
    happens.
    """
    links, connectors = tables["links"], tables["connectors"]
    labels: list[tuple[str, str, str, str, str, str] | None] = []
    for arc in range(network.n_arcs):
        kind = KIND_OF_ARC.get(Arc(network.kind[arc]))
        if kind is None:
            labels.append(None)
            continue
        link_row = network.link_row[arc]
        mode = get_mode(network, arc)
        if link_row >= 0:
            ends = (str(links["from_node"][link_row]), str(links["to_node"][link_row]))
            a, b = ends if network.forward[arc] else ends[::-1]
            labels.append((kind, network.element[arc], str(links["id"][link_row]), a, b, mode))
        elif kind == "connector":
            row = network.connector_row[arc]
            ends = (str(connectors["zone"][row]), str(connectors["node"][row]))
            a, b = ends if network.kind[arc] == Arc.ACCESS else ends[::-1]
            labels.append((kind, network.element[arc], "", a, b, str(connectors["mode"][row])))
        else:
            place = network.place_ids[network.place[network.head[arc]]]
            labels.append((kind, network.element[arc], "", place, place, mode))
    return labels


def list_link_flows(solution: Solution, labels: list[tuple[str, str, str, str, str, str] | None]) -> Columns:
    """Flow by class on everything that carries some, directed, t/year."""
    flows: dict[tuple[int, tuple[str, str, str, str, str, str]], float] = {}
    load = solution.arc_load
    for k in range(len(solution.classes.ids)):
        for arc in np.flatnonzero(load[k] > 0.0):
            label = labels[arc]
            if label is not None:
                flows[(k, label)] = flows.get((k, label), 0.0) + float(load[k, arc])
    keys = list(flows)
    names = ("kind", "element", "link", "from_node", "to_node", "mode")
    columns: Columns = {"class": [solution.classes.ids[k] for k, _ in keys]}
    columns |= {name: [label[i] for _, label in keys] for i, name in enumerate(names)}
    return columns | {"flow_t_year": np.array([flows[key] for key in keys])}


def list_facilities(solution: Solution) -> Columns:
    """Capacity, load, delay and slot price of every facility."""
    facilities, at = solution.state.facilities, solution.equilibrium
    capacity = solution.state.capacity_t_year
    return {
        "facility": list(facilities.ids),
        "kind": list(facilities.kind),
        "name": list(facilities.name),
        "capacity_t_year": capacity,
        "flow_t_year": at.load,
        "utilisation": at.load / capacity,
        "delay_h": at.delay_h,
        "slot_price_usd_t": at.price_usd_t,
    }


def list_link_states(solution: Solution, tables: Mapping[str, Table], reasons: Mapping[str, str]) -> Columns:
    """Whether each link is open in the solution's state, and which gates say so; ``reasons`` by gate."""
    links, shares = tables["links"], solution.state.gate_shares
    states, usable, why = [], [], []
    for row in links.rows():
        gates = row["gates"]
        share = float(np.prod([shares[g] for g in gates])) if gates else 1.0
        if not gates and row["status"] != "operating":
            share = 0.0
        usable.append(share)
        planned = row["status"] in ("planned", "under_construction")
        states.append(
            "open" if share >= 1.0 else "degraded" if share > 0.0 else "planned" if planned else "shut"
        )
        why.append("; ".join(f"{g}: {reasons[g]}" for g in gates if shares[g] < 1.0))
    return {
        "link": list(links["id"]),
        "from_node": list(links["from_node"]),
        "to_node": list(links["to_node"]),
        "mode": list(links["mode"]),
        "state": states,
        "share_usable": np.array(usable),
        "gates": [";".join(g) for g in links["gates"]],
        "reason": why,
    }
