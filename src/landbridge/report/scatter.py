"""Observed against modelled as SVG: a panel for each unit, the allowed band, the worst misses named."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from landbridge.report.numbers import exact, figures
from landbridge.report.svg import picture, short, tag, text, text_width, wrap

WIDTH = 900.0
INK, SOFT, RULE, GRID = "#1c2530", "#5a6470", "#d5d2c8", "#ece9e0"
GOOD, MISS, BAND = "#24476b", "#a33a00", "#9fb4c8"
_GAP, _LEFT, _RIGHT, _TOP, _BOTTOM = 20.0, 50.0, 14.0, 30.0, 44.0
_SIZE = 11.0


@dataclass(frozen=True)
class Point:
    """One observation: both figures and the half width of what is allowed, in the unit of its panel.

    ``label`` is written beside it if it is not blank; ``name`` is shown when it is pointed at.
    """

    name: str
    observed: float
    modelled: float
    tolerance: float
    inside: bool
    label: str = ""


@dataclass(frozen=True)
class Panel:
    """Points of one unit; ``is_log`` for amounts, else the axes run from 0 to 100 percent, or further."""

    title: str
    points: tuple[Point, ...]
    is_log: bool = True


def draw_scatter(panels: Sequence[Panel], *, name: str, title: str, width: float = WIDTH) -> str:
    """Panels in two columns: modelled (up) against observed (right), the diagonal where both agree."""
    side = (width - _GAP) / 2
    inside, y = [], 0.0
    for line in wrap(title, 15, width, bold=True):
        y += 18
        inside.append(text(0, y, line, 15, fill=INK, font_weight="bold"))
    legend, y = _legend(y + 20)
    inside += legend
    y += 14
    for number, panel in enumerate(panels):
        x = (number % 2) * (side + _GAP)
        top = y + (number // 2) * (0.86 * side + _TOP)
        inside += _draw_panel(panel, x, top, side)
    height = y + ceil(len(panels) / 2) * (0.86 * side + _TOP)
    described = "; ".join(
        f"{p.name}: observed {figures(p.observed, 3)}, modelled {figures(p.modelled, 3)}"
        for panel in panels
        for p in panel.points
    )
    return picture(width, height, name, title, described, inside)


def _legend(y: float) -> tuple[list[str], float]:
    inside, x = [], 4.0
    for words, mark in (
        ("inside its tolerance", _dot(x + 2, y - 4, GOOD)),
        ("outside", ""),
        ("what is allowed", ""),
    ):
        colour = MISS if words == "outside" else GOOD
        if words == "what is allowed":
            inside.append(_line(x + 2, y - 11, x + 2, y + 3, BAND, 3.0))
        else:
            inside.append(mark or _dot(x + 2, y - 4, colour))
        inside.append(text(x + 12, y, words, 12, fill=SOFT))
        x += 12 + text_width(words, 12) + 22
    return inside, y


def _dot(x: float, y: float, colour: str, words: str = "") -> str:
    look: dict[str, str | float] = {"cx": x, "cy": y, "r": 4, "fill": colour, "fill-opacity": "0.85"}
    return tag("circle", look, tag("title", {}, escape(words)) if words else "")


def _line(x: float, y: float, x2: float, y2: float, colour: str, wide: float, **more: str) -> str:
    look: dict[str, str | float] = {
        "d": f"M{short(x)} {short(y)}L{short(x2)} {short(y2)}",
        "stroke": colour,
        "stroke-width": wide,
        "fill": "none",
    }
    return tag("path", look | {key.replace("_", "-"): value for key, value in more.items()})


def _draw_panel(panel: Panel, x: float, y: float, side: float) -> list[str]:
    low, high, ticks = _axis(panel)
    left, right = x + _LEFT, x + side - _RIGHT
    top, bottom = y + _TOP, y + 0.86 * side - _BOTTOM + _TOP

    def at(value: float) -> float:
        if not panel.is_log:
            return (value - low) / (high - low)
        return (log10(max(value, low)) - log10(low)) / (log10(high) - log10(low))

    def across(value: float) -> float:
        return left + (right - left) * min(1.0, max(0.0, at(value)))

    def up(value: float) -> float:
        return bottom - (bottom - top) * min(1.0, max(0.0, at(value)))

    parts = [text(left, y + 18, panel.title, 13, fill=INK, font_weight="bold")]
    for tick in ticks:
        parts.append(_line(across(tick), top, across(tick), bottom, GRID, 1))
        parts.append(_line(left, up(tick), right, up(tick), GRID, 1))
        parts.append(text(across(tick), bottom + 14, exact(tick), _SIZE, fill=SOFT, anchor="middle"))
        parts.append(text(left - 6, up(tick) + 4, exact(tick), _SIZE, fill=SOFT, anchor="end"))
    parts.append(_line(left, bottom, right, top, SOFT, 1, stroke_dasharray="4 3"))
    parts.append(_line(left, top, left, bottom, SOFT, 1))
    parts.append(_line(left, bottom, right, bottom, SOFT, 1))
    parts.append(text((left + right) / 2, bottom + 30, "observed", _SIZE, fill=SOFT, anchor="middle"))
    parts.append(
        text(x + 10, (top + bottom) / 2, "modelled", _SIZE, fill=SOFT, anchor="middle",
             transform=f"rotate(-90 {short(x + 10)} {short((top + bottom) / 2)})")
    )  # fmt: skip
    for p in panel.points:
        parts.append(
            _line(across(p.observed), up(p.observed - p.tolerance), across(p.observed),
                  up(p.observed + p.tolerance), BAND, 3.0)
        )  # fmt: skip
    spots = [(across(p.observed), up(p.modelled)) for p in panel.points]
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in spots]
    frame = (left, top, right, bottom)
    labelled = [(p, spot) for p, spot in zip(panel.points, spots, strict=True) if p.label]
    parts += [_label(p.label, *spot, frame, taken) for p, spot in labelled]
    for p, spot in zip(panel.points, spots, strict=True):
        words = f"{p.name}: observed {figures(p.observed, 3)}, modelled {figures(p.modelled, 3)}"
        parts.append(_dot(*spot, GOOD if p.inside else MISS, words))
    return parts


def _label(
    words: str,
    x: float,
    y: float,
    frame: tuple[float, float, float, float],
    taken: list[tuple[float, float, float, float]],
) -> str:
    """A label beside its point where it covers least, inside the frame."""
    wide = text_width(words, _SIZE)
    best, least = (x + 7, y + 4), float("inf")
    for dy in (4, -8, 16, -20, 28, -32, 40):
        for dx in (8.0, -8.0 - wide, -wide / 2):
            a, b = x + dx, y + dy - 9
            box = (a, b, a + wide, b + 12)
            if box[0] < frame[0] or box[2] > frame[2] or box[1] < frame[1] - 4 or box[3] > frame[3]:
                continue
            covered = 3.0 * sum(_overlap(box, other) for other in taken) + 2.0 * abs(dy - 4) + 8.0 * (dx < 0)
            if covered < least:
                best, least = (a, y + dy), covered
    taken.append((best[0], best[1] - 9, best[0] + wide, best[1] + 3))
    return text(*best, words, _SIZE, fill=MISS, paint_order="stroke", stroke="#fff", stroke_width="3")


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _axis(panel: Panel) -> tuple[float, float, tuple[float, ...]]:
    """Lowest and highest value of both axes, and where the ticks are."""
    values = [v for p in panel.points for v in (p.observed, p.modelled)]
    if not panel.is_log:
        low, high = 20.0 * floor(min([0.0, *values]) / 20.0), 20.0 * ceil(max([100.0, *values]) / 20.0)
        step = 20.0 if high - low <= 200.0 else (high - low) / 8.0
        return low, high, tuple(low + step * k for k in range(round((high - low) / step) + 1))
    values = [v for v in values if v > 0.0] or [1.0]
    first, last = floor(log10(min(values)) + 1e-9), ceil(log10(max(values)) - 1e-9)
    steps = tuple(10.0**k * m for k in range(first, last + 1) for m in (1, 2, 5))
    low = max((s for s in steps if s <= min(values)), default=10.0**first)
    high = min((s for s in steps if s >= max(values)), default=10.0**last)
    if high / low < 4:
        low, high = low / 2, high * 2
    every = tuple(s for s in steps if low <= s <= high)
    few = tuple(s for s in every if str(f"{s:e}")[0] == "1")
    return low, high, few if len(every) > 9 and len(few) > 1 else every
