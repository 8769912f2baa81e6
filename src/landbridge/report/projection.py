"""Lambert azimuthal equal-area projection of a sphere, in closed form, and the window a map looks through.

Equal areas mean that no country looks larger than it is. The sphere has the area of the Earth, so that
distances near the middle of a map are right to a fraction of a percent.
"""

from dataclasses import dataclass
from math import ceil, cos, radians, sin

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

EARTH_RADIUS_M = 6_371_007.181
"""Radius of the sphere with the area of the Earth, m."""

FARTHEST_DEG = 150.0
"""Places farther than this from the middle of a map are not drawn: their shapes mean nothing there."""


@dataclass(frozen=True)
class Lambert:
    """A projection centred at (``lon``, ``lat``), degrees.

    Examples
    --------
    >>> x, y = Lambert(45.0, 40.0).forward(np.array([45.0]), np.array([41.0]))
    >>> round(float(x[0])), round(float(y[0]))
    (0, 111194)
    """

    lon: float
    lat: float

    def forward(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Metres east and north of the centre; NaN beyond `FARTHEST_DEG`."""
        turn = np.radians(np.asarray(lon, dtype=float) - self.lon)
        high = np.radians(np.asarray(lat, dtype=float))
        sin0, cos0 = sin(radians(self.lat)), cos(radians(self.lat))
        nearness = sin0 * np.sin(high) + cos0 * np.cos(high) * np.cos(turn)
        nearness = np.where(nearness < cos(radians(FARTHEST_DEG)), np.nan, nearness)
        scale = EARTH_RADIUS_M * np.sqrt(2.0 / (1.0 + nearness))
        x = scale * np.cos(high) * np.sin(turn)
        y = scale * (cos0 * np.sin(high) - sin0 * np.cos(high) * np.cos(turn))
        return x, y

    def inverse(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Longitude and latitude in degrees of points given in metres; NaN outside the projected sphere."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        sin0, cos0 = sin(radians(self.lat)), cos(radians(self.lat))
        rho = np.hypot(x, y)
        half = np.where(rho > 2 * EARTH_RADIUS_M, np.nan, rho) / (2 * EARTH_RADIUS_M)
        away = 2 * np.arcsin(half)
        safe = np.where(rho == 0, 1.0, rho)
        sin_lat = np.cos(away) * sin0 + np.where(rho == 0, 0.0, y * np.sin(away) * cos0 / safe)
        lat = np.degrees(np.arcsin(np.clip(sin_lat, -1.0, 1.0)))
        turn = np.arctan2(x * np.sin(away), safe * cos0 * np.cos(away) - y * sin0 * np.sin(away))
        lon = self.lon + np.degrees(turn)
        return (lon + 180.0) % 360.0 - 180.0, lat


@dataclass(frozen=True)
class View:
    """A rectangle of a projection, drawn ``width`` by ``height`` pixels; ``left`` and ``top`` in metres."""

    projection: Lambert
    left: float
    top: float
    metres_per_pixel: float
    width: int
    height: int

    def page(self, lonlat: FloatArray) -> FloatArray:
        """Pixels (x to the right, y down) of points of shape (n, 2) given as longitude and latitude."""
        lonlat = np.asarray(lonlat, dtype=float).reshape(-1, 2)
        x, y = self.projection.forward(lonlat[:, 0], lonlat[:, 1])
        page = np.column_stack([(x - self.left), (self.top - y)]) / self.metres_per_pixel
        return page

    def shows(self, lonlat: FloatArray, margin: float = 0.0) -> npt.NDArray[np.bool_]:
        """Which points fall inside the window, at least ``margin`` pixels from its edge."""
        page = self.page(lonlat)
        with np.errstate(invalid="ignore"):
            inside: npt.NDArray[np.bool_] = (
                (page[:, 0] >= margin)
                & (page[:, 0] <= self.width - margin)
                & (page[:, 1] >= margin)
                & (page[:, 1] <= self.height - margin)
            )
        return inside

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all that the window shows, degrees."""
        across, down = np.meshgrid(np.linspace(0, self.width, 41), np.linspace(0, self.height, 41))
        x = self.left + across.ravel() * self.metres_per_pixel
        y = self.top - down.ravel() * self.metres_per_pixel
        lon, lat = self.projection.inverse(x, y)
        turn = (lon - self.projection.lon + 180.0) % 360.0 - 180.0
        return (
            float(self.projection.lon + np.nanmin(turn)),
            float(np.nanmin(lat)),
            float(self.projection.lon + np.nanmax(turn)),
            float(np.nanmax(lat)),
        )


def view_box(
    west: float, south: float, east: float, north: float, *, width: int = 900, least_height: int = 380
) -> View:
    """The window on a box of longitudes and latitudes (degrees), ``width`` pixels wide.

    The projection is centred on the box. A box too tall for a page is widened, one too flat is heightened.
    """
    across = np.linspace(west, east, 25)
    down = np.linspace(south, north, 25)
    lon, lat = (grid.ravel() for grid in np.meshgrid(across, down))
    projection = Lambert((west + east) / 2, (south + north) / 2)
    x, y = projection.forward(lon, lat)
    return _fit(projection, x, y, width=width, least_height=least_height, margin=0.0)


def view_points(
    lonlat: FloatArray, *, width: int = 900, least_height: int = 380, margin: float = 0.05
) -> View:
    """The window on given points of shape (n, 2), with a margin as a share of its width.

    The middle is found in two steps (mean direction, then middle of the projected extent), so that it does
    not jump where longitudes wrap.
    """
    lonlat = np.asarray(lonlat, dtype=float).reshape(-1, 2)
    lam, phi = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    mean = np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)]).mean(axis=1)
    lon = float(np.degrees(np.arctan2(mean[1], mean[0])))
    lat = float(np.degrees(np.arctan2(mean[2], np.hypot(mean[0], mean[1]))))
    first = Lambert(lon, lat)
    x, y = first.forward(lonlat[:, 0], lonlat[:, 1])
    middle = np.array([(np.nanmin(x) + np.nanmax(x)) / 2]), np.array([(np.nanmin(y) + np.nanmax(y)) / 2])
    centre_lon, centre_lat = first.inverse(*middle)
    projection = Lambert(round(float(centre_lon[0]), 1), round(float(centre_lat[0]), 1))
    x, y = projection.forward(lonlat[:, 0], lonlat[:, 1])
    return _fit(projection, x, y, width=width, least_height=least_height, margin=margin)


def _fit(
    projection: Lambert, x: FloatArray, y: FloatArray, *, width: int, least_height: int, margin: float
) -> View:
    x0, x1, y0, y1 = (float(v) for v in (np.nanmin(x), np.nanmax(x), np.nanmin(y), np.nanmax(y)))
    wide, high = max(x1 - x0, 1000.0), max(y1 - y0, 1000.0)
    wide, high = wide * (1 + 2 * margin), high + 2 * margin * wide
    tallest = 0.8 * width
    metres_per_pixel = max(wide / width, high / tallest)
    height = max(least_height, ceil(high / metres_per_pixel))
    left = (x0 + x1) / 2 - metres_per_pixel * width / 2
    top = (y0 + y1) / 2 + metres_per_pixel * height / 2
    return View(projection, left, top, metres_per_pixel, width, height)


def great_circle(start: tuple[float, float], end: tuple[float, float], n: int = 16) -> FloatArray:
    """``n`` + 1 points (longitude, latitude) along the shortest way over the sphere, both ends among them."""
    corners = np.radians(np.array([start, end], dtype=float))
    lam, phi = corners[:, 0], corners[:, 1]
    unit = np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    away = float(np.arccos(np.clip(unit[0] @ unit[1], -1.0, 1.0)))
    if away < 1e-9:
        return np.array([start, end], dtype=float)
    share = np.linspace(0.0, 1.0, n + 1)[:, None]
    way = (np.sin((1 - share) * away) * unit[0] + np.sin(share * away) * unit[1]) / np.sin(away)
    lon = np.degrees(np.arctan2(way[:, 1], way[:, 0]))
    lat = np.degrees(np.arctan2(way[:, 2], np.hypot(way[:, 0], way[:, 1])))
    return np.column_stack([lon, lat])


def distance_km(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Great-circle distance, km."""
    lam0, phi0, lam1, phi1 = (radians(v) for v in (*start, *end))
    half = sin((phi1 - phi0) / 2) ** 2 + cos(phi0) * cos(phi1) * sin((lam1 - lam0) / 2) ** 2
    return float(2 * EARTH_RADIUS_M / 1000 * np.arcsin(np.sqrt(min(1.0, half))))
