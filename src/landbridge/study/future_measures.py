"""What is kept of each state that futures pass through: a few dozen numbers by name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.bearing import measure_surplus
from landbridge.assignment.routes import RouteSet
from landbridge.assignment.sue import Equilibrium, Segments
from landbridge.assignment.together import Response
from landbridge.errors import FuturesRefused, suggest
from landbridge.indicators.corridors import list_members, list_shipped, rate_boxes
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
        corridors = [np.flatnonzero(list_members(p.network, p.tables, routes, c)) for c in list_corridors(p)]
        shipped = [list_shipped(p.network, p.tables, routes, c) for c in list_corridors(p)]
        boxes = [rate_boxes(routes, classes, aboard)[m] for aboard, m in zip(shipped, corridors, strict=True)]
        # Members of all corridors one after another, and where those of each begin.
        sizes = np.array([len(m) for m in corridors], np.int64)
        self._members = np.concatenate([*corridors, np.zeros(0, np.int64)])
        self._teu = np.concatenate([*boxes, np.zeros(0)])
        self._filled, self._begins = sizes > 0, (np.cumsum(sizes) - sizes)[sizes > 0]
        place = {zone: i for i, zone in enumerate(zones)}
        self.pairs = [
            (routes.find_group(classes.index[k], place[o], place[d]), (classes.index[k], place[o], place[d]))
            for o, d, k in p.study.settings.telling_pairs
        ]
        self.routes, self.classes = routes, classes
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
            Measure("surplus_usd_year", "USD/year", "Surplus of all shippers"),
            Measure("receipts_usd_year", "USD/year", "Transfers from shippers to states and operators"),
            Measure("co2_t_year", "t/year", "CO2e of what moves"),
            *(
                Measure(f"unserved_tonnes:{z}", "t/year", f"Cargo of {names[z]} that cannot move")
                for z in zones
            ),
            *(
                Measure(f"surplus_usd_year:{z}", "USD/year", f"Surplus of the shippers of {names[z]}")
                for z in zones
            ),
        )

    def take(
        self, segments: Segments, at: Equilibrium | Response, terms: Terms, demand: np.ndarray
    ) -> np.ndarray:
        """All measures of one state, (n_measures,); NaN where nothing moves that a time or cost could be of.

        The surplus is what shipping is worth to shippers beyond staying
        (:mod:`landbridge.assignment.bearing`) and never falls when a way opens at fixed costs; half of a
        pair's falls to either end. Receipts are fees, prices of slots and what else of their payments is no
        resource cost.
        """
        r, s = self.routes, segments
        carried = np.zeros((2, len(self._filled)))
        along = at.flow[self._members]
        if len(along):
            carried[0, self._filled] = np.add.reduceat(along, self._begins)
            carried[1, self._filled] = np.add.reduceat(along * self._teu, self._begins)
        values: list[float] = carried.ravel().tolist()
        by_facility = np.broadcast_to(at.delay_h, (len(self.classes.ids), len(at.delay_h)))
        for group, at_pair in self.pairs:
            values += self._take_pair(s, at, terms, by_facility, group, float(demand[at_pair]))
        n = len(r.group_class)
        left = np.bincount(s.group, s.demand_t_year * (1.0 - at.shipped), n)
        grouped = demand[r.group_class, r.group_origin, r.group_destination]
        stays = demand.copy()
        stays[r.group_class, r.group_origin, r.group_destination] = np.where(grouped > 0.0, left, grouped)
        surplus = measure_surplus(s, at.logsum, self.classes.choke[r.group_class[s.group]], terms.bears)
        half = 0.5 * np.bincount(s.group, surplus, n)
        halves = np.bincount(r.group_origin, half, self.n_zones)
        halves += np.bincount(r.group_destination, half, self.n_zones)
        # No matrix products: they would keep threads of the algebra library spinning.
        receipts = float(np.einsum("i,i", at.flow, terms.transfer) + (at.load * at.price_usd_t).sum())
        co2 = float(np.einsum("i,i", at.flow, terms.co2_kg_t)) / 1000.0
        by_zone = stays.sum(axis=(0, 2)) + stays.sum(axis=(0, 1))
        whole = [float(stays.sum()), float(surplus.sum()), receipts, co2]
        return np.array([*values, *whole, *by_zone, *halves])

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
        first, last = self.routes.group_first[group : group + 2]
        routes, flow = np.arange(first, last), at.flow[first:last]
        total = float(flow.sum())
        if total <= 0.0:
            return [nothing, nothing, 1.0]
        own = slice(*np.searchsorted(segments.group, (group, group + 1)))
        shipped, logsum = segments.demand_t_year[own] * at.shipped[own], at.logsum[own]
        cost = float((shipped * np.where(np.isnan(logsum), 0.0, logsum)).sum() / shipped.sum())
        hours = terms.time_h[routes] + terms.tree.sum_some(routes, delay_h)
        return [float((flow * hours).sum() / total), cost, 1.0 - total / demand]
