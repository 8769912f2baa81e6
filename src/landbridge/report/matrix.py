"""Who holds whom as SVG: a row for each zone, a column for each state, darker the more passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from landbridge.report.numbers import number
from landbridge.report.svg import picture, short, tag, text, text_width, wrap

WIDTH = 900.0
INK, SOFT, GRID, PAPER = "#1c2530", "#5a6470", "#e4e1d8", "#faf9f5"
RAMP = ("#f3f1ea", "#d7e0ea", "#a9c0d6", "#6f95ba", "#3f6d99", "#1b3a5c")
STEPS = (0.005, 0.02, 0.10, 0.25, 0.50)
MARK = "#c4500a"
_ROW, _HEAD, _SIZE = 21.0, 26.0, 11.5


@dataclass(frozen=True)
class Square:
    """A cell: the share that passes, whether the state is the zone's own, whether its closing strands cargo,
    and words for who points at it.
    """

    share: float
    is_own: bool = False
    strands: bool = False
    words: str = ""


def draw_matrix(
    rows: Sequence[tuple[str, Mapping[str, Square]]],
    columns: Sequence[str],
    *,
    name: str,
    title: str,
    note: str,
    marks: str,
    width: float = WIDTH,
) -> str:
    """Squares of ``rows`` (name, cells by column); ``marks`` says what a mark in a cell means, if any is
    drawn.
    """
    inside: list[str] = []
    y = 0.0
    for line in wrap(title, 15, width, bold=True):
        y += 18
        inside.append(text(0, y, line, 15, fill=INK, font_weight="bold"))
    for line in wrap(note, 12, width):
        y += 16
        inside.append(text(0, y, line, 12, fill=SOFT))
    legend, y = _draw_legend(y + 22, marks)
    inside += legend
    left = max((text_width(words, _SIZE) for words, _ in rows), default=0.0) + 10
    wide = (width - left) / max(1, len(columns))
    top = y + _HEAD
    for k, column in enumerate(columns):
        x = left + (k + 0.5) * wide
        inside.append(text(x, top - 8, column, _SIZE, fill=INK, anchor="middle", font_weight="bold"))
    for i, (words, squares) in enumerate(rows):
        at = top + i * _ROW
        inside.append(text(left - 8, at + 14.5, words, _SIZE, fill=INK, anchor="end"))
        for k, column in enumerate(columns):
            inside += _draw_square(squares.get(column, Square(0.0)), left + k * wide, at, wide)
    height = top + len(rows) * _ROW + 6
    described = "; ".join(
        f"{words}: "
        + ", ".join(f"{c} {number(s.share * 100)} %" for c, s in squares.items() if s.share > 0.1)
        for words, squares in rows
    )
    return picture(width, height, name, title, described, inside)


def _draw_legend(y: float, marks: str) -> tuple[list[str], float]:
    inside, x = [], 0.0
    words = ["under 0.5 %", "to 2 %", "to 10 %", "to 25 %", "to 50 %", "more"]
    for colour, label in zip(RAMP, words, strict=True):
        inside.append(_box(x, y - 10, 14, 13, colour))
        inside.append(text(x + 19, y, label, 12, fill=SOFT))
        x += 19 + text_width(label, 12) + 16
    inside.append(_box(x, y - 10, 14, 13, PAPER))
    inside.append(text(x + 7, y, "\u2013", 12, fill=SOFT, anchor="middle"))
    inside.append(text(x + 19, y, "its own", 12, fill=SOFT))
    x += 19 + text_width("its own", 12) + 16
    if marks:
        y += 20
        inside.append(_triangle(14, y - 10))
        inside.append(text(19, y, marks, 12, fill=SOFT))
    return inside, y


def _box(x: float, y: float, wide: float, high: float, colour: str, words: str = "") -> str:
    look: dict[str, str | float] = {
        "x": short(x), "y": short(y), "width": short(wide), "height": short(high), "fill": colour,
        "stroke": GRID,
    }  # fmt: skip
    return tag("rect", look, tag("title", {}, escape(words)) if words else "")


def _triangle(x: float, y: float) -> str:
    return tag("path", {"d": f"M{short(x)} {short(y)}l-8 0l8 8z", "fill": MARK})


def _draw_square(square: Square, x: float, y: float, wide: float) -> list[str]:
    if square.is_own:
        middle = text(x + wide / 2, y + 14.5, "\u2013", _SIZE, fill=SOFT, anchor="middle")
        return [_box(x, y, wide, _ROW, PAPER), middle]
    step = sum(square.share >= limit for limit in STEPS)
    parts = [_box(x, y, wide, _ROW, RAMP[step], square.words)]
    if square.share >= STEPS[1]:
        colour = "#ffffff" if step >= 3 else INK
        words = number(square.share * 100)
        parts.append(text(x + wide / 2, y + 14.5, words, _SIZE, fill=colour, anchor="middle"))
    if square.strands:
        parts.append(_triangle(x + wide - 0.5, y + 0.5))
    return parts
