"""Which zones a name stands for, and which row of a table says most about a pair of zones."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import UnknownId
from landbridge.tables import Table

ANY = "*"


@dataclass(frozen=True)
class Cover:
    """Zones and groups of zones of a study, by name.

    ``zones`` are the zones in the order of all matrices; ``groups`` gives the zones of each group;
    ``countries`` the state in which each zone lies.
    """

    zones: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    countries: tuple[str, ...]

    @property
    def n_zones(self) -> int:
        """Number of zones."""
        return len(self.zones)

    @cached_property
    def position(self) -> dict[str, int]:
        """Place of each zone in the matrices."""
        return {zone: place for place, zone in enumerate(self.zones)}

    def members(self, name: str) -> tuple[int, ...]:
        """Places of the zones that a zone, a group, or ``*`` (or a blank) for all stands for, in rising
        order.

        Raises
        ------
        UnknownId
            If the name is neither a zone nor a group.
        """
        if name in ("", ANY):
            return tuple(range(self.n_zones))
        if name in self.position:
            return (self.position[name],)
        if name in self.groups:
            return tuple(sorted(self.position[zone] for zone in self.groups[name]))
        raise UnknownId(name, [*self.zones, *self.groups], kind="zone or group")

    @cached_property
    def is_domestic(self) -> NDArray[np.bool_]:
        """Pairs of zones in one state (the diagonal too), shape (n_zones, n_zones)."""
        country = np.array(self.countries)
        return np.asarray(country[:, None] == country[None, :])

    def narrowest(
        self, origins: Sequence[str], destinations: Sequence[str], breadths: Sequence[int] | None = None
    ) -> NDArray[np.intp]:
        """For each pair of zones, the row that says most about it, shape (n_zones, n_zones); -1 where none
        does.

        The row that names the fewest pairs wins, times its ``breadth`` (the number of classes or years that
        it also speaks of); among equals the one with fewer origins, then the one that stands first.
        """
        best = np.full((self.n_zones, self.n_zones), -1, dtype=np.intp)
        sides = [(self.members(a), self.members(b)) for a, b in zip(origins, destinations, strict=True)]
        sizes = [len(a) * len(b) for a, b in sides]
        if breadths is not None:
            sizes = [size * breadth for size, breadth in zip(sizes, breadths, strict=True)]
        order = sorted(range(len(sides)), key=lambda i: (sizes[i], len(sides[i][0]), i))
        for row in reversed(order):
            best[np.ix_(*sides[row])] = row
        return best


def build_cover(zones: Table, groups: Table | None) -> Cover:
    """Read zones and groups from their tables."""
    members = {} if groups is None else dict(zip(groups.ids, groups["zones"].tolist(), strict=True))
    return Cover(zones.ids, members, tuple(zones["country"].tolist()))
