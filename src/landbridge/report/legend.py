"""The legend and the scale bar of a map: what widths, colours, lines and symbols mean."""

from collections.abc import Sequence
from math import floor, log10

import numpy as np

from landbridge.report.labels import Box
from landbridge.report.layers import HAIRLINE, STYLES, SYMBOLS, WIDEST, Drawn, Flows, Mark, Ways
from landbridge.report.numbers import figures
from landbridge.report.projection import FloatArray, View
from landbridge.report.svg import short, tag, text, text_width, wrap

INK, SOFT, GREY = "#1c2530", "#5a6470", "#4a4f57"

Column = tuple[float, list[tuple[str, float]]]
"""Width of a column of the legend, and its rows: markup and height."""


def draw_legend(
    view: View,
    *,
    ways: Sequence[Ways],
    flows: Flows | None,
    full: float,
    drawn: Sequence[Drawn],
    marks: Sequence[Mark],
    notes: Sequence[str],
) -> tuple[str, float]:
    """Columns of the legend with notes under them; the markup and its height.

    ``ways``, ``drawn`` and ``marks`` are those that the window shows; ``full`` is the value drawn `WIDEST`.
    """
    found = (_widths(flows, full, drawn), _colours(flows, drawn), _lines(ways), _symbols(marks))
    words, height, x = [], 14.0, 0.0
    for column in found:
        if column is None:
            continue
        width, rows = column
        y = 14.0
        for row, high in rows:
            words.append(tag("g", {"transform": f"translate({short(x)} {short(y)})"}, row) if row else "")
            y += high
        height, x = max(height, y), x + width
    y = height + 4
    for note in notes:
        for line in wrap(note, 11, view.width):
            y += 14
            words.append(text(0, y, line, 11, fill=SOFT))
        y += 2
    return "".join(words), y + 8


def draw_scale_bar(view: View, ink: FloatArray) -> tuple[str, Box]:
    """A bar of a round number of kilometres in the emptiest corner; the markup and the box it takes.

    ``ink`` has points of shape (n, 2) under all lines.
    """
    km = _nice(view.metres_per_pixel * 150 / 1000)
    long = km * 1000 / view.metres_per_pixel
    label = f"{figures(km, 1)} km"
    wide, high = max(long, text_width(label, 11.5)) + 14, 32.0
    corners = [(x, y) for y in (view.height - high - 4, 4.0) for x in (4.0, view.width - wide - 4)]
    left, top = min(corners, key=lambda corner: _ink_in(ink, (*corner, corner[0] + wide, corner[1] + high)))
    x, y = left + 7, top + 23
    bar = (
        tag("rect", {"x": left, "y": top, "width": wide, "height": high, "fill": "#fff", "fill-opacity": 0.8})
        + tag(
            "path",
            {
                "d": f"M{short(x)} {short(y - 4)}v4h{short(long)}v-4",
                "fill": "none",
                "stroke": INK,
                "stroke-width": 1.3,
            },
        )
        + text(x, y - 8, label, 11.5, fill=INK)
    )
    return bar, (left, top, left + wide, top + high)


def _ink_in(ink: FloatArray, box: Box) -> int:
    inside = (ink[:, 0] > box[0]) & (ink[:, 0] < box[2]) & (ink[:, 1] > box[1]) & (ink[:, 1] < box[3])
    return int(np.count_nonzero(inside))


def _nice(value: float) -> float:
    """The largest of 1, 2, 5, 10, ... that does not exceed a value."""
    ten = float(10.0 ** floor(log10(value)))
    return max((step * ten for step in (1.0, 2.0, 5.0) if step * ten <= value * 1.0001), default=ten)


def _widths(flows: Flows | None, full: float, drawn: Sequence[Drawn]) -> Column | None:
    if flows is None or not drawn:
        return None
    top = _nice(full)
    rows: list[tuple[str, float]] = []
    for line in wrap(flows.legend, 12, 215, bold=True):
        rows.append((text(0, 10, line, 12, fill=INK, font_weight="bold"), 16))
    rows.append(("", 3))
    for value in (top, _nice(top / 3), _nice(top / 12)):
        width = max(HAIRLINE, value * WIDEST / full)
        high = max(18.0, width + 6)
        bar = tag("path", {"d": f"M4 {short(high / 2)}h44", "stroke": GREY, "stroke-width": width})
        rows.append((bar + text(60, high / 2 + 4, f"{figures(value, 1)} {flows.unit}", 12, fill=INK), high))
    return 245.0, rows


def _colours(flows: Flows | None, drawn: Sequence[Drawn]) -> Column | None:
    if flows is None:
        return None
    used = {item.flow.colour for item in drawn}
    rows = [(text(0, 10, "Colour", 12, fill=INK, font_weight="bold"), 19.0)]
    for key, words, colour in flows.colours:
        if key in used:
            bar = tag("path", {"d": "M4 8h30", "stroke": colour, "stroke-width": 7})
            rows.append((bar + text(44, 12, words, 12, fill=INK), 19.0))
    return (200.0, rows) if len(rows) > 1 else None


def _lines(ways: Sequence[Ways]) -> Column | None:
    rows = [(text(0, 10, "Lines", 12, fill=INK, font_weight="bold"), 19.0)]
    for way in ways:
        if way.legend and way.strokes:
            path = tag("path", {"d": "M4 8h30", "fill": "none", **STYLES[way.style]})
            lines = wrap(way.legend, 12, 195)
            rows += [
                (
                    (path if i == 0 else "") + text(42, 12, line, 12, fill=INK),
                    14.0 if i < len(lines) - 1 else 19.0,
                )
                for i, line in enumerate(lines)
            ]
    return (255.0, rows) if len(rows) > 1 else None


def _symbols(marks: Sequence[Mark]) -> Column | None:
    rows = [(text(0, 10, "Symbols", 12, fill=INK, font_weight="bold"), 19.0)]
    used = {mark.symbol for mark in marks}
    for symbol, words in SYMBOLS.items():
        if symbol in used:
            rows.append((draw_symbol(symbol, 10, 8) + text(26, 12, words, 12, fill=INK), 18.0))
    return (200.0, rows) if len(rows) > 1 else None


def draw_symbol(symbol: str, x: float, y: float, large: bool = True) -> str:
    """The sign of a place at a point of the page; small for places without a name."""
    r = 3.3 if large else 2.3
    edge: dict[str, str | float] = {"stroke": INK, "stroke-width": 1.1, "fill": "#fff"}
    if symbol == "port":
        return tag("rect", {"x": x - r, "y": y - r, "width": 2 * r, "height": 2 * r, **edge})
    if symbol == "border":
        path = (
            f"M{short(x)} {short(y - r - 1)}l{r + 1:g} {r + 1:g}l-{r + 1:g} {r + 1:g}l-{r + 1:g} -{r + 1:g}z"
        )
        return tag("path", {"d": path, **edge})
    if symbol == "strait":
        return tag("circle", {"cx": x, "cy": y, "r": r + 0.6, **edge, "fill": "none", "stroke-width": 1.6})
    if symbol in ("tight", "tighter"):
        path = f"M{short(x)} {short(y - 6.2)}l6 10.4l-12 0z"
        return tag("path", {"d": path, "fill": "#f2c200", "stroke": "#111", "stroke-width": 1.3})
    return tag("circle", {"cx": x, "cy": y, "r": r - 0.5, **edge})
