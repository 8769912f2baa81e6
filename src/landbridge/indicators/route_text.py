"""What routes look like in words: the places, links, modes and states that they take, in travel order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from landbridge.indicators.flows import get_mode
from landbridge.network import Arc, Network
from landbridge.tables import Table


@dataclass(frozen=True)
class Lists:
    """A column of lists of names: row i holds ``names[codes[offsets[i]:offsets[i + 1]]]``."""

    offsets: np.ndarray
    codes: np.ndarray
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, i: int) -> list[str]:
        """One row as a plain list."""
        return [self.names[c] for c in self.codes[self.offsets[i] : self.offsets[i + 1]]]


class RouteWords:
    """Names of what each arc adds to a route; made once for a network."""

    def __init__(self, network: Network, tables: Mapping[str, Table]) -> None:
        head = network.head
        place = network.place[head]
        frontier = np.array(["|frontier" in node for node in network.nodes])
        named = (place >= 0) & ~frontier[head]
        self.place_names = network.place_ids
        self.place = np.where(named, place, -1)
        # A ship that passes a port is not in the state behind it; a canal is.
        canal = tables["nodes"]["kind"] == "canal"
        ashore = named & (~network.on_ship[head] | canal[place])
        self.country_names = tuple(sorted(set(network.place_country)))
        code = {name: i for i, name in enumerate(self.country_names)}
        country = np.array([code[name] for name in network.place_country])
        self.country = np.where(ashore, country[place], -1)
        moves = np.isin(network.kind, (Arc.MOVE, Arc.SAIL, Arc.FERRY))
        self.link_names = tables["links"].ids
        self.link = np.where(moves, network.link_row, -1)
        modes = [get_mode(network, arc) for arc in range(network.n_arcs)]
        self.mode_names = tuple(sorted(set(modes)))
        self.mode = np.where(moves, [self.mode_names.index(mode) for mode in modes], -1)

    def describe(self, start: np.ndarray, arcs: np.ndarray) -> dict[str, Any]:
        """Columns ``nodes``, ``links``, ``modes`` and ``countries`` (repeats told once) and ``borders`` of
        routes.
        """
        nodes = _collect(self.place, self.place_names, start, arcs)
        links = _collect(self.link, self.link_names, start, arcs)
        modes = _collect(self.mode, self.mode_names, start, arcs)
        countries = _collect(self.country, self.country_names, start, arcs)
        borders = np.maximum(np.diff(countries.offsets) - 1, 0)
        return {"nodes": nodes, "links": links, "modes": modes, "countries": countries, "borders": borders}

    def describe_one(self, arcs: np.ndarray) -> dict[str, Any]:
        """The same for one route, as plain lists."""
        columns = self.describe(np.array([0, len(arcs)]), arcs)
        return {
            name: column.row(0) if isinstance(column, Lists) else int(column[0])
            for name, column in columns.items()
        }


def _collect(code_of_arc: np.ndarray, names: Sequence[str], start: np.ndarray, arcs: np.ndarray) -> Lists:
    """Codes of the arcs of each route in order, those below 0 left out and repeats in a row told once."""
    codes = code_of_arc[arcs]
    route = np.repeat(np.arange(len(start) - 1), np.diff(start))
    codes, route = codes[codes >= 0], route[codes >= 0]
    fresh = np.ones(len(codes), bool)
    fresh[1:] = (codes[1:] != codes[:-1]) | (route[1:] != route[:-1])
    counts = np.bincount(route[fresh], minlength=len(start) - 1)
    return Lists(np.concatenate(([0], np.cumsum(counts))), codes[fresh], tuple(names))
