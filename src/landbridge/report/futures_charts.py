"""Pictures of answers from futures: a fan of years, shares of variance, and rules as a table."""

from collections.abc import Mapping, Sequence
from math import floor, isfinite, log10
from typing import Any

from landbridge.report.charts import INK, RULE, SOFT, WIDTH, Bar, draw_bars
from landbridge.report.numbers import figures, number, percent
from landbridge.report.svg import picture, points, short, tag, text, text_width, wrap

WIDE, NARROW, LINE = "#c9dcec", "#86b3d6", "#123f66"
KINDS = {
    "cause": ("a cause that gates share", "#c9821b"),
    "gate": ("a gate's own luck", "#2f6ea6"),
    "dates": ("slip of promised dates", "#5b9a76"),
    "doubt": ("a contested fact", "#b5495b"),
    "loading": ("how strongly gates hang on a cause", "#8a6fae"),
    "others": ("others", "#b9cfe0"),
    "rest": ("only in combination", "#a9adb3"),
}

_HEIGHT = 300.0
_BANDS = (("q05", "q95", WIDE), ("q25", "q75", NARROW))
_LABELS = {
    "q95": "19 of 20 futures below {}",
    "q75": "3 of 4 below {}",
    "q50": "median {}",
    "q25": "1 of 4 below {}",
    "q05": "1 of 20 below {}",
}


def draw_fan(
    summary: Mapping[str, Any],
    indicator: str,
    *,
    name: str,
    title: str,
    unit: str,
    scale: float = 1.0,
    is_quantity: bool = True,
    width: float = WIDTH,
) -> str:
    """A fan of an indicator by year: its median, and the bands that hold half and nine tenths of the futures.

    Parameters
    ----------
    summary
        Of :func:`landbridge.indicators.futures_summary.summarise_futures`.
    unit
        What the height means; printed under the title.
    scale
        What values are divided by before they are drawn.
    is_quantity
        A quantity's axis begins at zero; else at the lowest value, and the chart says so.

    Raises
    ------
    ValueError
        If the summary has no row of the indicator.
    """
    rows = [row for row, found in enumerate(summary["indicator"]) if found == indicator]
    if not rows:
        raise ValueError(f"no row of indicator {indicator!r} in the summary")
    years = [int(summary["year"][row]) for row in rows]
    series = {key: [float(summary[key][row]) / scale for row in rows] for key in _LABELS}
    missing = [float(summary["without_value"][row]) for row in rows]
    seen = [value for key in _LABELS for value in series[key] if isfinite(value)]
    low, high = (min([0.0, *seen]), max([0.0, *seen])) if is_quantity else (min(seen), max(seen))
    ticks = list_ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    words = {key: _LABELS[key].format(figures(series[key][-1], 3)) for key in _LABELS}
    left = max(text_width(tick(value, ticks), 12) for value in ticks) + 14
    has_last = isfinite(series["q50"][-1])
    right = max(text_width(item, 13, bold=True) for item in words.values()) + 26 if has_last else 20.0
    inside, y = _head(
        title, unit if is_quantity or low <= 0 else f"{unit}; the axis does not begin at zero", width
    )
    bottom = y + 14 + _HEIGHT
    plot_right = width - right

    def at(value: float) -> float:
        return bottom - (value - low) / (high - low) * _HEIGHT

    def across(year: int) -> float:
        span = max(1, years[-1] - years[0])
        return left + 14 + (year - years[0]) / span * (plot_right - left - 28)

    for value in ticks:
        edge: dict[str, str | float] = {
            "d": f"M{short(left)} {short(at(value))}H{short(plot_right)}",
            "stroke": SOFT if value == 0 else RULE,
            "stroke-width": 1,
        }
        inside.append(tag("path", edge))
        inside.append(text(left - 7, at(value) + 4, tick(value, ticks), 12, fill=SOFT, anchor="end"))
    for run in _runs(series["q50"]):
        inside += _bands(run, years, series, across, at)
    every = _every(len(years), plot_right - left)
    for place, year in enumerate(years):
        if place % every == 0 or place == len(years) - 1:
            inside.append(text(across(year), bottom + 18, str(year), 12, fill=INK, anchor="middle"))
    y = bottom + 26
    if max(missing) > 0.0:
        inside += _missing(missing, years, every, across, y)
        y += 40
    if has_last:
        inside += _label(words, {key: at(series[key][-1]) for key in _LABELS}, plot_right, bottom)
    last = ", ".join(words.values()) if has_last else "no value in any future"
    return picture(width, y + 6, name, title, f"{unit}. In {years[-1]}: {last}.", inside)


def draw_shares(
    shares: Mapping[str, Any], *, name: str, title: str, most: int = 10, width: float = WIDTH
) -> str:
    """Bars of the shares of variance: the greatest inputs, the others singly taken together, and the rest.

    ``shares`` is of :func:`landbridge.indicators.variance.split_variance`; the bars add up to 100 %. A share
    that is estimated a little below zero has no bar.
    """
    last = len(shares["input"]) - 1
    first = [float(value) for value in shares["first_order"]]
    told = [row for row in range(last) if first[row] > 0.0][:most]
    others = [row for row in range(last) if row not in told]
    bars = []
    for row in told:
        reach = ""
        if isfinite(float(shares["low"][row])):
            low, high = max(0.0, float(shares["low"][row])), float(shares["high"][row])
            reach = f" ({number(100 * low, 1)}–{number(100 * high, 1)})"
        parts = ((str(shares["kind"][row]), first[row]),)
        bars.append(Bar(str(shares["title"][row]), parts, percent(first[row]) + reach))
    if others:
        both = sum(first[row] for row in others)
        bars.append(
            Bar(f"{len(others)} others, each by itself", (("others", max(0.0, both)),), percent(both))
        )
    bars.append(Bar("Only in combination", (("rest", max(0.0, first[last])),), percent(first[last])))
    unit = (
        "share of the variance between futures that one input explains by itself; in brackets 90 % interval"
    )
    return draw_bars(bars, name=name, title=title, unit=unit, parts=KINDS, width=width)


LEAST_SPAN = 1e-9
"""Values closer together than this, in the unit of the chart, are one."""


def list_ticks(low: float, high: float, *, most: int = 6) -> list[float]:
    """Round values that span a range, a step of 1, 2 or 5 times a power of ten apart.

    >>> list_ticks(0.0, 13.2)
    [0.0, 5.0, 10.0, 15.0]
    >>> list_ticks(0.0, 3e-13)  # rounding, and no amount
    [0.0, 0.2]
    """
    span = high - low if high - low > LEAST_SPAN else max(abs(high), 1.0)
    step = 10.0 ** floor(log10(span / most))
    step *= next(factor for factor in (1, 2, 5, 10, 20) if span / (step * factor) <= most - 1)
    begin, end = floor(low / step + 1e-9), -floor(-high / step + 1e-9)
    return [round(place * step, 12) for place in range(begin, max(end, begin + 1) + 1)]


def tick(value: float, ticks: Sequence[float]) -> str:
    """A tick of an axis, with as many decimals as its step needs."""
    step = ticks[1] - ticks[0]
    return number(value, max(0, -floor(log10(step) + 1e-9)))


def _head(title: str, unit: str, width: float) -> tuple[list[str], float]:
    y, inside = 4.0, []
    for line in wrap(title, 15, width, bold=True):
        y += 16
        inside.append(text(0, y, line, 15, fill=INK, font_weight="bold"))
    for line in wrap(unit, 12, width):
        y += 17
        inside.append(text(0, y, line, 12, fill=SOFT))
    return inside, y


def _runs(values: Sequence[float]) -> list[list[int]]:
    """Places of values that follow each other without a gap."""
    runs: list[list[int]] = []
    for place, value in enumerate(values):
        if isfinite(value):
            if runs and runs[-1][-1] == place - 1:
                runs[-1].append(place)
            else:
                runs.append([place])
    return runs


def _bands(
    run: Sequence[int], years: Sequence[int], series: Mapping[str, Sequence[float]], across: Any, at: Any
) -> list[str]:
    """Bands and median over years that follow each other; a single year is a bar with a stroke."""
    import numpy as np

    inside = []
    half = 9.0 if len(run) == 1 else 0.0
    for low, high, colour in _BANDS:
        upper = [(across(years[k]), at(series[high][k])) for k in run]
        lower = [(across(years[k]), at(series[low][k])) for k in reversed(run)]
        if half:
            (x, above), (_, below) = upper[0], lower[0]
            shape = [(x - half, above), (x + half, above), (x + half, below), (x - half, below)]
        else:
            shape = [*upper, *lower]
        inside.append(tag("polygon", {"points": points(np.array(shape)), "fill": colour}))
    line = [(across(years[k]), at(series["q50"][k])) for k in run]
    if half:
        line = [(line[0][0] - half, line[0][1]), (line[0][0] + half, line[0][1])]
    look: dict[str, str | float] = {
        "points": points(np.array(line)),
        "fill": "none",
        "stroke": LINE,
        "stroke-width": 2.5,
        "stroke-linejoin": "round",
    }
    inside.append(tag("polyline", look))
    if years[-1] - years[0] >= len(years):  # between the years that were looked at, lines are only drawn
        for x, y in line:
            inside.append(tag("circle", {"cx": x, "cy": y, "r": 3.5, "fill": LINE}))
    return inside


def _every(count: int, room: float) -> int:
    """Every which year has a label, so that labels do not touch."""
    return max(1, -(-count * 42 // max(1, int(room))))


def _missing(missing: Sequence[float], years: Sequence[int], every: int, across: Any, y: float) -> list[str]:
    """A line below the axis: the share of futures in which the indicator has no value."""
    inside = [text(0, y + 15, "Futures without a value, left out above:", 12, fill=SOFT)]
    for place, share in enumerate(missing):
        if place % every == 0 or place == len(missing) - 1:
            inside.append(text(across(years[place]), y + 31, percent(share), 12, fill=INK, anchor="middle"))
    return inside


def _label(words: Mapping[str, str], heights: Mapping[str, float], x: float, bottom: float) -> list[str]:
    """Labels at the right end, kept apart, each tied to the edge that it names."""
    room = 17.0
    order = list(words)
    places = [heights[key] for key in order]
    for k in range(1, len(places)):
        places[k] = max(places[k], places[k - 1] + room)
    excess = max(0.0, places[-1] - bottom)
    places[-1] -= excess
    for k in range(len(places) - 2, -1, -1):
        places[k] = min(places[k], places[k + 1] - room)
    inside = []
    for key, y in zip(order, places, strict=True):
        is_median = key == "q50"
        tie: dict[str, str | float] = {
            "d": f"M{short(x - 12)} {short(heights[key])}L{short(x + 10)} {short(y)}",
            "stroke": LINE if is_median else SOFT,
            "stroke-width": 1,
            "fill": "none",
        }
        inside.append(tag("path", tie))
        weight = {"font_weight": "bold"} if is_median else {}
        inside.append(text(x + 14, y + 4, words[key], 13, fill=LINE if is_median else INK, **weight))
    return inside
