"""The milestone graph as a picture: a row for each gate, lines from what it needs, and odds by year.

Every gate that others need has a line of its own in the gutter at the left: it leaves the gate to the left,
runs down, and enters each gate that needs it. A dashed entry is one of several, of which one is enough.
"""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from landbridge.report.svg import picture, tag, text, text_width, wrap
from landbridge.tables import write_whole

WIDTH = 1240.0
INK, SOFT, RULE, PAPER = "#1c2530", "#56606b", "#d5d2c8", "#ffffff"
STATES = {"open": "#2a7f62", "degraded": "#c98a1b", "shut": "#ffffff"}
LANES = ("#3b6ea5", "#a5553b", "#5c8a3a", "#7d5ba6", "#b08a1e", "#2f8f8f", "#a63d6f", "#5f6b76")
SHOWN_YEARS = 5
_ROW, _LANE, _CELL, _MARK = 36.0, 9.0, 54.0, 5.5


def order_rows(gates: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids so that what a gate needs stands right above it; the largest connected group first."""
    by_id = {gate["id"]: gate for gate in gates}
    needs = {
        name: [n for n in (*g["requires"], *g["requires_any"]) if n in by_id] for name, g in by_id.items()
    }
    needed = {need for found in needs.values() for need in found}
    groups: list[list[str]] = []
    seen: dict[str, int] = {}

    def visit(name: str, rows: list[str], met: set[int]) -> None:
        if name in seen:
            met.add(seen[name])
            return
        seen[name] = len(groups)
        for need in needs[name]:
            visit(need, rows, met)
        rows.append(name)

    for name in [*(n for n in by_id if n not in needed), *by_id]:
        if name in seen:
            continue
        rows: list[str] = []
        met: set[int] = set()
        visit(name, rows, met)
        joined = sorted(met - {len(groups)})
        groups.append([*(row for group in joined for row in groups[group]), *rows])
        for group in joined:
            groups[group] = []
        for row in groups[-1]:
            seen[row] = len(groups) - 1
    return [row for group in sorted(groups, key=len, reverse=True) for row in group]


def assign_lanes(rows: Sequence[str], needs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Line of each gate that others need: the first that is free over all rows that it passes."""
    place = {name: number for number, name in enumerate(rows)}
    last: dict[str, int] = {}
    for name in rows:
        for need in needs[name]:
            last[need] = max(last.get(need, 0), place[name])
    busy: list[int] = []
    lanes = {}
    for name in rows:
        if name not in last:
            continue
        lane = next((number for number, end in enumerate(busy) if end < place[name]), len(busy))
        busy[lane : lane + 1] = [last[name]]
        lanes[name] = lane
    return lanes


def draw_gate_graph(
    told: Mapping[str, Any],
    *,
    years: Sequence[str] = (),
    odds: Mapping[str, Mapping[str, float]] | None = None,
) -> str:
    """Draw the graph that :func:`landbridge.study.futures.tell_graph` tells, as SVG.

    Parameters
    ----------
    years, odds
        Years for which the probability that a gate is open at their end stands beside it.
    """
    by_id = {gate["id"]: gate for gate in told["gates"]}
    rows = order_rows(told["gates"])
    needs = {
        name: [n for n in (*by_id[name]["requires"], *by_id[name]["requires_any"]) if n in by_id]
        for name in rows
    }
    lanes = assign_lanes(rows, needs)
    left = (max(lanes.values(), default=-1) + 2) * _LANE + 14.0
    y_of = {name: 46.0 + _ROW * number for number, name in enumerate(rows)}
    inside = _legend(left, years)
    for number, name in enumerate(rows):
        if number % 2:
            shade: dict[str, str | float] = {
                "x": left,
                "y": y_of[name] - _ROW / 2,
                "width": WIDTH - left,
                "height": _ROW,
                "fill": "#f6f5f1",
            }
            inside.append(tag("rect", shade))
    for name in rows:
        if name in lanes:
            inside += _line(name, rows, by_id, lanes, left, y_of)
    for name in rows:
        inside += _row(by_id[name], left, y_of[name], years, (odds or {}).get(name, {}))
    title = f"Gates of {told['study']} on {told['date']}"
    words = f"{len(rows)} gates with what each needs; lines run down from a gate to those that need it."
    return picture(WIDTH, 46.0 + _ROW * len(rows), "gates", title, words, inside)


def _legend(left: float, years: Sequence[str]) -> list[str]:
    """Head of the columns, and what the marks mean."""
    inside, x = [], left
    for words, state in (("open today", "open"), ("usable in part", "degraded"), ("not met", "shut")):
        inside += [_mark(x + _MARK, 14, state, is_round=True), text(x + 16, 18, words, 12, fill=SOFT)]
        x += 30 + text_width(words, 12)
    inside += [_mark(x + _MARK, 14, "shut", is_round=False)]
    inside.append(
        text(x + 16, 18, "diamond: can shut again; dashed entry: one of several is enough", 12, fill=SOFT)
    )
    for number, year in enumerate(years):
        x = WIDTH - _CELL * (len(years) - number - 0.5)
        inside.append(text(x, 18, f"end {year}", 11, fill=INK, anchor="middle"))
    return inside


def _mark(x: float, y: float, state: str, *, is_round: bool) -> str:
    look: dict[str, str | float] = {"fill": STATES[state], "stroke": INK, "stroke-width": 1.3}
    if is_round:
        return tag("circle", {"cx": x, "cy": y, "r": _MARK, **look})
    r = _MARK + 1.0
    return tag("path", {"d": f"M{x:.1f} {y - r:.1f}l{r} {r}l-{r} {r}l-{r} -{r}z", **look})


def _line(
    name: str,
    rows: Sequence[str],
    by_id: Mapping[str, Mapping[str, Any]],
    lanes: Mapping[str, int],
    left: float,
    y_of: Mapping[str, float],
) -> list[str]:
    """Lines from a gate to all that need it."""
    x = left - 10.0 - _LANE * (lanes[name] + 1)
    colour = LANES[lanes[name] % len(LANES)]
    look: dict[str, str | float] = {"fill": "none", "stroke": colour, "stroke-width": 1.6}
    below = [row for row in rows if name in by_id[row]["requires"] or name in by_id[row]["requires_any"]]
    start, end = y_of[name] + 4.0, max(y_of[row] for row in below) - 4.0
    parts = [tag("path", {"d": f"M{left:.1f} {start:.1f}H{x:.1f}V{end:.1f}", **look})]
    for row in below:
        entry = dict(look)
        if name not in by_id[row]["requires"]:
            entry["stroke-dasharray"] = "4 3"
        y = y_of[row] - 4.0
        parts.append(tag("path", {"d": f"M{x:.1f} {y:.1f}H{left - 3:.1f}", **entry}))
        parts.append(tag("path", {"d": f"M{left - 6:.1f} {y - 3:.1f}l4 3l-4 3z", "fill": colour}))
    return parts


def _row(
    gate: Mapping[str, Any], left: float, y: float, years: Sequence[str], odds: Mapping[str, float]
) -> list[str]:
    """One gate: its mark, its title, what is believed of it, and its odds."""
    room = WIDTH - _CELL * len(years) - left - 26.0
    parts = [_mark(left + 8.0, y, gate["today"], is_round=gate["process"] != "two_state")]
    parts.append(text(left + 22, y - 2, _fit(gate["title"], 13.0, room), 13, fill=INK))
    parts.append(text(left + 22, y + 12, _fit(describe(gate), 11.0, room), 11, fill=SOFT))
    for number, year in enumerate(years):
        x = WIDTH - _CELL * (len(years) - number)
        share = odds.get(year)
        if share is None:
            continue
        cell: dict[str, str | float] = {
            "x": x + 2,
            "y": y - _ROW / 2 + 3,
            "width": _CELL - 4,
            "height": _ROW - 6,
        }
        parts.append(tag("rect", {**cell, "fill": "#3b6ea5", "fill-opacity": f"{0.06 + 0.54 * share:.2f}"}))
        parts.append(text(x + _CELL / 2, y + 4.5, say_odds(share), 13, fill=INK, anchor="middle"))
    return parts


def say_odds(share: float) -> str:
    """A probability in percent; what is not quite none or all says so.

    >>> say_odds(0.315), say_odds(0.002), say_odds(0.0), say_odds(0.999)
    ('32%', '<1%', '0%', '>99%')
    """
    if 0.0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1.0:
        return ">99%"
    return f"{share:.0%}"


def describe(gate: Mapping[str, Any]) -> str:
    """What is believed of a gate, in one line."""
    parts = [gate["id"]]
    if 0.0 < gate["met_probability"] < 1.0:
        parts.append(f"uncertain today: met with probability {gate['met_probability']:.2f}")
    if gate["process"] == "held":
        parts.append("stays as it is: no prior")
    if "delay_years" in gate:
        low, mode, high = gate["delay_years"]
        parts.append(f"{mode:g} years after its needs ({low:g}-{high:g})")
    if "mean_delay_years" in gate:
        parts.append(f"{gate['mean_delay_years']:g} years on average after its needs")
    for key, words in (("never", "never {:.0%}-{:.0%}"), ("close_rate", "shuts {:g}-{:g} a year")):
        if key in gate:
            parts.append(words.format(*gate[key]))
    if gate["cause"]:
        parts.append(gate["cause"])
    if gate["basis"] == "assumption":
        parts.append("assumption")
    return "  ·  ".join(parts)


def _fit(words: str, size: float, room: float) -> str:
    """The words, cut where they would not fit."""
    first = wrap(words, size, room)[0]
    return words if first == words else f"{first.rstrip(' ·')} …"


def gate_page(told: Mapping[str, Any], svg: str, notes: Sequence[str]) -> str:
    """A page that holds the picture and, above it, what a reader must know of the odds."""
    title = f"Gates of {told['study']}"
    said = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>body{{margin:20px auto;max-width:{WIDTH:g}px;padding:0 12px;"
        "font:15px/1.45 Helvetica,Arial,'Liberation Sans',sans-serif;color:#1c2530;background:#fff}"
        "h1{font-size:22px;margin:0 0 8px}p{margin:4px 0;max-width:80em}"
        "svg{width:100%;height:auto;margin-top:14px}"
        f"</style></head><body><h1>{escape(title)}</h1>{said}{svg}</body></html>\n"
    )


def say_assumptions(told: Mapping[str, Any]) -> list[str]:
    """Sentences that stand wherever odds are shown."""
    slip = told["slip"]
    works = "; ".join(f"{work['work']} {work['slip']:.2f}" for work in slip["works"])
    learnt = f", learnt from {works}" if works else ""
    loadings = "; ".join(
        f"{cause['title']} {cause['loading'][0]:g}-{cause['loading'][1]:g}"
        for cause in told["causes"]
        if cause["gates"]
    )
    rest = f"{len(told['held'])} gates have none and stay as they are"
    priors = f"{told['assumed_priors']} of {told['priors']} priors are assumptions; {rest}."
    slips = f"Slip of promised dates: {slip['low']:.2f}-{slip['high']:.2f} years a year{learnt}"
    doubted = "; ".join(f"{gate['gate']} {gate['met_probability']:.2f}" for gate in told["uncertain"])
    unsure = f"Uncertain by the record, and met at the start in this share of the futures: {doubted}."
    return [
        told["warning"],
        *([unsure] if doubted else []),
        priors,
        f"{slips}; of it works take the part that their prior leaves.",
        f"Shared causes and their loadings (assumptions): {loadings or 'none'}.",
    ]


def write_gate_graph(told: Mapping[str, Any], sample: Mapping[str, Any], path: Path) -> None:
    """Write the graph with its odds as a page (``*.html``) or as a picture alone (``*.svg``)."""
    odds = sample["open_probability"]
    years = pick_years(list(next(iter(odds.values()))))
    svg = draw_gate_graph(told, years=years, odds=odds)
    first = (
        f"Odds from {sample['n']} futures, seed {sample['seed']}, that a gate is open at the end of the year."
    )
    page = svg if path.suffix == ".svg" else gate_page(told, svg, [first, *say_assumptions(sample)])
    write_whole(path, page)


def pick_years(years: Sequence[str]) -> list[str]:
    """A few years up to the last.

    >>> pick_years([str(year) for year in range(2026, 2041)])
    ['2028', '2031', '2034', '2037', '2040']
    """
    step = max(1, -(-len(years) // SHOWN_YEARS))
    return list(years[::-1][::step][::-1])
