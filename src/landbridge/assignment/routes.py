"""Explicit routes for every pair and class, found over all the states that will be compared, then frozen.

Candidates come from :mod:`landbridge.assignment.candidates`. A route
that is best in its mode in any of the states is always kept, so every policy alternative is present; others
are kept while they are not too dear and differ enough. The set and its path sizes are the same for all
states: at fixed costs, opening a link can then only raise a pair's logsum.

Routes that can be used in none of the states that stand today are new. They are chosen apart, and they count
neither among the further routes nor in the path sizes of the others: what a closed line would cost then moves
nothing while it is closed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from landbridge.assignment.availability import Paths, find_availability
from landbridge.assignment.candidates import Candidates, find_candidates
from landbridge.assignment.costs import Classes
from landbridge.kernels.routes import find_reentries, keep_spread, measure_path_sizes, sum_by_code
from landbridge.network import Arc, LinkState, Network
from landbridge.network.supernetwork import CARRIAGES

NESTS = ("rail", "road", "sea")
"""Mode nests: a chain belongs to the mode that carries it furthest, but to sea if a ship does more than half,
or if the rest goes by truck: what is loaded into a ship and out of it is no truck's cargo (trucks on ferries
are).
"""

MOST_FURTHER = 6
"""Routes kept of a group beside those that are best in some state."""
STRETCH = 2.5
SCALE_REACH = 4.0
"""Scales of a pair are at most this many times those of its class, and at least a part of this size."""
LEAST_COST_USD_T = 0.01
OVERLAP = 0.95
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""Odd multiplier that spreads the number of a group over 64 bits (Knuth 1998, section 6.4)."""


@dataclass(frozen=True)
class RouteSet:
    """Frozen routes sorted by group (class, origin, destination) and, within a group, by nest.

    ``start`` (n_routes + 1) and ``arcs`` hold the arcs of each route; ``group_first`` (n_groups + 1) the
    routes of each group; ``log_weight`` is beta ln(path size) + ln(connector shares); ``group_cost``
    (n_groups, USD/t) what the cheapest route of a group costs in the state that stands (:meth:`anchor`), NaN
    where that is not known.
    """

    group_class: np.ndarray
    group_origin: np.ndarray
    group_destination: np.ndarray
    group_first: np.ndarray
    start: np.ndarray
    arcs: np.ndarray
    nest: np.ndarray
    log_weight: np.ndarray
    group_cost: np.ndarray

    @property
    def n_routes(self) -> int:
        """Number of routes."""
        return len(self.nest)

    @property
    def route_class(self) -> np.ndarray:
        """Class of each route (n_routes,)."""
        result: np.ndarray = np.repeat(self.group_class, np.diff(self.group_first))
        return result

    @property
    def paths(self) -> Paths:
        """The routes as paths with their class and pair."""
        group = self.route_group
        return Paths(
            self.group_class[group],
            self.group_origin[group],
            self.group_destination[group],
            self.start,
            self.arcs,
        )

    @property
    def route_group(self) -> np.ndarray:
        """Group of each route (n_routes,)."""
        return np.repeat(np.arange(len(self.group_class)), np.diff(self.group_first))

    def get_arcs(self, route: int) -> np.ndarray:
        """Arcs of one route in travel order."""
        return self.arcs[self.start[route] : self.start[route + 1]]

    def keep_groups(self, wanted: np.ndarray) -> "RouteSet":
        """The routes of the wanted groups alone, (n_groups)."""
        kept = np.repeat(wanted, np.diff(self.group_first))
        lengths = np.diff(self.start)
        return RouteSet(
            self.group_class[wanted],
            self.group_origin[wanted],
            self.group_destination[wanted],
            np.concatenate(([0], np.cumsum(np.diff(self.group_first)[wanted]))),
            np.concatenate(([0], np.cumsum(lengths[kept]))),
            self.arcs[np.repeat(kept, lengths)],
            self.nest[kept],
            self.log_weight[kept],
            self.group_cost[wanted],
        )

    def anchor(self, base_cost: np.ndarray, usable: np.ndarray) -> "RouteSet":
        """The same routes with ``group_cost`` taken from their costs and shares (n_routes) in one state: that
        of the cheapest open route; of the cheapest of all where none is open.
        """
        first = self.group_first[:-1]
        if not len(first):
            return replace(self, group_cost=np.zeros(0))
        is_open = np.minimum.reduceat(np.where(usable > 0.0, base_cost, np.inf), first)
        ever = np.minimum.reduceat(base_cost, first)
        return replace(self, group_cost=np.where(np.isfinite(is_open), is_open, ever))

    def measure_scales(self, classes: Classes) -> tuple[np.ndarray, np.ndarray]:
        """Logit scales of each group (n_groups) per USD/t: among routes, among modes.

        What shippers overlook grows with what there is to pay: both scales of a class are multiplied with
        (C / c)^e, where c is ``group_cost``, C the cost at which they hold and e the elasticity of the class:
        one scale for all with e = 0, one relative spread of perception for all with e = 1 (Chen,
        Pravinvongvuth, Xu, Ryu and Chootinan 2012). The anchor c is the same in all states that are compared.
        """
        k = self.group_class
        ratio = classes.scale_cost[k] / np.maximum(self.group_cost, LEAST_COST_USD_T)
        factor = np.where(np.isnan(ratio), 1.0, ratio) ** classes.scale_elasticity[k]
        factor = np.clip(factor, 1.0 / SCALE_REACH, SCALE_REACH)
        return classes.route_scale[k] * factor, classes.mode_scale[k] * factor

    def find_group(self, class_index: int, origin: int, destination: int) -> int:
        """Position of a group, or -1 if it has no routes."""
        match = (
            (self.group_class == class_index)
            & (self.group_origin == origin)
            & (self.group_destination == destination)
        )
        found = np.flatnonzero(match)
        return int(found[0]) if len(found) else -1


def find_routes(
    network: Network,
    states: Sequence[LinkState],
    costs: Sequence[np.ndarray],
    times: Sequence[np.ndarray],
    classes: Classes,
    path_size_beta: float,
    *,
    pairs: np.ndarray | None = None,
    allow_reentry: bool = False,
    thorough: Sequence[int] = (),
    standing: Sequence[int] = (),
    progress: Callable[[int, int], None] | None = None,
) -> RouteSet:
    """Route sets of all pairs of zones over the union of ``states``.

    Parameters
    ----------
    costs
        Per state, additive generalised cost (n_classes, n_arcs), USD/t.
    times
        Per state, hours (n_classes, n_arcs).
    pairs
        Boolean (n_classes, n_zones, n_zones): which groups are wanted; all off-diagonal ones when left out.
    thorough
        Positions of the states in which each transit state is left out in turn.
    standing
        Positions of the states that stand today; all of them when left out, and then no route is new.
    """
    n = len(network.zones)
    wanted = ~np.eye(n, dtype=bool)[None].repeat(len(classes.ids), 0) if pairs is None else pairs
    found = find_candidates(network, states, costs, times, classes, wanted, thorough, progress)
    opening = [
        position not in standing
        and any(
            _only_opens(states[p], costs[p], times[p], state, costs[position], times[position])
            for p in standing
        )
        for position, state in enumerate(states)
    ]
    return _select(
        network,
        found,
        states,
        costs,
        classes,
        path_size_beta,
        allow_reentry,
        list(standing) or list(range(len(states))),
        np.array(opening, bool),
    )


def _only_opens(
    old: LinkState,
    old_cost: np.ndarray,
    old_time: np.ndarray,
    new: LinkState,
    new_cost: np.ndarray,
    new_time: np.ndarray,
) -> bool:
    """Whether all that can be used in the old state can be used in the new one, at the same cost and time."""
    was = old.is_open
    rules = {rule.id: rule for rule in old.rules}
    return bool(
        new.is_open[was].all()
        and np.array_equal(old_cost[:, was], new_cost[:, was])
        and np.array_equal(old_time[:, was], new_time[:, was])
        and set(new.trade_closed) <= set(old.trade_closed)
        and all(
            rule.id in rules
            and replace(rules[rule.id], share=rule.share) == rule
            and rules[rule.id].share <= rule.share
            for rule in new.rules
        )
    )


def _log_share(state: LinkState) -> np.ndarray:
    return np.asarray(np.log(state.attributes.share))


def _select(
    network: Network,
    found: Candidates,
    states: Sequence[LinkState],
    costs: Sequence[np.ndarray],
    classes: Classes,
    path_size_beta: float,
    allow_reentry: bool,
    standing: Sequence[int],
    opening: np.ndarray,
) -> RouteSet:
    """Distinct valid candidates, thinned to those that matter, sorted and weighed.

    Of the states flagged in ``opening`` only new routes are taken: the others are found where they stand.
    """
    n = len(network.zones)
    keys, starts, arcs = found.keys, found.starts, found.arcs
    state = found.state
    if not allow_reentry:
        bad = np.zeros(len(keys), bool)
        find_reentries(starts, arcs, network.head, *_territories(network), bad)
        keys, starts, arcs = _take(~bad, keys, starts, arcs)
        state = state[~bad]
    # Equal sets of arcs are equal simple paths: a sum of random 64-bit keys tells them apart.
    prints = np.random.default_rng(0).integers(0, 2**63, network.n_arcs, dtype=np.uint64)
    mark = np.add.reduceat(prints[arcs], starts[:-1]) if len(keys) else np.zeros(0, np.uint64)
    mark ^= keys.astype(np.uint64) * GOLDEN
    _, distinct, same = np.unique(mark, return_index=True, return_inverse=True)
    elsewhere = np.bincount(same, ~opening[state], len(distinct)) > 0
    chosen = np.zeros(len(keys), bool)
    chosen[distinct] = True
    elsewhere = elsewhere[same[chosen]]
    keys, starts, arcs = _take(chosen, keys, starts, arcs)
    is_new = _find_new(network, states, standing, classes, n, keys, starts, arcs)
    wanted = is_new | elsewhere
    is_new = is_new[wanted]
    keys, starts, arcs = _take(wanted, keys, starts, arcs)
    nest = _find_nests(network, states[0], starts, arcs)
    best_anywhere, lowest = _rank(network, states, costs, classes, keys, nest, starts, arcs)
    order = np.lexsort((lowest, is_new, keys))
    keys, starts, arcs, nest, best_anywhere, lowest, is_new = _sort(
        order, keys, starts, arcs, nest, best_anywhere, lowest, is_new
    )
    length = states[0].attributes.length_km
    keep = np.zeros(len(keys), bool)
    first = _find_starts(2 * keys + is_new)
    keep_spread(
        first, starts, arcs, length, lowest, best_anywhere, nest, MOST_FURTHER, STRETCH, OVERLAP, keep
    )
    nest, lowest, is_new = nest[keep], lowest[keep], is_new[keep]
    keys, starts, arcs = _take(keep, keys, starts, arcs)
    order = np.lexsort((lowest, nest, keys))
    keys, starts, arcs, nest, is_new = _sort(order, keys, starts, arcs, nest, is_new)
    first = _find_starts(keys)
    size = np.ones(len(keys))
    measure_path_sizes(first, starts, arcs, length, is_new, size)
    log_share = _log_share(states[0])
    shares = np.add.reduceat(log_share[arcs], starts[:-1]) if len(keys) else np.zeros(0)
    group = keys[first[:-1]]
    return RouteSet(
        group_class=group // (n * n),
        group_origin=group // n % n,
        group_destination=group % n,
        group_first=first.astype(np.int64),
        start=starts.astype(np.int64),
        arcs=arcs.astype(np.int32),
        nest=nest.astype(np.int64),
        log_weight=path_size_beta * np.log(size) + shares,
        group_cost=np.full(len(group), np.nan),
    )


def _find_starts(sorted_keys: np.ndarray) -> np.ndarray:
    """Where each run of equal keys begins, and the end of the last."""
    if not len(sorted_keys):
        return np.zeros(1, int)
    return np.flatnonzero(np.concatenate(([True], sorted_keys[1:] != sorted_keys[:-1], [True])))


def _find_new(
    network: Network,
    states: Sequence[LinkState],
    standing: Sequence[int],
    classes: Classes,
    n: int,
    keys: np.ndarray,
    starts: np.ndarray,
    arcs: np.ndarray,
) -> np.ndarray:
    """Flag the paths that no cargo can use in any of the standing states."""
    paths = Paths(keys // (n * n), keys // n % n, keys % n, starts, arcs)
    is_new = np.ones(len(keys), bool)
    for position in standing:
        is_new &= find_availability(network, states[position], classes.ids, paths).usable <= 0.0
    return is_new


def _territories(network: Network) -> tuple[np.ndarray, int]:
    names = sorted(set(network.place_territory))
    code = np.array([names.index(t) for t in network.place_territory])
    at_node = np.where((network.place >= 0) & ~network.on_ship, code[network.place], -1)
    return at_node, len(names)


def _take(
    mask: np.ndarray, keys: np.ndarray, starts: np.ndarray, arcs: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The paths where ``mask`` holds."""
    lengths = np.diff(starts)
    return keys[mask], np.concatenate(([0], np.cumsum(lengths[mask]))), arcs[np.repeat(mask, lengths)]


def _sort(
    order: np.ndarray, keys: np.ndarray, starts: np.ndarray, arcs: np.ndarray, *columns: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Paths and their columns in a new order."""
    lengths = np.diff(starts)[order]
    moved = np.concatenate(([0], np.cumsum(lengths)))
    gather = np.arange(moved[-1]) + np.repeat(starts[:-1][order] - moved[:-1], lengths)
    return keys[order], moved, arcs[gather], *(column[order] for column in columns)


def _find_nests(network: Network, state: LinkState, starts: np.ndarray, arcs: np.ndarray) -> np.ndarray:
    """Nest of each path by the kilometres that each mode carries it."""
    code = np.full(network.n_arcs, -1, np.int64)
    for arc in range(network.n_arcs):
        name = CARRIAGES[network.carriage[arc]]
        if network.kind[arc] == Arc.SAIL:
            code[arc] = NESTS.index("sea")
        elif network.kind[arc] in (Arc.MOVE, Arc.FERRY):
            code[arc] = NESTS.index("rail" if name in ("rail", "wagon_ferry") else "road")
    km = np.zeros((len(starts) - 1, len(NESTS)))
    sum_by_code(starts, arcs, code, state.attributes.length_km, km)
    by_rail = km[:, 0] >= km[:, 1]
    by_sea = (km[:, 2] > km[:, :2].sum(axis=1)) | (~by_rail & (km[:, 2] > 0.0))
    nest: np.ndarray = np.where(by_sea, 2, np.where(by_rail, 0, 1))
    return nest


def _rank(
    network: Network,
    states: Sequence[LinkState],
    costs: Sequence[np.ndarray],
    classes: Classes,
    keys: np.ndarray,
    nest: np.ndarray,
    starts: np.ndarray,
    arcs: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Which paths are best of their group and nest in any state, and the least cost of each over the states.

    Where a path that serves only part of the cargo is best, the best of those that serve all is marked too.
    """
    n = len(network.zones)
    paths = Paths(keys // (n * n), keys // n % n, keys % n, starts, arcs)
    group = keys * len(NESTS) + nest
    best_anywhere = np.zeros(len(keys), bool)
    lowest = np.full(len(keys), np.inf)
    spread = np.repeat(paths.class_index, np.diff(starts))
    scale = classes.route_scale[spread]
    for state, cost in zip(states, costs, strict=True):
        found = find_availability(network, state, classes.ids, paths)
        by_arc = cost[spread, arcs] - _log_share(state)[arcs] / scale
        total = np.add.reduceat(by_arc, starts[:-1]) if len(keys) else np.zeros(0)
        total += found.penalty
        for share in np.unique(found.usable[found.usable > 0.0]):
            served = np.where(found.usable >= share, total, np.inf)
            lowest = np.minimum(lowest, served)
            order = np.lexsort((served, group))
            leads = np.concatenate(([True], group[order][1:] != group[order][:-1]))
            best_anywhere[order[leads & np.isfinite(served[order])]] = True
    return best_anywhere, lowest
