"""Who is paid what: tariffs, handling, fees and prices of slots by state and receiver, transit apart.

What shippers pay on an arc goes to who works it: a railway, carriers by road, ships, a terminal, a border,
who collects and delivers. Half of it goes to either state where a link leads from one to another and where
two states meet at a border; ships belong to no state, as the tables say nothing of their owners. Penalties
are perceived and paid to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.costs import ARC_PARTS
from landbridge.indicators.flows import Columns
from landbridge.indicators.solution import Solution
from landbridge.kernels.choice import load_arcs
from landbridge.network import Arc, Network
from landbridge.network.supernetwork import CARRIAGES
from landbridge.tables import Table

PARTS = ("tariff", "handling", "fees", "carbon", "slots")
"""What is paid for; carbon is the price of the study's settings, slots are those of full facilities."""

RECEIVERS = ("railways", "road carriers", "ships", "terminals", "borders", "collection and delivery")
AT_SEA = ""
"""State of the ships."""


@dataclass(frozen=True)
class Payees:
    """Who is paid on each arc: ``receiver`` (n_parts, n_arcs) a position in RECEIVERS, -1 for nobody, and
    ``ends`` (2, n_parts, n_arcs) the two states that share it, which may be the same.
    """

    states: tuple[str, ...]
    receiver: np.ndarray
    ends: np.ndarray


def list_payees(network: Network, tables: Mapping[str, Table]) -> Payees:
    """Payees of all arcs; fees go to the border, everything else to who works the arc."""
    kind = network.kind
    by_kind = {
        "railways": (kind == Arc.MOVE) & (network.carriage == CARRIAGES.index("rail")),
        "road carriers": (kind == Arc.MOVE) & (network.carriage != CARRIAGES.index("rail")),
        "ships": np.isin(kind, (Arc.SAIL, Arc.FERRY, Arc.BOARD, Arc.ALIGHT)),
        "terminals": np.isin(kind, (Arc.TRANSFER, Arc.GAUGE, Arc.LOAD, Arc.UNLOAD, Arc.TRANSHIP)),
        "borders": kind == Arc.BORDER,
        "collection and delivery": np.isin(kind, (Arc.ACCESS, Arc.EGRESS)),
    }
    receiver = np.full((len(PARTS), network.n_arcs), -1)
    for name, marked in by_kind.items():
        receiver[:, marked] = RECEIVERS.index(name)
    states = (AT_SEA, *sorted(set(network.place_country) - {AT_SEA}))
    index = {state: i for i, state in enumerate(states)}
    # A centroid is no place: the other end of its connector is.
    of_place = np.array([*(index[state] for state in network.place_country), -1])
    tail, head = of_place[network.place[network.tail]], of_place[network.place[network.head]]
    ends = np.stack([np.where(tail < 0, head, tail), np.where(head < 0, tail, head)])
    nodes, links = tables["nodes"], tables["links"]
    # The frontier of a link stands at its nearer place in the network, but both states work it.
    country = dict(zip(nodes.ids, nodes["country"], strict=True))
    of_link = np.array(
        [[index[str(country[node])] for node in links[side]] for side in ("from_node", "to_node")]
    )
    moving = kind == Arc.MOVE
    ends[:, moving] = of_link[:, network.link_row[moving]]
    ends[:, by_kind["ships"]] = index[AT_SEA]
    result = np.repeat(ends[:, None], len(PARTS), axis=1)
    borders, fees = tables["borders"], PARTS.index("fees")
    for arc in np.flatnonzero(network.border_row >= 0):
        row = network.border_row[arc]
        at = [index.get(str(borders[side][row]), 0) for side in ("country_a", "country_b")]
        result[:, fees, arc] = at
        receiver[fees, arc] = RECEIVERS.index("borders")
        if kind[arc] == Arc.BORDER:
            result[:, :, arc] = np.array(at)[:, None]
    return Payees(states, receiver, np.maximum(result, 0))


@dataclass(frozen=True)
class Payments:
    """Money of one scenario and year: ``received`` and ``transit`` (n_states, n_receivers, n_parts) in
    USD/year, ``paid`` (n_parts, n_routes) in USD/t.
    """

    received: np.ndarray
    transit: np.ndarray
    paid: np.ndarray


def take_payments(solution: Solution, payees: Payees, arc_table: np.ndarray) -> Payments:
    """Payments of a solution; ``arc_table`` (n_classes, n_arcs, ...) holds its cost parts, USD/t.

    Transit of a state is cargo that neither begins nor ends in a zone of it. What is received equals what is
    paid on routes.
    """
    at, r = solution.equilibrium, solution.routes
    columns = [ARC_PARTS.index(part) for part in PARTS[:-1]]
    facility = solution.state.attributes.facility[solution.classes.form]
    slots = np.where(facility >= 0, np.append(at.price_usd_t, 0.0)[facility], 0.0)
    price = np.concatenate([arc_table[:, :, columns], slots[:, :, None]], axis=2)
    paying = np.flatnonzero((payees.receiver >= 0).any(axis=0) & (price > 0.0).any(axis=(0, 2)))
    load = solution.arc_load[:, paying]
    received = _share_out(payees, paying, np.einsum("ka,kap->pa", load, price[:, paying]))
    transit = np.zeros(received.shape)
    for state in range(1, len(payees.states)):
        here = paying[(payees.ends[:, :, paying] == state).any(axis=(0, 1))]
        own = np.array([payees.states[state] in zone for zone in solution.network.zone_countries])
        through = ~own[r.group_origin] & ~own[r.group_destination]
        flow = np.where(through[r.route_group], at.flow, 0.0)
        if not len(here) or not flow.any():
            continue
        of_others = np.zeros((len(solution.classes.ids), solution.network.n_arcs))
        load_arcs(r.start, r.arcs, r.route_class, flow, of_others)
        money = np.einsum("ka,kap->pa", of_others[:, here], price[:, here])
        transit[state] = _share_out(payees, here, money)[state]
    parts = solution.parts
    paid = np.stack([*(parts[part] for part in PARTS[:-1]), solution.slot_price])
    return Payments(received, transit, paid)


def _share_out(payees: Payees, arcs: np.ndarray, money: np.ndarray) -> np.ndarray:
    """Money of arcs (n_parts, n) by state, receiver and part, half to either state."""
    result = np.zeros((len(payees.states), len(RECEIVERS), len(PARTS)))
    part = np.arange(len(PARTS))[:, None]
    for side in payees.ends:
        np.add.at(result, (side[:, arcs], payees.receiver[:, arcs], part), 0.5 * money)
    return result


def list_revenue(payees: Payees, payments: Payments) -> Columns:
    """Revenue by state, receiver and what it is paid for, USD/year; rows of nothing are left out."""
    s, k, p = np.nonzero(payments.received)
    return {
        "state": [payees.states[i] for i in s],
        "receiver": [RECEIVERS[i] for i in k],
        "part": [PARTS[i] for i in p],
        "revenue_usd_year": payments.received[s, k, p],
        "transit_usd_year": payments.transit[s, k, p],
    }
