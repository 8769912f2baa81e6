"""Numbers that drive futures: scrambled Sobol points whose dimensions have names.

A dimension belongs to a name ("a gate", "a cause"), not to a place in a list, so that a gate keeps its
draws when others are added or taken away, and all scenarios see the same draws:

- the name's SHA-256 chooses one of the first dimensions of the Sobol sequence, of which there are at least
twice as
  many as names and at least 256; where two names choose one, the one whose hash is larger moves on to the
  next free dimension (only then, or when the number of dimensions doubles, does a new name change another's
  draws); names that come ``later`` take what the others left, and never change theirs;
- the seed, the replicate and the name choose the scramble of the dimension: a random lower triangular
matrix over
  the digits and a random digital shift (Matousek's linear scramble).

Few dimensions are used because pairs of late ones are correlated in samples of some thousands.
The direction numbers are SciPy's (Joe and Kuo 2008).
They are read from points of the plain sequence, which is linear in the digits of the point's number.
"""

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LEAST_SLOTS = 256
DIGITS = 52
BLOCK_BITS = 13
BLOCK = 1 << BLOCK_BITS

_SOURCE_DIGITS = 30


def name_key(*words: object) -> int:
    """A number of 64 bits that depends on the words alone, on any machine."""
    text = "\x1f".join(str(word) for word in words)
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "little")


def count_slots(n_names: int) -> int:
    """Dimensions among which names choose: a power of two, at least twice the names."""
    return max(LEAST_SLOTS, 1 << (2 * n_names - 1).bit_length())


def assign_slots(names: tuple[str, ...], later: tuple[str, ...] = ()) -> dict[str, int]:
    """Sobol dimension of each name, by the rule of this module; those of ``later`` choose after the others.

    Raises
    ------
    ValueError
        If a name stands twice.
    """
    if len({*names, *later}) < len(names) + len(later):
        raise ValueError("a name stands twice among the dimensions")
    n_slots = _count_all(names, later)
    taken: dict[int, str] = {}
    for name in sorted(names, key=_order) + sorted(later, key=_order):
        slot = name_key("slot", name) % n_slots
        while slot in taken:
            slot = (slot + 1) % n_slots
        taken[slot] = name
    return {name: slot for slot, name in taken.items()}


def _order(name: str) -> tuple[int, str]:
    return name_key("slot", name), name


def _count_all(names: tuple[str, ...], later: tuple[str, ...]) -> int:
    """Dimensions for all names; later ones add to those of the others only where they do not fit."""
    n_slots = count_slots(len(names))
    return n_slots if len(names) + len(later) <= n_slots else count_slots(len(names) + len(later))


@lru_cache(maxsize=4)
def _directions(bits: int, n_slots: int) -> NDArray[np.uint64]:
    """Direction numbers of all dimensions, shape (bits, slots), with ``_SOURCE_DIGITS`` binary digits."""
    from scipy.stats import qmc

    engine = qmc.Sobol(n_slots, scramble=False)
    points = np.empty((bits, n_slots))
    done = 0
    for bit in range(bits):
        number = (2 << bit) - 1  # the point whose Gray code has this one digit
        engine.fast_forward(number - done)
        points[bit] = engine.random(1)[0]
        done = number + 1
    result = np.round(points * 2.0**_SOURCE_DIGITS).astype(np.uint64)
    result.flags.writeable = False
    return result


class Draws:
    """Scrambled points for some names.

    Parameters
    ----------
    names, later
        The dimensions; those that come later never change the others.
    seed, replicate
        Replicates of one seed are independent scrambles; they measure the error of an estimate.
    size
        Points of a replicate that will be asked for at most.
    only
        The dimensions whose points are wanted, in their order; all, later ones last, if left out.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        later: tuple[str, ...] = (),
        *,
        seed: int,
        replicate: int,
        size: int,
        only: tuple[str, ...] = (),
    ) -> None:
        n_slots = _count_all(names, later)
        slots = assign_slots(names, later)
        self.names = names = only or (*names, *later)
        self.seed, self.replicate = seed, replicate
        bits = max(BLOCK_BITS, int(size - 1).bit_length())
        plain = _directions(bits, n_slots)[:, [slots[name] for name in names]].T
        self._vectors = np.empty((len(names), bits), np.uint64)
        self._shift = np.empty(len(names), np.uint64)
        for row, name in enumerate(names):
            random = np.random.default_rng(name_key("scramble", seed, replicate, name))
            self._shift[row] = random.integers(1 << DIGITS, dtype=np.uint64)
            self._vectors[row] = _scramble(plain[row], random)

    def noise(self, name: str, number: int, *, out: NDArray[np.float64]) -> None:
        """Write independent numbers within 0 and 1 for the points of a block; each name has its own
        stream."""
        random = np.random.default_rng(name_key("noise", self.seed, self.replicate, name, number))
        random.random(out=out)
        np.clip(out, 2.0**-DIGITS, 1.0 - 2.0**-DIGITS, out=out)

    def block(self, number: int) -> NDArray[np.float64]:
        """Points ``number * BLOCK`` to the next block, shape (names, BLOCK), each within 0 and 1."""
        points = np.empty((len(self.names), BLOCK), np.uint64)
        points[:, 0] = self._shift
        for bit in range(BLOCK_BITS, self._vectors.shape[1]):
            if number >> (bit - BLOCK_BITS) & 1:
                points[:, 0] ^= self._vectors[:, bit]
        for bit in range(BLOCK_BITS):
            half = 1 << bit
            np.bitwise_xor(points[:, :half], self._vectors[:, bit : bit + 1], out=points[:, half : 2 * half])
        result = points.astype(np.float64)
        result += 0.5
        result *= 2.0**-DIGITS
        return result


def _scramble(vectors: NDArray[np.uint64], random: np.random.Generator) -> NDArray[np.uint64]:
    """Multiply direction numbers by a random lower triangular matrix with ones on its diagonal."""
    below = random.integers(1 << DIGITS, size=_SOURCE_DIGITS, dtype=np.uint64)
    result = np.zeros_like(vectors)
    for digit in range(_SOURCE_DIGITS):
        place = DIGITS - 1 - digit
        column = (int(below[digit]) & ((1 << place) - 1)) | (1 << place)
        has = (vectors >> np.uint64(_SOURCE_DIGITS - 1 - digit)) & np.uint64(1)
        result ^= has * np.uint64(column)
    return result
