"""Solved states as plain values for a map: places, links with their state, flows, differences."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from landbridge.indicators.flows import list_link_states
from landbridge.indicators.marks import CorridorSums
from landbridge.indicators.places import measure_places, sum_by_link
from landbridge.indicators.solution import Solution
from landbridge.network import Arc
from landbridge.study.prepare import Prepared
from landbridge.study.what_if_check import list_post


def describe_links(prepared: Prepared, solution: Solution) -> list[dict[str, Any]]:
    """Every link with its state, what is missing where it is not fully open, and who says so."""
    gates = prepared.scenarios[solution.scenario].gates
    states = list_link_states(solution, prepared.tables, {g: s.reason for g, s in gates.items()})
    links, crossings = prepared.tables["links"], list_crossings(prepared)
    rows = []
    for i, row in enumerate(links.rows()):
        missing = [gates[g] for g in row["gates"] if gates[g].share < 1.0]
        rows.append(
            {
                "id": row["id"],
                "from": row["from_node"],
                "to": row["to_node"],
                "mode": row["mode"],
                "status": states["state"][i],
                "share_usable": float(states["share_usable"][i]),
                "length_km": float(row["length_km"]),
                "gates": list(row["gates"]),
                "reason": _say_state(row, states["state"][i], [g.title for g in missing]),
                "missing": [
                    {
                        "gate": gate.gate,
                        "title": gate.title,
                        "share": gate.share,
                        "state": gate.reason,
                        "sources": list(gate.source),
                    }
                    for gate in missing
                ],
                "sources": list(row["source"]),
                "basis": row["basis"],
                "border": crossings.get(i),
            }
        )
    return rows


def list_crossings(prepared: Prepared) -> dict[int, str]:
    """The row of ``borders`` that stands for the crossing on each link that has one, by row of the link."""
    network, borders = prepared.network, prepared.tables["borders"]
    over = (network.kind == Arc.BORDER) & (network.border_row >= 0)
    pairs = {(int(network.link_row[arc]), int(network.border_row[arc])) for arc in np.flatnonzero(over)}
    found: dict[int, str] = {}
    for link, row in sorted(pairs):
        name = min(borders.ids[i] for i in list_post(borders, borders.ids[row]))
        found.setdefault(link, name)
    return found


def _say_state(row: Mapping[str, Any], state: str, missing: Sequence[str]) -> str:
    if missing:
        return f"{'limited' if state == 'degraded' else 'shut'}: {'; '.join(missing)}"
    return "" if state == "open" else f"not operating: {str(row['status']).replace('_', ' ')}"


def describe_places(prepared: Prepared, solution: Solution) -> list[dict[str, Any]]:
    """Every node with what passes it, how long cargo waits there, and how full it is."""
    found = measure_places(solution, prepared.tables)
    index = {name: i for i, name in enumerate(solution.network.place_ids)}
    quays = _find_quays(prepared, solution)
    borders, posts = prepared.tables["borders"], set(list_crossings(prepared).values())
    rows = []
    for row in prepared.tables["nodes"].rows():
        i = index[row["id"]]
        rows.append(
            {
                "id": row["id"],
                "name": row["name"],
                "state": row["country"],
                "kind": row["kind"],
                "lon": float(row["lon"]),
                "lat": float(row["lat"]),
                "t_year": float(found.t_year[i]),
                "delay_h": find_number(found.delay_h[i]),
                "use_t_year": find_number(found.use_t_year[i]),
                "capacity_t_year": find_number(found.capacity_t_year[i]),
                "share_usable": quays.get(row["id"]),
                "borders": [
                    name
                    for name, node in zip(borders.ids, borders["node"], strict=True)
                    if node == row["id"] and name in posts
                ],
            }
        )
    return rows


def _find_quays(prepared: Prepared, solution: Solution) -> dict[str, float]:
    """Share of normal use of each port: that of the quay which most can use, by the gates that it needs."""
    gates, terminals = prepared.scenarios[solution.scenario].gates, prepared.tables["terminals"]
    found: dict[str, float] = {}
    for row in terminals.rows():
        if row["kind"] == "seaport":
            share = min((gates[gate].share for gate in row["gates"]), default=1.0)
            found[row["node"]] = max(share, found.get(row["node"], 0.0))
    return found


def describe_closures(prepared: Prepared, solution: Solution) -> list[dict[str, Any]]:
    """States that are shut to transit in full or in part, or whose own trade is shut."""
    scenario = prepared.scenarios[solution.scenario]
    transit = {rule.state: rule.share for rule in scenario.rules if rule.id == f"closed-{rule.state}"}
    shut = set(scenario.trade_closed)
    return [
        {"state": state, "transit_share": transit.get(state, 1.0), "trade_open": state not in shut}
        for state in sorted({*transit, *shut})
    ]


def find_number(value: float) -> float | None:
    """A number as JSON takes it; None where there is none."""
    return float(value) if np.isfinite(value) else None


def describe_flows(
    prepared: Prepared, solution: Solution, corridors: CorridorSums, commodity: int | None = None
) -> dict[str, Any]:
    """Flows by link and corridor, t/year, of all cargo or one class, with what stays and how good it is."""
    flow = sum_by_link(solution, commodity)
    demand = solution.demand if commodity is None else solution.demand[[commodity]]
    unserved = solution.unserved if commodity is None else solution.unserved[[commodity]]
    return {
        "unit": "t_year",
        "links": {
            str(link): [float(flow[i, 0]), float(flow[i, 1])]
            for i, link in enumerate(prepared.tables["links"]["id"])
            if i < len(flow) and flow[i].any()
        },
        "totals": {
            "served_t_year": float(demand.sum() - unserved.sum()),
            "unserved_t_year": float(unserved.sum()),
        },
        "corridors": corridors.take(solution, commodity),
        "residual": solution.equilibrium.residual,
    }


def compare_flows(after: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """How two answers of :func:`describe_flows` differ, ``after`` less ``before``; links net of direction."""

    def total(flows: Mapping[str, Any], link: str) -> float:
        return float(sum(flows["links"].get(link, (0.0, 0.0))))

    links = sorted({*after["links"], *before["links"]})
    return {
        "unit": "t_year",
        "links": {link: total(after, link) - total(before, link) for link in links},
        "totals": {key: after["totals"][key] - before["totals"][key] for key in after["totals"]},
        "corridors": {key: after["corridors"][key] - before["corridors"][key] for key in after["corridors"]},
        "residual": max(after["residual"], before["residual"]),
    }
