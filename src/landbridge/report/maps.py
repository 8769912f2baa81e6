"""Flow and difference maps as SVG: plain data in, one self-contained picture out, the same bytes every time.

Widths are linear in tonnes and the legend shows three of them. Modes of one stretch lie side by side. Colours
are told apart by people with any of the common colour deficiencies, and little hangs on colour alone: lines
shut are dashed, ships are on water, figures of more and less carry their sign.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from itertools import pairwise

import numpy as np

from landbridge.report.labels import LINE_HEIGHT, Box, Placed, Wish, place_labels
from landbridge.report.layers import GAP, HAIRLINE, STYLES, WIDEST, Drawn, Flow, Flows, Mark, Stroke, Ways
from landbridge.report.legend import INK, SOFT, draw_legend, draw_scale_bar, draw_symbol
from landbridge.report.outlines import CREDIT, DrawnCountry
from landbridge.report.projection import FloatArray, View
from landbridge.report.svg import picture, points, short, tag, text, wrap

WATER, LAND, COAST, QUIET = "#dfe9ef", "#f7f5f0", "#b9b4a6", "#756f60"
_FIGURES, _LEAST_FIGURE = 16, 0.02
_BIG_COUNTRIES = 3


def full_width_value(view: View, flows: Iterable[Flow]) -> float:
    """The greatest absolute value of the flows that the window shows; 0 if it shows none."""
    return max((abs(flow.value) for flow in flows if _page(view, flow.points) is not None), default=0.0)


def draw_map(
    view: View,
    *,
    name: str,
    title: str,
    subtitle: str = "",
    countries: Sequence[DrawnCountry] = (),
    ways: Sequence[Ways] = (),
    flows: Flows | None = None,
    over: Sequence[Ways] = (),
    marks: Sequence[Mark] = (),
    notes: Sequence[str] = (),
) -> str:
    """A map as SVG text.

    Parameters
    ----------
    name
        A word that is unique on the page: it begins the ids inside the picture.
    countries
        Outlines already drawn in the pixels of ``view``; they are printed with their credit.
    ways, over
        Lines of fixed look, under and over the flows.
    notes
        Sentences under the legend.
    """
    shown_ways, shown_over = [_in_view(view, way) for way in ways], [_in_view(view, way) for way in over]
    full = (flows.full or full_width_value(view, flows.flows)) if flows else 0.0
    drawn = _lay_flows(view, flows.flows, WIDEST / full) if flows and full > 0 else []
    seen = [mark for mark in marks if view.shows(np.array([[mark.lon, mark.lat]]), 4.0)[0]]
    ink = _ink(drawn)
    bar, bar_box = draw_scale_bar(view, ink)
    sheet = {"x": 0, "y": 0, "width": view.width, "height": view.height}
    body = [
        tag("rect", {**sheet, "fill": WATER}),
        *(_country(country) for country in countries),
        *(_ways(view, way) for way in shown_ways),
        *(_flow_markup(drawn, flows) if flows else ()),
        *(_ways(view, way) for way in shown_over),
        *(draw_symbol(mark.symbol, *_spot(view, mark), mark.rank < 50) for mark in seen),
        *_names(view, seen, countries, drawn, flows, ink, bar_box),
        bar,
    ]
    heading, top = _heading(view, title, subtitle)
    below, bottom = draw_legend(
        view,
        ways=[*shown_ways, *shown_over],
        flows=flows,
        full=full,
        drawn=drawn,
        marks=seen,
        notes=[*notes, *([CREDIT] if countries else [])],
    )
    frame = f"{name}-frame"
    height = top + view.height + bottom
    inside = [
        tag("clipPath", {"id": frame}, tag("rect", sheet)),
        tag("rect", {"width": view.width, "height": height, "fill": "#fff"}),
        heading,
        f'<g transform="translate(0 {short(top)})">',
        tag("g", {"clip-path": f"url(#{frame})"}, "\n".join(part for part in body if part)),
        tag("rect", {**sheet, "fill": "none", "stroke": COAST}),
        "</g>",
        tag("g", {"transform": f"translate(0 {short(top + view.height)})"}, below),
    ]
    return picture(view.width, height, name, title, subtitle, inside)


def _heading(view: View, title: str, subtitle: str) -> tuple[str, float]:
    words, y = [], 6.0
    for line in wrap(title, 20, view.width, bold=True):
        y += 20
        words.append(text(0, y, line, 20, fill=INK, font_weight="bold"))
    for line in wrap(subtitle, 14, view.width) if subtitle else []:
        y += 19
        words.append(text(0, y, line, 14, fill=SOFT))
    return "".join(words), y + 12


def _country(country: DrawnCountry) -> str:
    look: dict[str, str | float] = {
        "fill": LAND,
        "stroke": COAST,
        "stroke-width": 0.7,
        "fill-rule": "evenodd",
    }
    return tag("path", {"d": country.path, **look})


def _page(view: View, lonlat: FloatArray) -> FloatArray | None:
    """A line in pixels; None if no part of it can be seen."""
    page = view.page(lonlat)
    low, high = page.min(axis=0), page.max(axis=0)
    # Where a point is beyond the horizon the extremes are NaN and no comparison holds.
    is_seen = low[0] < view.width and low[1] < view.height and high[0] > 0 and high[1] > 0
    return page if is_seen else None


def _in_view(view: View, way: Ways) -> Ways:
    return replace(way, strokes=tuple(s for s in way.strokes if _page(view, s.points) is not None))


def _ways(view: View, way: Ways) -> str:
    inside = "".join(_stroke(view, stroke) for stroke in way.strokes)
    return tag("g", {"fill": "none", **STYLES[way.style]}, inside) if inside else ""


def _stroke(view: View, stroke: Stroke) -> str:
    own: dict[str, str | float] = {"stroke": stroke.colour} if stroke.colour else {}
    return tag("polyline", {"points": points(view.page(stroke.points)), **own}, _tooltip(stroke.title))


def _tooltip(words: str) -> str:
    return tag("title", {}, escape(words)) if words else ""


def _lay_flows(view: View, flows: Iterable[Flow], scale: float) -> list[Drawn]:
    """Flows in the window on their places side by side, wide ones first."""
    bundles: dict[str, list[tuple[Flow, FloatArray]]] = {}
    for flow in flows:
        page = _page(view, flow.points)
        if flow.value != 0 and page is not None:
            bundles.setdefault(flow.bundle, []).append((flow, page))
    laid = []
    for _, members in sorted(bundles.items()):
        members.sort(key=lambda member: (member[0].colour, member[0].value, member[0].title))
        widths = [max(HAIRLINE, abs(flow.value) * scale) for flow, _ in members]
        at = -(sum(widths) + GAP * (len(widths) - 1)) / 2
        for (flow, page), width in zip(members, widths, strict=True):
            laid.append(Drawn(flow, _shifted(page, at + width / 2), width))
            at += width + GAP
    return sorted(laid, key=lambda d: (-d.width, d.flow.bundle, d.flow.colour, d.flow.title))


def _shifted(page: FloatArray, by: float) -> FloatArray:
    """A polyline moved sideways by ``by`` pixels."""
    if abs(by) < 0.05:
        return page
    steps = np.diff(page, axis=0)
    length = np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-9)
    normals = np.column_stack([-steps[:, 1], steps[:, 0]]) / length[:, None]
    at_points = np.vstack([normals[:1], normals[:-1] + normals[1:], normals[-1:]])
    size = np.maximum(np.hypot(at_points[:, 0], at_points[:, 1]), 1e-9)
    moved: FloatArray = page + by * at_points / size[:, None]
    return moved


def _flow_markup(drawn: Sequence[Drawn], flows: Flows) -> list[str]:
    """All flows, over a pale casing that parts lines where they cross."""
    colour = {key: value for key, _, value in flows.colours}
    casing = [
        tag("polyline", {"points": points(d.page), "stroke-width": d.width + 1.3})
        for d in drawn
        if d.width > 1.5
    ]
    strokes = [
        tag(
            "polyline",
            {"points": points(d.page), "stroke": colour[d.flow.colour], "stroke-width": d.width},
            _tooltip(d.flow.title),
        )
        for d in drawn
    ]
    look: dict[str, str | float] = {"fill": "none", "stroke-linejoin": "round"}
    return [
        tag("g", {**look, "stroke": "#fff", "stroke-opacity": 0.85}, "".join(casing)) if casing else "",
        tag("g", {**look, "stroke-linecap": "round"}, "".join(strokes)) if strokes else "",
    ]


def _spot(view: View, mark: Mark) -> tuple[float, float]:
    x, y = view.page(np.array([[mark.lon, mark.lat]]))[0].tolist()
    return x, y


def _names(
    view: View,
    marks: Sequence[Mark],
    countries: Sequence[DrawnCountry],
    drawn: Sequence[Drawn],
    flows: Flows | None,
    ink: FloatArray,
    bar_box: Box,
) -> list[str]:
    """Names of places and countries, and figures on flows, where they fit."""
    obstacles, wishes = [bar_box], []
    for mark in marks:
        is_sign = mark.symbol in ("tight", "tighter")
        x, y = _spot(view, mark)
        r = 6.0 if is_sign else 3.0
        obstacles.append((x - r, y - r, x + r, y + r))
        if mark.lines:
            wishes.append(Wish(x, y, mark.lines, 12.5, mark.rank, gap=9.0 if is_sign else 6.0))
    by_size = sorted(countries, key=lambda country: (-country.label_radius, country.code))
    for i, country in enumerate(by_size):
        if country.label_radius > 16:
            rank = (30 if i < _BIG_COUNTRIES else 200) + i / 100
            name = (country.name.upper(),)
            wishes.append(Wish(country.label_x, country.label_y, name, 10.5, rank, centred=True, spacing=1.4))
    colour = {key: value for key, _, value in flows.colours} if flows else {}
    fills = {wish: colour[key] for wish, key in _flow_wishes(drawn)}
    placed = place_labels(
        [*wishes, *fills], width=view.width, height=view.height, obstacles=obstacles, ink=ink
    )
    return [_label(item, fills.get(item.wish)) for item in placed]


def _flow_wishes(drawn: Sequence[Drawn]) -> list[tuple[Wish, str]]:
    """Figures on the widest flows with the key of their colour, each kept away from the next."""
    wishes: list[tuple[Wish, str]] = []
    taken: list[tuple[float, float, str]] = []
    least = _LEAST_FIGURE * max((abs(d.flow.value) for d in drawn), default=0.0)
    for d in drawn:
        if not d.flow.label or len(wishes) >= _FIGURES or abs(d.flow.value) < least:
            continue
        x, y = ((d.page[(len(d.page) - 1) // 2] + d.page[len(d.page) // 2]) / 2).tolist()
        if any(abs(x - a) + abs(y - b) < (130 if key == d.flow.colour else 60) for a, b, key in taken):
            continue
        taken.append((x, y, d.flow.colour))
        wish = Wish(x, y, (d.flow.label,), 12.5, 15 + len(wishes), gap=4.0 + d.width / 2, bold=True)
        wishes.append((wish, d.flow.colour))
    return wishes


def _ink(drawn: Sequence[Drawn]) -> FloatArray:
    """Points every few pixels under the drawn lines, more of them under wide ones."""
    pieces = [np.zeros((0, 2))]
    for d in drawn:
        beside = np.linspace(-d.width / 3, d.width / 3, 3) if d.width >= 5 else np.zeros(1)
        for start, end in pairwise(d.page):
            n = min(2000, max(2, int(np.hypot(*(end - start)) / 6)))
            along = start + np.linspace(0, 1, n)[:, None] * (end - start)
            pieces += [along + offset for offset in beside]
    return np.vstack(pieces)


def _label(item: Placed, fill: str | None) -> str:
    wish = item.wish
    look = {"paint_order": "stroke", "stroke": "#fff", "stroke_width": "3", "stroke_linejoin": "round"}
    if wish.centred:
        look |= {"letter_spacing": f"{wish.spacing:g}", "stroke": LAND}
        return text(item.x, item.y, wish.lines[0], wish.size, fill=QUIET, anchor=item.anchor, **look)
    if wish.bold:
        look["font_weight"] = "bold"
    words = []
    for i, line in enumerate(wish.lines):
        y = item.y + i * wish.size * LINE_HEIGHT
        ink = fill or (INK if i == 0 else SOFT)
        words.append(text(item.x, y, line, wish.size - min(i, 1), fill=ink, anchor=item.anchor, **look))
    return "".join(words)
