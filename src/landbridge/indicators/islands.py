"""Islands: the smallest sets of states whose closing to transit cuts a zone off.

The question is one of connection alone, whatever it costs: is there any open way, by any mode, to a partner
that is not one of those who close? It is asked on a graph of territories and seas (a least vertex cut: Menger
1927), in which an exclave is a territory of its own and a sea cannot be closed.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from landbridge.network import Arc, LinkState, Network

MOST = 3
"""Largest set of states that is looked for."""


@dataclass(frozen=True)
class StateGraph:
    """Who borders whom: territories and shipping services as vertices, with an edge where something open
    joins two.

    ``state`` of each vertex is empty for a service at sea, which no state can close; ``neighbours`` by
    vertex.
    """

    state: tuple[str, ...]
    neighbours: tuple[frozenset[int], ...]

    def reach(self, start: Collection[int], shut: Collection[str]) -> set[int]:
        """Vertices reached from some others; those of states in ``shut`` are reached and not crossed."""
        seen, waiting = set(start), list(start)
        while waiting:
            here = waiting.pop()
            if here not in start and self.state[here] in shut:
                continue
            for there in self.neighbours[here] - seen:
                seen.add(there)
                waiting.append(there)
        return seen

    def find_way(
        self, start: Collection[int], shut: Collection[str], targets: Collection[int]
    ) -> list[int] | None:
        """Vertices of a shortest way from some to any of others, as :meth:`reach` goes; None if there is
        none.
        """
        before = dict.fromkeys(start, -1)
        waiting = list(before)
        for here in waiting:
            if here in targets:
                way = [here]
                while before[way[-1]] >= 0:
                    way.append(before[way[-1]])
                return way
            if here not in start and self.state[here] in shut:
                continue
            for there in sorted(self.neighbours[here]):
                if there not in before:
                    before[there] = here
                    waiting.append(there)
        return None


def build_graph(network: Network, is_open: np.ndarray) -> tuple[StateGraph, np.ndarray]:
    """Graph of a state of the network, and the vertex of each node, -1 for centroids."""
    n = network.n_nodes
    names: dict[str, int] = {}
    states: list[str] = []
    vertex = np.full(n, -1, np.int64)
    for node in range(n):
        place = int(network.place[node])
        if place < 0:
            continue
        afloat = bool(network.on_ship[node])
        name = network.nodes[node].split("|")[1] if afloat else network.place_territory[place]
        key = f"sea:{name}" if afloat else name
        if key not in names:
            names[key] = len(states)
            states.append("" if afloat else network.place_country[place])
        vertex[node] = names[key]
    edges: list[set[int]] = [set() for _ in states]
    ends = np.isin(network.kind, (Arc.ACCESS, Arc.EGRESS))
    for arc in np.flatnonzero(is_open & ~ends):
        a, b = int(vertex[network.tail[arc]]), int(vertex[network.head[arc]])
        if a != b and a >= 0 and b >= 0:
            edges[a].add(b)
            edges[b].add(a)
    return StateGraph(tuple(states), tuple(frozenset(e) for e in edges)), vertex


def find_cuts(
    graph: StateGraph,
    start: Collection[int],
    partners: Collection[int],
    dead_ends: Collection[str] = (),
    *,
    most: int = MOST,
) -> list[tuple[str, ...]]:
    """The smallest sets of states that cut territories off from all partners but those states themselves.

    Parameters
    ----------
    start, partners
        Vertices of those who are cut off, and of those whom they would reach.
    dead_ends
        States that the cargo may not cross anyway.

    Returns
    -------
    list
        All sets of the least size, in order of name; the empty set alone if nobody is reached as it is; an
        empty list if no set of up to ``most`` states does it.
    """
    own = {graph.state[v] for v in start}
    reached = graph.reach(start, dead_ends)
    states = sorted({graph.state[v] for v in reached} - {"", *own})
    # A least cut lies among those who touch the territory by land or by one service at sea, or behind them.
    near, ring = set(start), set(start)
    for _ in range(2 * most):
        ring = {there for here in ring for there in graph.neighbours[here]} - near
        near |= ring
    states = [s for s in states if any(graph.state[v] == s for v in near)]
    for size in range(most + 1):
        found = _search_cuts(graph, start, frozenset(partners), frozenset(dead_ends), frozenset(states), size)
        if found:
            return found
    return []


def _search_cuts(
    graph: StateGraph,
    start: Collection[int],
    partners: frozenset[int],
    dead_ends: frozenset[str],
    states: frozenset[str],
    most: int,
) -> list[tuple[str, ...]]:
    """Cuts of up to ``most`` of ``states``: each holds a state on any way that is still open, so that only
    those need to be tried.
    """
    found: set[frozenset[str]] = set()
    waiting, seen = [frozenset[str]()], {frozenset[str]()}
    while waiting:
        closed = waiting.pop()
        left = {v for v in partners if graph.state[v] not in closed}
        way = graph.find_way(start, closed | dead_ends, left)
        if way is None:
            found.add(closed)
        elif len(closed) < most:
            more = {closed | {graph.state[v]} for v in way if graph.state[v] in states} - seen
            seen |= more
            waiting += more
    return sorted(tuple(sorted(closed)) for closed in found)


@dataclass(frozen=True)
class Island:
    """Who can cut a zone off: the smallest sets of states, from the world and from the rest of its own state.

    ``from_own`` is None for a zone that is no exclave.
    """

    zone: str
    from_world: tuple[tuple[str, ...], ...]
    from_own: tuple[tuple[str, ...], ...] | None


def find_islands(network: Network, state: LinkState) -> list[Island]:
    """The island indicator of every zone in a state of the network."""
    graph, vertex = build_graph(network, state.is_open)
    meets: list[set[int]] = []
    for node in network.origin_node:
        meets.append(set(vertex[network.head[network.tail == node]].tolist()) - {-1})
    banned = [
        (rule.state, rule.list_pairs(network.zone_countries)) for rule in state.rules if rule.share <= 0
    ]
    found = []
    for z, zone in enumerate(network.zones):
        own = set(network.zone_countries[z])
        others = [i for i, states in enumerate(network.zone_countries) if not own & set(states)]
        dead = {
            name
            for name, pairs in banned
            if all(pairs[z, i] or name in network.zone_countries[i] for i in others)
        }
        partners = set().union(*(meets[i] for i in others)) if others else set()
        world = find_cuts(graph, meets[z], partners, dead)
        kin = [i for i, states in enumerate(network.zone_countries) if own & set(states) and i != z]
        home = set().union(*(meets[i] for i in kin)) if kin else set()
        foreign = {s for s in graph.state if s} - own
        apart = [v for v in home if v not in _reach_within(graph, meets[z], foreign)]
        from_own = None
        if apart and len(apart) == len(home):
            from_own = tuple(find_cuts(graph, meets[z], set(apart), dead))
        found.append(Island(zone, tuple(world), from_own))
    return found


def _reach_within(graph: StateGraph, start: Collection[int], foreign: Collection[str]) -> set[int]:
    """Vertices of the own state that are reached ashore without entering another."""
    seen, waiting = set(start), list(start)
    while waiting:
        for there in graph.neighbours[waiting.pop()] - seen:
            if graph.state[there] and graph.state[there] not in foreign:
                seen.add(there)
                waiting.append(there)
    return seen
