"""Published lengths, times and rates of whole corridors beside the model's own, with the misses marked.

Each published figure names its way as a chain of places. The model's figure is the cheapest passage for a
container along that chain, with all links open (a planned line can be compared too) and without queues.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from landbridge.assignment.costs import MEASURES
from landbridge.indicators.flows import Columns
from landbridge.network import Arc, Network
from landbridge.tables import Table

CLOSE = 0.25
"""A figure is close if it lies within this share of the published range."""


def trace_chain(
    network: Network, cost: np.ndarray, chain: tuple[str, ...], leaving: dict[int, list[int]]
) -> list[int]:
    """Arcs of the cheapest passage through ``chain`` in order; empty if its places are not joined.

    The passage starts ready to leave the first place and ends on arrival at the last: no loading or delivery.
    """
    position = {name: i for i, name in enumerate(network.place_ids)}
    if any(name not in position for name in chain):
        return []
    labels: dict[int, tuple[float, list[int]]] = {
        node: (0.0, [])
        for node in range(network.n_nodes)
        if network.place[node] == position[chain[0]]
        and network.nodes[node].endswith("|out")
        and not network.on_ship[node]
    }
    for here, there in pairwise(chain):
        allowed = {position[here], position[there]}
        waiting = dict(labels)
        while waiting:
            node = min(waiting, key=lambda n: waiting[n][0])
            reach, path = waiting.pop(node)
            for arc in leaving[node]:
                head = int(network.head[arc])
                if network.place[head] not in allowed or not np.isfinite(cost[arc]):
                    continue
                total = reach + float(cost[arc])
                if head not in labels or total < labels[head][0]:
                    labels[head] = waiting[head] = (total, [*path, arc])
        labels = {n: label for n, label in labels.items() if network.place[n] == position[there]}
        if not labels:
            return []
    arrived = {n: v for n, v in labels.items() if network.nodes[n].endswith("|in")}
    return min(arrived.values(), key=lambda label: label[0])[1] if arrived else []


def list_corridor_checks(
    network: Network,
    tables: Mapping[str, Table],
    usable: np.ndarray,
    get_arc_table: Callable[[int], np.ndarray],
    tonnes_per_teu: float,
) -> Columns:
    """One row for each published corridor figure; ``within_25_percent`` is None where nothing was published.

    ``usable`` (n_arcs) are the arcs that a container may use, all links open; ``get_arc_table`` gives their
    measures, shape (n_arcs, len(MEASURES)), at the prices of a year: each figure is compared at its own. A
    door-to-door figure adds a day of loading and delivery at each end.
    """
    leaving: dict[int, list[int]] = defaultdict(list)
    for arc in np.flatnonzero(usable):
        if network.kind[arc] not in (Arc.ACCESS, Arc.EGRESS):
            leaving[int(network.tail[arc])].append(int(arc))
    ends_h = 2.0 * float(tables["parameters"].row("M-inland-terminal-dwell-h")["value"])
    arc_tables: dict[int, np.ndarray] = {}
    rows: Columns = defaultdict(list)
    for row in tables["corridors"].rows():
        year = int(row["year"])
        if year not in arc_tables:
            arc_tables[year] = get_arc_table(year)
        arc_table = arc_tables[year]
        cost = arc_table[:, : MEASURES.index("time_h")].sum(axis=1)
        arcs = trace_chain(network, cost, row["via"], leaving)
        handover_h = ends_h if row["label"] == "door_to_door" else 0.0
        model = _measure(arc_table[arcs], handover_h, 2.0 * tonnes_per_teu)
        published = {
            "length_km": (row["length_km"], row["length_km"]),
            "days": (row["days_low"], row["days_high"]),
            "cost_usd_feu": (row["cost_usd_feu_low"], row["cost_usd_feu_high"]),
        }
        rows["corridor"].append(row["id"])
        for name in ("name", "label", "year", "note"):
            rows[name].append(row[name])
        close: list[bool] = []
        for name, (low, high) in published.items():
            rows[f"published_{name}_low"].append(low)
            rows[f"published_{name}_high"].append(high)
            rows[f"model_{name}"].append(model[name])
            rows[f"ratio_{name}"].append(model[name] / ((low + high) / 2.0))
            if np.isfinite(low):
                close.append(bool(low * (1 - CLOSE) <= model[name] <= high * (1 + CLOSE)))
        rows["is_joined"].append(bool(arcs))
        rows["within_25_percent"].append(all(close) if close else None)
        rows["source"].append(";".join(row["source"]))
    numbers = ("published", "model", "ratio")
    return {name: np.array(v, float) if name.startswith(numbers) else v for name, v in rows.items()}


def _measure(arcs: np.ndarray, ends_h: float, tonnes_per_feu: float) -> dict[str, float]:
    """Length, days and money a FEU of a passage, given the measures of its arcs; NaN where there is none."""
    if not len(arcs):
        return dict.fromkeys(("length_km", "days", "cost_usd_feu"), float("nan"))
    total = dict(zip(MEASURES, arcs.sum(axis=0), strict=True))
    money = sum(float(total[part]) for part in ("tariff", "handling", "fees"))
    return {
        "length_km": float(total["length_km"]),
        "days": (float(total["time_h"]) + ends_h) / 24.0,
        "cost_usd_feu": money * tonnes_per_feu,
    }
