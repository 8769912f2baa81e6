"""Histories of gates: when each opens, shuts and opens again, in one future after the other.

A history is a step function of time in years from the start: entry ``k`` holds ``level`` from ``time[k]``
on, and the first entry stands at time 0. Levels: 0 shut, 1 degraded, 2 open. Gates come in an order in
which every gate stands after those that it needs, so that

    R(t) = min( min over requires of level(t), max over requires_any of level(t) )
    ready = first t with R(t) = 2
    T = ready + delay                               comes about, or never with probability p
    milestone   level(t) = 2 from T on, for good
    two_state   level(t) = min(own(t), R(t)); own is up at T and then shuts and opens at exponential times

A permission that is open or degraded at the start alternates from the start; a degraded one becomes fully
open at T. Closing may grow rarer with time without a closure: the hazard ``c 2^(-s/h)`` after ``s`` quiet
years has the integral ``c h / ln 2 (1 - 2^(-s/h))``, which is inverted for an exponential variate.

Of a gate whose start is in doubt each future is told whether it stands; where it does not, the gate is shut
at the start and comes about as any other.

Holding times come from a generator by counter: a number depends on the gate's key, the future and how many
were drawn before, and on nothing else, so that other gates, threads and the size of the sample change
nothing.
"""

import math

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.jit import inlined, kernel

# Columns of `numbers`, one row a gate.
(
    LOW_NEVER,
    HIGH_NEVER,
    LOW_CLOSE,
    HIGH_CLOSE,
    LOW_REOPEN,
    HIGH_REOPEN,
    QUIET,
    MEAN,
    LOW_LEFT,
    HIGH_LEFT,
    FIXED,
    LIMIT,
    SOONER,
) = range(13)
N_NUMBERS = 13

# Columns of `kinds`, one row a gate. LAW holds a row of `quantiles`, or one of the two negative numbers;
# START holds a level; DOUBT a row of `stands`, or SURE.
TWO_STATE, START, CLOSES_TO, FAST_AFTER, LAW, DOUBT = range(6)
N_KINDS = 6
SURE = -1
EXPONENTIAL, NO_DELAY = -1, -2

SHUT, DEGRADED, OPEN = 0, 1, 2
# Entries of a history at most, and room for one with the time that ends it.
CAPACITY = 1000
ROOM = CAPACITY + 1
# Futures that are worked on together, and cells in which instants are looked up.
TILE = 128
CELLS_A_YEAR = 4.0

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ODD = np.uint64(0xD1B54A32D192ED03)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_ONE = np.uint64(1)
_UNIT = 2.0**-53


@inlined
def begin_stream(key: np.uint64, future: int) -> np.uint64:
    """Where the numbers of a gate in a future begin."""
    x = key + (np.uint64(future) + _ONE) * _GOLDEN
    x = (x ^ (x >> _S30)) * _FIRST
    x = (x ^ (x >> _S27)) * _SECOND
    return x ^ (x >> _S31)


@inlined
def exponential(stream: np.uint64, count: int) -> float:
    """Number ``count`` of a stream: exponential with mean 1."""
    x = stream + (np.uint64(count) + _ONE) * _ODD
    x = (x ^ (x >> _S30)) * _FIRST
    x = (x ^ (x >> _S27)) * _SECOND
    x ^= x >> _S31
    return -math.log((float(x >> _S11) + 0.5) * _UNIT)


@inlined
def merge(times: NDArray[np.float64], levels: NDArray[np.int8], a: int, b: int, is_min: bool, at: int) -> int:
    """Write the lower (or higher) of the histories at ``a`` and ``b`` to ``at``; returns how many entries,
    -1 without room."""
    # Without branches that nobody can foretell: an entry is written always, and kept if the level is new.
    n, now, last = 0, 0.0, -1
    while now < math.inf:
        level = min(levels[a], levels[b]) if is_min else max(levels[a], levels[b])
        if n == CAPACITY:
            return -1
        times[at + n], levels[at + n] = now, level
        n += level != last
        last = level
        next_a, next_b = times[a + 1], times[b + 1]
        now = min(next_a, next_b)
        a += next_a == now
        b += next_b == now
    times[at + n] = math.inf
    return n


@inlined
def alternate(
    stream: np.uint64,
    start: int,
    opens: float,
    closes_to: int,
    close: float,
    reopen: float,
    quiet: float,
    horizon: float,
    times: NDArray[np.float64],
    levels: NDArray[np.int8],
    at: int,
) -> int:
    """Write the own history of a permission: how it stands at the start, when it fully opens, when it shuts.

    Returns how many entries it has, -1 if there is no room.
    """
    times[at], levels[at] = 0.0, start
    n = 1
    t = 0.0
    if start == SHUT:
        if opens > horizon:
            times[at + n] = math.inf
            return n
        t = opens
        if t == 0.0:
            levels[at] = OPEN
        else:
            times[at + 1], levels[at + 1] = t, OPEN
            n = 2
    is_up, is_full, count = True, start != DEGRADED, 0
    if start == DEGRADED and opens == 0.0:
        levels[at], is_full = OPEN, True
    while True:
        draw = exponential(stream, count)
        count += 1
        rate = close if is_up else reopen
        if rate <= 0.0:
            switch = math.inf
        elif is_up and quiet > 0.0:
            rest = 1.0 - draw * math.log(2.0) / (rate * quiet)
            switch = t - quiet * math.log2(rest) if rest > 0.0 else math.inf
        else:
            switch = t + draw / rate
        if n + 2 >= CAPACITY:
            return -1
        if not is_full and opens < switch:
            is_full = True
            if is_up and opens <= horizon:
                times[at + n], levels[at + n] = opens, OPEN
                n += 1
        if switch > horizon:
            times[at + n] = math.inf
            return n
        is_up = not is_up
        full = OPEN if is_full else start
        level = full if is_up else min(full, closes_to)
        if levels[at + n - 1] != level:
            times[at + n], levels[at + n] = switch, level
            n += 1
        t = switch


@inlined
def delay_of(law: int, chance: float, mean: float, quantiles: NDArray[np.float32]) -> float:
    """Delay that is reached with probability ``chance``, by the law of a gate."""
    if law == NO_DELAY:
        return 0.0
    if law == EXPONENTIAL:
        return -mean * math.log1p(-chance)
    place = chance * (quantiles.shape[1] - 1)
    cell = min(int(place), quantiles.shape[1] - 2)
    low = quantiles[law, cell]
    return float(low + (place - cell) * (quantiles[law, cell + 1] - low))


@inlined
def step(time: float, times: NDArray[np.float64], levels: NDArray[np.int8], at: int) -> int:
    """Write the history that is shut until ``time`` and open from then on; returns how many entries it
    has."""
    times[at], levels[at] = 0.0, SHUT
    if time == math.inf:
        times[at + 1] = math.inf
        return 1
    if time == 0.0:
        levels[at], times[at + 1] = OPEN, math.inf
        return 1
    times[at + 1], levels[at + 1] = time, OPEN
    times[at + 2] = math.inf
    return 2


@inlined
def first_open(times: NDArray[np.float64], levels: NDArray[np.int8], at: int) -> float:
    """When a history is open for the first time; inf if it never is."""
    while levels[at] != OPEN:
        at += 1
        if times[at] == math.inf:
            return math.inf
    return float(times[at])


@inlined
def requirement(
    gate: int,
    f: int,
    after: float,
    earliest: float,
    n_any_two: int,
    all_starts: NDArray[np.int64],
    all_gates: NDArray[np.int64],
    any_starts: NDArray[np.int64],
    any_gates: NDArray[np.int64],
    kinds: NDArray[np.int64],
    places: NDArray[np.int64],
    times: NDArray[np.float64],
    levels: NDArray[np.int8],
) -> tuple[int, float]:
    """Write R of a gate into one of the three spare places, or find it where the one permission that it needs
    has its history.

    ``after`` is when all its milestones have come, ``earliest`` when the first of requires_any has;
    ``n_any_two`` of these are permissions. Returns where R is (-1 without room) and when it is first open.
    """
    at, free = -1, 0
    if after > 0.0 or n_any_two > 0:
        step(after, times, levels, 0)
        at, free = 0, ROOM
        if after == math.inf:
            return at, after
    for k in range(all_starts[gate], all_starts[gate + 1]):
        need = all_gates[k]
        if kinds[need, TWO_STATE] == 0:
            continue
        if at < 0:
            at = places[need, f]
            continue
        if merge(times, levels, at, places[need, f], True, free) < 0:
            return -1, math.inf
        at, free = free, ROOM - free
    if n_any_two > 0:
        union, other = 2 * ROOM, free
        step(earliest, times, levels, union)
        for k in range(any_starts[gate], any_starts[gate + 1]):
            need = any_gates[k]
            if kinds[need, TWO_STATE] == 0:
                continue
            if merge(times, levels, union, places[need, f], False, other) < 0:
                return -1, math.inf
            union, other = other, union
        if merge(times, levels, at, union, True, other) < 0:
            return -1, math.inf
        at = other
    return at, first_open(times, levels, at)


@inlined
def comes_about(
    gate: int,
    ready: float,
    luck: float,
    belief: float,
    late: float,
    is_slow: int,
    numbers: NDArray[np.float64],
    kinds: NDArray[np.int64],
    quantiles: NDArray[np.float32],
) -> float:
    """Years to the day on which a gate that is not open comes about; inf if it never does.

    ``is_slow`` is 0 or 1 if the delay comes from the fast or slow half of its range, -1 for the whole.
    """
    never = numbers[gate, HIGH_NEVER] + belief * (numbers[gate, LOW_NEVER] - numbers[gate, HIGH_NEVER])
    is_in = luck >= never and ready < math.inf  # no branch: nobody can foretell where it would go
    chance = 1.0 - (luck - never) / (1.0 - never) if is_in else 0.5
    if is_slow >= 0:
        chance = 0.5 * chance + 0.5 * is_slow
    opens = ready + late * delay_of(kinds[gate, LAW], chance, numbers[gate, MEAN], quantiles)
    opens = opens if is_in else math.inf
    if not math.isnan(numbers[gate, FIXED]):
        opens = numbers[gate, FIXED]
    return float(max(0.0, min(opens, numbers[gate, LIMIT]) - numbers[gate, SOONER]))


@inlined
def count_before(time: float, instants: NDArray[np.float64], cells: NDArray[np.int64]) -> int:
    """How many instants lie before ``time``: those before its cell, and perhaps one within it."""
    count = cells[int(min(time, instants[instants.size - 2] + 1.0) * CELLS_A_YEAR)]
    return int(count + (instants[count] < time))


@inlined
def write_tally(bits: int, gate: int, tally: NDArray[np.int64]) -> None:
    """Count where runs of ones begin and end; bits behind the last instant are none."""
    change, is_fall = bits ^ (bits << 1), 0
    for y in range(tally.shape[1]):
        edge = change >> y & 1
        tally[gate, y] += edge - 2 * edge * is_fall
        is_fall ^= edge


@inlined
def read_bits(
    times: NDArray[np.float64],
    levels: NDArray[np.int8],
    at: int,
    n: int,
    instants: NDArray[np.float64],
    cells: NDArray[np.int64],
) -> tuple[int, int]:
    """One bit for each instant at which a history is open, and one for each at which it is degraded."""
    bits, degraded, begin = 0, 0, 1
    for k in range(at, at + n):
        end = 1 << count_before(times[k + 1], instants, cells)
        bits |= (end - begin) if levels[k] == OPEN else 0
        degraded |= (end - begin) if levels[k] == DEGRADED else 0
        begin = end
    return bits, degraded


@kernel
def simulate(
    first: int,
    luck: NDArray[np.float64],
    belief: NDArray[np.float64],
    mood: NDArray[np.float64],
    stretch: NDArray[np.float64],
    left: NDArray[np.float64],
    stands: NDArray[np.bool_],
    numbers: NDArray[np.float64],
    kinds: NDArray[np.int64],
    quantiles: NDArray[np.float32],
    keys: NDArray[np.uint64],
    all_starts: NDArray[np.int64],
    all_gates: NDArray[np.int64],
    any_starts: NDArray[np.int64],
    any_gates: NDArray[np.int64],
    instants: NDArray[np.float64],
    opening: NDArray[np.float32],
    open_bits: NDArray[np.uint32],
    degraded_bits: NDArray[np.uint32],
    open_tally: NDArray[np.int64],
    degraded_tally: NDArray[np.int64],
) -> int:
    """Simulate a block of futures.

    ``luck``, ``belief`` and ``mood`` of shape (gates, at least futures), in 0-1, high is favourable: when the
    gate comes, where in its range the probability of never lies, and where its rates do. ``stretch`` is how
    much longer than promised works take, less one; ``left`` in 0-1 where in its range the part of it lies
    that delays do not hold yet. ``stands`` of shape (doubts, at least futures): whether a start in doubt is
    as stated; else the gate is shut at the start. Requirements stand as lists: those of gate g are
    ``all_gates[all_starts[g]:all_starts[g + 1]]``. ``first`` is the number of the first future. ``instants``
    are a year apart or more.

    Filled, of shape (futures, gates): years to the first opening (inf if none, or for a permission none
    within the horizon), and one bit for each of ``instants`` at which the gate is open, or degraded. The
    tallies (gates, instants + 1) hold where such times begin and end. Returns the number of futures whose
    histories did not fit.
    """
    n_futures, n_gates = opening.shape
    n_instants, horizon = instants.size, instants[instants.size - 1]
    padded = np.full(n_instants + 1, np.inf)
    padded[:n_instants] = instants
    cells = np.zeros(int((horizon + 1.0) * CELLS_A_YEAR) + 1, np.int64)
    for c in range(cells.size):
        cells[c] = np.sum(instants < (c - 0.01) / CELLS_A_YEAR)
    # Histories stand one behind the other, each ended by a time that is inf, behind three spare places.
    pool = (3 + TILE * np.sum(kinds[:, TWO_STATE])) * ROOM
    times = np.empty(pool)
    levels = np.empty(pool, np.int8)
    places = np.zeros((n_gates, TILE), np.int64)
    comes = np.zeros((n_gates, TILE))
    is_bad = np.zeros(TILE, np.bool_)
    n_bad = 0
    # Gate by gate for a few futures at a time: the same way through the code, in memory that stays near.
    for tile in range(0, n_futures, TILE):
        n_here = min(TILE, n_futures - tile)
        used = 3 * ROOM
        is_bad[:] = False
        for g in range(n_gates):
            stated, doubt, is_two = kinds[g, START], kinds[g, DOUBT], kinds[g, TWO_STATE] == 1
            if stated == OPEN and doubt == SURE and not is_two:
                for f in range(n_here):
                    comes[g, f] = opening[tile + f, g] = 0.0
                    open_bits[tile + f, g] = (1 << n_instants) - 1
                    degraded_bits[tile + f, g] = 0
                open_tally[g, 0] += n_here
                open_tally[g, n_instants] -= n_here
                continue
            n_two, n_any_two = 0, 0
            for k in range(all_starts[g], all_starts[g + 1]):
                n_two += kinds[all_gates[k], TWO_STATE]
            for k in range(any_starts[g], any_starts[g + 1]):
                n_any_two += kinds[any_gates[k], TWO_STATE]
            has_any = any_starts[g + 1] > any_starts[g]
            is_free = math.isnan(numbers[g, FIXED]) and numbers[g, LIMIT] > horizon
            is_lazy = is_free and numbers[g, SOONER] <= 0.0 and is_two
            after = kinds[g, FAST_AFTER]
            for f in range(n_here):
                start = stated
                if doubt != SURE and not stands[doubt, tile + f]:
                    start = SHUT
                # Milestones never shut again: their latest (of all) or earliest (of any) day is enough.
                ready, earliest, least = 0.0, math.inf, 0.0
                for k in range(all_starts[g], all_starts[g + 1]):
                    need = all_gates[k]
                    least = max(least, comes[need, f])
                    if kinds[need, TWO_STATE] == 0:
                        ready = max(ready, comes[need, f])
                for k in range(any_starts[g], any_starts[g + 1]):
                    if kinds[any_gates[k], TWO_STATE] == 0:
                        earliest = min(earliest, comes[any_gates[k], f])
                if has_any and n_any_two == 0:
                    ready = max(ready, earliest)
                needed = -1
                is_late = is_lazy and start == SHUT and max(least, ready) > horizon
                if n_two + n_any_two > 0 and (is_late or (start == OPEN and not is_two)):
                    # Nobody asks when R is open after the horizon, or for a milestone that is there.
                    ready = math.inf
                elif n_two + n_any_two > 0:
                    needed, ready = requirement(
                        g,
                        f,
                        ready,
                        earliest,
                        n_any_two,
                        all_starts,
                        all_gates,
                        any_starts,
                        any_gates,
                        kinds,
                        places,
                        times,
                        levels,
                    )
                    is_bad[f] |= needed < 0
                opens = 0.0
                if start != OPEN:
                    is_slow = -1
                    if after >= 0:
                        is_slow = 0 if comes[after, f] <= ready else 1
                    span = numbers[g, HIGH_LEFT] - numbers[g, LOW_LEFT]
                    late = 1.0 + (numbers[g, LOW_LEFT] + left[tile + f] * span) * stretch[tile + f]
                    opens = comes_about(
                        g,
                        ready,
                        luck[g, tile + f],
                        belief[g, tile + f],
                        late,
                        is_slow,
                        numbers,
                        kinds,
                        quantiles,
                    )
                if not is_two:
                    comes[g, f] = opening[tile + f, g] = opens
                    y = count_before(opens, padded, cells)
                    open_tally[g, y] += 1
                    open_tally[g, n_instants] -= 1
                    open_bits[tile + f, g] = (1 << n_instants) - (1 << y)
                    degraded_bits[tile + f, g] = 0
                    continue
                places[g, f] = used
                if start == SHUT and opens > horizon:
                    used += 1 + step(math.inf, times, levels, used)
                    comes[g, f] = opening[tile + f, g] = math.inf
                    open_bits[tile + f, g] = degraded_bits[tile + f, g] = 0
                    continue
                # Where R is open before the permission is first up, its own history is all there is.
                is_alone = needed < 0 and ready <= (opens if start == SHUT else 0.0)
                if needed < 0 and not is_alone:
                    needed = 0
                    step(ready, times, levels, needed)
                own = used if is_alone else (ROOM if needed == 0 else 0)
                good = mood[g, tile + f]
                n = alternate(
                    begin_stream(keys[g], first + tile + f),
                    start,
                    opens,
                    kinds[g, CLOSES_TO],
                    numbers[g, HIGH_CLOSE] + good * (numbers[g, LOW_CLOSE] - numbers[g, HIGH_CLOSE]),
                    numbers[g, LOW_REOPEN] + good * (numbers[g, HIGH_REOPEN] - numbers[g, LOW_REOPEN]),
                    numbers[g, QUIET],
                    horizon,
                    times,
                    levels,
                    own,
                )
                if n > 0 and not is_alone:
                    n = merge(times, levels, own, needed, True, used)
                if n < 0:
                    is_bad[f] = True
                    n = step(math.inf, times, levels, used)
                if start != DEGRADED and kinds[g, CLOSES_TO] != DEGRADED:
                    for k in range(used, used + n):
                        levels[k] = SHUT if levels[k] == DEGRADED else levels[k]
                bits, degraded = read_bits(times, levels, used, n, padded, cells)
                open_bits[tile + f, g], degraded_bits[tile + f, g] = bits, degraded
                write_tally(bits, g, open_tally)
                if degraded:
                    write_tally(degraded, g, degraded_tally)
                comes[g, f] = opening[tile + f, g] = first_open(times, levels, used)
                used += n + 1
        n_bad += int(is_bad.sum())
    return n_bad
