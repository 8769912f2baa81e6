"""Access: how much of the world's market a zone reaches at what cost, and how far the deep sea is.

Hansen (1959): A_i = sum over j of O_j exp(-beta c_ij). Market potential (Harris 1954, in the form of Redding
and Venables 2004 with equal prices): MP_i = sum over j of E_j tau_ij^(-epsilon), with tau = 1 + c / value of
a tonne.
"""

from collections.abc import Sequence

import numpy as np

from landbridge.assignment.costs import Classes, list_usable_arcs
from landbridge.indicators.flows import Columns
from landbridge.indicators.solution import Solution
from landbridge.kernels.trees import grow_tree
from landbridge.network import Arc, LinkState, Network

DEEP_SEA_KM = 3000.0
"""A service with a leg of this length is a deep-sea service, and its ports are deep-sea ports."""


def hansen(opportunities: np.ndarray, cost: np.ndarray, beta: float) -> np.ndarray:
    """Accessibility (n,) of ``opportunities`` (m) at ``cost`` (n, m); NaN is no way, and nothing is reached.

    Examples
    --------
    >>> float(hansen(np.array([7.0]), np.array([[0.0]]), 0.5)[0])
    7.0
    """
    reach = np.where(np.isnan(cost), 0.0, np.exp(-beta * np.nan_to_num(cost)))
    found: np.ndarray = reach @ opportunities
    return found


def market_potential(
    markets: np.ndarray, cost: np.ndarray, unit_value: float, elasticity: float
) -> np.ndarray:
    """Market potential (n,) of ``markets`` (m) at ``cost`` (n, m) in USD/t for goods of ``unit_value`` USD/t;
    NaN is no way.
    """
    tau = 1.0 + np.nan_to_num(cost) / unit_value
    found: np.ndarray = np.where(np.isnan(cost), 0.0, tau**-elasticity) @ markets
    return found


def list_costs(solution: Solution, class_index: int) -> np.ndarray:
    """Least generalised cost of a class between zones at the queues of the equilibrium (n_zones, n_zones),
    USD/t.

    NaN where no way is open, and from a zone to itself.
    """
    r, n = solution.routes, len(solution.network.zones)
    result = np.full((n, n), np.nan)
    if not r.n_routes:
        return result
    usable = solution.route_state.availability.usable > 0.0
    least = np.minimum.reduceat(np.where(usable, solution.equilibrium.cost, np.inf), r.group_first[:-1])
    mine = (r.group_class == class_index) & np.isfinite(least)
    result[r.group_origin[mine], r.group_destination[mine]] = least[mine]
    return result


def find_sea_hours(
    network: Network, state: LinkState, classes: Classes, class_index: int, hours: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Hours (n_zones) from each zone to the quay of the nearest deep-sea port, and the port's place.

    ``hours`` (n_arcs) of the class in the state, without queues. A state that no transit of the zone may
    cross is not crossed. NaN and -1 where no such port is reached.
    """
    length = state.attributes.length_km
    sails = network.kind == Arc.SAIL
    deep = set(network.service_row[sails & (length >= DEEP_SEA_KM) & state.is_open].tolist())
    boards = (network.kind == Arc.BOARD) & np.isin(network.service_row, list(deep)) & state.is_open
    quays = np.unique(network.tail[boards])
    usable = list_usable_arcs(network, classes)[class_index] & state.is_open & ~sails
    n_nodes, n_arcs, n_zones = network.n_nodes, network.n_arcs, len(network.zones)
    distance, before = np.empty(n_nodes), np.empty(n_nodes, np.int64)
    heap = np.empty(n_arcs + 1), np.empty(n_arcs + 1, np.int64)
    result, port = np.full(n_zones, np.nan), np.full(n_zones, -1)
    banned = [
        (rule.state, rule.list_pairs(network.zone_countries)) for rule in state.rules if rule.share <= 0.0
    ]
    for z in range(n_zones):
        others = [i for i in range(n_zones) if i != z]
        shut = {
            name
            for name, pairs in banned
            if all(pairs[z, i] or name in network.zone_countries[i] for i in others)
        } - set(network.zone_countries[z])
        inside = network.list_nodes_in(shut)
        cost = np.where(usable & ~inside[network.tail] & ~inside[network.head], hours, np.inf)
        source = int(network.origin_node[z])
        grow_tree(network.first, network.head, network.order, cost, source, distance, before, *heap)
        if len(quays) and np.isfinite(distance[quays].min()):
            nearest = int(quays[np.argmin(distance[quays])])
            result[z], port[z] = distance[nearest], network.place[nearest]
    return result, port


def tabulate_access(
    solution: Solution,
    markets: np.ndarray,
    class_index: int,
    unit_value: float,
    elasticity: float,
    hours: np.ndarray,
) -> Columns:
    """One row a zone: accessibility, market potential and the nearest deep-sea port for one class.

    ``markets`` (n_zones): size of each zone's economy, billion USD; ``hours`` (n_arcs) of the class.
    """
    network = solution.network
    cost = list_costs(solution, class_index)
    beta = float(solution.classes.mode_scale[class_index])
    sea, port = find_sea_hours(network, solution.state, solution.classes, class_index, hours)
    places: Sequence[str] = network.place_ids
    return {
        "zone": list(network.zones),
        "class": [solution.classes.ids[class_index]] * len(network.zones),
        "accessibility_busd": hansen(markets, cost, beta),
        "market_potential_busd": market_potential(markets, cost, unit_value, elasticity),
        "reached_busd": hansen(markets, cost, 0.0),
        "sea_h": sea,
        "sea_port": [places[p] if p >= 0 else "" for p in port.tolist()],
    }
