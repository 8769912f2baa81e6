"""Ships are drawn on water."""

from itertools import pairwise

import pytest

from landbridge.report.outlines import land, read_outlines
from landbridge.report.sea import SeaLanes, way_points

CANALS_AND_STRAITS = {
    frozenset(pair)
    for pair in [
        ("suez", "suez-canal"),
        ("said", "suez-canal"),
        ("german-bight", "kiel"),
        ("bosporus", "marmara"),
        ("marmara", "dardanelles"),
    ]
}
PORTS = {
    "aktau": (51.225, 43.607),
    "alat": (49.43, 39.985),
    "poti": (41.654, 42.155),
    "istanbul": (28.75, 41.02),
    "shanghai": (121.49, 31.23),
    "rotterdam": (4.14, 51.95),
    "mumbai": (72.95, 18.95),
}


@pytest.fixture(scope="module")
def lanes() -> SeaLanes:
    """The net of lanes over the real outlines."""
    return SeaLanes(land(read_outlines()))


def test_lanes_avoid_land(lanes: SeaLanes) -> None:
    """No lane runs over more than 60 km of land, other than canals and straits narrower than the outlines."""
    across = {
        (a, b): round(lanes.land_km(lanes.places[a], lanes.places[b]))
        for a, ways in lanes._ways.items()
        for b in ways
        if a < b and frozenset((a, b)) not in CANALS_AND_STRAITS
    }
    assert {pair: km for pair, km in across.items() if km > 60} == {}


@pytest.mark.parametrize(
    ("start", "end", "ocean"),
    [
        ("aktau", "alat", False),
        ("poti", "istanbul", False),
        ("shanghai", "rotterdam", True),
        ("mumbai", "rotterdam", True),
    ],
)
def test_ways_between_ports(lanes: SeaLanes, start: str, end: str, ocean: bool) -> None:
    """The Caspian and the Black Sea are inland seas; whatever leaves them crosses the ocean."""
    way = lanes.draw(start, PORTS[start], end, PORTS[end])
    assert (way.stops[0], way.stops[-1]) == (start, end)
    assert way.ocean is ocean


def test_ship_rounds_the_absheron_peninsula(lanes: SeaLanes) -> None:
    """The straight line from Aktau to Alat crosses Baku; the drawn one does not."""
    assert lanes.land_km(PORTS["aktau"], PORTS["alat"]) > 10
    way = lanes.draw("aktau", PORTS["aktau"], "alat", PORTS["alat"])
    assert sum(lanes.land_km(a, b) for a, b in pairwise(way.places)) < 5


def test_way_is_the_same_both_ways(lanes: SeaLanes) -> None:
    """There and back are drawn on one line."""
    there = lanes.draw("mumbai", PORTS["mumbai"], "rotterdam", PORTS["rotterdam"])
    back = lanes.draw("rotterdam", PORTS["rotterdam"], "mumbai", PORTS["mumbai"])
    assert there.stops == back.stops[::-1]


def test_points_follow_the_way() -> None:
    """Every stop is among the points, once."""
    points = way_points(((0.0, 0.0), (10.0, 0.0), (10.0, 10.0)))
    assert points[0].tolist() == [0.0, 0.0]
    assert points[-1].tolist() == pytest.approx([10.0, 10.0])
    assert len(points) == len({(round(x, 6), round(y, 6)) for x, y in points.tolist()})
