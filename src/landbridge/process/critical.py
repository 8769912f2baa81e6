"""Critical prerequisites: which gate, if it came a year sooner, would bring a target soonest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from landbridge.process.milestones import MilestoneGraph
from landbridge.process.sampling import Futures, sample_futures

MOST_FUTURES = 1 << 13


@dataclass(frozen=True)
class Critical:
    """What a gate that comes a year sooner does for the target.

    ``years_sooner`` is the mean gain of the target, counted up to the end of the horizon and over all
    futures; ``odds_gain`` how much likelier the target is to come about within it.
    """

    gate: str
    title: str
    years_sooner: float
    odds_gain: float


def find_critical(
    graph: MilestoneGraph, target: str, n: int, *, by_years: float = 1.0, **sample: Any
) -> tuple[Critical, ...]:
    """Rank what the target needs, and the target itself left out, by how much sooner it would bring it.

    Each gate in turn comes ``by_years`` sooner in the same futures, whatever its own prerequisites say; a
    gate that never comes stays away. At most 8192 futures are used. ``sample`` goes to
    :func:`sample_futures`.

    Raises
    ------
    UnknownId
        If the target is not in the graph.
    """
    part = graph.restricted(target)
    count = min(n, MOST_FUTURES)
    what_if: Mapping[str, float] = {
        gate: year for gate, year in (sample.pop("what_if", None) or {}).items() if gate in part
    }
    base = sample_futures(part, count, what_if=what_if, **sample)
    found = []
    for name in part.list_ancestors(target):
        gate = part.get_gate(name)
        if gate.is_held or (gate.start == "open" and not gate.is_doubted) or name in what_if:
            continue
        moved = sample_futures(part, count, what_if=what_if, sooner={name: by_years}, **sample)
        years, odds = _gain(base, moved, target)
        found.append(Critical(name, gate.title, years, odds))
    return tuple(sorted(found, key=lambda item: (-item.years_sooner, item.gate)))


def _gain(base: Futures, moved: Futures, target: str) -> tuple[float, float]:
    """Mean years and odds that a target gains within the horizon."""
    place = base.graph.place(target)
    end = base.years[-1] + 1.0 - base.start
    before, after = (np.minimum(futures.opening[:, place], end) for futures in (base, moved))
    odds = np.mean(after < end) - np.mean(before < end)
    return float(np.mean(before.astype(np.float64) - after)), float(odds)
