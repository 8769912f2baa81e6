"""The facilities of many routes as a tree of what they share from their start."""

from dataclasses import dataclass

import numpy as np

from landbridge.kernels import prefixes as kernel


@dataclass(frozen=True)
class PrefixTree:
    """Facilities along routes, merged where routes of one class begin with the same ones.

    ``parent``, ``facility`` and ``entry`` (n_nodes): a node's parent (-1 for the root of each class), its
    facility, and ``class * n_facilities + facility``. ``leaf`` (n_routes): the node at which a route ends.
    """

    n_classes: int
    n_facilities: int
    parent: np.ndarray
    facility: np.ndarray
    entry: np.ndarray
    leaf: np.ndarray

    def sum_routes(self, base: np.ndarray, values: np.ndarray) -> np.ndarray:
        """``base`` of each route plus ``values`` (n_classes, n_facilities) summed over its facilities."""
        total, out = np.empty(len(self.parent)), np.empty(len(self.leaf))
        kernel.sum_down(self.parent, self.entry, np.ascontiguousarray(values).ravel(), total)
        kernel.gather(self.leaf, base, total, out)
        return out

    def sum_some(self, routes: np.ndarray, values: np.ndarray) -> np.ndarray:
        """``values`` (n_classes, n_facilities) summed over the facilities of some routes alone."""
        total = np.zeros(len(routes))
        kernel.sum_up(self.parent, self.entry, self.leaf, routes, np.ascontiguousarray(values).ravel(), total)
        return total

    def load(self, flow: np.ndarray) -> np.ndarray:
        """Flow through each facility (n_facilities,) of routes with ``flow``, t/year."""
        load = np.zeros(self.n_facilities)
        kernel.load_up(self.parent, self.facility, self.leaf, flow, np.empty(len(self.parent)), load)
        return load

    def list_along(self, route: int) -> np.ndarray:
        """Facilities of one route in travel order."""
        found = []
        node = int(self.leaf[route])
        while self.parent[node] >= 0:
            found.append(int(self.facility[node]))
            node = int(self.parent[node])
        return np.array(found[::-1], np.int64)

    def list_marked(self, position: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of each route the facilities whose ``position`` is not -1, from the last: (starts, positions)."""
        starts = np.empty(len(self.leaf) + 1, np.int64)
        room = kernel.list_marked(
            self.parent, self.facility, self.leaf, position, starts, np.empty(0, np.int64)
        )
        found = np.empty(room, np.int64)
        kernel.list_marked(self.parent, self.facility, self.leaf, position, starts, found)
        return starts, found


def build_prefix_tree(
    starts: np.ndarray, facilities: np.ndarray, route_class: np.ndarray, n_classes: int, n_facilities: int
) -> PrefixTree:
    """Tree of routes that load ``facilities[starts[r]:starts[r + 1]]`` in travel order."""
    depth = np.diff(starts)
    node = route_class.astype(np.int64).copy()
    parents, own = [np.full(n_classes, -1, np.int64)], [np.zeros(n_classes, np.int64)]
    classes = [np.arange(n_classes)]
    count = n_classes
    for step in range(int(depth.max(initial=0))):
        going = np.flatnonzero(depth > step)
        key = node[going] * n_facilities + facilities[starts[going] + step]
        found, first, place = np.unique(key, return_index=True, return_inverse=True)
        parents.append(found // n_facilities)
        own.append(found % n_facilities)
        classes.append(route_class[going[first]])
        node[going] = count + place.ravel()
        count += len(found)
    parent, facility = np.concatenate(parents), np.concatenate(own)
    entry = np.concatenate(classes) * n_facilities + facility
    number = np.empty(count, np.int64)
    kernel.number_in_preorder(parent, number)
    order = np.argsort(number)
    above = parent[order]
    return PrefixTree(
        n_classes,
        n_facilities,
        np.where(above >= 0, number[above], -1).astype(np.int32),
        facility[order].astype(np.int32),
        entry[order].astype(np.int32),
        number[node].astype(np.int32),
    )
