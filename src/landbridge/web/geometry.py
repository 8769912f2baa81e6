"""Where links are drawn: ashore along great circles, ships along the schematic lanes of the report's maps.

Drawn once for the places and links of a study and kept in the user's cache.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

from landbridge.study import Study
from landbridge.web.basemap import mark_outlines
from landbridge.web.kept import read_or_make_own

DIGITS = 4
"""Decimals of a degree, some ten metres."""
LONG_KM = 400.0
"""A link ashore that is longer is drawn as the great circle that it stands for."""
_FORM = 1
"""Raised when the way of drawing changes, so that an old cache is not read."""


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
    content = json.dumps([places, links, mark_outlines(), _FORM])
    name = hashlib.sha256(content.encode()).hexdigest()[:32]

    def make() -> bytes:
        return json.dumps({link: vars(line) for link, line in _lay(places, links).items()}).encode()

    found = json.loads(read_or_make_own("lines", name, make))
    return {link: Line(**line) for link, line in found.items()}


def _lay(
    places: tuple[tuple[str, float, float], ...], links: tuple[tuple[str, str, str, str], ...]
) -> dict[str, Line]:
    from landbridge.report.outlines import land, read_outlines
    from landbridge.report.sea import Place, SeaLanes, way_points

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
