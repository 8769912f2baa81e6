"""Demand that cannot move: how much, why, and what would open a way.  Served + unserved = demand, always."""

from collections.abc import Mapping, Sequence

import numpy as np

from landbridge.assignment.routes import NESTS
from landbridge.indicators.flows import Columns
from landbridge.indicators.solution import Solution
from landbridge.network import Network
from landbridge.tables import Table

LEAST_T = 0.5
"""Tonnes a year below which unserved demand is rounding of the choice model, not a finding."""


def list_unserved(
    solution: Solution, tables: Mapping[str, Table], gates_of_arc: Sequence[tuple[str, ...]]
) -> Columns:
    """One row for each pair and class of which some cannot move, largest first."""
    k, o, d = np.nonzero(solution.unserved > LEAST_T)
    order = np.argsort(-solution.unserved[k, o, d], kind="stable")
    rows = [(int(k[i]), int(o[i]), int(d[i])) for i in order]
    explained = [explain(solution, tables, gates_of_arc, *row) for row in rows]
    zones = solution.network.zones
    return {
        "class": [solution.classes.ids[row[0]] for row in rows],
        "origin": [zones[row[1]] for row in rows],
        "destination": [zones[row[2]] for row in rows],
        "unserved_t_year": np.array([float(solution.unserved[row]) for row in rows]),
        "cause": [cause for cause, _ in explained],
        "would_open": [remedy for _, remedy in explained],
    }


def explain(
    solution: Solution,
    tables: Mapping[str, Table],
    gates_of_arc: Sequence[tuple[str, ...]],
    k: int,
    o: int,
    d: int,
) -> tuple[str, str]:
    """Cause of unserved demand of a pair and class, and what would open a way."""
    routes = solution.routes
    group = routes.find_group(k, o, d)
    if group < 0 or routes.group_first[group] == routes.group_first[group + 1]:
        return "no way in the network, even with every gate open", "a link that joins the two zones"
    own = slice(int(routes.group_first[group]), int(routes.group_first[group + 1]))
    found = solution.route_state.availability
    nearest = own.start + int(np.argmin(solution.route_state.base_cost[own]))
    if not (found.usable[own] > 0.0).any():
        closed = ", ".join(_list_closures(solution, own))
        cause = "no way is open" + (f"; what is built is shut by: {closed}" if closed else "")
        return cause, ", ".join(list_obstacles(solution, tables, gates_of_arc, nearest))
    mine = np.flatnonzero(solution.segments.group == group)
    stuck = mine[np.isnan(solution.equilibrium.logsum[mine])]
    if len(stuck):
        nest = int(solution.segments.captive[stuck[0]])
        inside = own.start + np.flatnonzero((routes.nest[own] == nest) | (nest < 0))
        way = f"{NESTS[nest]} way" if nest >= 0 else "way"
        only = f"this part can only go by {NESTS[nest]}, and " if nest >= 0 else ""
        best = int(inside[np.argmin(solution.route_state.base_cost[inside])])
        if not (found.usable[inside] > 0.0).any():
            obstacles = ", ".join(list_obstacles(solution, tables, gates_of_arc, best))
            return f"{only}no {way} is open", obstacles
        widest = int(inside[np.argmax(found.usable[inside])])
        limit = found.limits[found.limited_by[widest]]
        return (
            f"{only}the widest {way} serves {found.usable[widest]:.0%} of the cargo",
            f"full use of {limit}",
        )
    segments = solution.segments
    worst = int(mine[np.argmax(segments.demand_t_year[mine] * (1.0 - solution.equilibrium.shipped[mine]))])
    span = np.arange(segments.first[worst], segments.last[worst])
    serves = found.usable[span] >= segments.need[worst]
    best = int(span[np.argmin(np.where(serves, solution.route_state.base_cost[span], np.inf))])
    state = solution.route_state
    used = state.tree.list_along(best)
    if not len(used):
        # The cheapest way is free of queues, and too few choose it: the others are what is too dear.
        used = np.unique(np.concatenate([state.tree.list_along(int(r)) for r in span[serves]]))
    if not len(used):
        return "too few choose the ways that are open", "a way that suits more of the cargo"
    burden = (
        solution.equilibrium.price_usd_t + solution.classes.value_of_time[k] * solution.equilibrium.delay_h
    )
    name = solution.state.facilities.name[used[np.argmax(burden[used])]]
    return f"queues cost more than the cargo can bear; tightest: {name}", f"capacity at {name}"


def list_obstacles(
    solution: Solution, tables: Mapping[str, Table], gates_of_arc: Sequence[tuple[str, ...]], route: int
) -> list[str]:
    """What shuts one route: gates, links without a gate, and rules of transit."""
    found: list[str] = []
    shares = solution.state.gate_shares
    for arc in solution.routes.get_arcs(route):
        if solution.state.is_open[arc]:
            continue
        shut = [f"gate {gate}" for gate in gates_of_arc[arc] if shares[gate] <= 0.0]
        link = solution.network.link_row[arc]
        found += shut or [f"link {tables['links']['id'][link]} (not operating)"]
    availability = solution.route_state.availability
    block = availability.blocked_by[route]
    if block > 0:
        found.append(availability.blocks[block])
    if block == 0 or not found:
        found += _list_bans(solution, solution.network, route)
    return list(dict.fromkeys(found))


def _list_closures(solution: Solution, own: slice) -> list[str]:
    """What shuts the routes of a group whose links are all open: rules of transit and closed trade."""
    found = solution.route_state.availability
    reasons: list[str] = []
    for route in range(own.start, own.stop):
        block = found.blocked_by[route]
        if block > 0:
            reasons += [found.blocks[block], *_list_bans(solution, solution.network, route)]
    return list(dict.fromkeys(reasons))


def _list_bans(solution: Solution, network: Network, route: int) -> list[str]:
    """Rules that ban this route's transit, also where a shut link was found first."""
    group = int(solution.routes.route_group[route])
    ends = [
        network.zone_countries[z[group]]
        for z in (solution.routes.group_origin, solution.routes.group_destination)
    ]
    arcs = solution.routes.get_arcs(route)
    nodes = np.concatenate((network.tail[arcs], network.head[arcs]))
    crossed = {network.place_country[network.place[n]] for n in nodes if network.place[n] >= 0}
    return [
        rule.reason
        for rule in solution.state.rules
        if rule.share <= 0.0 and rule.state in crossed and rule.concerns(ends[0], ends[1])
    ]
