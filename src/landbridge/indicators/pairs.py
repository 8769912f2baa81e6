"""What moves between each pair of zones, by which way, in what time and at what cost; and what stays."""

from collections.abc import Sequence

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


def list_routes(
    words: RouteWords,
    network: Network,
    routes: RouteSet,
    classes: tuple[str, ...],
    more: Sequence[tuple[RouteSet, np.ndarray]] = (),
) -> Columns:
    """The frozen route sets, one row a route, and below them some routes (positions) of other sets."""
    zones, every = np.array(network.zones), [(routes, np.arange(routes.n_routes)), *more]
    group = [r.route_group[rows] for r, rows in every]
    lengths = [np.diff(r.start)[rows] for r, rows in every]
    arcs = [r.arcs[np.repeat(np.isin(np.arange(r.n_routes), rows), np.diff(r.start))] for r, rows in every]

    def join(column: str) -> np.ndarray:
        return np.concatenate([getattr(r, column)[g] for (r, _), g in zip(every, group, strict=True)])

    nest = np.concatenate([r.nest[rows] for r, rows in every])
    start = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64)
    return {
        "route": np.arange(len(nest)),
        "class": [classes[k] for k in join("group_class")],
        "origin": list(zones[join("group_origin")]),
        "destination": list(zones[join("group_destination")]),
        "nest": [NESTS[m] for m in nest],
        **words.describe(start, np.concatenate(arcs)),
    }


def list_route_flows(solution: Solution, number: np.ndarray | None = None) -> Columns:
    """Routes that carry at least ``SHOWN_SHARE`` of their pair, with time, spread and cost by part.

    Tonnes keep full precision; the rest is stored to seven digits. ``number`` (n_routes) is what the routes
    are called; their position if left out.
    """
    flow = solution.equilibrium.flow
    total = solution.group_flow[solution.routes.route_group]
    share = np.divide(flow, total, out=np.zeros_like(flow), where=total > 0.0)
    shown = np.flatnonzero(share >= SHOWN_SHARE)
    measures = solution.route_state.measures
    called = shown if number is None else number[shown]
    tonnes: Columns = {"route": called.astype(np.int32), "flow_t_year": flow[shown]}
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
