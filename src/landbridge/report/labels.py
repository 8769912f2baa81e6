"""Where names go on a map: the most important first, never over one another, off the thick lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from landbridge.report.projection import FloatArray
from landbridge.report.svg import text_width

LINE_HEIGHT = 1.16

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True)
class Wish:
    """A text that wants a place beside a point (pixels); smaller ``rank`` is served first.

    ``gap`` is the distance kept from the point. ``lines`` below the first are set smaller, for figures.
    A ``centred`` wish (a country) is set on or near its point, its letters ``spacing`` pixels apart.
    """

    x: float
    y: float
    lines: tuple[str, ...]
    size: float
    rank: float
    gap: float = 5.0
    bold: bool = False
    centred: bool = False
    spacing: float = 0.0


@dataclass(frozen=True)
class Placed:
    """A text with its place: ``x`` as ``anchor`` says, ``y`` the base line of its first line."""

    wish: Wish
    x: float
    y: float
    anchor: str
    box: Box


@dataclass
class _Board:
    width: float
    height: float
    boxes: list[Box] = field(default_factory=list)

    def free(self, box: Box) -> bool:
        x0, y0, x1, y1 = box
        if x0 < 3 or y0 < 3 or x1 > self.width - 3 or y1 > self.height - 3:
            return False
        return not any(x0 < b[2] and b[0] < x1 and y0 < b[3] and b[1] < y1 for b in self.boxes)


def place_labels(
    wishes: Sequence[Wish],
    *,
    width: float,
    height: float,
    obstacles: Sequence[Box] = (),
    ink: FloatArray | None = None,
) -> list[Placed]:
    """Places for as many texts as fit.

    Parameters
    ----------
    wishes
        What wants a place; ties of rank are settled by text, so that the answer is always the same.
    obstacles
        Boxes (left, top, right, bottom) that no text may touch: symbols, the scale bar.
    ink
        Points of shape (n, 2) under drawn lines, evenly spread; of several free places the one over
        least ink is taken.
    """
    board = _Board(width, height, list(obstacles))
    points = np.zeros((0, 2)) if ink is None else ink
    placed: list[Placed] = []
    for wish in sorted(wishes, key=lambda w: (w.rank, w.lines, w.x, w.y)):
        options = [option for option in _options(wish) if board.free(option.box)]
        if not options:
            continue
        costs = [_ink_under(points, option.box) + 0.5 * i for i, option in enumerate(options)]
        best = options[int(np.argmin(costs))]
        board.boxes.append(best.box)
        placed.append(best)
    return placed


def _ink_under(points: FloatArray, box: Box) -> int:
    x, y = points[:, 0], points[:, 1]
    return int(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).sum())


def _options(wish: Wish) -> list[Placed]:
    wide = max(text_width(line, wish.size, bold=wish.bold) + wish.spacing * len(line) for line in wish.lines)
    high = wish.size * (0.75 + LINE_HEIGHT * (len(wish.lines) - 1))
    up, gap = wish.size * 0.75, wish.gap
    middle = wish.y - high / 2 + up
    if wish.centred:
        return [_at(wish, wish.x + dx, middle + dy, "middle", wide, high) for dx, dy in _NUDGES]
    above, below = wish.y - gap - high + up, wish.y + gap + up
    half = gap * 0.7
    return [
        _at(wish, wish.x + gap, middle, "start", wide, high),
        _at(wish, wish.x - gap, middle, "end", wide, high),
        _at(wish, wish.x, above, "middle", wide, high),
        _at(wish, wish.x, below, "middle", wide, high),
        _at(wish, wish.x + half, wish.y - half - high + up, "start", wide, high),
        _at(wish, wish.x + half, wish.y + half + up, "start", wide, high),
        _at(wish, wish.x - half, wish.y - half - high + up, "end", wide, high),
        _at(wish, wish.x - half, wish.y + half + up, "end", wide, high),
        _at(wish, wish.x + 2.4 * gap, middle, "start", wide, high),
        _at(wish, wish.x - 2.4 * gap, middle, "end", wide, high),
        _at(wish, wish.x, above - 1.4 * gap, "middle", wide, high),
        _at(wish, wish.x, below + 1.4 * gap, "middle", wide, high),
    ]


_NUDGES = tuple(
    (dx, dy)
    for _, dx, dy in sorted(
        (abs(dx) / 1.6 + abs(dy), dx, dy) for dx in range(-60, 61, 20) for dy in range(-36, 37, 12)
    )
)


def _at(wish: Wish, x: float, y: float, anchor: str, wide: float, high: float) -> Placed:
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
    top = y - wish.size * 0.75
    pad = 1.5
    return Placed(
        wish, x, y, anchor, (left - pad, top - pad, left + wide + pad, top + high + wish.size * 0.22 + pad)
    )
