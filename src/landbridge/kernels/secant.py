"""A dense inverse that learns from each step (Broyden 1965), in plain loops: no algebra library, no
threads.
"""

from landbridge.kernels.jit import kernel


@kernel
def multiply(inverse, vector, out):  # type: ignore[no-untyped-def]
    """``out = inverse @ vector``."""
    n = inverse.shape[0]
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += inverse[i, j] * vector[j]
        out[i] = total


@kernel
def learn(inverse, step, change, room):  # type: ignore[no-untyped-def]
    """Make ``inverse @ change = step`` by the least change of the matrix that it inverts; ``room`` (2, n).

    Nothing is learnt where the update would divide by next to nothing.
    """
    n = inverse.shape[0]
    for j in range(n):
        room[1, j] = 0.0
    for i in range(n):
        total = 0.0
        s = step[i]
        for j in range(n):
            total += inverse[i, j] * change[j]
            room[1, j] += s * inverse[i, j]
        room[0, i] = total
    scale, size = 0.0, 0.0
    for i in range(n):
        scale += step[i] * room[0, i]
        size += step[i] * step[i]
    if abs(scale) <= 1e-8 * size:
        return
    for i in range(n):
        u = (step[i] - room[0, i]) / scale
        if u != 0.0:
            for j in range(n):
                inverse[i, j] += u * room[1, j]
