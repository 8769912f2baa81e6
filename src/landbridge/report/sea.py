"""Where ships are drawn: along a small net of way-points at sea, so that no line crosses a continent.

A study stores a sea link as two ports and a length. The map draws it along `lanes.csv`, a schematic net of
way-points (positions from general knowledge, accurate to what a page can show): not a chart, and no length is
taken from it.
"""

import csv
import heapq
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

import numpy as np
import shapely

from landbridge.report.projection import FloatArray, distance_km, great_circle

Place = tuple[float, float]
"""Longitude and latitude, degrees."""

_PORT_WAYS = 6
_LAND_WEIGHT = 40.0
_LANE_PREFERENCE = 1.08


@dataclass(frozen=True)
class SeaWay:
    """How one sea link is drawn: places from port to port, and whether it leaves the inland seas."""

    stops: tuple[str, ...]
    places: tuple[Place, ...]
    ocean: bool

    def segments(self) -> tuple[tuple[str, str], ...]:
        """The pieces between neighbouring stops, in order."""
        return tuple(pairwise(self.stops))


class SeaLanes:
    """The net of way-points and the land it avoids."""

    def __init__(self, land: shapely.Geometry | None = None) -> None:
        self.places: dict[str, Place] = {}
        self.water: dict[str, str] = {}
        self._ways: dict[str, dict[str, float]] = {}
        self._land = np.array(shapely.get_parts(land) if land is not None else [], dtype=object)
        self._tree = shapely.STRtree(self._land)
        self._ports: dict[Place, dict[str, float]] = {}
        rows = list(
            csv.DictReader(files("landbridge.report").joinpath("lanes.csv").read_text("utf-8").splitlines())
        )
        for row in rows:
            self.places[row["id"]] = (float(row["lon"]), float(row["lat"]))
            self.water[row["id"]] = row["water"]
            self._ways[row["id"]] = {}
        for row in rows:
            for other in filter(None, row["next"].split(";")):
                km = distance_km(self.places[row["id"]], self.places[other])
                self._ways[row["id"]][other] = self._ways[other][row["id"]] = km

    def land_km(self, start: Place, end: Place) -> float:
        """Length over land of the great circle between two places, km."""
        line = shapely.LineString(great_circle(start, end))
        touched = self._land[self._tree.query(line, predicate="intersects")]
        if len(touched) == 0:
            return 0.0
        over = float(shapely.length(shapely.intersection(line, touched)).sum())
        return over / float(shapely.length(line)) * distance_km(start, end)

    def draw(self, start_id: str, start: Place, end_id: str, end: Place) -> SeaWay:
        """The way from one port to another over the net, or straight where the net would be a detour."""
        straight = distance_km(start, end) + _LAND_WEIGHT * self.land_km(start, end)
        near, far = self._port_ways(start), self._port_ways(end)
        cost, stops = self._shortest(near, far)
        water = {self.water[stop] for stop in stops}
        if straight * _LANE_PREFERENCE <= cost:
            water = {self.water[min(ways, key=lambda s: (ways[s], s))] for ways in (near, far)}
            stops = ()
        places = (start, *(self.places[stop] for stop in stops), end)
        return SeaWay((start_id, *(f"~{stop}" for stop in stops), end_id), places, "ocean" in water)

    def _port_ways(self, port: Place) -> dict[str, float]:
        """Weighted distance from a port to the way-points near it."""
        if port not in self._ports:
            by_km = sorted((distance_km(port, place), stop) for stop, place in self.places.items())
            self._ports[port] = {
                stop: km + _LAND_WEIGHT * self.land_km(port, self.places[stop])
                for km, stop in by_km[:_PORT_WAYS]
            }
        return self._ports[port]

    def _shortest(self, near: dict[str, float], far: dict[str, float]) -> tuple[float, tuple[str, ...]]:
        queue: list[tuple[float, tuple[str, ...]]] = [(cost, (stop,)) for stop, cost in sorted(near.items())]
        heapq.heapify(queue)
        best: dict[str, float] = {}
        answer: tuple[float, tuple[str, ...]] = (float("inf"), ())
        while queue:
            cost, way = heapq.heappop(queue)
            if cost >= answer[0]:
                break
            here = way[-1]
            if best.get(here, float("inf")) <= cost:
                continue
            best[here] = cost
            if here in far and cost + far[here] < answer[0]:
                answer = (cost + far[here], way)
            for other, km in self._ways[here].items():
                heapq.heappush(queue, (cost + km, (*way, other)))
        return answer


def way_points(places: tuple[Place, ...], *, step_km: float = 300.0) -> FloatArray:
    """Points (longitude, latitude) along great circles from place to place, close enough to look smooth."""
    pieces = []
    for start, end in pairwise(places):
        n = max(1, round(distance_km(start, end) / step_km))
        pieces.append(great_circle(start, end, n)[: -1 if end is not places[-1] else None])
    return np.vstack(pieces)
