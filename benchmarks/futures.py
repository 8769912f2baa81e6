"""Time and exactness of futures with full equilibria, on the built-in study.

``python benchmarks/futures.py [--futures N] [--chunks K] [--alone M]`` prints, from one run on one core: how
long drawing and planning take, how long an equilibrium takes from its nearest neighbour and from nothing (the
same states), and how far grouped results lie from those of futures that were solved alone, each in a link
state of its own. ``landbridge run --futures N`` itself says how long a whole run took.
"""

import argparse
import sys
import time
from dataclasses import replace

import numpy as np

from landbridge.assignment.costs import MEASURES
from landbridge.assignment.sue import solve
from landbridge.indicators.revenue import PARTS
from landbridge.study import open_study
from landbridge.study.future_measures import Measures
from landbridge.study.future_solve import (
    Chunk,
    Model,
    build_model,
    list_chunks,
    list_leads,
    solve_chunk,
    start_chunks,
)
from landbridge.study.future_states import plan_year
from landbridge.study.futures import sample_study
from landbridge.study.prepare import Prepared, prepare
from landbridge.study.scenarios import build_scenario_state, find_date, list_rules
from landbridge.study.states import StateFamily, Terms

EXACT = 1e-14
"""Residual at which grouped and single solutions are compared."""


def time_chunks(model: Model, chunks: list[Chunk]) -> tuple[int, float, float, float]:
    """States, CPU seconds a state from neighbours, the same from nothing, and evaluations a state from
    neighbours.
    """
    states, warm, cold, evaluations = 0, 0.0, 0.0, 0
    for chunk in chunks:
        begin = time.process_time()
        solved = solve_chunk(model, chunk)
        warm += time.process_time() - begin
        demand = model.demand[chunk.year]
        begin = time.process_time()
        for shares in chunk.shares:
            problem = model.family.build_problem(chunk.year, shares, demand)
            terms = model.family.get_terms(chunk.year, shares)
            at = solve(problem, tolerance=model.tolerance)
            model.measures.take(problem.segments, at, terms, demand)
        cold += time.process_time() - begin
        states += len(chunk.states)
        evaluations += int(solved.evaluations.sum())
    return states, warm / states, cold / states, evaluations / states


def begin_chunks(model: Model, chunks: list[Chunk]) -> list[Chunk]:
    """The chunks with their first states solved, as a run does it."""
    leads = list_leads(chunks)
    return start_chunks(chunks, leads, {lead.key: solve_chunk(model, lead) for lead in leads})


def compare_alone(prepared: Prepared, n: int, year: int) -> tuple[int, float]:
    """States among ``n`` futures in a year, and the greatest relative gap of a measure between the grouped
    result and that of the future solved alone, from nothing, arc by arc.
    """
    family = StateFamily(prepared, prepared.study.settings.reference_scenario)
    model = build_model(family, [year], EXACT)
    futures = sample_study(prepared.study, n)
    demand = model.demand[year]
    plan = plan_year(family, futures, {}, year, demand, model.starts[year].load)
    values = np.empty((len(plan.shares), len(model.measures.list)))
    for chunk in begin_chunks(model, list_chunks([plan], "")):
        values[chunk.states] = solve_chunk(model, chunk).values
    measures = Measures(prepared, prepared.routes)
    scenario = prepared.scenarios[family.scenario.id]
    bears = prepared.get_bearing(year)
    cost_share = prepared.study.settings.appraisal.cost_share.take(1)
    worst = 0.0
    for future in range(n):
        gates = {
            gate: replace(state, share=float(futures.shares(gate, year)[future]))
            for gate, state in scenario.gates.items()
        }
        rules = list_rules(prepared.study.tables, gates, [], find_date(prepared.study, scenario.id))
        changed = replace(scenario, gates=gates, rules=rules)
        state = build_scenario_state(prepared.study, prepared.network, prepared.tables, changed, year)
        route_state = prepared.evaluate_routes(state)
        problem = prepared.build_problem(state, demand, route_state)
        by_name = dict(zip(MEASURES, route_state.measures.T, strict=True))
        transfer = sum((1.0 - cost_share.get(part, 0.0)) * by_name[part] for part in PARTS[:-1])
        columns = by_name["time_h"], transfer, by_name["co2_kg_t"]
        terms = Terms(state.facilities, route_state.tree, route_state.base_cost, *columns, bears)
        alone = measures.take(problem.segments, solve(problem, tolerance=EXACT), terms, demand)
        grouped = values[plan.state_of[future]]
        gap = np.abs(grouped - alone) / np.maximum(np.abs(alone), 1.0)
        worst = max(worst, float(np.nanmax(gap)))
        if (np.isnan(grouped) != np.isnan(alone)).any():
            worst = np.inf
    return len(plan.shares), worst


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--futures", type=int, default=10_000)
    parser.add_argument("--chunks", type=int, default=6)
    parser.add_argument("--alone", type=int, default=200)
    asked = parser.parse_args()
    study = open_study("eurasia")
    prepared = prepare(study)
    begin = time.perf_counter()
    futures = sample_study(study, asked.futures)
    sys.stdout.write(f"drawn: {asked.futures} futures in {time.perf_counter() - begin:.1f} s\n")
    years = [year for year in study.settings.years if year > study.settings.record_date.year]
    family = StateFamily(prepared, study.settings.reference_scenario)
    model = build_model(family, years)
    begin = time.perf_counter()
    plans = [
        plan_year(family, futures, {}, year, model.demand[year], model.starts[year].load) for year in years
    ]
    states = {plan.year: len(plan.shares) for plan in plans}
    sys.stdout.write(f"planned in {time.perf_counter() - begin:.1f} s; states {states}\n")
    begin = time.perf_counter()
    chunks = begin_chunks(model, list_chunks(plans, ""))
    sys.stdout.write(f"first states of {len(chunks)} chunks in {time.perf_counter() - begin:.1f} s\n")
    random = np.random.default_rng(1)
    some = [chunks[i] for i in np.sort(random.choice(len(chunks), asked.chunks, replace=False))]
    solve_chunk(model, some[0])  # compiles, and works out the terms
    n, warm, cold, evaluations = time_chunks(model, some)
    sys.stdout.write(
        f"{n} states of {len(some)} chunks: {1e3 * warm:.1f} ms CPU from neighbours ({evaluations:.1f} "
        f"evaluations), {1e3 * cold:.1f} ms from nothing: {cold / warm:.1f} times\n"
    )
    if asked.alone:
        found, worst = compare_alone(prepared, asked.alone, years[1])
        sys.stdout.write(
            f"{asked.alone} futures of {years[1]}, {found} states: grouped and alone differ by {worst:.1e}\n"
        )


if __name__ == "__main__":
    main()
