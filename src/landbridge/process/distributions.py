"""How long a step takes: three-point delays as PERT, and their quantiles as a table for the kernel.

The PERT law on low, likely, high is a beta law stretched to that range with shape parameters
``1 + 4 (likely - low) / (high - low)`` and ``1 + 4 (high - likely) / (high - low)``; its mean is
``(low + 4 likely + high) / 6``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Cells of a table of quantiles: few enough to stay in the cache; a mean errs by less than 1e-4 of the range.
CELLS = 1024


@dataclass(frozen=True)
class Pert:
    """A delay between ``low`` and ``high`` years that is most likely near ``mode``.

    >>> Pert(10.0, 14.0, 30.0).mean
    16.0
    """

    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        """Mean, in the unit of the three points."""
        return (self.low + 4.0 * self.mode + self.high) / 6.0

    @property
    def variance(self) -> float:
        """Variance of the beta law: (mean - low)(high - mean)/7."""
        return (self.mean - self.low) * (self.high - self.mean) / 7.0

    def quantile(self, chance: ArrayLike) -> NDArray[np.float64]:
        """Delay that is not exceeded with probability ``chance``; the same shape as ``chance``."""
        from scipy.stats import beta

        place = np.asarray(chance, dtype=np.float64)
        span = self.high - self.low
        if span == 0.0:
            return np.full(place.shape, self.low)
        left = 1.0 + 4.0 * (self.mode - self.low) / span
        right = 1.0 + 4.0 * (self.high - self.mode) / span
        return np.asarray(self.low + span * beta.ppf(place, left, right), dtype=np.float64)


def tabulate(laws: list[Pert]) -> NDArray[np.float32]:
    """Quantiles of several laws at equal steps of probability, shape (laws, CELLS + 1)."""
    chances = np.linspace(0.0, 1.0, CELLS + 1)
    table = np.zeros((max(1, len(laws)), CELLS + 1), np.float32)
    for row, law in enumerate(laws):
        table[row] = law.quantile(chances)
    return table
