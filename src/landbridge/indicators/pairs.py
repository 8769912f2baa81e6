"""What moves between each pair of zones, by which way, in what time and at what cost; and what stays."""

import numpy as np

from landbridge.assignment.costs import COST_PARTS, MEASURES
from landbridge.assignment.routes import NESTS, RouteSet
from landbridge.indicators.flows import Columns
from landbridge.indicators.route_text import RouteWords
from landbridge.indicators.solution import Solution
from landbridge.network import Network

SHOWN_SHARE = 0.001
"""Routes that carry less than this share of their pair are left out of ``route_flows``; totals always hold
all.
"""


def list_routes(words: RouteWords, network: Network, routes: RouteSet, classes: tuple[str, ...]) -> Columns:
    """The frozen route sets, one row a route."""
    group = routes.route_group
    zones = np.array(network.zones)
    return {
        "route": np.arange(routes.n_routes),
        "class": [classes[k] for k in routes.route_class],
        "origin": list(zones[routes.group_origin[group]]),
        "destination": list(zones[routes.group_destination[group]]),
        "nest": [NESTS[m] for m in routes.nest],
        **words.describe(routes.start, routes.arcs),
    }


def list_route_flows(solution: Solution) -> Columns:
    """Routes that carry at least ``SHOWN_SHARE`` of their pair, with time, spread and cost by part.

    Tonnes keep full precision; the rest is stored to seven digits.
    """
    flow = solution.equilibrium.flow
    total = solution.group_flow[solution.routes.route_group]
    share = np.divide(flow, total, out=np.zeros_like(flow), where=total > 0.0)
    shown = np.flatnonzero(share >= SHOWN_SHARE)
    measures = solution.route_state.measures
    tonnes: Columns = {"route": shown.astype(np.int32), "flow_t_year": flow[shown]}
    columns: Columns = {
        "share": share[shown],
        "time_h": solution.time_h[shown],
        "std_h": np.sqrt(measures[shown, MEASURES.index("variance_h2")]),
        "length_km": measures[shown, MEASURES.index("length_km")],
        "money_usd_t": solution.money[shown],
        "generalised_cost_usd_t": solution.equilibrium.cost[shown],
        "co2_kg_t": measures[shown, MEASURES.index("co2_kg_t")],
    }
    columns |= {f"{part}_usd_t": solution.parts[part][shown] for part in COST_PARTS}
    return tonnes | {name: values.astype(np.float32) for name, values in columns.items()}


def list_pairs(solution: Solution) -> Columns:
    """Every pair and class with demand: tonnes served and not, and the mean time and cost of what moves.

    Means are NaN where nothing moves: no route is not a free route.
    """
    k, o, d = np.nonzero(solution.demand > 0.0)
    zones, classes = np.array(solution.network.zones), np.array(solution.classes.ids)
    flow, routes = solution.equilibrium.flow, solution.routes
    measures = solution.route_state.measures
    group_of = np.full(solution.demand.shape, -1, np.int64)
    group_of[routes.group_class, routes.group_origin, routes.group_destination] = np.arange(
        len(routes.group_class)
    )
    group = group_of[k, o, d]

    def mean(by_route: np.ndarray) -> np.ndarray:
        sums = np.add.reduceat(flow * by_route, routes.group_first[:-1]) if routes.n_routes else np.zeros(0)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.append(np.where(solution.group_flow > 0.0, sums / solution.group_flow, np.nan), np.nan)
        return means[group].astype(np.float32)

    logsum = np.append(solution.group_logsum, np.nan)
    return {
        "class": list(classes[k]),
        "origin": list(zones[o]),
        "destination": list(zones[d]),
        "demand_t_year": solution.demand[k, o, d],
        "served_t_year": solution.served[k, o, d],
        "unserved_t_year": solution.unserved[k, o, d],
        "time_h": mean(solution.time_h),
        "length_km": mean(measures[:, MEASURES.index("length_km")]),
        "money_usd_t": mean(solution.money),
        "generalised_cost_usd_t": mean(solution.equilibrium.cost),
        "logsum_usd_t": logsum[group].astype(np.float32),
        "co2_kg_t": mean(measures[:, MEASURES.index("co2_kg_t")]),
        **{f"{part}_usd_t": mean(values) for part, values in solution.parts.items()},
    }
