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
# START holds a level; DOUBT a column of `stands`, or SURE.
TWO_STATE, START, CLOSES_TO, FAST_AFTER, LAW, DOUBT = range(6)
N_KINDS = 6
SURE = -1
EXPONENTIAL, NO_DELAY = -1, -2

SHUT, DEGRADED, OPEN = 0, 1, 2
# Entries of a history; no power of two, so that the rows of an array do not share places in the cache.
CAPACITY = 1000

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
def merge(
    times: NDArray[np.float64],
    levels: NDArray[np.int8],
    row_a: int,
    n_a: int,
    row_b: int,
    n_b: int,
    is_min: bool,
    row: int,
) -> int:
    """Write the lower (or higher) of two histories into ``row``; returns how many entries, -1 without
    room."""
    i, j, n = 0, 0, 0
    now = 0.0
    while True:
        a, b = levels[row_a, i], levels[row_b, j]
        level = min(a, b) if is_min else max(a, b)
        if n == 0 or levels[row, n - 1] != level:
            if n == times.shape[1]:
                return -1
            times[row, n], levels[row, n] = now, level
            n += 1
        next_a = times[row_a, i + 1] if i + 1 < n_a else math.inf
        next_b = times[row_b, j + 1] if j + 1 < n_b else math.inf
        now = min(next_a, next_b)
        if now == math.inf:
            return n
        if next_a == now:
            i += 1
        if next_b == now:
            j += 1


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
    row: int,
) -> int:
    """Write the own history of a permission: how it stands at the start, when it fully opens, when it shuts.

    Returns how many entries it has, -1 if there is no room.
    """
    times[row, 0], levels[row, 0] = 0.0, start
    n = 1
    t = 0.0
    if start == SHUT:
        if opens > horizon:
            return n
        t = opens
        if t == 0.0:
            levels[row, 0] = OPEN
        else:
            times[row, 1], levels[row, 1] = t, OPEN
            n = 2
    is_up, is_full, count = True, start != DEGRADED, 0
    if start == DEGRADED and opens == 0.0:
        levels[row, 0], is_full = OPEN, True
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
        if n + 2 >= times.shape[1]:
            return -1
        if not is_full and opens < switch:
            is_full = True
            if is_up and opens <= horizon:
                times[row, n], levels[row, n] = opens, OPEN
                n += 1
        if switch > horizon:
            return n
        is_up = not is_up
        full = OPEN if is_full else start
        level = full if is_up else min(full, closes_to)
        if levels[row, n - 1] != level:
            times[row, n], levels[row, n] = switch, level
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
def step(time: float, times: NDArray[np.float64], levels: NDArray[np.int8], row: int) -> int:
    """Write the history that is shut until ``time`` and open from then on; returns how many entries it
    has."""
    times[row, 0], levels[row, 0] = 0.0, OPEN
    if time == 0.0:
        return 1
    levels[row, 0] = SHUT
    if time == math.inf:
        return 1
    times[row, 1], levels[row, 1] = time, OPEN
    return 2


@inlined
def first_open(times: NDArray[np.float64], levels: NDArray[np.int8], row: int, n: int) -> float:
    """When a history is open for the first time; inf if it never is."""
    for k in range(n):
        if levels[row, k] == OPEN:
            return float(times[row, k])
    return math.inf


@inlined
def requirement(
    gate: int,
    after: float,
    earliest: float,
    n_any_two: int,
    all_starts: NDArray[np.int64],
    all_gates: NDArray[np.int64],
    any_starts: NDArray[np.int64],
    any_gates: NDArray[np.int64],
    kinds: NDArray[np.int64],
    comes: NDArray[np.float64],
    times: NDArray[np.float64],
    levels: NDArray[np.int8],
    counts: NDArray[np.int64],
) -> tuple[int, int, float]:
    """Write R of a gate into one of the three spare rows behind those of the gates.

    ``after`` is when all its milestones have come, ``earliest`` when the first of requires_any has;
    ``n_any_two`` of these are permissions. Returns the row, how many entries (-1 without room) and when R is
    first open.
    """
    row = comes.size
    other = row + 1
    n = step(after, times, levels, row)
    if after == math.inf:
        return row, n, after
    for k in range(all_starts[gate], all_starts[gate + 1]):
        need = all_gates[k]
        if kinds[need, TWO_STATE] == 1 and n > 0:
            n = merge(times, levels, row, n, need, counts[need], True, other)
            row, other = other, row
    if n_any_two == 0 or n < 0:
        return row, n, first_open(times, levels, row, n)
    union, free = comes.size + 2, other
    n_any = step(earliest, times, levels, union)
    for k in range(any_starts[gate], any_starts[gate + 1]):
        need = any_gates[k]
        if kinds[need, TWO_STATE] == 1 and n_any > 0:
            n_any = merge(times, levels, union, n_any, need, counts[need], False, free)
            union, free = free, union
    if n_any < 0:
        return row, n_any, math.inf
    n = merge(times, levels, row, n, union, n_any, True, free)
    return free, n, first_open(times, levels, free, n)


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
    opens = math.inf
    if luck >= never and ready < math.inf:
        chance = 1.0 - (luck - never) / (1.0 - never)
        if is_slow >= 0:
            chance = 0.5 * chance + 0.5 * is_slow
        opens = ready + late * delay_of(kinds[gate, LAW], chance, numbers[gate, MEAN], quantiles)
    if not math.isnan(numbers[gate, FIXED]):
        opens = numbers[gate, FIXED]
    return float(max(0.0, min(opens, numbers[gate, LIMIT]) - numbers[gate, SOONER]))


@inlined
def count_before(time: float, instants: NDArray[np.float64]) -> int:
    """How many instants lie before ``time``; counts all of them, which is faster than to stop."""
    count = 0
    for y in range(instants.size):
        count += instants[y] < time
    return count


@inlined
def write_bits(
    times: NDArray[np.float64],
    levels: NDArray[np.int8],
    gate: int,
    n: int,
    level: int,
    instants: NDArray[np.float64],
    tally: NDArray[np.int64],
) -> np.uint32:
    """One bit for each instant at which a history stands at ``level``.

    ``tally`` of shape (gates, instants + 1) gets a rise where such a time begins and a fall where it ends;
    its running sum counts futures.
    """
    bits = 0
    for k in range(n):
        if levels[gate, k] != level:
            continue
        begin = count_before(times[gate, k], instants)
        if k + 1 == n:
            y = instants.size
        else:
            y = count_before(times[gate, k + 1], instants)
        if y > begin:
            bits |= (1 << y) - (1 << begin)
            tally[gate, begin] += 1
            tally[gate, y] -= 1
        if y == instants.size:
            break
    return np.uint32(bits)


@inlined
def write_bits_after(
    gate: int, time: float, instants: NDArray[np.float64], tally: NDArray[np.int64]
) -> np.uint32:
    """One bit for each instant at or after ``time``; the tally as in :func:`write_bits`."""
    y = count_before(time, instants)
    tally[gate, y] += 1
    tally[gate, instants.size] -= 1
    return np.uint32((1 << instants.size) - (1 << y))


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

    ``luck``, ``belief`` and ``mood`` of shape (futures, gates), in 0-1, high is favourable: when the gate
    comes, where in its range the probability of never lies, and where its rates do. ``stretch`` (futures) is
    how much longer than promised works take, less one; ``left`` in 0-1 where in its range the part of it lies
    that delays do not hold yet. ``stands`` of shape (futures, doubts): whether a start in doubt is as stated;
    else the gate is shut at the start. Requirements stand as lists: those of gate g are
    ``all_gates[all_starts[g]:all_starts[g + 1]]``. ``first`` is the number of the first future.

    Filled, of shape (futures, gates): years to the first opening (inf if none, or for a permission none
    within the horizon), and one bit for each of ``instants`` at which the gate is open, or degraded. The
    tallies (gates, instants + 1) hold where such times begin and end. Returns the number of futures whose
    histories did not fit.
    """
    n_futures, n_gates = luck.shape
    horizon = instants[instants.size - 1]
    times = np.zeros((n_gates + 3, CAPACITY))  # three spare rows behind those of the gates
    levels = np.zeros((n_gates + 3, CAPACITY), np.int8)
    counts = np.zeros(n_gates, np.int64)
    comes = np.zeros(n_gates)
    bad = 0
    for f in range(n_futures):
        for g in range(n_gates):
            start = kinds[g, START]
            if kinds[g, DOUBT] >= 0 and not stands[f, kinds[g, DOUBT]]:
                start = SHUT
            if start == OPEN and kinds[g, TWO_STATE] == 0:
                comes[g] = opening[f, g] = 0.0
                open_bits[f, g] = write_bits_after(g, 0.0, instants, open_tally)
                degraded_bits[f, g] = 0
                continue
            # Milestones never shut again: their latest (of all) or earliest (of any) day is enough.
            ready, n_two, n_any_two, earliest = 0.0, 0, 0, math.inf
            for k in range(all_starts[g], all_starts[g + 1]):
                if kinds[all_gates[k], TWO_STATE] == 0:
                    ready = max(ready, comes[all_gates[k]])
                else:
                    n_two += 1
            for k in range(any_starts[g], any_starts[g + 1]):
                if kinds[any_gates[k], TWO_STATE] == 0:
                    earliest = min(earliest, comes[any_gates[k]])
                else:
                    n_any_two += 1
            if n_any_two == 0 and any_starts[g + 1] > any_starts[g]:
                ready = max(ready, earliest)
            row, n_row = n_gates, 0
            if n_two + n_any_two > 0:
                row, n_row, ready = requirement(
                    g,
                    ready,
                    earliest,
                    n_any_two,
                    all_starts,
                    all_gates,
                    any_starts,
                    any_gates,
                    kinds,
                    comes,
                    times,
                    levels,
                    counts,
                )
                if n_row < 0:
                    bad += 1
                    break
            good = mood[f, g]
            opens = 0.0
            if start != OPEN:
                after = kinds[g, FAST_AFTER]
                is_slow = -1 if after < 0 else (0 if comes[after] <= ready else 1)
                left_here = numbers[g, LOW_LEFT] + left[f] * (numbers[g, HIGH_LEFT] - numbers[g, LOW_LEFT])
                late = 1.0 + left_here * stretch[f]
                opens = comes_about(
                    g, ready, luck[f, g], belief[f, g], late, is_slow, numbers, kinds, quantiles
                )
            if kinds[g, TWO_STATE] == 0:
                comes[g] = opens
                open_bits[f, g] = write_bits_after(g, opens, instants, open_tally)
                degraded_bits[f, g] = 0
            elif start == SHUT and opens > horizon:
                times[g, 0], levels[g, 0], counts[g] = 0.0, SHUT, 1
                comes[g] = math.inf
                open_bits[f, g] = degraded_bits[f, g] = 0
            else:
                # Where R is open before the permission is first up, its own history is all there is.
                is_alone = n_row == 0 and ready <= (opens if start == SHUT else 0.0)
                if n_row == 0 and not is_alone:
                    n_row = step(ready, times, levels, row)
                own = g if is_alone else (n_gates + 1 if row == n_gates else n_gates)
                n_own = alternate(
                    begin_stream(keys[g], first + f),
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
                n = n_own
                if n_own > 0 and not is_alone:
                    n = merge(times, levels, own, n_own, row, n_row, True, g)
                if n < 0:
                    bad += 1
                    break
                counts[g] = n
                is_degradable = start == DEGRADED or kinds[g, CLOSES_TO] == DEGRADED
                comes[g] = math.inf
                for k in range(n):
                    if levels[g, k] == DEGRADED and not is_degradable:
                        levels[g, k] = SHUT
                    if levels[g, k] == OPEN and times[g, k] < comes[g]:
                        comes[g] = times[g, k]
                open_bits[f, g] = write_bits(times, levels, g, n, OPEN, instants, open_tally)
                degraded_bits[f, g] = 0
                if is_degradable:
                    degraded_bits[f, g] = write_bits(times, levels, g, n, DEGRADED, instants, degraded_tally)
            opening[f, g] = comes[g]
    return bad
