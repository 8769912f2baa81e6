"""Demand that answers to cost, as switchable layers of a study, both against the reference scenario.

``elastic``: each pair and class by itself, inside the equilibrium
(:mod:`landbridge.assignment.elastic_sue`). ``gravity``: the values traded between zones and what each buys
from itself, with incomes that follow (:mod:`landbridge.demand.hat_algebra`), solved in turn with the network
until both stand.
"""

import copy
import warnings
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from landbridge.assignment.elastic_sue import (
    DemandResponse,
    ElasticProblem,
    integrate_demand,
    measure_inclusive,
    solve_elastic,
)
from landbridge.assignment.sue import Equilibrium, Problem, Segments, solve
from landbridge.demand.hat_algebra import Hats, close_trade, solve_hats
from landbridge.errors import NotConverged
from landbridge.indicators.solution import Answer
from landbridge.study.prepare import Prepared

STANDS = 1e-6
"""Trade stands when no pair's value still moves by more than this share, weighed by value."""
MOST_ROUNDS = 30
_LOCK = Lock()


@dataclass(frozen=True)
class Solved:
    """An equilibrium with the demand that belongs to it: ``demand`` (n_classes, n_zones, n_zones), t/year."""

    equilibrium: Equilibrium
    segments: Segments
    demand: np.ndarray
    answer: Answer | None


def solve_problem(
    prepared: Prepared,
    problem: Problem,
    demand: np.ndarray,
    scenario: str,
    year: int,
    *,
    start: np.ndarray | None = None,
) -> Solved:
    """Solve a problem with fixed demand, or with demand that answers to cost if the scenario says so."""
    layer = prepared.study.settings.find_layer(scenario)
    if layer == "fixed":
        at = solve(problem, start=start)
        return Solved(at, problem.segments, demand, None)
    response = find_response(prepared, year)
    if layer == "gravity":
        return _solve_gravity(prepared, problem, demand, year, response, start)
    elastic = ElasticProblem(problem, response)
    at = solve_elastic(elastic, start=start)
    r = prepared.routes
    g = (r.group_class, r.group_origin, r.group_destination)
    answered = demand.copy()
    answered[g] *= elastic.demand_factor
    before, after = response.reference, elastic.arrival_cost
    gained = integrate_demand(demand[g], before, after, before, response.elasticity)
    return Solved(
        at, elastic.segments, answered, Answer(demand, before, after, np.nan_to_num(gained), np.zeros(0))
    )


def find_response(prepared: Prepared, year: int) -> DemandResponse:
    """How demand of a year answers: its reference is the equilibrium of the reference scenario."""
    elasticity = prepared.study.settings.model.trade_elasticity
    key = f"{year} {elasticity!r}"
    with _LOCK:
        if key not in prepared.responses:
            state = prepared.build_state(prepared.study.settings.reference_scenario, year)
            problem = prepared.build_problem(state, prepared.build_demand(year).t_year)
            at = solve(problem)
            cost = measure_inclusive(problem.segments, at.logsum, problem.choke, problem.bears)
            value = _list_values(prepared)[prepared.routes.group_class]
            prepared.responses[key] = DemandResponse(np.full(len(cost), elasticity), value + cost, value)
        return prepared.responses[key]


def _list_values(prepared: Prepared) -> np.ndarray:
    """Value of a tonne of each class, USD/t."""
    return np.asarray(prepared.tables["classes"]["unit_value_usd_t"], float)


def build_trade(prepared: Prepared, demand: np.ndarray) -> np.ndarray:
    """Value of trade from zone to zone with what each buys from itself, USD/year (n_zones, n_zones).

    Output is the zone's GDP, grown as its trade has since the base year.
    """
    worth = _list_values(prepared)
    values, base = (np.tensordot(worth, t, axes=1) for t in (demand, prepared.demand.t_year))
    zones = prepared.tables["zones"]
    place = [zones.index[zone] for zone in prepared.network.zones]
    gdp = 1e9 * np.asarray(zones["gdp_busd"], float)[place]
    traded, traded_before = (v.sum(axis=0) + v.sum(axis=1) for v in (values, base))
    growth = np.divide(traded, traded_before, out=np.ones(len(gdp)), where=traded_before > 0.0)
    return close_trade(values, np.nan_to_num(gdp) * growth)[0]


def _solve_gravity(
    prepared: Prepared,
    problem: Problem,
    demand: np.ndarray,
    year: int,
    response: DemandResponse,
    start: np.ndarray | None,
) -> Solved:
    """Trade and network in turn, each from the other's last, with the geometric mean of two rounds."""
    r, worth = prepared.routes, _list_values(prepared)
    g = (r.group_class, r.group_origin, r.group_destination)
    trade = build_trade(prepared, demand)
    values = np.tensordot(worth, demand, axes=1)
    factor, load = np.ones(trade.shape), start
    scaled = copy.copy(problem)
    for last in reversed(range(MOST_ROUNDS)):
        by_group = factor[r.group_origin, r.group_destination]
        s = problem.segments
        scaled.segments = replace(s, demand_t_year=s.demand_t_year * by_group[s.group])
        at = solve(scaled, start=load)
        load = at.load
        cost = response.value + measure_inclusive(s, at.logsum, problem.choke, problem.bears)
        ratio = np.ones(demand.shape)
        ratio[g] = np.where(np.isnan(response.reference), 1.0, cost / response.reference)
        dearer = np.divide(
            np.einsum("k,kij,kij->ij", worth, demand, ratio),
            values,
            out=np.ones(values.shape),
            where=values > 0.0,
        )
        np.fill_diagonal(dearer, 1.0)
        hats = solve_hats(trade, dearer, float(response.elasticity[0]))
        # What is traded is worth more where wages rise: tonnes change by less than values.
        wanted = hats.trade / hats.wage[:, None]
        moved = np.abs(wanted / factor - 1.0)
        if (moved * values).sum() <= STANDS * values.sum():
            break
        if last:
            factor = np.sqrt(factor * wanted)
    else:
        unsettled = NotConverged(
            f"trade and network still move after {MOST_ROUNDS} rounds.",
            where=f"study {prepared.study.id}, {year}",
            mend="take a lower trade_elasticity, or the layer elastic.",
        )
        warnings.warn(unsettled, stacklevel=2)
    return _close_gravity(scaled, at, demand, factor, response, cost, hats, g)


def _close_gravity(
    problem: Problem,
    at: Equilibrium,
    demand: np.ndarray,
    factor: np.ndarray,
    response: DemandResponse,
    cost: np.ndarray,
    hats: Hats,
    groups: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> Solved:
    """What trade and network came to; shippers' surplus by the rule of half on inclusive costs."""
    answered = demand * factor
    gained = 0.5 * (demand + answered)[groups] * (response.reference - cost)
    return Solved(
        at,
        problem.segments,
        answered,
        Answer(demand, response.reference, cost, np.nan_to_num(gained), hats.welfare),
    )
