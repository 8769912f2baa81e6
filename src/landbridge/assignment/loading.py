"""What a link state makes of the frozen routes: which are open, what they cost without queues, how available
they are.
"""

from dataclasses import dataclass

import numpy as np

from landbridge.assignment.availability import Availability, find_availability
from landbridge.assignment.costs import ARC_PARTS, MEASURES, Classes
from landbridge.assignment.prefixes import PrefixTree, build_prefix_tree
from landbridge.assignment.routes import RouteSet
from landbridge.kernels.choice import sum_over_routes
from landbridge.network import LinkState, Network


@dataclass(frozen=True)
class RouteState:
    """Routes in one state, without flow.

    ``measures`` (n_routes, len(MEASURES)); ``reliability`` in USD/t; ``base_cost`` the sum of all parts,
    USD/t; ``availability`` says which can be used; ``tree`` holds the facilities of each route.
    """

    measures: np.ndarray
    reliability: np.ndarray
    base_cost: np.ndarray
    availability: Availability
    tree: PrefixTree


def evaluate_routes(
    network: Network,
    state: LinkState,
    routes: RouteSet,
    classes: Classes,
    arc_table: np.ndarray,
    tree: PrefixTree | None = None,
) -> RouteState:
    """Sum attributes over routes, and find which can be used; the tree of facilities is built if left out."""
    route_class = routes.route_class
    measures = np.zeros((routes.n_routes, len(MEASURES)))
    sum_over_routes(routes.start, routes.arcs, route_class, arc_table, measures)
    deviation = np.sqrt(measures[:, MEASURES.index("variance_h2")])
    reliability = classes.reliability_ratio[route_class] * classes.value_of_time[route_class] * deviation
    availability = find_availability(network, state, classes.ids, routes.paths)
    base = measures[:, : len(ARC_PARTS)].sum(axis=1) + reliability + availability.penalty
    return RouteState(measures, reliability, base, availability, tree or plant_tree(state, routes, classes))


def plant_tree(state: LinkState, routes: RouteSet, classes: Classes) -> PrefixTree:
    """Facilities that routes load in a state, as a tree."""
    form = np.repeat(classes.form[routes.route_class], np.diff(routes.start))
    facility = state.attributes.facility[form, routes.arcs]
    some = facility >= 0
    counts = (
        np.add.reduceat(some.astype(np.int64), routes.start[:-1])
        if routes.n_routes
        else np.zeros(0, np.int64)
    )
    starts = np.concatenate(([0], np.cumsum(counts)))
    n = len(state.facilities.ids)
    return build_prefix_tree(starts, facility[some], routes.route_class, len(classes.ids), n)
