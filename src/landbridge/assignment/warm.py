"""Equilibria of neighbouring states, each from the last: secant steps that keep what was learnt.

Newton's derivative costs several evaluations. Between neighbours it changes little, so its inverse is carried
along and mended by Broyden's rank-one update at every step (Broyden 1965); it is taken anew only where a step
fails. The certificate is that of :mod:`landbridge.assignment.sue`, measured on the flows returned.
"""

from dataclasses import dataclass, replace

import numpy as np

from landbridge.assignment.sue import TOLERANCE, Equilibrium, Problem, solve
from landbridge.kernels import secant as kernel

ENOUGH = 0.9
"""A step that leaves more than this share of the residual is followed by a fresh derivative."""
MOST_STEPS = 80


@dataclass
class Neighbour:
    """A solved state that others may start from: facility flows (t/year) and the inverse of its derivative.

    The inverse is changed in place by :func:`solve_near`: it belongs to the last state solved.
    """

    load: np.ndarray
    inverse: np.ndarray


def solve_near(
    problem: Problem, near: Neighbour, *, tolerance: float = TOLERANCE
) -> tuple[Equilibrium, Neighbour]:
    """Equilibrium of a problem from a solved neighbour, and what the next one may start from.

    ``iterations`` of the result counts evaluations of all choices. Where secant steps fail to converge the
    problem is solved as if it stood alone, from the best point found.
    """
    load, inverse = near.load.copy(), near.inverse
    at = problem.evaluate(load)
    n, room, step = 1, np.empty((2, len(load))), np.empty(len(load))
    while at.residual > tolerance and n < MOST_STEPS:
        gap = at.load - load
        kernel.multiply(inverse, gap, step)
        trial_load = np.maximum(load + step, 0.0)
        trial = problem.evaluate(trial_load)
        n += 1
        if trial.residual < ENOUGH * at.residual:
            kernel.learn(inverse, trial_load - load, gap - (trial.load - trial_load), room)
            load, at = trial_load, trial
            continue
        if trial.residual < at.residual:
            load, at = trial_load, trial
        inverse[:] = problem.find_inverse(load, at)
        kernel.multiply(inverse, at.load - load, step)
        length = 1.0
        while length > 1e-3:
            trial_load = np.maximum(load + length * step, 0.0)
            trial = problem.evaluate(trial_load)
            n += 1
            if trial.residual < at.residual:
                break
            length *= 0.5
        else:
            break
        load, at = trial_load, trial
    if at.residual > tolerance:
        alone = solve(problem, start=load, tolerance=tolerance)
        at, load = replace(alone, iterations=n + alone.iterations), alone.load
    else:
        at = replace(at, iterations=n)
    return at, Neighbour(load, inverse)


def solve_first(problem: Problem, *, tolerance: float = TOLERANCE) -> tuple[Equilibrium, Neighbour]:
    """Equilibrium of a problem that has no neighbour yet, and what the next one may start from."""
    at = solve(problem, tolerance=tolerance)
    return at, Neighbour(at.load, problem.find_inverse(at.load, problem.evaluate(at.load)))
