"""The map projection against pyproj, and the windows that maps look through."""

from itertools import pairwise

import numpy as np
import pyproj
import pytest

from landbridge.report.projection import (
    EARTH_RADIUS_M,
    Lambert,
    distance_km,
    great_circle,
    view_box,
    view_points,
)


def some_places(n: int = 500) -> np.ndarray:
    """Places all over the old world."""
    rng = np.random.default_rng(7)
    return np.column_stack([rng.uniform(-20, 150, n), rng.uniform(-35, 78, n)])


@pytest.mark.parametrize("centre", [(66.8, 46.8), (47.25, 40.4), (0.0, 0.0), (-70.0, -33.0), (20.0, 90.0)])
def test_projection_is_that_of_pyproj(centre: tuple[float, float]) -> None:
    """Forward agrees with pyproj on the same sphere to a millionth, and inverse brings every place back."""
    lon, lat = some_places().T
    x, y = Lambert(*centre).forward(lon, lat)
    shown = np.isfinite(x)
    theirs = pyproj.Proj(proj="laea", lon_0=centre[0], lat_0=centre[1], R=EARTH_RADIUS_M)(
        lon[shown], lat[shown]
    )
    assert shown.sum() > 100
    np.testing.assert_allclose(np.array([x[shown], y[shown]]), theirs, rtol=1e-6, atol=1e-3)
    back_lon, back_lat = Lambert(*centre).inverse(x[shown], y[shown])
    np.testing.assert_allclose(back_lon, lon[shown], atol=1e-6)
    np.testing.assert_allclose(back_lat, lat[shown], atol=1e-6)


def test_equal_areas() -> None:
    """A small square has the same area wherever it lies on the map."""
    projection, step = Lambert(60.0, 45.0), 0.01
    lon, lat = some_places(50).T
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    x, y = (
        np.array(axis)
        for axis in zip(
            *(projection.forward(lon + step * a, lat + step * b) for a, b in corners), strict=True
        )
    )
    area = 0.5 * np.abs(np.sum(x * np.roll(y, -1, 0) - y * np.roll(x, -1, 0), axis=0))
    on_sphere = (
        EARTH_RADIUS_M**2 * np.radians(2 * step) * 2 * np.sin(np.radians(step)) * np.cos(np.radians(lat))
    )
    np.testing.assert_allclose(area, on_sphere, rtol=1e-5)


def test_far_places_are_not_drawn() -> None:
    """The far side of the Earth has no place on the page."""
    x, y = Lambert(60.0, 45.0).forward(np.array([-120.0]), np.array([-45.0]))
    assert np.isnan(x).all()
    assert np.isnan(y).all()


def test_view_shows_its_points() -> None:
    """All given points lie inside the window, and the window inside the bounds it states."""
    places = np.array([(-3.7, 40.4), (131.9, 43.1), (114.0, 22.5), (30.3, 60.0)])
    view = view_points(places)
    west, south, east, north = view.bounds()
    assert view.shows(places, margin=5).all()
    assert west < -3.7 < 131.9 < east
    assert south < 22.5 < 60.0 < north
    assert view.height <= 0.8 * view.width + 1


def test_view_of_one_place() -> None:
    """A single place still makes a window, with the place in the middle."""
    view = view_points(np.array([(50.0, 40.0)]))
    np.testing.assert_allclose(
        view.page(np.array([(50.0, 40.0)]))[0], (view.width / 2, view.height / 2), atol=0.5
    )


def test_box_fills_the_width() -> None:
    """The window on a box is as wide as the box."""
    view = view_box(40.0, 36.9, 54.0, 43.9)
    west, _, east, _ = view.bounds()
    assert west == pytest.approx(40.0, abs=1.0)
    assert east == pytest.approx(54.0, abs=1.0)


def test_great_circle() -> None:
    """Points lie evenly on the shortest way, ends included; a way to the same place is that place."""
    way = great_circle((51.2, 43.6), (49.4, 40.0), 4)
    steps = [distance_km(tuple(a), tuple(b)) for a, b in pairwise(way)]
    np.testing.assert_allclose(way[[0, -1]], [(51.2, 43.6), (49.4, 40.0)], atol=1e-9)
    np.testing.assert_allclose(steps, sum(steps) / 4, rtol=1e-9)
    assert len(great_circle((5.0, 5.0), (5.0, 5.0))) == 2
