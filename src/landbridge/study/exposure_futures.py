"""How surely trade passes a state: shares of each zone's tonnes over futures and over draws of parameters.

A scenario says what it opens, shuts or slows; futures say what becomes of everything else. So the same
futures are drawn for all scenarios, the gates that a scenario sets stay as it sets them, and two scenarios
are held against each other future by future. Draws of parameters are shared in the same way.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from landbridge.assignment.routes import RouteSet
from landbridge.assignment.sue import Problem, solve
from landbridge.assignment.together import solve_together
from landbridge.indicators.elements import Elements, find_passages
from landbridge.indicators.flows import Columns
from landbridge.indicators.futures_summary import summarise_futures
from landbridge.study.closures import build_elements
from landbridge.study.future_states import cut_chunks, read_gate_shares
from landbridge.study.futures import sample_study
from landbridge.study.prepare import Prepared, Progress, Report
from landbridge.study.states import StateFamily

if TYPE_CHECKING:
    from landbridge.process.sampling import Futures

MOST_FUTURES = 128
"""Futures in which every scenario is solved, at most: enough for the middle nine tenths."""
LEAST_TOLD = 0.005
"""Shares that stay below this in nineteen of twenty futures of every scenario are not told."""
WORKERS = 2
QUANTILES = ("mean", "q05", "q50", "q95")


class StateShares:
    """Shares by weight of each zone's trade through each state, from route flows; what hangs on the routes
    alone is worked out once.
    """

    def __init__(self, prepared: Prepared, routes: RouteSet, elements: Elements | None = None) -> None:
        elements = elements or build_elements(prepared)
        passages = find_passages(prepared.network, routes, elements)
        states = elements.list_kind("state")
        self.zones = prepared.network.zones
        self.states = tuple(elements.id[e] for e in states)
        column = np.full(len(elements), -1)
        column[states] = np.arange(len(states))
        told = column[passages.items] >= 0
        self._route = passages.route[told]
        group = routes.route_group
        self._ends = routes.group_origin[group], routes.group_destination[group]
        of_item = column[passages.items[told]]
        self._keys = [end[self._route] * len(states) + of_item for end in self._ends]

    def take(self, flow: np.ndarray) -> np.ndarray:
        """Shares (n_zones, n_states) of flows by route, t/year, as in
        :attr:`landbridge.indicators.exposure.Exposure.share_tonnes`; NaN for a zone without trade that moves.
        """
        shape = len(self.zones), len(self.states)
        weight = flow[self._route]
        passing = sum(np.bincount(key, weight, shape[0] * shape[1]) for key in self._keys)
        whole = sum(np.bincount(end, flow, shape[0]) for end in self._ends)
        found = np.full(shape, np.nan)
        moves = np.asarray(whole) > 0.0
        found[moves] = np.asarray(passing).reshape(shape)[moves] / np.asarray(whole)[moves, None]
        return found


def list_held_gates(prepared: Prepared, scenario: str) -> list[str]:
    """Gates that a scenario sets by name, and those that these require: futures leave them as it does."""
    settings = prepared.study.settings
    chain = [settings.scenarios[name] for name in settings.lineage(scenario)]
    named = {gate for s in chain for gate in (*s.open, *s.shut, *s.degrade)}
    own = prepared.scenarios[scenario].gates
    reference = prepared.scenarios[settings.reference_scenario].gates
    return [gate for gate, state in own.items() if gate in named or state.share != reference[gate].share]


def read_held_shares(family: StateFamily, futures: "Futures", year: int) -> np.ndarray:
    """Share that each gate allows at the end of a year in each future (n_futures, n_gates), those that the
    scenario of the family sets as it sets them.
    """
    shares = read_gate_shares(family, futures, year)
    for gate in list_held_gates(family.prepared, family.scenario.id):
        shares[:, family.gates.index(gate)] = family.scenario.gates[gate].share
    return shares


def list_spread_scenarios(prepared: Prepared, names: Sequence[str]) -> list[str]:
    """Scenarios of a run that futures can be drawn for: not the base, nor one that casts back to a year."""
    settings = prepared.study.settings
    base = next(iter(settings.scenarios))
    return [
        name
        for name in names
        if name in settings.scenarios
        and settings.scenarios[name].year is None
        and (name != base or name == settings.reference_scenario)
    ]


def spread_exposure(
    prepared: Prepared,
    names: Sequence[str],
    year: int,
    n: int,
    *,
    seed: int | None = None,
    report: Report | None = None,
) -> Columns:
    """Table ``exposure_futures``: the spread of shares through states over at most :data:`MOST_FUTURES` of
    ``n`` futures, for each scenario of ``names`` in a year after the record.
    """
    n = min(n, MOST_FUTURES)
    futures = sample_study(prepared.study, n, seed=seed)
    wanted = list_spread_scenarios(prepared, names)
    elements = build_elements(prepared)
    done = [0]

    def work(name: str) -> tuple[np.ndarray, float]:
        found = _solve(prepared, elements, name, year, futures)
        done[0] += 1
        if report is not None:
            report(Progress("spread", done[0], len(wanted), f"{name} in {n} futures"))
        return found

    if report is not None:
        report(Progress("spread", 0, len(wanted), f"scenarios in {n} futures"))
    with ThreadPoolExecutor(WORKERS) as pool:
        found = dict(zip(wanted, pool.map(work, wanted), strict=True))
    states = tuple(elements.id[e] for e in elements.list_kind("state"))
    return tabulate_spread(
        {name: values for name, (values, _) in found.items()},
        prepared.study.settings.reference_scenario,
        year,
        prepared.network.zones,
        states,
        residual={name: residual for name, (_, residual) in found.items()},
        weights=futures.weights,
    )


def _solve(
    prepared: Prepared, elements: Elements, name: str, year: int, futures: "Futures"
) -> tuple[np.ndarray, float]:
    """Shares in each future (n_futures, n_zones, n_states), and the worst residual."""
    family = StateFamily(prepared, name)
    demand = prepared.build_demand(year).t_year
    shares = read_held_shares(family, futures, year)
    first, state_of = family.group(shares)
    points = shares[first]
    order = np.concatenate(cut_chunks(points))
    own = family.read_shares({gate: state.share for gate, state in family.scenario.gates.items()})
    start = solve(family.build_problem(year, own, demand)).load
    taker = StateShares(prepared, family.routes, elements)
    values = np.empty((len(first), len(taker.zones), len(taker.states)))
    worst = 0.0
    for rows, variants in family.build_variants(year, points[order], demand):
        states = order[rows]

        def build_alone(state: int, states: np.ndarray = states) -> Problem:
            return family.build_problem(year, points[states[state]], demand)

        for state, _, at, _ in solve_together(variants, points[states], start, build_alone):
            values[states[state]] = taker.take(at.flow)
            worst = max(worst, at.residual)
    return values[state_of], worst


def tabulate_spread(
    values: Mapping[str, np.ndarray],
    reference: str,
    year: int,
    zones: Sequence[str],
    states: Sequence[str],
    *,
    residual: Mapping[str, float],
    weights: np.ndarray | None = None,
) -> Columns:
    """Quantiles of shares (n_draws, n_zones, n_states) of each scenario, and of what they differ from the
    reference, draw by draw (``change_*``; NaN if there is no reference among them).

    Both are over the draws in which trade of the zone moves at all; ``without_value`` is the share of the
    others.
    """
    columns = ["scenario", "year", "zone", "state", "draws", "residual", "without_value"]
    rows: Columns = {name: [] for name in (*columns, *QUANTILES, *(f"change_{q}" for q in QUANTILES))}
    base = values.get(reference)
    keys = [f"{zone} {state}" for zone in zones for state in states]

    def sum_up(drawn: np.ndarray) -> Columns:
        flat = drawn.reshape(len(drawn), -1)
        return summarise_futures(np.arange(len(flat))[:, None], flat, keys, [year], weights=weights)

    found = {name: sum_up(drawn) for name, drawn in values.items()}
    changes = {} if base is None else {name: sum_up(drawn - base) for name, drawn in values.items()}
    told = np.zeros(len(keys), bool)
    for quantiles in found.values():
        told |= np.nan_to_num(quantiles["q95"]) >= LEAST_TOLD
    unknown = dict.fromkeys(QUANTILES, np.full(len(keys), np.nan))
    for name, drawn in values.items():
        for i in np.flatnonzero(told).tolist():
            row = {"scenario": name, "year": year, "zone": zones[i // len(states)]}
            row |= {"state": states[i % len(states)], "draws": len(drawn), "residual": residual[name]}
            row |= {q: float(found[name][q][i]) for q in (*QUANTILES, "without_value")}
            row |= {f"change_{q}": float(changes.get(name, unknown)[q][i]) for q in QUANTILES}
            for key, value in row.items():
                rows[key].append(value)
    texts = ("scenario", "zone", "state")
    return {key: column if key in texts else np.array(column) for key, column in rows.items()}
