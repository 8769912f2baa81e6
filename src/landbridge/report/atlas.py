"""From results to the layers of a map: flows, differences, lines shut or opened, places worth a name."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from math import log10

import numpy as np

from landbridge.report.layers import Flow, Flows, Mark, Stroke, Ways
from landbridge.report.maps import draw_map, full_width_value
from landbridge.report.numbers import figures, million_tonnes
from landbridge.report.outlines import DrawnCountry, Outlines, draw_outlines, land, read_outlines
from landbridge.report.projection import (
    FloatArray,
    View,
    distance_km,
    great_circle,
    view_box,
    view_points,
)
from landbridge.report.reading import Reader, Row, quoted, short_name
from landbridge.report.sea import Place, SeaLanes, way_points

MODE_COLOURS = (
    ("rail", "rail", "#332288"),
    ("road", "road", "#b5405a"),
    ("ship", "ship, ferry, river", "#117a6b"),
)
CHANGE_COLOURS = (("more", "more than before", "#1f6fb4"), ("less", "less than before", "#b85a00"))

SOUTH_CAUCASUS = (40.3, 36.9, 54.2, 43.9)
"""West, south, east, north of the second map: the South Caucasus and the Caspian."""
FEWEST_PLACES = 12
"""The second map is drawn if the study has at least so many places inside it."""

SHUT = ("shut", "planned")
TIGHT = 0.9
"""Utilisation above which a facility is marked as a bottleneck."""
_NAMED = 34
_LEAST_CHANGE = 0.01
"""Changes below this share of the greatest one are left out of a map of differences."""
_FEWEST_OPENED, _CLOSE, _FAIR_PART = 4, 0.6, 0.03
_KIND_BONUS = {"city": 1.5, "port": 1.0, "terminal": 0.3, "border": 0.2, "strait": 1.2}

_SHIP_LESS = "ship less"
Stretch = tuple[str, str, str]
"""Two stops in alphabetical order and the mode between them (rail, road, ship)."""


@dataclass
class Loads:
    """Million tonnes a year on stretches drawn to scale, on stretches of open sea, and at places.

    ``through`` adds up amounts whatever their sign, to see where most happens; ``net`` is what
    passes a place.
    """

    scaled: dict[Stretch, float] = field(default_factory=lambda: defaultdict(float))
    ocean: dict[Stretch, float] = field(default_factory=lambda: defaultdict(float))
    through: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    net: dict[str, float] = field(default_factory=lambda: defaultdict(float))


class Atlas:
    """Maps of one run. Everything that does not change from map to map is worked out once."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        nodes = reader.table("nodes")
        self.rows: dict[str, Row] = {row["id"]: row for row in nodes.rows()} if len(nodes) else {}
        self.places: dict[str, Place] = {key: (row["lon"], row["lat"]) for key, row in self.rows.items()}
        self._countries: dict[View, tuple[DrawnCountry, ...]] = {}
        self._sea: dict[tuple[str, str], tuple[tuple[tuple[str, str], ...], bool]] = {}
        self._drawn_points: dict[tuple[str, str], FloatArray] = {}

    @cached_property
    def outlines(self) -> Outlines:
        """Country outlines of the whole world."""
        return read_outlines()

    @cached_property
    def lanes(self) -> SeaLanes:
        """The net along which ships are drawn."""
        return SeaLanes(land(self.outlines))

    def countries(self, view: View) -> tuple[DrawnCountry, ...]:
        """Countries in the pixels of a window, drawn once for each window."""
        if view not in self._countries:
            self._countries[view] = draw_outlines(self.outlines, view)
        return self._countries[view]

    @cached_property
    def whole(self) -> View:
        """The window on all places that a land link which carries something touches."""
        rows = self.reader.rows(
            "SELECT DISTINCT unnest([from_node, to_node]) AS node FROM links "
            "WHERE kind = 'link' AND mode IN ('rail', 'road') AND flow_t_year > 0 ORDER BY node"
        )
        used = [self.places[row["node"]] for row in rows if row["node"] in self.places]
        return view_points(np.array(used or list(self.places.values()) or [(0.0, 0.0)]))

    @cached_property
    def focus(self) -> View:
        """The window on the South Caucasus and the Caspian, or the whole if the study has little there."""
        view = view_box(*SOUTH_CAUCASUS)
        inside = int(view.shows(np.array(list(self.places.values()) or [(0.0, 0.0)])).sum())
        return view if inside >= FEWEST_PLACES else self.whole

    def loads(self, scenario: str, year: int) -> Loads:
        """What every stretch carries, both directions and all cargo together."""
        return self._gather(
            "SELECT least(from_node, to_node) AS a, greatest(from_node, to_node) AS b, mode, "
            f"sum(flow_t_year) AS t FROM links WHERE scenario = {quoted(scenario)} AND year = {year} "
            "AND kind IN ('link', 'service') AND from_node <> to_node GROUP BY ALL ORDER BY ALL"
        )

    def changes(self, before: str, after: str, year: int) -> Loads:
        """What every stretch carries more (or less, below zero) in one scenario than in another."""
        return self._gather(
            "SELECT least(from_node, to_node) AS a, greatest(from_node, to_node) AS b, mode, "
            f"sum(CASE WHEN scenario = {quoted(after)} THEN flow_t_year ELSE -flow_t_year END) AS t "
            f"FROM links WHERE scenario IN ({quoted(before)}, {quoted(after)}) AND year = {year} "
            "AND kind IN ('link', 'service') AND from_node <> to_node GROUP BY ALL ORDER BY ALL"
        )

    def _gather(self, sql: str) -> Loads:
        loads = Loads()
        for row in self.reader.rows(sql):
            a, b, t = row["a"], row["b"], row["t"] / 1e6
            if a not in self.places or b not in self.places or abs(t) < 1e-9:
                continue
            loads.through[a] += abs(t)
            loads.through[b] += abs(t)
            loads.net[a] += t / 2
            loads.net[b] += t / 2
            if row["mode"] in ("rail", "road", "river"):
                loads.scaled[a, b, "ship" if row["mode"] == "river" else row["mode"]] += t
                continue
            # Ships of several services share a lane: what they gain and lose must not cancel on the map.
            mode = "ship" if t > 0 else _SHIP_LESS
            pieces, ocean = self._sea_way(a, b)
            for piece in pieces:
                first, last = sorted(piece)
                (loads.ocean if ocean else loads.scaled)[first, last, mode] += t
        return loads

    def _sea_way(self, a: str, b: str) -> tuple[tuple[tuple[str, str], ...], bool]:
        if (a, b) not in self._sea:
            way = self.lanes.draw(a, self.places[a], b, self.places[b])
            self._sea[a, b] = (way.segments(), way.ocean)
        return self._sea[a, b]

    def _spot(self, stop: str) -> Place:
        return self.lanes.places[stop[1:]] if stop.startswith("~") else self.places[stop]

    def _points(self, a: str, b: str) -> FloatArray:
        if (a, b) not in self._drawn_points:
            self._drawn_points[a, b] = way_points((self._spot(a), self._spot(b)))
        return self._drawn_points[a, b]

    def _name(self, stop: str) -> str:
        return "at sea" if stop.startswith("~") else short_name(self.rows[stop]["name"])

    def flow_map(
        self,
        view: View,
        scenario: str,
        year: int,
        *,
        name: str,
        title: str,
        cargo: str = "international freight of all kinds",
    ) -> str:
        """Map of what moves in a scenario and year; ``cargo`` says what the run holds."""
        loads = self.loads(scenario, year)
        flows = tuple(
            Flow(
                self._points(a, b),
                mt,
                mode,
                f"{a}|{b}",
                f"{self._name(a)} – {self._name(b)}, {mode}: {million_tonnes(mt * 1e6)} Mt/year",
                figures(mt, 2),
            )
            for (a, b, mode), mt in sorted(loads.scaled.items())
        )
        layer = Flows("Width: million tonnes a year, both directions together", "Mt", flows, MODE_COLOURS)
        ways = [
            Ways("open", "open, little or no international freight", self._idle(scenario, loads)),
            Ways("shut", "shut, planned or being built", self._lines(scenario, SHUT)),
            self._ocean(loads, None, 0.005),
        ]
        return draw_map(
            view,
            name=name,
            title=title,
            subtitle=f"Scenario “{self.reader.title(scenario)}”, year {year}: {cargo}, million tonnes.",
            countries=self.countries(view),
            ways=ways,
            flows=layer,
            marks=self._marks(view, loads, self._bottlenecks(view, scenario, year), signed=False),
            notes=self._notes(view, loads),
        )

    def change_map(
        self,
        view: View,
        before: str,
        after: str,
        year: int,
        *,
        name: str,
        title: str,
        cargo: str = "all freight",
    ) -> str:
        """Map of the difference between two scenarios in a year."""
        loads = self.changes(before, after, year)
        flows = self._change_flows(loads)
        least = _LEAST_CHANGE * full_width_value(view, flows)
        flows = tuple(flow for flow in flows if abs(flow.value) >= least)
        opened = self._turned(before, after)
        closed = self._turned(after, before)
        layer = Flows("Width: change, million tonnes a year", "Mt", flows, CHANGE_COLOURS)
        ways = [
            Ways("open", "open in both", self._lines(after, ("open", "degraded"))),
            Ways("shut", "shut or planned in both", self._both_shut(before, after)),
            self._ocean(loads, CHANGE_COLOURS, least),
        ]
        return draw_map(
            view,
            name=name,
            title=title,
            subtitle=f"“{self.reader.title(after)}” less “{self.reader.title(before)}”, year {year}: "
            f"{cargo}, million tonnes.",
            countries=self.countries(view),
            ways=ways,
            flows=layer,
            over=[Ways("opened", "opened", opened), Ways("closed", "shut", closed)],
            marks=self._marks(view, loads, self._bottlenecks(view, after, year, before=before), signed=True),
            notes=[*self._notes(view, loads), f"Changes under {figures(least, 2)} Mt are not drawn."],
        )

    def best_views(self, before: str, after: str, year: int) -> tuple[View, ...]:
        """The windows that show a difference: the second if most tonne-kilometres of it lie there, else the
        whole, and the second as well if a fair part lies there."""
        loads = self.changes(before, after, year)
        inside = outside = 0.0
        for (a, b, _), mt in loads.scaled.items():
            start, end = self._spot(a), self._spot(b)
            weight = abs(mt) * distance_km(start, end)
            if self.focus.shows(np.array([start, end])).all():
                inside += weight
            else:
                outside += weight
        if self.focus == self.whole or inside < _FAIR_PART * (inside + outside):
            return (self.whole,)
        return (self.focus,) if inside >= outside else (self.whole, self.focus)

    def opening_view(self, before: str, after: str) -> View | None:
        """A close window on the lines that open, or None if they are few or lie far apart."""
        opened = self._shut(before) - self._shut(after)
        places = np.array(sorted({self.places[end] for a, b, _ in opened for end in (a, b)}))
        if len(opened) < _FEWEST_OPENED:
            return None
        view = view_points(places, margin=0.09)
        return view if view.metres_per_pixel < _CLOSE * self.focus.metres_per_pixel else None

    def _change_flows(self, loads: Loads) -> tuple[Flow, ...]:
        return tuple(
            Flow(
                self._points(a, b),
                mt,
                "more" if mt > 0 else "less",
                f"{a}|{b}",
                f"{self._name(a)} – {self._name(b)}, {mode.split()[0]}: "
                f"{million_tonnes(mt * 1e6, sign=True)} Mt/year",
                figures(mt, 2, sign=True),
            )
            for (a, b, mode), mt in sorted(loads.scaled.items())
        )

    def _ocean(self, loads: Loads, colours: tuple[tuple[str, str, str], ...] | None, least: float) -> Ways:
        """Deep-sea stretches of at least so many million tonnes."""
        shade = {key: colour for key, _, colour in colours or ()}
        strokes = []
        for (a, b, _), mt in sorted(loads.ocean.items()):
            if abs(mt) < least:
                continue
            colour = shade.get("more" if mt > 0 else "less", "")
            amount = million_tonnes(mt * 1e6, sign=bool(colours))
            title = f"{self._name(a)} – {self._name(b)}, deep sea: {amount} Mt/year"
            strokes.append(Stroke(self._points(a, b), title, colour))
        return Ways("schematic", "deep sea, schematic: width and way not to scale", tuple(strokes))

    def _states(self, scenario: str) -> dict[Stretch, list[str]]:
        rows = self.reader.rows(
            "SELECT least(from_node, to_node) AS a, greatest(from_node, to_node) AS b, mode, state FROM "
            f"link_states WHERE scenario = {quoted(scenario)} ORDER BY ALL"
        )
        states: dict[Stretch, list[str]] = defaultdict(list)
        for row in rows:
            if (
                row["mode"] in ("rail", "road", "river")
                and row["a"] in self.places
                and row["b"] in self.places
            ):
                states[row["a"], row["b"], row["mode"]].append(row["state"])
        return states

    def _strokes(self, stretches: list[Stretch], words: str) -> tuple[Stroke, ...]:
        return tuple(
            Stroke(self._points(a, b), f"{self._name(a)} – {self._name(b)}, {mode}: {words}")
            for a, b, mode in sorted(stretches)
        )

    def _lines(self, scenario: str, states: tuple[str, ...]) -> tuple[Stroke, ...]:
        found = [key for key, own in self._states(scenario).items() if all(state in states for state in own)]
        return self._strokes(found, " or ".join(states))

    def _idle(self, scenario: str, loads: Loads) -> tuple[Stroke, ...]:
        """Open lines that carry nothing that a line's width could show."""
        found = [
            key
            for key, own in self._states(scenario).items()
            if any(state not in SHUT for state in own) and loads.scaled.get(key, 0.0) < 1e-6
        ]
        return self._strokes(found, "open")

    def _shut(self, scenario: str) -> set[Stretch]:
        return {key for key, own in self._states(scenario).items() if all(state in SHUT for state in own)}

    def _turned(self, before: str, after: str) -> tuple[Stroke, ...]:
        """Lines shut in one scenario and not in another."""
        return self._strokes(list(self._shut(before) - self._shut(after)), "differs")

    def _both_shut(self, before: str, after: str) -> tuple[Stroke, ...]:
        return self._strokes(list(self._shut(before) & self._shut(after)), "shut or planned")

    def _notes(self, view: View, loads: Loads) -> list[str]:
        notes = ["Lines run straight between places of the network; modes of one stretch lie side by side."]
        if any(view.shows(self._points(a, b)).any() for a, b, _ in loads.ocean):
            notes.append(
                "Ships on the Caspian and the Black Sea are drawn to scale, deep sea as dotted lines of "
                "one width."
            )
        return [" ".join(notes)]

    def _marks(self, view: View, loads: Loads, bottlenecks: list[Mark], *, signed: bool) -> list[Mark]:
        """Bottlenecks, and the places through which most passes, spread over the window."""
        marks = list(bottlenecks)
        taken = [view.page(np.array([[mark.lon, mark.lat]]))[0] for mark in marks]
        keys = [key for key, mt in loads.through.items() if mt > 0.01]
        inside = view.shows(np.array([self.places[key] for key in keys]), 10.0)
        score = {
            key: log10(loads.through[key]) + _KIND_BONUS.get(self.rows[key]["kind"], 0.0)
            for key, is_inside in zip(keys, inside, strict=True)
            if is_inside
        }
        named = 0
        for key in sorted(score, key=lambda k: (-score[k], k)):
            row = self.rows[key]
            spot = view.page(np.array([self.places[key]]))[0]
            near = min((float(np.hypot(*(spot - other))) for other in taken), default=1e9)
            if near < 9:
                continue
            wants_name = near > 26 and named < _NAMED
            named += wants_name
            taken.append(spot)
            symbol = row["kind"] if row["kind"] in ("port", "border", "strait") else "place"
            lines = (short_name(row["name"]),) if wants_name else ()
            if wants_name and symbol == "strait":
                lines = (*lines, f"{figures(loads.net[key], 2, sign=signed)} Mt")
            marks.append(Mark(row["lon"], row["lat"], symbol, lines, 20.0 + named if wants_name else 90.0))
        return marks

    def _bottlenecks(self, view: View, scenario: str, year: int, *, before: str = "") -> list[Mark]:
        """Facilities near or over their capacity; with ``before``, only those that were not so then."""
        rows = self.reader.rows(
            f"SELECT facility FROM facilities WHERE scenario = {quoted(scenario)} AND year = {year} "
            f"AND utilisation >= {TIGHT} AND facility NOT IN (SELECT facility FROM facilities "
            f"WHERE scenario = {quoted(before)} AND year = {year} AND utilisation >= {TIGHT}) "
            "ORDER BY utilisation DESC, facility"
        )
        symbol = "tighter" if before else "tight"
        marks: list[Mark] = []
        taken: list[FloatArray] = []
        for row in rows:
            spot = self.spot_of(row["facility"])
            if spot is None or not view.shows(np.array([spot]), 10.0)[0]:
                continue
            page = view.page(np.array([spot]))[0]
            if any(float(np.hypot(*(page - other))) < 13 for other in taken):
                continue
            taken.append(page)
            marks.append(Mark(spot[0], spot[1], symbol, (), 5.0))
        return marks

    def spot_of(self, facility: str) -> Place | None:
        """Where a link, service, terminal or border row lies on the map."""
        for table in ("terminals", "borders"):
            rows = self.reader.table(table)
            if len(rows) and facility in rows.index:
                return self.places.get(rows.row(facility)["node"])
        services = self.reader.table("services")
        if len(services) and facility in services.index:
            links = services.row(facility)["links"]
            return self.spot_of(links[0]) if len(links) == 1 else None
        links = self.reader.table("links")
        if len(links) and facility in links.index:
            row = links.row(facility)
            start, end = self.places.get(row["from_node"]), self.places.get(row["to_node"])
            if start and end:
                lon, lat = great_circle(start, end, 2)[1].tolist()
                return lon, lat
        return None
