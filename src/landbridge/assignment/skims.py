"""Skims: cost and attribute sums along least-cost paths between zones, once or again and again under new
costs.

A :class:`Skimmer` remembers what does not depend on costs. Its two methods give the same costs up to
rounding:

- `trees`: a least-cost tree a source. The order in which a tree was scanned guides the next one, which
  makes a skim after a cost change several times quicker than the first.
- `hierarchy`: a customisable contraction hierarchy, 16 sources side by side; building it takes a fraction
  of a second for ten thousand nodes, pricing it some milliseconds.

Threads work on runs of sources of fixed make-up and write to places of their own: the same bytes for any
number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from landbridge.assignment.certificate import share_out
from landbridge.assignment.problem import ProblemRefused, Star
from landbridge.kernels.contraction import LANES, contract, locate_links, price_arcs, sweep_sources
from landbridge.kernels.heap_trees import skim_trees

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Skim:
    """Costs and sums of shape (n_sources, n_targets); inf where there is no open path (never 0)."""

    cost: Floats
    sums: Mapping[str, Floats] = field(default_factory=dict)


class Skimmer:
    """Skims one network, again and again.

    Parameters
    ----------
    n_nodes, tail, head
        The network; nodes from 0.
    sources, targets
        Nodes to go from and to; targets are the sources if None.
    closed
        Flags (n_nodes,) of nodes where a path may begin or end but through which none goes.

    Examples
    --------
    >>> ring = Skimmer(3, [0, 1, 2], [1, 2, 0], [0, 1, 2])
    >>> ring.skim([1.0, 2.0, 4.0]).cost.tolist()
    [[0.0, 1.0, 3.0], [6.0, 0.0, 2.0], [4.0, 5.0, 0.0]]
    """

    def __init__(
        self,
        n_nodes: int,
        tail: ArrayLike,
        head: ArrayLike,
        sources: ArrayLike,
        targets: ArrayLike | None = None,
        *,
        closed: ArrayLike | None = None,
    ) -> None:
        self.star = Star.build(n_nodes, tail, head)
        if not len(self.star.head):
            raise ProblemRefused("the network has no links.", mend="give a network with at least one link.")
        self.n_nodes = n_nodes
        self.sources = np.asarray(sources, np.int32)
        self.targets = self.sources if targets is None else np.asarray(targets, np.int32)
        self.closed = np.zeros(n_nodes, bool) if closed is None else np.array(closed, bool)
        self._reached = np.zeros(len(self.sources), np.int32)
        self._orders: Ints = np.zeros((0, n_nodes), np.int32)

    def skim(
        self,
        cost: ArrayLike,
        attributes: Mapping[str, ArrayLike] | None = None,
        *,
        method: Literal["trees", "hierarchy"] = "trees",
        threads: int = 1,
        remember: bool = True,
    ) -> Skim:
        """Sum cost and attributes along least-cost paths.

        Parameters
        ----------
        cost
            Shape (n_links,): not negative, inf where shut.
        attributes
            More columns of that shape to sum along the same paths.
        method
            See the module.
        remember
            Keep the orders of trees for the next skim: 4 bytes a node and source.

        Raises
        ------
        ProblemRefused
            If a cost is negative or not a number.
        """
        costs = np.ascontiguousarray(np.asarray(cost, float)[self.star.links])
        if not (costs >= 0).all():
            raise ProblemRefused("a link cost is negative or not a number.")
        names = list(attributes or {})
        columns = np.zeros((len(names), len(costs)))
        for row, name in zip(columns, names, strict=True):
            row[:] = np.asarray((attributes or {})[name], float)[self.star.links]
        out = np.empty((1 + len(names), len(self.sources), len(self.targets)))
        runs = [
            np.arange(k, min(k + LANES, len(self.sources)), dtype=np.int32)
            for k in range(0, len(self.sources), LANES)
        ]
        if method == "hierarchy":
            self.hierarchy.sweep(costs, columns, runs, threads, out)
        else:
            if remember and not len(self._orders):
                self._orders = np.zeros((len(self.sources), self.n_nodes), np.int32)
            orders = self._orders if remember else np.zeros((0, self.n_nodes), np.int32)
            star = self.star

            def run(rows: Ints) -> None:
                skim_trees(
                    star.first,
                    star.head,
                    star.tail,
                    self.closed,
                    costs,
                    columns,
                    self.sources,
                    self.targets,
                    self._reached,
                    orders,
                    rows,
                    out,
                )

            share_out(run, _joined(runs), threads)
        # The way from a node to itself is no way at all, also where the hierarchy has not seen the node.
        same = self.sources[:, None] == self.targets[None, :]
        out[:, same] = 0.0
        return Skim(out[0], {name: out[1 + i] for i, name in enumerate(names)})

    @cached_property
    def hierarchy(self) -> "Hierarchy":
        """The contraction hierarchy of the nodes that may be passed through, built when first asked for."""
        return Hierarchy(self.star, self.n_nodes, self.sources, self.targets, self.closed)


def _joined(runs: list[Ints]) -> list[Ints]:
    """Join runs into at most sixteen, to have fewer calls."""
    size = max(1, -(-len(runs) // 16))
    return [np.concatenate(runs[k : k + size]) for k in range(0, len(runs), size)]


class Hierarchy:
    """Order, arcs and entries of a contraction hierarchy: see `kernels.contraction`.

    Nodes are ranked by least degree (the multiple minimum degree order of SciPy's sparse factorisation).
    """

    def __init__(
        self, star: Star, n_nodes: int, sources: Ints, targets: Ints, closed: NDArray[np.bool_]
    ) -> None:
        inner = ~closed[star.tail] & ~closed[star.head] & (star.tail != star.head)
        open_nodes = np.flatnonzero(~closed)
        self.rank = np.full(n_nodes, -1, np.int32)
        self.rank[open_nodes] = np.arange(len(open_nodes))
        tail, head = self.rank[star.tail[inner]], self.rank[star.head[inner]]
        order = _least_degree(len(open_nodes), tail, head)
        self.rank[open_nodes] = order
        self.links = np.flatnonzero(inner)
        tail, head = self.rank[star.tail[inner]], self.rank[star.head[inner]]
        n = len(open_nodes)
        ends = np.concatenate((tail, head)), np.concatenate((head, tail))
        by = np.argsort(ends[0], kind="stable")
        first = np.zeros(n + 1, np.int64)
        np.cumsum(np.bincount(ends[0], minlength=n), out=first[1:])
        neighbour = np.ascontiguousarray(ends[1][by].astype(np.int32))
        self.up_first = np.zeros(n + 1, np.int64)
        room = 4 * len(tail) + n
        while True:
            up_node = np.zeros(room, np.int32)
            room = contract(first, neighbour, self.up_first, up_node)
            if room <= len(up_node):
                break
        self.up_node = up_node[:room].copy()
        self.arc, self.upward = np.zeros(len(tail), np.int64), np.zeros(len(tail), bool)
        locate_links(tail, head, self.up_first, self.up_node, self.arc, self.upward)
        self.enter = self._ends(sources, closed, star.tail, star.head)
        self.leave = self._ends(targets, closed, star.head, star.tail)
        # A link from a closed source straight to a closed target never enters the hierarchy.
        both = np.flatnonzero(closed[star.tail] & closed[star.head])
        at_source = {int(node): i for i, node in enumerate(sources)}
        at_target = {int(node): i for i, node in enumerate(targets)}
        self.direct = [
            (at_source[i], at_target[j], e)
            for e, i, j in zip(both.tolist(), star.tail[both].tolist(), star.head[both].tolist(), strict=True)
            if i in at_source and j in at_target
        ]

    def _ends(
        self, nodes: Ints, closed: NDArray[np.bool_], near: Ints, far: Ints
    ) -> tuple[NDArray[np.int64], Ints, Ints]:
        """Where each node meets the hierarchy: itself, or the far ends of its links if it is closed."""
        by = np.argsort(near, kind="stable")
        start = np.searchsorted(near[by], np.arange(len(closed) + 1))
        first, at, links = [0], [], []
        for node in nodes.tolist():
            if closed[node]:
                for e in by[start[node] : start[node + 1]].tolist():
                    if not closed[far[e]]:
                        at.append(int(self.rank[far[e]]))
                        links.append(e)
            else:
                at.append(int(self.rank[node]))
                links.append(-1)
            first.append(len(at))
        return np.array(first, np.int64), np.array(at, np.int32), np.array(links, np.int32)

    def sweep(self, costs: Floats, columns: Floats, runs: list[Ints], threads: int, out: Floats) -> None:
        """Price the arcs, then fill ``out`` run by run."""
        up = np.empty((1 + len(columns), len(self.up_node)))
        down = np.empty_like(up)
        price_arcs(
            self.arc,
            self.upward,
            costs[self.links],
            np.ascontiguousarray(columns[:, self.links]),
            self.up_first,
            self.up_node,
            up,
            down,
        )

        def run(rows: Ints) -> None:
            sweep_sources(
                *self.enter, *self.leave, costs, columns, self.up_first, self.up_node, up, down, rows, out
            )

        share_out(run, _joined(runs), threads)
        for i, j, e in self.direct:
            if costs[e] < out[0, i, j]:
                out[0, i, j] = costs[e]
                out[1:, i, j] = columns[:, e]


def _least_degree(n: int, tail: Ints, head: Ints) -> Ints:
    """Rank nodes by multiple minimum degree: 0 is contracted first."""
    from scipy.sparse import coo_matrix, identity
    from scipy.sparse.linalg import splu

    if n == 0 or not len(tail):
        return np.arange(n, dtype=np.int32)

    ones = np.ones(len(tail))
    graph = coo_matrix((ones, (tail, head)), shape=(n, n))
    pattern = (graph + graph.T).tocsr()
    pattern.data[:] = 1.0
    degree = float(np.asarray(pattern.sum(axis=1)).max())
    matrix = (identity(n) * (degree + 1.0) - pattern).tocsc()
    factor = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    rank: Ints = factor.perm_c.astype(np.int32)
    return rank
