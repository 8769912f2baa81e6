"""Welfare of the scenarios of a run: surplus, payments and accounts of each solve, and changes between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np

from landbridge.assignment.routes import RouteSet
from landbridge.indicators.flows import Columns
from landbridge.indicators.revenue import Payees, Payments, list_payees, list_revenue, take_payments
from landbridge.indicators.solution import Solution
from landbridge.indicators.surplus import Surplus, apply_rule_of_half, take_surplus
from landbridge.indicators.welfare import list_accounts, list_surplus
from landbridge.study.prepare import Prepared

MIDDLE = 1


@dataclass(frozen=True)
class Welfare:
    """Welfare of one solve: surplus of shippers, payments, and the accounts of all parties."""

    surplus: Surplus
    payments: Payments
    accounts: Columns


class WelfareBook:
    """Welfare of many solves of one study."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._lock = Lock()

    @cached_property
    def payees(self) -> Payees:
        """Who is paid on each arc."""
        return list_payees(self.prepared.network, self.prepared.tables)

    def take(self, solution: Solution, case: int = MIDDLE) -> Welfare:
        """Welfare of a solution, with low (0), middle (1) or high (2) shares of cost and social cost of
        carbon.
        """
        with self._lock:
            payees = self.payees
        asked = self.prepared.study.settings.appraisal
        surplus = take_surplus(solution, self.prepared.get_bearing(solution.year))
        payments = take_payments(solution, payees, self.prepared.build_arc_table(solution.state))
        shares, carbon = asked.cost_share.take(case), asked.carbon_usd_t[case]
        return Welfare(surplus, payments, list_accounts(solution, surplus, payees, payments, shares, carbon))

    def list_blocks(self, solution: Solution, welfare: Welfare) -> dict[str, Columns]:
        """Tables of one solve: ``surplus``, ``revenue`` and ``accounts``."""
        return {
            "surplus": list_surplus(solution, welfare.surplus),
            "revenue": list_revenue(self.payees, welfare.payments),
            "accounts": welfare.accounts,
        }

    def list_changes(
        self,
        tasks: Sequence[tuple[str, int]],
        found: Mapping[tuple[str, int], Surplus],
        over: Mapping[tuple[str, int], tuple[RouteSet, np.ndarray]] | None = None,
    ) -> list[tuple[tuple[str, int], Columns]]:
        """Blocks of table ``welfare_changes``: surplus against the reference scenario by zone and class, with
        the rule of half beside it; none without the reference scenario.

        ``over`` says for solves over other routes than the study's which these are, and the position of each
        in the study's set (-1 for a new one).
        """
        p = self.prepared
        reference = p.study.settings.reference_scenario
        classes, zones = p.classes.ids, p.network.zones
        shape = len(classes), len(zones)
        blocks: list[tuple[tuple[str, int], Columns]] = []
        for name, year in tasks:
            if name == reference or (reference, year) not in found:
                continue
            before, after = found[reference, year], found[name, year]
            routes, old = (over or {}).get((name, year), (p.routes, None))
            if old is not None:
                before = _spread_out(before, old)
            half, covered = apply_rule_of_half(routes, before, after, shape)
            block: Columns = {
                "zone": [zone for _ in classes for zone in zones],
                "states": [";".join(states) for _ in classes for states in p.network.zone_countries],
                "class": [k for k in classes for _ in zones],
                "surplus_usd_year": (after.by_zone - before.by_zone).ravel(),
                "rule_of_half_usd_year": half.ravel(),
                "rule_covers": covered.ravel(),
            }
            blocks.append(((name, year), block))
        return blocks


def _spread_out(surplus: Surplus, old: np.ndarray) -> Surplus:
    """The same over a set with new routes, which nothing could use."""
    there = old >= 0
    parts = (np.where(there, part[old], 0.0) for part in (surplus.flow, surplus.cost, surplus.usable))
    return Surplus(surplus.by_zone, *parts)
