"""Solve scenarios and years of a study and write a results folder."""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from landbridge import __version__
from landbridge.assignment.costs import list_usable_arcs
from landbridge.assignment.routes import RouteSet
from landbridge.indicators.checks import list_corridor_checks
from landbridge.indicators.corridors import Corridor, list_corridor_flows, list_members, list_shipped
from landbridge.indicators.flows import (
    Columns,
    label_arcs,
    list_facilities,
    list_link_flows,
    list_link_states,
)
from landbridge.indicators.pairs import list_pairs, list_route_flows, list_routes
from landbridge.indicators.solution import Solution
from landbridge.indicators.surplus import Surplus
from landbridge.indicators.unserved import list_unserved
from landbridge.indicators.welfare import list_trade
from landbridge.study.elastic import solve_problem
from landbridge.study.folder import DRAWS, Study, is_built_in
from landbridge.study.indicator_tables import IndicatorTables
from landbridge.study.names import Names, find_year
from landbridge.study.prepare import Prepared, Progress, Report, prepare
from landbridge.study.results import FORMAT, MANIFEST, Run, open_run, write_folder, write_parquet
from landbridge.study.scenarios import ResolvedScenario
from landbridge.study.telling import list_telling_pairs
from landbridge.study.welfare import WelfareBook
from landbridge.tables import file_hash, write_whole

WORKERS = 2
"""Solves at a time; the kernels release the interpreter's lock.  Results do not depend on it."""


def solve_scenario(
    prepared: Prepared, scenario: str, year: int, *, start: np.ndarray | None = None
) -> Solution:
    """Equilibrium of one scenario and year, from the flows ``start`` of a like state if given."""
    state = prepared.build_state(scenario, year)
    demand = prepared.build_demand(year).t_year
    route_state = prepared.evaluate_routes(state)
    problem = prepared.build_problem(state, demand, route_state)
    solved = solve_problem(prepared, problem, demand, scenario, year, start=start)
    return Solution(
        scenario,
        year,
        prepared.network,
        state,
        prepared.classes,
        prepared.routes,
        route_state,
        solved.segments,
        solved.demand,
        solved.equilibrium,
        solved.answer,
    )


def run_study(
    study: Study,
    *,
    scenarios: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    out: Path,
    futures: int | None = None,
    seed: int | None = None,
    with_options: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    dependence: bool = False,
    draws: int | None = None,
    progress: Report | None = None,
) -> Run:
    """Solve all (or the named) scenarios and years and write the results to ``out``.

    What-ifs of the study are solved where they are named, each from its base scenario (see
    :mod:`landbridge.study.what_if`).

    Scenarios that cast back to a past year are solved only where they are named; if no year is named, theirs
    stand beside those of the study where other scenarios are solved too, and beside the base year else.

    With ``futures``, so many are drawn too and every state that they pass through is solved (see
    :func:`landbridge.study.future_run.run_futures`, which takes ``seed``, ``with_options``,
    ``workers`` and ``cluster``). With ``dependence`` each state and chokepoint is closed in turn in every
    scenario (see :func:`landbridge.study.dependence.tabulate_dependence`).
    With ``draws`` all scenarios are solved again so many times with parameters drawn from what calibration
    left open (see :func:`landbridge.study.parameter_draws.solve_draws`). Where scenarios are compared,
    futures and draws also tell how surely trade passes a state (see
    :mod:`landbridge.study.exposure_futures`).

    Raises
    ------
    UnknownId
        If a scenario, what-if or year is not the study's.
    QuestionRefused
        If several are not; ``faults`` lists them.
    FuturesRefused
        If futures cannot be drawn as asked.
    DrawsMissing
        If the study has no sample of parameters, or fewer draws than asked for.
    ClusterNotReached
        If no worker answers at ``cluster``.
    TargetNotEmpty
        If ``out`` holds something that is not a run.
    """
    known = study.settings.scenarios
    names = list(dict.fromkeys(scenarios or [name for name in known if known[name].year is None]))
    check = Names(f"study {study.id}")
    for name in names:
        check.take(name, [*known, *study.settings.what_ifs], "scenario")
    for year in years or ():
        check.take_year(study, year)
    check.refuse()
    wanted = _choose_years(study, names, years)
    sample: np.ndarray | None = None
    if draws is not None:
        from landbridge.study.parameter_draws import read_draws, solve_draws

        sample = read_draws(study, draws)
    with write_folder(out) as folder:
        begin = time.perf_counter()
        prepared = prepare(study, progress)
        prepared_s = time.perf_counter() - begin
        worlds = Worlds(prepared)
        tables, solves = _solve_all(worlds, names, wanted, progress)
        tables |= _describe_study(worlds, names)
        plain = [name for name in names if name in known]
        year = find_year(study, wanted)
        if dependence and plain:
            from landbridge.study.dependence import tabulate_dependence

            tables |= tabulate_dependence(prepared, plain, wanted, progress)
        if sample is not None:
            tasks = [(name, year) for name in plain for year in wanted]
            tables |= solve_draws(prepared, tasks, sample, year, progress)
        about_futures: dict[str, Any] | None = None
        if futures is not None:
            from landbridge.study.exposure_futures import list_spread_scenarios, spread_exposure
            from landbridge.study.future_answers import answer
            from landbridge.study.future_run import (
                describe_run,
                list_future_years,
                run_futures,
                tabulate_run,
            )
            from landbridge.study.futures import tell_odds

            many = run_futures(
                prepared,
                futures,
                seed=seed,
                with_options=with_options,
                workers=workers,
                cluster=cluster,
                report=progress,
            )
            tables |= tabulate_run(many) | answer(many, study.settings)
            about_futures = describe_run(many) | {"odds": tell_odds(study)}
            compared = list_spread_scenarios(prepared, plain)
            if len(compared) > 1 and year in list_future_years(study):
                spread = spread_exposure(prepared, compared, year, futures, seed=seed, report=progress)
                tables["exposure_futures"] = spread
        if progress is not None:
            progress(Progress("writing", 0, 1, "tables"))
        for name, columns in tables.items():
            write_parquet(folder, name, columns)
        manifest = _describe_run(prepared, names, wanted, solves, prepared_s, time.perf_counter() - begin)
        if sample is not None:
            manifest["draws"] = len(sample)
            manifest["inputs"][DRAWS] = file_hash(study.path / DRAWS)
        if about_futures is not None:
            manifest["futures"] = about_futures
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        write_whole(folder / MANIFEST, text)
    if progress is not None:
        progress(Progress("writing", 1, 1, str(out)))
    return open_run(out)


def _choose_years(study: Study, names: Sequence[str], years: Sequence[int] | None) -> list[int]:
    """Years to solve, in order: those asked for, else those of the study and of the scenarios named."""
    if years:
        return sorted(set(years))
    settings = study.settings
    bases = [settings.what_ifs[name].base if name in settings.what_ifs else name for name in names]
    own = {settings.scenarios[name].year for name in bases}
    usual = (settings.base_year,) if None not in own else settings.years
    return sorted({*usual, *(year for year in own if year is not None)})


@dataclass(frozen=True)
class World:
    """One solved scenario or what-if with what it was solved from; ``old`` (n_routes) is the position of its
    routes in the study's set, -1 for a new one.
    """

    prepared: Prepared
    solution: Solution
    old: np.ndarray


class Worlds:
    """Scenarios and what-ifs of a study, solved; what-ifs start from their base, which is solved once."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._bases: dict[tuple[str, int], Solution] = {}
        self._lock = Lock()

    def resolve(self, name: str) -> ResolvedScenario:
        """Gates, rules and measures of a scenario or what-if."""
        if name in self.prepared.scenarios:
            return self.prepared.scenarios[name]
        from landbridge.study.what_if import add_what_if

        what_if = self.prepared.study.settings.what_ifs[name]
        return add_what_if(self.prepared, name, what_if).scenarios[name]

    def solve(self, name: str, year: int) -> World:
        """Equilibrium of a scenario or what-if in a year."""
        p = self.prepared
        what_if = p.study.settings.what_ifs.get(name)
        if what_if is None:
            return World(p, solve_scenario(p, name, year), np.arange(p.routes.n_routes))
        from landbridge.study.what_if import solve_what_if

        key = (what_if.base, year)
        with self._lock:
            if key not in self._bases:
                self._bases[key] = solve_scenario(p, *key)
        variant, solution = solve_what_if(p, what_if, self._bases[key], name)
        return World(variant.prepared, solution, variant.old)


@dataclass(frozen=True)
class _Counters:
    """What counts over one set of routes."""

    members: list[np.ndarray]
    shipped: list[np.ndarray]
    indicators: IndicatorTables

    @classmethod
    def build(cls, prepared: Prepared, corridors: list[Corridor]) -> "_Counters":
        over = prepared.network, prepared.tables, prepared.routes
        members = [list_members(*over, c) for c in corridors]
        shipped = [list_shipped(*over, c) for c in corridors]
        return cls(members, shipped, IndicatorTables(prepared, corridors, members))


@dataclass(frozen=True)
class _Part:
    """What one task gives: blocks of tables, a record of the solve, and what others need of it."""

    blocks: dict[str, Columns]
    record: dict[str, Any]
    surplus: Surplus
    routes: RouteSet
    old: np.ndarray


def _solve_all(
    worlds: Worlds, names: Sequence[str], years: Sequence[int], progress: Report | None
) -> tuple[dict[str, Columns], list[dict[str, Any]]]:
    """Tables that hold one block a scenario and year, in their order whatever worker was first."""
    prepared = worlds.prepared
    labels = label_arcs(prepared.network, prepared.tables)
    corridors = list_corridors(prepared)
    own = _Counters.build(prepared, corridors)
    tasks = [(name, year) for name in names for year in years]
    lock, done = Lock(), [0]
    book = WelfareBook(prepared)

    def work(task: tuple[str, int]) -> _Part:
        begin = time.perf_counter()
        world = worlds.solve(*task)
        p, solution = world.prepared, world.solution
        counters = own if solution.routes is prepared.routes else _Counters.build(p, corridors)
        welfare = book.take(solution)
        blocks = {
            "links": list_link_flows(solution, labels),
            "facilities": list_facilities(solution),
            "pairs": list_pairs(solution),
            "route_flows": list_route_flows(solution, _number(world.old)),
            "corridor_flows": list_corridor_flows(solution, corridors, counters.members, counters.shipped),
            "unserved": list_unserved(solution, p.tables, p.network.get_arc_gates(p.tables)),
            "telling_pairs": list_telling_pairs(p, solution),
            **book.list_blocks(solution, welfare),
            **counters.indicators.tabulate(solution),
        }
        if task[1] == years[0]:
            reasons = {gate: state.reason for gate, state in p.scenarios[task[0]].gates.items()}
            blocks["link_states"] = list_link_states(solution, p.tables, reasons)
        if solution.answer is not None:
            answer = solution.answer
            blocks["trade"] = list_trade(solution, answer.base_demand, answer.welfare)
        at = solution.equilibrium
        record = {
            "scenario": task[0],
            "year": task[1],
            "residual": at.residual,
            "iterations": at.iterations,
            "seconds": round(time.perf_counter() - begin, 3),
            "demand_t_year": float(solution.demand.sum()),
            **_tell_base_demand(solution),
            "unserved_t_year": float(solution.unserved.sum()),
            "imbalance": solution.measure_imbalance(),
        }
        with lock:
            done[0] += 1
            if progress is not None:
                progress(Progress("equilibria", done[0], len(tasks), f"{task[0]} {task[1]}"))
        return _Part(blocks, record, welfare.surplus, solution.routes, world.old)

    if progress is not None:
        progress(Progress("equilibria", 0, len(tasks), "first solves"))
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(work, tasks))
    more = _call_new(parts, prepared.routes.n_routes)
    tables: dict[str, Columns] = {
        "routes": list_routes(prepared.words, prepared.network, prepared.routes, prepared.classes.ids, more)
    }
    for name in dict.fromkeys(name for part in parts for name in part.blocks):
        tables[name] = _stack(
            [
                (task, part.blocks[name])
                for task, part in zip(tasks, parts, strict=True)
                if name in part.blocks
            ]
        )
    done_with = dict(zip(tasks, parts, strict=True))
    changes = book.list_changes(
        tasks,
        {task: part.surplus for task, part in done_with.items()},
        {task: (part.routes, part.old) for task, part in done_with.items() if (part.old < 0).any()},
    )
    if changes:
        tables["welfare_changes"] = _stack(changes)
    return tables, [part.record for part in parts]


def _number(old: np.ndarray) -> np.ndarray:
    """What routes are called: their position in the study's set, and -1, -2 ... for new ones."""
    return np.where(old >= 0, old, -1 * np.cumsum(old < 0, dtype=np.int64))


def _call_new(parts: Sequence[_Part], n: int) -> list[tuple[RouteSet, np.ndarray]]:
    """Number new routes after the ``n`` of the study, part by part; gives the sets and which they are."""
    more = []
    for part in parts:
        fresh = np.flatnonzero(part.old < 0)
        if len(fresh):
            called = part.blocks["route_flows"]["route"]
            called[called < 0] = n - 1 - called[called < 0]
            n += len(fresh)
            more.append((part.routes, fresh))
    return more


def _tell_base_demand(solution: Solution) -> dict[str, float]:
    """Demand as it would be at the costs of the reference scenario, where it answers to cost."""
    return {} if solution.answer is None else {"base_demand_t_year": float(solution.answer.base_demand.sum())}


def _stack(blocks: list[tuple[tuple[str, int], Columns]]) -> Columns:
    """Blocks one under another, with scenario and year in front."""
    lengths = [len(next(iter(block.values()))) for _, block in blocks]
    result: Columns = {
        "scenario": [task[0] for (task, _), n in zip(blocks, lengths, strict=True) for _ in range(n)],
        "year": np.repeat([task[1] for task, _ in blocks], lengths),
    }
    for column in blocks[0][1]:
        parts = [block[column] for _, block in blocks]
        if isinstance(parts[0], np.ndarray):
            result[column] = np.concatenate(parts)
        else:
            result[column] = [value for part in parts for value in part]
    return result


def list_corridors(prepared: Prepared) -> list[Corridor]:
    """The study's counted corridors with groups spread to zones."""
    groups = {row["id"]: tuple(row["zones"]) for row in prepared.study.tables["zone_groups"].rows()}

    def spread(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(zone for name in names for zone in groups.get(name, (name,)))

    return [
        Corridor(
            c.id,
            c.title,
            c.all,
            c.any,
            c.none,
            spread(c.between.from_) if c.between else (),
            spread(c.between.to) if c.between else (),
        )
        for c in prepared.study.settings.corridors
    ]


def _describe_study(worlds: Worlds, names: Sequence[str]) -> dict[str, Columns]:
    """Tables that do not depend on a solve: scenarios, gates, checks of corridors."""
    prepared = worlds.prepared
    scenarios = [worlds.resolve(name) for name in names]
    gates = [(s.id, state) for s in scenarios for state in s.gates.values()]
    base, box = next(iter(prepared.scenarios)), int(np.argmin(prepared.classes.form))
    usable = list_usable_arcs(prepared.network, prepared.classes)[box]
    return {
        "scenarios": {
            "scenario": [s.id for s in scenarios],
            "title": [s.title for s in scenarios],
            "order": np.arange(len(scenarios)),
        },
        "gates": {
            "scenario": [name for name, _ in gates],
            "gate": [state.gate for _, state in gates],
            "title": [state.title for _, state in gates],
            "share_open": np.array([state.share for _, state in gates]),
            "probability": np.array([state.probability for _, state in gates]),
            "reason": [state.reason for _, state in gates],
            "source": [";".join(state.source) for _, state in gates],
        },
        "demand_evidence": _list_demand_evidence(prepared),
        "corridor_checks": list_corridor_checks(
            prepared.network,
            prepared.tables,
            usable,
            lambda year: prepared.build_arc_table(prepared.build_state(base, year))[box],
            float(prepared.classes.tonnes_per_teu[box]),
        ),
    }


def _list_demand_evidence(prepared: Prepared) -> Columns:
    """What stands behind each cell of the base-year matrices: gravity, value or tonnes, and which rows."""
    demand = prepared.demand
    k, o, d = np.nonzero(demand.t_year > 0.0)
    names = ("gravity", "value density", "tonnes")
    zones, classes = np.array(demand.zones), np.array(demand.classes)
    rows = [
        demand.list_flow_rows(str(classes[a]), str(zones[b]), str(zones[c]))
        for a, b, c in zip(k, o, d, strict=True)
    ]
    return {
        "class": list(classes[k]),
        "origin": list(zones[o]),
        "destination": list(zones[d]),
        "t_year": demand.t_year[k, o, d],
        "evidence": [names[e] for e in demand.evidence[k, o, d]],
        "flows": [";".join(found) for found in rows],
    }


def _describe_run(
    prepared: Prepared,
    names: Sequence[str],
    years: Sequence[int],
    solves: list[dict[str, Any]],
    prepared_s: float,
    total_s: float,
) -> dict[str, Any]:
    study = prepared.study
    return {
        "format": FORMAT,
        "landbridge": __version__,
        "study": study.id,
        "study_path": study.id if is_built_in(study) else str(study.path.resolve()),
        "title": study.settings.title,
        "scenarios": list(names),
        "years": list(years),
        "settings": study.settings.model_dump(mode="json", by_alias=True),
        "inputs": study.input_hashes(),
        "seed": 0,
        "solves": solves,
        "timings_s": {"prepare": round(prepared_s, 2), "total": round(total_s, 2)},
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
