"""Which routes can be used in a state, by what share of cargo, and what blocks the others.

A gate or transit right that is usable at a share s serves that share of cargo and no more. Shippers differ in
what they put up with and are ranked alike for all such conditions, so a route that needs several serves the
least of their shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.network import Arc, LinkState, Network, TransitRule
from landbridge.network.supernetwork import CARRIAGES

WORD = 64
"""Masks that one machine word holds."""


@dataclass(frozen=True)
class Paths:
    """Paths by class and pair: path p takes ``arcs[start[p]:start[p + 1]]``."""

    class_index: np.ndarray
    origin: np.ndarray
    destination: np.ndarray
    start: np.ndarray
    arcs: np.ndarray

    def any_of(self, arc_mask: np.ndarray) -> np.ndarray:
        """Whether each path has an arc of the mask."""
        if not len(self.class_index):
            return np.zeros(0, bool)
        return np.logical_or.reduceat(arc_mask[self.arcs], self.start[:-1])

    def any_of_each(self, arc_masks: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The same for many masks at once: paths are gone along once for every 64 masks, one bit for each."""
        found = []
        for first in range(0, len(arc_masks), WORD):
            some = arc_masks[first : first + WORD]
            if not len(self.class_index):
                found += [np.zeros(0, bool) for _ in some]
                continue
            bits = np.zeros(len(some[0]), np.uint64)
            for place, mask in enumerate(some):
                bits[mask] |= np.uint64(1 << place)
            met = np.bitwise_or.reduceat(bits[self.arcs], self.start[:-1])
            found += [(met & np.uint64(1 << place)) != 0 for place in range(len(some))]
        return found


@dataclass(frozen=True)
class Availability:
    """For each path: the share of cargo that can use it (0 where shut), what blocks it, and penalties.

    ``blocked_by`` is a position in ``blocks``, -1 where the path is open; ``limits`` names the conditions
    that are partly usable, ``limited_by`` the one that sets the share (-1 for none); ``penalty`` is in USD/t.
    """

    usable: np.ndarray
    blocked_by: np.ndarray
    blocks: tuple[str, ...]
    limited_by: np.ndarray
    limits: tuple[str, ...]
    penalty: np.ndarray


def find_availability(
    network: Network, state: LinkState, class_ids: Sequence[str], paths: Paths
) -> Availability:
    """Apply gates, rules of transit and closures of a state's own trade to paths."""
    n = len(paths.class_index)
    gates = sorted({gate for gates in state.arc_gates for gate in gates})
    with_gate = [np.array([gate in gates for gates in state.arc_gates]) for gate in gates]
    shut, *needs = paths.any_of_each([~state.is_open, *with_gate])
    usable = np.where(shut, 0.0, 1.0)
    blocked_by = np.where(shut, 0, -1)
    blocks, limits = ["a shut link"], list[str]()
    limited_by = np.full(n, -1)
    penalty = np.zeros(n)

    def limit(mask: np.ndarray, share: float, reason: str) -> None:
        lower = mask & (usable > share)
        usable[lower] = share
        limited_by[lower] = len(limits)
        limits.append(reason)

    def block(mask: np.ndarray, reason: str) -> None:
        fresh = mask & (blocked_by < 0)
        usable[fresh] = 0.0
        blocked_by[fresh] = len(blocks)
        blocks.append(reason)

    for gate, mask in zip(gates, needs, strict=True):
        limit(mask, state.gate_shares[gate], f"gate {gate} at {state.gate_shares[gate]:.0%} of normal use")
    for rule, concerned in zip(
        state.rules, list_concerned(network, state.rules, class_ids, paths), strict=True
    ):
        if rule.share <= 0.0:
            block(concerned, rule.reason)
            continue
        if rule.share < 1.0:
            limit(concerned, rule.share, rule.reason)
        penalty[concerned] += rule.cost_usd_t
    for country in state.trade_closed:
        inside = np.array([country in z for z in network.zone_countries])
        abroad = inside[paths.origin] != inside[paths.destination]
        block(abroad, f"the foreign trade of {country} is closed")
    return Availability(usable, blocked_by, tuple(blocks), limited_by, tuple(limits), penalty)


def list_concerned(
    network: Network, rules: Sequence[TransitRule], class_ids: Sequence[str], paths: Paths
) -> list[np.ndarray]:
    """Which paths fall under each rule: by class, by pair, and by crossing its state, by a mode or any."""
    ways = sorted({(rule.state, rule.mode) for rule in rules if rule.state})
    crossed = paths.any_of_each([_touch(network, state, mode) for state, mode in ways])
    crossing = dict(zip(ways, map(np.flatnonzero, crossed), strict=True))
    everything = np.arange(len(paths.class_index)) if any(not rule.state for rule in rules) else None
    found = []
    for rule in rules:
        by_class = np.array([not rule.classes or name in rule.classes for name in class_ids], bool)
        by_pair = rule.list_pairs(network.zone_countries)
        some = crossing[rule.state, rule.mode] if rule.state else everything
        mask = np.zeros(len(paths.class_index), bool)
        mask[some] = by_pair[paths.origin[some], paths.destination[some]] & by_class[paths.class_index[some]]
        found.append(mask)
    return found


def _touch(network: Network, state: str, mode: str) -> np.ndarray:
    """Arcs (n_arcs,) with an end in a state; with a mode, those inside it on which that mode moves cargo."""
    inside = network.list_nodes_in([state])
    if not mode:
        either: np.ndarray = inside[network.tail] | inside[network.head]
        return either
    moved = (network.kind == Arc.MOVE) & (network.carriage == CARRIAGES.index(mode))
    return np.asarray(moved & inside[network.tail] & inside[network.head])
