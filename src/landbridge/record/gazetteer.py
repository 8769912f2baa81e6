"""Places that are known apart from the claims: in which state they lie, and whether they are its capital."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files

from landbridge.tables import Table

_NATIONS = "nations.csv"


@dataclass(frozen=True)
class Place:
    """A place, its state (ISO 3166 alpha-3), and whether it is the state's capital (``None``: not known)."""

    id: str
    name: str
    country: str
    capital: bool | None = None


@dataclass(frozen=True)
class Gazetteer:
    """Places by id and by name, and the name of the capital of each state."""

    places: tuple[Place, ...] = ()
    capitals: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _by_name(self) -> Mapping[str, Place]:
        found: dict[str, Place] = {}
        for place in self.places:
            found.setdefault(place.id.casefold(), place)
            found.setdefault(place.name.casefold(), place)
        return found

    def find(self, name: str) -> Place | None:
        """Find a place by id or name, in capital letters or not; ``None`` if it is not known."""
        return self._by_name.get(name.casefold())


def read_gazetteer(tables: Mapping[str, Table] | None = None) -> Gazetteer:
    """Capitals of the world's states, present and former, and the places of a study's network.

    Examples
    --------
    >>> place = read_gazetteer().find("Lagos")
    >>> place.country, place.capital
    ('NGA', False)
    """
    capitals: dict[str, str] = {}
    seats: dict[str, set[str]] = {}
    places = []
    text = (files(__package__) / _NATIONS).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        state = row["state"]
        now = [name for name in row["capital"].split(";") if name]
        if now:
            capitals[state] = now[0]
            seats[state] = {name.casefold() for name in now}
        places += [Place(name, name, state, capital=True) for name in now]
        before = [name.partition(":")[0] for name in row["former_capital"].split(";") if name]
        places += [Place(name, name, state, capital=False) for name in before if name not in now]
    nodes = tables.get("nodes") if tables is not None else None
    for row in nodes.rows() if nodes is not None and len(nodes) else ():
        known = seats.get(row["country"])
        capital = None if known is None else row["name"].casefold() in known
        places.append(Place(row["id"], row["name"], row["country"], capital))
    return Gazetteer(tuple(places), capitals)
