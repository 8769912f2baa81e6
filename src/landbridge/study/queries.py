"""Questions about one pair: which ways it goes, and why not another."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from landbridge.assignment.costs import MEASURES, list_usable_arcs, sum_parts
from landbridge.errors import NoRoute, UnknownId
from landbridge.indicators.solution import Solution
from landbridge.indicators.unserved import explain
from landbridge.kernels.trees import grow_tree
from landbridge.study.folder import Study
from landbridge.study.pair_view import PairView, find_class, find_place, view_pair, view_path
from landbridge.study.prepare import Prepared, Report, prepare
from landbridge.study.run import solve_scenario

SHOWN_SHARE = 0.0005
"""Alternatives below this share are not shown; the shares of those shown say how much is left out."""

USED_SHARE = 0.01
"""Share of a pair from which a way counts as used."""


def find_routes(
    study: Study,
    origin: str,
    destination: str,
    *,
    scenario: str | None = None,
    year: int | None = None,
    commodity: str | None = None,
    progress: Report | None = None,
) -> dict[str, Any]:
    """Alternatives between two zones or nodes by falling share, at the queues of the scenario's equilibrium.

    ``scenario`` is the study's reference scenario if left out, ``year`` its base year, ``commodity`` its
    default class. A pair without an open way has no alternatives, an ``unserved_share`` of 1 and a ``cause``.
    """
    prepared, solution, class_id = solve_query(study, scenario, year, commodity, progress)
    view = view_pair(prepared, solution, origin, destination, class_id)
    order = np.argsort(-view.shares, kind="stable")
    shown = [int(r) for r in order if view.shares[r] > SHOWN_SHARE]
    result: dict[str, Any] = {
        "from": view.origin,
        "to": view.destination,
        "scenario": solution.scenario,
        "year": solution.year,
        "commodity": class_id,
        "unserved_share": view.unserved_share,
        "alternatives": [describe_alternative(view, r) for r in shown],
        "limits": _list_limits(view, shown),
    }
    if view.unserved_share > SHOWN_SHARE:
        cause, remedy = _explain(prepared, view)
        result |= {"cause": cause, "would_open": remedy}
    return result


def _list_limits(view: PairView, shown: Sequence[int]) -> list[dict[str, Any]]:
    """The conditions that let only a share of the cargo choose some of the ways shown."""
    found = view.solution.route_state.availability
    ways: dict[str, list[int]] = {}
    for number, route in enumerate(shown, 1):
        if 0.0 < found.usable[route] < 1.0:
            ways.setdefault(found.limits[found.limited_by[route]], []).append(number)
    usable = {number: float(found.usable[route]) for number, route in enumerate(shown, 1)}
    return [
        {"ways": numbers, "usable_share": usable[numbers[0]], "limited_by": reason}
        for reason, numbers in ways.items()
    ]


def describe_alternative(view: PairView, route: int) -> dict[str, Any]:
    """One route as the JSON of ``landbridge routes`` shows it."""
    s = view.solution
    text = view.words.describe_one(s.routes.get_arcs(route))
    measures = s.route_state.measures[route]
    return {
        "share": float(view.shares[route]),
        "time_h": float(s.time_h[route]),
        "std_h": float(np.sqrt(measures[MEASURES.index("variance_h2")])),
        "length_km": float(measures[MEASURES.index("length_km")]),
        "cost_usd_per_t": float(s.money[route]),
        "generalised_cost_usd_per_t": float(s.equilibrium.cost[route]),
        "co2_kg_per_t": float(measures[MEASURES.index("co2_kg_t")]),
        "cost_parts": {part: float(values[route]) for part, values in s.parts.items()},
        **text,
    }


def solve_query(
    study: Study, scenario: str | None, year: int | None, commodity: str | None, progress: Report | None
) -> tuple[Prepared, Solution, str]:
    """The study made ready, one of its states solved, and the class asked for."""
    settings = study.settings
    name = scenario or settings.reference_scenario
    if name not in settings.scenarios:
        raise UnknownId(name, settings.scenarios, kind="scenario", where=f"study {study.id}")
    when = year if year is not None else settings.scenarios[name].year or settings.base_year
    known = settings.list_known_years()
    if when not in known:
        raise UnknownId(str(when), [str(y) for y in known], kind="year", where=f"study {study.id}")
    prepared = prepare(study, progress)
    class_id = find_class(prepared, commodity)
    return prepared, solve_scenario(prepared, name, when), class_id


def _explain(prepared: Prepared, view: PairView) -> tuple[str, str]:
    s = view.solution
    k, o, d = (int(a[0]) for a in np.nonzero(s.demand))
    gates = s.network.get_arc_gates(prepared.tables)
    return explain(s, prepared.tables, gates, k, o, d)


def explain_why_not(
    study: Study,
    origin: str,
    destination: str,
    *,
    via: str,
    scenario: str | None = None,
    year: int | None = None,
    commodity: str | None = None,
    progress: Report | None = None,
) -> dict[str, Any]:
    """Why a pair does not go by a place: it does after all, it is shut (by what), or it is dearer (by how
    much).

    Raises
    ------
    NoRoute
        If no way joins the three places even with everything open.
    """
    prepared, solution, class_id = solve_query(study, scenario, year, commodity, progress)
    return tell_why_not(prepared, view_pair(prepared, solution, origin, destination, class_id), via)


def tell_why_not(prepared: Prepared, view: PairView, via: str) -> dict[str, Any]:
    """The answer of :func:`explain_why_not` for a pair that is at hand."""
    via = find_place(prepared, via, nodes_only=True)
    s = view.solution
    passes = _list_passing(view, via)
    share = float(view.shares[passes].sum())
    cost = _cost_with_queues(prepared, view)
    usable = passes[s.route_state.availability.usable[passes] > 0.0]
    open_path = _get_cheapest(view, usable)
    if open_path is None:
        open_path = _find_path_via(view, cost, via, only_open=True)
    any_path = open_path if open_path is not None else _get_cheapest(view, passes)
    if any_path is None:
        any_path = _find_path_via(view, cost, via, only_open=False)
    if any_path is None:
        raise NoRoute(
            f"no way from {view.origin} to {view.destination} by {via}, unless by going there and back.",
            where=f"study {prepared.study.id}, {view.class_id}, with everything open",
            mend="name a place on a line or road that the commodity may use.",
        )
    best = int(np.argmax(view.shares)) if view.shares.max(initial=0.0) > 0.0 else None
    passage = view_path(prepared, view, any_path)
    by_via = describe_alternative(passage, 0)
    shut = [] if open_path is not None else _list_shut(prepared, view, any_path)
    verdict = "used" if share >= USED_SHARE else "shut" if open_path is None else "dear"
    result: dict[str, Any] = {
        "from": view.origin,
        "to": view.destination,
        "via": via,
        "scenario": s.scenario,
        "year": s.year,
        "commodity": view.class_id,
        "verdict": verdict,
        "share": share,
        "shut": shut,
        "best_via": {key: value for key, value in by_via.items() if key != "share"},
        "best": describe_alternative(view, best) if best is not None else None,
    }
    availability = passage.solution.route_state.availability
    if 0.0 < availability.usable[0] < 1.0:
        result["usable_share"] = float(availability.usable[0])
        result["limited_by"] = availability.limits[availability.limited_by[0]]
    if best is not None:
        for name, key in (("extra_cost_usd_per_t", "generalised_cost_usd_per_t"), ("extra_time_h", "time_h")):
            result[name] = by_via[key] - result["best"][key]
    return result


def _list_passing(view: PairView, via: str) -> np.ndarray:
    """Routes of a view that pass a place, ashore or on a ship, in their order."""
    network, routes = view.solution.network, view.solution.routes
    here = network.place[network.head] == network.place_ids.index(via)
    found = [r for r in range(routes.n_routes) if here[routes.get_arcs(r)].any()]
    return np.array(found, np.int64)


def _get_cheapest(view: PairView, routes: np.ndarray) -> np.ndarray | None:
    """Arcs of the cheapest of some routes of a view; None if there are none."""
    if not len(routes):
        return None
    best = routes[np.argmin(view.solution.equilibrium.cost[routes])]
    return view.solution.routes.get_arcs(int(best))


def _cost_with_queues(prepared: Prepared, view: PairView) -> np.ndarray:
    """Arc costs (n_arcs) of the view's class with the queues of the equilibrium, USD/t.

    A connector costs more the smaller its share of the zone, as it does where routes are searched.
    """
    s = view.solution
    k = prepared.classes.index[view.class_id]
    table = prepared.build_arc_table(s.state)
    facility = s.state.attributes.facility[prepared.classes.form[k]]
    at = s.equilibrium
    queue = prepared.classes.value_of_time[k] * at.delay_h + at.price_usd_t
    size = np.log(s.state.attributes.share) / prepared.classes.route_scale[k]
    cost: np.ndarray = (
        sum_parts(table)[k] - size + np.where(facility >= 0, np.append(queue, 0.0)[facility], 0.0)
    )
    return cost


def _find_path_via(view: PairView, cost: np.ndarray, via: str, *, only_open: bool) -> np.ndarray | None:
    """Cheapest passage from the pair's origin to its destination by a place.

    None if there is none, or only one that goes there and comes back the same way.
    """
    s = view.solution
    network = s.network
    k, o, d = (int(a[0]) for a in np.nonzero(s.demand))
    allowed = list_usable_arcs(network, s.classes)[k]
    if only_open:
        allowed = allowed & s.state.is_open & ~_list_banned_arcs(view, o, d)
    usable = np.where(allowed, cost, np.inf)
    out_distance, out_arc = _grow(
        network.first, network.order, network.head, usable, int(network.origin_node[o])
    )
    order = np.argsort(network.head, kind="stable").astype(np.int64)
    counts = np.bincount(network.head, minlength=network.n_nodes)
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    back_distance, back_arc = _grow(first, order, network.tail, usable, int(network.destination_node[d]))
    here = np.flatnonzero(network.place == network.place_ids.index(via))
    total = out_distance[here] + back_distance[here]
    if not len(here) or not np.isfinite(total.min()):
        return None
    node = int(here[np.argmin(total)])
    before, after = [], []
    at = node
    while out_arc[at] >= 0:
        before.append(int(out_arc[at]))
        at = int(network.tail[out_arc[at]])
    at = node
    while back_arc[at] >= 0:
        after.append(int(back_arc[at]))
        at = int(network.head[back_arc[at]])
    path = np.array(before[::-1] + after, np.int64)
    places = view.words.describe_one(path)["nodes"]
    return path if len(set(places)) == len(places) else None


def _grow(
    first: np.ndarray, order: np.ndarray, head: np.ndarray, cost: np.ndarray, source: int
) -> tuple[np.ndarray, np.ndarray]:
    n = len(first) - 1
    distance, predecessor = np.empty(n), np.empty(n, np.int64)
    keys, nodes = np.empty(len(cost) + 1), np.empty(len(cost) + 1, np.int64)
    grow_tree(first, head, order, cost, source, distance, predecessor, keys, nodes)
    return distance, predecessor


def _list_banned_arcs(view: PairView, o: int, d: int) -> np.ndarray:
    s = view.solution
    banned = np.zeros(s.network.n_arcs, bool)
    ends = s.network.zone_countries[o], s.network.zone_countries[d]
    for rule in s.state.rules:
        if rule.share <= 0.0 and rule.concerns(*ends):
            inside = s.network.list_nodes_in([rule.state])
            banned |= inside[s.network.tail] | inside[s.network.head]
    return banned


def _list_shut(prepared: Prepared, view: PairView, path: np.ndarray) -> list[dict[str, Any]]:
    """What shuts a path: links with the gates that are missing and their sources, and bans of transit."""
    s = view.solution
    gates = s.network.get_arc_gates(prepared.tables)
    states = prepared.scenarios[s.scenario].gates
    found: dict[str, dict[str, Any]] = {}
    links = prepared.tables["links"]
    for arc in path:
        if s.state.is_open[arc]:
            continue
        element = (
            str(links["id"][s.network.link_row[arc]])
            if s.network.link_row[arc] >= 0
            else s.network.element[arc]
        )
        missing = [g for g in gates[arc] if states[g].share <= 0.0]
        for gate in missing:
            row = prepared.tables["gates"].row(gate)
            unmet = [g for g in row["requires"] if states[g].share < 1.0]
            entry = found.setdefault(
                gate,
                {
                    "gate": gate,
                    "title": states[gate].title,
                    "state": states[gate].reason,
                    "elements": [],
                    "missing": unmet,
                    "sources": list(states[gate].source),
                },
            )
            entry["elements"] = list(dict.fromkeys([*entry["elements"], element]))
        if not missing:
            found.setdefault(
                element, {"gate": "", "title": element, "state": "not operating", "elements": [element]}
            )
    _, o, d = (int(a[0]) for a in np.nonzero(s.demand))
    ends = s.network.zone_countries[o], s.network.zone_countries[d]
    crossed = set(view.words.describe_one(path)["countries"])
    for rule in s.state.rules:
        if rule.share <= 0.0 and rule.state in crossed and rule.concerns(*ends):
            found[rule.id] = {
                "gate": "",
                "title": rule.reason,
                "state": "banned",
                "elements": [f"transit of {rule.state}"],
            }
    return list(found.values())
