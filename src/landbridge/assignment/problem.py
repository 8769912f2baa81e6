"""An assignment problem: a graph, the delays of its links, and classes of travellers or goods with their
demand.

Cost of a link for a class = congested time (shared by all) + what the class pays there, in time units.  Flows
are in equivalents (passenger cars, tonnes, trains), so a class of lorries of 2.5 cars adds 2.5 a vehicle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from landbridge.assignment.link_delays import Delays
from landbridge.errors import LandbridgeError
from landbridge.kernels.heap_trees import grow_tree

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


class ProblemRefused(LandbridgeError, ValueError):
    """An assignment problem that cannot be solved as it stands."""

    code = "LB-E001"


@dataclass(frozen=True)
class Demand:
    """Demand between zones, one row a pair.

    Attributes
    ----------
    origin, destination
        Shape (n_pairs,): rows of the problem's ``zones``.
    amount
        Shape (n_pairs,): vehicles, tonnes or persons of the class per period; positive.
    """

    origin: Ints
    destination: Ints
    amount: Floats

    @classmethod
    def from_matrix(cls, matrix: ArrayLike) -> "Demand":
        """Take the positive entries of a (n_zones, n_zones) matrix."""
        values = np.asarray(matrix, float)
        if values.ndim != 2 or values.shape[0] != values.shape[1]:
            raise ProblemRefused(f"a demand matrix must be square, this one is {values.shape}.")
        origin, destination = np.nonzero(values)
        return cls(origin.astype(np.int32), destination.astype(np.int32), values[origin, destination])

    @cached_property
    def between(self) -> "Demand":
        """The positive demand between different zones, sorted by origin, then destination."""
        keep = (self.origin != self.destination) & (self.amount > 0)
        origin, destination, amount = self.origin[keep], self.destination[keep], self.amount[keep]
        step = np.diff(origin)
        if (step < 0).any() or (np.diff(destination)[step == 0] < 0).any():
            order = np.lexsort((destination, origin))
            origin, destination, amount = origin[order], destination[order], amount[order]
        return Demand(origin, destination, amount)

    def matrix(self, n_zones: int) -> Floats:
        """Lay the demand out as a matrix (n_zones, n_zones)."""
        out = np.zeros((n_zones, n_zones))
        np.add.at(out, (self.origin, self.destination), self.amount)
        return out

    def scaled(self, factor: float) -> "Demand":
        """Multiply all demand."""
        return replace(self, amount=self.amount * factor)


@dataclass(frozen=True)
class TravelClass:
    """One class: who travels, what they pay and where they may go.

    Attributes
    ----------
    demand
        Its trips or tonnes.
    fixed
        Shape (n_links,): what it pays or loses on each link whatever the flow, in time units (money / value
        of time); None for nothing.
    permitted
        Shape (n_links,): links it may use; None for all.
    equivalent
        Equivalents that one unit of the class adds to the flow of a link.
    """

    name: str
    demand: Demand
    fixed: Floats | None = None
    permitted: Flags | None = None
    equivalent: float = 1.0


@dataclass(frozen=True)
class Problem:
    """What is to be assigned; checked when made, never changed.

    Attributes
    ----------
    n_nodes, tail, head
        Nodes are 0 to n_nodes - 1; ends of the links, shape (n_links,) each.
    zones
        Shape (n_zones,): the node that stands for each zone.
    closed
        Shape (n_nodes,): nodes where a path may begin or end but through which none goes.
    delays
        Delays of the links.
    classes
        At least one.
    names
        Names of the nodes for messages and files; numbers from 1 if None.
    """

    n_nodes: int
    tail: Ints
    head: Ints
    zones: Ints
    closed: Flags
    delays: Delays
    classes: tuple[TravelClass, ...]
    names: tuple[str, ...] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse empty, mismatched or impossible input, in words."""
        m = len(self.tail)
        if m == 0 or self.n_nodes == 0:
            raise ProblemRefused("the network has no links.", mend="give a network with at least one link.")
        if len(self.head) != m or len(self.delays) != m:
            raise ProblemRefused("tails, heads and delays differ in number.")
        ends = np.concatenate((self.tail, self.head))
        if ends.min() < 0 or ends.max() >= self.n_nodes:
            raise ProblemRefused(f"a link ends at a node outside 0 to {self.n_nodes - 1}.")
        if len(self.closed) != self.n_nodes:
            raise ProblemRefused("`closed` must have one entry for each node.")
        if not self.classes:
            raise ProblemRefused("there is no class to assign.", mend="give at least one class with demand.")
        for c in self.classes:
            self._check_class(c)
        if not any(
            (c.demand.amount[c.demand.origin != c.demand.destination] > 0).any() for c in self.classes
        ):
            raise ProblemRefused(
                "there is no demand between different zones.",
                mend="give a trip table with at least one pair.",
            )

    def _check_class(self, c: TravelClass) -> None:
        m = len(self.tail)
        where = f"class {c.name}"
        if not np.isfinite(c.demand.amount).all() or (c.demand.amount < 0).any():
            raise ProblemRefused("a demand is negative or not a number.", where=where)
        if not c.equivalent > 0:
            raise ProblemRefused("an equivalent must be above 0.", where=where)
        if len(c.demand.origin):
            both = np.concatenate((c.demand.origin, c.demand.destination))
            if both.min() < 0 or both.max() >= len(self.zones):
                raise ProblemRefused(f"demand names a zone outside 0 to {len(self.zones) - 1}.", where=where)
        if c.permitted is not None and len(c.permitted) != m:
            raise ProblemRefused("`permitted` must have one entry for each link.", where=where)
        if c.fixed is not None:
            if len(c.fixed) != m or not np.isfinite(c.fixed).all():
                raise ProblemRefused("`fixed` must have one finite entry for each link.", where=where)
            if (self.delays.free + c.fixed < 0).any():
                raise ProblemRefused(
                    "a link has a negative cost.",
                    where=where,
                    mend="check tolls, factors and the value of time.",
                )

    @property
    def n_links(self) -> int:
        """Number of links."""
        return len(self.tail)

    def bases(self) -> Floats:
        """Free-flow cost of each class on each link, shape (n_classes, n_links); inf where it may not go."""
        rows = np.tile(self.delays.free, (len(self.classes), 1))
        for row, c in zip(rows, self.classes, strict=True):
            if c.fixed is not None:
                row += c.fixed
            if c.permitted is not None:
                row[~np.asarray(c.permitted, bool)] = np.inf
        return rows

    def with_links_shut(self, shut: ArrayLike) -> "Problem":
        """Give the problem with some links (indices or flags) shut to all classes."""
        open_links = np.ones(self.n_links, bool)
        open_links[np.asarray(shut)] = False
        classes = tuple(
            replace(c, permitted=open_links if c.permitted is None else open_links & c.permitted)
            for c in self.classes
        )
        other = replace(self, classes=classes)
        other.__dict__["star"] = self.star  # the same graph
        return other

    @cached_property
    def star(self) -> "Star":
        """The graph in forward-star form."""
        return Star.build(self.n_nodes, self.tail, self.head)


@dataclass(frozen=True)
class Star:
    """A graph in forward-star form: links sorted by tail.

    ``links[k]`` is the problem's number of the k-th link here, and ``first[i]:first[i + 1]`` are the links of
    node i.
    """

    first: Ints
    head: Ints
    tail: Ints
    links: NDArray[np.int64]

    @classmethod
    def build(cls, n_nodes: int, tail: ArrayLike, head: ArrayLike) -> "Star":
        """Sort the links by tail; parallel links keep their order."""
        tails, heads = np.asarray(tail, np.int32), np.asarray(head, np.int32)
        links = np.argsort(tails, kind="stable")
        first = np.zeros(n_nodes + 1, np.int32)
        np.cumsum(np.bincount(tails, minlength=n_nodes), out=first[1:])
        return cls(first, np.ascontiguousarray(heads[links]), np.ascontiguousarray(tails[links]), links)


@dataclass(frozen=True)
class Unserved:
    """Demand that no open path serves, one row a pair: class, zones (rows of the problem) and amount in its
    own units."""

    travel_class: Ints
    origin: Ints
    destination: Ints
    amount: Floats

    @property
    def total(self) -> float:
        """Sum over classes."""
        return float(self.amount.sum())


@dataclass(frozen=True)
class Commodities:
    """Demand that has a path, gathered by class and origin: what the solvers move.

    Attributes
    ----------
    travel_class, source
        Shape (n_commodities,): class and source node, sorted by class, then origin.
    zone
        Shape (n_commodities,): origin zone.
    first, node, amount
        Compressed rows: destinations (nodes) and their demand in equivalents.
    pair_zone
        Shape (n_pairs,): destination zones.
    unserved
        What has no path.
    intrazonal
        Demand within zones, which uses no link.
    """

    travel_class: Ints
    source: Ints
    zone: Ints
    first: Ints
    node: Ints
    amount: Floats
    pair_zone: Ints
    unserved: Unserved
    intrazonal: float

    def __len__(self) -> int:
        return len(self.source)

    @property
    def total(self) -> float:
        """All served demand in equivalents."""
        return float(self.amount.sum())


def gather_commodities(problem: Problem) -> Commodities:
    """Sort demand into commodities and set aside what has no path."""
    parts: list[tuple[Ints, Ints, Ints, Floats]] = []
    lost: list[tuple[Ints, Ints, Ints, Floats]] = []
    intrazonal = 0.0
    bases = problem.bases()
    for k, c in enumerate(problem.classes):
        d = c.demand
        intrazonal += float(d.amount[d.origin == d.destination].sum())
        origin, destination, amount = d.between.origin, d.between.destination, d.between.amount
        served = _has_path(problem, bases[k], origin, destination)
        label = np.full(len(origin), k, np.int32)
        if not served.all():
            left = ~served
            lost.append((label[left], origin[left], destination[left], amount[left]))
            label, origin, destination, amount = (
                label[served],
                origin[served],
                destination[served],
                amount[served],
            )
        parts.append((label, origin, destination, amount * c.equivalent if c.equivalent != 1.0 else amount))
    label, origin, destination, amount = _joined(parts)
    new = np.ones(len(label), bool)
    new[1:] = (label[1:] != label[:-1]) | (origin[1:] != origin[:-1])
    first = np.append(np.flatnonzero(new), len(label)).astype(np.int32)
    unserved = Unserved(*_joined(lost))
    return Commodities(
        label[new],
        problem.zones[origin[new]].astype(np.int32),
        origin[new],
        first,
        problem.zones[destination].astype(np.int32),
        amount,
        destination,
        unserved,
        intrazonal,
    )


def _joined(parts: list[tuple[Ints, Ints, Ints, Floats]]) -> tuple[Ints, Ints, Ints, Floats]:
    """Join classes, origins, destinations and amounts of several classes; one part is not copied."""
    if len(parts) == 1:
        return parts[0]
    none = parts or [(np.zeros(0, np.int32),) * 3 + (np.zeros(0),)]
    a, b, c, d = (np.concatenate(column) for column in zip(*none, strict=True))
    return a, b, c, d


def _has_path(problem: Problem, base: Floats, origin: Ints, destination: Ints) -> Flags:
    """Flag the pairs that an open path joins: by the strongly connected core first, by trees where that is
    not enough."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    n = problem.n_nodes
    way = np.isfinite(base)
    tail, head = problem.tail[way], problem.head[way]
    inner = ~problem.closed[tail] & ~problem.closed[head]
    graph = csr_matrix((np.ones(int(inner.sum()), np.int8), (tail[inner], head[inner])), shape=(n, n))
    label = connected_components(graph, directed=True, connection="strong")[1]
    core = np.bincount(label[~problem.closed], minlength=1).argmax()
    in_core = (label == core) & ~problem.closed
    leaves, enters = in_core.copy(), in_core.copy()
    leaves[tail[in_core[head]]] = True
    enters[head[in_core[tail]]] = True
    goes, comes = leaves[problem.zones[origin]], enters[problem.zones[destination]]
    served: Flags = goes & comes
    if served.all():
        return served
    # What does not leave the core is searched from its origin, what does not enter it back from its end.
    doubtful = np.flatnonzero(~served)
    forth, back = doubtful[~goes[doubtful]], doubtful[goes[doubtful]]
    for rows, near, far, star in (
        (forth, origin, destination, problem.star),
        (back, destination, origin, Star.build(n, problem.head, problem.tail)),
    ):
        cost = np.ascontiguousarray(np.where(np.isfinite(base), 1.0, np.inf)[star.links])
        dist, room = np.empty(n), np.empty((4, n), np.int32)
        for zone in np.unique(near[rows]).tolist():
            mine = rows[near[rows] == zone]
            ends = np.ascontiguousarray(problem.zones[far[mine]], np.int32)
            grow_tree(
                star.first, star.head, problem.closed, cost, int(problem.zones[zone]), ends, dist, *room
            )
            served[mine] = np.isfinite(dist[ends])
    return served


def build_problem(
    n_nodes: int,
    tail: ArrayLike,
    head: ArrayLike,
    delays: Delays,
    demand: ArrayLike | Demand | Sequence[TravelClass],
    *,
    zones: ArrayLike | None = None,
    closed: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
) -> Problem:
    """Make a problem from arrays, with usual choices.

    Parameters
    ----------
    n_nodes, tail, head, delays
        The network; nodes from 0.
    demand
        A square matrix over the zones, a :class:`Demand`, or classes.
    zones
        Nodes of the zones; the first nodes if None.
    closed
        Flags of nodes not to be passed through; none if None.
    fixed
        What the one class pays on each link, in time units.

    Raises
    ------
    ProblemRefused
        If the parts do not fit or there is nothing to assign.

    Examples
    --------
    >>> delays = Delays.bpr([10, 20], [1, 1], [0.002, 0.0005], 1)
    >>> two = build_problem(2, [0, 0], [1, 1], delays, [[0, 1000], [0, 0]])
    >>> two.n_links, len(two.classes)
    (2, 1)
    """
    if isinstance(demand, Demand):
        classes: tuple[TravelClass, ...] = (TravelClass("all", demand),)
    elif isinstance(demand, Sequence) and len(demand) and isinstance(demand[0], TravelClass):
        classes = tuple(c for c in demand if isinstance(c, TravelClass))
    else:
        classes = (TravelClass("all", Demand.from_matrix(demand)),)  # type: ignore[arg-type]
    if fixed is not None:
        money = np.broadcast_to(np.asarray(fixed, float), (len(np.atleast_1d(tail)),)).copy()
        classes = tuple(replace(c, fixed=money if c.fixed is None else c.fixed + money) for c in classes)
    if zones is None:
        top = max(
            (
                int(max(c.demand.origin.max(), c.demand.destination.max())) + 1
                for c in classes
                if len(c.demand.origin)
            ),
            default=0,
        )
        zones = np.arange(min(top, n_nodes))
    shut = np.zeros(n_nodes, bool) if closed is None else np.array(closed, bool)
    return Problem(
        n_nodes,
        np.asarray(tail, np.int32),
        np.asarray(head, np.int32),
        np.asarray(zones, np.int32),
        shut,
        delays,
        classes,
    )
