"""Balancing: the matrix nearest to a seed that meets given totals, with a certificate of how well it does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Certificate:
    """How a balancing ended.

    ``residual`` is the largest miss of any total, as a share of the largest total; ``converged`` says whether
    it is within the tolerance asked for. Totals that contradict one another leave a residual that no
    iteration removes.
    """

    iterations: int
    residual: float
    converged: bool


NOTHING_TO_MEET = Certificate(0, 0.0, True)


@dataclass(frozen=True)
class Total:
    """One total to be met: the cells it covers, how much they must add up to, and in which sense.

    ``sense`` is ``"equal"``, or ``"most"`` for a limit that binds only from above.
    """

    cells: Indices
    amount: float
    sense: str = "equal"


def furness(
    seed: Floats,
    row_totals: Floats,
    column_totals: Floats,
    tol: float = 1e-12,
    max_iter: int = 10_000,
) -> tuple[Floats, Certificate]:
    """Scale the rows and columns of a seed in turn until both totals are met (Furness 1965).

    The result is ``T_ij = a_i b_j seed_ij``, the matrix of least relative entropy to the seed. Zeros stay
    zero and odds ratios stay as they were.

    Parameters
    ----------
    seed
        Non-negative, shape (n, m).
    row_totals, column_totals
        Shapes (n,) and (m,). If their sums differ, or a total above zero has no seed to scale, the totals
        cannot be met and the certificate says so.

    Examples
    --------
    >>> matrix, certificate = furness(
    ...     np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0]), np.array([12.0, 18.0])
    ... )
    >>> matrix.round(5).tolist(), certificate.converged
    ([[3.36308, 6.63692], [8.63692, 11.36308]], True)
    """
    matrix = np.array(seed, dtype=np.float64)
    rows = np.asarray(row_totals, dtype=np.float64)
    columns = np.asarray(column_totals, dtype=np.float64)
    largest = float(max(rows.max(initial=0.0), columns.max(initial=0.0))) or 1.0
    residual, iterations = np.inf, 0
    while iterations < max_iter and residual > tol:
        matrix *= _ratio(rows, matrix.sum(axis=1))[:, None]
        matrix *= _ratio(columns, matrix.sum(axis=0))[None, :]
        iterations += 1
        misses = (
            np.abs(matrix.sum(axis=1) - rows).max(initial=0.0),
            np.abs(matrix.sum(axis=0) - columns).max(initial=0.0),
        )
        residual = float(max(misses)) / largest
    return matrix, Certificate(iterations, residual, residual <= tol)


def scale_to_totals(
    seed: Floats, totals: Sequence[Total], tol: float = 1e-12, max_iter: int = 2_000
) -> tuple[Floats, Certificate]:
    """Scale a seed until all totals over overlapping sets of cells are met.

    Each total has one factor that multiplies its cells, so the result is the one of least relative entropy to
    the seed. The factor of a limit never rises above 1: a limit that does not bind leaves the cells alone.

    Parameters
    ----------
    seed
        Non-negative, shape (n_cells,).
    totals
        Met in turn, in the order given, until every one holds to ``tol`` of the largest.
    """
    values = np.array(seed, dtype=np.float64)
    factors = np.ones(len(totals))
    largest = max((total.amount for total in totals), default=0.0) or 1.0
    residual, iterations = np.inf, 0
    while iterations < max_iter and residual > tol:
        iterations += 1
        for place, total in enumerate(totals):
            held = values[total.cells].sum()
            step = total.amount / held if held > 0.0 else 1.0
            if total.sense == "most":
                step = min(1.0, factors[place] * step) / factors[place] if factors[place] > 0.0 else 1.0
            factors[place] *= step
            values[total.cells] *= step
        residual = max((miss(values, total) for total in totals), default=0.0) / largest
    return values, Certificate(iterations, residual, residual <= tol)


def miss(values: Floats, total: Total) -> float:
    """How far the cells are from their total; a limit is missed only by what lies above it."""
    held = float(values[total.cells].sum())
    return max(0.0, held - total.amount) if total.sense == "most" else abs(held - total.amount)


def _ratio(wanted: Floats, held: Floats) -> Floats:
    """Factor to each total; 1 where there is nothing to scale."""
    return np.divide(wanted, held, out=np.ones_like(wanted), where=held > 0.0)
