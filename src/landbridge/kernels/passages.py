"""Which elements (states, ports, straits, crossings) each route passes, each once however often it is met."""

import numpy as np

from landbridge.kernels.jit import kernel


@kernel
def list_passed(  # type: ignore[no-untyped-def]
    start, arcs, first, elements, origin, destination, spared, out_start, out
):
    """Fill ``out_start`` (n_routes + 1) and ``out`` with the elements that each route passes; gives how many.

    Arc a stands for ``elements[first[a]:first[a + 1]]``. An element e with ``spared[e, z]`` does not count
    for a route that begins or ends in zone z. With an ``out`` of length 0 only ``out_start`` is filled, which
    tells how much room is needed.
    """
    stamp = np.full(spared.shape[0], -1, np.int64)
    room = out.shape[0]
    used = 0
    out_start[0] = 0
    for r in range(start.shape[0] - 1):
        o, d = origin[r], destination[r]
        for k in range(start[r], start[r + 1]):
            arc = arcs[k]
            for i in range(first[arc], first[arc + 1]):
                e = elements[i]
                if stamp[e] == r or spared[e, o] or spared[e, d]:
                    continue
                stamp[e] = r
                if used < room:
                    out[used] = e
                used += 1
        out_start[r + 1] = used
    return used
