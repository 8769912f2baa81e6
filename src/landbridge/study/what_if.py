"""What-ifs: a scenario with gates, links, borders, ports, transit or trade of states opened or shut by hand,
solved from its neighbour.

A what-if is solved over the routes that the scenarios of the study share, so that it can be held against
them; where it shuts something, pairs that lose a way get the best of each mode that are left, as in
:mod:`landbridge.study.closures`. What is shut gets a gate of its own that is not met: whatever tells why a
way is shut tells of it too.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from landbridge.assignment.availability import Availability, list_concerned
from landbridge.assignment.costs import MEASURES, sum_parts
from landbridge.assignment.detours import Detours, find_detours, weigh_detours
from landbridge.assignment.loading import RouteState, evaluate_routes, plant_tree
from landbridge.assignment.routes import RouteSet
from landbridge.errors import Fault
from landbridge.indicators.solution import Solution
from landbridge.network import Arc, LinkState, Network, TransitRule
from landbridge.process import GateState, fix_gate, open_gates
from landbridge.study.closures import LEAST_LOST
from landbridge.study.elastic import solve_problem
from landbridge.study.prepare import Prepared
from landbridge.study.scenarios import (
    ResolvedScenario,
    _add_row,
    _with_columns,
    find_date,
    list_rules,
)
from landbridge.study.settings import Change, WhatIf
from landbridge.study.what_if_check import UNFIT, list_change_faults, list_post
from landbridge.tables import Table

UNNAMED = "what-if"
"""Name under which a what-if that nobody saved stands among the scenarios."""


@dataclass(frozen=True)
class Variant:
    """A study in which a what-if is one of the scenarios, over routes with its ways round.

    ``old`` (n_routes): position of each route in the set without them, -1 for a way round.
    """

    prepared: Prepared
    name: str
    old: np.ndarray


def list_final(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Changes in the order in which they are made: the last one of each thing, openings first.

    As in a scenario, what is opened, in full or to a share, is opened with all that it requires, and then
    what is shut is shut.
    """
    last = {(change.kind, change.id): change for change in changes}
    return tuple(sorted(last.values(), key=lambda c: (c.to != "open", c.kind, c.id)))


def make_id(what_if: WhatIf) -> str:
    """Id of a what-if by its content: the scenario that it starts from and what it changes."""
    changes = [change.model_dump(mode="json") for change in list_final(what_if.changes)]
    content = json.dumps([what_if.base, changes], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:20]


def keep_shipping(prepared: Prepared) -> Prepared:
    """A study with the routes of pairs and classes that ship anything; growth never makes demand where there
    was none.
    """
    r = prepared.routes
    has_demand = prepared.demand.t_year[r.group_class, r.group_origin, r.group_destination] > 0.0
    return replace(prepared, routes=r.keep_groups(has_demand), trees={}, bearings={}, responses={})


def add_what_if(prepared: Prepared, name: str, what_if: WhatIf) -> Prepared:
    """A study with a what-if among its scenarios, over the same routes.

    Raises
    ------
    UnknownId
        If the base scenario is not one of the study.
    """
    base = prepared.scenarios[what_if.base]
    final = list_final(what_if.changes)
    tables = prepared.study.tables
    opened = [
        gate
        for c in final
        for gate in _list_gates(prepared, c)
        if c.to == "open" or base.gates[gate].share < c.allowed
    ]
    gates = open_gates(base.gates, tables["gates"], dict.fromkeys(opened))
    reopened = {c.id for c in final if c.kind == "state" and c.to == "open"}
    trades = {c.id: c.to for c in final if c.kind == "trade"}
    closed = [rule.state for rule in base.rules if rule.id == f"closed-{rule.state}"]
    closed = [state for state in closed if state not in reopened]
    added: list[dict[str, Any]] = []
    on_links: dict[int, list[str]] = {}
    on_terminals: dict[int, list[str]] = {}
    limited: list[TransitRule] = []
    for change in final:
        if change.to == "open" or change.kind == "trade":
            continue
        share = change.allowed
        words = "shut by the what-if" if share <= 0.0 else f"set to {share:.0%} of normal by the what-if"
        if change.kind == "gate":
            gates[change.id] = fix_gate(gates[change.id], share, words)
        elif change.kind == "state":
            reason = f"transit through {change.id} is {'closed' if share <= 0.0 else words}"
            limited.append(TransitRule(f"closed-{change.id}", change.id, (), share, 0.0, (), reason))
            closed = [state for state in closed if state != change.id]
        else:
            own = f"{UNNAMED}-{change.kind}-{change.id}"
            title = f"{change.kind} {change.id} can be used"
            added.append({"id": own, "title": title, "kind": "operational", "basis": "assumption"})
            gates[own] = GateState(own, title, share, words, ())
            links, terminals = find_elements(prepared.network, prepared.tables, change)
            for row in links:
                on_links.setdefault(row, []).append(own)
            for row in terminals:
                on_terminals.setdefault(row, []).append(own)
    changed = _change_tables(tables, added, on_links, on_terminals)
    drawn = _change_tables(prepared.tables, added, on_links, on_terminals)
    study = replace(prepared.study, tables=MappingProxyType(changed))
    vars(study)["recorded"] = prepared.study.recorded
    rules = list_rules(changed, gates, closed, find_date(prepared.study, what_if.base))
    resolved = ResolvedScenario(
        id=name,
        title=what_if.title,
        gates=gates,
        rules=(*limited, *rules),
        trade_closed=tuple(
            state for state in sorted({*base.trade_closed, *trades}) if trades.get(state) != "open"
        ),
        measures=base.measures,
    )
    elsewhere = {row["id"]: _make_open(row) for row in added}
    scenarios = {
        key: replace(scenario, gates={**scenario.gates, **elsewhere})
        for key, scenario in prepared.scenarios.items()
    }
    scenarios[name] = resolved
    return replace(prepared, study=study, tables=drawn, scenarios=scenarios)


def _make_open(row: Mapping[str, Any]) -> GateState:
    return GateState(row["id"], row["title"], 1.0, "nothing is changed here", ())


def _list_gates(prepared: Prepared, change: Change) -> list[str]:
    """Gates that must be open for a thing to be open."""
    if change.kind == "gate":
        return [change.id]
    if change.kind in ("state", "trade"):
        return []
    links, terminals = find_elements(prepared.network, prepared.tables, change)
    found = [g for row in links for g in prepared.tables["links"]["gates"][row]]
    return [*found, *(g for row in terminals for g in prepared.tables["terminals"]["gates"][row])]


def find_elements(
    network: Network, tables: Mapping[str, Table], change: Change
) -> tuple[list[int], list[int]]:
    """Rows of ``links`` and of ``terminals`` that stand for a link, a border or a port.

    A border is the crossing at its place by its mode between its two states, in both directions; a port the
    handling at its quays and the ferries that end there. A ship that only passes is not stopped.
    """
    if change.kind == "link":
        return [tables["links"].index[change.id]], []
    if change.kind == "border":
        rows = list_post(tables["borders"], change.id)
        over = np.isin(network.border_row, rows) & (network.kind == Arc.BORDER)
        return sorted({int(row) for row in network.link_row[over]}), []
    terminals = tables["terminals"]
    quays = [
        row
        for row in range(len(terminals))
        if terminals["node"][row] == change.id and terminals["kind"][row] == "seaport"
    ]
    place = network.place_ids.index(change.id)
    here = (network.place[network.tail] == place) | (network.place[network.head] == place)
    ferries = (network.kind == Arc.FERRY) & here
    return sorted({int(row) for row in network.link_row[ferries]}), quays


def list_network_faults(prepared: Prepared, changes: Sequence[Change], file: str = "changes") -> list[Fault]:
    """Faults of changes that need the network: what stands for nothing, or what nothing would open."""
    faults = list_change_faults(prepared.study.tables, changes, file)
    if faults:
        return faults
    for number, change in enumerate(changes):
        if change.kind in ("gate", "state", "trade"):
            continue
        fault = _try(prepared.network, prepared.tables, change)
        if fault is not None:
            what, mend = fault
            faults.append(Fault(UNFIT, what, file, column=f"changes.{number}.id", value=change.id, mend=mend))
    return faults


def _try(network: Network, tables: Mapping[str, Table], change: Change) -> tuple[str, str] | None:
    """What is wrong with one change, and the mend."""
    rows, terminals = find_elements(network, tables, change)
    if not rows and not terminals:
        if change.kind == "border":
            return (
                f"no link crosses the border {change.id}.",
                "shut the port or the link that it stands at.",
            )
        return f"{change.id} is no port: it has no quay and no ferry.", "name a node with a seaport."
    links = tables["links"]
    dead = [
        str(links["id"][row])
        for row in rows
        if change.to != "shut" and not links["gates"][row] and links["status"][row] != "operating"
    ]
    if dead:
        return (
            f"nothing says what would open {', '.join(dead)}.",
            "give the link a gate in tables/links.csv, in a copy of the study.",
        )
    return None


def _change_tables(
    tables: Mapping[str, Table],
    added: Sequence[Mapping[str, Any]],
    on_links: Mapping[int, Sequence[str]],
    on_terminals: Mapping[int, Sequence[str]],
) -> dict[str, Table]:
    """Tables with gates of their own for what is shut."""
    result = dict(tables)
    for gate in added:
        result["gates"] = _add_row(result["gates"], gate)
    for name, marks in (("links", on_links), ("terminals", on_terminals)):
        gates = result[name]["gates"].copy()
        for row, own in marks.items():
            gates[row] = (*gates[row], *own)
        result[name] = _with_columns(result[name], {"gates": gates})
    return result


def find_trial(prepared: Prepared, base: Solution) -> Change | None:
    """The link with least cargo that somebody cannot do without: shutting it takes all that a what-if may.

    Solved once behind the scenes it loads what is compiled and sorted once. None where nothing moves.
    """
    routes, flow = prepared.routes, base.equilibrium.flow
    if not flow.any():
        return None
    first, on_row = routes.group_first[:-1], prepared.network.link_row
    rows = on_row[routes.arcs]
    weights = np.repeat(flow, np.diff(routes.start))
    links = prepared.tables["links"]
    carried = np.bincount(rows[rows >= 0], weights[rows >= 0], len(links))
    least_lost = LEAST_LOST * np.add.reduceat(flow, first)
    for row in np.argsort(carried, kind="stable")[np.count_nonzero(carried <= 0.0) :]:
        lost = np.where(routes.paths.any_of(on_row == row), flow, 0.0)
        if (np.add.reduceat(lost, first) > least_lost).any():
            return Change(kind="link", id=str(links["id"][row]), to="shut")
    return None


def solve_what_if(
    prepared: Prepared, what_if: WhatIf, base: Solution, name: str = UNNAMED
) -> tuple[Variant, Solution]:
    """Equilibrium of a what-if from that of its base scenario in the same year.

    ``base`` is solved over the routes of ``prepared``. The solution's scenario is ``name``, one of those of
    the variant.
    """
    own = add_what_if(prepared, name, what_if)
    state = own.build_state(name, base.year)
    demand = own.build_demand(base.year).t_year
    variant, route_state = _find_ways(own, name, state, base)
    problem = variant.prepared.build_problem(state, demand, route_state)
    start = _carry_over(base, state)
    solved = solve_problem(variant.prepared, problem, demand, name, base.year, start=start)
    solution = Solution(
        name,
        base.year,
        own.network,
        state,
        own.classes,
        variant.prepared.routes,
        route_state,
        solved.segments,
        solved.demand,
        solved.equilibrium,
        solved.answer,
    )
    return variant, solution


def _carry_over(base: Solution, state: LinkState) -> np.ndarray:
    """Flows of the base by facility of another state, which may have others."""
    if base.state.facilities.ids == state.facilities.ids:
        return base.equilibrium.load
    known = dict(zip(base.state.facilities.ids, base.equilibrium.load, strict=True))
    return np.array([known.get(name, 0.0) for name in state.facilities.ids])


def _find_ways(own: Prepared, name: str, state: LinkState, base: Solution) -> tuple[Variant, RouteState]:
    """The routes of a what-if in its state: those of the study, and ways round what it shuts."""
    routes = own.routes
    everything = np.arange(routes.n_routes)
    wanted = _list_losers(own, state, base)
    arc_table = own.build_arc_table(state)
    found = None
    if wanted.any() and not _is_known(own, name):
        found = find_detours(
            own.network,
            state,
            sum_parts(arc_table),
            arc_table[:, :, MEASURES.index("time_h")],
            own.classes,
            routes,
            [np.zeros(own.network.n_arcs, bool)],
            [wanted],
            allow_reentry=own.study.settings.model.allow_reentry,
        )
    if found is None or not found.is_detour.any():
        tree = own.get_tree(state)
        at = evaluate_routes(own.network, state, routes, own.classes, arc_table, tree)
        return Variant(own, name, everything), at
    return _add_detours(own, name, state, base, found, arc_table)


def _add_detours(
    own: Prepared, name: str, state: LinkState, base: Solution, found: Detours, arc_table: np.ndarray
) -> tuple[Variant, RouteState]:
    routes = found.routes
    # The tree of the former routes stands in until it is known which detours are needed.
    at = evaluate_routes(own.network, state, routes, own.classes, arc_table, base.route_state.tree)
    usable = at.availability.usable
    before = np.where(found.is_detour, 0.0, base.route_state.availability.usable[found.old])
    theta = routes.measure_scales(own.classes)[0][routes.route_group]
    shares, weight = weigh_detours(found, theta, at.base_cost, before, usable)
    keep = ~found.is_detour | (shares > 0.0)
    kept = _keep_routes(routes, keep, weight)
    tree = plant_tree(state, kept, own.classes)
    availability = _slice(at.availability, Availability, keep)
    own_state = RouteState(at.measures[keep], at.reliability[keep], at.base_cost[keep], availability, tree)
    captive = _free_captives(own.captive, kept, found.is_detour[keep])
    trees = {state.attributes.facility.tobytes(): tree}
    prepared = replace(own, routes=kept, captive=captive, trees=trees)
    return Variant(prepared, name, found.old[keep]), own_state


def _slice(value: Any, kind: type[Any], keep: np.ndarray) -> Any:
    """A record of arrays by route with some of the routes."""
    parts = {f.name: getattr(value, f.name) for f in fields(kind)}
    return kind(**{k: v[keep] if isinstance(v, np.ndarray) else v for k, v in parts.items()})


def _keep_routes(routes: RouteSet, keep: np.ndarray, log_weight: np.ndarray) -> RouteSet:
    """Some routes of a set, at least one of each group, with other weights."""
    lengths = np.diff(routes.start)
    counts = np.bincount(routes.route_group[keep], minlength=len(routes.group_class))
    return replace(
        routes,
        group_first=np.concatenate(([0], np.cumsum(counts))),
        start=np.concatenate(([0], np.cumsum(lengths[keep]))),
        arcs=routes.arcs[np.repeat(keep, lengths)],
        nest=routes.nest[keep],
        log_weight=log_weight[keep],
    )


def _free_captives(captive: np.ndarray, routes: RouteSet, is_detour: np.ndarray) -> np.ndarray:
    """Captive shares without those of modes that only detours serve: such cargo chooses freely, as before."""
    served = np.zeros((len(routes.group_class), captive.shape[3]), bool)
    served[routes.route_group[~is_detour], routes.nest[~is_detour]] = True
    result = captive.copy()
    g = (routes.group_class, routes.group_origin, routes.group_destination)
    result[g] = np.where(served, captive[g], 0.0)
    return result


def _list_losers(own: Prepared, state: LinkState, base: Solution) -> np.ndarray:
    """Groups (n_groups) that lose routes on which a fair part of their cargo goes in the base."""
    paths = own.routes.paths
    lost = paths.any_of(base.state.is_open & ~state.is_open)
    banned = {rule.id for rule in base.state.rules if rule.share <= 0.0}
    fresh = [rule for rule in state.rules if rule.share <= 0.0 and rule.id not in banned]
    for concerned in list_concerned(own.network, fresh, own.classes.ids, paths):
        lost |= concerned
    first = own.routes.group_first[:-1]
    flow = np.add.reduceat(base.equilibrium.flow, first)
    gone = np.add.reduceat(np.where(lost, base.equilibrium.flow, 0.0), first)
    wanted: np.ndarray = (flow > 0.0) & (gone > LEAST_LOST * flow)
    return wanted


def _is_known(own: Prepared, name: str) -> bool:
    """Whether a scenario of the study stands as the what-if does: its routes were sought with the others."""

    def stands(scenario: ResolvedScenario) -> tuple[Any, ...]:
        shares = tuple(sorted((gate, state.share) for gate, state in scenario.gates.items()))
        rules = {replace(rule, reason="") for rule in scenario.rules}
        return shares, frozenset(rules), scenario.trade_closed, scenario.measures

    asked = stands(own.scenarios[name])
    return any(stands(s) == asked for key, s in own.scenarios.items() if key != name)
