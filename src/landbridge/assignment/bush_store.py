"""Where the bushes of all commodities are kept: one row each, with room to grow."""

import mmap
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.bush_moves import copy_bushes

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

#: Bytes of one array of bushes from which memory counts for more than time: below, memory that was used
#: before is used again, which saves the system from clearing pages.
MANY_BYTES = 1 << 25


def make_rows(count: int, length: int, kind: type[np.generic]) -> NDArray[Any]:
    """Make long rows of zeros; of large ones only what is written takes memory (no huge pages)."""
    size = count * length * np.dtype(kind).itemsize
    if size < MANY_BYTES or not hasattr(mmap, "MADV_NOHUGEPAGE"):
        return np.zeros((count, length), kind)
    room = mmap.mmap(-1, size)
    room.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(room, kind).reshape(count, length)


@dataclass
class Bushes:
    """Bushes of all commodities, one row each, and the last order of their trees: see `kernels.bushes`."""

    counts: Ints
    starts: Ints
    link: Ints
    place: Ints
    flow: Floats
    reached: Ints
    orders: Ints

    @classmethod
    def empty(cls, n_commodities: int, n_nodes: int, room: int) -> "Bushes":
        """Make room for bushes of at most ``room`` links."""
        c = n_commodities
        return cls(
            np.ones(c, np.int32),
            make_rows(c, n_nodes + 1, np.int32),
            make_rows(c, room, np.int32),
            make_rows(c, room, np.int32),
            make_rows(c, room, np.float64),
            np.zeros(c, np.int32),
            make_rows(c, n_nodes, np.int32),
        )

    def moved(self, rows: NDArray[np.int64], room: int) -> "Bushes":
        """Copy rows (-1 for a new one) into bushes of their own with the room asked for."""
        n_nodes = self.orders.shape[1]
        more = Bushes.empty(len(rows), n_nodes, room)
        copy_bushes(
            rows.astype(np.int32),
            self.counts,
            self.starts,
            self.link,
            self.place,
            self.flow,
            self.reached,
            self.orders,
            more.counts,
            more.starts,
            more.link,
            more.place,
            more.flow,
            more.reached,
            more.orders,
        )
        return more
