"""One step of Anderson's mixing (Anderson 1965; Walker and Ni 2011): the last steps show how the gap
answers, and the next one closes as much of it as they can explain.
"""

import numpy as np

from landbridge.kernels.jit import kernel

NEW = 1e-6
"""A former step whose answer lies within this share of what later ones span teaches nothing."""


@kernel
def mix(steps, answers, n, last, gap, step):  # type: ignore[no-untyped-def]
    """Write the step from a point with the (preconditioned) gap ``gap`` (n_unknowns).

    ``steps`` and ``answers`` (n_kept, n_unknowns) are former steps and what they changed in the gap, a ring
    of which ``n`` are filled and ``last`` is the newest. The gap less its least-squares fit by the answers is
    taken as it is, the fit is undone by the steps. The newest are fitted first (modified Gram-Schmidt).
    """
    kept, size = steps.shape
    basis, moves, found = np.empty((n, size)), np.empty((n, size)), np.empty(n)
    for i in range(size):
        step[i] = gap[i]
    rank = 0
    for m in range(n):
        row = (last - m) % kept
        before = 0.0
        for i in range(size):
            basis[rank, i] = answers[row, i]
            moves[rank, i] = steps[row, i]
            before += answers[row, i] * answers[row, i]
        for q in range(rank):
            product = 0.0
            for i in range(size):
                product += basis[q, i] * basis[rank, i]
            for i in range(size):
                basis[rank, i] -= product * basis[q, i]
                moves[rank, i] -= product * moves[q, i]
        after = 0.0
        for i in range(size):
            after += basis[rank, i] * basis[rank, i]
        if after > NEW * NEW * before and after > 0.0:
            scale = 1.0 / np.sqrt(after)
            product = 0.0
            for i in range(size):
                basis[rank, i] *= scale
                moves[rank, i] *= scale
                product += basis[rank, i] * step[i]
            for i in range(size):
                step[i] -= product * basis[rank, i]
            found[rank] = product
            rank += 1
    # What is left of the gap is taken whole; what the answers explain is undone by their steps.
    for q in range(rank):
        for i in range(size):
            step[i] -= found[q] * moves[q, i]
