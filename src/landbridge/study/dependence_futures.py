"""How dependence spreads over futures: shares and losses of a zone in every network state they reach."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.assignment.detours import Detours, weigh_detours
from landbridge.assignment.sue import Equilibrium, Problem
from landbridge.assignment.warm import Neighbour, solve_near
from landbridge.errors import FuturesRefused
from landbridge.indicators.dependence import measure_loss
from landbridge.indicators.exposure import measure_exposure
from landbridge.indicators.futures_summary import summarise_futures
from landbridge.study.closures import ClosureModel, OpenState
from landbridge.study.exposure_futures import read_held_shares
from landbridge.study.folder import Study
from landbridge.study.future_run import list_future_years
from landbridge.study.futures import sample_study
from landbridge.study.prepare import Prepared, Progress, Report
from landbridge.study.states import StateFamily
from landbridge.study.workers import THREADS, Workers

if TYPE_CHECKING:
    from landbridge.study.dependence import Dependence

MOST_CLOSED = 6
"""States that are closed in every future: those on which the zone hangs most in the reference scenario."""
MEASURES = ("share_tonnes", "share_value", "loss_if_closed_usd_year", "unserved_if_closed_t_year")


@dataclass(frozen=True)
class DependenceSpread:
    """Spread over futures of what a zone hangs on: a row for each state and measure, with quantiles."""

    year: int
    n_futures: int
    n_states: int
    worst_residual: float
    rows: tuple[dict[str, Any], ...]


def choose_states(found: "Dependence", zone: str) -> list[int]:
    """Elements of the states on which a zone hangs most, by tonnes that pass and by what closing costs."""
    z = found.zones.index(zone)
    states = found.elements.list_kind("state")
    share = np.nan_to_num(found.exposure.share_tonnes[z])
    by_share = sorted(states.tolist(), key=lambda e: -share[e])[:MOST_CLOSED]
    return [e for e in by_share if share[e] > 0.0]


def check_future_year(study: Study, year: int) -> None:
    """Refuse a year of which no futures can be drawn.

    Raises
    ------
    FuturesRefused
        If the year is not after the day of the record.
    """
    years = list_future_years(study)
    if year not in years:
        what = f"futures begin after the record: {year} has none."
        mend = f"name one of {', '.join(map(str, years))}." if years else "add later years to study.yaml."
        raise FuturesRefused(what, where=f"study {study.id}", mend=mend)


def spread_dependence(
    prepared: Prepared,
    found: "Dependence",
    zone: str,
    n: int,
    *,
    seed: int | None = None,
    workers: Workers = THREADS,
    progress: Report | None = None,
) -> DependenceSpread:
    """Solve each state of the network that ``n`` futures reach in a year, open and with states closed; gates
    that the scenario sets stay as it sets them.

    Raises
    ------
    FuturesRefused
        If the year is not after the day of the record, or ``n`` cannot be drawn.
    """
    check_future_year(prepared.study, found.year)
    elements = choose_states(found, zone)
    base = OpenState(prepared, found.scenario, found.year)
    closures = base.prepare_closures([[e] for e in elements])
    bearings = {found.year: base.bears}
    own = replace(prepared, routes=closures.routes, captive=closures.captive, bearings=bearings)
    family = StateFamily(own, found.scenario)
    futures = sample_study(prepared.study, n, seed=seed)
    shares = read_held_shares(family, futures, found.year)
    first, state_of = family.group(shares)
    value = prepared.study.tables["classes"]["unit_value_usd_t"].astype(float)
    model = _Model(closures, family, found.year, tuple(elements), found.zones.index(zone), value)
    tasks = {str(row): shares[row] for row in first.tolist()}
    done: dict[str, tuple[np.ndarray, float]] = {}
    for key, result in workers.run(model, _measure, tasks):
        done[key] = result
        if progress is not None:
            progress(Progress("futures", len(done), len(tasks), f"{n} futures, {workers.words}"))
    solved = [done[key] for key in tasks]
    values = np.array([row for row, _ in solved])
    names = [f"{found.elements.id[e]} {m}" for e in elements for m in MEASURES]
    table = summarise_futures(state_of[:, None], values, names, [found.year])
    rows = []
    for i, name in enumerate(names):
        state, measure = name.split(" ")
        spread = {key: float(table[key][i]) for key in ("mean", "q05", "q50", "q95")}
        rows.append({"state": state, "measure": measure, **spread})
    worst = max(residual for _, residual in solved)
    return DependenceSpread(found.year, n, len(first), worst, tuple(rows))


@dataclass(frozen=True)
class _Model:
    """What is asked of every state of the network: shares and losses of a zone ``z`` through ``elements``."""

    closures: ClosureModel
    family: StateFamily
    year: int
    elements: tuple[int, ...]
    z: int
    value: np.ndarray


def _measure(model: _Model, shares: np.ndarray) -> tuple[np.ndarray, float]:
    """Shares of the zone through some states, what it loses if each closes, and the worst residual."""
    closures, z = model.closures, model.z
    problem = model.family.build_problem(model.year, shares, closures.base.demand)
    detours: Detours = closures.detours
    before = np.where(detours.is_detour, 0.0, problem.usable)
    n = len(closures.base.prepared.network.zones)
    at = _solve(closures, _change(closures, problem, before, closures.routes.log_weight))
    exposed = measure_exposure(closures.routes, closures.passages, at.flow, model.value, n)
    numbers, worst = [], at.residual
    for e in model.elements:
        still = np.where(closures.passages.mark([e]), 0.0, problem.usable)
        usable, weight = weigh_detours(detours, closures.theta, problem.base_cost, before, still)
        after = _solve(closures, _change(closures, problem, usable, weight).leave_out_shut())
        loss = measure_loss(closures.routes, problem.segments, at, after, problem.choke, n)
        worst = max(worst, after.residual)
        numbers += [
            exposed.share_tonnes[z, e],
            exposed.share_value[z, e],
            loss.usd_year[z],
            loss.unserved_t_year[z],
        ]
    return np.array(numbers), worst


def _change(closures: ClosureModel, problem: Problem, usable: np.ndarray, log_weight: np.ndarray) -> Problem:
    return Problem(
        problem.facilities,
        problem.capacity_t_year,
        replace(closures.routes, log_weight=log_weight),
        problem.tree,
        problem.base_cost,
        usable,
        problem.segments,
        problem.classes,
        problem.scarcity,
        problem.bears,
    )


def _solve(closures: ClosureModel, problem: Problem) -> Equilibrium:
    start = closures.base.neighbour
    return solve_near(problem, Neighbour(start.load, start.inverse.copy()))[0]
