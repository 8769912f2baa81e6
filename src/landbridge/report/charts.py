"""Small bar charts as SVG: bars side by side, and bars of parts that add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from landbridge.report.numbers import NO_ROUTE
from landbridge.report.svg import picture, short, tag, text, text_width, wrap

WIDTH = 900.0
INK, SOFT, RULE = "#1c2530", "#5a6470", "#d5d2c8"
_ROW, _BAR = 25.0, 15.0


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its parts in order (key and length) and the figure printed at its end.

    No parts means that there is no value; then the figure says why.
    """

    name: str
    parts: tuple[tuple[str, float], ...]
    figure: str = NO_ROUTE


def draw_bars(
    bars: Sequence[Bar],
    *,
    name: str,
    title: str,
    unit: str,
    parts: Mapping[str, tuple[str, str]],
    width: float = WIDTH,
) -> str:
    """Horizontal bars, one below the other, all on one scale that begins at zero.

    Parameters
    ----------
    unit
        What the length means; printed under the title.
    parts
        Words and colour of each part, in the order of the legend. With a single part no legend is drawn.
    """
    left = min(0.46 * width, max((text_width(bar.name, 13) for bar in bars), default=0.0) + 14)
    right = max((text_width(bar.figure, 13, bold=True) for bar in bars), default=0.0) + 14
    longest = max((sum(value for _, value in bar.parts) for bar in bars), default=0.0)
    scale = (width - left - right) / longest if longest > 0 else 0.0
    y = 4.0
    inside = []
    for line in wrap(title, 15, width, bold=True):
        y += 16
        inside.append(text(0, y, line, 15, fill=INK, font_weight="bold"))
    y += 17
    inside.append(text(0, y, unit, 12, fill=SOFT))
    legend, y = _legend(bars, parts, y + 6, width)
    inside += legend
    y += 8
    first = y
    for bar in bars:
        inside.append(text(left - 8, y + _BAR - 3, _cut(bar.name, left - 14), 13, fill=INK, anchor="end"))
        x = left
        for key, value in bar.parts:
            words, colour = parts[key]
            long = value * scale
            if long >= 0.05:
                title_of = tag("title", {}, f"{escape(words)}: {value:.3g}")
                look: dict[str, str | float] = {
                    "x": x,
                    "y": y,
                    "width": long,
                    "height": _BAR,
                    "fill": colour,
                    "stroke": "#fff",
                    "stroke-width": 0.5,
                }
                inside.append(tag("rect", look, title_of))
            x += long
        inside.append(text(x + 7, y + _BAR - 3, bar.figure, 13, fill=INK, font_weight="bold"))
        y += _ROW
    axis: dict[str, str | float] = {
        "d": f"M{short(left)} {short(first - 4)}V{short(y - 4)}",
        "stroke": SOFT,
        "stroke-width": 1,
    }
    inside.append(tag("path", axis))
    described = "; ".join(f"{bar.name}: {bar.figure}" for bar in bars)
    return picture(width, y + 4, name, title, f"{unit} {described}", inside)


def _legend(
    bars: Sequence[Bar], parts: Mapping[str, tuple[str, str]], y: float, width: float
) -> tuple[list[str], float]:
    used = {key for bar in bars for key, value in bar.parts if value > 0}
    if len(parts) < 2 or not used:
        return [], y
    inside, x, y = [], 0.0, y + 10
    for key, (words, colour) in parts.items():
        if key not in used:
            continue
        wide = 22 + text_width(words, 12) + 14
        if x + wide > width:
            x, y = 0.0, y + 19
        inside.append(tag("rect", {"x": x, "y": y - 7, "width": 14, "height": 12, "fill": colour}))
        inside.append(text(x + 20, y + 3, words, 12, fill=INK))
        x += wide
    return inside, y + 8


def _cut(words: str, width: float) -> str:
    """The words, ended by an ellipsis if they are too wide."""
    if text_width(words, 13) <= width:
        return words
    while words and text_width(words + "…", 13) > width:
        words = words[:-1]
    return words.rstrip() + "…"
