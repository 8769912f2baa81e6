"""What a future is drawn from: its independent draws, found again from the seed, and each gate's own luck.

The draws of a sample are deterministic, so nothing has to be stored to ask later which of them made an
outcome. The inputs of a future are independent of each other:

- each shared cause, and where its loading lies in its range;
- the slip of promised dates, and what is left of it;
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

Kind = Literal["cause", "gate", "dates", "loading"]

# Where in the ranges of its rates, and when within the time, a permission is tried by itself.
_PLACES = ((0.0, 0.6), (0.2, 0.8), (0.4, 1.0))
_DATES = (0.0, 1 / 3, 2 / 3)


@dataclass(frozen=True)
class Input:
    """One independent input of the futures of a sample.

    ``values`` of shape (n,): the draw, in 0-1, high is favourable (for ``dates``, high is late). ``classes``
    of shape (n,) divides the futures by how a permission would stand of itself; all 0 for other inputs.
    """

    id: str
    title: str
    kind: Kind
    values: NDArray[np.float64]
    classes: NDArray[np.int64]


def draw_again(futures: Futures, names: Sequence[str], n: int | None = None) -> NDArray[np.float64]:
    """The draws of named dimensions for the first ``n`` futures of a sample, or for all.

    Parameters
    ----------
    names
        Of :func:`landbridge.process.sampling.list_dimensions`: ``cause/ID``, ``loading/ID``, ``gate/ID``,
        ``optimism/slip`` or ``optimism/left``.

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
    unknown = [name for name in names if name not in every]
    if unknown:
        raise KeyError(f"no dimension of the sample: {', '.join(unknown)}")
    count = futures.n if n is None else min(n, futures.n)
    result = np.empty((count, len(names)))
    first = 0
    for replicate, size in enumerate(futures.replicate_sizes):
        draws = Draws(tuple(names), seed=futures.seed, replicate=replicate, size=size, among=every)
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
        The year at whose end an outcome is looked at; permissions are divided by how they would stand then.
    gates
        Gates whose own luck is wanted; all with a prior if left out.
    """
    graph = futures.graph
    same = np.zeros(futures.n, np.int64)
    for cause in graph.causes:
        yield Input(cause.id, cause.title, "cause", _draw_one(futures, f"cause/{cause.id}"), same)
    for cause in graph.causes:
        if cause.loading[0] < cause.loading[1]:
            title = f"how strongly its gates hang on: {cause.title}"
            values = _draw_one(futures, f"loading/{cause.id}")
            yield Input(f"loading/{cause.id}", title, "loading", values, same)
    yield Input("slip", "how far promised dates slip", "dates", _draw_one(futures, "optimism/slip"), same)
    title = "how much of the slip delays do not hold yet"
    yield Input("slip-left", title, "dates", _draw_one(futures, "optimism/left"), same)
    wanted = [gate for gate in graph.gates if not gate.is_held and (gates is None or gate.id in gates)]
    own = _divide_by_own_history(futures, [gate for gate in wanted if gate.is_two_state], year)
    for gate in wanted:
        is_drawn = gate.start != "open"  # the dimension of a gate that is open today decides nothing
        values = _draw_one(futures, f"gate/{gate.id}") if is_drawn else np.zeros(futures.n)
        yield Input(gate.id, gate.title, "gate", values, own.get(gate.id, same))


def _draw_one(futures: Futures, name: str) -> NDArray[np.float64]:
    return draw_again(futures, [name])[:, 0]


def _divide_by_own_history(
    futures: Futures, gates: Sequence[Milestone], year: int
) -> dict[str, NDArray[np.int64]]:
    """Classes of futures by how a permission would stand of itself at the end of a year.

    A history of closures and openings is no number. It is summed up by how the permission would stand with
    the same luck, without causes and requirements, added up over several places in the ranges of its rates
    and, if it is shut today, several dates on which it opens.
    """
    if not gates:
        return {}
    end = year + 1.0 - futures.start
    named, total = futures.graph.named, np.zeros((futures.n, len(gates)), np.int64)
    for part in _PLACES:
        alone = MilestoneGraph(tuple(_isolate(gate, part) for gate in gates), futures.graph.causes, named)
        for date in _DATES:
            opens = futures.start + date * end
            again = sample_futures(
                alone,
                futures.n,
                start=to_date(futures.start),
                years=[year],
                seed=futures.seed,
                what_if={gate.id: opens for gate in gates if gate.start == "shut"},
                replicates=len(futures.replicate_sizes),
            )
            total += read_levels(again, year)
    return {gate.id: total[:, place] for place, gate in enumerate(gates)}


def _isolate(gate: Milestone, part: Range) -> Milestone:
    """A permission by itself, its rates in a part of their ranges (0 bad, 1 good) that its luck chooses."""

    def place(bad: float, good: float, at: float) -> float:
        return bad + at * (good - bad)

    close = [place(gate.close_rate[1], gate.close_rate[0], at) for at in part]
    reopen = [place(gate.reopen_rate[0], gate.reopen_rate[1], at) for at in part]
    return replace(
        gate,
        requires=(),
        requires_any=(),
        cause="",
        fast_half_after="",
        optimism_left=(0.0, 0.0),
        close_rate=(close[1], close[0]),
        reopen_rate=(reopen[0], reopen[1]),
    )
