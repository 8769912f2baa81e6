"""Stochastic user equilibrium on explicit paths: path-size logit, fixed or elastic demand, by Newton's
method.

The unknowns are the link flows x; g(x) loads the network by logit at the costs that x makes.  Newton's step
solves

    (I + M T) dx = g(x) - x,    T = diag(slopes),  M as in `kernels.stochastic`,

in the symmetric form (I + T^1/2 M T^1/2) y = T^1/2 (g - x) by conjugate gradients, without a matrix.  Steps
are halved until the residual falls.  The residual, sum |g(x) - x| / sum x, comes to 1e-10 in a few steps.
"""

import time
import warnings
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from landbridge.assignment.equilibrium import DemandWithoutPath
from landbridge.assignment.paths import Paths
from landbridge.assignment.problem import Problem, ProblemRefused, Unserved, gather_commodities
from landbridge.errors import NotConverged
from landbridge.kernels.delays import price_links
from landbridge.kernels.stochastic import (
    EXPONENTIAL,
    FIXED,
    LINEAR,
    POWER,
    choose_paths,
    size_paths,
    turn_costs,
)

Floats = NDArray[np.float64]
Form = Literal["fixed", "linear", "exponential", "power"]
FORMS = {"fixed": FIXED, "linear": LINEAR, "exponential": EXPONENTIAL, "power": POWER}


class ResidualNotReached(NotConverged):
    """The stochastic equilibrium stopped above the residual asked for."""

    code = "LB-E005"


@dataclass(frozen=True)
class StochasticEquilibrium:
    """Flows by path and link at stochastic equilibrium.

    Attributes
    ----------
    flow, class_flow, cost
        Shapes (n_links,), (n_classes, n_links), (n_links,), in the problem's order of links.
    paths
        The paths with their flows.
    share
        Shape (n_paths,): probability of each path within its pair.
    expected_cost
        Shape (n_pairs,): -(1/theta) times the logsum, in the unit of cost.
    served
        Shape (n_pairs,): demand that travels, in equivalents.
    residual
        Sum of |loading - flow| over links, over the sum of flows.
    """

    problem: Problem = field(repr=False)
    flow: Floats = field(repr=False)
    class_flow: Floats = field(repr=False)
    cost: Floats = field(repr=False)
    paths: Paths = field(repr=False)
    share: Floats = field(repr=False)
    expected_cost: Floats = field(repr=False)
    served: Floats = field(repr=False)
    residual: float
    iterations: int
    seconds: float
    unserved: Unserved = field(repr=False)
    converged: bool


def find_paths(problem: Problem, *, draws: int = 20, spread: float = 0.3, seed: int = 0) -> Paths:
    """Find sets of paths: least-cost paths at free flow and at ``draws`` random costs (lognormal, seeded).

    Every pair with a path has at least one; the set depends only on the arguments.
    """
    paths = Paths(problem, gather_commodities(problem))
    bases = np.ascontiguousarray(problem.bases()[:, problem.star.links])
    paths.generate(bases)
    luck = np.random.default_rng(seed)
    for _ in range(draws):
        paths.generate(bases * np.exp(spread * luck.standard_normal(problem.n_links)))
    return paths


def solve_stochastic(
    problem: Problem,
    *,
    theta: ArrayLike,
    beta: float = 1.0,
    paths: Paths | None = None,
    residual: float = 1e-10,
    form: Form = "fixed",
    gamma: ArrayLike = 0.0,
    reference: ArrayLike | None = None,
    max_iterations: int = 100,
    start: ArrayLike | None = None,
) -> StochasticEquilibrium:
    """Find the stochastic user equilibrium of path-size logit on a set of paths.

    Parameters
    ----------
    theta
        Scale per unit of cost, one number or one for each class.
    beta
        Weight of the logarithm of the path size; 0 gives plain logit.
    paths
        The choice sets, kept fixed; :func:`find_paths` if None.
    residual
        Where to stop.
    form, gamma, reference
        Demand: fixed; linear, ``d - gamma (S - reference)``; exponential, ``d exp(-gamma (S - reference))``;
        power, ``d (S / reference) ** -gamma`` of constant elasticity, where S must stay above 0; S is the
        expected cost of the pair, ``gamma`` and ``reference`` one number or one for each pair of
        ``paths``.
    start
        Link flows to begin with, shape (n_links,).

    Warns
    -----
    ResidualNotReached, DemandWithoutPath

    Examples
    --------
    >>> from landbridge.assignment.link_delays import Delays
    >>> from landbridge.assignment.problem import build_problem
    >>> delays = Delays.bpr([10.0, 20.0], 1.0, [0.002, 0.0005], 1.0)
    >>> two_routes = build_problem(2, [0, 0], [1, 1], delays, [[0, 1000], [0, 0]])
    >>> got = solve_stochastic(two_routes, theta=0.1, paths=find_paths(two_routes, spread=1.0))
    >>> round(float(got.flow[0]), 4)
    571.1508
    """
    began = time.perf_counter()
    sets = find_paths(problem) if paths is None else paths
    c, star = sets.commodities, problem.star
    scale = np.broadcast_to(np.asarray(theta, float), (len(problem.classes),)).copy()
    if not (scale > 0).all():
        raise ProblemRefused(
            "theta must be above 0.", mend="give a scale per unit of cost, such as 4 / mean cost."
        )
    slope = np.broadcast_to(np.asarray(gamma, float), c.amount.shape).copy()
    if form != "fixed" and reference is None:
        raise ProblemRefused("elastic demand needs the expected cost at which the given demand holds.")
    base_cost = np.broadcast_to(np.asarray(0.0 if reference is None else reference, float), c.amount.shape)
    whole = c.amount
    if form == "linear":
        whole = c.amount + slope * base_cost
    elif form == "exponential":
        whole = c.amount * np.exp(slope * base_cost)
    elif form == "power":
        whole = c.amount * base_cost**slope
    delays = problem.delays.take(star.links)
    bases = np.ascontiguousarray(problem.bases()[:, star.links])
    n, m = sets.count, problem.n_links
    size = np.ones(n)
    lengths = np.where(np.isfinite(bases), bases, 0.0)
    size_paths(sets.first, sets.links, sets.newest, sets.older, lengths, sets.pair_class, size)
    utility = beta * np.log(size)
    share, path_flow, surplus, served = np.zeros(n), np.zeros(n), np.zeros(len(c.node)), np.zeros(len(c.node))
    table, cost = delays.table(), np.empty(m)

    def load(x: Floats) -> Floats:
        """Flows (n_classes, n_links) that travellers choose at the costs that x makes."""
        table[:, 0] = x
        price_links(table, delays.free, cost)
        out = np.zeros((len(problem.classes), m))
        choose_paths(
            sets.first,
            sets.links,
            sets.newest,
            sets.older,
            bases + (cost - delays.free),
            sets.pair_class,
            scale,
            utility,
            whole,
            FORMS[form],
            slope,
            share,
            path_flow,
            surplus,
            served,
            out,
        )
        return out

    if form == "power":
        load(np.zeros(m))  # where costs are least, and so are expected costs
        if not (surplus > 0).all() or not (base_cost > 0).all():
            raise ProblemRefused(
                "demand of constant elasticity has no value where an expected cost is not above 0.",
                mend="take a greater theta, fewer paths, or another form of demand.",
            )
    flow = np.zeros(m) if start is None else np.asarray(start, float)[star.links]
    class_flow = load(flow)
    if start is None:
        flow = class_flow.sum(axis=0)
        class_flow = load(flow)
    iterations = 0
    reached = _measure(class_flow, flow)
    while reached > residual and iterations < max_iterations:
        iterations += 1
        step = _newton(
            class_flow.sum(axis=0) - flow,
            table[:, 1].copy(),
            sets,
            scale,
            share,
            served,
            surplus,
            form,
            slope,
        )
        part, best = 1.0, reached
        while True:
            trial = np.maximum(flow + part * step, 0.0)
            class_flow = load(trial)
            reached = _measure(class_flow, trial)
            if reached < best * (1.0 - 1e-4 * part) or part < 1e-6:
                break
            part *= 0.5
        flow = trial
        if reached >= best:
            break
    if reached > residual:
        warnings.warn(
            ResidualNotReached(
                f"the residual is {reached:.2e} after {iterations} steps.", mend="allow more steps."
            ),
            stacklevel=2,
        )
    if len(c.unserved.amount):
        warnings.warn(
            DemandWithoutPath(f"a demand of {c.unserved.total:.6g} has no open path; the rest is assigned."),
            stacklevel=2,
        )
    sets.flow[:n] = path_flow
    out = np.empty_like(class_flow)
    out[:, star.links] = class_flow
    total = out.sum(axis=0)
    return StochasticEquilibrium(
        problem,
        total,
        out,
        problem.delays.cost(total),
        sets,
        share,
        surplus,
        served,
        reached,
        iterations,
        time.perf_counter() - began,
        c.unserved,
        reached <= residual,
    )


def _measure(class_flow: Floats, flow: Floats) -> float:
    """Residual of a loading against the flows that made its costs."""
    whole = float(class_flow.sum())
    return float(np.abs(class_flow.sum(axis=0) - flow).sum()) / whole if whole > 0 else 0.0


def _newton(
    gap: Floats,
    slopes: Floats,
    sets: Paths,
    theta: Floats,
    share: Floats,
    served: Floats,
    surplus: Floats,
    form: Form,
    gamma: Floats,
) -> Floats:
    """Solve (I + M T) dx = gap by conjugate gradients on its symmetric form."""
    root = np.sqrt(slopes)
    turned = np.empty_like(gap)

    def fall(change: Floats) -> Floats:
        turn_costs(
            sets.first,
            sets.links,
            sets.newest,
            sets.older,
            sets.pair_class,
            theta,
            share,
            served,
            surplus,
            FORMS[form],
            gamma,
            change,
            turned,
        )
        return turned

    right = root * gap
    y = np.zeros_like(right)
    rest = right.copy()
    way = rest.copy()
    square = float((rest * rest).sum())
    enough = 1e-24 * square
    for _ in range(500):
        if square <= enough or square == 0.0:
            break
        image = way + root * fall(root * way)
        step = square / float((way * image).sum())
        y += step * way
        rest -= step * image
        new = float((rest * rest).sum())
        way = rest + (new / square) * way
        square = new
    return gap - fall(root * y)
