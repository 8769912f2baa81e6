"""A link state: which arcs are open, how far, and which states may not be crossed - arrays over one frozen
order.

Shut means shut: an arc is open or it is not. A gate that is partly usable keeps its arcs open, scales the
capacity of what they load and the availability of every route that needs it, once a gate and not once an arc.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.network.attributes import Attributes, Facilities, evaluate
from landbridge.network.supernetwork import Network
from landbridge.tables import Table


@dataclass(frozen=True)
class TransitRule:
    """For pairs it concerns, crossing ``state`` is banned (share 0), or available to a share and at a cost.

    ``pair_states``: none = all pairs; ``ARM`` = any pair with an end there; ``TUR+ARM`` = pairs between the
    two. A pair with an end in ``state`` is never concerned: its own trade is no transit. With a ``mode``
    (``rail`` or ``road``) only ways that this mode carries inside the state are.
    """

    id: str
    state: str
    pair_states: tuple[str, ...]
    share: float
    cost_usd_t: float
    classes: tuple[str, ...]
    reason: str
    except_pairs: tuple[str, ...] = ()
    mode: str = ""

    def list_pairs(self, zone_states: Sequence[Sequence[str]]) -> np.ndarray:
        """Which pairs of zones, given by their states, fall under the rule: (n_zones, n_zones)."""

        def between(entry: str) -> np.ndarray:
            a, *rest = (np.array([state in zone for zone in zone_states], bool) for state in entry.split("+"))
            b = rest[0] if rest else np.ones(len(zone_states), bool)
            either: np.ndarray = (a[:, None] & b[None, :]) | (b[:, None] & a[None, :])
            return either

        n = len(zone_states)
        pairs = np.full((n, n), not self.pair_states)
        for entry in self.pair_states:
            pairs |= between(entry)
        for entry in (*self.except_pairs, *([self.state] if self.state else [])):
            pairs &= ~between(entry)
        return pairs

    def concerns(self, origin: Sequence[str], destination: Sequence[str]) -> bool:
        """Whether a pair of zones, given by their states, falls under the rule."""
        return bool(self.list_pairs((origin, destination))[0, 1])


@dataclass(frozen=True)
class LinkState:
    """One state of the network: attributes at its prices, what is open, and the rules of transit.

    ``is_open`` (n_arcs); ``gate_shares`` by gate; ``arc_gates`` (n_arcs tuples of gates below 1 and above 0,
    which make routes less available); ``trade_closed``: states whose own foreign trade is cut.
    """

    name: str
    year: int
    attributes: Attributes
    is_open: np.ndarray
    capacity_t_year: np.ndarray
    arc_gates: tuple[tuple[str, ...], ...]
    gate_shares: Mapping[str, float]
    rules: tuple[TransitRule, ...]
    trade_closed: tuple[str, ...]

    @property
    def facilities(self) -> Facilities:
        """Facilities with their capacities before degradation."""
        return self.attributes.facilities


def build_link_state(
    network: Network,
    tables: Mapping[str, Table],
    *,
    name: str,
    year: int,
    gate_shares: Mapping[str, float],
    rules: Sequence[TransitRule] = (),
    trade_closed: Sequence[str] = (),
) -> LinkState:
    """State of all arcs when each gate allows ``gate_shares[gate]`` of normal use.

    ``tables`` are the study's tables with the measures of the scenario applied; ``status`` of a link plays no
    part: a link without a gate is open unless it is planned, closed or disused for want of anybody who would
    open it.
    """
    attributes = evaluate(network, tables, year)
    shut_for_good = np.isin(tables["links"]["status"], ("planned", "under_construction", "closed", "disused"))
    link_gates = tables["links"]["gates"]
    is_open = np.ones(network.n_arcs, bool)
    arc_gates: list[tuple[str, ...]] = []
    scale = np.ones(len(attributes.facilities.ids))
    for arc, gates in enumerate(network.get_arc_gates(tables)):
        shares = [gate_shares[g] for g in gates]
        link = network.link_row[arc]
        ungated = not gates and link >= 0 and shut_for_good[link]
        is_open[arc] = not ungated and all(s > 0.0 for s in shares)
        way = link_gates[link] if link >= 0 else ()
        arc_gates.append(tuple(g for g in way if 0.0 < gate_shares[g] < 1.0))
        for facility in set(attributes.facility[:, arc]) - {-1}:
            if is_open[arc]:
                scale[facility] = min(scale[facility], float(np.prod(shares)) if shares else 1.0)
    return LinkState(
        name=name,
        year=year,
        attributes=attributes,
        is_open=is_open,
        capacity_t_year=attributes.facilities.capacity_t_year * scale,
        arc_gates=tuple(arc_gates),
        gate_shares=dict(gate_shares),
        rules=tuple(rules),
        trade_closed=tuple(trade_closed),
    )
