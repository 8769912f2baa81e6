"""Who gains: shippers by zone, receivers by state and the climate, with transfers apart from resource cost.

A payment is resource cost as far as it pays for work that is done (the cost share of its part) and a transfer
beyond that. Transfers leave shippers and reach receivers, so they sum to zero over all parties; what is left
is the change of the world.
"""

from collections.abc import Mapping

import numpy as np

from landbridge.assignment.costs import ARC_PARTS, MEASURES
from landbridge.indicators.flows import Columns
from landbridge.indicators.revenue import AT_SEA, PARTS, Payees, Payments
from landbridge.indicators.solution import Solution
from landbridge.indicators.surplus import Surplus, split_to_ends

SHIPPERS, RECEIVERS, CLIMATE = "shippers", "receivers", "climate"
SHIPS = "ships"
"""Party that stands for the ships, which belong to no state."""


def sum_transfers(arc_table: np.ndarray, cost_share: Mapping[str, float]) -> np.ndarray:
    """Transfers by class and arc (n_classes, n_arcs), USD/t, slots apart."""
    result = np.zeros(arc_table.shape[:2])
    for part in PARTS[:-1]:
        result += (1.0 - cost_share.get(part, 0.0)) * arc_table[:, :, ARC_PARTS.index(part)]
    return result


def measure_co2(solution: Solution) -> float:
    """Well-to-wheel CO2e of what moves, t/year, by the factors of links and services."""
    per_tonne = solution.route_state.measures[:, MEASURES.index("co2_kg_t")]
    return float(solution.equilibrium.flow @ per_tonne) / 1000.0


def list_accounts(
    solution: Solution,
    surplus: Surplus,
    payees: Payees,
    payments: Payments,
    cost_share: Mapping[str, float],
    carbon_usd_t: float,
) -> Columns:
    """Accounts of all parties in one scenario and year, USD/year.

    Parameters
    ----------
    cost_share
        Share of each part of what is paid that is resource cost; parts left out are transfers.
    carbon_usd_t
        Social cost of CO2e, USD/t.

    Returns
    -------
    Columns
        ``party`` (a zone, a state, ``ships`` or ``climate``), ``role``, ``gain_usd_year`` (surplus, transfers
        received, or damage), ``transfer_usd_year`` (its part that others pay or receive; sums to zero) and
        ``resource_usd_year`` (the rest).
    """
    transfer = 1.0 - np.array([cost_share.get(part, 0.0) for part in PARTS])
    r, zones = solution.routes, solution.network.zones
    shape = len(solution.classes.ids), len(zones)
    by_route = (transfer @ payments.paid) * solution.equilibrium.flow
    by_group = np.bincount(r.route_group, by_route, len(r.group_class))
    paid = split_to_ends(r, by_group, shape).sum(axis=0)
    received = (payments.received @ transfer).sum(axis=1)
    gain = np.concatenate([surplus.by_zone.sum(axis=0), received, [-carbon_usd_t * measure_co2(solution)]])
    moved = np.concatenate([-paid, received, [0.0]])
    return {
        "party": [*zones, *(SHIPS if state == AT_SEA else state for state in payees.states), CLIMATE],
        "role": [SHIPPERS] * len(zones) + [RECEIVERS] * len(payees.states) + [CLIMATE],
        "gain_usd_year": gain,
        "transfer_usd_year": moved,
        "resource_usd_year": gain - moved,
    }


def list_trade(solution: Solution, base_demand: np.ndarray, welfare: np.ndarray) -> Columns:
    """What demand that answers to cost comes to by zone: tonnes in and out as they would be at the costs of
    the reference scenario and as they are, t/year, and the factor on real spending (NaN where not solved).
    """
    zones = solution.network.zones
    return {
        "zone": list(zones),
        "base_imports_t_year": base_demand.sum(axis=(0, 1)),
        "imports_t_year": solution.demand.sum(axis=(0, 1)),
        "base_exports_t_year": base_demand.sum(axis=(0, 2)),
        "exports_t_year": solution.demand.sum(axis=(0, 2)),
        "real_spending": welfare if len(welfare) else np.full(len(zones), np.nan),
    }


def list_surplus(solution: Solution, surplus: Surplus) -> Columns:
    """Surplus of shippers by zone and class, USD/year, with the states of the zone."""
    classes, zones = solution.classes.ids, solution.network.zones
    return {
        "zone": [zone for _ in classes for zone in zones],
        "states": [";".join(states) for _ in classes for states in solution.network.zone_countries],
        "class": [name for name in classes for _ in zones],
        "surplus_usd_year": surplus.by_zone.ravel(),
    }
