"""Letters for the labels of the map: signed distance fields of DejaVu Sans in MapLibre's glyph format.

MapLibre draws text from ranges of 256 glyphs, each a small picture whose grey says how far a pixel lies from
the letter's edge (Green, "Improved alpha-tested magnification for vector textures and special effects",
SIGGRAPH 2007), wrapped in a protocol buffer. No wheel ships such ranges, so they are made here, when first
asked for, from the DejaVu Sans that the wheel of matplotlib holds (found without importing it): it covers
Latin, Cyrillic, Greek, Armenian and Georgian. A range takes about a fifth of a second once and is then read
from the user's cache; what draws it is imported only then.
"""

import importlib.util
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Response

from landbridge.errors import RequestRefused
from landbridge.web.kept import read_or_make

FONTS = {"DejaVu Sans": "DejaVuSans.ttf", "DejaVu Sans Bold": "DejaVuSans-Bold.ttf"}
"""Font stacks that can be asked for, with the file of each."""
router = APIRouter()
RANGE = 256
LAST_START = 0xFF00

_SIZE, _BORDER, _RADIUS, _CUT = 24, 3, 8, 0.25
"""What MapLibre expects: letters 24 pixels high, 3 pixels of border, grey over 8 pixels, the edge at 3/4."""
_FINER = 4
"""How many times finer than its picture a letter is drawn before distances are taken."""
_BASELINE = 26
"""MapLibre counts heights from this many pixels above the base line."""
_FORM = 1
"""Raised when the way of drawing changes, so that an old cache is not read."""


def find_font(stack: str) -> Path | None:
    """The font file of a stack; None if the stack is unknown or no package ships it here."""
    spec = importlib.util.find_spec("matplotlib") if stack in FONTS else None
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf" / FONTS[stack]
    return path if path.is_file() else None


@router.get("/glyphs/{stack}/{start}-{end}.pbf", include_in_schema=False)
def get_glyphs(stack: str, start: int, end: int) -> Response:
    """A range of letters for MapLibre."""
    found = read_glyphs(stack, start) if start % RANGE == 0 and 0 <= start <= LAST_START else None
    if found is None or end != start + RANGE - 1:
        raise RequestRefused("there are no such letters.", status=404, where=f"{stack}, {start} to {end}")
    day = {"cache-control": "private, max-age=86400"}
    return Response(found, media_type="application/x-protobuf", headers=day)


@lru_cache(maxsize=64)
def read_glyphs(stack: str, start: int) -> bytes | None:
    """The glyphs of code points ``start`` to ``start + 255`` as a protocol buffer; None if there is no font.

    A code point that the font lacks is left out; a range with none is a valid, empty answer.

    Raises
    ------
    ValueError
        If ``start`` does not begin a range.
    """
    if start % RANGE or not 0 <= start <= LAST_START:
        raise ValueError(f"ranges of glyphs begin at multiples of {RANGE} up to {LAST_START}, not at {start}")
    font = find_font(stack)
    if font is None:
        return None
    key = sha256(f"{font.name}/{font.stat().st_size}/{_FORM}".encode()).hexdigest()[:12]
    return read_or_make(f"glyphs-{key}-{start}.pbf", lambda: _make_range(stack, font, start))


def _make_range(stack: str, font: Path, start: int) -> bytes:
    from PIL import ImageFont

    face = ImageFont.truetype(str(font), _SIZE * _FINER, layout_engine=ImageFont.Layout.BASIC)
    known = _list_known(str(font))
    letters = (code for code in range(max(start, 32), start + RANGE) if code in known)
    glyphs = b"".join(_field(3, _make_glyph(face, code)) for code in letters)
    name, span = stack.encode(), f"{start}-{start + RANGE - 1}".encode()
    return _field(1, _field(1, name) + _field(2, span) + glyphs)


@lru_cache(maxsize=4)
def _list_known(font: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(font, lazy=True) as table:
        return frozenset(table.getBestCmap())


def _make_glyph(face: Any, code: int) -> bytes:
    from PIL import Image, ImageDraw

    letter = chr(code)
    left, top, right, bottom = face.getbbox(letter, anchor="ls")
    advance = round(face.getlength(letter) / _FINER)
    x, y = int(np.floor(left / _FINER)), int(np.floor(top / _FINER))
    width, height = int(np.ceil(right / _FINER)) - x, int(np.ceil(bottom / _FINER)) - y
    if letter.isspace() or width <= 0 or height <= 0:
        return _number(1, code) + b"".join(_number(f, 0) for f in (3, 4, 5, 6)) + _number(7, advance)
    box = ((width + 2 * _BORDER) * _FINER, (height + 2 * _BORDER) * _FINER)
    picture = Image.new("L", box)
    spot = ((_BORDER - x) * _FINER, (_BORDER - y) * _FINER)
    ImageDraw.Draw(picture).text(spot, letter, font=face, fill=255, anchor="ls")
    return (
        _number(1, code)
        + _field(2, _distances(np.asarray(picture) > 127))
        + _number(3, width)
        + _number(4, height)
        + _number(5, _zigzag(x))
        + _number(6, _zigzag(-y - _BASELINE))
        + _number(7, advance)
    )


def _distances(inside: npt.NDArray[np.bool_]) -> bytes:
    """Distance from the edge in pixels of the final picture, as grey: 3/4 at the edge, lighter inside."""
    from scipy.ndimage import distance_transform_edt

    fine = (distance_transform_edt(~inside) - distance_transform_edt(inside)) / _FINER
    rows, columns = inside.shape[0] // _FINER, inside.shape[1] // _FINER
    pixels = fine.reshape(rows, _FINER, columns, _FINER).mean(axis=(1, 3))
    grey = np.clip(255 - 255 * (pixels / _RADIUS + _CUT), 0, 255).round()
    return bytes(grey.astype(np.uint8).tobytes())


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        low, value = value & 127, value >> 7
        out.append(low | (128 if value else 0))
        if not value:
            return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1
