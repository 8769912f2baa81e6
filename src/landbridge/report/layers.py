"""What a map shows, as plain data: lines of fixed look, flows with widths, places with names."""

from dataclasses import dataclass

from landbridge.report.projection import FloatArray

WIDEST, HAIRLINE, GAP = 17.0, 0.8, 0.7
"""Pixels: the widest flow, the narrowest line, the gap between flows side by side."""

STYLES: dict[str, dict[str, str | float]] = {
    "open": {"stroke": "#a7a397", "stroke-width": 0.9},
    "shut": {"stroke": "#6f6f6f", "stroke-width": 1.6, "stroke-dasharray": "5 3.5"},
    "schematic": {
        "stroke": "#5b8fb0",
        "stroke-width": 1.3,
        "stroke-dasharray": "1 2.4",
        "stroke-linecap": "round",
    },
    "opened": {"stroke": "#111", "stroke-width": 1.5, "stroke-dasharray": "1.2 3", "stroke-linecap": "round"},
    "closed": {"stroke": "#111", "stroke-width": 1.5, "stroke-dasharray": "7 3"},
}
SYMBOLS = {
    "place": "town or junction",
    "port": "port",
    "border": "border crossing",
    "strait": "strait or canal",
    "tight": "bottleneck, over 90\u202f% full",
    "tighter": "new bottleneck, over 90\u202f%",
}


@dataclass(frozen=True)
class Stroke:
    """A line of fixed look; ``points`` of shape (n, 2) in degrees, ``title`` shown when pointed at."""

    points: FloatArray
    title: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Ways:
    """Lines of one style (a key of `STYLES`), with the words of the legend."""

    style: str
    legend: str
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True)
class Flow:
    """A line as wide as its value; flows of one ``bundle`` run the same way and are drawn side by side.

    ``colour`` is a key of the colours of `Flows`. A ``label`` may be printed beside the middle of the flow.
    """

    points: FloatArray
    value: float
    colour: str
    bundle: str
    title: str = ""
    label: str = ""


@dataclass(frozen=True)
class Flows:
    """All flows of a map: what a width means, and what each colour means (key, words, colour).

    ``full`` is the value drawn `WIDEST`; by default the greatest in the window. Give it to draw two maps to
    one scale.
    """

    legend: str
    unit: str
    flows: tuple[Flow, ...]
    colours: tuple[tuple[str, str, str], ...]
    full: float | None = None


@dataclass(frozen=True)
class Mark:
    """A place: a key of `SYMBOLS`, a name with further lines, and how soon it is named (smaller first)."""

    lon: float
    lat: float
    symbol: str
    lines: tuple[str, ...]
    rank: float


@dataclass(frozen=True)
class Drawn:
    """A flow as it lies on the page: its pixels of shape (n, 2) and its width."""

    flow: Flow
    page: FloatArray
    width: float
