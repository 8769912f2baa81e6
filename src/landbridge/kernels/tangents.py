"""Newton steps for ``v - B law(v) = z``, where B is held and the laws bend: small dense algebra in plain
loops, the same bits wherever it runs, and no threads.

Matrices are stored by columns (transposed), so that loops run along memory.
"""

import numpy as np

from landbridge.kernels.jit import kernel
from landbridge.kernels.laws import find_delay, find_price

CHANGED = 0.02
"""A column of the derivative that changed by more than this counts in full; the others as they were."""
MOST_CHANGED = 48
MOST_LOOKS = 6
"""Looks at the laws on the way to one point."""


@kernel
def multiply_columns(columns, vector, out):  # type: ignore[no-untyped-def]
    """Add ``sum over j of vector[j] * columns[j, :]`` to ``out``."""
    n, m = columns.shape
    for j in range(n):
        x = vector[j]
        if x != 0.0:
            for i in range(m):
                out[i] += x * columns[j, i]


@kernel
def multiply_matrices(left, right, out):  # type: ignore[no-untyped-def]
    """The product of two matrices stored by columns, stored by columns: ``out[j] = left * right[j]``."""
    out[:, :] = 0.0
    for j in range(right.shape[0]):
        multiply_columns(left, right[j], out[j])


@kernel
def _solve_in_place(matrix, x, n):  # type: ignore[no-untyped-def]
    """Gauss with partial pivoting on the first ``n`` rows; False for a matrix without an inverse."""
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        if matrix[pivot, k] == 0.0 or not np.isfinite(matrix[pivot, k]):
            return False
        if pivot != k:
            for j in range(k, n):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
            x[k], x[pivot] = x[pivot], x[k]
        for i in range(k + 1, n):
            factor = matrix[i, k] / matrix[k, k]
            if factor != 0.0:
                for j in range(k + 1, n):
                    matrix[i, j] -= factor * matrix[k, j]
                x[i] -= factor * x[k]
    for k in range(n - 1, -1, -1):
        for j in range(k + 1, n):
            x[k] -= matrix[k, j] * x[j]
        x[k] /= matrix[k, k]
    return True


@kernel
def find_step(  # type: ignore[no-untyped-def]
    inverse, own_delay, own_price, reach_delay, reach_price, delay_change, price_change, left, step
):
    """Write the Newton step that takes off ``left`` (n).

    ``inverse`` is that of the derivative I - B diag(slope) with the slopes of the tangent, ``own_delay`` and
    ``own_price`` the inverse times B (n, n); ``delay_change`` and ``price_change`` (n) what slopes are more
    here. ``reach_delay`` and ``reach_price`` (n) are the sums of the columns of B without their signs.
    """
    n = left.shape[0]
    step[:] = 0.0
    multiply_columns(inverse, left, step)
    chosen, size = np.empty(n, np.int64), np.empty(n)
    count, bar = 0, CHANGED
    for k in range(n):
        size[k] = abs(delay_change[k]) * reach_delay[k] + abs(price_change[k]) * reach_price[k]
        count += 1 if size[k] > bar else 0
    while count > MOST_CHANGED:
        bar *= 2.0
        count = 0
        for k in range(n):
            count += 1 if size[k] > bar else 0
    if count == 0:
        return
    m = 0
    for k in range(n):
        if size[k] > bar:
            chosen[m] = k
            m += 1
    matrix, x = np.empty((m, m)), np.empty(m)
    for b in range(m):
        k = chosen[b]
        x[b] = step[k]
        for a in range(m):
            i = chosen[a]
            change = own_delay[k, i] * delay_change[k] + own_price[k, i] * price_change[k]
            matrix[a, b] = (1.0 if a == b else 0.0) - change
    if not _solve_in_place(matrix, x, m):
        return
    for b in range(m):
        k = chosen[b]
        by_delay, by_price = delay_change[k] * x[b], price_change[k] * x[b]
        for i in range(n):
            step[i] += own_delay[k, i] * by_delay + own_price[k, i] * by_price


@kernel
def follow(  # type: ignore[no-untyped-def]
    facilities, delay_slope_then, price_slope_then, by_delay, by_price, inverse, own_delay, own_price,
    reach_delay, reach_price, lane, capacity, law, is_queue, full, start, slope_usd_t, corner,
    goal, share, point,
):  # fmt: skip
    """Move ``point`` (n_facilities) to where ``point - B law(point) = goal`` at ``facilities``, up to
    ``share`` of what is missing at first.

    Slopes ``then`` (n) are those of the tangent, matrices and reaches as in :func:`find_step`. The laws are
    those of a lane, as in :mod:`landbridge.kernels.laws`: ``capacity``, ``is_queue``, ``full`` and ``start``
    (n_facilities, 8), ``law`` (n_facilities, 8, 3).
    """
    n = facilities.shape[0]
    delay, price = np.empty(n), np.empty(n)
    delay_slope, price_slope = np.empty(n), np.empty(n)
    base, step, left = np.empty(n), np.empty(n), np.empty(n)
    best, first, length = np.inf, 0.0, 1.0
    for look in range(MOST_LOOKS):
        for i in range(n):
            f = facilities[i]
            scale, alpha, beta = law[f, lane, 0], law[f, lane, 1], law[f, lane, 2]
            x, room = point[f], capacity[f, lane]
            delay[i], delay_slope[i] = find_delay(
                x, room, scale, alpha, beta, is_queue[f, lane], full[f, lane]
            )
            price[i], price_slope[i] = find_price(x, room, slope_usd_t, start[f, lane], corner)
        rest = np.zeros(n)
        multiply_columns(by_delay, delay, rest)
        multiply_columns(by_price, price, rest)
        size = 0.0
        for i in range(n):
            rest[i] = point[facilities[i]] - goal[facilities[i]] - rest[i]
            size += abs(rest[i])
        if look == 0:
            first = size
        if size < (1.0 - 0.1 * length) * best:
            best, length = size, 1.0
            for i in range(n):
                base[i], left[i] = point[facilities[i]], rest[i]
            if best <= share * first:
                return
            find_step(
                inverse, own_delay, own_price, reach_delay, reach_price, delay_slope - delay_slope_then,
                price_slope - price_slope_then, left, step,
            )  # fmt: skip
        else:
            length *= 0.5
        for i in range(n):
            point[facilities[i]] = max(base[i] - length * step[i], 0.0)
    for i in range(n):
        point[facilities[i]] = base[i]
