"""Places that are known apart from the claims: in which state they lie, and whether they are its capital."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from landbridge.tables import Table


@dataclass(frozen=True)
class Place:
    """A place, its state (ISO 3166 alpha-3), and whether it is the state's capital (``None``: not known)."""

    id: str
    name: str
    country: str
    capital: bool | None = None


@dataclass(frozen=True)
class Gazetteer:
    """Places by id and by name, and the capital of each state that is known."""

    places: tuple[Place, ...] = ()
    capitals: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Place | None:
        """Find a place by id or name, whatever its capitals letters; ``None`` if it is not known."""
        wanted = name.casefold()
        return next((p for p in self.places if wanted in (p.id.casefold(), p.name.casefold())), None)


def read_gazetteer(
    tables: Mapping[str, Table], capitals: Mapping[str, Iterable[str]] | None = None
) -> Gazetteer:
    """Take the places of a study's network, and say which are capitals.

    Parameters
    ----------
    capitals
        Names of the capital of each state, the present one first.
    """
    nodes = tables.get("nodes")
    known = {state: tuple(names) for state, names in (capitals or {}).items()}
    places = []
    for row in nodes.rows() if nodes is not None and len(nodes) else ():
        names = known.get(row["country"])
        capital = None if names is None else row["name"].casefold() == names[0].casefold()
        places.append(Place(row["id"], row["name"], row["country"], capital))
    return Gazetteer(tuple(places), {state: names[0] for state, names in known.items() if names})
