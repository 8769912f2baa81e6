"""Delay and scarcity at facilities: increasing, finite functions of flow with their derivatives.

Lines and yards: ``scale * alpha * (v/C)**beta`` hours (power law; Krueger 1999 and the BPR form). Services
and border posts: the wait ``S rho (scv_a + scv_s) / (2 (1 - rho))`` up to a limit of utilisation, then its
tangent, so that it stays finite (Kingman 1961; with Poisson arrivals, scv_a = 1, that of Pollaczek and
Khinchine). Beyond capacity a slot has a price: ``slope * (rho - start)`` USD/t,
smoothed at the corner; it stands for the multiplier of a hard capacity (Larsson and Patriksson 1995) and
turns away what cannot pay. A capacity that is only assumed has some room before slots are sold
(``WORST_OVERLOAD``), for it may be too small; but no assumption is so wrong that it carries any flow.
"""

from dataclasses import dataclass

import numpy as np

WORST_OVERLOAD = 1.5
"""Utilisation at which, where the capacity is assumed, the queue stops growing and slots begin to cost."""
CORNER = 0.02
"""Half-width, in utilisation, over which the price of a slot bends from zero to its slope."""


@dataclass(frozen=True)
class Scarcity:
    """Price of a slot: ``slope_usd_t`` per unit of utilisation above ``start``."""

    slope_usd_t: float
    start: float


def measure_delay(
    flow: np.ndarray, capacity: np.ndarray, law: np.ndarray, is_queue: np.ndarray, is_firm: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Delay (h) and its derivative (h per t/year) at each facility; arrays of shape (n_facilities,), law (n,
    3).

    At a full facility whose capacity is firm the price of a slot takes over, so that scarcity is not paid
    twice; where the capacity is assumed, a flow beyond ``WORST_OVERLOAD`` says more about the assumption than
    about the queue.
    """
    full = np.where(is_firm, 1.0, WORST_OVERLOAD)
    rho = np.minimum(np.maximum(flow, 0.0) / capacity, full)
    scale, alpha, beta = law.T
    with np.errstate(divide="ignore", invalid="ignore"):
        power = scale * alpha * rho**beta
        power_slope = np.where(rho > 0.0, scale * alpha * beta * rho ** (beta - 1.0), 0.0)
    limit = np.where(is_queue, beta, 0.5)
    at = np.minimum(rho, limit)
    factor = scale * alpha / 2.0
    queue_slope = factor / (1.0 - at) ** 2
    queue = factor * at / (1.0 - at) + queue_slope * (rho - at)
    delay = np.where(is_queue, queue, power)
    slope = np.where(rho < full, np.where(is_queue, queue_slope, power_slope), 0.0) / capacity
    return delay, slope


def measure_price(
    flow: np.ndarray, capacity: np.ndarray, scarcity: Scarcity, is_firm: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Price of a slot (USD/t) and its derivative (USD/t per t/year); ``WORST_OVERLOAD`` is its start where
    the capacity is assumed.
    """
    start = np.where(is_firm, scarcity.start, WORST_OVERLOAD)
    above = flow / capacity - start
    root = np.sqrt(above**2 + CORNER**2)
    price = 0.5 * scarcity.slope_usd_t * (above + root)
    slope = 0.5 * scarcity.slope_usd_t * (1.0 + above / root) / capacity
    # The smooth bend leaves a trace far below capacity; take it off so that an empty facility is free.
    trace = 0.5 * scarcity.slope_usd_t * (np.sqrt(start**2 + CORNER**2) - start)
    return price - trace, slope
