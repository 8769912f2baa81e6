"""Reliability: door-to-door times of routes by simulation of their arcs, and what their spread means.

All routes share the draws of the arcs that they share, and arcs at one place a part of theirs, so percentiles
of a chain are those of the chain and never sums. Running, dwell and border times are log-normal, a wait
for a sailing is uniform over its headway, a queue of the equilibrium is exponential, and a narrow that
storms close is a fluid queue over an alternating renewal of open and closed times.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from landbridge.assignment.routes import RouteSet
from landbridge.kernels.reliability import add_rows, draw_rows
from landbridge.network import Arc, LinkState, Network
from landbridge.network.attributes import TIME_PARTS

DRAWS = 20_000
BLOCK = 1024
"""Draws at a time: the times of all arcs of a block stay near the processor."""
QUANTILES = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Storm:
    """Weather that closes a narrow.

    ``arcs`` (n_arcs) that it closes; ``closed`` share of time in each season; ``hold_h`` mean length of a
    closure and ``hold_cv`` its coefficient of variation; ``load`` share of its capacity that is used, which
    makes the backlog clear slower.
    """

    arcs: np.ndarray
    closed: tuple[float, ...]
    hold_h: float
    hold_cv: float
    load: float


@dataclass(frozen=True)
class Clock:
    """Laws of the times of some arcs, a row each, as the kernel takes them; ``arcs`` says which arcs."""

    arcs: np.ndarray
    place: np.ndarray
    rho: float
    mu: np.ndarray
    sigma: np.ndarray
    wait: np.ndarray
    queue: np.ndarray
    storm: np.ndarray
    storm_p: np.ndarray
    storm_mu: np.ndarray
    storm_sigma: np.ndarray

    def draw(self, seed: int, first: int, n: int) -> np.ndarray:
        """Hours of each arc in ``n`` draws from number ``first`` on, (n_rows, n)."""
        out = np.empty((len(self.arcs), n))
        draw_rows(
            seed, first, self.arcs, self.place, self.rho, self.mu, self.sigma, self.wait, self.queue,
            self.storm, self.storm_p, self.storm_mu, self.storm_sigma, out,
        )  # fmt: skip
        return out


def lognormal(mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Parameters of log-normal laws with these means and variances: -inf and 0 where the mean is 0."""
    some = mean > 0.0
    cv2 = np.divide(variance, mean**2, out=np.zeros_like(mean), where=some)
    sigma2 = np.log1p(cv2)
    mu = np.full(len(mean), -np.inf)
    mu[some] = np.log(mean[some]) - 0.5 * sigma2[some]
    return mu, np.sqrt(sigma2)


def build_clock(
    network: Network,
    state: LinkState,
    form: int,
    delay_h: np.ndarray,
    arcs: np.ndarray,
    storms: Sequence[Storm] = (),
    place_correlation: float = 0.0,
) -> Clock:
    """Laws of the times of some arcs for cargo of a form (0 box, 1 bulk), at queues of an equilibrium.

    ``delay_h`` (n_facilities): mean hours in the queue of each facility.
    """
    a = state.attributes
    waiting = a.time_h[TIME_PARTS.index("waiting"), form, arcs]
    mean = a.time_h[:, form, arcs].sum(axis=0) - waiting
    # A wait uniform over the headway has a third of its squared mean as variance.
    variance = np.maximum(a.variance_h2[form, arcs] - waiting**2 / 3.0, 0.0)
    mu, sigma = lognormal(mean, variance)
    facility = a.facility[form, arcs]
    queue = np.where(facility >= 0, delay_h[facility], 0.0)
    moving = np.isin(network.kind[arcs], (Arc.MOVE, Arc.SAIL, Arc.FERRY, Arc.ACCESS, Arc.EGRESS))
    storm = np.full(len(arcs), -1, np.int64)
    for number, one in enumerate(storms):
        storm[one.arcs[arcs]] = number
    seasons = max((len(one.closed) for one in storms), default=1)
    met = np.zeros((max(1, len(storms)), seasons))
    for number, one in enumerate(storms):
        met[number] = np.minimum(np.array(one.closed) / (1.0 - one.load), 1.0)
    holds = np.array([one.hold_h for one in storms] or [1.0])
    spread = np.array([(one.hold_cv * one.hold_h) ** 2 for one in storms] or [0.0])
    storm_mu, storm_sigma = lognormal(holds, spread)
    return Clock(
        arcs.astype(np.int64),
        np.where(moving, -1, network.place[network.head[arcs]]).astype(np.int64),
        place_correlation,
        mu,
        sigma,
        2.0 * waiting,
        queue,
        storm,
        met,
        storm_mu,
        storm_sigma,
    )


def simulate(clock: Clock, routes: RouteSet, which: np.ndarray, n: int = DRAWS, seed: int = 0) -> np.ndarray:
    """Door-to-door hours of some routes of a set in ``n`` draws, (len(which), n); all share their draws."""
    position = np.full(int(max(routes.arcs.max(initial=0), clock.arcs.max(initial=0))) + 1, -1)
    position[clock.arcs] = np.arange(len(clock.arcs))
    rows = [position[routes.get_arcs(int(r))] for r in which]
    start = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    flat = np.concatenate([np.zeros(0, np.int64), *rows])
    out = np.empty((len(which), n))
    for first in range(0, n, BLOCK):
        part = out[:, first : first + BLOCK]
        block = np.empty(part.shape)
        add_rows(start, flat, clock.draw(seed, first, part.shape[1]), block)
        part[:] = block
    return out


@dataclass(frozen=True)
class Spread:
    """What a distribution of times says: hours, and shares of one.

    ``buffer_index`` is (P95 - mean) / mean (Lomax et al. 2003); ``on_time`` the share within ``promise_h``.
    """

    mean_h: float
    std_h: float
    p50_h: float
    p80_h: float
    p95_h: float
    buffer_index: float
    promise_h: float
    on_time: float
    late_h: float


def summarise(hours: np.ndarray, share: np.ndarray, promise_h: float) -> Spread:
    """Spread of cargo that takes routes in shares: ``hours`` (n_routes, n_draws), ``share`` (n_routes).

    ``late_h`` is the mean delay of what is late, 0 if nothing is; percentiles are the lowest value with at
    least that share of cargo at or below it.
    """
    weight = np.repeat(share / share.sum() / hours.shape[1], hours.shape[1])
    values = hours.ravel()
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    last = len(values) - 1
    p50, p80, p95 = (
        float(values[order[min(int(np.searchsorted(reached, q * (1 - 1e-12))), last)]]) for q in QUANTILES
    )
    mean = float((weight * values).sum())
    std = float(np.sqrt(max(0.0, (weight * (values - mean) ** 2).sum())))
    late = values > promise_h
    on_time = float(weight[~late].sum())
    delay = float((weight * np.where(late, values - promise_h, 0.0)).sum())
    return Spread(
        mean,
        std,
        p50,
        p80,
        p95,
        (p95 - mean) / mean,
        promise_h,
        on_time,
        delay / (1.0 - on_time) if on_time < 1.0 else 0.0,
    )
