"""Counterfactual dependence: what zones lose when something closes, from two equilibria of the same cargo.

The loss of cargo that still moves is the rise of its logsum cost (Small and Rosen 1981) times its tonnes.
What no longer moves has no cost; it is counted in tonnes beside the loss, never priced. A pair counts for
both its ends, so zones add up to twice the world.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.routes import RouteSet
from landbridge.assignment.sue import Equilibrium, Segments
from landbridge.indicators.flows import Columns

DEAR = 1.2
"""Cargo whose logsum cost rises beyond this factor, or that stays, cannot do without what closed."""


@dataclass(frozen=True)
class Loss:
    """What a closure costs: by zone (n_zones), and for the world.

    ``usd_year`` and ``unserved_t_year``: rise of cost of what still moves, and of tonnes that stay;
    ``bound_t_year`` tonnes whose cost rises by more than a fifth, or that stay; ``borne_usd_year`` the rise
    of cost and, for each tonne that stays, what its class would bear at most in queues: for ranking only.
    """

    usd_year: np.ndarray
    unserved_t_year: np.ndarray
    bound_t_year: np.ndarray
    world_usd_year: float
    world_unserved_t_year: float
    borne_usd_year: float


def measure_loss(
    routes: RouteSet,
    segments: Segments,
    before: Equilibrium,
    after: Equilibrium,
    choke: np.ndarray,
    n_zones: int,
) -> Loss:
    """Compare two equilibria of the same segments; ``choke`` (n_segments) in USD/t."""
    group = segments.group
    demand = segments.demand_t_year
    moves = ~np.isnan(before.logsum) & ~np.isnan(after.logsum)
    rise = np.where(moves, after.logsum - before.logsum, 0.0)
    loss = demand * after.shipped * rise
    stays = demand * (before.shipped - after.shipped)
    dear = np.where(moves, after.logsum > DEAR * before.logsum, before.shipped > 0.0)
    bound = np.where(dear, demand * before.shipped, np.maximum(stays, 0.0))
    ends = routes.group_origin[group], routes.group_destination[group]

    def spread(values: np.ndarray) -> np.ndarray:
        found: np.ndarray = sum(np.bincount(end, values, n_zones) for end in ends)  # type: ignore[assignment]
        return found

    world = float(loss.sum())
    return Loss(
        spread(loss),
        spread(stays),
        spread(bound),
        world,
        float(stays.sum()),
        world + float((stays * choke).sum()),
    )


def list_losses(
    zones: Sequence[str], names: Sequence[tuple[str, str, str]], losses: Sequence[Loss], traded: np.ndarray
) -> Columns:
    """A row for each closure, (kind, id, name), and zone that it costs anything; ``traded`` (n_zones),
    t/year.
    """
    usd = np.array([loss.usd_year for loss in losses]).reshape(len(losses), len(zones))
    stays = np.array([loss.unserved_t_year for loss in losses]).reshape(usd.shape)
    bound = np.array([loss.bound_t_year for loss in losses]).reshape(usd.shape)
    told = (np.abs(usd) >= 1.0) | (np.abs(stays) >= 1.0)
    c, z = (places.tolist() for places in np.nonzero(told))
    return {
        "kind": [names[i][0] for i in c],
        "element": [names[i][1] for i in c],
        "name": [names[i][2] for i in c],
        "zone": [zones[i] for i in z],
        "loss_usd_year": usd[c, z],
        "unserved_t_year": stays[c, z],
        "bound_share": np.divide(bound[c, z], traded[z], out=np.full(len(c), np.nan), where=traded[z] > 0.0),
    }
