"""Futures of a study with a full equilibrium in each state that they pass through, as tables of results."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from landbridge.assignment.sue import TOLERANCE
from landbridge.errors import FuturesRefused
from landbridge.indicators.flows import Columns
from landbridge.process.sampling import Futures
from landbridge.study.cache import hash_package, hash_rooms
from landbridge.study.folder import Study
from landbridge.study.future_measures import Measure, check_questions
from landbridge.study.future_solve import (
    Chunk,
    Effort,
    Model,
    Solved,
    build_model,
    list_chunks,
    solve_chunks,
)
from landbridge.study.future_states import YearStates, count_distinct, plan_year
from landbridge.study.futures import sample_study
from landbridge.study.prepare import Prepared, Progress, Report
from landbridge.study.settings import FutureOption
from landbridge.study.states import StateFamily


@dataclass(frozen=True)
class FuturesRun:
    """Futures solved: the sample, the states of each year, and what is kept of every state.

    ``values`` (n_states, n_measures) and ``loads`` (n_states, n_facilities), t/year, by year; states are
    numbered within their year as in ``plans``.
    """

    futures: Futures
    plans: tuple[YearStates, ...]
    measures: tuple[Measure, ...]
    facilities: tuple[tuple[str, str, str], ...]
    gates: tuple[str, ...]
    values: dict[int, np.ndarray]
    loads: dict[int, np.ndarray]
    residual: dict[int, np.ndarray]
    evaluations: dict[int, np.ndarray]
    effort: Effort
    plan_s: float
    tolerance: float

    def take(self, measure: str, year: int, option: str | None = None) -> np.ndarray:
        """A measure in each future, under an option if one is named, (n_futures,); NaN where it has no
        value.
        """
        column = [m.id for m in self.measures].index(measure)
        plan = next(plan for plan in self.plans if plan.year == year)
        state = plan.state_of if option is None else plan.of_option[option]
        return np.asarray(self.values[year][state, column])


def list_future_years(study: Study) -> tuple[int, ...]:
    """Years of a study that futures reach: those after the day of its record."""
    settings = study.settings
    return tuple(year for year in settings.years if year > settings.record_date.year)


def run_futures(
    prepared: Prepared,
    n: int,
    *,
    seed: int | None = None,
    with_options: bool = False,
    scenario: str | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    tolerance: float = TOLERANCE,
    report: Report | None = None,
) -> FuturesRun:
    """Draw futures and solve every state that they pass through in the study's years after the record.

    Parameters
    ----------
    n
        How many futures.
    with_options
        Draw the same futures under each option of study.yaml, too.
    scenario
        Whose closures and measures hold in all futures; the reference scenario if left out.
    workers, cluster
        Processes of this machine, or the address of a Dask scheduler.
    tolerance
        Residual of every equilibrium (see :mod:`landbridge.assignment.sue`).

    Raises
    ------
    FuturesRefused
        If the study has no gates, no year after its record, or ``n`` cannot be drawn.
    """

    def say(stage: str, done: int, total: int, detail: str) -> None:
        if report is not None:
            report(Progress(stage, done, total, detail))

    years = list_future_years(prepared.study)
    if not years:
        mend = "add later years to study.yaml."
        raise FuturesRefused("no year lies after the record.", where=prepared.study.id, mend=mend)
    begin = time.perf_counter()
    say("futures", 0, n, "drawing")
    futures = sample_study(prepared.study, n, seed=seed)
    asked = prepared.study.settings.futures.options if with_options else {}
    options = {
        name: sample_study(prepared.study, n, seed=seed, what_if=_fix(option))
        for name, option in asked.items()
    }
    say("futures", n, n, "drawn")
    family = StateFamily(prepared, scenario or prepared.study.settings.reference_scenario)
    model = build_model(family, years, tolerance)
    check_questions(model.measures.list, prepared.study.settings.futures)
    plans = []
    for number, year in enumerate(years):
        say("states", number, len(years), f"{year}")
        start = model.starts[year].load
        plans.append(plan_year(family, futures, options, year, model.demand[year], start))
    say("states", len(years), len(years), f"{count_distinct(plans)} distinct")
    salt = _make_salt(model, family, tolerance)
    chunks = list_chunks(plans, salt)
    planned = time.perf_counter() - begin
    solved, effort = solve_chunks(
        model,
        chunks,
        workers=workers,
        cluster=cluster,
        advance=lambda done, total, words: say("equilibria", done, total, words),
        run_key=hashlib.sha256("".join(chunk.key for chunk in chunks).encode()).hexdigest()[:32],
    )
    laws = family.get_terms(years[0], plans[0].shares[0]).facilities
    parts = {
        name: _gather(plans, chunks, solved, name) for name in ("values", "loads", "residual", "evaluations")
    }
    return FuturesRun(
        futures=futures,
        plans=tuple(plans),
        measures=model.measures.list,
        facilities=tuple(zip(laws.ids, laws.kind, laws.name, strict=True)),
        gates=family.gates,
        effort=effort,
        plan_s=planned,
        tolerance=tolerance,
        **parts,
    )


def _fix(option: FutureOption) -> dict[str, float]:
    """Times at which an option's gates come about: the end of a year, or never."""
    return {
        gate: float("inf") if year == "never" else float(year) + 1.0 - 1e-6
        for gate, year in option.gates.items()
    }


def _make_salt(model: Model, family: StateFamily, tolerance: float) -> str:
    """Hash of all that solutions depend on beside the states, as it stands in memory.

    That is the code, routes, demand, and the flows from which every chunk starts: they hang on each cost and
    capacity.
    """
    code = hash_package() + hash_rooms("study", "demand", "indicators", "record")
    content = [family.prepared.study.input_hashes(), code, family.scenario.id, tolerance]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
    routes = family.routes
    arrays = [routes.arcs, routes.start, routes.log_weight, family.prepared.captive]
    for year in model.demand:
        arrays += [model.demand[year], model.starts[year].load, model.starts[year].inverse]
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _gather(
    plans: Sequence[YearStates], chunks: Sequence[Chunk], solved: dict[str, Solved], name: str
) -> dict[int, np.ndarray]:
    """An array of solved chunks, put back into the order of states."""
    result: dict[int, np.ndarray] = {}
    for plan in plans:
        for chunk in chunks:
            if chunk.year == plan.year:
                part = getattr(solved[chunk.key], name)
                if plan.year not in result:
                    result[plan.year] = np.empty((len(plan.shares), *part.shape[1:]), part.dtype)
                result[plan.year][chunk.states] = part
    return result


def describe_run(run: FuturesRun) -> dict[str, Any]:
    """What a reader must know of a run of futures: how many states, what grouping saved, how well solved."""
    n, states = run.futures.n, count_distinct(run.plans)
    evaluations = np.concatenate(list(run.evaluations.values()))
    return {
        "n": n,
        "seed": run.futures.seed,
        "years": [plan.year for plan in run.plans],
        "equilibria_without_grouping": n * sum(1 + len(plan.of_option) for plan in run.plans),
        "gate_vectors": {str(plan.year): plan.n_vectors for plan in run.plans},
        "states": {str(plan.year): len(plan.shares) for plan in run.plans},
        "equilibria": states,
        "worst_residual": max(float(values.max()) for values in run.residual.values()),
        "states_above_tolerance": sum(int((v > run.tolerance).sum()) for v in run.residual.values()),
        "evaluations_per_equilibrium": float(evaluations.mean()),
        "solved": run.effort.solved,
        "fetched": run.effort.fetched,
        "workers": run.effort.workers,
        "planning_s": round(run.plan_s, 3),
        "solving_s": round(run.effort.wall_s, 3),
        "cpu_s_per_equilibrium": run.effort.cpu_s / run.effort.solved if run.effort.solved else None,
    }


def tabulate_run(run: FuturesRun) -> dict[str, Columns]:
    """Tables of a run: measures, futures, the state of each by year, states with their gates, values and
    loads.
    """
    n = run.futures.n
    years = [plan.year for plan in run.plans]
    sizes = [len(plan.shares) for plan in run.plans]
    shares = np.concatenate([plan.shares for plan in run.plans])
    moving = np.flatnonzero(np.ptp(shares, axis=0) > 0.0)
    counts = [np.bincount(plan.state_of, minlength=len(plan.shares)) for plan in run.plans]
    where: Columns = {
        "year": np.repeat(years, sizes),
        "state": np.concatenate([np.arange(size) for size in sizes]),
    }
    values = np.concatenate([run.values[year] for year in years])
    causes = run.futures.graph.causes
    return {
        "future_measures": {
            "measure": [m.id for m in run.measures],
            "unit": [m.unit for m in run.measures],
            "title": [m.title for m in run.measures],
        },
        "futures": {
            "future": np.arange(n),
            "weight": run.futures.weights,
            **{f"cause_{cause.id}": run.futures.causes[:, i] for i, cause in enumerate(causes)},
        },
        "future_states": {
            "future": np.tile(np.arange(n), len(years)),
            "year": np.repeat(years, n),
            "state": np.concatenate([plan.state_of for plan in run.plans]),
        },
        "states": {
            **where,
            "futures": np.concatenate(counts),
            "residual": np.concatenate([run.residual[year] for year in years]),
            "evaluations": np.concatenate([run.evaluations[year] for year in years]),
            **{f"share_{run.gates[g]}": shares[:, g] for g in moving},
        },
        "state_values": {**where, **{m.id: values[:, i] for i, m in enumerate(run.measures)}},
        "future_facilities": _spread_loads(run, counts),
    }


def _spread_loads(run: FuturesRun, counts: Sequence[np.ndarray]) -> Columns:
    """Mean, standard deviation and 5 and 95 percent of the flow of each facility over the futures of a
    year.
    """
    ids, kinds, names = zip(*run.facilities, strict=True)
    rows: dict[str, list[np.ndarray]] = {name: [] for name in ("mean", "sd", "p05", "p95")}
    for plan, count in zip(run.plans, counts, strict=True):
        loads, weight = run.loads[plan.year], count / count.sum()
        mean = weight @ loads
        rows["mean"].append(mean)
        rows["sd"].append(np.sqrt(np.maximum(weight @ (loads - mean) ** 2, 0.0)))
        order = np.argsort(loads, axis=0, kind="stable")
        below = np.cumsum(weight[order], axis=0)
        for name, level in (("p05", 0.05), ("p95", 0.95)):
            place = np.minimum((below < level).sum(axis=0), len(loads) - 1)
            rows[name].append(np.take_along_axis(loads, order, axis=0)[place, np.arange(len(ids))])
    return {
        "year": np.repeat([plan.year for plan in run.plans], len(ids)),
        "facility": list(ids) * len(run.plans),
        "kind": list(kinds) * len(run.plans),
        "name": list(names) * len(run.plans),
        **{f"{name}_t_year": np.concatenate(parts) for name, parts in rows.items()},
    }
