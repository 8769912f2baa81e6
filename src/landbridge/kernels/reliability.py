"""Door-to-door times by simulation: one number for each arc and draw, shared by all routes that take it.

A row is an arc. Its time in draw d is

    exp(mu + sigma z) + wait u + queue e + storm

with z normal, u uniform, e exponential; z is sqrt(rho) times the draw of its place and sqrt(1 - rho) its own.
The storm of a narrow meets a consignment with probability p = E[L] / (1 - load) / (E[U] + E[L]) and holds it
for u L, where L is drawn by length (log-normal: mu + sigma^2 in place of mu): a fluid queue that closes for
L and clears its backlog at its capacity, seen by a random arrival.
Numbers come from counters (splitmix64: Steele, Lea and Flood 2014), so that a row is the same whatever else
is drawn; the inverse of the normal distribution is Wichura's (1988, AS 241, PPND7).
"""

import numpy as np

from landbridge.kernels.jit import inlined, kernel


@inlined
def mix(x):  # type: ignore[no-untyped-def]
    """Splitmix64 of a counter."""
    z = x + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@inlined
def to_unit(x):  # type: ignore[no-untyped-def]
    """A number between 0 and 1, both left out, from the upper 52 bits."""
    return (np.float64(x >> np.uint64(12)) + 0.5) * 2.220446049250313e-16


@inlined
def to_normal(p):  # type: ignore[no-untyped-def]
    """Standard normal quantile to about seven digits."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
            / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0)
        )
    r = np.sqrt(-np.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        x = (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777) / (
            (0.12021132975 * r + 0.73700164250) * r + 1.0
        )
    else:
        r -= 5.0
        x = (((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150) / (
            (0.012258202635 * r + 0.24197894225) * r + 1.0
        )
    return -x if q < 0.0 else x


@kernel
def draw_rows(  # type: ignore[no-untyped-def]
    seed, first, key, place, rho, mu, sigma, wait, queue, storm, storm_p, storm_mu, storm_sigma, out
):
    """Fill ``out`` (n_rows, n_draws) with hours; ``first`` is the number of the first draw.

    ``key`` and ``place`` name a row's own numbers and those of its place; ``mu`` is -inf for a row without
    time of its own. ``storm`` is a row of ``storm_p`` (n_storms, n_seasons), -1 for none; all other arrays
    are by row. A draw falls into one season, all alike likely.
    """
    n_seasons = storm_p.shape[1]
    half, whole = np.sqrt(rho), np.sqrt(1.0 - rho)
    for i in range(out.shape[0]):
        own = mix(np.uint64(seed) ^ mix(np.uint64(key[i])))
        near = mix(np.uint64(seed + 1) ^ mix(np.uint64(place[i])))
        for d in range(out.shape[1]):
            n = np.uint64(4 * (first + d))
            total = 0.0
            if mu[i] > -np.inf:
                z = 0.0
                if sigma[i] > 0.0:
                    z = to_normal(to_unit(mix(own + n)))
                    if rho > 0.0 and place[i] >= 0:
                        z = half * to_normal(to_unit(mix(near + n))) + whole * z
                total = np.exp(mu[i] + sigma[i] * z)
            if wait[i] > 0.0:
                total += wait[i] * to_unit(mix(own + n + np.uint64(1)))
            if queue[i] > 0.0:
                total -= queue[i] * np.log(to_unit(mix(own + n + np.uint64(2))))
            out[i, d] = total
        s = storm[i]
        if s >= 0:
            sky = mix(np.uint64(seed + 2) ^ mix(np.uint64(s)))
            season_of = mix(np.uint64(seed + 3))
            for d in range(out.shape[1]):
                n = np.uint64(4 * (first + d))
                season = int(to_unit(mix(season_of + n)) * n_seasons)
                if to_unit(mix(sky + n)) < storm_p[s, season]:
                    z = to_normal(to_unit(mix(sky + n + np.uint64(1))))
                    hold = np.exp(storm_mu[s] + storm_sigma[s] * storm_sigma[s] + storm_sigma[s] * z)
                    out[i, d] += hold * to_unit(mix(sky + n + np.uint64(2)))


@kernel
def add_rows(start, rows, drawn, out):  # type: ignore[no-untyped-def]
    """``out[r, d]``: sum over the rows of route r of ``drawn[row, d]``."""
    for r in range(out.shape[0]):
        for d in range(out.shape[1]):
            out[r, d] = 0.0
        for k in range(start[r], start[r + 1]):
            i = rows[k]
            for d in range(out.shape[1]):
                out[r, d] += drawn[i, d]
