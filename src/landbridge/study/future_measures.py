"""What is kept of each state that futures pass through: a few dozen numbers by name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.routes import NESTS, RouteSet
from landbridge.assignment.sue import Equilibrium, Segments
from landbridge.assignment.together import Response
from landbridge.errors import FuturesRefused, suggest
from landbridge.indicators.corridors import list_members
from landbridge.study.prepare import Prepared
from landbridge.study.run import list_corridors
from landbridge.study.settings import FuturesSettings
from landbridge.study.states import Terms


@dataclass(frozen=True)
class Measure:
    """A number that every state has: ``id`` such as ``corridor_tonnes:titr``, its unit, and words for
    people.
    """

    id: str
    unit: str
    title: str


def check_questions(measures: Sequence[Measure], asked: FuturesSettings) -> None:
    """Refuse headlines and thresholds of indicators that the study does not have, all at once.

    Raises
    ------
    FuturesRefused
        If an indicator is not known; the message offers near names.
    """
    known = [measure.id for measure in measures]
    wanted = [*asked.headline, *(threshold.measure for threshold in asked.thresholds)]
    wrong = list(dict.fromkeys(name for name in wanted if name not in known))
    if wrong:
        what = f"no such indicator of futures: {', '.join(wrong)}."
        mend = " ".join(suggest(name, known) for name in wrong)
        raise FuturesRefused(what, where="study.yaml, futures", mend=mend)


class Measures:
    """Measures of a study, worked out from an equilibrium over ``routes``."""

    def __init__(self, prepared: Prepared, routes: RouteSet) -> None:
        p = prepared
        classes, zones = p.classes, p.network.zones
        self.corridors = [
            np.flatnonzero(list_members(p.network, p.tables, routes, c)) for c in list_corridors(p)
        ]
        teu = np.where(classes.is_containerised, 1.0 / classes.tonnes_per_teu, 0.0)
        self.teu = teu[routes.route_class] * (routes.nest != NESTS.index("road"))
        place = {zone: i for i, zone in enumerate(zones)}
        self.pairs = [
            (routes.find_group(classes.index[k], place[o], place[d]), (classes.index[k], place[o], place[d]))
            for o, d, k in p.study.settings.telling_pairs
        ]
        self.routes, self.classes = routes, classes
        in_base = p.logsum[routes.group_class, routes.group_origin, routes.group_destination]
        #: What a tonne of each group bears at most, USD/t; NaN where nothing served it in the base year.
        self.bears = in_base + classes.choke[routes.group_class]
        self.n_zones = len(zones)
        rows = p.study.tables["zones"]
        names = {str(row["id"]): str(row["name"]) for row in rows.rows()}
        self.list: tuple[Measure, ...] = (
            *(Measure(f"corridor_tonnes:{c.id}", "t/year", c.title) for c in list_corridors(p)),
            *(
                Measure(f"corridor_teu:{c.id}", "TEU/year", f"{c.title}, containers")
                for c in list_corridors(p)
            ),
            *(
                Measure(f"pair_{what}:{o}:{d}:{k}", unit, f"{names[o]} to {names[d]}, {k}: {words}")
                for o, d, k in p.study.settings.telling_pairs
                for what, unit, words in (
                    ("time_h", "h", "time door to door"),
                    ("cost_usd_t", "USD/t", "generalised cost"),
                    ("unserved_share", "1", "share that cannot move"),
                )
            ),
            Measure("unserved_tonnes", "t/year", "Cargo that cannot move"),
            Measure("user_cost_usd_year", "USD/year", "Cost to all shippers"),
            *(
                Measure(f"unserved_tonnes:{z}", "t/year", f"Cargo of {names[z]} that cannot move")
                for z in zones
            ),
            *(
                Measure(f"user_cost_usd_year:{z}", "USD/year", f"Cost to the shippers of {names[z]}")
                for z in zones
            ),
        )

    def take(
        self, segments: Segments, at: Equilibrium | Response, terms: Terms, demand: np.ndarray
    ) -> np.ndarray:
        """All measures of one state, (n_measures,); NaN where nothing moves that a time or cost could be of.

        The cost to shippers counts the logsum of what is shipped, and for each tonne that stays what it
        would have borne at most in the base year; cargo that nothing served then is left out. Half of it
        falls to the zone where cargo begins, half to that where it ends.
        """
        r, s = self.routes, segments
        values = [float(at.flow[m].sum()) for m in self.corridors]
        values += [float((at.flow[m] * self.teu[m]).sum()) for m in self.corridors]
        by_facility = np.broadcast_to(at.delay_h, (len(self.classes.ids), len(at.delay_h)))
        for group, at_pair in self.pairs:
            values += self._take_pair(s, at, terms, by_facility, group, float(demand[at_pair]))
        n = len(r.group_class)
        left = np.bincount(s.group, s.demand_t_year * (1.0 - at.shipped), n)
        grouped = demand[r.group_class, r.group_origin, r.group_destination]
        stays = demand.copy()
        stays[r.group_class, r.group_origin, r.group_destination] = np.where(grouped > 0.0, left, grouped)
        moved = np.where(at.shipped > 0.0, s.demand_t_year * at.shipped * np.nan_to_num(at.logsum), 0.0)
        cost = np.bincount(s.group, moved, n) + left * np.nan_to_num(self.bears)
        cost[np.isnan(self.bears)] = 0.0
        halves = 0.5 * np.bincount(r.group_origin, cost, self.n_zones)
        halves += 0.5 * np.bincount(r.group_destination, cost, self.n_zones)
        by_zone = stays.sum(axis=(0, 2)) + stays.sum(axis=(0, 1))
        return np.array([*values, float(stays.sum()), float(cost.sum()), *by_zone, *halves])

    def _take_pair(
        self,
        segments: Segments,
        at: Equilibrium | Response,
        terms: Terms,
        delay_h: np.ndarray,
        group: int,
        demand: float,
    ) -> list[float]:
        nothing = float("nan")
        if group < 0 or demand <= 0.0:
            return [nothing, nothing, 1.0 if demand > 0.0 else nothing]
        routes = np.arange(self.routes.group_first[group], self.routes.group_first[group + 1])
        flow = at.flow[routes]
        total = float(flow.sum())
        own = segments.group == group
        shipped = (segments.demand_t_year * at.shipped)[own]
        if total <= 0.0:
            return [nothing, nothing, 1.0]
        cost = float((shipped * np.nan_to_num(at.logsum[own])).sum() / shipped.sum())
        hours = terms.time_h[routes] + terms.tree.sum_some(routes, delay_h)
        return [float((flow * hours).sum() / total), cost, 1.0 - total / demand]
