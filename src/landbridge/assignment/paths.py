"""Storage of explicit paths for a problem: found by least-cost trees, chained by pair, kept across solves."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.assignment.problem import Commodities, Problem
from landbridge.kernels.paths import add_paths, cost_paths, sum_paths

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass
class Paths:
    """Paths of all pairs with demand; links are numbered as in the problem's star.

    Attributes
    ----------
    first, links
        Links of path q are ``links[first[q]:first[q + 1]]``, from the destination back.
    pair
        Pair of each path: a row of ``commodities.node``.
    newest, older
        Chains of the paths of each pair.
    flow
        Flow of each path, in equivalents.
    """

    problem: Problem
    commodities: Commodities
    count: int = 0
    first: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    links: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    pair: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    newest: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    older: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    flow: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        """Begin with no path."""
        c = self.commodities
        self.pair_class = np.repeat(c.travel_class, np.diff(c.first)).astype(np.int32)
        if not len(self.newest):
            self.newest = np.full(len(c.node), -1, np.int32)

    def generate(self, costs: Floats) -> int:
        """Add the least-cost path of each pair at ``costs`` (n_classes, n_links), in star order; how many
        were new."""
        c, star = self.commodities, self.problem.star
        tally = np.array([self.count, 0], np.int64)
        begin = 0
        while True:
            begin = add_paths(
                star.first,
                star.head,
                star.tail,
                self.problem.closed,
                costs,
                c.travel_class,
                c.source,
                c.first,
                c.node,
                begin,
                tally,
                self.first,
                self.links,
                self.pair,
                self.newest,
                self.older,
            )
            if begin < 0:
                break
            self._widen(int(tally[0]))
        self.count = int(tally[0])
        return int(tally[1])

    def _widen(self, count: int) -> None:
        """Make room for half as many paths again, and no less than one for each pair."""
        paths = count + max(count // 2, len(self.newest)) + 16
        used = int(self.first[count]) if len(self.first) > count else 0
        mean = used / count if count else 16.0
        links = used + int(mean * (paths - count)) + 2 * self.problem.n_nodes

        def longer(old: NDArray[Any], size: int) -> NDArray[Any]:
            new = np.zeros(size, old.dtype)
            new[: min(len(old), size)] = old[:size]
            return new

        self.first, self.links = longer(self.first, paths + 1), longer(self.links, links)
        self.pair, self.older = longer(self.pair, paths), longer(self.older, paths)
        self.flow = longer(self.flow, paths)

    def class_flow(self) -> Floats:
        """Link flows (n_classes, n_links), in star order."""
        out = np.zeros((len(self.problem.classes), self.problem.n_links))
        sum_paths(self.count, self.first, self.links, self.pair, self.pair_class, self.flow, out)
        return out

    def costs(self, costs: Floats) -> Floats:
        """Sum ``costs`` (n_classes, n_links), in star order, along each path; shape (count,)."""
        out = np.zeros(self.count)
        cost_paths(self.count, self.first, self.links, self.pair, self.pair_class, costs, out)
        return out
