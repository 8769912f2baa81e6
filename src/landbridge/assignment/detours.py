"""Ways round something that closes: the cheapest way of each mode for pairs that lose ways.

The routes of a study are found over its scenarios (:mod:`landbridge.assignment.routes`). A closure that is no
scenario may leave a pair with none of them although the network has another; without that way, trade would
seem to stand still where it would go round. Detours are for the closure alone: they are open only while
something is closed, and weigh at most as much as the routes that they stand in for, so that at fixed costs a
closure never lowers a pair's logsum cost.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.candidates import WORKERS, _Search
from landbridge.assignment.costs import Classes
from landbridge.assignment.routes import (
    NESTS,
    RouteSet,
    _find_nests,
    _find_starts,
    _log_share,
    _sort,
    _take,
    _territories,
)
from landbridge.kernels.detours import collect_detours
from landbridge.kernels.routes import find_reentries
from landbridge.network import Arc, LinkState, Network
from landbridge.network.supernetwork import CARRIAGES

ROOM = 200_000
"""Arcs of paths for which a search makes room at first."""


@dataclass(frozen=True)
class Detours:
    """A route set with detours among its routes.

    ``is_detour`` (n_routes); ``old`` (n_routes) the position of a route in the set without them, -1 for
    detours.
    """

    routes: RouteSet
    is_detour: np.ndarray
    old: np.ndarray


def find_detours(
    network: Network,
    state: LinkState,
    cost: np.ndarray,
    hours: np.ndarray,
    classes: Classes,
    routes: RouteSet,
    closures: Sequence[np.ndarray],
    wanted: Sequence[np.ndarray],
    *,
    allow_reentry: bool = False,
) -> Detours:
    """Add to a route set the best ways that are left in each closure.

    Parameters
    ----------
    cost, hours
        Additive generalised cost, USD/t, and hours (n_classes, n_arcs) in ``state``.
    closures
        Arcs that are shut, (n_arcs) each.
    wanted
        For each closure the groups of ``routes`` that need a way, (n_groups).
    """
    shut = np.array(closures, bool).reshape(len(closures), network.n_arcs)
    needs = np.array(wanted, bool).reshape(len(closures), len(routes.group_class))
    asked = needs.any(axis=0)
    tasks = []
    for k in np.unique(routes.group_class[asked]).tolist():
        search = _DetourSearch(network, state, cost[k], hours[k], classes, k, shut)
        for origin in np.unique(routes.group_origin[asked & (routes.group_class == k)]).tolist():
            groups = np.flatnonzero(asked & (routes.group_class == k) & (routes.group_origin == origin))
            tasks.append((search, origin, routes.group_destination[groups], needs[:, groups]))
    with ThreadPoolExecutor(WORKERS) as pool:
        found = [_nothing(), *pool.map(lambda task: task[0].seek(*task[1:]), tasks)]
    n = len(network.zones)
    keys, lengths, arcs = (np.concatenate(column) for column in zip(*found, strict=True))
    starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    if not allow_reentry and len(keys):
        bad = np.zeros(len(keys), bool)
        find_reentries(starts, arcs, network.head, *_territories(network), bad)
        keys, starts, arcs = _take(~bad, keys, starts, arcs)
    return _merge(network, state, routes, keys, starts, arcs, n)


Ways = tuple[np.ndarray, np.ndarray, np.ndarray]
"""The key of each path's group, its number of arcs, and the arcs of all, one path after another."""


def _nothing() -> Ways:
    return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32)


class _DetourSearch(_Search):
    """Cheapest ways of one class with something shut, mode by mode; ``shut`` (n_closures, n_arcs)."""

    def __init__(
        self,
        network: Network,
        state: LinkState,
        cost: np.ndarray,
        hours: np.ndarray,
        classes: Classes,
        k: int,
        shut: np.ndarray,
    ) -> None:
        super().__init__(network, state, cost, hours, classes, k)
        moves = np.isin(network.kind, (Arc.MOVE, Arc.FERRY))
        masks = [network.kind == Arc.SAIL]
        masks += [(network.carriage == CARRIAGES.index(mode)) & moves for mode in ("road", "rail")]
        partial = np.array([bool(gates) for gates in state.arc_gates])
        self.views = [self.cost, *(np.where(mask, np.inf, self.cost) for mask in masks)]
        if partial.any():
            self.views.append(np.where(partial, np.inf, self.cost))
        self.shut = shut
        n_nodes = len(network.nodes)
        self.in_first = np.concatenate(([0], np.cumsum(np.bincount(network.head, minlength=n_nodes))))
        self.in_order = np.argsort(network.head, kind="stable")

    def seek(self, origin: int, destinations: np.ndarray, wanted: np.ndarray) -> Ways:
        """Ways from an origin to ``destinations`` in each closure that needs one, ``wanted`` (n_closures,
        n_destinations).
        """
        # What a pair may not cross: by law for all cargo, and for cargo that puts up with nothing.
        of_ban: dict[frozenset[str], set[int]] = {}
        for share in (0.0, 1.0 - 1e-9):
            for banned, group in self._group_by_bans(origin, destinations, share):
                of_ban.setdefault(banned, set()).update(group.tolist())
        network, n = self.network, len(self.network.zones)
        parts = [_nothing()]
        for banned in sorted(of_ban, key=sorted):
            concerned = np.isin(destinations, list(of_ban[banned]))
            closure, place = np.nonzero(wanted & concerned)
            task, begins = np.unique(closure, return_index=True)
            begins = np.append(begins, len(closure))
            targets = destinations[place]
            views = np.stack([self._ban(view, banned) for view in self.views])
            starts = np.empty(len(targets) * len(views) + 1, np.int64)
            ends = np.empty(len(targets) * len(views), np.int64)
            pool, used = np.empty(ROOM, np.int64), -1
            while used < 0:
                count, used = collect_detours(
                    network.first, network.order, self.in_first, self.in_order, network.tail, network.head,
                    views, self.shut, task, begins, network.destination_node[targets],
                    network.origin_node[origin], pool, starts, ends,
                )  # fmt: skip
                if used < 0:
                    pool = np.empty(2 * len(pool), np.int64)
            key = (self.k * n + origin) * n + targets[ends[:count]]
            parts.append((key, np.diff(starts[: count + 1]), pool[:used].astype(np.int32)))
        keys, lengths, arcs = (np.concatenate(column) for column in zip(*parts, strict=True))
        return keys, lengths, arcs


def _merge(
    network: Network,
    state: LinkState,
    routes: RouteSet,
    keys: np.ndarray,
    starts: np.ndarray,
    arcs: np.ndarray,
    n: int,
) -> Detours:
    """The route set with those of the paths that it does not hold yet, each once, sorted as before."""
    group = routes.route_group
    own = (routes.group_class * n + routes.group_origin) * n + routes.group_destination
    all_keys = np.concatenate([own[group], keys])
    all_arcs = np.concatenate([routes.arcs, arcs.astype(np.int32)])
    all_starts = np.concatenate([routes.start, routes.start[-1] + starts[1:]])
    prints = np.random.default_rng(0).integers(0, 2**63, network.n_arcs, dtype=np.uint64)
    mark = np.add.reduceat(prints[all_arcs], all_starts[:-1]) if len(all_keys) else np.zeros(0, np.uint64)
    _, distinct = np.unique(np.stack([all_keys.astype(np.uint64), mark]), axis=1, return_index=True)
    keep = np.zeros(len(all_keys), bool)
    keep[distinct] = True
    keep[: routes.n_routes] = True
    old = np.concatenate([np.arange(routes.n_routes), np.full(len(keys), -1)])[keep]
    all_keys, all_starts, all_arcs = _take(keep, all_keys, all_starts, all_arcs)
    new_starts = all_starts[routes.n_routes :] - all_starts[routes.n_routes]
    new_arcs = all_arcs[all_starts[routes.n_routes] :]
    nest = np.concatenate([routes.nest, _find_nests(network, state, new_starts, new_arcs)])
    share = _log_share(state)[new_arcs]
    shares = np.add.reduceat(share, new_starts[:-1]) if len(new_starts) > 1 else np.zeros(0)
    weight = np.concatenate([routes.log_weight, shares])
    order = np.lexsort((np.arange(len(all_keys)), nest, all_keys))
    all_keys, all_starts, all_arcs, nest, weight, old = _sort(
        order, all_keys, all_starts, all_arcs, nest, weight, old
    )
    first = _find_starts(all_keys)
    key = all_keys[first[:-1]]
    cost = np.full(len(key), np.nan)
    cost[np.searchsorted(key, own)] = routes.group_cost
    merged = RouteSet(
        group_class=key // (n * n),
        group_origin=key // n % n,
        group_destination=key % n,
        group_first=first.astype(np.int64),
        start=all_starts.astype(np.int64),
        arcs=all_arcs.astype(np.int32),
        nest=nest.astype(np.int64),
        log_weight=weight,
        group_cost=cost,
    )
    return Detours(merged, old < 0, old)


def weigh_detours(
    found: Detours, theta: np.ndarray, cost: np.ndarray, before: np.ndarray, usable: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which detours are open in a closure, and the log weights of all routes there.

    Parameters
    ----------
    theta
        Route scale of each route's group, per USD/t.
    cost
        Costs of routes without queues, USD/t.
    before, usable
        Share of cargo that each route serves with all open, and in the closure as far as the closure goes;
        detours count 0 in ``before``.

    Returns
    -------
    tuple
        Shares of cargo (n_routes) with those detours shut that nobody needs, and log weights (n_routes). A
        detour is needed where its pair lost a route of its mode, and nothing as cheap is left of it. Its
        weight is the connectors' shares, but no more than makes it as good as the routes lost.
    """
    r = found.routes
    place = r.route_group * len(NESTS) + r.nest
    n = len(r.group_class) * len(NESTS)
    lost = (before > 0.0) & (usable <= 0.0)
    stays = (before > 0.0) & (usable > 0.0)
    best = np.full(n, np.inf)
    np.minimum.at(best, place[lost], cost[lost])
    left = np.full(n, np.inf)
    np.minimum.at(left, place[stays], cost[stays])
    power = np.zeros(r.n_routes)
    power[lost] = np.exp(r.log_weight[lost] - theta[lost] * (cost[lost] - best[place[lost]]))
    good = np.bincount(place, power, n)
    useful = found.is_detour & np.isfinite(best[place]) & (usable > 0.0) & (cost < left[place])
    widest = np.zeros(n)
    np.maximum.at(widest, place[useful], usable[useful])
    needed = _find_cheapest(place, cost, useful)
    needed |= _find_cheapest(place, cost, useful & (usable >= widest[place]))
    shares = np.where(found.is_detour & ~needed, 0.0, usable)
    weight = r.log_weight.copy()
    at = np.flatnonzero(needed)
    crowd = np.bincount(place[at], minlength=n)[place[at]]
    cap = np.log(good[place[at]] / crowd) + theta[at] * (cost[at] - best[place[at]])
    weight[at] = np.minimum(weight[at], cap)
    return shares, weight


def _find_cheapest(place: np.ndarray, cost: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The cheapest of some routes at each place, the first where several are."""
    found = np.zeros(len(place), bool)
    rows = np.flatnonzero(among)
    order = rows[np.lexsort((cost[rows], place[rows]))]
    if len(order):
        found[order[np.concatenate(([True], place[order][1:] != place[order][:-1]))]] = True
    return found
