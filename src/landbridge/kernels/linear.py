"""Inverse of a small dense matrix in plain loops: the same bits wherever it runs, and no threads."""

import numpy as np

from landbridge.kernels.jit import kernel


@kernel
def invert(matrix, inverse):  # type: ignore[no-untyped-def]
    """Write the inverse of ``matrix`` (n, n), which is destroyed; Gauss-Jordan with partial pivoting.

    Gives False for a matrix that has no inverse.
    """
    n = matrix.shape[0]
    inverse[:, :] = 0.0
    for i in range(n):
        inverse[i, i] = 1.0
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        if matrix[pivot, k] == 0.0 or not np.isfinite(matrix[pivot, k]):
            return False
        if pivot != k:
            for j in range(n):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
                inverse[k, j], inverse[pivot, j] = inverse[pivot, j], inverse[k, j]
        scale = 1.0 / matrix[k, k]
        for j in range(n):
            matrix[k, j] *= scale
            inverse[k, j] *= scale
        for i in range(n):
            factor = matrix[i, k]
            if i != k and factor != 0.0:
                for j in range(n):
                    matrix[i, j] -= factor * matrix[k, j]
                    inverse[i, j] -= factor * inverse[k, j]
    return True
