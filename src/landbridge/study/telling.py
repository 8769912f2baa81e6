"""Telling pairs: a few pairs that show what a scenario does, in one row each."""

from collections import defaultdict
from typing import Any

import numpy as np

from landbridge.assignment.costs import MEASURES
from landbridge.indicators.flows import Columns
from landbridge.indicators.solution import Solution
from landbridge.study.pair_view import PairView, view_pair
from landbridge.study.prepare import Prepared


def list_telling_pairs(prepared: Prepared, solution: Solution) -> Columns:
    """Mean time and cost, cost by part, and the best way of each telling pair of the study; NaN where nothing
    can move.
    """
    rows: Columns = defaultdict(list)
    for position, (origin, destination, class_id) in enumerate(prepared.study.settings.telling_pairs):
        view = view_pair(prepared, solution, origin, destination, class_id)
        row = {"position": position, "origin": origin, "destination": destination, "class": class_id}
        for name, value in {**row, **_measure(view)}.items():
            rows[name].append(value)
    return {
        name: np.array(values, float) if values and isinstance(values[0], float) else values
        for name, values in rows.items()
    }


def _measure(view: PairView) -> dict[str, Any]:
    s, shares = view.solution, view.shares
    total = float(shares.sum())

    def mean(by_route: np.ndarray) -> float:
        return float((shares * by_route).sum() / total) if total > 0.0 else float("nan")

    best = int(np.argmax(shares)) if total > 0.0 else -1
    route = view.words.describe_one(s.routes.get_arcs(best)) if best >= 0 else {}
    measures = s.route_state.measures
    return {
        "unserved_share": view.unserved_share,
        "time_h": mean(s.time_h),
        "std_h": mean(np.sqrt(measures[:, MEASURES.index("variance_h2")])),
        "length_km": mean(measures[:, MEASURES.index("length_km")]),
        "money_usd_t": mean(s.money),
        "generalised_cost_usd_t": mean(s.equilibrium.cost),
        "logsum_usd_t": float(s.group_logsum[0]),
        "co2_kg_t": mean(measures[:, MEASURES.index("co2_kg_t")]),
        **{f"{part}_usd_t": mean(values) for part, values in s.parts.items()},
        "best_share": float(shares[best]) if best >= 0 else float("nan"),
        "best_time_h": float(s.time_h[best]) if best >= 0 else float("nan"),
        "best_money_usd_t": float(s.money[best]) if best >= 0 else float("nan"),
        "best_way": tell_way(view, route),
        "best_countries": " - ".join(route.get("countries", [])),
    }


def tell_way(view: PairView, route: dict[str, Any]) -> str:
    """A route in a few words: its modes and the places at frontiers, ports and ends."""
    if not route:
        return "no route"
    nodes = view.tables["nodes"]
    names = []
    for i, node in enumerate(route["nodes"]):
        row = nodes.row(node)
        if i in (0, len(route["nodes"]) - 1) or row["kind"] in ("border", "port", "canal", "strait"):
            names.append(str(row["name"]).split(" (")[0].split(" / ")[0])
    if len(names) > 8:
        names = [*names[:4], "...", *names[-4:]]
    return f"{', '.join(route['modes'])}: {' - '.join(names)}"
