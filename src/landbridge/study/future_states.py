"""Which states futures pass through, and in what order they are solved.

Futures that put the network into the same state in the same year share one equilibrium. States of a year are
cut into chunks of near ones (a tree that splits at the gate that matters most); the states of a chunk are
solved together, each from the nearest that is solved already. What belongs to a chunk depends on the
futures alone, so results do not depend on who solves which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.together import respond_to
from landbridge.process.sampling import Futures
from landbridge.study.states import StateFamily

CHUNK = 192
"""States at most that are solved together."""
LEAST_WEIGHT = 1e-3
"""What a gate counts in the distance of two states if it moves no load at all."""


@dataclass(frozen=True)
class YearStates:
    """States of one year.

    ``shares`` (n_states, n_gates); ``state_of`` (n_futures), and the same for each option in ``of_option``;
    ``weights`` (n_gates) is what a difference of a gate counts in the distance of two states: the share of
    all load that it moves when nothing else answers. ``chunks`` hold states in the order in which they are
    begun.
    """

    year: int
    shares: np.ndarray
    state_of: np.ndarray
    of_option: Mapping[str, np.ndarray]
    n_vectors: int
    weights: np.ndarray
    chunks: tuple[np.ndarray, ...]


def read_gate_shares(family: StateFamily, futures: Futures, year: int) -> np.ndarray:
    """Share that each gate of a family allows at the end of a year in each future, (n_futures, n_gates)."""
    return np.stack([futures.shares(gate, year) for gate in family.gates], axis=1)


def plan_year(
    family: StateFamily,
    futures: Futures,
    options: Mapping[str, Futures],
    year: int,
    demand: np.ndarray,
    start: np.ndarray,
) -> YearStates:
    """Distinct states of a year, with and without options, and the order in which to solve them.

    ``demand`` (n_classes, n_zones, n_zones) and ``start``, flows of facilities in t/year, are those with
    which the weights of gates are measured.
    """
    shares = np.concatenate([read_gate_shares(family, f, year) for f in (futures, *options.values())])
    vectors, vector_of = np.unique(shares, axis=0, return_inverse=True)
    first, state_of_vector = family.group(vectors)
    states = vectors[first]
    weights = weigh_gates(family, states, year, demand, start)
    chunks = cut_chunks(states * weights)
    own, *others = np.split(state_of_vector[vector_of.ravel()], 1 + len(options))
    of_option = dict(zip(options, others, strict=True))
    return YearStates(year, states, own, of_option, len(vectors), weights, tuple(chunks))


def weigh_gates(
    family: StateFamily, states: np.ndarray, year: int, demand: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Share of all load that moves when a gate goes from its least to its greatest share, others as they
    are.
    """
    low, high = states.min(axis=0), states.max(axis=0)
    middle = np.median(states, axis=0)
    weights = np.zeros(states.shape[1])
    gates = np.flatnonzero(high > low)
    rows = np.tile(middle, (2, len(gates), 1))
    rows[0, np.arange(len(gates)), gates], rows[1, np.arange(len(gates)), gates] = low[gates], high[gates]
    rows = rows.reshape(-1, len(middle))
    loads = np.empty((len(rows), len(start)))
    for own, variants in family.build_variants(year, rows, demand):
        loads[own] = respond_to(variants, start)
    before, after = np.split(loads, 2)
    moved = np.abs(after - before).sum(axis=1) / np.maximum(after.sum(axis=1), 1.0)
    weights[gates] = (LEAST_WEIGHT + moved) / (high - low)[gates]
    return weights


def cut_chunks(points: np.ndarray) -> list[np.ndarray]:
    """Chunks of near points (n, n_gates) by the sum of their distances, each in the order of solving."""
    leaves: list[np.ndarray] = []
    waiting = [np.arange(len(points))]
    while waiting:
        members = waiting.pop()
        spread = np.ptp(points[members], axis=0)
        if len(members) <= CHUNK or spread.max() <= 0.0:
            leaves.append(members)
            continue
        column = int(np.argmax(spread))
        values = points[members, column]
        upper = values > 0.5 * (values.min() + values.max())
        waiting += [members[upper], members[~upper]]
    chunks: list[np.ndarray] = []
    for leaf in leaves:
        if chunks and len(chunks[-1]) + len(leaf) <= CHUNK:
            chunks[-1] = np.concatenate([chunks[-1], leaf])
        else:
            chunks.append(leaf)
    return [order_points(points, chunk) for chunk in chunks]


def order_points(points: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Members (indices into ``points``) from the most central on, each the nearest to any before it
    (Prim 1957).
    """
    own = points[members]
    distance = np.abs(own[:, None, :] - own[None, :, :]).sum(axis=2)
    current = int(np.argmin(distance.sum(axis=1)))
    order = [current]
    best = distance[current].copy()
    best[current] = np.inf
    for _ in range(len(members) - 1):
        current = int(np.argmin(best))
        order.append(current)
        best = np.minimum(best, distance[current])
        best[order] = np.inf
    return members[order]


def count_distinct(plans: Sequence[YearStates]) -> int:
    """Equilibria that a plan asks for."""
    return sum(len(plan.shares) for plan in plans)
