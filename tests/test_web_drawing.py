"""What the page draws with: outlines of countries, letters, and the library out of its wheel."""

import gzip
import json
from pathlib import Path

import httpx
import pytest

from landbridge.web.basemap import describe_outlines, read_basemap
from landbridge.web.glyphs import read_glyphs
from studies import write_small_study
from web_client import asking


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of a protocol buffer and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def read_fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """The fields of a message, in order: number and content."""
    fields: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        value, at = read_varint(data, at)
        if key & 7 == 2:
            fields.append((key >> 3, data[at : at + value]))
            at += value
        else:
            fields.append((key >> 3, value))
    return fields


def list_letters(start: int) -> dict[str, dict[int, int | bytes]]:
    """The glyphs of a range by letter, each with its fields."""
    made = read_glyphs("DejaVu Sans", start)
    assert made is not None
    ((_, stack),) = read_fields(made)
    assert isinstance(stack, bytes)
    glyphs = [
        dict(read_fields(item))
        for field, item in read_fields(stack)
        if field == 3 and isinstance(item, bytes)
    ]
    return {chr(int(glyph[1])): glyph for glyph in glyphs}


@pytest.mark.parametrize(
    ("start", "letters"), [(0, "AzÜ"), (256, "Şğı"), (1024, "Жя"), (1280, "Հայ"), (4096, "აბგ")]
)
def test_1_scripts_of_the_region_have_letters(start: int, letters: str) -> None:
    """Latin, Turkish, Cyrillic, Armenian and Georgian letters have a picture of the size they state."""
    found = list_letters(start)
    for letter in letters:
        glyph = found[letter]
        picture, width, height = glyph[2], int(glyph[3]), int(glyph[4])
        assert isinstance(picture, bytes)
        assert len(picture) == (width + 6) * (height + 6)
        assert max(picture) > 191 > min(picture)  # ink inside the edge, ground outside


def test_2_a_letter_stands_on_the_base_line() -> None:
    """The top of a capital lies its height above the base line, 26 pixels under MapLibre's own line."""
    glyph = list_letters(0)["H"]
    zigzag = int(glyph[6])
    top = (zigzag >> 1) ^ -(zigzag & 1)
    assert abs(top + 26 - int(glyph[4])) <= 1


def test_3_unknown_fonts_and_wrong_starts_are_refused() -> None:
    """A font that nobody ships gives nothing; a start inside a range is a mistake."""
    assert read_glyphs("Comic Sans", 0) is None
    with pytest.raises(ValueError, match="multiples"):
        read_glyphs("DejaVu Sans", 3)


@pytest.mark.parametrize("detail", ["coarse", "fine"])
def test_4_outlines_have_polygons_and_places_for_names(detail: str) -> None:
    """Closed rings by state, and one place for each name, inside the state."""
    found = json.loads(gzip.decompress(read_basemap(detail)))["features"]  # type: ignore[arg-type]
    shapes = {
        one["properties"]["code"]: one["geometry"] for one in found if one["properties"]["kind"] == "country"
    }
    assert {"ARM", "AZE", "GEO", "IRN", "TUR", "KAZ"} <= set(shapes)
    assert all(ring[0] == ring[-1] for polygon in shapes["AZE"]["coordinates"] for ring in polygon)
    names = {one["properties"]["code"]: one for one in found if one["properties"]["kind"] == "name"}
    assert names["TUR"]["properties"]["name"] == "Türkiye"
    lon, lat = names["KAZ"]["geometry"]["coordinates"]
    assert 46 < lon < 88
    assert 40 < lat < 56
    assert names["RUS"]["properties"]["size"] > names["ARM"]["properties"]["size"]


def test_5_the_point_of_view_is_told() -> None:
    """Source and point of view are there to stand on the map."""
    told = describe_outlines()
    assert "Natural Earth" in told["source"]
    assert "German point of view" in told["point_of_view"]


def test_6_all_is_served_and_nothing_else(tmp_path: Path) -> None:
    """Library, letters and outlines come with their kinds; other names of the wheel do not."""
    with asking(write_small_study(tmp_path)) as ask:
        kinds = {
            "/": "text/html",
            "/static/main.js": "javascript",
            "/maplibre/maplibre-gl.js": "javascript",
            "/maplibre/maplibre-gl.css": "text/css",
            "/glyphs/DejaVu Sans/0-255.pbf": "protobuf",
            "/api/outlines.geojson?detail=coarse": "geo+json",
        }
        for address, kind in kinds.items():
            answer = ask.http.get(address)
            assert answer.status_code == httpx.codes.OK, address
            assert kind in answer.headers["content-type"]
        for address in ("/maplibre/pywidget.js", "/glyphs/DejaVu Sans/1-256.pbf", "/glyphs/None/0-255.pbf"):
            assert ask.http.get(address).status_code == httpx.codes.NOT_FOUND
