"""Futures: the histories of all gates, drawn many times over with shared causes.

Each future is one point of a scrambled Sobol sequence whose dimensions are gates and causes (see
:mod:`landbridge.process.draws`). For a gate with a shared cause of value C (normal) and a loading l,

    z = l C + sqrt(1 - l^2) e,    luck = Phi(z)

says when, or whether, the gate comes about. Where in its range the probability of never lies (belief) is
drawn for each gate alone, so that its mean is the middle of the range; where the rates of a permission lie
(mood) hangs on the cause as luck does: a calm future is calm for all its permissions. Loadings lie within
their ranges, one draw for each cause. Works take longer than promised by one slip for all of them in a
future.

A gate that is met with a probability p between 0 and 1, because what the record says of it is contested, is
met at the start in a share p of the futures, by a dimension that belongs to the contested fact. In the others
it is not met, and comes about by its prior; without one, or without a delay in it, it never does.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import FuturesRefused
from landbridge.kernels import futures as kernel
from landbridge.process.distributions import Pert, tabulate
from landbridge.process.draws import BLOCK, Draws, name_key
from landbridge.process.milestones import Milestone, MilestoneGraph, Range
from landbridge.process.optimism import to_year

Ends = Literal["sampled", "worst", "best"]

MOST_YEARS = 32
MOST_FUTURES = 1 << 27
DEFAULT_SLIP: Range = (0.0, 0.0)
GAUSS = 3.0**-0.5
"""A degraded gate allows one of two shares, the nodes of Gauss's rule on its range.

They have the mean and the spread of the whole range, and futures share states.
"""
_LEVELS = {"shut": kernel.SHUT, "degraded": kernel.DEGRADED, "open": kernel.OPEN}
_MOST_SWITCHES = kernel.CAPACITY / 4


@dataclass(frozen=True)
class Futures:
    """Histories of the gates of a graph in ``n`` futures.

    ``opening`` of shape (n, gates): years from ``start`` to the first opening, inf if none. ``open_bits``
    of shape (n, gates): bit y is set if the gate is open at the end of ``years[y]``. ``degraded_bits`` and
    ``degraded_share``, columns as in ``degraded_gates``: when a gate is usable in part, and how far.
    ``causes`` of shape (n, causes): the shared causes, normal, high is favourable. ``weights`` add up to 1.
    Futures of one replicate stand together; ``replicate_open`` of shape (replicates, gates, years) holds
    the share open in each.
    """

    graph: MilestoneGraph
    start: float
    years: tuple[int, ...]
    seed: int
    opening: NDArray[np.float32]
    open_bits: NDArray[np.uint32]
    degraded_gates: tuple[str, ...]
    degraded_bits: NDArray[np.uint32]
    degraded_share: NDArray[np.float32]
    causes: NDArray[np.float32]
    replicate_sizes: tuple[int, ...]
    replicate_open: NDArray[np.float64]

    @property
    def n(self) -> int:
        """How many futures."""
        return int(self.opening.shape[0])

    @property
    def weights(self) -> NDArray[np.float64]:
        """Weight of each future; all are alike."""
        return np.full(self.n, 1.0 / self.n)

    def is_open(self, gate: str) -> NDArray[np.bool_]:
        """Whether a gate is open at the end of each year, shape (years, n)."""
        bits = self.open_bits[:, self.graph.place(gate)]
        return np.stack(
            [(bits >> np.uint32(y) & np.uint32(1)).astype(np.bool_) for y in range(len(self.years))]
        )

    def states(self, year: int) -> NDArray[np.bool_]:
        """Which gates are open at the end of a year, shape (n, gates)."""
        bit = np.uint32(self.years.index(year))
        return (self.open_bits >> bit & np.uint32(1)).astype(np.bool_)

    def shares(self, gate: str, year: int) -> NDArray[np.float64]:
        """Share of normal use of a gate at the end of a year, shape (n,): 1 open, 0 shut, between
        degraded."""
        bit = np.uint32(self.years.index(year))
        result = (self.open_bits[:, self.graph.place(gate)] >> bit & np.uint32(1)).astype(np.float64)
        if gate in self.degraded_gates:
            row = self.degraded_gates.index(gate)
            result += (self.degraded_bits[:, row] >> bit & np.uint32(1)) * self.degraded_share[:, row]
        return result

    @property
    def open_probability(self) -> NDArray[np.float64]:
        """Share of futures in which each gate is open at the end of each year, shape (gates, years)."""
        sizes = np.asarray(self.replicate_sizes, dtype=np.float64)
        return np.asarray(np.tensordot(sizes / sizes.sum(), self.replicate_open, 1))

    @property
    def sampling_error(self) -> NDArray[np.float64]:
        """Standard error of ``open_probability`` from the replicates, shape (gates, years)."""
        count = len(self.replicate_sizes)
        if count < 2:
            return np.full(self.replicate_open.shape[1:], np.nan)
        return np.asarray(self.replicate_open.std(axis=0, ddof=1) / np.sqrt(count))


def check_count(n: int) -> None:
    """Refuse a number of futures that cannot be drawn.

    Raises
    ------
    FuturesRefused
        If ``n`` is below one or beyond what memory holds.
    """
    if not 1 <= n <= MOST_FUTURES:
        raise FuturesRefused(f"{n} futures cannot be drawn.", mend=f"ask for 1 to {MOST_FUTURES}.")


def sample_futures(
    graph: MilestoneGraph,
    n: int,
    *,
    start: str,
    years: Sequence[int],
    seed: int = 1,
    slip: Range = DEFAULT_SLIP,
    what_if: Mapping[str, float] | None = None,
    sooner: Mapping[str, float] | None = None,
    ends: Ends = "sampled",
    replicates: int | None = None,
    workers: int | None = None,
) -> Futures:
    """Draw futures of a milestone graph.

    Parameters
    ----------
    n
        How many futures.
    start
        Day from which time counts (ISO), on which the gates stand as the graph says.
    years
        Years at whose end the gates are looked at, rising; at most 32.
    seed
        The same seed gives the same futures, however many threads draw them and whatever else the graph
        holds.
    slip
        Range of the slip of promised dates, in years a year, of which works take the part that their prior
        leaves.
    what_if
        For a gate, the year (with fraction) in which it comes about, inf for never. What it requires comes
        by then.
    sooner
        For a gate, by how many years it comes sooner than drawn.
    ends
        ``sampled``: numbers of the priors lie anywhere in their ranges. ``worst``, ``best``: all at the end
        that is bad, or good, for their gate.
    replicates
        Independent scrambles among which the futures are divided; they give the sampling error.
    workers
        Threads; all cores if left out.

    Raises
    ------
    UnknownId
        If a gate to be set is not in the graph.
    FuturesRefused
        If the sample cannot be drawn: no future, too many years, or rates too high for the horizon.
    """
    check_count(n)
    begin = to_year(start)
    instants = np.array([year + 1.0 - begin for year in years])
    if not 1 <= len(years) <= MOST_YEARS or (np.diff(instants) <= 0).any() or instants[0] < 0:
        mend = f"give 1 to {MOST_YEARS} years that rise and end after {start}."
        raise FuturesRefused("these years cannot be looked at.", where=", ".join(map(str, years)), mend=mend)
    if not 0.0 <= slip[0] <= slip[1] < 1.0:
        mend = "give a low and a high slip from 0 to below 1: a work that slips a year a year is never done."
        raise FuturesRefused("the slip is not a range.", where=f"{slip[0]:g} to {slip[1]:g}", mend=mend)
    arrays = _Arrays(graph, instants, begin, what_if or {}, sooner or {})
    count = replicates or (8 if n >= 1 << 15 else 4)
    sizes = tuple(len(part) for part in np.array_split(np.arange(n), min(count, n)))
    result = _blank(graph, arrays, n, begin, tuple(years), seed, sizes)
    names = list_dimensions(graph)
    draws = [Draws(*names, seed=seed, replicate=r, size=size) for r, size in enumerate(sizes)]
    tallies = np.zeros((len(sizes), 2, len(graph.gates), len(years)), np.int64)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    tasks = [(r, block) for r, size in enumerate(sizes) for block in range(-(-size // BLOCK))]

    def work(task: tuple[int, int]) -> tuple[int, NDArray[np.int64]]:
        r, block = task
        taken = min(BLOCK, sizes[r] - block * BLOCK)
        first = int(offsets[r]) + block * BLOCK
        return r, _fill(result, arrays, draws[r], block, taken, first, slip, ends)

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for r, tally in pool.map(work, tasks):
            tallies[r] += tally
    np.divide(tallies[:, 0], np.array(sizes)[:, None, None], out=result.replicate_open)
    return result


def list_dimensions(graph: MilestoneGraph) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the dimensions of a sample: causes, their loadings, the optimism of dates, gates; and by
    themselves, as they come later, doubted facts."""
    causes = [f"{word}/{cause.id}" for word in ("cause", "loading") for cause in graph.causes]
    gates = [f"gate/{gate}" for gate in graph.named]
    doubts = tuple(f"doubt/{fact}" for fact in graph.doubts)
    return (*causes, "optimism/slip", "optimism/left", *gates), doubts


class _Arrays:
    """A graph as the kernel takes it."""

    def __init__(
        self,
        graph: MilestoneGraph,
        instants: NDArray[np.float64],
        begin: float,
        what_if: Mapping[str, float],
        sooner: Mapping[str, float],
    ) -> None:
        gates = graph.gates
        self.instants = instants
        self.numbers = np.zeros((len(gates), kernel.N_NUMBERS))
        self.kinds = np.zeros((len(gates), kernel.N_KINDS), np.int64)
        self.numbers[:, kernel.FIXED] = np.nan
        self.numbers[:, kernel.LIMIT] = np.inf
        self.kinds[:, kernel.DOUBT] = kernel.SURE
        self.doubted = [gate for gate in gates if gate.is_doubted]
        laws: list[Pert] = []
        for row, gate in enumerate(gates):
            self._describe(row, gate, graph, laws)
            switches = max(gate.close_rate[1], 0.0) * instants[-1]
            if gate.is_two_state and switches > _MOST_SWITCHES:
                mend = (
                    f"lower its closing rate, or end the years sooner: at most {_MOST_SWITCHES:g} closures."
                )
                raise FuturesRefused(f'gate "{gate.id}" would shut {switches:.0f} times.', mend=mend)
        self.quantiles = tabulate(laws)
        for name, year in what_if.items():
            self._fix(graph, name, max(0.0, year - begin), frozenset(what_if))
        for name, years in sooner.items():
            self.numbers[graph.place(name), kernel.SOONER] = years
        is_sure = (self.kinds[:, kernel.START] == kernel.OPEN) & (self.kinds[:, kernel.TWO_STATE] == 0)
        is_sure &= self.kinds[:, kernel.DOUBT] == kernel.SURE
        self.every = _lists(graph, [gate.requires for gate in gates], is_sure, is_all=True)
        self.some = _lists(graph, [gate.requires_any for gate in gates], is_sure, is_all=False)
        self.degraded = tuple(
            gate.id for gate in gates if gate.start == "degraded" or gate.closes_to == "degraded"
        )
        self.degraded_rows = np.array([graph.place(gate) for gate in self.degraded], np.int64)

    def _describe(self, row: int, gate: Milestone, graph: MilestoneGraph, laws: list[Pert]) -> None:
        numbers, kinds = self.numbers[row], self.kinds[row]
        ranges = {
            kernel.LOW_NEVER: gate.never,
            kernel.LOW_CLOSE: gate.close_rate,
            kernel.LOW_REOPEN: gate.reopen_rate,
            kernel.LOW_LEFT: gate.optimism_left,
        }
        for column, (low, high) in ranges.items():
            numbers[column], numbers[column + 1] = low, high
        numbers[kernel.QUIET] = gate.quiet_halving_years
        numbers[kernel.MEAN] = gate.delay.mode
        kinds[kernel.TWO_STATE] = gate.is_two_state
        kinds[kernel.START] = _LEVELS[gate.start]
        kinds[kernel.CLOSES_TO] = _LEVELS[gate.closes_to]
        kinds[kernel.FAST_AFTER] = graph.place(gate.fast_half_after) if gate.fast_half_after in graph else -1
        kinds[kernel.LAW] = kernel.EXPONENTIAL if gate.law == "exponential" else kernel.NO_DELAY
        if gate.law == "pert":
            kinds[kernel.LAW] = len(laws)
            laws.append(gate.delay)
        if gate.is_held and gate.start != "open":
            numbers[kernel.FIXED] = np.inf
        if gate.is_doubted:
            kinds[kernel.DOUBT] = self.doubted.index(gate)
            if gate.start == "shut":
                kinds[kernel.START] = kernel.OPEN  # in the futures in which it is met after all
            if gate.is_held or gate.law == "none":
                numbers[kernel.FIXED] = np.inf  # nothing says when it would come, if it has not

    def _fix(self, graph: MilestoneGraph, name: str, time: float, set_by_hand: frozenset[str]) -> None:
        row = graph.place(name)
        self.numbers[row, kernel.FIXED] = time
        self.kinds[row, kernel.START] = kernel.SHUT
        self.kinds[row, kernel.DOUBT] = kernel.SURE
        if np.isinf(time):
            return
        for need in graph.list_ancestors(name, any_too=False):
            if need not in set_by_hand:
                place = graph.place(need)
                self.numbers[place, kernel.LIMIT] = min(self.numbers[place, kernel.LIMIT], time)


def _lists(
    graph: MilestoneGraph, needs: Sequence[tuple[str, ...]], is_sure: NDArray[np.bool_], *, is_all: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Requirements as starts and places; what always holds is left out where all must, and settles where
    one may."""
    starts, places = [0], []
    for names in needs:
        found = [graph.place(name) for name in names if name in graph]
        sure = [place for place in found if is_sure[place]]
        if is_all:
            places += [place for place in found if not is_sure[place]]
        elif not sure:
            places += found
        starts.append(len(places))
    return np.array(starts, np.int64), np.array(places, np.int64)


def _blank(
    graph: MilestoneGraph,
    arrays: _Arrays,
    n: int,
    begin: float,
    years: tuple[int, ...],
    seed: int,
    sizes: tuple[int, ...],
) -> Futures:
    shape = (n, len(graph.gates))
    degraded = (n, len(arrays.degraded))
    return Futures(
        graph=graph,
        start=begin,
        years=years,
        seed=seed,
        opening=np.empty(shape, np.float32),
        open_bits=np.empty(shape, np.uint32),
        degraded_gates=arrays.degraded,
        degraded_bits=np.empty(degraded, np.uint32),
        degraded_share=np.empty(degraded, np.float32),
        causes=np.empty((n, len(graph.causes)), np.float32),
        replicate_sizes=sizes,
        replicate_open=np.empty((len(sizes), len(graph.gates), len(years))),
    )


def _fill(
    result: Futures,
    arrays: _Arrays,
    draws: Draws,
    block: int,
    taken: int,
    first: int,
    slip: Range,
    ends: Ends,
) -> NDArray[np.int64]:
    """Draw one block of futures into the result; gives how often gates are open and degraded in each year."""
    graph = result.graph
    causes, stretch, left, luck, belief, mood, stands = _draw(graph, draws, block, slip, ends)
    here = slice(first, first + taken)
    shape = (taken, len(graph.gates))
    degraded = np.empty(shape, np.uint32)
    tally = np.zeros((2, len(graph.gates), len(result.years) + 1), np.int64)
    keys = np.array(
        [name_key("holding", result.seed, draws.replicate, gate) for gate in graph.ids], dtype=np.uint64
    )
    overfull = kernel.simulate(
        block * BLOCK,
        luck,
        belief,
        mood,
        stretch,
        left,
        stands,
        arrays.numbers,
        arrays.kinds,
        arrays.quantiles,
        keys,
        *arrays.every,
        *arrays.some,
        arrays.instants,
        result.opening[here],
        result.open_bits[here],
        degraded,
        tally[0],
        tally[1],
    )
    if overfull:
        mend = "lower closing and reopening rates, or end the years sooner."
        raise FuturesRefused(f"{overfull} futures hold more changes than fit.", mend=mend)
    result.degraded_bits[here] = degraded[:, arrays.degraded_rows]
    result.causes[here] = causes[:, :taken].T
    for column, place in enumerate(arrays.degraded_rows):
        low, high = graph.gates[place].share
        half = np.where(mood[place, :taken] < 0.5, -GAUSS, GAUSS)
        result.degraded_share[here, column] = 0.5 * (low + high) + 0.5 * (high - low) * half
    return np.asarray(tally[:, :, :-1].cumsum(axis=2))


def _draw(
    graph: MilestoneGraph, draws: Draws, block: int, slip: Range, ends: Ends
) -> tuple[NDArray[Any], ...]:
    """Causes, stretch of works, what is left of it, luck of gates, place in their ranges, and whether each
    doubted start stands, each for one block."""
    from scipy.special import ndtr, ndtri

    points = draws.block(block)
    count = len(graph.causes)
    causes = ndtri(points[:count])
    loading = {}
    for row, cause in enumerate(graph.causes):
        low, high = cause.loading
        load = low + (high - low) * points[count + row]
        loading[cause.id] = (load * causes[row], np.sqrt(1.0 - load * load))
    slips, left = slip[0] + (slip[1] - slip[0]) * points[2 * count], points[2 * count + 1]
    if ends != "sampled":
        slips, left = np.full(BLOCK, slip[ends == "worst"]), np.full(BLOCK, float(ends == "worst"))
    luck = np.full((len(graph.gates), BLOCK), 0.5)
    belief = np.full((len(graph.gates), BLOCK), float(ends == "best"))
    mood = belief.copy()
    rows = {name: 2 * count + 2 + row for row, name in enumerate(graph.named)}
    for place, gate in enumerate(graph.gates):
        if gate.is_held:
            continue
        luck[place] = points[rows[gate.id]]
        if ends == "sampled":
            draws.noise(gate.id, block, out=belief[place])
            mood[place] = belief[place]
        if gate.cause:
            shared, own = loading[gate.cause]
            luck[place] = ndtr(shared + own * ndtri(luck[place]))
            if ends == "sampled" and gate.is_two_state:
                mood[place] = ndtr(shared + own * ndtri(belief[place]))
    doubted = [gate for gate in graph.gates if gate.is_doubted]
    stands = np.empty((len(doubted), BLOCK), np.bool_)
    for row, gate in enumerate(doubted):
        place = 2 * count + 2 + len(graph.named) + graph.doubts.index(gate.fact or gate.id)
        stands[row] = points[place] >= 1.0 - gate.met_probability
    return causes, 1.0 / (1.0 - slips) - 1.0, left, luck, belief, mood, stands
