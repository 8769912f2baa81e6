"""Projects appraised: present values, return, switching values, shares of a combination, worth of waiting.

Money of a year counts at its start: an amount in year t is worth (1 + r)^-(t - now) of one now (methods 20).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

TOLERANCE = 1e-12


def discount(amounts: np.ndarray, years: np.ndarray, rate: float, now: int) -> float:
    """Present value of yearly amounts (n_years) at ``now``.

    Examples
    --------
    >>> round(discount(np.full(25, 1.0), np.arange(1, 26), 0.09, 0), 6)
    9.82258
    """
    return float(np.sum(amounts * (1.0 + rate) ** -(np.asarray(years, float) - now)))


def interpolate(known_years: Sequence[int], values: Sequence[float], years: np.ndarray) -> np.ndarray:
    """Yearly values: straight lines between the years that are known, and held beyond the first and last."""
    found: np.ndarray = np.interp(years, known_years, values)
    return found


@dataclass(frozen=True)
class Cashflow:
    """Benefits and costs of a project by year, all of shape (n_years,), in one unit of money a year.

    ``capital`` and ``upkeep`` are costs above 0; ``benefits`` are net gains, resource costs taken off.
    """

    years: np.ndarray
    benefits: np.ndarray
    capital: np.ndarray
    upkeep: np.ndarray

    @property
    def net(self) -> np.ndarray:
        """Benefits less costs by year."""
        result: np.ndarray = self.benefits - self.capital - self.upkeep
        return result


def lay_out(
    known_years: Sequence[int],
    benefits: Sequence[float],
    *,
    capital: float,
    opens: int,
    build_years: int,
    life_years: int,
    upkeep: float,
    now: int,
) -> Cashflow:
    """Cash flow of a project from ``now`` to the end of its life.

    Parameters
    ----------
    benefits
        Yearly gain in each of ``known_years`` with the project in use; between them it is interpolated, after
        the last it is held.
    capital
        Spent in equal parts over the ``build_years`` before ``opens``, or those of them that are not past.
    upkeep
        Share of the capital spent in each year of use.
    """
    years = np.arange(min(now, opens), opens + life_years)
    in_use = years >= opens
    building = (years >= max(now, opens - build_years)) & (years < opens)
    if not building.any():
        building = years == years[0]
    return Cashflow(
        years,
        np.where(in_use, interpolate(known_years, benefits, years), 0.0),
        np.where(building, capital / building.sum(), 0.0),
        np.where(in_use, upkeep * capital, 0.0),
    )


@dataclass(frozen=True)
class Value:
    """What a cash flow is worth at one rate: net present value, ratio of benefits to costs (NaN without
    costs), and present values of benefits and costs.
    """

    rate: float
    npv: float
    bcr: float
    benefits: float
    costs: float


def appraise(flow: Cashflow, rate: float, now: int) -> Value:
    """Present values of a cash flow at one rate."""
    benefits = discount(flow.benefits, flow.years, rate, now)
    costs = discount(flow.capital + flow.upkeep, flow.years, rate, now)
    return Value(rate, benefits - costs, benefits / costs if costs > 0.0 else float("nan"), benefits, costs)


def find_return(flow: Cashflow) -> float:
    """Internal rate of return: the rate at which the net present value is zero.

    NaN where there is none between -50 and 1000 % (no benefits, or no costs); with costs first and benefits
    after there is at most one above -100 %.
    """
    first = int(flow.years[0])

    def worth(rate: float) -> float:
        return discount(flow.net, flow.years, rate, first)

    return _solve(worth, -0.5, 10.0)


def _solve(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of a function between two points of different sign, by halving; NaN without such points."""
    at_low, at_high = function(low), function(high)
    if not at_low * at_high < 0.0:
        return float("nan")
    while high - low > TOLERANCE:
        middle = 0.5 * (low + high)
        if (function(middle) > 0.0) == (at_low > 0.0):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def list_switching_values(flow: Cashflow, rate: float, now: int) -> dict[str, float]:
    """Factors at which the project neither gains nor loses, each alone.

    ``benefits``: on all benefits; ``costs``: on capital and upkeep; both NaN where the other is zero.
    """
    value = appraise(flow, rate, now)
    inverse = value.costs / value.benefits if value.benefits > 0.0 else float("nan")
    return {"benefits": inverse, "costs": value.bcr}


def share_by_shapley(worth: Mapping[frozenset[str], float]) -> dict[str, float]:
    """Shares of what a set of projects is worth together: the mean of what each adds over all orders.

    ``worth`` of every subset, that of none included. The shares sum to that of all less that of none; a
    project that adds nothing to any subset gets nothing (Shapley 1953).

    Examples
    --------
    >>> both = frozenset("ab")
    >>> share_by_shapley({frozenset(): 0.0, frozenset("a"): 0.0, frozenset("b"): 0.0, both: 10.0})
    {'a': 5.0, 'b': 5.0}
    """
    names = sorted(frozenset[str]().union(*worth))
    n = len(names)
    shares = {}
    for name in names:
        others = [other for other in names if other != name]
        total = 0.0
        for size in range(n):
            weight = 1.0 / (n * comb(n - 1, size))
            for group in combinations(others, size):
                total += weight * (worth[frozenset((*group, name))] - worth[frozenset(group)])
        shares[name] = total
    return shares


@dataclass(frozen=True)
class Waiting:
    """Worth of deciding later: of investing now, of waiting and choosing then, and the difference that the
    right to wait makes to who would otherwise decide now.
    """

    now: float
    later: float

    @property
    def option(self) -> float:
        """What the right to wait is worth: best with it, less best without it."""
        return max(self.now, self.later, 0.0) - max(self.now, 0.0)


def value_waiting(now: np.ndarray, later: np.ndarray, known: np.ndarray, *, degree: int = 2) -> Waiting:
    """Worth of investing now and of waiting until something is known, over futures.

    Parameters
    ----------
    now, later
        Net present value of investing at once and at the later date, in each future, both seen from now,
        shape (n_futures,).
    known
        What who waits will have seen by then: a number of each future. With few distinct values the worth of
        investing is averaged over each, else it is regressed on a polynomial of it (Longstaff and Schwartz
        2001), and he invests where that is above 0.

    Examples
    --------
    >>> rate, yearly = 0.10, np.array([300.0, 100.0])
    >>> now = -1600 + 200 + yearly / rate
    >>> later = (-1600 + yearly + yearly / rate) / (1 + rate)
    >>> got = value_waiting(now, later, yearly)
    >>> round(got.now), round(got.later, 3), round(got.option, 3)
    (600, 772.727, 172.727)
    """
    values, of = np.unique(known, return_inverse=True)
    if len(values) <= degree + 1:
        expected = (np.bincount(of, later) / np.bincount(of))[of]
    else:
        scale = np.ptp(known)
        powers = np.vander((known - known.min()) / scale, degree + 1)
        expected = powers @ np.linalg.lstsq(powers, later, rcond=None)[0]
    return Waiting(float(now.mean()), float(np.where(expected > 0.0, later, 0.0).mean()))
