"""Many states of one study, told by the share that each gate allows, made ready to be solved in milliseconds.

What a state makes of a route hangs on few things: which gates and rules of transit stand in its way, and
which gates change rows of the tables. Routes are sorted once into sets that meet the same conditions, and
what they cost is kept for each combination of changes, so that a state is a short list of numbers on top.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from landbridge.assignment.availability import list_concerned
from landbridge.assignment.costs import ARC_PARTS, MEASURES
from landbridge.assignment.loading import plant_tree
from landbridge.assignment.prefixes import PrefixTree
from landbridge.assignment.sue import Problem, Segments, build_segments
from landbridge.assignment.together import Variants
from landbridge.errors import FuturesRefused
from landbridge.indicators.welfare import sum_transfers
from landbridge.kernels.choice import sum_over_routes
from landbridge.network import Facilities, LinkState, TransitRule
from landbridge.study.prepare import Prepared
from landbridge.study.scenarios import build_scenario_state, find_date, list_rules


@dataclass(frozen=True)
class Terms:
    """What routes cost and facilities are under one combination of changes of the tables, in one year.

    ``base_cost`` and ``time_h`` (n_routes): USD/t and hours without queues; penalties are not in them.
    ``transfer`` (n_routes): the part of the cost that others receive, USD/t, slots apart; ``co2_kg_t``
    (n_routes). ``bears`` (n_groups, n_nests + 1): what cargo bears at most in any state of the year, USD/t.
    """

    facilities: Facilities
    tree: PrefixTree
    base_cost: np.ndarray
    time_h: np.ndarray
    transfer: np.ndarray
    co2_kg_t: np.ndarray
    bears: np.ndarray


BLOCK = 1024
"""States told apart at a time."""


@dataclass(frozen=True)
class _Fee:
    """What a rule of transit costs where states differ in it: its gate, whether it bans, and the sets."""

    gate: int
    bans: bool
    cost_usd_t: float
    sets: np.ndarray


class StateFamily:
    """States of a study that differ in nothing but the shares of its gates.

    Closures, measures and the date of rules are those of ``scenario``. Shares stand in arrays whose last axis
    is ``gates``.
    """

    def __init__(self, prepared: Prepared, scenario: str) -> None:
        self.prepared = prepared
        self.scenario = prepared.scenarios[scenario]
        self.gates = tuple(self.scenario.gates)
        self._column = {gate: i for i, gate in enumerate(self.gates)}
        self._terms: dict[tuple[int, tuple[int, ...]], Terms] = {}
        self._parts: dict[int, Segments] = {}
        effects = {str(row["gate"]) for row in prepared.study.tables["gate_effects"].rows()}
        self.changing = np.array(sorted(self._column[g] for g in effects), np.int64)
        r = prepared.routes
        self._has_demand = prepared.demand.t_year[r.group_class, r.group_origin, r.group_destination] > 0.0
        #: Routes of pairs and classes that ship anything; growth never makes demand where there was none.
        self.routes = r.keep_groups(self._has_demand)
        self._state = prepared.build_state(scenario, prepared.study.settings.base_year)
        self._sort_routes()
        self._list_capacities()

    def _sort_routes(self) -> None:
        """Find which conditions each route meets; routes that meet the same ones share a set."""
        p = self.prepared
        network, paths = p.network, self.routes.paths
        arc_gates = network.get_arc_gates(p.tables)
        link_gates = p.tables["links"]["gates"]
        on_link = [tuple(link_gates[row]) if row >= 0 else () for row in network.link_row]
        shutting = sorted({g for gates in arc_gates for g in gates})
        limiting = sorted({g for gates in on_link for g in gates})
        dead = ~self._state.is_open & np.array([not gates for gates in arc_gates])
        on_arc = [np.array([g in gates for gates in arc_gates]) for g in shutting]
        on_row = [np.array([g in gates for gates in on_link]) for g in limiting]
        barred, *gated_routes = paths.any_of_each([dead, *on_arc, *on_row])
        for country in self.scenario.trade_closed:
            inside = np.array([country in z for z in network.zone_countries])
            barred |= inside[paths.origin] != inside[paths.destination]
        rules, gated = self._read_rules()
        columns = [barred, *gated_routes, *list_concerned(network, rules, p.classes.ids, paths)]
        packed = np.packbits(np.stack(columns, axis=1), axis=1)
        sets, place = np.unique(packed, axis=0, return_inverse=True)
        self.set_of_route = place.ravel().astype(np.int32)
        bits = np.unpackbits(sets, axis=1, count=len(columns)).astype(bool).T
        first, second = 1 + len(shutting), 1 + len(shutting) + len(limiting)
        # What bounds the share that a set serves (the rows of `_bound_sets`): 0 where it is barred or else 1,
        # the shares of gates, and 0 or 1 for gates that must not be shut.
        self._shutting = [self._column[g] for g in shutting]
        rows = [np.zeros(len(sets), bool) for _ in range(2 + len(self.gates) + len(shutting))]
        rows[0], rows[1] = bits[0], ~bits[0]
        rows[2 + len(self.gates) :] = bits[1:first]
        for gate, own in zip(limiting, bits[first:second], strict=True):
            rows[2 + self._column[gate]] = rows[2 + self._column[gate]] | own
        self._fees: list[_Fee] = []
        self._standing = np.zeros(len(sets))
        for (gate, bans, cost), own in zip(gated, bits[second:], strict=True):
            if bans:
                row = 2 + gate if gate >= 0 else 0
                rows[row] = rows[row] | own
            elif gate < 0:
                self._standing += np.where(own, cost, 0.0)
            if cost != 0.0 and gate >= 0:
                self._fees.append(_Fee(gate, bans, cost, own))
        which, self._bound = np.nonzero(np.stack(rows, axis=1))
        self._bound_first = np.searchsorted(which, np.arange(len(sets)))

    def _read_rules(self) -> tuple[tuple[TransitRule, ...], list[tuple[int, bool, float]]]:
        """All rules that may hold, and (gate or -1, whether it bans, cost) of each."""
        p, scenario = self.prepared, self.scenario
        shut = {g: replace(state, share=0.0) for g, state in scenario.gates.items()}
        date = find_date(p.study, scenario.id)
        closed = [rule.state for rule in scenario.rules if rule.id == f"closed-{rule.state}"]
        rules = list_rules(p.study.tables, shut, closed, date)
        rows = {str(row["id"]): row for row in p.study.tables["rules"].rows()}
        gated = []
        for rule in rules:
            row = rows.get(rule.id)
            if row is None:
                gated.append((-1, rule.share <= 0.0, rule.cost_usd_t))
            else:
                gated.append((self._column[row["gate"]], row["kind"] == "bans_transit", rule.cost_usd_t))
        return rules, gated

    def _list_capacities(self) -> None:
        """Which gates scale the capacity of a facility: for each of its arcs, those that the arc needs."""
        p = self.prepared
        self._trees: dict[bytes, PrefixTree] = {}
        used = set(self._get_tree(self._state).facility.tolist())
        pairs = {
            (int(facility), tuple(self._column[g] for g in gates))
            for arc, gates in enumerate(p.network.get_arc_gates(p.tables))
            for facility in set(self._state.attributes.facility[:, arc]) - {-1}
            if gates and int(facility) in used
        }
        self._needs = sorted({gates for _, gates in pairs})
        place = {gates: i for i, gates in enumerate(self._needs)}
        ordered = sorted((facility, place[gates]) for facility, gates in pairs)
        facilities = np.array([f for f, _ in ordered], np.int64)
        self._scaled, self._need_first = np.unique(facilities, return_index=True)
        self._need_of = np.array([k for _, k in ordered], np.int64)

    def _get_tree(self, state: LinkState) -> PrefixTree:
        key = state.attributes.facility.tobytes()
        if key not in self._trees:
            self._trees[key] = plant_tree(state, self.routes, self.prepared.classes)
        return self._trees[key]

    def judge(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What states (n, n_gates) make of routes and facilities.

        Returns the share of cargo that each set of routes serves and its penalty in USD/t, (n, n_sets) each,
        and the scale of capacities, (n, n_scaled).
        """
        usable = self._bound_sets(shares.T, 0.0, 1.0)
        penalty = self._charge_sets(shares, usable > 0.0, np.arange(len(usable)))
        scale = np.ones((len(self._state.facilities.ids), len(shares)))
        scale[self._scaled] = self._scale_capacities(shares)
        return np.ascontiguousarray(usable.T), np.ascontiguousarray(penalty.T), scale.T

    def _bound_sets(self, shares: np.ndarray, nothing: float, whole: float) -> np.ndarray:
        """What sets serve (n_sets, n): the least of what bounds them; ``shares`` (n_gates, n) go from
        ``nothing`` to ``whole``.
        """
        ends = np.array([[nothing], [whole]], shares.dtype).repeat(shares.shape[1], axis=1)
        passes = np.where(shares[self._shutting] <= nothing, ends[:1], ends[1:])
        bounds = np.concatenate((ends, shares, passes))
        return np.minimum.reduceat(bounds[self._bound], self._bound_first, axis=0)

    def _charge_sets(self, shares: np.ndarray, is_open: np.ndarray, sets: np.ndarray) -> np.ndarray:
        """Penalties of some sets (indices) where they are open, USD/t, both (n_some, n)."""
        penalty = np.tile(self._standing[sets, None], len(shares))
        for fee in self._fees:
            share = shares[:, fee.gate]
            taxed = (share < 1.0) & ((share > 0.0) | (not fee.bans))
            penalty[fee.sets[sets]] += np.where(taxed, fee.cost_usd_t, 0.0)
        return np.where(is_open, penalty, 0.0)

    def _scale_capacities(self, shares: np.ndarray) -> np.ndarray:
        """What capacities of the facilities that gates scale are multiplied with, (n_scaled, n)."""
        if not len(self._scaled):
            return np.ones((0, len(shares)))
        by_need = np.stack([shares[:, list(gates)].prod(axis=1) for gates in self._needs])
        by_need = np.where(by_need > 0.0, by_need, 1.0)
        return np.minimum.reduceat(by_need[self._need_of], self._need_first, axis=0)

    def group(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distinct states among rows of gate shares: (a row of each, the state of every row).

        Two rows are one state if they serve the same routes with the same shares at the same penalties,
        capacities and changes of the tables: no cargo can tell them apart.
        """
        # Shares by their rank: a byte each, and the least of ranks is the rank of the least.
        levels, rank = np.unique(np.append(shares, (0.0, 1.0)), return_inverse=True)
        kind = np.uint8 if len(levels) <= 256 else np.uint32
        ranks = rank[:-2].reshape(shares.shape).astype(kind)
        taxed = np.flatnonzero(
            np.any([np.zeros(len(self._standing), bool), *(f.sets for f in self._fees)], axis=0)
        )
        blocks = []
        for a in range(0, len(shares), BLOCK):
            own = shares[a : a + BLOCK]
            changes = (own[:, self.changing] >= 1.0).astype(np.uint8)
            usable = self._bound_sets(ranks[a : a + BLOCK].T, *rank[-2:])
            penalty = self._charge_sets(own, usable[taxed] > rank[-2], taxed)
            parts = (changes, usable.T, penalty.T, self._scale_capacities(own).T)
            blocks.append(np.concatenate([_view_bytes(part) for part in parts], axis=1))
        content = np.concatenate(blocks)
        content = np.ascontiguousarray(content[:, np.ptp(content, axis=0) > 0])
        if not content.shape[1]:
            return np.zeros(1, np.int64), np.zeros(len(shares), np.int64)
        rows = content.view(np.dtype((np.void, content.shape[1]))).ravel()
        _, first, state = np.unique(rows, return_index=True, return_inverse=True)
        order = np.argsort(first, kind="stable")
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        return first[order], rank[state.ravel()]

    def get_terms(self, year: int, shares: np.ndarray) -> Terms:
        """Costs and facilities under the changes that open gates make; kept once worked out."""
        key = year, tuple(int(g) for g in self.changing[shares[self.changing] >= 1.0])
        if key not in self._terms:
            p = self.prepared
            gates = {
                gate: replace(state, share=float(column in key[1]))
                for (gate, state), column in zip(
                    self.scenario.gates.items(), range(len(self.gates)), strict=True
                )
            }
            changed = replace(self.scenario, gates=gates)
            state = build_scenario_state(p.study, p.network, p.tables, changed, year)
            if state.facilities.ids != self._state.facilities.ids:
                gates_met = ", ".join(self.gates[g] for g in key[1])
                what = f"a gate effect gives a capacity where there was none, or takes it: {gates_met}."
                mend = "state a capacity in the row that it changes, however large."
                raise FuturesRefused(what, where="tables/gate_effects.csv", mend=mend)
            table = p.build_arc_table(state)
            columns = [table[:, :, : len(ARC_PARTS)].sum(axis=2)]
            columns += [table[:, :, MEASURES.index(name)] for name in ("variance_h2", "time_h", "co2_kg_t")]
            columns.append(sum_transfers(table, p.study.settings.appraisal.cost_share.take(1)))
            r = self.routes
            sums = np.zeros((r.n_routes, len(columns)))
            of = r.route_class
            sum_over_routes(r.start, r.arcs, of, np.stack(columns, axis=2), sums)
            spread = p.classes.reliability_ratio[of] * p.classes.value_of_time[of] * np.sqrt(sums[:, 1])
            base = sums[:, 0] + spread
            self._terms[key] = Terms(
                state.facilities,
                self._get_tree(state),
                base,
                sums[:, 2].copy(),
                sums[:, 4].copy(),
                sums[:, 3].copy(),
                p.get_bearing(year)[self._has_demand],
            )
        return self._terms[key]

    def build_problem(self, year: int, shares: np.ndarray, demand: np.ndarray) -> Problem:
        """Choice problem of one state (n_gates) for ``demand`` (n_classes, n_zones, n_zones), t/year."""
        p, terms = self.prepared, self.get_terms(year, shares)
        by_set, penalty, scale = (part[0] for part in self.judge(shares[None]))
        usable = by_set[self.set_of_route]
        return Problem(
            terms.facilities,
            terms.facilities.capacity_t_year * scale,
            self.routes,
            terms.tree,
            terms.base_cost + penalty[self.set_of_route],
            usable,
            build_segments(self.routes, demand, p.captive, usable),
            p.classes,
            p.scarcity,
            terms.bears,
        )

    def build_variants(
        self, year: int, shares: np.ndarray, demand: np.ndarray
    ) -> Iterator[tuple[np.ndarray, Variants]]:
        """States (n, n_gates) to be solved together, by the facilities that their routes load: which rows of
        ``shares``, and what they are; ``demand`` (n_classes, n_zones, n_zones) in t/year.
        """
        p, terms = self.prepared, [self.get_terms(year, row) for row in shares]
        usable, penalty, scale = self.judge(shares)
        if year not in self._parts:
            whole = np.ones(self.routes.n_routes)
            self._parts[year] = build_segments(self.routes, demand, p.captive, whole)
        trees = list({id(t.tree): t.tree for t in terms}.values())
        for tree in trees:
            rows = np.array([i for i, t in enumerate(terms) if t.tree is tree])
            own = [terms[i] for i in rows]
            yield (
                rows,
                Variants(
                    routes=self.routes,
                    set_of_route=self.set_of_route,
                    usable=usable[rows],
                    penalty=penalty[rows],
                    base_cost=[t.base_cost for t in own],
                    facilities=[t.facilities for t in own],
                    capacity_t_year=np.array([t.facilities.capacity_t_year for t in own]) * scale[rows],
                    tree=tree,
                    parts=self._parts[year],
                    classes=p.classes,
                    scarcity=p.scarcity,
                    bears=own[0].bears,
                ),
            )

    def read_shares(self, shares: Mapping[str, float]) -> np.ndarray:
        """Shares by name as a row of ``gates``."""
        return np.array([shares[gate] for gate in self.gates])


def _view_bytes(rows: np.ndarray) -> np.ndarray:
    """Rows (n, m) as bytes, (n, m * size)."""
    return np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), rows.shape[1] * rows.itemsize)
