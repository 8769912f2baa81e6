"""What a future is drawn from: its independent draws, found again from the seed, and each gate's own luck.

The draws of a sample are deterministic, so nothing has to be stored to ask later which of them made an
outcome. The inputs of a future are independent of each other:

- each shared cause, and where its loading lies in its range;
- the slip of promised dates, and what is left of it;
- each doubted fact: whether the gates whose start hangs on it are met at the start;
- the own luck of each gate: its dimension of the sample, and for a permission also the times at which it
  would shut and open again by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from landbridge.process.draws import BLOCK, Draws
from landbridge.process.milestones import Milestone, MilestoneGraph, Range
from landbridge.process.optimism import to_date
from landbridge.process.sampling import Futures, list_dimensions, sample_futures

SHUT, DEGRADED, OPEN = 0, 1, 2

Kind = Literal["cause", "gate", "dates", "loading", "doubt"]

# Where in the ranges of its rates a permission is tried by itself, and at which quantiles of its openings.
_PLACES = ((0.0, 0.6), (0.2, 0.8), (0.4, 1.0))
_DATES = (1 / 6, 1 / 2, 5 / 6)


@dataclass(frozen=True)
class Input:
    """One independent input of the futures of a sample.

    ``values`` of shape (n,): the draw, in 0-1, high is favourable (for ``dates``, high is late); for a
    ``doubt`` the share of its gates that are met at the start, 0 or 1 if it is one gate. ``history`` of
    shape (n, trials): how a permission would fare of itself, in several trials; no column for the others.
    """

    id: str
    title: str
    kind: Kind
    values: NDArray[np.float64]
    history: NDArray[np.int8]


def draw_again(futures: Futures, names: Sequence[str], n: int | None = None) -> NDArray[np.float64]:
    """The draws of named dimensions for the first ``n`` futures of a sample, or for all.

    Parameters
    ----------
    names
        Of :func:`landbridge.process.sampling.list_dimensions`: ``cause/ID``, ``loading/ID``, ``gate/ID``,
        ``optimism/slip``, ``optimism/left`` or ``doubt/FACT``.

    Returns
    -------
    NDArray
        Shape (n, names), within 0 and 1: the very numbers from which the futures were drawn. A cause is the
        normal quantile of its draw.

    Raises
    ------
    KeyError
        If a name is no dimension of the sample.
    """
    every = list_dimensions(futures.graph)
    unknown = [name for name in names if name not in every[0] + every[1]]
    if unknown:
        raise KeyError(f"no dimension of the sample: {', '.join(unknown)}")
    count = futures.n if n is None else min(n, futures.n)
    result = np.empty((count, len(names)))
    first = 0
    for replicate, size in enumerate(futures.replicate_sizes):
        draws = Draws(*every, seed=futures.seed, replicate=replicate, size=size, only=tuple(names))
        for block in range(-(-min(size, count - first) // BLOCK)):
            here = first + block * BLOCK
            taken = min(BLOCK, size - block * BLOCK, count - here)
            result[here : here + taken] = draws.block(block)[:, :taken].T
        first += size
        if first >= count:
            break
    return result


def read_levels(futures: Futures, year: int) -> NDArray[np.int8]:
    """How each gate stands at the end of a year, shape (n, gates): 0 shut, 1 degraded, 2 open."""
    result = np.asarray(futures.states(year), dtype=np.int8) * np.int8(OPEN)
    bit = np.uint32(futures.years.index(year))
    for row, gate in enumerate(futures.degraded_gates):
        is_degraded = (futures.degraded_bits[:, row] >> bit & np.uint32(1)).astype(np.bool_)
        result[is_degraded, futures.graph.place(gate)] = DEGRADED
    return result


def list_inputs(futures: Futures, year: int, *, gates: Sequence[str] | None = None) -> Iterator[Input]:
    """The independent inputs of a sample, one after the other.

    Parameters
    ----------
    year
        The year at whose end an outcome is looked at; permissions are tried up to then.
    gates
        Gates whose own luck is wanted; all with a prior if left out. Doubts are listed all.
    """
    graph = futures.graph
    none = np.empty((futures.n, 0), np.int8)
    for cause in graph.causes:
        yield Input(cause.id, cause.title, "cause", _draw_one(futures, f"cause/{cause.id}"), none)
    for cause in graph.causes:
        if cause.loading[0] < cause.loading[1]:
            title = f"how strongly its gates hang on: {cause.title}"
            values = _draw_one(futures, f"loading/{cause.id}")
            yield Input(f"loading/{cause.id}", title, "loading", values, none)
    yield Input("slip", "how far promised dates slip", "dates", _draw_one(futures, "optimism/slip"), none)
    title = "how much of the slip delays do not hold yet"
    yield Input("slip-left", title, "dates", _draw_one(futures, "optimism/left"), none)
    for fact in graph.doubts:
        doubted = [gate for gate in graph.gates if gate.is_doubted and (gate.fact or gate.id) == fact]
        if doubted:
            draw = _draw_one(futures, f"doubt/{fact}")
            stands = np.mean([draw >= 1.0 - gate.met_probability for gate in doubted], axis=0)
            yield Input(f"doubt/{fact}", _say_doubt(fact, doubted), "doubt", stands, none)
    wanted = [gate for gate in graph.gates if not gate.is_held and (gates is None or gate.id in gates)]
    own = _try_alone(futures, [gate for gate in wanted if gate.is_two_state], year)
    for gate in wanted:
        # The dimension of a gate that is surely open today decides nothing.
        is_drawn = gate.start != "open" or gate.is_doubted
        values = _draw_one(futures, f"gate/{gate.id}") if is_drawn else np.zeros(futures.n)
        yield Input(gate.id, gate.title, "gate", values, own.get(gate.id, none))


def _say_doubt(fact: str, doubted: Sequence[Milestone]) -> str:
    """The title of the gate that hangs on a fact, or the fact's own id if it is several."""
    return f"whether it is met today: {doubted[0].title if len(doubted) == 1 else fact}"


def _draw_one(futures: Futures, name: str) -> NDArray[np.float64]:
    return draw_again(futures, [name])[:, 0]


def _try_alone(futures: Futures, gates: Sequence[Milestone], year: int) -> dict[str, NDArray[np.int8]]:
    """How permissions would fare of themselves: their level at the end of a year, and in how many years up to
    then they would be open, in several trials.

    A history of closures and openings is no number. A permission is tried with its own luck, without causes
    and requirements, in several parts of the ranges of its rates, and if it is shut today from several dates
    on, which are quantiles of the dates on which it opens in the sample. How it stands today is taken as
    stated, as a doubt about it is an input of its own.
    """
    graph, years = futures.graph, futures.years[: futures.years.index(year) + 1]
    found: dict[str, list[NDArray[np.int8]]] = {gate.id: [] for gate in gates}
    opening = {gate.id: futures.opening[:, graph.place(gate.id)] for gate in gates if gate.start == "shut"}
    end = year + 1.0 - futures.start
    for part in _PLACES if gates else ():
        isolated = tuple(_isolate(gate, part) for gate in gates)
        alone = MilestoneGraph(isolated, graph.causes, graph.named, graph.doubts)
        for number, date in enumerate(_DATES):
            dates = {
                name: futures.start + float(np.quantile(times[times < end], date, method="inverted_cdf"))
                for name, times in opening.items()
                if (times < end).any()
            }
            trial = sample_futures(
                alone,
                futures.n,
                start=to_date(futures.start),
                years=years,
                seed=futures.seed,
                what_if=dates,
                replicates=len(futures.replicate_sizes),
            )
            levels = read_levels(trial, year)
            opens = np.stack([trial.states(each) for each in years]).sum(axis=0, dtype=np.int8)
            for place, gate in enumerate(gates):
                if number == 0 or gate.id in dates:
                    found[gate.id] += [levels[:, place], opens[:, place]]
    return {name: np.stack(columns, axis=1) for name, columns in found.items()}


def _isolate(gate: Milestone, part: Range) -> Milestone:
    """A permission by itself, its rates in a part of their ranges (0 bad, 1 good) that its luck chooses."""

    def place(bad: float, good: float, at: float) -> float:
        return bad + at * (good - bad)

    close = [place(gate.close_rate[1], gate.close_rate[0], at) for at in part]
    reopen = [place(gate.reopen_rate[0], gate.reopen_rate[1], at) for at in part]
    return replace(
        gate,
        probability=1.0,
        fact="",
        requires=(),
        requires_any=(),
        cause="",
        fast_half_after="",
        optimism_left=(0.0, 0.0),
        close_rate=(close[1], close[0]),
        reopen_rate=(reopen[0], reopen[1]),
    )
