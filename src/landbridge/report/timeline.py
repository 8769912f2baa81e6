"""The timeline as pictures and as one page: events by process, stages of agreements, plans that slipped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from landbridge.record.timeline import AgreementLine, Moment, Slip, Timeline
from landbridge.report.svg import picture, tag, text, text_width, wrap
from landbridge.report.timeline_dates import Scale, build_scale, day_number, say_date, say_years
from landbridge.tables import write_whole

INK, SOFT, RULE, BAND = "#1c2530", "#56606b", "#cfcabd", "#f5f3ed"
WARN = "#a33a00"
WIDTH = 1200.0
_SIZE, _SMALL = 11.0, 9.5
_LINE = 13.0
_TEXT = 290.0
#: A rim in the colour of the ground keeps words apart from lines behind them; the group sets the colour.
_HALO = {"stroke_width": "3", "stroke_linejoin": "round", "paint_order": "stroke"}

#: Kinds of events as a reader groups them: words of the legend, colour, form of the mark.
_GROUPS: dict[str, tuple[str, str, str]] = {
    "text": ("agreement or declaration", "#24476b", "square"),
    "talk": ("meeting, visit, statement", "#5f7f9e", "circle"),
    "work": ("works begin, end, open", "#2e7d4f", "triangle"),
    "shut": ("closure, fighting", WARN, "cross"),
    "vote": ("law, vote, border line", "#6a4c93", "diamond"),
}
_KINDS = {
    "signing": "text", "initialling": "text", "ratification": "text", "declaration": "text",
    "announcement": "talk", "meeting": "talk", "summit": "talk", "visit": "talk", "other": "talk",
    "opening": "work", "completion": "work", "construction_start": "work",
    "closure": "shut", "incident": "shut",
    "law": "vote", "delimitation": "vote", "election": "vote", "referendum": "vote",
}  # fmt: skip
_TOLD_ROLES = {
    "signatory": "signed by", "witness": "witness", "mediator": "mediated by", "host": "host",
    "guarantor": "guarantor",
}  # fmt: skip
_STAGE_HEADS = ("text agreed", "initialled", "signed", "ratified", "in force")


def draw_events(timeline: Timeline, *, width: float = WIDTH, name: str = "events") -> str:
    """Events along a time axis, a lane for each process; years with more events are wider.

    What has a date without a year has no place on it and is left out; `say_unplaced` tells it in words.
    """
    scale = build_scale([m.first for m in timeline.moments] + [m.last for m in timeline.moments], width)
    parts: list[str] = []
    y = 34.0
    lanes = _lanes(timeline)
    for place, (title, moments) in enumerate(lanes):
        ground = "#ffffff" if place % 2 else BAND
        drawn, height = _lane(moments, scale, y + 24, width, ground)
        if place % 2 == 0:
            parts.append(tag("rect", {"x": 0, "y": y, "width": width, "height": height + 30, "fill": BAND}))
        parts.append(text(8, y + 16, title, 13, fill=INK, font_weight="bold"))
        parts.append(drawn)
        y += height + 30
    total = y + 6
    axis = _axis(scale, total, timeline.as_of)
    bands, marks = (
        [p for p in parts if p.startswith("<rect")],
        [p for p in parts if not p.startswith("<rect")],
    )
    number = sum(len(own) for _, own in lanes)
    said = f"{number} events in {len(lanes)} processes, up to {timeline.as_of} and planned after"
    return picture(width, total, name, "What happened, by process", said, [*bands, axis, *marks])


def _lanes(timeline: Timeline) -> list[tuple[str, list[Moment]]]:
    lanes = []
    for key, title in timeline.processes.items():
        own = [moment for moment in timeline.moments if moment.process == key and moment.has_place]
        if own:
            lanes.append((title or "Other events", own))
    return lanes


def say_unplaced(timeline: Timeline) -> list[str]:
    """Events that have no place on an axis, a line each: their date, what is missing of it, and the title."""
    lines = []
    for moment in timeline.moments:
        if not moment.has_place:
            when = f"{say_date(moment.date)} (date without a year)" if moment.date else "no date"
            lines.append(f"{when}: {moment.title}")
    return lines


def _axis(scale: Scale, height: float, as_of: str) -> str:
    """Years along the top with lines down the picture, and the last day of the record."""
    parts = []
    last = -99.0
    for year, x in scale.years[:-1]:
        if x - last >= 30 and x < scale.years[-1][1] - 26:
            parts.append(_line(x, 6, x, height, RULE, 0.8) + text(x + 3, 18, str(year), _SIZE, fill=SOFT))
            last = x
    if as_of:
        x = scale.place(as_of)
        parts.append(_line(x, 6, x, height, WARN, 1.2, stroke_dasharray="4 3"))
        parts.append(text(x - 4, 30, f"record ends {say_date(as_of)}", _SMALL, fill=WARN, anchor="end"))
    return "".join(parts)


def _lane(
    moments: Sequence[Moment], scale: Scale, top: float, width: float, ground: str
) -> tuple[str, float]:
    """Marks with their words on that side of them on which there is room higher up."""
    taken: list[_Box] = []
    parts = []
    for moment in moments:
        x = scale.place(moment.first or moment.last)
        lines = _words(moment)
        breadth = max(text_width(words, size, bold=bold) for words, size, bold, _ in lines)
        height = len(lines) * _LINE + 5
        gap = 12 if moment.contested else 9
        sides = ((x - 8, x + gap + breadth), (x - gap - breadth, x + 8))
        inside = [side for side in sides if side[0] >= 2 and side[1] <= width - 2] or [sides[x > width / 2]]
        y, left, right = min((_free(taken, side, height), *side) for side in sorted(inside, reverse=True))
        taken.append((left, right, y, y + height))
        end = scale.place(moment.last or moment.first)
        marks = _moment(moment, lines, x, top + y, right=right > x + 9, end=end)
        parts.append(tag("g", {"stroke": ground}, marks))
    return "".join(parts), max((bottom for *_, bottom in taken), default=0.0)


#: Left, right, top and bottom of a label that was placed.
_Box = tuple[float, float, float, float]


def _free(taken: Sequence[_Box], side: tuple[float, float], height: float) -> float:
    """The highest place at which a label of this height overlaps none of those already placed."""
    rivals = sorted((y0, y1) for x0, x1, y0, y1 in taken if x0 < side[1] + 4 and side[0] - 4 < x1)
    y = 0.0
    for top, bottom in rivals:
        if y + height <= top:
            break
        y = max(y, bottom)
    return y


def _words(moment: Moment) -> list[tuple[str, float, bool, str]]:
    """Lines of a label: date, title in one or two lines, and who had which part."""
    when = say_date(moment.date, moment.first, moment.last)
    state = f" ({moment.status})" if moment.status != "occurred" else ""
    lines = [(f"{when}{state}", _SMALL, True, INK)]
    lines += [(line, _SIZE, False, INK) for line in _clip(moment.title, _SIZE, _TEXT, 2)]
    roles = "; ".join(
        f"{words} {', '.join(moment.roles[role])}"
        for role, words in _TOLD_ROLES.items()
        if role in moment.roles
    )
    if roles:
        lines += [(line, _SMALL, False, SOFT) for line in _clip(roles, _SMALL, _TEXT, 1)]
    if moment.contested:
        lines += [(line, _SMALL, False, WARN) for line in _clip(moment.contested, _SMALL, _TEXT, 2)]
    return lines


def _clip(words: str, size: float, width: float, most: int) -> list[str]:
    """The first lines of a text; the last one ends with an ellipsis if more follows."""
    lines = wrap(words, size, width)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and text_width(last + "…", size) > width:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip(" ,;:") + "…"]


def _moment(
    moment: Moment, lines: list[tuple[str, float, bool, str]], x: float, y: float, *, right: bool, end: float
) -> str:
    gap = 12 if moment.contested else 9
    at = x + gap if right else x - gap
    anchor = "start" if right else "end"
    parts = [tag("title", {}, _escape(_tooltip(moment)))]
    if end - x > 12:
        parts.append(_line(x, y + 6, end, y + 6, _look(moment)[1], 1.5, stroke_opacity="0.35"))
    parts.append(_mark(moment, x, y + 6))
    for place, (words, size, bold, fill) in enumerate(lines):
        more = {"font_weight": "bold" if bold else "normal", **_HALO}
        parts.append(text(at, y + 9.5 + place * _LINE, words, size, fill=fill, anchor=anchor, **more))
    return "".join(parts)


def _tooltip(moment: Moment) -> str:
    words = [moment.title, moment.place, moment.outcome, f"sources: {', '.join(moment.source)}"]
    return "\n".join(word for word in words if word)


def _escape(words: str) -> str:
    return str(Markup.escape(words))


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, breadth: float, **more: str) -> str:
    ends: dict[str, str | float] = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    look = {key.replace("_", "-"): value for key, value in more.items()}
    return tag("line", {**ends, "stroke": colour, "stroke-width": str(breadth), **look})


def _ring(x: float, y: float, radius: float) -> str:
    look: dict[str, str | float] = {"fill": "none", "stroke": WARN, "stroke-width": "1.5"}
    return tag("circle", {"cx": x, "cy": y, "r": radius, **look})


def _look(moment: Moment) -> tuple[str, str, str]:
    return _GROUPS[_KINDS.get(moment.kind, "talk")]


def _mark(moment: Moment, x: float, y: float) -> str:
    _, colour, form = _look(moment)
    mark = _form(form, x, y, colour, hollow=moment.status != "occurred")
    if moment.contested:
        mark += _ring(x, y, 7.5)
    return mark


def _form(form: str, x: float, y: float, colour: str, *, hollow: bool) -> str:
    look: dict[str, str | float] = {
        "fill": "#fff" if hollow else colour,
        "stroke": colour,
        "stroke-width": 1.3,
    }
    if hollow:
        look["stroke-dasharray"] = "2 1.5"
    if form == "square":
        return tag("rect", {"x": x - 4, "y": y - 4, "width": 8, "height": 8, **look})
    if form == "circle":
        return tag("circle", {"cx": x, "cy": y, "r": 4.2, **look})
    corners = {
        "triangle": ((0, -5), (5, 4), (-5, 4)),
        "diamond": ((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)),
        "cross": (
            (-5, -3), (-3, -5), (0, -2), (3, -5), (5, -3), (2, 0), (5, 3), (3, 5), (0, 2), (-3, 5), (-5, 3),
            (-2, 0),
        ),
    }[form]  # fmt: skip
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return tag("polygon", {"points": points, **look})


def draw_legend(*, width: float = WIDTH, name: str = "legend") -> str:
    """What the marks mean."""
    x, parts = 8.0, []
    for words, colour, form in _GROUPS.values():
        parts.append(_form(form, x + 5, 11, colour, hollow=False) + text(x + 15, 15, words, 12, fill=INK))
        x += 15 + text_width(words, 12) + 22
    parts.append(
        _form("square", x + 5, 11, SOFT, hollow=True) + text(x + 15, 15, "planned or expected", 12, fill=INK)
    )
    x += 15 + text_width("planned or expected", 12) + 22
    parts.append(
        tag("circle", {"cx": x + 6, "cy": 11, "r": 7, "fill": "none", "stroke": WARN, "stroke-width": 1.5})
    )
    parts.append(text(x + 19, 15, "sources disagree", 12, fill=INK))
    return picture(width, 22, name, "Legend", "Marks of the timeline", parts)


def draw_agreements(
    agreements: Sequence[AgreementLine], *, width: float = WIDTH, name: str = "agreements"
) -> str:
    """A row for each agreement: the stages that it has passed, and those that are expected."""
    left, right = width * 0.33, width * 0.24
    step = (width - left - right) / len(_STAGE_HEADS)
    columns = {stage: left + step * (n + 0.5) for n, stage in enumerate(_STAGE_HEADS)}
    parts = [text(x, 16, stage, 12, fill=SOFT, anchor="middle") for stage, x in columns.items()]
    parts.append(text(width - right + 14, 16, "parties, witnesses, force", 12, fill=SOFT))
    y = 26.0
    for place, line in enumerate(agreements):
        names = wrap(line.name, 12, left - 16)
        about = _about(line, right - 20)
        height = max(36.0, len(names) * 15 + 10, len(about) * 12 + 10)
        if place % 2 == 0:
            parts.append(tag("rect", {"x": 0, "y": y, "width": width, "height": height, "fill": BAND}))
        parts += [
            text(8, y + 22 + n * 15 - (len(names) - 1) * 6, words, 12, fill=INK)
            for n, words in enumerate(names)
        ]
        parts += [
            text(width - right + 14, y + 21 + n * 12 - (len(about) - 1) * 5, words, _SMALL, fill=SOFT)
            for n, words in enumerate(about)
        ]
        parts.append(_stages(line, columns, y + height / 2 - 6))
        y += height
    said = f"Stages of {len(agreements)} agreements"
    return picture(width, y + 2, name, "Agreements and how far they have come", said, parts)


def _about(line: AgreementLine, width: float) -> list[str]:
    words = ", ".join(line.parties)
    if line.witnesses:
        words += f"; witness {', '.join(line.witnesses)}"
    if line.binding is not None:
        words += "; binding once in force" if line.binding else "; not binding"
    return _clip(words, _SMALL, width, 2)


def _stages(line: AgreementLine, columns: Mapping[str, float], y: float) -> str:
    """Dots joined by a line, full where the stage is reached."""
    own = [stage for stage in line.stages if stage.name in columns]
    colour = _GROUPS["text"][1]
    parts = []
    for before, after in pairwise(own):
        dash = {} if after.reached else {"stroke_dasharray": "4 3"}
        parts.append(_line(columns[before.name], y, columns[after.name], y, colour, 1.5, **dash))
    for stage in own:
        x = columns[stage.name]
        look: dict[str, str | float] = {"fill": colour if stage.reached else "#ffffff", "stroke": colour}
        if not stage.reached:
            look["stroke-dasharray"] = "2 1.5"
        said = tag("title", {}, _escape(f"{stage.name}: {stage.date}\nsources: {', '.join(stage.source)}"))
        parts.append(tag("circle", {"cx": x, "cy": y, "r": 5, "stroke-width": "1.5", **look}, said))
        if stage.contested:
            parts.append(_ring(x, y, 8.5))
        when = say_date(stage.date, stage.first, stage.last)
        fill = WARN if stage.contested else INK if stage.reached else SOFT
        words = when if stage.reached else f"expected {when}"
        parts.append(text(x, y + 18, words, _SMALL, fill=fill, anchor="middle"))
    return "".join(parts)


def draw_slips(slips: Sequence[Slip], as_of: str, *, width: float = WIDTH, name: str = "slips") -> str:
    """A row for each plan: every promised day, the day on which it was done, and by how much it slipped."""
    left, right = width * 0.34, width * 0.27
    ends = [p.last for slip in slips for p in slip.promises] + [as_of]
    ends += [p.said for slip in slips for p in slip.promises if p.said]
    place = _linear(ends, left, width - right - 14)
    parts = _year_lines(place, ends, 40.0 * len(slips) + 30)
    x = place(as_of)
    parts.append(_line(x, 22, x, 40.0 * len(slips) + 30, WARN, 1.2, stroke_dasharray="4 3"))
    y = 28.0
    for number, slip in enumerate(slips):
        if number % 2 == 0:
            band = tag("rect", {"x": 0, "y": y, "width": width, "height": 40, "fill": BAND})
            parts.insert(0, band)
        names = _clip(slip.title, 12, left - 24, 2)
        parts += [
            text(8, y + (24 if len(names) == 1 else 17) + n * 14, w, 12, fill=INK)
            for n, w in enumerate(names)
        ]
        parts.append(_promises(slip, place, y + 20, as_of))
        told = _clip(say_slip(slip, as_of), _SIZE, right - 8, 3)
        start = y + 24 - (len(told) - 1) * 6.5
        parts += [
            text(width - right + 4, start + n * 13, words, _SIZE, fill=WARN if slip.missed else INK)
            for n, words in enumerate(told)
        ]
        y += 40
    said = f"{len(slips)} plans: promised days and what came of them"
    return picture(width, y + 4, name, "Plans and how far they slipped", said, parts)


def _linear(dates: Sequence[str], left: float, right: float) -> Callable[[str], float]:
    numbers = [day_number(date) for date in dates]
    first, last = min(numbers) - 60, max(numbers) + 60
    return lambda date: left + (day_number(date) - first) / (last - first) * (right - left)


def _year_lines(place: Callable[[str], float], dates: Sequence[str], height: float) -> list[str]:
    first, last = int(min(dates)[:4]), int(max(dates)[:4])
    parts, shown = [], -99.0
    for year in range(first + 1, last + 1):
        x = place(f"{year}-01-01")
        parts.append(
            tag("line", {"x1": x, "x2": x, "y1": 22, "y2": height, "stroke": RULE, "stroke-width": 0.6})
        )
        if x - shown >= 34:
            parts.append(text(x, 16, str(year), _SIZE, fill=SOFT, anchor="middle"))
            shown = x
    return parts


def _promises(slip: Slip, place: Callable[[str], float], y: float, as_of: str) -> str:
    colour = _GROUPS["work"][1]
    xs = [place(promise.last) for promise in slip.promises]
    done = place(slip.actual_last) if slip.actual_last else None
    most = max([*xs, *([done] if done is not None else [])])
    parts = [tag("line", {"x1": min(xs), "x2": most, "y1": y, "y2": y, "stroke": WARN, "stroke-width": 1.5})]
    if done is None and slip.promises[-1].last < as_of:
        parts.append(_line(most, y, place(as_of), y, WARN, 1.5, stroke_dasharray="3 3"))
    for promise, x in zip(slip.promises, xs, strict=True):
        said = f"promised for {promise.date}, said {promise.said or 'at an unknown date'} ({promise.source})"
        look: dict[str, str | float] = {"fill": "#fff", "stroke": WARN, "stroke-width": 1.5}
        parts.append(tag("circle", {"cx": x, "cy": y, "r": 4, **look}, tag("title", {}, _escape(said))))
    if done is not None:
        parts.append(_form("triangle", done, y, colour, hollow=False))
    return "".join(parts)


def say_slip(slip: Slip, as_of: str) -> str:
    """What was promised and what came of it, in words."""
    first, last = slip.promises[0], slip.promises[-1]
    promised = f"promised for {say_date(first.date)}"
    if slip.actual:
        return f"{promised}; done {say_date(slip.actual)}: {say_years(slip.years)}"
    if last.last < as_of:
        return f"{promised}; not done by {say_date(as_of)}: {say_years(slip.years, 'overdue')}"
    if last.last > first.last and slip.years > 0:
        return f"{promised}; now {say_date(last.date)}: {say_years(slip.years)}"
    return f"{promised}; no other date is known"


def timeline_page(timeline: Timeline, title: str, disputes: Sequence[tuple[str, str, str]] = ()) -> str:
    """The timeline as one HTML page that needs nothing but itself; every text in it is escaped.

    ``disputes`` are what sources disagree on: what, how, and the verdict.
    """
    loader = PackageLoader("landbridge.report")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    slips = [slip for slip in timeline.slips if slip.years > 0 or slip.missed or slip.actual]
    figures = []
    if timeline.agreements:
        words = "Full: the stage is reached. Dashed: expected. Ringed: sources disagree."
        drawn = Markup(draw_agreements(timeline.agreements))
        figures.append(("agreements", "Agreements and how far they have come", drawn, words))
    if slips:
        words = (
            "Circles are the days that were promised, the triangle the day on which it was done. A dashed "
            "line leads on to the last day of the record where the day has passed without it."
        )
        figures.append(
            ("slips", "Plans and how far they slipped", Markup(draw_slips(slips, timeline.as_of)), words)
        )
    if any(moment.has_place for moment in timeline.moments):
        words = (
            "Years with more events are wider. Rest the pointer on a mark for its place, outcome and sources."
        )
        figures.append(("events", "What happened, by process", Markup(draw_events(timeline)), words))
    return environment.get_template("timeline.html.j2").render(
        title=title,
        as_of=say_date(timeline.as_of) if timeline.as_of else "",
        counts=(len(timeline.moments), len(timeline.agreements), len(slips)),
        legend=Markup(draw_legend()),
        figures=figures,
        unplaced=say_unplaced(timeline),
        disputes=disputes,
    )


def write_timeline(
    timeline: Timeline, path: str | Path, *, title: str, disputes: Sequence[tuple[str, str, str]] = ()
) -> Path:
    """Write the page of `timeline_page`, whole or not at all."""
    path = Path(path)
    write_whole(path, timeline_page(timeline, title, disputes))
    return path


def timeline_json(timeline: Timeline) -> dict[str, Any]:
    """Give the timeline as plain values."""
    return asdict(timeline)
