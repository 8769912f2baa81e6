"""What a map shows of links and places: flows by direction, and how long cargo takes at borders and in
ports.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from landbridge.indicators.solution import Solution
from landbridge.network import Arc, Network
from landbridge.tables import Table

MOVES = (Arc.MOVE, Arc.SAIL, Arc.FERRY)
"""Arcs on which cargo is under way along a link."""

STOPS = (Arc.LOAD, Arc.UNLOAD, Arc.TRANSHIP, Arc.TRANSFER, Arc.GAUGE)
"""Arcs on which cargo is handled at a place."""


def sum_by_link(solution: Solution, class_index: int | None = None) -> np.ndarray:
    """Flow along each link of the study, t/year: (n_links, 2), with the link and against it.

    All services over a link and all classes count together, or one class alone.
    """
    network = solution.network
    load = solution.arc_load.sum(axis=0) if class_index is None else solution.arc_load[class_index]
    on = np.isin(network.kind, MOVES) & (network.link_row >= 0)
    result = np.zeros((int(network.link_row.max(initial=-1)) + 1, 2))
    np.add.at(result, (network.link_row[on], np.where(network.forward[on], 0, 1)), load[on])
    return result


@dataclass(frozen=True)
class PlaceUse:
    """What happens at each place of a network, (n_places,) each.

    ``delay_h``: mean hours that cargo spends at the border or in the terminal, queue included, weighed by
    tonnes, NaN where there is neither; ``t_year``: what passes ashore or is handled there; ``use_t_year``
    and ``capacity_t_year``: load and capacity of the facility that is fullest there, NaN where none has a
    capacity.
    """

    delay_h: np.ndarray
    t_year: np.ndarray
    use_t_year: np.ndarray
    capacity_t_year: np.ndarray


def measure_places(solution: Solution, tables: Mapping[str, Table]) -> PlaceUse:
    """Delay, throughput and fullest facility of each place.

    Hours are those of running the operation and of queueing for it. Where nothing passes, the plain mean of
    what is open is given.
    """
    network, state, at = solution.network, solution.state, solution.equilibrium
    n = len(network.place_ids)
    place = _place_stops(network, tables)
    a = state.attributes
    form = solution.classes.form
    hours_by_form = a.time_h.sum(axis=0) + np.where(
        a.facility >= 0, np.append(at.delay_h, 0.0)[a.facility], 0.0
    )
    weight, total, plain, count = (np.zeros(n) for _ in range(4))
    stops = np.flatnonzero(place >= 0)
    for k, load in enumerate(solution.arc_load):
        np.add.at(weight, place[stops], load[stops])
        np.add.at(total, place[stops], load[stops] * hours_by_form[form[k], stops])
    standing = stops[state.is_open[stops]]
    np.add.at(plain, place[standing], hours_by_form[:, standing].mean(axis=0))
    np.add.at(count, place[standing], 1.0)
    mean = np.divide(plain, count, out=np.full(n, np.nan), where=count > 0.0)
    delay = np.divide(total, weight, out=mean, where=weight > 0.0)
    ashore = np.isin(network.kind, (Arc.MOVE, Arc.BORDER, Arc.FERRY, *STOPS, Arc.EGRESS))
    ends = ashore & (network.place[network.head] >= 0)
    passing = np.zeros(n)
    np.add.at(passing, network.place[network.head[ends]], solution.arc_load.sum(axis=0)[ends])
    use, capacity = _find_fullest(solution, place, stops, n)
    return PlaceUse(delay, passing, use, capacity)


def _place_stops(network: Network, tables: Mapping[str, Table]) -> np.ndarray:
    """The place at which each arc is a stop, -1 for arcs that are none: borders stand at their node."""
    place = np.full(network.n_arcs, -1)
    handled = np.isin(network.kind, STOPS)
    place[handled] = network.place[network.head[handled]]
    index = {name: i for i, name in enumerate(network.place_ids)}
    node_of_border = np.array([index[str(node)] for node in tables["borders"]["node"]] or [-1])
    crossing = (network.kind == Arc.BORDER) & (network.border_row >= 0)
    place[crossing] = node_of_border[network.border_row[crossing]]
    return place


def _find_fullest(
    solution: Solution, place: np.ndarray, stops: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray]:
    capacity, load = solution.state.capacity_t_year, solution.equilibrium.load
    use, room, fullest = np.full(n, np.nan), np.full(n, np.nan), np.full(n, -1.0)
    facility = solution.state.attributes.facility
    for arc in stops:
        for f in {int(v) for v in facility[:, arc]} - {-1}:
            full = load[f] / capacity[f] if capacity[f] > 0.0 else 0.0
            here = place[arc]
            if full > fullest[here]:
                fullest[here], use[here], room[here] = full, load[f], capacity[f]
    return use, room
