"""Small helpers to write SVG: escaped text, short numbers, and how wide a text will be."""

from collections.abc import Iterable, Mapping
from html import escape

from landbridge.report.projection import FloatArray

FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

_WIDE = {
    "W": 0.95,
    "M": 0.84,
    "m": 0.84,
    "w": 0.73,
    "@": 1.0,
    "%": 0.89,
    "\u2013": 0.56,
    "\u2212": 0.58,
    "\u202f": 0.2,
}
_NARROW = dict.fromkeys("ijl'|", 0.23) | dict.fromkeys("ftI.,:;/!()[] -", 0.3) | {"r": 0.34}
_UPPER = 0.69
_OTHER = 0.56


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in pixels that a text takes in a common sans-serif face; rather too wide than too narrow."""
    total = 0.0
    for letter in text:
        if letter in _WIDE:
            total += _WIDE[letter]
        elif letter in _NARROW:
            total += _NARROW[letter]
        else:
            total += _UPPER if letter.isupper() else _OTHER
    return total * size * (1.1 if bold else 1.03)


def wrap(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than ``width`` pixels, broken at spaces."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def short(value: float) -> str:
    """A coordinate with one decimal and nothing superfluous."""
    rounded = round(value, 1)
    return f"{0.0 if rounded == 0 else rounded:g}"


def points(page: FloatArray) -> str:
    """A ``points`` attribute from pixels of shape (n, 2)."""
    return " ".join(f"{short(x)},{short(y)}" for x, y in page.tolist())


def tag(name: str, attributes: Mapping[str, str | float], inside: str = "") -> str:
    """One element; every attribute is escaped, ``inside`` is markup already."""
    words = "".join(
        f' {key}="{short(value) if isinstance(value, (int, float)) else escape(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{words}>{inside}</{name}>" if inside else f"<{name}{words}/>"


def text(
    x: float, y: float, words: str, size: float, *, fill: str = "#222", anchor: str = "start", **more: str
) -> str:
    """A line of text at a point of its base line, escaped. Further attributes use ``_`` for ``-``."""
    attributes: dict[str, str | float] = {"x": x, "y": y, "font-size": size, "fill": fill}
    if anchor != "start":
        attributes["text-anchor"] = anchor
    attributes |= {key.replace("_", "-"): value for key, value in more.items()}
    return tag("text", attributes, escape(words))


def picture(
    width: float, height: float, name: str, title: str, description: str, inside: Iterable[str]
) -> str:
    """A whole SVG picture with a title and a description for those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {short(width)} {short(height)}" role="img" '
        f'aria-labelledby="{escape(name)}-title {escape(name)}-desc" font-family="{escape(FONT)}">'
        f'<title id="{escape(name)}-title">{escape(title)}</title>'
        f'<desc id="{escape(name)}-desc">{escape(description)}</desc>' + "\n".join(inside) + "</svg>\n"
    )
