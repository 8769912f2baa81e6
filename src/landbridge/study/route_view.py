"""The ways of one pair as plain values: what each costs part by part, its legs, how surely it arrives, and
why others are not taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from landbridge.assignment.costs import ARC_PARTS, MEASURES
from landbridge.indicators.corridors import Corridor, list_members
from landbridge.indicators.flows import KIND_OF_ARC, get_mode
from landbridge.indicators.reliability import Spread
from landbridge.indicators.solution import MONEY
from landbridge.network import Arc
from landbridge.network.attributes import MONEY_PARTS
from landbridge.study.check import has_parameters
from landbridge.study.pair_view import PairView
from landbridge.study.prepare import Prepared
from landbridge.study.queries import SHOWN_SHARE, USED_SHARE, _explain, _list_limits, _list_shut
from landbridge.study.reliability import draw_pair

DRAWS = 4096
"""Journeys drawn of each way."""
MOST_OTHERS = 4
"""Ways of each kind, shut and dear, that are told of as not taken."""
MOST_SHOWN = 12
HOURS_A_DAY = 24.0
TIME_PARTS = ("running", "waiting", "dwell", "border", "queue")
"""Parts of the cost that are hours at the class's value of time; a slot's price stands with the queue."""


@dataclass(frozen=True)
class Asked:
    """A pair in one solved state, with what it ships (t/year; None for a place that is no zone)."""

    prepared: Prepared
    view: PairView
    demand_t_year: float | None


def describe_pair(asked: Asked, corridors: Sequence[Corridor]) -> dict[str, Any]:
    """Alternatives of a pair by falling share, ways that are not taken, and what cannot move and why."""
    view = asked.view
    words = _Words(asked, corridors)
    order = np.argsort(-view.shares, kind="stable")
    shown = [int(r) for r in order if view.shares[r] > SHOWN_SHARE][:MOST_SHOWN]
    spread = _draw(asked)
    unserved: dict[str, Any] = {
        "share": view.unserved_share,
        "t_year": None if asked.demand_t_year is None else view.unserved_share * asked.demand_t_year,
        "cause": "",
        "would_open": "",
    }
    if view.unserved_share > SHOWN_SHARE:
        unserved["cause"], unserved["would_open"] = _explain(asked.prepared, view)
    return {
        "from": view.origin,
        "to": view.destination,
        "commodity": view.class_id,
        "year": view.solution.year,
        "demand_t_year": asked.demand_t_year,
        "alternatives": [words.tell(route) | _tell_spread(spread.get(route)) for route in shown],
        "not_taken": _list_others(asked, words),
        "unserved": unserved,
        "limits": _list_limits(view, shown),
    }


def _draw(asked: Asked) -> dict[int, Spread]:
    """Spread of the times of each route that is used; none without the parameters of reliability."""
    if not has_parameters(asked.prepared.tables["parameters"], "reliability"):
        return {}
    found = draw_pair(asked.prepared, asked.view, n=DRAWS)
    return dict(found[0]) if found else {}


def _tell_spread(spread: Spread | None) -> dict[str, Any]:
    if spread is None:
        return {"days_p50": None, "days_p95": None}
    return {"days_p50": spread.p50_h / HOURS_A_DAY, "days_p95": spread.p95_h / HOURS_A_DAY}


class _Words:
    """What is told of each route of a view."""

    def __init__(self, asked: Asked, corridors: Sequence[Corridor]) -> None:
        self.asked, self.view = asked, asked.view
        s = self.view.solution
        tables = asked.prepared.tables
        self._names = {
            table: dict(zip(tables[table].ids, map(str, tables[table]["name"]), strict=True))
            for table in ("nodes", "services", "zones")
        }
        self._members = [
            (c.id, list_members(s.network, tables, s.routes, c)) for c in corridors if s.routes.n_routes
        ]
        self._k = asked.prepared.classes.index[self.view.class_id]
        self._table = asked.prepared.build_arc_table(s.state)[self._k]
        self._facility = s.state.attributes.facility[asked.prepared.classes.form[self._k]]

    def tell(self, route: int) -> dict[str, Any]:
        """One route: its sums, its parts, its legs."""
        s, demand = self.view.solution, self.asked.demand_t_year
        arcs = s.routes.get_arcs(route)
        text = self.view.words.describe_one(arcs)
        measures = s.route_state.measures[route]
        share = float(self.view.shares[route])
        vot = float(self.asked.prepared.classes.value_of_time[self._k])
        parts = {part: float(values[route]) for part, values in s.parts.items()}
        hours = {part: parts[part] / vot if vot > 0.0 else 0.0 for part in TIME_PARTS}
        hours["queue"] = float(s.queue_h[route])
        return {
            "id": route,
            "share": share,
            "t_year": None if demand is None else share * demand,
            "days": float(s.time_h[route]) / HOURS_A_DAY,
            "std_h": float(np.sqrt(measures[MEASURES.index("variance_h2")])),
            "usd_t": float(s.money[route]),
            "generalised_usd_t": float(s.equilibrium.cost[route]),
            "co2_kg_t": float(measures[MEASURES.index("co2_kg_t")]),
            "length_km": float(measures[MEASURES.index("length_km")]),
            "parts": [
                {
                    "part": part,
                    "usd_t": value,
                    "h": hours.get(part),
                    "is_money": part in MONEY,
                }
                for part, value in parts.items()
            ],
            "states": text["countries"],
            "modes": text["modes"],
            "nodes": text["nodes"],
            "links": text["links"],
            "corridors": [name for name, members in self._members if members[route]],
            "legs": self._list_legs(arcs),
            "open": bool(s.route_state.availability.usable[route] > 0.0),
        }

    def _list_legs(self, arcs: np.ndarray) -> list[dict[str, Any]]:
        """What happens along the way: moves by one mode together, and each stop for itself.

        Waiting for a ship and its calls on the way count with the ship.
        """
        s = self.view.solution
        network, at = s.network, s.equilibrium
        legs: list[dict[str, Any]] = []
        here = self.view.origin
        waiting = (0.0, 0.0)
        for arc in arcs.tolist():
            kind = KIND_OF_ARC.get(Arc(network.kind[arc]))
            facility = self._facility[arc]
            queue, price = (
                (float(at.delay_h[facility]), float(at.price_usd_t[facility]))
                if facility >= 0
                else (0.0, 0.0)
            )
            hours = float(self._table[arc, MEASURES.index("time_h")]) + queue
            money = float(sum(self._table[arc, ARC_PARTS.index(p)] for p in MONEY_PARTS)) + price
            if kind is None and (network.kind[arc] == Arc.BOARD or not legs):
                waiting = (waiting[0] + hours, waiting[1] + money)
                continue
            if kind is None:
                legs[-1] |= {"h": legs[-1]["h"] + hours, "usd_t": legs[-1]["usd_t"] + money}
                continue
            hours, money, waiting = hours + waiting[0], money + waiting[1], (0.0, 0.0)
            moves = kind in ("link", "service")
            mode = get_mode(network, arc) if moves else kind
            place = int(network.place[network.head[arc]])
            there = network.place_ids[place] if place >= 0 else self.view.destination
            name = network.element[arc] if kind != "link" else ""
            leg = {
                "mode": mode,
                "kind": kind,
                "from": here,
                "to": there,
                "element": name,
                "name": self._name(kind, name),
                "h": hours,
                "usd_t": money,
            }
            if legs and moves and (legs[-1]["mode"], legs[-1]["element"]) == (mode, name):
                legs[-1] |= {"to": there, "h": legs[-1]["h"] + hours, "usd_t": legs[-1]["usd_t"] + money}
            else:
                legs.append(leg)
            here = there
        for leg in legs:
            leg["from_name"], leg["to_name"] = self._place(leg["from"]), self._place(leg["to"])
        return legs

    def _name(self, kind: str, element: str) -> str:
        return self._names["services"].get(element, element) if kind == "service" else element

    def _place(self, place: str) -> str:
        return self._names["zones"].get(place) or self._names["nodes"].get(place, place)


def _list_others(asked: Asked, words: _Words) -> list[dict[str, Any]]:
    """Ways that are not taken: shut ones that lack different things, and open ones that are dear, each the
    cheapest of its kind, shut ones first.
    """
    s, view = asked.view.solution, asked.view
    if not s.routes.n_routes:
        return []
    cost, usable = s.equilibrium.cost, s.route_state.availability.usable
    used = view.shares >= USED_SHARE
    best = float(cost[view.shares > 0.0].min()) if (view.shares > 0.0).any() else None
    taken = {_sketch(words, int(r)) for r in np.flatnonzero(used)}
    found: list[dict[str, Any]] = []
    seen: set[tuple[str, ...]] = set()
    for route in np.argsort(cost, kind="stable").tolist():
        if used[route] or not np.isfinite(cost[route]):
            continue
        shut = _list_missing(asked, route) if usable[route] <= 0.0 else []
        why = "shut" if usable[route] <= 0.0 else "dear"
        mark = tuple(sorted(item["gate"] or item["title"] for item in shut)) or _sketch(words, route)
        is_told = (why, *mark) in seen or (why == "dear" and mark in taken)
        if is_told or sum(row["why"] == why for row in found) >= MOST_OTHERS:
            continue
        seen.add((why, *mark))
        told = words.tell(route)
        extra = None if best is None else told["generalised_usd_t"] - best
        found.append(
            {
                **told,
                "why": why,
                "missing": shut,
                "extra_usd_t": extra,
                "words": _say_why(why, shut, extra),
            }
        )
    return sorted(found, key=lambda row: row["why"] != "shut")


def _sketch(words: _Words, route: int) -> tuple[str, ...]:
    """What makes a way another way for a reader: its modes and the states that it crosses."""
    s = words.view.solution
    text = words.view.words.describe_one(s.routes.get_arcs(route))
    return (*text["countries"], *text["modes"])


def _list_missing(asked: Asked, route: int) -> list[dict[str, Any]]:
    rows = _list_shut(asked.prepared, asked.view, asked.view.solution.routes.get_arcs(route))
    return [{"missing": [], "sources": [], **row} for row in rows]


def _say_why(why: str, missing: Sequence[Mapping[str, Any]], extra: float | None) -> str:
    if why == "shut":
        return "Shut: " + "; ".join(f"{item['title']} ({item['state']})" for item in missing)
    if extra is None:
        return "Open, but nothing moves."
    return f"{abs(extra):.0f} USD/t {'dearer' if extra >= 0.0 else 'cheaper'} than the best way, all costs."
