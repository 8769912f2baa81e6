"""Where links are drawn: ashore along great circles, ships along the schematic lanes of the report's maps."""

from dataclasses import dataclass
from functools import lru_cache

from landbridge.report.outlines import land, read_outlines
from landbridge.report.sea import Place, SeaLanes, way_points
from landbridge.study import Study

DIGITS = 4
"""Decimals of a degree, some ten metres."""
LONG_KM = 400.0
"""A link ashore that is longer is drawn as the great circle that it stands for."""


@dataclass(frozen=True)
class Line:
    """How a link is drawn: longitude and latitude from end to end; whether it is deep sea."""

    coords: list[list[float]]
    ocean: bool


def draw_links(study: Study) -> dict[str, Line]:
    """The line of each link of a study."""
    nodes = study.tables["nodes"]
    places = tuple((str(row["id"]), float(row["lon"]), float(row["lat"])) for row in nodes.rows())
    links = tuple(
        (str(row["id"]), str(row["from_node"]), str(row["to_node"]), str(row["mode"]))
        for row in study.tables["links"].rows()
    )
    return _draw(places, links)


@lru_cache(maxsize=4)
def _draw(
    places: tuple[tuple[str, float, float], ...], links: tuple[tuple[str, str, str, str], ...]
) -> dict[str, Line]:
    spot = {name: (lon, lat) for name, lon, lat in places}
    lanes = SeaLanes(land(read_outlines()))
    found = {}
    for link, start, end, mode in links:
        stops: tuple[Place, ...] = (spot[start], spot[end])
        ocean = False
        if mode in ("sea", "river"):
            way = lanes.draw(start, spot[start], end, spot[end])
            stops, ocean = way.places, way.ocean
        points = way_points(stops, step_km=LONG_KM).tolist()
        coords = [[round(lon, DIGITS), round(lat, DIGITS)] for lon, lat in points]
        found[link] = Line(coords, ocean)
    return found
