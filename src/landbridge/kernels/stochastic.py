"""Path-size logit on explicit paths: loading, and the change of the loading with link costs.

For the paths p of a pair with demand d, cost c_p and size s_p

    P_p = s_p^beta exp(-theta c_p) / sum of the same over the pair,   S = -(1/theta) ln sum,   h_p = d(S) P_p

With elastic demand d(S) = whole exp(-gamma S) or max(0, whole - gamma S).  A small change z of link costs
changes link flows by -M z, with for each pair

    M = theta d D (diag(P) - P P') D' - d'(S) D P P' D',   D the links by paths,

which is symmetric and never negative.
"""

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

FIXED, LINEAR, EXPONENTIAL, POWER = range(4)


@kernel
def size_paths(
    path_first: Longs,
    path_links: Ints,
    newest: Ints,
    older: Ints,
    lengths: Floats,
    pair_class: Ints,
    size: Floats,
) -> None:
    """Path sizes (Ben-Akiva and Bierlaire 1999): ``size_p = sum over links of (l_a / L_p) / (paths of the
    pair with a)``.

    ``lengths`` has shape (n_classes, n_links); a path of no length is as large as the share of its pair, 1 /
    paths.
    """
    uses = np.zeros(lengths.shape[1], np.int32)
    for p in range(len(newest)):
        length = lengths[pair_class[p]]
        number = 0
        q = newest[p]
        while q >= 0:
            number += 1
            for i in range(path_first[q], path_first[q + 1]):
                uses[path_links[i]] += 1
            q = older[q]
        q = newest[p]
        while q >= 0:
            whole = 0.0
            part = 0.0
            for i in range(path_first[q], path_first[q + 1]):
                e = path_links[i]
                whole += length[e]
                part += length[e] / uses[e]
            size[q] = part / whole if whole > 0.0 else 1.0 / number
            q = older[q]
        q = newest[p]
        while q >= 0:
            for i in range(path_first[q], path_first[q + 1]):
                uses[path_links[i]] = 0
            q = older[q]


@kernel
def choose_paths(
    path_first: Longs,
    path_links: Ints,
    newest: Ints,
    older: Ints,
    costs: Floats,
    pair_class: Ints,
    theta: Floats,
    utility: Floats,
    demand: Floats,
    form: int,
    gamma: Floats,
    share: Floats,
    flow: Floats,
    surplus: Floats,
    served: Floats,
    load: Floats,
) -> None:
    """Load all pairs by logit at the costs given.

    Parameters
    ----------
    costs
        Shape (n_classes, n_links).
    theta
        Shape (n_classes,): scale per unit of cost.
    utility
        Shape (n_paths,): beta ln size.
    demand, form, gamma
        Shape (n_pairs,): demand, or demand at no cost where it is elastic; form of the demand function; its
        slope.
    share, flow
        Shape (n_paths,), written.
    surplus, served
        Shape (n_pairs,), written: S and d(S).
    load
        Shape (n_classes, n_links), added to.
    """
    for p in range(len(newest)):
        k = pair_class[p]
        best = -np.inf
        q = newest[p]
        while q >= 0:
            total = 0.0
            for i in range(path_first[q], path_first[q + 1]):
                total += costs[k, path_links[i]]
            share[q] = utility[q] - theta[k] * total
            best = max(best, share[q])
            q = older[q]
        whole = 0.0
        q = newest[p]
        while q >= 0:
            share[q] = np.exp(share[q] - best)
            whole += share[q]
            q = older[q]
        s = -(best + np.log(whole)) / theta[k]
        d = demand[p]
        if form == 1:
            d = max(0.0, d - gamma[p] * s)
        elif form == 2:
            d = d * np.exp(-gamma[p] * s)
        elif form == 3:
            d = d * s ** -gamma[p] if s > 0.0 else 0.0
        surplus[p] = s
        served[p] = d
        q = newest[p]
        while q >= 0:
            share[q] /= whole
            flow[q] = d * share[q]
            for i in range(path_first[q], path_first[q + 1]):
                load[k, path_links[i]] += flow[q]
            q = older[q]


@kernel
def turn_costs(
    path_first: Longs,
    path_links: Ints,
    newest: Ints,
    older: Ints,
    pair_class: Ints,
    theta: Floats,
    share: Floats,
    served: Floats,
    surplus: Floats,
    form: int,
    gamma: Floats,
    change: Floats,
    out: Floats,
) -> None:
    """Set ``out`` to M times ``change`` (n_links,): how much flow falls when costs rise by ``change``."""
    for e in range(len(out)):
        out[e] = 0.0
    for p in range(len(newest)):
        if served[p] <= 0.0:
            continue
        k = pair_class[p]
        mean = 0.0
        q = newest[p]
        while q >= 0:
            total = 0.0
            for i in range(path_first[q], path_first[q + 1]):
                total += change[path_links[i]]
            mean += share[q] * total
            q = older[q]
        fall = 0.0
        if form == 1:
            fall = gamma[p]
        elif form == 2:
            fall = gamma[p] * served[p]
        elif form == 3:
            fall = gamma[p] * served[p] / surplus[p]
        q = newest[p]
        while q >= 0:
            total = 0.0
            for i in range(path_first[q], path_first[q + 1]):
                total += change[path_links[i]]
            part = share[q] * (theta[k] * served[p] * (total - mean) + fall * mean)
            for i in range(path_first[q], path_first[q + 1]):
                out[path_links[i]] += part
            q = older[q]
