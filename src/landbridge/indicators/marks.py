"""Which routes pass which of many things, a bit for each: one pass over all routes tells of all of them."""

from collections.abc import Mapping, Sequence

import numpy as np

from landbridge.assignment.routes import RouteSet
from landbridge.indicators.corridors import Corridor, mark_arcs
from landbridge.indicators.elements import Elements
from landbridge.indicators.solution import Solution
from landbridge.network import Network
from landbridge.tables import Table

WORD = 64


class ArcMarks:
    """Things that arcs may belong to: ``masks`` (n_things, n_arcs)."""

    def __init__(self, masks: np.ndarray) -> None:
        n_words = -(-len(masks) // WORD) or 1
        self._codes = np.zeros((n_words, masks.shape[1]), np.uint64)
        for i, mask in enumerate(masks):
            self._codes[i // WORD] |= mask.astype(np.uint64) << np.uint64(i % WORD)

    def find(self, routes: RouteSet) -> np.ndarray:
        """What routes pass, as bits: (n_words, n_routes), for :meth:`pick`."""
        if not routes.n_routes:
            return np.zeros((len(self._codes), 0), np.uint64)
        found: np.ndarray = np.bitwise_or.reduceat(self._codes[:, routes.arcs], routes.start[:-1], axis=1)
        return found

    @staticmethod
    def pick(codes: np.ndarray, thing: int) -> np.ndarray:
        """Which routes pass one thing (n_routes,)."""
        bit = np.uint64(1) << np.uint64(thing % WORD)
        passed: np.ndarray = (codes[thing // WORD] & bit) > 0
        return passed


class CorridorSums:
    """Tonnes on counted corridors of any routes over one network."""

    def __init__(self, network: Network, tables: Mapping[str, Table], corridors: Sequence[Corridor]) -> None:
        self.corridors, self._zones = corridors, network.zones
        names = sorted({e for c in corridors for e in (*c.all_of, *c.any_of, *c.none_of)})
        self._place = {name: i for i, name in enumerate(names)}
        masks = [mark_arcs(network, tables, name) for name in names]
        self._marks = ArcMarks(np.array(masks, bool).reshape(len(names), network.n_arcs))

    def take(self, solution: Solution, class_index: int | None = None) -> dict[str, float]:
        """Tonnes a year of each corridor, of all cargo or one class."""
        r, flow = solution.routes, solution.equilibrium.flow
        codes = self._marks.find(r)
        if class_index is not None:
            flow = np.where(r.route_class == class_index, flow, 0.0)

        def pick(name: str) -> np.ndarray:
            return ArcMarks.pick(codes, self._place[name])

        result = {}
        for corridor in self.corridors:
            member = np.ones(r.n_routes, bool)
            for name in corridor.all_of:
                member &= pick(name)
            if corridor.any_of:
                member &= np.logical_or.reduce([pick(name) for name in corridor.any_of])
            for name in corridor.none_of:
                member &= ~pick(name)
            if corridor.from_zones or corridor.to_zones:
                a = np.isin(self._zones, corridor.from_zones)
                b = np.isin(self._zones, corridor.to_zones)
                o, d = r.group_origin, r.group_destination
                member &= ((a[o] & b[d]) | (b[o] & a[d]))[r.route_group]
            result[corridor.id] = float(flow[member].sum())
        return result


class StateShares:
    """Tonnes of each zone's trade that pass each state that is not its own."""

    def __init__(self, elements: Elements) -> None:
        places = elements.list_kind("state")
        self.states = [elements.id[i] for i in places]
        self._spared = elements.spared[places]
        self._marks = ArcMarks(elements.arcs[places])

    def take(self, solution: Solution) -> tuple[np.ndarray, np.ndarray]:
        """Tonnes a year that a zone sends and receives through each state (n_states, n_zones), and at all
        (n_zones,).
        """
        r, flow, n = solution.routes, solution.equilibrium.flow, len(solution.network.zones)
        codes, ends = self._marks.find(r), (r.group_origin, r.group_destination)
        by_group = [
            np.bincount(r.route_group, np.where(ArcMarks.pick(codes, i), flow, 0.0), len(r.group_class))
            for i in range(len(self.states))
        ]
        through = np.zeros((len(self.states), n))
        total = np.zeros(n)
        for end in ends:
            total += np.bincount(end, solution.group_flow, n)
            for i, tonnes in enumerate(by_group):
                own = self._spared[i]
                own_pair = own[ends[0]] | own[ends[1]]
                through[i] += np.bincount(end, np.where(own_pair, 0.0, tonnes), n)
        return through, total
