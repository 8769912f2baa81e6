"""Candidate routes: cheapest paths under many views of cost, for every pair and class in every state.

Views are generalised cost, time alone, money alone, each mode left out in turn, each transit state left out
in turn, and reproducible random perturbations. Work is split by state and class over threads; the result does
not depend on how many there are.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import numpy as np

from landbridge.assignment.costs import Classes, list_usable_arcs
from landbridge.kernels.trees import collect_paths
from landbridge.network import Arc, LinkState, Network
from landbridge.network.supernetwork import CARRIAGES

PERTURBATIONS = 4
SPREAD = 0.25
WORKERS = 2
LAND_BURDEN = 20.0
"""Factor on movement ashore in the view that looks for the way by sea."""


@dataclass(frozen=True)
class Candidates:
    """Paths one after another: path p belongs to group ``keys[p]`` and takes ``arcs[starts[p]:starts[p +
    1]]``.

    The key of a group is (class * n_zones + origin) * n_zones + destination; ``state`` says in which of the
    states each path was found.
    """

    keys: np.ndarray
    starts: np.ndarray
    arcs: np.ndarray
    state: np.ndarray


class _Search:
    """All views of one state and class."""

    def __init__(
        self,
        network: Network,
        state: LinkState,
        cost: np.ndarray,
        hours: np.ndarray,
        classes: Classes,
        k: int,
    ) -> None:
        self.network, self.state, self.k = network, state, k
        usable = list_usable_arcs(network, classes)[k] & state.is_open
        self.class_id = classes.ids[k]
        self.value_of_time = classes.value_of_time[k]
        size = np.log(state.attributes.share) / classes.route_scale[k]
        self.cost = np.where(usable, cost - size, np.inf)
        self.hours = np.where(usable, hours + 1e-6, np.inf)
        self.pairs = {rule.id: rule.list_pairs(network.zone_countries) for rule in state.rules}
        self.keys: list[np.ndarray] = []
        self.lengths: list[np.ndarray] = []
        self.arcs: list[np.ndarray] = []
        self.scratch = np.empty(200_000, np.int64)

    def run(self, wanted: np.ndarray, noise: np.ndarray, thorough: bool) -> None:
        """Collect the paths of all wanted pairs (n_zones, n_zones).

        Cargo that puts up with nothing keeps away from whatever is only partly usable: it gets views of its
        own.
        """
        partial = np.array([bool(gates) for gates in self.state.arc_gates])
        careful = np.where(partial, np.inf, self.cost)
        without_ships = np.where(self.network.kind == Arc.SAIL, np.inf, self.cost)
        for origin in range(len(wanted)):
            targets = np.flatnonzero(wanted[origin])
            for banned, group in self._group_by_bans(origin, targets, 0.0):
                self._collect(self._draw_views(noise, banned), origin, group)
                transit = self._list_transit_states(banned) if thorough else []
                if transit:
                    views = [self._ban(self.cost, {*banned, country}) for country in transit]
                    views += [self._ban(without_ships, {*banned, country}) for country in transit]
                    self._collect(np.stack(views), origin, group)
            for banned, group in self._group_by_bans(origin, targets, 1.0 - 1e-9):
                if partial.any() or banned:
                    views = [self._ban(view, banned) for view in self._leave_out_modes(careful)]
                    self._collect(np.stack(views), origin, group)

    def _group_by_bans(
        self, origin: int, targets: np.ndarray, share: float
    ) -> list[tuple[frozenset[str], np.ndarray]]:
        """Destinations grouped by the states that no more than ``share`` of the cargo may cross on the way to
        them.
        """
        states = self.network.zone_countries
        bans = [
            rule
            for rule in self.state.rules
            if rule.share <= share and (not rule.classes or self.class_id in rule.classes)
        ]
        closed = set(self.state.trade_closed)
        groups: dict[frozenset[str], list[int]] = {}
        for target in targets:
            here, there = set(states[origin]), set(states[target])
            if (here | there) & closed and not here & there:
                continue
            key = frozenset(rule.state for rule in bans if self.pairs[rule.id][origin, target])
            groups.setdefault(key, []).append(int(target))
        return [(key, np.array(groups[key], np.int64)) for key in sorted(groups, key=sorted)]

    def _leave_out_modes(self, cost: np.ndarray) -> list[np.ndarray]:
        """Costs as they are, and views that find the best of each mode: by ship wherever there is one,
        without ships, without roads, without railways, by road alone, and on land alone: by any mode and by
        road. A ferry may be full or not sail; who goes round then has to have been sought.
        """
        network = self.network
        moves, ships = np.isin(network.kind, (Arc.MOVE, Arc.FERRY)), network.kind == Arc.SAIL
        afloat = ships | (network.kind == Arc.FERRY)
        on_rail, on_road = (network.carriage == CARRIAGES.index(mode) for mode in ("rail", "road"))
        by_sea = np.where(moves, LAND_BURDEN * cost, cost)
        shut = (
            ships,
            on_road & moves,
            on_rail & moves,
            (on_rail & moves) | ships,
            afloat,
            (on_rail & moves) | afloat,
        )
        return [cost, by_sea, *(np.where(mask, np.inf, cost) for mask in shut)]

    def _draw_views(self, noise: np.ndarray, banned: frozenset[str]) -> np.ndarray:
        """Rows of arc costs, each a view under which the cheapest path is worth having."""
        cost = self.cost
        shut = ~np.isfinite(cost)
        money = np.maximum(cost - self.value_of_time * np.where(shut, 0.0, self.hours), 0.0) + 1e-6
        views = [*self._leave_out_modes(cost), self.hours, money, *(cost * factor for factor in noise)]
        return np.stack([self._ban(view, banned) for view in views])

    def _ban(self, cost: np.ndarray, states: frozenset[str] | set[str]) -> np.ndarray:
        """Costs with every arc that touches one of ``states`` shut: its land, its ports and the ships that
        pass them.
        """
        if not states:
            return cost
        inside = self.network.list_nodes_in(states)
        return np.where(inside[self.network.tail] | inside[self.network.head], np.inf, cost)

    def _collect(self, draws: np.ndarray, origin: int, targets: np.ndarray) -> None:
        """Trace the paths of all draws from one origin."""
        network = self.network
        starts = np.empty(len(draws) * len(targets) + 1, np.int64)
        source, sinks = network.origin_node[origin], network.destination_node[targets]
        graph = (network.first, network.order, network.tail, network.head)
        while collect_paths(*graph, draws, source, sinks, self.scratch, starts) < 0:
            self.scratch = np.empty(2 * len(self.scratch), np.int64)
        n = len(network.origin_node)
        keys = (self.k * n + origin) * n + np.tile(targets, len(draws))
        lengths = np.diff(starts)
        self.keys.append(keys[lengths > 0])
        self.lengths.append(lengths[lengths > 0])
        self.arcs.append(self.scratch[: starts[-1]].astype(np.int32))

    def _list_transit_states(self, banned: frozenset[str]) -> list[str]:
        """States that the paths found last cross ashore, in order of name."""
        network = self.network
        heads = network.head[self.arcs[-1]]
        places = network.place[heads[(network.place[heads] >= 0) & ~network.on_ship[heads]]]
        return sorted({network.place_country[p] for p in set(places.tolist())} - banned)


def find_candidates(
    network: Network,
    states: Sequence[LinkState],
    costs: Sequence[np.ndarray],
    times: Sequence[np.ndarray],
    classes: Classes,
    wanted: np.ndarray,
    thorough: Sequence[int],
    progress: Callable[[int, int], None] | None,
) -> Candidates:
    """Candidates of all wanted groups (n_classes, n_zones, n_zones) over all states.

    ``costs`` and ``times`` hold USD/t and hours by class and arc for each state; in the states at the
    positions ``thorough`` each transit state is left out in turn.
    """
    noise = _draw_noise(network, states[0])
    tasks = [(position, k) for position in range(len(states)) for k in range(len(classes.ids))]
    lock, done = Lock(), [0]

    def work(task: tuple[int, int]) -> _Search:
        position, k = task
        search = _Search(network, states[position], costs[position][k], times[position][k], classes, k)
        search.run(wanted[k], noise, position in thorough)
        with lock:
            done[0] += 1
            if progress is not None:
                progress(done[0], len(tasks))
        return search

    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(work, tasks))
    none = [np.zeros(0, np.int64)]
    lengths = np.concatenate(none + [part for search in found for part in search.lengths])
    return Candidates(
        keys=np.concatenate(none + [part for search in found for part in search.keys]),
        starts=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        arcs=np.concatenate([np.zeros(0, np.int32)] + [part for search in found for part in search.arcs]),
        state=np.repeat(
            [position for position, _ in tasks], [sum(map(len, search.lengths)) for search in found]
        ),
    )


def _draw_noise(network: Network, state: LinkState) -> np.ndarray:
    """Log-normal factors (PERTURBATIONS, n_arcs) seeded by what an arc is: neither its name nor its place in
    a table.
    """
    a = state.attributes
    traits = np.stack(
        [network.kind, network.carriage, a.length_km, *a.time_h.sum(axis=0), *a.money.sum(axis=0)]
    )
    result = np.empty((PERTURBATIONS, network.n_arcs))
    for arc in range(network.n_arcs):
        name = " ".join(f"{value:.9g}" for value in traits[:, arc])
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        result[:, arc] = np.exp(SPREAD * np.random.default_rng(seed).standard_normal(PERTURBATIONS))
    return result
