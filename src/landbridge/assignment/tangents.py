"""How choices answer to delays and prices near a solved state, and ways to equilibrium that use it.

The unknowns are the flows v of the facilities, and v = F(law(v)) with F smooth and laws that bend where a
facility is full. Near a solved state F(c) is nearly linear with the derivative B, whatever the laws do. So a
way goes from one z = v - B law(v) to the next, where F moves z by next to nothing, and v follows from z by
Newton steps on the laws alone. What B misses is learnt by Anderson's mixing.
"""

from dataclasses import dataclass

import numpy as np

from landbridge.assignment.delays import CORNER
from landbridge.assignment.sue import Equilibrium, Problem
from landbridge.kernels.anderson import mix
from landbridge.kernels.linear import invert
from landbridge.kernels.tangents import follow, multiply_columns, multiply_matrices

MEMORY = 10
"""Former steps that a new one learns from."""
LEAST_SHARE = 0.01
"""Routes that carry less than this share of their segment are left out of the derivative."""
AHEAD = 1.3
"""Facilities whose cost would move with so many times their load are followed, too."""
ENOUGH = 0.01
"""Laws are followed until this share of what was missing is left."""


@dataclass(frozen=True)
class Laws:
    """Laws of delay of the facilities of eight states, (n_facilities, 8) each; see ``kernels.laws``.

    ``capacity`` in t/year, ``law`` (n_facilities, 8, 3); ``full``: utilisation beyond which a delay grows no
    further; a slot costs ``slope_usd_t`` USD/t for each unit of utilisation above ``start``.
    """

    capacity: np.ndarray
    law: np.ndarray
    is_queue: np.ndarray
    full: np.ndarray
    start: np.ndarray
    slope_usd_t: float


@dataclass(frozen=True)
class Tangent:
    """The derivative of loads by delays and prices at a solved state, over n facilities whose cost can move;
    ``marks`` say which of them lie along each route (:meth:`PrefixTree.list_marked`).

    ``by_delay`` (t/year per h) and ``by_price`` (t/year per USD/t) are B, (n, n). ``inverse`` is that of
    I - B law' with the slopes ``delay_slope`` and ``price_slope`` (n) of that state, ``own_delay`` and
    ``own_price`` are the inverse times B, all stored by columns; ``reach_delay`` and ``reach_price`` (n) the
    sums of the columns of B without signs.
    """

    facilities: np.ndarray
    marks: tuple[np.ndarray, np.ndarray]
    delay_slope: np.ndarray
    price_slope: np.ndarray
    by_delay: np.ndarray
    by_price: np.ndarray
    inverse: np.ndarray
    own_delay: np.ndarray
    own_price: np.ndarray
    reach_delay: np.ndarray
    reach_price: np.ndarray


def take_tangent(
    problem: Problem, load: np.ndarray, at: Equilibrium, before: Tangent | None = None
) -> Tangent:
    """The tangent at ``load`` (n_facilities), t/year, where choices are those of ``at``, over the facilities
    whose cost can move and those of the tangent ``before``, of a problem with the same routes.
    """
    active, delay_slope, price_slope = problem.find_active(load)
    ahead = problem.find_active(AHEAD * load)[0]
    known = () if before is None else (before.facilities,)
    facilities = np.unique(np.concatenate((active, ahead, *known)))
    if before is not None and len(before.facilities) == len(facilities):
        marks = before.marks
    else:
        marks = problem.mark(facilities)
    by_price, by_delay = problem.find_response(at, facilities, marks, LEAST_SHARE)
    delay_slope, price_slope = delay_slope[facilities], price_slope[facilities]
    slope = np.eye(len(facilities)) - (by_delay * delay_slope + by_price * price_slope)
    inverse = np.empty(slope.shape)
    if not invert(slope, inverse):
        inverse = np.eye(len(facilities))
    columns = np.ascontiguousarray(inverse.T)
    own_delay, own_price = np.empty(columns.shape), np.empty(columns.shape)
    multiply_matrices(columns, by_delay, own_delay)
    multiply_matrices(columns, by_price, own_price)
    reach = np.abs(by_delay).sum(axis=1), np.abs(by_price).sum(axis=1)
    return Tangent(
        facilities, marks, delay_slope, price_slope, by_delay, by_price, columns, own_delay, own_price, *reach
    )


class Path:
    """The way of one state to its equilibrium: where to look next, told what was found there.

    ``trial`` is the point to evaluate next (n_facilities), t/year; ``load`` the best one so far.
    """

    def __init__(self, start: np.ndarray, tangent: Tangent, tolerance: float) -> None:
        n = len(start)
        self.tangent, self._tolerance = tangent, tolerance
        self._steps, self._answers = np.empty((MEMORY, n)), np.empty((MEMORY, n))
        self._gap, self._mixed = np.empty(n), np.empty(n)
        self._kept = 0
        self._reached = self._goal = start
        self.load, self.trial = start, start.copy()
        self.residual, self.evaluations = np.inf, 0

    def learn(self, answer: np.ndarray, delay: np.ndarray, price: np.ndarray) -> bool:
        """Take in what facilities carried at the delays (h) and prices (USD/t) of ``trial``; gives whether
        that is the equilibrium.
        """
        t = self.tangent
        self.evaluations += 1
        gap = answer - self.trial
        total, size = float(self.trial.sum()), float(np.abs(gap).sum())
        residual = size / total if total > 0.0 else float(answer.sum() > 0.0)
        if residual < self.residual:
            self.load, self.residual = self.trial.copy(), residual
        if residual <= self._tolerance:
            return True
        moved = np.zeros(len(t.facilities))
        multiply_columns(t.by_delay, delay[t.facilities], moved)
        multiply_columns(t.by_price, price[t.facilities], moved)
        reached = self.trial.copy()
        reached[t.facilities] -= moved
        if self.evaluations > 1:
            row = self._kept % MEMORY
            np.subtract(reached, self._reached, out=self._steps[row])
            np.subtract(gap, self._gap, out=self._answers[row])
            self._kept += 1
        self._reached, self._gap = reached, gap
        mix(self._steps, self._answers, min(self._kept, MEMORY), self._kept - 1, gap, self._mixed)
        self._goal = reached + self._mixed
        own = self.trial[t.facilities]
        self.trial = np.maximum(self._goal, 0.0)
        self.trial[t.facilities] = own
        return False

    def follow(self, laws: Laws, lane: int) -> None:
        """After :meth:`learn`: move ``trial`` to where the next evaluation is worth most."""
        t = self.tangent
        follow(
            t.facilities, t.delay_slope, t.price_slope, t.by_delay, t.by_price, t.inverse, t.own_delay,
            t.own_price, t.reach_delay, t.reach_price, lane, laws.capacity, laws.law, laws.is_queue,
            laws.full, laws.start, laws.slope_usd_t, CORNER, self._goal, ENOUGH, self.trial,
        )  # fmt: skip
