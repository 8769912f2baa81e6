"""Which routes can be used in a state, by what share of cargo, and what blocks the others.

A gate or transit right that is usable at a share s serves that share of cargo and no more. Shippers differ in
what they put up with and are ranked alike for all such conditions, so a route that needs several serves the
least of their shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.network import LinkState, Network, TransitRule


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
    shut = paths.any_of(~state.is_open)
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

    for gate in sorted({gate for gates in state.arc_gates for gate in gates}):
        needs = paths.any_of(np.array([gate in gates for gates in state.arc_gates]))
        limit(needs, state.gate_shares[gate], f"gate {gate} at {state.gate_shares[gate]:.0%} of normal use")
    for rule in state.rules:
        concerned = list_concerned(network, rule, class_ids, paths)
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


def list_concerned(network: Network, rule: TransitRule, class_ids: Sequence[str], paths: Paths) -> np.ndarray:
    """Which paths fall under a rule: by class, by pair, and by crossing its state."""
    by_class = np.array([not rule.classes or name in rule.classes for name in class_ids], bool)
    by_pair = rule.list_pairs(network.zone_countries)
    concerned: np.ndarray = by_pair[paths.origin, paths.destination] & by_class[paths.class_index]
    if rule.state and concerned.any():
        inside = network.list_nodes_in([rule.state])
        concerned = concerned & paths.any_of(inside[network.tail] | inside[network.head])
    return concerned
