"""Delay functions of links: how the cost of a link grows with its flow; values, slopes and integrals over a
mix.

The formulae stand in `kernels.delays`; here they get their parameters in the field's own terms and their
Beckmann integrals.  Times are in whatever unit the network uses, flows in equivalents.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from landbridge.kernels.delays import CONICAL, CONSTANT, HINGE, LOG, LOSS, POWER, QUARTIC, QUEUE, price_links

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Delays:
    """Free-flow cost and congestion of every link, one row a link.

    Build one with :meth:`bpr`, :meth:`conical`, :meth:`queue` or :meth:`rail`, and mix them with
    :meth:`where`.

    Attributes
    ----------
    free
        Shape (n_links,): cost of an empty link, without what a class pays.
    kind, a, b, g, h
        Shape (n_links,) each: see `kernels.delays`.
    """

    free: Floats
    kind: Floats
    a: Floats
    b: Floats
    g: Floats
    h: Floats

    def __post_init__(self) -> None:
        """Refuse what no link can be."""
        for name in ("free", "kind", "a", "b", "g", "h"):
            values = getattr(self, name)
            if values.shape != self.free.shape or not np.isfinite(values).all():
                raise ValueError(f"delay parameter {name} must be finite, one value for each link")
        if (self.a < 0).any():
            raise ValueError("a congestion factor is negative: delay would fall with flow")

    def __len__(self) -> int:
        return len(self.free)

    @classmethod
    def constant(cls, free: ArrayLike) -> "Delays":
        """Cost that does not depend on flow."""
        t = np.atleast_1d(np.asarray(free, float))
        zero = np.zeros_like(t)
        return cls(t, zero + CONSTANT, zero, zero, zero, zero)

    @classmethod
    def bpr(cls, free: ArrayLike, capacity: ArrayLike, factor: ArrayLike, power: ArrayLike) -> "Delays":
        """``free * (1 + factor * (flow / capacity) ** power)`` (Bureau of Public Roads 1964).

        A link with no capacity, no free-flow time or no factor has a constant cost; power 0 gives ``free * (1
        + factor)``.  Below power 1 the slope is infinite at zero; it is capped at the slope at a millionth of
        the capacity.

        Examples
        --------
        >>> float(Delays.bpr(2.0, 100.0, 0.15, 4.0).cost([100.0])[0])
        2.3
        """
        t, c, f, p = (
            np.array(v, float)
            for v in np.broadcast_arrays(*map(np.atleast_1d, (free, capacity, factor, power)))
        )
        if (p < 0).any():
            raise ValueError("a power is negative: delay would fall with flow")
        flat = (c <= 0) | (t <= 0) | (f == 0) | (p == 0)
        level = np.where((p == 0) & (c > 0), t * (1.0 + f), t)
        c = np.where(flat, 1.0, c)
        with np.errstate(over="ignore", under="ignore"):
            a = np.where(flat, 0.0, t * f / c ** np.where(flat, 1.0, p))
        kind = np.where(flat, CONSTANT, np.where(p == 4.0, QUARTIC, POWER)).astype(float)
        return cls(level, kind, a, p, 1e-6 * c, np.zeros_like(t))

    @classmethod
    def conical(cls, free: ArrayLike, capacity: ArrayLike, alpha: ArrayLike) -> "Delays":
        """Conical function of Spiess (1990): twice the free-flow time at capacity, straight far beyond; alpha
        > 1."""
        t, c, s = (
            np.array(v, float) for v in np.broadcast_arrays(*map(np.atleast_1d, (free, capacity, alpha)))
        )
        if (s <= 1).any() or (c <= 0).any():
            raise ValueError("a conical delay needs alpha above 1 and a positive capacity")
        h = (2.0 * s - 1.0) / (2.0 * s - 2.0)
        # The cone through (0, 1) and (1, 2): 2 + sqrt(s^2 (1 - r)^2 + h^2) - s (1 - r) - h, of which the 1 is
        # free flow.
        return cls(t, np.full_like(t, CONICAL), t, s, 1.0 / c, h)

    @classmethod
    def queue(
        cls,
        free: ArrayLike,
        capacity: ArrayLike,
        service: ArrayLike,
        variation: ArrayLike,
        most: ArrayLike = 0.95,
    ) -> "Delays":
        """Free-flow time and the wait of an M/G/1 queue, ``r service (1 + variation^2) / (2 (1 - r))``.

        Pollaczek-Khinchine up to the load ``most``, its tangent beyond; r = flow / capacity.

        Parameters
        ----------
        service
            Mean time of service, in the unit of ``free``.
        variation
            Coefficient of variation of the time of service: 1 gives M/M/1, 0 half its wait.

        Examples
        --------
        >>> [round(float(Delays.queue(0.0, 1.0, 1.0, v).cost([0.8])[0]), 9) for v in (0.0, 1.0, 2.0)]
        [2.0, 4.0, 10.0]
        """
        t, c, s, v, r = (
            np.array(w, float)
            for w in np.broadcast_arrays(*map(np.atleast_1d, (free, capacity, service, variation, most)))
        )
        if (c <= 0).any() or (r <= 0).any() or (r >= 1).any():
            raise ValueError("a queue needs a positive capacity and a greatest load between 0 and 1")
        return cls(t, np.full_like(t, QUEUE), 0.5 * s * (1.0 + v * v), np.zeros_like(t), 1.0 / c, r)

    @classmethod
    def rail(cls, free: ArrayLike, capacity: ArrayLike, alpha: ArrayLike, beta: ArrayLike) -> "Delays":
        """Single-track power law ``free * (1 + alpha (trains / capacity) ** beta)``, with its own letters."""
        return cls.bpr(free, capacity, alpha, beta)

    @classmethod
    def hinge(cls, capacity: ArrayLike, multiplier: ArrayLike, penalty: ArrayLike) -> "Delays":
        """Price of a hard capacity in an augmented Lagrangian: ``max(0, multiplier + penalty (flow -
        capacity))``."""
        c, b, a = (
            np.array(v, float)
            for v in np.broadcast_arrays(*map(np.atleast_1d, (capacity, multiplier, penalty)))
        )
        zero = np.zeros_like(c)
        return cls(zero, np.full_like(c, HINGE), a, b, c, zero)

    @classmethod
    def log(cls, free: ArrayLike, scale: ArrayLike, whole: ArrayLike, most: float = 1.0 - 1e-9) -> "Delays":
        """``free - scale ln(1 - flow / whole)``, the tangent beyond the share ``most``: see `elastic`."""
        t, a, w = (np.array(v, float) for v in np.broadcast_arrays(*map(np.atleast_1d, (free, scale, whole))))
        return cls(t, np.full_like(t, LOG), a, np.zeros_like(t), 1.0 / w, np.full_like(t, most))

    @classmethod
    def loss(cls, free: ArrayLike, elasticity: ArrayLike, whole: ArrayLike) -> "Delays":
        """``free (1 - flow / whole) ** (-1 / elasticity)``: see `elastic`.

        The tangent from where that is a million million times ``free``, or the share left is a millionth.
        """
        t, e, w = (
            np.array(v, float) for v in np.broadcast_arrays(*map(np.atleast_1d, (free, elasticity, whole)))
        )
        return cls(t, np.full_like(t, LOSS), t, 1.0 / e, 1.0 / w, 1.0 - np.maximum(1e-6, 1e-12**e))

    def joined(self, other: "Delays") -> "Delays":
        """Put the rows of ``other`` after these."""
        return Delays(
            *(
                np.concatenate((getattr(self, name), getattr(other, name)))
                for name in ("free", "kind", "a", "b", "g", "h")
            )
        )

    def where(self, chosen: ArrayLike, other: "Delays") -> "Delays":
        """Take these delays where ``chosen`` (shape (n_links,)) is true, ``other`` elsewhere."""
        pick = np.asarray(chosen, bool)
        return Delays(
            *(
                np.where(pick, getattr(self, name), getattr(other, name))
                for name in ("free", "kind", "a", "b", "g", "h")
            )
        )

    def take(self, rows: ArrayLike) -> "Delays":
        """Give the rows asked for, in that order."""
        index = np.asarray(rows)
        return Delays(*(getattr(self, name)[index] for name in ("free", "kind", "a", "b", "g", "h")))

    def table(self) -> Floats:
        """Lay out the table (n_links, 8) that the kernels share, at zero flow."""
        rows = np.zeros((len(self), 8))
        rows[:, 2] = self.free
        for column, name in enumerate(("a", "b", "g", "h", "kind"), 3):
            rows[:, column] = getattr(self, name)
        return rows

    def cost(self, flow: ArrayLike) -> Floats:
        """Cost of each link at ``flow`` (n_links,)."""
        return self._priced(flow)[1]

    def slope(self, flow: ArrayLike) -> Floats:
        """Derivative of the cost of each link at ``flow``."""
        slopes: Floats = self._priced(flow)[0][:, 1].copy()
        return slopes

    def _priced(self, flow: ArrayLike) -> tuple[Floats, Floats]:
        rows = self.table()
        rows[:, 0] = flow
        cost = np.empty(len(self))
        price_links(rows, self.free, cost)
        return rows, cost

    def integral(self, flow: ArrayLike) -> Floats:
        """Integral of the cost of each link from 0 to ``flow``: the link's part of the Beckmann objective."""
        x = np.maximum(np.broadcast_to(np.asarray(flow, float), self.free.shape), 0.0)
        out: Floats = self.free * x
        with np.errstate(all="ignore"):
            bpr = (self.kind == QUARTIC) | (self.kind == POWER)
            power = np.where(self.kind == QUARTIC, 4.0, self.b)
            out += np.where(bpr, self.a * x ** (power + 1.0) / (power + 1.0), 0.0)
            cone = self.kind == CONICAL
            if cone.any():
                out += np.where(cone, self._cone(x), 0.0)
            wait = self.kind == QUEUE
            if wait.any():
                out += np.where(wait, self._wait(x), 0.0)
            price = self.kind == HINGE
            if price.any():
                above = np.maximum(self.b + self.a * (x - self.g), 0.0)
                at_zero = np.maximum(self.b - self.a * self.g, 0.0)
                part = np.where(
                    self.a > 0, (above**2 - at_zero**2) / (2.0 * self.a), np.maximum(self.b, 0.0) * x
                )
                out += np.where(price, part, 0.0)
            lost = self.kind == LOG
            if lost.any():
                out += np.where(lost, self._log(x), 0.0)
            loss = self.kind == LOSS
            if loss.any():
                out += np.where(loss, self._loss(x), 0.0)
        return out

    def _cone(self, x: Floats) -> Floats:
        """Integral of the conical congestion."""

        def primitive(u: Floats) -> Floats:  # of sqrt(u^2 + h^2) - u
            root = np.sqrt(u * u + self.h * self.h)
            value: Floats = 0.5 * (u * root + self.h * self.h * np.arcsinh(u / self.h) - u * u)
            return value

        u0, u1 = self.b, self.b * (1.0 - self.g * x)
        area: Floats = self.a * ((1.0 - self.h) * x + (primitive(u0) - primitive(u1)) / (self.b * self.g))
        return area

    def _wait(self, x: Floats) -> Floats:
        """Integral of the queue's congestion."""
        r = self.g * x
        inside = np.minimum(r, self.h)
        beyond = np.maximum(r - self.h, 0.0)
        free = 1.0 / (1.0 - self.h)
        straight = beyond * self.h * free + 0.5 * beyond * beyond * free * free
        area: Floats = self.a / self.g * (-np.log1p(-inside) - inside + straight)
        return area

    def _log(self, x: Floats) -> Floats:
        """Integral of the logarithmic congestion."""
        r = self.g * x
        inside = np.minimum(r, self.h)
        beyond = np.maximum(r - self.h, 0.0)
        part = (1.0 - inside) * np.log1p(-inside) + inside
        area: Floats = (
            self.a / self.g * (part - beyond * np.log1p(-self.h) + 0.5 * beyond * beyond / (1.0 - self.h))
        )
        return area

    def _loss(self, x: Floats) -> Floats:
        """Integral of the congestion of `loss`."""
        r = self.g * x
        inside = np.minimum(r, self.h)
        beyond = np.maximum(r - self.h, 0.0)
        left, power = 1.0 - inside, 1.0 - self.b
        grown = np.where(
            power == 0.0, -np.log(left), (1.0 - left**power) / np.where(power == 0.0, 1.0, power)
        )
        edge = (1.0 - self.h) ** -self.b
        straight = beyond * (edge - 1.0) + 0.5 * beyond * beyond * self.b * edge / (1.0 - self.h)
        area: Floats = self.a / self.g * (grown - inside + straight)
        return area
