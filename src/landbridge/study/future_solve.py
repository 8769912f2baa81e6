"""Equilibria of the states that futures pass through, chunk by chunk, here or on the workers of a Dask
cluster.

A chunk is solved by one pure function of the model, the year's start and its own states; its result is
stored under the hash of all of these. So a run that was killed goes on where it stopped, and results are the
same for any number of workers.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from landbridge.assignment.sue import TOLERANCE, Problem
from landbridge.assignment.together import solve_together
from landbridge.assignment.warm import Neighbour, solve_first
from landbridge.study.cache import get_cache_folder
from landbridge.study.future_measures import Measures
from landbridge.study.future_states import YearStates, order_points
from landbridge.study.states import StateFamily
from landbridge.study.workers import THREADS, open_workers

KEPT = 4
"""Runs of futures whose chunks stay on disk; the least recently used go first."""


@dataclass(frozen=True)
class Model:
    """All that a worker needs to solve states of any year.

    ``demand`` (n_classes, n_zones, n_zones) and ``starts`` by year; a start belongs to the reference
    scenario.
    """

    family: StateFamily
    measures: Measures
    demand: Mapping[int, np.ndarray]
    starts: Mapping[int, Neighbour]
    tolerance: float


@dataclass(frozen=True)
class Chunk:
    """States of one year that are solved together.

    ``states`` and ``shares`` as in :class:`YearStates`; ``points`` (n, n_gates) say by the sum of their
    distances how near two states are. The first ones begin at the flows ``start``, t/year, those of the
    year's start if there are none.
    """

    key: str
    year: int
    states: np.ndarray
    shares: np.ndarray
    points: np.ndarray
    start: np.ndarray | None = None


@dataclass(frozen=True)
class Solved:
    """What is kept of the states of a chunk, in its order.

    ``values`` (n, n_measures), ``loads`` (n, n_facilities) in t/year, ``residual`` and ``evaluations`` (n).
    """

    values: np.ndarray
    loads: np.ndarray
    residual: np.ndarray
    evaluations: np.ndarray


@dataclass(frozen=True)
class Effort:
    """What a run cost: equilibria solved now and fetched from an earlier run, CPU seconds of the solves."""

    solved: int
    fetched: int
    cpu_s: float
    wall_s: float
    workers: int


def build_model(family: StateFamily, years: Sequence[int], tolerance: float = TOLERANCE) -> Model:
    """The model of a study with the start of each year: its reference scenario, solved alone."""
    p = family.prepared
    demand = {year: p.build_demand(year).t_year for year in years}
    shares = family.read_shares({gate: state.share for gate, state in family.scenario.gates.items()})
    starts = {
        year: solve_first(family.build_problem(year, shares, demand[year]), tolerance=tolerance)[1]
        for year in years
    }
    return Model(family, Measures(p, family.routes), demand, starts, tolerance)


def list_chunks(plans: Sequence[YearStates], salt: str) -> list[Chunk]:
    """Chunks of all years; ``salt`` names everything that results depend on beside the states themselves."""
    chunks = []
    for plan in plans:
        # What a chunk starts from hangs on the first states of all.
        first = plan.shares[[states[0] for states in plan.chunks]] * plan.weights
        for states in plan.chunks:
            shares = np.ascontiguousarray(plan.shares[states])
            points = shares * plan.weights
            digest = hashlib.sha256(f"{salt} {plan.year}".encode())
            digest.update(first.tobytes() + shares.tobytes() + points.tobytes())
            chunks.append(Chunk(digest.hexdigest()[:32], plan.year, states, shares, points))
    return chunks


def list_leads(chunks: Sequence[Chunk]) -> list[Chunk]:
    """The first states of the chunks of each year that has several, as a chunk of their own."""
    leads = []
    for year in sorted({chunk.year for chunk in chunks}):
        own = [chunk for chunk in chunks if chunk.year == year]
        if len(own) > 1:
            shares = np.stack([chunk.shares[0] for chunk in own])
            points = np.stack([chunk.points[0] for chunk in own])
            order = order_points(points, np.arange(len(own)))
            key = hashlib.sha256("".join(chunk.key for chunk in own).encode()).hexdigest()[:32]
            leads.append(Chunk(key, year, order, shares[order], points[order]))
    return leads


def start_chunks(
    chunks: Sequence[Chunk], leads: Sequence[Chunk], solved: Mapping[str, Solved]
) -> list[Chunk]:
    """The chunks, each with the flows of its first state from the solved ``leads`` to start from."""
    started: list[Chunk] = list(chunks)
    for lead in leads:
        own = [i for i, chunk in enumerate(chunks) if chunk.year == lead.year]
        for row, number in enumerate(lead.states):
            i = own[int(number)]
            started[i] = replace(chunks[i], start=solved[lead.key].loads[row])
    return started


def solve_chunk(model: Model, chunk: Chunk) -> Solved:
    """Solve the states of a chunk, each from the nearest that is solved already."""
    family, demand, n = model.family, model.demand[chunk.year], len(chunk.states)
    start = model.starts[chunk.year].load if chunk.start is None else chunk.start
    values = np.empty((n, len(model.measures.list)))
    loads = np.empty((n, len(start)))
    residual, evaluations = np.empty(n), np.empty(n, np.int64)
    for rows, variants in family.build_variants(chunk.year, chunk.shares, demand):

        def build_alone(state: int, rows: np.ndarray = rows) -> Problem:
            return family.build_problem(chunk.year, chunk.shares[rows[state]], demand)

        found = solve_together(variants, chunk.points[rows], start, build_alone, tolerance=model.tolerance)
        for state, segments, at, load in found:
            row = rows[state]
            terms = family.get_terms(chunk.year, chunk.shares[row])
            values[row] = model.measures.take(segments, at, terms, demand)
            loads[row], residual[row], evaluations[row] = load, at.residual, at.iterations
    return Solved(values, loads, residual, evaluations)


Advance = Callable[[int, int, str], None]
"""Called with equilibria done, equilibria in all, and a word on where."""


def solve_chunks(
    model: Model,
    chunks: Sequence[Chunk],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    advance: Advance | None = None,
    run_key: str = "",
) -> tuple[dict[str, Solved], Effort]:
    """Solve all chunks that are not stored yet.

    Parameters
    ----------
    workers
        Processes of this machine; its cores if left out. With 1 everything is solved in this process.
    cluster
        Address of a Dask scheduler; its workers need the same version of this package.
    run_key
        Folder of the store; nothing is stored if it is empty.

    Raises
    ------
    ClusterNotReached
        If no scheduler answers at ``cluster``.
    """
    begin = time.perf_counter()
    total = sum(len(chunk.states) for chunk in chunks)
    store = _Store(run_key)
    done = store.find_all(chunks)
    fetched = sum(len(chunk.states) for chunk in chunks if chunk.key in done)
    waiting = [chunk for chunk in chunks if chunk.key not in done]
    say = advance or _say_nothing
    count, cpu = fetched, 0.0
    say(count, total, "")
    n_workers = min(workers or os.cpu_count() or 1, max(1, len(waiting)))
    if not waiting:
        return done, Effort(0, fetched, 0.0, time.perf_counter() - begin, 0)
    leads = list_leads(chunks)
    leading = store.find_all(leads)
    tasks = {lead.key: lead for lead in leads if lead.key not in leading}
    for key, (solved, seconds) in THREADS.run(model, _time_chunk, tasks):
        store.keep(tasks[key], solved)
        leading[key] = solved
        cpu += seconds
    waiting = [chunk for chunk in start_chunks(chunks, leads, leading) if chunk.key not in done]
    # The largest first, so that no worker is left with one at the end.
    tasks = {chunk.key: chunk for chunk in sorted(waiting, key=lambda chunk: -len(chunk.states))}
    with open_workers(n_workers, cluster) as opened:
        for key, (solved, seconds) in opened.run(model, _time_chunk, tasks):
            store.keep(tasks[key], solved)
            done[key] = solved
            count += len(tasks[key].states)
            cpu += seconds
            say(count, total, opened.words)
        in_use = opened.count
    return done, Effort(total - fetched, fetched, cpu, time.perf_counter() - begin, in_use)


def _say_nothing(done: int, total: int, words: str) -> None:
    """Report to nobody."""


def _time_chunk(model: Model, chunk: Chunk) -> tuple[Solved, float]:
    """A solved chunk and the CPU seconds that it took."""
    begin = time.thread_time()
    solved = solve_chunk(model, chunk)
    return solved, time.thread_time() - begin


class _Store:
    """Solved chunks of one run on disk, a file each, whole or not at all; a miss only costs time."""

    def __init__(self, run_key: str) -> None:
        root = get_cache_folder().parent / "futures"
        self.folder = root / run_key if run_key else None
        if self.folder is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            os.utime(self.folder)
            runs = sorted(root.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
            for old in runs[KEPT:]:
                shutil.rmtree(old, ignore_errors=True)
        except OSError:
            self.folder = None

    def find_all(self, chunks: Sequence[Chunk]) -> dict[str, Solved]:
        """Those of the chunks that are stored, by key."""
        found = ((chunk.key, self.find(chunk)) for chunk in chunks)
        return {key: solved for key, solved in found if solved is not None}

    def find(self, chunk: Chunk) -> Solved | None:
        if self.folder is None:
            return None
        try:
            with np.load(self.folder / f"{chunk.key}.npz", allow_pickle=False) as stored:
                found = Solved(*(stored[name] for name in ("values", "loads", "residual", "evaluations")))
        except (OSError, ValueError, EOFError, KeyError, BadZipFile):
            return None
        return found if len(found.values) == len(chunk.states) else None

    def keep(self, chunk: Chunk, solved: Solved) -> None:
        if self.folder is None:
            return
        try:
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                arrays: dict[str, Any] = vars(solved)
                np.savez(file, **arrays)
            Path(name).replace(self.folder / f"{chunk.key}.npz")
        except OSError:
            return
