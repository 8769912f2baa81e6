"""Charts of who gains and of what projects are worth, and the page that an appraisal is printed on."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from landbridge.report.charts import INK, RULE, SOFT, WIDTH
from landbridge.report.futures_charts import list_ticks, tick
from landbridge.report.numbers import figures
from landbridge.report.outlines import read_outlines
from landbridge.report.svg import picture, tag, text, text_width, wrap
from landbridge.tables import write_whole

GAIN, LOSS, RANGE = "#2a7f62", "#b5495b", "#d3dbe3"
RATES = ("#86b3d6", "#2f6ea6", "#123f66")
"""Dots at the low, middle and high rate."""
_ROW, _BAR = 27.0, 15.0


def name_parties(rows: Sequence[Mapping[str, Any]], zones: Mapping[str, str]) -> list[str]:
    """Words for parties (``party``, ``role``): shippers of a zone, those paid in a state, ships, climate."""
    outlines = read_outlines()
    states = dict(zip(outlines.codes, outlines.names, strict=True))
    found = []
    for row in rows:
        party = str(row["party"])
        if row["role"] == "shippers":
            found.append(f"Shippers: {zones.get(party, party).split(' (')[0]}")
        elif row["role"] == "receivers":
            found.append(f"Paid in {states.get(party, party)}" if len(party) == 3 else "Paid to ships")
        else:
            found.append("Climate")
    return found


def _axis(
    low: float, high: float, left: float, right: float, top: float, bottom: float
) -> tuple[list[str], Any]:
    """Ticks and their lines from ``top`` to ``bottom``, and the place of a value across."""
    ticks = list_ticks(low, high)
    least, most = min(low, ticks[0]), max(high, ticks[-1])

    def at(value: float) -> float:
        return left + (value - least) / ((most - least) or 1.0) * (right - left)

    inside = []
    for value in ticks:
        look: dict[str, str | float] = {
            "x1": at(value),
            "x2": at(value),
            "y1": top,
            "y2": bottom,
            "stroke": INK if value == 0 else RULE,
            "stroke-width": 1,
        }
        inside.append(tag("line", look))
        inside.append(text(at(value), bottom + 16, tick(value, ticks), 12, fill=SOFT, anchor="middle"))
    return inside, at


def _head(title: str, unit: str, width: float) -> tuple[list[str], float]:
    y, inside = 4.0, []
    for line in wrap(title, 15, width, bold=True):
        y += 17
        inside.append(text(0, y, line, 15, fill=INK, font_weight="bold"))
    for line in wrap(unit, 12, width):
        y += 16
        inside.append(text(0, y, line, 12, fill=SOFT))
    return inside, y + 10


def draw_gains(
    rows: Sequence[tuple[str, float]], *, name: str, title: str, unit: str, width: float = WIDTH
) -> str:
    """Bars to the right for who gains and to the left for who loses; ``rows`` are words and a value."""
    left = max([0.0, *(text_width(words, 13) for words, _ in rows)]) + 16
    values = [value for _, value in rows]
    inside, y = _head(title, unit, width)
    bottom = y + _ROW * len(rows) + 2
    room = 56.0
    lines, at = _axis(min([0.0, *values]), max([0.0, *values]), left + room, width - room, y, bottom)
    inside += lines
    for words, value in rows:
        inside.append(text(left - 8, y + _BAR + 2, words, 13, fill=INK, anchor="end"))
        edges = sorted((at(0.0), at(value)))
        look: dict[str, str | float] = {
            "x": edges[0],
            "y": y + 5,
            "width": max(0.6, edges[1] - edges[0]),
            "height": _BAR,
            "fill": GAIN if value > 0 else LOSS,
        }
        inside.append(tag("rect", look))
        end, anchor = (edges[1] + 6, "start") if value > 0 else (edges[0] - 6, "end")
        told = figures(value, 2, sign=True)
        inside.append(text(end, y + _BAR + 2, told, 13, fill=INK, anchor=anchor, font_weight="bold"))
        y += _ROW
    described = "; ".join(f"{words}: {figures(value, 2, sign=True)}" for words, value in rows)
    return picture(width, bottom + 26, name, title, f"{unit}. {described}", inside)


def draw_values(told: Mapping[str, Any], *, name: str = "values", width: float = WIDTH) -> str:
    """Net present value of each project: its range with all bad or all good, and a dot at each rate."""
    projects = told["projects"]
    left = min(0.42 * width, max(text_width(p["title"], 13) for p in projects) + 16)
    ends = [v for p in projects for v in (*p["npv_range_musd"], *(x["npv_musd"] for x in p["values"]))]
    title = f"What projects are worth, seen from {told['now']}"
    unit = (
        f"Net present value, million USD of {told['price_year']}; band: all that is uncertain about cost, "
        "date, life, carbon and rate bad, or good, at once."
    )
    inside, y = _head(title, unit, width)
    x = 0.0
    for rate, colour in zip(told["discount"], RATES, strict=True):
        inside.append(tag("circle", {"cx": x + 6, "cy": y + 4, "r": 5, "fill": colour}))
        words = f"at {rate:.0%} a year"
        inside.append(text(x + 16, y + 8, words, 12, fill=INK))
        x += 16 + text_width(words, 12) + 18
    y += 20
    bottom = y + _ROW * len(projects) + 2
    lines, at = _axis(min([0.0, *ends]), max([0.0, *ends]), left + 12, width - 24, y, bottom)
    inside += lines
    for project in projects:
        low, high = project["npv_range_musd"]
        inside.append(text(left - 8, y + _BAR + 2, project["title"], 13, fill=INK, anchor="end"))
        look: dict[str, str | float] = {
            "x": at(low),
            "y": y + 8,
            "width": max(1.0, at(high) - at(low)),
            "height": 9,
            "fill": RANGE,
        }
        inside.append(tag("rect", look))
        for value, colour in zip(project["values"], RATES, strict=True):
            dot: dict[str, str | float] = {
                "cx": at(value["npv_musd"]),
                "cy": y + 12.5,
                "r": 5,
                "fill": colour,
                "stroke": "#fff",
                "stroke-width": 1,
            }
            words = f"{figures(value['npv_musd'], 3)} at {value['rate']:.0%}"
            inside.append(tag("circle", dot, tag("title", {}, escape(words))))
        y += _ROW
    described = "; ".join(
        f"{p['title']}: {figures(p['values'][1]['npv_musd'], 3)} at {told['discount'][1]:.0%}"
        for p in projects
    )
    return picture(width, bottom + 26, name, title, f"{unit} {described}", inside)


def draw_shares(told: Mapping[str, Any], *, name: str = "shares", width: float = WIDTH) -> str:
    """Benefits of projects that are held together: each alone, and its Shapley share."""
    titles = {p["project"]: p["title"] for p in told["projects"]}
    shares = told["combination"]["shares"]
    rows = [
        (f"{titles[s['project']]}: {words}", s[key])
        for s in shares
        for words, key in (("alone", "alone_musd"), ("share of all", "shapley_benefits_musd"))
    ]
    unit = (
        f"Benefits at {told['combination']['rate']:.0%} a year, present value, million USD. A share is what "
        "the project adds, on average over all orders in which they could be built."
    )
    return draw_gains(rows, name=name, title="What each is worth alone and together", unit=unit, width=width)


def _list_gains(who: Sequence[Mapping[str, Any]], zones: Mapping[str, str]) -> list[tuple[str, float]]:
    return list(zip(name_parties(who, zones), (row["gain_musd_year"] for row in who), strict=True))


def list_charts(told: Mapping[str, Any], zones: Mapping[str, str]) -> list[str]:
    """All charts of an appraisal: values, who gains by project, shares of a combination."""
    charts = [draw_values(told)]
    last = told["years"][-1]
    for project in told["projects"]:
        rows = _list_gains(project["who"], zones)
        if rows:
            title = f"Who gains from: {project['title']}, alone"
            unit = f"Million USD a year in {last}: shippers by zone, payments received by state, climate."
            charts.append(draw_gains(rows, name=f"who-{project['project']}", title=title, unit=unit))
    if told["combination"]:
        charts.append(draw_shares(told))
        rows = _list_gains(told["combination"]["who"], zones)
        if rows:
            unit = f"Million USD a year in {last}: shippers by zone, payments received by state, climate."
            charts.append(draw_gains(rows, name="who-all", title="Who gains from all of them", unit=unit))
    return charts


def write_appraisal(told: Mapping[str, Any], zones: Mapping[str, str], path: Path) -> None:
    """Write an appraisal as a page (``*.html``), or its chart of values alone (``*.svg``).

    ``zones`` names zones by id.
    """
    if path.suffix == ".svg":
        write_whole(path, draw_values(told))
        return
    notes = "".join(
        f"<li><b>{escape(p['title'])}</b> ({escape(p['basis'])}): "
        f"{figures(p['capital_musd'][0], 3)} to {figures(p['capital_musd'][2], 3)} million USD "
        f"with overruns, in use from {p['opens'][0]} to {p['opens'][2]}. {escape(p['note'])} "
        f"Sources: {escape(', '.join(p['source']))}.</li>"
        for p in told["projects"]
    )
    charts = "".join(f"<figure>{chart}</figure>" for chart in list_charts(told, zones))
    page = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Appraisal</title><style>"
        "body{font:16px/1.5 Helvetica,Arial,sans-serif;max-width:940px;margin:2rem auto;padding:0 1rem;"
        f"color:{INK}}}figure{{margin:0 0 2.2rem}}li{{margin:.4rem 0}}</style></head><body>"
        f"<h1>Projects of {escape(told['study'])}, on top of scenario {escape(told['scenario'])}</h1>"
        f"{charts}<h2>What is assumed</h2><p>{escape(told['method'])}</p><ul>{notes}</ul>"
        f"<p>Rates, carbon and other numbers: {escape(', '.join(told['source']))}.</p></body></html>\n"
    )
    write_whole(path, page)
